//! Reports on placements: the schedule that follows the term, scenario 9 of docs/domain.md, who sees
//! how much of a report, reminders, and the statistics that they add up to.

use std::time::Duration;

use chancery::kernel::access::Role;
use chancery::kernel::day::Day;
use chancery::kernel::time::Timestamp;
use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, Answer, App, Receiver};

const PHOENIX: Tz = chrono_tz::America::Phoenix;

/// A placement at Phoenix, with the people around it.
struct Placed {
    program: String,
    placement: String,
    starts_on: Day,
    /// The address with which the officer signs in.
    email: String,
}

fn report_path(id: &str) -> String {
    format!("/v1/placement-reports/{id}")
}

/// The day so many days from now, in Phoenix.
fn day_from_now(app: &App, days: u64) -> Day {
    Day::of(app.clock.now(), PHOENIX).plus_days(days).unwrap()
}

fn midnight(day: Day) -> Timestamp {
    day.begins_at(PHOENIX).unwrap()
}

async fn new_program(app: &App, name: &str) -> String {
    let admin = app.admin().await;
    let body =
        json!({"name": name, "legal_basis": "Intergovernmental Personnel Act, 5 U.S.C. 3371-3376"});
    admin.post("/v1/programs", body).await.expect(201).id()
}

/// An officer with an account.
async fn new_officer(app: &App, name: &str) -> (String, String) {
    let email = format!("{}@posts.example.gov", name.to_lowercase());
    let actor = app.person(&email, Role::Diplomat, &app.office).await;
    let account = actor.get("/v1/me").await.expect(200).id();
    let admin = app.admin().await;
    let body = json!({"name": name, "grade": "FS-03", "user_id": account});
    let officer = admin.post("/v1/officers", body).await.expect(201).id();
    (officer, email)
}

/// A placement of an officer in a city from that day on for a year, signed by both sides.
async fn signed(app: &App, program: &str, officer: &str, city: &str, starts_on: Day) -> String {
    let admin = app.admin().await;
    let body = json!({
        "program_id": program, "officer_id": officer, "organization_id": app.city(city).await,
        "starts_on": starts_on,
    });
    let id = admin.post("/v1/placements", body).await.expect(201).id();
    let path = format!("/v1/placements/{id}");
    admin.act_now(&path, "sign").await.expect(200);
    leader(app, city)
        .await
        .act_now(&path, "sign")
        .await
        .expect(200);
    id
}

async fn leader(app: &App, city: &str) -> Actor {
    let email = format!("leader@{}.example.gov", city.to_lowercase());
    let organization = app.city(city).await;
    app.person(&email, Role::LocalLeader, &organization).await
}

/// A placement in Phoenix from tomorrow on for a year.
async fn placed(app: &App) -> Placed {
    let program = new_program(app, "Diplomats in city halls").await;
    let (officer, email) = new_officer(app, "Ortega").await;
    let starts_on = day_from_now(app, 1);
    let placement = signed(app, &program, &officer, "Phoenix", starts_on).await;
    Placed {
        program,
        placement,
        starts_on,
        email,
    }
}

impl Placed {
    fn path(&self) -> String {
        format!("/v1/placements/{}", self.placement)
    }

    fn month(&self, months: u32) -> Day {
        self.starts_on.plus_months(months).unwrap()
    }

    /// Its reports, what is due first.
    async fn reports(&self, actor: &Actor) -> Vec<Value> {
        let list = actor
            .get(&format!("{}/reports?limit=100", self.path()))
            .await
            .expect(200);
        list.body["data"].as_array().unwrap().clone()
    }

    /// The id of a report.
    async fn report(&self, app: &App, kind: &str, ordinal: i64) -> String {
        let admin = app.admin().await;
        let all = self.reports(&admin).await;
        let found = all
            .iter()
            .find(|report| report["kind"] == kind && report["ordinal"] == ordinal);
        found.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// What the office did to the term.
    async fn change_term(&self, app: &App, action: &str, ends_on: Day) {
        let admin = app.admin().await;
        let tag = admin.get(&self.path()).await.expect(200).tag();
        let body = json!({"ends_on": ends_on, "reason": "Agreed by both sides."});
        admin
            .post_with(
                &format!("{}/{action}", self.path()),
                &[("If-Match", &tag)],
                body,
            )
            .await
            .expect(200);
    }
}

/// Moves the clock, and signs everyone in again.
async fn pass_to(app: &App, instant: Timestamp) {
    app.clock.set(instant);
    app.sign_everyone_in_again().await;
}

async fn change(actor: &Actor, id: &str, body: Value) -> Answer {
    let tag = actor.get(&report_path(id)).await.expect(200).tag();
    actor.patch(&report_path(id), &tag, body).await
}

async fn return_it(actor: &Actor, id: &str, reason: &str) -> Answer {
    let tag = actor.get(&report_path(id)).await.expect(200).tag();
    let path = format!("{}/return", report_path(id));
    actor
        .post_with(&path, &[("If-Match", &tag)], json!({"reason": reason}))
        .await
}

/// Writes a report and hands it in.
async fn hand_in(actor: &Actor, id: &str, meetings: i64) {
    let body =
        json!({"public_summary": "Two delegations came.", "figures": {"meetings": meetings}});
    change(actor, id, body).await.expect(200);
    actor.act_now(&report_path(id), "submit").await.expect(200);
}

/// The events of this kind about a report, once there are so many.
async fn events_of(app: &App, id: &str, kind: &str, count: usize) -> Vec<Value> {
    let admin = app.admin().await;
    for _ in 0..80 {
        app.settle_journal().await;
        let found = admin
            .get(&format!(
                "/v1/audit-events?subject_id={id}&type=placement_report.{kind}&limit=100"
            ))
            .await
            .expect(200);
        let found = found.body["data"].as_array().unwrap().clone();
        if found.len() >= count {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no {count} events {kind} of {id}");
}

/// Lets the worker look at least twice.
async fn let_the_worker_look() {
    tokio::time::sleep(Duration::from_millis(1200)).await;
}

fn told(report: &Value) -> String {
    format!(
        "{} {} {}..{} due {}",
        report["kind"].as_str().unwrap(),
        report["ordinal"],
        report["period_starts_on"].as_str().unwrap(),
        report["period_ends_on"].as_str().unwrap(),
        report["due_at"]["utc"].as_str().unwrap(),
    )
}

both_backends! {
    async fn reports_follow_from_the_term_and_stand_where_the_host_is(app: App) {
        let placed = placed(&app).await;
        let admin = app.admin().await;
        let due = |day: Day, days: u64| midnight(day.plus_days(days).unwrap());
        let expected: Vec<String> = (1..=3)
            .map(|n| format!("quarterly {n} {}..{} due {}", placed.month(3 * (n - 1)), placed.month(3 * n), due(placed.month(3 * n), 30)))
            .chain([format!("final 1 {}..{} due {}", placed.starts_on, placed.month(12), due(placed.month(12), 60))])
            .collect();
        let reports = placed.reports(&admin).await;
        assert_eq!(reports.iter().map(told).collect::<Vec<_>>(), expected);
        assert_eq!(reports[0]["due_at"]["time_zone"], "America/Phoenix");
        assert!(reports[0]["due_at"]["local"].as_str().unwrap().ends_with("T00:00:00"));
        // The last quarter is the final report's.
        assert_eq!(reports[3]["figures_start_on"], json!(placed.month(9)));

        // Where a report stands changes at midnight at the host; the filter and what is shown agree.
        let first = placed.report(&app, "quarterly", 1).await;
        for (instant, status) in [
            (midnight(placed.month(3)).plus_seconds(-1), "upcoming"),
            (midnight(placed.month(3)), "due"),
            (due(placed.month(3), 30).plus_seconds(-1), "due"),
            (due(placed.month(3), 30), "overdue"),
        ] {
            pass_to(&app, instant).await;
            let admin = app.admin().await;
            let shown = admin.get(&report_path(&first)).await.expect(200);
            assert_eq!((&shown.body["status"], &shown.body["is_overdue"]), (&json!(status), &json!(status == "overdue")));
            let mut counted = 0;
            for filter in ["upcoming", "due", "overdue", "submitted", "returned", "accepted", "dropped"] {
                let list = admin.get(&format!("/v1/placement-reports?status={filter}&include=total")).await.expect(200);
                assert!(list.body["data"].as_array().unwrap().iter().all(|report| report["status"] == filter));
                assert_eq!(list.ids().contains(&first), filter == status, "{filter} at {instant}");
                counted += list.body["total"].as_i64().unwrap();
            }
            assert_eq!(counted, 4);
        }
        let admin = app.admin().await;
        for (query, count) in [
            ("is_overdue=true".to_owned(), 1), ("is_overdue=false".to_owned(), 3), ("kind=final".to_owned(), 1),
            (format!("placement_id={}", placed.placement), 4), (format!("organization_id={}", app.city("Phoenix").await), 4),
            (format!("organization_id={}", app.office), 0), (format!("due_before={}", due(placed.month(6), 30)), 1),
        ] {
            assert_eq!(admin.get(&format!("/v1/placement-reports?include=total&{query}")).await.expect(200).body["total"], count, "{query}");
        }
    }

    async fn a_report_goes_from_the_officer_to_the_office_and_back(app: App) {
        let placed = placed(&app).await;
        let id = placed.report(&app, "quarterly", 1).await;
        let officer = app.log_in(&placed.email).await;
        let body = json!({"figures": {"meetings": 4, "delegations": 1}, "internal_part": "Only between us."});
        change(&officer, &id, body.clone()).await.expect(200);
        let early = officer.act_now(&report_path(&id), "submit").await.expect_problem(409, "not_allowed_in_state");
        let opens_at = midnight(placed.month(3)).plus_seconds(-14 * 86_400);
        assert_eq!(early.body["opens_at"], json!(opens_at.to_string()));
        pass_to(&app, opens_at).await;

        // The officer and those who run the programs write it, and nobody else.
        let (officer, admin, host) = (app.log_in(&placed.email).await, app.admin().await, app.as_city("Phoenix").await);
        host.patch(&report_path(&id), "\"2\"", body.clone()).await.expect_problem(403, "forbidden");
        let other = new_officer(&app, "Lindqvist").await.1;
        let other = app.log_in(&other).await;
        other.patch(&report_path(&id), "\"2\"", body.clone()).await.expect_problem(404, "not_found");
        other.get(&report_path(&id)).await.expect_problem(404, "not_found");
        app.as_city("Chicago").await.get(&report_path(&id)).await.expect_problem(404, "not_found");
        app.as_role(Role::Scheduler).await.patch(&report_path(&id), "\"2\"", body).await.expect_problem(403, "forbidden");
        let bare = officer.act_now(&report_path(&id), "submit").await.expect_problem(422, "validation_failed");
        assert_eq!(bare.fault_pointers(), ["/public_summary"]);
        change(&admin, &id, json!({"public_summary": "A delegation came."})).await.expect(200);

        // The host is told what it says once it is handed in, and never the internal part.
        let before = host.get(&report_path(&id)).await.expect(200);
        assert_eq!((&before.body["figures"], &before.body["public_summary"]), (&Value::Null, &Value::Null));
        assert_eq!(before.body["allowed_actions"], json!([]));
        let mine = officer.get(&report_path(&id)).await.expect(200);
        assert_eq!(mine.body["allowed_actions"], json!(["submit", "update"]));
        officer.act(&format!("{}/submit", report_path(&id)), "\"1\"").await.expect_problem(412, "precondition_failed");
        let submitted = officer.act_now(&report_path(&id), "submit").await.expect(200);
        assert_eq!((&submitted.body["status"], &submitted.body["internal_part"]), (&json!("submitted"), &json!("Only between us.")));
        let after = host.get(&report_path(&id)).await.expect(200);
        assert_eq!(after.body["figures"], json!({"meetings": 4, "delegations": 1, "agreements": 0, "investment_leads": 0}));
        assert_eq!(after.body["public_summary"], "A delegation came.");
        change(&officer, &id, json!({"figures": {"meetings": 5}})).await.expect_problem(409, "not_allowed_in_state");

        // Given back, it is due anew, and hidden from the host again.
        return_it(&officer, &id, "Mine.").await.expect_problem(403, "forbidden");
        let returned = return_it(&admin, &id, "The delegations are missing.").await.expect(200);
        assert_eq!((&returned.body["status"], &returned.body["handed_in_at"]), (&json!("returned"), &Value::Null));
        let due_at = midnight(day_from_now(&app, 15));
        assert_eq!(returned.body["due_at"]["utc"], json!(due_at.to_string()));
        let seen = host.get(&report_path(&id)).await.expect(200);
        assert!(seen.body["figures"].is_null() && !seen.text.contains("delegations are missing"), "{}", seen.text);
        pass_to(&app, due_at).await;
        let (officer, admin) = (app.log_in(&placed.email).await, app.admin().await);
        let late = officer.get(&report_path(&id)).await.expect(200);
        assert_eq!((&late.body["status"], &late.body["is_overdue"]), (&json!("returned"), &json!(true)));
        assert_eq!(late.body["reason"], "The delegations are missing.");
        hand_in(&officer, &id, 6).await;
        let accepted = admin.act_now(&report_path(&id), "accept").await.expect(200);
        assert_eq!((&accepted.body["status"], &accepted.body["is_overdue"]), (&json!("accepted"), &json!(false)));
        return_it(&admin, &id, "Too late.").await.expect_problem(409, "not_allowed_in_state");
    }

    async fn the_internal_part_never_reaches_the_host(app: App) {
        let placed = placed(&app).await;
        let id = placed.report(&app, "quarterly", 1).await;
        let receiver = Receiver::start().await;
        let host = leader(&app, "Phoenix").await;
        host.post("/v1/webhook-endpoints", json!({"url": receiver.url()})).await.expect(201);
        pass_to(&app, midnight(placed.month(3))).await;
        let (officer, admin, host) = (app.log_in(&placed.email).await, app.admin().await, leader(&app, "Phoenix").await);
        change(&officer, &id, json!({"internal_part": "Zanzibar asks for discretion."})).await.expect(200);
        hand_in(&officer, &id, 3).await;
        return_it(&admin, &id, "Say more of Zanzibar.").await.expect(200);
        hand_in(&officer, &id, 4).await;
        admin.act_now(&report_path(&id), "accept").await.expect(200);
        app.settle_journal().await;

        let views = [
            report_path(&id), format!("{}/reports", placed.path()), "/v1/placement-reports?include=total".to_owned(),
            format!("/v1/programs/{}/statistics", placed.program), "/v1/events?limit=100".to_owned(), placed.path(),
        ];
        for view in &views {
            let seen = host.get(view).await.expect(200);
            assert!(!seen.text.contains("Zanzibar") && !seen.text.contains("internal_part"), "{view}: {}", seen.text);
            assert!(officer.get(view).await.status == 200, "{view}");
        }
        assert!(officer.get(&report_path(&id)).await.expect(200).text.contains("Zanzibar"));
        // The host's systems are told where it stands, and nothing that it says.
        let accepted = |received: &[crate::support::Received]| {
            received.iter().any(|one| one.kind() == "placement_report.accepted")
        };
        for _ in 0..100 {
            if accepted(&receiver.received()) { break; }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let received = receiver.received();
        assert!(accepted(&received), "{:?}", receiver.kinds());
        for delivery in received {
            let text = &delivery.text;
            assert!(!text.contains("Zanzibar") && !text.contains("internal_part") && !text.contains("meetings"), "{text}");
        }
        // Another city is told nothing at all.
        let stranger = app.as_city("Chicago").await;
        for view in &views[..2] { stranger.get(view).await.expect_problem(404, "not_found"); }
        assert_eq!(stranger.get(&views[2]).await.expect(200).body["total"], 0);
        assert!(!stranger.get(&views[4]).await.expect(200).text.contains("placement_report"));
        assert_eq!(stranger.get(&views[3]).await.expect(200).body["by_placement"], json!([]));
    }

    async fn reports_move_with_the_end_of_the_placement(app: App) {
        let placed = placed(&app).await;
        let [first, third, last] = [("quarterly", 1), ("quarterly", 3), ("final", 1)];
        let (first, third, last) = (
            placed.report(&app, first.0, first.1).await, placed.report(&app, third.0, third.1).await, placed.report(&app, last.0, last.1).await,
        );
        pass_to(&app, midnight(placed.month(3))).await;
        let officer = app.log_in(&placed.email).await;
        hand_in(&officer, &first, 7).await;
        let handed_in = officer.get(&report_path(&first)).await.expect(200).body;

        // Six months more: two quarterly reports more, and the final one moves.
        placed.change_term(&app, "extend", placed.month(18)).await;
        let admin = app.admin().await;
        let reports = placed.reports(&admin).await;
        assert_eq!(reports.len(), 6);
        let final_one = admin.get(&report_path(&last)).await.expect(200).body;
        assert_eq!((&final_one["period_ends_on"], &final_one["figures_start_on"]), (&json!(placed.month(18)), &json!(placed.month(15))));
        assert_eq!(final_one["due_at"]["utc"], json!(midnight(placed.month(18).plus_days(60).unwrap()).to_string()));

        // Curtailed to seven months: what lies beyond is dropped, what was handed in stays.
        let end = placed.month(7);
        placed.change_term(&app, "curtail", end).await;
        let admin = app.admin().await;
        let reports = placed.reports(&admin).await;
        let live: Vec<String> = reports.iter().filter(|report| report["status"] != "dropped").map(told).collect();
        assert_eq!(live.len(), 3, "{live:?}");
        assert_eq!(admin.get(&report_path(&third)).await.expect(200).body["status"], "dropped");
        let final_one = admin.get(&report_path(&last)).await.expect(200).body;
        assert_eq!((&final_one["period_ends_on"], &final_one["figures_start_on"]), (&json!(end), &json!(placed.month(6))));
        let now = app.log_in(&placed.email).await.get(&report_path(&first)).await.expect(200).body;
        assert_eq!((&now["status"], &now["version"]), (&handed_in["status"], &handed_in["version"]));
        change(&app.log_in(&placed.email).await, &third, json!({"figures": {"meetings": 1}})).await.expect_problem(409, "not_allowed_in_state");

        // A final report that was handed in before an extension is opened again.
        pass_to(&app, midnight(end).plus_seconds(-86_400)).await;
        let (officer, admin) = (app.log_in(&placed.email).await, app.admin().await);
        hand_in(&officer, &last, 2).await;
        admin.act_now(&report_path(&last), "accept").await.expect_problem(409, "not_allowed_in_state");
        placed.change_term(&app, "extend", placed.month(12)).await;
        let reopened = officer.get(&report_path(&last)).await.expect(200).body;
        assert_eq!((&reopened["status"], &reopened["handed_in_at"], &reopened["figures"]["meetings"]), (&json!("upcoming"), &Value::Null, &json!(2)));
        assert_eq!(reopened["reason"], "The placement was extended after this report was handed in.");
        assert_eq!(admin.get(&report_path(&third)).await.expect(200).body["status"], "upcoming");
        assert_eq!(events_of(&app, &last, "reopened", 1).await.len(), 1);
    }

    async fn reminders_come_once_each_and_what_is_overdue_is_noted_once(app: App) {
        let placed = placed(&app).await;
        let id = placed.report(&app, "quarterly", 1).await;
        let due_at = midnight(placed.month(3).plus_days(30).unwrap());
        let before = app.admin().await.get(&report_path(&id)).await.expect(200).body["version"].clone();
        for (days, reminders) in [(14, 1), (3, 2)] {
            pass_to(&app, due_at.plus_seconds(-days * 86_400)).await;
            events_of(&app, &id, "reminded", reminders).await;
            let_the_worker_look().await;
            assert_eq!(events_of(&app, &id, "reminded", reminders).await.len(), reminders);
        }
        pass_to(&app, due_at).await;
        events_of(&app, &id, "overdue", 1).await;
        let_the_worker_look().await;
        assert_eq!(events_of(&app, &id, "overdue", 1).await.len(), 1);
        assert_eq!(events_of(&app, &id, "reminded", 2).await.len(), 2);
        // Nobody's edit is stale because of a reminder.
        assert_eq!(app.admin().await.get(&report_path(&id)).await.expect(200).body["version"], before);
        // The host's people read of it in their feed.
        let feed = app.as_city("Phoenix").await.get("/v1/events?type=placement_report.overdue").await.expect(200);
        assert_eq!(feed.body["data"][0]["data"]["id"], json!(id), "{}", feed.text);
    }

    async fn a_host_that_owes_its_final_report_does_not_apply_again(app: App) {
        // Scenario 9, whole.
        let placed = placed(&app).await;
        let last = placed.report(&app, "final", 1).await;
        let (end, due_at) = (midnight(placed.month(12)), midnight(placed.month(12).plus_days(60).unwrap()));
        let closes_at = json!({"local": "2038-01-15T17:00:00", "time_zone": "America/Phoenix"});
        let calls = [app.open_call(json!({"closes_at": closes_at})).await, app.open_call(json!({"closes_at": closes_at})).await, app.open_call(json!({"closes_at": closes_at})).await];
        let city = app.as_city("Phoenix").await;
        let affair = format!("/v1/event-requests/{}", app.drafted(&city, json!({})).await);

        // The officer has the host's affairs until the instant at which the placement ends.
        pass_to(&app, end.plus_seconds(-2)).await;
        let officer = app.log_in(&placed.email).await;
        officer.get(&affair).await.expect(200);
        app.clock.set(end);
        tokio::time::sleep(Duration::from_millis(1000)).await;
        officer.get(&affair).await.expect_problem(404, "not_found");
        assert_eq!(officer.get(&placed.path()).await.expect(200).body["status"], "completed");
        assert_eq!(officer.get(&report_path(&last)).await.expect(200).body["status"], "due");

        // Until the report is overdue, the host may apply.
        pass_to(&app, due_at.plus_seconds(-30)).await;
        app.applied("Phoenix", &calls[0]).await;
        pass_to(&app, due_at).await;
        let (city, admin) = (app.as_city("Phoenix").await, app.admin().await);
        let mut drafts = Vec::new();
        for call in &calls[1..] {
            let path = format!("/v1/applications/{}", app.apply("Phoenix", call).await);
            let refused = city.act_now(&path, "submit").await.expect_problem(409, "report_overdue");
            assert_eq!(refused.body["reports"], json!([last]), "{}", refused.text);
            drafts.push(path);
        }
        // Another host's affair it is not.
        app.applied("Chicago", &calls[1]).await;

        // A waiver needs a reason, and is for this application alone.
        for nothing in [json!({}), json!({"reason": "  "})] {
            app.act_with(&admin, &drafts[0], "waive-overdue-report", nothing).await.expect_problem(422, "validation_failed");
        }
        let reason = json!({"reason": "The officer is on medical leave."});
        app.act_with(&city, &drafts[0], "waive-overdue-report", reason.clone()).await.expect_problem(403, "forbidden");
        app.act_with(&admin, &drafts[0], "waive-overdue-report", reason).await.expect(200);
        city.act_now(&drafts[0], "submit").await.expect(200);
        city.act_now(&drafts[1], "submit").await.expect_problem(409, "report_overdue");

        // When the report is handed in nothing stands in the way; when it is returned and not mended
        // in time, it does again.
        let officer = app.log_in(&placed.email).await;
        hand_in(&officer, &last, 3).await;
        return_it(&admin, &last, "The figures are missing.").await.expect(200);
        pass_to(&app, midnight(day_from_now(&app, 15))).await;
        let (city, officer) = (app.as_city("Phoenix").await, app.log_in(&placed.email).await);
        city.act_now(&drafts[1], "submit").await.expect_problem(409, "report_overdue");
        hand_in(&officer, &last, 4).await;
        city.act_now(&drafts[1], "submit").await.expect(200);
    }

    async fn the_accepted_final_report_closes_the_placement(app: App) {
        let placed = placed(&app).await;
        let last = placed.report(&app, "final", 1).await;
        pass_to(&app, midnight(placed.month(12))).await;
        let (officer, admin) = (app.log_in(&placed.email).await, app.admin().await);
        // The officer's place at the host is gone, and the report is still the officer's to write.
        hand_in(&officer, &last, 9).await;
        admin.act_now(&report_path(&last), "accept").await.expect(200);
        assert_eq!(admin.get(&placed.path()).await.expect(200).body["status"], "closed");
        let quarter = placed.month(3);
        let body = json!({"period_starts_on": placed.starts_on, "period_ends_on": quarter, "due_on": day_from_now(&app, 30)});
        admin.post(&format!("{}/reports", placed.path()), body).await.expect_problem(409, "not_allowed_in_state");
    }

    async fn the_office_asks_for_reports_beside_the_schedule(app: App) {
        let placed = placed(&app).await;
        let admin = app.admin().await;
        let path = format!("{}/reports", placed.path());
        let day = |days| placed.starts_on.plus_days(days).unwrap();
        let wrong = json!({"period_starts_on": day(20), "period_ends_on": day(800), "due_on": day(30)});
        let refused = admin.post(&path, wrong).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/period_ends_on", "/due_on"]);
        let body = json!({"period_starts_on": day(20), "period_ends_on": day(25), "due_on": day(30), "reason": "The delegation's visit."});
        let made = admin.post(&path, body.clone()).await.expect(201);
        assert_eq!(made.header("location"), Some(report_path(&made.id()).as_str()));
        assert_eq!((&made.body["kind"], &made.body["ordinal"], &made.body["status"]), (&json!("special"), &json!(1), &json!("upcoming")));
        assert_eq!(made.body["due_at"]["utc"], json!(midnight(day(30)).to_string()));
        assert_eq!(admin.post(&path, body.clone()).await.expect(201).body["ordinal"], 2);
        leader(&app, "Phoenix").await.post(&path, body).await.expect_problem(403, "forbidden");
        // It stays when the term changes.
        pass_to(&app, midnight(day(2))).await;
        placed.change_term(&app, "extend", placed.month(13)).await;
        let admin = app.admin().await;
        assert_eq!(admin.get(&report_path(&made.id())).await.expect(200).body["version"], 1);
        // One about days that are no longer served is dropped; one about days that are is not.
        let later = json!({"period_starts_on": day(60), "period_ends_on": day(70), "due_on": day(80)});
        let later = admin.post(&path, later).await.expect(201).id();
        placed.change_term(&app, "curtail", day(40)).await;
        for (id, status) in [(made.id(), "upcoming"), (later, "dropped")] {
            assert_eq!(admin.get(&report_path(&id)).await.expect(200).body["status"], status);
        }
    }

    async fn the_statistics_of_a_program_are_the_sums_of_its_reports(app: App) {
        let program = new_program(&app, "Diplomats in city halls").await;
        let starts_on = day_from_now(&app, 1);
        let mut all = Vec::new();
        for (name, city) in [("Ortega", "Phoenix"), ("Lindqvist", "Chicago"), ("Adeyemi", "Boston")] {
            let (officer, email) = new_officer(&app, name).await;
            let placement = signed(&app, &program, &officer, city, starts_on).await;
            all.push(Placed { program: program.clone(), placement, starts_on, email });
        }
        pass_to(&app, midnight(starts_on.plus_months(12).unwrap().plus_days(90).unwrap())).await;
        let admin = app.admin().await;
        // Figures that nobody could guess, from a generator of our own; some reports stay open.
        let mut seed: u64 = 0x2545_F491_4F6C_DD1D;
        let mut random = |below: u64| { seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17; i64::try_from(seed % below).unwrap() };
        let members = ["meetings", "delegations", "agreements", "investment_leads"];
        let mut expected: Vec<(String, String, [i64; 4], &str)> = Vec::new();
        let mut finals = Vec::new();
        for placed in &all {
            for report in placed.reports(&admin).await {
                let id = report["id"].as_str().unwrap();
                let figures: [i64; 4] = std::array::from_fn(|_| random(1000));
                let body = json!({"public_summary": "S.", "figures": members.iter().zip(figures).collect::<std::collections::BTreeMap<_, _>>()});
                change(&admin, id, body).await.expect(200);
                let fate = ["accept", "accept", "submit", "leave"][usize::try_from(random(4)).unwrap()];
                if fate != "leave" { admin.act_now(&report_path(id), "submit").await.expect(200); }
                if fate == "accept" { admin.act_now(&report_path(id), "accept").await.expect(200); }
                if report["kind"] == "final" { finals.push((placed.placement.clone(), fate)); }
                expected.push((placed.placement.clone(), report["period_ends_on"].as_str().unwrap().to_owned(), figures, fate));
            }
        }
        let path = format!("/v1/programs/{program}/statistics");
        let half = starts_on.plus_months(6).unwrap();
        let check = |answer: &Answer, among: &[&(String, String, [i64; 4], &str)]| {
            let sum = |index: usize, placement: Option<&str>| -> i64 {
                among.iter().filter(|one| one.3 == "accept" && placement.is_none_or(|id| id == one.0)).map(|one| one.2[index]).sum()
            };
            for (index, member) in members.iter().enumerate() {
                assert_eq!(answer.body["figures"][member], sum(index, None), "{member}: {}", answer.text);
                for part in answer.body["by_placement"].as_array().unwrap() {
                    assert_eq!(part["figures"][member], sum(index, part["placement_id"].as_str()), "{member}");
                }
            }
            let count = |fates: &[&str]| among.iter().filter(|one| fates.contains(&one.3)).count();
            assert_eq!(answer.body["reports"], json!({
                "expected": among.len(), "handed_in": count(&["accept", "submit"]), "accepted": count(&["accept"]), "overdue": count(&["leave"]),
            }));
        };
        let everything: Vec<_> = expected.iter().collect();
        let whole = admin.get(&path).await.expect(200);
        check(&whole, &everything);
        let closed = finals.iter().filter(|(_, fate)| *fate == "accept").count();
        for (status, count) in [("closed", closed), ("completed", 3 - closed)] {
            let found = whole.body["placements"].as_array().unwrap().iter().find(|one| one["status"] == status);
            assert_eq!(found.map_or(json!(0), |one| one["count"].clone()), json!(count), "{status}");
        }
        // Each half, by the last day of the period; together they are the whole.
        let until = half.to_string();
        let (early, late): (Vec<_>, Vec<_>) = everything.iter().partition(|one| one.1 <= until);
        check(&admin.get(&format!("{path}?until={half}")).await.expect(200), &early);
        check(&admin.get(&format!("{path}?from={half}")).await.expect(200), &late);
        admin.get(&format!("{path}?from={half}&until={starts_on}")).await.expect_problem(400, "invalid_query");
        // A host counts its own, an officer the officer's own.
        let own: Vec<_> = everything.iter().copied().filter(|one| one.0 == all[0].placement).collect();
        check(&app.as_city("Phoenix").await.get(&path).await.expect(200), &own);
        check(&app.log_in(&all[0].email).await.get(&path).await.expect(200), &own);
        app.as_role(Role::ClearanceOfficer).await.get(&path).await.expect_problem(403, "forbidden");
    }
}
