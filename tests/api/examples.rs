//! The examples of the document, sent to a server: each operation does what its example shows.

use chancery::kernel::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, App, Mode, PASSWORD, Receiver, document};

/// Records of every kind, made for one operation.
struct World {
    admin: Actor,
    organization: String,
    user: String,
    session: String,
    briefer: String,
    venue: String,
    briefing: String,
    registration: String,
    event: String,
    hook: Hook,
    refresh_token: String,
    invitation: String,
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

async fn world(app: &App, operation: &str, number: usize) -> World {
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
    World {
        admin,
        event,
        hook,
        organization: phoenix,
        user,
        session,
        briefer,
        venue,
        briefing,
        registration,
        refresh_token: extra.body["refresh_token"].as_str().unwrap().to_owned(),
        invitation,
    }
}

impl World {
    /// Puts ids of this world in the place of the document's.
    fn place(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                for (prefix, id) in [
                    ("org_", &self.organization),
                    ("bfr_", &self.briefer),
                    ("ven_", &self.venue),
                    ("usr_", &self.user),
                    ("evt_", &self.event),
                    ("https://hooks.", &self.hook.receiver.url()),
                    ("chr_", &self.refresh_token),
                    ("chi_", &self.invitation),
                ] {
                    if text.starts_with(prefix) {
                        text.clone_from(id);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.place(item)),
            Value::Object(members) => members.values_mut().for_each(|member| self.place(member)),
            _ => {}
        }
    }

    fn path(&self, pattern: &str) -> String {
        let id = match pattern.split('/').nth(2).unwrap_or_default() {
            "organizations" => &self.organization,
            "users" => &self.user,
            "briefers" => &self.briefer,
            "venues" => &self.venue,
            "auth" => &self.session,
            "webhook-endpoints" => &self.hook.endpoint,
            "deliveries" => &self.hook.delivery,
            _ => &self.briefing,
        };
        pattern
            .replace("{id}", id)
            .replace("{registration_id}", &self.registration)
            .replace("{delivery_id}", &self.hook.delivery)
            .replace("{code}", "not_found")
    }
}

both_backends! {
    async fn every_example_is_answered_with_the_success_it_shows(app: App) {
        // The account that the example of signing in names.
        let example = app.person("administrator@example.gov", Role::Auditor, &app.office).await;
        example.get("/v1/me").await.expect(200);
        let mut number = 0;
        for (pattern, item) in document()["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                number += 1;
                let name = operation["operationId"].as_str().unwrap();
                let world = world(&app, name, number).await;
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
                let mut path = world.path(pattern);
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
                            let record = record_of(&path);
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
                let answer = world.admin.send_raw(method, &path, &headers, body).await;
                let declared: Vec<&String> = operation["responses"].as_object().unwrap().keys().filter(|status| status.starts_with('2')).collect();
                assert_eq!(declared, [&answer.status.to_string()], "{name}: {}", answer.text);
            }
        }
    }
}

/// The record that an action or a change is about.
fn record_of(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    if parts.get(2) == Some(&"me") {
        return "/v1/me".to_owned();
    }
    parts.iter().take(4).copied().collect::<Vec<_>>().join("/")
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
