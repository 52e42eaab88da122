use chancery::assemblies::lifecycle::AssemblyStatus;
use chancery::assemblies::model::Assembly;
use chancery::kernel::day::Day;
use chancery::kernel::id::AssemblyId;
use chancery::schema::assemblies;
use diesel::prelude::*;
use serde_json::Value;

use super::app::App;

impl App {
    pub async fn assembly(&self, over: Value) -> String {
        let now = self.clock.now();
        let starts_at = now.plus_seconds(-40 * 86400);
        let ends_at = now.plus_seconds(700 * 86400);
        let zone = chrono_tz::America::New_York;
        let row = Assembly {
            id: AssemblyId::fresh(),
            name: "A".into(),
            name_folded: "a".into(),
            purpose: None,
            status: AssemblyStatus::Seated,
            time_zone: "America/New_York".into(),
            starts_on: Day::of(starts_at, zone),
            ends_on: Day::of(ends_at, zone),
            starts_at,
            ends_at,
            composition: "{}".into(),
            regions: "[]".into(),
            quorum: "{}".into(),
            workflow: "{}".into(),
            notice_days: over["notice_days"].as_i64().unwrap_or(0),
            max_proxies: 1,
            seconds_needed: 1,
            is_ballot_replaceable: true,
            last_session_number: 0,
            last_motion_number: 0,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        diesel::insert_into(assemblies::table)
            .values(row.clone())
            .execute(&mut self.database.connect())
            .unwrap();
        row.id.to_string()
    }
}
