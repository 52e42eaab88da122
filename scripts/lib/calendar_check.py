"""Makes random series of briefings through the API, reads them back as calendars with two libraries,
and compares. For scripts/check-calendars, which says what is needed.

Takes the address of the service, the file of the demo's accounts, a folder with ical.js installed, how
many series, and the seed of chance.
"""

import json
import pathlib
import random
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zoneinfo
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from importlib.metadata import version

import icalendar

url, accounts, folder, count, seed = sys.argv[1:]
folder, count = pathlib.Path(folder), int(count)
chance = random.Random(int(seed))

# Series of one organization: a feed shows a thousand appointments of a kind.
SERIES_A_CITY = 25
# Occurrences of a series, so that each goes over two changes of the clocks within the 400 days that
# a feed shows.
DAYS = 340
GOLDEN = [
    "America/New_York",
    "Europe/Brussels",
    "America/Phoenix",
    "Pacific/Apia",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
]
ZONES = sorted(
    name
    for name in zoneinfo.available_timezones()
    if "/" in name and not name.startswith(("Etc/", "posix/", "right/", "SystemV/"))
)
WEEKDAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]


class Caller:
    """Somebody who signs in, and again when the session has grown old."""

    def __init__(self, email, password):
        self.email, self.password, self.token, self.since = email, password, None, 0

    def call(self, method, path, body=None, tag=None):
        if time.monotonic() - self.since > 300:
            self.token = request(
                "POST", "/v1/auth/login", {"email": self.email, "password": self.password}
            )[0]["access_token"]
            self.since = time.monotonic()
        headers = {"Authorization": f"Bearer {self.token}"}
        if tag:
            headers["If-Match"] = tag
        return request(method, path, body, headers)


def request(method, path, body=None, headers=None):
    headers = dict(headers or {})
    data = None
    if body is not None:
        data = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    asked = urllib.request.Request(url + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(asked) as answer:
            content = answer.read()
            media = answer.headers.get_content_type()
            return (
                json.loads(content) if media == "application/json" else content,
                answer.headers.get("ETag"),
            )
    except urllib.error.HTTPError as refused:
        sys.exit(f"{method} {path}: {refused.code} {refused.read().decode()}")


def nth_weekday(year, month, weekday, nth):
    """The nth such day of a month; the last for -1."""
    first = date(year, month, 1)
    day = first + timedelta((weekday - first.weekday()) % 7)
    if nth > 0:
        return day + timedelta(7 * (nth - 1))
    while (day + timedelta(7)).month == month:
        day += timedelta(7)
    return day


def random_series():
    """A rule with the local dates that it stands for, counted out here."""
    zone = chance.choice(GOLDEN) if chance.random() < 0.3 else chance.choice(ZONES)
    start = date.today() + timedelta(chance.randint(2, 30))
    kind = chance.choice(["weekly", "weekly", "daily", "monthly", "month day"])
    if kind == "weekly":
        interval = chance.choice([1, 2, 3])
        number = DAYS // (7 * interval)
        number = min(number, 40)
        dates = [start + timedelta(7 * interval * turn) for turn in range(number)]
        rule = f"FREQ=WEEKLY;INTERVAL={interval};BYDAY={WEEKDAYS[start.weekday()]};COUNT={number}"
    elif kind == "daily":
        interval = chance.randint(10, 25)
        number = DAYS // interval
        dates = [start + timedelta(interval * turn) for turn in range(number)]
        rule = f"FREQ=DAILY;INTERVAL={interval};COUNT={number}"
    else:
        months = [((start.month + turn) % 12 + 1, start.year + (start.month + turn) // 12) for turn in range(11)]
        if kind == "monthly":
            weekday, nth = chance.randrange(7), chance.choice([1, 2, 3, 4, -1])
            dates = [nth_weekday(year, month, weekday, nth) for month, year in months]
            rule = f"FREQ=MONTHLY;BYDAY={nth}{WEEKDAYS[weekday]};COUNT=11"
        else:
            day = chance.randint(1, 28)
            dates = [date(year, month, day) for month, year in months]
            rule = f"FREQ=MONTHLY;BYMONTHDAY={day};COUNT=11"
    # Not at night, when clocks are changed: those times are for tests of their own.
    begins = timedelta(minutes=5 * chance.randint(4 * 12, 22 * 12))
    lasts = timedelta(minutes=chance.choice([15, 30, 45, 60, 90, 120, 240, 600]))
    times = []
    for day in dates:
        opening = datetime.combine(day, datetime.min.time()) + begins
        times.append((opening, opening + lasts))
    # A time that a change of the clocks skips or repeats has no one instant: such a date is excepted.
    excepted = [one[0].date() for one in times if not all(occurs_once(local, zone) for local in one)]
    return zone, rule, times, excepted


def occurs_once(local, zone):
    there = local.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    return there.utcoffset() == there.replace(fold=1).utcoffset()


def instant(local, zone):
    return int(local.replace(tzinfo=zoneinfo.ZoneInfo(zone)).timestamp())


def shifts_between(times, zone):
    offsets = [local.replace(tzinfo=zoneinfo.ZoneInfo(zone)).utcoffset() for local, _ in times]
    return sum(1 for before, after in zip(offsets, offsets[1:]) if before != after)


def read_with_python(content):
    calendar = icalendar.Calendar.from_ical(content)
    found = []
    for event in calendar.walk("VEVENT"):
        moments = [event.decoded(name) for name in ("DTSTART", "DTEND")]
        assert all(moment.tzinfo is not None for moment in moments), event
        found.append(
            (
                str(event["UID"]),
                *(int(moment.timestamp()) for moment in moments),
                int(event["SEQUENCE"]),
                str(event["STATUS"]),
            )
        )
    return found


def read_with_javascript(paths):
    done = subprocess.run(
        ["node", "calendar_reader.mjs"],
        cwd=folder,
        input="\n".join(str(path) for path in paths),
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(done.stderr)
    return [[tuple(event) for event in calendar] for calendar in json.loads(done.stdout)]


def compare(what, found, expected):
    """Both are instants of beginnings and ends, with how often each is there."""
    found, expected = Counter(found), Counter(expected)
    if found != expected:
        for start, end in list((expected - found).elements())[:5]:
            print(f"{what}: not shown: {start} to {end}", file=sys.stderr)
        for start, end in list((found - expected).elements())[:5]:
            print(f"{what}: shown and not meant: {start} to {end}", file=sys.stderr)
        sys.exit(f"{what}: {sum((found - expected).values())} are wrong")


def main():
    own = next(one for one in json.load(open(accounts)) if one["role"] == "administrator")
    admin = Caller(own["email"], own["password"])
    cities = -(-count // SERIES_A_CITY)
    organizations = admin.call("GET", f"/v1/organizations?kind=municipality&limit={min(cities, 100)}")[0]["data"]
    assert len(organizations) == cities, f"the demo has {len(organizations)} cities, not {cities}"
    # Somebody who works for all of them, with a calendar of each.
    password = "for this check alone: 4711 chairs"
    made = admin.call(
        "POST",
        "/v1/users",
        {
            "email": "calendars@check.example.gov",
            "name": "Calendars",
            "memberships": [
                {"organization_id": one["id"], "role": "local_staff"} for one in organizations
            ],
        },
    )[0]
    request("POST", "/v1/auth/accept-invitation", {"token": made["invitation"]["token"], "password": password}, {})
    reader = Caller("calendars@check.example.gov", password)

    # What the demo has of its own is in the feeds before.
    addresses, of_demo = {}, set()
    for organization in organizations:
        body = {
            "kind": "organization",
            "organization_id": organization["id"],
            "name": "Check",
            "includes": ["briefings"],
        }
        calendar = reader.call("POST", "/v1/calendars", body)[0]
        addresses[organization["id"]] = "/" + calendar["url"].split("/", 3)[3]
        before = read_with_python(request("GET", addresses[organization["id"]])[0])
        of_demo.update(uid for uid, *_ in before)

    expected, series, shifts, zones = {}, [], 0, set()
    for number in range(count):
        city = organizations[number // SERIES_A_CITY]
        zone, rule, times, excepted = random_series()
        while times[0][0].date() in excepted:
            zone, rule, times, excepted = random_series()
        briefer = admin.call("POST", "/v1/briefers", {"name": f"Briefer {number}"})[0]
        starts, ends = times[0]
        body = {
            "title": f"Series {number}",
            "topic": "time",
            "format": "virtual",
            "capacity": 25,
            "recurrence": rule,
            "starts_at": {"local": starts.isoformat(), "time_zone": zone},
            "ends_at": {"local": ends.isoformat(), "time_zone": zone},
            "meeting_url": "https://meet.example.gov/check",
            "briefer_ids": [briefer["id"]],
            "audience": {"scope": "invitation", "organization_ids": [city["id"]]},
            "except": [day.isoformat() for day in excepted],
            "schedule": True,
        }
        times = [one for one in times if one[0].date() not in excepted]
        record, tag = admin.call("POST", "/v1/briefing-series", body)
        admin.call("POST", f"/v1/briefing-series/{record['id']}/publish", tag=tag)
        meant = [(instant(start, zone), instant(end, zone)) for start, end in times]
        expected.setdefault(city["id"], []).extend(meant)
        series.append((record["id"], meant))
        shifts += shifts_between(times, zone)
        zones.add(zone)

    files, meant = [], []
    for organization in expected:
        files.append((f"feed of {organization}", request("GET", addresses[organization])[0]))
        meant.append(expected[organization])
    for identifier, times in series:
        path = f"/v1/briefing-series/{identifier}.ics"
        files.append((path, reader.call("GET", path)[0]))
        meant.append(times)
    in_series = [event for name, content in files if "/v1/" in name for event in read_with_python(content)]
    singles = chance.sample(in_series, min(200, len(in_series)))
    for uid, start, end, _, _ in singles:
        path = f"/v1/briefings/{uid.removesuffix('@chancery')}.ics"
        files.append((path, reader.call("GET", path)[0]))
        meant.append([(start, end)])

    paths = []
    for number, (_, content) in enumerate(files):
        path = folder / f"calendar-{number}.ics"
        path.write_bytes(content)
        paths.append(path)
    instants = 0
    for (name, content), javascript, times in zip(files, read_with_javascript(paths), meant):
        python = read_with_python(content)
        for library, found in [("icalendar", python), ("ical.js", javascript)]:
            own = [event[1:3] for event in found if event[0] not in of_demo]
            compare(f"{library}, {name}", own, times)
        if [event[3:] for event in python] != [event[3:] for event in javascript]:
            sys.exit(f"{name}: the libraries read SEQUENCE or STATUS differently")
        instants += 2 * len(times)
    feeds = len(expected)
    print(
        f"{count} series in {len(zones)} zones, {sum(map(len, expected.values()))} occurrences over "
        f"{shifts} changes of the clocks: {instants} beginnings and ends of {feeds} feeds, {count} files of "
        f"series and {len(singles)} of briefings, read alike and as meant by icalendar "
        f"{version('icalendar')} and ical.js; zones of tzdata {version('tzdata')}"
    )


main()
