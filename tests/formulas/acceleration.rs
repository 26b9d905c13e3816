//! The formulas of `chapters/acceleration.md`.

use crate::bind::{column, give, quadratic, time};
use crate::check::{Point, check};
use crate::gradient_descent::Smooth;
use descent::acceleration::{
    Accelerated, Growth, accelerated_bound, chain, chain_minimum, descent_bound,
    lower_bound,
};
use descent::gradient_descent::{GradientDescent, Optimizer};
use descent::nesterov::Tuned;
use descent::quadratic::Spectrum;
use nalgebra::{DVector, dvector};

/// A function of a point.
type Of<T> = Box<dyn Fn(&DVector<f64>) -> T>;

/// A convex function that is smooth, its minimizer and its smoothness.
struct Convex {
    gradient: Of<DVector<f64>>,
    value: Of<f64>,
    minimizer: DVector<f64>,
    smoothness: f64,
}

fn convex(at: &mut Point) -> Convex {
    let convex = if at.number.is_multiple_of(2) {
        let quadratic = quadratic(at);
        give(at, &quadratic);
        let (minimizer, smoothness) =
            (quadratic.minimizer().unwrap(), quadratic.spectrum().unwrap().largest);
        let other = quadratic.clone();
        Convex {
            gradient: Box::new(move |theta| quadratic.gradient(theta)),
            value: Box::new(move |theta| other.value(theta)),
            minimizer,
            smoothness,
        }
    } else {
        let smooth = Smooth::any(at);
        smooth.give(at);
        let (smoothness, other) = (smooth.smoothness(), smooth.clone());
        Convex {
            gradient: Box::new(move |theta| smooth.gradient(theta)),
            value: Box::new(move |theta| other.value(theta)),
            minimizer: DVector::zeros(2),
            smoothness,
        }
    };
    at.set("L", convex.smoothness).set("θ*", &convex.minimizer);
    convex
}

/// A run on a convex function, with the names of the page; the gradient of step t is taken at `tilde θ_t`.
fn run(
    at: &mut Point,
    optimizer: impl Fn(f64) -> Box<dyn Optimizer>,
    growth: Growth,
) -> (Convex, usize) {
    let convex = convex(at);
    let mut optimizer = optimizer(1.0 / convex.smoothness);
    let mut theta = 3.0 * column(at, 2);
    // Who starts at the minimum stays there, and all inequalities are equations.
    if matches!(at.number, 1 | 7) {
        theta.copy_from(&convex.minimizer);
    }
    let t = time(at, 1);
    let mut nu = 1.0;
    for step in 0..=7 {
        let gap = (convex.value)(&theta) - (convex.value)(&convex.minimizer);
        at.set(&format!("gap_{step}"), gap).set(&format!("θ_{step}"), &theta);
        at.set(&format!("r_{step}"), &theta - &convex.minimizer);
        let point = optimizer.gradient_point(&theta).into_owned();
        let g = (convex.gradient)(&point);
        let before = theta.clone();
        optimizer.step(&mut theta, &g);
        at.set(&format!("tilde θ_{}", step + 1), point)
            .set(&format!("ν_{}", step + 1), nu);
        // The combined point runs ahead of θ by ν − 1 times its last move.
        at.set(&format!("Θ_{}", step + 1), &theta + (nu - 1.0) * (&theta - before));
        if step == t {
            at.set("g", g).set("ν", nu);
        }
        nu = growth.next(nu);
    }
    (convex, t)
}

fn accelerated(at: &mut Point, growth: Growth) -> (Convex, usize) {
    run(at, |step_size| Box::new(Accelerated::new(step_size, growth).unwrap()), growth)
}

fn any_growth(at: &Point) -> Growth {
    if at.number.is_multiple_of(3) { Growth::Half } else { Growth::Largest }
}

fn number(at: &Point, name: &str) -> f64 {
    at.column_of(name).expect("a number")[0]
}

fn point(at: &Point, name: &str) -> DVector<f64> {
    at.column_of(name).expect("a point")
}

#[test]
fn the_method_and_its_bounds() {
    check("acceleration.method", 20, |at| _ = accelerated(at, Growth::Half));
    check("acceleration.bounds", 20, |at| {
        // Each chain for its own method.
        let is_accelerated = at.number / 5 % 2 == 1;
        let (convex, t) = match is_accelerated {
            true => accelerated(at, Growth::Half),
            false => {
                run(at, |it| Box::new(GradientDescent::new(it).unwrap()), Growth::Half)
            }
        };
        let squared = point(at, "r_0").norm_squared();
        at.only(usize::from(is_accelerated));
        at.is(1, descent_bound(convex.smoothness, squared, t));
        at.is(3, accelerated_bound(convex.smoothness, squared, t));
        let gap = number(at, &format!("gap_{t}"));
        at.is(0, gap).is(2, gap);
    });
    check("acceleration.energy", 20, |at| {
        let growth = any_growth(at);
        let (convex, t) = accelerated(at, growth);
        let ahead = point(at, &format!("Θ_{t}")) - &convex.minimizer;
        let nu = number(at, &format!("ν_{t}"));
        let energy = nu * nu * number(at, &format!("gap_{t}"))
            + convex.smoothness / 2.0 * ahead.norm_squared();
        at.is(0, energy);
        // It is never above that of the start.
        assert!(
            energy
                <= convex.smoothness / 2.0
                    * point(at, "r_0").norm_squared()
                    * (1.0 + 1e-9)
        );
    });
    check("acceleration.growth", 20, |at| {
        let growth = any_growth(at);
        accelerated(at, growth);
        if growth == Growth::Largest {
            at.reaches(1e-9);
        }
    });
    check("acceleration.largest_growth", 10, |at| _ = accelerated(at, Growth::Largest));
}

#[test]
fn one_inequality_of_which_everything_follows() {
    check("acceleration.inequality", 12, |at| {
        if at.number.is_multiple_of(3) {
            // Huber's function, from its kink to the bottom, against a point on the straight part.
            let huber =
                |x: f64| 5.0 + if x.abs() <= 1.0 { x * x / 2.0 } else { x.abs() - 0.5 };
            at.real("f", huber)
                .set("L", 1.0)
                .set("tilde θ", 1.0)
                .set("θ+", 0.0)
                .set("g", 1.0);
            at.any("θ", 1.0..=4.0);
            at.reaches(1e-9);
            return;
        }
        let convex = convex(at);
        let (mut ahead, mut theta) = (column(at, 2), column(at, 2));
        if at.number == 1 {
            ahead.copy_from(&convex.minimizer);
            theta.copy_from(&convex.minimizer);
        }
        let g = (convex.gradient)(&ahead);
        let mut end = ahead.clone();
        GradientDescent::new(1.0 / convex.smoothness).unwrap().step(&mut end, &g);
        let tangent = (convex.value)(&theta) + g.dot(&(&ahead - &theta));
        at.is(1, tangent - g.norm_squared() / (2.0 * convex.smoothness));
        at.set("θ+", end).set("tilde θ", ahead).set("θ", theta).set("g", g);
    });
}

#[test]
fn the_proof_for_gradient_descent() {
    let descent = |at: &mut Point| {
        let (convex, t) =
            run(at, |it| Box::new(GradientDescent::new(it).unwrap()), Growth::Half);
        (convex, t)
    };
    for label in [
        "acceleration.gap",
        "acceleration.distance",
        "acceleration.square",
        "acceleration.summed",
    ] {
        check(label, 12, |at| {
            let (convex, t) = descent(at);
            let loses = |from: usize, to: usize| {
                let [from, to] =
                    [from, to].map(|t| point(at, &format!("r_{t}")).norm_squared());
                convex.smoothness / 2.0 * (from - to)
            };
            match label {
                // Half of L times what the squared distance loses in the step.
                "acceleration.gap" => {
                    let (loss, gap) =
                        (loses(t, t + 1), number(at, &format!("gap_{}", t + 1)));
                    at.is(0, gap).is(1, loss);
                }
                "acceleration.summed" => {
                    let loss = loses(0, t);
                    let gaps =
                        (1..=t).map(|i| number(at, &format!("gap_{i}"))).sum::<f64>();
                    let all = convex.smoothness / 2.0 * point(at, "r_0").norm_squared();
                    at.is(0, gaps).is(1, loss).is(2, all);
                }
                _ => {}
            }
        });
    }
}

#[test]
fn why_the_energy_never_increases() {
    for label in [
        "acceleration.two_points",
        "acceleration.weighted",
        "acceleration.combined",
        "acceleration.weighted_again",
        "acceleration.next_combined",
        "acceleration.distance_of_combined",
        "acceleration.falls",
    ] {
        check(label, 20, |at| {
            let growth = any_growth(at);
            let (convex, t) = accelerated(at, growth);
            let (g, nu) = (point(at, "g"), number(at, "ν"));
            let ahead = point(at, &format!("tilde θ_{}", t + 1));
            let gain = g.norm_squared() / (2.0 * convex.smoothness);
            let tangent = |from: &DVector<f64>| g.dot(&(&ahead - from));
            let [last, gap] = [
                point(at, &format!("θ_{t}")),
                dvector![number(at, &format!("gap_{t}"))],
            ];
            let bound = (nu - 1.0) * (gap[0] + tangent(&last) - gain)
                + tangent(&convex.minimizer)
                - gain;
            let next = number(at, &format!("gap_{}", t + 1));
            match label {
                "acceleration.two_points" => {
                    let value = next + (convex.value)(&convex.minimizer);
                    at.is(0, value).is(2, value);
                    at.is(1, (convex.value)(&last) + tangent(&last) - gain);
                    at.is(
                        3,
                        (convex.value)(&convex.minimizer) + tangent(&convex.minimizer)
                            - gain,
                    );
                }
                "acceleration.weighted" => _ = at.is(0, nu * next).is(1, bound),
                "acceleration.weighted_again" => {
                    at.is(0, nu * nu * next).is(1, nu * bound);
                }
                "acceleration.falls" => {
                    let combined = |t: usize| {
                        let ahead = point(at, &format!("Θ_{t}")) - &convex.minimizer;
                        convex.smoothness / 2.0 * ahead.norm_squared()
                    };
                    let (before, after) = (combined(t), combined(t + 1));
                    at.is(0, nu * nu * next + after)
                        .is(1, nu * (nu - 1.0) * gap[0] + before);
                }
                _ => {}
            }
        });
    }
}

#[test]
fn nobody_can_do_better() {
    let chained = |at: &mut Point, length: usize, t: usize| {
        let smoothness = at.any("L", 1.0..=5.0);
        let (minimum, squared) = chain_minimum(length, smoothness);
        at.set("t", t as f64).set("length", length as f64);
        at.set("r_0", dvector![squared.sqrt(), 0.0]);
        (chain(length, smoothness), smoothness, minimum, squared)
    };
    check("acceleration.lower", 6, |at| {
        let t = 1 + at.number;
        let (_, smoothness, _, squared) = chained(at, 2 * t + 1, t);
        at.is(0, lower_bound(smoothness, squared, t));
    });
    check("acceleration.chain", 8, |at| {
        let t = 1 + at.number % 4;
        let (chain, smoothness, minimum, _) = chained(at, 9, t);
        // The best point that t gradients can reach: the minimizer of the chain of t, and zeros.
        let best = if at.number < 4 {
            let short =
                descent::acceleration::chain(t, smoothness).minimizer().unwrap();
            at.reaches(1e-9);
            short.resize_vertically(9, 0.0)
        } else {
            let mut theta = DVector::zeros(9);
            let mut descent = Accelerated::new(1.0 / smoothness, Growth::Half).unwrap();
            for _ in 0..t {
                let g = chain.gradient(&descent.gradient_point(&theta));
                descent.step(&mut theta, &g);
            }
            theta
        };
        let minimizer = chain.minimizer().unwrap();
        assert!((chain.value(&minimizer) - minimum).abs() < 1e-9);
        at.set("θ_t", best).set("θ*", minimizer);
        at.function("f", move |x| chain.value(&x[0].column()).into());
    });
}

#[test]
fn constant_weights() {
    check("acceleration.shrink", 10, |at| {
        let (beta, lookahead) =
            (at.any("β", 0.1..=0.95), at.any("lookahead", 0.0..=1.5));
        // So small that the roots are real.
        let scaled = at.draw(0.01..=0.2) * (1.0 - beta).powi(2);
        let gamma = at.any("γ", 0.1..=1.0);
        // The slow root of the polynomial, from the matrix of a step.
        let (sum, product) =
            (1.0 + beta - (1.0 + lookahead) * scaled, beta - lookahead * scaled);
        let mu = (sum + (sum * sum - 4.0 * product).max(0.0).sqrt()) / 2.0;
        at.set("λ", scaled / gamma).set("shrink", 1.0 - mu);
    });
    check("acceleration.constant", 10, |at| {
        let (smallest, largest) = (at.any("λ_min", 0.1..=1.0), at.any("L", 2.0..=50.0));
        let spectrum = Spectrum { smallest, largest };
        let tuned = Tuned::nesterov(spectrum);
        at.set("κ", spectrum.condition_number()).set("β", tuned.beta);
        at.set("γ", tuned.step_size * (1.0 - tuned.beta));
    });
}

#[test]
fn a_weight_that_grows_too_fast() {
    // L = 1 on a parabola, with t in the place of ν_t.
    let run = |at: &mut Point| {
        let lambda = at.any("λ", 0.1..=0.9);
        let mut points = vec![at.draw(1.0..=2.0)];
        let mut ahead = points[0];
        for t in 1..=7 {
            let mut theta = dvector![ahead];
            GradientDescent::new(1.0)
                .unwrap()
                .step(&mut theta, &dvector![lambda * ahead]);
            points.push(theta[0]);
            ahead = theta[0]
                + (t as f64 - 1.0) / (t as f64 + 1.0) * (theta[0] - points[t - 1]);
        }
        at.list("θ", 0, points.iter().copied());
        (lambda, points, time(at, 1))
    };
    check("acceleration.too_fast", 12, |at| _ = run(at));
    check("acceleration.products", 12, |at| _ = run(at));
    check("acceleration.sine", 12, |at| {
        let (lambda, points, t) = run(at);
        at.is(0, lambda * points[t] * points[t] / 2.0);
    });
}

#[test]
fn the_lower_bound_and_the_linear_rate() {
    check("acceleration.half", 6, |at| {
        let (t, smoothness) = (1 + at.number, at.any("L", 1.0..=5.0));
        // The difference of the minima of two chains.
        let [short, long] =
            [t, 2 * t + 1].map(|length| chain_minimum(length, smoothness).0);
        at.set("t", t as f64).is(0, short - long).is(1, short - long);
    });
    check("acceleration.strongly", 10, |at| {
        let convex = convex(at);
        let kappa = at.any("κ", 2.0..=50.0);
        at.set("λ_min", convex.smoothness / kappa);
        let (t, theta) = (1 + at.number % 5, column(at, 2));
        let start = &theta - &convex.minimizer;
        let gap = (convex.value)(&theta) - (convex.value)(&convex.minimizer);
        // The rate is the largest root of the polynomial at the best constant weight.
        let spectrum = Spectrum {
            smallest: convex.smoothness / kappa,
            largest: convex.smoothness,
        };
        let rate = Tuned::nesterov(spectrum).rate;
        let energy = gap + spectrum.smallest * start.norm_squared() / 2.0;
        at.set("t", t as f64)
            .set("θ_0", theta)
            .set("r_0", start)
            .is(0, rate.powi(t as i32) * energy);
    });
}
