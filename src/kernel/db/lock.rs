//! Locked aggregates: what a command changes, it has loaded for update.

use std::ops::Deref;

use diesel::QueryResult;

use crate::kernel::db::{Connection, Tx, dialect};
use crate::kernel::http::{IfMatch, Problem};

/// A record that is locked as a whole when it, or anything that belongs to it, changes.
pub trait Aggregate: Sized {
    /// Its table.
    const TABLE: &'static str;

    /// Loads it by id.
    ///
    /// # Errors
    ///
    /// When the database fails.
    fn load(conn: &mut Connection, id: &str) -> QueryResult<Option<Self>>;

    /// Its version, as `If-Match` names it.
    fn version(&self) -> i64;
}

/// Proof that the row was locked before it was read. Functions that change an aggregate take
/// this, so that a forgotten lock does not compile.
#[derive(Debug)]
pub struct Locked<T>(T);

impl<T: Aggregate> Locked<T> {
    /// Locks the row with this id and reads it; `None` when there is none. Several locks are
    /// taken in the order of their ids.
    ///
    /// # Errors
    ///
    /// 503 when the lock is not had in time.
    pub fn acquire(tx: &mut Tx<'_>, id: &str) -> Result<Option<Self>, Problem> {
        dialect::lock_row(tx.conn, T::TABLE, id)?;
        Ok(T::load(tx.conn, id)?.map(Self))
    }

    /// Reads the row and keeps others from changing it until the transaction ends, while others may
    /// do the same: for writers who add to a record and need it to stand still, and who must not
    /// wait for each other. It is no proof of a lock, so it changes nothing itself.
    ///
    /// # Errors
    ///
    /// 503 when the lock is not had in time.
    pub fn share(tx: &mut Tx<'_>, id: &str) -> Result<Option<T>, Problem> {
        dialect::share_row(tx.conn, T::TABLE, id)?;
        Ok(T::load(tx.conn, id)?)
    }

    /// As [`Locked::share`], of the record that another belongs to, and without reading it: `column`
    /// of `child` names it.
    ///
    /// # Errors
    ///
    /// 503 when the lock is not had in time.
    pub fn share_of(
        tx: &mut Tx<'_>,
        child: (&'static str, &'static str),
        id: &str,
    ) -> Result<(), Problem> {
        Ok(dialect::share_owner(tx.conn, T::TABLE, child, id)?)
    }

    /// Compares the version with the one the caller's change was made against.
    ///
    /// # Errors
    ///
    /// 412 with the current `ETag`.
    pub fn expect(&self, if_match: IfMatch) -> Result<(), Problem> {
        if_match.check(self.0.version())
    }

    /// The record as it was read.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Locked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}
