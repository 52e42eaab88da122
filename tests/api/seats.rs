//! Seats: one a jurisdiction; who asks for them, who holds them, who stands in, and for how long.

use chancery::assemblies::presence::model::{Presence, PresenceCapacity};
use chancery::assemblies::sessions::lifecycle::SessionStatus;
use chancery::kernel::access::Role;
use chancery::kernel::id::PresenceId;
use chancery::schema::session_presences;
use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, App};

/// Writes down that somebody is present for a seat.
fn set_present(app: &App, session: &str, seat: &str, user: &str, capacity: PresenceCapacity) {
    diesel::insert_into(session_presences::table)
        .values(Presence {
            id: PresenceId::fresh(),
            session_id: session.parse().unwrap(),
            seat_id: seat.parse().unwrap(),
            user_id: user.parse().unwrap(),
            capacity,
            starts_at: app.clock.now(),
            ends_at: None,
            started_by_kind: "user".to_owned(),
            started_by_id: None,
            ended_by_kind: None,
            ended_by_id: None,
        })
        .execute(&mut app.database.connect())
        .unwrap();
}

fn present(app: &App, session: &str) -> i64 {
    session_presences::table
        .filter(session_presences::session_id.eq(session))
        .filter(session_presences::ends_at.is_null())
        .count()
        .get_result(&mut app.database.connect())
        .unwrap()
}

/// The seat, once the worker has left it in this state.
async fn settled(app: &App, seat: &str, status: &str) -> Value {
    let admin = app.admin().await;
    for _ in 0..100 {
        let seen = admin.get(&format!("/v1/seats/{seat}")).await.expect(200);
        if seen.body["status"] == status {
            return seen.body;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the seat is not {status}");
}

async fn update_user(app: &App, user: &str, body: Value) {
    let admin = app.admin().await;
    let path = format!("/v1/users/{user}");
    let tag = admin.get(&path).await.expect(200).tag();
    admin.patch(&path, &tag, body).await.expect(200);
}

async fn nominate(app: &App, who: &Actor, assembly: &str, organization: &str) -> String {
    let leader = app.account(&app.leader_of(organization).await).await;
    let body =
        json!({"nominee_id": leader, "office": "Mayor", "statement": "We are on the border."});
    who.post(&format!("/v1/assemblies/{assembly}/seats"), body)
        .await
        .expect(201)
        .id()
}

both_backends! {
    async fn a_seat_is_filled_with_an_alternate_and_vacated_with_both(app: App) {
        let assembly = app.assembly(json!({})).await;
        let phoenix = app.city("Phoenix").await;
        let seat = app.seat(&assembly, &phoenix).await;
        let alternate = app.alternate(&seat).await;
        let seen = seat.holder.get(&seat.path()).await.expect(200);
        assert_eq!(seen.body["status"], "filled");
        assert_eq!(seen.body["holder"]["user_id"], json!(app.account(&seat.holder).await));
        assert_eq!(seen.body["alternate"]["user_id"], json!(app.account(&alternate).await));
        assert_eq!((&seen.body["organization_name"], &seen.body["region"]), (&json!("Phoenix"), &json!("AZ")));
        let roster = seat.holder.get(&format!("/v1/assemblies/{assembly}/seats")).await.expect(200);
        assert_eq!(roster.ids(), std::slice::from_ref(&seat.id));

        let vacated = app.act_on_seat(&seat.id, "vacate", json!({"end_reason": "left_office"})).await.expect(200);
        assert_eq!(vacated.body["status"], "vacant");
        assert_eq!((&vacated.body["holder"], &vacated.body["alternate"]), (&json!(null), &json!(null)));
        app.act_on_seat(&seat.id, "vacate", json!({"end_reason": "left_office"})).await.expect_problem(409, "not_allowed_in_state");
    }

    async fn a_nomination_is_its_jurisdictions_affair_and_the_offices(app: App) {
        let assembly = app.assembly_in_nominations(json!({})).await;
        let (phoenix, chicago) = (app.city("Phoenix").await, app.city("Chicago").await);
        let (staff, other) = (app.as_city("Phoenix").await, app.as_city("Chicago").await);
        let list = format!("/v1/assemblies/{assembly}/seats");
        // What is missing is said at once; what the office decides is not for a city to say.
        let refused = staff.post(&list, json!({"starts_on": app.day(10)})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/nominee_id", "/office", "/starts_on"]);
        let stranger = app.account(&app.leader_of(&chicago).await).await;
        let refused = staff.post(&list, json!({"nominee_id": stranger, "office": "Mayor"})).await.expect(422);
        assert_eq!(refused.fault_codes(), ["unknown_reference"]);
        let refused = staff.post(&list, json!({"organization_id": chicago, "nominee_id": stranger, "office": "Mayor"})).await.expect(422);
        assert_eq!(refused.fault_pointers(), ["/organization_id"]);
        let seat = nominate(&app, &staff, &assembly, &phoenix).await;
        let record = format!("/v1/seats/{seat}");
        assert_eq!(staff.get(&record).await.expect(200).body["nomination"]["statement"], "We are on the border.");

        // Not for another city, member or not, and not for other federal staff.
        app.seat(&assembly, &chicago).await;
        let partner = app.as_role(Role::ClearanceOfficer).await;
        for outsider in [&other, &app.leader_of(&chicago).await, &partner] {
            outsider.get(&record).await.expect(404);
            outsider.get(&format!("{record}/history")).await.expect(404);
            outsider.get(&format!("{record}/proxies")).await.expect(404);
            let seen = outsider.get(&list).await.expect(200);
            assert!(!seen.text.contains("border") && seen.ids().len() == 1);
        }
        for (action, body) in [("withdraw-nomination", None), ("name-alternate", Some(json!({"user_id": stranger, "office": "X"})))] {
            let answer = other.send(reqwest::Method::POST, &format!("{record}/{action}"), &[("If-Match", "\"1\"")], body).await;
            answer.expect(404);
        }
        other.patch(&record, "\"1\"", json!({"statement": "No."})).await.expect(404);
        other.act(&format!("{record}/fill"), "\"1\"").await.expect(403);

        // Once it is given, members see the seat, and not what was asked for.
        staff.patch(&record, "\"1\"", json!({"statement": "We border on Mexico."})).await.expect(200);
        app.act_on_seat(&seat, "fill", json!({})).await.expect(200);
        let seen = other.get(&record).await.expect(200);
        assert_eq!((&seen.body["status"], &seen.body["holder"]["office"]), (&json!("filled"), &json!("Mayor")));
        assert!(!seen.text.contains("Mexico") && seen.body["nomination"].is_null());
        assert!(staff.get(&record).await.expect(200).text.contains("Mexico"));
    }

    async fn a_nomination_is_declined_or_withdrawn_and_another_may_follow(app: App) {
        let assembly = app.assembly_in_nominations(json!({})).await;
        let phoenix = app.city("Phoenix").await;
        let staff = app.as_city("Phoenix").await;
        let list = format!("/v1/assemblies/{assembly}/seats");
        let first = nominate(&app, &staff, &assembly, &phoenix).await;
        let leader = app.account(&app.leader_of(&phoenix).await).await;
        let again = staff.post(&list, json!({"nominee_id": leader, "office": "Mayor"})).await.expect_problem(409, "already_seated");
        assert_eq!(again.header("location"), Some(format!("/v1/seats/{first}").as_str()));
        staff.act_now(&format!("/v1/seats/{first}"), "withdraw-nomination").await.expect(200);
        let second = nominate(&app, &staff, &assembly, &phoenix).await;
        let declined = app.act_on_seat(&second, "decline", json!({"reason": "Too late."})).await.expect(200);
        assert_eq!(declined.body["status"], "declined");
        assert_eq!(staff.get(&format!("/v1/seats/{second}")).await.expect(200).body["reason"], "Too late.");
        app.act_on_seat(&second, "fill", json!({})).await.expect_problem(409, "not_allowed_in_state");
        // Nominations end when the cohort is seated; the office adds seats until it is concluded.
        app.act_on_assembly(&assembly, "seat").await.expect(200);
        let member = app.seat(&assembly, &phoenix).await;
        let refused = member.holder.post(&list, json!({"nominee_id": leader, "office": "Mayor"})).await;
        refused.expect_problem(409, "not_allowed_in_state");
        app.act_on_assembly(&assembly, "conclude").await.expect(200);
        let chicago = app.city("Chicago").await;
        let body = json!({"organization_id": chicago});
        app.admin().await.post(&list, body).await.expect_problem(409, "not_allowed_in_state");
        app.act_on_seat(&member.id, "vacate", json!({"end_reason": "resigned"})).await.expect_problem(409, "not_allowed_in_state");
    }

    async fn fifty_clients_that_add_one_jurisdiction_get_one_seat(app: App) {
        let assembly = app.assembly(json!({})).await;
        let organization = app.jurisdiction("A", json!({})).await;
        let admin = app.admin().await;
        let path = format!("/v1/assemblies/{assembly}/seats");
        let answers = join_all((0..50).map(|_| {
            let (admin, path, body) = (admin.clone(), path.clone(), json!({"organization_id": organization}));
            async move { admin.post(&path, body).await }
        }))
        .await;
        let made: Vec<String> = answers.iter().filter(|one| one.status == 201).map(|one| one.id()).collect();
        assert_eq!(made.len(), 1);
        for refused in answers.into_iter().filter(|one| one.status != 201) {
            let refused = refused.expect_problem(409, "already_seated");
            assert_eq!(refused.header("location"), Some(format!("/v1/seats/{}", made[0]).as_str()));
        }
        assert_eq!(admin.get(&path).await.expect(200).ids(), made);
    }

    async fn a_seat_is_given_to_an_active_leader_of_the_jurisdiction_who_sits_nowhere_else(app: App) {
        let assembly = app.assembly(json!({})).await;
        let (a, b) = (app.jurisdiction("A", json!({})).await, app.jurisdiction("B", json!({})).await);
        let association = app.jurisdiction("C", json!({"kind": "association"})).await;
        let admin = app.admin().await;
        let list = format!("/v1/assemblies/{assembly}/seats");
        assert_eq!(admin.post(&list, json!({"organization_id": association})).await.expect(422).fault_codes(), ["not_permitted"]);
        assert_eq!(admin.post(&list, json!({})).await.expect(422).fault_codes(), ["required"]);
        let seat = app.vacant_seat(&assembly, &a).await;
        assert_eq!(app.act_on_seat(&seat, "fill", json!({})).await.expect(422).fault_pointers(), ["/user_id", "/office"]);
        let staff = app.person("staff-a@hosts.example.gov", Role::LocalStaff, &a).await;
        let elsewhere = app.leader_of(&b).await;
        let invited = admin.post("/v1/users", json!({
            "email": "invited@hosts.example.gov", "name": "I", "memberships": [{"organization_id": a, "role": "local_leader"}],
        })).await.expect(201).id();
        for user in [app.account(&staff).await, app.account(&elsewhere).await, invited, "usr_00000000000000000000000000".to_owned()] {
            let refused = app.act_on_seat(&seat, "fill", json!({"user_id": user, "office": "Mayor"})).await.expect(422);
            assert_eq!((refused.fault_pointers(), refused.fault_codes()), (vec!["/user_id".to_owned()], vec!["unknown_reference".to_owned()]));
        }
        // A leader of both sits for one of them.
        let both = app.leader_of(&a).await;
        let account = app.account(&both).await;
        update_user(&app, &account, json!({"memberships": [
            {"organization_id": a, "role": "local_leader"}, {"organization_id": b, "role": "local_leader"},
        ]})).await;
        let body = json!({"user_id": account, "office": "Mayor"});
        app.act_on_seat(&seat, "fill", body.clone()).await.expect(200);
        let other = app.vacant_seat(&assembly, &b).await;
        assert_eq!(app.act_on_seat(&other, "fill", body.clone()).await.expect(422).fault_codes(), ["taken"]);
        // Whoever holds a seat does not stand in for another.
        let holder = json!({"user_id": app.account(&elsewhere).await, "office": "Mayor"});
        app.act_on_seat(&other, "fill", holder).await.expect(200);
        assert_eq!(app.act_on_seat(&other, "name-alternate", body).await.expect(422).fault_codes(), ["taken"]);
    }

    async fn the_leader_names_who_stands_in_and_the_staff_does_not(app: App) {
        let assembly = app.assembly(json!({})).await;
        let a = app.jurisdiction("A", json!({})).await;
        let seat = app.seat(&assembly, &a).await;
        let first = app.alternate(&seat).await;
        let second = app.person("second-a@hosts.example.gov", Role::LocalStaff, &a).await;
        let body = json!({"user_id": app.account(&second).await, "office": "Counsel"});
        app.act_with(&second, &seat.path(), "name-alternate", body.clone()).await.expect_problem(403, "forbidden");
        let named = app.act_with(&seat.holder, &seat.path(), "name-alternate", body).await.expect(200);
        assert_eq!(named.body["alternate"]["office"], "Counsel");
        second.act_now(&seat.path(), "dismiss-alternate").await.expect_problem(403, "forbidden");
        seat.holder.act_now(&seat.path(), "dismiss-alternate").await.expect(200);
        seat.holder.act_now(&seat.path(), "dismiss-alternate").await.expect_problem(409, "conflict");
        let history = seat.holder.get(&format!("{}/history", seat.path())).await.expect(200);
        let times: Vec<(&Value, &Value, &Value)> = history.body["times"].as_array().unwrap().iter()
            .map(|one| (&one["capacity"], &one["office"], &one["end_reason"]))
            .collect();
        assert_eq!(times, [
            (&json!("holder"), &json!("Mayor"), &Value::Null),
            (&json!("alternate"), &json!("Chief of staff"), &json!("replaced")),
            (&json!("alternate"), &json!("Counsel"), &json!("removed")),
        ]);
        assert_eq!(history.body["times"][1]["user_id"], json!(app.account(&first).await));
    }

    async fn a_holder_leaves_with_notes_that_others_are_not_told(app: App) {
        let assembly = app.assembly(json!({})).await;
        let seat = app.seat(&assembly, &app.jurisdiction("A", json!({})).await).await;
        let other = app.seat(&assembly, &app.jurisdiction("B", json!({})).await).await;
        let past = app.clock.now().plus_seconds(-60);
        let body = json!({"end_reason": "resigned", "note": "Ill health.", "effective_at": past});
        assert_eq!(app.act_on_seat(&seat.id, "vacate", body).await.expect(422).fault_codes(), ["in_the_past"]);
        let session = app.stored_session(&assembly, SessionStatus::Open);
        set_present(&app, &session, &seat.id, &app.account(&seat.holder).await, PresenceCapacity::Holder);
        // Later: until then the holder holds it, and afterwards nobody does.
        let at = app.clock.now().plus_seconds(86_400);
        let body = json!({"end_reason": "resigned", "note": "Ill health.", "effective_at": at});
        let kept = app.act_on_seat(&seat.id, "vacate", body).await.expect(200);
        assert_eq!((&kept.body["status"], &kept.body["holder"]["until"]), (&json!("filled"), &json!(at)));
        assert_eq!(present(&app, &session), 1);
        app.clock.set(at);
        app.sign_everyone_in_again().await;
        // At once, whether or not the worker came by; the presence ends when it does.
        assert_eq!(app.admin().await.get(&seat.path()).await.expect(200).body["status"], "vacant");
        for _ in 0..100 {
            if present(&app, &session) == 0 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!(present(&app, &session), 0);
        let admin = app.admin().await;
        for (reader, knows) in [(&admin, true), (&app.leader_of(&seat.organization).await, true), (&app.leader_of(&other.organization).await, false)] {
            let history = reader.get(&format!("{}/history", seat.path())).await.expect(200);
            assert_eq!(history.text.contains("Ill health."), knows);
            assert_eq!((&history.body["times"][0]["end_reason"], &history.body["times"][0]["ends_at"]), (&json!("resigned"), &json!(at)));
        }
        let retired = app.act_on_seat(&seat.id, "retire", json!({"reason": "Merged."})).await.expect(200);
        assert_eq!(retired.body["status"], "retired");
        app.vacant_seat(&assembly, &seat.organization).await;
    }

    async fn a_mayor_who_leaves_office_leaves_the_seat(app: App) {
        let assembly = app.assembly(json!({})).await;
        let session = app.stored_session(&assembly, SessionStatus::Open);
        let voters = |at: Value| {
            let (app, path) = (&app, format!("/v1/assemblies/{assembly}/voters?at={}", at.as_str().unwrap()));
            async move { app.admin().await.get(&path).await.expect(200).body["voters"].as_array().unwrap().len() }
        };
        // By word of the office, by the end of the account, by the end of the office at home.
        for way in ["vacate", "deactivate", "membership"] {
            let organization = app.jurisdiction(way, json!({})).await;
            let seat = app.seat(&assembly, &organization).await;
            app.alternate(&seat).await;
            let account = app.account(&seat.holder).await;
            set_present(&app, &session, &seat.id, &account, PresenceCapacity::Holder);
            let before = json!(app.clock.now());
            match way {
                "vacate" => { app.act_on_seat(&seat.id, "vacate", json!({"end_reason": "left_office"})).await.expect(200); }
                "deactivate" => { app.admin().await.act_now(&format!("/v1/users/{account}"), "deactivate").await.expect(200); }
                _ => update_user(&app, &account, json!({"memberships": [{"organization_id": organization, "role": "local_staff"}]})).await,
            }
            let left = settled(&app, &seat.id, "vacant").await;
            assert_eq!((&left["holder"], &left["alternate"]), (&Value::Null, &Value::Null), "{way}");
            assert_eq!(present(&app, &session), 0, "{way}");
            let history = app.admin().await.get(&format!("{}/history", seat.path())).await.expect(200);
            assert_eq!(history.body["times"][0]["end_reason"], "left_office", "{way}");
            // Who could vote before still could.
            assert_eq!((voters(before).await, voters(json!(app.clock.now())).await), (1, 0), "{way}");
            let token = seat.holder.get(&seat.path()).await;
            assert_eq!(token.status, if way == "deactivate" { 401 } else { 200 }, "{way}");
            if way != "membership" {
                continue;
            }
            let back = json!({"memberships": [{"organization_id": organization, "role": "local_leader"}]});
            update_user(&app, &account, back).await;
            app.act_on_seat(&seat.id, "fill", json!({"user_id": account, "office": "Mayor"})).await.expect(200);
            app.act_on_seat(&seat.id, "vacate", json!({"end_reason": "left_office"})).await.expect(200);
        }
    }

    async fn an_alternate_who_leaves_the_staff_no_longer_stands_in(app: App) {
        let assembly = app.assembly(json!({})).await;
        let (a, b) = (app.jurisdiction("A", json!({})).await, app.jurisdiction("B", json!({})).await);
        let seat = app.seat(&assembly, &a).await;
        let alternate = app.alternate(&seat).await;
        let account = app.account(&alternate).await;
        update_user(&app, &account, json!({"memberships": [{"organization_id": b, "role": "local_staff"}]})).await;
        for _ in 0..100 {
            let seen = app.admin().await.get(&seat.path()).await.expect(200);
            assert_eq!(seen.body["status"], "filled");
            if seen.body["alternate"].is_null() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the alternate still stands in");
    }

    async fn a_term_changes_where_it_lies_ahead(app: App) {
        let assembly = app.assembly(json!({})).await;
        let seat = app.seat(&assembly, &app.jurisdiction("A", json!({})).await).await;
        let admin = app.admin().await;
        let change = |body: Value| {
            let (admin, path) = (admin.clone(), seat.path());
            async move {
                let tag = admin.get(&path).await.expect(200).tag();
                admin.patch(&path, &tag, body).await
            }
        };
        for (body, code) in [
            (json!({"starts_on": app.day(-10)}), "in_the_past"),
            (json!({"starts_on": app.day(10)}), "in_the_past"),
            (json!({"ends_on": app.day(-1)}), "in_the_past"),
            (json!({"ends_on": app.day(3 * 365 + 1)}), "out_of_range"),
        ] {
            assert!(change(body.clone()).await.expect(422).fault_codes().contains(&code.to_owned()), "{body}");
        }
        let shorter = change(json!({"ends_on": app.day(20)})).await.expect(200);
        assert_eq!(shorter.body["ends_on"], json!(app.day(20)));
        // The jurisdiction sets no term, and once the seat is held nothing else of it.
        let tag = shorter.tag();
        seat.holder.patch(&seat.path(), &tag, json!({"statement": "X"})).await.expect_problem(409, "not_allowed_in_state");
        app.clock.set(app.clock.now().plus_seconds(25 * 86_400));
        app.sign_everyone_in_again().await;
        let admin = app.admin().await;
        let tag = admin.get(&seat.path()).await.expect(200).tag();
        let refused = admin.patch(&seat.path(), &tag, json!({"ends_on": app.day(100)})).await.expect(422);
        assert_eq!(refused.fault_codes(), ["in_the_past"]);
        let voters = format!("/v1/assemblies/{assembly}/voters");
        assert_eq!(admin.get(&voters).await.expect(200).body["voters"], json!([]));
    }
}
