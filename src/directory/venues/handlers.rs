//! The operations on venues.

use actix_web::{get, patch, post};

use crate::directory::venues::wire::{CreateVenue, UpdateVenue, Venue, VenueQuery};
use crate::directory::venues::{commands, queries};
use crate::kernel::access::{Access, may};
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Reply};
use crate::kernel::id::VenueId;

/// List venues
#[utoipa::path(
    tag = "Directory",
    params(VenueQuery),
    responses((status = 200, description = "A page of venues.", body = Page<Venue>)),
    extensions(("x-permission" = json!("venues:read"))),
)]
#[get("/v1/venues")]
pub async fn list_venues(
    access: Access<may::VenuesRead>,
    Query(query): Query<VenueQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let page = queries::list(conn, &keyring, &query)?;
            Reply::ok(&page.map(|row| Venue::of(row, scope)))
        })
        .await
}

/// Add a venue
#[utoipa::path(
    tag = "Directory",
    request_body = CreateVenue,
    responses((status = 201, description = "The venue.", body = Venue)),
    extensions(("x-permission" = json!("venues:write"))),
)]
#[post("/v1/venues")]
pub async fn create_venue(
    access: Access<may::VenuesWrite>,
    Json(input): Json<CreateVenue>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_venue(tx, input.clone())?;
            let (location, version) = (format!("/v1/venues/{}", row.id), row.version);
            Ok(Reply::created(&Venue::of(row, scope), location)?.version(version))
        })
        .await
}

/// Get a venue
#[utoipa::path(
    tag = "Directory",
    params(("id" = VenueId, Path, description = "The venue.")),
    responses((status = 200, description = "The venue.", body = Venue)),
    extensions(("x-permission" = json!("venues:read"))),
)]
#[get("/v1/venues/{id}")]
pub async fn get_venue(
    access: Access<may::VenuesRead>,
    Path(id): Path<VenueId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = queries::get(conn, &id)?;
            let version = row.version;
            Ok(Reply::ok(&Venue::of(row, scope))?.version(version))
        })
        .await
}

/// Change a venue
#[utoipa::path(
    tag = "Directory",
    params(("id" = VenueId, Path, description = "The venue."), IfMatch),
    request_body = UpdateVenue,
    responses((status = 200, description = "The venue.", body = Venue)),
    extensions(("x-permission" = json!("venues:write"))),
)]
#[patch("/v1/venues/{id}")]
pub async fn update_venue(
    access: Access<may::VenuesWrite>,
    Path(id): Path<VenueId>,
    if_match: IfMatch,
    Json(change): Json<UpdateVenue>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::update_venue(tx, &id, if_match, change.clone())?;
            let version = row.version;
            Ok(Reply::ok(&Venue::of(row, scope))?.version(version))
        })
        .await
}
