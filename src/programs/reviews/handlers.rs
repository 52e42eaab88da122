//! The operations on panels, assignments, conflicts, reviews and the ranking.

use actix_web::{get, post, put};

use crate::kernel::access::{Access, may};
use crate::kernel::http::{IfMatch, Json, OptionalJson, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{ApplicationId, CallId};
use crate::programs::applications::visible::find as find_application;
use crate::programs::calls::handlers::reply as reply_call;
use crate::programs::calls::visible::find as find_call;
use crate::programs::calls::wire::Call;
use crate::programs::reviews::panel::{self, Standing, standing};
use crate::programs::reviews::ranking::{self, Ranking};
use crate::programs::reviews::wire::{
    AddReviewer, AssignReviewer, AssignmentQuery, ConflictOfInterest, DeclareConflict,
    DeclareOwnConflict, LackingReviewers, NewAssignment, Review, ReviewAssignment, Reviewer,
    SpreadResult, SpreadReviews, WriteReview,
};
use crate::programs::reviews::{assigning, commands, queries};

/// List the panel of a call
///
/// With how much each is to review and has reviewed, of the applications that the caller may see.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = CallId, Path, description = "The call.")),
    responses((status = 200, description = "The panel, by name.", body = Page<Reviewer>)),
    extensions(("x-permission" = json!("reviews:read"))),
)]
#[get("/v1/calls/{id}/reviewers")]
pub async fn list_reviewers(
    access: Access<may::ReviewsRead>,
    Path(id): Path<CallId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            find_call(conn, scope, &id)?;
            Reply::ok(&Page::whole(panel::shown(conn, scope, &id, None)?))
        })
        .await
}

/// Take somebody into the panel of a call
///
/// An active person of the office or an agency with a role that reviews. Whoever is on the panel of a
/// blind call is not told who applies until it is decided, and nothing at all of applications with
/// which they have a conflict of interest; nor do they spread reviews, decide or sign.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = CallId, Path, description = "The call.")),
    request_body = AddReviewer,
    responses((status = 201, description = "The member of the panel.", body = Reviewer)),
    extensions(
        ("x-permission" = json!("programs:write")),
        ("x-problems" = json!(["conflict", "not_allowed_in_state"])),
    ),
)]
#[post("/v1/calls/{id}/reviewers")]
pub async fn add_reviewer(
    access: Access<may::ProgramsWrite>,
    Path(id): Path<CallId>,
    Json(input): Json<AddReviewer>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            assigning::add_reviewer(tx, scope, &id, &input)?;
            let shown = panel::shown(tx.conn, scope, &id, Some(&input.user_id))?
                .pop()
                .ok_or_else(|| Problem::internal("a new member of a panel is gone"))?;
            Reply::created(&shown, format!("/v1/calls/{id}/reviewers"))
        })
        .await
}

/// List who reviews what
///
/// Of the applications that the caller may see; before the call is decided its panel sees each their
/// own.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = CallId, Path, description = "The call."), AssignmentQuery),
    responses((status = 200, description = "A page of assignments.", body = Page<ReviewAssignment>)),
    extensions(("x-permission" = json!("reviews:read"))),
)]
#[get("/v1/calls/{id}/assignments")]
pub async fn list_assignments(
    access: Access<may::ReviewsRead>,
    Path(id): Path<CallId>,
    Query(query): Query<AssignmentQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let call = find_call(conn, scope, &id)?;
            Reply::ok(&queries::list_assignments(
                conn, scope, &keyring, &call, &query,
            )?)
        })
        .await
}

/// Assign an application to a reviewer
///
/// By hand. 409 when the reviewer has a conflict of interest, and 403 to those who review in the call
/// themselves.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = CallId, Path, description = "The call.")),
    request_body = AssignReviewer,
    responses((status = 201, description = "The assignment.", body = ReviewAssignment)),
    extensions(
        ("x-permission" = json!("programs:write")),
        ("x-problems" = json!(["conflict", "not_allowed_in_state"])),
    ),
)]
#[post("/v1/calls/{id}/assignments")]
pub async fn assign_reviewer(
    access: Access<may::ProgramsWrite>,
    Path(id): Path<CallId>,
    Json(input): Json<AssignReviewer>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = assigning::assign_reviewer(tx, scope, &id, &input)?;
            let location = format!("/v1/calls/{id}/assignments");
            Reply::created(&queries::shown_assignment(row), location)
        })
        .await
}

/// Spread the applications over the panel
///
/// Every application gets as many reviewers as are wanted, without a conflict of interest, and loads
/// differ by at most one where conflicts permit. Who reviews already stays; so it can be repeated when
/// the panel has grown.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = CallId, Path, description = "The call.")),
    request_body = SpreadReviews,
    responses((status = 200, description = "Who is to review what, and what lacks reviewers.", body = SpreadResult)),
    extensions(
        ("x-permission" = json!("programs:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
        ("x-optional-body" = json!(true)),
    ),
)]
#[post("/v1/calls/{id}/assign-evenly")]
pub async fn assign_evenly(
    access: Access<may::ProgramsWrite>,
    Path(id): Path<CallId>,
    OptionalJson(input): OptionalJson<SpreadReviews>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let spread = assigning::assign_evenly(tx, scope, &id, &input)?;
            Reply::ok(&SpreadResult {
                assigned: spread
                    .assigned
                    .into_iter()
                    .map(|(application_id, reviewer_id)| NewAssignment {
                        application_id,
                        reviewer_id,
                    })
                    .collect(),
                lacking: spread
                    .lacking
                    .into_iter()
                    .map(|(application_id, missing)| LackingReviewers {
                        application_id,
                        missing: i64::try_from(missing).unwrap_or(i64::MAX),
                    })
                    .collect(),
            })
        })
        .await
}

/// List the conflicts of interest of a panel
///
/// Those that were declared, and those that follow from what the reviewers are and were, with hosts
/// that have applied. For those who run or audit the call, and not for its panel.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = CallId, Path, description = "The call.")),
    responses((status = 200, description = "The conflicts, by reviewer.", body = Page<ConflictOfInterest>)),
    extensions(("x-permission" = json!("reviews:read"))),
)]
#[get("/v1/calls/{id}/conflicts")]
pub async fn list_conflicts(
    access: Access<may::ReviewsRead>,
    Path(id): Path<CallId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let call = find_call(conn, scope, &id)?;
            if standing(conn, scope, &call)? != Standing::Runs {
                return Err(panel::not_for_panel());
            }
            Reply::ok(&Page::whole(queries::conflicts(conn, &id, now)?))
        })
        .await
}

/// Declare a conflict of interest with a host
///
/// Of the caller's own, or recorded by those who run the call; whether or not the host has applied,
/// which the answer does not tell. It stands in the place of an earlier one with that host.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = CallId, Path, description = "The call.")),
    request_body = DeclareConflict,
    responses((status = 201, description = "The conflict.", body = ConflictOfInterest)),
    extensions(
        ("x-permission" = json!("reviews:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/calls/{id}/conflicts")]
pub async fn record_conflict(
    access: Access<may::ReviewsWrite>,
    Path(id): Path<CallId>,
    Json(input): Json<DeclareConflict>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::record_conflict(tx, scope, &id, &input)?;
            let location = format!("/v1/calls/{id}/conflicts");
            Reply::created(&queries::shown_conflict(row), location)
        })
        .await
}

/// Declare a conflict of interest with whoever has applied
///
/// From then on the application does not exist for the caller, and what they were to review and have
/// said of it is gone.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = ApplicationId, Path, description = "The application.")),
    request_body = DeclareOwnConflict,
    responses((status = 204, description = "The conflict is declared.")),
    extensions(
        ("x-permission" = json!("reviews:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/applications/{id}/declare-conflict")]
pub async fn declare_conflict(
    access: Access<may::ReviewsWrite>,
    Path(id): Path<ApplicationId>,
    Json(input): Json<DeclareOwnConflict>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            commands::declare_conflict(tx, scope, &id, &input.reason)?;
            Ok(Reply::no_content())
        })
        .await
}

/// Begin the reviews of a call
///
/// Every application that was handed in is under review from then on.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = CallId, Path, description = "The call."), IfMatch),
    responses((status = 200, description = "The call.", body = Call)),
    extensions(
        ("x-permission" = json!("programs:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/calls/{id}/start-review")]
pub async fn start_review_of_call(
    access: Access<may::ProgramsWrite>,
    Path(id): Path<CallId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::start_review(tx, scope, &id, if_match)?;
            reply_call(tx, scope, &row)
        })
        .await
}

/// Get one's own review of an application
#[utoipa::path(
    tag = "Reviews",
    params(("id" = ApplicationId, Path, description = "The application.")),
    responses((status = 200, description = "The review.", body = Review)),
    extensions(("x-permission" = json!("reviews:read"))),
)]
#[get("/v1/applications/{id}/review")]
pub async fn get_own_review(
    access: Access<may::ReviewsRead>,
    Path(id): Path<ApplicationId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let (call, application, row) = queries::own_review(conn, scope, &id)?;
            let version = row.version;
            let host = &application.organization_id;
            let shown = queries::represent(conn, &call, host, vec![row], now)?.pop();
            Ok(Reply::ok(&shown)?.representation(version))
        })
        .await
}

/// Review an application
///
/// By those to whom it is assigned, while the call is in review. There is one review a reviewer: what
/// is sent takes the place of what was there, until the phase of reviews ends. Every criterion is
/// named, with points or with `null` to abstain from it, which is not 0.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = ApplicationId, Path, description = "The application.")),
    request_body = WriteReview,
    responses(
        (status = 200, description = "The review, which took the place of an earlier one.", body = Review),
        (status = 201, description = "The review.", body = Review),
    ),
    extensions(
        ("x-permission" = json!("reviews:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[put("/v1/applications/{id}/review")]
pub async fn write_review(
    access: Access<may::ReviewsWrite>,
    Path(id): Path<ApplicationId>,
    Json(input): Json<WriteReview>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (call, application, row, is_new) = commands::write_review(tx, scope, &id, &input)?;
            let version = row.version;
            let host = &application.organization_id;
            let shown = queries::represent(tx.conn, &call, host, vec![row], tx.now)?.pop();
            let reply = if is_new {
                Reply::created(&shown, format!("/v1/applications/{id}/review"))?
            } else {
                Reply::ok(&shown)?
            };
            Ok(reply.representation(version))
        })
        .await
}

/// List the reviews of an application
///
/// Those who run or audit the call see all of them from the beginning; its panel sees each their own
/// until the call is decided, and then all.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = ApplicationId, Path, description = "The application.")),
    responses((status = 200, description = "The reviews, the oldest first.", body = Page<Review>)),
    extensions(("x-permission" = json!("reviews:read"))),
)]
#[get("/v1/applications/{id}/reviews")]
pub async fn list_reviews(
    access: Access<may::ReviewsRead>,
    Path(id): Path<ApplicationId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let row = find_application(conn, scope, &id)?;
            let call = find_call(conn, scope, &row.call_id)?;
            Reply::ok(&Page::whole(queries::reviews_of(
                conn, scope, &call, &row, now,
            )?))
        })
        .await
}

/// Read the ranking of a call
///
/// With everything from which it can be recomputed. A review scores
/// 100 · Σ(weight · points / most points) / Σ weight over the criteria that were not abstained from; an
/// application scores the mean of its reviews. With `reviewer_mean` every score is first moved by the
/// mean of all less the mean of its reviewer. Each of these is rounded half up to a millionth, and
/// shown, and compared, with four decimals: equal ones share a rank, and the next is left out.
///
/// It is counted over the applications that exist for the caller. Those who run or audit the call see
/// it from the beginning, its panel when it is decided.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = CallId, Path, description = "The call.")),
    responses((status = 200, description = "The ranking.", body = Ranking)),
    extensions(("x-permission" = json!("reviews:read"))),
)]
#[get("/v1/calls/{id}/ranking")]
pub async fn get_ranking(
    access: Access<may::ReviewsRead>,
    Path(id): Path<CallId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let call = find_call(conn, scope, &id)?;
            Reply::ok(&ranking::read(conn, scope, &call, now)?)
        })
        .await
}
