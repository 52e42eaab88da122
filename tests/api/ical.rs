//! Calendars as text: whatever is in them, a reader finds the lines that were meant, and from the
//! zones that are described in them the instants that were meant.

use chancery::kernel::ical::{
    Calendar, CalendarEvent, EventStatus, EventTime, Method, Party, render, uid,
};
use chancery::kernel::time::{Timestamp, ZonedTime};
use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::{TZ_VARIANTS, Tz};
use proptest::prelude::*;

use crate::support::{Appointment, Part};

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// So many seconds after 1970.
fn second(seconds: i64) -> Timestamp {
    Timestamp::from(chrono::DateTime::from_timestamp(seconds, 0).unwrap())
}

fn at(local: &str, zone: Tz) -> ZonedTime {
    let local = NaiveDateTime::parse_from_str(local, "%Y-%m-%dT%H:%M").unwrap();
    let found = zone.from_local_datetime(&local).earliest().unwrap();
    ZonedTime::at(Timestamp::from(found.to_utc()), zone)
}

fn event(starts_at: ZonedTime, ends_at: ZonedTime) -> CalendarEvent {
    CalendarEvent {
        uid: uid("brf_01jz8k2m4n6p8q0r2s4t6v8w0x"),
        sequence: 3,
        status: EventStatus::Confirmed,
        time: EventTime::Timed { starts_at, ends_at },
        summary: "Supply chains".to_owned(),
        description: Some("What comes from where.".to_owned()),
        location: Some("City Hall, Phoenix".to_owned()),
        url: Some("https://meet.example.gov/a".to_owned()),
        created_at: instant("2026-01-01T08:00:00Z"),
        updated_at: instant("2026-01-02T08:00:00Z"),
    }
}

fn published(events: &[CalendarEvent]) -> String {
    let calendar = Calendar {
        name: Some("Chancery"),
        method: Method::Publish,
        organizer: None,
        attendee: None,
        now: instant("2026-03-01T00:00:00Z"),
    };
    render(&calendar, events)
}

fn shown(events: &[CalendarEvent]) -> Vec<Appointment> {
    Part::read(&published(events)).appointments()
}

#[test]
fn a_zone_is_described_as_python_computes_it() {
    for zone in [
        Tz::America__New_York,
        Tz::Europe__Brussels,
        Tz::America__Phoenix,
        Tz::Pacific__Apia,
        Tz::Asia__Kathmandu,
        Tz::Australia__Lord_Howe,
    ] {
        let text = published(&[event(
            at("2026-01-01T12:00", zone),
            at("2029-12-31T12:00", zone),
        )]);
        let from = text.find("BEGIN:VTIMEZONE").unwrap();
        let to = text.find("END:VTIMEZONE").unwrap();
        let file = format!(
            "tests/golden/vtimezone/{}.ics",
            zone.name().replace('/', "-")
        );
        let golden = std::fs::read_to_string(&file).unwrap();
        assert_eq!(
            text[from..to].replace("\r\n", "\n") + "END:VTIMEZONE\n",
            golden,
            "{file}"
        );
    }
}

#[test]
fn a_time_that_the_clock_shows_twice_is_written_in_utc_and_others_are_not() {
    let zone = Tz::America__New_York;
    // 01:30 for the first and for the second time.
    let first = ZonedTime::at(instant("2026-11-01T05:30:00Z"), zone);
    let second = ZonedTime::at(instant("2026-11-01T06:30:00Z"), zone);
    let text = published(&[
        event(first, second),
        event(at("2026-11-01T00:59", zone), at("2026-11-01T02:00", zone)),
    ]);
    assert!(
        text.contains("DTSTART:20261101T053000Z\r\nDTEND:20261101T063000Z\r\n"),
        "{text}"
    );
    assert!(text.contains("DTSTART;TZID=America/New_York:20261101T005900\r\nDTEND;TZID=America/New_York:20261101T020000\r\n"), "{text}");
    let read = shown(&[event(
        at("2026-11-01T00:59", zone),
        at("2026-11-01T02:00", zone),
    )]);
    assert_eq!(
        (read[0].starts_at, read[0].ends_at),
        (
            instant("2026-11-01T04:59:00Z"),
            instant("2026-11-01T07:00:00Z")
        )
    );
}

#[test]
fn a_time_in_utc_needs_no_zone_and_a_day_no_time() {
    let text = published(&[event(
        at("2026-03-10T10:00", Tz::UTC),
        at("2026-03-10T11:00", Tz::UTC),
    )]);
    assert!(
        text.contains("DTSTART:20260310T100000Z\r\n") && !text.contains("VTIMEZONE"),
        "{text}"
    );
    let mut whole = event(
        at("2026-03-10T10:00", Tz::UTC),
        at("2026-03-10T11:00", Tz::UTC),
    );
    whole.time = EventTime::AllDay {
        first: "2026-09-01".parse().unwrap(),
        after: "2027-09-01".parse().unwrap(),
    };
    let text = published(&[whole]);
    assert!(
        text.contains(
            "DTSTART;VALUE=DATE:20260901\r\nDTEND;VALUE=DATE:20270901\r\nTRANSP:TRANSPARENT\r\n"
        ),
        "{text}"
    );
}

#[test]
fn equal_appointments_are_equal_text_whenever_they_are_published() {
    let zone = Tz::Europe__Brussels;
    let events = [event(
        at("2026-03-10T10:00", zone),
        at("2026-03-10T11:00", zone),
    )];
    let text = |method, now: &str| {
        let calendar = Calendar {
            name: None,
            method,
            organizer: None,
            attendee: None,
            now: instant(now),
        };
        render(&calendar, &events)
    };
    let (early, late) = ("2026-01-05T00:00:00Z", "2026-02-05T00:00:00Z");
    assert_eq!(text(Method::Publish, early), text(Method::Publish, late));
    assert_ne!(text(Method::Request, early), text(Method::Request, late));
    assert!(text(Method::Request, late).contains("DTSTAMP:20260205T000000Z\r\n"));
}

#[test]
fn a_request_names_who_invites_whom_and_what_is_published_names_nobody() {
    let zone = Tz::Europe__Brussels;
    let events = [event(
        at("2026-03-10T10:00", zone),
        at("2026-03-10T11:00", zone),
    )];
    let party = |name: &str, email: &str| {
        Some(Party {
            name: Some(name.to_owned()),
            email: email.to_owned(),
        })
    };
    let read = |method| {
        let calendar = Calendar {
            name: None,
            method,
            organizer: party("The office", "office@example.gov"),
            attendee: party("Ana \"Nana\" Ruiz; x=y", "ana.ruiz@example.gov"),
            now: instant("2026-03-01T00:00:00Z"),
        };
        Part::read(&render(&calendar, &events))
    };
    for method in [Method::Request, Method::Cancel] {
        let calendar = read(method);
        assert_eq!(calendar.text("METHOD"), method.as_str());
        let event = calendar.parts_called("VEVENT")[0];
        let attendee = event.line("ATTENDEE").unwrap();
        assert_eq!(attendee.value, "mailto:ana.ruiz@example.gov");
        assert_eq!(attendee.parameter("CN"), Some("Ana 'Nana' Ruiz; x=y"));
        assert_eq!(
            attendee.parameter("RSVP").is_some(),
            method == Method::Request
        );
        assert_eq!(event.text("ORGANIZER"), "mailto:office@example.gov");
    }
    assert!(
        read(Method::Publish).parts_called("VEVENT")[0]
            .line("ATTENDEE")
            .is_none()
    );
}

/// Text as it arrives: anything, and what is meant to break lines and values apart.
fn any_text() -> impl Strategy<Value = String> {
    let hostile = "(\r\n|\r|\n|\t|\"|\\\\|;|,|:|=|\\^n|[ -~]|\u{0}|\u{7}|\u{85}|\u{2028}|\r\nBEGIN:VEVENT\r\n|\r\n ATTENDEE:mailto:x@y|é|世|🙂){0,60}";
    prop_oneof![any::<String>(), hostile]
}

/// The text as a reader is to find it again.
fn cleaned(text: &str) -> String {
    let lines = text
        .replace("\r\n", "\n")
        .replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n")
        .replace('\t', " ");
    lines
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_text_adds_a_line_or_is_read_otherwise(
        uid in any_text(), summary in any_text(), description in any_text(), location in any_text(),
        url in any_text(), name in any_text(), person in any_text(), email in any_text(),
    ) {
        let zone = Tz::America__New_York;
        let mut given = event(at("2026-03-10T10:00", zone), at("2026-03-10T11:00", zone));
        let render_all = |event: &CalendarEvent, name: &str, person: &str, email: &str| {
            let party = Party { name: Some(format!("x{person}")), email: email.to_owned() };
            let calendar = Calendar {
                name: Some(name), method: Method::Request, organizer: Some(party.clone()), attendee: Some(party),
                now: instant("2026-03-01T00:00:00Z"),
            };
            Part::read(&render(&calendar, std::slice::from_ref(event)))
        };
        let plain = render_all(&given, "a", "b", "c@example.gov");
        given.uid.clone_from(&uid);
        given.summary.clone_from(&summary);
        given.description = Some(description.clone());
        given.location = Some(location.clone());
        given.url = Some(url.clone());
        let read = render_all(&given, &name, &person, &email);
        prop_assert_eq!(read.shape(), plain.shape());
        let event = read.parts_called("VEVENT")[0];
        for (property, text) in [("UID", &uid), ("SUMMARY", &summary), ("DESCRIPTION", &description), ("LOCATION", &location)] {
            prop_assert_eq!(event.text(property), cleaned(text), "{}", property);
        }
        let url = event.text("URL");
        prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\<>^`{|}".contains(&byte)), "{}", url);
        let attendee = event.line("ATTENDEE").unwrap();
        prop_assert_eq!(attendee.parameters.len(), 4, "{:?}", attendee);
        prop_assert!(attendee.value.starts_with("mailto:"));
        prop_assert_eq!(event.text("DTSTART"), "20260310T100000");
    }

    #[test]
    fn the_instants_that_were_meant_are_found_in_every_zone_at_every_time(
        zone in proptest::sample::select(TZ_VARIANTS.as_slice()),
        times in proptest::collection::vec((-4_000_000_000_i64..20_000_000_000, 60_i64..400_000), 1..6),
    ) {
        let times: Vec<(Timestamp, Timestamp)> = times
            .into_iter()
            .map(|(start, length)| (start - start % 60, length - length % 60))
            .map(|(start, length)| (second(start), second(start + length)))
            .collect();
        let events: Vec<CalendarEvent> = times
            .iter()
            .map(|(start, end)| event(ZonedTime::at(*start, zone), ZonedTime::at(*end, zone)))
            .collect();
        let read: Vec<_> = shown(&events).into_iter().map(|one| (one.starts_at, one.ends_at)).collect();
        prop_assert_eq!(read, times);
    }
}
