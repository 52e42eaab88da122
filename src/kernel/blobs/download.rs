//! A stored file as an answer: streamed, and never shown in place.
//!
//! A browser is told to save it (`attachment`), under a name that can be written anywhere, not to
//! guess its type (`nosniff`), and to give it no rights should it be shown after all (`sandbox`).

use std::borrow::Cow;

use actix_web::body::{BoxBody, SizedStream};
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder};
use futures_util::TryStreamExt;
use futures_util::stream::LocalBoxStream;

use super::{Blobs, MediaType};
use crate::kernel::http::{Faults, Problem};
use crate::kernel::text;

/// Characters of a name, at most.
const NAME_LENGTH: usize = 200;

/// A stored file on its way out.
pub struct Download {
    size: u64,
    media_type: MediaType,
    disposition: String,
    body: LocalBoxStream<'static, object_store::Result<actix_web::web::Bytes>>,
}

impl Download {
    /// Opens a stored file of this type and size, to be saved under this name.
    ///
    /// # Errors
    ///
    /// 503 when the store does not answer; 500 when the file is missing or has another size.
    pub async fn open(
        blobs: &Blobs,
        key: &str,
        size: i64,
        media_type: MediaType,
        filename: &str,
    ) -> Result<Self, Problem> {
        let found = blobs.get(key).await?;
        if i64::try_from(found.meta.size) != Ok(size) {
            return Err(Problem::internal(format!(
                "the stored file {key} has {} bytes instead of {size}",
                found.meta.size
            )));
        }
        Ok(Self {
            size: found.meta.size,
            media_type,
            disposition: content_disposition(filename, media_type),
            body: Box::pin(found.into_stream()),
        })
    }
}

impl Responder for Download {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        // The answer has begun: all that is left is to break it off, which the length shows.
        let body = self.body.inspect_err(|error| {
            tracing::error!(%error, "a stored file could not be read to its end");
        });
        HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, self.media_type.header()))
            .insert_header((header::CONTENT_DISPOSITION, self.disposition))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((
                header::CONTENT_SECURITY_POLICY,
                "sandbox; default-src 'none'; frame-ancestors 'none'",
            ))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(SizedStream::new(self.size, body))
    }
}

/// The name of a file as it is kept: the last part of a path, in NFC, without control characters
/// and what turns the direction of writing, without dots at its beginning, of 200 characters at
/// most. None when nothing is left.
#[must_use]
fn clean_filename(given: &str) -> Option<String> {
    let base = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let visible: String = base.chars().filter(|c| !is_unseen(*c)).collect();
    let name = text::clean(&visible);
    let name = name
        .trim_start_matches(|c: char| c == '.' || c.is_whitespace())
        .trim_end_matches(|c: char| c == '.' || c.is_whitespace());
    if name.is_empty() {
        return None;
    }
    let ending = match name.rsplit_once('.') {
        Some((_, ending)) if ending.chars().count() <= 16 => format!(".{ending}"),
        _ => String::new(),
    };
    let length = name.chars().count();
    if length <= NAME_LENGTH {
        return Some(name.to_owned());
    }
    let kept = NAME_LENGTH - ending.chars().count();
    Some(name.chars().take(kept).chain(ending.chars()).collect())
}

/// The name that a caller gives a file, as it is kept.
///
/// # Errors
///
/// 422 when nothing of it is left.
pub fn checked_filename(given: &str) -> Result<String, Problem> {
    let cleaned = clean_filename(given);
    let mut faults = Faults::default();
    faults.require(
        cleaned.is_some(),
        "filename",
        "filename_empty",
        "has no character that a file can be called by",
    );
    faults.finish()?;
    cleaned.ok_or_else(|| Problem::internal("a file without a name passed the checks"))
}

/// Control characters, and those that show nothing or turn the direction of what follows.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// The header by RFC 6266: a name in ASCII, and the name itself as RFC 8187 writes it. A name whose
/// ending is wrong for the type gets the right one, so that text is not opened as a page.
fn content_disposition(filename: &str, media_type: MediaType) -> String {
    let name = clean_filename(filename).unwrap_or_else(|| "file".to_owned());
    let ending = name
        .rsplit_once('.')
        .map(|(_, ending)| ending.to_lowercase())
        .unwrap_or_default();
    let endings = media_type.endings();
    let name: Cow<'_, str> = if endings.contains(&ending.as_str()) {
        name.into()
    } else {
        format!("{name}.{}", endings.first().unwrap_or(&"bin")).into()
    };
    let plain: String = any_ascii::any_ascii(&name)
        .chars()
        .map(|c| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | ' ' | '.' | '-' | '_' | '(' | ')' | ',' => c,
            _ => '_',
        })
        .collect();
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_is_the_last_part_of_a_path_without_what_cannot_be_seen() {
        let long = format!("{}.pdf", "ä".repeat(300));
        let shortened = format!("{}.pdf", "ä".repeat(196));
        for (given, expected) in [
            ("Invitation.pdf", Some("Invitation.pdf")),
            ("../../a\r\nX: y", Some("aX: y")),
            ("../../etc/passwd", Some("passwd")),
            (
                r"C:\Users\mayor\Letter of 5 June.docx",
                Some("Letter of 5 June.docx"),
            ),
            ("e\u{301}te\u{301}.txt", Some("\u{e9}t\u{e9}.txt")),
            ("\u{202e}fdp.exe", Some("fdp.exe")),
            ("  .hidden.txt. ", Some("hidden.txt")),
            (". . x", Some("x")),
            ("a\0b\u{7f}\u{85}.txt", Some("ab.txt")),
            (long.as_str(), Some(shortened.as_str())),
            ("..", None),
            ("folder/", None),
            ("\u{200b}\r\n", None),
            ("", None),
        ] {
            assert_eq!(clean_filename(given).as_deref(), expected, "{given:?}");
        }
    }

    #[test]
    fn the_header_cannot_be_broken_out_of() {
        for (given, media_type, expected) in [
            (
                "Letter.pdf",
                MediaType::Pdf,
                r#"attachment; filename="Letter.pdf"; filename*=UTF-8''Letter.pdf"#,
            ),
            (
                "../../a\r\nX: y",
                MediaType::Text,
                r#"attachment; filename="aX_ y.txt"; filename*=UTF-8''aX%3A%20y.txt"#,
            ),
            (
                r#"a";b="c%41'.PDF"#,
                MediaType::Pdf,
                r#"attachment; filename="a__b__c_41_.PDF"; filename*=UTF-8''a%22%3Bb%3D%22c%2541%27.PDF"#,
            ),
            (
                "Einladung Köln 招待.docx",
                MediaType::Docx,
                "attachment; filename=\"Einladung Koln ZhaoDai.docx\"; \
                 filename*=UTF-8''Einladung%20K%C3%B6ln%20%E6%8B%9B%E5%BE%85.docx",
            ),
            (
                "notes.html",
                MediaType::Text,
                r#"attachment; filename="notes.html.txt"; filename*=UTF-8''notes.html.txt"#,
            ),
            (
                "...",
                MediaType::Png,
                r#"attachment; filename="file.png"; filename*=UTF-8''file.png"#,
            ),
        ] {
            assert_eq!(content_disposition(given, media_type), expected);
        }
    }

    proptest! {
        #[test]
        fn any_name_gives_a_good_header_and_cleaning_twice_changes_nothing(given in "\\PC*|.*") {
            let header = content_disposition(&given, MediaType::Pdf);
            prop_assert!(header.bytes().all(|byte| (0x20..0x7f).contains(&byte)), "{header}");
            prop_assert_eq!(header.matches('"').count(), 2);
            if let Some(name) = clean_filename(&given) {
                prop_assert!((1..=NAME_LENGTH).contains(&name.chars().count()));
                prop_assert!(!name.contains(['/', '\\']) && !name.starts_with('.'));
                prop_assert_eq!(clean_filename(&name), Some(name));
            }
        }
    }
}
