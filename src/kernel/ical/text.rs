//! Values and lines: whatever text comes in, no line begins that we did not begin.

/// Octets of a line without its end (RFC 5545, section 3.1).
const LINE_OCTETS: usize = 75;

/// Lines, folded.
#[derive(Default)]
pub(super) struct Lines(String);

impl Lines {
    /// Adds a line. One that is too long goes on in the next, which begins with a space. Octets
    /// count, and no character is cut.
    pub(super) fn put(&mut self, line: &str) {
        let mut used = 0;
        for character in line.chars() {
            if used + character.len_utf8() > LINE_OCTETS {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(character);
            used += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        self.0
    }
}

/// A `TEXT` value: line breaks of every kind become `\n`, other control characters go, the rest is
/// escaped (RFC 5545, section 3.3.11).
pub(super) fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in cleaned(text).chars() {
        match character {
            '\\' | ';' | ',' => {
                written.push('\\');
                written.push(character);
            }
            '\n' => written.push_str("\\n"),
            _ => written.push(character),
        }
    }
    written
}

/// The text as a reader gets it back.
pub(super) fn cleaned(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .filter_map(|character| match character {
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
            '\t' => Some(' '),
            other => (!other.is_control()).then_some(other),
        })
        .collect()
}

/// The value of a parameter, for double quotes around it. Nothing can be escaped in there, and a
/// caret begins an escape for some readers (RFC 6868) and none for others, so both go.
pub(super) fn parameter(text: &str) -> String {
    cleaned(text)
        .chars()
        .filter_map(|character| match character {
            '"' => Some('\''),
            '^' => None,
            '\n' => Some(' '),
            other => Some(other),
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

/// The value of a `URI`: nothing is escaped in one, so what has no place in one is percent-encoded
/// (RFC 3986), and control characters go.
pub(super) fn uri(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.trim().chars() {
        let has_a_place = character.is_ascii_graphic()
            && !matches!(
                character,
                '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}'
            );
        if has_a_place {
            written.push(character);
        } else if !character.is_control() && !matches!(character, '\u{2028}' | '\u{2029}') {
            let mut octets = [0; 4];
            for octet in character.encode_utf8(&mut octets).bytes() {
                written.push_str(&format!("%{octet:02X}"));
            }
        }
    }
    written
}
