//! What the house knows of a request before any feature sees it.

use std::net::IpAddr;

use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest};
use aws_lc_rs::digest;

use crate::kernel::http::{BodyDigest, Code, Faults, Problem};
use crate::kernel::networks::Networks;

/// The id of the request: the caller's, when it sent a usable one, or ours.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// The id of this request.
#[must_use]
pub fn request_id(request: &HttpRequest) -> String {
    request
        .extensions()
        .get::<RequestId>()
        .map(|id| id.0.clone())
        .unwrap_or_default()
}

/// The proxies whose `X-Forwarded-For` is believed.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies(pub Networks);

/// The address the request came from, as the connection shows it or, where that is one of the trusted
/// proxies, as they wrote it down. What others wrote into the header is not believed: anyone can.
#[must_use]
pub fn client_address(request: &HttpRequest) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let Some(trusted) = request.app_data::<Data<TrustedProxies>>() else {
        return Some(peer);
    };
    let forwarded: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    Some(forwarded_for(peer, &forwarded, &trusted.0))
}

/// Each proxy appends whom it was asked by: from the end, the first address that is no trusted proxy.
fn forwarded_for(peer: IpAddr, forwarded: &[&str], trusted: &Networks) -> IpAddr {
    let mut address = peer;
    for text in forwarded.iter().rev() {
        if !trusted.contains(address) {
            break;
        }
        let Ok(next) = text.trim().parse::<IpAddr>() else {
            break;
        };
        address = next.to_canonical();
    }
    address
}

/// An `Idempotency-Key` and what it was sent with.
#[derive(Debug, Clone)]
pub struct IdempotencyKey {
    /// The key as it was sent.
    pub key: String,
    /// A digest of the method, the address, the precondition and the body.
    pub fingerprint: String,
}

/// The parts of a request that a transaction records.
#[derive(Debug, Clone, Default)]
pub struct RequestContext {
    /// The id of the request.
    pub request_id: String,
    /// The key under which a retry finds this request's answer.
    pub idempotency: Option<IdempotencyKey>,
}

impl RequestContext {
    /// Reads the context from the request, after its body was read.
    ///
    /// # Errors
    ///
    /// 400 when the `Idempotency-Key` is empty, too long, not printable or given twice.
    pub fn read(request: &HttpRequest) -> Result<Self, Problem> {
        let mut keys = request.headers().get_all("Idempotency-Key");
        let idempotency = match (keys.next(), keys.next()) {
            (None, _) => None,
            (Some(key), None) => {
                let key = key.to_str().ok().filter(|key| {
                    (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic())
                });
                Some(key.ok_or_else(unusable_key)?)
            }
            (Some(_), Some(_)) => return Err(unusable_key()),
        };
        Ok(Self {
            request_id: request_id(request),
            idempotency: idempotency.map(|key| IdempotencyKey {
                key: key.to_owned(),
                fingerprint: fingerprint(request),
            }),
        })
    }
}

fn unusable_key() -> Problem {
    let mut faults = Faults::default();
    faults.add(
        "Idempotency-Key",
        "format",
        "must be given once, with 1 to 255 printable ASCII characters and no space",
    );
    match faults.finish_as(Code::BadRequest) {
        Err(problem) => problem,
        Ok(()) => Problem::new(Code::BadRequest, "The Idempotency-Key cannot be used."),
    }
}

fn fingerprint(request: &HttpRequest) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    let if_match = request
        .headers()
        .get("If-Match")
        .map_or(&b""[..], |value| value.as_bytes());
    for part in [
        request.method().as_str().as_bytes(),
        request.uri().to_string().as_bytes(),
        if_match,
    ] {
        hash.update(part);
        hash.update(b"\n");
    }
    if let Some(BodyDigest(body)) = request.extensions().get::<BodyDigest>() {
        hash.update(body);
    }
    crate::kernel::secrets::to_hex(hash.finish().as_ref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        let trusted = Networks::parse(&["10.0.0.0/8".to_owned(), "::1".to_owned()]).unwrap();
        let of = |peer: &str, forwarded: &[&str]| {
            forwarded_for(peer.parse().unwrap(), forwarded, &trusted).to_string()
        };
        assert_eq!(of("198.51.100.1", &["203.0.113.9"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(of("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(
            of("10.0.0.1", &["192.0.2.1", " 203.0.113.9", "10.0.0.2"]),
            "203.0.113.9"
        );
        assert_eq!(of("::1", &["192.0.2.1", "unknown", "10.0.0.2"]), "10.0.0.2");
        assert_eq!(of("10.0.0.1", &["::ffff:203.0.113.9"]), "203.0.113.9");
        assert_eq!(of("10.0.0.1", &["2001:db8::1"]), "2001:db8::1");
    }
}
