//! Postings: a person's place in an organization for a time. It begins and ends by the clock, on every
//! replica, without anybody's coming by ([`crate::identity::queries::homes_until`]).

use diesel::prelude::*;

use crate::kernel::access::Role;
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{OrganizationId, UserId};
use crate::kernel::time::Timestamp;
use crate::schema::postings;

/// A person's place in an organization for a time.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = postings)]
pub struct Posting {
    /// The id of the record that it follows from.
    pub id: String,
    /// The person.
    pub user_id: UserId,
    /// Where.
    pub organization_id: OrganizationId,
    /// As what.
    pub role: Role,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends: at this instant it is over.
    pub ends_at: Timestamp,
}

/// The posting with this id.
///
/// # Errors
///
/// When the database fails.
pub fn get(conn: &mut Connection, id: &str) -> Result<Option<Posting>, Problem> {
    Ok(postings::table
        .filter(postings::id.eq(id))
        .select(Posting::as_select())
        .first(conn)
        .optional()?)
}

/// Sets the posting with this id, in place of what it was. One that is empty is none.
///
/// # Errors
///
/// When the database fails.
pub fn set(tx: &mut Tx<'_>, posting: &Posting) -> Result<(), Problem> {
    end(tx, &posting.id)?;
    if posting.starts_at < posting.ends_at {
        diesel::insert_into(postings::table)
            .values(posting.clone())
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Takes the posting with this id away, if there is one.
///
/// # Errors
///
/// When the database fails.
pub fn end(tx: &mut Tx<'_>, id: &str) -> Result<(), Problem> {
    diesel::delete(postings::table.filter(postings::id.eq(id))).execute(tx.conn)?;
    Ok(())
}
