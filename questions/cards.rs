//! Question and answer in the form that flash-card programs read.

use crate::{Kind, Question};

/// All questions as tab-separated values, with the head that Anki reads: front, back, and the chapter as a tag.
pub fn tsv(questions: &[Question]) -> String {
    let head = "#separator:tab\n#html:true\n#notetype:Basic\n#tags column:3\n";
    questions.iter().fold(head.to_owned(), |tsv, question| tsv + &card(question))
}

fn card(question: &Question) -> String {
    let chapter = question.name.split('/').next().unwrap_or_default();
    let mut front = html(&question.asks);
    if question.kind != Kind::Number {
        let options = question.sorted().into_iter();
        let options = options.map(|it| format!("<li>{}</li>", html(&it.answer.text)));
        front += &format!("<ul>{}</ul>", options.collect::<String>());
    }
    let truth = question.truth();
    let back = format!("<b>{}</b><br>{}", html(&truth.answer.text), html(&truth.told));
    format!("{front}\t{back}\t{chapter}\n")
}

/// Markdown in one line of HTML; formulas as MathJax reads them.
fn html(markdown: &str) -> String {
    let escaped =
        markdown.trim().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let paired =
        [("**", "<b>", "</b>"), ("$", r"\(", r"\)"), ("`", "<code>", "</code>")];
    let marked = paired.into_iter().fold(escaped, |text, (mark, open, close)| {
        let parts: Vec<_> = text.split(mark).collect();
        let ends = [close, open];
        (1..)
            .zip(&parts[1..])
            .fold(parts[0].to_owned(), |text, (i, part)| text + ends[i % 2] + part)
    });
    marked.replace("\n\n", "<br><br>").replace(['\n', '\t'], " ")
}
