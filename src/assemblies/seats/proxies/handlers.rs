//! The operations on proxies.

use actix_web::{get, post};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::seats::model::Seat;
use crate::assemblies::seats::proxies::wire::{DesignateProxy, ProxyQuery, SeatProxy};
use crate::assemblies::seats::proxies::{commands, queries};
use crate::assemblies::seats::proxy_model::Proxy;
use crate::assemblies::seats::visible::find;
use crate::kernel::access::{Access, Scope, may};
use crate::kernel::db::Tx;
use crate::kernel::http::{Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::{ProxyId, SeatId};

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_proxies)
        .service(designate_proxy)
        .service(revoke_proxy);
}

fn shown(tx: &mut Tx<'_>, scope: &Scope, seat: &Seat, row: Proxy) -> Result<SeatProxy, Problem> {
    queries::represent(tx.conn, scope, seat, vec![row])?
        .pop()
        .ok_or_else(|| Problem::internal("a proxy has no representation"))
}

/// List the proxies that a seat gave
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SeatId, Path, description = "The seat."), ProxyQuery),
    responses((status = 200, description = "A page of proxies.", body = Page<SeatProxy>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/seats/{id}/proxies")]
pub async fn list_proxies(
    access: Access<may::AssembliesRead>,
    Path(id): Path<SeatId>,
    Query(query): Query<ProxyQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let seat = find(conn, scope, &id)?;
            Reply::ok(&queries::list(conn, scope, &keyring, &seat, &query)?)
        })
        .await
}

/// Give a seat's vote to somebody of another seat
///
/// For one session, before it opens; by the holder of the seat, or by the office on the
/// jurisdiction's written word. Whoever gave the own vote away holds none, whoever holds one gives
/// none away, and nobody holds more than the assembly allows.
#[utoipa::path(
    tag = "Assemblies",
    params(("id" = SeatId, Path, description = "The seat.")),
    request_body = DesignateProxy,
    responses((status = 201, description = "The proxy.", body = SeatProxy)),
    extensions(
        ("x-permission" = json!("proxies:write")),
        ("x-problems" = json!(["not_allowed_in_state", "not_entitled", "conflict"])),
    ),
)]
#[post("/v1/seats/{id}/proxies")]
pub async fn designate_proxy(
    access: Access<may::ProxiesWrite>,
    Path(id): Path<SeatId>,
    Json(input): Json<DesignateProxy>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (seat, row) = commands::designate_proxy(tx, scope, &id, &input)?;
            let location = format!("/v1/seats/{id}/proxies");
            Reply::created(&shown(tx, scope, &seat, row)?, location)
        })
        .await
}

/// Take a vote that was given away back
///
/// At any time before the session is over. Whoever was present by it no longer is.
#[utoipa::path(
    tag = "Assemblies",
    params(
        ("id" = SeatId, Path, description = "The seat."),
        ("proxy_id" = ProxyId, Path, description = "The proxy."),
    ),
    responses((status = 200, description = "The proxy.", body = SeatProxy)),
    extensions(
        ("x-permission" = json!("proxies:write")),
        ("x-problems" = json!(["not_entitled", "conflict"])),
    ),
)]
#[post("/v1/seats/{id}/proxies/{proxy_id}/revoke")]
pub async fn revoke_proxy(
    access: Access<may::ProxiesWrite>,
    Path((id, proxy_id)): Path<(SeatId, ProxyId)>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let (seat, row) = commands::revoke_proxy(tx, scope, &id, &proxy_id)?;
            Reply::ok(&shown(tx, scope, &seat, row)?)
        })
        .await
}
