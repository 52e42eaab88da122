//! The operations on ballots and voters.

use actix_web::{get, put};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::polls::ballot_wire::{
    Ballot, BallotQuery, CastBallot, CountedBallot, CountedBallotQuery, PollVoter, PollVoterQuery,
};
use crate::assemblies::polls::visible::find;
use crate::assemblies::polls::{ballot_queries, ballots};
use crate::kernel::access::{Access, may};
use crate::kernel::http::{Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::PollId;

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(cast_ballot)
        .service(get_ballot)
        .service(list_poll_voters)
        .service(list_ballots);
}

/// Cast a ballot
///
/// One for each jurisdiction that was present when the poll was opened, by its holder, alternate or
/// proxy; in a roll call also by the clerk. Where ballots are replaceable, whoever cast it may cast
/// another in its place. The same ballot again changes nothing, so that a lost answer can be asked for
/// again; an `Idempotency-Key` is neither needed nor kept. The ballot of a secret poll is answered with
/// a receipt.
#[utoipa::path(
    tag = "Polls",
    params(("id" = PollId, Path, description = "The poll.")),
    request_body = CastBallot,
    responses(
        (status = 201, description = "The ballot is cast.", body = Ballot),
        (status = 200, description = "The ballot is replaced, or was cast already.", body = Ballot),
    ),
    extensions(
        ("x-permission" = json!("ballots:cast")),
        ("x-problems" = json!([
            "already_voted", "not_allowed_in_state", "not_entitled", "quorum_not_met", "validation_failed"
        ])),
    ),
)]
#[put("/v1/polls/{id}/ballot")]
pub async fn cast_ballot(
    access: Access<may::BallotsCast>,
    Path(id): Path<PollId>,
    Json(input): Json<CastBallot>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .write_unkept(move |tx, scope| {
            let cast = ballots::cast_ballot(tx, scope, &keyring, &id, &input)?;
            let seat = cast.ballot.seat_id.clone();
            let shown = ballot_queries::shown(scope, &cast.poll, &seat, Some(cast.ballot));
            let reply = if cast.is_new {
                Reply::created(&shown, format!("/v1/polls/{id}/ballot?seat_id={seat}"))?
            } else {
                Reply::ok(&shown)?
            };
            Ok(match cast.receipt {
                Some(receipt) => reply.secret("receipt", receipt.text()),
                None => reply,
            })
        })
        .await
}

/// Get one's ballot
///
/// What the caller has cast; of a secret poll, only that it was cast.
#[utoipa::path(
    tag = "Polls",
    params(("id" = PollId, Path, description = "The poll."), BallotQuery),
    responses((status = 200, description = "The ballot.", body = Ballot)),
    extensions(
        ("x-permission" = json!("assemblies:read")),
        ("x-problems" = json!(["not_entitled", "validation_failed"])),
    ),
)]
#[get("/v1/polls/{id}/ballot")]
pub async fn get_ballot(
    access: Access<may::AssembliesRead>,
    Path(id): Path<PollId>,
    Query(query): Query<BallotQuery>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let poll = find(conn, scope, &id)?;
            let seat = query.seat_id.as_ref();
            Reply::ok(&ballot_queries::own(conn, scope, &poll, seat)?)
        })
        .await
}

/// List the voters of a poll
///
/// Every jurisdiction that was seated when it was opened, as it was then, and whether it has voted.
#[utoipa::path(
    tag = "Polls",
    params(("id" = PollId, Path, description = "The poll."), PollVoterQuery),
    responses((status = 200, description = "A page of voters.", body = Page<PollVoter>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/polls/{id}/voters")]
pub async fn list_poll_voters(
    access: Access<may::AssembliesRead>,
    Path(id): Path<PollId>,
    Query(query): Query<PollVoterQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let poll = find(conn, scope, &id)?;
            Reply::ok(&ballot_queries::list_voters(conn, &keyring, &poll, &query)?)
        })
        .await
}

/// List the ballots of a poll
///
/// Of a recorded poll once it is closed, of a roll call at once. Of a secret poll once it is closed:
/// what was chosen, by receipt, so that anyone can count again and every voter finds their own.
#[utoipa::path(
    tag = "Polls",
    params(("id" = PollId, Path, description = "The poll."), CountedBallotQuery),
    responses((status = 200, description = "A page of ballots.", body = Page<CountedBallot>)),
    extensions(
        ("x-permission" = json!("assemblies:read")),
        ("x-problems" = json!(["not_allowed_in_state"])),
    ),
)]
#[get("/v1/polls/{id}/ballots")]
pub async fn list_ballots(
    access: Access<may::AssembliesRead>,
    Path(id): Path<PollId>,
    Query(query): Query<CountedBallotQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let poll = find(conn, scope, &id)?;
            Reply::ok(&ballot_queries::list_ballots(
                conn, &keyring, &poll, &query,
            )?)
        })
        .await
}
