//! Reading motions.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::assemblies::motions::model::Motion as Row;
use crate::assemblies::motions::represent::represent_all;
use crate::assemblies::motions::visible::{Boxed, visible};
use crate::assemblies::motions::wire::{Motion, MotionQuery, MotionSort};
use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::http::{ListQuery, Page, PageRequest, Problem};
use crate::kernel::id::AssemblySessionId;
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::schema::{motion_steps, motions};

/// Those that were brought in this session, or with which something was done in it.
fn in_session(found: Boxed, session: &AssemblySessionId) -> Boxed {
    let step = motion_steps::table
        .filter(motion_steps::motion_id.eq(motions::id))
        .filter(motion_steps::session_id.eq(session.clone()));
    found.filter(motions::session_id.eq(session.clone()).or(exists(step)))
}

fn filtered(scope: &Scope, session: Option<&AssemblySessionId>, query: &MotionQuery) -> Boxed {
    let mut found = visible(scope);
    for session in session.into_iter().chain(&query.session_id) {
        found = in_session(found, session);
    }
    if let Some(assembly) = &query.assembly_id {
        found = found.filter(motions::assembly_id.eq(assembly.clone()));
    }
    if let Some(amended) = &query.amends_id {
        found = found.filter(motions::amends_id.eq(amended.clone()));
    }
    if let Some(status) = query.status {
        found = found.filter(motions::status.eq(status));
    }
    if let Some(q) = &query.q {
        for word in text::fold(q).split(' ') {
            found = found.filter(
                motions::title_folded
                    .like(text::like_anywhere(word))
                    .escape('\\'),
            );
        }
    }
    found
}

/// A page of the motions that exist for the caller: of one session, or of all.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    session: Option<&AssemblySessionId>,
    query: &MotionQuery,
    now: Timestamp,
) -> Result<Page<Motion>, Problem> {
    let parent = session.map_or(MotionQuery::LIST, AssemblySessionId::as_str);
    let request = PageRequest::within(keyring, query, parent)?;
    let base = || filtered(scope, session, query);
    let rows: Vec<Row> = crate::seek!(
        base(), motions::created_at, motions::id,
        descending: query.sort == Some(MotionSort::CreatedAtDescending),
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
    let shown = represent_all(conn, scope, &page.data, now)?;
    Ok(Page {
        data: shown,
        next_cursor: page.next_cursor,
        total: page.total,
    })
}
