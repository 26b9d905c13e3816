//! Rust without what the compiler does not run: comments, and the texts of strings.

/// What is left of a file, line by line and character by character.
#[derive(Debug)]
pub struct Code {
    /// Its lines with spaces for comments.
    pub lines: Vec<String>,
    /// Its lines with spaces for comments and for what strings say.
    pub bare: Vec<String>,
}

impl Code {
    /// Reads a file.
    pub fn new(text: &str) -> Self {
        let mut reader =
            Reader { rest: text, code: String::new(), bare: String::new() };
        while let Some(first) = reader.rest.chars().next() {
            let length = match first {
                '/' if reader.rest.starts_with("//") => {
                    reader.rest.find('\n').unwrap_or(reader.rest.len())
                }
                '/' if reader.rest.starts_with("/*") => comment(reader.rest),
                '"' => {
                    reader.string(string(reader.rest));
                    continue;
                }
                '\'' if let Some(length) = character(reader.rest) => {
                    reader.string(length);
                    continue;
                }
                'r' | 'b' | 'c'
                    if reader.is_at_word()
                        && let Some(length) = prefixed(reader.rest) =>
                {
                    reader.string(length);
                    continue;
                }
                _ => {
                    reader.code(first.len_utf8());
                    continue;
                }
            };
            reader.comment(length);
        }
        let lines = |text: &str| text.lines().map(str::to_owned).collect();
        Self { lines: lines(&reader.code), bare: lines(&reader.bare) }
    }
}

struct Reader<'a> {
    rest: &'a str,
    code: String,
    bare: String,
}

impl Reader<'_> {
    fn is_at_word(&self) -> bool {
        !self.code.ends_with(|c: char| c.is_alphanumeric() || c == '_')
    }

    fn take(&mut self, length: usize) -> String {
        let (part, rest) = self.rest.split_at(length);
        self.rest = rest;
        part.to_owned()
    }

    fn code(&mut self, length: usize) {
        let part = self.take(length);
        self.code += &part;
        self.bare += &part;
    }

    fn string(&mut self, length: usize) {
        let part = self.take(length);
        self.code += &part;
        self.bare += &blank(&part);
    }

    fn comment(&mut self, length: usize) {
        let part = blank(&self.take(length));
        self.code += &part;
        self.bare += &part;
    }
}

/// Spaces in place of all characters, line by line.
fn blank(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { ' ' }).collect()
}

/// The length of the comment, and of those inside it, at the start of `text`.
fn comment(text: &str) -> usize {
    let mut depth = 0;
    let mut from = 0;
    while let Some(i) = text[from..].find(['/', '*']).map(|i| from + i) {
        from = i + 2;
        match text.get(i..i + 2) {
            Some("/*") => depth += 1,
            Some("*/") if depth == 1 => return from,
            Some("*/") => depth -= 1,
            _ => from = i + 1,
        }
    }
    text.len()
}

/// The length of the string, with its quotation marks.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (i, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return i + 1,
            _ => {}
        }
    }
    text.len()
}

/// The length of a string that begins with letters, `b"…"` or `r#"…"#`.
fn prefixed(text: &str) -> Option<usize> {
    let start = text.find(|c: char| !"rbc".contains(c))?;
    let hashes = text[start..].len() - text[start..].trim_start_matches('#').len();
    let quote = start + hashes;
    if !text[quote..].starts_with('"') || start > 2 {
        return None;
    }
    if !text[..start].contains('r') {
        return (hashes == 0).then(|| start + string(&text[start..]));
    }
    let end = format!("\"{}", "#".repeat(hashes));
    let length = text[quote + 1..].find(&end);
    Some(length.map_or(text.len(), |length| quote + 1 + length + end.len()))
}

/// The length of a character in quotation marks; a lifetime has only one of these.
fn character(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().skip(1);
    if let (_, '\\') = characters.next()? {
        characters.next();
        return characters.find(|(_, c)| *c == '\'').map(|(i, _)| i + 1);
    }
    characters.next().filter(|(_, c)| *c == '\'').map(|(i, _)| i + 1)
}

/// The words of a line: names, and macros with their `!`.
pub fn words(bare: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut rest = bare;
    std::iter::from_fn(move || {
        let start = rest.find(is_word)?;
        let length = rest[start..].find(|c| !is_word(c));
        let end = length.map_or(rest.len(), |length| start + length);
        let is_macro = rest[end..].starts_with('!') && !rest[end..].starts_with("!=");
        let end = end + usize::from(is_macro);
        let word = &rest[start..end];
        rest = &rest[end..];
        Some(word)
    })
}

/// Whether a text asserts something: an assertion about nothing that has a name says nothing.
pub fn asserts(bare: &str) -> bool {
    let mut rest = bare;
    while let Some(i) = rest.find('!') {
        let before = rest[..i].rsplit(|c: char| !c.is_alphanumeric() && c != '_');
        let name = before.into_iter().next().unwrap_or("");
        rest = &rest[i + 1..];
        if name == "panic" || name.contains("assert") && names(arguments(rest)) {
            return true;
        }
    }
    ["unwrap_err", "expect_err"].iter().any(|name| words(bare).any(|w| w == *name))
}

fn names(arguments: &str) -> bool {
    words(arguments).any(|word| {
        !matches!(word, "true" | "false")
            && word.starts_with(|c: char| c.is_alphabetic() || c == '_')
    })
}

/// What stands between the bracket at the start of `text` and the one that closes it.
fn arguments(text: &str) -> &str {
    let mut depth = 0;
    for (i, c) in text.char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth <= 1 => return &text[..i],
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    text
}
