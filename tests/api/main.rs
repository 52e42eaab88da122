//! The service from the outside: a real server, a real client, both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test says what is wrong by failing"
)]

mod access_data;
mod after_actions;
mod agenda;
mod agenda_documents;
mod api_keys;
mod application_statements;
mod applications;
mod assemblies;
mod assembly_events;
mod availability;
mod ballot_statements;
mod blind_review;
mod blobs;
mod briefing_ends;
mod briefing_mail;
mod briefing_series;
mod briefings;
mod calendars;
mod calls;
mod check_ins;
mod clearances;
mod cli;
mod concurrency;
mod decisions;
mod demo;
mod directory;
mod event_requests;
mod events;
mod examples;
mod faults;
mod guide;
mod held_mail;
mod http;
mod ical;
mod identity;
mod invitations;
mod invitations_apart;
mod isolation;
mod journal;
mod late_changes;
mod mail;
mod mail_kills;
mod mail_wishes;
mod materials;
mod matrix;
mod migrations;
mod minutes;
mod minutes_tampering;
mod motion_statements;
mod motions;
mod officers;
mod openapi;
mod pages;
mod placement_reports;
mod placement_succession;
mod placement_terms;
mod placements;
mod poll_properties;
mod polls;
mod presence;
mod problems;
mod proxies;
mod registrations;
mod reminders;
mod request_access;
mod request_documents;
mod review_statements;
mod reviews;
mod seat_statements;
mod seats;
mod secret_polls;
mod series_changes;
mod series_golden;
mod session_reviews;
mod sessions;
mod speakers;
mod statements;
mod support;
mod voters;
mod webhooks;
