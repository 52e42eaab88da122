//! Another officer takes over. The placement that ends and the one that follows are two records, so
//! each keeps its history.

use diesel::prelude::*;

use crate::kernel::access::Scope;
use crate::kernel::day::Day;
use crate::kernel::db::Tx;
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::PlacementId;
use crate::kernel::text;
use crate::programs::placements::aggregate::acquire_with_resources;
use crate::programs::placements::checks;
use crate::programs::placements::commands::propose;
use crate::programs::placements::lifecycle::{LIFECYCLE, PlacementAction, PlacementStatus};
use crate::programs::placements::model::{Placement, TermChange};
use crate::programs::placements::transitions::{check_earlier_end, finish, set_end};
use crate::programs::placements::wire::Replacement;
use crate::schema::placements;

/// Lets another officer take over: before the placement begins the whole term, afterwards what is
/// left of it from a day on. Answers the new placement, which is proposed.
///
/// # Errors
///
/// 404; 409 when that is not possible from here, somebody takes over already, or the other officer
/// is held at that time; 412; 422 with every broken rule.
pub fn replace_placement(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &PlacementId,
    if_match: IfMatch,
    input: &Replacement,
) -> Result<Placement, Problem> {
    let action = PlacementAction::Replace;
    let permission = LIFECYCLE
        .permission_for(action)
        .ok_or_else(|| Problem::internal("an action is not in the life cycle"))?;
    let whole = acquire_with_resources(tx, scope, id, permission, Some(&input.officer_id))?;
    let stored = &whole.placement;
    stored.expect(if_match)?;
    let to = LIFECYCLE.after(stored.status, action, |permission| {
        scope.may(permission, &stored.organization_id)
    })?;
    expect_no_replacement(tx, id)?;
    let mut faults = Faults::default();
    checks::officer(tx, whole.other.as_deref(), &whole.host, &mut faults)?;
    faults.require(
        input.officer_id != stored.officer_id,
        "/officer_id",
        "same_officer",
        "is the officer who is to be replaced",
    );
    let reason = text::clean(&input.reason);
    let mut old = Placement::clone(stored);
    old.status = to;
    old.reason = Some(reason.clone());
    let mut new = successor(tx, stored, input);
    if to == PlacementStatus::Cancelled {
        // It never began, so the new one takes over from whom it was to take over from.
        new.replaces_id = stored.replaces_id.clone().or(new.replaces_id);
        faults.require(
            input.starts_on.is_none(),
            "/starts_on",
            "not_applicable",
            "is for an officer who serves: before that, the other one takes the whole term",
        );
        faults.finish()?;
    } else {
        let tomorrow = Day::of(tx.now, stored.zone()).plus_days(1);
        let from = input
            .starts_on
            .or(tomorrow)
            .ok_or_else(|| Problem::internal("today is the calendar's last day"))?;
        check_earlier_end(tx, stored, from, "/starts_on", &mut faults);
        set_end(&mut old, from, "/starts_on", faults)?;
        (new.starts_on, new.starts_at) = (from, old.ends_at);
    }
    finish(
        tx,
        &whole,
        old,
        "placement.replaced",
        Some(TermChange::Replaced),
    )?;
    propose(tx, &new, Some(&reason))?;
    Ok(new)
}

/// One placement is taken over once.
fn expect_no_replacement(tx: &mut Tx<'_>, id: &PlacementId) -> Result<(), Problem> {
    let follows: Option<PlacementId> = placements::table
        .filter(placements::replaces_id.eq(id))
        .filter(placements::status.ne(PlacementStatus::Cancelled))
        .select(placements::id)
        .first(tx.conn)
        .optional()?;
    match follows {
        None => Ok(()),
        Some(follows) => Err(Problem::new(
            Code::Conflict,
            "Another officer takes over already: cancel that placement first.",
        )
        .with("replaced_by", follows.as_str())),
    }
}

fn successor(tx: &Tx<'_>, old: &Placement, input: &Replacement) -> Placement {
    Placement {
        id: PlacementId::fresh(),
        officer_id: input.officer_id.clone(),
        status: PlacementStatus::Proposed,
        replaces_id: Some(old.id.clone()),
        office_signed_by: None,
        office_signed_at: None,
        host_signed_by: None,
        host_signed_at: None,
        reason: Some(text::clean(&input.reason)),
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
        ..old.clone()
    }
}
