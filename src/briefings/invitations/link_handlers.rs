//! What whoever has a link may do with it, without an account. The token is in the body, so that no
//! log has it.

use actix_web::post;

use crate::briefings::invitations::answer;
use crate::briefings::invitations::link_wire::{
    InvitationAnswered, InvitationLinkView, LinkAnswer, LinkToken,
};
use crate::briefings::rules::is_registration_open;
use crate::briefings::told::venue_of;
use crate::kernel::access::{Access, Public};
use crate::kernel::http::{Json, Problem, Reply};

/// Look an invitation's link up
///
/// What one is invited to. Needs no account. A link that was used is 409, one that has expired or was
/// taken back 410.
#[utoipa::path(
    tag = "Public",
    request_body = LinkToken,
    responses((status = 200, description = "What one is invited to.", body = InvitationLinkView)),
    extensions(
        ("x-permission" = json!("public")),
        ("x-problems" = json!(["not_found", "invitation_answered", "invitation_expired"])),
    ),
)]
#[post("/v1/invitation-links/look-up")]
pub async fn look_up_invitation_link(
    access: Access<Public>,
    Json(input): Json<LinkToken>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, _| {
            let (briefing, row) = answer::look_up(conn, &input.token, now)?;
            let place = venue_of(conn, &briefing)?;
            let is_open = is_registration_open(&briefing, now);
            Reply::ok(&InvitationLinkView::of(briefing, row, place, is_open))
        })
        .await
}

/// Answer by an invitation's link
///
/// Needs no account. A link is good for one answer: after it 409. `accept` registers the person, with
/// a seat or on the waitlist; `delegate` invites somebody else in their place, once; whoever is invited already,
/// or registered, is not invited again, and the answer does not tell.
#[utoipa::path(
    tag = "Public",
    request_body = LinkAnswer,
    responses((status = 200, description = "What the answer led to.", body = InvitationAnswered)),
    extensions(
        ("x-permission" = json!("public")),
        ("x-problems" = json!([
            "not_found", "invitation_answered", "invitation_expired",
            "registration_closed", "already_registered",
        ])),
    ),
)]
#[post("/v1/invitation-links/answer")]
pub async fn answer_invitation_link(
    access: Access<Public>,
    Json(input): Json<LinkAnswer>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .write_unkept(move |tx, _| {
            let (token, given) = input.parts();
            let answered = answer::answer_link(tx, &keyring, token, &given)?;
            Reply::ok(&InvitationAnswered::of(&answered, tx.now))
        })
        .await
}
