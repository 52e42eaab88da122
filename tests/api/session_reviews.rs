//! Participants without a seat, and the Federal Advisory Committee Act (docs/domain.md, scenario 12).

use chancery::kernel::access::Role;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Answer, App};

fn record(id: &str) -> String {
    format!("/v1/assembly-sessions/{id}")
}

/// Adds somebody as the clerk.
async fn add(app: &App, session: &str, kind: &str) -> String {
    let clerk = app.as_role(Role::Scheduler).await;
    let body =
        json!({"name": "Marta Lind", "affiliation": "Ports Forum", "kind": kind, "role": "Speaks"});
    clerk
        .post(&format!("{}/participants", record(session)), body)
        .await
        .expect(201)
        .id()
}

async fn remove(app: &App, session: &str, participant: &str) -> Answer {
    let path = format!("{}/participants/{participant}/remove", record(session));
    app.as_role(Role::Scheduler)
        .await
        .post(&path, json!(null))
        .await
}

/// Decides as the interagency partner.
async fn decide(app: &App, session: &str, body: Value) -> Answer {
    let lawyer = app.as_role(Role::ClearanceOfficer).await;
    app.act_with(&lawyer, &record(session), "legal-review", body)
        .await
}

async fn review_of(app: &App, session: &str) -> Value {
    app.session(session).await.body["legal_review"].clone()
}

both_backends! {
    async fn a_session_that_is_not_exempt_is_not_called_or_published_later_than_15_days_before_it(app: App) {
        app.set_clock("2031-03-01T15:00:00Z").await;
        let assembly = app.assembly(json!({})).await;
        let at = |local: &str| json!({"local": local, "time_zone": "America/New_York"});
        let times = json!({"starts_at": at("2031-03-20T10:00:00"), "ends_at": at("2031-03-20T12:00:00")});
        let id = app.draft_session(&assembly, times.clone()).await;
        assert_eq!(review_of(&app, &id).await, "not_needed");
        for kind in ["federal", "elected", "designee"] {
            add(&app, &id, kind).await;
        }
        assert_eq!(review_of(&app, &id).await, "not_needed");

        // The scheduler adds somebody of an NGO: the session is held.
        add(&app, &id, "other").await;
        let held = app.session(&id).await;
        assert_eq!((&held.body["legal_review"], &held.body["participants"]), (&json!("pending"), &json!(4)));
        assert!(!held.body["allowed_actions"].as_array().unwrap().contains(&json!("call")));
        app.act_on_session(&id, "call", Value::Null).await.expect_problem(409, "legal_review_pending");

        // Not exempt: an officer, a citation and 15 days are needed.
        decide(&app, &id, json!({"decision": "not_exempt", "basis": "Group advice."})).await.expect(200);
        let refused = app.act_on_session(&id, "call", Value::Null).await.expect_problem(409, "faca_notice_too_short");
        assert_eq!(refused.body["missing"], json!(["federal_officer", "notice_citation"]));
        let complete = json!({
            "decision": "not_exempt", "basis": "Group advice.",
            "federal_officer": "Jo Field", "notice_citation": "96 FR 1234",
        });
        decide(&app, &id, complete.clone()).await.expect(200);
        app.act_on_session(&id, "call", Value::Null).await.expect(200);

        // 23:59 of the 15th day before is in time where it is held, though it is the 14th in UTC.
        app.set_clock("2031-03-06T05:00:00Z").await;
        app.agenda_item(&id, json!({})).await;
        let refused = app.act_on_session(&id, "publish-agenda", Value::Null).await.expect_problem(409, "faca_notice_too_short");
        assert_eq!((&refused.body["missing"], &refused.body["earliest"]), (&json!(["notice_period"]), &json!("2031-03-21")));
        app.set_clock("2031-03-06T04:59:00Z").await;
        app.act_on_session(&id, "publish-agenda", Value::Null).await.expect(200);

        // The public reads the time in the notice: a new one needs as many days.
        let tag = app.session(&id).await.tag();
        let admin = app.admin().await;
        let moved = json!({"starts_at": at("2031-03-19T10:00:00")});
        admin.patch(&record(&id), &tag, moved).await.expect_problem(409, "faca_notice_too_short");
        app.set_clock("2031-03-20T13:30:00Z").await;
        app.act_on_session(&id, "open", Value::Null).await.expect(200);

        // Another one is too late to be called at all, and calling it names what is missing.
        let late = app.draft_session(&assembly, json!({"starts_at": at("2031-04-03T10:00:00"), "ends_at": at("2031-04-03T12:00:00")})).await;
        add(&app, &late, "other").await;
        decide(&app, &late, complete).await.expect(200);
        let refused = app.act_on_session(&late, "call", Value::Null).await.expect_problem(409, "faca_notice_too_short");
        assert_eq!((&refused.body["missing"], &refused.body["earliest"]), (&json!(["notice_period"]), &json!("2031-04-04")));
    }

    async fn an_exempt_session_is_called_and_a_further_participant_holds_it_again(app: App) {
        let assembly = app.assembly(json!({})).await;
        let id = app.draft_session(&assembly, json!({})).await;
        let first = add(&app, &id, "other").await;
        let exempt = json!({"decision": "exempt", "basis": "Individual advice."});
        let decided = decide(&app, &id, exempt.clone()).await.expect(200);
        assert_eq!((&decided.body["legal_review"], &decided.body["legal_basis"]), (&json!("exempt"), &json!("Individual advice.")));
        app.act_on_session(&id, "call", Value::Null).await.expect(200);
        app.publish_agenda_of(&id).await;

        let second = add(&app, &id, "other").await;
        let held = app.session(&id).await;
        assert_eq!((&held.body["legal_review"], &held.body["legal_basis"]), (&json!("pending"), &Value::Null));
        app.act_on_session(&id, "open", Value::Null).await.expect_problem(409, "legal_review_pending");
        // Decided not exempt on the day itself: the public could not be told in time.
        let complete = json!({"decision": "not_exempt", "basis": "Group advice.", "federal_officer": "Jo Field", "notice_citation": "96 FR 1234"});
        decide(&app, &id, complete).await.expect(200);
        app.act_on_session(&id, "open", Value::Null).await.expect_problem(409, "faca_notice_too_short");

        // The last one who is to be reviewed leaves: nothing is to be reviewed, which is recorded.
        remove(&app, &id, &second).await.expect(200);
        assert_eq!(review_of(&app, &id).await, "not_exempt");
        let removed = remove(&app, &id, &first).await.expect(200);
        assert!(removed.body["removed_at"].is_string());
        assert_eq!(remove(&app, &id, &first).await.expect(200).body, removed.body);
        assert_eq!(review_of(&app, &id).await, "not_needed");
        decide(&app, &id, exempt).await.expect_problem(409, "not_allowed_in_state");
        app.act_on_session(&id, "open", Value::Null).await.expect(200);
        app.settle_journal().await;
        let path = format!("/v1/audit-events?subject_id={id}&limit=100");
        let kinds = app.admin().await.get(&path).await.expect(200).body["data"].as_array().unwrap().iter()
            .filter(|event| ["held_for_review", "reviewed", "review_dropped"].iter().any(|kind| event["type"] == format!("assembly_session.{kind}")))
            .count();
        assert_eq!(kinds, 5);

        // Once it has begun nobody can be reviewed any more; others still come.
        let clerk = app.as_role(Role::Scheduler).await;
        let path = format!("{}/participants", record(&id));
        let body = json!({"name": "X", "affiliation": "Y", "kind": "other"});
        clerk.post(&path, body).await.expect_problem(409, "not_allowed_in_state");
        add(&app, &id, "federal").await;
        let listed = clerk.get(&path).await.expect(200);
        assert_eq!(listed.ids().len(), 3);
        assert_eq!(listed.body["data"].as_array().unwrap().iter().filter(|one| one["removed_at"].is_null()).count(), 1);
    }

    async fn whoever_added_a_participant_does_not_decide_about_them(app: App) {
        let assembly = app.assembly(json!({})).await;
        let id = app.draft_session(&assembly, json!({})).await;
        let admin = app.admin().await;
        // The partner does not see a draft with which they have nothing to do.
        let lawyer = app.as_role(Role::ClearanceOfficer).await;
        lawyer.get(&record(&id)).await.expect(404);
        let body = json!({"name": "Marta Lind", "affiliation": "Ports Forum", "kind": "other"});
        let path = format!("{}/participants", record(&id));
        admin.post(&path, body).await.expect(201);
        let exempt = json!({"decision": "exempt", "basis": "Individual advice."});
        app.act_on_session(&id, "legal-review", exempt.clone()).await.expect_problem(403, "forbidden");
        let clerk = app.as_role(Role::Scheduler).await;
        app.act_with(&clerk, &record(&id), "legal-review", exempt.clone()).await.expect_problem(403, "forbidden");
        assert_eq!(review_of(&app, &id).await, "pending");

        // The partner sees what they decide about: the session, who takes part, the agenda.
        app.agenda_item(&id, json!({})).await;
        assert_eq!(lawyer.get(&path).await.expect(200).ids().len(), 1);
        assert_eq!(lawyer.get(&format!("{}/agenda-items", record(&id))).await.expect(200).ids().len(), 1);
        assert!(lawyer.get(&record(&id)).await.expect(200).body["allowed_actions"].as_array().unwrap().contains(&json!("legal-review")));
        decide(&app, &id, exempt).await.expect(200);
    }
}
