//! The tables, as diesel sees them. A test compares this file with both migrated databases.

#![expect(missing_docs, reason = "the columns are described in the migrations")]

diesel::table! {
    events (sequence) {
        sequence -> BigInt,
        id -> Text,
        kind -> Text,
        occurred_at -> Timestamp,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        organization_id -> Nullable<Text>,
        subject_kind -> Text,
        subject_id -> Text,
        subject_version -> Nullable<BigInt>,
        marking -> Text,
        payload -> Text,
        request_id -> Text,
        position -> Nullable<BigInt>,
        hash -> Nullable<Text>,
    }
}

diesel::table! {
    worker_leases (name) {
        name -> Text,
        holder -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    idempotency_keys (caller, key) {
        caller -> Text,
        key -> Text,
        fingerprint -> Text,
        status -> Integer,
        body -> Nullable<Text>,
        location -> Nullable<Text>,
        etag -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    organizations (id) {
        id -> Text,
        kind -> Text,
        name -> Text,
        name_folded -> Text,
        country -> Text,
        subdivision -> Nullable<Text>,
        parent_id -> Nullable<Text>,
        population -> Nullable<BigInt>,
        time_zone -> Nullable<Text>,
        latitude -> Nullable<Double>,
        longitude -> Nullable<Double>,
        source_id -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    briefers (id) {
        id -> Text,
        name -> Text,
        name_folded -> Text,
        title -> Nullable<Text>,
        email -> Nullable<Text>,
        organization_id -> Nullable<Text>,
        is_active -> Bool,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    venues (id) {
        id -> Text,
        name -> Text,
        name_folded -> Text,
        address -> Text,
        time_zone -> Text,
        capacity -> Nullable<BigInt>,
        organization_id -> Nullable<Text>,
        is_active -> Bool,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    users (id) {
        id -> Text,
        email -> Text,
        email_folded -> Text,
        name -> Text,
        name_folded -> Text,
        status -> Text,
        password_hash -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    memberships (id) {
        id -> Text,
        user_id -> Text,
        organization_id -> Text,
        role -> Text,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        user_id -> Text,
        created_at -> Timestamp,
        refreshed_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        end_reason -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        address -> Nullable<Text>,
    }
}

diesel::table! {
    refresh_tokens (digest) {
        digest -> Text,
        session_id -> Text,
        issued_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    invitations (digest) {
        digest -> Text,
        user_id -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    login_throttles (key) {
        key -> Text,
        failures -> BigInt,
        consecutive -> BigInt,
        window_began_at -> Timestamp,
        blocked_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    signing_keys (id) {
        id -> Text,
        public_key -> Text,
        sealed_private_key -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    briefings (id) {
        id -> Text,
        title -> Text,
        title_folded -> Text,
        topic -> Text,
        summary -> Nullable<Text>,
        internal_notes -> Nullable<Text>,
        marking -> Text,
        status -> Text,
        format -> Text,
        time_zone -> Text,
        starts_local -> Timestamp,
        starts_at -> Timestamp,
        ends_local -> Timestamp,
        ends_at -> Timestamp,
        rsvp_deadline -> Nullable<Timestamp>,
        access_deadline -> Nullable<Timestamp>,
        venue_id -> Nullable<Text>,
        meeting_url -> Nullable<Text>,
        capacity -> BigInt,
        audience -> Text,
        organization_id -> Nullable<Text>,
        next_place -> BigInt,
        reason -> Nullable<Text>,
        published_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    briefing_briefers (briefing_id, briefer_id) {
        briefing_id -> Text,
        briefer_id -> Text,
    }
}

diesel::table! {
    briefing_audiences (briefing_id, value) {
        briefing_id -> Text,
        value -> Text,
    }
}

diesel::table! {
    bookings (resource_id, briefing_id) {
        resource_id -> Text,
        briefing_id -> Text,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
    }
}

diesel::table! {
    registrations (id) {
        id -> Text,
        briefing_id -> Text,
        organization_id -> Text,
        attendee_name -> Text,
        attendee_email -> Text,
        attendee_email_folded -> Text,
        attendee_title -> Nullable<Text>,
        accommodations -> Nullable<Text>,
        status -> Text,
        place -> BigInt,
        seat -> Nullable<BigInt>,
        checked_in_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::joinable!(memberships -> users (user_id));
diesel::joinable!(memberships -> organizations (organization_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::joinable!(invitations -> users (user_id));
diesel::joinable!(briefers -> organizations (organization_id));
diesel::joinable!(venues -> organizations (organization_id));
diesel::joinable!(briefings -> venues (venue_id));
diesel::joinable!(briefing_briefers -> briefings (briefing_id));
diesel::joinable!(briefing_briefers -> briefers (briefer_id));
diesel::joinable!(briefing_audiences -> briefings (briefing_id));
diesel::joinable!(bookings -> briefings (briefing_id));
diesel::joinable!(registrations -> briefings (briefing_id));
diesel::joinable!(registrations -> organizations (organization_id));

diesel::allow_tables_to_appear_in_same_query!(
    events,
    worker_leases,
    idempotency_keys,
    organizations,
    briefers,
    venues,
    users,
    memberships,
    sessions,
    refresh_tokens,
    invitations,
    login_throttles,
    signing_keys,
    briefings,
    briefing_briefers,
    briefing_audiences,
    bookings,
    registrations,
);
