//! Evaluates formulas as they stand on the pages, in LaTeX.
//!
//! ```
//! use formula::{Formula, Scope};
//!
//! let formula = Formula::parse(r"\frac{1-\beta^{t}}{1-\beta} = \sum_{k=0}^{t-1} \beta^k").unwrap();
//! let mut scope = Scope::default();
//! scope.set("β", 0.5).set("t", 3.0);
//! let sides = &formula.chains[0].sides;
//! assert_eq!(scope.value(&sides[0].expr).unwrap(), 1.75.into());
//! assert_eq!(scope.value(&sides[1].expr).unwrap(), 1.75.into());
//! ```
//!
//! # Grammar
//!
//! ```text
//! formula   = chain { separator chain }        separator: \qquad \quad , \\ \Longrightarrow
//! chain     = sum { relation sum }             relation: = < > \le \ge \ne \approx \to \leftarrow \sim
//! sum       = [sign] product { sign product }  sign: + - \pm \mp; a product may be \dots
//! product   = factor { [operator] factor }     operator: \cdot \times / \circ, from the left; none multiplies
//! factor    = atom { ^factor | ^\top }
//! atom      = number | name | ( sum ) | [ sum ] | \frac{sum}{sum} | \sqrt[sum]{sum} | |sum| | \lVert sum \rVert
//!           | name( sum { , sum } ) | function factors | \max(…) | \min(…) | \Pr( chain )
//!           | (\sum | \prod) _{index} ^{sum} product | \int _{sum} ^{sum} product \mathrm{d}name
//!           | \frac{\mathrm{d}^n}{\mathrm{d}name^n} product | \begin{bmatrix} … | \begin{cases} …
//! name      = letter { ' | ^* | ^+ | ^{\text{word}} | _{anything} }
//! letter    = x | \theta | \hat x | \tilde x | \bar x | \partial x | \nabla x | \Delta x | \text{word} | \operatorname{word}
//! function  = \log \ln \exp \sin … | \operatorname{E} | \operatorname{Var} | \operatorname{mean}
//! index     = name = sum | name | name \ne name | name \in name | \text{word} | nothing
//! ```
//!
//! The name of a letter in a [`Scope`] is what one would write in a sentence: `θ`, `λ_min`, `hat u`, `∇f`, `∂W`, `f'`,
//! `ρ*`, `gap`. An index is first taken as it is written, `β_1`, and then by its value: with `t` = 3, `θ_{t+1}` is `θ_4` and
//! `W_{kj}` has two. Before parentheses a name is a function, if the scope has one, and otherwise a factor. A function without
//! parentheses takes the factors up to the next function, sign or `\cdot`. The body of a sum ends at the next `+` or `-`, or at
//! `\cdot \sum`. A row that begins with a relation goes on with the chain before it. Words with a blank, or alone between two
//! separators, are remarks, as is a number in parentheses.
//!
//! `a + b + \dots + z` goes on by the factor from term to term, and refuses if it does not come by `z`; without `z` it never
//! ends. `x_1 + \dots + x_n` goes on by the index. `\pm` is the sign `±` of the scope. `\operatorname{E}` is the mean over the
//! outcomes of all random names behind it, those of one source together. What is not in this grammar, and each name that the
//! scope has not, is refused by name.

mod evaluate;
mod numeric;
mod parse;
mod scope;
mod syntax;
mod tokens;
mod value;

pub use scope::Scope;
pub use syntax::{Chain, Expr, Formula, Relation, Side};
pub use tokens::{tokens, words};
pub use value::Value;
