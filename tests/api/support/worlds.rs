//! Records of programs for the examples of the document: for each operation a program, a call, an
//! application, an officer, a placement and its reports, in the state in which the operation succeeds.

use chancery::kernel::access::Role;
use chancery::kernel::day::Day;
use serde_json::{Value, json};

use super::actor::Actor;
use super::app::App;

/// Ids by their prefix.
pub type Ids = Vec<(&'static str, String)>;

/// How far a call has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reached {
    Draft,
    Open,
    Closed,
    InReview,
    Decided,
}

/// Whether the operation at this address is about programs.
fn is_of_programs(pattern: &str) -> bool {
    [
        "/v1/programs",
        "/v1/calls",
        "/v1/applications",
        "/v1/officers",
        "/v1/placement",
    ]
    .iter()
    .any(|start| pattern.starts_with(start))
}

/// Whether the administrator reviews in the call: what reviewers do is done by the administrator.
fn is_of_reviewers(operation: &str) -> bool {
    [
        "declare_conflict",
        "record_conflict",
        "write_review",
        "get_own_review",
    ]
    .contains(&operation)
}

fn reached(operation: &str) -> Reached {
    match operation {
        "open_call" | "update_call" => Reached::Draft,
        "assign_reviewer" | "assign_evenly" | "start_review_of_call" => Reached::Closed,
        "announce_call" => Reached::Decided,
        "write_review"
        | "get_own_review"
        | "list_reviews"
        | "get_ranking"
        | "get_slate"
        | "list_sign_offs"
        | "sign_slate"
        | "decide_call"
        | "shortlist_application"
        | "select_application"
        | "reserve_application"
        | "reject_application" => Reached::InReview,
        _ => Reached::Open,
    }
}

/// Records on which the operation succeeds for the administrator; none where it is not about
/// programs.
pub async fn program_world(app: &App, pattern: &str, operation: &str, number: usize) -> Ids {
    if !is_of_programs(pattern) {
        return Ids::new();
    }
    let admin = app.admin().await;
    let host = json!({
        "kind": "municipality", "name": format!("Springfield {number}"), "country": "US",
        "subdivision": "AZ", "time_zone": "America/Phoenix",
    });
    let host = admin.post("/v1/organizations", host).await.expect(201).id();
    let signers = if operation == "sign_slate" {
        ["administrator"]
    } else {
        ["program_officer"]
    };
    let program = json!({
        "name": "Diplomats in city halls", "legal_basis": "5 U.S.C. 3371-3376",
        "max_term_months": 120, "sign_off_roles": signers,
    });
    let program = admin.post("/v1/programs", program).await.expect(201).id();
    let mut ids = vec![("org", host.clone()), ("prg", program.clone())];
    if pattern.starts_with("/v1/calls")
        || pattern.starts_with("/v1/applications")
        || pattern.starts_with("/v1/programs")
    {
        ids.extend(call(app, operation, &program, &host).await);
    }
    if pattern.starts_with("/v1/officers")
        || pattern.starts_with("/v1/placement")
        || operation.contains("match")
    {
        ids.extend(placement(app, operation, number, &program, &host).await);
    }
    ids
}

async fn account(actor: &Actor) -> String {
    actor.get("/v1/me").await.expect(200).id()
}

/// A call with one application, as far as it is to come.
async fn call(app: &App, operation: &str, program: &str, host: &str) -> Ids {
    let (runs, reviewer) = (
        app.program_officer().await,
        app.as_role(Role::Scheduler).await,
    );
    let reviewer = if is_of_reviewers(operation) {
        app.admin().await
    } else {
        reviewer
    };
    let reviewer_id = account(&reviewer).await;
    let draft = json!({
        "title": "Hosts", "closes_at": {"local": "2031-10-31T23:59:59", "time_zone": "America/New_York"},
        "places": 1, "reserve_places": 1,
        "rubric": [
            {"key": "impact", "title": "Impact", "weight": 40, "max_points": 5},
            {"key": "readiness", "title": "Readiness", "weight": 60, "max_points": 5},
        ],
        "form": {"type": "object", "required": ["summary"], "properties": {"summary": {"type": "string", "maxLength": 2000}}},
    });
    let id = runs
        .post(&format!("/v1/programs/{program}/calls"), draft)
        .await
        .expect(201)
        .id();
    let path = format!("/v1/calls/{id}");
    let mut ids = vec![("cal", id.clone()), ("usr", reviewer_id.clone())];
    let target = reached(operation);
    if target == Reached::Draft {
        return ids;
    }
    runs.act_now(&path, "open").await.expect(200);
    if operation == "create_application" {
        return ids;
    }
    let draft = json!({
        "organization_id": host, "title": "A trade desk", "answers": {"summary": "An officer would open doors."},
        "needs": {"skills": ["trade promotion"], "languages": [{"language": "es", "level": 3}]},
    });
    let application = runs
        .post(&format!("{path}/applications"), draft)
        .await
        .expect(201)
        .id();
    ids.push(("app", application.clone()));
    let record = format!("/v1/applications/{application}");
    let is_for_drafts = [
        "submit_application",
        "update_application",
        "delete_application",
        "waive_overdue_report",
    ];
    if is_for_drafts.contains(&operation) {
        return ids;
    }
    runs.act_now(&record, "submit").await.expect(200);
    if operation != "add_reviewer" {
        runs.post(
            &format!("{path}/reviewers"),
            json!({"user_id": reviewer_id}),
        )
        .await
        .expect(201);
    }
    if target < Reached::Closed && operation != "declare_conflict" {
        return ids;
    }
    runs.act_now(&path, "close").await.expect(200);
    if operation == "assign_reviewer" || operation == "assign_evenly" {
        return ids;
    }
    let assignment = json!({"application_id": application, "reviewer_id": reviewer_id});
    runs.post(&format!("{path}/assignments"), assignment)
        .await
        .expect(201);
    if target < Reached::InReview {
        return ids;
    }
    runs.act_now(&path, "start-review").await.expect(200);
    if operation == "write_review" {
        return ids;
    }
    let review = json!({"scores": {"impact": 4, "readiness": 3}});
    let written = reviewer
        .send(
            reqwest::Method::PUT,
            &format!("{record}/review"),
            &[],
            Some(review),
        )
        .await;
    assert!(written.status < 300, "{}", written.text);
    if is_of_reviewers(operation) {
        return ids;
    }
    let slate = app
        .admin()
        .await
        .get(&format!("{path}/slate"))
        .await
        .expect(200);
    let digest = slate.body["digest"].as_str().unwrap().to_owned();
    ids.push(("slate", digest.clone()));
    if operation == "decide_call" || target == Reached::Decided {
        let signature =
            json!({"slate_digest": digest, "decision": "approved", "reason": "As ranked."});
        runs.post(&format!("{path}/sign-offs"), signature)
            .await
            .expect(201);
    }
    if target == Reached::Decided {
        app.act_with(&runs, &path, "decide", json!({}))
            .await
            .expect(200);
    }
    ids
}

/// An officer, and a placement with its reports, as far as it is to come.
async fn placement(app: &App, operation: &str, number: usize, program: &str, host: &str) -> Ids {
    let admin = app.admin().await;
    let new_officer = |name: &'static str| {
        let admin = admin.clone();
        let body =
            json!({"name": name, "grade": "FS-03", "languages": [{"language": "es", "level": 4}]});
        async move { admin.post("/v1/officers", body).await.expect(201).id() }
    };
    let officer = new_officer("Dana Whitfield").await;
    let mut ids = vec![("off", officer.clone())];
    if operation == "create_placement" || operation.ends_with("_officer") {
        let email = format!("officer{number}@posts.example.gov");
        let person = app.person(&email, Role::Diplomat, &app.office).await;
        ids.push(("usr", account(&person).await));
        return ids;
    }
    // It has run for a while, and ends late enough for what the examples do to its end.
    let served = if operation.ends_with("_placement_report") {
        120
    } else {
        1
    };
    let zone = chrono_tz::America::Phoenix;
    let starts_on = Day::of(app.clock.now().plus_seconds(-served * 86_400), zone);
    let ends_on = if operation == "extend_placement" {
        "2031-01-01"
    } else {
        "2033-01-01"
    };
    let body = json!({
        "program_id": program, "officer_id": officer, "organization_id": host,
        "starts_on": starts_on, "ends_on": ends_on,
    });
    let id = admin.post("/v1/placements", body).await.expect(201).id();
    ids.push(("plc", id.clone()));
    let path = format!("/v1/placements/{id}");
    let is_for_proposed = ["update_placement", "sign_placement", "cancel_placement"];
    if is_for_proposed.contains(&operation) {
        return ids;
    }
    admin.act_now(&path, "sign").await.expect(200);
    let leader = format!("leader{number}@springfield.example.gov");
    let leader = app.person(&leader, Role::LocalLeader, host).await;
    leader.act_now(&path, "sign").await.expect(200);
    if operation != "activate_placement" {
        admin.act_now(&path, "activate").await.expect(200);
    }
    if operation == "replace_placement" {
        ids.push(("off", new_officer("Ines Alvarado").await));
    }
    let report = admin
        .get(&format!("{path}/reports"))
        .await
        .expect(200)
        .ids()[0]
        .clone();
    ids.push(("rpt", report.clone()));
    let record = format!("/v1/placement-reports/{report}");
    if [
        "submit_placement_report",
        "return_placement_report",
        "accept_placement_report",
    ]
    .contains(&operation)
    {
        let tag = admin.get(&record).await.expect(200).tag();
        let said: Value = json!({"public_summary": "A delegation came."});
        admin.patch(&record, &tag, said).await.expect(200);
    }
    if ["return_placement_report", "accept_placement_report"].contains(&operation) {
        admin.act_now(&record, "submit").await.expect(200);
    }
    ids
}
