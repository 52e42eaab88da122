//! Officers, and matching them with hosts, both ways, with the reasons and each rule that rules out.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chancery::kernel::access::{Home, Principal, Role, Scope};
use chancery::kernel::id::SessionId;
use chancery::programs::matching::queries::{hosts_for_officer, officers_for_host};
use chancery::programs::matching::wire::MatchQuery;
use chancery::schema::officers;
use diesel::connection::{Connection, InstrumentationEvent};
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::App;

/// Applications of these cities in a call, shortlisted.
async fn shortlisted(app: &App, cities: &[&str]) -> Vec<String> {
    let call = app.open_call(json!({"places": 10})).await;
    let mut ids = Vec::new();
    for city in cities {
        ids.push(app.applied(city, &call).await);
    }
    let runs = app.program_officer().await;
    let path = format!("/v1/calls/{call}");
    let reviewer = app.as_role(Role::ClearanceOfficer).await;
    let reviewer = json!({"user_id": app.account(&reviewer).await});
    runs.post(&format!("{path}/reviewers"), reviewer.clone())
        .await
        .expect(201);
    runs.act_now(&path, "close").await.expect(200);
    for id in &ids {
        let assignment = json!({"application_id": id, "reviewer_id": reviewer["user_id"]});
        runs.post(&format!("{path}/assignments"), assignment)
            .await
            .expect(201);
    }
    runs.act_now(&path, "start-review").await.expect(200);
    for id in &ids {
        let record = format!("/v1/applications/{id}");
        app.act_with(
            &runs,
            &record,
            "shortlist",
            json!({"reason": "A good plan."}),
        )
        .await
        .expect(200);
    }
    ids
}

/// What is said of each match: the officer's or the host's name, the score, and what rules it out.
fn told(body: &Value) -> Vec<(String, i64, Vec<String>)> {
    body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let name = entry["officer"]["name"]
                .as_str()
                .or(entry["organization"]["name"].as_str())
                .unwrap();
            let rules = entry["excluded_by"]
                .as_array()
                .unwrap()
                .iter()
                .map(|rule| rule["rule"].as_str().unwrap().to_owned());
            (
                name.to_owned(),
                entry["score"].as_i64().unwrap(),
                rules.collect(),
            )
        })
        .collect()
}

both_backends! {
    async fn officers_are_kept_by_the_office_and_see_themselves(app: App) {
        let admin = app.admin().await;
        let phoenix = app.city("Phoenix").await;
        let ortega = app.diplomat("Ortega").await;
        let account = app.account(&ortega).await;
        let id = app.officer("José Ortega", json!({
            "user_id": account, "skills": ["Trade  Promotion", "trade promotion", "Climat é"], "languages": [{"language": "es", "level": 4}, {"language": "pt", "level": 2}],
            "regions": ["western_hemisphere"], "available_from": "2026-07-01", "notes": "Prefers the West.",
            "recusals": [{"organization_id": phoenix, "reason": "Owns property there."}],
        })).await;
        let path = format!("/v1/officers/{id}");
        let seen = admin.get(&path).await.expect(200);
        assert_eq!(seen.body["skills"], json!(["climat e", "trade promotion"]));
        assert_eq!(seen.body["allowed_actions"], json!(["update"]));
        let own = ortega.get(&path).await.expect(200);
        assert!(own.body.get("notes").is_none() && own.body["allowed_actions"] == json!([]));
        assert_eq!(ortega.get("/v1/officers").await.expect(200).ids(), vec![id.clone()]);
        let other = app.officer("Ines Alvarado", json!({"languages": [{"language": "es", "level": 2}]})).await;
        ortega.get(&format!("/v1/officers/{other}")).await.expect_problem(404, "not_found");
        app.as_city("Chicago").await.get("/v1/officers").await.expect_problem(403, "forbidden");

        for (query, expected) in [
            ("q=jose", vec![&id]), ("skill=TRADE%20promotion", vec![&id]), ("language=es", vec![&other, &id]), ("language=es&min_level=3", vec![&id]),
            ("region=western_hemisphere", vec![&id]), ("available_on=2026-06-30", vec![&other]), ("available_on=2026-07-01", vec![&other, &id]), ("is_active=false", vec![]),
        ] {
            let found = admin.get(&format!("/v1/officers?{query}&include=total")).await.expect(200);
            assert_eq!(found.ids().iter().collect::<Vec<_>>(), expected, "{query}");
            assert_eq!(found.body["total"], json!(expected.len()), "{query}");
        }
        admin.get("/v1/officers?min_level=3").await.expect_problem(400, "invalid_query");
        let program = app.program().await;
        app.place(&program, &other, &phoenix, json!({"starts_on": "2026-09-01"})).await.expect(201);
        assert_eq!(admin.get("/v1/officers?available_on=2026-09-01").await.expect(200).ids(), vec![id.clone()]);

        // A list that is given takes the place of what was; the others stay.
        let changed = admin.patch(&path, &seen.tag(), json!({"languages": [{"language": "fr", "level": 3}], "recusals": [], "is_active": false})).await.expect(200);
        assert_eq!((&changed.body["languages"], &changed.body["recusals"], &changed.body["skills"]), (&json!([{"language": "fr", "level": 3}]), &json!([]), &seen.body["skills"]));
        admin.patch(&path, &seen.tag(), json!({"grade": "FS-02"})).await.expect_problem(412, "precondition_failed");
        let refused = admin.post("/v1/officers", json!({
            "name": "Double", "grade": "FS-01", "user_id": "usr_01jz8k2m4n6p8q0r2s4t6v8w0x", "available_from": "2027-01-01", "available_until": "2026-01-01",
            "languages": [{"language": "es", "level": 1}, {"language": "es", "level": 2}], "recusals": [{"organization_id": "org_01jz8k2m4n6p8q0r2s4t6v8w0x", "reason": "x"}],
        })).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["ends_before_start", "unknown_reference", "duplicate", "unknown_reference"]);
        let taken = admin.post("/v1/officers", json!({"name": "Double", "grade": "FS-01", "user_id": account})).await.expect_problem(422, "validation_failed");
        assert_eq!(taken.fault_codes(), ["taken"]);
    }

    async fn officers_are_ranked_for_a_host_with_reasons_and_what_rules_out(app: App) {
        let call = app.open_call(json!({})).await;
        let application = app.applied("Phoenix", &call).await;
        let phoenix = app.city("Phoenix").await;
        let es = |level: i64| json!([{"language": "es", "level": level}]);
        app.officer("Best", json!({"skills": ["Trade promotion"], "languages": es(4)})).await;
        app.officer("Also", json!({"languages": es(3)})).await;
        app.officer("Abel", json!({"languages": es(3)})).await;
        app.officer("Low", json!({"skills": ["trade promotion"], "languages": es(2)})).await;
        app.officer("Recused", json!({"languages": es(3), "recusals": [{"organization_id": phoenix, "reason": "Owns property there."}]})).await;
        app.officer("Away", json!({"languages": es(3), "available_until": "2031-01-01"})).await;
        let held = app.officer("Held", json!({"languages": es(3)})).await;
        let local = app.account(&app.as_city("Phoenix").await).await;
        app.officer("Local", json!({"languages": es(3), "user_id": local})).await;
        let gone = app.officer("Gone", json!({"languages": es(3)})).await;
        let admin = app.admin().await;
        admin.patch(&format!("/v1/officers/{gone}"), "\"1\"", json!({"is_active": false})).await.expect(200);
        let (program, chicago) = (app.program().await, app.city("Chicago").await);
        app.place(&program, &held, &chicago, json!({"starts_on": "2032-08-31"})).await.expect(201);

        let path = format!("/v1/applications/{application}/matches?starts_on=2031-09-01");
        let ranked = admin.get(&path).await.expect(200);
        assert_eq!(told(&ranked.body), [("Best".to_owned(), 80, vec![]), ("Abel".to_owned(), 30, vec![]), ("Also".to_owned(), 30, vec![])]);
        assert_eq!((&ranked.body["considered"], &ranked.body["excluded"], &ranked.body["term"]), (&json!(9), &json!(6), &json!({"starts_on": "2031-09-01", "ends_on": "2032-09-01"})));
        assert_eq!(ranked.body["data"][0]["reasons"][0], json!({"rule": "skills", "points": 50, "of": 50, "detail": "1 of 1; brings trade promotion"}));
        let all = admin.get(&format!("{path}&include_excluded=true")).await.expect(200);
        let rules: Vec<(String, Vec<String>)> = told(&all.body).into_iter().skip(3).map(|(name, _, rules)| (name, rules)).collect();
        let one = |name: &str, rule: &str| (name.to_owned(), vec![rule.to_owned()]);
        assert_eq!(rules, [one("Low", "language_too_low"), one("Away", "not_available"), one("Gone", "inactive"), one("Held", "already_placed"), one("Local", "own_host"), one("Recused", "recused")]);
        // A shorter term ends before what is held: months count.
        let shorter = admin.get(&format!("{path}&months=6")).await.expect(200);
        assert!(told(&shorter.body).iter().any(|(name, ..)| name == "Held"));
        // The slot is taken: for everybody, and not the other one.
        let anyone = app.officer("Anyone", json!({})).await;
        app.place(&program, &anyone, &phoenix, json!({"starts_on": "2031-10-01", "ends_on": "2031-11-01"})).await.expect(201);
        assert_eq!(admin.get(&path).await.expect(200).body["data"], json!([]));
        assert_eq!(told(&admin.get(&format!("{path}&slot=2&limit=1")).await.expect(200).body).len(), 1);
        app.as_city("Phoenix").await.get(&path).await.expect_problem(403, "forbidden");
    }

    async fn hosts_are_ranked_for_an_officer_as_far_as_the_caller_may_know_them(app: App) {
        let ids = shortlisted(&app, &["Phoenix", "Chicago", "Denver"]).await;
        let chicago = app.city("Chicago").await;
        let officer = app.officer("Dana Whitfield", json!({
            "skills": ["trade promotion"], "languages": [{"language": "es", "level": 3}], "recusals": [{"organization_id": chicago, "reason": "Owns property there."}],
        })).await;
        let runs = app.program_officer().await;
        let path = format!("/v1/officers/{officer}/matches");
        let ranked = runs.get(&path).await.expect(200);
        assert_eq!(told(&ranked.body), [("Denver".to_owned(), 80, vec![]), ("Phoenix".to_owned(), 80, vec![])]);
        let all = runs.get(&format!("{path}?include_excluded=true")).await.expect(200);
        assert_eq!(told(&all.body)[2], ("Chicago".to_owned(), 80, vec!["recused".to_owned()]));
        // Whoever has a conflict of interest finds no trace of the host, in either direction.
        let denver = format!("/v1/applications/{}", ids[2]);
        let call = runs.get(&denver).await.expect(200).body["call_id"].as_str().unwrap().to_owned();
        let ines = app.seated(&call, "ines", Role::ProgramOfficer).await.actor;
        let everyone = format!("{path}?include_excluded=true");
        assert_eq!(ines.get(&everyone).await.expect(200).body["considered"], 3);
        ines.post(&format!("{denver}/declare-conflict"), json!({"reason": "A relative works there."})).await.expect(204);
        let hidden = ines.get(&everyone).await.expect(200);
        assert!(!hidden.text.contains("Denver") && hidden.body["considered"] == 2, "{}", hidden.text);
        ines.get(&format!("{denver}/matches")).await.expect_problem(404, "not_found");
        assert_eq!(runs.get(&everyone).await.expect(200).body["considered"], 3);
    }

    async fn matching_takes_as_many_statements_for_many_as_for_few(app: App) {
        let ids = shortlisted(&app, &["Phoenix", "Chicago"]).await;
        let officer = app.officer("Dana Whitfield", json!({"skills": ["trade promotion"]})).await;
        let admin = app.account(&app.admin().await).await;
        let scope = Scope(Some(Principal::User {
            user_id: admin.parse().unwrap(),
            session_id: SessionId::fresh(),
            homes: vec![Home { organization_id: app.office.parse().unwrap(), kind: "national_office".to_owned(), country: "US".to_owned(), subdivision: None, role: Role::Administrator }],
        }));
        let now = app.clock.now();
        let count = |app: &App| {
            let mut conn = app.database.connect();
            let counted = Arc::new(AtomicUsize::new(0));
            let counter = counted.clone();
            conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            });
            let query = MatchQuery { include_excluded: Some(true), ..MatchQuery::default() };
            let officers = officers_for_host(&mut conn, &scope, &ids[0].parse().unwrap(), &query, now).unwrap();
            let first = counted.swap(0, Ordering::Relaxed);
            let hosts = hosts_for_officer(&mut conn, &scope, &officer.parse().unwrap(), &query, now).unwrap();
            (officers.considered, hosts.considered, first, counted.load(Ordering::Relaxed))
        };
        let few = count(&app);
        let mut conn = app.database.connect();
        let one: chancery::programs::officers::model::Officer = officers::table.select(chancery::programs::officers::model::Officer::as_select()).first(&mut conn).unwrap();
        let many: Vec<_> = (0..2000).map(|_| chancery::programs::officers::model::Officer { id: chancery::kernel::id::OfficerId::fresh(), ..one.clone() }).collect();
        for rows in many.chunks(400) {
            chancery::insert_all!(&mut conn, officers::table, rows).unwrap();
        }
        crate::application_statements::copy(&mut conn, &ids[0], 4999);
        let many = count(&app);
        assert_eq!((few.0, few.1, many.0, many.1), (1, 2, 2001, 5000));
        assert_eq!((few.2, few.3), (many.2, many.3));
        assert!(few.2 <= 8 && few.3 <= 8, "{few:?}");
    }
}
