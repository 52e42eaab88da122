//! Lists of speakers: points of order, one who has the floor, times.

use chancery::kernel::access::Role;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, Answer, App};

fn speakers(item: &str) -> String {
    format!("/v1/agenda-items/{item}/speakers")
}

async fn ask(who: &Actor, item: &str, body: Value) -> Answer {
    who.post(&speakers(item), body).await
}

/// What the clerk does with a place.
async fn act(app: &App, speaker: &str, action: &str) -> Answer {
    let clerk = app.as_role(Role::Scheduler).await;
    clerk
        .post(&format!("/v1/speakers/{speaker}/{action}"), Value::Null)
        .await
}

/// Who is on the list: status, place, and whether it is a point of order.
async fn listed(who: &Actor, item: &str) -> Vec<(String, String, Value)> {
    who.get(&speakers(item)).await.expect(200).body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["organization_name"].as_str().unwrap().to_owned(),
                one["status"].as_str().unwrap().to_owned(),
                one["position"].clone(),
            )
        })
        .collect()
}

fn is(list: &[(String, String, Value)], expected: &[(&str, &str, Value)]) {
    let list: Vec<(&str, &str, Value)> = list
        .iter()
        .map(|(name, status, place)| (name.as_str(), status.as_str(), place.clone()))
        .collect();
    assert_eq!(list, expected);
}

both_backends! {
    async fn points_of_order_go_before_every_speech_and_one_has_the_floor(app: App) {
        let assembly = app.assembly(json!({})).await;
        let mut seats = Vec::new();
        for city in ["Phoenix", "Chicago", "Denver"] {
            seats.push(app.seat(&assembly, &app.city(city).await).await);
        }
        let [phoenix, chicago, denver] = seats.as_slice() else { unreachable!() };
        let id = app.open_session(&assembly, json!({})).await;
        let item = app.agenda_item(&id, json!({"title": "Ports", "minutes": 10, "reason": "New."})).await;
        app.all_come(&id, &seats).await;
        let names: Vec<String> = {
            let mut names = Vec::new();
            for seat in &seats {
                let shown = app.admin().await.get(&format!("/v1/organizations/{}", seat.organization)).await.expect(200);
                names.push(shown.body["name"].as_str().unwrap().to_owned());
            }
            names
        };
        let [p, c, d] = names.as_slice() else { unreachable!() };
        let first = ask(&phoenix.holder, &item, json!({"note": "The port"})).await.expect(201).id();
        let second = ask(&chicago.holder, &item, json!({})).await.expect(201).id();
        ask(&chicago.holder, &item, json!({})).await.expect_problem(409, "conflict");
        act(&app, &first, "start").await.expect(200);
        act(&app, &second, "start").await.expect_problem(409, "conflict");
        app.clock.set(app.clock.now().plus_seconds(90));
        let point = ask(&denver.holder, &item, json!({"is_point_of_order": true})).await.expect(201).id();
        let later = ask(&chicago.holder, &item, json!({"is_point_of_order": true})).await.expect(201).id();
        is(&listed(&denver.holder, &item).await, &[
            (p, "speaking", Value::Null), (d, "waiting", json!(1)), (c, "waiting", json!(2)), (c, "waiting", json!(3)),
        ]);

        // The point of order interrupts: 90 seconds are kept, and the speaker waits where they stood.
        act(&app, &point, "start").await.expect(200);
        is(&listed(&denver.holder, &item).await, &[
            (d, "speaking", Value::Null), (c, "waiting", json!(1)), (p, "waiting", json!(2)), (c, "waiting", json!(3)), (p, "spoken", Value::Null),
        ]);
        act(&app, &later, "start").await.expect_problem(409, "conflict");
        app.clock.set(app.clock.now().plus_seconds(30));
        let finished = act(&app, &point, "finish").await.expect(200);
        assert_eq!((&finished.body["seconds_spoken"], &finished.body["status"]), (&json!(30), &json!("spoken")));
        act(&app, &point, "finish").await.expect_problem(409, "not_allowed_in_state");
        // A speech waits until points of order are heard.
        let refused = act(&app, &second, "start").await.expect_problem(409, "conflict");
        assert_eq!(refused.body["speaker_id"], json!(later));
        denver.holder.post(&format!("/v1/speakers/{later}/withdraw"), Value::Null).await.expect_problem(403, "not_entitled");
        chicago.holder.post(&format!("/v1/speakers/{later}/withdraw"), Value::Null).await.expect(200);
        act(&app, &second, "start").await.expect(200);
        app.clock.set(app.clock.now().plus_seconds(60));
        let shown = app.admin().await.get(&format!("/v1/agenda-items/{item}")).await.expect(200);
        assert_eq!((&shown.body["seconds_spoken"], &shown.body["minutes"]), (&json!(180), &json!(10)));

        // A recess ends the speech; nobody asks for the floor in it.
        app.act_on_session(&id, "recess", Value::Null).await.expect(200);
        ask(&denver.holder, &item, json!({})).await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(listed(&denver.holder, &item).await.iter().filter(|(_, status, _)| status == "spoken").count(), 3);
        app.act_on_session(&id, "resume", Value::Null).await.expect(200);
        let last = ask(&denver.holder, &item, json!({})).await.expect(201).id();
        act(&app, &last, "start").await.expect(200);
        app.adjourn_session(&id, "other").await.expect(200);
        assert!(listed(&denver.holder, &item).await.iter().all(|(_, status, _)| status != "speaking"));
    }

    async fn the_floor_is_for_those_who_are_present_for_a_seat(app: App) {
        let assembly = app.assembly(json!({})).await;
        let seat = app.seat(&assembly, &app.city("Phoenix").await).await;
        let alternate = app.alternate(&seat).await;
        let id = app.open_session(&assembly, json!({})).await;
        let item = app.agenda_item(&id, json!({"reason": "New."})).await;
        ask(&seat.holder, &item, json!({})).await.expect_problem(409, "conflict");
        app.come(&seat.holder, &id, &seat.id).await.expect(200);
        ask(&alternate, &item, json!({})).await.expect_problem(409, "conflict");
        // Staff of the jurisdiction who do not sit see the list, and do not speak.
        let staff = app.as_city("Phoenix").await;
        staff.get(&speakers(&item)).await.expect(200);
        ask(&staff, &item, json!({})).await.expect_problem(403, "not_entitled");
        ask(&app.leader("Chicago").await, &item, json!({})).await.expect(404);

        // The clerk enters the holder, or whom they name.
        let clerk = app.as_role(Role::Scheduler).await;
        assert_eq!(ask(&clerk, &item, json!({})).await.expect_problem(422, "validation_failed").fault_pointers(), ["/seat_id"]);
        let stranger = app.account(&staff).await;
        let refused = ask(&clerk, &item, json!({"seat_id": seat.id, "user_id": stranger})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["not_entitled"]);
        let entered = ask(&clerk, &item, json!({"seat_id": seat.id})).await.expect(201);
        assert_eq!(entered.body["user_id"], json!(app.account(&seat.holder).await));
        // The alternate takes the place off the list: they may act for the seat.
        alternate.post(&format!("/v1/speakers/{}/withdraw", entered.id()), Value::Null).await.expect(200);
        seat.holder.post(&format!("/v1/speakers/{}/start", entered.id()), Value::Null).await.expect(403);
    }

    async fn a_proxy_speaks_for_a_seat_only_while_its_holder_is_away(app: App) {
        let assembly = app.assembly(json!({})).await;
        let seats = app.seats(&assembly, 2).await;
        let session = app.published_session(&assembly, json!({})).await;
        let given = json!({"session_id": session, "proxy_seat_id": seats[0].id});
        seats[1].holder.post(&format!("/v1/seats/{}/proxies", seats[1].id), given).await.expect(201);
        app.act_on_session(&session, "open", Value::Null).await.expect(200);
        let item = app.agenda_item(&session, json!({"reason": "New."})).await;
        let proxy = &seats[0].holder;
        for seat in [&seats[0], &seats[1]] {
            app.come(proxy, &session, &seat.id).await.expect(200);
        }
        let asked = json!({"seat_id": seats[1].id});
        app.come(&seats[1].holder, &session, &seats[1].id).await.expect(200);
        ask(proxy, &item, asked.clone()).await.expect_problem(403, "not_entitled");
        app.go(&seats[1].holder, &session, &seats[1].id).await.expect(200);
        ask(proxy, &item, asked).await.expect(201);
    }
}
