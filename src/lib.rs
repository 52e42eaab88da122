//! Chancery: the back office of a national subnational-diplomacy office, behind a JSON API.
//!
//! The house, from the ground up:
//!
//! * [`kernel`]: what every feature needs and that knows no feature;
//! * [`config`]: what an operator can set;
//! * [`identity`] and [`directory`]: who people are, and whom the office works with;
//! * [`mail`]: the queue of mail, and what sends it;
//! * [`briefings`], [`event_requests`], [`programs`] and [`assemblies`]: the office's services;
//! * [`calendar`]: the services' appointments in people's own calendars;
//! * [`integrations`]: telling cities' own systems what happened;
//! * [`records`]: reading the journal that everything writes;
//! * [`workers`]: work that no request waits for;
//! * [`routes`], [`openapi`], [`lifecycles`], [`surface`], [`system`], [`telemetry`], [`server`]: the roof;
//! * [`demo`]: a working office to try things in.
//!
//! `docs/architecture.md` explains why it stands as it does.

pub mod assemblies;
pub mod briefings;
pub mod calendar;
pub mod config;
pub mod demo;
pub mod directory;
pub mod event_requests;
pub mod identity;
pub mod integrations;
pub mod kernel;
pub mod lifecycles;
pub mod mail;
pub mod openapi;
pub mod programs;
pub mod records;
pub mod routes;
pub mod schema;
pub mod server;
pub mod surface;
pub mod system;
pub mod telemetry;
pub mod workers;
