//! What a file is, by its content: the few types that are taken, and nothing that runs.
//!
//! The declared type is a claim, which must agree with the content. `application/octet-stream`
//! claims nothing. A declared type that is none of ours is refused before the body is read (415);
//! what the content turns out to be is a rule about the body (422).
//!
//! A type counts only where a reader would look for it first: `%PDF-` at the very beginning, a ZIP
//! whose directory covers all of it from the first byte to the last. So a file cannot be two things
//! at once by being appended to another. Text is what is UTF-8 throughout and has no control
//! characters, and it is no markup and no script.

#[cfg(test)]
mod tests;

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::kernel::http::{Code, Faults, Problem};
use crate::text_enum;

/// Bytes at the beginning of a file that are looked into.
const HEAD: usize = 8 * 1024;
/// Bytes at the end of a ZIP in which its directory must lie.
const TAIL: usize = 256 * 1024;

text_enum! {
    /// The types of files that are taken.
    pub enum MediaType {
        /// A PDF.
        Pdf => "application/pdf",
        /// A PNG image.
        Png => "image/png",
        /// A JPEG image.
        Jpeg => "image/jpeg",
        /// A Word document, without macros.
        Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        /// An Excel workbook, without macros.
        Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        /// Slides of `PowerPoint`, without macros.
        Pptx => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        /// Plain text in UTF-8.
        Text => "text/plain",
    }
}

impl MediaType {
    /// Endings of names that are right for such a file, the usual one first.
    #[must_use]
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg"],
            Self::Docx => &["docx"],
            Self::Xlsx => &["xlsx"],
            Self::Pptx => &["pptx"],
            Self::Text => &["txt", "md", "csv"],
        }
    }

    /// The value of `Content-Type`.
    #[must_use]
    pub const fn header(self) -> &'static str {
        match self {
            Self::Text => "text/plain; charset=utf-8",
            other => other.as_str(),
        }
    }
}

/// What the request says that its body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Declared {
    /// `application/octet-stream`.
    Unknown,
    /// One of the types that are taken.
    As(MediaType),
}

impl Declared {
    /// Reads the header.
    ///
    /// # Errors
    ///
    /// 415 when it is missing or names no type that is taken.
    pub(super) fn read(request: &HttpRequest) -> Result<Self, Problem> {
        let value = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_ascii_lowercase();
        let mut parts = value.split(';').map(str::trim);
        let essence = parts.next().unwrap_or_default();
        let is_readable = parts
            .filter_map(|parameter| parameter.strip_prefix("charset="))
            .all(|charset| matches!(charset.trim_matches('"'), "utf-8" | "us-ascii"));
        if essence == "application/octet-stream" {
            return Ok(Self::Unknown);
        }
        match essence.parse() {
            Ok(media_type) if is_readable => Ok(Self::As(media_type)),
            _ => Err(Problem::new(
                Code::UnsupportedMediaType,
                format!(
                    "Send the file as one of {}, or as application/octet-stream; text in UTF-8.",
                    names()
                ),
            )),
        }
    }

    /// The type of a file that was read to its end.
    ///
    /// # Errors
    ///
    /// 422 when it is none that is taken, or another than declared.
    pub(super) fn check(self, sniffer: Sniffer) -> Result<MediaType, Problem> {
        let Some(found) = sniffer.media_type() else {
            return Err(self.refuse(&sniffer));
        };
        match self {
            Self::As(declared) if declared != found => Err(fault(
                "content_mismatch",
                &format!("must be {found}, which is what the content is"),
            )),
            _ => Ok(found),
        }
    }

    /// 422: the content is of no type that is taken.
    pub(super) fn refuse(self, sniffer: &Sniffer) -> Problem {
        let looks = match sniffer.resembles() {
            Some(name) => format!("; it looks like {name}"),
            None => String::new(),
        };
        let names = names();
        fault(
            "type_not_allowed",
            &format!("must be one of {names}, and the content is none of them{looks}"),
        )
    }
}

fn names() -> String {
    let names: Vec<&str> = MediaType::ALL.iter().map(|one| one.as_str()).collect();
    names.join(", ")
}

fn fault(code: &str, detail: &str) -> Problem {
    let mut faults = Faults::default();
    faults.add("Content-Type", code, detail);
    match faults.finish() {
        Err(problem) => problem,
        Ok(()) => Problem::new(Code::ValidationFailed, detail),
    }
}

/// Looks at a file as it passes by.
#[derive(Debug, Default)]
pub(super) struct Sniffer {
    head: Vec<u8>,
    /// The end, and at times some more: kept of what begins like a ZIP.
    tail: Vec<u8>,
    size: usize,
    text: TextCheck,
}

impl Sniffer {
    /// Takes the next chunk.
    pub(super) fn feed(&mut self, chunk: &[u8]) {
        self.size += chunk.len();
        let wanted = HEAD.saturating_sub(self.head.len()).min(chunk.len());
        self.head
            .extend_from_slice(chunk.get(..wanted).unwrap_or_default());
        self.text.feed(chunk);
        if self.head.starts_with(b"PK") || self.head.len() < 2 {
            self.tail.extend_from_slice(chunk);
            if self.tail.len() > 2 * TAIL {
                self.tail.drain(..self.tail.len() - TAIL);
            }
        }
    }

    /// Whether nothing that may follow makes this a file of a type that is taken.
    pub(super) fn is_hopeless(&self) -> bool {
        let may_be_text = self.text.is_good() && !self.is_markup();
        self.head.len() >= 16 && !may_be_text && self.signature().is_none()
    }

    /// The type of the whole file.
    pub(super) fn media_type(&self) -> Option<MediaType> {
        match self.signature() {
            Some(Signature::Plain(media_type)) => Some(media_type),
            Some(Signature::Zip) => office_type(&self.tail, self.size),
            None => (self.text.is_whole() && !self.is_markup()).then_some(MediaType::Text),
        }
    }

    /// A name for what this is, where it is something well known.
    fn resembles(&self) -> Option<&'static str> {
        infer::get(&self.head).map(|kind| kind.mime_type())
    }

    fn signature(&self) -> Option<Signature> {
        if self.head.starts_with(b"%PDF-") {
            return Some(Signature::Plain(MediaType::Pdf));
        }
        if self.head.starts_with(b"PK\x03\x04") {
            return Some(Signature::Zip);
        }
        // Only these two: by the same measure, a letter that begins with BM is a bitmap.
        match infer::get(&self.head)?.mime_type() {
            "image/png" => Some(Signature::Plain(MediaType::Png)),
            "image/jpeg" => Some(Signature::Plain(MediaType::Jpeg)),
            _ => None,
        }
    }

    /// Whether this begins like HTML, SVG, XML or a script, which is no plain text although it is
    /// made of the same characters.
    fn is_markup(&self) -> bool {
        let head = self
            .head
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(&self.head);
        let head = head.trim_ascii_start();
        let is_tag = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'!' | b'?' | b'/');
        match head.split_first() {
            Some((b'<', rest)) => rest.first().is_some_and(is_tag),
            Some((b'#', rest)) => rest.first() == Some(&b'!'),
            _ => false,
        }
    }
}

enum Signature {
    Plain(MediaType),
    Zip,
}

/// Whether all that passed is UTF-8 without control characters.
#[derive(Debug, Default)]
struct TextCheck {
    is_broken: bool,
    /// The beginning of a character whose end is in the next chunk.
    rest: Vec<u8>,
}

impl TextCheck {
    fn feed(&mut self, chunk: &[u8]) {
        if self.is_broken {
            return;
        }
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.extend_from_slice(chunk);
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => text,
            Err(error) => {
                self.is_broken = error.error_len().is_some();
                let (good, rest) = bytes
                    .split_at_checked(error.valid_up_to())
                    .unwrap_or_default();
                self.rest = rest.to_vec();
                std::str::from_utf8(good).unwrap_or_default()
            }
        };
        let is_strange = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
        self.is_broken |= text.contains(is_strange);
    }

    const fn is_good(&self) -> bool {
        !self.is_broken
    }

    const fn is_whole(&self) -> bool {
        !self.is_broken && self.rest.is_empty()
    }
}

/// What kind of Office document this ZIP of `size` bytes is, by the directory at its end. None
/// when it is another ZIP, holds macros, or has anything before or behind it.
fn office_type(tail: &[u8], size: usize) -> Option<MediaType> {
    const END: usize = 22;
    let is_end = |at: &usize| {
        tail.get(*at..)
            .is_some_and(|end| end.starts_with(b"PK\x05\x06"))
            && number(tail, at + 20, 2).is_some_and(|comment| at + END + comment == tail.len())
    };
    let last = tail.len().checked_sub(END)?;
    let end = (last.saturating_sub(usize::from(u16::MAX))..=last)
        .rev()
        .find(is_end)?;
    let (count, length, offset) = (
        number(tail, end + 10, 2)?,
        number(tail, end + 12, 4)?,
        number(tail, end + 16, 4)?,
    );
    let before_tail = size.checked_sub(tail.len())?;
    if offset.checked_add(length)? != before_tail + end {
        return None;
    }
    let mut at = end.checked_sub(length)?;
    let mut names: Vec<&[u8]> = Vec::new();
    for _ in 0..count {
        if !tail.get(at..)?.starts_with(b"PK\x01\x02") {
            return None;
        }
        let name = number(tail, at + 28, 2)?;
        names.push(tail.get(at + 46..at + 46 + name)?);
        at += 46 + name + number(tail, at + 30, 2)? + number(tail, at + 32, 2)?;
    }
    let has_macros = names
        .iter()
        .any(|name| name.to_ascii_lowercase().ends_with(b"vbaproject.bin"));
    if at != end || has_macros || !names.contains(&&b"[Content_Types].xml"[..]) {
        return None;
    }
    let mut kinds = [
        (&b"word/"[..], MediaType::Docx),
        (&b"xl/"[..], MediaType::Xlsx),
        (&b"ppt/"[..], MediaType::Pptx),
    ]
    .into_iter()
    .filter(|(folder, _)| names.iter().any(|name| name.starts_with(folder)))
    .map(|(_, kind)| kind);
    let kind = kinds.next()?;
    kinds.next().is_none().then_some(kind)
}

/// A little-endian number of so many bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at.checked_add(length)?)?;
    Some(
        bytes
            .iter()
            .rev()
            .fold(0, |value, byte| (value << 8) | usize::from(*byte)),
    )
}
