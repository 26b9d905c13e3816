use nalgebra::{DMatrix, DVector};

use super::Shifted;
use crate::judge::Mistake;

const IN_NO_ORDER: &str = "This takes the eigenvalue at one end of the list for the \
                           smallest. nalgebra gives them in no particular order, where \
                           PyTorch sorts them.";

pub const MISTAKES: &[Mistake<Shifted>] = &[
    Mistake {
        function: |hessian, gradient, least| {
            solve(hessian, least - smallest(hessian), gradient)
        },
        told: "This also shifts a Hessian whose eigenvalues are all large enough, and \
               downwards: its shift is negative there. Where Newton's step is good, leave it alone.",
    },
    Mistake {
        function: |hessian, gradient, least| {
            solve(hessian, (least - smallest(hessian)).abs(), gradient)
        },
        told: "Here the shift is the distance between the smallest eigenvalue and `least`. Its \
               size no longer says on which side the eigenvalue lies, and a Hessian \
               whose eigenvalues are all large enough is shifted as well.",
    },
    Mistake {
        function: |hessian, gradient, least| {
            let smallest = smallest(hessian);
            let shift = if smallest < 0.0 { least - smallest } else { 0.0 };
            solve(hessian, shift, gradient)
        },
        told: "This shifts only where an eigenvalue is negative. One between 0 and \
               `least` stays as small as it is, and the step along its axis as long.",
    },
    Mistake {
        function: |hessian, gradient, least| {
            solve(hessian, smallest(hessian).abs() + least, gradient)
        },
        told: "This shifts by the size of the smallest eigenvalue, whatever its sign. A \
               Hessian that is positive definite already gets curvature on top that it \
               does not have, and the step becomes too short.",
    },
    Mistake {
        function: |hessian, gradient, least| solve(hessian, least, gradient),
        told: "This shifts every Hessian by `least`. How much is needed depends on how far \
               the smallest eigenvalue lies below it.",
    },
    Mistake {
        function: |hessian, gradient, least| {
            let shift = if smallest(hessian) < least { least } else { 0.0 };
            solve(hessian, shift, gradient)
        },
        told: "This shifts where it is needed, but always by `least`. That is more \
               than an eigenvalue above 0 needs, and not enough for a negative one.",
    },
    Mistake {
        function: |hessian, gradient, least| {
            let eigenvalues = hessian.symmetric_eigenvalues();
            let last = eigenvalues[eigenvalues.len() - 1];
            solve(hessian, (least - last).max(0.0), gradient)
        },
        told: IN_NO_ORDER,
    },
    Mistake {
        function: |hessian, gradient, least| {
            let first = hessian.symmetric_eigenvalues()[0];
            solve(hessian, (least - first).max(0.0), gradient)
        },
        told: IN_NO_ORDER,
    },
    Mistake {
        function: |hessian, gradient, least| {
            let shift = (least - hessian.diagonal().min()).max(0.0);
            solve(hessian, shift, gradient)
        },
        told: "This goes by the entries on the diagonal. They are the eigenvalues only of a \
               diagonal matrix; otherwise the smallest eigenvalue can lie far below all of \
               them.",
    },
    Mistake {
        function: |hessian, gradient, least| {
            let shift = (least - smallest(hessian)).max(0.0);
            let everywhere = hessian.add_scalar(shift);
            solve(&everywhere, 0.0, gradient)
        },
        told: "Here the shift is added to every entry of the matrix. shift·I has it on the \
               diagonal only; nothing else moves all eigenvalues alike.",
    },
    Mistake {
        function: |hessian, gradient, least| {
            let shift = (least - smallest(hessian)).max(0.0);
            -solve(hessian, shift, gradient)
        },
        told: "This step goes up: its product with the gradient is above zero. Look at the \
               right side of the equation.",
    },
];

fn smallest(hessian: &DMatrix<f64>) -> f64 {
    hessian.symmetric_eigenvalues().min()
}

/// The `d` with `(H + shift·I) d = −g`; zeros, where there is none.
fn solve(hessian: &DMatrix<f64>, shift: f64, gradient: &DVector<f64>) -> DVector<f64> {
    let n = gradient.len();
    let shifted = hessian + shift * DMatrix::identity(n, n);
    shifted.lu().solve(&-gradient).unwrap_or_else(|| DVector::zeros(n))
}
