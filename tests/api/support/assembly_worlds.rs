//! Records of assemblies for the examples of the document: for each operation an assembly with two
//! seats, a session, a motion, a poll, minutes, in the state in which the operation succeeds.

use chancery::kernel::access::Role;
use serde_json::{Value, json};

use super::actor::Actor;
use super::app::App;
use super::assemblies::Seat;
use super::worlds::Ids;

/// How far a session has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Held {
    NotAtAll,
    Draft,
    Called,
    Published,
    Open,
    InRecess,
    Adjourned,
}

/// Whether the operation at this address is about assemblies.
fn is_of_assemblies(pattern: &str) -> bool {
    [
        "/v1/assemblies",
        "/v1/assembly-sessions",
        "/v1/seats",
        "/v1/agenda-",
        "/v1/speakers",
        "/v1/motions",
        "/v1/polls",
    ]
    .iter()
    .any(|start| pattern.starts_with(start))
}

fn held(pattern: &str, operation: &str) -> Held {
    match operation {
        "update_assembly_session"
        | "call_assembly_session"
        | "cancel_assembly_session"
        | "delete_agenda_item"
        | "add_session_participant"
        | "remove_session_participant"
        | "review_assembly_session"
        | "create_agenda_item"
        | "reorder_agenda" => Held::Draft,
        "publish_agenda" | "list_voters" | "designate_proxy" | "revoke_proxy" | "list_proxies" => {
            Held::Called
        }
        "open_assembly_session" | "strike_agenda_item" => Held::Published,
        "resume_assembly_session" => Held::InRecess,
        name if name.contains("minutes") => Held::Adjourned,
        _ if pattern.starts_with("/v1/assemblies") || pattern.starts_with("/v1/seats") => {
            Held::NotAtAll
        }
        _ => Held::Open,
    }
}

/// Records on which the operation succeeds for the administrator, and who does what only a member
/// can do; none where it is not about assemblies.
pub async fn assembly_world(
    app: &App,
    pattern: &str,
    operation: &str,
    number: usize,
) -> (Ids, Option<Actor>) {
    if !is_of_assemblies(pattern) {
        return (Ids::new(), None);
    }
    let mut ids = Ids::new();
    let first = city(app, &format!("Riverton {number}")).await;
    let second = city(app, &format!("Lakeside {number}")).await;
    ids.push(("org", first.clone()));
    let over = json!({"name": format!("Assembly {number}")});
    match operation {
        "create_seat" | "open_nominations" | "seat_assembly" | "update_assembly" => {
            ids.push(("asm", app.draft_assembly(over).await));
            return (ids, None);
        }
        "decline_seat" | "withdraw_nomination" => {
            ids.push(("asm", app.assembly_in_nominations(over).await));
            ids.push(("sea", nominated(app, &ids[1].1, &first).await));
            return (ids, None);
        }
        _ => {}
    }
    let assembly = app.assembly(over).await;
    ids.push(("asm", assembly.clone()));
    if matches!(operation, "fill_seat" | "retire_seat") {
        ids.push(("sea", app.vacant_seat(&assembly, &first).await));
        let leader = app.leader_of(&first).await;
        ids.push(("usr", app.account(&leader).await));
        return (ids, None);
    }
    let seats = [
        app.seat(&assembly, &first).await,
        app.seat(&assembly, &second).await,
    ];
    ids.push(("sea", seats[0].id.clone()));
    ids.push(("proxy_seat_id", seats[1].id.clone()));
    match operation {
        "name_alternate" => {
            let email = format!("staff{number}@riverton.example.gov");
            let staff = app.person(&email, Role::LocalStaff, &first).await;
            ids.push(("usr", app.account(&staff).await));
        }
        "dismiss_alternate" => {
            app.alternate(&seats[0]).await;
        }
        _ => {}
    }
    let reached = held(pattern, operation);
    if reached == Held::NotAtAll {
        return (ids, None);
    }
    let member = session(app, operation, reached, &assembly, &seats, &mut ids).await;
    (ids, member)
}

async fn city(app: &App, name: &str) -> String {
    let body = json!({
        "kind": "municipality", "name": name, "country": "US", "subdivision": "AZ",
        "time_zone": "America/Phoenix",
    });
    let admin = app.admin().await;
    admin.post("/v1/organizations", body).await.expect(201).id()
}

async fn nominated(app: &App, assembly: &str, organization: &str) -> String {
    let leader = app.leader_of(organization).await;
    let body = json!({
        "nominee_id": app.account(&leader).await, "office": "Mayor", "statement": "We trade abroad.",
    });
    let path = format!("/v1/assemblies/{assembly}/seats");
    leader.post(&path, body).await.expect(201).id()
}

/// A session as far as it is to come, with what happens in it.
async fn session(
    app: &App,
    operation: &str,
    reached: Held,
    assembly: &str,
    seats: &[Seat; 2],
    ids: &mut Ids,
) -> Option<Actor> {
    let admin = app.admin().await;
    let id = app.draft_session(assembly, json!({})).await;
    let path = format!("/v1/assembly-sessions/{id}");
    ids.push(("ses", id.clone()));
    ids.push((
        "agi",
        app.agenda_item(&id, json!({"title": "Opening"})).await,
    ));
    if matches!(
        operation,
        "remove_session_participant" | "review_assembly_session"
    ) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let body = json!({"name": "Kim Lee", "affiliation": "A foundation", "kind": "other"});
        let participants = format!("{path}/participants");
        let added = scheduler.post(&participants, body).await.expect(201);
        ids.push(("par", added.id()));
    }
    if reached >= Held::Called {
        app.act_on_session(&id, "call", Value::Null)
            .await
            .expect(200);
    }
    if operation == "revoke_proxy" {
        let body = json!({"session_id": id, "proxy_seat_id": seats[1].id});
        let proxies = format!("/v1/seats/{}/proxies", seats[0].id);
        let given = seats[0].holder.post(&proxies, body).await.expect(201);
        ids.push(("prx", given.id()));
    }
    if reached >= Held::Published {
        app.publish_agenda_of(&id).await;
    }
    if operation.contains("agenda_document") {
        let documents = format!(
            "/v1/agenda-items/{}/documents?filename=brief.txt",
            item(ids)
        );
        let added = admin
            .send_raw(
                reqwest::Method::POST,
                &documents,
                &[("Content-Type", "text/plain")],
                b"What is at stake.\n".to_vec(),
            )
            .await;
        ids.push(("agd", added.expect(201).id()));
    }
    if reached < Held::Open {
        return None;
    }
    app.act_on_session(&id, "open", Value::Null)
        .await
        .expect(200);
    app.all_come(&id, seats).await;
    let mut member = None;
    if operation.contains("floor") || operation.contains("speak") || operation.contains("speech") {
        speakers(app, operation, seats, ids).await;
    } else if operation.contains("motion")
        || operation.contains("poll")
        || operation.contains("ballot")
    {
        member = motion(app, operation, &id, seats, ids).await;
    }
    if reached == Held::InRecess {
        app.act_on_session(&id, "recess", Value::Null)
            .await
            .expect(200);
    }
    if reached == Held::Adjourned {
        let over = json!({"reason": "business_concluded"});
        app.act_on_session(&id, "adjourn", over).await.expect(200);
        minutes(app, operation, &id).await;
    }
    member
}

fn item(ids: &Ids) -> &str {
    let found = ids.iter().find(|(prefix, _)| *prefix == "agi");
    &found.unwrap().1
}

/// Somebody who waits for the floor, or has it.
async fn speakers(app: &App, operation: &str, seats: &[Seat; 2], ids: &mut Ids) {
    if operation == "ask_for_floor" {
        return;
    }
    let path = format!("/v1/agenda-items/{}/speakers", item(ids));
    let asked = seats[0]
        .holder
        .post(&path, json!({}))
        .await
        .expect(201)
        .id();
    ids.push(("spk", asked.clone()));
    if operation == "finish_speech" {
        let path = format!("/v1/speakers/{asked}/start");
        app.admin().await.post(&path, json!({})).await.expect(200);
    }
}

/// A motion with a poll, as far as they are to come.
async fn motion(
    app: &App,
    operation: &str,
    session: &str,
    seats: &[Seat; 2],
    ids: &mut Ids,
) -> Option<Actor> {
    let id = app.motion(session, &seats[0]).await;
    let path = format!("/v1/motions/{id}");
    ids.push(("mot", id.clone()));
    let (mover, seconder) = (&seats[0], &seats[1]);
    match operation {
        "update_motion" | "delete_motion" | "move_motion" => return None,
        "create_motion" => return Some(mover.holder.clone()),
        "second_motion" => {
            mover.holder.act_now(&path, "move").await.expect(200);
            return Some(seconder.holder.clone());
        }
        _ => {}
    }
    app.bring_motion(&id, mover, seconder).await;
    let admin = app.admin().await;
    match operation {
        "take_up_motion" => {
            app.act_with(&admin, &path, "table", json!({}))
                .await
                .expect(200);
        }
        "report_back_motion" | "forward_motion" => {
            let body = json!({"to": "The committee on trade", "reason": "It needs figures."});
            app.act_with(&admin, &path, "refer", body).await.expect(200);
        }
        _ => {}
    }
    if operation == "forward_motion" {
        let other = app.assembly(json!({"name": "The other assembly"})).await;
        let called = app.called_session(&other, json!({})).await;
        ids.push(("assembly_id", other));
        ids.push(("session_id", called));
    }
    if !operation.contains("poll") && !operation.contains("ballot") || operation == "create_poll" {
        return None;
    }
    let poll = app.draft_poll(&id, json!({})).await;
    ids.push(("pol", poll.clone()));
    if matches!(operation, "update_poll" | "open_poll") {
        return None;
    }
    app.act_on_poll(&poll, "open").await.expect(200);
    if operation == "get_ballot" {
        app.cast(&mover.holder, &poll, "yes").await.expect(201);
    }
    if matches!(operation, "get_poll_result" | "list_ballots") {
        app.close_poll(&poll).await;
    }
    operation.ends_with("_ballot").then(|| mover.holder.clone())
}

/// The minutes of a session that is over, as far as they are to come.
async fn minutes(app: &App, operation: &str, session: &str) {
    if operation == "draft_minutes" {
        return;
    }
    let admin = app.admin().await;
    let path = format!("/v1/assembly-sessions/{session}");
    admin
        .post(&format!("{path}/minutes/draft"), json!({}))
        .await
        .expect(201);
    if operation == "correct_minutes"
        || operation == "list_minutes_corrections"
        || operation == "list_minutes_records"
    {
        let drafted = admin.get(&format!("{path}/minutes")).await.expect(200);
        let approved = admin
            .send(
                reqwest::Method::POST,
                &format!("{path}/approve-minutes"),
                &[("If-Match", &drafted.tag())],
                Some(json!({"basis": "no_objection"})),
            )
            .await;
        approved.expect(200);
    }
}
