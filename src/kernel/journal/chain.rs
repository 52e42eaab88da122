//! Positions and the hash chain.
//!
//! `hash = SHA-256(previous hash ‖ position ‖ every stored member)`, in hexadecimal; the first
//! event follows 64 zeros. A changed, removed or inserted event breaks the chain from there on.

use aws_lc_rs::digest;
use diesel::prelude::*;

use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::Problem;
use crate::kernel::secrets::to_hex;
use crate::kernel::time::Timestamp;
use crate::schema::events::{self, dsl as table};

/// Events that get their position in one transaction, at most.
const BATCH: i64 = 500;

/// What stands in the chain before the first event.
const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

#[derive(Queryable, Selectable)]
#[diesel(table_name = events)]
struct Row {
    sequence: i64,
    id: String,
    kind: String,
    occurred_at: Timestamp,
    actor_kind: String,
    actor_id: Option<String>,
    organization_id: Option<String>,
    subject_kind: String,
    subject_id: String,
    subject_version: Option<i64>,
    marking: String,
    payload: String,
    request_id: String,
    position: Option<i64>,
    hash: Option<String>,
    shared: Option<String>,
}

impl Row {
    fn digest(&self, previous: &str, position: i64) -> String {
        let mut hash = digest::Context::new(&digest::SHA256);
        hash.update(previous.as_bytes());
        let version = self.subject_version.map(|version| version.to_string());
        // Last, and only where there is one: events from before the column hash as they did.
        let shared = self.shared.as_deref().map(Some);
        for part in [
            Some(position.to_string().as_str()),
            Some(&self.id),
            Some(&self.kind),
            Some(&self.occurred_at.to_string()),
            Some(&self.actor_kind),
            self.actor_id.as_deref(),
            self.organization_id.as_deref(),
            Some(&self.subject_kind),
            Some(&self.subject_id),
            version.as_deref(),
            Some(&self.marking),
            Some(&self.payload),
            Some(&self.request_id),
        ]
        .into_iter()
        .chain(shared)
        {
            // The length first, so that no two different rows give the same bytes.
            let text = part.unwrap_or_default();
            let present = u8::from(part.is_some());
            hash.update(&[present]);
            hash.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(text.as_bytes());
        }
        to_hex(hash.finish().as_ref())
    }
}

/// Gives the next committed events their positions. Returns the last one given. Runs in one worker
/// at a time; the unique constraint on `position` stands behind that.
///
/// # Errors
///
/// When the database fails.
pub fn advance(tx: &mut Tx<'_>) -> Result<Option<i64>, Problem> {
    let pending: Vec<Row> = table::events
        .filter(table::position.is_null())
        .order(table::sequence)
        .limit(BATCH)
        .select(Row::as_select())
        .load(tx.conn)?;
    if pending.is_empty() {
        return Ok(None);
    }
    let last: Option<(Option<i64>, Option<String>)> = table::events
        .filter(table::position.is_not_null())
        .order(table::position.desc())
        .select((table::position, table::hash))
        .first(tx.conn)
        .optional()?;
    let (last_position, last_hash) = last.unwrap_or_default();
    let mut position = last_position.unwrap_or(0);
    let mut previous = last_hash.unwrap_or_else(|| GENESIS.to_owned());
    for row in &pending {
        position += 1;
        previous = row.digest(&previous, position);
        diesel::update(table::events.filter(table::sequence.eq(row.sequence)))
            .set((table::position.eq(position), table::hash.eq(&previous)))
            .execute(tx.conn)?;
    }
    Ok(Some(position))
}

/// The last position given; 0 before the first.
///
/// # Errors
///
/// When the database fails.
pub fn last_position(conn: &mut Connection) -> Result<i64, Problem> {
    let last: Option<i64> = table::events
        .select(diesel::dsl::max(table::position))
        .first(conn)?;
    Ok(last.unwrap_or_default())
}

/// Where the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It holds for this many events.
    Intact(i64),
    /// It breaks at this position.
    BrokenAt(i64),
}

/// Recomputes the whole chain.
///
/// # Errors
///
/// When the database fails.
pub fn verify(conn: &mut Connection) -> Result<Verdict, Problem> {
    let mut previous = GENESIS.to_owned();
    let mut position = 0;
    loop {
        let rows: Vec<Row> = table::events
            .filter(table::position.gt(position))
            .order(table::position)
            .limit(BATCH)
            .select(Row::as_select())
            .load(conn)?;
        if rows.is_empty() {
            return Ok(Verdict::Intact(position));
        }
        for row in rows {
            position += 1;
            let expected = row.digest(&previous, position);
            if row.position != Some(position) || row.hash.as_deref() != Some(&expected) {
                return Ok(Verdict::BrokenAt(position));
            }
            previous = expected;
        }
    }
}
