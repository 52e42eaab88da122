//! Presence, set and cleared and kept as intervals, and the quorum that follows from it.

use chancery::kernel::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, App, Seat};

fn path(session: &str, seat: &str) -> String {
    format!("/v1/assembly-sessions/{session}/presence/{seat}")
}

/// The times for which people were present, the first first.
async fn intervals(app: &App, session: &str) -> Vec<Value> {
    let path = format!("/v1/assembly-sessions/{session}/presence-intervals?limit=100");
    let found = app.admin().await.get(&path).await.expect(200);
    found.body["data"].as_array().unwrap().clone()
}

/// As the clerk, for whoever has the capacity.
async fn clerk_sets(
    app: &App,
    session: &str,
    seat: &Seat,
    capacity: &str,
) -> crate::support::Answer {
    let clerk = app.as_role(Role::Scheduler).await;
    let body = json!({"capacity": capacity});
    clerk
        .send(Method::PUT, &path(session, &seat.id), &[], Some(body))
        .await
}

/// The holder of `from` gives their vote to the holder of `to`.
async fn give_proxy(session: &str, from: &Seat, to: &Seat) -> String {
    let body = json!({"session_id": session, "proxy_seat_id": to.id});
    let path = format!("/v1/seats/{}/proxies", from.id);
    from.holder.post(&path, body).await.expect(201).id()
}

async fn kinds(app: &App, subject: &str) -> Vec<String> {
    app.settle_journal().await;
    let path = format!("/v1/audit-events?subject_id={subject}&limit=100");
    let events = app.admin().await.get(&path).await.expect(200);
    events.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

both_backends! {
    async fn presence_is_set_and_cleared_and_never_toggled(app: App) {
        let (_, session, seats) = app.convened(3, json!({})).await;
        let holder = &seats[0].holder;
        let first = app.come(holder, &session, &seats[0].id).await.expect(200);
        assert_eq!((&first.body["is_present"], &first.body["present"][0]["capacity"]), (&json!(true), &json!("holder")));
        assert_eq!((&first.body["quorum"]["present"], &first.body["quorum"]["required"], &first.body["quorum"]["missing"]), (&json!(1), &json!(2), &json!(1)));
        let again = app.come(holder, &session, &seats[0].id).await.expect(200);
        assert_eq!(again.body["present"], first.body["present"]);
        for _ in 0..2 {
            let gone = app.go(holder, &session, &seats[0].id).await.expect(200);
            assert_eq!((&gone.body["is_present"], &gone.body["present"]), (&json!(false), &json!([])));
        }
        app.come(holder, &session, &seats[0].id).await.expect(200);
        let kept = intervals(&app, &session).await;
        let ends: Vec<bool> = kept.iter().map(|interval| interval["ends_at"].is_null()).collect();
        assert_eq!(ends, [false, true]);
        let told = kinds(&app, &session).await;
        assert_eq!(told.iter().filter(|kind| *kind == "assembly_session.presence_set").count(), 2);
        assert_eq!(told.iter().filter(|kind| *kind == "assembly_session.presence_cleared").count(), 1);
    }

    async fn who_was_there_is_answered_for_any_instant(app: App) {
        let (_, session, seats) = app.convened(2, json!({})).await;
        let (early, late) = (&seats[0], &seats[1]);
        app.come(&early.holder, &session, &early.id).await.expect(200);
        app.come(&late.holder, &session, &late.id).await.expect(200);
        app.go(&early.holder, &session, &early.id).await.expect(200);
        let kept = intervals(&app, &session).await;
        let of = |seat: &Seat| kept.iter().find(|one| one["seat_id"] == json!(seat.id)).unwrap().clone();
        let present = |at: Value| {
            let path = format!("/v1/assembly-sessions/{session}/presence?include=total&at={}", at.as_str().unwrap());
            let app = &app;
            async move { app.admin().await.get(&path).await.expect(200).body["total"].as_i64().unwrap() }
        };
        assert_eq!(present(of(early)["starts_at"].clone()).await, 1);
        assert_eq!(present(of(late)["starts_at"].clone()).await, 2);
        assert_eq!(present(of(early)["ends_at"].clone()).await, 1);
        let now = early.holder.get(&format!("/v1/assembly-sessions/{session}/presence")).await.expect(200);
        assert_eq!(now.ids(), [of(late)["id"].as_str().unwrap()]);
        assert_eq!(now.body["data"][0]["user_id"], json!(app.account(&late.holder).await));
    }

    async fn two_people_of_one_jurisdiction_count_once(app: App) {
        let assembly = app.assembly(json!({})).await;
        let seats = app.seats(&assembly, 3).await;
        let alternate = app.alternate(&seats[0]).await;
        let session = app.open_session(&assembly, json!({})).await;
        app.come(&seats[0].holder, &session, &seats[0].id).await.expect(200);
        let both = app.come(&alternate, &session, &seats[0].id).await.expect(200);
        assert_eq!(both.body["present"].as_array().unwrap().len(), 2);
        assert_eq!((&both.body["quorum"]["present"], &both.body["quorum"]["is_met"]), (&json!(1), &json!(false)));
        // The seat stays present while one of them is.
        let left = app.go(&seats[0].holder, &session, &seats[0].id).await.expect(200);
        assert_eq!((&left.body["is_present"], &left.body["quorum"]["present"]), (&json!(true), &json!(1)));
        let empty = app.go(&alternate, &session, &seats[0].id).await.expect(200);
        assert_eq!(empty.body["quorum"]["present"], json!(0));
    }

    async fn only_whoever_acts_for_a_seat_and_the_clerk_record_presence(app: App) {
        let (_, session, seats) = app.convened(2, json!({})).await;
        let stranger = app.as_city("Miami").await;
        app.come(&stranger, &session, &seats[0].id).await.expect(404);
        app.come(&seats[1].holder, &session, &seats[0].id).await.expect_problem(403, "not_entitled");
        app.go(&seats[1].holder, &session, &seats[0].id).await.expect_problem(403, "not_entitled");
        let body = json!({"capacity": "alternate"});
        seats[0].holder.send(Method::PUT, &path(&session, &seats[0].id), &[], Some(body)).await.expect_problem(403, "not_entitled");
        let colleague = app.person("clerk@staff.example.gov", Role::LocalStaff, &seats[0].organization).await;
        app.come(&colleague, &session, &seats[0].id).await.expect_problem(403, "not_entitled");
        let auditor = app.as_role(Role::Auditor).await;
        app.come(&auditor, &session, &seats[0].id).await.expect_problem(403, "forbidden");
        let set = clerk_sets(&app, &session, &seats[0], "holder").await.expect(200);
        assert_eq!(set.body["present"][0]["user_id"], json!(app.account(&seats[0].holder).await));
        let refused = clerk_sets(&app, &session, &seats[0], "alternate").await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/capacity"]);
        let nowhere = format!("sea_{}", chancery::kernel::id::fresh());
        app.come(&app.admin().await, &session, &nowhere).await.expect(404);
        // The clerk clears whoever is there.
        let clerk = app.as_role(Role::Scheduler).await;
        let left = clerk.send(Method::DELETE, &format!("{}?capacity=alternate", path(&session, &seats[0].id)), &[], None).await.expect(200);
        assert_eq!(left.body["is_present"], json!(true));
        let left = app.go(&clerk, &session, &seats[0].id).await.expect(200);
        assert_eq!(left.body["is_present"], json!(false));
    }

    async fn presence_is_recorded_while_members_are_together_only(app: App) {
        let assembly = app.assembly(json!({})).await;
        let seats = app.seats(&assembly, 1).await;
        let session = app.published_session(&assembly, json!({})).await;
        let holder = &seats[0].holder;
        let refused = app.come(holder, &session, &seats[0].id).await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(refused.body["state"], json!("agenda_published"));
        app.act_on_session(&session, "open", Value::Null).await.expect(200);
        app.come(holder, &session, &seats[0].id).await.expect(200);
        app.adjourn_session(&session, "business_concluded").await.expect(200);
        app.go(holder, &session, &seats[0].id).await.expect_problem(409, "not_allowed_in_state");
        assert!(intervals(&app, &session).await.iter().all(|one| !one["ends_at"].is_null()));
    }

    async fn a_race_of_the_same_presence_makes_one_interval(app: App) {
        let (_, session, seats) = app.convened(5, json!({})).await;
        let mut racers = Vec::new();
        for seat in &seats {
            for _ in 0..8 {
                let (who, path): (Actor, String) = (seat.holder.clone(), path(&session, &seat.id));
                racers.push(tokio::spawn(async move { who.send(Method::PUT, &path, &[], None).await.expect(200) }));
            }
        }
        for racer in racers {
            racer.await.unwrap();
        }
        assert_eq!(intervals(&app, &session).await.len(), 5);
        // However they were interleaved, the session knows that a quorum is there.
        assert_eq!(app.session(&session).await.body["has_quorum"], json!(true));
        assert_eq!(app.quorum(&session).await["present"], json!(5));
    }

    async fn a_proxy_acts_while_they_sit_themselves_and_leaves_with_their_own_seat(app: App) {
        let assembly = app.assembly(json!({})).await;
        let seats = app.seats(&assembly, 3).await;
        let session = app.published_session(&assembly, json!({})).await;
        give_proxy(&session, &seats[1], &seats[0]).await;
        app.act_on_session(&session, "open", Value::Null).await.expect(200);
        let proxy = &seats[0].holder;
        app.come(proxy, &session, &seats[2].id).await.expect_problem(403, "not_entitled");
        app.come(proxy, &session, &seats[0].id).await.expect(200);
        let set = app.come(proxy, &session, &seats[1].id).await.expect(200);
        assert_eq!(set.body["present"][0]["capacity"], json!("proxy"));
        assert_eq!((&set.body["quorum"]["present"], &set.body["quorum"]["is_met"]), (&json!(2), &json!(true)));
        let left = app.go(proxy, &session, &seats[0].id).await.expect(200);
        assert_eq!((&left.body["quorum"]["present"], &left.body["quorum"]["is_met"]), (&json!(0), &json!(false)));
        assert!(intervals(&app, &session).await.iter().all(|one| !one["ends_at"].is_null()));
    }

    async fn whoever_loses_the_seat_is_no_longer_present_for_it(app: App) {
        let (_, session, seats) = app.convened(3, json!({})).await;
        app.all_come(&session, &seats[..2]).await;
        assert_eq!(app.quorum(&session).await["is_met"], json!(true));
        app.act_on_seat(&seats[0].id, "vacate", json!({"end_reason": "left_office"})).await.expect(200);
        // Two are seated now, and one of them is there.
        let quorum = app.quorum(&session).await;
        assert_eq!((&quorum["seated"], &quorum["present"], &quorum["is_met"]), (&json!(2), &json!(1), &json!(false)));
        let kept = intervals(&app, &session).await;
        assert_eq!(kept.iter().filter(|one| one["ends_at"].is_null()).count(), 1);
        app.come(&seats[0].holder, &session, &seats[0].id).await.expect_problem(403, "not_entitled");
        assert_eq!(app.session(&session).await.body["has_quorum"], json!(false));
    }

    async fn every_loss_of_the_quorum_is_recorded_with_its_inputs(app: App) {
        let (_, session, seats) = app.convened(3, json!({"quorum": {"kind": "fraction", "numerator": 2, "denominator": 3}})).await;
        app.all_come(&session, &seats).await;
        app.go(&seats[0].holder, &session, &seats[0].id).await.expect(200);
        app.go(&seats[1].holder, &session, &seats[1].id).await.expect(200);
        app.go(&seats[2].holder, &session, &seats[2].id).await.expect(200);
        app.all_come(&session, &seats).await;
        let path = format!("/v1/assembly-sessions/{session}/quorum-checks");
        let checks = app.admin().await.get(&format!("{path}?occasion=change&include=total")).await.expect(200);
        let found: Vec<(bool, i64)> = checks.body["data"].as_array().unwrap().iter()
            .map(|check| (check["is_met"].as_bool().unwrap(), check["present"].as_i64().unwrap()))
            .collect();
        assert_eq!(found, [(true, 2), (false, 1), (true, 2)]);
        let lost = &checks.body["data"][1];
        assert_eq!(lost["present_seats"], json!([seats[2].id]));
        assert_eq!(lost["seated_seats"].as_array().unwrap().len(), 3);
        assert_eq!((&lost["rule"]["kind"], &lost["required"], &lost["missing"]), (&json!("fraction"), &json!(2), &json!(1)));
        // In pages, from the end.
        let page = app.admin().await.get(&format!("{path}?sort=-ordinal&limit=3")).await.expect(200);
        let cursor = page.body["next_cursor"].as_str().unwrap();
        let rest = app.admin().await.get(&format!("{path}?sort=-ordinal&limit=3&cursor={cursor}")).await.expect(200);
        assert_eq!((&page.body["data"][0]["ordinal"], &rest.body["data"][0]["ordinal"]), (&json!(4), &json!(1)));
    }

    async fn a_quorum_of_regions_asks_for_both(app: App) {
        let assembly = app.assembly(json!({
            "quorum": {"kind": "regions", "regions": 2},
            "regions": [
                {"name": "West", "subdivisions": ["AZ", "CA"]},
                {"name": "South", "subdivisions": ["TX", "FL"]},
            ],
        })).await;
        let mut seats = Vec::new();
        for city in ["Phoenix", "Los Angeles", "Houston"] {
            let city = app.city(city).await;
            seats.push(app.seat(&assembly, &city).await);
        }
        let session = app.open_session(&assembly, json!({})).await;
        app.all_come(&session, &seats[..2]).await;
        let quorum = app.quorum(&session).await;
        assert_eq!((&quorum["missing"], &quorum["regions_present"], &quorum["regions_required"], &quorum["is_met"]),
            (&json!(0), &json!(1), &json!(2), &json!(false)));
        app.come(&seats[2].holder, &session, &seats[2].id).await.expect(200);
        assert_eq!(app.quorum(&session).await["is_met"], json!(true));
    }
}
