//! Agendas: the tree, its order, what is frozen and what is amended, and what a clone takes along.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chancery::assemblies::agenda::queries::list;
use chancery::assemblies::sessions::model::Session;
use chancery::kernel::access::Role;
use chancery::kernel::db::Aggregate;
use chancery::kernel::id::AgendaItemId;
use chancery::schema::{agenda_items, users};
use diesel::connection::{Connection, InstrumentationEvent};
use diesel::prelude::*;
use reqwest::Method;
use serde_json::{Value, json};

use crate::application_statements::scope;
use crate::both_backends;
use crate::support::{Answer, App};

fn record(id: &str) -> String {
    format!("/v1/assembly-sessions/{id}")
}

fn item(id: &str) -> String {
    format!("/v1/agenda-items/{id}")
}

/// Sends an order as the office, against this version of the session.
async fn reorder(app: &App, session: &str, tag: &str, body: Value) -> Answer {
    let path = format!("{}/agenda-order", record(session));
    let admin = app.admin().await;
    admin
        .send(Method::PUT, &path, &[("If-Match", tag)], Some(body))
        .await
}

fn node(id: &str, children: Value) -> Value {
    json!({"id": id, "children": children})
}

both_backends! {
    async fn items_are_numbered_by_their_place_and_the_time_allotted_is_summed(app: App) {
        let assembly = app.assembly(json!({})).await;
        let id = app.draft_session(&assembly, json!({})).await;
        let first = app.agenda_item(&id, json!({"title": "A", "minutes": 10})).await;
        let second = app.agenda_item(&id, json!({"title": "B"})).await;
        let under = app.agenda_item(&id, json!({"title": "A2", "parent_id": first, "minutes": 20})).await;
        app.agenda_item(&id, json!({"title": "A1", "parent_id": first, "position": 1, "minutes": 5})).await;
        app.agenda_item(&id, json!({"title": "Zero", "position": 1})).await;
        assert_eq!(app.outline(&id).await, ["1 Zero", "2 A", "2.1 A1", "2.2 A2", "3 B"]);
        let admin = app.admin().await;
        let shown = admin.get(&item(&first)).await.expect(200);
        assert_eq!((&shown.body["minutes"], &shown.body["minutes_total"], &shown.body["depth"]), (&json!(10), &json!(35), &json!(1)));
        let session = app.session(&id).await;
        assert_eq!((&session.body["agenda_items"], &session.body["minutes_allotted"]), (&json!(5), &json!(35)));

        // Five deep and no deeper; every fault at once.
        let mut deep = under.clone();
        for _ in 3..=5 {
            deep = app.agenda_item(&id, json!({"title": "Deeper", "parent_id": deep})).await;
        }
        let path = format!("{}/agenda-items", record(&id));
        let refused = admin.post(&path, json!({"title": "Too deep", "parent_id": deep, "position": 2})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/parent_id", "/position"]);
        let elsewhere = app.agenda_item(&app.draft_session(&assembly, json!({})).await, json!({})).await;
        let refused = admin.post(&path, json!({"title": "X", "parent_id": elsewhere})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["unknown"]);

        // What is deleted goes with everything under it, and the others close the gap.
        let tag = admin.get(&item(&first)).await.expect(200).tag();
        admin.delete(&item(&first), &tag).await.expect(204);
        assert_eq!(app.outline(&id).await, ["1 Zero", "2 B"]);
        admin.get(&item(&deep)).await.expect(404);
        let tag = admin.get(&item(&second)).await.expect(200).tag();
        let changed = admin.patch(&item(&second), &tag, json!({"title": "Bee", "minutes": 30})).await.expect(200);
        assert_eq!((&changed.body["title"], &changed.body["minutes"], &changed.body["version"]), (&json!("Bee"), &json!(30), &json!(2)));
        admin.patch(&item(&second), &tag, json!({"title": "Bea"})).await.expect_problem(412, "precondition_failed");
        let strike = app.act_with(&admin, &item(&second), "strike", json!({"reason": "x"})).await;
        strike.expect_problem(409, "not_allowed_in_state");
    }

    async fn an_order_names_every_item_once_or_changes_nothing(app: App) {
        let assembly = app.assembly(json!({})).await;
        let id = app.draft_session(&assembly, json!({})).await;
        let mut ids = Vec::new();
        for title in ["A", "B", "C", "D"] {
            ids.push(app.agenda_item(&id, json!({"title": title})).await);
        }
        let [a, b, c, d] = ids.as_slice() else { unreachable!() };
        let before = app.outline(&id).await;
        let tag = app.session(&id).await.tag();
        let none = json!([]);
        for (order, codes) in [
            // One is left out.
            (json!([node(a, none.clone()), node(b, none.clone()), node(c, none.clone())]), vec!["left_out"]),
            // One stands under itself.
            (json!([node(a, json!([node(b, json!([node(a, none.clone())]))])), node(c, none.clone()), node(d, none.clone())]), vec!["repeated"]),
            // Two in each other's place, and one nobody knows.
            (json!([node(a, none.clone()), node(a, none.clone()), node("agi_01jz8k2m4n6p8q0r2s4t6v8w0x", none.clone())]), vec!["repeated", "unknown", "left_out", "left_out", "left_out"]),
        ] {
            let refused = reorder(&app, &id, &tag, json!({"items": order})).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.fault_codes(), codes);
            assert_eq!(app.outline(&id).await, before);
        }
        let fine = json!({"items": [node(d, json!([node(a, none.clone()), node(c, none.clone())])), node(b, none.clone())]});
        let admin = app.admin().await;
        let path = format!("{}/agenda-order", record(&id));
        admin.send(Method::PUT, &path, &[], Some(fine.clone())).await.expect(428);
        let ordered = reorder(&app, &id, &tag, fine.clone()).await.expect(200);
        assert_eq!(ordered.body["data"][1]["number"], "1.1");
        assert_eq!(app.outline(&id).await, ["1 D", "1.1 A", "1.2 C", "2 B"]);
        reorder(&app, &id, &tag, fine).await.expect_problem(412, "precondition_failed");
    }

    async fn of_two_who_reorder_at_once_one_wins_and_one_reads_again(app: App) {
        let assembly = app.assembly(json!({})).await;
        let id = app.draft_session(&assembly, json!({})).await;
        let mut ids = Vec::new();
        for number in 0..12 {
            ids.push(app.agenda_item(&id, json!({"title": format!("Item {number}")})).await);
        }
        let order = |ids: &[String]| json!({"items": ids.iter().map(|id| node(id, json!([]))).collect::<Vec<_>>()});
        for _ in 0..3 {
            let tag = app.session(&id).await.tag();
            let (mut left, mut right) = (ids.clone(), ids.clone());
            left.rotate_left(3);
            right.reverse();
            let (one, two) = tokio::join!(reorder(&app, &id, &tag, order(&left)), reorder(&app, &id, &tag, order(&right)));
            let mut statuses = [one.status, two.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 412]);
            let listed = app.admin().await.get(&format!("{}/agenda-items", record(&id))).await.expect(200).ids();
            assert_eq!(listed, if one.status == 200 { left } else { right });
        }
    }

    async fn a_published_agenda_is_frozen_and_what_is_changed_is_an_amendment_that_everyone_sees(app: App) {
        let assembly = app.assembly(json!({})).await;
        let phoenix = app.city("Phoenix").await;
        let member = app.seat(&assembly, &phoenix).await.holder;
        let id = app.called_session(&assembly, json!({})).await;
        let first = app.agenda_item(&id, json!({"title": "A", "minutes": 10})).await;
        let under = app.agenda_item(&id, json!({"title": "A1", "parent_id": first})).await;
        let second = app.agenda_item(&id, json!({"title": "B"})).await;

        // Members know of the session, and not yet what it is about.
        let items = format!("{}/agenda-items", record(&id));
        let amendments = format!("{}/agenda-amendments", record(&id));
        assert_eq!(member.get(&items).await.expect(200).body["data"], json!([]));
        member.get(&item(&first)).await.expect(404);
        assert!(member.get(&record(&id)).await.expect(200).body["agenda_items"].is_null());
        app.publish_agenda_of(&id).await;
        assert_eq!(member.get(&items).await.expect(200).ids(), [first.clone(), under.clone(), second.clone()]);
        assert_eq!(member.get(&amendments).await.expect(200).body["data"], json!([]));

        // Nothing without a reason.
        let admin = app.admin().await;
        let tag = admin.get(&item(&first)).await.expect(200).tag();
        let refused = admin.patch(&item(&first), &tag, json!({"minutes": 20})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/reason"]);
        admin.post(&items, json!({"title": "C"})).await.expect_problem(422, "validation_failed");
        let session_tag = app.session(&id).await.tag();
        let order = json!([node(&second, json!([])), node(&first, json!([node(&under, json!([]))]))]);
        reorder(&app, &id, &session_tag, json!({"items": order})).await.expect_problem(422, "validation_failed");
        admin.delete(&item(&second), "\"1\"").await.expect_problem(409, "not_allowed_in_state");

        admin.patch(&item(&first), &tag, json!({"minutes": 20, "reason": "A second report."})).await.expect(200);
        app.agenda_item(&id, json!({"title": "C", "reason": "A letter came."})).await;
        let added = app.outline(&id).await;
        assert_eq!(added, ["1 A", "1.1 A1", "2 B", "3 C"]);
        app.act_with(&admin, &item(&first), "strike", json!({"reason": "The speaker is ill."})).await.expect(200);
        admin.patch(&item(&under), "\"2\"", json!({"minutes": 5, "reason": "x"})).await.expect_problem(409, "not_allowed_in_state");

        // What was struck stays where it was, and nothing is put under it.
        let seen = member.get(&items).await.expect(200);
        let struck: Vec<(&Value, &Value)> = seen.body["data"].as_array().unwrap().iter().map(|one| (&one["number"], &one["is_struck"])).collect();
        assert_eq!(struck, [(&json!("1"), &json!(true)), (&json!("1.1"), &json!(true)), (&json!("2"), &json!(false)), (&json!("3"), &json!(false))]);
        let refused = admin.post(&items, json!({"title": "X", "parent_id": first, "reason": "x"})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["struck"]);
        assert_eq!(app.session(&id).await.body["agenda_items"], 2);

        let told = member.get(&amendments).await.expect(200);
        let kept: Vec<(&str, &str)> = told.body["data"].as_array().unwrap().iter()
            .map(|one| (one["change"].as_str().unwrap(), one["reason"].as_str().unwrap()))
            .collect();
        assert_eq!(kept, [
            ("changed", "A second report."), ("added", "A letter came."),
            ("struck", "The speaker is ill."), ("struck", "The speaker is ill."),
        ]);
        let changed = &told.body["data"][0];
        assert_eq!((&changed["before"]["minutes"], &changed["after"]["minutes"]), (&json!(10), &json!(20)));
        assert_eq!((&changed["amended_by"], &changed["ordinal"]), (&json!("Admin"), &json!(1)));

        // A session that is open is amended as before; once it is over nothing changes.
        app.act_on_session(&id, "open", Value::Null).await.expect(200);
        let third = member.get(&items).await.expect(200).ids()[3].clone();
        let session_tag = app.session(&id).await.tag();
        let order = json!([node(&third, json!([])), node(&second, json!([])), node(&first, json!([node(&under, json!([]))]))]);
        reorder(&app, &id, &session_tag, json!({"items": order, "reason": "The guest leaves early."})).await.expect(200);
        let told = member.get(&amendments).await.expect(200);
        assert_eq!(told.body["data"][4]["after"][0]["title"], "C");
        app.adjourn_session(&id, "other").await.expect(200);
        admin.post(&items, json!({"title": "D", "reason": "x"})).await.expect_problem(409, "not_allowed_in_state");
        let tag = admin.get(&item(&second)).await.expect(200).tag();
        admin.patch(&item(&second), &tag, json!({"title": "E", "reason": "x"})).await.expect_problem(409, "not_allowed_in_state");
        app.act_with(&admin, &item(&second), "strike", json!({"reason": "x"})).await.expect_problem(409, "not_allowed_in_state");
        let session_tag = app.session(&id).await.tag();
        reorder(&app, &id, &session_tag, json!({"items": order, "reason": "x"})).await.expect_problem(409, "not_allowed_in_state");
    }

    async fn a_clone_has_the_structure_of_a_session_and_none_of_its_results(app: App) {
        let assembly = app.assembly(json!({})).await;
        let id = app.draft_session(&assembly, json!({"format": "hybrid", "venue": "Room 1", "title": "Winter session"})).await;
        let first = app.agenda_item(&id, json!({"title": "A", "minutes": 10, "description": "About A"})).await;
        app.agenda_item(&id, json!({"title": "A1", "parent_id": first, "minutes": 15})).await;
        let gone = app.agenda_item(&id, json!({"title": "B"})).await;
        app.agenda_item(&id, json!({"title": "C"})).await;
        let admin = app.admin().await;
        let body = json!({"name": "Jo Field", "affiliation": "Department of State", "kind": "federal"});
        admin.post(&format!("{}/participants", record(&id)), body).await.expect(201);
        admin.send_raw(Method::POST, &format!("{}/documents?filename=a.txt", item(&first)), &[("Content-Type", "text/plain")], b"About A.\n".to_vec()).await.expect(201);
        app.act_on_session(&id, "call", Value::Null).await.expect(200);
        app.publish_agenda_of(&id).await;
        app.act_with(&admin, &item(&gone), "strike", json!({"reason": "Postponed."})).await.expect(200);
        app.act_on_session(&id, "open", Value::Null).await.expect(200);
        app.adjourn_session(&id, "other").await.expect(200);

        let body = json!({"starts_at": app.in_minutes(2000), "ends_at": app.in_minutes(2100)});
        let made = admin.post(&format!("{}/clone", record(&id)), body).await.expect(201);
        let clone = made.id();
        for (member, value) in [
            ("cloned_from_id", json!(id)), ("number", json!(2)), ("status", json!("draft")), ("title", json!("Winter session")),
            ("format", json!("hybrid")), ("venue", json!("Room 1")), ("presiding", json!("Ana Ruiz")), ("meeting_url", Value::Null),
            ("participants", json!(0)), ("agenda_items", json!(3)), ("minutes_allotted", json!(25)), ("adjournment", Value::Null),
            ("called_at", Value::Null), ("opened_at", Value::Null), ("legal_review", json!("not_needed")),
        ] {
            assert_eq!(made.body[member], value, "{member}");
        }
        assert_eq!(app.outline(&clone).await, ["1 A", "1.1 A1", "2 C"]);
        let items = admin.get(&format!("{}/agenda-items", record(&clone))).await.expect(200);
        let copied = &items.body["data"][0];
        assert_eq!((&copied["description"], &copied["minutes"], &copied["documents"]), (&json!("About A"), &json!(10), &json!(0)));
        assert_ne!(copied["id"], json!(first));
        for part in ["participants", "agenda-amendments"] {
            assert_eq!(admin.get(&format!("{}/{part}", record(&clone))).await.expect(200).body["data"], json!([]), "{part}");
        }
        assert_eq!(app.outline(&id).await.len(), 4);
    }

    async fn nobody_sees_the_sessions_and_agendas_of_an_assembly_without_a_seat(app: App) {
        let assembly = app.assembly(json!({})).await;
        let phoenix = app.city("Phoenix").await;
        let member = app.seat(&assembly, &phoenix).await.holder;
        let stranger = app.leader("Chicago").await;
        let draft = app.draft_session(&assembly, json!({"title": "Draft"})).await;
        let hidden = app.agenda_item(&draft, json!({})).await;
        let id = app.published_session(&assembly, json!({})).await;
        let shown = app.admin().await.get(&format!("{}/agenda-items", record(&id))).await.expect(200).ids()[0].clone();

        for path in [record(&draft), format!("{}/agenda-items", record(&draft)), item(&hidden), format!("{}/speakers", item(&hidden)), format!("{}/documents", item(&hidden))] {
            member.get(&path).await.expect(404);
            stranger.get(&path).await.expect(404);
        }
        let parts = ["", "/agenda-items", "/agenda-amendments", "/participants"].map(|part| format!("{}{part}", record(&id)));
        let of_item = ["", "/speakers", "/documents"].map(|part| format!("{}{part}", item(&shown)));
        for path in parts.iter().chain(&of_item) {
            member.get(path).await.expect(200);
            stranger.get(path).await.expect(404);
        }
        assert_eq!(member.get("/v1/assembly-sessions?include=total").await.expect(200).body["total"], 1);
        assert_eq!(stranger.get("/v1/assembly-sessions?include=total").await.expect(200).body["total"], 0);
        assert_eq!(stranger.get("/v1/assembly-sessions?q=draft&include=total").await.expect(200).body["total"], 0);
        assert_eq!(member.get(&format!("/v1/assemblies/{assembly}/sessions?include=total")).await.expect(200).body["total"], 1);
        stranger.get(&format!("/v1/assemblies/{assembly}/sessions")).await.expect(404);
        // Members are not told what the office weighs.
        let seen = member.get(&record(&id)).await.expect(200);
        assert!(seen.body["legal_review"].is_null());
        assert_eq!(seen.body["allowed_actions"], json!([]));
        member.post(&format!("{}/agenda-items", record(&id)), json!({"title": "X"})).await.expect(403);
        member.post(&format!("/v1/assemblies/{assembly}/sessions"), app.session_draft(json!({}))).await.expect(403);
    }

    async fn an_agenda_of_300_items_takes_no_more_statements_than_one_of_10(app: App) {
        let assembly = app.assembly(json!({})).await;
        let id = app.published_session(&assembly, json!({})).await;
        let mut conn = app.database.connect();
        let session = Session::load(&mut conn, &id).unwrap().unwrap();
        let admin = users::table.filter(users::email.eq("admin@office.example.gov")).select(users::id).first(&mut conn).unwrap();
        let eyes = scope(&admin, &app.office, Role::Administrator);
        let first: chancery::assemblies::agenda::model::AgendaItem = agenda_items::table
            .filter(agenda_items::session_id.eq(&session.id))
            .select(chancery::assemblies::agenda::model::AgendaItem::as_select())
            .first(&mut conn).unwrap();
        let fill = |conn: &mut chancery::kernel::db::Connection, from: i64, until: i64| {
            let rows: Vec<_> = (from..=until).map(|position| chancery::assemblies::agenda::model::AgendaItem {
                id: AgendaItemId::fresh(), position, number: position.to_string(), ..first.clone()
            }).collect();
            chancery::insert_all!(&mut *conn, agenda_items::table, &rows).unwrap();
        };
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        });
        let mut taken = Vec::new();
        for (from, until) in [(2, 10), (11, 300)] {
            fill(&mut conn, from, until);
            count.store(0, Ordering::Relaxed);
            let listed = list(&mut conn, &eyes, &session, app.clock.now()).unwrap();
            assert_eq!(i64::try_from(listed.len()).unwrap(), until);
            taken.push(count.load(Ordering::Relaxed));
        }
        assert_eq!(taken, [3, 3]);
    }
}
