//! Rows and vocabulary of decisions.

use diesel::prelude::*;

use crate::kernel::access::Role;
use crate::kernel::id::{CallId, SignOffId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::sign_offs;

crate::text_enum! {
    /// What somebody who signs says of a slate.
    pub enum SignOffDecision {
        /// It may be decided so.
        Approved => "approved",
        /// It may not; every signature is needed anew.
        Returned => "returned",
    }
}

/// A signature under a slate. It is never changed.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = sign_offs, treat_none_as_null = true)]
pub struct SignOff {
    /// Its id.
    pub id: SignOffId,
    /// The call.
    pub call_id: CallId,
    /// Its place in the order of signatures, from 1.
    pub step: i64,
    /// As what it was given.
    pub role: Role,
    /// What was signed: a digest of the slate as it stood.
    pub slate_digest: String,
    /// What was said.
    pub decision: SignOffDecision,
    /// Why.
    pub reason: String,
    /// Who signed.
    pub signed_by: UserId,
    /// When.
    pub signed_at: Timestamp,
}
