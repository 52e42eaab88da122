//! Records of briefings in practice for the examples of the document: access data, materials, reports
//! and follow-ups, in the state in which the operation succeeds.

use reqwest::Method;
use serde_json::{Value, json};

use super::actor::Actor;
use super::app::App;
use super::practice::put;
use super::worlds::Ids;

/// Records on which the operation succeeds for the administrator; none where it is about other
/// things.
pub async fn practice_world(app: &App, pattern: &str, operation: &str, number: usize) -> Ids {
    let admin = app.admin().await;
    if pattern.contains("/access-") {
        return guarded(app, &admin, operation).await;
    }
    if pattern.contains("/materials") {
        return with_material(app, &admin).await;
    }
    if operation == "check_in_attendee" {
        return to_come(app, &admin, app.soon()).await;
    }
    let is_of_report = pattern.contains("/after-action") || pattern.contains("/follow-ups");
    if is_of_report || operation == "close_briefing" {
        return held(app, &admin, operation, number).await;
    }
    Ids::new()
}

/// A briefing that is to come, made from these members, with one registration.
async fn to_come(app: &App, admin: &Actor, members: Value) -> Ids {
    let briefer = app.briefer("Amara Okafor").await;
    let mut draft = app.draft(&[&briefer], "2031-03-12T10:00:00", "2031-03-12T11:00:00");
    for (name, value) in members.as_object().unwrap() {
        draft[name] = value.clone();
    }
    let briefing = admin.post("/v1/briefings", draft).await.expect(201).id();
    let path = format!("/v1/briefings/{briefing}");
    for step in ["schedule", "publish"] {
        admin.act_now(&path, step).await.expect(200);
    }
    let phoenix = app.city("Phoenix").await;
    let attendee = json!({"name": "A", "email": "a@example.gov"});
    let body = json!({"organization_id": phoenix, "attendee": attendee});
    let registration = admin
        .post(&format!("{path}/registrations"), body)
        .await
        .expect(201)
        .id();
    vec![("brf", briefing), ("reg", registration)]
}

async fn guarded(app: &App, admin: &Actor, operation: &str) -> Ids {
    let venue = json!({
        "name": "The guarded house", "address": "2201 C Street NW, Washington, DC 20520",
        "time_zone": "America/New_York", "requires_access_data": true,
    });
    let venue = admin.post("/v1/venues", venue).await.expect(201).id();
    let ids = to_come(
        app,
        admin,
        json!({"format": "in_person", "venue_id": venue}),
    )
    .await;
    if operation != "give_access_data" {
        let data = json!({"birth_date": "1971-03-29", "citizenship": "US", "id_document": {"kind": "passport", "number": "X12345678"}});
        let path = format!(
            "/v1/briefings/{}/registrations/{}/access-data",
            ids[0].1, ids[1].1
        );
        put(admin, &path, data).await.expect(200);
    }
    ids
}

async fn with_material(app: &App, admin: &Actor) -> Ids {
    let mut ids = to_come(app, admin, json!({})).await;
    let path = format!("/v1/briefings/{}/materials?filename=a.txt", ids[0].1);
    let headers = [("Content-Type", "application/octet-stream")];
    let material = admin
        .send_raw(Method::POST, &path, &headers, b"Slides.\n".to_vec())
        .await
        .expect(201);
    ids.push(("mat", material.id()));
    ids
}

/// A briefing that was held, with its report and a follow-up.
async fn held(app: &App, admin: &Actor, operation: &str, number: usize) -> Ids {
    let briefer = app.briefer(&format!("Briefer {number}")).await;
    let draft = app.draft(&[&briefer], "2020-03-12T10:00:00", "2020-03-12T11:00:00");
    let briefing = admin.post("/v1/briefings", draft).await.expect(201).id();
    let path = format!("/v1/briefings/{briefing}");
    for step in ["schedule", "publish", "deliver"] {
        admin.act_now(&path, step).await.expect(200);
    }
    let me = admin.get("/v1/me").await.expect(200).id();
    let mut ids = vec![("brf", briefing), ("usr", me.clone())];
    if operation == "file_after_action" {
        return ids;
    }
    let follow_up = json!({"task": "Call Tempe.", "owner_id": me, "due_on": "2031-04-01"});
    let report = json!({"summary": "Held.", "follow_ups": [follow_up]});
    let filed = put(admin, &format!("{path}/after-action"), report)
        .await
        .expect(201);
    let id = filed.body["follow_ups"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    if operation == "reopen_follow_up" {
        admin
            .act_now(&format!("/v1/follow-ups/{id}"), "settle")
            .await
            .expect(200);
    }
    ids.push(("flw", id));
    ids
}
