//! What letters stand for.

use crate::value::Value;
use nalgebra::DMatrix;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

type Function = Rc<dyn Fn(&[Value]) -> Value>;

/// What the letters of a formula stand for.
#[derive(Default, Clone)]
pub struct Scope {
    pub(crate) values: BTreeMap<String, Value>,
    pub(crate) functions: HashMap<String, Function>,
    pub(crate) ranges: HashMap<String, Vec<i64>>,
    /// The probabilities of the outcomes of each source of chance.
    pub(crate) sources: HashMap<String, Rc<[f64]>>,
    /// The source of a random name, and its value at each outcome.
    pub(crate) random: HashMap<String, (String, Rc<[Value]>)>,
}

impl Scope {
    /// Gives a name its value.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        self.values.insert(name.to_owned(), value.into());
        self
    }

    /// Gives values to a name with the indices from `first` on.
    pub fn list<V: Into<Value>>(
        &mut self,
        name: &str,
        first: i64,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        for (i, value) in (first..).zip(values) {
            self.set(&format!("{name}_{i}"), value);
        }
        self
    }

    /// Gives the entries of a matrix to a name with two indices, from 1 on.
    pub fn entries(&mut self, name: &str, matrix: &DMatrix<f64>) -> &mut Self {
        for (i, row) in (1..).zip(matrix.row_iter()) {
            for (j, &entry) in (1..).zip(row.iter()) {
                self.set(&format!("{name}_{i},{j}"), entry);
            }
        }
        self
    }

    /// Makes a name before parentheses a function.
    pub fn function(
        &mut self,
        name: &str,
        function: impl Fn(&[Value]) -> Value + 'static,
    ) -> &mut Self {
        self.functions.insert(name.to_owned(), Rc::new(function));
        self
    }

    /// Lets a letter below a sum run over numbers.
    pub fn range(
        &mut self,
        name: &str,
        values: impl IntoIterator<Item = i64>,
    ) -> &mut Self {
        self.ranges.insert(name.to_owned(), values.into_iter().collect());
        self
    }

    /// A source of chance, by the probabilities of its outcomes.
    pub fn source(&mut self, name: &str, weights: impl Into<Rc<[f64]>>) -> &mut Self {
        self.sources.insert(name.to_owned(), weights.into());
        self
    }

    /// A random name, by its value at each outcome of a source.
    pub fn random<V: Into<Value>>(
        &mut self,
        name: &str,
        source: &str,
        values: impl IntoIterator<Item = V>,
    ) -> &mut Self {
        let values = values.into_iter().map(Into::into).collect();
        self.random.insert(name.to_owned(), (source.to_owned(), values));
        self
    }

    /// What a name stands for, as it was set.
    pub fn given(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// The names that stand for numbers, with these.
    pub fn numbers(&self) -> impl Iterator<Item = (&str, &Value)> {
        let names = self.values.iter().map(|(name, value)| (name.as_str(), value));
        names.filter(|(_, value)| matches!(value, Value::Number(_)))
    }
}
