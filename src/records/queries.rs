//! Reading the journal, in the order of positions.
//!
//! Whoever reads the journal reads all of it, with one exception: of applications for embedded
//! diplomats nobody is told what those may not know who review them. Whoever has a conflict of
//! interest finds nothing of the application, and whoever reviews a blind call nothing of its
//! applications, because events name the organization; nor of late codes and refused attempts that
//! would tell who applies.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use crate::kernel::access::Scope;
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Connection, among};
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::id::{EventId, OrganizationId};
use crate::kernel::marking::Marking;
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::programs::applications::aggregate::SUBJECT as APPLICATION;
use crate::programs::applications::visible::named;
use crate::programs::calls::aggregate::SUBJECT as CALL;
use crate::records::wire::{AuditEvent, AuditQuery, AuditSort, EventActor, EventSubject};
use crate::schema::events::{self, dsl};
use crate::schema::{applications, late_codes, panel_members};

/// How events call a late code.
const LATE_CODE: &str = "late_code";

#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
struct Row {
    id: EventId,
    kind: String,
    occurred_at: Timestamp,
    actor_kind: String,
    actor_id: Option<String>,
    organization_id: Option<OrganizationId>,
    subject_kind: String,
    subject_id: String,
    subject_version: Option<i64>,
    marking: Marking,
    payload: String,
    request_id: String,
    position: Option<i64>,
    hash: Option<String>,
}

impl From<Row> for AuditEvent {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            position: row.position.unwrap_or_default(),
            kind: row.kind,
            occurred_at: row.occurred_at,
            actor: EventActor {
                kind: row.actor_kind,
                id: row.actor_id,
            },
            organization_id: row.organization_id,
            subject: EventSubject {
                kind: row.subject_kind,
                id: row.subject_id,
                version: row.subject_version,
            },
            marking: row.marking,
            payload: serde_json::from_str(&row.payload).unwrap_or_default(),
            request_id: row.request_id,
            hash: row.hash.unwrap_or_default(),
        }
    }
}

/// The events that this caller may read.
fn visible(scope: &Scope) -> events::BoxedQuery<'static, Backend> {
    let found = events::table
        .filter(dsl::position.is_not_null())
        .filter(dsl::subject_kind.ne(APPLICATION).or(among(
            dsl::subject_id,
            named(scope).select(applications::id),
        )))
        .into_boxed();
    let Some(me) = scope.user() else {
        return found;
    };
    let panels = || {
        panel_members::table
            .filter(panel_members::user_id.eq(me.clone()))
            .select(panel_members::call_id)
    };
    let codes = late_codes::table
        .filter(late_codes::call_id.eq_any(panels()))
        .select(late_codes::id);
    let is_panel = exists(panel_members::table.filter(panel_members::user_id.eq(me.clone())));
    // A refused attempt names the organization of whoever tried, and where: a host, at its
    // application or at a call of which others are not told who applies.
    let is_telling = dsl::subject_kind.eq("operation").and(
        dsl::subject_id
            .like("%/v1/applications/%")
            .or(dsl::subject_id.like("%/v1/calls/%")),
    );
    let is_attempt_at_call = dsl::subject_kind
        .eq(CALL)
        .and(dsl::organization_id.is_not_null())
        .and(dsl::subject_id.eq_any(panels()));
    found
        .filter(
            dsl::subject_kind
                .ne(LATE_CODE)
                .or(dsl::subject_id.ne_all(codes)),
        )
        .filter(not(is_telling).or(not(is_panel)))
        .filter(not(is_attempt_at_call))
}

fn filtered(scope: &Scope, query: &AuditQuery) -> events::BoxedQuery<'static, Backend> {
    let mut found = visible(scope);
    if let Some(kind) = &query.kind {
        found = found.filter(dsl::kind.eq(kind.clone()));
    }
    if let Some(actor) = &query.actor_id {
        found = found.filter(dsl::actor_id.eq(actor.clone()));
    }
    if let Some(subject) = &query.subject_id {
        found = found.filter(dsl::subject_id.eq(subject.clone()));
    }
    if let Some(organization) = &query.organization_id {
        found = found.filter(dsl::organization_id.eq(organization.clone()));
    }
    found
}

/// A page of the journal.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    query: &AuditQuery,
) -> Result<Page<AuditEvent>, Problem> {
    let request = PageRequest::of(keyring, query)?;
    let rows: Vec<Row> = crate::seek!(
        filtered(scope, query), dsl::position, dsl::id,
        descending: query.sort == Some(AuditSort::PositionDescending),
        after: request.after_as::<i64>()?
    )
    .limit(request.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(scope, query).count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (
            row.position.unwrap_or_default().to_string(),
            row.id.to_string(),
        )
    });
    Ok(page.map(AuditEvent::from))
}
