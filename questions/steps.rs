//! Worked examples, one step at a time.

use std::fmt::Write;

use descent::backpropagation::Neuron;

use crate::exact;

/// A number with all its digits.
pub fn text(value: f64) -> String {
    exact(value).text
}

/// A printed number behind a sign, in brackets if it has a sign of its own.
pub fn inner(printed: String) -> String {
    if printed.starts_with('−') { format!("({printed})") } else { printed }
}

/// A pair of numbers on one line, one of the weight and one of the bias.
pub fn pair((w, b): (f64, f64)) -> String {
    format!("({},\u{a0}{})", text(w), text(b))
}

/// A worked example.
#[derive(Clone, Debug)]
pub struct Steps {
    /// Chapter and function: `momentum/worksheet`.
    pub name: &'static str,
    /// What is worked out, in a few words.
    pub title: String,
    pub steps: Vec<Step>,
}

/// One state on the way.
#[derive(Clone, Debug)]
pub struct Step {
    pub title: String,
    pub lines: Vec<Line>,
}

/// A formula with this step's numbers in it, and the line of code that computes it.
#[derive(Clone, Debug)]
pub struct Line {
    pub numbers: String,
    /// The file of the code, relative to the root; empty if none stands behind it.
    pub path: &'static str,
    pub code: &'static str,
}

impl Steps {
    /// An example without steps.
    pub fn new(name: &'static str, title: impl Into<String>) -> Self {
        Self { name, title: title.into(), steps: Vec::new() }
    }

    /// Goes on to the next state.
    pub fn step(mut self, title: impl Into<String>) -> Self {
        self.steps.push(Step { title: title.into(), lines: Vec::new() });
        self
    }

    /// What is known in this state, without code.
    pub fn known(self, numbers: impl Into<String>) -> Self {
        self.line(numbers, "", "")
    }

    /// A formula with its numbers, and the line of a file that computes it.
    pub fn line(
        mut self,
        numbers: impl Into<String>,
        path: &'static str,
        code: &'static str,
    ) -> Self {
        if let Some(step) = self.steps.last_mut() {
            step.lines.push(Line { numbers: numbers.into(), path, code });
        }
        self
    }

    /// Goes on to step `t` of the worksheet's neuron, on one sample: what goes into its ReLU. Its parameters are shown by `show`.
    pub fn sample(
        self,
        t: usize,
        neuron: Neuron,
        (x, y): (f64, f64),
        show: fn(f64) -> String,
    ) -> Self {
        let a = neuron.w * x + neuron.b;
        let gate = if a > 0.0 { "on" } else { "off" };
        self.step(format!("step {t}: the sample {}", pair((x, y)))).line(
            format!(
                "a = {} · {} + {} = {}: {gate}",
                show(neuron.w),
                inner(text(x)),
                inner(show(neuron.b)),
                show(a)
            ),
            "src/backpropagation.rs",
            "let a = self.w * x + self.b;",
        )
    }

    /// What the pages are made from.
    pub fn body(&self) -> String {
        let mut body = format!("kind: steps\n\n{}\n", self.title);
        for step in &self.steps {
            let _ = write!(body, "\n## {}\n", step.title);
            for Line { numbers, path, code } in &step.lines {
                let _ = write!(body, "\n{numbers}\n");
                if !path.is_empty() {
                    let _ = writeln!(body, "{path}: {code}");
                }
            }
        }
        body
    }
}
