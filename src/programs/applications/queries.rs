//! Lists of applications.

use diesel::prelude::*;

use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::{Code, Page, PageRequest, Problem};
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::kernel::time::Timestamp;
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::applications::model::Application as Row;
use crate::programs::applications::represent::{Viewpoint, represent};
use crate::programs::applications::visible::{Boxed, Eyes, sees_all, visible};
use crate::programs::applications::wire::{Application, ApplicationQuery, ApplicationSort};
use crate::programs::calls::model::Call;
use crate::schema::applications;

fn filtered(view: &Viewpoint<'_>, query: &ApplicationQuery) -> Boxed {
    let mut found = visible(view.scope).filter(applications::call_id.eq(view.call.id.clone()));
    if let Some(q) = &query.q {
        for word in text::fold(q).split(' ') {
            let pattern = text::like_anywhere(word);
            found = match view.eyes() {
                Eyes::Open => found.filter(applications::title_folded.like(pattern).escape('\\')),
                Eyes::Blind => {
                    found.filter(applications::blind_title_folded.like(pattern).escape('\\'))
                }
            };
        }
    }
    if let Some(organization) = &query.organization_id {
        found = found.filter(applications::organization_id.eq(organization.clone()));
    }
    match query.status {
        Some(status) => with_status(found, view, status),
        None => found,
    }
}

/// Those that stand so as far as the caller is told ([`Viewpoint::is_told_less`]).
fn with_status(found: Boxed, view: &Viewpoint<'_>, status: ApplicationStatus) -> Boxed {
    let told: Vec<ApplicationStatus> = ApplicationStatus::ALL
        .iter()
        .copied()
        .filter(|real| real.as_told(view.call.status) == status)
        .collect();
    if view.is_panel && view.call.status.is_before_decision() {
        return found.filter(applications::status.eq_any(told));
    }
    if sees_all(view.scope) {
        return found.filter(applications::status.eq(status));
    }
    let homes = view.scope.homes_with(Permission::ApplicationsRead);
    let is_own = || applications::organization_id.eq_any(homes.clone());
    found.filter(
        is_own()
            .and(applications::status.eq_any(told))
            .or(diesel::dsl::not(is_own()).and(applications::status.eq(status))),
    )
}

/// A page of the applications of a call that the caller may see.
///
/// # Errors
///
/// 400 for a cursor of another list; 403 when a reviewer of a blind call asks who applies.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    call: &Call,
    query: &ApplicationQuery,
    now: Timestamp,
) -> Result<Page<Application>, Problem> {
    let view = Viewpoint::of(conn, scope, call, now)?;
    if view.eyes() == Eyes::Blind && query.organization_id.is_some() {
        return Err(Problem::new(
            Code::Forbidden,
            "Those who review a blind call are not told who applies.",
        ));
    }
    let request = PageRequest::within(keyring, query, call.id.as_str())?;
    let base = || filtered(&view, query);
    let rows: Vec<Row> = crate::seek!(
        base(), applications::created_at, applications::id,
        descending: query.sort == Some(ApplicationSort::CreatedAtDescending),
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
    let shown = represent(conn, scope, call, &page.data, query.expand, now)?;
    Ok(Page {
        data: shown,
        next_cursor: page.next_cursor,
        total: page.total,
    })
}
