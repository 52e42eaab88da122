//! The operations on slates, signatures and decisions.

use actix_web::{get, post};

use crate::kernel::access::{Access, may};
use crate::kernel::http::{IfMatch, Json, OptionalJson, Page, Path, Problem, Reply};
use crate::kernel::id::{ApplicationId, CallId};
use crate::programs::applications::lifecycle::ApplicationAction;
use crate::programs::applications::represent::represent_one;
use crate::programs::applications::wire::Application;
use crate::programs::calls::handlers::reply as reply_call;
use crate::programs::calls::visible::find as find_call;
use crate::programs::calls::wire::Call;
use crate::programs::decisions::wire::{
    DecideCall, OptionalReason, RejectionReason, SignOff, SignSlate, Slate,
};
use crate::programs::decisions::{commands, queries};

/// Read the slate of a call
///
/// What would be decided now: what was decided by hand, then the places and the reserve by rank.
/// Applications that are tied across a line, or have no score, stay open until somebody decides them.
/// For those who run or audit the call and those who sign, and not for its panel.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = CallId, Path, description = "The call.")),
    responses((status = 200, description = "The slate.", body = Slate)),
    extensions(("x-permission" = json!("reviews:read"))),
)]
#[get("/v1/calls/{id}/slate")]
pub async fn get_slate(
    access: Access<may::ReviewsRead>,
    Path(id): Path<CallId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let call = find_call(conn, scope, &id)?;
            Reply::ok(&queries::read_slate(conn, scope, &call, now)?)
        })
        .await
}

/// List the signatures under the slates of a call
///
/// All that were ever given; `counts` says which hold for the slate as it stands.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = CallId, Path, description = "The call.")),
    responses((status = 200, description = "The signatures, the oldest first.", body = Page<SignOff>)),
    extensions(("x-permission" = json!("reviews:read"))),
)]
#[get("/v1/calls/{id}/sign-offs")]
pub async fn list_sign_offs(
    access: Access<may::ReviewsRead>,
    Path(id): Path<CallId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let call = find_call(conn, scope, &id)?;
            queries::expect_reader(conn, scope, &call)?;
            let digest = queries::current(conn, &call, now)?.digest;
            let rows = queries::sign_offs(conn, &id)?;
            Reply::ok(&Page::whole(queries::represent_sign_offs(
                conn, &rows, &digest,
            )?))
        })
        .await
}

/// Sign the slate of a call
///
/// Or return it, which voids the signatures before. The roles of the program sign in their order, each
/// after the one before, and one person once; none of the panel. What was signed and why is never
/// changed.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = CallId, Path, description = "The call.")),
    request_body = SignSlate,
    responses((status = 201, description = "The signature.", body = SignOff)),
    extensions(
        ("x-permission" = json!("slates:sign")),
        ("x-problems" = json!(["slate_changed", "sign_offs_missing", "conflict", "not_allowed_in_state"])),
    ),
)]
#[post("/v1/calls/{id}/sign-offs")]
pub async fn sign_slate(
    access: Access<may::SlatesSign>,
    Path(id): Path<CallId>,
    Json(input): Json<SignSlate>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (row, slate) = commands::sign_slate(tx, scope, &id, &input)?;
            let shown = queries::represent_sign_offs(tx.conn, &[row], &slate.digest)?.pop();
            Reply::created(&shown, format!("/v1/calls/{id}/sign-offs"))
        })
        .await
}

/// Decide a call
///
/// As its slate was signed by every role, in one step; hosts are told when it is announced, or at once
/// with `announce`.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = CallId, Path, description = "The call."), IfMatch),
    request_body = DecideCall,
    responses((status = 200, description = "The call.", body = Call)),
    extensions(
        ("x-permission" = json!("applications:decide")),
        ("x-problems" = json!(["sign_offs_missing", "slate_changed", "conflict", "not_allowed_in_state"])),
        ("x-optional-body" = json!(true)),
    ),
)]
#[post("/v1/calls/{id}/decide")]
pub async fn decide_call(
    access: Access<may::ApplicationsDecide>,
    Path(id): Path<CallId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<DecideCall>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::decide_call(tx, scope, &id, if_match, &input)?;
            reply_call(tx, scope, &row)
        })
        .await
}

/// Announce what was decided
///
/// Tells everyone who applied.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = CallId, Path, description = "The call."), IfMatch),
    responses((status = 200, description = "The call.", body = Call)),
    extensions(
        ("x-permission" = json!("applications:decide")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/calls/{id}/announce")]
pub async fn announce_call(
    access: Access<may::ApplicationsDecide>,
    Path(id): Path<CallId>,
    if_match: IfMatch,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::announce_call(tx, scope, &id, if_match)?;
            reply_call(tx, scope, &row)
        })
        .await
}

async fn decide(
    access: Access<may::ApplicationsDecide>,
    id: ApplicationId,
    if_match: IfMatch,
    action: ApplicationAction,
    reason: Option<String>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (call, row) =
                commands::decide_application(tx, scope, &id, if_match, action, reason.as_deref())?;
            let shown = represent_one(tx.conn, scope, &call, &row, None, tx.now)?;
            Ok(Reply::ok(&shown)?.representation(row.version))
        })
        .await
}

/// Keep an application in the closer choice
///
/// By hand; it stays undecided. Not by those who review in the call: 403.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = ApplicationId, Path, description = "The application."), IfMatch),
    request_body = OptionalReason,
    responses((status = 200, description = "The application.", body = Application)),
    extensions(
        ("x-permission" = json!("applications:decide")),
        ("x-problems" = json!(["not_allowed_in_state"])),
        ("x-optional-body" = json!(true)),
    ),
)]
#[post("/v1/applications/{id}/shortlist")]
pub async fn shortlist_application(
    access: Access<may::ApplicationsDecide>,
    Path(id): Path<ApplicationId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<OptionalReason>,
) -> Result<Reply, Problem> {
    decide(
        access,
        id,
        if_match,
        ApplicationAction::Shortlist,
        input.reason,
    )
    .await
}

/// Select an application by hand
///
/// No more than the call has places. The host is told when the call is announced.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = ApplicationId, Path, description = "The application."), IfMatch),
    request_body = OptionalReason,
    responses((status = 200, description = "The application.", body = Application)),
    extensions(
        ("x-permission" = json!("applications:decide")),
        ("x-problems" = json!(["not_allowed_in_state", "no_place_left"])),
        ("x-optional-body" = json!(true)),
    ),
)]
#[post("/v1/applications/{id}/select")]
pub async fn select_application(
    access: Access<may::ApplicationsDecide>,
    Path(id): Path<ApplicationId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<OptionalReason>,
) -> Result<Reply, Problem> {
    decide(
        access,
        id,
        if_match,
        ApplicationAction::Select,
        input.reason,
    )
    .await
}

/// Put an application in reserve by hand
///
/// No more than the call has places there. Those who are put there by hand come before those who are
/// by rank.
#[utoipa::path(
    tag = "Reviews",
    params(("id" = ApplicationId, Path, description = "The application."), IfMatch),
    request_body = OptionalReason,
    responses((status = 200, description = "The application.", body = Application)),
    extensions(
        ("x-permission" = json!("applications:decide")),
        ("x-problems" = json!(["not_allowed_in_state", "no_place_left"])),
        ("x-optional-body" = json!(true)),
    ),
)]
#[post("/v1/applications/{id}/reserve")]
pub async fn reserve_application(
    access: Access<may::ApplicationsDecide>,
    Path(id): Path<ApplicationId>,
    if_match: IfMatch,
    OptionalJson(input): OptionalJson<OptionalReason>,
) -> Result<Reply, Problem> {
    decide(
        access,
        id,
        if_match,
        ApplicationAction::Reserve,
        input.reason,
    )
    .await
}

/// Refuse an application by hand
#[utoipa::path(
    tag = "Reviews",
    params(("id" = ApplicationId, Path, description = "The application."), IfMatch),
    request_body = RejectionReason,
    responses((status = 200, description = "The application.", body = Application)),
    extensions(
        ("x-permission" = json!("applications:decide")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/applications/{id}/reject")]
pub async fn reject_application(
    access: Access<may::ApplicationsDecide>,
    Path(id): Path<ApplicationId>,
    if_match: IfMatch,
    Json(input): Json<RejectionReason>,
) -> Result<Reply, Problem> {
    let reason = Some(input.reason);
    decide(access, id, if_match, ApplicationAction::Reject, reason).await
}
