//! Registrations: seats, the waitlist, attendance. Scenario 6 of docs/domain.md.

use chancery::kernel::access::Role;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, Answer, App};

fn attendee(number: usize) -> Value {
    json!({"attendee": {"name": format!("Person {number}"), "email": format!("person{number}@phoenix.example.gov")}})
}

async fn register(city: &Actor, briefing: &str, number: usize) -> Answer {
    city.post(
        &format!("/v1/briefings/{briefing}/registrations"),
        attendee(number),
    )
    .await
}

async fn counts(actor: &Actor, briefing: &str) -> (i64, i64) {
    let body = actor
        .get(&format!("/v1/briefings/{briefing}"))
        .await
        .expect(200)
        .body;
    (
        body["counts"]["confirmed"].as_i64().unwrap(),
        body["counts"]["waitlisted"].as_i64().unwrap(),
    )
}

both_backends! {
    async fn the_last_seat_goes_to_one_of_two_at_once_and_moves_on_when_it_comes_free(app: App) {
        // Scenario 6.
        let admin = app.admin().await;
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({
            "capacity": 25,
            "access_deadline": {"local": "2030-03-10T10:00:00", "time_zone": "America/Phoenix"},
        })).await;
        for number in 0..24 {
            assert_eq!(register(&city, &briefing, number).await.expect(201).body["status"], "confirmed");
        }
        let (a, b) = tokio::join!(register(&city, &briefing, 24), register(&city, &briefing, 25));
        let mut statuses = [a.expect(201), b.expect(201)].map(|answer| answer.body["status"].as_str().unwrap().to_owned());
        statuses.sort();
        assert_eq!(statuses, ["confirmed", "waitlisted"]);
        let waiting = register(&city, &briefing, 26).await.expect(201);
        assert_eq!(waiting.body["waitlist_position"], 2);

        let first = city.get(&format!("/v1/briefings/{briefing}/registrations?status=confirmed&limit=1")).await.ids()[0].clone();
        city.post(&format!("/v1/briefings/{briefing}/registrations/{first}/cancel"), json!({})).await.expect(200);
        assert_eq!(counts(&admin, &briefing).await, (25, 1));
        let moved = city.get(&format!("/v1/briefings/{briefing}/registrations/{}", waiting.id())).await.expect(200);
        assert_eq!(moved.body["waitlist_position"], 1);

        // Fewer seats evict nobody and show the overage.
        let path = format!("/v1/briefings/{briefing}");
        let tag = admin.get(&path).await.tag();
        let cut = admin.patch(&path, &tag, json!({"capacity": 20})).await.expect(200);
        assert_eq!(cut.body["overage"], 5);
        assert_eq!(cut.body["counts"]["confirmed"], 25);
        let tag = cut.tag();
        admin.patch(&path, &tag, json!({"capacity": 25})).await.expect(200);

        // After the access deadline nobody moves up, and registration is closed.
        app.clock.set("2030-03-10T17:00:00Z".parse().unwrap());
        let city = app.with_token(app.sign_in("staff@phoenix.example.gov", crate::support::PASSWORD).await.body["access_token"].as_str().unwrap());
        let second = city.get(&format!("/v1/briefings/{briefing}/registrations?status=confirmed&limit=1")).await.ids()[0].clone();
        // The list is with the venue: what a city wants to change now, staff decide.
        let asked = city.post(&format!("/v1/briefings/{briefing}/registrations/{second}/cancel"), json!({})).await.expect(202);
        assert_eq!(counts(&city, &briefing).await, (25, 1));
        app.sign_everyone_in_again().await;
        app.admin().await.act_now(asked.header("location").unwrap(), "accept").await.expect(200);
        assert_eq!(counts(&city, &briefing).await, (24, 1));
        register(&city, &briefing, 27).await.expect_problem(409, "registration_closed");
    }

    async fn more_seats_let_the_waitlist_move_up_in_order(app: App) {
        let admin = app.admin().await;
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({"capacity": 1})).await;
        let mut ids = Vec::new();
        for number in 0..4 {
            ids.push(register(&city, &briefing, number).await.expect(201).id());
        }
        let path = format!("/v1/briefings/{briefing}");
        let tag = admin.get(&path).await.tag();
        admin.patch(&path, &tag, json!({"capacity": 3})).await.expect(200);
        let confirmed = city.get(&format!("{path}/registrations?status=confirmed")).await.ids();
        assert_eq!(confirmed, ids[..3]);
        app.settle_journal().await;
        let promoted = admin.get("/v1/audit-events?type=registration.promoted&include=total").await.expect(200);
        assert_eq!(promoted.body["total"], 2);
    }

    async fn one_person_is_registered_once_in_any_spelling_of_the_address(app: App) {
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({})).await;
        let first = register(&city, &briefing, 1).await.expect(201);
        let again = json!({"attendee": {"name": "Same", "email": "PERSON1@Phoenix.Example.GOV"}});
        let refused = city.post(&format!("/v1/briefings/{briefing}/registrations"), again.clone()).await.expect_problem(409, "already_registered");
        assert_eq!(refused.header("location").unwrap(), first.header("location").unwrap());
        // Whoever has cancelled may come back, at the end of the line.
        city.post(&format!("{}/cancel", first.header("location").unwrap()), json!({})).await.expect(200);
        city.post(&format!("/v1/briefings/{briefing}/registrations"), again).await.expect(201);
    }

    async fn fifty_identical_registrations_leave_one(app: App) {
        let admin = app.admin().await;
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({})).await;
        let tries = (0..50).map(|_| register(&city, &briefing, 1));
        let answers = futures_util::future::join_all(tries).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.status == 409).count(), 49);
        assert_eq!(counts(&admin, &briefing).await, (1, 0));
    }

    async fn cancelling_twice_and_checking_in_twice_changes_nothing_more(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let city = app.as_city("Phoenix").await;
        let briefing = app.published_soon(json!({})).await;
        let first = register(&city, &briefing, 1).await.expect(201);
        let path = first.header("location").unwrap().to_owned();
        for _ in 0..2 {
            let came = scheduler.post(&format!("{path}/check-in"), json!({})).await.expect(200);
            assert_eq!((came.body["attended"].clone(), came.body["version"].clone()), (json!(true), json!(2)));
        }
        assert_eq!(scheduler.get(&format!("/v1/briefings/{briefing}")).await.body["counts"]["attended"], 1);
        city.post(&format!("{path}/cancel"), json!({})).await.expect_problem(409, "not_allowed_in_state");
        city.post(&format!("{path}/check-in"), json!({})).await.expect_problem(403, "forbidden");
        for _ in 0..2 {
            let undone = scheduler.post(&format!("{path}/undo-check-in"), json!({})).await.expect(200);
            assert_eq!((undone.body["attended"].clone(), undone.body["version"].clone()), (json!(false), json!(3)));
        }
        for _ in 0..2 {
            let gone = city.post(&format!("{path}/cancel"), json!({})).await.expect(200);
            assert_eq!((gone.body["status"].clone(), gone.body["version"].clone()), (json!("cancelled"), json!(4)));
        }
        scheduler.post(&format!("{path}/check-in"), json!({})).await.expect_problem(409, "not_allowed_in_state");
    }

    async fn registration_opens_with_publication_and_closes_at_the_deadline(app: App) {
        let admin = app.admin().await;
        let briefing = app.published(json!({
            "rsvp_deadline": {"local": "2030-03-05T12:00:00", "time_zone": "America/Phoenix"},
        })).await;
        let path = format!("/v1/briefings/{briefing}");
        let open = admin.get(&path).await.expect(200);
        assert_eq!(open.body["registration_open"], true);
        assert_eq!(open.body["registration_closes_at"], "2030-03-05T19:00:00Z");
        let draft = admin.post("/v1/briefings", app.draft(&[], "2030-03-12T10:00:00", "2030-03-12T11:00:00")).await.expect(201).id();
        let body = json!({"organization_id": app.office, "attendee": {"name": "A", "email": "a@example.gov"}});
        admin.post(&format!("/v1/briefings/{draft}/registrations"), body.clone()).await.expect_problem(409, "registration_closed");
        app.clock.set("2030-03-05T19:00:00Z".parse().unwrap());
        app.sign_everyone_in_again().await;
        register(&app.as_city("Phoenix").await, &briefing, 1).await.expect_problem(409, "registration_closed");
        // The office's own staff register until the end.
        app.admin().await.post(&format!("{path}/registrations"), body.clone()).await.expect(201);
        app.clock.set("2030-03-12T18:00:00Z".parse().unwrap());
        let admin = app.again("admin@office.example.gov").await;
        let mut late = body;
        late["attendee"]["email"] = json!("b@example.gov");
        admin.post(&format!("{path}/registrations"), late).await.expect_problem(409, "registration_closed");
    }

    async fn a_city_corrects_its_registration(app: App) {
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({})).await;
        let made = register(&city, &briefing, 1).await.expect(201);
        let path = made.header("location").unwrap().to_owned();
        let changed = city.send(reqwest::Method::PATCH, &path, &[], Some(json!({"name": "Renamed", "accommodations": "Step-free access"}))).await.expect(200);
        assert_eq!(changed.body["attendee"]["name"], "Renamed");
        let cleared = city.send(reqwest::Method::PATCH, &path, &[], Some(json!({"accommodations": null}))).await.expect(200);
        assert_eq!(cleared.body["accommodations"], Value::Null);
        assert_eq!(cleared.body["attendee"]["name"], "Renamed");
    }
}
