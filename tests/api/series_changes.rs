//! Changes of series and of single occurrences, and what follows them.

use serde_json::json;

use crate::both_backends;
use crate::support::{App, dates, each};

const SERIES: &str = "/v1/briefing-series";

both_backends! {
    async fn what_an_occurrence_changed_by_itself_stays_when_the_series_changes(app: App) {
        let admin = app.admin().await;
        let mut body = app.series(&[], "FREQ=WEEKLY;COUNT=4", "2031-03-04");
        body["rsvp_lead_minutes"] = json!(1020);
        let id = admin.post(SERIES, body).await.expect(201).id();
        let all = app.occurrences(&id).await;
        assert_eq!(each(&all, "/rsvp_deadline/local"), ["2031-03-03T17:00:00", "2031-03-10T17:00:00", "2031-03-17T17:00:00", "2031-03-24T17:00:00"]);
        let second = format!("/v1/briefings/{}", all[1]["briefing"]["id"].as_str().unwrap());
        let at = |time: &str| json!({"local": format!("2031-03-12T{time}:00"), "time_zone": "America/New_York"});
        admin.patch_now(&second, json!({"title": "On Wednesday", "starts_at": at("14:00"), "ends_at": at("15:00")})).await.expect(200);

        let series = format!("{SERIES}/{id}");
        admin.patch_now(&series, json!({"title": "Trade, weekly", "capacity": 40, "rsvp_lead_minutes": 60})).await.expect(200);
        let all = app.occurrences(&id).await;
        assert_eq!(each(&all, "/title"), ["Trade, weekly", "On Wednesday", "Trade, weekly", "Trade, weekly"]);
        assert_eq!(each(&all, "/capacity"), ["40"; 4]);
        assert_eq!(each(&all, "/rsvp_deadline/local"), ["2031-03-04T09:00:00", "2031-03-12T13:00:00", "2031-03-18T09:00:00", "2031-03-25T09:00:00"]);
        assert_eq!(all[1]["changed"], json!(["starts_at", "title"]));
        assert_eq!(all[1]["date"], "2031-03-11");

        // The whole series to 16:00: the one on Wednesday stays where it is.
        let later = |time: &str| json!({"local": format!("2031-03-04T{time}:00"), "time_zone": "America/New_York"});
        let moved = admin.patch_now(&series, json!({"starts_at": later("16:00"), "ends_at": later("17:30")})).await.expect(200);
        assert_eq!(moved.body["recurrence"], "FREQ=WEEKLY;COUNT=4");
        let all = app.occurrences(&id).await;
        assert_eq!(each(&all, "/starts_at/local"), ["2031-03-04T16:00:00", "2031-03-12T14:00:00", "2031-03-18T16:00:00", "2031-03-25T16:00:00"]);
        assert_eq!(each(&all, "/starts_at/utc"), ["2031-03-04T21:00:00Z", "2031-03-12T18:00:00Z", "2031-03-18T20:00:00Z", "2031-03-25T20:00:00Z"]);
        assert_eq!(each(&all, "/ends_at/local")[0], "2031-03-04T17:30:00");
        assert_eq!(each(&all, "/rsvp_deadline/local")[0], "2031-03-04T15:00:00");
    }

    async fn registrations_stay_with_an_occurrence_that_moves(app: App) {
        let admin = app.admin().await;
        let briefer = app.briefer("Amara Okafor").await;
        let mut body = app.series(&[&briefer], "FREQ=WEEKLY;COUNT=5", "2031-03-04");
        body["schedule"] = json!(true);
        body["except"] = json!(["2031-03-18"]);
        let id = admin.post(SERIES, body).await.expect(201).id();
        let series = format!("{SERIES}/{id}");
        admin.act_now(&series, "publish").await.expect(200);
        let before = app.occurrences(&id).await;
        let city = app.as_city("Phoenix").await;
        let second = before[1]["briefing"]["id"].as_str().unwrap().to_owned();
        let registrations = format!("/v1/briefings/{second}/registrations");
        city.post(&registrations, json!({"attendee": {"name": "A", "email": "a@example.gov"}})).await.expect(201);

        // To Wednesdays, a week later: each moves onto what was another's time before.
        let at = |time: &str| json!({"local": format!("2031-03-12T{time}:00"), "time_zone": "America/New_York"});
        let change = json!({"recurrence": "FREQ=WEEKLY;COUNT=5", "starts_at": at("10:00"), "ends_at": at("11:00")});
        let moved = admin.patch_now(&series, change).await.expect(200);
        assert_eq!(moved.body["exceptions"], json!(["2031-03-26"]));
        let after = app.occurrences(&id).await;
        assert_eq!(each(&after, "/id"), each(&before, "/id"));
        assert_eq!(dates(&after), ["2031-03-12", "2031-03-19", "2031-04-02", "2031-04-09"]);
        assert_eq!(each(&after, "/counts/confirmed"), ["0", "1", "0", "0"]);
        assert_eq!(each(&after, "/status"), ["published"; 4]);
        assert_eq!(city.get(&registrations).await.expect(200).ids().len(), 1);
        // Each holds its new time and has left the old one.
        let single = |day: &str| {
            let mut draft = app.draft(&[&briefer], &format!("{day}T10:00:00"), &format!("{day}T11:00:00"));
            for member in ["starts_at", "ends_at"] {
                draft[member]["time_zone"] = json!("America/New_York");
            }
            draft
        };
        let onto = admin.post("/v1/briefings", single("2031-03-19")).await.expect(201).id();
        admin.act_now(&format!("/v1/briefings/{onto}"), "schedule").await.expect_problem(409, "schedule_conflict");
        let free = admin.post("/v1/briefings", single("2031-03-11")).await.expect(201).id();
        admin.act_now(&format!("/v1/briefings/{free}"), "schedule").await.expect(200);

        // Back to Tuesdays, one of which is taken now: nothing moves.
        let at = |time: &str| json!({"local": format!("2031-03-11T{time}:00"), "time_zone": "America/New_York"});
        let change = json!({"starts_at": at("10:00"), "ends_at": at("11:00")});
        let refused = admin.patch_now(&series, change.clone()).await.expect_problem(409, "schedule_conflict");
        assert_eq!(refused.body["occurrences"], json!(["2031-03-11"]));
        assert_eq!(app.occurrences(&id).await, after);
        let mut change = change;
        change["except"] = json!(["2031-03-11"]);
        let moved = admin.patch_now(&series, change).await.expect(200);
        // The first, which was published, is called off and kept; the others move.
        assert_eq!(moved.body["counts"]["published"], 3);
        assert_eq!(moved.body["counts"]["cancelled"], 1);
    }

    async fn fewer_dates_drop_what_is_left_over_and_more_are_drafted(app: App) {
        let admin = app.admin().await;
        let briefer = app.briefer("Amara Okafor").await;
        let mut body = app.series(&[&briefer], "FREQ=WEEKLY;COUNT=4", "2031-03-04");
        body["schedule"] = json!(true);
        let id = admin.post(SERIES, body).await.expect(201).id();
        let series = format!("{SERIES}/{id}");
        let more = admin.patch_now(&series, json!({"recurrence": "FREQ=WEEKLY;COUNT=6"})).await.expect(200);
        assert_eq!((&more.body["counts"]["draft"], &more.body["counts"]["scheduled"]), (&json!(2), &json!(4)));
        let fewer = admin.patch_now(&series, json!({"recurrence": "FREQ=WEEKLY;UNTIL=20310318"})).await.expect(200);
        // Two drafts are gone; one that was booked is called off.
        assert_eq!(fewer.body["counts"], json!({"draft": 0, "scheduled": 3, "published": 0, "postponed": 0, "cancelled": 1, "delivered": 0}));
        let past = json!({"starts_at": {"local": "2020-03-03T10:00:00", "time_zone": "America/New_York"}, "ends_at": {"local": "2020-03-03T11:00:00", "time_zone": "America/New_York"}});
        let refused = admin.patch_now(&series, past).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["in_past"]);
        let refused = admin.patch_now(&series, json!({"except": ["2031-03-11"]})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["not_applicable"]);
    }

    async fn what_has_begun_stays_as_it_was(app: App) {
        let admin = app.admin().await;
        let today = app.clock.now().to_string()[..10].to_owned();
        let first = chrono::NaiveDate::parse_from_str(&today, "%Y-%m-%d").unwrap() - chrono::Days::new(2);
        let id = admin.post(SERIES, app.series(&[], "FREQ=DAILY;COUNT=6", &first.to_string())).await.expect(201).id();
        let series = format!("{SERIES}/{id}");
        admin.patch_now(&series, json!({"title": "Changed"})).await.expect(200);
        let titles = each(&app.occurrences(&id).await, "/title");
        assert_eq!(titles[..2], ["Weekly trade briefing"; 2]);
        assert_eq!(titles[3..], ["Changed"; 3]);
        let over = json!({"date": first.to_string()});
        let refused = admin.act_with(&series, "exceptions", over).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["occurrence_over"]);
        let ended = admin.act_now(&series, "end").await.expect(200);
        assert_eq!(ended.body["status"], "ended");
        assert!(app.occurrences(&id).await.len() <= 3);
    }

    async fn this_and_following_go_on_as_another_series(app: App) {
        let admin = app.admin().await;
        let briefer = app.briefer("Amara Okafor").await;
        let mut body = app.series(&[&briefer], "FREQ=WEEKLY;COUNT=6", "2031-03-04");
        body["schedule"] = json!(true);
        body["except"] = json!(["2031-04-01"]);
        let id = admin.post(SERIES, body).await.expect(201).id();
        let series = format!("{SERIES}/{id}");
        let before = app.occurrences(&id).await;
        for (from, code) in [("2031-03-19", "no_occurrence"), ("2031-03-04", "nothing_before"), ("2031-05-06", "no_occurrence")] {
            let refused = admin.act_with(&series, "split", json!({"from": from})).await.expect_problem(422, "validation_failed");
            assert_eq!((refused.fault_codes(), refused.fault_pointers()), (vec![code.to_owned()], vec!["/from".to_owned()]), "{from}");
        }
        let at = |time: &str| json!({"local": format!("2031-03-18T{time}:00"), "time_zone": "America/New_York"});
        let change = json!({"title": "Afternoons", "starts_at": at("15:00"), "ends_at": at("16:00")});
        let new = admin.act_with(&series, "split", json!({"from": "2031-03-18", "change": change})).await.expect(201);
        assert_eq!(new.body["split_from_id"], id);
        assert_eq!(new.body["recurrence"], "FREQ=WEEKLY;COUNT=4");
        assert_eq!(new.body["exceptions"], json!(["2031-04-01"]));
        let old = admin.get(&series).await.expect(200);
        assert_eq!(old.body["recurrence"], "FREQ=WEEKLY;UNTIL=20310311T140000Z");
        assert_eq!((&old.body["exceptions"], &old.body["status"]), (&json!([]), &json!("active")));
        let (kept, moved) = (app.occurrences(&id).await, app.occurrences(&new.id()).await);
        assert_eq!(kept, before[..2]);
        assert_eq!(each(&moved, "/id"), each(&before[2..], "/id"));
        assert_eq!(dates(&moved), ["2031-03-18", "2031-03-25", "2031-04-08"]);
        assert_eq!(each(&moved, "/starts_at/local"), ["2031-03-18T15:00:00", "2031-03-25T15:00:00", "2031-04-08T15:00:00"]);
        assert_eq!(each(&moved, "/title"), ["Afternoons"; 3]);
        // A later change of the first does not reach the second.
        admin.patch_now(&series, json!({"capacity": 3})).await.expect(200);
        assert_eq!(each(&app.occurrences(&new.id()).await, "/capacity"), ["25"; 3]);
        // Nothing is stored of a split that cannot be.
        let onto = |time: &str| json!({"local": format!("2031-03-10T{time}:00"), "time_zone": "America/New_York"});
        let refused = admin.act_with(&format!("{SERIES}/{}", new.id()), "split", json!({
            "from": "2031-03-25", "change": {"starts_at": onto("10:00"), "ends_at": onto("09:00")},
        })).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/change/ends_at"]);
        assert_eq!(admin.get(&format!("{SERIES}?include=total")).await.body["total"], 2);
    }

    async fn a_date_is_excepted_and_comes_back(app: App) {
        let admin = app.admin().await;
        let briefer = app.briefer("Amara Okafor").await;
        let mut body = app.series(&[&briefer], "FREQ=WEEKLY;COUNT=4", "2031-03-04");
        body["schedule"] = json!(true);
        let id = admin.post(SERIES, body).await.expect(201).id();
        let series = format!("{SERIES}/{id}");
        let skip = json!({"date": "2031-03-11", "reason": "The briefer is in Geneva."});
        let skipped = admin.act_with(&series, "exceptions", skip.clone()).await.expect(200);
        assert_eq!(skipped.body["exceptions"], json!(["2031-03-11"]));
        assert_eq!(skipped.body["counts"]["cancelled"], 1);
        assert_eq!(app.occurrences(&id).await[1]["briefing"]["reason"], "The briefer is in Geneva.");
        let again = admin.act_with(&series, "exceptions", skip).await.expect_problem(422, "validation_failed");
        assert_eq!(again.fault_codes(), ["no_occurrence"]);
        let wrong = admin.act_with(&series, "exceptions/undo", json!({"date": "2031-03-18"})).await.expect_problem(422, "validation_failed");
        assert_eq!(wrong.fault_codes(), ["no_exception"]);
        let back = admin.act_with(&series, "exceptions/undo", json!({"date": "2031-03-11"})).await.expect(200);
        assert_eq!(back.body["exceptions"], json!([]));
        assert_eq!(back.body["counts"], json!({"draft": 1, "scheduled": 3, "published": 0, "postponed": 0, "cancelled": 1, "delivered": 0}));

        // A draft that is deleted by itself leaves its date excepted.
        let all = app.occurrences(&id).await;
        let draft = all.iter().find(|one| one["briefing"]["status"] == "draft").unwrap();
        let path = format!("/v1/briefings/{}", draft["briefing"]["id"].as_str().unwrap());
        let tag = admin.get(&path).await.tag();
        admin.delete(&path, &tag).await.expect(204);
        assert_eq!(admin.get(&series).await.body["exceptions"], json!(["2031-03-11"]));

        let end = admin.act_with(&series, "end", json!({"from": "2031-03-25", "reason": "The program has ended."})).await.expect(200);
        assert_eq!((&end.body["status"], &end.body["reason"]), (&json!("ended"), &json!("The program has ended.")));
        assert_eq!(end.body["recurrence"], "FREQ=WEEKLY;UNTIL=20310318T140000Z");
        assert_eq!(end.body["counts"], json!({"draft": 0, "scheduled": 2, "published": 0, "postponed": 0, "cancelled": 2, "delivered": 0}));
        assert_eq!(end.body["allowed_actions"], json!([]));
        for action in ["end", "schedule", "publish"] {
            admin.act_now(&series, action).await.expect_problem(409, "not_allowed_in_state");
        }
        admin.patch_now(&series, json!({"capacity": 3})).await.expect_problem(409, "not_allowed_in_state");
        admin.act_with(&series, "exceptions/undo", json!({"date": "2031-03-11"})).await.expect_problem(409, "not_allowed_in_state");
    }

    async fn deadlines_move_with_the_date_by_the_clock_on_the_wall(app: App) {
        let admin = app.admin().await;
        let at = |local: &str| json!({"local": local, "time_zone": "America/New_York"});
        let mut body = app.series(&[], "FREQ=WEEKLY;COUNT=3", "2031-03-04");
        body["rsvp_lead_minutes"] = json!(1440);
        body["access_lead_minutes"] = json!(2880);
        let id = admin.post(SERIES, body).await.expect(201).id();
        let all = app.occurrences(&id).await;
        let path = |index: usize| format!("/v1/briefings/{}", all[index]["briefing"]["id"].as_str().unwrap());
        // Over the change of the clocks on 9 March.
        let to = json!({"starts_at": at("2031-03-10T14:00:00"), "ends_at": at("2031-03-10T15:00:00")});
        let one = admin.patch_now(&path(0), to).await.expect(200).body;
        assert_eq!((&one["rsvp_deadline"]["local"], &one["access_deadline"]["local"]), (&json!("2031-03-09T14:00:00"), &json!("2031-03-08T14:00:00")));
        assert_eq!((&one["rsvp_deadline"]["utc"], &one["access_deadline"]["utc"]), (&json!("2031-03-09T18:00:00Z"), &json!("2031-03-08T19:00:00Z")));
        // What is said of a deadline in the same change is what counts.
        let to = json!({
            "starts_at": at("2031-03-05T14:00:00"), "ends_at": at("2031-03-05T15:00:00"),
            "rsvp_deadline": at("2031-03-05T12:00:00"), "access_deadline": null,
        });
        let one = admin.patch_now(&path(0), to).await.expect(200).body;
        assert_eq!((&one["rsvp_deadline"]["local"], &one["access_deadline"]), (&json!("2031-03-05T12:00:00"), &json!(null)));
        let later = admin.patch_now(&path(0), json!({"ends_at": at("2031-03-05T16:00:00")})).await.expect(200).body;
        assert_eq!(later["rsvp_deadline"]["local"], "2031-03-05T12:00:00");

        // This and following: also a deadline that an occurrence changed by itself.
        admin.patch_now(&path(1), json!({"rsvp_deadline": at("2031-03-10T17:00:00")})).await.expect(200);
        let change = json!({"from": "2031-03-11", "change": {"starts_at": at("2031-03-13T10:00:00")}});
        let next = admin.act_with(&format!("{SERIES}/{id}"), "split", change).await.expect(201).id();
        let all = app.occurrences(&next).await;
        assert_eq!(each(&all, "/rsvp_deadline/local"), ["2031-03-12T17:00:00", "2031-03-19T10:00:00"]);
        assert_eq!(each(&all, "/access_deadline/local"), ["2031-03-11T10:00:00", "2031-03-18T10:00:00"]);
    }

    async fn a_series_says_when_its_attendees_are_reminded(app: App) {
        let admin = app.admin().await;
        let mut body = app.series(&[], "FREQ=WEEKLY;COUNT=3", "2031-03-04");
        body["reminder_hours"] = json!([24, 72]);
        let made = admin.post(SERIES, body).await.expect(201);
        assert_eq!(made.body["reminder_hours"], json!([72, 24]));
        let series = format!("{SERIES}/{}", made.id());
        let all = app.occurrences(&made.id()).await;
        assert_eq!(each(&all, "/reminder_hours"), ["[72,24]"; 3]);
        let one = format!("/v1/briefings/{}", all[1]["briefing"]["id"].as_str().unwrap());
        admin.patch_now(&one, json!({"reminder_hours": [1]})).await.expect(200);
        for (hours, shown) in [(json!([2]), "[2]"), (json!(null), "null")] {
            admin.patch_now(&series, json!({"reminder_hours": hours})).await.expect(200);
            let all = app.occurrences(&made.id()).await;
            assert_eq!(each(&all, "/reminder_hours"), [shown, "[1]", shown]);
            assert_eq!(all[1]["changed"], json!(["reminder_hours"]));
        }
    }
}
