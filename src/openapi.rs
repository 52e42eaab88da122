//! The OpenAPI document: collected from the registered handlers, completed by rules that hold for
//! every operation, served at `/openapi.json` and committed as `openapi/openapi.json`.
//!
//! A handler declares what is its own: summary, parameters, bodies, success, its permission
//! (`x-permission`), the problems that are particular to it (`x-problems`) and whether its body may
//! be left out (`x-optional-body`). What follows from
//! the house's conventions (security, shared parameters, shared problems, headers, examples) is
//! added here, once.

use std::collections::{BTreeMap, BTreeSet};

use actix_web::App;
use serde_json::{Map, Value, json};
use utoipa::{OpenApi, ToSchema};
use utoipa_actix_web::AppExt;

use crate::kernel::access::{Permission, SERVICE_SCOPES};
use crate::kernel::http::{Code, Fault, ProblemDocument};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Chancery",
        description = "The back office of a national subnational-diplomacy office: accounts, a directory of \
            jurisdictions, briefings for local leaders, what cities ask the office for, diplomats who serve \
            in city halls, and assemblies of local leaders.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/", description = "This service")),
    tags(
        (name = "Service", description = "Entry points, health and explanations."),
        (name = "Identity", description = "Sessions, accounts and API keys."),
        (name = "Directory", description = "Organizations, briefers and venues."),
        (name = "Briefings", description = "Drafting, scheduling and publishing briefings."),
        (name = "Registrations", description = "Who comes to a briefing."),
        (name = "Invitations", description = "Who is asked to a briefing, and what they answer."),
        (name = "Materials", description = "Files of a briefing."),
        (name = "After-action", description = "What came of a briefing and what is to follow."),
        (name = "Event requests", description = "What cities ask the office for, from draft to report."),
        (name = "Programs", description = "Programs of embedded diplomats and their calls for hosts."),
        (name = "Applications", description = "What hosts hand in, from draft to decision."),
        (name = "Reviews", description = "Panels, conflicts of interest, scores, ranking, slate and decision."),
        (name = "Officers", description = "Diplomats who can be placed, and whom they fit."),
        (name = "Placements", description = "An officer's term at a host, and its reports."),
        (name = "Assemblies", description = "Assemblies of local leaders, their seats, holders and proxies."),
        (name = "Sessions", description = "Sessions of assemblies: the call, the agenda, the floor, presence and quorum."),
        (name = "Motions", description = "What is to be resolved, and its amendments."),
        (name = "Polls", description = "Recorded, roll-call and secret votes, and their results."),
        (name = "Minutes", description = "Minutes: drafted from the records, approved with a hash, corrected by appending."),
        (name = "Mail", description = "The queue of mail, and what its recipients want."),
        (name = "Calendars", description = "Appointments for people's own calendar programs."),
        (name = "Public", description = "What anyone may read, without an account."),
        (name = "Events", description = "What happened, to be asked for or followed live."),
        (name = "Webhooks", description = "What happened, delivered to an address."),
        (name = "Records", description = "The journal."),
    ),
)]
struct Head;

/// The complete document.
#[must_use]
pub fn document() -> Value {
    let (_, collected) = App::new()
        .into_utoipa_app()
        .openapi(Head::openapi())
        .configure(crate::routes::all)
        .split_for_parts();
    let mut document = serde_json::to_value(collected).unwrap_or_default();
    add_components(&mut document);
    let schemas = document
        .pointer("/components/schemas")
        .cloned()
        .unwrap_or_default();
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        for (path, item) in paths.iter_mut() {
            let Some(operations) = item.as_object_mut() else {
                continue;
            };
            for (method, operation) in operations.iter_mut() {
                if let Some(operation) = operation.as_object_mut() {
                    complete(path, method, operation, &schemas);
                }
            }
        }
    }
    document
}

fn add_components(document: &mut Value) {
    let Some(components) = document
        .get_mut("components")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    components.insert(
        "securitySchemes".to_owned(),
        json!({
            "bearer": {
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "The access token of a session, from `/v1/auth/login`.",
            },
            "api_key": {
                "type": "apiKey", "in": "header", "name": "X-Api-Key",
                "description": "The secret of an organization's API key, for its own systems.",
            },
        }),
    );
    if let Some(schemas) = components.get_mut("schemas").and_then(Value::as_object_mut) {
        for (name, schema) in [
            (ProblemDocument::name(), schema_of::<ProblemDocument>()),
            (Fault::name(), schema_of::<Fault>()),
        ] {
            schemas.insert(name.into_owned(), schema);
        }
        for (name, page) in schemas.iter_mut() {
            // The entries of a page are collected as a component; refer to it.
            if let (Some(entry), Some(items)) = (
                name.strip_prefix("Page_"),
                page.pointer_mut("/properties/data/items"),
            ) {
                *items = json!({"$ref": format!("#/components/schemas/{entry}")});
            }
        }
        schemas.sort_keys();
    }
}

fn schema_of<T: ToSchema>() -> Value {
    serde_json::to_value(T::schema()).unwrap_or_default()
}

/// What the conventions add to an operation.
fn complete(path: &str, method: &str, operation: &mut Map<String, Value>, schemas: &Value) {
    let permission = operation
        .get("x-permission")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    let is_public = permission == "public";
    let is_for_keys = permission == "api-key"
        || permission
            .parse::<Permission>()
            .is_ok_and(|permission| SERVICE_SCOPES.contains(&permission));
    let security = match permission.as_str() {
        "public" => json!([]),
        "api-key" => json!([{"api_key": []}]),
        _ if is_for_keys => json!([{"bearer": []}, {"api_key": []}]),
        _ => json!([{"bearer": []}]),
    };
    operation.insert("security".to_owned(), security);

    let is_write = method != "get";
    // Of what is asked or answered with a secret nothing is kept for a retry.
    let hands_out_secrets =
        is_public && (path.starts_with("/v1/auth/") || path.starts_with("/v1/invitation-links/"));
    // Nor of a disclosure, nor of whose mail is unsubscribed.
    let is_unkept = path.ends_with("/access-data/disclose")
        || path.ends_with("/access-list")
        || path == "/v1/mail/unsubscribe";
    let takes_key =
        method == "post" && !is_unkept && (!hands_out_secrets || path.ends_with("logout"));
    let has_parameter = |operation: &Map<String, Value>, name: &str| {
        operation
            .get("parameters")
            .and_then(Value::as_array)
            .is_some_and(|all| all.iter().any(|one| one.get("name") == Some(&json!(name))))
    };
    let has_if_match = has_parameter(operation, "If-Match");
    let has_body = operation.contains_key("requestBody");
    let shows_version = shows_version(operation, method, schemas);
    if takes_key {
        add_parameter(operation, idempotency_key());
    }
    if shows_version && method == "get" {
        add_parameter(operation, if_none_match());
    }
    note_optional_body(operation);
    name_examples(operation, schemas);

    let mut codes = vec![
        Code::BadRequest,
        Code::TooManyRequests,
        Code::Internal,
        Code::Unavailable,
    ];
    if !is_public {
        codes.extend([Code::Unauthenticated, Code::Forbidden]);
    }
    let takes_query = operation
        .get("parameters")
        .and_then(Value::as_array)
        .is_some_and(|all| all.iter().any(|one| one.get("in") == Some(&json!("query"))));
    if takes_query {
        codes.push(Code::InvalidQuery);
        if has_parameter(operation, "cursor") {
            codes.push(Code::InvalidCursor);
        }
    }
    if path.contains('{') {
        codes.push(Code::NotFound);
    }
    if is_write {
        codes.push(Code::StorageFull);
    }
    if has_body {
        codes.extend([
            Code::RequestTimeout,
            Code::PayloadTooLarge,
            Code::UnsupportedMediaType,
            Code::ValidationFailed,
        ]);
    }
    if takes_key {
        codes.extend([
            Code::RequestInFlight,
            Code::IdempotencyKeyReused,
            Code::Conflict,
        ]);
        if is_for_keys {
            codes.push(Code::IdempotencyKeyRequired);
        }
    }
    if has_if_match {
        codes.extend([Code::PreconditionFailed, Code::PreconditionRequired]);
    }
    if let Some(Value::Array(own)) = operation.get("x-problems") {
        codes.extend(
            own.iter()
                .filter_map(|code| Code::from_text(code.as_str()?)),
        );
    }
    add_problems(operation, &codes);
    add_headers(operation, shows_version);
    if shows_version && method == "get" {
        add_response(
            operation,
            "304",
            json!({"description": "Not changed since the version that If-None-Match names."}),
        );
    }
    *operation = in_order(operation);
}

/// Whether the success answer is one record with a version, which its `ETag` tells.
fn shows_version(operation: &Map<String, Value>, method: &str, schemas: &Value) -> bool {
    let success = if method == "post" {
        ["201", "200"]
    } else {
        ["200", "200"]
    };
    success.iter().any(|status| {
        operation
            .get("responses")
            .and_then(|responses| responses.get(status))
            .and_then(|response| response.pointer("/content/application~1json/schema/$ref"))
            .and_then(Value::as_str)
            .and_then(|reference| reference.rsplit('/').next())
            .and_then(|name| schemas.get(name))
            .is_some_and(|schema| {
                schema
                    .pointer("/properties/version")
                    .is_some_and(|version| version.get("type") == Some(&json!("integer")))
                    || schema.pointer("/properties/published_at").is_some()
            })
    })
}

/// Utoipa has no word for a body that may be left out and is not `null`.
fn note_optional_body(operation: &mut Map<String, Value>) {
    if operation.contains_key("x-optional-body")
        && let Some(body) = operation
            .get_mut("requestBody")
            .and_then(Value::as_object_mut)
    {
        body.insert("required".to_owned(), json!(false));
    }
}

/// The members that an operation keeps, always in this order: extensions come in none.
const MEMBERS: [&str; 9] = [
    "tags",
    "summary",
    "description",
    "operationId",
    "x-permission",
    "security",
    "parameters",
    "requestBody",
    "responses",
];

fn in_order(operation: &Map<String, Value>) -> Map<String, Value> {
    MEMBERS
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), operation.get(name)?.clone())))
        .collect()
}

fn add_parameter(operation: &mut Map<String, Value>, parameter: Value) {
    if let Some(parameters) = operation
        .entry("parameters")
        .or_insert_with(|| json!([]))
        .as_array_mut()
    {
        parameters.push(parameter);
    }
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "Makes a retry safe: the same key and request get the first answer again, for 24 hours. Required from API keys.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    })
}

fn if_none_match() -> Value {
    json!({
        "name": "If-None-Match", "in": "header", "required": false,
        "description": "The ETag of a version that you have: 304 when it is still the current one.",
        "schema": {"type": "string"},
    })
}

/// Copies the example of a body's schema to the body, and that of an id to the parameter.
fn name_examples(operation: &mut Map<String, Value>, schemas: &Value) {
    let example_of = |schema: &Value| -> Option<Value> {
        let reference = schema
            .get("$ref")
            .or_else(|| schema.pointer("/oneOf/1/$ref"))?;
        let name = reference.as_str()?.rsplit('/').next()?;
        let target = schemas.get(name)?;
        target
            .get("example")
            .or_else(|| target.pointer("/examples/0"))
            .cloned()
            .or_else(|| page_example(target, schemas))
    };
    let fill = |content: Option<&mut Value>| {
        for media in content
            .and_then(Value::as_object_mut)
            .into_iter()
            .flat_map(|all| all.values_mut())
        {
            if media.get("example").is_none()
                && let Some(example) = media.get("schema").and_then(&example_of)
                && let Some(media) = media.as_object_mut()
            {
                media.insert("example".to_owned(), example);
            }
        }
    };
    fill(
        operation
            .get_mut("requestBody")
            .and_then(|body| body.get_mut("content")),
    );
    if let Some(responses) = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
    {
        for response in responses.values_mut() {
            fill(response.get_mut("content"));
        }
    }
    if let Some(parameters) = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
    {
        for parameter in parameters.iter_mut().filter_map(Value::as_object_mut) {
            if !parameter.contains_key("example")
                && let Some(example) = parameter.get("schema").and_then(&example_of)
            {
                parameter.insert("example".to_owned(), example);
            }
        }
    }
}

/// A page of one entry, for lists.
fn page_example(page: &Value, schemas: &Value) -> Option<Value> {
    let items = page.pointer("/properties/data/items")?;
    let reference = items.get("$ref")?.as_str()?;
    let entry = schemas.get(reference.rsplit('/').next()?)?.get("example")?;
    Some(json!({"data": [entry], "next_cursor": null}))
}

fn add_response(operation: &mut Map<String, Value>, status: &str, response: Value) {
    if let Some(responses) = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
    {
        responses.insert(status.to_owned(), response);
    }
}

fn add_problems(operation: &mut Map<String, Value>, codes: &[Code]) {
    let mut by_status: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
    for code in codes {
        by_status
            .entry(code.status().as_u16())
            .or_default()
            .insert(code.as_str());
    }
    for (status, kinds) in by_status {
        let titles: Vec<String> = kinds
            .iter()
            .filter_map(|kind| Code::from_text(kind))
            .map(|code| format!("`{}`: {}.", code.as_str(), code.title()))
            .collect();
        let mut response = json!({
            "description": titles.join(" "),
            "content": {"application/problem+json": {
                "schema": {"$ref": "#/components/schemas/ProblemDocument"},
            }},
        });
        if let (429 | 503, Some(response)) = (status, response.as_object_mut()) {
            response.insert(
                "headers".to_owned(),
                json!({"Retry-After": {
                    "description": "Seconds to wait before asking again.",
                    "schema": {"type": "integer", "minimum": 1},
                }}),
            );
        }
        add_response(operation, &status.to_string(), response);
    }
    if let Some(responses) = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
    {
        responses.sort_keys();
    }
}

fn add_headers(operation: &mut Map<String, Value>, shows_version: bool) {
    let Some(responses) = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    for (status, response) in responses.iter_mut() {
        let mut headers = Map::new();
        if status == "201" {
            headers.insert(
                "Location".to_owned(),
                json!({"description": "Where the record stands.", "schema": {"type": "string"}}),
            );
        }
        if shows_version && matches!(status.as_str(), "200" | "201") {
            headers.insert(
                "ETag".to_owned(),
                json!({
                    "description": "The version, to be sent back as If-Match.",
                    "schema": {"type": "string"},
                }),
            );
        }
        if !headers.is_empty()
            && let Some(response) = response.as_object_mut()
        {
            response.insert("headers".to_owned(), headers.into());
        }
    }
}
