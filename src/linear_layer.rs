//! The linear layer `X W + 1 b`, forwards and backwards.
//!
//! Source: Data 188, Lecture 06, "Linear layer".

use nalgebra::{DMatrix, DVector, RowDVector, dmatrix};

#[derive(Clone, Debug, PartialEq)]
// ANCHOR: linear
/// A layer: `weight` is `[fan_in, fan_out]`, `bias` is `[1, fan_out]`.
pub struct Linear {
    pub weight: DMatrix<f64>,
    pub bias: RowDVector<f64>,
}
// ANCHOR_END: linear

impl Linear {
    /// A layer from its parameters.
    ///
    /// # Panics
    /// If the bias does not have one entry for each column of the weight.
    pub fn new(weight: DMatrix<f64>, bias: RowDVector<f64>) -> Self {
        assert_eq!(
            weight.ncols(),
            bias.len(),
            "a weight of shape {:?} needs a bias of shape {:?}, not {:?}",
            weight.shape(),
            (1, weight.ncols()),
            bias.shape(),
        );
        Self { weight, bias }
    }

    /// The number of inputs.
    pub fn fan_in(&self) -> usize {
        self.weight.nrows()
    }

    /// The number of outputs.
    pub fn fan_out(&self) -> usize {
        self.weight.ncols()
    }

    // ANCHOR: forward
    /// `X W + 1 b`: `[batch, fan_in]` to `[batch, fan_out]`.
    ///
    /// # Panics
    /// If the input does not have `fan_in` columns.
    pub fn forward(&self, input: &DMatrix<f64>) -> DMatrix<f64> {
        self.check_columns("input", input, self.fan_in());
        let mut output = input * &self.weight;
        for (mut column, &bias) in output.column_iter_mut().zip(&self.bias) {
            column.add_scalar_mut(bias);
        }
        output
    }
    // ANCHOR_END: forward

    // ANCHOR: backward
    /// `∂X = ∂A Wᵀ`, `[batch, fan_in]`, from the output gradient `∂A`.
    ///
    /// # Panics
    /// If the output gradient does not have `fan_out` columns.
    pub fn input_gradient(&self, output_gradient: &DMatrix<f64>) -> DMatrix<f64> {
        self.check_columns("output gradient", output_gradient, self.fan_out());
        output_gradient * self.weight.transpose()
    }

    /// `∂W = Xᵀ ∂A` and `∂b = 1ᵀ ∂A = (∂Aᵀ 1)ᵀ`, in the shape of the layer.
    ///
    /// # Panics
    /// If `input` and `output_gradient` are not of one batch, or do not fit the
    /// layer.
    pub fn parameter_gradient(
        &self,
        input: &DMatrix<f64>,
        output_gradient: &DMatrix<f64>,
    ) -> Linear {
        self.check_batch(input, output_gradient);
        let ones = DVector::from_element(input.nrows(), 1.0);
        Linear {
            weight: transposed(input) * output_gradient,
            bias: output_gradient.tr_mul(&ones).transpose(),
        }
    }
    // ANCHOR_END: backward

    // ANCHOR: then
    /// The one layer that does what `self` and then `next` do, with nothing in
    /// between.
    ///
    /// # Panics
    /// If `next` does not take as many inputs as `self` has outputs.
    pub fn then(&self, next: &Linear) -> Linear {
        assert_eq!(
            self.fan_out(),
            next.fan_in(),
            "a layer with weight of shape {:?} cannot follow one with weight of shape {:?}",
            next.weight.shape(),
            self.weight.shape(),
        );
        Linear::new(&self.weight * &next.weight, &self.bias * &next.weight + &next.bias)
    }
    // ANCHOR_END: then

    // ANCHOR: multiplications
    /// Multiplications of one forward pass: one for each image, input and unit.
    pub fn multiplications(&self, batch: usize) -> usize {
        batch * self.fan_in() * self.fan_out()
    }
    // ANCHOR_END: multiplications

    fn check_columns(&self, what: &str, matrix: &DMatrix<f64>, columns: usize) {
        assert_eq!(
            matrix.ncols(),
            columns,
            "{what} of shape {:?} does not fit a layer with weight of shape {:?}",
            matrix.shape(),
            self.weight.shape(),
        );
    }

    fn check_batch(&self, input: &DMatrix<f64>, output_gradient: &DMatrix<f64>) {
        self.check_columns("input", input, self.fan_in());
        self.check_columns("output gradient", output_gradient, self.fan_out());
        assert_eq!(
            output_gradient.nrows(),
            input.nrows(),
            "an output gradient of shape {:?} and an input of shape {:?} are not of one batch",
            output_gradient.shape(),
            input.shape(),
        );
    }
}

/// `Xᵀ`. The numbers of a matrix stand in memory column by column; read row by
/// row they are its transpose. (For batches this is faster than nalgebra's
/// `transpose`, which walks across.)
fn transposed(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    DMatrix::from_row_slice(matrix.ncols(), matrix.nrows(), matrix.as_slice())
}

/// The lecture's example: a batch of two inputs and a layer from three inputs
/// to four outputs.
pub fn lecture_example() -> (DMatrix<f64>, Linear) {
    let input = dmatrix![
        1.0, 2.0, 1.0;
        3.0, 4.0, 0.0
    ];
    let weight = dmatrix![
        2.0, 2.0, 0.0, 3.0;
        0.0, 1.0, 1.0, 5.0;
        1.0, 4.0, 2.0, 0.0
    ];
    let bias = RowDVector::from_row_slice(&[5.0, -5.0, 0.0, 1.0]);
    (input, Linear::new(weight, bias))
}

/// A batch of three inputs, a layer from two inputs to four outputs, and a
/// gradient of the output. No gradient made of them has two equal numbers.
pub fn second_example() -> (DMatrix<f64>, Linear, DMatrix<f64>) {
    let input = dmatrix![
        1.0, 0.0;
        2.0, 1.0;
        -1.0, 3.0
    ];
    let weight = dmatrix![
        1.0, 0.0, 2.0, 0.0;
        0.0, 1.0, -1.0, 2.0
    ];
    let output_gradient = dmatrix![
        -2.0, 0.0, 2.0, -1.0;
        3.0, 1.0, 0.0, 2.0;
        -2.0, 1.0, 3.0, 0.0
    ];
    (input, Linear::new(weight, RowDVector::zeros(4)), output_gradient)
}
