//! Calendars that people subscribe to, and the files of single briefings.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chancery::calendar::contents;
use chancery::event_requests::lifecycle::RequestStatus;
use chancery::kernel::access::Role;
use chancery::kernel::secrets::token_digest;
use chancery::kernel::time::Timestamp;
use diesel::connection::{Connection, InstrumentationEvent};
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, Answer, App, Appointment, Part, Process};

fn personal() -> Value {
    json!({"kind": "personal", "name": "Chancery"})
}

/// A time in Phoenix so many days from now, at ten in the morning in UTC.
fn in_days(app: &App, days: i64) -> Value {
    json!({"utc": format!("{}T10:00:00Z", app.day(days)), "time_zone": "America/Phoenix"})
}

/// A published briefing of two hours, so many days from now.
async fn briefing(app: &App, days: i64, over: Value) -> String {
    let ends =
        json!({"utc": format!("{}T12:00:00Z", app.day(days)), "time_zone": "America/Phoenix"});
    let mut members = json!({"starts_at": in_days(app, days), "ends_at": ends});
    for (name, value) in over.as_object().unwrap() {
        members[name] = value.clone();
    }
    app.published(members).await
}

/// What is called how, in order.
fn titles(found: &[Appointment]) -> Vec<&str> {
    found.iter().map(|one| one.summary.as_str()).collect()
}

fn path(briefing: &str) -> String {
    format!("/v1/briefings/{briefing}")
}

/// The answer without what is different in every answer.
fn told(answer: &Answer) -> (u16, Value) {
    let mut body = answer.body.clone();
    body["instance"] = Value::Null;
    (answer.status, body)
}

/// How many statements it takes to read the calendar with this token, and what is in it.
fn statements_of(app: &App, token: &str) -> (usize, usize) {
    let mut conn = app.database.connect();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    let (_, text) = contents::render(&mut conn, &token_digest(token), app.clock.now()).unwrap();
    let shown = Part::read(&text).appointments().len();
    (count.load(Ordering::Relaxed), shown)
}

async fn revoke(actor: &Actor, id: &str) -> Answer {
    let record = format!("/v1/calendars/{id}");
    let tag = actor.get(&record).await.expect(200).tag();
    actor.delete(&record, &tag).await
}

both_backends! {
    async fn an_address_is_shown_once_and_read_without_an_account(app: App) {
        let city = app.as_city("Phoenix").await;
        briefing(&app, 20, json!({"title": "Ports"})).await;
        let made = city.post("/v1/calendars", personal()).await.expect(201);
        let url = made.body["url"].as_str().unwrap().to_owned();
        let token = url.rsplit('/').next().unwrap().strip_suffix(".ics").unwrap();
        assert_eq!(token.len(), 4 + 43);
        assert_eq!(made.body["includes"], json!(["briefings", "placements", "assembly_sessions", "event_requests"]));
        let record = made.header("location").unwrap().to_owned();
        let shown = city.get(&record).await.expect(200);
        let listed = city.get("/v1/calendars?include=total").await.expect(200);
        assert_eq!((&listed.body["total"], &listed.body["data"][0]), (&json!(1), &shown.body));
        for answer in [&shown, &listed] {
            assert!(!answer.text.contains(&token[4..]) && answer.body.get("url").is_none());
        }
        let feed = app.feed(token).await.expect(200);
        assert_eq!(feed.header("content-type"), Some("text/calendar; charset=utf-8"));
        assert_eq!(feed.header("cache-control"), Some("no-store"));
        let calendar = Part::read(&feed.text);
        assert_eq!((calendar.text("X-WR-CALNAME"), calendar.text("METHOD")), ("Chancery".to_owned(), "PUBLISH".to_owned()));
        assert_eq!(titles(&calendar.appointments()), ["Ports"]);
        // The use is noted beside the answer, and then for an hour no more.
        let mut used = Value::Null;
        for _ in 0..100 {
            used = city.get(&record).await.expect(200).body["last_used_at"].clone();
            if !used.is_null() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let used: Timestamp = used.as_str().unwrap().parse().unwrap();
        assert!(used.seconds_until(app.clock.now()) < 60);
    }

    async fn an_unknown_a_revoked_and_a_wrong_address_are_answered_alike(app: App) {
        let city = app.as_city("Phoenix").await;
        let (id, token) = app.calendar(&city, personal()).await;
        let replica = app.replica().await;
        replica.feed(&token).await.expect(200);
        let unknown = told(&app.feed(&format!("chf_{}", "A".repeat(43))).await.expect_problem(404, "not_found"));
        // A calendar of somebody else is not there for a stranger either.
        let chicago = app.as_city("Chicago").await;
        chicago.get(&format!("/v1/calendars/{id}")).await.expect_problem(404, "not_found");
        chicago.delete(&format!("/v1/calendars/{id}"), "\"1\"").await.expect_problem(404, "not_found");
        assert!(chicago.get("/v1/calendars").await.expect(200).ids().is_empty());
        city.send(Method::DELETE, &format!("/v1/calendars/{id}"), &[], None).await.expect_problem(428, "precondition_required");
        revoke(&city, &id).await.expect(204);
        // At once, and on every replica.
        for answer in [replica.feed(&token).await, app.feed(&token).await, app.feed(&id).await, app.feed("x").await, app.feed(&token[..40]).await] {
            assert_eq!(told(&answer), unknown);
        }
        city.get(&format!("/v1/calendars/{id}")).await.expect(404);
    }

    async fn a_calendar_dies_with_the_account_and_with_the_place_in_the_organization(app: App) {
        let admin = app.admin().await;
        let (phoenix, chicago) = (app.city("Phoenix").await, app.city("Chicago").await);
        let actor = app.person("both@example.gov", Role::LocalStaff, &phoenix).await;
        let user = format!("/v1/users/{}", app.account(&actor).await);
        let places = |ids: &[&String]| {
            let all: Vec<Value> = ids.iter().map(|id| json!({"organization_id": id, "role": "local_staff"})).collect();
            json!({"memberships": all})
        };
        let change = async |body: Value| {
            let tag = admin.get(&user).await.expect(200).tag();
            admin.patch(&user, &tag, body).await.expect(200);
        };
        change(places(&[&phoenix, &chicago])).await;
        let actor = app.again("both@example.gov").await;
        actor.post("/v1/calendars", json!({"kind": "organization", "name": "x"})).await.expect_problem(422, "validation_failed");
        let denver = app.city("Denver").await;
        let foreign = actor.post("/v1/calendars", json!({"kind": "organization", "organization_id": denver, "name": "x"})).await;
        assert_eq!(foreign.expect(422).fault_pointers(), ["/organization_id"]);
        let of = |city: &str| json!({"kind": "organization", "organization_id": city, "name": "City"});
        let (_, of_phoenix) = app.calendar(&actor, of(&phoenix)).await;
        let (_, of_chicago) = app.calendar(&actor, of(&chicago)).await;
        let (_, own) = app.calendar(&actor, personal()).await;
        briefing(&app, 10, json!({"title": "For Phoenix", "audience": {"scope": "invitation", "organization_ids": [phoenix]}})).await;
        briefing(&app, 11, json!({"title": "For Chicago", "audience": {"scope": "invitation", "organization_ids": [chicago]}})).await;
        assert_eq!(titles(&app.appointments(&own).await), ["For Phoenix", "For Chicago"]);
        assert_eq!(titles(&app.appointments(&of_phoenix).await), ["For Phoenix"]);
        assert_eq!(titles(&app.appointments(&of_chicago).await), ["For Chicago"]);
        change(places(&[&phoenix])).await;
        app.feed(&of_chicago).await.expect_problem(404, "not_found");
        assert_eq!(titles(&app.appointments(&own).await), ["For Phoenix"]);
        admin.act_now(&user, "deactivate").await.expect(200);
        for token in [&own, &of_phoenix] {
            app.feed(token).await.expect_problem(404, "not_found");
        }
    }

    async fn a_feed_is_sent_again_only_when_something_has_changed(app: App) {
        let city = app.as_city("Phoenix").await;
        let admin = app.admin().await;
        let id = briefing(&app, 20, json!({"title": "Ports"})).await;
        let (_, token) = app.calendar(&city, personal()).await;
        let address = format!("/calendars/{token}.ics");
        let first = app.feed(&token).await.expect(200);
        let ask = async |tag: &str| app.anonymous().send(Method::GET, &address, &[("If-None-Match", tag)], None).await;
        app.clock.advance(300);
        let same = ask(&first.tag()).await.expect(304);
        assert_eq!((same.tag(), same.text.as_str()), (first.tag(), ""));
        let tag = admin.get(&path(&id)).await.expect(200).tag();
        let later = json!({"starts_at": in_days(&app, 30), "ends_at": {"utc": format!("{}T11:30:00Z", app.day(30)), "time_zone": "America/Phoenix"}});
        admin.patch(&path(&id), &tag, later).await.expect(200);
        let second = ask(&first.tag()).await.expect(200);
        let (before, after) = (Part::read(&first.text).appointments(), Part::read(&second.text).appointments());
        assert_eq!(after[0].uid, before[0].uid);
        assert!(after[0].sequence > before[0].sequence && after[0].starts_at > before[0].starts_at);
        // The file of the briefing says the same, and knows its version too.
        let file = city.get(&format!("{}.ics", path(&id))).await.expect(200);
        assert_eq!(Part::read(&file.text).appointments(), after);
        assert_eq!(file.header("content-disposition"), Some(format!("attachment; filename=\"{id}.ics\"").as_str()));
        city.send(Method::GET, &format!("{}.ics", path(&id)), &[("If-None-Match", &file.tag())], None).await.expect(304);
    }

    async fn a_city_sees_what_is_published_to_it_and_the_office_what_is_scheduled(app: App) {
        let (city, scheduler) = (app.as_city("Phoenix").await, app.as_role(Role::Scheduler).await);
        let chicago = app.city("Chicago").await;
        briefing(&app, 10, json!({"title": "For all"})).await;
        briefing(&app, 11, json!({"title": "For Chicago", "audience": {"scope": "invitation", "organization_ids": [chicago]}})).await;
        let off = briefing(&app, 12, json!({"title": "Called off"})).await;
        briefing(&app, 13, json!({"title": "Internal", "marking": "official_use"})).await;
        briefing(&app, 14, json!({"title": "Secret matter", "marking": "cui"})).await;
        briefing(&app, 500, json!({"title": "Far away"})).await;
        let admin = app.admin().await;
        let briefer = app.briefer("Kofi Mensah").await;
        let mut draft = app.draft(&[&briefer], "2030-03-12T10:00:00", "2030-03-12T11:00:00");
        draft["starts_at"] = in_days(&app, 15);
        draft["ends_at"] = json!({"utc": format!("{}T11:00:00Z", app.day(15)), "time_zone": "America/Phoenix"});
        draft["title"] = json!("Scheduled");
        let planned = admin.post("/v1/briefings", draft.clone()).await.expect(201).id();
        draft["title"] = json!("Draft");
        draft["briefer_ids"] = json!([]);
        admin.post("/v1/briefings", draft).await.expect(201);
        admin.act_now(&path(&planned), "schedule").await.expect(200);
        admin.act_now(&path(&off), "cancel").await.expect(200);

        let (_, citys) = app.calendar(&city, personal()).await;
        let (_, offices) = app.calendar(&scheduler, personal()).await;
        let seen = app.appointments(&citys).await;
        assert_eq!(titles(&seen), ["For all", "Called off", "Internal"]);
        let status: Vec<&str> = seen.iter().map(|one| one.status.as_str()).collect();
        assert_eq!(status, ["CONFIRMED", "CANCELLED", "CONFIRMED"]);
        assert_eq!(seen[2].description, "Official use.");
        let seen = app.appointments(&offices).await;
        assert_eq!(titles(&seen), ["For all", "For Chicago", "Called off", "Internal", "Scheduled"]);
        assert_eq!(seen[4].status, "TENTATIVE");
        // What is for one organization shows what its people see.
        let (_, of_city) = app.calendar(&city, json!({"kind": "organization", "name": "City Hall", "includes": ["briefings"]})).await;
        assert_eq!(titles(&app.appointments(&of_city).await), ["For all", "Called off", "Internal"]);
        let (_, of_office) = app.calendar(&scheduler, json!({"kind": "organization", "name": "Office"})).await;
        assert_eq!(app.appointments(&of_office).await.len(), 5);
    }

    async fn controlled_information_is_in_no_calendar_and_a_file_tells_its_time_alone(app: App) {
        let scheduler = app.as_role(Role::Scheduler).await;
        let venue = app.venue("The Bunker").await;
        let id = briefing(&app, 14, json!({
            "title": "Secret matter", "summary": "Secret summary", "marking": "cui", "format": "in_person", "venue_id": venue,
        })).await;
        for includes in [json!(["briefings"]), json!(["registrations"])] {
            let (_, token) = app.calendar(&scheduler, json!({"kind": "personal", "name": "Chancery", "includes": includes})).await;
            assert!(app.appointments(&token).await.is_empty());
        }
        let file = scheduler.get(&format!("{}.ics", path(&id))).await.expect(200);
        let shown = &Part::read(&file.text).appointments()[0];
        assert_eq!((shown.summary.as_str(), shown.location.as_str(), shown.description.as_str()), ("Briefing", "", ""));
        assert!(!file.text.contains("Secret") && !file.text.contains("Bunker"));
        app.as_city("Phoenix").await.get(&format!("{}.ics", path(&id))).await.expect_problem(404, "not_found");
        app.anonymous().get(&format!("{}.ics", path(&id))).await.expect_problem(401, "unauthenticated");
        scheduler.get("/v1/briefings/nothing.ics").await.expect_problem(404, "not_found");
    }

    async fn what_was_called_off_is_shown_for_sixty_days(app: App) {
        let city = app.as_city("Phoenix").await;
        let id = briefing(&app, 100, json!({"title": "Called off"})).await;
        app.admin().await.act_now(&path(&id), "postpone").await.expect(200);
        let (_, token) = app.calendar(&city, personal()).await;
        for (after, shown) in [(0, 1), (29, 1), (29, 1), (3, 0)] {
            app.clock.advance(after * 86_400);
            assert_eq!(app.appointments(&token).await.len(), shown, "{after}");
        }
    }

    async fn a_place_on_the_waitlist_is_not_shown_as_a_seat(app: App) {
        let (phoenix, city) = (app.city("Phoenix").await, app.as_city("Phoenix").await);
        let id = briefing(&app, 20, json!({"title": "Ports", "capacity": 1})).await;
        briefing(&app, 21, json!({"title": "Not for me"})).await;
        let own = city.get("/v1/me").await.expect(200).body["email"].as_str().unwrap().to_uppercase();
        let register = async |email: &str| {
            let body = json!({"organization_id": phoenix, "attendee": {"name": "A", "email": email}});
            city.post(&format!("{}/registrations", path(&id)), body).await.expect(201)
        };
        let (_, token) = app.calendar(&city, json!({"kind": "personal", "name": "Mine", "includes": ["registrations"]})).await;
        let (_, organization) = app.calendar(&city, json!({"kind": "organization", "name": "Ours", "includes": ["registrations"]})).await;
        let first = register("colleague@example.gov").await;
        assert!(app.appointments(&token).await.is_empty());
        assert_eq!(titles(&app.appointments(&organization).await), ["Ports"]);
        register(&own).await;
        let waiting = app.appointments(&token).await;
        assert_eq!((waiting[0].status.as_str(), waiting[0].description.as_str()), ("TENTATIVE", "On the waitlist.\n\nOfficial use."));
        assert_eq!(app.appointments(&organization).await[0].status, "CONFIRMED");
        city.post(&format!("{}/registrations/{}/cancel", path(&id), first.id()), json!({})).await.expect(200);
        assert_eq!(app.appointments(&token).await[0].status, "CONFIRMED");
    }

    async fn an_officer_sees_the_own_term_and_its_reports_and_the_host_both_too(app: App) {
        let program = app.program().await;
        let host = app.city("Phoenix").await;
        let officer = app.officer_with_account("Amara").await;
        let placement = app.place(&program, &officer, &host, json!({"starts_on": app.day(10), "ends_on": app.day(375)})).await.expect(201).id();
        let (_, own) = app.calendar(&app.diplomat("Amara").await, personal()).await;
        let (_, hosts) = app.calendar(&app.as_city("Phoenix").await, personal()).await;
        let (_, others) = app.calendar(&app.diplomat("Boris").await, personal()).await;
        assert!(app.appointments(&own).await.is_empty(), "a proposal is shown");
        app.sign_both(&placement).await;
        let seen = app.appointments(&own).await;
        assert_eq!((seen[0].summary.as_str(), seen[0].is_all_day), ("Placement: Amara at Phoenix", true));
        assert_eq!(seen[0].starts_at.to_string(), format!("{}T00:00:00Z", app.day(10)));
        assert_eq!(seen[0].ends_at.to_string(), format!("{}T00:00:00Z", app.day(375)));
        let reports: Vec<&Appointment> = seen.iter().filter(|one| one.uid.starts_with("rpt_")).collect();
        assert!(reports.len() >= 3 && reports.iter().all(|one| one.is_all_day && one.summary.contains("report due: Amara at Phoenix")), "{seen:?}");
        assert_eq!(app.appointments(&hosts).await, seen);
        assert!(app.appointments(&others).await.is_empty());
    }

    async fn reading_takes_as_many_statements_however_much_is_shown(app: App) {
        let program = app.program().await;
        let host = app.city("Phoenix").await;
        let assembly = app.assembly(json!({})).await;
        let (_, token) = app.calendar(&app.admin().await, personal()).await;
        let mut all = Vec::new();
        for round in 0..2 {
            for number in 0..=3 * round {
                let venue = app.venue("City Hall").await;
                let over = json!({"format": "in_person", "venue_id": venue});
                briefing(&app, 20 + round + number, over).await;
                let officer = app.officer("Amara", json!({})).await;
                let over = json!({"starts_on": app.day(10), "ends_on": app.day(375), "slot": 1 + round + number});
                let placement = app.place(&program, &officer, &host, over).await.expect(201).id();
                app.sign_both(&placement).await;
                app.called_session(&assembly, json!({})).await;
            }
            if round == 0 {
                app.request_in(RequestStatus::Confirmed, json!({})).await;
            }
            all.push(statements_of(&app, &token));
        }
        assert_eq!(all[0].0, all[1].0, "{all:?}");
        assert!(all[1].1 > all[0].1 + 20, "{all:?}");
    }

    async fn members_see_sessions_once_they_are_called(app: App) {
        let assembly = app.assembly(json!({})).await;
        let seat = app.seat(&assembly, &app.city("Phoenix").await).await;
        let (_, members) = app.calendar(&seat.holder, personal()).await;
        let (_, offices) = app.calendar(&app.admin().await, personal()).await;
        let (_, others) = app.calendar(&app.as_city("Chicago").await, personal()).await;
        let session = app.draft_session(&assembly, json!({"title": "Spring plenary"})).await;
        assert!(app.appointments(&offices).await.is_empty());
        app.act_on_session(&session, "call", Value::Null).await.expect(200);
        let seen = app.appointments(&members).await;
        assert_eq!((titles(&seen), seen[0].status.as_str()), (vec!["Assembly of Local Leaders: Spring plenary"], "CONFIRMED"));
        let starts: Timestamp = app.session(&session).await.body["starts_at"]["utc"].as_str().unwrap().parse().unwrap();
        assert_eq!(seen[0].starts_at.seconds(), starts.seconds());
        assert_eq!(app.appointments(&offices).await, seen);
        assert!(app.appointments(&others).await.is_empty());
        app.act_on_session(&session, "cancel", json!({"reason": "Snow."})).await.expect(200);
        let off = app.appointments(&members).await;
        assert!(off[0].status == "CANCELLED" && off[0].sequence > seen[0].sequence && off[0].uid == seen[0].uid);
    }

    async fn an_event_is_shown_with_its_official_from_the_confirmation_on(app: App) {
        let (city, other) = (app.as_city("Phoenix").await, app.as_city("Chicago").await);
        let (_, citys) = app.calendar(&city, personal()).await;
        let (_, offices) = app.calendar(&app.admin().await, personal()).await;
        let (_, others) = app.calendar(&other, personal()).await;
        let id = app.request_in(RequestStatus::InClearance, json!({})).await;
        app.make_ready(&id).await;
        for token in [&citys, &offices, &others] {
            assert!(app.appointments(token).await.is_empty());
        }
        let admin = app.admin().await;
        app.act_on(&admin, &id, "confirm", None).await.expect(200);
        let seen = app.appointments(&citys).await;
        assert!(seen[0].description.contains("With Amara Okafor."), "{seen:?}");
        assert_eq!(app.appointments(&offices).await, seen);
        assert!(app.appointments(&others).await.is_empty());
        app.act_on(&city, &id, "withdraw", App::body_of("withdraw")).await.expect(200);
        assert!(app.appointments(&citys).await.is_empty());
    }

    async fn whatever_is_written_in_a_briefing_stays_in_its_place(app: App) {
        let city = app.as_city("Phoenix").await;
        let address = "1 Main St\r\nATTENDEE:mailto:x@example.gov\rDTSTART:19990101T000000Z";
        let body = json!({"name": "A, b; c", "address": address, "time_zone": "America/Phoenix"});
        let venue = app.admin().await.post("/v1/venues", body).await.expect(201).id();
        let url = "https://meet.example.gov/a;b,c?d=\"e\"&f=%0D%0A\\n";
        let title = "A \"title\"; with, everything \\n \\ : and BEGIN:VEVENT";
        let id = briefing(&app, 20, json!({
            "title": title, "format": "hybrid", "venue_id": venue, "meeting_url": url,
            "marking": "public", "summary": "One\r\nEND:VEVENT\rTwo\n\n Three",
        })).await;
        let plain = briefing(&app, 21, json!({"title": "x", "format": "hybrid", "venue_id": venue, "meeting_url": "https://x.example", "summary": "x"})).await;
        let name = "Our \"calendar\", yes; \\n";
        let (_, token) = app.calendar(&city, json!({"kind": "personal", "name": name})).await;
        let calendar = Part::read(&app.feed(&token).await.expect(200).text);
        // The parser knows no NAME and leaves it as it is written.
        assert_eq!(calendar.text("NAME"), r#"Our "calendar"\, yes\; \\n"#);
        let events = calendar.parts_called("VEVENT");
        assert_eq!((events.len(), events[0].shape()), (2, events[1].shape()));
        assert_eq!(events[0].text("SUMMARY"), title);
        assert_eq!(events[0].text("DESCRIPTION"), "One\nEND:VEVENT\nTwo\n\n Three");
        assert_eq!(events[0].text("LOCATION"), "A, b; c, 1 Main St\nATTENDEE:mailto:x@example.gov\nDTSTART:19990101T000000Z");
        assert_eq!(events[0].text("URL"), "https://meet.example.gov/a;b,c?d=%22e%22&f=%0D%0A%5Cn");
        assert_eq!((events[0].text("UID"), events[1].text("UID")), (format!("{id}@chancery"), format!("{plain}@chancery")));
    }

    async fn the_address_of_a_calendar_is_in_no_log_and_no_journal_and_signs_nobody_in(app: App) {
        let city = app.as_city("Phoenix").await;
        let (_, token) = app.calendar(&city, personal()).await;
        app.with_token(&token).get("/v1/me").await.expect_problem(401, "unauthenticated");
        app.with_key(&token).get("/v1/briefings").await.expect_problem(401, "unauthenticated");
        let log = app.database.folder.join("log.json");
        let process = Process::start_logging(&app, "trace", &log).await;
        let reader = app.anonymous().at(&process.url);
        reader.get(&format!("/calendars/{token}.ics")).await.expect(200);
        reader.get(&format!("/calendars/{token}.ics?x=1")).await.expect(400);
        reader.get(&format!("/calendars/{token}")).await.expect(404);
        reader.get(&format!("/v1/calendars/{token}")).await.expect(401);
        reader.post(&format!("/calendars/{token}.ics"), json!({})).await.expect(405);
        city.at(&process.url).get(&format!("/v1/calendars/{token}")).await.expect(404);
        process.kill();
        let log = std::fs::read_to_string(log).unwrap();
        assert!(log.contains("/calendars/…"), "the readings are not in the log");
        let given_away: Vec<&str> = log.lines().filter(|line| line.contains(&token[4..])).collect();
        assert!(given_away.is_empty(), "a token is in the log: {given_away:?}");
        app.settle_journal().await;
        let journal = app.admin().await.get("/v1/audit-events?limit=100").await.expect(200).text;
        assert!(journal.contains("calendar.created") && !journal.contains(&token[4..]));
    }
}
