//! One attempt: the request that the receiver gets, and what became of it.
//!
//! The headers are those of Standard Webhooks: `webhook-id` is the event's id, the same however
//! often it is sent, so that a receiver can tell what it has already.

use std::time::Instant;

use reqwest::StatusCode;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use serde_json::json;

use crate::integrations::address::{Clients, NOT_ALLOWED};
use crate::integrations::endpoints::secret::Signer;
use crate::integrations::feed::FeedEvent;
use crate::kernel::clock::Clock;
use crate::kernel::http::Problem;
use crate::kernel::id::DeliveryId;
use crate::kernel::time::Timestamp;

/// Bytes of an answer that are read, so that the connection can be used again.
const ANSWER_LIMIT: usize = 1024;

const NOT_SIGNED: &str = "could not be signed: rotate the secret";

/// What became of one attempt.
#[derive(Debug, Clone)]
pub struct Attempted {
    /// The delivery.
    pub delivery_id: DeliveryId,
    /// When it was tried.
    pub at: Timestamp,
    /// How long it took.
    pub milliseconds: i64,
    /// The status of the answer.
    pub response_status: Option<i64>,
    /// Why it failed; `None` when it was accepted.
    pub error: Option<String>,
    /// Whether the receiver wants no more, ever.
    pub is_gone: bool,
    /// Seconds that the receiver asked to wait.
    pub retry_after: Option<i64>,
}

impl Attempted {
    /// An attempt that ended before it began: the endpoint's secret cannot be opened.
    #[must_use]
    pub fn unsigned(delivery_id: DeliveryId, at: Timestamp) -> Self {
        Self {
            delivery_id,
            at,
            milliseconds: 0,
            response_status: None,
            error: Some(NOT_SIGNED.to_owned()),
            is_gone: false,
            retry_after: None,
        }
    }

    /// Whether the receiver has accepted it.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        self.error.is_none()
    }
}

/// The body that tells of an event.
#[must_use]
pub fn payload(event: &FeedEvent) -> String {
    json!({
        "type": event.kind,
        "timestamp": event.occurred_at,
        "data": {
            "id": event.id,
            "organization_id": event.organization_id,
            "subject": event.subject,
            "marking": event.marking,
            "data": event.data,
        },
    })
    .to_string()
}

/// Sends an event once.
pub async fn send(
    clients: &Clients,
    clock: &Clock,
    signer: &Signer,
    url: &str,
    delivery_id: DeliveryId,
    event: &FeedEvent,
) -> Attempted {
    let (at, began) = (clock.now(), Instant::now());
    let answer = exchange(clients, signer, url, at, event).await;
    let milliseconds = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    let mut attempted = Attempted {
        delivery_id,
        at,
        milliseconds,
        response_status: None,
        error: None,
        is_gone: false,
        retry_after: None,
    };
    match answer {
        Ok((status, retry_after)) => {
            attempted.response_status = Some(i64::from(status.as_u16()));
            attempted.is_gone = status == StatusCode::GONE;
            attempted.retry_after = retry_after
                .filter(|_| matches!(status.as_u16(), 429 | 503))
                .and_then(|text| seconds_of(&text, at));
            attempted.error = refusal(status);
        }
        Err(error) => attempted.error = Some(error.to_owned()),
    }
    attempted
}

fn refusal(status: StatusCode) -> Option<String> {
    if status.is_success() {
        None
    } else if status.is_redirection() {
        Some(format!(
            "answered {}; redirects are not followed",
            status.as_u16()
        ))
    } else {
        Some(format!("answered {}", status.as_u16()))
    }
}

async fn exchange(
    clients: &Clients,
    signer: &Signer,
    url: &str,
    at: Timestamp,
    event: &FeedEvent,
) -> Result<(StatusCode, Option<String>), &'static str> {
    let request = clients.post(url).map_err(|_| NOT_ALLOWED)?;
    let payload = payload(event);
    let signature = signer
        .sign(event.id.as_str(), at.seconds(), &payload)
        .map_err(|_: Problem| NOT_SIGNED)?;
    let mut response = request
        .header(CONTENT_TYPE, "application/json")
        .header("webhook-id", event.id.as_str())
        .header("webhook-timestamp", at.seconds())
        .header("webhook-signature", signature)
        .body(payload)
        .send()
        .await
        .map_err(|error| explain(&error))?;
    let status = response.status();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let mut read = 0;
    // A body that breaks off changes nothing: the status was the answer.
    while let Ok(Some(chunk)) = response.chunk().await {
        read += chunk.len();
        if read > ANSWER_LIMIT {
            break;
        }
    }
    Ok((status, retry_after))
}

/// What the owner of the endpoint is told of an exchange that failed.
fn explain(error: &reqwest::Error) -> &'static str {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if inner.to_string() == NOT_ALLOWED {
            return NOT_ALLOWED;
        }
        cause = inner.source();
    }
    if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke off"
    }
}

/// Seconds until what `Retry-After` names: a number, or a date.
fn seconds_of(text: &str, now: Timestamp) -> Option<i64> {
    text.trim().parse().ok().or_else(|| {
        let date = chrono::DateTime::parse_from_rfc2822(text.trim()).ok()?;
        Some(now.seconds_until(Timestamp::from(date.to_utc())))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retry_after_is_a_number_of_seconds_or_a_date() {
        let now: Timestamp = "2026-11-06T08:49:00Z".parse().unwrap();
        assert_eq!(seconds_of("120", now), Some(120));
        assert_eq!(seconds_of("Fri, 06 Nov 2026 08:49:37 GMT", now), Some(37));
        assert_eq!(seconds_of("soon", now), None);
    }
}
