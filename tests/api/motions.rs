//! Motions: who brings them, their numbers, the steps of each assembly's own table, amendments.

use chancery::kernel::access::Role;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, Answer, App, Seat};

fn path(motion: &str) -> String {
    format!("/v1/motions/{motion}")
}

/// An assembly with these cities, and an open session of it.
async fn convened(app: &App, over: Value, cities: &[&str]) -> (String, String, Vec<Seat>) {
    let assembly = app.assembly(over).await;
    let mut seats = Vec::new();
    for city in cities {
        seats.push(app.seat(&assembly, &app.city(city).await).await);
    }
    let session = app.open_session(&assembly, json!({})).await;
    (assembly, session, seats)
}

async fn shown(app: &App, motion: &str) -> Answer {
    app.admin().await.get(&path(motion)).await.expect(200)
}

async fn status(app: &App, motion: &str) -> String {
    shown(app, motion).await.body["status"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn actions(actor: &Actor, motion: &str) -> Vec<String> {
    let shown = actor.get(&path(motion)).await.expect(200);
    serde_json::from_value(shown.body["allowed_actions"].clone()).unwrap()
}

async fn history(app: &App, motion: &str) -> Vec<Value> {
    let list = format!("{}/history?limit=100", path(motion));
    let steps = app.admin().await.get(&list).await.expect(200);
    steps.body["data"].as_array().unwrap().clone()
}

async fn revise(actor: &Actor, motion: &str, body: Value) -> Answer {
    let tag = actor.get(&path(motion)).await.expect(200).tag();
    actor.patch(&path(motion), &tag, body).await
}

both_backends! {
    async fn fifty_who_move_at_once_get_numbers_without_gap_or_duplicate(app: App) {
        let (assembly, session, seats) = convened(&app, json!({}), &["Phoenix", "Chicago"]).await;
        let (phoenix, chicago) = (&seats[0], &seats[1]);
        let mut drafts = Vec::new();
        for _ in 0..50 {
            drafts.push(app.motion(&session, phoenix).await);
        }
        let moves = drafts.iter().enumerate().map(|(place, draft)| {
            // Every fifth was changed since, every seventh is not theirs to move.
            let tag = if place % 5 == 0 { "\"7\"" } else { "\"1\"" };
            let actor = if place % 7 == 0 { &chicago.holder } else { &phoenix.holder };
            let address = format!("{}/move", path(draft));
            async move { actor.act(&address, tag).await }
        });
        let answers = join_all(moves).await;
        let mut numbers: Vec<i64> = answers.iter()
            .filter(|answer| answer.status == 200)
            .map(|answer| answer.body["number"].as_i64().unwrap())
            .collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=34).collect::<Vec<i64>>(), "{:?}", answers.iter().map(|answer| answer.status).collect::<Vec<_>>());
        // The next one goes on from there, in this assembly; another one counts for itself.
        let next = app.motion(&session, phoenix).await;
        assert_eq!(phoenix.holder.act_now(&path(&next), "move").await.expect(200).body["number"], 35);
        let (_, other, others) = convened(&app, json!({}), &["Houston"]).await;
        let first = app.motion(&other, &others[0]).await;
        assert_eq!(others[0].holder.act_now(&path(&first), "move").await.expect(200).body["number"], 1);
        let listed = phoenix.holder.get(&format!("/v1/motions?assembly_id={assembly}&status=moved&include=total")).await.expect(200);
        assert_eq!(listed.body["total"], 35);
    }

    async fn a_draft_is_known_to_its_jurisdiction_and_the_clerk_alone(app: App) {
        let (_, session, seats) = convened(&app, json!({}), &["Phoenix", "Chicago"]).await;
        let (phoenix, chicago) = (&seats[0], &seats[1]);
        let draft = app.motion(&session, phoenix).await;
        let list = format!("/v1/assembly-sessions/{session}/motions?include=total&q=trade");
        let staff = app.as_city("Phoenix").await;
        for knows in [&phoenix.holder, &staff, &app.as_role(Role::Scheduler).await, &app.as_role(Role::Auditor).await] {
            knows.get(&path(&draft)).await.expect(200);
            assert_eq!(knows.get(&list).await.expect(200).body["total"], 1);
        }
        let system = app.key_of("Phoenix", &[chancery::kernel::access::Permission::AssembliesRead]).await;
        let partner = app.as_role(Role::ProgramOfficer).await;
        for other in [&chicago.holder, &partner, &system] {
            for part in ["", "/texts", "/history", "/diff"] {
                other.get(&format!("{}{part}", path(&draft))).await.expect(404);
            }
            let page = other.get(&list).await.expect(200);
            assert_eq!((page.ids().len(), &page.body["total"]), (0, &json!(0)));
            assert_eq!(other.get("/v1/motions?include=total").await.expect(200).body["total"], 0);
        }
        let amendment = json!({"title": "X", "text": "Y", "amends_id": draft});
        let refused = app.draft_motion(&session, chicago, amendment).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/amends_id"]);
        chicago.holder.act(&format!("{}/second", path(&draft)), "\"1\"").await.expect(404);

        // Nobody outside the assembly knows of it at any time, nor of the session.
        phoenix.holder.act_now(&path(&draft), "move").await.expect(200);
        for knows in [&chicago.holder, &partner, &system] {
            knows.get(&path(&draft)).await.expect(200);
            assert_eq!(knows.get(&list).await.expect(200).ids(), std::slice::from_ref(&draft));
        }
        let stranger = app.leader("Houston").await;
        stranger.get(&path(&draft)).await.expect(404);
        stranger.get(&format!("/v1/assembly-sessions/{session}/motions")).await.expect(404);
        stranger.post(&format!("/v1/assembly-sessions/{session}/motions"), json!({"title": "X", "text": "Y"})).await.expect(404);
        assert_eq!(stranger.get("/v1/motions?include=total").await.expect(200).body["total"], 0);
        app.settle_journal().await;
        let events = app.admin().await.get(&format!("/v1/audit-events?type=access.denied&subject_id={draft}")).await.expect(200);
        assert!(!events.body["data"].as_array().unwrap().is_empty());
    }

    async fn a_motion_is_brought_for_ones_own_seat_or_by_the_clerk_for_any(app: App) {
        let (_, session, seats) = convened(&app, json!({}), &["Phoenix", "Chicago"]).await;
        let (phoenix, chicago) = (&seats[0], &seats[1]);
        let list = format!("/v1/assembly-sessions/{session}/motions");
        let body = json!({"title": "On  trade", "text": " Text. "});
        // Without a seat it is for the caller's own.
        let own = phoenix.holder.post(&list, body.clone()).await.expect(201);
        assert_eq!((&own.body["mover"]["seat_id"], &own.body["status"], &own.body["number"]), (&json!(phoenix.id), &json!("draft"), &Value::Null));
        assert_eq!(own.body["text"], "Text.");
        assert_eq!(actions(&phoenix.holder, &own.id()).await, ["move", "withdraw", "update", "delete"]);
        app.draft_motion(&session, &Seat { holder: phoenix.holder.clone(), ..chicago.clone() }, body.clone()).await.expect_problem(403, "not_entitled");
        // Staff of the city have no seat, nor has a leader who does not sit.
        app.as_city("Phoenix").await.post(&list, body.clone()).await.expect_problem(403, "not_entitled");
        // The clerk names one.
        let clerk = app.as_role(Role::Scheduler).await;
        assert_eq!(clerk.post(&list, body.clone()).await.expect_problem(422, "validation_failed").fault_pointers(), ["/seat_id"]);
        let mut named = body.clone();
        named["seat_id"] = json!(chicago.id);
        let by_clerk = clerk.post(&list, named.clone()).await.expect(201);
        named["seat_id"] = json!("sea_00000000000000000000000000");
        clerk.post(&list, named).await.expect_problem(422, "validation_failed");
        // Who drafts, changes, moves and withdraws is the mover's seat.
        let own = path(&own.id());
        chicago.holder.act(&format!("{own}/move"), "\"1\"").await.expect(404);
        phoenix.holder.act(&format!("{own}/move"), "\"1\"").await.expect(200);
        for (action, body) in [("withdraw", json!({}))] {
            let tag = chicago.holder.get(&own).await.expect(200).tag();
            chicago.holder.send(Method::POST, &format!("{own}/{action}"), &[("If-Match", &tag)], Some(body)).await.expect_problem(403, "not_entitled");
        }
        assert_eq!(chicago.holder.act_now(&path(&by_clerk.id()), "move").await.expect(200).body["mover"]["organization_name"], "Chicago");

        // A session that was not called is nobody's; one that is over takes none.
        let later = app.draft_session(shown(&app, &by_clerk.id()).await.body["assembly_id"].as_str().unwrap(), json!({})).await;
        phoenix.holder.post(&format!("/v1/assembly-sessions/{later}/motions"), body.clone()).await.expect(404);
        app.adjourn_session(&session, "no_quorum").await.expect(200);
        let refused = phoenix.holder.post(&list, body).await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(refused.body["state"], "adjourned");
    }

    async fn a_draft_is_changed_and_deleted_and_a_motion_is_not(app: App) {
        let (_, session, seats) = convened(&app, json!({}), &["Phoenix", "Chicago"]).await;
        let mayor = &seats[0].holder;
        let draft = app.motion(&session, &seats[0]).await;
        let record = path(&draft);
        let tag = mayor.get(&record).await.expect(200).tag();
        let changed = mayor.patch(&record, &tag, json!({"title": "On ports", "text": "Ports."})).await.expect(200);
        assert_eq!((&changed.body["title"], &changed.body["text"], &changed.body["text_version"]), (&json!("On ports"), &json!("Ports."), &json!(1)));
        mayor.patch(&record, &tag, json!({"title": "On rails"})).await.expect(412);
        mayor.send(Method::PATCH, &record, &[], Some(json!({"title": "On rails"}))).await.expect(428);
        let refused = mayor.patch(&record, &changed.tag(), json!({"agenda_item_id": "agi_00000000000000000000000000", "base_text_version": 1})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/agenda_item_id", "/base_text_version"]);
        assert_eq!(mayor.get("/v1/motions?q=ports").await.expect(200).ids().len(), 1);
        assert_eq!(mayor.get(&format!("{record}/texts")).await.expect(200).body["data"], json!([]));
        mayor.delete(&record, &changed.tag()).await.expect(204);
        mayor.get(&record).await.expect(404);

        let moved = app.motion_on_floor(&session, &seats[0], &seats[1]).await;
        let refused = revise(mayor, &moved, json!({"text": "Other."})).await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(refused.body["allowed_actions"], json!(["withdraw"]));
        let tag = shown(&app, &moved).await.tag();
        mayor.delete(&path(&moved), &tag).await.expect_problem(409, "not_allowed_in_state");
        // What was withdrawn before it was moved has no number, and stays.
        let given_up = app.motion(&session, &seats[0]).await;
        mayor.act_now(&path(&given_up), "withdraw").await.expect(200);
        seats[1].holder.get(&path(&given_up)).await.expect(404);
        let next = app.motion(&session, &seats[0]).await;
        assert_eq!(mayor.act_now(&path(&next), "move").await.expect(200).body["number"], 2);
    }

    async fn another_jurisdiction_seconds_once_until_there_are_enough(app: App) {
        let (_, session, seats) = convened(&app, json!({"seconds_needed": 2}), &["Phoenix", "Chicago", "Houston"]).await;
        let motion = app.motion(&session, &seats[0]).await;
        let record = path(&motion);
        seats[0].holder.act_now(&record, "move").await.expect(200);
        let own = seats[0].holder.act_now(&record, "second").await.expect_problem(422, "validation_failed");
        assert_eq!(own.fault_pointers(), ["/seat_id"]);
        assert_eq!(own.fault_codes(), ["not_permitted"]);
        assert!(actions(&seats[1].holder, &motion).await.contains(&"second".to_owned()));
        assert!(!actions(&seats[0].holder, &motion).await.contains(&"second".to_owned()));
        let first = seats[1].holder.act_now(&record, "second").await.expect(200);
        assert_eq!((&first.body["status"], first.body["seconds"].as_array().unwrap().len()), (&json!("moved"), 1));
        assert!(!actions(&seats[1].holder, &motion).await.contains(&"second".to_owned()));
        // Again: nothing changes.
        let again = seats[1].holder.act_now(&record, "second").await.expect(200);
        assert_eq!((&again.body["status"], &again.body["version"]), (&json!("moved"), &first.body["version"]));
        app.as_city("Phoenix").await.act_now(&record, "second").await.expect_problem(403, "not_entitled");
        let second = seats[2].holder.act_now(&record, "second").await.expect(200);
        assert_eq!((&second.body["status"], &second.body["seconds"][1]["organization_name"]), (&json!("seconded"), &json!("Houston")));
        let steps = history(&app, &motion).await;
        let told: Vec<(&str, &str, &str)> = steps.iter()
            .map(|step| (step["action"].as_str().unwrap(), step["from"].as_str().unwrap(), step["to"].as_str().unwrap()))
            .collect();
        assert_eq!(told, [("move", "draft", "moved"), ("second", "moved", "moved"), ("second", "moved", "seconded")]);
        assert_eq!((&steps[2]["session_id"], &steps[2]["actor"]["kind"]), (&json!(session), &json!("user")));

        // Where none are needed, it is before the assembly at once.
        let (_, session, seats) = convened(&app, json!({"seconds_needed": 0}), &["Phoenix"]).await;
        let motion = app.motion(&session, &seats[0]).await;
        assert_eq!(seats[0].holder.act_now(&path(&motion), "move").await.expect(200).body["status"], "seconded");
    }

    async fn each_assembly_has_its_own_table_of_steps(app: App) {
        let direct = json!({"seconds_needed": 0, "workflow": [
            {"from": "draft", "action": "move", "to": "moved"},
            {"from": "moved", "action": "put", "to": "in_vote"},
            {"from": "in_vote", "action": "carry", "to": "carried"},
            {"from": "in_vote", "action": "fail", "to": "failed"},
            {"from": "in_vote", "action": "release", "to": "moved"},
        ]});
        let clerk = app.as_role(Role::Scheduler).await;
        let (_, session, seats) = convened(&app, direct, &["Phoenix", "Chicago"]).await;
        let motion = app.motion(&session, &seats[0]).await;
        let moved = seats[0].holder.act_now(&path(&motion), "move").await.expect(200);
        assert_eq!(moved.body["status"], "moved");
        let refused = seats[1].holder.act_now(&path(&motion), "second").await.expect_problem(409, "not_allowed_in_state");
        assert_eq!((&refused.body["state"], &refused.body["allowed_actions"]), (&json!("moved"), &json!([])));
        for action in ["withdraw", "table", "take-up"] {
            let refused = clerk.act_now(&path(&motion), action).await.expect_problem(409, "not_allowed_in_state");
            assert_eq!(refused.body["allowed_actions"], json!(["put"]));
        }
        app.motion_vote(&motion, "put").await.unwrap();
        app.motion_vote(&motion, "release").await.unwrap();
        assert_eq!(status(&app, &motion).await, "moved");
        app.decide_motion(&motion, "carry").await;
        assert_eq!(status(&app, &motion).await, "carried");

        // The usual one puts what was seconded, and tables it.
        let (_, session, seats) = convened(&app, json!({}), &["Phoenix", "Chicago"]).await;
        let motion = app.motion(&session, &seats[0]).await;
        app.motion_vote(&motion, "put").await.unwrap_err();
        seats[0].holder.act_now(&path(&motion), "move").await.expect(200);
        let refused = app.motion_vote(&motion, "put").await.unwrap_err();
        assert_eq!(refused.code(), chancery::kernel::http::Code::NotAllowedInState);
        seats[1].holder.act_now(&path(&motion), "second").await.expect(200);
        for member in [&seats[0].holder, &seats[1].holder] {
            member.act_now(&path(&motion), "table").await.expect(403);
        }
        assert_eq!(clerk.act_now(&path(&motion), "table").await.expect(200).body["status"], "tabled");
        app.motion_vote(&motion, "put").await.unwrap_err();
        assert_eq!(clerk.act_now(&path(&motion), "take-up").await.expect(200).body["status"], "seconded");
        app.decide_motion(&motion, "fail").await;
        assert_eq!(status(&app, &motion).await, "failed");
        app.motion_vote(&motion, "carry").await.unwrap_err();
        let polls: Vec<bool> = history(&app, &motion).await.iter().map(|step| step["poll_id"].is_null()).collect();
        assert_eq!(polls, [true, true, true, true, false, false]);
    }

    async fn what_a_session_leaves_is_taken_up_in_a_later_one(app: App) {
        let (assembly, first, seats) = convened(&app, json!({}), &["Phoenix", "Chicago"]).await;
        let clerk = app.as_role(Role::Scheduler).await;
        let motion = app.motion_on_floor(&first, &seats[0], &seats[1]).await;
        let amendment = app.amendment(&motion, &seats[1], "May", "June").await;
        app.bring_motion(&amendment, &seats[1], &seats[0]).await;
        let referred = app.act_with(&clerk, &path(&motion), "refer", json!({"to": "Committee on trade", "reason": "Costs."})).await.expect(200);
        assert_eq!((&referred.body["status"], &referred.body["referred_to"]), (&json!("referred"), &json!("Committee on trade")));
        let left = app.motion_on_floor(&first, &seats[0], &seats[1]).await;
        app.adjourn_session(&first, "no_quorum").await.expect(200);
        // The mover cannot touch what a session that is over has left; the clerk tables it.
        seats[0].holder.act_now(&path(&left), "withdraw").await.expect_problem(409, "not_allowed_in_state");
        clerk.act_now(&path(&left), "table").await.expect(200);
        clerk.act_now(&path(&left), "take-up").await.expect_problem(409, "not_allowed_in_state");

        let (_, elsewhere, _) = convened(&app, json!({}), &["Houston"]).await;
        let second = app.open_session(&assembly, json!({})).await;
        let report = |session: &str| json!({"note": "It recommends it.", "session_id": session});
        app.act_with(&clerk, &path(&motion), "report-back", report(&elsewhere)).await.expect_problem(422, "validation_failed");
        let back = app.act_with(&clerk, &path(&motion), "report-back", report(&second)).await.expect(200);
        assert_eq!((&back.body["status"], &back.body["session_id"], &back.body["referred_to"]), (&json!("seconded"), &json!(second), &Value::Null));
        assert_eq!(shown(&app, &amendment).await.body["session_id"], json!(second));
        let sessions: Vec<Value> = history(&app, &motion).await.iter().map(|step| step["session_id"].clone()).collect();
        assert_eq!(sessions, [json!(first), json!(first), json!(first), json!(second)]);
        assert_eq!(history(&app, &motion).await[2]["note"], "Committee on trade: Costs.");
        // Both sessions list it.
        for session in [&first, &second] {
            let listed = seats[1].holder.get(&format!("/v1/assembly-sessions/{session}/motions")).await.expect(200);
            assert!(listed.ids().contains(&motion));
        }
        let taken = app.act_with(&clerk, &path(&left), "take-up", json!({"session_id": second})).await.expect(200);
        assert_eq!(taken.body["session_id"], json!(second));
        app.decide_motion(&left, "carry").await;
    }

    async fn an_amendment_changes_the_text_when_it_carries_and_not_when_it_fails(app: App) {
        let (_, session, seats) = convened(&app, json!({}), &["Phoenix", "Chicago"]).await;
        let (phoenix, chicago) = (&seats[0], &seats[1]);
        let motion = app.motion_on_floor(&session, phoenix, chicago).await;
        let lost = app.amendment(&motion, chicago, "May", "June").await;
        let won = app.amendment(&motion, chicago, "The clerk reports", "The clerk and the mayor report").await;
        for amendment in [&lost, &won] {
            app.bring_motion(amendment, chicago, phoenix).await;
        }
        // What it would change, word by word.
        let diff = phoenix.holder.get(&format!("{}/diff", path(&won))).await.expect(200);
        assert_eq!((&diff.body["from"]["motion_id"], &diff.body["to"]["motion_id"]), (&json!(motion), &json!(won)));
        let said = |kind: &str| -> String {
            let hunks = diff.body["hunks"].as_array().unwrap();
            hunks.iter().filter(|hunk| hunk["kind"] == kind).map(|hunk| hunk["text"].as_str().unwrap()).collect::<Vec<_>>().join("|")
        };
        assert_eq!((said("insert").as_str(), said("delete").as_str()), ("and the mayor report", "reports"));
        assert!(diff.body["unified"].as_str().unwrap().contains("\n-The clerk reports to it.\n"), "{}", diff.body["unified"]);

        // Amendments first, one at a time, and nothing is done with the motion meanwhile.
        let refused = app.motion_vote(&motion, "put").await.unwrap_err().document(None);
        assert_eq!(refused["amendments"].as_array().unwrap().len(), 2);
        app.motion_vote(&lost, "put").await.unwrap();
        let refused = app.motion_vote(&won, "put").await.unwrap_err().document(None);
        assert_eq!((&refused["code"], &refused["amendments"][0]["id"]), (&json!("conflict"), &json!(lost)));
        let refused = phoenix.holder.act_now(&path(&motion), "withdraw").await.expect_problem(409, "conflict");
        assert_eq!(refused.body["amendments"][0]["id"], json!(lost));
        app.motion_vote(&lost, "fail").await.unwrap();
        let before = shown(&app, &motion).await;
        assert_eq!((&before.body["text_version"], before.body["text"].as_str().unwrap().contains("May")), (&json!(1), true));
        app.decide_motion(&won, "carry").await;
        let after = shown(&app, &motion).await;
        assert_eq!(after.body["text"], "The assembly sends a trade mission in May.\n\nThe clerk and the mayor report to it.");
        assert_eq!((&after.body["text_version"], &after.body["status"]), (&json!(2), &json!("seconded")));
        let texts = phoenix.holder.get(&format!("{}/texts", path(&motion))).await.expect(200);
        assert_eq!((&texts.body["data"][0]["amendment_id"], &texts.body["data"][1]["amendment_id"]), (&Value::Null, &json!(won)));
        let diff = phoenix.holder.get(&format!("{}/diff?from=1&to=2", path(&motion))).await.expect(200);
        assert!(diff.body["unified"].as_str().unwrap().starts_with("--- version 1\n+++ version 2\n"));
        phoenix.holder.get(&format!("{}/diff?from=3", path(&motion))).await.expect(404);
        assert_eq!(history(&app, &motion).await.last().unwrap()["action"], "amend");
        // Then the motion itself; an amendment of what is decided comes too late.
        app.decide_motion(&motion, "carry").await;
        let late = json!({"title": "Late", "text": "Late.", "amends_id": motion});
        app.draft_motion(&session, chicago, late).await.expect_problem(409, "not_allowed_in_state");
    }

    async fn an_amendment_that_no_longer_fits_is_written_anew(app: App) {
        let (_, session, seats) = convened(&app, json!({}), &["Phoenix", "Chicago"]).await;
        let (phoenix, chicago) = (&seats[0], &seats[1]);
        let motion = app.motion_on_floor(&session, phoenix, chicago).await;
        let first = app.amendment(&motion, chicago, "in May", "in June").await;
        let second = app.amendment(&motion, phoenix, "in May", "in July").await;
        app.bring_motion(&first, chicago, phoenix).await;
        app.bring_motion(&second, phoenix, chicago).await;
        app.decide_motion(&first, "carry").await;
        let refused = app.motion_vote(&second, "put").await.unwrap_err().document(None);
        assert_eq!((&refused["code"], &refused["text_version"]), (&json!("amendment_conflict"), &json!(2)));
        assert_eq!(refused["conflicts"], json!([{"paragraph": 1, "base": "May.\n\n", "current": "June.\n\n", "amendment": "July.\n\n"}]));
        assert_eq!(status(&app, &second).await, "seconded");

        let text = shown(&app, &motion).await.body["text"].as_str().unwrap().replace("June", "July");
        chicago.holder.patch(&path(&second), &shown(&app, &second).await.tag(), json!({"text": text, "base_text_version": 2})).await.expect_problem(403, "not_entitled");
        let refused = revise(&phoenix.holder, &second, json!({"title": "Other", "base_text_version": 1})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/title", "/text", "/base_text_version"]);
        let anew = revise(&phoenix.holder, &second, json!({"text": text, "base_text_version": 2})).await.expect(200);
        assert_eq!((&anew.body["text_version"], &anew.body["amends"]["base_text_version"]), (&json!(2), &json!(2)));
        app.motion_vote(&second, "put").await.unwrap();
        revise(&phoenix.holder, &second, json!({"text": text, "base_text_version": 2})).await.expect_problem(409, "not_allowed_in_state");
        app.motion_vote(&second, "carry").await.unwrap();
        assert_eq!(shown(&app, &motion).await.body["text"], json!(text));
        assert_eq!(phoenix.holder.get(&format!("{}/texts?include=total", path(&motion))).await.expect(200).body["total"], 3);

        // An amendment can be amended, and no more.
        let third = app.amendment(&motion, chicago, "July", "August").await;
        app.bring_motion(&third, chicago, phoenix).await;
        let fourth = app.amendment(&third, phoenix, "August", "September").await;
        app.bring_motion(&fourth, phoenix, chicago).await;
        let fifth = json!({"title": "Deeper", "text": "Deeper.", "amends_id": fourth});
        app.draft_motion(&session, chicago, fifth).await.expect_problem(422, "validation_failed");
        app.motion_vote(&third, "put").await.unwrap_err();
        app.decide_motion(&fourth, "carry").await;
        app.decide_motion(&third, "carry").await;
        assert!(shown(&app, &motion).await.body["text"].as_str().unwrap().contains("in September"));
    }

    async fn a_motion_that_is_forwarded_keeps_where_it_came_from(app: App) {
        let (_, session, seats) = convened(&app, json!({"name": "Mayors"}), &["Phoenix", "Chicago"]).await;
        let clerk = app.as_role(Role::Scheduler).await;
        let motion = app.motion_on_floor(&session, &seats[0], &seats[1]).await;
        let (governors, there, members) = convened(&app, json!({"name": "Governors"}), &["Houston", "Chicago"]).await;
        let to = json!({"assembly_id": governors});
        app.act_with(&clerk, &path(&motion), "forward", to.clone()).await.expect_problem(409, "not_allowed_in_state");
        app.decide_motion(&motion, "carry").await;
        app.act_with(&seats[0].holder, &path(&motion), "forward", to.clone()).await.expect(403);
        let copy = app.act_with(&clerk, &path(&motion), "forward", to.clone()).await.expect(201);
        assert_eq!((&copy.body["status"], &copy.body["mover"], &copy.body["session_id"]), (&json!("draft"), &Value::Null, &json!(there)));
        assert_eq!((&copy.body["origin"]["motion_id"], &copy.body["origin"]["assembly_name"]), (&json!(motion), &json!("Mayors")));
        app.act_with(&clerk, &path(&motion), "forward", to).await.expect_problem(409, "conflict");
        let step = history(&app, &motion).await.pop().unwrap();
        assert_eq!((&step["action"], &step["session_id"], &step["note"]), (&json!("forward"), &Value::Null, &json!("Governors")));

        // Nobody there knows of the draft; then those who sit here too see all of where it came from.
        let copy = copy.id();
        members[0].holder.get(&path(&copy)).await.expect(404);
        clerk.act_now(&path(&copy), "move").await.expect(200);
        assert_eq!(status(&app, &copy).await, "moved");
        members[0].holder.act_now(&path(&copy), "second").await.expect(200);
        let stranger = members[0].holder.get(&path(&copy)).await.expect(200);
        let origin = json!({"motion_id": null, "assembly_id": null, "assembly_name": null, "number": 1, "title": "On trade missions"});
        assert_eq!((&stranger.body["origin"], &stranger.body["origin_chain"]), (&origin, &json!([origin])));
        let both = members[1].holder.get(&path(&copy)).await.expect(200);
        assert_eq!(both.body["origin"]["motion_id"], json!(motion));

        // And on: the chain is kept.
        app.decide_motion(&copy, "carry").await;
        let (third, _, tribes) = convened(&app, json!({"name": "Tribes"}), &["Dallas"]).await;
        let last = app.act_with(&clerk, &path(&copy), "forward", json!({"assembly_id": third})).await.expect(201);
        let chain: Vec<&str> = last.body["origin_chain"].as_array().unwrap().iter().map(|origin| origin["assembly_name"].as_str().unwrap()).collect();
        assert_eq!(chain, ["Governors", "Mayors"]);
        let body = json!({"seat_id": tribes[0].id});
        let moved = app.act_with(&clerk, &path(&last.id()), "move", body).await.expect(200);
        assert_eq!(moved.body["mover"]["seat_id"], json!(tribes[0].id));
    }
}
