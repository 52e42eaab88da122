//! What people are told of briefings, seen through the eyes of a mail reader with a calendar.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chancery::briefings::commands::update_briefing;
use chancery::briefings::registrations::model::{Registration, RegistrationStatus};
use chancery::kernel::access::{Home, Principal, Role, Scope};
use chancery::kernel::db::WriteContext;
use chancery::kernel::http::IfMatch;
use chancery::kernel::id::{RegistrationId, SessionId, UserId};
use chancery::mail::template::Template;
use chancery::schema::registrations;
use diesel::connection::{Connection, InstrumentationEvent};
use diesel::prelude::*;
use serde_json::json;

use crate::both_backends;
use crate::support::{App, Backend, Letter};

const ANA: &str = "ana.ruiz@phoenix.example.gov";
const BEN: &str = "ben@phoenix.example.gov";
const CLEO: &str = "cleo@phoenix.example.gov";

/// The SEQUENCE of the appointment in a letter.
fn sequence(letter: &Letter) -> i64 {
    letter.appointment().unwrap()["SEQUENCE"].parse().unwrap()
}

/// A calendar that takes meeting requests from mail: of each UID it keeps what has the highest
/// SEQUENCE, and of those the newest (RFC 5546, section 2.1.5).
#[derive(Default)]
struct Calendar(BTreeMap<String, Shown>);

/// The highest SEQUENCE and its DTSTAMP, and what is shown unless it was taken back.
type Shown = (i64, String, Option<BTreeMap<String, String>>);

impl Calendar {
    fn take(&mut self, letter: &Letter) {
        let Some(appointment) = letter.appointment() else {
            return;
        };
        let uid = appointment["UID"].clone();
        let sequence: i64 = appointment["SEQUENCE"].parse().unwrap();
        let stamp = appointment["DTSTAMP"].clone();
        let is_newer = self
            .0
            .get(&uid)
            .is_none_or(|(known, then, _)| (*known, then.clone()) <= (sequence, stamp.clone()));
        if is_newer {
            let shown = (appointment["METHOD"] != "CANCEL").then_some(appointment);
            self.0.insert(uid, (sequence, stamp, shown));
        }
    }

    /// What it shows.
    fn shown(&self) -> Vec<&BTreeMap<String, String>> {
        self.0
            .values()
            .filter_map(|(_, _, shown)| shown.as_ref())
            .collect()
    }
}

/// As `both_backends`, where no mail waits for the end of quiet hours.
macro_rules! at_any_hour {
    ($( async fn $name:ident($app:ident: App) $body:block )+) => {
        $(
            mod $name {
                use super::*;

                async fn test($app: App) $body

                async fn start(backend: Backend) -> App {
                    App::start_with(backend, |config| {
                        config.mail.quiet_from = "00:00".to_owned();
                        config.mail.quiet_until = "00:00".to_owned();
                    })
                    .await
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn sqlite() {
                    test(start(Backend::Sqlite).await).await;
                }

                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn postgresql() {
                    test(start(Backend::Postgres).await).await;
                }
            }
        )+
    };
}

at_any_hour! {
    async fn the_second_message_replaces_the_first_and_a_cancellation_removes_it(app: App) {
        let admin = app.admin().await;
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({"capacity": 1})).await;
        let path = format!("/v1/briefings/{briefing}");
        app.attendee(&city, &briefing, ANA).await;
        app.attendee(&city, &briefing, BEN).await;
        app.invited(&briefing, "Phoenix", CLEO).await;
        let first = app.letters_to(ANA, 1).await.pop().unwrap();
        let part = first.parts.iter().find(|(media, _)| media.starts_with("text/calendar")).unwrap();
        assert!(part.0.to_lowercase().contains("method=request"), "{}", part.0);
        assert!(part.1.contains("ATTENDEE") && part.1.contains(ANA), "{}", part.1);
        assert!(part.1.contains("ORGANIZER"), "{}", part.1);
        let mut calendar = Calendar::default();
        calendar.take(&first);
        assert_eq!(calendar.shown()[0]["DTSTART"], "20300312T100000");

        // Another day, and another zone.
        let tag = admin.get(&path).await.expect(200).tag();
        let moved = json!({
            "starts_at": {"local": "2030-03-20T15:00:00", "time_zone": "America/New_York"},
            "ends_at": {"local": "2030-03-20T16:00:00", "time_zone": "America/New_York"},
        });
        admin.patch(&path, &tag, moved).await.expect(200);
        let second = app.letters_to(ANA, 2).await.pop().unwrap();
        let (was, is) = (first.appointment().unwrap(), second.appointment().unwrap());
        assert_eq!(was["UID"], is["UID"]);
        assert!(was["SEQUENCE"].parse::<i64>().unwrap() < is["SEQUENCE"].parse::<i64>().unwrap());
        // Whichever comes first.
        let mut late = Calendar::default();
        for letter in [&second, &first] {
            late.take(letter);
        }
        calendar.take(&second);
        for calendar in [&calendar, &late] {
            let shown = calendar.shown();
            assert_eq!((shown.len(), shown[0]["DTSTART"].as_str()), (1, "20300320T150000"));
        }
        // Who has no seat is told in words.
        for (email, count) in [(BEN, 2), (CLEO, 2)] {
            let last = app.letters_to(email, count).await.pop().unwrap();
            assert!(last.appointment().is_none(), "{email}");
            assert!(last.part("text/plain").unwrap().contains("20 March 2030, 15:00 (America/New_York)"), "{email}");
        }

        // What is changed and does not show in a calendar sends nothing.
        let tag = admin.get(&path).await.expect(200).tag();
        admin.patch(&path, &tag, json!({"internal_notes": "Bring water."})).await.expect(200);
        admin.act_now(&path, "postpone").await.expect(200);
        calendar.take(app.letters_to(ANA, 3).await.last().unwrap());
        assert!(calendar.shown().is_empty());
        // It comes back as the same appointment, and goes for good.
        admin.act_now(&path, "schedule").await.expect(200);
        admin.act_now(&path, "publish").await.expect(200);
        calendar.take(app.letters_to(ANA, 4).await.last().unwrap());
        assert_eq!(calendar.shown().len(), 1);
        admin.act_now(&path, "cancel").await.expect(200);
        let all = app.letters_to(ANA, 5).await;
        calendar.take(&all[4]);
        assert!(calendar.shown().is_empty());
        assert_eq!(calendar.0.len(), 1, "one appointment all along");
        assert_eq!(all.len(), 5);
        assert!(app.letters_to(CLEO, 4).await.iter().all(|letter| letter.appointment().is_none()));
    }

    async fn who_gives_up_a_seat_loses_the_appointment_and_who_moves_up_gets_it(app: App) {
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({"capacity": 1})).await;
        let first = app.attendee(&city, &briefing, ANA).await;
        app.attendee(&city, &briefing, BEN).await;
        let waiting = app.letters_to(BEN, 1).await.pop().unwrap();
        assert!(waiting.appointment().is_none());
        let mut calendar = Calendar::default();
        calendar.take(app.letters_to(ANA, 1).await.last().unwrap());
        assert_eq!(calendar.shown().len(), 1);
        city.post(&format!("{}/cancel", first.header("location").unwrap()), json!({})).await.expect(200);
        calendar.take(app.letters_to(ANA, 2).await.last().unwrap());
        assert!(calendar.shown().is_empty());
        let mut other = Calendar::default();
        other.take(app.letters_to(BEN, 2).await.last().unwrap());
        assert_eq!(other.shown().len(), 1);
        // Who comes back gets the appointment back.
        app.attendee(&city, &briefing, ANA).await;
        assert!(app.letters_to(ANA, 3).await.last().unwrap().appointment().is_none(), "waits in line now");
    }

    async fn who_cancels_and_registers_again_gets_rising_numbers(app: App) {
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({})).await;
        let mut numbers = Vec::new();
        for turn in 1..=2 {
            let made = app.attendee(&city, &briefing, ANA).await;
            let letters = app.letters_to(ANA, 2 * turn - 1).await;
            numbers.push(sequence(letters.last().unwrap()));
            city.post(&format!("{}/cancel", made.header("location").unwrap()), json!({})).await.expect(200);
            let letters = app.letters_to(ANA, 2 * turn).await;
            numbers.push(sequence(letters.last().unwrap()));
        }
        assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
    }

    async fn of_controlled_information_mail_tells_the_time_alone(app: App) {
        let admin = app.admin().await;
        let venue = app.venue("A room of its own").await;
        let briefing = app.published(json!({
            "marking": "cui", "title": "Hidden matters", "topic": "secrecy", "summary": "Not for mail.",
            "format": "hybrid", "venue_id": venue, "meeting_url": "https://meet.example.gov/hidden",
        })).await;
        let body = json!({"organization_id": app.office, "attendee": {"name": "Ana Ruiz", "email": ANA}});
        admin.post(&format!("/v1/briefings/{briefing}/registrations"), body).await.expect(201);
        let letter = app.letters_to(ANA, 1).await.pop().unwrap();
        assert_eq!(letter.appointment().unwrap()["SUMMARY"], "Briefing");
        let said = format!("{letter:?}");
        for word in ["Hidden", "secrecy", "Not for mail", "A room of its own", "meet.example.gov"] {
            assert!(!said.contains(word), "{word}: {said}");
        }
    }

    async fn what_becomes_controlled_information_is_taken_out_of_calendars_and_of_the_queue(app: App) {
        let admin = app.admin().await;
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({"title": "Hidden matters"})).await;
        app.attendee(&city, &briefing, ANA).await;
        let first = app.letters_to(ANA, 1).await.pop().unwrap();
        let mut calendar = Calendar::default();
        calendar.take(&first);
        assert_eq!(calendar.shown()[0]["SUMMARY"], "Hidden matters");
        let path = format!("/v1/briefings/{briefing}");
        let tag = admin.get(&path).await.expect(200).tag();
        admin.patch(&path, &tag, json!({"marking": "cui"})).await.expect(200);
        let second = app.letters_to(ANA, 2).await.pop().unwrap();
        assert!(!format!("{second:?}").contains("Hidden"));
        calendar.take(&second);
        assert_eq!((calendar.shown().len(), calendar.shown()[0]["SUMMARY"].as_str()), (1, "Briefing"));
    }

    async fn four_thousand_are_told_of_another_date_in_few_statements(app: App) {
        let admin = app.admin().await;
        let briefing = app.published(json!({"capacity": 5_000})).await;
        let (phoenix, now) = (app.city("Phoenix").await, app.clock.now());
        let version = admin.get(&format!("/v1/briefings/{briefing}")).await.expect(200).body["version"].as_i64().unwrap();
        let rows: Vec<Registration> = (1..=4_000)
            .map(|number| Registration {
                id: RegistrationId::fresh(),
                briefing_id: briefing.parse().unwrap(),
                organization_id: phoenix.parse().unwrap(),
                attendee_name: format!("Person {number}"),
                attendee_email: format!("p{number}@phoenix.example.gov"),
                attendee_email_folded: format!("p{number}@phoenix.example.gov"),
                attendee_title: None,
                accommodations: None,
                status: RegistrationStatus::Confirmed,
                place: number,
                seat: Some(number),
                checked_in_at: None,
                version: 1,
                created_at: now,
                updated_at: now,
            })
            .collect();
        let scope = Scope(Some(Principal::User {
            user_id: UserId::fresh(),
            session_id: SessionId::fresh(),
            homes: vec![Home {
                organization_id: app.office.parse().unwrap(),
                kind: "national_office".to_owned(),
                country: "US".to_owned(),
                subdivision: None,
                role: Role::Administrator,
            }],
        }));
        let change = json!({
            "starts_at": {"local": "2030-03-20T10:00:00", "time_zone": "America/Phoenix"},
            "ends_at": {"local": "2030-03-20T11:00:00", "time_zone": "America/Phoenix"},
        });
        let (id, count) = (briefing.parse().unwrap(), Arc::new(AtomicUsize::new(0)));
        let counter = count.clone();
        app.kernel.db.write(WriteContext::system(now), move |tx| {
            for rows in rows.chunks(500) {
                chancery::insert_all!(tx.conn, registrations::table, rows)?;
            }
            let counter = counter.clone();
            tx.conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            });
            let change = serde_json::from_value(change.clone()).unwrap();
            let moved = update_briefing(tx, &scope, &id, IfMatch(version), change);
            tx.conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
            moved.map(drop)
        }).await.unwrap();
        assert_eq!(app.queued(Template::BriefingRescheduled).await.len(), 4_000);
        // On SQLite, where a statement costs no trip, rows are inserted one by one.
        let is_file = app.database.url().starts_with("sqlite");
        let statements = count.load(Ordering::Relaxed);
        assert!(is_file || statements < 60, "{statements} statements");
    }
}

both_backends! {
    async fn what_waits_while_a_briefing_becomes_controlled_information_is_taken_back(app: App) {
        // At night in Phoenix nothing is sent.
        app.jump("2030-03-01T08:00:00Z").await;
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({"title": "Hidden matters"})).await;
        app.attendee(&city, &briefing, ANA).await;
        app.invited(&briefing, "Phoenix", CLEO).await;
        let path = format!("/v1/briefings/{briefing}");
        let admin = app.admin().await;
        let tag = admin.get(&path).await.expect(200).tag();
        let waiting = app.queued(Template::RegistrationConfirmed).await;
        assert!(format!("{waiting:?}").contains("Hidden matters"));
        admin.patch(&path, &tag, json!({"marking": "cui"})).await.expect(200);
        for template in Template::ALL {
            let mails = app.queued(*template).await;
            assert!(!format!("{mails:?}").contains("Hidden"), "{mails:?}");
        }
        // Whose invitation was taken back is told nothing more.
        assert_eq!(app.told(Template::BriefingRescheduled).await, [ANA]);
        assert!(app.told(Template::BriefingInvitation).await.is_empty());
    }

    async fn nothing_that_waits_promises_a_seat_after_a_briefing_is_called_off(app: App) {
        app.jump("2030-03-01T08:00:00Z").await;
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({"meeting_url": "https://meet.example.gov/room"})).await;
        app.attendee(&city, &briefing, ANA).await;
        app.invited(&briefing, "Phoenix", CLEO).await;
        // The way into the meeting is for those who have a seat.
        assert!(format!("{:?}", app.queued(Template::RegistrationConfirmed).await).contains("meet.example.gov"));
        assert!(!format!("{:?}", app.queued(Template::BriefingInvitation).await).contains("meet.example.gov"));
        app.admin().await.act_now(&format!("/v1/briefings/{briefing}"), "cancel").await.expect(200);
        assert_eq!(app.told(Template::BriefingCancelled).await, [ANA, CLEO]);
        assert!(app.told(Template::RegistrationConfirmed).await.is_empty());
        assert!(app.told(Template::BriefingInvitation).await.is_empty());
    }
}
