//! Event requests: scenarios 1, 2, 3, 7 and 13 of docs/domain.md, every step of the life cycle, and
//! the rules around them.

use chancery::event_requests::lifecycle::{LIFECYCLE, RequestAction, RequestStatus};
use chancery::kernel::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::clearances::decide;
use crate::support::App;

fn path(id: &str) -> String {
    format!("/v1/event-requests/{id}")
}

/// A local date so many days after the clock's, in Phoenix.
fn days_from_now(app: &App, days: i64) -> String {
    let instant = app.clock.now().plus_seconds(days * 86_400 - 7 * 3600);
    instant.to_string()[..10].to_owned()
}

both_backends! {
    async fn a_retried_request_exists_once_and_its_double_is_flagged(app: App) {
        // Scenario 1.
        let phoenix = app.as_city("Phoenix").await;
        let chicago = app.as_city("Chicago").await;
        let body = app.request_draft(json!({"external_ref": "PHX-1"}));
        let key = [("Idempotency-Key", "flaky-network")];
        let first = phoenix.post_with("/v1/event-requests", &key, body.clone()).await.expect(201);
        for _ in 0..3 {
            let again = phoenix.post_with("/v1/event-requests", &key, body.clone()).await.expect(201);
            assert_eq!(again.header("idempotency-replayed"), Some("true"));
            assert_eq!(again.text, first.text);
        }
        let mut changed = body.clone();
        changed["title"] = json!("Another");
        phoenix.post_with("/v1/event-requests", &key, changed.clone()).await.expect_problem(422, "idempotency_key_reused");
        let theirs = chicago.post_with("/v1/event-requests", &key, changed).await.expect(201);
        assert_ne!(theirs.id(), first.id());

        // The organization's own reference, under a new key.
        let taken = phoenix.post("/v1/event-requests", body.clone()).await.expect_problem(409, "duplicate_external_ref");
        assert_eq!(taken.header("location"), Some(path(&first.id()).as_str()));
        assert_eq!(theirs.body["external_ref"], "PHX-1");

        // The same event under a new key and reference: made, and flagged on both sides.
        let double = phoenix.post("/v1/event-requests", app.request_draft(json!({"title": "Trade Summit Phoenix"}))).await.expect(201);
        assert_eq!(double.body["possible_duplicates"], json!([first.id()]));
        let original = phoenix.get(&path(&first.id())).await.expect(200);
        assert_eq!(original.body["possible_duplicates"], json!([double.id()]));
        let other = phoenix.post("/v1/event-requests", app.request_draft(json!({"title": "Water resilience forum"}))).await.expect(201);
        assert_eq!(other.body["possible_duplicates"], json!([]));
        assert_eq!(phoenix.get("/v1/event-requests?include=total").await.expect(200).body["total"], 3);
    }

    async fn a_late_request_needs_a_reason_and_one_without_its_letter_waits(app: App) {
        // Scenario 2, in the venue's time zone.
        let city = app.as_city("Phoenix").await;
        let (day, early) = (days_from_now(&app, 10), days_from_now(&app, 42));
        let times = |day: &str| json!({
            "starts_at": {"local": format!("{day}T09:00:00"), "time_zone": "America/Phoenix"},
            "ends_at": {"local": format!("{day}T17:00:00"), "time_zone": "America/Phoenix"},
        });
        let id = app.drafted(&city, times(&day)).await;
        let refused = app.act_on(&city, &id, "submit", None).await.expect_problem(422, "validation_failed");
        assert_eq!((refused.fault_pointers(), refused.fault_codes()), (vec!["/expedite_reason".to_owned()], vec!["lead_time".to_owned()]));
        let tag = city.get(&path(&id)).await.expect(200).tag();
        city.patch(&path(&id), &tag, json!({"expedite_reason": "The partner confirmed yesterday."})).await.expect(200);
        let submitted = app.act_on(&city, &id, "submit", None).await.expect(200);
        assert_eq!(submitted.body["status"], "awaiting_documents");
        assert_eq!(submitted.body["awaited_documents"], json!(["invitation_letter"]));
        assert_eq!((&submitted.body["waiting_for"], &submitted.body["decision_due_at"]), (&json!("organization"), &Value::Null));

        // Nothing is processed before the letter is in; then it goes on by itself, and the clock runs.
        let scheduler = app.as_role(Role::Scheduler).await;
        let early_start = app.act_on(&scheduler, &id, "start-review", None).await.expect_problem(409, "documents_missing");
        assert_eq!(early_start.body["missing"], json!(["invitation_letter"]));
        app.add_letter(&city, &id).await.expect(201);
        let reviewed = city.get(&path(&id)).await.expect(200);
        assert_eq!(reviewed.body["status"], "under_review");
        assert!(reviewed.body["decision_due_at"].is_string());
        let history = city.get(&format!("{}/history", path(&id))).await.expect(200);
        for sentence in ["The request waits for its invitation letter.", "The awaited documents are in, and the review began."] {
            assert!(history.text.contains(sentence), "{}", history.text);
        }

        // In time on the last day, as the venue's calendar has it.
        let in_time = app.drafted(&city, times(&early)).await;
        app.act_on(&city, &in_time, "submit", None).await.expect(200);
    }

    async fn a_form_that_lacks_something_is_refused_with_everything_it_lacks(app: App) {
        let city = app.as_city("Phoenix").await;
        let id = app.drafted(&city, json!({"details": {"contact": {"name": "Ana"}}})).await;
        let refused = app.act_on(&city, &id, "submit", None).await.expect_problem(422, "validation_failed");
        let missing = refused.fault_pointers();
        for pointer in ["/details/organizer", "/details/purpose", "/details/contact/email", "/details/venue/address", "/details/is_fundraiser", "/details/speaking/role"] {
            assert!(missing.contains(&pointer.to_owned()), "{pointer}: {missing:?}");
        }
        assert!(!missing.contains(&"/details/contact/name".to_owned()));
    }

    async fn nothing_is_confirmed_before_every_clearance_is_given(app: App) {
        // Scenario 3.
        let city = app.as_city("Phoenix").await;
        let admin = app.admin().await;
        let scheduler = app.as_role(Role::Scheduler).await;
        let id = app.request_in(RequestStatus::InClearance, json!({"request_type": "participation"})).await;
        let official = app.briefer("Amara Okafor").await;
        app.act_on(&scheduler, &id, "assign", Some(json!({"official_id": official}))).await.expect(200);
        let refused = app.act_on(&admin, &id, "confirm", None).await.expect_problem(409, "clearances_missing");
        assert_eq!(refused.body["missing"], json!([{"kind": "ethics", "status": "pending"}]));
        assert!(!city.get(&path(&id)).await.expect(200).text.contains("Okafor"));

        let officer = app.as_role(Role::ClearanceOfficer).await;
        decide(&officer, &id, "ethics", "object").await.expect(200);
        let refused = app.act_on(&admin, &id, "confirm", None).await.expect_problem(409, "clearances_missing");
        assert_eq!(refused.body["missing"], json!([{"kind": "ethics", "status": "objected"}]));
        decide(&officer, &id, "ethics", "clear").await.expect(200);

        // What the office learns of the event meanwhile may call for more.
        let tag = scheduler.get(&path(&id)).await.expect(200).tag();
        scheduler.patch(&path(&id), &tag, json!({"details": {"press_invited": true}})).await.expect(200);
        let refused = app.act_on(&admin, &id, "confirm", None).await.expect_problem(409, "clearances_missing");
        assert_eq!(refused.body["missing"], json!([{"kind": "public_affairs", "status": "not_requested"}]));
        scheduler.post(&format!("{}/clearances", path(&id)), json!({"kind": "public_affairs"})).await.expect(201);
        decide(&officer, &id, "public_affairs", "clear").await.expect(200);
        app.act_on(&admin, &id, "confirm", None).await.expect(200);

        // Named once confirmed, and no longer once withdrawn: in no view, event or history.
        assert_eq!(city.get(&path(&id)).await.expect(200).body["official"]["name"], "Amara Okafor");
        assert!(city.get("/v1/event-requests").await.expect(200).text.contains("Okafor"));
        app.act_on(&city, &id, "withdraw", Some(json!({"reason": "The venue is closed."}))).await.expect(200);
        for view in [path(&id), "/v1/event-requests".to_owned(), format!("{}/history", path(&id)), format!("{}/comments", path(&id))] {
            let seen = city.get(&view).await.expect(200);
            assert!(!seen.text.contains("Okafor") && !seen.text.contains(&official), "{view}: {}", seen.text);
        }
        assert_eq!(admin.get(&path(&id)).await.expect(200).body["official"]["name"], "Amara Okafor");
    }

    async fn another_citys_request_does_not_exist(app: App) {
        // Scenario 7 and controls 1, 3, 4: objects, lists, totals, search, references, markings.
        let phoenix = app.as_city("Phoenix").await;
        let chicago = app.as_city("Chicago").await;
        let id = app.submitted(json!({"external_ref": "PHX-9"})).await;
        let reference = phoenix.get(&path(&id)).await.expect(200).body["reference"].as_str().unwrap().to_owned();
        let letter = phoenix.get(&format!("{}/documents", path(&id))).await.expect(200).ids()[0].clone();
        let scheduler = app.as_role(Role::Scheduler).await;
        let secret = app.add_document(&scheduler, &id, "kind=other&filename=x.txt&marking=cui").await.expect(201).id();
        let internal = app.add_document(&scheduler, &id, "kind=other&filename=y.txt&visibility=internal").await.expect(201).id();
        scheduler.post(&format!("{}/comments", path(&id)), json!({"body": "Between ourselves", "visibility": "internal"})).await.expect(201);

        let unknown = chicago.get(&path("req_00000000000000000000000000")).await.expect_problem(404, "not_found");
        for view in [
            path(&id), format!("{}/documents", path(&id)), format!("{}/comments", path(&id)), format!("{}/history", path(&id)),
            format!("{}/documents/{letter}", path(&id)), format!("{}/documents/{letter}/content", path(&id)),
        ] {
            let mut refused = chicago.get(&view).await.expect_problem(404, "not_found").body;
            let mut absent = unknown.body.clone();
            for body in [&mut refused, &mut absent] { body.as_object_mut().unwrap().remove("instance"); }
            assert_eq!(refused, absent, "{view}");
        }
        // The city itself does not see what is marked above it, nor the office's own papers.
        for hidden in [&secret, &internal] {
            phoenix.get(&format!("{}/documents/{hidden}", path(&id))).await.expect_problem(404, "not_found");
            phoenix.get(&format!("{}/documents/{hidden}/content", path(&id))).await.expect_problem(404, "not_found");
        }
        assert_eq!(phoenix.get(&format!("{}/documents", path(&id))).await.expect(200).ids(), [letter]);
        for view in [format!("{}/comments?include=total", path(&id)), format!("{}/history", path(&id))] {
            let seen = phoenix.get(&view).await.expect(200);
            assert!(!seen.text.contains("Between ourselves") && !seen.text.contains("for the office"), "{}", seen.text);
        }
        let organization = app.city("Phoenix").await;
        for query in ["".to_owned(), "&q=summit".into(), "&sort=starts_at".into(), "&external_ref=PHX-9".into(), format!("&reference={reference}"), format!("&organization_id={organization}")] {
            let list = chicago.get(&format!("/v1/event-requests?include=total{query}")).await.expect(200);
            assert_eq!((list.ids().len(), &list.body["total"]), (0, &json!(0)), "{query}");
            assert_eq!(phoenix.get(&format!("/v1/event-requests?include=total{query}")).await.expect(200).body["total"], 1, "{query}");
        }
        chicago.post("/v1/event-requests", app.request_draft(json!({"organization_id": organization}))).await.expect_problem(422, "validation_failed");
        // A request that is marked above the city is gone for it, everywhere.
        let tag = scheduler.get(&path(&id)).await.expect(200).tag();
        scheduler.patch(&path(&id), &tag, json!({"marking": "cui"})).await.expect(200);
        phoenix.get(&path(&id)).await.expect_problem(404, "not_found");
        assert_eq!(phoenix.get("/v1/event-requests?include=total").await.expect(200).body["total"], 0);
        // The attempts are in the journal.
        let admin = app.admin().await;
        for _ in 0..60 {
            app.settle_journal().await;
            let denied = admin.get(&format!("/v1/audit-events?type=access.denied&subject_id={id}&include=total")).await.expect(200);
            if denied.body["total"].as_i64().unwrap() >= 7 { return; }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the attempts are not in the journal");
    }

    async fn of_two_conflicting_edits_the_second_is_refused(app: App) {
        // Scenario 13, control 39; and two who claim at once.
        let id = app.submitted(json!({})).await;
        let (one, two) = (app.as_role(Role::Scheduler).await, app.admin().await);
        let tag = one.get(&path(&id)).await.expect(200).tag();
        let version: i64 = tag.trim_matches('"').split('-').next().unwrap().parse().unwrap();
        let first = one.patch(&path(&id), &tag, json!({"topic": "ports"})).await.expect(200);
        assert_eq!(first.body["version"], version + 1);
        let second = two.patch(&path(&id), &tag, json!({"topic": "water"})).await.expect_problem(412, "precondition_failed");
        assert_eq!(second.body["current_version"], version + 1);
        assert_eq!(second.tag(), format!("\"{}\"", version + 1));
        two.send(Method::PATCH, &path(&id), &[], Some(json!({"topic": "water"}))).await.expect_problem(428, "precondition_required");
        let tag = one.get(&path(&id)).await.expect(200).tag();
        let claim = format!("{}/claim", path(&id));
        let (a, b) = tokio::join!(one.act(&claim, &tag), two.act(&claim, &tag));
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
        let now = one.get(&path(&id)).await.expect(200).tag();
        two.act(&claim, &now).await.expect_problem(409, "conflict");
    }

    async fn every_step_of_the_life_cycle_is_as_the_table_says(app: App) {
        let (mut allowed, mut refused) = (0, 0);
        // What has taken place comes last: it moves the clock.
        for status in RequestStatus::ALL {
            let shared = app.request_in(*status, json!({})).await;
            for action in RequestAction::ALL {
                let admin = app.admin().await;
                let row = LIFECYCLE.transitions().iter().find(|(from, candidate, ..)| from == status && candidate == action);
                let body = App::body_of(action.as_str());
                let Some((_, _, to, _)) = row else {
                    // The office does not see drafts: the city tries its own actions on them.
                    let actor = if *status == RequestStatus::Draft { app.as_city("Phoenix").await } else { admin };
                    let answer = app.act_on(&actor, &shared, action.as_str(), body).await;
                    if answer.status == 403 { continue; }
                    let answer = answer.expect_problem(409, "not_allowed_in_state");
                    assert_eq!(answer.body["state"], status.as_str());
                    let expected: Vec<&str> = LIFECYCLE.allowed(*status, |permission| {
                        let role = if *status == RequestStatus::Draft { Role::LocalStaff } else { Role::Administrator };
                        role.permissions().contains(&permission)
                    }).iter().map(|action| action.as_str()).collect();
                    assert_eq!(answer.body["allowed_actions"], json!(expected), "{status} {action}");
                    assert_eq!(actor.get(&path(&shared)).await.expect(200).body["status"], status.as_str());
                    refused += 1;
                    continue;
                };
                let id = app.request_in(*status, json!({})).await;
                if *action == RequestAction::Confirm { app.make_ready(&id).await; }
                if *action == RequestAction::Complete { app.pass_event(&id).await; }
                let actor = match (status, action) {
                    (RequestStatus::Draft, _) | (_, RequestAction::AcceptSubstitute | RequestAction::Report) => app.as_city("Phoenix").await,
                    _ => app.admin().await,
                };
                let answer = app.act_on(&actor, &id, action.as_str(), body).await.expect(200);
                assert_eq!(answer.body["status"], to.as_str(), "{status} {action}");
                allowed += 1;
            }
        }
        assert_eq!(allowed, LIFECYCLE.transitions().len());
        assert!(refused > 80, "{refused}");
    }

    async fn references_have_no_gap_and_no_double_under_concurrency(app: App) {
        let city = app.as_city("Phoenix").await;
        let mut drafts = Vec::new();
        for number in 0..24 {
            drafts.push(app.drafted(&city, json!({"title": format!("Summit {number}")})).await);
        }
        // Every third submission fails, under the same lock: it leaves no gap.
        for id in drafts.iter().step_by(3) {
            let tag = city.get(&path(id)).await.expect(200).tag();
            city.patch(&path(id), &tag, json!({"details": {"purpose": null}})).await.expect(200);
        }
        let submissions = drafts.iter().map(|id| {
            let (app, city) = (&app, city.clone());
            async move { app.act_on(&city, id, "submit", None).await }
        });
        let answers = futures_util::future::join_all(submissions).await;
        let mut numbers: Vec<u64> = answers.iter().filter(|answer| answer.status == 200)
            .map(|answer| answer.body["reference"].as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=16).collect::<Vec<u64>>());
        let reference = answers[1].body["reference"].as_str().unwrap();
        assert!(reference.starts_with("ER-2") && reference.len() == 14, "{reference}");
    }

    async fn work_queues_count_what_they_list(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let count = |name: &'static str| {
            let scheduler = scheduler.clone();
            async move {
                let counts = scheduler.get("/v1/work-queues").await.expect(200);
                let count = counts.body["queues"].as_array().unwrap().iter().find(|queue| queue["queue"] == name).unwrap()["count"].clone();
                let list = scheduler.get(&format!("/v1/event-requests?queue={name}&include=total")).await.expect(200);
                assert_eq!(list.body["total"], count, "{name}");
                (count.as_i64().unwrap(), list.ids())
            }
        };
        let mine = app.submitted(json!({"title": "Mine"})).await;
        let free = app.submitted(json!({"title": "Free"})).await;
        let waiting = app.request_in(RequestStatus::AwaitingDocuments, json!({"title": "Waiting"})).await;
        app.act_on(&scheduler, &mine, "claim", None).await.expect(200);
        assert_eq!(count("mine").await, (1, vec![mine.clone()]));
        let (unclaimed, ids) = count("unclaimed").await;
        assert_eq!(unclaimed, 2);
        assert!(ids.contains(&free) && ids.contains(&waiting));
        assert_eq!(count("waiting_for_city").await, (1, vec![waiting]));
        assert_eq!(count("overdue").await.0, 0);
        let city = app.as_city("Phoenix").await;
        city.get("/v1/work-queues").await.expect_problem(403, "forbidden");
        city.get("/v1/event-requests?queue=mine").await.expect_problem(403, "forbidden");
        // Two weeks on, the two that run are overdue; the one that waits is not.
        app.clock.advance(30 * 86_400);
        app.sign_everyone_in_again().await;
        let scheduler = app.as_role(Role::Scheduler).await;
        let overdue = scheduler.get("/v1/event-requests?queue=overdue&include=total").await.expect(200);
        assert_eq!(overdue.body["total"], 2);
    }

    async fn a_history_reads_as_a_person_would_tell_it(app: App) {
        let id = app.request_in(RequestStatus::Confirmed, json!({})).await;
        let city = app.as_city("Phoenix").await;
        let told = city.get(&format!("{}/history", path(&id))).await.expect(200);
        let texts: Vec<&str> = told.body["data"].as_array().unwrap().iter().map(|entry| entry["text"].as_str().unwrap()).collect();
        assert_eq!(texts[0], "staff@phoenix.example.gov drafted the request.");
        assert_eq!(texts[1], "staff@phoenix.example.gov added a document: invitation letter, letter.txt.");
        assert!(texts[2].starts_with("staff@phoenix.example.gov submitted the request as ER-"), "{}", texts[2]);
        assert_eq!(texts[3..], ["The office began the review.", "The office asked for the clearances that the request needs.", "The office confirmed the request."]);
        let office = app.admin().await.get(&format!("{}/history", path(&id))).await.expect(200);
        assert!(office.text.contains("clearance_officer@people.example.gov gave clearance: ethics. “No objection.”"), "{}", office.text);
        assert!(!told.text.contains("ethics"));
    }

    async fn a_draft_is_the_citys_own_until_it_is_submitted(app: App) {
        let city = app.as_city("Phoenix").await;
        let scheduler = app.as_role(Role::Scheduler).await;
        let id = app.drafted(&city, json!({})).await;
        scheduler.get(&path(&id)).await.expect_problem(404, "not_found");
        assert_eq!(scheduler.get("/v1/event-requests?include=total").await.expect(200).body["total"], 0);
        app.add_letter(&city, &id).await.expect(201);
        city.post(&format!("{}/comments", path(&id)), json!({"body": "To be discussed"})).await.expect(201);
        let tag = city.get(&path(&id)).await.expect(200).tag();
        city.delete(&path(&id), &tag).await.expect(204);
        city.get(&path(&id)).await.expect_problem(404, "not_found");
        // The office may write one down for a city that calls.
        let phoenix = app.city("Phoenix").await;
        let written = scheduler.post("/v1/event-requests", app.request_draft(json!({"organization_id": phoenix}))).await.expect(201).id();
        city.get(&path(&written)).await.expect(200);
        app.act_on(&scheduler, &written, "submit", None).await.expect(200);
        let submitted = city.get(&path(&written)).await.expect(200);
        let tag = submitted.tag();
        city.delete(&path(&written), &tag).await.expect_problem(409, "not_allowed_in_state");
    }

    async fn a_merge_patch_changes_one_member_of_the_form_and_clears_another(app: App) {
        let city = app.as_city("Phoenix").await;
        let id = app.drafted(&city, json!({})).await;
        let tag = city.get(&path(&id)).await.expect(200).tag();
        let changed = city.patch(&path(&id), &tag, json!({"details": {"contact": {"phone": null}, "greeter": "Main entrance"}})).await.expect(200);
        assert_eq!(changed.body["details"]["contact"], json!({"name": "Ana Ruiz", "email": "ana@phoenix.example.gov", "phone": null}));
        assert_eq!(changed.body["details"]["greeter"], "Main entrance");
        assert_eq!(changed.body["details"]["audience"]["size"], 180);
        let refused = city.patch(&path(&id), &changed.tag(), json!({"details": {"audience": {"size": -1}, "nonsense": 1}})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.body["errors"].as_array().unwrap().len(), 2);
    }

    async fn a_hundred_parallel_posts_with_one_key_make_one_request(app: App) {
        let city = app.as_city("Phoenix").await;
        let body = app.request_draft(json!({}));
        let key = [("Idempotency-Key", "one-of-a-hundred")];
        let sent = (0..100).map(|_| {
            let (city, body) = (city.clone(), body.clone());
            async move {
                loop {
                    let answer = city.post_with("/v1/event-requests", &key, body.clone()).await;
                    if answer.status == 409 {
                        assert_eq!(answer.body["code"], "request_in_flight");
                        assert!(answer.header("retry-after").is_some());
                        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                        continue;
                    }
                    return answer.expect(201);
                }
            }
        });
        let answers = futures_util::future::join_all(sent).await;
        for answer in &answers {
            assert_eq!(answer.text, answers[0].text);
        }
        assert_eq!(city.get("/v1/event-requests?include=total").await.expect(200).body["total"], 1);
    }
}
