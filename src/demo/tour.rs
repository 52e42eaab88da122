//! The tour of the demo: what the office, a city and a city's system do, with curl.

use super::{Made, weekday_after};
use crate::identity::api_keys::model::ApiKeyMode;
use crate::kernel::access::Role;
use crate::kernel::time::Timestamp;

/// The tour: what the office, a city and a city's system do, with curl, for copying and pasting.
#[must_use]
pub fn tour(url: &str, made: &Made, now: Timestamp) -> String {
    let account = |role: Role| made.accounts.iter().find(|account| account.role == role);
    let key = made.keys.iter().find(|key| key.mode == ApiKeyMode::Live);
    let (Some(office), Some(city), Some(key)) =
        (account(Role::Administrator), account(Role::LocalStaff), key)
    else {
        return String::new();
    };
    let (day, series_day) = (weekday_after(now, 14), weekday_after(now, 21));
    let event_day = weekday_after(now, 100);
    format!(
        r#"#!/usr/bin/env bash
set -eu
API={url}
# Takes one member out of a JSON answer; jq does it better where it is installed.
member() {{ grep -o "\"$1\":\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }}
post() {{ curl -sS --fail-with-body -X POST -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' "$@"; }}

echo '1. Sign in as the administrator.'
TOKEN=$(curl -sS --fail-with-body -H 'Content-Type: application/json' "$API/v1/auth/login" \
  -d '{{"email":"{office_email}","password":"{office_password}"}}' | member access_token)

echo '2. Find Phoenix.'
curl -sS --fail-with-body -H "Authorization: Bearer $TOKEN" \
  "$API/v1/organizations?q=phoenix&kind=municipality&country=US&sort=-population&limit=1"; echo

echo '3. Draft a briefing, schedule it and publish it.'
BRIEFER=$(post "$API/v1/briefers" -d '{{"name":"Ines Alvarado","title":"Desk Officer, Mexico"}}' | member id)
BRIEFING=$(post "$API/v1/briefings" -d '{{"title":"Border commerce after the review","topic":"trade",
  "format":"virtual","capacity":25,"audience":{{"scope":"states","states":["US-AZ"]}},
  "starts_at":{{"local":"{day}T10:00:00","time_zone":"America/Phoenix"}},
  "ends_at":{{"local":"{day}T11:00:00","time_zone":"America/Phoenix"}},
  "briefer_ids":["'"$BRIEFER"'"]}}' | member id)
post "$API/v1/briefings/$BRIEFING/schedule" -H 'If-Match: "1"' >/dev/null
post "$API/v1/briefings/$BRIEFING/publish" -H 'If-Match: "2"'; echo

echo '4. Sign in as the city of Phoenix and register someone.'
OFFICE=$TOKEN
TOKEN=$(curl -sS --fail-with-body -H 'Content-Type: application/json' "$API/v1/auth/login" \
  -d '{{"email":"{city_email}","password":"{city_password}"}}' | member access_token)
post "$API/v1/briefings/$BRIEFING/registrations" -H "Idempotency-Key: tour-$BRIEFING" \
  -d '{{"attendee":{{"name":"Ana Ruiz","email":"ana.ruiz@phoenix.example.gov"}}}}'; echo

echo '5. See the registration, as the office does.'
curl -sS --fail-with-body -H "Authorization: Bearer $OFFICE" "$API/v1/briefings/$BRIEFING/registrations"; echo

echo '6. As a system of the city, with its API key, draft a request for a speaker.'
KEY={key}
as_system() {{ curl -sS --fail-with-body -H "X-Api-Key: $KEY" "$@"; }}
REF=tour-$(date +%s)
REQUEST=$(as_system -H 'Content-Type: application/json' -H "Idempotency-Key: draft-$REF" "$API/v1/event-requests" \
  -d '{{"external_ref":"'"$REF"'","request_type":"speaker","title":"Border commerce week","topic":"trade",
  "starts_at":{{"local":"{event_day}T09:00:00","time_zone":"America/Phoenix"}},
  "ends_at":{{"local":"{event_day}T12:00:00","time_zone":"America/Phoenix"}},
  "details":{{"organizer":"City of Phoenix","purpose":"Tell local firms what changes at the border.",
    "contact":{{"name":"Ana Ruiz","email":"ana.ruiz@phoenix.example.gov","phone":"+1 602 555 0100"}},
    "venue":{{"name":"Phoenix City Hall","address":"200 W Washington St, Phoenix, AZ 85003"}},
    "audience":{{"kind":"business leaders","size":120}},"press_invited":false,"is_fundraiser":false,
    "speaking":{{"role":"keynote","minutes":20}}}}}}' | member id)

echo '7. Add the invitation letter, and submit the request.'
printf 'City of Phoenix\n\nDear colleagues,\nwe invite you to speak.\n' |
  as_system -H 'Content-Type: text/plain' -H "Idempotency-Key: letter-$REF" --data-binary @- \
  "$API/v1/event-requests/$REQUEST/documents?kind=invitation_letter&filename=invitation.txt"; echo
as_system -X POST -H 'If-Match: "1"' -H "Idempotency-Key: submit-$REF" "$API/v1/event-requests/$REQUEST/submit"; echo

echo '8. As the office, see a call that is in review: its ranking, and who would be selected.'
as_office() {{ curl -sS --fail-with-body -H "Authorization: Bearer $OFFICE" "$@"; }}
CALL=$(as_office "$API/v1/calls?status=in_review&limit=1" | member id)
as_office "$API/v1/calls/$CALL/ranking"; echo
as_office "$API/v1/calls/$CALL/slate"; echo

echo '9. As the city, read the reports on its diplomat; as the office, what the program has come to.'
curl -sS --fail-with-body -H "Authorization: Bearer $TOKEN" "$API/v1/placement-reports?kind=quarterly&limit=2"; echo
PROGRAM=$(as_office "$API/v1/programs?limit=1" | member id)
as_office "$API/v1/programs/$PROGRAM/statistics"; echo

echo '10. As the city, see the sessions of the assembly; read the minutes of the last one.'
curl -sS --fail-with-body -H "Authorization: Bearer $TOKEN" "$API/v1/assembly-sessions?limit=2"; echo
SESSION=$(as_office "$API/v1/assembly-sessions?status=minutes_approved&limit=1" | member id)
curl -sS --fail-with-body -H "Authorization: Bearer $TOKEN" "$API/v1/assembly-sessions/$SESSION/minutes.md"; echo

echo '11. As the office, see when the briefer is free for people in Phoenix and in Brussels, and book a
weekly series: 10:00 stays 10:00 when the clocks change.'
as_office "$API/v1/availability?briefer_ids=$BRIEFER&time_zones=America/Phoenix,Europe/Brussels&duration_minutes=60&limit=2"; echo
SERIES=$(TOKEN=$OFFICE post "$API/v1/briefing-series" -d '{{"title":"Trade on Tuesdays","topic":"trade","format":"virtual",
  "capacity":25,"recurrence":"FREQ=WEEKLY;COUNT=4","schedule":true,
  "starts_at":{{"local":"{series_day}T10:00:00","time_zone":"America/New_York"}},
  "ends_at":{{"local":"{series_day}T11:00:00","time_zone":"America/New_York"}},
  "briefer_ids":["'"$BRIEFER"'"]}}' | member id)
as_office "$API/v1/briefing-series/$SERIES/occurrences"; echo

echo '12. As the city, make a calendar for a calendar program, and read it as that program does.'
ADDRESS=$(post "$API/v1/calendars" -d '{{"kind":"personal","name":"Chancery"}}' | member url)
curl -sS --fail-with-body "$API/calendars/${{ADDRESS##*/}}"; echo

echo '13. Read in the feed what happened.'
sleep 1
as_system "$API/v1/events?type=event_request.submitted&limit=100"; echo
"#,
        key = key.secret,
        office_email = office.email,
        office_password = office.password,
        city_email = city.email,
        city_password = city.password,
    )
}
