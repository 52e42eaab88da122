//! Briefings that recur, each occurrence a briefing of its own.

pub mod single;
