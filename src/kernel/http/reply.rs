//! A successful answer as a value: made inside the transaction, so that it can be stored with
//! the change for a retry.

use actix_web::body::BoxBody;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;
use serde_json::Value;

use crate::kernel::http::{Problem, is_known, representation_tag, version_tag};

/// A successful answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The JSON body, if there is one.
    pub body: Option<Value>,
    /// Members that are shown in this answer and never stored: one-time secrets.
    secrets: Vec<(String, Value)>,
    /// Where the created record stands.
    pub location: Option<String>,
    /// The version of the record.
    pub etag: Option<String>,
    /// Whether this is the stored answer of an earlier request with the same key.
    pub replayed: bool,
    cache: &'static str,
}

impl Reply {
    fn new(status: StatusCode, body: Option<Value>) -> Self {
        Self {
            status,
            body,
            secrets: Vec::new(),
            location: None,
            etag: None,
            replayed: false,
            cache: "no-store",
        }
    }

    /// 200 with this body.
    ///
    /// # Errors
    ///
    /// 500 when the body cannot be written as JSON.
    pub fn ok(body: &impl Serialize) -> Result<Self, Problem> {
        Ok(Self::new(StatusCode::OK, Some(to_value(body)?)))
    }

    /// 201 with this body, standing at `location`.
    ///
    /// # Errors
    ///
    /// 500 when the body cannot be written as JSON.
    pub fn created(body: &impl Serialize, location: String) -> Result<Self, Problem> {
        let mut reply = Self::new(StatusCode::CREATED, Some(to_value(body)?));
        reply.location = Some(location);
        Ok(reply)
    }

    /// 202 with this body, standing at `location`: it was taken down, and somebody decides.
    ///
    /// # Errors
    ///
    /// 500 when the body cannot be written as JSON.
    pub fn accepted(body: &impl Serialize, location: String) -> Result<Self, Problem> {
        let mut reply = Self::new(StatusCode::ACCEPTED, Some(to_value(body)?));
        reply.location = Some(location);
        Ok(reply)
    }

    /// 204.
    #[must_use]
    pub fn no_content() -> Self {
        Self::new(StatusCode::NO_CONTENT, None)
    }

    /// A refusal as an answer: it can be stored for a retry, and what was written before it, such as
    /// the check that led to it, stays.
    #[must_use]
    pub fn refusal(problem: &Problem, request_id: &str) -> Self {
        let header = |wanted: &str| {
            problem
                .headers()
                .iter()
                .find(|(name, _)| name.as_str() == wanted)
                .map(|(_, value)| value.clone())
        };
        let mut reply = Self::new(
            problem.code().status(),
            Some(problem.document(Some(request_id))),
        );
        reply.location = header("location");
        reply.etag = header("etag");
        reply
    }

    /// An answer read back from the store.
    #[must_use]
    pub fn replay(
        status: StatusCode,
        body: Option<Value>,
        location: Option<String>,
        etag: Option<String>,
    ) -> Self {
        let mut reply = Self::new(status, body);
        reply.location = location;
        reply.etag = etag;
        reply.replayed = true;
        reply
    }

    /// Adds the `ETag` of a record at this version.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.etag = Some(version_tag(version));
        self
    }

    /// Adds the `ETag` of a representation that shows derived members too.
    #[must_use]
    pub fn representation(mut self, version: i64) -> Self {
        let body = self.body.as_ref().unwrap_or(&Value::Null);
        self.etag = Some(representation_tag(version, body));
        self
    }

    /// Adds a member that this answer shows once and the store never holds.
    #[must_use]
    pub fn secret(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.secrets.push((member.to_owned(), value.into()));
        self
    }

    /// Lets caches keep the answer for so long. For what is public only.
    #[must_use]
    pub fn public_for_a_minute(mut self) -> Self {
        self.cache = "public, max-age=60";
        self
    }
}

fn to_value(body: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(body).map_err(Problem::internal)
}

impl Responder for Reply {
    type Body = BoxBody;

    fn respond_to(mut self, request: &HttpRequest) -> HttpResponse {
        let mut status = self.status;
        if let Some(etag) = &self.etag
            && status == StatusCode::OK
            && request.method() == actix_web::http::Method::GET
            && is_known(request, etag)
        {
            status = StatusCode::NOT_MODIFIED;
        }
        let mut response = HttpResponse::build(status);
        response.insert_header((header::CACHE_CONTROL, self.cache));
        if let Some(location) = &self.location {
            response.insert_header((header::LOCATION, location.as_str()));
        }
        if let Some(etag) = &self.etag {
            response.insert_header((header::ETAG, etag.as_str()));
        }
        if self.replayed {
            response.insert_header(("Idempotency-Replayed", "true"));
        }
        if let Some(Value::Object(members)) = &mut self.body {
            members.extend(self.secrets);
        }
        match self.body {
            Some(body) if status != StatusCode::NOT_MODIFIED => response
                .content_type(if status.as_u16() < 400 {
                    "application/json"
                } else {
                    "application/problem+json"
                })
                .body(body.to_string()),
            _ => response.finish(),
        }
    }
}
