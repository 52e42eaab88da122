//! Calendars: made through the API, and read as a calendar program reads them. The text is taken
//! apart by a parser that is not ours, and times are computed from the `VTIMEZONE` in it, as a program
//! does that knows no other data.

use chancery::kernel::time::Timestamp;
use chrono::{DateTime, NaiveDate, NaiveDateTime};
use icalendar::parser::{Component, Property, read_calendar, unfold};
use serde_json::Value;

use super::actor::{Actor, Answer};
use super::app::App;

/// A component with its properties, in order.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    pub name: String,
    pub properties: Vec<Line>,
    pub parts: Vec<Part>,
}

/// A property.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    pub name: String,
    pub parameters: Vec<(String, String)>,
    pub value: String,
}

/// An appointment as a calendar program shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Appointment {
    pub uid: String,
    pub sequence: i64,
    pub status: String,
    pub summary: String,
    pub description: String,
    pub location: String,
    /// The instants; of whole days the midnights in UTC.
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub is_all_day: bool,
}

impl Part {
    fn of(component: &Component<'_>) -> Self {
        Self {
            name: component.name.as_str().to_owned(),
            properties: component.properties.iter().map(Line::of).collect(),
            parts: component.components.iter().map(Self::of).collect(),
        }
    }

    /// The calendar in this text. Fails where a line is too long or ends otherwise than it must.
    pub fn read(text: &str) -> Self {
        for line in text.split_terminator("\r\n") {
            assert!(line.len() <= 75, "{} octets: {line}", line.len());
            assert!(!line.contains(['\r', '\n']), "a line within: {line:?}");
        }
        assert!(text.ends_with("END:VCALENDAR\r\n"), "{text}");
        let unfolded = unfold(text);
        let calendar = read_calendar(&unfolded).unwrap_or_else(|error| panic!("{error}\n{text}"));
        Self {
            name: "VCALENDAR".to_owned(),
            properties: calendar.properties.iter().map(Line::of).collect(),
            parts: calendar.components.iter().map(Self::of).collect(),
        }
    }

    /// The names of the properties, in order, here and within.
    pub fn shape(&self) -> Vec<String> {
        let own = self
            .properties
            .iter()
            .map(|line| format!("{}.{}", self.name, line.name));
        own.chain(self.parts.iter().flat_map(Self::shape)).collect()
    }

    /// The property of this name.
    pub fn line(&self, name: &str) -> Option<&Line> {
        let found: Vec<&Line> = self
            .properties
            .iter()
            .filter(|one| one.name == name)
            .collect();
        assert!(found.len() < 2, "{} has {name} twice", self.name);
        found.first().copied()
    }

    /// The value of the property of this name, empty where there is none.
    pub fn text(&self, name: &str) -> String {
        self.line(name)
            .map(|line| line.value.clone())
            .unwrap_or_default()
    }

    /// The parts of this name.
    pub fn parts_called(&self, name: &str) -> Vec<&Part> {
        self.parts.iter().filter(|part| part.name == name).collect()
    }

    /// The instant of a property of an appointment in this calendar.
    fn instant(&self, line: &Line) -> Timestamp {
        if line.parameter("VALUE") == Some("DATE") {
            let day = NaiveDate::parse_from_str(&line.value, "%Y%m%d").unwrap();
            return Timestamp::from(day.and_hms_opt(0, 0, 0).unwrap().and_utc());
        }
        let Some(id) = line.parameter("TZID") else {
            let utc = line
                .value
                .strip_suffix('Z')
                .unwrap_or_else(|| panic!("a floating time: {line:?}"));
            return Timestamp::from(local(utc).and_utc());
        };
        let zones = self.parts_called("VTIMEZONE");
        let zone: Vec<&&Part> = zones
            .iter()
            .filter(|zone| zone.text("TZID") == id)
            .collect();
        assert_eq!(zone.len(), 1, "{id} is described {} times", zone.len());
        let time = local(&line.value);
        let begun = zone[0]
            .parts
            .iter()
            .filter(|one| local(&one.text("DTSTART")) <= time);
        let valid = begun
            .max_by_key(|one| local(&one.text("DTSTART")))
            .unwrap_or_else(|| panic!("nothing is said of {time} in {id}"));
        let offset = seconds(&valid.text("TZOFFSETTO"));
        Timestamp::from(DateTime::from_timestamp(time.and_utc().timestamp() - offset, 0).unwrap())
    }

    /// The appointments, in order.
    pub fn appointments(&self) -> Vec<Appointment> {
        let read = |event: &&Part| {
            let (starts, ends) = (event.line("DTSTART").unwrap(), event.line("DTEND").unwrap());
            Appointment {
                uid: event.text("UID"),
                sequence: event.text("SEQUENCE").parse().unwrap(),
                status: event.text("STATUS"),
                summary: event.text("SUMMARY"),
                description: event.text("DESCRIPTION"),
                location: event.text("LOCATION"),
                starts_at: self.instant(starts),
                ends_at: self.instant(ends),
                is_all_day: starts.parameter("VALUE") == Some("DATE"),
            }
        };
        self.parts_called("VEVENT").iter().map(read).collect()
    }
}

impl Line {
    fn of(property: &Property<'_>) -> Self {
        let parameters = property.params.iter().map(|parameter| {
            let value = parameter.val.as_ref().map(|value| value.as_str());
            (
                parameter.key.as_str().to_owned(),
                value.unwrap_or_default().to_owned(),
            )
        });
        Self {
            name: property.name.as_str().to_owned(),
            parameters: parameters.collect(),
            value: property.val.as_str().to_owned(),
        }
    }

    /// The value of a parameter, without quotes.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(key, _)| key == name)?;
        Some(found.1.trim_matches('"'))
    }
}

fn local(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S")
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// `-0500`, and `-045602` of older times.
fn seconds(offset: &str) -> i64 {
    let (sign, digits) = offset.split_at(1);
    let part = |at: usize| {
        digits
            .get(at..at + 2)
            .map_or(0, |two| two.parse::<i64>().unwrap())
    };
    let seconds = part(0) * 3600 + part(2) * 60 + part(4);
    if sign == "-" { -seconds } else { seconds }
}

impl App {
    /// Makes a calendar. Its id and its token.
    pub async fn calendar(&self, owner: &Actor, body: Value) -> (String, String) {
        let made = owner.post("/v1/calendars", body).await.expect(201);
        let url = made.body["url"].as_str().unwrap();
        let token = url
            .strip_prefix("https://chancery.test/calendars/")
            .and_then(|rest| rest.strip_suffix(".ics"))
            .unwrap_or_else(|| panic!("{url}"));
        (made.id(), token.to_owned())
    }

    /// What a calendar program gets that has this token.
    pub async fn feed(&self, token: &str) -> Answer {
        self.anonymous()
            .get(&format!("/calendars/{token}.ics"))
            .await
    }

    /// The appointments that a calendar program shows that has this token.
    pub async fn appointments(&self, token: &str) -> Vec<Appointment> {
        Part::read(&self.feed(token).await.expect(200).text).appointments()
    }
}
