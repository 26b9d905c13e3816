//! The formulas of `chapters/momentum.md`.

use crate::bind::{edge, follow, quadratic, step, time};
use crate::check::check;
use descent::gradient_descent::Optimizer;
use descent::momentum::{
    Average, Momentum, PyTorchSgd, average_variance, corrected_variance, gain,
    half_life, heavy_ball_step_size, weight_at_age,
};
use descent::momentum_convergence::transition;
use nalgebra::{Complex, DVector, dvector};

/// The average of these numbers.
fn average(beta: f64, numbers: impl IntoIterator<Item = f64>) -> Average {
    let mut average = Average::new("beta", beta).expect("a weight");
    numbers.into_iter().for_each(|number| average.update(&dvector![number]));
    average
}

#[test]
fn both_forms_of_the_update_are_the_optimizers_steps() {
    check("momentum.update", 20, |at| {
        let (alpha, beta) = (at.any("α", 0.02..=0.1), at.any("β", 0.1..=0.95));
        let (quadratic, mut momentum) =
            (quadratic(at), Momentum::new(alpha, beta).unwrap());
        at.set("u_0", DVector::zeros(2));
        time(at, 0);
        follow(at, &mut momentum, &quadratic, |at, t, it| {
            at.set(&format!("u_{t}"), it.first_moment());
        });
    });
    check("momentum.corrected", 20, |at| {
        let (alpha, beta) = (at.any("α", 0.02..=0.1), at.any("β", 0.1..=0.95));
        let momentum = Momentum::new(alpha, beta).unwrap().with_bias_correction();
        let (quadratic, mut momentum) = (quadratic(at), momentum);
        time(at, 1);
        follow(at, &mut momentum, &quadratic, |at, t, it| {
            at.set(&format!("u_{t}"), it.first_moment());
            let mean = it.first_moment()
                / (1..=t).map(|k| weight_at_age(beta, (t - k) as i32)).sum::<f64>();
            at.set(&format!("hat u_{t}"), mean);
        });
    });
}

#[test]
fn the_average_is_the_sum_of_the_gradients_with_their_weights() {
    check("momentum.unrolled", 12, |at| {
        let (beta, t) = (at.any("β", 0.2..=0.9), 5 + at.number);
        let factor = at.draw(-2.0..=2.0);
        let g: Vec<f64> = (1..=t).map(|k| factor.powi(k as i32)).collect();
        at.set("t", t as f64).list("g", 1, g.iter().copied());
        at.set("u_t", average(beta, g).value());
    });
    check("momentum.weight", 12, |at| {
        let (beta, k) = (at.any("β", 0.2..=0.9), at.number);
        let past = (0..=k).map(|age| f64::from(u8::from(age == 0)));
        at.set("k", k as f64)
            .is(0, weight_at_age(beta, k as i32))
            .is(0, average(beta, past).value());
    });
    check("momentum.total", 12, |at| {
        let (beta, t) = (at.any("β", 0.2..=0.9), 4 + at.number);
        let ones = average(beta, vec![1.0; t]);
        at.set("t", t as f64).is(0, ones.total_weight()).is(1, ones.value());
    });
}

#[test]
fn the_variance_of_the_average_is_the_sum_of_the_squared_weights() {
    check("momentum.variance", 12, |at| {
        let (beta, t) = (at.any("β", 0.2..=0.9), 4 + at.number);
        let squares =
            (0..t).map(|k| weight_at_age(beta, k as i32).powi(2)).sum::<f64>();
        at.set("t", t as f64).is(0, average_variance(beta, t as i32)).is(2, squares);
    });
    check("momentum.corrected_variance", 12, |at| {
        let (beta, t) = (at.any("β", 0.2..=0.9), 1 + at.number);
        at.set("t", t as f64).is(0, corrected_variance(beta, t as i32));
    });
}

#[test]
fn the_gain_is_what_the_average_leaves_of_a_wave() {
    let bind = |at: &mut crate::check::Point| {
        let (beta, omega) = (at.any("β", 0.2..=0.9), at.any("ω", 0.1..=3.1));
        const LONG: usize = 400;
        let wave = |f: fn(f64) -> f64| {
            average(beta, (0..LONG).map(|t| f(omega * t as f64))).value()[0]
        };
        let turned = Complex::from_polar(1.0, -omega * (LONG - 1) as f64);
        at.set("gain", Complex::new(wave(f64::cos), wave(f64::sin)) * turned);
        (beta, omega)
    };
    check("momentum.gain", 12, |at| _ = bind(at));
    check("momentum.size_of_gain", 12, |at| {
        let (beta, omega) = bind(at);
        at.is(1, gain(beta, omega));
    });
}

#[test]
fn momentum_settles_in_the_variance_of_the_formula() {
    check("momentum.settled", 12, |at| {
        let (lambda, beta) = (at.any("λ", 0.5..=2.0), at.any("β", 0.1..=0.8));
        let (alpha, s) = (at.any("α", 0.1..=0.9), at.any("s", 0.5..=2.0));
        // The noise enters `u` with the weight 1 − β, and `r` with −α times that.
        let step = transition(lambda, alpha, beta);
        let noise = (1.0 - beta) * s * nalgebra::vector![1.0, -alpha];
        let mut covariance = nalgebra::Matrix2::zeros();
        for _ in 0..2000 {
            covariance =
                step * covariance * step.transpose() + noise * noise.transpose();
        }
        let deviation = covariance[(1, 1)].sqrt();
        at.source("noise", vec![0.5, 0.5]).random(
            "r",
            "noise",
            [deviation, -deviation],
        );
    });
}

#[test]
fn the_notes_form_and_the_size_of_the_denominator() {
    check("momentum.notes", 10, |at| {
        let (alpha, beta) = (at.draw(0.02..=0.1), at.any("β", 0.1..=0.9));
        let (quadratic, mut momentum) =
            (quadratic(at), Momentum::new(alpha, 1.0 - beta).unwrap());
        at.set("u_0", DVector::zeros(2));
        time(at, 0);
        follow(at, &mut momentum, &quadratic, |at, t, it| {
            at.set(&format!("u_{t}"), it.first_moment());
        });
    });
    check("momentum.denominator", 10, |at| {
        let (beta, omega) = (at.any("β", 0.2..=0.9), at.any("ω", 0.1..=3.1));
        at.is(0, (1.0 - Complex::from_polar(beta, -omega)).norm_sqr());
        at.is(1, ((1.0 - beta) / gain(beta, omega)).powi(2));
    });
    check("momentum.wave", 10, |at| {
        let (omega, t) = (at.any("ω", 0.1..=3.1), 1 + at.number);
        at.set("t", t as f64).set("g_t", Complex::from_polar(1.0, omega * t as f64));
    });
}

#[test]
fn the_forms_of_the_table_make_the_same_steps() {
    for label in ["momentum.lecture_average", "momentum.lecture_step"] {
        check(label, 8, |at| {
            let (alpha, beta) = (at.any("α", 0.02..=0.1), at.any("β", 0.1..=0.9));
            let mut momentum = Momentum::new(alpha, beta).unwrap();
            let is_average = label.ends_with("average");
            step(at, &mut momentum);
            let u = momentum.first_moment();
            let g = at.column_of("∇f").expect("a gradient");
            // The average before, from the one behind.
            let before = (u - (1.0 - beta) * g) / beta;
            at.after("u", u).set("u", if is_average { &before } else { u });
        });
    }
    for label in ["momentum.ball_sum", "momentum.ball_step"] {
        check(label, 8, |at| {
            let (gamma, beta) = (at.any("γ", 0.02..=0.1), at.any("β", 0.1..=0.9));
            let mut ball = PyTorchSgd::new(gamma, beta, 0.0).unwrap();
            // The buffer is what the parameters move by, over −γ.
            let (mut before, mut now) = (DVector::zeros(2), DVector::zeros(2));
            let mut theta = dvector![2.0, 3.0];
            let quadratic = quadratic(at);
            for _ in 0..=at.number {
                let gradient = quadratic.gradient(&theta);
                at.set("θ", &theta).set("∇f", &gradient);
                let start = theta.clone();
                ball.step(&mut theta, &gradient);
                (before, now) = (now, (start - &theta) / gamma);
            }
            let is_sum = label.ends_with("sum");
            at.after("u", &now)
                .after("θ", theta)
                .set("u", if is_sum { before } else { now });
        });
    }
    check("momentum.same_steps", 8, |at| {
        let (alpha, beta) = (at.any("α", 0.02..=0.1), at.any("β", 0.1..=0.9));
        at.set("γ", heavy_ball_step_size(alpha, beta));
        let (mut one, mut other) = (
            Momentum::new(alpha, beta).unwrap(),
            PyTorchSgd::new(heavy_ball_step_size(alpha, beta), beta, 0.0).unwrap(),
        );
        let g = dvector![at.draw(1.0..=2.0)];
        let (mut theta, mut same) = (dvector![0.0], dvector![0.0]);
        (0..3).for_each(|_| one.step(&mut theta, &g));
        (0..3).for_each(|_| other.step(&mut same, &g));
        assert!((theta[0] - same[0]).abs() < 1e-12);
    });
}

#[test]
fn what_the_average_remembers_and_leaves() {
    check("momentum.half_life", 8, |at| {
        let beta = at.any("β", 0.2..=0.95);
        at.set("k", edge(0.0, 1e3, |k| beta.powf(k) >= 0.5)).is(1, half_life(beta));
    });
    check("momentum.mean_age", 8, |at| {
        let beta = at.any("β", 0.2..=0.95);
        at.is(0, (0..4000).map(|k| f64::from(k) * weight_at_age(beta, k)).sum::<f64>());
    });
    check("momentum.zigzag", 8, |at| {
        let beta = at.any("β", 0.2..=0.95);
        at.is(0, gain(beta, std::f64::consts::PI));
    });
}
