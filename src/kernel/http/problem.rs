//! Problem details (RFC 9457): the one shape of every answer that is not a success.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::kernel::http::{Code, Fault};

/// Why a request was not done. The only error type that handlers and commands return.
#[derive(Debug)]
pub struct Problem {
    /// Apart, so that a result that is good stays small.
    parts: Box<Parts>,
}

#[derive(Debug)]
struct Parts {
    code: Code,
    detail: String,
    faults: Vec<Fault>,
    members: Map<String, Value>,
    headers: Vec<(HeaderName, String)>,
    try_again: bool,
    hidden: Option<(&'static str, String)>,
    instance: Option<String>,
}

impl Problem {
    /// A problem of this kind. `detail` is shown to the caller: never put driver text or a path
    /// in it.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self {
            parts: Box::new(Parts {
                code,
                detail: detail.into(),
                faults: Vec::new(),
                members: Map::new(),
                headers: Vec::new(),
                try_again: false,
                hidden: None,
                instance: None,
            }),
        }
    }

    /// 404: does not exist, or is not the caller's to see.
    #[must_use]
    pub fn not_found() -> Self {
        Self::new(
            Code::NotFound,
            "There is nothing here, or nothing that you may see.",
        )
    }

    /// The same 404 for a record that exists and is not the caller's to see. The attempt is
    /// written into the journal; the caller is told nothing of it.
    #[must_use]
    pub fn hidden(kind: &'static str, id: &str) -> Self {
        let mut problem = Self::not_found();
        problem.parts.hidden = Some((kind, id.to_owned()));
        problem
    }

    /// The record that was asked for in vain, when it exists.
    #[must_use]
    pub const fn hidden_subject(&self) -> Option<&(&'static str, String)> {
        self.parts.hidden.as_ref()
    }

    /// 503: ask again after `seconds`.
    pub fn unavailable(detail: impl Into<String>, seconds: u64) -> Self {
        Self::new(Code::Unavailable, detail).retry_after(seconds)
    }

    /// 500: logs `cause` and tells the caller nothing about it.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(error = %cause, "internal fault");
        Self::new(
            Code::Internal,
            "The request could not be completed. The fault is logged under this request id.",
        )
    }

    /// Adds a member that is specific to this kind of problem.
    #[must_use]
    pub fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.parts.members.insert(member.to_owned(), value.into());
        self
    }

    /// Adds what is wrong with the input.
    #[must_use]
    pub fn with_faults(mut self, faults: Vec<Fault>) -> Self {
        self.parts.faults = faults;
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.parts.headers.push((name, value.into()));
        self
    }

    /// Adds `Retry-After`, in seconds.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        self.with_header(header::RETRY_AFTER, seconds.max(1).to_string())
    }

    /// Marks a failure that the same transaction, tried again, may not have: a serialization
    /// failure, a deadlock or a connection that was lost before anything was committed.
    #[must_use]
    pub fn may_try_again(mut self) -> Self {
        self.parts.try_again = true;
        self
    }

    /// Whether the transaction may be tried again as it is.
    #[must_use]
    pub const fn is_worth_another_try(&self) -> bool {
        self.parts.try_again
    }

    /// Names the request, for a problem that becomes an answer outside of the middleware.
    #[must_use]
    pub fn at_request(mut self, id: &str) -> Self {
        self.parts.instance = Some(id.to_owned());
        self
    }

    /// The kind of problem.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.parts.code
    }

    /// The headers of the answer beside its content type.
    #[must_use]
    pub fn headers(&self) -> &[(HeaderName, String)] {
        &self.parts.headers
    }

    /// What is wrong with the input, as noted so far.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.parts.faults
    }

    /// The problem document. `instance` is the request id.
    #[must_use]
    pub fn document(&self, instance: Option<&str>) -> Value {
        let mut document = Map::new();
        let mut put = |name: &str, value: Value| document.insert(name.to_owned(), value);
        put(
            "type",
            format!("/problems/{}", self.parts.code.as_str()).into(),
        );
        put("title", self.parts.code.title().into());
        put("status", self.parts.code.status().as_u16().into());
        put("detail", self.parts.detail.clone().into());
        put("code", self.parts.code.as_str().into());
        if let Some(instance) = instance {
            put("instance", instance.into());
        }
        if !self.parts.faults.is_empty() {
            put(
                "errors",
                serde_json::to_value(&self.parts.faults).unwrap_or(Value::Null),
            );
        }
        document.extend(self.parts.members.clone());
        Value::Object(document)
    }

    /// The answer, naming the request it answers.
    #[must_use]
    pub fn response(&self, instance: Option<&str>) -> HttpResponse {
        let mut response = HttpResponse::build(self.parts.code.status());
        response.content_type("application/problem+json");
        for (name, value) in &self.parts.headers {
            if let Ok(value) = HeaderValue::from_str(value) {
                response.insert_header((name.clone(), value));
            }
        }
        if self.parts.code == Code::Unauthenticated {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        response.body(self.document(instance).to_string())
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.parts.detail)?;
        for fault in &self.parts.faults {
            write!(f, "\n  {} {}", fault.pointer, fault.detail)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.parts.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        self.response(self.parts.instance.as_deref())
    }
}

/// A problem document (RFC 9457). Some kinds have further members, such as `conflicts`.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({
    "type": "/problems/not_found",
    "title": "Not found",
    "status": 404,
    "detail": "There is nothing here, or nothing that you may see.",
    "code": "not_found",
    "instance": "01jz8k2m4n6p8q0r2s4t6v8w0x",
}))]
pub struct ProblemDocument {
    /// An address that explains this kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// A short title, the same for every problem of this kind.
    pub title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// The kind, for programs.
    pub code: String,
    /// The id of the request, to be quoted when asking for help.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub instance: Option<String>,
    /// Every fault of the input at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
    /// What is possible instead, where a life cycle refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub allowed_actions: Option<Vec<String>>,
}
