//! From credentials to a principal, for every request.
//!
//! The token's signature says who; the database says whether that still holds. What it said is
//! believed for half a second, so a logout or deactivation holds everywhere within one second.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};

use crate::identity::{Identity, queries, sessions};
use crate::kernel::Kernel;
use crate::kernel::access::{Authentication, Principal};
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::SessionId;

/// How long the database's answer is believed.
const BELIEVED_FOR: Duration = Duration::from_millis(500);

/// Answers held at most.
const HELD: usize = 10_000;

/// Principals looked up a moment ago.
#[derive(Default)]
pub struct PrincipalCache(Mutex<HashMap<SessionId, (Instant, Principal)>>);

impl PrincipalCache {
    fn get(&self, id: &SessionId) -> Option<Principal> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        held.get(id)
            .filter(|(when, _)| when.elapsed() < BELIEVED_FOR)
            .map(|(_, principal)| principal.clone())
    }

    fn put(&self, id: SessionId, principal: Principal) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= HELD {
            held.retain(|_, (when, _)| when.elapsed() < BELIEVED_FOR);
        }
        held.insert(id, (Instant::now(), principal));
    }

    /// Forgets everyone, after a change of accounts or sessions in this process.
    pub fn clear(&self) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
    }
}

/// Looks at the request's credentials and leaves the result with the request. Whether it matters
/// is for the operation's policy to say: a stale token does not stand in the way of signing in.
///
/// # Errors
///
/// Those of the inner service.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    if let Some(found) = look(request.request()).await {
        request.extensions_mut().insert(found);
    }
    next.call(request).await
}

/// Looks at the credentials of a request, or looks again while its answer lasts.
pub async fn look(request: &HttpRequest) -> Option<Authentication> {
    let mut given = request.headers().get_all(header::AUTHORIZATION);
    let value = given.next()?;
    let outcome = match (value.to_str(), given.next()) {
        (Ok(value), None) => check(request, value).await,
        _ => Err(Problem::new(
            Code::Unauthenticated,
            "The Authorization header cannot be read.",
        )),
    };
    Some(match outcome {
        Ok(principal) => Authentication::Accepted(principal),
        Err(problem) => Authentication::Refused(problem.code(), problem.to_string()),
    })
}

async fn check(request: &HttpRequest, value: &str) -> Result<Principal, Problem> {
    let refused = || Problem::new(Code::Unauthenticated, "The access token is not accepted.");
    let (Some(identity), Some(kernel)) = (
        request.app_data::<Data<Identity>>(),
        request.app_data::<Data<Kernel>>(),
    ) else {
        return Err(Problem::internal("identity is not part of the application"));
    };
    let token = value
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(refused)?;
    let claims = identity.tokens.verify(token).await?;
    if let Some(principal) = identity.principals.get(&claims.sid) {
        return Ok(principal);
    }
    let now = kernel.clock.now();
    let session_id = claims.sid.clone();
    let principal = kernel
        .db
        .read(move |conn| {
            let user = sessions::live(conn, &session_id, now)?
                .filter(|user| user.id == claims.sub)
                .ok_or_else(refused)?;
            Ok(Principal::User {
                homes: queries::homes(conn, &user.id)?,
                user_id: user.id,
                session_id,
            })
        })
        .await?;
    identity.principals.put(claims.sid, principal.clone());
    Ok(principal)
}
