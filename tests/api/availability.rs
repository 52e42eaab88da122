//! Free slots: inside the working hours of everybody, never one that is booked, at constant cost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chancery::briefings::availability::queries::find_slots;
use chancery::briefings::availability::wire::AvailabilityQuery;
use chancery::config::services::OfficeConfig;
use chancery::kernel::access::Role;
use diesel::connection::{Connection, InstrumentationEvent};
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, App};

/// A week in March 2031, when New York has changed its clocks and Brussels has not.
const WEEK: &str = "from=2031-03-10T00:00:00Z&until=2031-03-15T00:00:00Z&duration_minutes=60";

async fn slots(actor: &Actor, query: &str) -> Vec<Value> {
    let answer = actor
        .get(&format!("/v1/availability?{query}"))
        .await
        .expect(200);
    answer.body["slots"].as_array().unwrap().clone()
}

/// Books the briefers and the venue for a slot that was offered.
async fn book(
    app: &App,
    actor: &Actor,
    briefers: &[&str],
    venue: Option<&str>,
    slot: &Value,
) -> u16 {
    let at = |member: &str| json!({"utc": slot[member], "time_zone": "America/New_York"});
    let mut draft = app.draft(briefers, "2031-03-12T10:00:00", "2031-03-12T11:00:00");
    draft["starts_at"] = at("starts_at");
    draft["ends_at"] = at("ends_at");
    draft["venue_id"] = json!(venue);
    let id = actor.post("/v1/briefings", draft).await.expect(201).id();
    actor
        .act_now(&format!("/v1/briefings/{id}"), "schedule")
        .await
        .status
}

both_backends! {
    async fn slots_lie_in_the_working_hours_of_every_zone_and_show_each_clock(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let briefer = app.briefer("Amara Okafor").await;
        let query = format!("{WEEK}&briefer_ids={briefer}&time_zones=America/New_York,Europe/Brussels&limit=100");
        let all = slots(&scheduler, &query).await;
        // 9:00 to 12:00 in New York is 14:00 to 17:00 in Brussels this week: five starts on five days.
        assert_eq!(all.len(), 25);
        for slot in &all {
            let clock = |zone: usize, member: &str| slot["local"][zone][member]["local"].as_str().unwrap()[11..].to_owned();
            assert!(*clock(0, "starts_at") >= *"09:00:00" && *clock(0, "ends_at") <= *"12:00:00", "{slot}");
            assert!(*clock(1, "starts_at") >= *"14:00:00" && *clock(1, "ends_at") <= *"17:00:00", "{slot}");
        }
        // 10:00 in New York is 15:00 in Brussels, the core of the day on both sides; it comes first.
        assert_eq!(all[0]["starts_at"], "2031-03-10T14:00:00Z");
        assert_eq!(all[0]["outside_core"], 0);
        assert_eq!(all[0]["local"][1]["starts_at"]["local"], "2031-03-10T15:00:00");
        let ranks: Vec<i64> = all.iter().map(|slot| slot["outside_core"].as_i64().unwrap()).collect();
        assert!(ranks.is_sorted(), "{ranks:?}");
        // Nobody works in Kathmandu when people do in Phoenix.
        assert!(slots(&scheduler, &format!("{WEEK}&time_zones=America/Phoenix,Asia/Kathmandu")).await.is_empty());
    }

    async fn a_slot_just_offered_never_leads_to_a_conflict(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let (one, two) = (app.briefer("Amara Okafor").await, app.briefer("Lena Marchetti").await);
        let (hall, annex) = (app.venue("Phoenix City Hall").await, app.venue("Annex").await);
        // Somebody has a series on every morning; the hall is taken on one.
        let mut series = app.series(&[&one], "FREQ=DAILY;COUNT=5", "2031-03-10");
        series["schedule"] = json!(true);
        scheduler.post("/v1/briefing-series", series).await.expect(201);
        let taken = json!({"starts_at": "2031-03-10T15:00:00Z", "ends_at": "2031-03-10T16:00:00Z"});
        let other = app.briefer("Chen Wei").await;
        assert_eq!(book(&app, &scheduler, &[&other], Some(&hall), &taken).await, 200);

        let query = format!("{WEEK}&briefer_ids={one},{two}&venue_ids={hall},{annex}&time_zones=America/New_York,America/Phoenix&limit=6");
        for round in 0..6 {
            let offered = slots(&scheduler, &query).await;
            let slot = &offered[round % offered.len()];
            for venue in slot["venue_ids"].as_array().unwrap() {
                assert!([&hall, &annex].contains(&&venue.as_str().unwrap().to_owned()));
            }
            let venue = slot["venue_ids"].as_array().unwrap().last().unwrap().as_str().unwrap().to_owned();
            assert_eq!(book(&app, &scheduler, &[&one, &two], Some(&venue), slot).await, 200, "{slot}");
            let again = slots(&scheduler, &query).await;
            assert!(again.iter().all(|other| other["starts_at"] != slot["starts_at"]), "{slot}");
        }
        // A venue that is taken is not among those that are offered.
        let query = format!("{WEEK}&venue_ids={hall},{annex}&limit=100");
        let all = slots(&scheduler, &query).await;
        let at_three = all.iter().find(|slot| slot["starts_at"] == "2031-03-10T15:00:00Z").unwrap();
        assert_eq!(at_three["venue_ids"], json!([annex]));
    }

    async fn what_is_wrong_with_the_query_is_said_at_once(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let briefer = app.briefer("Amara Okafor").await;
        let unknown = "bfr_00000000000000000000000000";
        let query = format!("duration_minutes=60&from=2031-03-10T00:00:00Z&until=2031-06-10T00:00:00Z&briefer_ids={briefer},{briefer},{unknown}&time_zones=Mars/Olympus");
        let refused = scheduler.get(&format!("/v1/availability?{query}")).await.expect_problem(400, "invalid_query");
        let mut codes = refused.fault_codes();
        codes.sort();
        assert_eq!(codes, ["repeated", "time_zone_unknown", "too_long", "unknown_reference"]);
        for query in [
            "", "duration_minutes=0", "duration_minutes=60&briefer_ids=x", "duration_minutes=60&venue_ids=,",
            "duration_minutes=60&until=2020-01-01T00:00:00Z", "duration_minutes=60&limit=101",
            "duration_minutes=60&duration_minutes=60", "duration_minutes=60&other=1",
        ] {
            scheduler.get(&format!("/v1/availability?{query}")).await.expect_problem(400, "invalid_query");
        }
        // The end of the calendar is no failure.
        let last = scheduler.get("/v1/availability?duration_minutes=60&from=9999-12-20T00:00:00Z").await.expect(200);
        assert!(!last.body["slots"].as_array().unwrap().is_empty());
        let nobody = app.as_city("Phoenix").await;
        nobody.get("/v1/availability?duration_minutes=60").await.expect_problem(403, "forbidden");
    }

    async fn availability_of_twenty_takes_as_many_statements_as_of_one(app: App) {
        let mut briefers = Vec::new();
        let mut venues = Vec::new();
        for number in 0..20 {
            briefers.push(app.briefer(&format!("Briefer {number}")).await);
            venues.push(app.venue(&format!("Venue {number}")).await);
        }
        let scheduler = app.as_role(Role::Scheduler).await;
        let names: Vec<&str> = briefers.iter().map(String::as_str).collect();
        let mut series = app.series(&names, "FREQ=DAILY;COUNT=20", "2031-03-10");
        series["schedule"] = json!(true);
        scheduler.post("/v1/briefing-series", series).await.expect(201);
        let calendar = OfficeConfig::default().calendar().unwrap();
        let mut conn = app.database.connect();
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        });
        let mut counted = Vec::new();
        for people in [1, 20] {
            let query = AvailabilityQuery {
                briefer_ids: Some(briefers[..people].join(",")),
                venue_ids: Some(venues[..people].join(",")),
                time_zones: None,
                duration_minutes: 60,
                from: Some("2031-03-10T00:00:00Z".parse().unwrap()),
                until: Some("2031-04-10T00:00:00Z".parse().unwrap()),
                limit: Some(100),
            };
            count.store(0, Ordering::Relaxed);
            let found = find_slots(&mut conn, &calendar, &query, app.clock.now()).unwrap();
            assert_eq!(found.slots.len(), 100);
            counted.push(count.load(Ordering::Relaxed));
        }
        assert_eq!(counted, [3, 3]);
    }
}
