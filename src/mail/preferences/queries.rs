//! Reading what a recipient wants.

use diesel::prelude::*;

use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::time::Timestamp;
use crate::mail::model::MailPreference;
use crate::schema::mail_preferences::{self, dsl};

/// What the recipient at this address wants; what holds for everybody when they have said nothing.
///
/// # Errors
///
/// When the database fails.
pub fn of(
    conn: &mut Connection,
    email_folded: &str,
    now: Timestamp,
) -> Result<MailPreference, Problem> {
    let found = mail_preferences::table
        .filter(dsl::email_folded.eq(email_folded))
        .select(MailPreference::as_select())
        .first(conn)
        .optional()?;
    Ok(found.unwrap_or_else(|| MailPreference::of_nobody(email_folded.to_owned(), now)))
}
