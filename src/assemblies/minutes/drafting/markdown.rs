//! Writing Markdown in which what people wrote stands as they wrote it.

use std::fmt::Write;

/// Whether minutes may hold this character: none that controls but line breaks and tabs, and none
/// that turns the direction of writing, by which a text would show as something else.
#[must_use]
pub fn is_plain(c: char) -> bool {
    match c {
        '\n' | '\t' => true,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => false,
        other => !other.is_control(),
    }
}

/// Text in running text or in a cell: in one line, with nothing that Markdown would take for a mark.
#[must_use]
pub fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars().filter(|c| is_plain(*c)) {
            if matches!(
                c,
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '!'
            ) {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}

/// A line that begins a block of its own: as [`inline`], and not taken for a list.
#[must_use]
pub fn line(text: &str) -> String {
    let text = inline(text);
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    if rest.starts_with(['.', ')']) && !number.is_empty() {
        return format!("{number}\\{rest}");
    }
    if text.starts_with(['-', '+', '=']) {
        return format!("\\{text}");
    }
    text
}

/// Text with its lines and paragraphs, as a quotation.
pub fn quote(text: &str, out: &mut String) {
    let mut is_open = false;
    for given in text.lines() {
        let given = line(given);
        if given.is_empty() {
            if is_open {
                out.push_str("\n>\n");
            }
            is_open = false;
            continue;
        }
        out.push_str(if is_open { "\\\n> " } else { "> " });
        out.push_str(&given);
        is_open = true;
    }
    out.push_str("\n\n");
}

/// A table. Cells are written already; `>` at the end of a title sets its column to the right.
pub fn table(titles: &[&str], rows: &[Vec<String>], out: &mut String) {
    let mut marks = String::from("|");
    out.push('|');
    for title in titles {
        let name = title.strip_suffix('>');
        let _ = write!(out, " {} |", name.unwrap_or(title));
        marks.push_str(if name.is_some() { " ---: |" } else { " --- |" });
    }
    let _ = writeln!(out, "\n{marks}");
    for row in rows {
        out.push('|');
        for cell in row {
            let _ = write!(out, " {cell} |");
        }
        out.push('\n');
    }
    out.push('\n');
}

/// Lines with a name each, in one paragraph.
pub fn named(lines: &[(&str, Option<String>)], out: &mut String) {
    let mut is_first = true;
    for (name, value) in lines {
        let Some(value) = value else { continue };
        if !is_first {
            out.push_str("\\\n");
        }
        is_first = false;
        let _ = write!(out, "**{name}:** {value}");
    }
    out.push_str("\n\n");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::assemblies::minutes::rendering::blocks::{Block, parse, words};

    proptest! {
        #[test]
        fn what_people_wrote_is_read_back_as_they_wrote_it(given in "[ -~äʻ\\n]{1,60}") {
            let plain: String = given.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assume!(!plain.is_empty());
            let read = parse(&line(&given));
            let told = match read.as_slice() {
                [Block::Paragraph(spans)] => words(spans),
                other => format!("{other:?}"),
            };
            prop_assert_eq!(told, plain.clone());
            let mut out = String::new();
            table(&["a", "b>"], &[vec![inline(&given), "1".to_owned()]], &mut out);
            let cell = match parse(&out).as_slice() {
                [Block::Table(table)] => words(&table.rows[0][0]),
                other => format!("{other:?}"),
            };
            prop_assert_eq!(cell, plain);
            let mut out = String::new();
            quote(&given, &mut out);
            let is_quote = matches!(parse(&out).as_slice(), [Block::Quote(_)]);
            prop_assert!(is_quote, "{}", out);
        }
    }
}
