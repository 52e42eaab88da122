"""Clients of a city that create event requests while the service is killed and the city's receiver of
webhooks is down half of the time; then checks that everything is there, once, and was told.

scripts/soak-integrations runs this, and does the killing.
"""

import argparse
import asyncio
import json
import os
import sys
import time
import uuid
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import aiohttp
from receiver import Receiver

CREATED = "event_request.created"
SCOPES = ["requests:read", "requests:write", "events:read", "webhooks:read", "webhooks:write"]

# No key may be stuck for longer.
LONGEST_WAIT = 60.0

# What is due comes within this many seconds: a first retry after five, behind attempts that hang for
# fifteen. What has not come then is due after five minutes and more.
SILENCE = 25.0


class Service:
    """The API, for a caller that asks again until it is answered."""

    def __init__(self, session: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> None:
        self.session = session
        self.url = url
        self.headers = headers
        self.retried = Counter()

    async def send(self, method: str, path: str, body=None, key: str | None = None, wanted: int = 200):
        """The body of the answer that was wanted, however often it takes."""
        headers = dict(self.headers)
        if key:
            headers["Idempotency-Key"] = key
        while True:
            try:
                async with self.session.request(
                    method, self.url + path, json=body, headers=headers
                ) as answer:
                    text = await answer.text()
                    if answer.status == wanted:
                        return json.loads(text)
                    retry = answer.status == 503 or "request_in_flight" in text
                    if not retry:
                        raise SystemExit(f"{method} {path}: {answer.status}: {text}")
                    self.retried[str(answer.status)] += 1
            except (aiohttp.ClientError, TimeoutError) as error:
                self.retried[type(error).__name__] += 1
            await asyncio.sleep(0.05)

    async def records(self, path: str, query: str = "") -> list[dict]:
        """Every record of a list."""
        found, cursor = [], ""
        while True:
            page = await self.send("GET", f"{path}?{query}limit=100&sort=created_at{cursor}")
            found += page["data"]
            if not page["next_cursor"]:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    async def events(self, after: str | None) -> list[dict]:
        """The feed from there to where it ends now."""
        found = []
        while True:
            start = f"&after={after}" if after else ""
            page = await self.send("GET", f"/v1/events?limit=100{start}")
            found += page["data"]
            if not page["has_more"]:
                return found
            after = found[-1]["id"]


def draft(number: int) -> dict:
    """A request like no other, so that none is flagged as a duplicate."""
    day = date.today() + timedelta(days=200 + number % 500)

    def at(hour: int) -> dict:
        return {"local": f"{day}T{hour:02}:00:00", "time_zone": "America/Phoenix"}

    return {
        "request_type": "speaker",
        "title": f"Forum{number}",
        "topic": "trade",
        "external_ref": f"SOAK-{number:06}",
        "starts_at": at(9),
        "ends_at": at(17),
        "details": {"organizer": "City of Phoenix", "purpose": "Connect suppliers."},
    }


class Soak:
    """One run."""

    def __init__(self, options: argparse.Namespace, city: Service, receiver: Receiver) -> None:
        self.options = options
        self.city = city
        self.receiver = receiver
        self.answered: dict[str, str] = {}
        self.longest = 0.0
        self.polled: list[dict] = []
        self.failures: list[str] = []

    def check(self, holds: bool, what: str) -> None:
        """Notes what does not hold."""
        print(f"{'ok    ' if holds else 'FAILED'}  {what}")
        if not holds:
            self.failures.append(what)

    async def client(self, numbers) -> None:
        """Takes the next number, and sends its request until it is answered."""
        for number in numbers:
            body, key, began = draft(number), str(uuid.uuid4()), time.monotonic()
            made = await self.city.send("POST", "/v1/event-requests", body, key, wanted=201)
            self.longest = max(self.longest, time.monotonic() - began)
            self.answered[body["external_ref"]] = made["id"]

    async def poll(self) -> None:
        """Follows the feed while it is written."""
        while True:
            after = self.polled[-1]["id"] if self.polled else None
            self.polled += await self.city.events(after)
            await asyncio.sleep(0.1)

    async def report_progress(self) -> None:
        """Tells scripts/soak-integrations how far the clients have come."""
        while True:
            # In one step: a reader finds the figure before or the one after.
            new = self.options.progress.with_suffix(".new")
            new.write_text(f"{len(self.answered)}\n")
            new.replace(self.options.progress)
            await asyncio.sleep(0.1)

    async def run(self) -> bool:
        """The whole run; whether it passed."""
        poll = asyncio.create_task(self.poll())
        progress = asyncio.create_task(self.report_progress())
        flaky = asyncio.create_task(self.receiver.be_flaky())
        began = time.monotonic()
        numbers = iter(range(self.options.requests))
        await asyncio.gather(*(self.client(numbers) for _ in range(self.options.clients)))
        took = time.monotonic() - began
        print(f"{len(self.answered)} requests in {took:.0f} s; retried {dict(self.city.retried)}")
        # The last kill may be still to come.
        while not self.options.killed.exists():
            await asyncio.sleep(0.1)
        progress.cancel()

        flaky.cancel()
        await self.receiver.set_mode("up")
        back = time.monotonic()
        print(f"the receiver is back for good with {len(self.receiver.accepted)} events")
        events = await self.all_created()
        poll.cancel()
        await self.replay(events)
        print(f"everything is delivered {time.monotonic() - back:.0f} s after the receiver is back")
        await self.check_all(events)
        return not self.failures

    def own(self, events: list[dict]) -> list[dict]:
        """The creations among these events that this run made; the demo has made some before."""
        made = set(self.answered.values())
        return [event for event in events if event["type"] == CREATED and event["subject"]["id"] in made]

    async def all_created(self) -> list[dict]:
        """The feed, once it and the poller tell of every request."""
        deadline = time.monotonic() + 60
        while True:
            if len(self.own(self.polled)) >= len(self.answered) or time.monotonic() > deadline:
                return await self.city.events(None)
            await asyncio.sleep(0.2)

    async def replay(self, events: list[dict]) -> None:
        """Waits for what is due, then asks for what is left, which would come by itself later."""
        created = self.own(events)
        accepted = self.receiver.accepted
        asked, deadline = 0, time.monotonic() + 180
        self.receiver.last_new = time.monotonic()
        while time.monotonic() < deadline:
            missing = [n for n, event in enumerate(created) if event["id"] not in accepted]
            if not missing:
                break
            if time.monotonic() - self.receiver.last_new > SILENCE:
                pending = await self.city.records(f"{self.endpoint}/deliveries", "status=pending&")
                attempts = Counter(delivery["attempt_count"] for delivery in pending)
                print(f"{len(missing)} events are replayed by time; attempts so far: {dict(attempts)}")
                for first, last in spans(missing):
                    until = datetime.fromisoformat(created[last]["occurred_at"]) + timedelta(milliseconds=1)
                    body = {"from": created[first]["occurred_at"], "until": until.isoformat()}
                    answer = await self.city.send("POST", f"{self.endpoint}/replay", body, str(uuid.uuid4()))
                    asked += answer["queued"]
                self.receiver.last_new = time.monotonic()
            await asyncio.sleep(0.2)
        print(f"deliveries replayed: {asked}")

    async def check_all(self, events: list[dict]) -> None:
        """Holds what is stored, what the feed says and what was received against each other."""
        receiver, wanted = self.receiver, self.options.requests
        stored = [
            request
            for request in await self.city.records("/v1/event-requests")
            if (request["external_ref"] or "").startswith("SOAK-")
        ]
        references = Counter(request["external_ref"] for request in stored)
        ids = {request["external_ref"]: request["id"] for request in stored}
        self.check(
            len(stored) == wanted and set(references.values()) == {1},
            f"{len(stored)} requests are stored, {len(references)} references, each once",
        )
        self.check(ids == self.answered, "each has the id that its client was answered")
        self.check(self.longest < LONGEST_WAIT, f"the longest wait for an answer was {self.longest:.1f} s")

        created = self.own(events)
        subjects = Counter(event["subject"]["id"] for event in created)
        self.check(
            set(subjects) == set(ids.values()) and set(subjects.values()) == {1},
            f"the feed tells of each request once: {len(created)} of {len(events)} events",
        )
        feed = [event["id"] for event in events]
        self.check(
            [event["id"] for event in self.polled] == feed[: len(self.polled)]
            and len(self.own(self.polled)) == wanted,
            f"who followed the feed meanwhile was told the same, in the same order: {len(self.polled)}",
        )

        told = {event["id"] for event in created}
        self.check(
            told <= set(receiver.accepted) <= set(feed),
            f"{len(told & set(receiver.accepted))} events were delivered: those of the feed",
        )
        self.check(
            all(receiver.ids_by_request[event["subject"]["id"]] == {event["id"]} for event in created),
            "each has one webhook-id however often it was delivered, that of the feed",
        )
        attempts = sum(receiver.attempts.values())
        javascript = await receiver.verdict()
        first = javascript["first"] or ""
        self.check(
            receiver.good == attempts and not receiver.faults,
            f"standardwebhooks of PyPI verified {receiver.good} of {attempts} attempts {' '.join(receiver.faults[:1])}",
        )
        self.check(
            javascript["good"] == attempts and javascript["bad"] == 0,
            f"standardwebhooks of npm verified {javascript['good']} of {attempts} {first}",
        )
        again = sum(receiver.accepted.values()) - len(receiver.accepted)
        print(f"attempts that reached the receiver: {dict(receiver.attempts)}; accepted again: {again}")

    async def set_up(self, person: Service) -> None:
        """A key and an endpoint, made by the city's staff through the API."""
        me = await person.send("GET", "/v1/me")
        organization = me["memberships"][0]["organization_id"]
        key = await person.send(
            "POST",
            f"/v1/organizations/{organization}/api-keys",
            {"name": "Soak", "scopes": SCOPES},
            wanted=201,
        )
        self.city.headers = {"X-Api-Key": key["secret"]}
        endpoint = await self.city.send(
            "POST",
            "/v1/webhook-endpoints",
            {"url": self.receiver.url, "event_types": [CREATED]},
            str(uuid.uuid4()),
            wanted=201,
        )
        self.receiver.secret = endpoint["secret"]
        self.endpoint = f"/v1/webhook-endpoints/{endpoint['id']}"


def spans(numbers: list[int]) -> list[tuple[int, int]]:
    """The first and the last of what lies close together, no more than 5,000 in one."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number - found[-1][1] <= 50 and number - found[-1][0] < 5000:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


async def main() -> bool:
    """Reads what is wanted, and runs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--requests", type=int, required=True)
    parser.add_argument("--clients", type=int, required=True)
    parser.add_argument("--progress", type=Path, required=True, help="where to say how many are created")
    parser.add_argument("--killed", type=Path, required=True, help="is there once the last kill is done")
    parser.add_argument("--verifier", type=Path, required=True, help="verify.mjs beside its packages")
    options = parser.parse_args()
    receiver = Receiver("node", options.verifier)
    await receiver.start()
    timeout = aiohttp.ClientTimeout(total=10)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        token = os.environ["CHANCERY_SOAK_TOKEN"]
        person = Service(session, options.url, {"Authorization": f"Bearer {token}"})
        soak = Soak(options, Service(session, options.url, {}), receiver)
        await soak.set_up(person)
        return await soak.run()


if __name__ == "__main__":
    sys.exit(0 if asyncio.run(main()) else 1)
