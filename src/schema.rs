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
        shared -> Nullable<Text>,
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
        requires_access_data -> Bool,
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
        sequence -> BigInt,
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
    briefing_series (id) {
        id -> Text,
        title -> Text,
        title_folded -> Text,
        marking -> Text,
        status -> Text,
        recurrence -> Text,
        time_zone -> Text,
        starts_local -> Timestamp,
        starts_at -> Timestamp,
        ends_local -> Timestamp,
        plan -> Text,
        split_from_id -> Nullable<Text>,
        reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    briefing_occurrences (briefing_id) {
        briefing_id -> Text,
        series_id -> Text,
        planned_local -> Timestamp,
        is_current -> Bool,
        changed -> Text,
    }
}

diesel::table! {
    briefing_series_exceptions (series_id, planned_local) {
        series_id -> Text,
        planned_local -> Timestamp,
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

diesel::table! {
    journal_readers (name) {
        name -> Text,
        position -> BigInt,
    }
}

diesel::table! {
    api_keys (id) {
        id -> Text,
        organization_id -> Text,
        name -> Text,
        scopes -> Text,
        is_sandbox -> Bool,
        created_by -> Text,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
        revoked_by -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    api_key_secrets (digest) {
        digest -> Text,
        key_id -> Text,
        hint -> Text,
        created_at -> Timestamp,
        retires_at -> Nullable<Timestamp>,
        last_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    event_requests (id) {
        id -> Text,
        organization_id -> Text,
        reference -> Nullable<Text>,
        external_ref -> Nullable<Text>,
        is_sandbox -> Bool,
        request_type -> Text,
        title -> Text,
        title_folded -> Text,
        topic -> Text,
        marking -> Text,
        status -> Text,
        time_zone -> Text,
        starts_local -> Timestamp,
        starts_at -> Timestamp,
        ends_local -> Timestamp,
        ends_at -> Timestamp,
        decision_deadline -> Nullable<Timestamp>,
        form -> Text,
        internal_notes -> Nullable<Text>,
        expedite_reason -> Nullable<Text>,
        awaited -> Text,
        assignee_id -> Nullable<Text>,
        official_id -> Nullable<Text>,
        reason -> Nullable<Text>,
        created_by_kind -> Text,
        created_by_id -> Text,
        submitted_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    event_request_series (series) {
        series -> Text,
        last_number -> BigInt,
    }
}

diesel::table! {
    event_request_clocks (request_id) {
        request_id -> Text,
        budget_seconds -> BigInt,
        spent_seconds -> BigInt,
        started_at -> Timestamp,
        running_since -> Nullable<Timestamp>,
        due_at -> Nullable<Timestamp>,
        stopped_at -> Nullable<Timestamp>,
        overdue_noted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    event_request_duplicates (request_id, other_id) {
        request_id -> Text,
        other_id -> Text,
    }
}

diesel::table! {
    event_request_reports (request_id) {
        request_id -> Text,
        attendance -> Nullable<BigInt>,
        outcome -> Text,
        filed_at -> Timestamp,
    }
}

diesel::table! {
    clearances (id) {
        id -> Text,
        request_id -> Text,
        kind -> Text,
        step -> BigInt,
        status -> Text,
        requested_by -> Text,
        opened_at -> Nullable<Timestamp>,
        deemed_at -> Nullable<Timestamp>,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    request_comments (id) {
        id -> Text,
        request_id -> Text,
        author_kind -> Text,
        author_id -> Text,
        visibility -> Text,
        marking -> Text,
        body -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    request_documents (id) {
        id -> Text,
        request_id -> Text,
        kind -> Text,
        filename -> Text,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Text,
        storage_key -> Text,
        visibility -> Text,
        marking -> Text,
        uploaded_by_kind -> Text,
        uploaded_by_id -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    webhook_endpoints (id) {
        id -> Text,
        organization_id -> Text,
        url -> Text,
        description -> Nullable<Text>,
        event_types -> Text,
        sealed_secret -> Text,
        sealed_previous_secret -> Nullable<Text>,
        previous_secret_until -> Nullable<Timestamp>,
        status -> Text,
        disabled_reason -> Nullable<Text>,
        failing_since -> Nullable<Timestamp>,
        starts_after -> BigInt,
        created_by_kind -> Text,
        created_by_id -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    webhook_deliveries (id) {
        id -> Text,
        endpoint_id -> Text,
        event_id -> Text,
        event_type -> Text,
        position -> BigInt,
        status -> Text,
        attempts -> BigInt,
        round_attempts -> BigInt,
        next_attempt_at -> Timestamp,
        claimed_by -> Nullable<Text>,
        response_status -> Nullable<BigInt>,
        last_error -> Nullable<Text>,
        delivered_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    webhook_attempts (delivery_id, number) {
        delivery_id -> Text,
        number -> BigInt,
        attempted_at -> Timestamp,
        duration_milliseconds -> BigInt,
        response_status -> Nullable<BigInt>,
        error -> Nullable<Text>,
    }
}

diesel::table! {
    programs (id) {
        id -> Text,
        name -> Text,
        name_folded -> Text,
        legal_basis -> Text,
        description -> Nullable<Text>,
        default_term_months -> BigInt,
        max_term_months -> BigInt,
        report_interval_months -> BigInt,
        report_due_days -> BigInt,
        final_report_due_days -> BigInt,
        host_duties -> Text,
        sign_off_roles -> Text,
        is_active -> Bool,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    calls (id) {
        id -> Text,
        program_id -> Text,
        title -> Text,
        title_folded -> Text,
        status -> Text,
        time_zone -> Text,
        closes_local -> Timestamp,
        closes_at -> Timestamp,
        places -> BigInt,
        reserve_places -> BigInt,
        is_blind -> Bool,
        reviews_per_application -> BigInt,
        normalisation -> Text,
        rubric -> Text,
        eligibility -> Text,
        form_version -> BigInt,
        opened_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
        review_started_at -> Nullable<Timestamp>,
        decided_at -> Nullable<Timestamp>,
        announced_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    call_forms (call_id, version) {
        call_id -> Text,
        version -> BigInt,
        json_schema -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    late_codes (id) {
        id -> Text,
        call_id -> Text,
        organization_id -> Text,
        digest -> Text,
        reason -> Text,
        created_by -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    applications (id) {
        id -> Text,
        call_id -> Text,
        organization_id -> Text,
        status -> Text,
        title -> Text,
        title_folded -> Text,
        blind_title -> Text,
        blind_title_folded -> Text,
        form_version -> BigInt,
        answers -> Text,
        needs -> Text,
        late_code_id -> Nullable<Text>,
        waiver_reason -> Nullable<Text>,
        waived_by -> Nullable<Text>,
        waived_at -> Nullable<Timestamp>,
        reserve_rank -> Nullable<BigInt>,
        reason -> Nullable<Text>,
        created_by_kind -> Text,
        created_by_id -> Text,
        submitted_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    panel_members (call_id, user_id) {
        call_id -> Text,
        user_id -> Text,
        added_at -> Timestamp,
    }
}

diesel::table! {
    review_assignments (application_id, user_id) {
        application_id -> Text,
        user_id -> Text,
        call_id -> Text,
        method -> Text,
        assigned_at -> Timestamp,
    }
}

diesel::table! {
    declared_conflicts (call_id, user_id, organization_id) {
        call_id -> Text,
        user_id -> Text,
        organization_id -> Text,
        reason -> Text,
        declared_by -> Text,
        declared_at -> Timestamp,
    }
}

diesel::table! {
    reviews (id) {
        id -> Text,
        application_id -> Text,
        call_id -> Text,
        reviewer_id -> Text,
        is_abstention -> Bool,
        scores -> Text,
        comment -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    sign_offs (id) {
        id -> Text,
        call_id -> Text,
        step -> BigInt,
        role -> Text,
        slate_digest -> Text,
        decision -> Text,
        reason -> Text,
        signed_by -> Text,
        signed_at -> Timestamp,
    }
}

diesel::table! {
    officers (id) {
        id -> Text,
        user_id -> Nullable<Text>,
        name -> Text,
        name_folded -> Text,
        grade -> Text,
        available_from -> Nullable<Date>,
        available_until -> Nullable<Date>,
        notes -> Nullable<Text>,
        is_active -> Bool,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    officer_traits (officer_id, kind, value) {
        officer_id -> Text,
        kind -> Text,
        value -> Text,
        level -> Nullable<BigInt>,
    }
}

diesel::table! {
    officer_recusals (officer_id, organization_id) {
        officer_id -> Text,
        organization_id -> Text,
        reason -> Text,
    }
}

diesel::table! {
    placements (id) {
        id -> Text,
        program_id -> Text,
        application_id -> Nullable<Text>,
        officer_id -> Text,
        organization_id -> Text,
        slot -> BigInt,
        status -> Text,
        time_zone -> Text,
        starts_on -> Date,
        ends_on -> Date,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        replaces_id -> Nullable<Text>,
        supervisor -> Nullable<Text>,
        workplan -> Nullable<Text>,
        internal_notes -> Nullable<Text>,
        office_signed_by -> Nullable<Text>,
        office_signed_at -> Nullable<Timestamp>,
        host_signed_by -> Nullable<Text>,
        host_signed_at -> Nullable<Timestamp>,
        reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    placement_holds (resource_id, placement_id) {
        resource_id -> Text,
        placement_id -> Text,
        starts_on -> Date,
        ends_on -> Date,
    }
}

diesel::table! {
    placement_terms (placement_id, ordinal) {
        placement_id -> Text,
        ordinal -> BigInt,
        change -> Text,
        starts_on -> Date,
        ends_on -> Date,
        reason -> Nullable<Text>,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        occurred_at -> Timestamp,
    }
}

diesel::table! {
    placement_reports (id) {
        id -> Text,
        placement_id -> Text,
        kind -> Text,
        ordinal -> BigInt,
        status -> Text,
        period_starts_on -> Date,
        period_ends_on -> Date,
        period_ends_at -> Timestamp,
        due_at -> Timestamp,
        meetings -> BigInt,
        delegations -> BigInt,
        agreements -> BigInt,
        investment_leads -> BigInt,
        public_summary -> Nullable<Text>,
        internal_part -> Nullable<Text>,
        reason -> Nullable<Text>,
        handed_in_at -> Nullable<Timestamp>,
        accepted_at -> Nullable<Timestamp>,
        reminders -> BigInt,
        overdue_noted_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    postings (id) {
        id -> Text,
        user_id -> Text,
        organization_id -> Text,
        role -> Text,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
    }
}

diesel::table! {
    assemblies (id) {
        id -> Text,
        name -> Text,
        name_folded -> Text,
        purpose -> Nullable<Text>,
        status -> Text,
        time_zone -> Text,
        starts_on -> Date,
        ends_on -> Date,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        composition -> Text,
        regions -> Text,
        quorum -> Text,
        workflow -> Text,
        notice_days -> BigInt,
        max_proxies -> BigInt,
        seconds_needed -> BigInt,
        is_ballot_replaceable -> Bool,
        last_session_number -> BigInt,
        last_motion_number -> BigInt,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    seats (id) {
        id -> Text,
        assembly_id -> Text,
        organization_id -> Text,
        status -> Text,
        kind -> Text,
        region -> Nullable<Text>,
        population -> Nullable<BigInt>,
        affiliation -> Nullable<Text>,
        starts_on -> Date,
        ends_on -> Date,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        nominee_id -> Nullable<Text>,
        nominee_office -> Nullable<Text>,
        statement -> Nullable<Text>,
        nominated_by -> Nullable<Text>,
        reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    seat_occupancies (id) {
        id -> Text,
        seat_id -> Text,
        capacity -> Text,
        user_id -> Text,
        office -> Text,
        starts_at -> Timestamp,
        ends_at -> Nullable<Timestamp>,
        end_reason -> Nullable<Text>,
        end_note -> Nullable<Text>,
        started_by_kind -> Text,
        started_by_id -> Nullable<Text>,
        ended_by_kind -> Nullable<Text>,
        ended_by_id -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    assembly_sessions (id) {
        id -> Text,
        assembly_id -> Text,
        number -> BigInt,
        title -> Text,
        title_folded -> Text,
        status -> Text,
        format -> Text,
        time_zone -> Text,
        starts_local -> Timestamp,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        venue -> Nullable<Text>,
        meeting_url -> Nullable<Text>,
        presiding -> Nullable<Text>,
        legal_review -> Text,
        legal_basis -> Nullable<Text>,
        legal_reviewed_by -> Nullable<Text>,
        legal_reviewed_at -> Nullable<Timestamp>,
        federal_officer -> Nullable<Text>,
        notice_citation -> Nullable<Text>,
        cloned_from_id -> Nullable<Text>,
        has_quorum -> Bool,
        called_at -> Nullable<Timestamp>,
        agenda_published_at -> Nullable<Timestamp>,
        opened_at -> Nullable<Timestamp>,
        adjourned_at -> Nullable<Timestamp>,
        adjournment -> Nullable<Text>,
        closing_note -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    session_participants (id) {
        id -> Text,
        session_id -> Text,
        name -> Text,
        affiliation -> Text,
        kind -> Text,
        role -> Nullable<Text>,
        added_by_kind -> Text,
        added_by_id -> Nullable<Text>,
        created_at -> Timestamp,
        removed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    seat_proxies (id) {
        id -> Text,
        session_id -> Text,
        seat_id -> Text,
        proxy_seat_id -> Text,
        proxy_user_id -> Text,
        note -> Nullable<Text>,
        designated_by_kind -> Text,
        designated_by_id -> Nullable<Text>,
        designated_at -> Timestamp,
        revoked_by_kind -> Nullable<Text>,
        revoked_by_id -> Nullable<Text>,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    agenda_items (id) {
        id -> Text,
        session_id -> Text,
        parent_id -> Nullable<Text>,
        position -> BigInt,
        number -> Text,
        title -> Text,
        description -> Nullable<Text>,
        minutes -> Nullable<BigInt>,
        is_struck -> Bool,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    agenda_amendments (session_id, ordinal) {
        session_id -> Text,
        ordinal -> BigInt,
        change -> Text,
        item_id -> Nullable<Text>,
        before -> Nullable<Text>,
        after -> Nullable<Text>,
        reason -> Text,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        occurred_at -> Timestamp,
    }
}

diesel::table! {
    agenda_speakers (id) {
        id -> Text,
        session_id -> Text,
        item_id -> Text,
        seat_id -> Text,
        user_id -> Text,
        is_point_of_order -> Bool,
        note -> Nullable<Text>,
        status -> Text,
        requested_at -> Timestamp,
        started_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    agenda_documents (id) {
        id -> Text,
        session_id -> Text,
        item_id -> Text,
        filename -> Text,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Text,
        storage_key -> Text,
        marking -> Text,
        uploaded_by_kind -> Text,
        uploaded_by_id -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    session_presences (id) {
        id -> Text,
        session_id -> Text,
        seat_id -> Text,
        user_id -> Text,
        capacity -> Text,
        starts_at -> Timestamp,
        ends_at -> Nullable<Timestamp>,
        started_by_kind -> Text,
        started_by_id -> Nullable<Text>,
        ended_by_kind -> Nullable<Text>,
        ended_by_id -> Nullable<Text>,
    }
}

diesel::table! {
    quorum_checks (session_id, ordinal) {
        session_id -> Text,
        ordinal -> BigInt,
        occasion -> Text,
        poll_id -> Nullable<Text>,
        rule -> Text,
        seated -> BigInt,
        present -> BigInt,
        required -> BigInt,
        missing -> BigInt,
        regions_present -> BigInt,
        regions_required -> BigInt,
        is_met -> Bool,
        inputs -> Text,
        occurred_at -> Timestamp,
    }
}

diesel::table! {
    motions (id) {
        id -> Text,
        assembly_id -> Text,
        session_id -> Text,
        agenda_item_id -> Nullable<Text>,
        number -> Nullable<BigInt>,
        title -> Text,
        title_folded -> Text,
        text -> Text,
        text_version -> BigInt,
        status -> Text,
        amends_id -> Nullable<Text>,
        base_text_version -> Nullable<BigInt>,
        mover_seat_id -> Nullable<Text>,
        moved_by -> Nullable<Text>,
        moved_at -> Nullable<Timestamp>,
        origin_id -> Nullable<Text>,
        referred_to -> Nullable<Text>,
        created_by_kind -> Text,
        created_by_id -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    motion_texts (motion_id, version) {
        motion_id -> Text,
        version -> BigInt,
        title -> Text,
        text -> Text,
        amendment_id -> Nullable<Text>,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    motion_seconds (motion_id, seat_id) {
        motion_id -> Text,
        seat_id -> Text,
        user_id -> Text,
        session_id -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    motion_steps (motion_id, ordinal) {
        motion_id -> Text,
        ordinal -> BigInt,
        session_id -> Nullable<Text>,
        action -> Text,
        from_status -> Text,
        to_status -> Text,
        number -> Nullable<BigInt>,
        title -> Text,
        text_version -> BigInt,
        poll_id -> Nullable<Text>,
        note -> Nullable<Text>,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        occurred_at -> Timestamp,
    }
}

diesel::table! {
    polls (id) {
        id -> Text,
        session_id -> Text,
        motion_id -> Text,
        kind -> Text,
        status -> Text,
        question -> Text,
        options -> Nullable<Text>,
        majority -> Text,
        majority_of -> Text,
        is_replaceable -> Bool,
        opened_at -> Nullable<Timestamp>,
        closed_at -> Nullable<Timestamp>,
        outcome -> Nullable<Text>,
        result -> Nullable<Text>,
        reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    poll_seals (poll_id) {
        poll_id -> Text,
        seal -> Text,
    }
}

diesel::table! {
    poll_voters (poll_id, seat_id) {
        poll_id -> Text,
        seat_id -> Text,
        organization_id -> Text,
        organization_name -> Text,
        region -> Nullable<Text>,
        holder_id -> Nullable<Text>,
        alternate_id -> Nullable<Text>,
        proxy_id -> Nullable<Text>,
        is_present -> Bool,
    }
}

diesel::table! {
    ballots (poll_id, seat_id) {
        poll_id -> Text,
        seat_id -> Text,
        cast_by_kind -> Text,
        cast_by_id -> Nullable<Text>,
        capacity -> Text,
        choice -> Nullable<Text>,
        sealed -> Nullable<Text>,
        cast_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    secret_ballots (poll_id, receipt) {
        poll_id -> Text,
        receipt -> Text,
        choice -> Text,
    }
}

diesel::table! {
    minutes (id) {
        id -> Text,
        session_id -> Text,
        status -> Text,
        text -> Text,
        basis -> Nullable<Text>,
        basis_poll_id -> Nullable<Text>,
        approved_by -> Nullable<Text>,
        approved_at -> Nullable<Timestamp>,
        hash -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    minutes_records (session_id, kind, record_id) {
        session_id -> Text,
        kind -> Text,
        record_id -> Text,
        hash -> Text,
    }
}

diesel::table! {
    minutes_corrections (session_id, ordinal) {
        session_id -> Text,
        ordinal -> BigInt,
        text -> Text,
        reason -> Text,
        actor_kind -> Text,
        actor_id -> Nullable<Text>,
        hash -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    calendar_feeds (id) {
        id -> Text,
        token_digest -> Text,
        kind -> Text,
        owner_id -> Text,
        organization_id -> Nullable<Text>,
        name -> Text,
        includes -> Text,
        last_used_at -> Nullable<Timestamp>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    briefing_invitations (id) {
        id -> Text,
        briefing_id -> Text,
        organization_id -> Text,
        name -> Text,
        email -> Text,
        email_folded -> Text,
        title -> Nullable<Text>,
        status -> Text,
        link_digest -> Text,
        expires_at -> Nullable<Timestamp>,
        sends -> BigInt,
        sent_at -> Timestamp,
        delegated_from -> Nullable<Text>,
        answered_at -> Nullable<Timestamp>,
        note -> Nullable<Text>,
        registration_id -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    registration_changes (id) {
        id -> Text,
        registration_id -> Text,
        briefing_id -> Text,
        organization_id -> Text,
        kind -> Text,
        change -> Text,
        status -> Text,
        requested_by -> Nullable<Text>,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamp>,
        reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    briefing_reminders (briefing_id) {
        briefing_id -> Text,
        hours -> Nullable<Text>,
        counted_from -> Timestamp,
        next_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    mail_messages (id) {
        id -> Text,
        once -> Text,
        kind -> Text,
        template_version -> BigInt,
        status -> Text,
        to_name -> Nullable<Text>,
        to_email -> Text,
        to_email_folded -> Text,
        organization_id -> Nullable<Text>,
        subject_kind -> Text,
        subject_id -> Text,
        contents -> Nullable<Text>,
        sealed_secret -> Nullable<Text>,
        meeting -> Nullable<Text>,
        is_urgent -> Bool,
        digest_id -> Nullable<Text>,
        attempts -> BigInt,
        round_attempts -> BigInt,
        next_attempt_at -> Timestamp,
        claimed_by -> Nullable<Text>,
        last_error -> Nullable<Text>,
        sent_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        useful_until -> Nullable<Timestamp>,
        is_held_back -> Bool,
    }
}

diesel::table! {
    mail_preferences (email_folded) {
        email_folded -> Text,
        time_zone -> Nullable<Text>,
        has_quiet_hours -> Bool,
        quiet_from -> Nullable<Text>,
        quiet_until -> Nullable<Text>,
        delivery -> Text,
        unsubscribed -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    mail_bounces (email_folded) {
        email_folded -> Text,
        reason -> Text,
        bounced_at -> Timestamp,
    }
}

diesel::table! {
    access_data (registration_id) {
        registration_id -> Text,
        briefing_id -> Text,
        salt -> Nullable<Text>,
        sealed -> Nullable<Text>,
        given_at -> Timestamp,
        erased_at -> Nullable<Timestamp>,
        is_rewritten -> Bool,
    }
}

diesel::table! {
    access_data_requests (registration_id) {
        registration_id -> Text,
        deadline -> Timestamp,
    }
}

diesel::table! {
    materials (id) {
        id -> Text,
        briefing_id -> Text,
        title -> Text,
        filename -> Text,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Text,
        storage_key -> Text,
        marking -> Text,
        audience -> Text,
        available_from -> Nullable<Timestamp>,
        uploaded_by_kind -> Text,
        uploaded_by_id -> Text,
        withdrawn_at -> Nullable<Timestamp>,
        withdrawn_reason -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    attendance_marks (registration_id) {
        registration_id -> Text,
        briefing_id -> Text,
        as_of -> Timestamp,
        came -> Bool,
    }
}

diesel::table! {
    check_in_entries (briefing_id, client_id) {
        briefing_id -> Text,
        client_id -> Text,
        registration_id -> Text,
        action -> Text,
        noted_at -> Timestamp,
        outcome -> Text,
        code -> Nullable<Text>,
        received_at -> Timestamp,
    }
}

diesel::table! {
    after_actions (briefing_id) {
        briefing_id -> Text,
        summary -> Text,
        outcomes -> Text,
        registered -> BigInt,
        attended -> BigInt,
        walk_ins -> BigInt,
        filed_by -> Text,
        version -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
    }
}

diesel::table! {
    follow_ups (id) {
        id -> Text,
        briefing_id -> Text,
        task -> Text,
        owner_id -> Text,
        due_on -> Date,
        status -> Text,
        note -> Nullable<Text>,
        settled_at -> Nullable<Timestamp>,
        settled_by -> Nullable<Text>,
        remind_at -> Nullable<Timestamp>,
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
diesel::joinable!(briefing_occurrences -> briefings (briefing_id));
diesel::joinable!(briefing_occurrences -> briefing_series (series_id));
diesel::joinable!(briefing_series_exceptions -> briefing_series (series_id));
diesel::joinable!(registrations -> briefings (briefing_id));
diesel::joinable!(registrations -> organizations (organization_id));
diesel::joinable!(briefing_invitations -> briefings (briefing_id));
diesel::joinable!(briefing_invitations -> organizations (organization_id));
diesel::joinable!(briefing_invitations -> registrations (registration_id));
diesel::joinable!(registration_changes -> registrations (registration_id));
diesel::joinable!(registration_changes -> briefings (briefing_id));
diesel::joinable!(registration_changes -> organizations (organization_id));
diesel::joinable!(briefing_reminders -> briefings (briefing_id));
diesel::joinable!(mail_messages -> organizations (organization_id));
diesel::joinable!(api_keys -> organizations (organization_id));
diesel::joinable!(api_key_secrets -> api_keys (key_id));
diesel::joinable!(event_requests -> organizations (organization_id));
diesel::joinable!(event_requests -> users (assignee_id));
diesel::joinable!(event_requests -> briefers (official_id));
diesel::joinable!(event_request_clocks -> event_requests (request_id));
diesel::joinable!(event_request_reports -> event_requests (request_id));
diesel::joinable!(clearances -> event_requests (request_id));
diesel::joinable!(request_comments -> event_requests (request_id));
diesel::joinable!(request_documents -> event_requests (request_id));
diesel::joinable!(webhook_endpoints -> organizations (organization_id));
diesel::joinable!(webhook_deliveries -> webhook_endpoints (endpoint_id));
diesel::joinable!(webhook_attempts -> webhook_deliveries (delivery_id));
diesel::joinable!(calls -> programs (program_id));
diesel::joinable!(call_forms -> calls (call_id));
diesel::joinable!(late_codes -> calls (call_id));
diesel::joinable!(late_codes -> organizations (organization_id));
diesel::joinable!(late_codes -> users (created_by));
diesel::joinable!(applications -> calls (call_id));
diesel::joinable!(applications -> organizations (organization_id));
diesel::joinable!(applications -> late_codes (late_code_id));
diesel::joinable!(applications -> users (waived_by));
diesel::joinable!(panel_members -> calls (call_id));
diesel::joinable!(panel_members -> users (user_id));
diesel::joinable!(review_assignments -> applications (application_id));
diesel::joinable!(review_assignments -> users (user_id));
diesel::joinable!(review_assignments -> calls (call_id));
diesel::joinable!(declared_conflicts -> calls (call_id));
diesel::joinable!(declared_conflicts -> users (user_id));
diesel::joinable!(declared_conflicts -> organizations (organization_id));
diesel::joinable!(reviews -> applications (application_id));
diesel::joinable!(reviews -> calls (call_id));
diesel::joinable!(reviews -> users (reviewer_id));
diesel::joinable!(sign_offs -> calls (call_id));
diesel::joinable!(sign_offs -> users (signed_by));
diesel::joinable!(officers -> users (user_id));
diesel::joinable!(officer_traits -> officers (officer_id));
diesel::joinable!(officer_recusals -> officers (officer_id));
diesel::joinable!(officer_recusals -> organizations (organization_id));
diesel::joinable!(placements -> programs (program_id));
diesel::joinable!(placements -> applications (application_id));
diesel::joinable!(placements -> officers (officer_id));
diesel::joinable!(placements -> organizations (organization_id));
diesel::joinable!(placements -> users (office_signed_by));
diesel::joinable!(placement_holds -> placements (placement_id));
diesel::joinable!(placement_terms -> placements (placement_id));
diesel::joinable!(placement_reports -> placements (placement_id));
diesel::joinable!(postings -> users (user_id));
diesel::joinable!(postings -> organizations (organization_id));
diesel::joinable!(seats -> assemblies (assembly_id));
diesel::joinable!(seats -> organizations (organization_id));
diesel::joinable!(seat_occupancies -> seats (seat_id));
diesel::joinable!(seat_occupancies -> users (user_id));
diesel::joinable!(assembly_sessions -> assemblies (assembly_id));
diesel::joinable!(assembly_sessions -> users (legal_reviewed_by));
diesel::joinable!(session_participants -> assembly_sessions (session_id));
diesel::joinable!(seat_proxies -> assembly_sessions (session_id));
diesel::joinable!(seat_proxies -> users (proxy_user_id));
diesel::joinable!(agenda_items -> assembly_sessions (session_id));
diesel::joinable!(agenda_amendments -> assembly_sessions (session_id));
diesel::joinable!(agenda_amendments -> agenda_items (item_id));
diesel::joinable!(agenda_speakers -> assembly_sessions (session_id));
diesel::joinable!(agenda_speakers -> agenda_items (item_id));
diesel::joinable!(agenda_speakers -> seats (seat_id));
diesel::joinable!(agenda_speakers -> users (user_id));
diesel::joinable!(agenda_documents -> assembly_sessions (session_id));
diesel::joinable!(agenda_documents -> agenda_items (item_id));
diesel::joinable!(session_presences -> assembly_sessions (session_id));
diesel::joinable!(session_presences -> seats (seat_id));
diesel::joinable!(session_presences -> users (user_id));
diesel::joinable!(quorum_checks -> assembly_sessions (session_id));
diesel::joinable!(motions -> assemblies (assembly_id));
diesel::joinable!(motions -> assembly_sessions (session_id));
diesel::joinable!(motions -> agenda_items (agenda_item_id));
diesel::joinable!(motions -> seats (mover_seat_id));
diesel::joinable!(motions -> users (moved_by));
diesel::joinable!(motion_seconds -> motions (motion_id));
diesel::joinable!(motion_seconds -> seats (seat_id));
diesel::joinable!(motion_seconds -> users (user_id));
diesel::joinable!(motion_seconds -> assembly_sessions (session_id));
diesel::joinable!(motion_steps -> motions (motion_id));
diesel::joinable!(motion_steps -> assembly_sessions (session_id));
diesel::joinable!(polls -> assembly_sessions (session_id));
diesel::joinable!(polls -> motions (motion_id));
diesel::joinable!(poll_seals -> polls (poll_id));
diesel::joinable!(poll_voters -> polls (poll_id));
diesel::joinable!(poll_voters -> seats (seat_id));
diesel::joinable!(poll_voters -> organizations (organization_id));
diesel::joinable!(secret_ballots -> polls (poll_id));
diesel::joinable!(minutes -> assembly_sessions (session_id));
diesel::joinable!(minutes -> polls (basis_poll_id));
diesel::joinable!(minutes -> users (approved_by));
diesel::joinable!(minutes_records -> assembly_sessions (session_id));
diesel::joinable!(minutes_corrections -> assembly_sessions (session_id));
diesel::joinable!(access_data -> registrations (registration_id));
diesel::joinable!(access_data -> briefings (briefing_id));
diesel::joinable!(access_data_requests -> registrations (registration_id));
diesel::joinable!(materials -> briefings (briefing_id));
diesel::joinable!(attendance_marks -> registrations (registration_id));
diesel::joinable!(check_in_entries -> briefings (briefing_id));
diesel::joinable!(after_actions -> briefings (briefing_id));
diesel::joinable!(follow_ups -> after_actions (briefing_id));

diesel::allow_columns_to_appear_in_same_group_by_clause!(
    briefing_occurrences::series_id,
    briefings::status,
);

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
    briefing_series,
    briefing_occurrences,
    briefing_series_exceptions,
    registrations,
    journal_readers,
    api_keys,
    api_key_secrets,
    event_requests,
    event_request_series,
    event_request_clocks,
    event_request_duplicates,
    event_request_reports,
    clearances,
    request_comments,
    request_documents,
    webhook_endpoints,
    webhook_deliveries,
    webhook_attempts,
    programs,
    calls,
    call_forms,
    late_codes,
    applications,
    panel_members,
    review_assignments,
    declared_conflicts,
    reviews,
    sign_offs,
    officers,
    officer_traits,
    officer_recusals,
    placements,
    placement_holds,
    placement_terms,
    placement_reports,
    postings,
    assemblies,
    seats,
    seat_occupancies,
    assembly_sessions,
    session_participants,
    seat_proxies,
    agenda_items,
    agenda_amendments,
    agenda_speakers,
    agenda_documents,
    session_presences,
    quorum_checks,
    motions,
    motion_texts,
    motion_seconds,
    motion_steps,
    polls,
    poll_seals,
    poll_voters,
    ballots,
    secret_ballots,
    minutes,
    minutes_records,
    minutes_corrections,
    calendar_feeds,
    briefing_invitations,
    registration_changes,
    briefing_reminders,
    mail_messages,
    mail_preferences,
    mail_bounces,
    access_data,
    access_data_requests,
    materials,
    attendance_marks,
    check_in_entries,
    after_actions,
    follow_ups,
);
