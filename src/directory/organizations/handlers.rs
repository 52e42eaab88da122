//! The operations on organizations.

use actix_web::{get, patch, post};

use crate::directory::organizations::import::{self, ImportQuery, ImportReport};
use crate::directory::organizations::wire::{
    CreateOrganization, Organization, OrganizationQuery, UpdateOrganization,
};
use crate::directory::organizations::{commands, queries};
use crate::kernel::access::{Access, may};
use crate::kernel::http::{IfMatch, Json, Page, Path, Problem, Query, Raw, Reply};
use crate::kernel::id::OrganizationId;

/// List organizations
///
/// Searches the directory of jurisdictions, agencies and associations.
#[utoipa::path(
    tag = "Directory",
    params(OrganizationQuery),
    responses((status = 200, description = "A page of organizations.", body = Page<Organization>)),
    extensions(("x-permission" = json!("organizations:read"))),
)]
#[get("/v1/organizations")]
pub async fn list_organizations(
    access: Access<may::OrganizationsRead>,
    Query(query): Query<OrganizationQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            let page = queries::list(conn, &keyring, &query)?;
            Reply::ok(&page.map(|row| Organization::of(row, scope)))
        })
        .await
}

/// Create an organization
#[utoipa::path(
    tag = "Directory",
    request_body = CreateOrganization,
    responses((status = 201, description = "The organization.", body = Organization)),
    extensions(("x-permission" = json!("organizations:write"))),
)]
#[post("/v1/organizations")]
pub async fn create_organization(
    access: Access<may::OrganizationsWrite>,
    Json(input): Json<CreateOrganization>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::create_organization(tx, input.clone())?;
            let (location, version) = (format!("/v1/organizations/{}", row.id), row.version);
            Ok(Reply::created(&Organization::of(row, scope), location)?.version(version))
        })
        .await
}

/// Get an organization
#[utoipa::path(
    tag = "Directory",
    params(("id" = OrganizationId, Path, description = "The organization.")),
    responses((status = 200, description = "The organization.", body = Organization)),
    extensions(("x-permission" = json!("organizations:read"))),
)]
#[get("/v1/organizations/{id}")]
pub async fn get_organization(
    access: Access<may::OrganizationsRead>,
    Path(id): Path<OrganizationId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, scope| {
            let row = queries::get(conn, &id)?;
            let version = row.version;
            Ok(Reply::ok(&Organization::of(row, scope))?.version(version))
        })
        .await
}

/// Change an organization
#[utoipa::path(
    tag = "Directory",
    params(("id" = OrganizationId, Path, description = "The organization."), IfMatch),
    request_body = UpdateOrganization,
    responses((status = 200, description = "The organization.", body = Organization)),
    extensions(("x-permission" = json!("organizations:write"))),
)]
#[patch("/v1/organizations/{id}")]
pub async fn update_organization(
    access: Access<may::OrganizationsWrite>,
    Path(id): Path<OrganizationId>,
    if_match: IfMatch,
    Json(change): Json<UpdateOrganization>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, scope| {
            let row = commands::update_organization(tx, &id, if_match, change.clone())?;
            let version = row.version;
            Ok(Reply::ok(&Organization::of(row, scope))?.version(version))
        })
        .await
}

/// Import organizations
///
/// Reads a CSV file with the columns `kind, source_id, name, country, subdivision, population,
/// time_zone, latitude, longitude`. `mode=preview` says of each row whether it is new, changed,
/// unchanged or wrong, and why, and stores nothing. `mode=commit` stores all rows in one
/// transaction, or none when one is wrong; importing the same file again changes nothing.
#[utoipa::path(
    tag = "Directory",
    params(ImportQuery),
    request_body(
        content = String, content_type = "text/csv",
        example = json!("kind,source_id,name,country,subdivision,population,time_zone,latitude,longitude\nmunicipality,geonames:5308655,Phoenix,US,AZ,1608139,America/Phoenix,33.44838,-112.07404\n"),
    ),
    responses((status = 200, description = "What became, or would become, of each row.", body = ImportReport)),
    extensions(("x-permission" = json!("organizations:import"))),
)]
#[post("/v1/organizations/import")]
pub async fn import_organizations(
    access: Access<may::OrganizationsImport>,
    Query(query): Query<ImportQuery>,
    Raw(csv): Raw<{ import::LIMIT }>,
) -> Result<Reply, Problem> {
    access
        .write(move |tx, _| Reply::ok(&import::run(tx, &csv, query.mode, &mut |_| {})?))
        .await
}
