//! The door: an extractor that checks the policy before anything else is read, and then owns the
//! only way to the database.

use std::future::{Ready, ready};
use std::marker::PhantomData;

use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};

use crate::kernel::Kernel;
use crate::kernel::access::{Permission, Principal, Scope};
use crate::kernel::clock::Clock;
use crate::kernel::db::{Connection, Tx, WriteContext};
use crate::kernel::http::{Code, Problem, Reply, RequestContext, request_id};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::secrets::{Keyring, without_keys};

/// What an operation asks of its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requirement {
    /// Nothing: anyone may call it.
    Nothing,
    /// To be a signed-in person.
    SignedIn,
    /// To be a system with an API key.
    ServiceAccount,
    /// To hold this permission.
    Permission(Permission),
}

/// A policy that a handler names in its signature.
pub trait Policy: 'static {
    /// What it asks.
    const REQUIRES: Requirement;
}

/// Anyone, with or without an account.
#[derive(Debug)]
pub struct Public;

impl Policy for Public {
    const REQUIRES: Requirement = Requirement::Nothing;
}

/// Any person who is signed in.
#[derive(Debug)]
pub struct Authenticated;

impl Policy for Authenticated {
    const REQUIRES: Requirement = Requirement::SignedIn;
}

/// Any system with an API key.
#[derive(Debug)]
pub struct ServiceAccount;

impl Policy for ServiceAccount {
    const REQUIRES: Requirement = Requirement::ServiceAccount;
}

/// What became of the credentials of a request. Absent when it had none.
#[derive(Clone)]
pub enum Authentication {
    /// They are good.
    Accepted(Principal),
    /// They are not, and why, as far as the caller is told.
    Refused(Code, String),
}

/// The checked caller and the way to the database.
pub struct Access<P> {
    kernel: Kernel,
    scope: Scope,
    request: HttpRequest,
    policy: PhantomData<P>,
}

impl<P: Policy> FromRequest for Access<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(open(request))
    }
}

fn open<P: Policy>(request: &HttpRequest) -> Result<Access<P>, Problem> {
    let kernel = request
        .app_data::<Data<Kernel>>()
        .ok_or_else(|| Problem::internal("the kernel is not part of the application"))?;
    let found = request.extensions().get::<Authentication>().cloned();
    let principal = match (P::REQUIRES, found) {
        (Requirement::Nothing, Some(Authentication::Accepted(principal))) => Some(principal),
        (Requirement::Nothing, _) => None,
        (_, Some(Authentication::Accepted(principal))) => Some(principal),
        (_, Some(Authentication::Refused(code, detail))) => {
            let problem = Problem::new(code, detail);
            return Err(match code {
                Code::Unavailable => problem.retry_after(1),
                _ => problem,
            });
        }
        (_, None) => {
            return Err(Problem::new(
                Code::Unauthenticated,
                "This operation needs a caller: sign in at /v1/auth/login, or send an X-Api-Key.",
            ));
        }
    };
    let scope = Scope(principal);
    if let Err(problem) = admit(P::REQUIRES, &scope) {
        tracing::info!(requires = ?P::REQUIRES, actor = ?scope.actor(), "permission denied");
        let subject = (
            "operation",
            format!("{} {}", request.method(), without_keys(request.path())),
        );
        record_denial(kernel, &scope, request, subject);
        return Err(problem);
    }
    Ok(Access {
        kernel: kernel.get_ref().clone(),
        scope,
        request: request.clone(),
        policy: PhantomData,
    })
}

/// Whether a known caller is one that the operation is for.
fn admit(requires: Requirement, scope: &Scope) -> Result<(), Problem> {
    match (requires, &scope.0) {
        (Requirement::Permission(permission), _) if !scope.can(permission) => Err(Problem::new(
            Code::Forbidden,
            format!("This operation needs the permission `{permission}`."),
        )
        .with("permission", permission.as_str())),
        (Requirement::SignedIn, Some(Principal::Service { .. })) => scope.person().map(|_| ()),
        (Requirement::ServiceAccount, Some(Principal::User { .. })) => Err(Problem::new(
            Code::Forbidden,
            "This operation is for API keys, not for signed-in people.",
        )),
        _ => Ok(()),
    }
}

/// Writes a refused attempt into the journal, without making the caller wait: the time an answer
/// takes must not tell what exists.
fn record_denial(
    kernel: &Kernel,
    scope: &Scope,
    request: &HttpRequest,
    (kind, id): (&'static str, String),
) {
    let context = WriteContext {
        actor: scope.actor(),
        now: kernel.clock.now(),
        request: RequestContext {
            request_id: request_id(request),
            idempotency: None,
        },
    };
    let organization = scope
        .homes()
        .first()
        .map(|home| home.organization_id.clone());
    let id: String = id.chars().take(200).collect();
    let db = kernel.db.clone();
    actix_web::rt::spawn(async move {
        let recorded = db
            .write(context, move |tx| {
                tx.record(
                    Event::new(
                        "access.denied",
                        Subject {
                            kind,
                            id: id.clone(),
                            version: None,
                        },
                    )
                    .organization(organization.as_ref()),
                )
            })
            .await;
        if let Err(problem) = recorded {
            tracing::error!(%problem, "a refused attempt could not be recorded");
        }
    });
}

impl<P: Policy> Access<P> {
    /// What the caller may see and do.
    #[must_use]
    pub const fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The clock of the house.
    #[must_use]
    pub const fn clock(&self) -> &Clock {
        &self.kernel.clock
    }

    /// The keys of the house.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.kernel.keyring
    }

    /// The kernel, for work that spans several transactions, such as signing in.
    #[must_use]
    pub const fn kernel(&self) -> &Kernel {
        &self.kernel
    }

    /// Reads from the database.
    ///
    /// # Errors
    ///
    /// What `read` answers; 503 when the database is busy or out of reach.
    pub async fn read<T: Send + 'static>(
        self,
        read: impl FnOnce(&mut Connection, &Scope) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        self.look(read).await
    }

    /// As [`Access::read`], before something else is done: for an operation that reads first, then
    /// works outside of the database, then writes.
    ///
    /// # Errors
    ///
    /// As [`Access::read`].
    pub async fn look<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Connection, &Scope) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let scope = self.scope.clone();
        let outcome = self.kernel.db.read(move |conn| read(conn, &scope)).await;
        self.record_if_hidden(&outcome);
        outcome
    }

    fn record_if_hidden<T>(&self, outcome: &Result<T, Problem>) {
        if let Err(problem) = outcome
            && let Some(subject) = problem.hidden_subject()
        {
            record_denial(&self.kernel, &self.scope, &self.request, subject.clone());
        }
    }

    /// Changes the database in one transaction, with the events that `write` records and, under
    /// an `Idempotency-Key`, the answer it gives.
    ///
    /// # Errors
    ///
    /// What `write` answers, with nothing changed; 503 when the database is busy or out of reach.
    pub async fn write(
        self,
        write: impl Fn(&mut Tx<'_>, &Scope) -> Result<Reply, Problem> + Send + 'static,
    ) -> Result<Reply, Problem> {
        let request = RequestContext::read(&self.request)?;
        if matches!(self.scope.0, Some(Principal::Service { .. }))
            && self.request.method() == actix_web::http::Method::POST
            && request.idempotency.is_none()
        {
            return Err(Problem::new(
                Code::IdempotencyKeyRequired,
                "Send an Idempotency-Key header.",
            ));
        }
        self.write_as(request, write).await
    }

    /// As [`Access::write`], for what a retry repeats without harm and of which nothing may be kept:
    /// an `Idempotency-Key` is kept with a digest of the body, and from that one can tell which of a
    /// few bodies was sent.
    ///
    /// # Errors
    ///
    /// As [`Access::write`].
    pub async fn write_unkept(
        self,
        write: impl Fn(&mut Tx<'_>, &Scope) -> Result<Reply, Problem> + Send + 'static,
    ) -> Result<Reply, Problem> {
        let request = RequestContext {
            request_id: request_id(&self.request),
            idempotency: None,
        };
        self.write_as(request, write).await
    }

    /// Reads what leaves a trace: with the event that `read` records, in one transaction. For a `GET`
    /// that the journal must know of.
    ///
    /// # Errors
    ///
    /// What `read` answers, with nothing recorded; 503 when the database is busy or out of reach.
    pub async fn note<T: Send + 'static>(
        self,
        read: impl Fn(&mut Tx<'_>, &Scope) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let context = WriteContext {
            actor: self.scope.actor(),
            now: self.kernel.clock.now(),
            request: RequestContext {
                request_id: request_id(&self.request),
                idempotency: None,
            },
        };
        let scope = self.scope.clone();
        let outcome = self
            .kernel
            .db
            .write(context, move |tx| read(tx, &scope))
            .await;
        self.record_if_hidden(&outcome);
        self.kernel.journal_bell.notify_one();
        outcome
    }

    async fn write_as(
        self,
        request: RequestContext,
        write: impl Fn(&mut Tx<'_>, &Scope) -> Result<Reply, Problem> + Send + 'static,
    ) -> Result<Reply, Problem> {
        let context = WriteContext {
            actor: self.scope.actor(),
            now: self.kernel.clock.now(),
            request,
        };
        let scope = self.scope.clone();
        let outcome = self
            .kernel
            .db
            .write_reply(context, move |tx| write(tx, &scope))
            .await;
        self.record_if_hidden(&outcome);
        self.kernel.journal_bell.notify_one();
        outcome
    }
}
