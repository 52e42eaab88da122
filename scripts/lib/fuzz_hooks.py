"""What scripts/fuzz-api teaches Schemathesis about the API, so that a run gets past the front door.
Loaded by way of SCHEMATHESIS_HOOKS.

Schemathesis makes ids of the right form that nothing has, versions that nothing is at, and one
idempotency key for everything. Left alone, most of what it sends ends as 404, 412 or 422 before the
code behind is reached. Here three of four such ids become ids of real records, and every other
version the current one. What is made to be wrong stays wrong.
"""

import base64
import json
import os
import re
import uuid
import zlib

import requests
import schemathesis
from schemathesis.core.parameters import ParameterLocation

URL = os.environ["CHANCERY_FUZZ_URL"]
TOKEN = os.environ["CHANCERY_FUZZ_TOKEN"]
CITY_TOKEN = os.environ["CHANCERY_FUZZ_CITY_TOKEN"]

ID = re.compile(r"([a-z]{3})_[0-9a-z]{26}")
VERSION = re.compile(r'"[0-9]{1,18}(-[0-9a-f]{12})?"')

session = requests.Session()
session.headers["Authorization"] = f"Bearer {TOKEN}"


def own_ids() -> set[str]:
    """The ids of the caller's account and session, from the access token."""
    payload = TOKEN.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return {claims["sub"], claims["sid"]}


def list_ids(path: str) -> list[str]:
    """The ids of the first records of a list; none where the caller may not read it."""
    answer = session.get(URL + path, params={"limit": 20}, timeout=10)
    return [one["id"] for one in answer.json()["data"]] if answer.ok else []


def register_people() -> None:
    """Registers a few people for whatever the city may see: the demo begins with none."""
    city = {"Authorization": f"Bearer {CITY_TOKEN}"}
    seen = requests.get(f"{URL}/v1/briefings", headers=city, timeout=10).json()["data"]
    for briefing in seen:
        for number in range(3):
            attendee = {"name": f"Guest {number}", "email": f"guest{number}@phoenix.example.gov"}
            requests.post(
                f"{URL}/v1/briefings/{briefing['id']}/registrations",
                headers=city,
                json={"attendee": attendee},
                timeout=10,
            )


register_people()
OWN = own_ids()
KNOWN = {
    ids[0][:3]: ids
    for name in ("organizations", "users", "briefers", "venues", "briefings")
    if (ids := list_ids(f"/v1/{name}"))
}
REGISTRATIONS = [
    (briefing, registration)
    for briefing in KNOWN.get("brf", [])
    for registration in list_ids(f"/v1/briefings/{briefing}/registrations")
]


def choice(text: str, count: int) -> int:
    """A number below `count` that follows from the text, so that a seed gives the same run again."""
    return zlib.crc32(text.encode()) % count


def with_known_ids(value):
    """The value with three of four ids in it replaced by ids of real records."""
    if isinstance(value, dict):
        return {key: with_known_ids(member) for key, member in value.items()}
    if isinstance(value, list):
        return [with_known_ids(item) for item in value]
    if isinstance(value, str) and (match := ID.fullmatch(value)):
        known = KNOWN.get(match[1])
        if known and choice(value, 4) > 0:
            return known[choice(value[::-1], len(known))]
    return value


@schemathesis.serializer("text/csv")
def csv(ctx, value):
    """Sends a file as it is."""
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


def is_wrong_on_purpose(case, location: ParameterLocation) -> bool:
    """Whether this part of the request is what the case is about."""
    meta = case.meta
    return meta is not None and (
        meta.is_negative_at(location)
        or (meta.generation.mode.is_negative and meta.phase.data.parameter_location == location)
    )


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Changes a request at the last moment."""
    path = case.path_parameters
    if path and not is_wrong_on_purpose(case, ParameterLocation.PATH):
        for name, value in path.items():
            path[name] = with_known_ids(value)
        value = str(path.get("registration_id", ""))
        if REGISTRATIONS and choice(value, 4) > 0:
            # A registration is found under its own briefing alone.
            pair = REGISTRATIONS[choice(value[::-1], len(REGISTRATIONS))]
            path["id"], path["registration_id"] = pair
        if case.method != "GET" and path.get("id") in OWN:
            # Whoever ends their own session, or takes their own account away, tests nothing more.
            path["id"] = path["id"][:4] + "0" * 26

    if isinstance(case.body, (dict, list)) and not is_wrong_on_purpose(case, ParameterLocation.BODY):
        case.body = with_known_ids(case.body)

    headers = case.headers
    if headers and not is_wrong_on_purpose(case, ParameterLocation.HEADER):
        if "Idempotency-Key" in headers:
            # A key that was used with another request is refused.
            headers["Idempotency-Key"] = str(uuid.uuid4())
        tag = str(headers.get("If-Match", ""))
        if VERSION.fullmatch(tag) and choice(case.formatted_path, 2):
            parts = 6 if "registration_id" in (path or {}) else 4
            record = "/".join(case.formatted_path.split("/")[:parts])
            answer = session.get(URL + record, timeout=10)
            headers["If-Match"] = answer.headers.get("ETag", tag)
