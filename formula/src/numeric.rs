//! Sums without an end, derivatives and integrals, as numbers.

use crate::evaluate::Stop;
use crate::value::Value;
use nalgebra::Complex;
use std::f64::consts::FRAC_PI_2;

/// A sum that goes on by the factor from each term to the next, to the last term or for ever.
pub fn geometric(first: &[f64], last: Option<f64>) -> Result<f64, &'static str> {
    const TERMS: usize = 100_000;
    let is_near = |one: f64, two: f64| (one - two).abs() <= 1e-9 * two.abs();
    let [.., one, two] = first else {
        return Err(r"two terms before `\dots` say how it goes on");
    };
    let factor = two / one;
    if !first.windows(2).all(|pair| is_near(pair[1], factor * pair[0])) {
        return Err(r"the terms before `\dots` have no common factor");
    }
    let mut sum: f64 = first.iter().sum();
    let mut term = *two;
    for _ in 0..TERMS {
        if last.map_or(term.abs() <= 1e-17 * sum.abs(), |last| is_near(term, last)) {
            return Ok(sum);
        }
        term *= factor;
        sum += term;
        if !sum.is_finite() {
            break;
        }
    }
    Err(r"`\dots` does not come to an end")
}

/// The first or the second derivative, by five differences.
pub fn derivative(
    f: &dyn Fn(f64) -> Result<f64, Stop>,
    order: usize,
    at: f64,
) -> Result<f64, Stop> {
    // The rounding is divided by a power of the step, and the error of the formula has its fourth power.
    let (step, weights) = match order {
        1 => (1e-3, [1.0, -8.0, 0.0, 8.0, -1.0]),
        2 => (1e-2, [-1.0, 16.0, -30.0, 16.0, -1.0]),
        _ => return Err(format!("a derivative of order {order}").into()),
    };
    let sum = (-2..=2).zip(weights).try_fold(0.0, |sum, (i, weight)| {
        Ok::<f64, Stop>(sum + weight * f(at + step * f64::from(i))?)
    });
    Ok(sum? / (12.0 * step.powi(order as i32)))
}

/// The integral from one place to another, which may be infinitely far, by the double exponential rule.
pub fn integral(
    f: &dyn Fn(f64) -> Result<Value, Stop>,
    from: f64,
    to: f64,
) -> Result<Complex<f64>, Stop> {
    const STEP: f64 = 1.0 / 32.0;
    if from == f64::INFINITY || to == f64::NEG_INFINITY {
        return Err(format!("an integral from {from} to {to}").into());
    }
    if from.is_infinite() && to.is_infinite() {
        return Ok(integral(f, from, 0.0)? + integral(f, 0.0, to)?);
    }
    let (half, middle) = ((to - from) / 2.0, (from + to) / 2.0);
    (-128..=128).try_fold(Complex::from(0.0), |sum, i| {
        let t = STEP * f64::from(i);
        let (inner, slope) = (FRAC_PI_2 * t.sinh(), FRAC_PI_2 * t.cosh());
        let (x, weight) = if half.is_finite() {
            (middle + half * inner.tanh(), half * slope / inner.cosh().powi(2))
        } else if to.is_infinite() {
            (from + inner.exp(), slope * inner.exp())
        } else {
            (to - inner.exp(), slope * inner.exp())
        };
        match f(x)? {
            _ if weight == 0.0 => Ok(sum),
            Value::Number(z) if z.norm() == 0.0 => Ok(sum),
            Value::Number(z) => Ok(sum + z * (weight * STEP)),
            value => Err(format!("an integral over {value}").into()),
        }
    })
}
