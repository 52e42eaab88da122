//! The tour of the demo: what the office and a city do, with curl.

use super::{DemoAccount, weekday_after};
use crate::kernel::access::Role;
use crate::kernel::time::Timestamp;

/// The tour: what a scheduler and a city do, with curl, for copying and pasting.
#[must_use]
pub fn tour(url: &str, accounts: &[DemoAccount], now: Timestamp) -> String {
    let account = |role: Role| accounts.iter().find(|account| account.role == role);
    let (Some(office), Some(city)) = (account(Role::Administrator), account(Role::LocalStaff))
    else {
        return String::new();
    };
    let day = weekday_after(now, 14);
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
"#,
        office_email = office.email,
        office_password = office.password,
        city_email = city.email,
        city_password = city.password,
    )
}
