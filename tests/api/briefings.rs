//! Briefings: scheduling, conflicts, times, life cycle, lists. Scenarios 4, 5 and 13 of
//! docs/domain.md.

use chancery::briefings::lifecycle::{BriefingAction, BriefingStatus, LIFECYCLE};
use chancery::kernel::access::Role;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, App, put};

async fn drafted(admin: &Actor, body: Value) -> String {
    admin.post("/v1/briefings", body).await.expect(201).id()
}

both_backends! {
    async fn a_briefer_is_not_booked_twice_across_time_zones(app: App) {
        // Scenario 4.
        let scheduler = app.as_role(Role::Scheduler).await;
        let briefer = app.briefer("Amara Okafor").await;
        let phoenix = drafted(&scheduler, app.draft(&[&briefer], "2026-03-10T10:00:00", "2026-03-10T11:00:00")).await;
        scheduler.act(&format!("/v1/briefings/{phoenix}/schedule"), "\"1\"").await.expect(200);

        let mut new_york = app.draft(&[&briefer], "2026-03-10T13:30:00", "2026-03-10T14:30:00");
        new_york["starts_at"]["time_zone"] = json!("America/New_York");
        new_york["ends_at"]["time_zone"] = json!("America/New_York");
        let clashing = drafted(&scheduler, new_york.clone()).await;
        let refused = scheduler
            .act(&format!("/v1/briefings/{clashing}/schedule"), "\"1\"")
            .await
            .expect_problem(409, "schedule_conflict");
        let conflict = &refused.body["conflicts"][0];
        assert_eq!(conflict["briefing_id"], phoenix);
        assert_eq!(conflict["resource_id"], briefer);
        assert_eq!(conflict["starts_at"], "2026-03-10T17:00:00Z");

        // A week earlier New York is on standard time: 18:30Z does not meet 17:00Z to 18:00Z.
        let earlier_phoenix = drafted(&scheduler, app.draft(&[&briefer], "2026-03-03T10:00:00", "2026-03-03T11:00:00")).await;
        scheduler.act(&format!("/v1/briefings/{earlier_phoenix}/schedule"), "\"1\"").await.expect(200);
        new_york["starts_at"]["local"] = json!("2026-03-03T13:30:00");
        new_york["ends_at"]["local"] = json!("2026-03-03T14:30:00");
        let allowed = drafted(&scheduler, new_york).await;
        scheduler.act(&format!("/v1/briefings/{allowed}/schedule"), "\"1\"").await.expect(200);
    }

    async fn back_to_back_bookings_are_allowed_for_briefers_and_venues(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let briefer = app.briefer("Amara Okafor").await;
        let venue = app.venue("Phoenix City Hall").await;
        for (start, end) in [("2030-03-12T10:00:00", "2030-03-12T11:00:00"), ("2030-03-12T11:00:00", "2030-03-12T12:00:00"), ("2030-03-12T09:00:00", "2030-03-12T10:00:00")] {
            let mut draft = app.draft(&[&briefer], start, end);
            draft["format"] = json!("in_person");
            draft["venue_id"] = json!(venue);
            let id = drafted(&scheduler, draft).await;
            scheduler.act(&format!("/v1/briefings/{id}/schedule"), "\"1\"").await.expect(200);
        }
    }

    async fn a_venue_is_not_booked_twice_and_is_free_again_after_a_cancellation(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let venue = app.venue("Phoenix City Hall").await;
        let mut ids = Vec::new();
        for name in ["Amara Okafor", "Lena Marchetti"] {
            let briefer = app.briefer(name).await;
            let mut draft = app.draft(&[&briefer], "2030-03-12T10:00:00", "2030-03-12T11:00:00");
            draft["format"] = json!("in_person");
            draft["venue_id"] = json!(venue);
            ids.push(drafted(&scheduler, draft).await);
        }
        scheduler.act(&format!("/v1/briefings/{}/schedule", ids[0]), "\"1\"").await.expect(200);
        let refused = scheduler
            .act(&format!("/v1/briefings/{}/schedule", ids[1]), "\"1\"")
            .await
            .expect_problem(409, "schedule_conflict");
        assert_eq!(refused.body["conflicts"][0]["resource"], "venue");
        scheduler
            .post_with(&format!("/v1/briefings/{}/cancel", ids[0]), &[("If-Match", "\"2\"")], json!({"reason": "moved"}))
            .await
            .expect(200);
        scheduler.act(&format!("/v1/briefings/{}/schedule", ids[1]), "\"1\"").await.expect(200);
    }

    async fn moving_a_scheduled_briefing_onto_another_is_refused_and_changes_nothing(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let briefer = app.briefer("Amara Okafor").await;
        let first = drafted(&scheduler, app.draft(&[&briefer], "2030-03-12T10:00:00", "2030-03-12T11:00:00")).await;
        let second = drafted(&scheduler, app.draft(&[&briefer], "2030-03-12T12:00:00", "2030-03-12T13:00:00")).await;
        for id in [&first, &second] {
            scheduler.act(&format!("/v1/briefings/{id}/schedule"), "\"1\"").await.expect(200);
        }
        let path = format!("/v1/briefings/{second}");
        let onto = json!({
            "starts_at": {"local": "2030-03-12T10:30:00", "time_zone": "America/Phoenix"},
            "ends_at": {"local": "2030-03-12T11:30:00", "time_zone": "America/Phoenix"},
        });
        scheduler.patch(&path, "\"2\"", onto).await.expect_problem(409, "schedule_conflict");
        let unchanged = scheduler.get(&path).await.expect(200);
        assert_eq!(unchanged.body["starts_at"]["local"], "2030-03-12T12:00:00");
        assert_eq!(unchanged.body["version"], 2);
        let later = json!({
            "starts_at": {"local": "2030-03-12T11:00:00", "time_zone": "America/Phoenix"},
            "ends_at": {"local": "2030-03-12T12:00:00", "time_zone": "America/Phoenix"},
        });
        scheduler.patch(&path, "\"2\"", later).await.expect(200);
    }

    async fn a_local_time_that_does_not_exist_or_occurs_twice_is_named(app: App) {
        // Scenario 5, the gap and the fold.
        let scheduler = app.as_role(Role::Scheduler).await;
        let mut draft = app.draft(&[], "2026-03-08T02:30:00", "2026-03-08T04:00:00");
        draft["starts_at"]["time_zone"] = json!("America/New_York");
        draft["ends_at"]["time_zone"] = json!("America/New_York");
        let gap = scheduler.post("/v1/briefings", draft.clone()).await.expect_problem(422, "validation_failed");
        assert_eq!(gap.fault_codes(), ["time_does_not_exist"]);
        assert_eq!(gap.fault_pointers(), ["/starts_at/local"]);

        draft["starts_at"]["local"] = json!("2026-11-01T01:30:00");
        draft["ends_at"]["local"] = json!("2026-11-01T04:00:00");
        let fold = scheduler.post("/v1/briefings", draft.clone()).await.expect_problem(422, "validation_failed");
        assert_eq!(fold.fault_codes(), ["offset_required"]);
        for (offset, utc) in [("-04:00", "2026-11-01T05:30:00Z"), ("-05:00", "2026-11-01T06:30:00Z")] {
            draft["starts_at"]["offset"] = json!(offset);
            let made = scheduler.post("/v1/briefings", draft.clone()).await.expect(201);
            assert_eq!(made.body["starts_at"]["utc"], utc);
            assert_eq!(made.body["starts_at"]["local"], "2026-11-01T01:30:00");
        }
    }

    async fn two_officers_editing_one_version_do_not_overwrite_each_other(app: App) {
        // Scenario 13.
        let admin = app.admin().await;
        let scheduler = app.as_role(Role::Scheduler).await;
        let id = drafted(&admin, app.draft(&[], "2030-03-12T10:00:00", "2030-03-12T11:00:00")).await;
        let path = format!("/v1/briefings/{id}");
        let (ours, theirs) = (admin.get(&path).await.tag(), scheduler.get(&path).await.tag());
        let first = admin.patch(&path, &ours, json!({"title": "First"})).await.expect(200);
        assert_eq!(first.body["version"], 2);
        let second = scheduler.patch(&path, &theirs, json!({"title": "Second"})).await.expect_problem(412, "precondition_failed");
        assert_eq!(second.tag(), "\"2\"");
        let missing = scheduler.send(reqwest::Method::PATCH, &path, &[], Some(json!({"title": "Third"}))).await;
        missing.expect_problem(428, "precondition_required");
        assert_eq!(admin.get(&path).await.body["title"], "First");
    }

    async fn every_step_of_the_life_cycle_is_allowed_or_refused_as_the_table_says(app: App) {
        app.clock.set("2030-01-01T00:00:00Z".parse().unwrap());
        let admin = app.admin().await;
        for status in BriefingStatus::ALL {
            for action in BriefingAction::ALL {
                let id = in_status(&app, &admin, *status).await;
                let path = format!("/v1/briefings/{id}");
                let before = admin.get(&path).await.expect(200);
                assert_eq!(before.body["status"], status.as_str());
                if *action == BriefingAction::Close && *status == BriefingStatus::Delivered {
                    file_report(&admin, &id).await;
                }
                let answer = admin.act_now(&path, action.as_str()).await;
                let allowed = LIFECYCLE.transitions().iter().find(|(from, step, ..)| from == status && step == action);
                match allowed {
                    Some((_, _, to, _)) => {
                        let answer = answer.expect(200);
                        assert_eq!(answer.body["status"], to.as_str());
                    }
                    None => {
                        let answer = answer.expect_problem(409, "not_allowed_in_state");
                        let names: Vec<String> = LIFECYCLE.allowed(*status, |_| true).iter().map(ToString::to_string).collect();
                        assert_eq!(answer.body["allowed_actions"], json!(names));
                        assert_eq!(admin.get(&path).await.body, before.body);
                    }
                }
            }
        }
    }

    async fn a_briefing_is_not_delivered_before_it_starts(app: App) {
        let admin = app.admin().await;
        let id = app.published(json!({})).await;
        let path = format!("/v1/briefings/{id}");
        admin.act_now(&path, "deliver").await.expect_problem(409, "not_allowed_in_state");
    }

    async fn only_a_draft_is_deleted(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let briefer = app.briefer("Amara Okafor").await;
        let id = drafted(&scheduler, app.draft(&[&briefer], "2030-03-12T10:00:00", "2030-03-12T11:00:00")).await;
        let path = format!("/v1/briefings/{id}");
        scheduler.act(&format!("{path}/schedule"), "\"1\"").await.expect(200);
        scheduler.delete(&path, "\"2\"").await.expect_problem(409, "not_allowed_in_state");
        let draft = drafted(&scheduler, app.draft(&[&briefer], "2030-03-12T10:00:00", "2030-03-12T11:00:00")).await;
        scheduler.delete(&format!("/v1/briefings/{draft}"), "\"1\"").await.expect(204);
        scheduler.get(&format!("/v1/briefings/{draft}")).await.expect_problem(404, "not_found");
    }

    async fn every_broken_rule_is_named_at_once(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let body = json!({
            "title": "  ", "topic": "trade", "format": "by_post", "capacity": 0, "extra": 1,
            "starts_at": {"local": "2030-03-12T10:00:00", "time_zone": "America/Phoenix"},
        });
        let shape = scheduler.post("/v1/briefings", body).await.expect_problem(422, "validation_failed");
        let mut pointers = shape.fault_pointers();
        pointers.sort();
        assert_eq!(pointers, ["/capacity", "/ends_at", "/extra", "/format", "/title"]);

        let mut draft = app.draft(&["bfr_00000000000000000000000000"], "2030-03-12T10:00:00", "2030-03-12T09:00:00");
        draft["audience"] = json!({"scope": "kinds", "states": ["US-AZ"]});
        draft["rsvp_deadline"] = json!({"local": "2030-03-13T10:00:00", "time_zone": "America/Phoenix"});
        draft["venue_id"] = json!("ven_00000000000000000000000000");
        let rules = scheduler.post("/v1/briefings", draft).await.expect_problem(422, "validation_failed");
        let mut pointers = rules.fault_pointers();
        pointers.sort();
        assert_eq!(pointers, ["/audience/kinds", "/audience/states", "/briefer_ids/0", "/ends_at", "/rsvp_deadline", "/venue_id"]);
    }

    async fn scheduling_names_what_is_missing(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let mut draft = app.draft(&[], "2030-03-12T10:00:00", "2030-03-12T11:00:00");
        draft["format"] = json!("hybrid");
        let id = drafted(&scheduler, draft).await;
        let refused = scheduler.act(&format!("/v1/briefings/{id}/schedule"), "\"1\"").await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/briefer_ids", "/venue_id"]);
    }

    async fn a_list_is_paged_sorted_filtered_and_counted(app: App) {
        let admin = app.admin().await;
        for hour in 8..15 {
            let mut draft = app.draft(&[], &format!("2030-03-12T{hour:02}:00:00"), "2030-03-12T20:00:00");
            draft["title"] = json!(format!("Briefing {hour}"));
            if hour > 12 { draft["marking"] = json!("public"); }
            drafted(&admin, draft).await;
        }
        for (sort, first) in [("starts_at", "Briefing 8"), ("-starts_at", "Briefing 14"), ("created_at", "Briefing 8"), ("-created_at", "Briefing 14")] {
            let mut seen = Vec::new();
            let mut path = format!("/v1/briefings?sort={sort}&limit=3&include=total");
            loop {
                let page = admin.get(&path).await.expect(200);
                assert_eq!(page.body["total"], 7);
                if seen.is_empty() { assert_eq!(page.body["data"][0]["title"], first); }
                seen.extend(page.ids());
                match page.body["next_cursor"].as_str() {
                    Some(cursor) => path = format!("/v1/briefings?sort={sort}&limit=3&include=total&cursor={cursor}"),
                    None => break,
                }
            }
            let mut unique = seen.clone();
            unique.sort();
            unique.dedup();
            assert_eq!((seen.len(), unique.len()), (7, 7), "{sort}");
        }
        let public = admin.get("/v1/briefings?marking=public&include=total").await.expect(200);
        assert_eq!(public.body["total"], 2);
        let found = admin.get("/v1/briefings?q=BRIEFING%2011").await.expect(200);
        assert_eq!(found.ids().len(), 1);
        let cursor = admin.get("/v1/briefings?limit=1").await.body["next_cursor"].as_str().unwrap().to_owned();
        admin.get(&format!("/v1/briefings?limit=1&status=draft&cursor={cursor}")).await.expect_problem(400, "invalid_cursor");
        admin.get(&format!("/v1/briefings?limit=1&cursor={cursor}x")).await.expect_problem(400, "invalid_cursor");
    }

    async fn an_unchanged_briefing_is_not_sent_again(app: App) {
        let admin = app.admin().await;
        let id = app.published(json!({})).await;
        let path = format!("/v1/briefings/{id}");
        let tag = admin.get(&path).await.expect(200).tag();
        let same = admin.send(reqwest::Method::GET, &path, &[("If-None-Match", &tag)], None).await;
        same.expect(304);
        // A registration changes the counts, not the version.
        let body = json!({"organization_id": app.office, "attendee": {"name": "A", "email": "a@example.gov"}});
        admin.post(&format!("{path}/registrations"), body).await.expect(201);
        let changed = admin.send(reqwest::Method::GET, &path, &[("If-None-Match", &tag)], None).await.expect(200);
        assert_eq!(changed.body["counts"]["confirmed"], 1);
        assert_eq!(changed.body["version"], 3);
    }

    async fn an_expanded_list_shows_the_organization(app: App) {
        let admin = app.admin().await;
        let phoenix = app.city("Phoenix").await;
        let mut draft = app.draft(&[], "2030-03-12T10:00:00", "2030-03-12T11:00:00");
        draft["organization_id"] = json!(phoenix);
        let id = drafted(&admin, draft).await;
        let list = admin.get("/v1/briefings?expand=organization").await.expect(200);
        assert_eq!(list.body["data"][0]["organization"]["name"], "Phoenix");
        let one = admin.get(&format!("/v1/briefings/{id}?expand=organization")).await.expect(200);
        assert_eq!(one.body["organization"]["id"], phoenix);
        assert!(admin.get(&format!("/v1/briefings/{id}")).await.body.get("organization").is_none());
    }
}

/// A briefing that the API took to this state.
async fn in_status(app: &App, admin: &Actor, status: BriefingStatus) -> String {
    use BriefingStatus::{Cancelled, Closed, Delivered, Draft, Postponed, Published, Scheduled};
    let briefer = admin
        .post("/v1/briefers", json!({"name": "Amara Okafor"}))
        .await
        .expect(201)
        .id();
    // Long past, so that it can be delivered.
    let id = drafted(
        admin,
        app.draft(&[&briefer], "2029-03-12T10:00:00", "2029-03-12T11:00:00"),
    )
    .await;
    let steps: &[&str] = match status {
        Draft => &[],
        Scheduled => &["schedule"],
        Published => &["schedule", "publish"],
        Postponed => &["schedule", "postpone"],
        Cancelled => &["schedule", "cancel"],
        Delivered => &["schedule", "publish", "deliver"],
        Closed => &["schedule", "publish", "deliver", "close"],
    };
    for step in steps {
        if *step == "close" {
            file_report(admin, &id).await;
        }
        admin
            .act_now(&format!("/v1/briefings/{id}"), step)
            .await
            .expect(200);
    }
    id
}

async fn file_report(admin: &Actor, id: &str) {
    let report = json!({"summary": "It was held."});
    put(admin, &format!("/v1/briefings/{id}/after-action"), report)
        .await
        .expect(201);
}
