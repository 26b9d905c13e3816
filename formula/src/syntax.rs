//! What formulas consist of.

use crate::value::Value;
use nalgebra::Complex;

/// What a formula says: chains of relations, and expressions alone.
#[derive(Debug, Clone)]
pub struct Formula {
    /// They, in their order.
    pub chains: Vec<Chain>,
}

/// Expressions with relations between them.
#[derive(Debug, Clone, Default)]
pub struct Chain {
    /// One more than the relations.
    pub sides: Vec<Side>,
    /// What stands between them.
    pub relations: Vec<Relation>,
}

/// An expression, and how it is written.
#[derive(Debug, Clone)]
pub struct Side {
    /// Its TeX, without layout.
    pub tex: String,
    /// What it says.
    pub expr: Expr,
}

/// What is said of two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    Equal,
    Different,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Near,
    Tends,
    Becomes,
    Distributed,
}

const RELATIONS: [(&str, Relation); 11] = [
    ("=", Relation::Equal),
    (r"\ne", Relation::Different),
    (r"\neq", Relation::Different),
    ("<", Relation::Less),
    (r"\le", Relation::LessOrEqual),
    (">", Relation::Greater),
    (r"\ge", Relation::GreaterOrEqual),
    (r"\approx", Relation::Near),
    (r"\to", Relation::Tends),
    (r"\leftarrow", Relation::Becomes),
    (r"\sim", Relation::Distributed),
];

impl Relation {
    pub(crate) fn of(token: &str) -> Option<Self> {
        RELATIONS.iter().find(|(tex, _)| *tex == token).map(|(_, relation)| *relation)
    }

    /// How it is written.
    pub fn tex(self) -> &'static str {
        RELATIONS.iter().find(|(_, it)| *it == self).map_or("", |(tex, _)| tex)
    }
}

/// A letter with its marks, and what stands below it.
#[derive(Debug, Clone)]
pub struct Name {
    pub(crate) base: String,
    pub(crate) index: Option<Index>,
}

/// What stands below a letter: a part of the name, or numbers.
#[derive(Debug, Clone)]
pub struct Index {
    pub(crate) written: String,
    pub(crate) numbers: Option<Vec<Expr>>,
}

/// What a sum runs over.
#[derive(Debug, Clone)]
pub enum Run {
    /// From a number to another.
    Between(String, Box<Expr>, Box<Expr>),
    /// A letter over a range, perhaps without what another letter stands for.
    In(String, String, Option<String>),
    /// The outcomes of a source.
    Outcomes(String),
}

/// A function of a number.
pub type Function = fn(f64) -> f64;

/// A product, a quotient, a product entry by entry.
pub type Operation = fn(&Value, &Value) -> Result<Value, String>;

/// An expression.
#[derive(Debug, Clone)]
pub enum Expr {
    Number(Complex<f64>),
    Dots,
    Name(Name),
    /// Each term with its sign.
    Sum(Vec<(f64, Expr)>),
    Operation(Operation, Box<Expr>, Box<Expr>),
    Power(Box<Expr>, Box<Expr>),
    Transpose(Box<Expr>),
    Function(Function, Box<Expr>),
    /// The largest or the smallest.
    Extreme(fn(f64, f64) -> f64, Vec<Expr>),
    /// The function of this name, with arguments.
    Call(Name, Vec<Expr>),
    /// The one if there is a function of this name, and otherwise the other.
    IfFunction(Name, Box<Expr>, Box<Expr>),
    Mean(Box<Expr>),
    Variance(Box<Expr>),
    Probability(Chain),
    Norm(Box<Expr>),
    Absolute(Box<Expr>),
    /// A sum, or else a product.
    Big(bool, Run, Box<Expr>),
    Integral(String, Box<Expr>, Box<Expr>, Box<Expr>),
    Derivative(usize, Name, Box<Expr>),
    Matrix(Vec<Vec<Expr>>),
    Cases(Vec<(Expr, Option<Chain>)>),
}
