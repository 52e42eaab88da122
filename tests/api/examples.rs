//! The examples of the document, sent to a server: each operation does what its example shows, and
//! does it for no other city where the affair is one city's own.

use std::collections::BTreeMap;

use chancery::event_requests::lifecycle::RequestStatus;
use chancery::kernel::access::{Role, SERVICE_SCOPES};
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{
    Actor, App, Mode, PASSWORD, Receiver, assembly_world, document, fill, invitation_world,
    mail_world, practice_world, prefix_of, program_world, series_world,
};

/// Records of every kind, made for one operation.
struct World {
    admin: Actor,
    /// A member of an assembly, for what only members do.
    member: Option<Actor>,
    /// A system, for operations that are for systems alone.
    system: Actor,
    hook: Hook,
    /// What stands in the place of the document's ids and tokens, by their prefix.
    ids: BTreeMap<&'static str, String>,
}

/// A webhook endpoint with its receiver and a delivery.
struct Hook {
    receiver: Receiver,
    endpoint: String,
    delivery: String,
}

async fn hook(admin: &Actor, organization: &str, operation: &str) -> Hook {
    let receiver = Receiver::start().await;
    let mut hook = Hook {
        receiver,
        endpoint: "whk_00000000000000000000000000".to_owned(),
        delivery: "dlv_00000000000000000000000000".to_owned(),
    };
    let needs_delivery = operation.ends_with("_delivery") || operation == "list_deliveries";
    if !operation.contains("webhook") && operation != "replay_events" && !needs_delivery {
        return hook;
    }
    let body = json!({"organization_id": organization, "url": hook.receiver.url()});
    hook.endpoint = admin
        .post("/v1/webhook-endpoints", body)
        .await
        .expect(201)
        .id();
    let is_for_enabling = operation == "enable_webhook_endpoint";
    if is_for_enabling {
        hook.receiver.set(Mode::Answer(410));
    }
    let path = format!("/v1/webhook-endpoints/{}", hook.endpoint);
    if !needs_delivery && !is_for_enabling {
        return hook;
    }
    admin
        .post(&format!("{path}/test"), json!({}))
        .await
        .expect(200);
    for _ in 0..200 {
        let ids = admin
            .get(&format!("{path}/deliveries"))
            .await
            .expect(200)
            .ids();
        let state = admin.get(&path).await.expect(200).body["status"].clone();
        if let (Some(id), true) = (ids.first(), !is_for_enabling || state == "disabled") {
            hook.delivery.clone_from(id);
            return hook;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{operation}: nothing was delivered");
}

/// The steps that bring a new briefing to where the operation can act on it.
fn steps(operation: &str) -> &'static [&'static str] {
    match operation {
        "update_briefing" | "delete_briefing" | "schedule_briefing" => &[],
        "publish_briefing" => &["schedule"],
        "close_briefing" => &["schedule", "publish", "deliver"],
        _ => &["schedule", "publish"],
    }
}

async fn world(app: &App, pattern: &str, operation: &str, number: usize) -> World {
    let admin = app.admin().await;
    let phoenix = app.city("Phoenix").await;
    let email = format!("world{number}@example.gov");
    let created = admin
        .post("/v1/users", json!({"email": email, "name": "World", "memberships": [{"organization_id": phoenix, "role": "local_staff"}]}))
        .await
        .expect(201);
    let user = created.id();
    let invitation = created.body["invitation"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    if operation == "reactivate_user" {
        admin
            .act_now(&format!("/v1/users/{user}"), "deactivate")
            .await
            .expect(200);
    }
    let extra = app
        .sign_in("admin@office.example.gov", PASSWORD)
        .await
        .expect(200);
    let sessions = admin.get("/v1/auth/sessions").await.expect(200);
    let session = sessions.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["is_current"] == false);
    let session = session.unwrap()["id"].as_str().unwrap().to_owned();
    let briefer = app.briefer("Amara Okafor").await;
    let venue = app.venue("Phoenix City Hall").await;
    // Held an hour ago where it must be delivered, next month otherwise.
    let past = matches!(operation, "deliver_briefing" | "close_briefing");
    let day = if past { "2020-03-12" } else { "2031-03-12" };
    let draft = app.draft(
        &[&briefer],
        &format!("{day}T10:00:00"),
        &format!("{day}T11:00:00"),
    );
    let mut draft = draft;
    draft["marking"] = json!("public");
    let briefing = admin.post("/v1/briefings", draft).await.expect(201).id();
    let path = format!("/v1/briefings/{briefing}");
    for step in steps(operation) {
        admin.act_now(&path, step).await.expect(200);
    }
    let mut registration = "reg_00000000000000000000000000".to_owned();
    if !past && !steps(operation).is_empty() && operation != "publish_briefing" {
        let body = json!({"organization_id": phoenix, "attendee": {"name": "A", "email": "a@example.gov"}});
        registration = admin
            .post(&format!("{path}/registrations"), body)
            .await
            .expect(201)
            .id();
    }
    app.settle_journal().await;
    let event = admin.get("/v1/events?limit=1").await.expect(200).ids()[0].clone();
    let hook = hook(&admin, &phoenix, operation).await;
    let request = request_for(app, operation, &phoenix).await;
    let key = app
        .make_key(
            "Phoenix",
            json!({"name": "World", "scopes": ["organizations:read"]}),
        )
        .await;
    let mut calendar = Vec::new();
    if operation.contains("calendar") {
        let (id, token) = app
            .calendar(&admin, json!({"kind": "personal", "name": "World"}))
            .await;
        calendar = vec![("ics", id), ("chf", token)];
    }
    let series = series_world(app, pattern, operation, &briefer).await;
    let (assembly, mut member) = assembly_world(app, pattern, operation, number).await;
    let (invited, guest) = invitation_world(app, operation, number, &briefing).await;
    member = member.or(guest);
    World {
        admin,
        member,
        system: app.with_key(key.body["secret"].as_str().unwrap()),
        ids: request
            .into_iter()
            .chain(BTreeMap::from([
                ("org", phoenix),
                ("usr", user),
                ("sid", session),
                ("bfr", briefer),
                ("ven", venue),
                ("brf", briefing),
                ("reg", registration),
                ("key", key.id()),
                ("evt", event),
                ("whk", hook.endpoint.clone()),
                ("dlv", hook.delivery.clone()),
                (
                    "chr",
                    extra.body["refresh_token"].as_str().unwrap().to_owned(),
                ),
                ("chi", invitation),
            ]))
            .chain(program_world(app, pattern, operation, number).await)
            .chain(mail_world(app, operation, number).await)
            .chain(assembly)
            .chain(invited)
            .chain(practice_world(app, pattern, operation, number).await)
            .chain(series)
            .chain(calendar)
            .collect(),
        hook,
    }
}

/// The state in which an operation on an event request succeeds, or `None` where it is about none.
fn request_state(operation: &str) -> Option<RequestStatus> {
    Some(match operation {
        "submit_event_request" | "update_event_request" | "delete_event_request" => {
            RequestStatus::Draft
        }
        "begin_clearance_of_event_request" | "offer_substitute_for_event_request" => {
            RequestStatus::UnderReview
        }
        "accept_substitute_for_event_request" => RequestStatus::SubstituteOffered,
        "confirm_event_request" | "get_event_request" => RequestStatus::InClearance,
        "complete_event_request" => RequestStatus::Confirmed,
        "report_on_event_request" => RequestStatus::Completed,
        name if name.contains("clearance") => RequestStatus::InClearance,
        name if name.contains("event_request")
            || name.contains("comment")
            || name.contains("document") =>
        {
            RequestStatus::Submitted
        }
        _ => return None,
    })
}

/// A request of Phoenix's on which the operation succeeds, with its parts.
async fn request_for(app: &App, operation: &str, phoenix: &str) -> Vec<(&'static str, String)> {
    let Some(state) = request_state(operation) else {
        return Vec::new();
    };
    let admin = app.admin().await;
    // What takes place must start, and soon.
    let soon = app.clock.now().plus_seconds(4);
    let times = match state {
        RequestStatus::Confirmed | RequestStatus::Completed => json!({
            "starts_at": {"utc": soon, "time_zone": "America/Phoenix"},
            "ends_at": {"utc": soon.plus_seconds(3600), "time_zone": "America/Phoenix"},
            "expedite_reason": "It begins at once.",
        }),
        _ => json!({}),
    };
    let id = if state == RequestStatus::Draft {
        let mut over = times.clone();
        over["organization_id"] = json!(phoenix);
        app.drafted(&admin, over).await
    } else if operation == "accept_substitute_for_event_request" {
        // Whoever wrote it down for the city accepts for it.
        let id = app
            .drafted(&admin, json!({"organization_id": phoenix}))
            .await;
        app.add_letter(&admin, &id).await.expect(201);
        for action in ["submit", "start-review", "offer-substitute"] {
            app.act_on(&admin, &id, action, App::body_of(action))
                .await
                .expect(200);
        }
        id
    } else {
        app.request_in(state, times).await
    };
    let path = format!("/v1/event-requests/{id}");
    match operation {
        "confirm_event_request" => app.make_ready(&id).await,
        "release_event_request" => {
            admin.act_now(&path, "claim").await.expect(200);
        }
        "complete_event_request" => app.pass_event(&id).await,
        _ => {}
    }
    let mut ids = vec![("req", id.clone())];
    let clearances = admin.get(&format!("{path}/clearances")).await.expect(200);
    ids.extend(clearances.ids().first().map(|id| ("clr", id.clone())));
    if state == RequestStatus::Submitted {
        let comment = admin
            .post(&format!("{path}/comments"), json!({"body": "Noted."}))
            .await;
        ids.push(("cmt", comment.expect(201).id()));
        let documents = admin.get(&format!("{path}/documents")).await.expect(200);
        ids.push(("doc", documents.ids()[0].clone()));
    }
    ids
}

impl World {
    /// Puts ids of this world in the place of the document's.
    fn place(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                let known = text
                    .split_once('_')
                    .and_then(|(prefix, _)| self.ids.get(prefix));
                if let Some(id) = known {
                    text.clone_from(id);
                } else if text.len() == 64 && self.ids.contains_key("slate") {
                    // The digest of a slate.
                    text.clone_from(&self.ids["slate"]);
                } else if text.starts_with("https://hooks.") {
                    *text = self.hook.receiver.url();
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.place(item)),
            Value::Object(members) => {
                for (name, member) in members {
                    // Where a body names two records of a kind, the second goes by its name.
                    match self.ids.get(name.as_str()) {
                        Some(id) => *member = json!(id),
                        None => self.place(member),
                    }
                }
            }
            _ => {}
        }
    }

    /// The address of the record that the operation is about, or of its part.
    fn path(&self, pattern: &str, operation: &Value) -> String {
        fill(pattern, |parameter| match prefix_of(operation, parameter) {
            Some(prefix) => self.ids[prefix.as_str()].clone(),
            None => match &parameter_of(operation, parameter)["example"] {
                Value::String(text) => text.clone(),
                Value::Null => "not_found".to_owned(),
                example => example.to_string(),
            },
        })
    }

    /// Whom the operation is for.
    fn caller(&self, operation: &Value) -> &Actor {
        if operation["x-permission"] == "api-key" {
            &self.system
        } else {
            self.member.as_ref().unwrap_or(&self.admin)
        }
    }
}

/// A parameter of an operation, as it is described.
fn parameter_of<'a>(operation: &'a Value, name: &str) -> &'a Value {
    let all = operation["parameters"].as_array().unwrap();
    all.iter().find(|one| one["name"] == name).unwrap()
}

/// Ids of records that are one city's own, and of those that others may know of.
const OWN: [&str; 27] = [
    "key", "reg", "req", "clr", "cmt", "doc", "whk", "dlv", "app", "plc", "rpt", "sea", "prx",
    "ses", "par", "agi", "spk", "agd", "mot", "pol", "asm", "inv", "chg", "mat", "flw", "ics",
    "msg",
];
const SHARED: [&str; 11] = [
    "org", "usr", "sid", "bfr", "ven", "brf", "srs", "prg", "cal", "off", "chf",
];

/// Whether the operation is about one city's own affairs. An id that is in neither list fails.
fn is_citys_own(pattern: &str, operation: &Value) -> bool {
    let mut is_own = pattern.contains("/api-keys");
    fill(pattern, |parameter| {
        if let Some(prefix) = prefix_of(operation, parameter) {
            let (own, shared) = (
                OWN.contains(&prefix.as_str()),
                SHARED.contains(&prefix.as_str()),
            );
            assert!(own || shared, "{pattern}: whose are records with {prefix}?");
            is_own |= own;
        }
        String::new()
    });
    is_own
}

both_backends! {
    async fn every_example_is_answered_with_the_success_it_shows(app: App) {
        // The account that the example of signing in names.
        let example = app.person("administrator@example.gov", Role::Auditor, &app.office).await;
        example.get("/v1/me").await.expect(200);
        let strangers = [app.as_city("Chicago").await, app.key_of("Chicago", SERVICE_SCOPES).await];
        let mut number = 0;
        let mut kept_from_strangers = 0;
        let mut failures = Vec::new();
        for (pattern, item) in document()["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                number += 1;
                let name = operation["operationId"].as_str().unwrap();
                let world = world(&app, pattern, name, number).await;
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let mut path = world.path(pattern, operation);
                let mut headers: Vec<(String, String)> = Vec::new();
                for parameter in operation["parameters"].as_array().into_iter().flatten() {
                    let given = parameter["name"].as_str().unwrap();
                    let text = match parameter.get("example") {
                        Some(Value::String(text)) => text.clone(),
                        Some(example) => example.to_string(),
                        None => continue,
                    };
                    match parameter["in"].as_str().unwrap() {
                        "query" if given != "cursor" => {
                            let mut value = json!(text);
                            world.place(&mut value);
                            let separator = if path.contains('?') { '&' } else { '?' };
                            path.push_str(&format!("{separator}{given}={}", value.as_str().unwrap()));
                        }
                        "header" if given == "If-Match" => {
                            let record = world.path(record_of(pattern), operation);
                            headers.push((given.to_owned(), world.admin.get(&record).await.expect(200).tag()));
                        }
                        "header" if given == "Idempotency-Key" => headers.push((given.to_owned(), format!("{text}-{number}"))),
                        _ => {}
                    }
                }
                if name == "import_organizations" {
                    path = format!("{pattern}?mode=preview");
                }
                let mut body = Vec::new();
                if let Some(content) = operation.pointer("/requestBody/content").and_then(Value::as_object) {
                    let (media, described) = content.iter().next().unwrap();
                    let mut example = described["example"].clone();
                    world.place(&mut example);
                    headers.push(("Content-Type".to_owned(), media.clone()));
                    body = match example {
                        Value::String(text) => text.into_bytes(),
                        example => example.to_string().into_bytes(),
                    };
                }
                let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                if name == "change_password" {
                    continue_with_password(&app).await;
                    continue;
                }
                if is_citys_own(pattern, operation) {
                    // The very request that is about to succeed, from another city.
                    for stranger in &strangers {
                        let refused = stranger.send_raw(method.clone(), &path, &headers, body.clone()).await;
                        if !matches!(refused.status, 403 | 404) {
                            failures.push(format!("{name} for another city: {} {}", refused.status, refused.text));
                        }
                    }
                    kept_from_strangers += 1;
                }
                let answer = world.caller(operation).send_raw(method, &path, &headers, body).await;
                let declared: Vec<&String> = operation["responses"].as_object().unwrap().keys().filter(|status| status.starts_with('2')).collect();
                if !declared.contains(&&answer.status.to_string()) {
                    failures.push(format!("{name}: {} in place of {declared:?} at {path}: {}", answer.status, answer.text));
                }
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
        assert!(kept_from_strangers >= 9, "{kept_from_strangers}");
    }
}

/// The record whose version an action or a change is made against: what the last parameter of the
/// address names.
fn record_of(pattern: &str) -> &str {
    if pattern.contains("minutes") {
        return "/v1/assembly-sessions/{id}/minutes";
    }
    match pattern.rfind('}') {
        Some(end) => &pattern[..=end],
        None => pattern,
    }
}

/// The example's passwords, by an account of its own: everyone else's must stay.
async fn continue_with_password(app: &App) {
    let person = app
        .person("password@example.gov", Role::Auditor, &app.office)
        .await;
    let example = &document()["paths"]["/v1/me/password"]["post"]["requestBody"]["content"]["application/json"]
        ["example"];
    person
        .post("/v1/me/password", example.clone())
        .await
        .expect(204);
}
