//! What happens around every request, from the outside in: its id and span, security headers,
//! problem documents for everything that fails, limits.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage};
use futures_util::FutureExt;
use tracing::Instrument;

use super::context::RequestId;
use crate::kernel::access::Authentication;
use crate::kernel::http::limit::{Limits, Standing, address_key};
use crate::kernel::http::{Code, Problem, client_address, request_id};
use crate::kernel::secrets::without_keys;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The outermost layer: gives the request its id, its span and its line in the log and the
/// metrics, turns every failure, panics included, into a problem document, and adds the headers
/// that every answer carries.
///
/// # Errors
///
/// None: every failure becomes an answer.
pub async fn around(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = incoming_id(&request).unwrap_or_else(crate::kernel::id::fresh);
    request.extensions_mut().insert(RequestId(id.clone()));
    let method = request.method().clone();
    let path = without_keys(request.path());
    let trace = request
        .headers()
        .get("traceparent")
        .and_then(|value| value.to_str().ok())
        .filter(|value| is_traceparent(value))
        .map(|value| value.get(3..35).unwrap_or_default().to_owned());
    let span =
        tracing::info_span!("request", request_id = %id, %method, path = %path, trace_id = trace);

    let outcome = AssertUnwindSafe(next.call(request))
        .catch_unwind()
        .instrument(span.clone())
        .await;
    let response = match outcome {
        Ok(Ok(response)) => response.map_into_boxed_body(),
        // Without a response there is no request to go on with: the router must own it alone.
        Ok(Err(error)) => {
            let status = error.as_response_error().status_code();
            let problem = span.in_scope(|| match status.is_server_error() {
                true => Problem::internal(&error),
                false => Problem::new(Code::for_status(status), "The request cannot be served."),
            });
            return Err(last_resort(problem, &id));
        }
        Err(_) => {
            let problem = span.in_scope(|| Problem::internal("a handler panicked"));
            return Err(last_resort(problem, &id));
        }
    };
    let mut response = as_problem(response, &id);
    finish_headers(&mut response, &id);

    let status = response.status().as_u16();
    let route = response
        .request()
        .match_pattern()
        .unwrap_or_else(|| "unmatched".to_owned());
    let elapsed = started.elapsed();
    span.in_scope(|| {
        tracing::info!(status, route = %route, duration_ms = elapsed.as_secs_f64() * 1000.0, "answered");
    });
    let labels = [
        ("method", method.as_str().to_owned()),
        ("route", route),
        ("status", status.to_string()),
    ];
    metrics::counter!("chancery_http_requests_total", &labels).increment(1);
    metrics::histogram!("chancery_http_request_duration_seconds", &labels)
        .record(elapsed.as_secs_f64());
    Ok(response)
}

fn last_resort(problem: Problem, id: &str) -> Error {
    problem
        .at_request(id)
        .with_header(REQUEST_ID, id)
        .with_header(header::CACHE_CONTROL, "no-store")
        .with_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .into()
}

/// Ends a request in a middleware. An error would lose the request on its way out.
pub fn refuse(request: ServiceRequest, problem: Problem) -> ServiceResponse<BoxBody> {
    let id = request_id(request.request());
    request.into_response(problem.response(Some(&id)))
}

fn incoming_id(request: &ServiceRequest) -> Option<String> {
    request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| {
            (1..=64).contains(&id.len())
                && id
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        })
        .map(str::to_owned)
}

/// Whether the header has the form of W3C Trace Context, version 00.
fn is_traceparent(value: &str) -> bool {
    let lengths: Vec<usize> = value.split('-').map(str::len).collect();
    lengths == [2, 32, 16, 2]
        && value
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// Every answer from 400 up is a problem document that names its request.
fn as_problem(response: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if status.as_u16() < 400 {
        return response;
    }
    let ours = response
        .response()
        .error()
        .and_then(|error| error.as_error::<Problem>())
        .map(|problem| problem.response(Some(id)));
    if let Some(ours) = ours {
        return ServiceResponse::new(response.request().clone(), ours);
    }
    let is_problem = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/problem+json"));
    if is_problem {
        return response;
    }
    let code = Code::for_status(status);
    let mut made = Problem::new(code, code.explanation()).response(Some(id));
    *made.status_mut() = if code.status().is_server_error() || code != Code::BadRequest {
        code.status()
    } else {
        status
    };
    ServiceResponse::new(response.request().clone(), made)
}

fn finish_headers(response: &mut ServiceResponse<BoxBody>, id: &str) {
    let is_docs = response.request().path().starts_with("/docs");
    let standing = response
        .request()
        .extensions()
        .get::<(Standing, String)>()
        .cloned();
    let headers = response.headers_mut();
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value)
            && !headers.contains_key(&name)
        {
            headers.insert(name, value);
        }
    };
    put(REQUEST_ID, id);
    put(header::CACHE_CONTROL, "no-store");
    put(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(header::REFERRER_POLICY, "no-referrer");
    put(header::X_FRAME_OPTIONS, "DENY");
    put(
        header::STRICT_TRANSPORT_SECURITY,
        "max-age=63072000; includeSubDomains",
    );
    // The documentation page runs its own script and style, all served from here.
    put(
        header::CONTENT_SECURITY_POLICY,
        if is_docs {
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
             script-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
        } else {
            "default-src 'none'; frame-ancestors 'none'"
        },
    );
    if let Some((standing, policy)) = standing {
        put(HeaderName::from_static("ratelimit-policy"), &policy);
        put(HeaderName::from_static("ratelimit"), &standing.header());
    }
}

/// Counts the request against its caller's limit, or its address's when it has no accepted
/// credentials.
///
/// # Errors
///
/// 429 when the limit is reached.
pub async fn limit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let limits = request
        .app_data::<Data<Limits>>()
        .ok_or_else(|| Problem::internal("the limits are not part of the application"))?
        .clone();
    let caller = match request.extensions().get::<Authentication>() {
        Some(Authentication::Accepted(principal)) => {
            let actor = principal.actor();
            format!("{}:{}", actor.kind(), actor.id().unwrap_or_default())
        }
        _ => address_key(client_address(request.request())),
    };
    let standing = limits.count(&caller);
    request.extensions_mut().insert((standing, limits.policy()));
    if !standing.is_admitted {
        tracing::info!(request_id = %request_id(request.request()), caller, "rate limit reached");
        let problem =
            Problem::new(Code::TooManyRequests, "Too many requests.").retry_after(standing.reset);
        return Ok(refuse(request, problem));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}
