//! From credentials to a principal, for every request.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest};

use crate::identity::Identity;
use crate::identity::credentials::Credentials;
use crate::kernel::Kernel;
use crate::kernel::access::{Authentication, Principal};
use crate::kernel::http::Problem;

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
    match check(request).await {
        Ok(None) => None,
        Ok(Some(principal)) => Some(Authentication::Accepted(principal)),
        Err(problem) => Some(Authentication::Refused(problem.code(), problem.to_string())),
    }
}

async fn check(request: &HttpRequest) -> Result<Option<Principal>, Problem> {
    let Some(credentials) = Credentials::of(request.headers())? else {
        return Ok(None);
    };
    let (Some(identity), Some(kernel)) = (
        request.app_data::<Data<Identity>>(),
        request.app_data::<Data<Kernel>>(),
    ) else {
        return Err(Problem::internal("identity is not part of the application"));
    };
    credentials.check(identity, kernel).await.map(Some)
}
