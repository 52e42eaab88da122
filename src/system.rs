//! The service about itself: entry points, health, and the pages that explain problems.

use actix_web::get;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::kernel::access::{Access, Public};
use crate::kernel::db::migrate;
use crate::kernel::http::{Code, Path, Problem, Reply};
use crate::surface::Surface;

/// The operations of this feature.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(get_entry_points)
        .service(explain_problem)
        .service(is_alive)
        .service(is_ready);
}

/// Where to begin.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "name": "Chancery", "version": "0.1.0", "documentation": "/docs/", "openapi": "/openapi.json",
    "links": ["/v1/briefings", "/v1/organizations"]
}))]
pub struct EntryPoints {
    /// The name of the service.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The documentation, for people.
    pub documentation: String,
    /// The documentation, for programs.
    pub openapi: String,
    /// The collections.
    pub links: Vec<String>,
}

/// List the entry points
#[utoipa::path(
    tag = "Service",
    responses((status = 200, description = "Where to begin.", body = EntryPoints)),
    extensions(("x-permission" = json!("public"))),
)]
#[get("/v1")]
pub async fn get_entry_points(
    _access: Access<Public>,
    surface: Data<Surface>,
) -> Result<Reply, Problem> {
    Reply::ok(&EntryPoints {
        name: "Chancery".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        documentation: "/docs/".to_owned(),
        openapi: "/openapi.json".to_owned(),
        links: surface.collections(),
    })
}

/// What a kind of problem means.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"code": "not_found", "title": "Not found", "status": 404, "explanation": "There is nothing here, or nothing that you may see; the two are not told apart."}))]
pub struct ProblemExplanation {
    /// The kind.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The HTTP status of its answers.
    pub status: u16,
    /// What it means and what to do about it.
    pub explanation: String,
}

/// Explain a kind of problem
///
/// The page that the `type` of every problem document names.
#[utoipa::path(
    tag = "Service",
    params(("code" = String, Path, description = "The kind of problem.", example = "not_found")),
    responses((status = 200, description = "What it means.", body = ProblemExplanation)),
    extensions(("x-permission" = json!("public"))),
)]
#[get("/problems/{code}")]
pub async fn explain_problem(
    _access: Access<Public>,
    Path(code): Path<String>,
) -> Result<Reply, Problem> {
    let code = Code::from_text(&code).ok_or_else(Problem::not_found)?;
    Ok(Reply::ok(&ProblemExplanation {
        code: code.as_str().to_owned(),
        title: code.title().to_owned(),
        status: code.status().as_u16(),
        explanation: code.explanation().to_owned(),
    })?
    .public_for_a_minute())
}

/// Whether the service runs.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"status": "ok"}))]
pub struct Health {
    /// Always `ok`; anything else is a problem document.
    pub status: String,
}

fn healthy() -> Result<Reply, Problem> {
    Reply::ok(&Health {
        status: "ok".to_owned(),
    })
}

/// Tell whether the process runs
///
/// Asks nothing of the database.
#[utoipa::path(
    tag = "Service",
    responses((status = 200, description = "It runs.", body = Health)),
    extensions(("x-permission" = json!("public"))),
)]
#[get("/livez")]
pub async fn is_alive(_access: Access<Public>) -> Result<Reply, Problem> {
    healthy()
}

/// Tell whether requests can be served
///
/// The database answers and has this version's schema.
#[utoipa::path(
    tag = "Service",
    responses((status = 200, description = "They can.", body = Health)),
    extensions(("x-permission" = json!("public"))),
)]
#[get("/readyz")]
pub async fn is_ready(access: Access<Public>) -> Result<Reply, Problem> {
    let steps = access
        .read(|conn, _| {
            migrate::status_of(conn).map_err(|error| {
                tracing::warn!(%error, "not ready");
                Problem::unavailable("The database is not ready.", 2)
            })
        })
        .await?;
    if steps.iter().all(|step| step.is_applied) {
        healthy()
    } else {
        Err(Problem::unavailable(
            "The database's schema is not up to date.",
            2,
        ))
    }
}
