//! The panel of a call, and who on it reviews what.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use serde_json::json;

use crate::identity;
use crate::identity::model::UserStatus;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Tx, among};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{ApplicationId, CallId, UserId};
use crate::programs::applications::aggregate as application;
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::applications::model::Application;
use crate::programs::applications::visible::visible;
use crate::programs::calls::lifecycle::CallStatus;
use crate::programs::reviews::commands::{acquire, expect_state, internal_event};
use crate::programs::reviews::conflicts::Conflicts;
use crate::programs::reviews::model::{Assignment, AssignmentMethod, PanelMember};
use crate::programs::reviews::panel::{expect_outsider, is_member, members};
use crate::programs::reviews::queries;
use crate::programs::reviews::spread::{Needed, Spread, evenly};
use crate::programs::reviews::wire::{AddReviewer, AssignReviewer, SpreadReviews};
use crate::schema::{applications, events, panel_members, review_assignments, sign_offs};

/// What keeps those who did it to an application out of the panel: the panel does none of it, and
/// whoever has done it first would only have turned the order round.
const A_HAND: [&str; 6] = [
    "application.drafted",
    "application.updated",
    "application.submitted",
    "application.report_waived",
    "application.withdrawn",
    "application.decision_proposed",
];

/// Refuses who has written, decided or signed in this call: they would review their own work.
fn expect_no_hand(tx: &mut Tx<'_>, call: &CallId, user: &UserId) -> Result<(), Problem> {
    let of_call = applications::table
        .filter(applications::call_id.eq(call.clone()))
        .select(applications::id)
        .into_boxed();
    let acted: i64 = events::table
        .filter(events::actor_id.eq(user.to_string()))
        .filter(events::subject_kind.eq(application::SUBJECT))
        .filter(events::kind.eq_any(A_HAND))
        .into_boxed()
        .filter(among(events::subject_id, of_call))
        .count()
        .get_result(tx.conn)?;
    let signed: i64 = sign_offs::table
        .filter(sign_offs::call_id.eq(call))
        .filter(sign_offs::signed_by.eq(user))
        .count()
        .get_result(tx.conn)?;
    if acted + signed == 0 {
        return Ok(());
    }
    Err(Problem::new(
        Code::Conflict,
        "This person has written, decided or signed in this call, and does not review in it.",
    ))
}

/// Takes somebody into the panel of a call.
///
/// # Errors
///
/// 404; 409 when they are on it, have had a hand in the call, or the call is decided; 422 when they
/// cannot review.
pub fn add_reviewer(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &CallId,
    input: &AddReviewer,
) -> Result<(), Problem> {
    let call = acquire(tx, scope, id)?;
    expect_state(
        &call,
        &CallStatus::BEFORE_DECISION,
        "The call is decided; its panel stands as it is.",
    )?;
    expect_reviewer(tx, &input.user_id)?;
    if is_member(tx.conn, id, &input.user_id)? {
        return Err(Problem::new(
            Code::Conflict,
            "This person is on the panel already.",
        ));
    }
    expect_no_hand(tx, id, &input.user_id)?;
    diesel::insert_into(panel_members::table)
        .values(PanelMember {
            call_id: id.clone(),
            user_id: input.user_id.clone(),
            added_at: tx.now,
        })
        .execute(tx.conn)?;
    tx.record(
        internal_event("call.reviewer_added", &call).payload(json!({"reviewer_id": input.user_id})),
    )
}

/// Somebody who can review: an active account with a role of the office or an agency that reviews.
fn expect_reviewer(tx: &mut Tx<'_>, id: &UserId) -> Result<(), Problem> {
    let mut faults = Faults::default();
    match identity::queries::get(tx.conn, id) {
        Ok((user, memberships)) => {
            faults.require(
                user.status == UserStatus::Active,
                "/user_id",
                "inactive",
                "has no active account",
            );
            faults.require(
                memberships.iter().any(|place| {
                    place.role.is_federal()
                        && place.role.permissions().contains(&Permission::ReviewsWrite)
                }),
                "/user_id",
                "not_permitted",
                "has no role that reviews",
            );
        }
        Err(problem) if problem.code() == Code::NotFound => {
            faults.add("/user_id", "unknown_reference", "does not exist");
        }
        Err(problem) => return Err(problem),
    }
    faults.finish()
}

const ASSIGNABLE: [CallStatus; 2] = [CallStatus::Closed, CallStatus::InReview];
const NOT_ASSIGNABLE: &str = "Reviewers are assigned when the call is closed, until it is decided.";

/// Assigns an application to a reviewer by hand.
///
/// # Errors
///
/// 403 to the panel; 404; 409 when the reviewer has a conflict of interest or reviews it already,
/// or the call is not closed or is decided; 422 for an application or a reviewer of another call.
pub fn assign_reviewer(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &CallId,
    input: &AssignReviewer,
) -> Result<Assignment, Problem> {
    let call = acquire(tx, scope, id)?;
    expect_outsider(tx.conn, scope, id)?;
    let found: Option<Application> = visible(scope)
        .filter(applications::id.eq(input.application_id.clone()))
        .filter(applications::call_id.eq(id.clone()))
        .filter(
            applications::status.ne_all([ApplicationStatus::Draft, ApplicationStatus::Withdrawn]),
        )
        .select(Application::as_select())
        .first(tx.conn)
        .optional()?;
    let mut faults = Faults::default();
    faults.require(
        found.is_some(),
        "/application_id",
        "unknown_reference",
        "is no application of this call that is in the running",
    );
    faults.require(
        is_member(tx.conn, id, &input.reviewer_id)?,
        "/reviewer_id",
        "not_on_panel",
        "is not on the panel of this call",
    );
    faults.finish()?;
    let row = found.ok_or_else(|| Problem::internal("an application is gone"))?;
    expect_state(&call, &ASSIGNABLE, NOT_ASSIGNABLE)?;
    if Conflicts::of(tx.conn, id, tx.now)?.has(&input.reviewer_id, &row.organization_id) {
        return Err(Problem::new(
            Code::Conflict,
            "The reviewer has a conflict of interest with the host.",
        ));
    }
    if queries::is_assigned(tx.conn, &row.id, &input.reviewer_id)? {
        return Err(Problem::new(
            Code::Conflict,
            "The reviewer is to review this application already.",
        ));
    }
    let assignment = Assignment {
        application_id: row.id.clone(),
        user_id: input.reviewer_id.clone(),
        call_id: id.clone(),
        method: AssignmentMethod::ByHand,
        assigned_at: tx.now,
    };
    diesel::insert_into(review_assignments::table)
        .values(&assignment)
        .execute(tx.conn)?;
    tx.record(application::internal("application.assigned", &row).payload(
        json!({"reviewer_ids": [input.reviewer_id], "method": AssignmentMethod::ByHand}),
    ))?;
    Ok(assignment)
}

/// Spreads the applications of a call over its panel.
///
/// # Errors
///
/// 403 to the panel; 404; 409 when the call is not closed or is decided.
pub fn assign_evenly(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &CallId,
    input: &SpreadReviews,
) -> Result<Spread, Problem> {
    let call = acquire(tx, scope, id)?;
    expect_outsider(tx.conn, scope, id)?;
    expect_state(&call, &ASSIGNABLE, NOT_ASSIGNABLE)?;
    let wanted = input
        .reviews_per_application
        .unwrap_or(call.reviews_per_application);
    let rows: Vec<Application> = visible(scope)
        .filter(applications::call_id.eq(id.clone()))
        .filter(
            applications::status.ne_all([ApplicationStatus::Draft, ApplicationStatus::Withdrawn]),
        )
        .order(applications::id)
        .select(Application::as_select())
        .load(tx.conn)?;
    let panel = members(tx.conn, id)?;
    let conflicts = Conflicts::of(tx.conn, id, tx.now)?;
    let mut loads: BTreeMap<UserId, usize> = panel
        .iter()
        .map(|member| (member.user_id.clone(), 0))
        .collect();
    let mut has: BTreeMap<ApplicationId, BTreeSet<UserId>> = BTreeMap::new();
    for assignment in queries::assignments(tx.conn, id)? {
        has.entry(assignment.application_id)
            .or_default()
            .insert(assignment.user_id);
    }
    let mut needed = Vec::with_capacity(rows.len());
    for row in &rows {
        let fit: BTreeSet<UserId> = panel
            .iter()
            .map(|member| member.user_id.clone())
            .filter(|user| !conflicts.has(user, &row.organization_id))
            .collect();
        // Whoever has a conflict by now does not review, whatever was assigned before.
        let mut own = has.remove(&row.id).unwrap_or_default();
        own.retain(|user| fit.contains(user));
        for user in &own {
            loads.entry(user.clone()).and_modify(|load| *load += 1);
        }
        needed.push(Needed {
            application_id: row.id.clone(),
            has: own,
            fit,
        });
    }
    let spread = evenly(
        &needed,
        loads,
        usize::try_from(wanted).unwrap_or(usize::MAX),
    );
    store_spread(tx, id, &rows, &spread)?;
    Ok(spread)
}

fn store_spread(
    tx: &mut Tx<'_>,
    id: &CallId,
    rows: &[Application],
    spread: &Spread,
) -> Result<(), Problem> {
    let new: Vec<Assignment> = spread
        .assigned
        .iter()
        .map(|(application, user)| Assignment {
            application_id: application.clone(),
            user_id: user.clone(),
            call_id: id.clone(),
            method: AssignmentMethod::Evenly,
            assigned_at: tx.now,
        })
        .collect();
    for some in new.chunks(1000) {
        crate::insert_all!(&mut *tx.conn, review_assignments::table, some)?;
    }
    let mut by_application: BTreeMap<&ApplicationId, Vec<&UserId>> = BTreeMap::new();
    for (application, user) in &spread.assigned {
        by_application.entry(application).or_default().push(user);
    }
    for row in rows {
        if let Some(reviewers) = by_application.get(&row.id) {
            tx.record(
                application::internal("application.assigned", row).payload(
                    json!({"reviewer_ids": reviewers, "method": AssignmentMethod::Evenly}),
                ),
            )?;
        }
    }
    Ok(())
}
