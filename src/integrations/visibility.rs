//! Which events a caller may know of: one rule for the feed, the live stream and the webhooks.
//!
//! Federal staff see the events of every record that they may read. A local caller sees what the
//! office shares of its own organization's records, and of the briefings that exist for it. Events
//! of accounts, sessions and refused attempts belong to the journal alone.

use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};

use crate::briefings;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::among;
use crate::kernel::db::dialect::Backend;
use crate::kernel::id::OrganizationId;
use crate::kernel::marking::Marking;
use crate::schema::events::{self, dsl};

/// A query over events, with its conditions so far.
pub type Boxed = events::BoxedQuery<'static, Backend>;

type Condition = Box<dyn BoxableExpression<events::table, Backend, SqlType = Nullable<Bool>>>;

/// The kinds of records whose events are told at all, and what it takes to read such a record.
const SUBJECTS: [(&str, Permission); 8] = [
    (BRIEFING, Permission::BriefingsRead),
    ("registration", Permission::RegistrationsRead),
    ("event_request", Permission::RequestsRead),
    (WEBHOOK_ENDPOINT, Permission::WebhooksRead),
    ("api_key", Permission::ApiKeysRead),
    ("organization", Permission::OrganizationsRead),
    ("briefer", Permission::BriefersRead),
    ("venue", Permission::VenuesRead),
];

/// How events call a briefing.
pub const BRIEFING: &str = "briefing";

/// How events call a webhook endpoint.
pub const WEBHOOK_ENDPOINT: &str = "webhook_endpoint";

/// The events with a position that this caller may know of.
#[must_use]
pub fn visible(scope: &Scope) -> Boxed {
    let kinds: Vec<&'static str> = SUBJECTS
        .into_iter()
        .filter(|(_, permission)| scope.can(*permission))
        .map(|(kind, _)| kind)
        .collect();
    let mut found = events::table
        .filter(dsl::position.is_not_null())
        .filter(dsl::subject_kind.eq_any(kinds))
        .into_boxed();
    let ceiling = scope.ceiling();
    if ceiling != Marking::Cui {
        found = found.filter(dsl::marking.eq_any(ceiling.up_to()));
    }
    if scope.is_federal() {
        return found;
    }
    found.filter(dsl::shared.is_not_null()).filter(own(scope))
}

/// What a local caller may know of: each kind of record that has a rule of its own, by that rule;
/// every other by its organization.
fn own(scope: &Scope) -> Condition {
    let homes: Vec<OrganizationId> = scope
        .homes()
        .iter()
        .map(|home| home.organization_id.clone())
        .collect();
    let briefing = dsl::subject_kind.eq(BRIEFING).and(among(
        dsl::subject_id,
        briefings::queries::visible(scope).select(crate::schema::briefings::id),
    ));
    let other = dsl::subject_kind
        .ne_all([BRIEFING])
        .and(dsl::organization_id.eq_any(homes));
    Box::new(briefing.or(other))
}
