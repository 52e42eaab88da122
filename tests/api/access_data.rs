//! Access data of restricted venues: who gives it, who is shown it, when it goes, and that it is
//! nowhere else.

mod search;

use chancery::briefings::access_data::erasing;
use chancery::briefings::registrations::queries::list;
use chancery::briefings::registrations::wire::RegistrationQuery;
use chancery::kernel::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use self::search::{Places, database, date_forms, folder, forms, leaks, texts_of};
use crate::both_backends;
use crate::support::{App, Process, Receiver, put};

const NUMBER: &str = "ZQ7731904XK";
const BIRTH: &str = "1967-11-23";

fn data() -> Value {
    json!({"birth_date": BIRTH, "citizenship": "LS", "id_document": {"kind": "passport", "number": NUMBER}})
}

fn salts(app: &App) -> Vec<String> {
    texts_of(
        &mut app.database.connect(),
        "SELECT salt AS text FROM access_data WHERE salt IS NOT NULL",
    )
}

both_backends! {
    async fn the_city_that_sends_somebody_gives_it_and_the_office_sees_where_it_is_missing(app: App) {
        let briefing = app.guarded(json!({"capacity": 2})).await;
        let (one, other, waiting) = (app.registered("Phoenix", &briefing, 1).await, app.registered("Phoenix", &briefing, 2).await, app.registered("Phoenix", &briefing, 3).await);
        let (city, office) = (app.as_city("Phoenix").await, app.as_role(Role::Scheduler).await);
        let path = format!("/v1/briefings/{briefing}");
        let state = |at: String| { let city = city.clone(); async move { city.get(&at).await.expect(200).body["access_data"].as_str().unwrap().to_owned() } };
        assert_eq!((state(one.clone()).await.as_str(), state(waiting.clone()).await.as_str()), ("missing", "not_needed"));
        assert_eq!(office.get(&path).await.expect(200).body["counts"]["access_data_missing"], 2);
        assert!(city.get(&path).await.expect(200).body["counts"].get("access_data_missing").is_none());
        assert_eq!(city.get(&path).await.expect(200).body["venue"]["requires_access_data"], true);

        let given = put(&city, &format!("{one}/access-data"), data()).await.expect(200);
        assert_eq!(given.body["access_data"], "given");
        assert!(!given.text.contains(NUMBER) && !given.text.contains(BIRTH));
        // Who waits may move up, and may give it before.
        put(&city, &format!("{waiting}/access-data"), data()).await.expect(200);
        put(&office, &format!("{other}/access-data"), data()).await.expect(200);
        assert_eq!(office.get(&path).await.expect(200).body["counts"]["access_data_missing"], 0);
        city.delete(&format!("{other}/access-data"), "\"1\"").await.expect(204);
        city.delete(&format!("{other}/access-data"), "\"1\"").await.expect(204);
        assert_eq!(office.get(&path).await.expect(200).body["counts"]["access_data_missing"], 1);

        let ids = |state: &str| { let (office, list) = (office.clone(), format!("{path}/registrations?access_data={state}&include=total")); async move { office.get(&list).await.expect(200) } };
        let last = |at: &str| at.rsplit('/').next().unwrap().to_owned();
        assert_eq!(ids("missing").await.ids(), [last(&other)]);
        assert_eq!(ids("given").await.ids(), [last(&one), last(&waiting)]);
        assert_eq!((ids("not_needed").await.body["total"].clone(), ids("erased").await.body["total"].clone()), (json!(0), json!(0)));
        // Who comes no more needs none: what was there is gone.
        city.post(&format!("{waiting}/cancel"), json!({})).await.expect(200);
        assert_eq!(ids("erased").await.ids(), [last(&waiting)]);
        put(&city, &format!("{waiting}/access-data"), data()).await.expect_problem(409, "not_allowed_in_state");

        // Where nobody asks, nothing is taken.
        let open = app.published(json!({})).await;
        let anyone = app.registered("Phoenix", &open, 1).await;
        assert_eq!(state(anyone.clone()).await, "not_needed");
        put(&city, &format!("{anyone}/access-data"), data()).await.expect_problem(409, "not_allowed_in_state");
    }

    async fn nobody_else_gives_or_sees_it_and_a_refusal_repeats_nothing(app: App) {
        let briefing = app.guarded(json!({})).await;
        let one = app.registered("Phoenix", &briefing, 1).await;
        let city = app.as_city("Phoenix").await;
        let at = format!("{one}/access-data");
        let of_another = app.as_city("Chicago").await;
        put(&of_another, &at, data()).await.expect_problem(404, "not_found");
        of_another.delete(&at, "\"1\"").await.expect_problem(404, "not_found");
        for role in [Role::Auditor, Role::ClearanceOfficer] {
            put(&app.as_role(role).await, &at, data()).await.expect_problem(403, "forbidden");
        }
        put(&city, &at, data()).await.expect(200);
        let why = json!({"reason": "To see."});
        for who in [&city, &app.as_role(Role::ProgramOfficer).await, &app.as_role(Role::Auditor).await] {
            who.post(&format!("{at}/disclose"), why.clone()).await.expect_problem(403, "forbidden");
            who.post(&format!("/v1/briefings/{briefing}/access-list"), why.clone()).await.expect_problem(403, "forbidden");
        }
        for (wrong, pointer) in [
            (json!({"birth_date": "2999-01-01"}), "/birth_date"),
            (json!({"birth_date": "1899-12-31"}), "/birth_date"),
            (json!({"birth_date": 19671123}), "/birth_date"),
            (json!({"citizenship": "XQ"}), "/citizenship"),
            (json!({"citizenship": "Lesotho-ZQ7731904XK"}), "/citizenship"),
            (json!({"id_document": {"kind": "passport", "number": "ZQ7731904XK\u{0}"}}), "/id_document/number"),
            (json!({"id_document": {"kind": "ZQ7731904XK", "number": "X1"}}), "/id_document/kind"),
            (json!({"id_document": {"kind": "passport", "number": format!("{NUMBER}{}", "9".repeat(40))}}), "/id_document/number"),
        ] {
            let mut body = data();
            for (name, value) in wrong.as_object().unwrap() {
                body[name] = value.clone();
            }
            let refused = put(&city, &at, body).await.expect_problem(422, "validation_failed");
            assert!(refused.fault_pointers().contains(&pointer.to_owned()), "{}", refused.text);
            assert!(!refused.text.contains("ZQ77") && !refused.text.contains("Lesotho") && !refused.text.contains("1967"), "{}", refused.text);
        }
        // A refusal has changed nothing.
        let shown = app.admin().await.post(&format!("{at}/disclose"), why).await.expect(200);
        assert_eq!(shown.body["access_data"], data());
    }

    async fn each_disclosure_is_in_the_journal_with_who_whose_and_why_and_never_what(app: App) {
        let briefing = app.guarded(json!({})).await;
        let (one, other) = (app.registered("Phoenix", &briefing, 1).await, app.registered("Chicago", &briefing, 2).await);
        let office = app.as_role(Role::Scheduler).await;
        let me = office.get("/v1/me").await.expect(200).id();
        let why = json!({"reason": "The guard asked."});
        office.post(&format!("{one}/access-data/disclose"), why.clone()).await.expect_problem(409, "not_allowed_in_state");
        office.post(&format!("{one}/access-data/disclose"), json!({})).await.expect_problem(422, "validation_failed");
        put(&app.as_city("Phoenix").await, &format!("{one}/access-data"), data()).await.expect(200);
        // Also a repetition under the same key is a disclosure of its own.
        for _ in 0..2 {
            let key = [("Idempotency-Key", "the-same")];
            let shown = office.post_with(&format!("{one}/access-data/disclose"), &key, why.clone()).await.expect(200);
            assert_eq!((&shown.body["access_data"], shown.header("idempotency-replayed")), (&data(), None));
        }
        let list = office.post(&format!("/v1/briefings/{briefing}/access-list"), json!({"reason": "The list."})).await.expect(200);
        assert_eq!((&list.body["missing"], &list.body["people"][0]["access_data"], &list.body["people"][1]["access_data"]), (&json!(1), &data(), &Value::Null));
        assert_eq!(list.body["people"][1]["registration_id"], other.rsplit('/').next().unwrap());
        app.settle_journal().await;
        let told = app.as_role(Role::Auditor).await.get("/v1/audit-events?type=access_data.disclosed").await.expect(200);
        let events = told.body["data"].as_array().unwrap();
        assert_eq!(events.len(), 3);
        for event in events {
            assert_eq!((&event["actor"]["id"], &event["payload"]["registration_ids"]), (&json!(me), &json!([one.rsplit('/').next().unwrap()])), "{event}");
            assert!(["The guard asked.", "The list."].contains(&event["payload"]["reason"].as_str().unwrap()));
        }
        assert!(!told.text.contains(NUMBER) && !told.text.contains(BIRTH));
    }

    async fn it_is_erased_a_day_after_nobody_asks_for_it_any_more(app: App) {
        let (moved, stays) = (app.guarded(json!({})).await, app.guarded(json!({"starts_at": {"local": "2030-03-14T10:00:00", "time_zone": "America/Phoenix"}, "ends_at": {"local": "2030-03-14T11:00:00", "time_zone": "America/Phoenix"}})).await);
        let city = app.as_city("Phoenix").await;
        for (briefing, number) in [(&moved, 1), (&stays, 2)] {
            let at = app.registered("Phoenix", briefing, number).await;
            put(&city, &format!("{at}/access-data"), data()).await.expect(200);
        }
        let open = app.venue("Phoenix City Hall").await;
        app.admin().await.patch_now(&format!("/v1/briefings/{moved}"), json!({"venue_id": open})).await.expect(200);
        app.clock.advance(23 * 3600);
        app.pass_briefings().await;
        assert_eq!(salts(&app).len(), 2, "a slip can be undone");
        app.clock.advance(3600);
        app.pass_briefings().await;
        assert_eq!(salts(&app).len(), 1);
        app.sign_everyone_in_again().await;
        app.settle_journal().await;
        let told = app.admin().await.get("/v1/audit-events?type=access_data.erased").await.expect(200);
        assert_eq!((&told.body["data"][0]["payload"]["cause"], told.ids().len()), (&json!("not_needed"), 1));
    }

    async fn it_is_erased_with_a_cancellation_and_some_days_after_the_briefing(app: App) {
        let (kept, called_off) = (app.guarded(json!({})).await, app.guarded(json!({"starts_at": {"local": "2030-03-14T10:00:00", "time_zone": "America/Phoenix"}, "ends_at": {"local": "2030-03-14T11:00:00", "time_zone": "America/Phoenix"}})).await);
        let city = app.as_city("Phoenix").await;
        let mut all = Vec::new();
        for (briefing, number) in [(&kept, 1), (&kept, 2), (&called_off, 3)] {
            let at = app.registered("Phoenix", briefing, number).await;
            put(&city, &format!("{at}/access-data"), data()).await.expect(200);
            all.push(at);
        }
        assert_eq!(salts(&app).len(), 3);
        let known = salts(&app);
        city.post(&format!("{}/cancel", all[1]), json!({})).await.expect(200);
        app.admin().await.act_now(&format!("/v1/briefings/{called_off}"), "cancel").await.expect(200);
        assert_eq!(salts(&app).len(), 1);
        for at in &all[1..] {
            assert_eq!(city.get(at).await.expect(200).body["access_data"], "erased");
        }
        // The day after the last of thirty, and not before.
        app.held(&kept).await;
        app.move_to("2030-04-11T17:59:00Z").await;
        app.pass_briefings().await;
        assert_eq!(salts(&app).len(), 1);
        app.move_to("2030-04-11T18:00:00Z").await;
        app.pass_briefings().await;
        assert!(salts(&app).is_empty());
        assert_eq!(app.as_city("Phoenix").await.get(&all[0]).await.expect(200).body["access_data"], "erased");
        app.settle_journal().await;
        let told = app.admin().await.get("/v1/audit-events?type=access_data.erased").await.expect(200);
        let mut causes: Vec<&str> = told.body["data"].as_array().unwrap().iter().map(|event| event["payload"]["cause"].as_str().unwrap()).collect();
        causes.sort_unstable();
        assert_eq!(causes, ["cancelled", "cancelled", "expired"]);

        // What keys were made from is nowhere on the disk either, so no old copy of a sealed text opens.
        for _ in 0..200 {
            if erasing::rewrite(&app.kernel).await.unwrap() > 0 {
                break;
            }
        }
        let places: Places = database(&app).into_iter().filter(|(name, _)| !name.contains(" of ") || name.ends_with("access_data")).collect();
        assert!(places.len() >= 2);
        assert_eq!(leaks(&places, &known), Vec::<String>::new());
    }

    async fn an_attendee_whose_data_is_missing_is_asked_by_mail_once_a_deadline(app: App) {
        let deadline = |day: &str| json!({"access_deadline": {"local": format!("{day}T10:00:00"), "time_zone": "America/Phoenix"}});
        let briefing = app.guarded(deadline("2030-03-10")).await;
        let one = app.registered("Phoenix", &briefing, 1).await;
        app.registered("Phoenix", &briefing, 2).await;
        let gone = app.registered("Phoenix", &briefing, 3).await;
        let city = app.as_city("Phoenix").await;
        put(&city, &format!("{one}/access-data"), data()).await.expect(200);
        city.post(&format!("{gone}/cancel"), json!({})).await.expect(200);
        let wanted = "access_data_wanted";
        // Fourteen days before, and not before.
        app.move_to("2030-02-24T16:59:00Z").await;
        app.pass_briefings().await;
        assert!(app.mail_of(wanted).is_empty());
        app.move_to("2030-02-24T17:00:00Z").await;
        for _ in 0..2 {
            app.pass_briefings().await;
            let mut asked = app.mail_of(wanted);
            asked.sort();
            // The city's people with an account are asked for its attendees.
            assert_eq!(asked, ["person2@phoenix.example.gov", "staff@phoenix.example.gov"]);
        }
        let (admin, path) = (app.admin().await, format!("/v1/briefings/{briefing}"));
        let tag = admin.get(&path).await.expect(200).tag();
        admin.patch(&path, &tag, deadline("2030-03-09")).await.expect(200);
        app.pass_briefings().await;
        assert_eq!(app.mail_of(wanted).len(), 4);
    }

    async fn fifty_at_once_leave_one_that_opens(app: App) {
        let briefing = app.guarded(json!({})).await;
        let one = app.registered("Phoenix", &briefing, 1).await;
        let city = app.as_city("Phoenix").await;
        let at = format!("{one}/access-data");
        let all = (0..50).map(|_| put(&city, &at, data()));
        assert!(futures_util::future::join_all(all).await.iter().all(|answer| answer.status == 200));
        assert_eq!(salts(&app).len(), 1);
        let shown = app.admin().await.post(&format!("{at}/disclose"), json!({"reason": "To see."})).await.expect(200);
        assert_eq!(shown.body["access_data"], data());
    }

    async fn a_list_takes_as_many_statements_for_thirty_as_for_three(app: App) {
        let briefing = app.guarded(json!({"capacity": 40})).await;
        let city = app.as_city("Phoenix").await;
        let scope = app.scope_of_admin();
        let mut counted = Vec::new();
        for (from, to) in [(0, 3), (3, 30)] {
            for number in from..to {
                let at = app.registered("Phoenix", &briefing, number).await;
                if number % 2 == 0 {
                    put(&city, &format!("{at}/access-data"), data()).await.expect(200);
                }
            }
            let id = briefing.parse().unwrap();
            let query = RegistrationQuery { limit: Some(100), access_data: Some("missing".parse().unwrap()), ..RegistrationQuery::default() };
            counted.push(app.statements_of(|conn| {
                let row = chancery::briefings::queries::find(conn, &scope, &id).unwrap();
                let page = list(conn, &scope, &app.kernel.keyring, &row, &query).unwrap();
                assert_eq!(page.data.len(), to / 2);
                chancery::briefings::queries::represent(conn, &scope, &[row], None, app.clock.now()).unwrap();
            }));
        }
        assert_eq!(counted[0], counted[1]);
    }

    async fn known_access_data_is_in_no_journal_log_export_webhook_or_backup(app: App) {
        let briefing = app.guarded(json!({})).await;
        let open = app.published(json!({})).await;
        let phoenix = app.city("Phoenix").await;
        let receiver = Receiver::start().await;
        let hook = json!({"organization_id": phoenix, "url": receiver.url()});
        app.as_city("Phoenix").await.post("/v1/webhook-endpoints", hook).await.expect(201);
        let log = app.database.folder.join("service.log");
        let process = Process::start_logging(&app, "trace", &log).await;
        let (city, stranger, office) = (app.as_city("Phoenix").await.at(&process.url), app.as_city("Chicago").await.at(&process.url), app.as_role(Role::Scheduler).await.at(&process.url));
        let (one, other, gone, free) = (app.registered("Phoenix", &briefing, 1).await, app.registered("Phoenix", &briefing, 2).await, app.registered("Phoenix", &briefing, 3).await, app.registered("Phoenix", &open, 4).await);
        city.post(&format!("{gone}/cancel"), json!({})).await.expect(200);
        let at = |registration: &str| format!("{registration}/access-data");

        // It is given, replaced, given where it is not taken, in every wrong form, by the wrong people.
        put(&city, &at(&one), data()).await.expect(200);
        put(&city, &at(&one), data()).await.expect(200);
        put(&office, &at(&other), data()).await.expect(200);
        put(&stranger, &at(&one), data()).await.expect(404);
        put(&city, &at(&gone), data()).await.expect(409);
        put(&city, &at(&free), data()).await.expect(409);
        put(&app.anonymous().at(&process.url), &at(&one), data()).await.expect(401);
        put(&app.as_role(Role::Auditor).await.at(&process.url), &at(&one), data()).await.expect(403);
        let valid = data().to_string();
        for (body, kind, status) in [
            (valid.replace('}', ""), "application/json", 400),
            (valid.replace("\"birth_date\"", &format!("\"birth_date\": \"{BIRTH}\", \"birth_date\"")), "application/json", 400),
            (valid.replace("\"passport\"", &format!("\"{NUMBER}\"")), "application/json", 422),
            (valid.replace("\"LS\"", &format!("\"{NUMBER}\"")), "application/json", 422),
            (valid.replace(BIRTH, &format!("{BIRTH}T00:00:00Z")), "application/json", 422),
            (valid.replace(BIRTH, NUMBER), "application/json", 422),
            (format!("[{valid}]"), "application/json", 422),
            (valid.clone(), "text/plain", 415),
            (format!("{valid}{}", " ".repeat(2 << 20)), "application/json", 413),
        ] {
            let headers = [("Content-Type", kind), ("Idempotency-Key", "kept-or-not")];
            let answer = city.send_raw(Method::PUT, &at(&one), &headers, body.clone().into_bytes()).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text);
            assert!(!answer.text.contains(NUMBER) && !answer.text.contains(BIRTH), "{}", answer.text);
        }
        // It is disclosed, also under a key under which answers are kept.
        let key = [("Idempotency-Key", "kept-or-not")];
        let why = json!({"reason": "The guard asked."});
        let shown = office.post_with(&format!("{}/disclose", at(&one)), &key, why.clone()).await.expect(200);
        assert_eq!(shown.body["access_data"], data());
        let list = office.post_with(&format!("/v1/briefings/{briefing}/access-list"), &key, why.clone()).await.expect(200);
        assert!(list.text.contains(NUMBER) && list.text.contains(BIRTH));
        office.post(&format!("{}/disclose", at(&one)), json!({})).await.expect(422);
        city.post(&format!("{}/disclose", at(&one)), why).await.expect(403);
        city.delete(&at(&other), "\"1\"").await.expect(204);
        app.settle_journal().await;
        receiver.wait(4).await;

        // What can be read, as each who may read it.
        let mut places = Places::new();
        for (name, who) in [("office", &office), ("city", &city), ("auditor", &app.as_role(Role::Auditor).await.at(&process.url))] {
            for path in [
                "/v1/audit-events?limit=100".to_owned(), "/v1/events?limit=100".to_owned(), "/v1/briefings".to_owned(),
                format!("/v1/briefings/{briefing}"), format!("/v1/briefings/{briefing}/registrations"), one.clone(), other.clone(),
                "/v1/webhook-endpoints".to_owned(), "/v1/mail-messages".to_owned(),
            ] {
                let answer = who.get(&path).await;
                places.push((format!("{path} for {name}"), answer.text.into_bytes()));
            }
        }
        let sent: Vec<String> = receiver.received().iter().map(|one| format!("{:?} {}", one.headers, one.text)).collect();
        assert!(sent.iter().any(|text| text.contains("registration.")));
        places.push(("webhooks".to_owned(), sent.join("\n").into_bytes()));
        process.kill();
        let text = std::fs::read_to_string(&log).unwrap();
        assert!(text.contains("/access-data") && text.contains("/access-list") && text.contains("permission denied"));
        places.extend(folder(&app));
        places.extend(database(&app));
        let wanted: Vec<String> = forms(NUMBER).into_iter().chain(date_forms(BIRTH)).collect();
        assert!(places.iter().any(|(name, _)| name.ends_with("service.log")));
        assert_eq!(leaks(&places, &wanted), Vec::<String>::new());
        assert_eq!(salts(&app).len(), 1);
        // Nor is a digest of it kept for a retry.
        let kept = texts_of(&mut app.database.connect(), "SELECT key AS text FROM idempotency_keys");
        assert!(!kept.contains(&"kept-or-not".to_owned()));

        // The same search finds it where somebody writes it down: in the database and its backup, where
        // people read, and, put there by hand, in each other place.
        let path = format!("/v1/briefings/{briefing}");
        let admin = app.admin().await;
        let tag = admin.get(&path).await.expect(200).tag();
        admin.patch(&path, &tag, json!({"internal_notes": format!("Passport {NUMBER}")})).await.expect(200);
        assert!(leaks(&database(&app), &wanted).iter().any(|name| name.contains("backup")));
        let read = vec![(path.clone(), admin.get(&path).await.text.into_bytes())];
        assert_eq!(leaks(&read, &wanted), [path]);
        for (name, bytes) in &places {
            let mut planted = bytes.clone();
            planted.splice(bytes.len() / 2..bytes.len() / 2, valid.bytes());
            assert_eq!(leaks(&vec![(name.clone(), planted)], &forms(NUMBER)[..]), std::slice::from_ref(name));
        }
    }
}
