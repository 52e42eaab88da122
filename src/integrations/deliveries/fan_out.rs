//! From events to deliveries: one worker at a time reads on in the journal.
//!
//! The replicas try in turn; the locked row of the reader lets one in. The deliveries and the
//! reader's new place commit together, so that each event is looked at once, whoever dies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use tokio::sync::Notify;

use crate::integrations::deliveries::model::Delivery;
use crate::integrations::endpoints::commands::TESTED;
use crate::integrations::endpoints::model::{EndpointStatus, WebhookEndpoint};
use crate::integrations::endpoints::queries::eyes_of;
use crate::integrations::visibility::{self, WEBHOOK_ENDPOINT};
use crate::kernel::Kernel;
use crate::kernel::access::Scope;
use crate::kernel::db::{Connection, Tx, WriteContext, dialect};
use crate::kernel::http::Problem;
use crate::kernel::id::{EventId, OrganizationId};
use crate::schema::{events, journal_readers, webhook_deliveries, webhook_endpoints};

/// The reader's name.
const READER: &str = "webhooks";

/// Positions taken at a time.
const BATCH: i64 = 500;

/// Deliveries inserted in one statement, at most.
pub(super) const INSERT: usize = 500;

/// How long to wait before looking anyway.
const POLL: Duration = Duration::from_millis(250);

/// Writes deliveries until the service stops; rings `due` when there are new ones.
pub async fn run(kernel: Kernel, due: Arc<Notify>) {
    let mut stopping = kernel.stopping.subscribe();
    let mut positions = kernel.positions.subscribe();
    let mut done = 0;
    while !*stopping.borrow() {
        let known = *positions.borrow_and_update();
        if known > done {
            match advance(&kernel).await {
                Ok(position) => {
                    done = position;
                    due.notify_one();
                    if done < known {
                        continue;
                    }
                }
                Err(problem) => tracing::warn!(%problem, "events could not be handed to webhooks"),
            }
        }
        tokio::select! {
            _ = positions.changed() => {}
            _ = stopping.changed() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// Takes the next events. Returns how far the reader has come.
async fn advance(kernel: &Kernel) -> Result<i64, Problem> {
    kernel
        .db
        .write(WriteContext::system(kernel.clock.now()), take_next)
        .await
}

/// How far the reader has come.
///
/// # Errors
///
/// When the database fails.
pub fn reader_position(conn: &mut Connection) -> Result<i64, Problem> {
    Ok(journal_readers::table
        .filter(journal_readers::name.eq(READER))
        .select(journal_readers::position)
        .first(conn)?)
}

/// An event, as far as it decides who is told.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = events)]
pub(super) struct Told {
    pub id: EventId,
    pub kind: String,
    pub position: Option<i64>,
    subject_kind: String,
    subject_id: String,
    organization_id: Option<OrganizationId>,
    shared: Option<String>,
}

impl Told {
    /// Whether the endpoint is to be told of this event, which its organization may know of. Of
    /// itself an endpoint is told of tests alone; of its changes the organization's others are.
    pub fn concerns(&self, endpoint: &WebhookEndpoint) -> bool {
        let is_about_it =
            self.subject_kind == WEBHOOK_ENDPOINT && self.subject_id == endpoint.id.as_str();
        if self.kind == TESTED {
            return is_about_it;
        }
        !is_about_it && endpoint.wants(&self.kind)
    }
}

fn take_next(tx: &mut Tx<'_>) -> Result<i64, Problem> {
    dialect::lock_by(tx.conn, "journal_readers", "name", READER)?;
    let from = reader_position(tx.conn)?;
    let batch: Vec<Told> = events::table
        .filter(events::position.gt(from))
        .order(events::position)
        .limit(BATCH)
        .select(Told::as_select())
        .load(tx.conn)?;
    let Some(to) = batch.last().and_then(|last| last.position) else {
        return Ok(from);
    };
    for (organization, endpoints) in endpoints_for(tx, &batch)? {
        let Some(scope) =
            eyes_of(tx.conn, std::slice::from_ref(&organization))?.remove(&organization)
        else {
            continue;
        };
        let visible = visible_between(tx.conn, &scope, from, to)?;
        for endpoint in endpoints {
            let rows = visible
                .iter()
                .filter(|event| event.position > Some(endpoint.starts_after))
                .filter(|event| event.concerns(&endpoint))
                .map(|event| deliver(&endpoint, event, tx))
                .collect();
            insert(tx, rows)?;
        }
    }
    diesel::update(journal_readers::table.filter(journal_readers::name.eq(READER)))
        .set(journal_readers::position.eq(to))
        .execute(tx.conn)?;
    Ok(to)
}

/// A delivery of this event to this endpoint, due now.
pub(super) fn deliver(endpoint: &WebhookEndpoint, event: &Told, tx: &Tx<'_>) -> Delivery {
    Delivery::fresh(
        endpoint.id.clone(),
        event.id.clone(),
        event.kind.clone(),
        event.position.unwrap_or_default(),
        tx.now,
    )
}

/// Stores deliveries, many in a statement.
///
/// # Errors
///
/// When the database fails.
pub(super) fn insert(tx: &mut Tx<'_>, rows: Vec<Delivery>) -> Result<(), Problem> {
    for rows in rows.chunks(INSERT) {
        crate::insert_all!(tx.conn, webhook_deliveries::table, rows)?;
    }
    Ok(())
}

/// The active endpoints, by organization, that this batch may concern: those of the organizations
/// whose affairs are in it, and all when it tells of something that is not one organization's, such
/// as a briefing.
fn endpoints_for(
    tx: &mut Tx<'_>,
    batch: &[Told],
) -> Result<BTreeMap<OrganizationId, Vec<WebhookEndpoint>>, Problem> {
    let told: Vec<&Told> = batch
        .iter()
        .filter(|event| event.shared.is_some())
        .collect();
    if told.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut found = webhook_endpoints::table
        .filter(webhook_endpoints::status.eq(EndpointStatus::Active))
        .into_boxed();
    let is_for_many = told
        .iter()
        .any(|event| event.organization_id.is_none() || event.subject_kind == visibility::BRIEFING);
    if !is_for_many {
        let concerned: BTreeSet<OrganizationId> = told
            .iter()
            .filter_map(|event| event.organization_id.clone())
            .collect();
        found = found.filter(webhook_endpoints::organization_id.eq_any(concerned));
    }
    let rows: Vec<WebhookEndpoint> = found
        .order(webhook_endpoints::id)
        .select(WebhookEndpoint::as_select())
        .load(tx.conn)?;
    let mut by_organization: BTreeMap<OrganizationId, Vec<WebhookEndpoint>> = BTreeMap::new();
    for row in rows {
        by_organization
            .entry(row.organization_id.clone())
            .or_default()
            .push(row);
    }
    Ok(by_organization)
}

fn visible_between(
    conn: &mut Connection,
    scope: &Scope,
    after: i64,
    until: i64,
) -> Result<Vec<Told>, Problem> {
    Ok(visibility::visible(scope)
        .filter(events::position.gt(after))
        .filter(events::position.le(until))
        .order(events::position)
        .select(Told::as_select())
        .load(conn)?)
}
