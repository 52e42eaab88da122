//! Conflicts, the beginning of the reviews, and reviewing. The call is locked for all of it: so
//! nobody is assigned, reviews or declares a conflict while another does.

use diesel::prelude::*;
use serde_json::json;

use crate::directory::organizations;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::{ApplicationId, CallId, ReviewId};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::text;
use crate::programs::applications::aggregate as application;
use crate::programs::applications::lifecycle::{ApplicationAction, ApplicationStatus};
use crate::programs::applications::model::Application;
use crate::programs::calls;
use crate::programs::calls::lifecycle::{CallAction, CallStatus, LIFECYCLE};
use crate::programs::calls::model::Call;
use crate::programs::reviews::model::{DeclaredConflict, Review};
use crate::programs::reviews::panel::{expect_may_record, is_member};
use crate::programs::reviews::queries;
use crate::programs::reviews::rules::checked_points;
use crate::programs::reviews::wire::{DeclareConflict, WriteReview};
use crate::schema::{applications, declared_conflicts, review_assignments, reviews};

/// An event about a call that is the office's own: nothing of it is shared.
#[must_use]
pub fn internal_event(kind: &'static str, call: &Call) -> Event {
    Event::new(
        kind,
        Subject {
            kind: calls::aggregate::SUBJECT,
            id: call.id.to_string(),
            version: Some(call.version),
        },
    )
}

/// A call in one of these states.
///
/// # Errors
///
/// 409.
pub fn expect_state(call: &Call, states: &[CallStatus], why: &str) -> Result<(), Problem> {
    if states.contains(&call.status) {
        return Ok(());
    }
    Err(Problem::new(Code::NotAllowedInState, why)
        .with("state", call.status.as_str())
        .with("allowed_actions", Vec::<String>::new()))
}

/// Locks a call whose reviews are prepared.
///
/// # Errors
///
/// 404.
pub fn acquire(tx: &mut Tx<'_>, scope: &Scope, id: &CallId) -> Result<Locked<Call>, Problem> {
    calls::visible::find(tx.conn, scope, id)?;
    calls::aggregate::acquire(tx, id)
}

/// Declares the caller's conflict of interest with the host of an application. From then on it does
/// not exist for them.
///
/// # Errors
///
/// 403 to those who are not on the panel; 404; 409 when the call is decided.
pub fn declare_conflict(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &ApplicationId,
    reason: &str,
) -> Result<(), Problem> {
    let (call, row) = application::acquire(tx, scope, id, Permission::ReviewsWrite)?;
    let (me, _) = scope.person()?;
    if !is_member(tx.conn, &call.id, me)? {
        return Err(Problem::new(
            Code::Forbidden,
            "Conflicts of interest are declared by the panel of the call.",
        ));
    }
    let conflict = DeclaredConflict {
        call_id: call.id.clone(),
        user_id: me.clone(),
        organization_id: row.organization_id.clone(),
        reason: text::clean(reason),
        declared_by: me.clone(),
        declared_at: tx.now,
    };
    store_conflict(tx, &call, &conflict)
}

/// Declares or records a conflict of interest with a host, whether or not it has applied.
///
/// # Errors
///
/// 403; 404; 409 when the call is decided; 422 for somebody who is not on the panel, or an
/// organization that does not exist.
pub fn record_conflict(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &CallId,
    input: &DeclareConflict,
) -> Result<DeclaredConflict, Problem> {
    let call = acquire(tx, scope, id)?;
    let (me, _) = scope.person()?;
    let user = input.user_id.as_ref().unwrap_or(me);
    expect_may_record(tx.conn, scope, &call, user)?;
    let mut faults = Faults::default();
    faults.require(
        is_member(tx.conn, id, user)?,
        "/user_id",
        "not_on_panel",
        "is not on the panel of this call",
    );
    faults.require(
        organizations::queries::exists(tx.conn, &input.organization_id)?,
        "/organization_id",
        "unknown_reference",
        "does not exist",
    );
    faults.finish()?;
    let conflict = DeclaredConflict {
        call_id: id.clone(),
        user_id: user.clone(),
        organization_id: input.organization_id.clone(),
        reason: text::clean(&input.reason),
        declared_by: me.clone(),
        declared_at: tx.now,
    };
    store_conflict(tx, &call, &conflict)?;
    Ok(conflict)
}

/// Stores a conflict in the place of an earlier one, with what follows: what the reviewer was to
/// review, and has said, of that host is gone.
///
/// The journal tells of it with the application, which the reviewer does not see any more, and with
/// the call without naming the host: so neither that nor the answer tells whether it has applied.
fn store_conflict(
    tx: &mut Tx<'_>,
    call: &Locked<Call>,
    conflict: &DeclaredConflict,
) -> Result<(), Problem> {
    expect_state(
        call,
        &CallStatus::BEFORE_DECISION,
        "The call is decided; what is declared now would change nothing.",
    )?;
    diesel::delete(
        declared_conflicts::table
            .filter(declared_conflicts::call_id.eq(&conflict.call_id))
            .filter(declared_conflicts::user_id.eq(&conflict.user_id))
            .filter(declared_conflicts::organization_id.eq(&conflict.organization_id)),
    )
    .execute(tx.conn)?;
    diesel::insert_into(declared_conflicts::table)
        .values(conflict)
        .execute(tx.conn)?;
    let rows: Vec<Application> = applications::table
        .filter(applications::call_id.eq(&call.id))
        .filter(applications::organization_id.eq(&conflict.organization_id))
        .order(applications::id)
        .select(Application::as_select())
        .load(tx.conn)?;
    for row in rows {
        diesel::delete(
            review_assignments::table
                .filter(review_assignments::application_id.eq(&row.id))
                .filter(review_assignments::user_id.eq(&conflict.user_id)),
        )
        .execute(tx.conn)?;
        let removed = diesel::delete(
            reviews::table
                .filter(reviews::application_id.eq(&row.id))
                .filter(reviews::reviewer_id.eq(&conflict.user_id)),
        )
        .execute(tx.conn)?;
        tx.record(
            application::internal("application.conflict_declared", &row).payload(json!({
                "reviewer_id": conflict.user_id,
                "reason": conflict.reason,
                "review_removed": removed > 0,
            })),
        )?;
    }
    tx.record(
        internal_event("call.conflict_declared", call)
            .payload(json!({"reviewer_id": conflict.user_id})),
    )
}

/// Lets reviewers score, and every application that was handed in with it.
///
/// # Errors
///
/// 404; 409 when the call is not closed; 412.
pub fn start_review(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &CallId,
    if_match: IfMatch,
) -> Result<Call, Problem> {
    let stored = acquire(tx, scope, id)?;
    stored.expect(if_match)?;
    let mut row = Call::clone(&stored);
    row.status = LIFECYCLE.after(row.status, CallAction::StartReview, |permission| {
        scope.can(permission)
    })?;
    row.review_started_at = Some(tx.now);
    let row = calls::aggregate::store(tx, &stored, row)?;
    let to = crate::programs::applications::lifecycle::LIFECYCLE.after(
        ApplicationStatus::Submitted,
        ApplicationAction::StartReview,
        |_| true,
    )?;
    let ids: Vec<ApplicationId> = applications::table
        .filter(applications::call_id.eq(id))
        .filter(applications::status.eq(ApplicationStatus::Submitted))
        .select(applications::id)
        .load(tx.conn)?;
    diesel::update(
        applications::table
            .filter(applications::call_id.eq(id))
            .filter(applications::status.eq(ApplicationStatus::Submitted)),
    )
    .set((
        applications::status.eq(to),
        applications::version.eq(applications::version + 1),
        applications::updated_at.eq(tx.now),
    ))
    .execute(tx.conn)?;
    let changed: Vec<Application> = applications::table
        .filter(applications::id.eq_any(ids))
        .order(applications::id)
        .select(Application::as_select())
        .load(tx.conn)?;
    tx.record(calls::aggregate::event("call.review_started", &row))?;
    for application in changed {
        tx.record(application::shared(
            "application.review_started",
            &application,
            &row,
        ))?;
    }
    Ok(row)
}

/// Writes the caller's review of an application, or replaces it; and whether it is new.
///
/// # Errors
///
/// 403 to those who are not to review it; 404; 409 when the phase of reviews has not begun or is
/// over; 422 with everything that does not fit the rubric.
pub fn write_review(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &ApplicationId,
    input: &WriteReview,
) -> Result<(Call, Application, Review, bool), Problem> {
    let (call, row) = application::acquire(tx, scope, id, Permission::ReviewsWrite)?;
    let (me, _) = scope.person()?;
    if !is_member(tx.conn, &call.id, me)? || !queries::is_assigned(tx.conn, id, me)? {
        return Err(Problem::new(
            Code::Forbidden,
            "An application is reviewed by those to whom it is assigned.",
        ));
    }
    expect_state(
        &call,
        &[CallStatus::InReview],
        "Reviews are written while the call is in review.",
    )?;
    if !ApplicationStatus::REVIEWED.contains(&row.status) {
        return Err(
            Problem::new(Code::NotAllowedInState, "The application is not in review.")
                .with("state", row.status.as_str())
                .with("allowed_actions", Vec::<String>::new()),
        );
    }
    let points = checked_points(&call.rubric(), input)?;
    let earlier = queries::review_by(tx.conn, id, me)?;
    let is_new = earlier.is_none();
    let review = Review {
        id: earlier
            .as_ref()
            .map_or_else(ReviewId::fresh, |review| review.id.clone()),
        application_id: id.clone(),
        call_id: call.id.clone(),
        reviewer_id: me.clone(),
        is_abstention: input.is_abstention,
        scores: serde_json::to_string(&points).map_err(Problem::internal)?,
        comment: text::clean_optional(input.comment.as_deref()),
        version: earlier.as_ref().map_or(1, |review| review.version + 1),
        created_at: earlier.as_ref().map_or(tx.now, |review| review.created_at),
        updated_at: tx.now,
    };
    if is_new {
        diesel::insert_into(reviews::table)
            .values(&review)
            .execute(tx.conn)?;
    } else {
        diesel::update(reviews::table.filter(reviews::id.eq(&review.id)))
            .set(&review)
            .execute(tx.conn)?;
    }
    tx.record(
        application::internal("application.reviewed", &row).payload(json!({
            "review_id": review.id,
            "review_version": review.version,
            "is_abstention": review.is_abstention,
        })),
    )?;
    Ok((call.into_inner(), row.into_inner(), review, is_new))
}
