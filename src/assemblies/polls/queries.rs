//! Reading polls.

use diesel::prelude::*;

use crate::assemblies::polls::model::Poll as Row;
use crate::assemblies::polls::represent::represent;
use crate::assemblies::polls::visible::visible;
use crate::assemblies::polls::wire::{Poll, PollQuery, PollSort};
use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{AssemblySessionId, MotionId};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::schema::polls;

/// What polls are listed of.
pub enum Of<'a> {
    /// A motion.
    Motion(&'a MotionId),
    /// A session.
    Session(&'a AssemblySessionId),
}

/// A page of the polls that the caller may see, of a motion or of a session.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    of: &Of<'_>,
    query: &PollQuery,
) -> Result<Page<Poll>, Problem> {
    let parent = match of {
        Of::Motion(motion) => motion.as_str(),
        Of::Session(session) => session.as_str(),
    };
    let request = PageRequest::within(keyring, query, parent)?;
    let base = || {
        let mut found = match of {
            Of::Motion(motion) => visible(scope).filter(polls::motion_id.eq((*motion).clone())),
            Of::Session(session) => visible(scope).filter(polls::session_id.eq((*session).clone())),
        };
        if let Some(status) = query.status {
            found = found.filter(polls::status.eq(status));
        }
        if let Some(kind) = query.kind {
            found = found.filter(polls::kind.eq(kind));
        }
        found
    };
    let rows: Vec<Row> = crate::seek!(
        base(), polls::created_at, polls::id,
        descending: query.sort == Some(PollSort::CreatedAtDescending),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| base().count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.created_at.to_string(), row.id.to_string())
    });
    let Page {
        data,
        next_cursor,
        total,
    } = page;
    Ok(Page {
        data: data
            .iter()
            .map(|row| represent(row, scope))
            .collect::<Result<_, _>>()?,
        next_cursor,
        total,
    })
}
