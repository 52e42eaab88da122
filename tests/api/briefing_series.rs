//! Series of briefings: the clock on the wall, conflicts of every occurrence, changes. Scenario 5 of
//! docs/domain.md, and control 52.

use chancery::kernel::access::Role;
use futures_util::future::join_all;
use serde_json::json;

use crate::both_backends;
use crate::support::{App, dates, each};

const SERIES: &str = "/v1/briefing-series";

both_backends! {
    async fn ten_o_clock_stays_ten_o_clock_when_the_clocks_change(app: App) {
        // Scenario 5.
        let scheduler = app.as_role(Role::Scheduler).await;
        let body = app.series(&[], "FREQ=WEEKLY;COUNT=5", "2026-03-03");
        let series = scheduler.post(SERIES, body).await.expect(201);
        assert_eq!(series.header("location").unwrap(), format!("{SERIES}/{}", series.id()));
        let path = format!("{SERIES}/{}/occurrences?time_zone=Europe/Brussels", series.id());
        let page = scheduler.get(&path).await.expect(200);
        let all = page.body["data"].as_array().unwrap();
        assert_eq!(dates(all), ["2026-03-03", "2026-03-10", "2026-03-17", "2026-03-24", "2026-03-31"]);
        assert_eq!(each(all, "/starts_at/local"), [
            "2026-03-03T10:00:00", "2026-03-10T10:00:00", "2026-03-17T10:00:00", "2026-03-24T10:00:00", "2026-03-31T10:00:00",
        ]);
        assert_eq!(each(all, "/starts_at/utc"), [
            "2026-03-03T15:00:00Z", "2026-03-10T14:00:00Z", "2026-03-17T14:00:00Z", "2026-03-24T14:00:00Z", "2026-03-31T14:00:00Z",
        ]);
        let brussels: Vec<&str> = all.iter().map(|one| one["seen"]["starts_at"]["local"].as_str().unwrap()).collect();
        assert_eq!(brussels, [
            "2026-03-03T16:00:00", "2026-03-10T15:00:00", "2026-03-17T15:00:00", "2026-03-24T15:00:00", "2026-03-31T16:00:00",
        ]);

        // 02:30 on 8 March does not exist: the date is named, and may be excepted.
        let mut night = app.series(&[], "FREQ=DAILY;COUNT=3", "2026-03-07");
        night["starts_at"]["local"] = json!("2026-03-07T02:30:00");
        night["ends_at"]["local"] = json!("2026-03-07T04:00:00");
        let gap = scheduler.post(SERIES, night.clone()).await.expect_problem(422, "validation_failed");
        assert_eq!(gap.fault_codes(), ["time_does_not_exist"]);
        assert_eq!(gap.body["occurrences"], json!(["2026-03-08"]));
        assert!(gap.text.contains("2026-03-08"), "{}", gap.text);
        night["except"] = json!(["2026-03-08"]);
        let made = scheduler.post(SERIES, night).await.expect(201);
        assert_eq!(made.body["exceptions"], json!(["2026-03-08"]));
        let nights = app.occurrences(&made.id()).await;
        assert_eq!(each(&nights, "/starts_at/utc"), ["2026-03-07T07:30:00Z", "2026-03-09T06:30:00Z"]);

        // 01:30 on 1 November occurs twice: it needs its offset.
        let mut fold = app.series(&[], "FREQ=DAILY;COUNT=3", "2026-10-31");
        fold["starts_at"]["local"] = json!("2026-10-31T01:30:00");
        fold["ends_at"]["local"] = json!("2026-10-31T04:00:00");
        let refused = scheduler.post(SERIES, fold.clone()).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["offset_required"]);
        assert_eq!(refused.body["occurrences"], json!(["2026-11-01"]));
        for (offset, utc) in [("-04:00", "2026-11-01T05:30:00Z"), ("-05:00", "2026-11-01T06:30:00Z")] {
            fold["offsets"] = json!([{"date": "2026-11-01", "offset": offset}]);
            let made = scheduler.post(SERIES, fold.clone()).await.expect(201);
            let all = app.occurrences(&made.id()).await;
            assert_eq!(each(&all, "/starts_at/utc"), ["2026-10-31T05:30:00Z", utc, "2026-11-02T06:30:00Z"]);
        }
        fold["offsets"] = json!([{"date": "2026-11-01", "offset": "+01:00"}]);
        let wrong = scheduler.post(SERIES, fold).await.expect_problem(422, "validation_failed");
        assert_eq!(wrong.fault_codes(), ["offset_wrong"]);
    }

    async fn an_offset_that_does_not_hold_is_refused_with_the_right_one(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let mut body = app.series(&[], "FREQ=WEEKLY;COUNT=2", "2031-03-04");
        body["offsets"] = json!([{"date": "2031-03-11", "offset": "-05:00"}]);
        let wrong = scheduler.post(SERIES, body.clone()).await.expect_problem(422, "validation_failed");
        assert_eq!(wrong.fault_codes(), ["offset_wrong"]);
        assert_eq!(wrong.fault_pointers(), ["/offsets"]);
        assert!(wrong.text.contains("must be -04:00"), "{}", wrong.text);
        body["offsets"][0]["offset"] = json!("-04:00");
        scheduler.post(SERIES, body).await.expect(201);

        // The end alone occurs twice: its own offset says which, whatever that of the start.
        let mut night = app.series(&[], "FREQ=DAILY;COUNT=1", "2026-11-01");
        night["starts_at"] = json!({"local": "2026-11-01T00:30:00", "time_zone": "America/New_York", "offset": "-04:00"});
        for (offset, utc) in [("-04:00", "2026-11-01T05:30:00Z"), ("-05:00", "2026-11-01T06:30:00Z")] {
            night["ends_at"] = json!({"local": "2026-11-01T01:30:00", "time_zone": "America/New_York", "offset": offset});
            let made = scheduler.post(SERIES, night.clone()).await.expect(201);
            assert_eq!(each(&app.occurrences(&made.id()).await, "/ends_at/utc"), [utc]);
        }
    }

    async fn the_day_that_samoa_skipped_and_the_end_of_the_calendar_are_no_failures(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let mut samoa = app.series(&[], "FREQ=DAILY;COUNT=3", "2011-12-29");
        samoa["starts_at"]["time_zone"] = json!("Pacific/Apia");
        samoa["ends_at"]["time_zone"] = json!("Pacific/Apia");
        let refused = scheduler.post(SERIES, samoa.clone()).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.body["occurrences"], json!(["2011-12-30"]));
        samoa["except"] = json!(["2011-12-30"]);
        let made = scheduler.post(SERIES, samoa).await.expect(201);
        let all = app.occurrences(&made.id()).await;
        // Twenty-four hours apart, on the 29th and the 31st.
        assert_eq!(each(&all, "/starts_at/utc"), ["2011-12-29T20:00:00Z", "2011-12-30T20:00:00Z"]);

        for rule in ["FREQ=WEEKLY;COUNT=5", "FREQ=DAILY;COUNT=200", "FREQ=MONTHLY;COUNT=9", "FREQ=YEARLY;COUNT=2", "FREQ=DAILY;UNTIL=99991231T235959Z"] {
            let answer = scheduler.post(SERIES, app.series(&[], rule, "9999-12-20")).await;
            if rule.contains("UNTIL") {
                answer.expect(201);
            } else {
                answer.expect_problem(422, "validation_failed");
            }
        }
        scheduler.post(SERIES, app.series(&[], "FREQ=DAILY;COUNT=1", "9999-12-31")).await.expect(201);
        scheduler.post(SERIES, app.series(&[], "FREQ=DAILY;COUNT=2", "9999-12-31")).await.expect_problem(422, "validation_failed");
    }

    async fn a_rule_that_cannot_be_used_is_refused_with_the_reason(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let by_set_pos: Vec<String> = (1..60).map(|n| format!("-{n}")).collect();
        let bomb = format!("FREQ=YEARLY;BYDAY=MO,TU;BYSETPOS={};COUNT=200", by_set_pos.join(","));
        for (rule, code) in [
            ("FREQ=WEEKLY", "recurrence_endless"),
            ("FREQ=SECONDLY;COUNT=5", "recurrence_invalid"),
            ("FREQ=HOURLY;COUNT=5", "recurrence_invalid"),
            ("FREQ=DAILY;BYHOUR=1,2,3;COUNT=5", "recurrence_invalid"),
            ("FREQ=WEEKLY;COUNT=201", "too_many_occurrences"),
            ("FREQ=DAILY;UNTIL=20400101", "too_many_occurrences"),
            ("FREQ=YEARLY;COUNT=12", "too_far"),
            ("FREQ=WEEKLY;COUNT=0", "no_occurrence"),
            ("FREQ=WEEKLY;UNTIL=20310101", "no_occurrence"),
            ("FREQ=WEEKLY;BYDAY=WE;COUNT=5", "first_not_in_rule"),
            ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=5", "no_occurrence"),
            ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5", "no_occurrence"),
            ("FREQ=WEEKLY;COUNT=5;UNTIL=20310401", "recurrence_invalid"),
            ("FREQ=WEEKLY;COUNT=5;COUNT=6", "recurrence_invalid"),
            ("FREQ=WEEKLY;BYDAY=XX;COUNT=5", "recurrence_invalid"),
            ("FREQ=MONTHLY;BYMONTHDAY=32;COUNT=5", "recurrence_invalid"),
            ("FREQ=WEEKLY;INTERVAL=0;COUNT=5", "recurrence_invalid"),
            ("FREQ=WEEKLY;INTERVAL=99999;COUNT=5", "recurrence_invalid"),
            ("FREQ=WEEKLY;BYDAY=2TU;COUNT=5", "recurrence_invalid"),
            ("FREQ=DAILY;BYSETPOS=1;COUNT=5", "recurrence_invalid"),
            ("FREQ=WEEKLY;COUNT=+5", "recurrence_invalid"),
            ("COUNT=5", "recurrence_invalid"),
            (";;;", "recurrence_invalid"),
            (bomb.as_str(), "first_not_in_rule"),
        ] {
            let answer = scheduler.post(SERIES, app.series(&[], rule, "2031-03-04")).await;
            let refused = answer.expect_problem(422, "validation_failed");
            assert_eq!(refused.fault_codes(), [code], "{rule}");
            assert_eq!(refused.fault_pointers(), ["/recurrence"], "{rule}");
        }
        let mut long = app.series(&[], "FREQ=DAILY;COUNT=3", "2031-03-04");
        long["ends_at"]["local"] = json!("2031-03-05T12:00:00");
        let refused = scheduler.post(SERIES, long).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["occurrences_overlap"]);
        let mut other = app.series(&[], "FREQ=DAILY;COUNT=3", "2031-03-04");
        other["except"] = json!(["2031-03-09"]);
        let refused = scheduler.post(SERIES, other).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/except"]);
    }

    async fn one_conflict_among_twenty_occurrences_is_named_and_nothing_is_stored(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let briefer = app.briefer("Amara Okafor").await;
        // Half past ten on the seventh date.
        let mut single = app.draft(&[&briefer], "2031-04-15T10:30:00", "2031-04-15T11:30:00");
        single["starts_at"]["time_zone"] = json!("America/New_York");
        single["ends_at"]["time_zone"] = json!("America/New_York");
        let other = scheduler.post("/v1/briefings", single).await.expect(201).id();
        scheduler.act_now(&format!("/v1/briefings/{other}"), "schedule").await.expect(200);

        for schedule in [false, true] {
            let mut body = app.series(&[&briefer], "FREQ=WEEKLY;COUNT=20", "2031-03-04");
            body["schedule"] = json!(schedule);
            let refused = scheduler.post(SERIES, body.clone()).await.expect_problem(409, "schedule_conflict");
            assert_eq!(refused.body["occurrences"], json!(["2031-04-15"]));
            let conflicts = refused.body["conflicts"].as_array().unwrap();
            assert_eq!(conflicts.len(), 1);
            assert_eq!(conflicts[0]["occurrence"], "2031-04-15");
            assert_eq!(conflicts[0]["briefing_id"], other);
            assert_eq!(conflicts[0]["resource_id"], briefer);
            assert_eq!(scheduler.get(&format!("{SERIES}?include=total")).await.body["total"], 0);
            assert_eq!(scheduler.get("/v1/briefings?include=total").await.body["total"], 1);
        }
        let mut body = app.series(&[&briefer], "FREQ=WEEKLY;COUNT=20", "2031-03-04");
        body["schedule"] = json!(true);
        body["except"] = json!(["2031-04-15"]);
        let made = scheduler.post(SERIES, body).await.expect(201);
        assert_eq!(made.body["counts"]["scheduled"], 19);
        let all = app.occurrences(&made.id()).await;
        assert_eq!(all.len(), 19);
        assert!(!dates(&all).contains(&"2031-04-15"));
        // Each is a briefing of its own, and found by its series.
        let found = scheduler.get(&format!("/v1/briefings?series_id={}&include=total", made.id())).await.expect(200);
        assert_eq!(found.body["total"], 19);
        assert_eq!(found.body["data"][0]["series_id"], made.id());
        // The exception cannot be undone while the other holds the time.
        let path = format!("{SERIES}/{}", made.id());
        let undo = json!({"date": "2031-04-15"});
        scheduler.act_with(&path, "exceptions/undo", undo.clone()).await.expect_problem(409, "schedule_conflict");
        scheduler.act_now(&format!("/v1/briefings/{other}"), "cancel").await.expect(200);
        let whole = scheduler.act_with(&path, "exceptions/undo", undo).await.expect(200);
        assert_eq!(whole.body["exceptions"], json!([]));
        assert_eq!((&whole.body["counts"]["draft"], &whole.body["counts"]["scheduled"]), (&json!(1), &json!(19)));
    }

    async fn drafts_are_scheduled_and_published_together_or_not_at_all(app: App) {
        let admin = app.admin().await;
        let briefer = app.briefer("Amara Okafor").await;
        let id = admin.post(SERIES, app.series(&[&briefer], "FREQ=WEEKLY;COUNT=6", "2031-03-04")).await.expect(201).id();
        let path = format!("{SERIES}/{id}");
        let blocked = admin.post(SERIES, {
            let mut body = app.series(&[&briefer], "FREQ=DAILY;COUNT=1", "2031-03-18");
            body["schedule"] = json!(true);
            body
        }).await.expect(201);
        assert_eq!(blocked.body["counts"]["scheduled"], 1);
        admin.act_now(&path, "publish").await.expect_problem(409, "not_allowed_in_state");
        let refused = admin.act_now(&path, "schedule").await.expect_problem(409, "schedule_conflict");
        assert_eq!(refused.body["occurrences"], json!(["2031-03-18"]));
        assert_eq!(admin.get(&path).await.body["counts"]["draft"], 6);
        let unknown = admin.act_with(&path, "schedule", json!({"except": ["2031-03-19"]})).await;
        assert_eq!(unknown.expect_problem(422, "validation_failed").fault_pointers(), ["/except/0"]);
        let booked = admin.act_with(&path, "schedule", json!({"except": ["2031-03-18"]})).await.expect(200);
        assert_eq!((&booked.body["counts"]["draft"], &booked.body["counts"]["scheduled"]), (&json!(1), &json!(5)));
        let shown = admin.act_with(&path, "publish", json!({"except": ["2031-03-25"]})).await.expect(200);
        assert_eq!(shown.body["counts"], json!({"draft": 1, "scheduled": 1, "published": 4, "postponed": 0, "cancelled": 0, "delivered": 0}));
        // Who is not federal sees what was published, and no series.
        let city = app.as_city("Phoenix").await;
        let seen = city.get(&format!("/v1/briefings?series_id={id}&include=total")).await.expect(200);
        assert_eq!(seen.body["total"], 4);
        assert_eq!(city.get(SERIES).await.expect(200).body["data"], json!([]));
        city.get(&path).await.expect_problem(404, "not_found");
        city.get(&format!("{path}/occurrences")).await.expect_problem(404, "not_found");
    }

    async fn a_series_without_a_briefer_is_not_scheduled(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let id = scheduler.post(SERIES, app.series(&[], "FREQ=WEEKLY;COUNT=3", "2031-03-04")).await.expect(201).id();
        let refused = scheduler.act_now(&format!("{SERIES}/{id}"), "schedule").await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/briefer_ids"]);
    }

    async fn of_two_overlapping_series_at_once_one_wins_and_nothing_is_half_stored(app: App) {
        let admin = app.admin().await;
        let (one, two) = (app.briefer("Amara Okafor").await, app.briefer("Lena Marchetti").await);
        // Both name both briefers, in either order, and meet on one date only.
        let mut answers = Vec::new();
        for round in 0..3 {
            let first = format!("2031-0{}-04", round + 3);
            let bodies = [
                (vec![one.as_str(), two.as_str()], "FREQ=DAILY;COUNT=10"),
                (vec![two.as_str(), one.as_str()], "FREQ=DAILY;INTERVAL=3;COUNT=5"),
            ];
            answers.push(join_all(bodies.iter().cycle().take(6).map(|(briefers, rule)| {
                let mut body = app.series(briefers, rule, &first);
                body["schedule"] = json!(true);
                let admin = admin.clone();
                async move { admin.post(SERIES, body).await }
            })).await);
        }
        for round in &answers {
            assert_eq!(round.iter().filter(|answer| answer.status == 201).count(), 1);
            assert_eq!(round.iter().filter(|answer| answer.status == 409 && answer.body["code"] == "schedule_conflict").count(), 5);
        }
        assert_eq!(admin.get(&format!("{SERIES}?include=total")).await.body["total"], 3);
        let won: i64 = answers.iter().flatten().filter_map(|answer| answer.body["counts"]["scheduled"].as_i64()).sum();
        assert_eq!(admin.get("/v1/briefings?include=total").await.body["total"], won);
    }

    async fn a_list_of_series_is_sorted_filtered_and_counted(app: App) {
        let admin = app.admin().await;
        for (title, day) in [("Energy", "2031-05-06"), ("Trade", "2031-03-04"), ("Water", "2031-04-01")] {
            let mut body = app.series(&[], "FREQ=WEEKLY;COUNT=2", day);
            body["title"] = json!(title);
            admin.post(SERIES, body).await.expect(201);
        }
        for (sort, first) in [("starts_at", "Trade"), ("-starts_at", "Energy"), ("created_at", "Energy"), ("-created_at", "Water")] {
            let mut titles = Vec::new();
            let mut path = format!("{SERIES}?sort={sort}&limit=1&include=total");
            loop {
                let page = admin.get(&path).await.expect(200);
                assert_eq!(page.body["total"], 3);
                titles.push(page.body["data"][0]["title"].as_str().unwrap().to_owned());
                match page.body["next_cursor"].as_str() {
                    Some(cursor) => path = format!("{SERIES}?sort={sort}&limit=1&include=total&cursor={cursor}"),
                    None => break,
                }
            }
            assert_eq!((titles.len(), titles[0].as_str()), (3, first), "{sort}");
        }
        assert_eq!(admin.get(&format!("{SERIES}?q=WATER&status=active")).await.expect(200).ids().len(), 1);
        assert_eq!(admin.get(&format!("{SERIES}?status=ended")).await.expect(200).ids().len(), 0);
        let id = admin.get(SERIES).await.ids()[0].clone();
        let refused = admin.get(&format!("{SERIES}/{id}/occurrences?time_zone=Mars/Olympus")).await;
        refused.expect_problem(400, "invalid_query");
        let last = admin.get(&format!("{SERIES}/{id}/occurrences?sort=-date&limit=1&include=total")).await.expect(200);
        assert_eq!((&last.body["data"][0]["date"], &last.body["total"]), (&json!("2031-03-11"), &json!(2)));
    }

    async fn conflicts_of_two_hundred_occurrences_take_as_many_statements_as_of_one(app: App) {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};
        use chancery::briefings::lifecycle::BriefingStatus;
        use chancery::briefings::model::Briefing;
        use chancery::briefings::series::conflicts::{Wanted, check};
        use chancery::kernel::db::{Aggregate, WriteContext};
        use chancery::kernel::day::Day;
        use chancery::kernel::id::BriefingId;
        use diesel::connection::{Connection, InstrumentationEvent};

        let admin = app.admin().await;
        let briefer = app.briefer("Amara Okafor").await;
        let mut body = app.series(&[&briefer], "FREQ=DAILY;COUNT=200", "2031-03-04");
        body["schedule"] = json!(true);
        let id = admin.post(SERIES, body).await.expect(201).id();
        let sample = app.occurrences(&id).await[0]["briefing"]["id"].as_str().unwrap().to_owned();
        let counted = app.kernel.db.write(WriteContext::system(app.clock.now()), move |tx| {
            let sample = Briefing::load(tx.conn, &sample)?.unwrap();
            let mut taken = Vec::new();
            for (occurrences, is_taken) in [(1, true), (200, true), (1, false), (200, false)] {
                let wanted: Vec<Wanted> = (0..occurrences).map(|number| {
                    let mut briefing = Briefing { id: BriefingId::fresh(), status: BriefingStatus::Draft, ..sample.clone() };
                    let seconds = 86_400 * number + if is_taken { 0 } else { 3600 };
                    briefing.starts_at = briefing.starts_at.plus_seconds(seconds);
                    briefing.ends_at = briefing.ends_at.plus_seconds(seconds);
                    Wanted { day: Day::of_local(briefing.starts_at), briefing, resources: vec![briefer.clone()] }
                }).collect();
                let count = Arc::new(AtomicUsize::new(0));
                let counter = count.clone();
                tx.conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                    if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                        counter.fetch_add(1, Ordering::Relaxed);
                    }
                });
                let outcome = check(tx, &wanted);
                tx.conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
                // The last hour of winter time: 199 of them meet at the same clock time or an hour off.
                assert_eq!(outcome.is_err(), is_taken);
                taken.push(count.load(Ordering::Relaxed));
            }
            Ok(taken)
        }).await.unwrap();
        assert_eq!(counted, [2, 2, 1, 1]);
    }
}
