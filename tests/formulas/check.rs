//! How a formula is examined: at many points, each with values for its letters.

use crate::mutants;
use crate::page::{self, Shown};
use crate::support::rng;
use formula::{Chain, Formula, Relation, Scope, Side, Value};
use nalgebra::{DMatrix, DVector};
use rand::RngExt;
use rand::rngs::ChaCha8Rng;
use std::ops::RangeInclusive;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How far numbers may be apart that should be equal, relative to the larger.
const ROUNDING: f64 = 1e-9;
/// Numbers below are compared as if they were of this size: what is left of larger ones has their rounding.
const SMALL: f64 = 1e-4;

/// One point: what the letters of the formula stand for, and what is expected there.
pub struct Point {
    /// Counts the points from 0.
    pub number: usize,
    pub rng: ChaCha8Rng,
    scope: Scope,
    /// What stands to the left of `\leftarrow`.
    after: Scope,
    expected: Vec<(usize, Value)>,
    truth: Option<bool>,
    tolerance: f64,
    /// The same where one is near another, and not equal to it.
    nearness: Option<f64>,
    /// Whether random sides are compared in law.
    in_law: bool,
    /// Relations that hold up to an error of some order in a letter.
    orders: Vec<(usize, String, i32)>,
    reach: Option<f64>,
    /// The relation that is reached, if not all are.
    reached: Option<usize>,
    /// The chain that this point is for, if it is not for all.
    only: Option<usize>,
    /// How many of the relations it is for.
    first: usize,
}

/// What a point says to its scope.
macro_rules! says {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        impl Point {
            $(pub fn $name(&mut self, $($argument: $type),*) -> &mut Self {
                self.scope.$name($($argument),*);
                self
            })*
        }
    };
}

says! {
    set(name: &str, value: impl Into<Value>);
    list(name: &str, first: i64, values: impl IntoIterator<Item = impl Into<Value>>);
    entries(name: &str, matrix: &DMatrix<f64>);
    function(name: &str, function: impl Fn(&[Value]) -> Value + 'static);
    range(name: &str, values: impl IntoIterator<Item = i64>);
    source(name: &str, weights: Vec<f64>);
    random(name: &str, source: &str, values: impl IntoIterator<Item = impl Into<Value>>);
}

impl Point {
    /// A number that no one chose.
    pub fn draw(&mut self, range: RangeInclusive<f64>) -> f64 {
        self.rng.random_range(range)
    }

    /// Gives a name a number that no one chose.
    pub fn any(&mut self, name: &str, range: RangeInclusive<f64>) -> f64 {
        let number = self.draw(range);
        self.scope.set(name, number);
        number
    }

    /// What a name was given.
    pub fn given(&self, name: &str) -> Option<&Value> {
        self.scope.given(name)
    }

    /// What a name was given, as a column.
    pub fn column_of(&self, name: &str) -> Option<DVector<f64>> {
        self.scope.given(name).map(Value::column)
    }

    /// Gives a name a function of a number.
    pub fn real(&mut self, name: &str, f: impl Fn(f64) -> f64 + 'static) -> &mut Self {
        self.scope.function(name, move |x| x[0].real().map_or(f64::NAN, &f).into());
        self
    }

    /// What the library, or another independent way, has for a side; the sides of all chains are counted from 0.
    pub fn is(&mut self, side: usize, value: impl Into<Value>) -> &mut Self {
        self.expected.push((side, value.into()));
        self
    }

    /// Whether all relations are to hold at this point. They are, if nothing is said.
    pub fn truth(&mut self, truth: bool) -> &mut Self {
        self.truth = Some(truth);
        self
    }

    /// How far apart, relative to the larger, sides may be that are equal or near each other.
    pub fn within(&mut self, tolerance: f64) -> &mut Self {
        self.tolerance = tolerance;
        self
    }

    /// How far apart sides may be that are near each other.
    pub fn about(&mut self, nearness: f64) -> &mut Self {
        self.nearness = Some(nearness);
        self
    }

    /// Random sides are to have one law.
    pub fn in_law(&mut self) -> &mut Self {
        self.in_law = true;
        self
    }

    /// Half of the letter divides the distance of a relation's sides by this power of 2.
    pub fn order(&mut self, relation: usize, letter: &str, order: i32) -> &mut Self {
        self.orders.push((relation, letter.to_owned(), order));
        self
    }

    /// What a name stands for behind the step: to the left of `\leftarrow`.
    pub fn after(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        self.after.set(name, value);
        self
    }

    /// Here the sides of all inequalities are all but equal, up to this share.
    pub fn reaches(&mut self, share: f64) -> &mut Self {
        self.reach = Some(share);
        self
    }

    /// This point is for one chain of several, counted from 0.
    pub fn only(&mut self, chain: usize) -> &mut Self {
        self.only = Some(chain);
        self
    }

    /// If anything is reached here, it is this relation.
    pub fn reached_by(&mut self, relation: usize) -> &mut Self {
        self.reached = Some(relation);
        self
    }

    /// This point is for the first relations, and those behind need more than it has.
    pub fn first(&mut self, relations: usize) -> &mut Self {
        self.first = relations;
        self
    }

    fn examine(&self, formula: &Formula) -> Result<(), String> {
        let mut before = (0, 0);
        let mut all_hold = true;
        for (i, chain) in formula.chains.iter().enumerate() {
            match self.chain(chain, before) {
                _ if self.only.is_some_and(|only| only != i) => {}
                Err(_) if self.truth == Some(false) => all_hold = false,
                outcome => outcome?,
            }
            before.0 += chain.sides.len();
            before.1 += chain.relations.len();
        }
        if let Some((side, _)) = self.expected.iter().find(|(i, _)| *i >= before.0) {
            return Err(format!("it has no side {side}"));
        }
        if self.truth == Some(false) && all_hold {
            return Err("all of it holds, and should not".to_owned());
        }
        Ok(())
    }

    /// Compares the sides of a chain with each other, and with what is expected of them.
    fn chain(
        &self,
        chain: &Chain,
        (side, relation): (usize, usize),
    ) -> Result<(), String> {
        if self.in_law {
            return self.laws(chain);
        }
        let mut values = Vec::new();
        for (i, Side { tex, expr }) in chain.sides.iter().enumerate() {
            let becomes = chain.relations.get(i).is_some_and(|it| self.is_step(*it));
            let scope = if becomes { &self.after } else { &self.scope };
            let value =
                scope.value(expr).map_err(|error| format!("`{tex}`: {error}"))?;
            let expected =
                self.expected.iter().filter(|(number, _)| *number == side + i);
            for (_, expected) in expected {
                if self.distance(&value, expected) > self.tolerance {
                    return Err(format!(
                        "`{tex}` is {value}, and the value of the book is {expected}"
                    ));
                }
            }
            values.push(value);
        }
        for (i, kind) in chain.relations.iter().enumerate() {
            if relation + i >= self.first {
                break;
            }
            let (left, right) = (&chain.sides[i], &chain.sides[i + 1]);
            let holds =
                match self.orders.iter().find(|(number, ..)| *number == relation + i) {
                    Some((_, letter, order)) => {
                        self.has_order(left, right, letter, *order)?
                    }
                    None => {
                        self.holds((relation + i, *kind), &values[i], &values[i + 1])?
                    }
                };
            if !holds {
                return Err(format!(
                    "`{}` is {} and `{}` is {}: {kind:?} is wrong",
                    left.tex,
                    values[i],
                    right.tex,
                    values[i + 1]
                ));
            }
        }
        Ok(())
    }

    /// Compares random sides by their Laplace transforms, and a number with the probabilities of 0, 1, ….
    fn laws(&self, chain: &Chain) -> Result<(), String> {
        for (pair, kind) in chain.sides.windows(2).zip(&chain.relations) {
            let mean = |side: &Side, f: &dyn Fn(f64) -> f64| {
                let mean = self.scope.mean_of(&side.expr, f);
                mean.map_err(|error| format!("`{}`: {error}", side.tex))
            };
            let compared: Vec<(f64, f64)> = match kind {
                Relation::Equal => [0.3, 1.0, 3.0]
                    .iter()
                    .map(|rate: &f64| {
                        let wave = |x: f64| (-rate * x).exp();
                        Ok((mean(&pair[0], &wave)?, mean(&pair[1], &wave)?))
                    })
                    .collect::<Result<_, String>>()?,
                _ => {
                    let shares = self.scope.value(&pair[1].expr)?.column();
                    let share = |k: usize| {
                        mean(&pair[0], &|x| f64::from(u8::from(x == k as f64)))
                    };
                    let shares = shares.iter().enumerate();
                    shares
                        .map(|(k, &it)| Ok((share(k)?, it)))
                        .collect::<Result<_, String>>()?
                }
            };
            if let Some((one, two)) = compared
                .into_iter()
                .find(|(one, two)| (one - two).abs() > self.tolerance)
            {
                return Err(format!(
                    "`{}` and `{}` have other laws: a mean is {one} of the one, and {two} of the other",
                    pair[0].tex, pair[1].tex
                ));
            }
        }
        Ok(())
    }

    /// How far two values are apart, relative to the larger.
    fn distance(&self, one: &Value, two: &Value) -> f64 {
        let difference = two.times(&(-1.0).into()).and_then(|minus| one.plus(&minus));
        let scale = one.norm().max(two.norm()).max(SMALL);
        // What is no number, or has another shape, is far away.
        let distance = difference.map_or(f64::INFINITY, |it| it.norm() / scale);
        if distance.is_nan() { f64::INFINITY } else { distance }
    }

    /// Whether a relation says what becomes of its left side.
    fn is_step(&self, kind: Relation) -> bool {
        let has_after = self.after.numbers().next().is_some();
        kind == Relation::Becomes || kind == Relation::Tends && has_after
    }

    fn holds(
        &self,
        (number, kind): (usize, Relation),
        one: &Value,
        two: &Value,
    ) -> Result<bool, String> {
        use Relation::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, Near};
        if matches!(kind, Equal | Near) || self.is_step(kind) {
            let tolerance = match kind {
                Near => self.nearness.ok_or("nothing is said of how near it is")?,
                _ => self.tolerance,
            };
            return Ok(self.distance(one, two) <= tolerance);
        }
        let slack = match kind {
            Less | LessOrEqual => two.real()? - one.real()?,
            Greater | GreaterOrEqual => one.real()? - two.real()?,
            Relation::Different => return Ok(self.distance(one, two) > self.tolerance),
            _ => return Err(format!("nothing is said of {kind:?}")),
        };
        let scale = one.norm().max(two.norm());
        if scale.is_infinite() {
            return Err("a side is infinite".to_owned());
        }
        let rounding = if self.truth.is_none() { self.tolerance * scale } else { 0.0 };
        let reach = self.reach.filter(|_| self.reached.is_none_or(|it| it == number));
        let is_reached = reach.is_none_or(|share| slack <= share * scale);
        Ok(is_reached
            && match kind {
                Less | Greater if reach.is_none() => slack > 0.0,
                _ => slack >= -rounding,
            })
    }

    fn has_order(
        &self,
        left: &Side,
        right: &Side,
        letter: &str,
        order: i32,
    ) -> Result<bool, String> {
        const HALVINGS: usize = 2;
        let mut scope = self.scope.clone();
        let mut distances = Vec::new();
        for _ in 0..HALVINGS {
            let minus = scope.value(&right.expr)?.times(&(-1.0).into())?;
            distances.push(scope.value(&left.expr)?.plus(&minus)?.norm());
            let number = scope.numbers().find(|(name, _)| *name == letter);
            let (_, number) =
                number.ok_or_else(|| format!("`{letter}` is no number"))?;
            let half = number.real()? / 2.0;
            scope.set(letter, half);
        }
        let measured = (distances[0] / distances[1]).log2();
        Ok((measured - f64::from(order)).abs() < 0.25)
    }

    /// The point in a sentence.
    fn describe(&self) -> String {
        const SHOWN: usize = 12;
        let numbers = self.scope.numbers().take(SHOWN);
        let numbers: Vec<_> =
            numbers.map(|(name, it)| format!("{name} = {it}")).collect();
        format!("point {}, {}", self.number, numbers.join(", "))
    }
}

/// Evaluates the formula with this label at some points.
#[track_caller]
pub fn check(label: &str, count: usize, bind: impl Fn(&mut Point)) {
    let (chapter, _) = label.split_once('.').expect("a label `chapter.name`");
    let formulas = page::formulas_of(chapter);
    let labelled = formulas.iter().find(|it| it.label.as_deref() == Some(label));
    let shown = labelled
        .unwrap_or_else(|| panic!("no formula of {chapter}.md is labelled `{label}`"));
    let Some(mutants) = mutants::asked_for(label) else {
        return verdict(shown, &points(count, bind))
            .unwrap_or_else(|it| panic!("{it}"));
    };
    if mutants.is_empty() {
        return;
    }
    let points = points(count, bind);
    for tex in mutants {
        let mutant = Shown { tex: tex.clone(), ..shown.clone() };
        let judge = || verdict(&mutant, &points);
        let is_accepted =
            catch_unwind(AssertUnwindSafe(judge)).is_ok_and(|it| it.is_ok());
        let outcome = if is_accepted { "accepted" } else { "refused" };
        println!("{} {outcome}\t{label}\t{tex}", mutants::LIST);
    }
}

/// So many points, each bound.
pub fn points(count: usize, bind: impl Fn(&mut Point)) -> Vec<Point> {
    let point = |number| {
        let mut point = Point {
            number,
            rng: rng(number as u64),
            scope: Scope::default(),
            after: Scope::default(),
            expected: Vec::new(),
            truth: None,
            tolerance: ROUNDING,
            nearness: None,
            in_law: false,
            orders: Vec::new(),
            reach: None,
            reached: None,
            only: None,
            first: usize::MAX,
        };
        bind(&mut point);
        point
    };
    (0..count).map(point).collect()
}

/// Whether a formula is right at all points; if not, where it is wrong.
pub fn verdict(shown: &Shown, points: &[Point]) -> Result<(), String> {
    let label = shown.label.as_deref().unwrap_or_default();
    let place = format!("{}:{}: {label}", shown.page, shown.line);
    let formula =
        Formula::parse(&shown.tex).map_err(|error| format!("{place}: {error}"))?;
    points.iter().try_for_each(|point| {
        let examined = point.examine(&formula);
        examined.map_err(|error| format!("{place}: at {}: {error}", point.describe()))
    })
}
