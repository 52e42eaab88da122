//! One transaction: begin, do, record, commit.

use diesel::connection::{Connection as _, TransactionManager};
use diesel::result::{DatabaseErrorKind, Error};

use crate::kernel::access::Actor;
use crate::kernel::db::{Connection, dialect};
use crate::kernel::http::{Problem, RequestContext};
use crate::kernel::journal::{self, Event};
use crate::kernel::time::Timestamp;

type Manager = <Connection as diesel::connection::Connection>::TransactionManager;

/// Who writes, when, and on behalf of which request.
#[derive(Debug, Clone)]
pub struct WriteContext {
    /// Who.
    pub actor: Actor,
    /// When: one instant for everything in the transaction.
    pub now: Timestamp,
    /// The request that asked for it.
    pub request: RequestContext,
}

impl WriteContext {
    /// The service itself, at start or on a schedule.
    #[must_use]
    pub fn system(now: Timestamp) -> Self {
        Self {
            actor: Actor::System,
            now,
            request: RequestContext::default(),
        }
    }
}

/// A transaction that may write.
pub struct Tx<'a> {
    /// The connection, for queries.
    pub conn: &'a mut Connection,
    /// The instant of this transaction.
    pub now: Timestamp,
    context: &'a WriteContext,
}

impl Tx<'_> {
    /// Who writes, when, and on behalf of which request.
    #[must_use]
    pub const fn context(&self) -> &WriteContext {
        self.context
    }

    /// Writes an event into the journal, in this transaction.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn record(&mut self, event: Event) -> Result<(), Problem> {
        journal::record(self, event)
    }

    /// Runs `work`, in this transaction, as what somebody else does.
    ///
    /// # Errors
    ///
    /// What `work` answers.
    pub fn on_behalf_of<T>(
        &mut self,
        actor: Actor,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let context = WriteContext {
            actor,
            ..self.context.clone()
        };
        work(&mut Tx {
            conn: &mut *self.conn,
            now: self.now,
            context: &context,
        })
    }

    /// Runs `work` so that its changes, and nothing else, are undone when it fails.
    ///
    /// # Errors
    ///
    /// What `work` answers.
    pub fn savepoint<T, E: From<diesel::result::Error>>(
        &mut self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let (now, context) = (self.now, self.context);
        self.conn
            .transaction(|conn| work(&mut Tx { conn, now, context }))
    }
}

/// Runs `work` in one transaction.
pub(super) fn run<T>(
    conn: &mut Connection,
    context: &WriteContext,
    work: &impl Fn(&mut Tx<'_>) -> Result<T, Problem>,
) -> Result<T, Problem> {
    dialect::begin_write(conn)?;
    let outcome = work(&mut Tx {
        conn,
        now: context.now,
        context,
    });
    match outcome {
        Ok(value) => {
            Manager::commit_transaction(conn).map_err(commit_failed)?;
            Ok(value)
        }
        Err(problem) => {
            if let Err(error) = Manager::rollback_transaction(conn) {
                tracing::warn!(error = %error, "rollback failed; the connection is given up");
            }
            Err(problem)
        }
    }
}

/// A commit whose answer was lost may have happened: it is not tried again, or a change without an
/// `Idempotency-Key` could happen twice. A serialization failure is a rollback for certain.
fn commit_failed(error: Error) -> Problem {
    match &error {
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => error.into(),
        _ => {
            let problem = Problem::from(error);
            if problem.is_worth_another_try() {
                Problem::unavailable(
                    "The connection to the database was lost; the change may or may not be stored.",
                    2,
                )
            } else {
                problem
            }
        }
    }
}
