"""Reads the mail about a briefing as a calendar does. Called by scripts/check-mail."""

import email
import email.policy
import json
import os
import pathlib
import sys
import time
import urllib.request
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar

url, folder = sys.argv[1], pathlib.Path(sys.argv[2])
ana = "ana.ruiz@readers.example.gov"


def call(method, path, body=None, tag=None):
    headers = {"Authorization": f"Bearer {os.environ['TOKEN']}", "Content-Type": "application/json"}
    if tag:
        headers["If-Match"] = tag
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, headers, method=method)
    with urllib.request.urlopen(request) as response:
        return json.load(response), response.headers.get("ETag")


def act(path, action):
    _, tag = call("GET", path)
    return call("POST", f"{path}/{action}", tag=tag)


def letters(count):
    """The mail to the attendee, in the order in which it was written, once there is so much."""
    for _ in range(200):
        found = []
        for file in sorted(folder.glob("*.eml")):
            letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            if ana in letter["To"]:
                found.append(letter)
        if len(found) >= count:
            assert len(found) == count, [letter["Subject"] for letter in found]
            return found
        time.sleep(0.1)
    sys.exit(f"there are no {count} letters")


class Calendar:
    """Of each UID what has the highest SEQUENCE, and of those the newest (RFC 5546, 2.1.5)."""

    def __init__(self):
        self.events = {}

    def take(self, letter):
        for part in letter.walk():
            if part.get_content_type() != "text/calendar":
                continue
            calendar = icalendar.Calendar.from_ical(part.get_content())
            method = str(calendar["METHOD"])
            assert part.get_param("method").upper() == method
            for event in calendar.walk("VEVENT"):
                assert str(event["ORGANIZER"]).startswith("mailto:"), event
                assert ana in str(event["ATTENDEE"]), event
                key = (int(event["SEQUENCE"]), event["DTSTAMP"].dt)
                known = self.events.get(str(event["UID"]))
                if known is None or known[0] <= key:
                    kept = None if method == "CANCEL" else event
                    self.events[str(event["UID"])] = (key, kept)

    def shown(self):
        return [event for _, event in self.events.values() if event is not None]


def at(day, hour, zone):
    return {"local": f"{day:%Y-%m-%d}T{hour:02}:00:00", "time_zone": zone}


briefer = call("POST", "/v1/briefers", {"name": "Amara Okafor"})[0]["id"]
office = call("GET", "/v1/organizations?kind=national_office&limit=1")[0]["data"][0]["id"]
first_day = datetime.now() + timedelta(days=40)
other_day = first_day + timedelta(days=8)
draft = {
    "title": "Ports; and, \"quotes\"", "topic": "trade", "marking": "official_use", "format": "virtual",
    "starts_at": at(first_day, 10, "America/New_York"), "ends_at": at(first_day, 11, "America/New_York"),
    "capacity": 5, "briefer_ids": [briefer],
}
path = "/v1/briefings/" + call("POST", "/v1/briefings", draft)[0]["id"]
act(path, "schedule")
act(path, "publish")
body = {"organization_id": office, "attendee": {"name": "Ana Ruiz", "email": ana}}
call("POST", f"{path}/registrations", body)

calendar = Calendar()
calendar.take(letters(1)[0])
(event,) = calendar.shown()
assert str(event["SUMMARY"]) == draft["title"], event["SUMMARY"]
assert event["DTSTART"].dt == first_day.replace(
    hour=10, minute=0, second=0, microsecond=0, tzinfo=ZoneInfo("America/New_York")
), event["DTSTART"].dt
uid = str(event["UID"])

_, tag = call("GET", path)
moved = {
    "starts_at": at(other_day, 9, "Europe/Brussels"), "ends_at": at(other_day, 10, "Europe/Brussels"),
}
call("PATCH", path, moved, tag)
both = letters(2)
calendar.take(both[1])
late = Calendar()
late.take(both[1])
late.take(both[0])
for one in (calendar, late):
    (event,) = one.shown()
    assert str(event["UID"]) == uid
    assert event["DTSTART"].dt == other_day.replace(
        hour=9, minute=0, second=0, microsecond=0, tzinfo=ZoneInfo("Europe/Brussels")
    ), event["DTSTART"].dt

act(path, "cancel")
calendar.take(letters(3)[2])
assert calendar.shown() == [], "a cancellation removes it"
assert list(calendar.events) == [uid]
print("three letters, one appointment: made, moved, removed")
