//! The errors of difference quotients, by step and across a kink.

use descent::gradient_check::{
    centred_difference, difference_errors, forward_difference,
};
use questions::gradient_check::{floored, taylor};

use crate::canvas::{Caption, DrawResult, Ink};
use crate::chart::{Axis, Chart, Line, Mark, tenths};
use crate::output::{Figure, rough};
use crate::thumb::Thumb;

pub fn figures() -> DrawResult<Vec<Figure>> {
    let mut figures = vec![differences()?, kink()?];
    figures.extend(guesses()?);
    Ok(figures)
}

fn differences() -> DrawResult<Figure> {
    let steps: Vec<f64> = (1..=51).map(|k| 0.5_f64.powi(k)).collect();
    let errors: Vec<_> = steps.iter().map(|&h| difference_errors(h)).collect();
    let curve = |which: usize| {
        let points = steps.iter().copied().zip(errors.iter().map(|both| both[which]));
        points.collect::<Vec<_>>()
    };
    let best = |which: usize| {
        let points = curve(which).into_iter();
        points.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((1.0, 1.0))
    };
    let [(forward, forward_error), (centred, centred_error)] = [best(0), best(1)];
    let description = format!(
        "Relative error of two difference quotients by step, both axes logarithmic. Each curve is a V. The \
         forward difference falls with the step to {} at {} and rises from there \
         to the left; the centred one falls twice as steeply, to {} at {}. To the \
         left of their minima both rise alike.",
        rough(forward_error, 1),
        rough(forward, 1),
        rough(centred_error, 1),
        rough(centred, 1),
    );
    let mark = |x: f64, name: &str| Mark::Vertical(x, name.to_owned());
    let marks =
        vec![mark(f64::EPSILON.sqrt(), "2⁻²⁶"), mark(f64::EPSILON.cbrt(), "∛2⁻⁵²")];
    let chart = Chart::new(
        Axis::powers("step $h$", (-16, 0), 9),
        Axis::powers("relative error of the derivative", (-13, 1), 8),
        vec![
            Line::new(Ink::Series(2), "forward", curve(0)),
            Line::new(Ink::Series(1), "centred", curve(1)),
        ],
    )
    .with_marks(marks);
    let title = "How wrong a difference quotient is";
    let name = "gradient_check-differences";
    Ok(chart.figure(&Caption { name, title, description }, 410.0))
}

fn kink() -> DrawResult<Figure> {
    const H: f64 = 0.25;
    let relu = |a: f64| a.max(0.0);
    let places: Vec<f64> = (-64..=64).map(|k| f64::from(k) / 64.0).collect();
    let curve = |value: &dyn Fn(f64) -> f64| {
        places.iter().map(|&a| (a, value(a))).collect::<Vec<_>>()
    };
    let step = vec![(-1.0, 0.0), (0.0, 0.0), (0.0, 1.0), (1.0, 1.0)];
    let centred = curve(&|a| centred_difference(relu, a, H));
    let forward = curve(&|a| forward_difference(relu, a, H));
    let description = format!(
        "The derivative of the ReLU jumps from 0 to 1 at zero. The centred difference with step {H} climbs \
         from 0 at −{H} over {} at zero to 1 at {H}; the forward difference climbs from 0 at −{H} to {} at \
         zero. Elsewhere all three agree.",
        centred[64].1, forward[64].1,
    );
    let chart = Chart::new(
        Axis::linear("$a$, what goes into the ReLU", (-1.0, 1.0), 9, tenths),
        Axis::linear("derivative of the ReLU", (-0.1, 1.2), 8, tenths),
        vec![
            Line::new(Ink::Solid(4), "derivative, for $a$ ≠ 0", step),
            Line::new(Ink::Series(2), "forward difference", forward),
            Line::new(Ink::Series(3), "centred difference", centred),
        ],
    );
    let title = "Difference quotients across a kink";
    let name = "gradient_check-kink";
    Ok(chart.figure(&Caption { name, title, description }, 350.0))
}

/// What one may expect of the centred difference: the error as it is, without rounding, and with rounding as a floor.
fn guesses() -> DrawResult<Vec<Figure>> {
    type Law = fn(f64) -> f64;
    let laws: [(_, _, Law); 3] = [
        ("gradient_check-smaller_v", "There is a best step", |h| {
            difference_errors(h)[1]
        }),
        ("gradient_check-smaller_line", "The smaller the better", taylor),
        ("gradient_check-smaller_floor", "The error levels off", floored),
    ];
    let pictures = laws.into_iter().map(|(name, title, law)| {
        let exponents = (-48..=-4).map(|i| f64::from(i) / 4.0);
        let points = exponents
            .map(|exponent| (exponent, law(10_f64.powf(exponent)).log10().max(-24.0)));
        let paths = &[("error", Ink::Solid(1), points.collect())];
        let (x, y) = ((-12.0, -1.0), (-24.5, 0.5));
        Thumb { name, title, x, y, ground: &[], paths }.figure()
    });
    pictures.collect()
}
