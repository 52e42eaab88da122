//! The venues, briefers and briefings of the demo.

use super::{PHOENIX, by_source, weekday_after};
use crate::briefings;
use crate::briefings::lifecycle::BriefingAction;
use crate::briefings::model::{AudienceScope, BriefingFormat};
use crate::briefings::wire::{Audience, CreateBriefing};
use crate::directory::briefers::wire::CreateBriefer;
use crate::directory::venues::wire::CreateVenue;
use crate::directory::{briefers, venues};
use crate::kernel::access::Scope;
use crate::kernel::db::Tx;
use crate::kernel::http::{IfMatch, Problem};
use crate::kernel::id::{BrieferId, OrganizationId, VenueId};
use crate::kernel::marking::Marking;
use crate::kernel::time::ZonedTimeInput;

/// Venues as they stand: name, address, zone, people, and GeoNames' id of the city.
const VENUES: [(&str, &str, &str, i64, &str); 5] = [
    (
        "Phoenix City Hall",
        "200 W Washington St, Phoenix, AZ 85003",
        "America/Phoenix",
        120,
        PHOENIX,
    ),
    (
        "New York City Hall",
        "City Hall Park, New York, NY 10007",
        "America/New_York",
        90,
        "geonames:5128581",
    ),
    (
        "Los Angeles City Hall",
        "200 N Spring St, Los Angeles, CA 90012",
        "America/Los_Angeles",
        150,
        "geonames:5368361",
    ),
    (
        "Denver City and County Building",
        "1437 Bannock St, Denver, CO 80202",
        "America/Denver",
        100,
        "geonames:5419384",
    ),
    (
        "Chicago City Hall",
        "121 N LaSalle St, Chicago, IL 60602",
        "America/Chicago",
        110,
        "geonames:4887398",
    ),
];

const BRIEFERS: [(&str, &str); 3] = [
    ("Amara Okafor", "Deputy Director, Trade Policy"),
    ("Daniel Whitehorse", "Senior Adviser, Climate Cooperation"),
    ("Lena Marchetti", "Counselor for European Affairs"),
];

/// A briefing of the demo.
struct Planned {
    title: &'static str,
    topic: &'static str,
    marking: Marking,
    /// Which of [`VENUES`].
    venue: usize,
    /// Which of [`BRIEFERS`].
    briefer: usize,
    days_from_now: u64,
    local_hour: u32,
    capacity: i64,
}

const BRIEFINGS: [Planned; 5] = [
    Planned {
        title: "Hosting a foreign delegation",
        topic: "protocol",
        marking: Marking::Public,
        venue: 1,
        briefer: 2,
        days_from_now: 21,
        local_hour: 10,
        capacity: 60,
    },
    Planned {
        title: "Semiconductor supply chains",
        topic: "trade",
        marking: Marking::OfficialUse,
        venue: 0,
        briefer: 0,
        days_from_now: 28,
        local_hour: 10,
        capacity: 25,
    },
    Planned {
        title: "Heat and water: city partnerships abroad",
        topic: "climate",
        marking: Marking::Public,
        venue: 3,
        briefer: 1,
        days_from_now: 35,
        local_hour: 14,
        capacity: 40,
    },
    Planned {
        title: "Foreign investment review for local officials",
        topic: "investment",
        marking: Marking::OfficialUse,
        venue: 4,
        briefer: 0,
        days_from_now: 42,
        local_hour: 9,
        capacity: 50,
    },
    Planned {
        title: "Interference by foreign governments",
        topic: "security",
        marking: Marking::Cui,
        venue: 2,
        briefer: 2,
        days_from_now: 49,
        local_hour: 13,
        capacity: 20,
    },
];

/// Makes them, publishes the briefings, and returns the briefers.
pub(super) fn make(
    tx: &mut Tx<'_>,
    office: &OrganizationId,
    scope: &Scope,
) -> Result<Vec<BrieferId>, Problem> {
    let mut venue_ids: Vec<VenueId> = Vec::new();
    for (name, address, zone, capacity, city) in VENUES {
        let input = CreateVenue {
            name: name.to_owned(),
            address: address.to_owned(),
            time_zone: zone.to_owned(),
            capacity: Some(capacity),
            requires_access_data: false,
            organization_id: Some(by_source(tx, city)?),
        };
        venue_ids.push(venues::commands::create_venue(tx, input)?.id);
    }
    let mut briefer_ids: Vec<BrieferId> = Vec::new();
    for (name, title) in BRIEFERS {
        let input = CreateBriefer {
            name: name.to_owned(),
            title: Some(title.to_owned()),
            email: None,
            organization_id: Some(office.clone()),
        };
        briefer_ids.push(briefers::commands::create_briefer(tx, input)?.id);
    }
    for planned in BRIEFINGS {
        let zone = VENUES.get(planned.venue).map_or("UTC", |venue| venue.2);
        let at = |hour: u32| ZonedTimeInput {
            local: Some(format!(
                "{}T{hour:02}:00:00",
                weekday_after(tx.now, planned.days_from_now)
            )),
            time_zone: zone.to_owned(),
            offset: None,
            utc: None,
        };
        let input = CreateBriefing {
            title: planned.title.to_owned(),
            topic: planned.topic.to_owned(),
            summary: None,
            internal_notes: None,
            marking: planned.marking,
            format: BriefingFormat::InPerson,
            starts_at: at(planned.local_hour),
            ends_at: at(planned.local_hour + 1),
            rsvp_deadline: None,
            access_deadline: None,
            venue_id: venue_ids.get(planned.venue).cloned(),
            meeting_url: None,
            capacity: planned.capacity,
            audience: Audience {
                scope: AudienceScope::Everyone,
                ..Audience::default()
            },
            organization_id: None,
            reminder_hours: None,
            briefer_ids: briefer_ids
                .get(planned.briefer)
                .cloned()
                .into_iter()
                .collect(),
        };
        let mut row = briefings::commands::create_briefing(tx, input)?;
        for action in [BriefingAction::Schedule, BriefingAction::Publish] {
            let version = IfMatch(row.version);
            row =
                briefings::advancing::advance_briefing(tx, scope, &row.id, version, action, None)?;
        }
    }
    Ok(briefer_ids)
}
