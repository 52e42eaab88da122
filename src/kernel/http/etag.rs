//! Versions on the wire (RFC 9110 section 8.8.3 and 13.1).
//!
//! The `ETag` of a record is its version, `"7"`. A representation that also shows what is derived
//! from other records (counts, places left) carries a digest after the version, `"7-5f2c91ab"`,
//! so that a cached copy does not outlive them. `If-Match` compares the version alone: a change
//! is made against the record, not against the counts beside it.

use std::future::{Ready, ready};

use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, dev::Payload};
use aws_lc_rs::digest;
use serde_json::Value;

use crate::kernel::http::{Code, Faults, Problem};

/// The `ETag` of a record at this version.
#[must_use]
pub fn version_tag(version: i64) -> String {
    format!("\"{version}\"")
}

/// The `ETag` of a representation that shows derived members too.
#[must_use]
pub fn representation_tag(version: i64, body: &Value) -> String {
    let digest = digest::digest(&digest::SHA256, body.to_string().as_bytes());
    let short: String = digest
        .as_ref()
        .iter()
        .take(6)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{version}-{short}\"")
}

/// The `ETag` of a text that has no version: its digest.
#[must_use]
pub fn text_tag(text: &str) -> String {
    let digest = digest::digest(&digest::SHA256, text.as_bytes());
    let short: String = digest
        .as_ref()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{short}\"")
}

/// Whether the caller has this version already, by `If-None-Match`.
#[must_use]
pub fn is_known(request: &HttpRequest, etag: &str) -> bool {
    request
        .headers()
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|known| {
            known
                .split(',')
                .map(|tag| tag.trim().trim_start_matches("W/"))
                .any(|tag| tag == etag || tag == "*")
        })
}

/// The version that the caller's change was made against, from `If-Match`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IfMatch(pub i64);

impl IfMatch {
    /// Compares with the stored version.
    ///
    /// # Errors
    ///
    /// 412 with the current `ETag`.
    pub fn check(self, version: i64) -> Result<(), Problem> {
        if self.0 == version {
            return Ok(());
        }
        Err(Problem::new(
            Code::PreconditionFailed,
            format!(
                "The record is at version {version}; the change was made against version {}.",
                self.0
            ),
        )
        .with_header(header::ETAG, version_tag(version))
        .with("current_version", version))
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request))
    }
}

fn read(request: &HttpRequest) -> Result<IfMatch, Problem> {
    let Some(value) = request.headers().get(header::IF_MATCH) else {
        return Err(Problem::new(
            Code::PreconditionRequired,
            "Send the ETag of the record you read as If-Match.",
        ));
    };
    value
        .to_str()
        .ok()
        .and_then(parse)
        .map(IfMatch)
        .ok_or_else(|| {
            let mut faults = Faults::default();
            faults.add(
                "If-Match",
                "format",
                "must be one ETag as it was given, such as \"7\"",
            );
            match faults.finish_as(Code::BadRequest) {
                Err(problem) => problem,
                Ok(()) => Problem::new(Code::BadRequest, "If-Match cannot be read."),
            }
        })
}

/// The version in an `ETag` of ours.
fn parse(tag: &str) -> Option<i64> {
    let inner = tag.trim().strip_prefix('"')?.strip_suffix('"')?;
    let version = inner.split_once('-').map_or(inner, |(version, _)| version);
    (!version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| version.parse().ok())
        .flatten()
}

impl utoipa::IntoParams for IfMatch {
    fn into_params(
        _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
    ) -> Vec<utoipa::openapi::path::Parameter> {
        use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
        use utoipa::openapi::schema::{ObjectBuilder, Type};
        vec![
            ParameterBuilder::new()
                .name("If-Match")
                .parameter_in(ParameterIn::Header)
                .required(utoipa::openapi::Required::True)
                .description(Some(
                    "The ETag of the version that this change was made against.",
                ))
                .schema(Some(
                    ObjectBuilder::new()
                        .schema_type(Type::String)
                        .pattern(Some(r#"^"[0-9]{1,18}(-[0-9a-f]{12})?"$"#))
                        .build(),
                ))
                .example(Some("\"1\"".into()))
                .build(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_our_tags_name_the_version() {
        assert_eq!(parse("\"7\""), Some(7));
        assert_eq!(parse(&representation_tag(12, &Value::Null)), Some(12));
        for wrong in ["7", "*", "W/\"7\"", "\"\"", "\"x\"", "\"7\", \"8\""] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
