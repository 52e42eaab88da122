//! The service from the outside: a real server, a real client, both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test says what is wrong by failing"
)]

mod agenda;
mod agenda_documents;
mod api_keys;
mod application_statements;
mod applications;
mod assemblies;
mod assembly_events;
mod ballot_statements;
mod blind_review;
mod blobs;
mod briefings;
mod calls;
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
mod http;
mod identity;
mod invitations;
mod isolation;
mod journal;
mod late_changes;
mod mail;
mod mail_kills;
mod mail_wishes;
mod matrix;
mod migrations;
mod minutes;
mod minutes_tampering;
mod motion_statements;
mod motions;
mod officers;
mod openapi;
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
mod session_reviews;
mod sessions;
mod speakers;
mod statements;
mod support;
mod voters;
mod webhooks;
