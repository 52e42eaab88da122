//! Deciding by hand, signing, deciding the call and announcing it. The call is locked for all of
//! it, so that what is signed is what is decided.

use diesel::prelude::*;
use serde_json::json;

use crate::kernel::access::{Permission, Role, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, IfMatch, Problem};
use crate::kernel::id::{ApplicationId, CallId, SignOffId};
use crate::kernel::text;
use crate::programs::applications::aggregate as application;
use crate::programs::applications::lifecycle::{
    ApplicationAction, ApplicationStatus, LIFECYCLE as APPLICATIONS,
};
use crate::programs::applications::model::Application;
use crate::programs::calls;
use crate::programs::calls::lifecycle::{CallAction, CallStatus, LIFECYCLE};
use crate::programs::calls::model::Call;
use crate::programs::decisions::model::{SignOff, SignOffDecision};
use crate::programs::decisions::queries::{
    Current, counting, current, expect_reader, federal_roles, sign_offs, signing_roles,
};
use crate::programs::decisions::slate::SlateOutcome;
use crate::programs::decisions::wire::{DecideCall, SignSlate};
use crate::programs::reviews::commands::{acquire, expect_state, internal_event};
use crate::programs::reviews::panel::expect_outsider;
use crate::schema::{applications, sign_offs as table};

/// Decides an application by hand.
///
/// # Errors
///
/// 403 to the panel; 404; 409 when the call is not in review, no place is left, or the state does
/// not allow it; 412.
pub fn decide_application(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &ApplicationId,
    if_match: IfMatch,
    action: ApplicationAction,
    reason: Option<&str>,
) -> Result<(Call, Application), Problem> {
    let (call, stored) = application::acquire(tx, scope, id, Permission::ApplicationsDecide)?;
    expect_outsider(tx.conn, scope, &call.id)?;
    stored.expect(if_match)?;
    let mut row = Application::clone(&stored);
    row.status = APPLICATIONS.after(row.status, action, |permission| scope.can(permission))?;
    expect_state(
        &call,
        &[CallStatus::InReview],
        "Applications are decided while their call is in review.",
    )?;
    expect_place(tx, &call, row.status)?;
    row.reason = text::clean_optional(reason);
    let row = application::store(tx, &stored, row)?;
    tx.record(
        application::internal("application.decision_proposed", &row).payload(json!({
            "before": application::summary(&stored),
            "after": application::summary(&row),
        })),
    )?;
    Ok((call.into_inner(), row))
}

/// No more are selected than there are places, and no more kept in reserve.
fn expect_place(tx: &mut Tx<'_>, call: &Call, to: ApplicationStatus) -> Result<(), Problem> {
    let (places, what) = match to {
        ApplicationStatus::Selected => (call.places, "host"),
        ApplicationStatus::Reserve => (call.reserve_places, "place in the reserve"),
        _ => return Ok(()),
    };
    let taken: i64 = applications::table
        .filter(applications::call_id.eq(&call.id))
        .filter(applications::status.eq(to))
        .count()
        .get_result(tx.conn)?;
    if taken < places {
        return Ok(());
    }
    Err(Problem::new(
        Code::NoPlaceLeft,
        format!("The call has {places} of them, and every {what} is chosen."),
    )
    .with("places", places))
}

fn changed(digest: &str) -> Problem {
    Problem::new(
        Code::SlateChanged,
        "The slate is not the one that was read: read it again.",
    )
    .with("slate_digest", digest)
}

fn expect_complete(slate: &Current) -> Result<(), Problem> {
    let open: Vec<String> = slate
        .slate
        .entries
        .iter()
        .filter(|entry| entry.outcome.is_none())
        .map(|entry| entry.application_id.to_string())
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    Err(Problem::new(
        Code::Conflict,
        "Applications are tied across a line, or have no score: somebody decides them by hand first.",
    )
    .with("open", open))
}

fn missing(roles: &[Role], signed: &[&SignOff]) -> Vec<(i64, Role)> {
    let steps = (1..).zip(roles.iter().copied());
    steps
        .filter(|(step, _)| !signed.iter().any(|row| row.step == *step))
        .collect()
}

fn sign_offs_missing(roles: impl IntoIterator<Item = Role>) -> Problem {
    let roles: Vec<String> = roles.into_iter().map(|role| role.to_string()).collect();
    Problem::new(
        Code::SignOffsMissing,
        "Others sign before this can be done.",
    )
    .with("missing", roles)
}

/// Signs the slate of a call, or returns it. Whoever signs does so as what their turn is: each role
/// after the one before it, each person once.
///
/// # Errors
///
/// 403 to those who do not sign, or have; 404; 409 when it is not their turn, the slate is another
/// or stays open in parts, or the call is not in review.
pub fn sign_slate(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &CallId,
    input: &SignSlate,
) -> Result<(SignOff, Current), Problem> {
    let call = acquire(tx, scope, id)?;
    expect_outsider(tx.conn, scope, id)?;
    expect_reader(tx.conn, scope, &call)?;
    let (me, _) = scope.person()?;
    let roles = signing_roles(tx.conn, &call)?;
    let held = federal_roles(scope);
    if !roles.iter().any(|role| held.contains(role)) {
        return Err(Problem::new(
            Code::Forbidden,
            "Slates of this program are signed by others.",
        ));
    }
    expect_state(
        &call,
        &[CallStatus::InReview],
        "Slates are signed while their call is in review.",
    )?;
    let slate = current(tx.conn, &call, tx.now)?;
    if slate.digest != input.slate_digest {
        return Err(changed(&slate.digest));
    }
    let rows = sign_offs(tx.conn, id)?;
    let signed = counting(&rows, &slate.digest);
    if signed.iter().any(|row| row.signed_by == *me) {
        return Err(Problem::new(
            Code::Forbidden,
            "One person signs a slate once.",
        ));
    }
    let missing = missing(&roles, &signed);
    let Some((step, role)) = missing.first().copied() else {
        return Err(Problem::new(Code::Conflict, "Every role has signed."));
    };
    if !held.contains(&role) {
        let before = missing.into_iter().map(|(_, role)| role);
        return Err(sign_offs_missing(
            before.take_while(|role| !held.contains(role)),
        ));
    }
    if input.decision == SignOffDecision::Approved {
        expect_complete(&slate)?;
    }
    let row = SignOff {
        id: SignOffId::fresh(),
        call_id: id.clone(),
        step,
        role,
        slate_digest: slate.digest.clone(),
        decision: input.decision,
        reason: text::clean(&input.reason),
        signed_by: me.clone(),
        signed_at: tx.now,
    };
    diesel::insert_into(table::table)
        .values(&row)
        .execute(tx.conn)?;
    let kind = match row.decision {
        SignOffDecision::Approved => "call.slate_approved",
        SignOffDecision::Returned => "call.slate_returned",
    };
    tx.record(internal_event(kind, &call).payload(json!({
        "sign_off_id": row.id,
        "step": row.step,
        "role": row.role,
        "slate_digest": row.slate_digest,
    })))?;
    Ok((row, slate))
}

/// Decides a call as its slate was signed; and announces it, where that is asked for.
///
/// # Errors
///
/// 403 to the panel; 404; 409 when signatures are missing, the slate is another or stays open in
/// parts, or the call is not in review; 412.
pub fn decide_call(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &CallId,
    if_match: IfMatch,
    input: &DecideCall,
) -> Result<Call, Problem> {
    let stored = acquire(tx, scope, id)?;
    expect_outsider(tx.conn, scope, id)?;
    stored.expect(if_match)?;
    let mut row = Call::clone(&stored);
    row.status = LIFECYCLE.after(row.status, CallAction::Decide, |permission| {
        scope.can(permission)
    })?;
    let slate = current(tx.conn, &stored, tx.now)?;
    if input
        .slate_digest
        .as_ref()
        .is_some_and(|read| *read != slate.digest)
    {
        return Err(changed(&slate.digest));
    }
    expect_complete(&slate)?;
    let roles = signing_roles(tx.conn, &stored)?;
    let rows = sign_offs(tx.conn, id)?;
    let missing = missing(&roles, &counting(&rows, &slate.digest));
    if !missing.is_empty() {
        return Err(sign_offs_missing(missing.into_iter().map(|(_, role)| role)));
    }
    row.decided_at = Some(tx.now);
    let row = calls::aggregate::store(tx, &stored, row)?;
    let counts = store_outcomes(tx, &slate)?;
    tx.record(internal_event("call.decided", &row).payload(json!({
        "slate_digest": slate.digest,
        "outcomes": counts,
    })))?;
    if !input.announce {
        return Ok(row);
    }
    let decided = acquire(tx, scope, id)?;
    announce(tx, scope, &decided)
}

/// Writes what becomes of each application.
fn store_outcomes(tx: &mut Tx<'_>, slate: &Current) -> Result<serde_json::Value, Problem> {
    for outcome in [SlateOutcome::Selected, SlateOutcome::Rejected] {
        let ids: Vec<ApplicationId> = slate
            .slate
            .entries
            .iter()
            .filter(|entry| entry.outcome == Some(outcome))
            .map(|entry| entry.application_id.clone())
            .collect();
        for some in ids.chunks(1000) {
            // What was decided by hand stands as it is, with its reason.
            diesel::update(
                applications::table
                    .filter(applications::id.eq_any(some))
                    .filter(applications::status.ne(outcome.status())),
            )
            .set((
                applications::status.eq(outcome.status()),
                applications::reason.eq(None::<String>),
                applications::version.eq(applications::version + 1),
                applications::updated_at.eq(tx.now),
            ))
            .execute(tx.conn)?;
        }
    }
    let mut counts = std::collections::BTreeMap::new();
    for entry in &slate.slate.entries {
        let (Some(outcome), Some(before)) = (entry.outcome, slate.rows.get(&entry.application_id))
        else {
            continue;
        };
        *counts.entry(outcome.as_str()).or_insert(0) += 1;
        let mut after = before.clone();
        if outcome == SlateOutcome::Reserve {
            diesel::update(applications::table.filter(applications::id.eq(&after.id)))
                .set((
                    applications::status.eq(outcome.status()),
                    applications::reserve_rank.eq(entry.reserve_rank),
                    applications::reason.eq(entry.reason.as_ref()),
                    applications::version.eq(applications::version + 1),
                    applications::updated_at.eq(tx.now),
                ))
                .execute(tx.conn)?;
        }
        after.status = outcome.status();
        after.reserve_rank = entry.reserve_rank;
        after.reason.clone_from(&entry.reason);
        if after != *before {
            after.version = before.version + 1;
        }
        tx.record(
            application::internal("application.decided", &after).payload(json!({
                "before": application::summary(before),
                "after": application::summary(&after),
                "by": entry.by,
            })),
        )?;
    }
    Ok(json!(counts))
}

/// Tells everyone who applied what was decided.
///
/// # Errors
///
/// 403 to the panel; 404; 409 when the call is not decided; 412.
pub fn announce_call(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &CallId,
    if_match: IfMatch,
) -> Result<Call, Problem> {
    let stored = acquire(tx, scope, id)?;
    expect_outsider(tx.conn, scope, id)?;
    stored.expect(if_match)?;
    announce(tx, scope, &stored)
}

fn announce(tx: &mut Tx<'_>, scope: &Scope, stored: &Locked<Call>) -> Result<Call, Problem> {
    let mut row = Call::clone(stored);
    row.status = LIFECYCLE.after(row.status, CallAction::Announce, |permission| {
        scope.can(permission)
    })?;
    row.announced_at = Some(tx.now);
    let row = calls::aggregate::store(tx, stored, row)?;
    tx.record(calls::aggregate::event("call.announced", &row))?;
    let told: Vec<Application> = applications::table
        .filter(applications::call_id.eq(&row.id))
        .filter(applications::status.eq_any([
            ApplicationStatus::Selected,
            ApplicationStatus::Reserve,
            ApplicationStatus::Rejected,
        ]))
        .order(applications::id)
        .select(Application::as_select())
        .load(tx.conn)?;
    for application in told {
        let kind = match application.status {
            ApplicationStatus::Selected => "application.selected",
            ApplicationStatus::Reserve => "application.reserved",
            _ => "application.rejected",
        };
        tx.record(application::shared(kind, &application, &row))?;
    }
    Ok(row)
}
