CREATE TABLE briefings (
    id TEXT PRIMARY KEY NOT NULL,
    title TEXT NOT NULL,
    title_folded TEXT NOT NULL,
    topic TEXT NOT NULL,
    summary TEXT,
    internal_notes TEXT,
    marking TEXT NOT NULL CONSTRAINT briefings_marking_check CHECK (marking IN ('public', 'official_use', 'cui')),
    status TEXT NOT NULL CONSTRAINT briefings_status_check CHECK (status IN ('draft', 'scheduled', 'published', 'postponed', 'cancelled', 'delivered', 'closed')),
    format TEXT NOT NULL CONSTRAINT briefings_format_check CHECK (format IN ('in_person', 'virtual', 'hybrid')),
    time_zone TEXT NOT NULL,
    starts_local TIMESTAMP NOT NULL,
    starts_at TIMESTAMP NOT NULL,
    ends_local TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    rsvp_deadline TIMESTAMP,
    access_deadline TIMESTAMP,
    venue_id TEXT CONSTRAINT briefings_venue_id_fkey REFERENCES venues (id),
    meeting_url TEXT,
    capacity BIGINT NOT NULL CONSTRAINT briefings_capacity_check CHECK (capacity >= 1),
    audience TEXT NOT NULL CONSTRAINT briefings_audience_check CHECK (audience IN ('everyone', 'kinds', 'states', 'invitation')),
    organization_id TEXT CONSTRAINT briefings_organization_id_fkey REFERENCES organizations (id),
    next_place BIGINT NOT NULL,
    reason TEXT,
    published_at TIMESTAMP,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT briefings_times_check CHECK (starts_at < ends_at)
);
CREATE INDEX briefings_starts_at_idx ON briefings (starts_at, id);
CREATE INDEX briefings_status_idx ON briefings (status, starts_at, id);
CREATE INDEX briefings_created_at_idx ON briefings (created_at, id);
CREATE INDEX briefings_venue_id_idx ON briefings (venue_id);
CREATE INDEX briefings_organization_id_idx ON briefings (organization_id);

CREATE TABLE briefing_briefers (
    briefing_id TEXT NOT NULL CONSTRAINT briefing_briefers_briefing_id_fkey REFERENCES briefings (id),
    briefer_id TEXT NOT NULL CONSTRAINT briefing_briefers_briefer_id_fkey REFERENCES briefers (id),
    CONSTRAINT briefing_briefers_pkey PRIMARY KEY (briefing_id, briefer_id)
);
CREATE INDEX briefing_briefers_briefer_id_idx ON briefing_briefers (briefer_id);

CREATE TABLE briefing_audiences (
    briefing_id TEXT NOT NULL CONSTRAINT briefing_audiences_briefing_id_fkey REFERENCES briefings (id),
    value TEXT NOT NULL,
    CONSTRAINT briefing_audiences_pkey PRIMARY KEY (briefing_id, value)
);
CREATE INDEX briefing_audiences_value_idx ON briefing_audiences (value, briefing_id);

CREATE TABLE bookings (
    resource_id TEXT NOT NULL,
    briefing_id TEXT NOT NULL CONSTRAINT bookings_briefing_id_fkey REFERENCES briefings (id),
    starts_at TIMESTAMP NOT NULL,
    ends_at TIMESTAMP NOT NULL,
    CONSTRAINT bookings_pkey PRIMARY KEY (resource_id, briefing_id),
    CONSTRAINT bookings_times_check CHECK (starts_at < ends_at)
);
CREATE INDEX bookings_resource_time_idx ON bookings (resource_id, ends_at);
CREATE INDEX bookings_briefing_id_idx ON bookings (briefing_id);

CREATE TABLE registrations (
    id TEXT PRIMARY KEY NOT NULL,
    briefing_id TEXT NOT NULL CONSTRAINT registrations_briefing_id_fkey REFERENCES briefings (id),
    organization_id TEXT NOT NULL CONSTRAINT registrations_organization_id_fkey REFERENCES organizations (id),
    attendee_name TEXT NOT NULL,
    attendee_email TEXT NOT NULL,
    attendee_email_folded TEXT NOT NULL,
    attendee_title TEXT,
    accommodations TEXT,
    status TEXT NOT NULL CONSTRAINT registrations_status_check CHECK (status IN ('confirmed', 'waitlisted', 'cancelled')),
    place BIGINT NOT NULL,
    seat BIGINT,
    checked_in_at TIMESTAMP,
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    CONSTRAINT registrations_place_key UNIQUE (briefing_id, place),
    CONSTRAINT registrations_seat_check CHECK ((status = 'confirmed') = (seat IS NOT NULL))
);
CREATE UNIQUE INDEX registrations_attendee_key ON registrations (briefing_id, attendee_email_folded) WHERE status <> 'cancelled';
CREATE UNIQUE INDEX registrations_seat_key ON registrations (briefing_id, seat) WHERE seat IS NOT NULL;
CREATE INDEX registrations_organization_id_idx ON registrations (organization_id);

-- Stands behind the lock: no briefer and no venue is ever booked twice at one time.
CREATE TRIGGER bookings_no_overlap_on_insert BEFORE INSERT ON bookings
WHEN EXISTS (
    SELECT 1 FROM bookings b
    WHERE b.resource_id = NEW.resource_id AND b.briefing_id <> NEW.briefing_id
        AND b.starts_at < NEW.ends_at AND b.ends_at > NEW.starts_at
)
BEGIN
    SELECT RAISE(ABORT, 'bookings_no_overlap');
END;
CREATE TRIGGER bookings_no_overlap_on_update BEFORE UPDATE ON bookings
WHEN EXISTS (
    SELECT 1 FROM bookings b
    WHERE b.resource_id = NEW.resource_id AND b.briefing_id <> NEW.briefing_id
        AND b.starts_at < NEW.ends_at AND b.ends_at > NEW.starts_at
)
BEGIN
    SELECT RAISE(ABORT, 'bookings_no_overlap');
END;
