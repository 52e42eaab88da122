//! Check-ins in batches from devices that were offline.

use chancery::kernel::access::Role;
use chancery::kernel::time::Timestamp;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, App, Process, free_port};

fn note(client: &str, registration: &str, action: &str, at: Timestamp) -> Value {
    let registration = registration.rsplit('/').next().unwrap();
    json!({"client_id": client, "registration_id": registration, "action": action, "at": at})
}

async fn send(who: &Actor, briefing: &str, notes: &[Value]) -> Value {
    who.post(
        &format!("/v1/briefings/{briefing}/check-ins"),
        json!({"entries": notes}),
    )
    .await
    .expect(200)
    .body
}

/// What became of each note, in a word or with the code of the problem.
fn became(answer: &Value) -> Vec<String> {
    answer["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| match result["code"].as_str() {
            Some(code) => format!("refused: {code}"),
            None => result["outcome"].as_str().unwrap().to_owned(),
        })
        .collect()
}

async fn attended(who: &Actor, registration: &str) -> bool {
    who.get(registration).await.expect(200).body["attended"] == true
}

both_backends! {
    async fn each_note_has_its_own_answer_and_one_sent_again_the_same(app: App) {
        let briefing = app.published_soon(json!({"capacity": 3})).await;
        let another = app.published(json!({"starts_at": {"local": "2030-03-13T10:00:00", "time_zone": "America/Phoenix"}, "ends_at": {"local": "2030-03-13T11:00:00", "time_zone": "America/Phoenix"}})).await;
        let (one, two, gone, waits, elsewhere) = (
            app.registered("Phoenix", &briefing, 1).await, app.registered("Chicago", &briefing, 2).await, app.registered("Phoenix", &briefing, 3).await,
            app.registered("Phoenix", &briefing, 4).await, app.registered("Phoenix", &another, 5).await,
        );
        let office = app.as_role(Role::Scheduler).await;
        let now = app.clock.now();
        let notes = [
            note("d1:1", &one, "check_in", now.plus_seconds(-60)), note("d1:2", &two, "check_in", now.plus_seconds(-50)),
            note("d1:3", &two, "undo", now.plus_seconds(-40)), note("d1:4", &waits, "check_in", now), note("d1:5", &elsewhere, "check_in", now),
            note("d1:6", &one, "check_in", now.plus_seconds(600)), note("d1:7", &gone, "undo", now), note("d1:8", "reg_00000000000000000000000000", "check_in", now),
        ];
        let first = send(&office, &briefing, &notes).await;
        let expected = ["applied", "applied", "applied", "refused: not_allowed_in_state", "refused: not_found", "refused: validation_failed", "unchanged", "refused: not_found"];
        assert_eq!((became(&first), &first["attended"]), (expected.map(str::to_owned).to_vec(), &json!(1)));
        let shown = office.get(&one).await.expect(200);
        assert_eq!(shown.body["checked_in_at"], json!(now.plus_seconds(-60)));
        // Registered and attended are counted apart.
        let counts = office.get(&format!("/v1/briefings/{briefing}")).await.expect(200).body["counts"].clone();
        assert_eq!((&counts["confirmed"], &counts["waitlisted"], &counts["attended"]), (&json!(3), &json!(1), &json!(1)));

        // Again in another order, in another batch, with one that is new.
        app.as_city("Phoenix").await.post(&format!("{gone}/cancel"), json!({})).await.expect(200);
        let mut again: Vec<Value> = notes.iter().rev().cloned().collect();
        again.push(note("d2:1", &two, "check_in", now));
        let second = send(&office, &briefing, &again).await;
        let mut turned: Vec<String> = expected.iter().rev().map(|one| (*one).to_owned()).collect();
        turned.push("applied".to_owned());
        assert_eq!((became(&second), &second["attended"]), (turned, &json!(2)));
        // An id stands for one note.
        let other = send(&office, &briefing, &[note("d1:1", &two, "check_in", now), note("d3:1", &two, "undo", now), note("d3:1", &two, "check_in", now)]).await;
        assert_eq!(became(&other)[0], "refused: idempotency_key_reused");
        assert_eq!(became(&other).iter().filter(|one| one.ends_with("reused")).count(), 2);
        let city = app.as_city("Phoenix").await;
        city.post(&format!("/v1/briefings/{briefing}/check-ins"), json!({"entries": notes})).await.expect_problem(403, "forbidden");
    }

    async fn an_older_note_never_undoes_a_newer_one(app: App) {
        let briefing = app.published_soon(json!({})).await;
        let one = app.registered("Phoenix", &briefing, 1).await;
        let office = app.as_role(Role::Scheduler).await;
        let ago = |seconds: i64| app.clock.now().plus_seconds(-seconds);
        assert_eq!(became(&send(&office, &briefing, &[note("a", &one, "check_in", ago(100))]).await), ["applied"]);
        assert_eq!(became(&send(&office, &briefing, &[note("b", &one, "undo", ago(200))]).await), ["unchanged"]);
        assert_eq!(became(&send(&office, &briefing, &[note("c", &one, "check_in", ago(50))]).await), ["unchanged"]);
        assert_eq!(became(&send(&office, &briefing, &[note("d", &one, "undo", ago(80))]).await), ["unchanged"]);
        assert!(attended(&office, &one).await);
        assert_eq!(became(&send(&office, &briefing, &[note("e", &one, "undo", ago(40))]).await), ["applied"]);
        assert!(!attended(&office, &one).await);
        // What is said online counts from now, also where it changes nothing.
        for action in ["check-in", "check-in"] {
            office.post(&format!("{one}/{action}"), json!({})).await.expect(200);
        }
        assert_eq!(became(&send(&office, &briefing, &[note("f", &one, "undo", ago(10))]).await), ["unchanged"]);
        assert!(attended(&office, &one).await);
        office.post(&format!("{one}/undo-check-in"), json!({})).await.expect(200);
        office.post(&format!("{one}/undo-check-in"), json!({})).await.expect(200);
        assert_eq!(became(&send(&office, &briefing, &[note("g", &one, "check_in", ago(5))]).await), ["unchanged"]);
        assert!(!attended(&office, &one).await);
    }

    async fn fifty_identical_batches_at_once_have_one_effect_and_one_answer(app: App) {
        let briefing = app.published_soon(json!({})).await;
        let mut notes = Vec::new();
        for number in 0..5 {
            let at = app.registered("Phoenix", &briefing, number).await;
            notes.push(note(&format!("n{number}"), &at, "check_in", app.clock.now()));
        }
        let office = app.as_role(Role::Scheduler).await;
        let all = (0..50).map(|_| send(&office, &briefing, &notes));
        let answers = futures_util::future::join_all(all).await;
        for answer in &answers {
            assert_eq!(became(answer), ["applied"; 5]);
            assert_eq!(answer["attended"], 5);
        }
        app.settle_journal().await;
        let told = app.admin().await.get("/v1/audit-events?type=registration.checked_in&include=total").await.expect(200);
        assert_eq!(told.body["total"], 5);
    }

    async fn a_batch_whose_answer_was_lost_in_a_crash_is_answered_as_the_first_time(app: App) {
        let briefing = app.published_soon(json!({})).await;
        let one = app.registered("Phoenix", &briefing, 1).await;
        let office = app.as_role(Role::Scheduler).await;
        let notes = [note("x", &one, "check_in", app.clock.now().plus_seconds(-30))];
        let process = Process::start(&app, free_port()).await;
        let first = send(&office.at(&process.url), &briefing, &notes).await;
        process.kill();
        office.post(&format!("{one}/undo-check-in"), json!({})).await.expect(200);
        let again = send(&office, &briefing, &notes).await;
        assert_eq!(first["results"], again["results"]);
        assert!(!attended(&office, &one).await);
    }

    async fn who_is_checked_in_long_before_the_briefing_has_not_come(app: App) {
        let briefing = app.published(json!({})).await;
        let (one, two) = (app.registered("Phoenix", &briefing, 1).await, app.registered("Phoenix", &briefing, 2).await);
        app.move_to("2030-03-12T04:59:00Z").await;
        let office = app.as_role(Role::Scheduler).await;
        let early = office.post(&format!("{one}/check-in"), json!({})).await.expect_problem(409, "check_in_too_early");
        assert_eq!(early.body["opens_at"], "2030-03-12T05:00:00Z");
        office.post(&format!("{one}/undo-check-in"), json!({})).await.expect(200);
        app.move_to("2030-03-12T16:00:00Z").await;
        let office = app.as_role(Role::Scheduler).await;
        // A note is judged by its own time, and keeps none of the others back.
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let notes = [
            note("e1", &one, "check_in", at("2030-03-12T04:59:59Z")), note("e2", &two, "check_in", at("2030-03-12T05:00:00Z")),
        ];
        let answer = send(&office, &briefing, &notes).await;
        assert_eq!(became(&answer), ["refused: check_in_too_early", "applied"]);
        assert!(!attended(&office, &one).await);
        office.post(&format!("{one}/check-in"), json!({})).await.expect(200);
        assert!(attended(&office, &one).await);
    }

    async fn attendance_is_taken_until_the_briefing_is_closed_and_old_answers_stay(app: App) {
        let briefing = app.published(json!({})).await;
        let (one, two) = (app.registered("Phoenix", &briefing, 1).await, app.registered("Phoenix", &briefing, 2).await);
        let admin = app.held(&briefing).await;
        let at = app.clock.now().plus_seconds(-3600);
        let late = [note("l1", &one, "check_in", at)];
        assert_eq!(became(&send(&admin, &briefing, &late).await), ["applied"]);
        crate::support::put(&admin, &format!("/v1/briefings/{briefing}/after-action"), json!({"summary": "Held."})).await.expect(201);
        admin.act_now(&format!("/v1/briefings/{briefing}"), "close").await.expect(200);
        let after = [late[0].clone(), note("l2", &two, "check_in", at)];
        assert_eq!(became(&send(&admin, &briefing, &after).await), ["applied", "refused: not_allowed_in_state"]);
    }
}
