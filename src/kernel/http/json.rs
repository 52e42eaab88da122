//! JSON bodies: media type, size, time, one meaning a key, and the documented schema, in that
//! order. Characters that nobody sees are taken out before the schema is looked at.

use std::time::Duration;

use actix_web::http::header;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use aws_lc_rs::digest;
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;
use serde::de::{self, DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use utoipa::ToSchema;

use crate::kernel::http::{Code, Faults, Problem, schema};
use crate::kernel::text;

/// The largest JSON body, in bytes.
const JSON_LIMIT: usize = 1024 * 1024;

/// How long a body may take to arrive. The server's own time-out covers headers only.
const BODY_TIME: Duration = Duration::from_secs(12);

/// The SHA-256 of the body, left with the request for the idempotency check.
#[derive(Debug, Clone)]
pub struct BodyDigest(pub Vec<u8>);

/// A JSON body that has the documented form.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + ToSchema + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            expect_media_type(
                &request,
                &["application/json", "application/merge-patch+json"],
            )?;
            let bytes = read_body(&request, &mut payload, JSON_LIMIT).await?;
            let value = parse(&bytes)?;
            let mut faults = Faults::default();
            schema::check::<T>(&value, &mut faults)?;
            faults.finish()?;
            serde_json::from_value(value).map(Self).map_err(|_| {
                Problem::new(
                    Code::ValidationFailed,
                    "The body does not have the documented form.",
                )
            })
        })
    }
}

/// A JSON body that may be left out altogether.
#[derive(Debug)]
pub struct OptionalJson<T>(pub T);

impl<T: DeserializeOwned + ToSchema + Default + 'static> FromRequest for OptionalJson<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let is_empty = headers
            .get(header::CONTENT_LENGTH)
            .is_none_or(|length| length.as_bytes() == b"0")
            && !headers.contains_key(header::TRANSFER_ENCODING);
        if is_empty {
            return Box::pin(std::future::ready(Ok(Self(T::default()))));
        }
        let body = Json::<T>::from_request(request, payload);
        Box::pin(async move { body.await.map(|Json(value)| Self(value)) })
    }
}

/// A body taken as it is, as CSV and of at most `LIMIT` bytes.
#[derive(Debug)]
pub struct Raw<const LIMIT: usize>(pub Bytes);

impl<const LIMIT: usize> FromRequest for Raw<LIMIT> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            expect_media_type(&request, &["text/csv"])?;
            Ok(Self(read_body(&request, &mut payload, LIMIT).await?))
        })
    }
}

fn expect_media_type(request: &HttpRequest, accepted: &[&str]) -> Result<(), Problem> {
    let given = request.content_type().to_ascii_lowercase();
    if accepted.contains(&given.trim()) {
        return Ok(());
    }
    Err(Problem::new(
        Code::UnsupportedMediaType,
        format!("Send the body as {}.", accepted.join(" or ")),
    ))
}

/// Reads the whole body and leaves its digest with the request.
///
/// # Errors
///
/// 413 beyond `limit` bytes, 408 when it takes too long, 400 when it breaks off.
pub async fn read_body(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> Result<Bytes, Problem> {
    let too_large = || {
        Problem::new(
            Code::PayloadTooLarge,
            format!("The body may have at most {limit} bytes."),
        )
    };
    let announced = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let read = async {
        let mut body = BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| {
                Problem::new(Code::BadRequest, "The body broke off or is malformed.")
            })?;
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    };
    let body = tokio::time::timeout(BODY_TIME, read)
        .await
        .map_err(|_| Problem::new(Code::RequestTimeout, "The body did not arrive in time."))??;
    request.extensions_mut().insert(BodyDigest(
        digest::digest(&digest::SHA256, &body).as_ref().to_vec(),
    ));
    Ok(body)
}

fn parse(bytes: &[u8]) -> Result<Value, Problem> {
    let Strict(value) = serde_json::from_slice(bytes).map_err(|error| {
        let place = format!("line {}, column {}", error.line(), error.column());
        let reason = if error.to_string().starts_with(REPEATED) {
            "A member is given twice"
        } else {
            "The body is not well-formed JSON"
        };
        Problem::new(Code::BadRequest, format!("{reason} ({place})."))
    })?;
    Ok(value)
}

const REPEATED: &str = "repeated member";

/// A JSON value in which no object names a member twice.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct StrictVisitor;

        impl<'de> Visitor<'de> for StrictVisitor {
            type Value = Strict;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_unit<E>(self) -> Result<Strict, E> {
                Ok(Strict(Value::Null))
            }

            fn visit_bool<E>(self, value: bool) -> Result<Strict, E> {
                Ok(Strict(Value::Bool(value)))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Strict, E> {
                Ok(Strict(value.into()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Strict, E> {
                Ok(Strict(number(value)))
            }

            fn visit_str<E>(self, value: &str) -> Result<Strict, E> {
                Ok(Strict(text::visible(value).into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Strict, A::Error> {
                let mut values = Vec::new();
                while let Some(Strict(value)) = items.next_element()? {
                    values.push(value);
                }
                Ok(Strict(values.into()))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Strict, A::Error> {
                let mut values = Map::new();
                while let Some(name) = members.next_key::<String>()? {
                    let Strict(value) = members.next_value()?;
                    if values.insert(name, value).is_some() {
                        return Err(de::Error::custom(REPEATED));
                    }
                }
                Ok(Strict(values.into()))
            }
        }

        deserializer.deserialize_any(StrictVisitor)
    }
}

/// The largest integer up to which every integer is a double (RFC 8259, section 6).
const EXACT: f64 = 9_007_199_254_740_991.0;

/// A number as JSON means it: `20.0` and `2e1` are the integer 20.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() <= EXACT {
        // A double of this size and without a fraction is written as an integer.
        if let Ok(whole) = format!("{value:.0}").parse::<i64>() {
            return whole.into();
        }
    }
    Number::from_f64(value).map_or(Value::Null, Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_given_twice_is_refused_at_any_depth() {
        for text in [r#"{"a":1,"a":2}"#, r#"[{"b":{"a":1,"a":1}}]"#] {
            let problem = parse(text.as_bytes()).unwrap_err();
            assert!(problem.to_string().contains("given twice"), "{problem}");
        }
        assert!(parse(br#"{"a":[1,-2,3.5,null,true,"x"]}"#).is_ok());
    }

    #[test]
    fn very_deep_nesting_is_refused_without_overflow() {
        let deep = "[".repeat(10_000);
        assert_eq!(parse(deep.as_bytes()).unwrap_err().code(), Code::BadRequest);
    }

    #[test]
    fn an_integer_may_be_written_with_a_fraction_or_an_exponent() {
        let value = parse(b"[20.0, 1e3, -0.0, 2.5, 1e300]").unwrap();
        assert_eq!(value, serde_json::json!([20, 1000, 0, 2.5, 1e300]));
    }
}
