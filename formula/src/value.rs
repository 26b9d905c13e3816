//! Numbers and matrices.

use nalgebra::{Complex, DMatrix, DVector, Dim, Matrix, RawStorage};

/// A number, which may be complex, or a matrix with more than one entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number.
    Number(Complex<f64>),
    /// A column, a row, or another matrix.
    Array(DMatrix<f64>),
}

use Value::{Array, Number};

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Number(number.into())
    }
}

impl From<Complex<f64>> for Value {
    fn from(number: Complex<f64>) -> Self {
        Number(number)
    }
}

impl<R: Dim, C: Dim, S: RawStorage<f64, R, C>> From<&Matrix<f64, R, C, S>> for Value {
    fn from(matrix: &Matrix<f64, R, C, S>) -> Self {
        let entries = matrix.iter().copied();
        let matrix = DMatrix::from_iterator(matrix.nrows(), matrix.ncols(), entries);
        if matrix.len() == 1 { matrix[0].into() } else { Array(matrix) }
    }
}

impl<R: Dim, C: Dim, S: RawStorage<f64, R, C>> From<Matrix<f64, R, C, S>> for Value {
    fn from(matrix: Matrix<f64, R, C, S>) -> Self {
        (&matrix).into()
    }
}

impl Value {
    /// The number, if it is a real one.
    pub fn real(&self) -> Result<f64, String> {
        match self {
            Number(z) if z.im.abs() <= 1e-12 * z.norm() => Ok(z.re),
            _ => Err(format!("{self} is no real number")),
        }
    }

    /// As a column, for a function of the library.
    pub fn column(&self) -> DVector<f64> {
        match self {
            Number(z) => DVector::from_element(1, z.re),
            Array(matrix) => DVector::from_column_slice(matrix.as_slice()),
        }
    }

    /// As a matrix.
    pub fn matrix(&self) -> DMatrix<f64> {
        match self {
            Number(z) => DMatrix::from_element(1, 1, z.re),
            Array(matrix) => matrix.clone(),
        }
    }

    /// Its Euclidean norm.
    pub fn norm(&self) -> f64 {
        match self {
            Number(z) => z.norm(),
            Array(matrix) => matrix.norm(),
        }
    }

    /// The sum, if the shapes agree.
    pub fn plus(&self, other: &Self) -> Result<Self, String> {
        match (self, other) {
            (Number(one), Number(two)) => Ok(Number(one + two)),
            (Array(one), Array(two)) if one.shape() == two.shape() => {
                Ok(Array(one + two))
            }
            (zero, it) | (it, zero) if *zero == 0.0.into() => Ok(it.clone()),
            _ => Err(self.unfit("+", other)),
        }
    }

    /// The product of numbers and matrices, if the shapes fit.
    pub fn times(&self, other: &Self) -> Result<Self, String> {
        match (self, other) {
            // The product of complex numbers is none where one is infinite.
            (Number(one), Number(two)) if one.im == 0.0 && two.im == 0.0 => {
                Ok((one.re * two.re).into())
            }
            (Number(one), Number(two)) => Ok(Number(one * two)),
            (number @ Number(_), Array(it)) | (Array(it), number @ Number(_)) => {
                Ok((it * number.real()?).into())
            }
            (Array(one), Array(two)) if one.ncols() == two.nrows() => {
                Ok((one * two).into())
            }
            _ => Err(self.unfit("times", other)),
        }
    }

    /// The product entry by entry, if the shapes agree.
    pub fn entrywise(&self, other: &Self) -> Result<Self, String> {
        match (self, other) {
            (Array(one), Array(two)) if one.shape() == two.shape() => {
                Ok(one.component_mul(two).into())
            }
            (Number(_), _) | (_, Number(_)) => self.times(other),
            _ => Err(self.unfit("∘", other)),
        }
    }

    /// The quotient, if the divisor is a number.
    pub fn over(&self, other: &Self) -> Result<Self, String> {
        match (self, other) {
            (Number(one), Number(two)) if one.im == 0.0 && two.im == 0.0 => {
                Ok((one.re / two.re).into())
            }
            (Number(one), Number(two)) => Ok(Number(one / two)),
            (Array(matrix), Number(_)) => Ok((matrix / other.real()?).into()),
            _ => Err(self.unfit("over", other)),
        }
    }

    /// The power of a number, or the inverse of a matrix: its power −1.
    pub fn power(&self, exponent: &Self) -> Result<Self, String> {
        let Number(base) = self else {
            let matrix = self.matrix();
            let is_inverted = matrix.is_square() && *exponent == (-1.0).into();
            let inverse = is_inverted.then(|| matrix.try_inverse()).flatten();
            return inverse
                .map(Self::from)
                .ok_or_else(|| self.unfit("to the power", exponent));
        };
        let Number(exponent) = exponent else {
            return Err(self.unfit("to the power", exponent));
        };
        let is_whole = exponent.re.fract() == 0.0 && exponent.re.abs() < 1e6;
        Ok(match (base.im == 0.0, exponent.im == 0.0) {
            (true, true) if is_whole => base.re.powi(exponent.re as i32).into(),
            (true, true) if base.re >= 0.0 => base.re.powf(exponent.re).into(),
            (false, true) if is_whole => Number(base.powi(exponent.re as i32)),
            _ => Number(base.powc(*exponent)),
        })
    }

    /// The transpose.
    pub fn transpose(&self) -> Self {
        match self {
            Number(_) => self.clone(),
            Array(matrix) => matrix.transpose().into(),
        }
    }

    fn unfit(&self, operation: &str, other: &Self) -> String {
        format!("{self} {operation} {other}: the shapes do not fit")
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Number(z) if z.im == 0.0 => write!(f, "{}", z.re),
            Number(z) => write!(f, "{z}"),
            Array(matrix) => {
                let rows = matrix.row_iter().map(|row| {
                    let entries: Vec<_> = row.iter().map(f64::to_string).collect();
                    entries.join(", ")
                });
                write!(f, "[{}]", rows.collect::<Vec<_>>().join("; "))
            }
        }
    }
}
