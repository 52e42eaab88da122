//! What the database's own errors mean. Both databases' messages come out as one vocabulary.

use diesel::result::{DatabaseErrorKind as Kind, Error};

use crate::kernel::http::{Code, Problem};

/// Whether `error` says that the unique or check constraint of this name is violated.
///
/// PostgreSQL gives the name. SQLite gives the columns of a unique constraint in place of its
/// name (`columns`, as `table.column, table.column`), and the name of a check.
#[must_use]
pub fn is_violated(error: &Error, name: &str, columns: &str) -> bool {
    match error {
        Error::DatabaseError(Kind::UniqueViolation | Kind::CheckViolation, info) => {
            info.constraint_name() == Some(name)
                || info.message().contains(name)
                || info.message().ends_with(columns)
        }
        _ => false,
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let busy = || Self::unavailable("The database is busy. Nothing was changed.", 1);
        match &error {
            Error::DatabaseError(Kind::SerializationFailure, _) => busy().may_try_again(),
            Error::DatabaseError(Kind::ClosedConnection, _) | Error::BrokenTransactionManager => {
                tracing::warn!(error = %error, "connection to the database lost");
                Self::unavailable("The database is out of reach. Ask again shortly.", 2)
                    .may_try_again()
            }
            Error::DatabaseError(Kind::UniqueViolation, info) => {
                tracing::info!(
                    constraint = info.constraint_name(),
                    message = info.message(),
                    "unique constraint refused a write"
                );
                Self::new(
                    Code::Conflict,
                    "Another record already holds a value that must be unique.",
                )
            }
            Error::DatabaseError(Kind::ForeignKeyViolation, info) => {
                tracing::info!(
                    constraint = info.constraint_name(),
                    message = info.message(),
                    "reference refused"
                );
                Self::new(
                    Code::Conflict,
                    "A record that this one refers to does not exist, or others still refer to this one.",
                )
            }
            Error::DatabaseError(_, info) => from_message(&error, info.message()),
            _ => Self::internal(&error),
        }
    }
}

/// What only the text of the message tells: diesel has no kind for these.
fn from_message(error: &Error, message: &str) -> Problem {
    let says = |texts: &[&str]| texts.iter().any(|text| message.contains(text));
    if says(&[
        "database or disk is full",
        "disk I/O error",
        "No space left",
        "could not extend file",
    ]) {
        tracing::error!(error = %error, "storage is full");
        return Problem::new(
            Code::StorageFull,
            "Nothing more can be stored. Nothing was changed.",
        );
    }
    if says(&["deadlock detected", "could not serialize"]) {
        return Problem::unavailable("The database is busy. Nothing was changed.", 1)
            .may_try_again();
    }
    if says(&[
        "database is locked",
        "lock timeout",
        "statement timeout",
        "canceling statement",
    ]) {
        return Problem::unavailable("The database is busy. Nothing was changed.", 1);
    }
    if says(&[
        "terminating connection",
        "server closed the connection",
        "connection not open",
        "no connection to the server",
        "shutting down",
        "starting up",
        "could not receive data",
    ]) {
        tracing::warn!(error = %error, "connection to the database lost");
        return Problem::unavailable("The database is out of reach. Ask again shortly.", 2)
            .may_try_again();
    }
    Problem::internal(error)
}
