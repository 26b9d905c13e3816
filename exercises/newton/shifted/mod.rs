use nalgebra::{DMatrix, DVector, dmatrix, dvector};

use crate::judge::{Exercise, Replies};
use crate::reply::Reply;

mod mistakes;
mod solution;
#[allow(unused_variables, reason = "the reader's to use")]
mod task;

type Shifted = fn(&DMatrix<f64>, &DVector<f64>, f64) -> DVector<f64>;

pub const EXERCISE: Exercise<Shifted> = Exercise {
    name: "newton/shifted",
    text: include_str!("task.rs"),
    hint: include_str!("hint.md"),
    ask,
    truth,
    task: task::shifted,
    solution: solution::shifted,
    mistakes: mistakes::MISTAKES,
};

/// A Hessian by its eigenvalues, with a gradient and the least eigenvalue that is wanted.
/// Its unit eigenvectors are the columns of `axes`.
struct Question {
    axes: DMatrix<f64>,
    eigenvalues: DVector<f64>,
    gradient: DVector<f64>,
    least: f64,
}

impl Question {
    fn hessian(&self) -> DMatrix<f64> {
        &self.axes * DMatrix::from_diagonal(&self.eigenvalues) * self.axes.transpose()
    }

    /// Along each axis the step is what it is in one dimension: `−g/(eigenvalue + shift)`.
    fn step(&self) -> DVector<f64> {
        let shift = (self.least - self.eigenvalues.min()).max(0.0);
        let curvatures = self.eigenvalues.add_scalar(shift);
        let along = self.axes.tr_mul(&self.gradient).component_div(&curvatures);
        -&self.axes * along
    }
}

/// A bowl; one that is too shallow along its first axis; the chapter's saddle at (1, 1); a
/// saddle that lies across the axes and has curvature upwards along each of them; and one
/// in three dimensions. nalgebra gives the smallest eigenvalue of the second one first, and
/// that of the last one in the middle.
fn questions() -> [Question; 5] {
    let turned = dmatrix![0.8, -0.6; 0.6, 0.8];
    // A reflection: I − ⅔ · 1 1ᵀ.
    let mirrored = DMatrix::identity(3, 3) - DMatrix::from_element(3, 3, 2.0 / 3.0);
    [
        Question {
            axes: turned.clone(),
            eigenvalues: dvector![3.0, 1.5],
            gradient: dvector![1.0, -2.0],
            least: 0.5,
        },
        Question {
            axes: DMatrix::identity(2, 2),
            eigenvalues: dvector![0.25, 4.0],
            gradient: dvector![1.0, -3.0],
            least: 1.0,
        },
        Question {
            axes: DMatrix::identity(2, 2),
            eigenvalues: dvector![2.0, -2.0],
            gradient: dvector![2.0, -2.0],
            least: 1.0,
        },
        Question {
            axes: turned,
            eigenvalues: dvector![4.0, -1.0],
            gradient: dvector![1.0, 3.0],
            least: 0.5,
        },
        Question {
            axes: mirrored,
            eigenvalues: dvector![0.5, -1.0, 6.0],
            gradient: dvector![1.0, -1.0, 4.0],
            least: 2.0,
        },
    ]
}

fn ask(shifted: Shifted, replies: &mut Replies) {
    for question in questions() {
        let Question { eigenvalues, gradient, least, .. } = &question;
        let hessian = question.hessian();
        let text = format!(
            "The step for H = {}, whose eigenvalues are {}, with g = {} and least = {least}",
            Reply::from(hessian.clone()),
            Reply::from(eigenvalues.transpose()),
            Reply::from(gradient.transpose()),
        );
        replies.note(text, shifted(&hessian, gradient, *least));
    }
}

fn truth() -> Vec<Reply> {
    questions().map(|question| question.step().into()).to_vec()
}
