//! The steps of a briefing: scheduled, published, put off, called off, delivered, closed.

use serde_json::json;

use crate::briefings::access_data::erasing;
use crate::briefings::aggregate::{
    Conflicts, acquire, book, check_complete, event, store, summary,
};
use crate::briefings::booking::Kept;
use crate::briefings::lifecycle::{BriefingAction, LIFECYCLE};
use crate::briefings::model::Briefing;
use crate::briefings::{after_actions, booking, consequences, queries};
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::BriefingId;
use crate::kernel::text;

/// Takes a briefing one step through its life cycle.
///
/// # Errors
///
/// 404; 409 when the step is not possible from here, or its time is taken; 412; 422 when
/// something is missing.
pub fn advance_briefing(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &BriefingId,
    if_match: IfMatch,
    action: BriefingAction,
    reason: Option<&str>,
) -> Result<Briefing, Problem> {
    let stored = acquire(tx, scope, id)?;
    stored.expect(if_match)?;
    advance_locked(tx, scope, &stored, action, reason, Conflicts::Look)
}

/// Takes a briefing that is locked one step through its life cycle.
pub(super) fn advance_locked(
    tx: &mut Tx<'_>,
    scope: &Scope,
    stored: &Locked<Briefing>,
    action: BriefingAction,
    reason: Option<&str>,
    conflicts: Conflicts,
) -> Result<Briefing, Problem> {
    let id = &stored.id;
    let to = LIFECYCLE.after(stored.status, action, |permission| scope.can(permission))?;
    let mut briefing = Briefing::clone(stored);
    briefing.status = to;
    let kind = match action {
        BriefingAction::Schedule => {
            let briefers = queries::briefer_ids(tx.conn, id)?;
            check_complete(&briefing, &briefers)?;
            let mut faults = Faults::default();
            booking::lock_resources(tx, &briefing, &briefers, &Kept::default(), &mut faults)?;
            faults.finish()?;
            book(tx, stored, &briefing, &briefers, conflicts)?;
            briefing.reason = None;
            "briefing.scheduled"
        }
        BriefingAction::Publish => {
            let briefers = queries::briefer_ids(tx.conn, id)?;
            let mut faults = Faults::default();
            booking::note_retired(tx, &briefing, &briefers, &mut faults)?;
            faults.finish()?;
            briefing.published_at = Some(tx.now);
            "briefing.published"
        }
        BriefingAction::Postpone => {
            booking::release(tx, id)?;
            briefing.reason = text::clean_optional(reason);
            "briefing.postponed"
        }
        BriefingAction::Cancel => {
            booking::release(tx, id)?;
            erasing::of_briefing(tx, stored)?;
            briefing.reason = text::clean_optional(reason);
            "briefing.cancelled"
        }
        BriefingAction::Deliver => {
            if tx.now < stored.starts_at {
                return Err(Problem::new(
                    Code::NotAllowedInState,
                    "A briefing cannot be delivered before it starts.",
                )
                .with("state", stored.status.as_str())
                .with("starts_at", stored.starts_at.to_string()));
            }
            "briefing.delivered"
        }
        BriefingAction::Close => {
            if after_actions::queries::of_briefing(tx.conn, id)?.is_none() {
                return Err(Problem::new(
                    Code::AfterActionMissing,
                    "File the after-action report before the briefing is closed.",
                ));
            }
            "briefing.closed"
        }
    };
    let briefing = store(tx, stored, briefing)?;
    tx.record(event(kind, &briefing).payload(json!({
        "before": summary(stored),
        "after": summary(&briefing),
        "reason": briefing.reason,
    })))?;
    consequences::of_step(tx, stored, &briefing, action)?;
    Ok(briefing)
}
