"""A tour of the API with a client that is generated from the OpenAPI document: the office drafts,
schedules and publishes a briefing, a city registers someone, the office sees it.

scripts/check-clients generates the package `chancery_client` beside this file and runs it.
"""

import json
import os
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TypeVar

from chancery_client import AuthenticatedClient, Client
from chancery_client.api.briefings import create_briefing, list_briefings, publish_briefing, schedule_briefing
from chancery_client.api.directory import create_briefer, create_venue, list_organizations
from chancery_client.api.identity import log_in
from chancery_client.api.registrations import list_registrations, register_attendee
from chancery_client.models import (
    Attendee,
    Audience,
    AudienceScope,
    BriefingFormat,
    CreateBriefer,
    CreateBriefing,
    CreateRegistration,
    CreateVenue,
    ListBriefingsSort,
    ListOrganizationsKind,
    ListOrganizationsSort,
    LogIn,
    ProblemDocument,
    ZonedTimeInput,
)
from chancery_client.types import Response

URL = os.environ["CHANCERY_URL"]

T = TypeVar("T")


def body(response: Response[T | ProblemDocument]) -> T:
    """The body of a good answer. Ends the tour at any other, with what the problem says."""
    if response.status_code not in (HTTPStatus.OK, HTTPStatus.CREATED):
        raise SystemExit(f"{response.status_code}: {response.content.decode(errors='replace')}")
    return response.parsed


def version(response: Response) -> str:
    """The version of a record, which a change has to name."""
    return response.headers["ETag"]


def sign_in(account: str) -> AuthenticatedClient:
    """Signs in, and gives a client that acts for this account."""
    tokens = body(
        log_in.sync_detailed(
            client=Client(base_url=URL),
            body=LogIn(
                email=os.environ[f"CHANCERY_{account}_EMAIL"],
                password=os.environ[f"CHANCERY_{account}_PASSWORD"],
            ),
        )
    )
    return AuthenticatedClient(base_url=URL, token=tokens.access_token)


def in_two_months(hour: int) -> ZonedTimeInput:
    """A full hour in Phoenix, two months from now."""
    day = datetime.now(UTC).date() + timedelta(days=60)
    return ZonedTimeInput(local=f"{day}T{hour:02}:00:00", time_zone="America/Phoenix")


def main() -> None:
    """Takes the tour."""
    office = sign_in("ADMIN")

    found = body(
        list_organizations.sync_detailed(
            client=office,
            q="phoenix",
            kind=ListOrganizationsKind("municipality"),
            country="US",
            sort=ListOrganizationsSort("-population"),
        )
    )
    phoenix = found.data[0]
    print(f"found        {phoenix.name}, {phoenix.subdivision}: {phoenix.id}")

    briefer = body(
        create_briefer.sync_detailed(
            client=office,
            body=CreateBriefer(
                name="Amara Okafor",
                title="Deputy Director, Trade Policy",
                email="amara.okafor@example.gov",
            ),
        )
    )
    print(f"added        {briefer.name}: {briefer.id}")

    venue = body(
        create_venue.sync_detailed(
            client=office,
            body=CreateVenue(
                name="Phoenix City Hall",
                address="200 W Washington St, Phoenix, AZ 85003",
                time_zone="America/Phoenix",
                capacity=120,
                organization_id=phoenix.id,
            ),
        )
    )
    print(f"added        {venue.name}: {venue.id}")

    drafted = create_briefing.sync_detailed(
        client=office,
        body=CreateBriefing(
            title="Semiconductor supply chains",
            topic="trade",
            format_=BriefingFormat.IN_PERSON,
            starts_at=in_two_months(14),
            ends_at=in_two_months(15),
            venue_id=venue.id,
            briefer_ids=[briefer.id],
            capacity=25,
            audience=Audience(scope=AudienceScope.STATES, states=["US-AZ"]),
        ),
    )
    briefing = body(drafted)
    print(f"drafted      {briefing.title}: {briefing.id}")

    # Each change names the version that it was made against: nobody overwrites what they have not
    # seen.
    scheduled = schedule_briefing.sync_detailed(briefing.id, client=office, if_match=version(drafted))
    print(f"scheduled    {body(scheduled).starts_at.utc}, with {len(body(scheduled).briefers)} briefer")

    published = publish_briefing.sync_detailed(briefing.id, client=office, if_match=version(scheduled))
    print(f"published    at {body(published).published_at}")

    city = sign_in("CITY")

    listed = body(list_briefings.sync_detailed(client=city, sort=ListBriefingsSort("-created_at")))
    if briefing.id not in [one.id for one in listed.data]:
        raise SystemExit("the city does not see the briefing")
    print(f"city sees    {len(listed.data)} briefings, this one among them")

    # With a key the request may be repeated after a broken connection: one registration, whatever
    # happens.
    registered = body(
        register_attendee.sync_detailed(
            briefing.id,
            client=city,
            idempotency_key=f"tour-{briefing.id}",
            body=CreateRegistration(
                attendee=Attendee(
                    name="Ana Ruiz",
                    email="ana.ruiz@phoenix.example.gov",
                    title="Chief of Staff",
                )
            ),
        )
    )
    print(f"registered   {registered.attendee.name}: {registered.status}")

    registrations = body(list_registrations.sync_detailed(briefing.id, client=office))
    seen = [one for one in registrations.data if one.id == registered.id]
    if not seen:
        raise SystemExit("the office does not see the registration")
    print("office sees ", json.dumps(seen[0].to_dict(), indent=2))


if __name__ == "__main__":
    main()
