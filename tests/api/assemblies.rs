//! Assemblies: the cohort, its rules, who may see it, and whom its composition has room for.

use chancery::assemblies::sessions::lifecycle::SessionStatus;
use chancery::kernel::access::Role;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Answer, App};

fn path(id: &str) -> String {
    format!("/v1/assemblies/{id}")
}

async fn change(app: &App, id: &str, body: Value) -> Answer {
    let admin = app.admin().await;
    let tag = admin.get(&path(id)).await.expect(200).tag();
    admin.patch(&path(id), &tag, body).await
}

/// What the rules that have no room are about.
fn exceeded(answer: &Answer) -> Vec<(String, String)> {
    named(&answer.body["exceeded"])
}

fn named(rules: &Value) -> Vec<(String, String)> {
    rules
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| {
            let name = rule["name"].as_str().unwrap_or_default();
            (rule["aspect"].as_str().unwrap().to_owned(), name.to_owned())
        })
        .collect()
}

/// Adds a vacant seat.
async fn add(app: &App, assembly: &str, organization: &str, over: Value) -> Answer {
    let mut body = json!({"organization_id": organization});
    for (member, value) in over.as_object().unwrap() {
        body[member] = value.clone();
    }
    let admin = app.admin().await;
    admin.post(&format!("{}/seats", path(assembly)), body).await
}

/// Whether an assembly with this composition takes the first jurisdiction and not the second, because
/// of this rule alone; and without the rule it takes both.
async fn has_room_for_one(
    app: &App,
    composition: Value,
    aspect: &str,
    first: (&str, Value),
    second: (&str, Value),
) {
    let free = app.assembly(json!({"regions": [
        {"name": "West", "subdivisions": ["AZ", "NV"]}, {"name": "South", "subdivisions": ["TX"]},
    ]})).await;
    let bound = app.assembly(json!({"composition": composition, "regions": [
        {"name": "West", "subdivisions": ["AZ", "NV"]}, {"name": "South", "subdivisions": ["TX"]},
    ]})).await;
    for assembly in [&free, &bound] {
        add(app, assembly, first.0, first.1.clone())
            .await
            .expect(201);
    }
    add(app, &free, second.0, second.1.clone())
        .await
        .expect(201);
    let refused = add(app, &bound, second.0, second.1.clone())
        .await
        .expect_problem(409, "composition_exceeded");
    let aspects: Vec<String> = exceeded(&refused)
        .into_iter()
        .map(|(aspect, _)| aspect)
        .collect();
    assert_eq!(aspects, [aspect]);
}

both_backends! {
    async fn an_assembly_that_makes_no_sense_is_refused_with_all_its_faults(app: App) {
        let admin = app.admin().await;
        let refused = admin.post("/v1/assemblies", app.assembly_draft(json!({
            "time_zone": "America/Atlantis",
            "regions": [{"name": "West", "subdivisions": ["AZ", "AZ"]}, {"name": "West", "subdivisions": ["TX"]}],
            "composition": {
                "by_kind": [{"kind": "state", "min": 3, "max": 2}, {"kind": "association"}, {"kind": "state"}],
                "by_region": [{"region": "North"}],
                "by_population": [{"min_population": 10, "max_population": 10}],
                "balance": {"max_percent": 50},
            },
            "quorum": {"kind": "fraction", "numerator": 3, "denominator": 2},
        }))).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), [
            "/time_zone", "/regions/0/subdivisions/1", "/regions/1/name",
            "/composition/by_kind/0/min", "/composition/by_kind/1/kind", "/composition/by_kind/2/kind",
            "/composition/by_region/0/region", "/composition/by_population/0/max_population",
            "/composition/max_seats", "/quorum/numerator",
        ]);
        for (starts_on, ends_on) in [("2031-01-01", "2031-01-01"), ("2031-01-02", "2031-01-01"), ("2031-01-01", "2041-01-02")] {
            let draft = app.assembly_draft(json!({"starts_on": starts_on, "ends_on": ends_on}));
            assert_eq!(admin.post("/v1/assemblies", draft).await.expect(422).fault_pointers(), ["/ends_on"]);
        }
        // Days begin where the assembly is: in New York, on the other side of a change of the clocks.
        let made = admin.post("/v1/assemblies", app.assembly_draft(json!({"starts_on": "2031-01-01", "ends_on": "2031-07-01"}))).await.expect(201);
        assert_eq!((&made.body["starts_at"], &made.body["ends_at"]), (&json!("2031-01-01T05:00:00Z"), &json!("2031-07-01T04:00:00Z")));
        assert_eq!((&made.body["quorum"], &made.body["seconds_needed"]), (&json!({"kind": "majority"}), &json!(1)));
        app.as_role(Role::Scheduler).await.post("/v1/assemblies", app.assembly_draft(json!({}))).await.expect_problem(403, "forbidden");
    }

    async fn a_table_of_steps_that_leads_nowhere_is_refused(app: App) {
        let admin = app.admin().await;
        let step = |from: &str, action: &str, to: &str| json!({"from": from, "action": action, "to": to});
        let whole = vec![
            step("draft", "move", "seconded"), step("seconded", "put", "in_vote"),
            step("in_vote", "carry", "carried"), step("in_vote", "fail", "failed"),
        ];
        let attempt = |steps: Vec<Value>| {
            let (admin, draft) = (admin.clone(), app.assembly_draft(json!({"workflow": steps})));
            async move { admin.post("/v1/assemblies", draft).await }
        };
        attempt(whole.clone()).await.expect(201);
        // Each fault alone.
        let with = |more: Value| [whole.clone(), vec![more]].concat();
        let without = |index: usize| { let mut steps = whole.clone(); steps.remove(index); steps };
        for (steps, pointers) in [
            (with(step("draft", "move", "moved")), vec!["/workflow/4", "/workflow/4/to"]),
            (with(step("carried", "table", "tabled")), vec!["/workflow/4/from", "/workflow/4/to"]),
            (with(step("seconded", "refer", "draft")), vec!["/workflow/4/to"]),
            (with(step("seconded", "refer", "referred")), vec!["/workflow/4/to"]),
            (with(step("tabled", "take-up", "seconded")), vec!["/workflow/4/from"]),
            (with(step("seconded", "take-up", "carried")), vec!["/workflow/4/action"]),
            (with(step("seconded", "carry", "carried")), vec!["/workflow/4/action"]),
            (with(step("in_vote", "table", "seconded")), vec!["/workflow/4/action"]),
            (without(2), vec!["/workflow"]),
            (without(3), vec!["/workflow"]),
        ] {
            let refused = attempt(steps.clone()).await.expect_problem(422, "validation_failed");
            assert_eq!(refused.fault_pointers(), pointers, "{steps:?}");
        }
        // And all at once.
        let refused = attempt(vec![step("moved", "second", "tabled")]).await.expect(422);
        assert_eq!(refused.fault_codes(), ["required", "required", "required", "required", "unreachable", "dead_end"]);
    }

    async fn an_assembly_is_the_offices_then_everyones_then_its_members(app: App) {
        let assembly = app.draft_assembly(json!({})).await;
        let (phoenix, chicago) = (app.as_city("Phoenix").await, app.as_city("Chicago").await);
        let partner = app.as_role(Role::ClearanceOfficer).await;
        for stranger in [&phoenix, &partner] {
            stranger.get(&path(&assembly)).await.expect(404);
            assert!(stranger.get("/v1/assemblies").await.expect(200).ids().is_empty());
        }
        app.as_role(Role::Scheduler).await.get(&path(&assembly)).await.expect(200);
        app.as_role(Role::Auditor).await.get(&path(&assembly)).await.expect(200);
        app.act_on_assembly(&assembly, "open-nominations").await.expect(200);
        for reader in [&phoenix, &chicago, &partner] {
            let seen = reader.get(&path(&assembly)).await.expect(200);
            assert_eq!(seen.body["status"], "nominations");
            assert_eq!(reader.get("/v1/assemblies?status=nominations").await.expect(200).ids(), std::slice::from_ref(&assembly));
        }
        app.seat(&assembly, &app.city("Phoenix").await).await;
        app.act_on_assembly(&assembly, "seat").await.expect(200);
        phoenix.get(&path(&assembly)).await.expect(200);
        chicago.get(&path(&assembly)).await.expect(404);
        for part in ["composition", "voters", "seats"] {
            phoenix.get(&format!("{}/{part}", path(&assembly))).await.expect(200);
            partner.get(&format!("{}/{part}", path(&assembly))).await.expect(200);
            chicago.get(&format!("{}/{part}", path(&assembly))).await.expect(404);
        }
        assert!(chicago.get("/v1/assemblies").await.expect(200).ids().is_empty());
        app.act_on_assembly(&assembly, "open-nominations").await.expect_problem(409, "not_allowed_in_state");
        app.act_on_assembly(&assembly, "conclude").await.expect(200);
        change(&app, &assembly, json!({"name": "Another"})).await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(phoenix.get(&path(&assembly)).await.expect(200).body["allowed_actions"], json!([]));
    }

    async fn what_can_be_changed_depends_on_where_the_assembly_stands(app: App) {
        let assembly = app.draft_assembly(json!({})).await;
        let zoned = change(&app, &assembly, json!({"time_zone": "America/Phoenix", "purpose": "Trade.", "starts_on": "2031-01-01", "ends_on": "2033-01-01"})).await.expect(200);
        assert_eq!(zoned.body["starts_at"], "2031-01-01T07:00:00Z");
        let city = app.city("Phoenix").await;
        app.vacant_seat(&assembly, &city).await;
        // A seat's term stays within the cohort, and its region follows the regions.
        assert_eq!(change(&app, &assembly, json!({"ends_on": "2032-01-01"})).await.expect(422).fault_codes(), ["out_of_range"]);
        assert_eq!(change(&app, &assembly, json!({"starts_on": "2031-02-01"})).await.expect(422).fault_codes(), ["out_of_range"]);
        change(&app, &assembly, json!({"regions": [{"name": "West", "subdivisions": ["AZ"]}]})).await.expect(200);
        let seats = format!("{}/seats", path(&assembly));
        assert_eq!(app.admin().await.get(&seats).await.expect(200).body["data"][0]["region"], "West");
        let full = change(&app, &assembly, json!({"composition": {"by_region": [{"region": "West", "max": 0}]}})).await.expect_problem(409, "composition_exceeded");
        assert_eq!(exceeded(&full), [("region".to_owned(), "West".to_owned())]);
        app.act_on_assembly(&assembly, "seat").await.expect(200);
        let refused = change(&app, &assembly, json!({"time_zone": "America/New_York", "starts_on": "2030-12-01", "regions": []})).await.expect(422);
        assert_eq!(refused.fault_pointers(), ["/time_zone", "/starts_on", "/regions", "/time_zone"]);

        // The rules that decide votes stand while a session is in progress.
        for status in [SessionStatus::Open, SessionStatus::InRecess] {
            let session = app.stored_session(&assembly, status);
            for rule in [
                json!({"quorum": {"kind": "number", "number": 3}}), json!({"composition": {}}), json!({"seconds_needed": 3}),
                json!({"is_ballot_replaceable": true}), json!({"workflow": zoned.body["workflow"]}),
            ] {
                change(&app, &assembly, rule).await.expect_problem(409, "conflict");
            }
            change(&app, &assembly, json!({"notice_days": 3, "max_proxies": 2})).await.expect(200);
            app.act_on_assembly(&assembly, "conclude").await.expect_problem(409, "conflict");
            app.put_session(&session, SessionStatus::Adjourned);
        }
        let after = change(&app, &assembly, json!({"quorum": {"kind": "number", "number": 3}})).await.expect(200);
        assert_eq!(after.body["quorum"], json!({"kind": "number", "number": 3}));
        let admin = app.admin().await;
        admin.patch(&path(&assembly), "\"1\"", json!({"notice_days": 6})).await.expect(412);
    }

    async fn the_composition_bounds_the_seats_in_all(app: App) {
        let (a, b) = (app.jurisdiction("A", json!({})).await, app.jurisdiction("B", json!({})).await);
        has_room_for_one(&app, json!({"max_seats": 1}), "seats", (&a, json!({})), (&b, json!({}))).await;
    }

    async fn the_composition_bounds_a_kind(app: App) {
        let (a, b) = (app.jurisdiction("A", json!({})).await, app.jurisdiction("B", json!({})).await);
        let county = app.jurisdiction("C", json!({"kind": "county"})).await;
        let rule = json!({"by_kind": [{"kind": "municipality", "max": 1}]});
        has_room_for_one(&app, rule.clone(), "kind", (&a, json!({})), (&b, json!({}))).await;
        let assembly = app.assembly(json!({"composition": rule})).await;
        add(&app, &assembly, &a, json!({})).await.expect(201);
        add(&app, &assembly, &county, json!({})).await.expect(201);
    }

    async fn the_composition_bounds_a_region(app: App) {
        let a = app.jurisdiction("A", json!({})).await;
        let b = app.jurisdiction("B", json!({"subdivision": "NV"})).await;
        let rule = json!({"by_region": [{"region": "West", "max": 1}]});
        has_room_for_one(&app, rule, "region", (&a, json!({})), (&b, json!({}))).await;
    }

    async fn the_composition_bounds_a_size(app: App) {
        let a = app.jurisdiction("A", json!({"population": 99_999})).await;
        let b = app.jurisdiction("B", json!({"population": 0})).await;
        let larger = app.jurisdiction("C", json!({"population": 100_000})).await;
        let rule = json!({"by_population": [{"max_population": 100_000, "max": 1}]});
        has_room_for_one(&app, rule.clone(), "population", (&a, json!({})), (&b, json!({}))).await;
        let assembly = app.assembly(json!({"composition": rule})).await;
        add(&app, &assembly, &a, json!({})).await.expect(201);
        add(&app, &assembly, &larger, json!({})).await.expect(201);
    }

    async fn the_composition_keeps_a_balance_by_number_or_by_share(app: App) {
        let (a, b) = (app.jurisdiction("A", json!({})).await, app.jurisdiction("B", json!({})).await);
        let (blue, again) = (json!({"affiliation": "Blue"}), json!({"affiliation": "BLUE"}));
        has_room_for_one(&app, json!({"balance": {"max_seats": 1}}), "affiliation", (&a, blue.clone()), (&b, again.clone())).await;
        has_room_for_one(&app, json!({"max_seats": 3, "balance": {"max_percent": 50}}), "affiliation", (&a, blue), (&b, again)).await;

        // As in the Council of Governors: five of ten. It is asked for again when somebody is named.
        let council = app.assembly(json!({"composition": {"max_seats": 10, "balance": {"max_percent": 50}}})).await;
        for number in 0..5 {
            let state = app.jurisdiction(&format!("State {number}"), json!({"kind": "state"})).await;
            add(&app, &council, &state, json!({"affiliation": "Blue"})).await.expect(201);
        }
        let state = app.jurisdiction("State 6", json!({"kind": "state"})).await;
        let seat = add(&app, &council, &state, json!({})).await.expect(201).id();
        let leader = app.leader_of(&state).await;
        let named = |affiliation: &str| {
            let (app, seat, leader) = (&app, seat.clone(), leader.clone());
            let affiliation = affiliation.to_owned();
            async move {
                let body = json!({"user_id": app.account(&leader).await, "office": "Governor", "affiliation": affiliation});
                app.act_on_seat(&seat, "fill", body).await
            }
        };
        let refused = named("Blue").await.expect_problem(409, "composition_exceeded");
        assert_eq!(exceeded(&refused), [("affiliation".to_owned(), "Blue".to_owned())]);
        named("Green").await.expect(200);
        let admin = app.admin().await;
        let record = format!("/v1/seats/{seat}");
        let tag = admin.get(&record).await.expect(200).tag();
        admin.patch(&record, &tag, json!({"affiliation": "blue"})).await.expect_problem(409, "composition_exceeded");
        admin.patch(&record, &tag, json!({"affiliation": null})).await.expect(200);
    }

    async fn every_rule_that_has_no_room_is_named_at_once(app: App) {
        let (a, b) = (app.jurisdiction("A", json!({})).await, app.jurisdiction("B", json!({})).await);
        let assembly = app.assembly(json!({"composition": {
            "max_seats": 1, "by_kind": [{"kind": "municipality", "max": 1}], "by_region": [{"region": "AZ", "max": 1}],
            "by_population": [{"max": 1}], "balance": {"max_seats": 1},
        }})).await;
        add(&app, &assembly, &a, json!({"affiliation": "Blue"})).await.expect(201);
        let refused = add(&app, &assembly, &b, json!({"affiliation": "Blue"})).await.expect_problem(409, "composition_exceeded");
        let aspects: Vec<String> = exceeded(&refused).into_iter().map(|(aspect, _)| aspect).collect();
        assert_eq!(aspects, ["seats", "kind", "region", "population", "affiliation"]);
    }

    async fn a_cohort_is_seated_when_enough_seats_are_held(app: App) {
        let assembly = app.draft_assembly(json!({"composition": {
            "by_kind": [{"kind": "municipality", "min": 1}], "by_region": [{"region": "AZ", "min": 1}],
            "by_population": [{"min": 1}],
        }})).await;
        let organization = app.jurisdiction("A", json!({})).await;
        let refused = app.act_on_assembly(&assembly, "seat").await.expect_problem(409, "composition_not_met");
        assert_eq!(named(&refused.body["short"]).len(), 3);
        // A seat that nobody holds is none of those that are asked for.
        let seat = app.vacant_seat(&assembly, &organization).await;
        app.act_on_assembly(&assembly, "seat").await.expect_problem(409, "composition_not_met");
        let report = format!("{}/composition", path(&assembly));
        let admin = app.admin().await;
        let before = admin.get(&report).await.expect(200);
        assert_eq!((&before.body["filled"], &before.body["vacant"], &before.body["is_met"]), (&json!(0), &json!(1), &json!(false)));
        assert_eq!(before.body["vacant_seats"][0]["seat_id"], json!(seat));
        let leader = app.leader_of(&organization).await;
        let body = json!({"user_id": app.account(&leader).await, "office": "Mayor"});
        app.act_on_seat(&seat, "fill", body).await.expect(200);
        app.act_on_assembly(&assembly, "seat").await.expect(200);
        let after = admin.get(&report).await.expect(200);
        assert_eq!((&after.body["filled"], &after.body["is_met"], &after.body["expiring_seats"]), (&json!(1), &json!(true), &json!([])));
        assert_eq!(after.body["vacant_seats"], json!([]));
        // Its term ends within 90 days.
        let record = format!("/v1/seats/{seat}");
        let tag = admin.get(&record).await.expect(200).tag();
        admin.patch(&record, &tag, json!({"ends_on": app.day(80)})).await.expect(200);
        let expiring = admin.get(&report).await.expect(200);
        assert_eq!(expiring.body["expiring_seats"][0]["organization_name"], "A");
    }
}
