//! What is taken out of text before it becomes mail: characters that end a header, hide text or turn
//! its direction.

use serde_json::Value;

use crate::kernel::text;

/// Text for one line, such as a subject or a name: runs of space become one space, at most `most`
/// characters.
#[must_use]
pub fn line(text: &str, most: usize) -> String {
    let spaced: String = text::visible(text)
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let joined = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    joined.chars().take(most).collect()
}

/// Text for a header that readers decode: what looks like an encoded word (RFC 2047) is none, or it would
/// bring back what was taken out.
#[must_use]
pub fn header(text: &str, most: usize) -> String {
    line(text, most).replace("=?", "= ?")
}

/// Text for several lines.
#[must_use]
pub fn paragraphs(text: &str) -> String {
    text::visible(text)
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect()
}

/// Every text within a value, as [`paragraphs`].
#[must_use]
pub fn value(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(paragraphs(&text)),
        Value::Array(items) => items.into_iter().map(self::value).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, member)| (name, self::value(member)))
            .collect(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_no_encoded_word_but_ours() {
        let title = "T =?utf-8?q?=0d=0aBcc:x=40y?= and =\u{200b}?utf-8?b?4oCu?=";
        assert!(!header(title, 100).contains("=?"));
        assert_eq!(header("a = ?", 100), "a = ?");
    }

    #[test]
    fn a_line_has_no_line_ends_no_controls_and_no_hidden_characters() {
        assert_eq!(line("A\r\nBcc: x@y.z", 100), "A Bcc: x@y.z");
        assert_eq!(line("a\0b\u{7f}c\u{85}d", 100), "a b c d");
        assert_eq!(line("\u{202e}gpj.exe\u{2066}\u{200f}", 100), "gpj.exe");
        assert_eq!(line("a\u{2028}b", 100), "a b");
        assert_eq!(line("São Paulo \u{1f30e}", 100), "São Paulo \u{1f30e}");
        assert_eq!(line("abcdef", 3), "abc");
    }

    #[test]
    fn paragraphs_keep_their_line_ends() {
        assert_eq!(paragraphs("a\r\nb\rc\n\0d"), "a\nbc\nd");
        let value = value(serde_json::json!({"a": ["x\u{202e}y", 1], "b": {"c": "d\0"}}));
        assert_eq!(value, serde_json::json!({"a": ["xy", 1], "b": {"c": "d"}}));
    }
}
