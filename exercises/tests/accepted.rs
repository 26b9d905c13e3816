//! Ten right answers to each exercise, written in other ways than the solution: other loops
//! and methods, in place, other orders of summation, formulas that are equal. They stand in
//! `exercises/<chapter>/<function>/accepted.rs`.

use exercises::judge::{Exercise, Verdict};

/// Takes in the answers to each exercise, and has them judged.
macro_rules! accepted {
    ($($name:ident: $chapter:ident::$function:ident, $path:literal;)*) => {
        $(#[path = $path]
        mod $name;)*

        #[test]
        fn ten_answers_to_each_exercise_are_right_however_they_are_written() {
            $(check(&exercises::$chapter::$function::EXERCISE, $name::ACCEPTED);)*
            assert_eq!([$($path),*].len(), exercises::ALL.len());
        }
    };
}

accepted! {
    linear_layer_gradients: linear_layer::gradients, "../linear_layer/gradients/accepted.rs";
    broadcasting_scale: broadcasting::scale, "../broadcasting/scale/accepted.rs";
    network_logistic_loss: network::logistic_loss, "../network/logistic_loss/accepted.rs";
    expressivity_weights: expressivity::weights, "../expressivity/weights/accepted.rs";
    backpropagation_twice: backpropagation::twice, "../backpropagation/twice/accepted.rs";
    gradient_check_along: gradient_check::along, "../gradient_check/along/accepted.rs";
    objective_bound: objective::bound, "../objective/bound/accepted.rs";
    gradient_descent_backtrack: gradient_descent::backtrack, "../gradient_descent/backtrack/accepted.rs";
    one_parameter_running_slope: one_parameter::running_slope, "../one_parameter/running_slope/accepted.rs";
    quadratic_limit: quadratic::limit, "../quadratic/limit/accepted.rs";
    neuron_steps_until_off: neuron::steps_until_off, "../neuron/steps_until_off/accepted.rs";
    newton_shifted: newton::shifted, "../newton/shifted/accepted.rs";
    momentum_pytorch: momentum::pytorch, "../momentum/pytorch/accepted.rs";
    momentum_convergence_best: momentum_convergence::best, "../momentum_convergence/best/accepted.rs";
    nesterov_step: nesterov::step, "../nesterov/step/accepted.rs";
    acceleration_accelerated: acceleration::accelerated, "../acceleration/accelerated/accepted.rs";
    adam_step: adam::step, "../adam/step/accepted.rs";
    sgd_accumulate: sgd::accumulate, "../sgd/accumulate/accepted.rs";
    gradient_noise_best_steps: gradient_noise::best_steps, "../gradient_noise/best_steps/accepted.rs";
    initialization_bound: initialization::bound, "../initialization/bound/accepted.rs";
    depth_growth: depth::growth, "../depth/growth/accepted.rs";
    norm_law_spread: norm_law::spread, "../norm_law/spread/accepted.rs";
    elbows_slopes: elbows::slopes, "../elbows/slopes/accepted.rs";
    dead_relu_dead: dead_relu::dead, "../dead_relu/dead/accepted.rs";
    training_kept: training::kept, "../training/kept/accepted.rs";
}

fn check<F: Copy>(exercise: &Exercise<F>, answers: [F; 10]) {
    for (i, answer) in answers.into_iter().enumerate() {
        assert_eq!(exercise.judge(answer), Verdict::Solved, "{} {i}", exercise.name);
    }
}
