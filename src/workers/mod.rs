//! Work that no request waits for: giving the journal its positions, replacing signing keys,
//! forgetting what has expired.
//!
//! Every replica runs these; a leased row decides which one works, and another takes over when
//! its holder dies.

pub mod wake;

use std::time::{Duration, Instant};

use diesel::prelude::*;
use tokio::sync::watch;

use crate::assemblies;
use crate::briefings::access_data::erasing;
use crate::briefings::{self, materials};
use crate::event_requests::{self, deadlines, documents};
use crate::identity::{Identity, sessions, throttle};
use crate::integrations::deliveries;
use crate::kernel::Kernel;
use crate::kernel::db::{Connection, WriteContext, idempotency, lease};
use crate::kernel::http::Problem;
use crate::kernel::http::limit::Limits;
use crate::kernel::journal::chain;
use crate::mail;
use crate::programs;
use crate::schema::events;

/// How long to wait for the bell before looking anyway: another replica's commit rings none here
/// where the database cannot tell ([`wake`]).
const POLL: Duration = Duration::from_millis(250);

/// How often is looked at what is due to the day rather than to the second.
const SLOW: Duration = Duration::from_secs(60);

/// How old a file that nothing refers to is before it is cleared away, in seconds: a day.
const ORPHAN_AGE: i64 = 24 * 3600;

/// How often what has expired is forgotten.
const TIDY: Duration = Duration::from_secs(600);

/// The office's rules that deadlines follow.
#[derive(Debug, Clone)]
pub struct Rules {
    /// For event requests.
    pub requests: event_requests::settings::Settings,
    /// For briefings.
    pub briefings: briefings::settings::Settings,
    /// For programs.
    pub programs: programs::settings::Settings,
}

/// Gives committed events their positions until `stop` says so, and notes how far the journal has
/// come, whoever gave the positions.
pub async fn follow_journal(kernel: Kernel, mut stop: watch::Receiver<bool>) {
    let holder = crate::kernel::id::fresh();
    while !*stop.borrow() {
        match advance_journal(&kernel, &holder).await {
            Ok(false) => {}
            Ok(true) => continue,
            Err(problem) => tracing::warn!(%problem, "the journal could not be advanced"),
        }
        tokio::select! {
            () = kernel.journal_bell.notified() => {}
            () = tokio::time::sleep(POLL) => {}
            _ = stop.changed() => {}
        }
    }
    let context = WriteContext::system(kernel.clock.now());
    let given_up = kernel
        .db
        .write(context, move |tx| lease::give_up(tx, "journal", &holder))
        .await;
    if let Err(problem) = given_up {
        tracing::warn!(%problem, "the lease of the journal could not be given up");
    }
}

/// Gives a batch of committed events their positions, if this holder has the lease. Whether it
/// gave any.
///
/// # Errors
///
/// When the database is out of reach.
pub async fn advance_journal(kernel: &Kernel, holder: &str) -> Result<bool, Problem> {
    let (last, pending): (i64, i64) = kernel
        .db
        .read(|conn| {
            let pending = events::table
                .filter(events::position.is_null())
                .limit(1)
                .count()
                .get_result(conn)?;
            Ok((chain::last_position(conn)?, pending))
        })
        .await?;
    kernel.note_position(last);
    if pending == 0 {
        return Ok(false);
    }
    let holder = holder.to_owned();
    let advanced = kernel
        .db
        .write(WriteContext::system(kernel.clock.now()), move |tx| {
            if !lease::hold(tx, "journal", &holder)? {
                // The holder may be asleep: what was committed here rang no bell there.
                wake::tell_pending(tx)?;
                return Ok(None);
            }
            let advanced = chain::advance(tx)?;
            if let Some(position) = advanced {
                wake::tell_position(tx, position)?;
            }
            Ok(advanced)
        })
        .await?;
    if let Some(position) = advanced {
        kernel.note_position(position);
    }
    Ok(advanced.is_some())
}

/// Lets happen what is due to briefings and event requests, in programs and in assemblies, until
/// `stop` says so.
pub async fn watch_deadlines(kernel: Kernel, rules: Rules, mut stop: watch::Receiver<bool>) {
    let holder = crate::kernel::id::fresh();
    let mut is_new = true;
    let mut looked_slowly: Option<Instant> = None;
    while !*stop.borrow() {
        let is_slow_turn = looked_slowly.is_none_or(|before| before.elapsed() >= SLOW);
        match pass_deadlines(&kernel, &rules, &holder, is_new, is_slow_turn).await {
            Ok(None) => {}
            Ok(Some(touched)) => {
                is_new = false;
                if is_slow_turn {
                    looked_slowly = Some(Instant::now());
                }
                if let Err(problem) = erasing::rewrite(&kernel).await {
                    tracing::warn!(%problem, "the pages that held access data were not rewritten");
                }
                if touched > 0 {
                    kernel.journal_bell.notify_one();
                    continue;
                }
            }
            Err(problem) => tracing::warn!(%problem, "deadlines could not be looked at"),
        }
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            _ = stop.changed() => {}
        }
    }
}

/// One look at the deadlines, if this holder has the lease. A process that has just started
/// computes due times anew: the office's calendar may be another.
async fn pass_deadlines(
    kernel: &Kernel,
    rules: &Rules,
    holder: &str,
    is_new: bool,
    is_slow_turn: bool,
) -> Result<Option<usize>, Problem> {
    let (rules, holder) = (rules.clone(), holder.to_owned());
    kernel
        .db
        .write(WriteContext::system(kernel.clock.now()), move |tx| {
            if !lease::hold(tx, "deadlines", &holder)? {
                return Ok(None);
            }
            let moved = if is_new {
                deadlines::recompute(tx, &rules.requests)? + briefings::reminders::look_again(tx)?
            } else {
                0
            };
            let slowly = if is_slow_turn {
                briefings::deadlines::pass_slowly(tx, &rules.briefings)?
            } else {
                0
            };
            let touched = deadlines::pass(tx, &rules.requests)?
                + briefings::deadlines::pass(tx, &rules.briefings)?
                + programs::deadlines::pass(tx, &rules.programs)?
                + assemblies::deadlines::pass(tx)?;
            Ok(Some(moved + slowly + touched))
        })
        .await
}

/// Which of these keys of the store a record has.
type KnownKeys = fn(&mut Connection, Vec<String>) -> Result<Vec<String>, Problem>;

/// The shelves of the store, each with who knows what is on it.
const SHELVES: &[(&str, KnownKeys)] = &[
    (documents::SHELF, documents::queries::known_keys),
    (materials::SHELF, materials::queries::known_keys),
    (
        assemblies::agenda::documents::SHELF,
        assemblies::agenda::documents::queries::known_keys,
    ),
];

/// Clears away files that nothing refers to: their upload was refused or broke off. Those of the
/// last day are left alone, because their record may still be on its way.
///
/// # Errors
///
/// When the store or the database is out of reach.
pub async fn clear_orphans(kernel: &Kernel) -> Result<usize, Problem> {
    let before = kernel.clock.now().plus_seconds(-ORPHAN_AGE);
    let mut cleared = 0;
    for (shelf, known_keys) in SHELVES {
        cleared += kernel.blobs.remove_broken_off(shelf, before).await?;
        let stored = kernel.blobs.stored_before(shelf, before).await?;
        for keys in stored.chunks(500) {
            let wanted = keys.to_vec();
            let known = kernel.db.read(move |conn| known_keys(conn, wanted)).await?;
            for key in keys.iter().filter(|key| !known.contains(key)) {
                kernel.blobs.remove(key).await?;
                cleared += 1;
            }
        }
    }
    Ok(cleared)
}

/// Replaces signing keys that are due and forgets what has expired, until `stop` says so.
pub async fn tidy(
    kernel: Kernel,
    identity: Identity,
    limits: Limits,
    keep_mail_days: i64,
    mut stop: watch::Receiver<bool>,
) {
    while !*stop.borrow() {
        limits.tidy();
        if let Err(problem) = identity.tokens.rotate(false).await {
            tracing::warn!(%problem, "signing keys could not be looked at");
        }
        let forgotten = kernel
            .db
            .write(WriteContext::system(kernel.clock.now()), move |tx| {
                Ok(idempotency::forget_old(tx)?
                    + sessions::tidy(tx)?
                    + throttle::tidy(tx)?
                    + deliveries::commands::forget_old(tx)?
                    + mail::messages::commands::forget_old(tx, keep_mail_days)?)
            })
            .await;
        if let Err(problem) = clear_orphans(&kernel).await {
            tracing::warn!(%problem, "files without a record could not be cleared away");
        }
        match forgotten {
            Ok(count) => tracing::debug!(count, "expired rows forgotten"),
            Err(problem) => tracing::warn!(%problem, "expired rows could not be forgotten"),
        }
        tokio::select! {
            () = tokio::time::sleep(TIDY) => {}
            _ = stop.changed() => {}
        }
    }
}
