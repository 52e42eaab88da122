//! Erasing access data: nothing of it is kept longer than it serves.

use diesel::prelude::*;
use serde_json::json;

use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::Briefing;
use crate::briefings::registrations::model::RegistrationStatus;
use crate::briefings::settings::Settings;
use crate::kernel::Kernel;
use crate::kernel::db::{Tx, WriteContext, dialect};
use crate::kernel::http::Problem;
use crate::kernel::id::{BriefingId, RegistrationId};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::marking::Marking;
use crate::kernel::time::Timestamp;
use crate::schema::{access_data, briefings, registrations, venues};

/// How many rows the worker erases in one transaction, at most.
const BATCH: i64 = 200;

const DAY: i64 = 24 * 3600;

/// Days that it is kept after its briefing has gone where nobody asks for it, so that a slip can be
/// undone.
const UNDO_DAYS: i64 = 1;

/// Why access data was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Somebody wanted it.
    Requested,
    /// The attendee does not come.
    Cancelled,
    /// It has served.
    Expired,
    /// The venue does not ask for it any more.
    NotNeeded,
}

impl Cause {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::NotNeeded => "not_needed",
        }
    }
}

/// Erases what there is of these registrations of a briefing. Returns of how many there was
/// something.
fn erase(
    tx: &mut Tx<'_>,
    (briefing, marking): (&BriefingId, Marking),
    mut ids: Vec<RegistrationId>,
    cause: Cause,
) -> Result<usize, Problem> {
    if ids.is_empty() {
        return Ok(0);
    }
    ids.sort();
    let erased = diesel::update(
        access_data::table
            .filter(access_data::registration_id.eq_any(ids.clone()))
            .filter(access_data::sealed.is_not_null()),
    )
    .set((
        access_data::salt.eq(None::<String>),
        access_data::sealed.eq(None::<String>),
        access_data::erased_at.eq(Some(tx.now)),
        access_data::is_rewritten.eq(false),
    ))
    .execute(tx.conn)?;
    let subject = Subject {
        kind: "briefing",
        id: briefing.to_string(),
        version: None,
    };
    tx.record(
        Event::new("access_data.erased", subject)
            .marking(marking)
            .payload(json!({"registration_ids": ids, "cause": cause.as_str()})),
    )?;
    Ok(erased)
}

/// Those of a briefing's registrations whose access data is there.
fn kept(tx: &mut Tx<'_>, briefing: &BriefingId) -> Result<Vec<RegistrationId>, Problem> {
    Ok(access_data::table
        .filter(access_data::briefing_id.eq(briefing))
        .filter(access_data::sealed.is_not_null())
        .select(access_data::registration_id)
        .load(tx.conn)?)
}

/// Erases the access data of one registration, if there is any. The briefing is locked.
///
/// # Errors
///
/// When the database fails.
pub fn of_registration(
    tx: &mut Tx<'_>,
    briefing: &Briefing,
    id: &RegistrationId,
    cause: Cause,
) -> Result<(), Problem> {
    let found: Option<RegistrationId> = access_data::table
        .filter(access_data::registration_id.eq(id))
        .filter(access_data::sealed.is_not_null())
        .select(access_data::registration_id)
        .first(tx.conn)
        .optional()?;
    let ids = Vec::from_iter(found);
    erase(tx, (&briefing.id, briefing.marking), ids, cause)?;
    Ok(())
}

/// Erases the access data of everyone who would have come to a briefing that is called off. The
/// briefing is locked.
///
/// # Errors
///
/// When the database fails.
pub fn of_briefing(tx: &mut Tx<'_>, briefing: &Briefing) -> Result<(), Problem> {
    let ids = kept(tx, &briefing.id)?;
    let briefing = (&briefing.id, briefing.marking);
    erase(tx, briefing, ids, Cause::Cancelled)?;
    Ok(())
}

/// One that is to be erased, and what tells why.
#[derive(Queryable)]
struct Due {
    registration_id: RegistrationId,
    briefing_id: BriefingId,
    marking: Marking,
    briefing: BriefingStatus,
    registration: RegistrationStatus,
    ends_at: Timestamp,
}

impl Due {
    /// `before` is the end of the latest briefing whose access data has served.
    fn cause(&self, before: Timestamp) -> Cause {
        if self.briefing == BriefingStatus::Cancelled
            || self.registration == RegistrationStatus::Cancelled
        {
            Cause::Cancelled
        } else if self.ends_at <= before {
            Cause::Expired
        } else {
            Cause::NotNeeded
        }
    }
}

/// Erases what has served, what a cancellation left behind, and what no venue asks for any more.
/// Returns how many.
///
/// # Errors
///
/// When the database fails.
pub fn pass(tx: &mut Tx<'_>, settings: &Settings) -> Result<usize, Problem> {
    let before = tx.now.plus_seconds(-settings.access_data_days * DAY);
    let undone = tx.now.plus_seconds(-UNDO_DAYS * DAY);
    let not_needed = venues::id
        .nullable()
        .is_null()
        .or(venues::requires_access_data.nullable().eq(false))
        .and(briefings::updated_at.le(undone))
        .and(
            venues::id
                .nullable()
                .is_null()
                .or(venues::updated_at.nullable().le(undone)),
        );
    let due: Vec<Due> = access_data::table
        .inner_join(registrations::table)
        .inner_join(briefings::table)
        .left_join(venues::table.on(briefings::venue_id.eq(venues::id.nullable())))
        .filter(access_data::sealed.is_not_null())
        .filter(
            briefings::ends_at
                .le(before)
                .or(briefings::status.eq(BriefingStatus::Cancelled))
                .or(registrations::status.eq(RegistrationStatus::Cancelled))
                .or(not_needed),
        )
        .order((access_data::briefing_id, access_data::registration_id))
        .limit(BATCH)
        .select((
            access_data::registration_id,
            access_data::briefing_id,
            briefings::marking,
            briefings::status,
            registrations::status,
            briefings::ends_at,
        ))
        .load(tx.conn)?;
    let mut erased = 0;
    let is_together = |one: &Due, other: &Due| {
        one.briefing_id == other.briefing_id && one.cause(before) == other.cause(before)
    };
    for together in due.chunk_by(is_together) {
        let Some(first) = together.first() else {
            continue;
        };
        let ids = together.iter().map(|row| row.registration_id.clone());
        let briefing = (&first.briefing_id, first.marking);
        erased += erase(tx, briefing, ids.collect(), first.cause(before))?;
    }
    Ok(erased)
}

/// Rewrites the pages of the database that held what was erased since the last time. Outside of a
/// transaction. Returns of how many; none while somebody reads what is to be rewritten, and then the
/// next call does it.
///
/// # Errors
///
/// When the database is busy or out of reach; the next call does it.
pub async fn rewrite(kernel: &Kernel) -> Result<usize, Problem> {
    let erased: Vec<RegistrationId> = kernel
        .db
        .read(|conn| {
            Ok(access_data::table
                .filter(access_data::sealed.is_null())
                .filter(access_data::is_rewritten.eq(false))
                .select(access_data::registration_id)
                .load(conn)?)
        })
        .await?;
    if erased.is_empty() {
        return Ok(0);
    }
    let is_done = kernel
        .db
        .read(|conn| Ok(dialect::forget_deleted(conn, "access_data")?))
        .await?;
    if !is_done {
        return Ok(0);
    }
    kernel
        .db
        .write(WriteContext::system(kernel.clock.now()), move |tx| {
            let mut done = 0;
            for some in erased.chunks(500) {
                done += diesel::update(
                    access_data::table
                        .filter(access_data::registration_id.eq_any(some.to_vec()))
                        .filter(access_data::sealed.is_null()),
                )
                .set(access_data::is_rewritten.eq(true))
                .execute(tx.conn)?;
            }
            Ok(done)
        })
        .await
}
