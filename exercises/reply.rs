//! What a function replies to a question: numbers, and how they are written.

use std::fmt::{self, Display, Formatter};

use nalgebra::{DMatrix, DVector, RowDVector};

/// One reply.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    form: Form,
    numbers: DMatrix<f64>,
}

/// How a reply is written.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    Number,
    List,
    Matrix,
}

impl Reply {
    fn list(numbers: &[f64]) -> Self {
        let numbers = DMatrix::from_row_slice(1, numbers.len(), numbers);
        Self { form: Form::List, numbers }
    }
}

impl From<f64> for Reply {
    fn from(number: f64) -> Self {
        Self { form: Form::Number, numbers: DMatrix::from_element(1, 1, number) }
    }
}

impl From<usize> for Reply {
    fn from(number: usize) -> Self {
        (number as f64).into()
    }
}

impl<const N: usize> From<[f64; N]> for Reply {
    fn from(numbers: [f64; N]) -> Self {
        Self::list(&numbers)
    }
}

impl From<Vec<f64>> for Reply {
    fn from(numbers: Vec<f64>) -> Self {
        Self::list(&numbers)
    }
}

impl From<RowDVector<f64>> for Reply {
    fn from(row: RowDVector<f64>) -> Self {
        Self::list(row.as_slice())
    }
}

impl From<DVector<f64>> for Reply {
    fn from(column: DVector<f64>) -> Self {
        Self::list(column.as_slice())
    }
}

impl From<DMatrix<f64>> for Reply {
    fn from(numbers: DMatrix<f64>) -> Self {
        Self { form: Form::Matrix, numbers }
    }
}

impl Reply {
    /// Whether it is the other up to rounding: a billionth of the largest finite entry, or
    /// of a thousandth where all are smaller.
    ///
    /// A right answer may compute in any order. To an entry it takes fewer than a thousand
    /// roundings, each of at most 1.2e-16 of a number that is less than a thousand times as
    /// large as the largest entry: together 1.2e-10 of that. What is wrong differs by far
    /// more, for the questions are made of numbers of few digits.
    pub fn is(&self, other: &Self) -> bool {
        let finite = other.numbers.iter().filter(|entry| entry.is_finite());
        let largest = finite.fold(1e-3, |largest, entry| entry.abs().max(largest));
        let equal = |a: &f64, b: &f64| {
            a == b || a.is_nan() && b.is_nan() || (a - b).abs() <= 1e-9 * largest
        };
        self.numbers.shape() == other.numbers.shape()
            && self.numbers.iter().zip(&other.numbers).all(|(a, b)| equal(a, b))
    }

    /// What is wrong with its shape, if it should be the other.
    pub fn misshapen(&self, other: &Self) -> Option<String> {
        let [(rows, columns), (m, n)] = [self, other].map(|it| it.numbers.shape());
        match other.form {
            _ if (rows, columns) == (m, n) => None,
            Form::Matrix => Some(format!(
                "Its shape should be [{m}, {n}] and is [{rows}, {columns}]."
            )),
            _ => Some(format!("Its length should be {n} and is {columns}.")),
        }
    }

    /// Whether it is a matrix.
    pub fn is_matrix(&self) -> bool {
        self.form == Form::Matrix
    }
}

/// Ten digits, so that what counts as different looks different.
impl Display for Reply {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let rows = self.numbers.row_iter().map(|row| {
            let numbers: Vec<_> = row.iter().map(|&number| digits(number)).collect();
            numbers.join(", ")
        });
        let rows: Vec<_> = rows.collect();
        match self.form {
            Form::Number => write!(f, "{}", rows[0]),
            Form::List => write!(f, "[{}]", rows[0]),
            Form::Matrix => write!(f, "[[{}]]", rows.join("], [")),
        }
    }
}

fn digits(number: f64) -> String {
    let rounded: f64 = format!("{number:.9e}").parse().expect("a number");
    let rounded = rounded + 0.0; // −0 becomes 0
    let plain = number == 0.0 || (1e-4..1e10).contains(&number.abs());
    if plain || !number.is_finite() {
        format!("{rounded}")
    } else {
        format!("{rounded:e}")
    }
}

#[cfg(test)]
mod tests {
    use nalgebra::{dmatrix, dvector};

    use super::Reply;

    #[test]
    fn replies_are_equal_up_to_a_billionth_of_the_largest_entry() {
        let is = |a: [f64; 2], b: [f64; 2]| Reply::from(a).is(&b.into());
        assert!(is([1e6, 1e-4], [1e6, 0.0]) && !is([1e6, 1e-2], [1e6, 0.0]));
        assert!(is([0.0, 1e-17], [0.0, 0.0]) && !is([0.0, 1e-9], [0.0, 0.0]));
        assert!(!Reply::from(0.0).is(&[0.0, 0.0].into()));
    }

    #[test]
    fn numbers_that_are_not_finite_equal_only_themselves() {
        let odd = [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 5.0];
        for (i, a) in odd.into_iter().enumerate() {
            for (j, b) in odd.into_iter().enumerate() {
                assert_eq!(Reply::from(a).is(&b.into()), i == j, "{a} {b}");
            }
        }
    }

    #[test]
    fn a_reply_is_printed_with_ten_digits() {
        let third = Reply::from(1.0 / 3.0).to_string();
        assert_eq!(third, "0.3333333333");
        let row = Reply::from([-0.0, 1e-7 / 3.0, f64::NAN]).to_string();
        assert_eq!(row, "[0, 3.333333333e-8, NaN]");
    }

    #[test]
    fn a_wrong_shape_is_named() {
        let (wide, row) = (Reply::from(dmatrix![1.0, 2.0]), Reply::from([1.0, 2.0]));
        let words = Reply::from(dmatrix![1.0; 2.0]).misshapen(&wide);
        assert_eq!(words.as_deref(), Some("Its shape should be [1, 2] and is [2, 1]."));
        let words = Reply::from([1.0]).misshapen(&row);
        assert_eq!(words.as_deref(), Some("Its length should be 2 and is 1."));
        assert_eq!(Reply::from(dmatrix![0.0, 0.0]).misshapen(&wide), None);
    }

    #[test]
    fn a_reply_is_printed_in_its_form() {
        assert_eq!(Reply::from(vec![0.5]).to_string(), "[0.5]");
        assert_eq!(Reply::from(dvector![1.0, 2.0]).to_string(), "[1, 2]");
        assert_eq!(Reply::from(dmatrix![0.5]).to_string(), "[[0.5]]");
        let square = Reply::from(dmatrix![1.0, 2.0; 3.0, 4.0]).to_string();
        assert_eq!(square, "[[1, 2], [3, 4]]");
    }
}
