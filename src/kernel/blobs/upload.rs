//! A file as the body of a request: streamed, counted, hashed, looked into, stored.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use aws_lc_rs::digest;
use futures_util::StreamExt;
use tokio::time::Instant;

use super::media::{Declared, Sniffer};
use super::receive::Receiving;
use super::{Blobs, MediaType, problem};
use crate::kernel::http::{BodyDigest, Code, Faults, Problem};
use crate::kernel::secrets::to_hex;

/// How long the body may make us wait for its next chunk, and for each MiB on the whole.
const PATIENCE: Duration = Duration::from_secs(12);
/// How long it may make us wait on the whole.
const LONGEST: Duration = Duration::from_secs(120);
const MIB: u64 = 1024 * 1024;

/// A file in the body of a request, not read yet. The declared type has been checked; a handler
/// settles what else can be settled before it calls [`Upload::store`].
pub struct Upload {
    request: HttpRequest,
    payload: Payload,
    declared: Declared,
}

/// What is known of a file that was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Where it is.
    pub key: String,
    /// Its length in bytes.
    pub size: i64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// What it is, by its content.
    pub media_type: MediaType,
}

impl FromRequest for Upload {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Declared::read(request).map(|declared| Self {
            request: request.clone(),
            payload: payload.take(),
            declared,
        }))
    }
}

/// The body as far as it was read.
struct Received {
    size: u64,
    digest: digest::Digest,
    media_type: MediaType,
}

impl Upload {
    /// Reads the body, chunk by chunk, and stores it on this shelf. Leaves its digest with the
    /// request, for the idempotency check. When anything is wrong, nothing stays in the store.
    ///
    /// # Errors
    ///
    /// 413 when it is too large, 408 when it takes too long, 400 when it breaks off, 422 when it
    /// is empty, of a type that is not taken or of another than declared; 503 and 507 when the
    /// store fails.
    pub async fn store(mut self, blobs: &Blobs, shelf: &str) -> Result<Stored, Problem> {
        let announced = self
            .request
            .headers()
            .get(header::CONTENT_LENGTH)
            .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
        let limit = blobs.max_bytes();
        if announced.is_some_and(|length| length > limit) {
            return Err(too_large(limit));
        }
        let mut receiving = Receiving::begin(blobs, shelf).map_err(problem)?;
        let patience = patience(announced.unwrap_or(limit));
        let received = match self.receive(&mut receiving, limit, patience).await {
            Ok(received) => received,
            Err(refused) => {
                receiving.discard().await;
                return Err(refused);
            }
        };
        self.request
            .extensions_mut()
            .insert(BodyDigest(received.digest.as_ref().to_vec()));
        Ok(Stored {
            key: receiving.finish().await.map_err(problem)?,
            size: i64::try_from(received.size).map_err(Problem::internal)?,
            sha256: to_hex(received.digest.as_ref()),
            media_type: received.media_type,
        })
    }

    async fn receive(
        &mut self,
        receiving: &mut Receiving,
        limit: u64,
        mut patience: Duration,
    ) -> Result<Received, Problem> {
        let mut size: u64 = 0;
        let mut hash = digest::Context::new(&digest::SHA256);
        let mut sniffer = Sniffer::default();
        loop {
            // Only the sender's time counts: the store has limits of its own.
            let asked = Instant::now();
            let next = tokio::time::timeout(patience.min(PATIENCE), self.payload.next()).await;
            patience = patience.saturating_sub(asked.elapsed());
            let Ok(next) = next else {
                return Err(Problem::new(
                    Code::RequestTimeout,
                    "The body did not arrive in time.",
                ));
            };
            let Some(chunk) = next else { break };
            let chunk = chunk.map_err(|_| {
                Problem::new(Code::BadRequest, "The body broke off or is malformed.")
            })?;
            size += u64::try_from(chunk.len()).map_err(Problem::internal)?;
            if size > limit {
                return Err(too_large(limit));
            }
            hash.update(&chunk);
            sniffer.feed(&chunk);
            if sniffer.is_hopeless() {
                return Err(self.declared.refuse(&sniffer));
            }
            receiving.write(chunk).await.map_err(problem)?;
        }
        if size == 0 {
            return Err(empty());
        }
        Ok(Received {
            size,
            digest: hash.finish(),
            media_type: self.declared.check(sniffer)?,
        })
    }
}

impl Blobs {
    /// Stores a file that the service has made itself, on this shelf.
    ///
    /// # Errors
    ///
    /// 503 and 507 when the store fails.
    pub async fn put(
        &self,
        shelf: &str,
        content: Bytes,
        media_type: MediaType,
    ) -> Result<Stored, Problem> {
        let size = i64::try_from(content.len()).map_err(Problem::internal)?;
        let sha256 = to_hex(digest::digest(&digest::SHA256, &content).as_ref());
        let mut receiving = Receiving::begin(self, shelf).map_err(problem)?;
        receiving.write(content).await.map_err(problem)?;
        Ok(Stored {
            key: receiving.finish().await.map_err(problem)?,
            size,
            sha256,
            media_type,
        })
    }
}

/// How long a body of this length may make us wait on the whole.
fn patience(length: u64) -> Duration {
    let mebibytes = u32::try_from(length.div_ceil(MIB)).unwrap_or(u32::MAX);
    PATIENCE.saturating_mul(mebibytes).clamp(PATIENCE, LONGEST)
}

fn too_large(limit: u64) -> Problem {
    Problem::new(
        Code::PayloadTooLarge,
        format!("The body may have at most {limit} bytes."),
    )
}

fn empty() -> Problem {
    let mut faults = Faults::default();
    faults.add("", "empty", "must not be empty");
    Problem::new(Code::ValidationFailed, "The body is empty.").with_faults(faults.into_vec())
}

#[cfg(test)]
mod tests {
    use actix_web::error::PayloadError;
    use actix_web::test::TestRequest;
    use futures_util::{Stream, stream};

    use super::*;
    use crate::kernel::blobs::{BlobSettings, Place};

    fn upload(body: impl Stream<Item = Result<Bytes, PayloadError>> + 'static) -> Upload {
        Upload {
            request: TestRequest::default().to_http_request(),
            payload: Payload::Stream {
                payload: Box::pin(body),
            },
            declared: Declared::Unknown,
        }
    }

    fn blobs() -> (std::path::PathBuf, Blobs) {
        let folder = std::env::temp_dir().join(format!("chancery-{}", crate::kernel::id::fresh()));
        let blobs = Blobs::open(BlobSettings {
            place: Place::Folder(folder.clone()),
            max_bytes: 100 * MIB,
        });
        (folder, blobs.unwrap())
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_stalls_is_given_up_after_twelve_seconds() {
        let (folder, blobs) = blobs();
        let began = Instant::now();
        let body = stream::iter([Ok(Bytes::from_static(b"Dear"))]).chain(stream::pending());
        let refused = upload(body).store(&blobs, "documents").await.unwrap_err();
        assert_eq!(refused.code(), Code::RequestTimeout);
        assert_eq!(began.elapsed().as_secs(), 12);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_trickles_is_given_up_after_two_minutes() {
        let (folder, blobs) = blobs();
        let began = Instant::now();
        let body = stream::unfold((), |()| async {
            tokio::time::sleep(Duration::from_secs(7)).await;
            Some((Ok(Bytes::from_static(b"a")), ()))
        });
        let refused = upload(body).store(&blobs, "documents").await.unwrap_err();
        assert_eq!(refused.code(), Code::RequestTimeout);
        assert_eq!(began.elapsed().as_secs(), 120);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_larger_body_has_more_time() {
        for (length, seconds) in [(0, 12), (MIB, 12), (MIB + 1, 24), (25 * MIB, 120)] {
            assert_eq!(patience(length).as_secs(), seconds, "{length}");
        }
        assert_eq!(patience(u64::MAX), LONGEST);
    }
}
