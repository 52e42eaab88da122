//! Rate limits: so many requests a minute for each caller, and for each address before sign-in
//! (IETF draft-ietf-httpapi-ratelimit-headers-10).

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock as _, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

type Limiter =
    RateLimiter<String, DefaultKeyedStateStore<String>, DefaultClock, StateInformationMiddleware>;

/// The limits of this process. Each replica counts for itself.
#[derive(Clone)]
pub struct Limits {
    limiter: Arc<Limiter>,
    per_minute: NonZeroU32,
}

/// What a limit said about one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Whether the request may go on.
    pub is_admitted: bool,
    /// Requests left right now.
    pub remaining: u32,
    /// Seconds until there is more.
    pub reset: u64,
}

impl Limits {
    /// A limit of so many requests a minute for each caller.
    #[must_use]
    pub fn new(per_minute: NonZeroU32) -> Self {
        Self {
            limiter: Arc::new(
                RateLimiter::keyed(Quota::per_minute(per_minute))
                    .with_middleware::<StateInformationMiddleware>(),
            ),
            per_minute,
        }
    }

    /// Counts a request of this caller.
    #[must_use]
    pub fn count(&self, caller: &str) -> Standing {
        match self.limiter.check_key(&caller.to_owned()) {
            Ok(state) => {
                let remaining = state.remaining_burst_capacity();
                Standing {
                    is_admitted: true,
                    remaining,
                    reset: if remaining == 0 { 1 } else { 0 },
                }
            }
            Err(not_until) => Standing {
                is_admitted: false,
                remaining: 0,
                reset: not_until
                    .wait_time_from(DefaultClock::default().now())
                    .as_secs()
                    .max(1),
            },
        }
    }

    /// The `RateLimit-Policy` header.
    #[must_use]
    pub fn policy(&self) -> String {
        format!("\"default\";q={};w=60", self.per_minute)
    }

    /// Forgets callers that have their whole quota.
    pub fn tidy(&self) {
        self.limiter.retain_recent();
    }
}

impl Standing {
    /// The `RateLimit` header.
    #[must_use]
    pub fn header(&self) -> String {
        format!("\"default\";r={};t={}", self.remaining, self.reset)
    }
}

/// The name under which requests from this address are counted: IPv6 by its /64.
#[must_use]
pub fn address_key(address: Option<IpAddr>) -> String {
    match address {
        Some(IpAddr::V4(address)) => format!("address:{address}"),
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("address:{a:x}:{b:x}:{c:x}:{d:x}")
        }
        None => "address:unknown".to_owned(),
    }
}
