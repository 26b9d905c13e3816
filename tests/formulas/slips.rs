//! Slips of famous texts, typed into copies of the pages.

use crate::check::{Point, points, verdict};
use crate::page::{formulas, read};
use crate::{adam, momentum_convergence, nesterov};

/// A text, the label of a formula, what is typed in the place of what, and how the letters are bound.
type Slip = (&'static str, &'static str, &'static str, &'static str, fn(&mut Point));

const SLIPS: [Slip; 5] = [
    (
        "G. Goh, Why Momentum Really Works: the size of complex roots",
        "momentum_convergence.size",
        r"$\sqrt{\beta}$",
        r"$2\sqrt{\beta}$",
        momentum_convergence::size,
    ),
    (
        "the page of PyTorch's SGD up to version 1.11: Nesterov momentum with the old sum",
        "nesterov.pytorch",
        r"\text{sum}_{t+1}, \qquad g",
        r"\text{sum}_t, \qquad g",
        nesterov::pytorch,
    ),
    (
        "D. Kingma and J. Ba, Adam: the bound of a step",
        "adam.bound",
        r"\sqrt{(1 - \beta_2)(1 - \beta_1^2/\beta_2)}",
        r"\sqrt{1 - \beta_2}",
        adam::bound,
    ),
    (
        "labml, Annotated PyTorch Paper Implementations: no root below",
        "adam.corrected",
        r"\frac{\hat u_t}{\sqrt{\hat v_t} + \varepsilon} .$$",
        r"\frac{\hat u_t}{\hat v_t + \varepsilon} .$$",
        adam::corrected,
    ),
    (
        "the same: epsilon without the root of the weights",
        "adam.rate",
        r"\sqrt{1 - \beta_2^t}\; \varepsilon",
        r"(1 - \beta_2^t)\; \varepsilon",
        adam::rate,
    ),
];

#[test]
fn slips_of_famous_texts_are_refused_with_page_line_point_and_both_values() {
    for (text, label, right, wrong, bind) in SLIPS {
        let (chapter, _) = label.split_once('.').expect("a label");
        let path = format!("chapters/{chapter}.md");
        let page = read(&path);
        assert_eq!(page.matches(right).count(), 1, "{label}: {right}");
        let is_labelled = |text: &str| {
            let shown = formulas(&path, text);
            shown
                .into_iter()
                .find(|it| it.label.as_deref() == Some(label))
                .expect(label)
        };
        let points = points(20, bind);
        assert_eq!(verdict(&is_labelled(&page), &points), Ok(()));
        let slip = is_labelled(&page.replace(right, wrong));
        let failure = verdict(&slip, &points).expect_err(text);
        println!("{text}\n    {failure}");
        let place = format!("{path}:{}: {label}: at point ", slip.line);
        assert!(failure.starts_with(&place), "{failure}");
        let numbers = failure.split(" is ").skip(1).filter(|it| {
            it.starts_with(|c: char| "-[".contains(c) || c.is_ascii_digit())
        });
        assert_eq!(numbers.count(), 2, "both values: {failure}");
    }
}
