//! The operations on invitations. Sending again and taking back may be repeated, so they need no
//! `If-Match`.

use actix_web::{get, post};

use crate::briefings::invitations::model::Invitation as Row;
use crate::briefings::invitations::wire::{
    AnswerInvitation, BriefingInvitation, BriefingInvitationQuery, CreateBriefingInvitations,
    InvitationsCreated, ResendInput,
};
use crate::briefings::invitations::{answer, commands, queries};
use crate::briefings::model::Briefing;
use crate::briefings::queries::find as find_briefing;
use crate::kernel::access::{Access, Authenticated, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{Json, OptionalJson, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{BriefingId, BriefingInvitationId};

fn reply(tx: &Tx<'_>, scope: &Scope, (briefing, row): (Briefing, Row)) -> Result<Reply, Problem> {
    let version = row.version;
    let shown = BriefingInvitation::of(row, &briefing, scope, tx.now);
    Ok(Reply::ok(&shown)?.representation(version))
}

/// List a briefing's invitations
///
/// Federal staff see all of them, a city those of its own people.
#[utoipa::path(
    tag = "Invitations",
    params(("id" = BriefingId, Path, description = "The briefing."), BriefingInvitationQuery),
    responses((status = 200, description = "A page of invitations.", body = Page<BriefingInvitation>)),
    extensions(("x-permission" = json!("invitations:read"))),
)]
#[get("/v1/briefings/{id}/invitations")]
pub async fn list_briefing_invitations(
    access: Access<may::InvitationsRead>,
    Path(id): Path<BriefingId>,
    Query(query): Query<BriefingInvitationQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let briefing = find_briefing(conn, scope, &id)?;
            Reply::ok(&queries::list(
                conn, scope, &keyring, &briefing, &query, now,
            )?)
        })
        .await
}

/// Invite to a briefing
///
/// Everyone who is named, and everyone who is reached at the organizations, gets one invitation
/// with a link of their own, by mail. The briefing is published and open for registration. With
/// `dry_run` people are counted and nobody is invited.
#[utoipa::path(
    tag = "Invitations",
    params(("id" = BriefingId, Path, description = "The briefing.")),
    request_body = CreateBriefingInvitations,
    responses(
        (status = 200, description = "Who would be invited.", body = InvitationsCreated),
        (status = 201, description = "Who was invited.", body = InvitationsCreated),
    ),
    extensions(
        ("x-permission" = json!("invitations:write")),
        ("x-problems" = json!(["registration_closed"])),
    ),
)]
#[post("/v1/briefings/{id}/invitations")]
pub async fn create_briefing_invitations(
    access: Access<may::InvitationsWrite>,
    Path(id): Path<BriefingId>,
    Json(input): Json<CreateBriefingInvitations>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .write(move |tx, scope| {
            let made = commands::create_briefing_invitations(tx, scope, &keyring, &id, &input)?;
            if made.dry_run {
                return Reply::ok(&made);
            }
            Reply::created(&made, format!("/v1/briefings/{id}/invitations"))
        })
        .await
}

/// Get an invitation
#[utoipa::path(
    tag = "Invitations",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("invitation_id" = BriefingInvitationId, Path, description = "The invitation."),
    ),
    responses((status = 200, description = "The invitation.", body = BriefingInvitation)),
    extensions(("x-permission" = json!("invitations:read"))),
)]
#[get("/v1/briefings/{id}/invitations/{invitation_id}")]
pub async fn get_briefing_invitation(
    access: Access<may::InvitationsRead>,
    Path((id, invitation_id)): Path<(BriefingId, BriefingInvitationId)>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let briefing = find_briefing(conn, scope, &id)?;
            let row = queries::find(conn, scope, &id, &invitation_id)?;
            let version = row.version;
            let shown = BriefingInvitation::of(row, &briefing, scope, now);
            Ok(Reply::ok(&shown)?.representation(version))
        })
        .await
}

/// Send an invitation again
///
/// With a new link; the one before is good for nothing from now on. There is no second invitation.
#[utoipa::path(
    tag = "Invitations",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("invitation_id" = BriefingInvitationId, Path, description = "The invitation."),
    ),
    request_body = ResendInput,
    responses((status = 200, description = "The invitation.", body = BriefingInvitation)),
    extensions(
        ("x-permission" = json!("invitations:write")),
        ("x-optional-body" = json!(true)),
        ("x-problems" = json!(["not_allowed_in_state", "registration_closed"])),
    ),
)]
#[post("/v1/briefings/{id}/invitations/{invitation_id}/resend")]
pub async fn resend_briefing_invitation(
    access: Access<may::InvitationsWrite>,
    Path((id, invitation_id)): Path<(BriefingId, BriefingInvitationId)>,
    OptionalJson(input): OptionalJson<ResendInput>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .write(move |tx, scope| {
            let ids = (&id, &invitation_id);
            let changed =
                commands::resend_briefing_invitation(tx, scope, &keyring, ids, input.expires_at)?;
            reply(tx, scope, changed)
        })
        .await
}

/// Revoke an invitation
///
/// Its link is good for nothing from now on. One that was answered stays: cancel the registration
/// instead. May be repeated.
#[utoipa::path(
    tag = "Invitations",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("invitation_id" = BriefingInvitationId, Path, description = "The invitation."),
    ),
    responses((status = 200, description = "The invitation.", body = BriefingInvitation)),
    extensions(
        ("x-permission" = json!("invitations:write")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[post("/v1/briefings/{id}/invitations/{invitation_id}/revoke")]
pub async fn revoke_briefing_invitation(
    access: Access<may::InvitationsWrite>,
    Path((id, invitation_id)): Path<(BriefingId, BriefingInvitationId)>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let changed = commands::revoke_briefing_invitation(tx, scope, &id, &invitation_id)?;
            reply(tx, scope, changed)
        })
        .await
}

/// Answer an invitation
///
/// As the person who is invited, signed in. It is answered once. `accept` registers the person, with
/// a seat or on the waitlist; `delegate` invites somebody else in their place.
#[utoipa::path(
    tag = "Invitations",
    params(
        ("id" = BriefingId, Path, description = "The briefing."),
        ("invitation_id" = BriefingInvitationId, Path, description = "The invitation."),
    ),
    request_body = AnswerInvitation,
    responses((status = 200, description = "The invitation.", body = BriefingInvitation)),
    extensions(
        ("x-permission" = json!("authenticated")),
        ("x-problems" = json!([
            "invitation_answered", "invitation_expired", "registration_closed", "already_registered",
        ])),
    ),
)]
#[post("/v1/briefings/{id}/invitations/{invitation_id}/answer")]
pub async fn answer_briefing_invitation(
    access: Access<Authenticated>,
    Path((id, invitation_id)): Path<(BriefingId, BriefingInvitationId)>,
    Json(given): Json<AnswerInvitation>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .write(move |tx, scope| {
            let ids = (&id, &invitation_id);
            let answered = answer::answer_invitation(tx, scope, &keyring, ids, &given)?;
            reply(tx, scope, (answered.briefing, answered.invitation))
        })
        .await
}
