//! The formulas of `chapters/sgd.md`.

use crate::bind::{column, quadratic};
use crate::check::{Point, check};
use descent::gradient_descent::{GradientDescent, Optimizer};
use descent::quadratic::Quadratic;
use descent::sgd::minibatch_variance;
use nalgebra::{DVector, dvector};

/// All batches of a size, without repetition.
pub fn batches(examples: usize, size: usize) -> Vec<Vec<usize>> {
    let sets = 0..1_u32 << examples;
    let sets = sets.filter(|set| set.count_ones() as usize == size);
    sets.map(|set| (0..examples).filter(|i| set >> i & 1 == 1).collect()).collect()
}

/// Gradients of five examples, of which all batches of a size are equally likely: `g_B`.
fn drawn(at: &mut Point) -> (Vec<f64>, usize) {
    let (gradients, size) =
        ((0..5).map(|_| at.draw(-2.0..=2.0)).collect::<Vec<_>>(), 1 + at.number % 5);
    let all = batches(5, size);
    let means = all
        .iter()
        .map(|batch| batch.iter().map(|&i| gradients[i]).sum::<f64>() / size as f64);
    at.source("batches", vec![1.0 / all.len() as f64; all.len()]);
    at.random("g_B", "batches", means).set("N", 5.0).set("|B|", size as f64);
    let mean = gradients.iter().sum::<f64>() / 5.0;
    let s2 = gradients.iter().map(|g| (g - mean).powi(2)).sum::<f64>() / 5.0;
    at.set("s", s2.sqrt());
    // The covariance of two different draws, over all pairs.
    let pairs =
        (0..5).flat_map(|i| (0..5).filter(move |&j| i != j).map(move |j| (i, j)));
    let products = pairs.map(|(i, j)| (gradients[i] - mean) * (gradients[j] - mean));
    at.set("Cov", products.sum::<f64>() / 20.0);
    (gradients, size)
}

#[test]
fn the_variance_of_a_batch_is_that_over_all_batches() {
    for label in ["sgd.variance", "sgd.with_covariance", "sgd.whole"] {
        check(label, 10, |at| {
            let (gradients, size) = drawn(at);
            if label == "sgd.variance" {
                let columns: Vec<_> = gradients.iter().map(|&g| dvector![g]).collect();
                at.is(1, minibatch_variance(&columns, size));
            }
        });
    }
}

#[test]
fn a_step_is_along_the_mean_gradient_of_the_batch() {
    check("sgd.step", 10, |at| {
        let examples: Vec<Quadratic> = (0..5).map(|_| quadratic(at)).collect();
        let batch = [0, 2, 3];
        let alpha = at.any("α", 0.1..=0.5);
        let mut theta = column(at, 2);
        at.set("θ", &theta).set("|B|", 3.0).range("B", batch.map(|i| i as i64));
        for (i, example) in examples.iter().enumerate() {
            let example = example.clone();
            at.function(&format!("∇ℓ_{i}"), move |x| {
                example.gradient(&x[0].column()).into()
            });
        }
        let sum =
            batch.iter().map(|&i| examples[i].gradient(&theta)).sum::<DVector<f64>>();
        GradientDescent::new(alpha).unwrap().step(&mut theta, &(sum / 3.0));
        at.after("θ", theta);
    });
}

#[test]
fn both_forms_of_the_variance_agree() {
    check("sgd.put_in", 10, |at| _ = drawn(at));
}
