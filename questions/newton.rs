//! Newton's method: parabolas, squares of errors, and memory.

use descent::gradient_descent::{GradientDescent, Optimizer};
use descent::newton::{
    Example, Smooth, hessian_bytes, newton_step, symmetric_half_bytes,
};
use descent::quadratic::Quadratic;
use nalgebra::{DVector, dmatrix, dvector};

use crate::steps::{inner, text};
use crate::{Question, Steps, exact, number, words};

pub const QUESTIONS: &[fn() -> Question] = &[step, digits, memory, saddle];
pub const STEPS: &[fn() -> Steps] = &[circle];

/// The way of a full step.
fn full(f: Example, at: &DVector<f64>) -> DVector<f64> {
    newton_step(&f.hessian(at), &f.gradient(at)).expect("a regular Hessian")
}

/// A step by hand.
pub fn step() -> Question {
    let at = dvector![-2.0];
    let (slope, bend) =
        (Example::Quartic.gradient(&at)[0], Example::Quartic.hessian(&at)[(0, 0)]);
    let next = at[0] + full(Example::Quartic, &at)[0];
    Question::number(
        "newton/step",
        "L20",
        "What are *f*′ and *f*″ at −2? And where is the parabola with them level?",
        "$f = \\theta^4/4 - \\theta^2 + 2\\theta$. Where does a full step of Newton's method lead from θ = −2?",
    )
    .right(
        exact(next),
        "*f*′ = θ³ − 2θ + 2 is −2 there, and *f*″ = 3θ² − 2 is 10. The step is −*f*′/*f*″ = 0.2.",
    )
    .wrong(
        "to the other side",
        exact(at[0] + slope / bend),
        "The step is *minus* the slope over the curvature. The slope is negative, so it leads to the right.",
    )
    .wrong(
        "multiplied by the curvature",
        exact(at[0] - slope * bend),
        "The steeper the parabola bends, the nearer is its bottom: divide by *f*″.",
    )
    .wrong(
        "that is gradient descent with α = 1",
        exact(at[0] - slope),
        "Newton's method divides the slope by the curvature, which is 10.",
    )
}

/// Steps until so many digits are right.
pub fn digits() -> Question {
    let (error, enough) = (1e-3, 1e-20);
    let at = dvector![error];
    let after = (&at + full(Example::Exponential, &at))[0].abs();
    // f‴/(2f″) is ½ at the minimum.
    let square = |error: f64| error * error / 2.0;
    assert!((after / square(error) - 1.0).abs() < 1e-2, "{after}");
    let steps = |law: &dyn Fn(f64) -> f64| {
        let mut errors = std::iter::successors(Some(error), |&it| Some(law(it)));
        let count = errors.position(|it| it < 1.000_001 * enough);
        number(count.expect("some step") as f64, 0)
    };
    Question::new(
        "newton/digits",
        "L22",
        "On $e^\\theta - \\theta$, whose minimum is at 0, Newton's method has come to an error of 10⁻³. Computed with digits enough, after how many further steps is the error below 10⁻²⁰?",
    )
    .right(
        steps(&square),
        "A step squares the error, times *f*‴/(2*f*″), which is ½ here: 5 · 10⁻⁷, then about 10⁻¹³, then below 10⁻²⁶. The number of right digits doubles.",
    )
    .wrong(
        "each step adds as many digits",
        steps(&|it| it * error),
        "From 10⁻³ to 10⁻⁶ it gains three digits, but then six, and then twelve: they *double*.",
    )
    .wrong(
        "a fixed share is left",
        steps(&|it| it / 10.0),
        "So it is with gradient descent, and with a damped step, which keeps 1 − α. The full step squares.",
    )
    .wrong(
        "it arrives",
        steps(&|_| 0.0),
        "In one step it arrives only on a quadratic. Here the error is then 5 · 10⁻⁷.",
    )
}

/// Memory for the Hessian.
pub fn memory() -> Question {
    let parameters = 1_000_000;
    let gigabytes = |bytes: u128| number(bytes as f64 / 1e9, 0);
    let half = symmetric_half_bytes(parameters);
    Question::number(
        "newton/memory",
        "L24",
        "How many entries has the matrix, and how many bytes has each?",
        "A network has a million parameters. How many gigabytes (10⁹ bytes) does its Hessian take in single precision, four bytes a number? Count the whole matrix.",
    )
    .right(
        gigabytes(hessian_bytes(parameters)),
        "10⁶ · 10⁶ entries of four bytes are 4 · 10¹² bytes.",
    )
    .wrong(
        "only one half of it",
        gigabytes(half),
        "The matrix is symmetric, and half of it would do. Even so it is two thousand.",
    )
    .wrong(
        "a byte a number",
        gigabytes(hessian_bytes(parameters) / 4),
        "A number in single precision has four bytes.",
    )
    .wrong(
        "that is in double precision",
        gigabytes(hessian_bytes(parameters) * 2),
        "In double precision a number has eight bytes.",
    )
}

/// Where a full step leads near a saddle.
pub fn saddle() -> Question {
    let f = Quadratic::new(dmatrix![2.0, 0.0; 0.0, -2.0], dvector![0.0, 2.0]);
    let from = dvector![3.0, 5.0];
    let gradient = f.gradient(&from);
    let place = |theta: DVector<f64>| {
        let [a, b] = [theta[0], theta[1]].map(|it| exact(it).text);
        words(format!("({a}, {b})"))
    };
    let arrives = &from + newton_step(f.hessian(), &gradient).expect("regular");
    // The sizes of the eigenvalues in place of the eigenvalues.
    let sizes = f.hessian().map(f64::abs);
    let turned = newton_step(&sizes, &gradient).expect("a regular matrix");
    let mut descent = from.clone();
    GradientDescent::new(0.25).expect("valid").step(&mut descent, &gradient);
    Question::new(
        "newton/saddle",
        "L23",
        "$f = \\theta_1^2 - \\theta_2^2 + 2\\theta_2$ falls without end along θ₂. Where does one full step of Newton's method lead from (3, 5)?",
    )
    .right(
        place(arrives),
        "To the saddle: there both slopes, 2θ₁ and −2θ₂ + 2, are zero. The step asks for a *level* place, and for no minimum: along θ₂ it climbs.",
    )
    .wrong(
        "it turns away from the saddle",
        place(&from + turned),
        "So it would be with the *sizes* of the eigenvalues in the place of the eigenvalues. Newton's method divides by −2, and turns uphill.",
    )
    .wrong(
        "that is gradient descent",
        place(descent),
        "Gradient descent with α = ¼ goes there: nearer along θ₁, farther along θ₂. It leaves the saddle.",
    )
    .wrong(
        "where the curvature is negative, nothing moves",
        place(dvector![0.0, from[1]]),
        "Each direction is divided by its own curvature, a negative one as well.",
    )
}

/// Newton's circle.
pub fn circle() -> Steps {
    let mut theta = dvector![0.0];
    let mut steps = Steps::new(
        "newton/circle",
        "Newton's method on *f* = θ⁴/4 − θ² + 2θ, from 0. The slope is *f*′ = θ³ − 2θ + 2, the curvature *f*″ = 3θ² − 2.",
    )
    .step("start")
    .known(format!("θ = {}", text(theta[0])));
    for t in 1..=2 {
        let x = theta[0];
        let (slope, bend) = (
            Example::Quartic.gradient(&theta)[0],
            Example::Quartic.hessian(&theta)[(0, 0)],
        );
        let d = full(Example::Quartic, &theta);
        assert_eq!(d[0], -slope / bend, "the numbers are those of the step");
        theta += &d;
        steps = steps
            .step(format!("step {t}, from {}", text(x)))
            .known(format!(
                "f′ = {}³ − 2 · {} + 2 = {}",
                inner(text(x)),
                inner(text(x)),
                text(slope)
            ))
            .known(format!("f″ = 3 · {}² − 2 = {}", inner(text(x)), text(bend)))
            .line(
                format!(
                    "d = −{} / {} = {}",
                    inner(text(slope)),
                    inner(text(bend)),
                    text(d[0])
                ),
                "src/newton.rs",
                "let d = factors.solve(&-gradient);",
            )
            .known(format!(
                "θ = {} + {} = {}",
                text(x),
                inner(text(d[0])),
                text(theta[0])
            ));
    }
    steps
}
