//! Reviews: the panel, who reviews what, conflicts of interest, scores and the ranking.

use std::collections::{BTreeMap, BTreeSet};

use chancery::kernel::access::Role;
use chancery::kernel::id::OfficerId;
use chancery::programs::reviews::conflicts::Conflicts;
use diesel::prelude::*;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{App, Panelist};

/// How many applications each reviewer has, in the order of the panel.
async fn loads(app: &App, call: &str, panel: &[Panelist]) -> Vec<i64> {
    let shown = app
        .admin()
        .await
        .get(&format!("/v1/calls/{call}/reviewers"))
        .await
        .expect(200);
    let rows = shown.body["data"].as_array().unwrap().clone();
    let of = |one: &Panelist| {
        rows.iter()
            .find(|row| row["user_id"] == json!(one.id))
            .unwrap()["assigned"]
            .as_i64()
            .unwrap()
    };
    panel.iter().map(of).collect()
}

/// Makes somebody a member of this organization too.
async fn belongs_to(app: &App, user: &str, organization: &str, role: Role) {
    let admin = app.admin().await;
    let record = format!("/v1/users/{user}");
    let found = admin.get(&record).await.expect(200);
    let mut memberships: Vec<Value> = found.body["memberships"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!({"organization_id": one["organization_id"], "role": one["role"]}))
        .collect();
    memberships.push(json!({"organization_id": organization, "role": role}));
    admin
        .patch(&record, &found.tag(), json!({"memberships": memberships}))
        .await
        .expect(200);
}

/// The rows of the ranking, by application.
async fn ranking(app: &App, call: &str) -> BTreeMap<String, Value> {
    let found = app
        .admin()
        .await
        .get(&format!("/v1/calls/{call}/ranking"))
        .await
        .expect(200);
    let rows = found.body["data"].as_array().unwrap().iter();
    rows.map(|row| {
        (
            row["application_id"].as_str().unwrap().to_owned(),
            row.clone(),
        )
    })
    .collect()
}

both_backends! {
    async fn a_panel_is_made_of_people_who_may_review(app: App) {
        let call = app.open_call(json!({})).await;
        let reviewer = app.seated(&call, "okafor", Role::ClearanceOfficer).await;
        app.seat_on_panel(&call, &reviewer.id).await.expect_problem(409, "conflict");
        let auditor = app.panelist("auditor", Role::Auditor).await;
        let refused = app.seat_on_panel(&call, &auditor.id).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["not_permitted"]);
        let staff = app.as_city("Phoenix").await.get("/v1/me").await.expect(200).id();
        assert_eq!(app.seat_on_panel(&call, &staff).await.expect(422).fault_codes(), ["not_permitted"]);
        let gone = app.panelist("gone", Role::Scheduler).await;
        app.admin().await.act_now(&format!("/v1/users/{}", gone.id), "deactivate").await.expect(200);
        assert_eq!(app.seat_on_panel(&call, &gone.id).await.expect(422).fault_codes(), ["inactive"]);
        assert_eq!(app.seat_on_panel(&call, "usr_00000000000000000000000000").await.expect(422).fault_codes(), ["unknown_reference"]);
        let panel = auditor.actor.get(&format!("/v1/calls/{call}/reviewers")).await.expect(200);
        assert_eq!(panel.body["data"].as_array().unwrap().len(), 1);
        assert_eq!(app.admin().await.get(&format!("/v1/calls/{call}")).await.expect(200).body["version"], 2);
    }

    async fn work_is_spread_evenly_and_never_against_a_conflict(app: App) {
        let cities = ["Phoenix", "Chicago", "Denver", "Boston", "Seattle", "Austin", "Dallas"];
        let (call, applications) = app.closed_call(json!({"reviews_per_application": 2}), &cities).await;
        let mut panel = Vec::new();
        for name in ["one", "two", "three"] {
            panel.push(app.seated(&call, name, Role::ClearanceOfficer).await);
        }
        belongs_to(&app, &panel[0].id, &app.city("Phoenix").await, Role::LocalStaff).await;
        app.assign(&call, &applications["Phoenix"], &panel[0]).await.expect_problem(409, "conflict");
        app.assign(&call, &applications["Chicago"], &panel[0]).await.expect(201);
        app.assign(&call, &applications["Chicago"], &panel[0]).await.expect_problem(409, "conflict");
        let nobody = Panelist { actor: panel[0].actor.clone(), id: "usr_00000000000000000000000000".to_owned() };
        let refused = app.assign(&call, "app_00000000000000000000000000", &nobody).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_codes(), ["unknown_reference", "not_on_panel"]);

        let path = format!("/v1/calls/{call}/assign-evenly");
        let admin = app.admin().await;
        let spread = admin.post(&path, json!({})).await.expect(200);
        assert_eq!(spread.body["assigned"].as_array().unwrap().len(), 13);
        assert_eq!(spread.body["lacking"], json!([]));
        let mut even = loads(&app, &call, &panel).await;
        even.sort_unstable();
        assert_eq!(even, [4, 5, 5]);
        // Once more changes nothing; more than there are without a conflict is lacking.
        assert_eq!(admin.post(&path, json!({})).await.expect(200).body, json!({"assigned": [], "lacking": []}));
        let most = admin.post(&path, json!({"reviews_per_application": 3})).await.expect(200);
        assert_eq!(most.body["lacking"], json!([{"application_id": applications["Phoenix"], "missing": 1}]));
        let list = admin.get(&format!("/v1/calls/{call}/assignments?include=total&limit=100")).await.expect(200);
        assert_eq!(list.body["total"], 20);
        let against = list.body["data"].as_array().unwrap().iter()
            .filter(|row| row["application_id"] == json!(applications["Phoenix"]) && row["reviewer_id"] == json!(panel[0].id));
        assert_eq!(against.count(), 0);
        // Whoever reviews does not spread the work, and sees their own.
        let own = panel[1].actor.get(&format!("/v1/calls/{call}/assignments?include=total")).await.expect(200);
        assert_eq!(own.body["total"], 7);
        let insider = app.seated(&call, "insider", Role::ProgramOfficer).await;
        insider.actor.post(&path, json!({})).await.expect_problem(403, "forbidden");
        insider.actor.post(&format!("/v1/calls/{call}/assignments"), json!({"application_id": applications["Boston"], "reviewer_id": insider.id})).await.expect_problem(403, "forbidden");
    }

    async fn whoever_declares_a_conflict_finds_nothing_left_of_the_application(app: App) {
        let (call, applications) = app.closed_call(json!({}), &["Phoenix", "Chicago"]).await;
        let id = &applications["Phoenix"];
        let reviewer = app.seated(&call, "okafor", Role::ClearanceOfficer).await;
        for application in applications.values() {
            app.assign(&call, application, &reviewer).await.expect(201);
        }
        app.act_on_call(&call, "start-review").await.expect(200);
        reviewer.review(id, Some(5), Some(10)).await.expect(201);
        assert_eq!(ranking(&app, &call).await[id]["score"], 100.0);
        let outsider = app.panelist("outsider", Role::Scheduler).await;
        let declare = format!("/v1/applications/{id}/declare-conflict");
        outsider.actor.post(&declare, json!({"reason": "None."})).await.expect_problem(404, "not_found");
        reviewer.actor.post(&declare, json!({"reason": "I wrote a part of it."})).await.expect(204);
        for view in ["", "/review", "/reviews"] {
            reviewer.actor.get(&format!("/v1/applications/{id}{view}")).await.expect_problem(404, "not_found");
        }
        reviewer.review(id, Some(1), Some(1)).await.expect_problem(404, "not_found");
        reviewer.actor.post(&declare, json!({"reason": "Again."})).await.expect_problem(404, "not_found");
        let row = &ranking(&app, &call).await[id];
        assert_eq!((&row["score"], &row["rank"], &row["reviews"]), (&Value::Null, &Value::Null, &json!(0)));
        app.assign(&call, id, &reviewer).await.expect_problem(409, "conflict");
        let admin = app.admin().await;
        app.settle_journal().await;
        let told = admin.get("/v1/audit-events?type=application.conflict_declared").await.expect(200);
        assert_eq!(told.body["data"][0]["payload"], json!({"reviewer_id": reviewer.id, "reason": "I wrote a part of it.", "review_removed": true}));
        let shown = admin.get(&format!("/v1/calls/{call}/conflicts")).await.expect(200);
        assert_eq!(shown.body["data"][0]["origin"], "declared");
        reviewer.actor.get(&format!("/v1/calls/{call}/conflicts")).await.expect_problem(403, "forbidden");

        // Up front, against a host that has applied or has not: the answers do not differ.
        let declare = format!("/v1/calls/{call}/conflicts");
        let mut answers = Vec::new();
        for city in ["Chicago", "Boston"] {
            let body = json!({"organization_id": app.city(city).await, "reason": "My brother is the manager."});
            let answer = reviewer.actor.post(&declare, body).await.expect(201);
            let mut names: Vec<String> = answer.body.as_object().unwrap().keys().cloned().collect();
            names.sort();
            answers.push(names);
        }
        assert_eq!(answers[0], answers[1]);
        reviewer.actor.get(&format!("/v1/applications/{}", applications["Chicago"])).await.expect_problem(404, "not_found");
        let body = json!({"user_id": reviewer.id, "organization_id": app.city("Denver").await, "reason": "Recorded."});
        outsider.actor.post(&declare, body.clone()).await.expect_problem(403, "forbidden");
        admin.post(&declare, body).await.expect(201);
        let stranger = json!({"user_id": outsider.id, "organization_id": "org_00000000000000000000000000", "reason": "Recorded."});
        assert_eq!(admin.post(&declare, stranger).await.expect(422).fault_codes(), ["not_on_panel", "unknown_reference"]);
    }

    async fn conflicts_are_the_same_for_the_panel_as_for_each_of_its_members(app: App) {
        let cities = ["Phoenix", "Chicago", "Denver", "Boston"];
        let admin = app.admin().await;
        let county = admin.post("/v1/organizations", json!({"name": "Maricopa County", "kind": "county", "country": "US", "subdivision": "AZ", "time_zone": "America/Phoenix"})).await.expect(201).id();
        let phoenix = app.city("Phoenix").await;
        let call = app.open_call(json!({"is_blind": true})).await;
        let mut applications = BTreeMap::new();
        for city in cities {
            applications.insert(app.city(city).await, app.handed_in(&call, &app.city(city).await, city).await);
        }
        applications.insert(county.clone(), app.handed_in(&call, &county, "Maricopa County").await);
        let record = format!("/v1/organizations/{phoenix}");
        let tag = admin.get(&record).await.expect(200).tag();
        admin.patch(&record, &tag, json!({"parent_id": county})).await.expect(200);
        app.act_on_call(&call, "close").await.expect(200);
        let mut panel = Vec::new();
        for name in ["none", "city", "county", "served", "declared"] {
            panel.push(app.seated(&call, name, Role::ProgramOfficer).await);
        }
        belongs_to(&app, &panel[1].id, &phoenix, Role::LocalStaff).await;
        belongs_to(&app, &panel[2].id, &county, Role::LocalStaff).await;
        let chicago = app.city("Chicago").await;
        placed(&app, &call, &panel[3].id, &chicago);
        let denver = app.city("Denver").await;
        panel[4].actor.post(&format!("/v1/calls/{call}/conflicts"), json!({"organization_id": denver, "reason": "Related."})).await.expect(201);

        let conflicts = Conflicts::of(&mut app.database.connect(), &call.parse().unwrap(), app.clock.now()).unwrap();
        let mut found = BTreeSet::new();
        // What a caller belongs to is believed for half a second.
        tokio::time::sleep(std::time::Duration::from_millis(600)).await;
        for (number, one) in panel.iter().enumerate() {
            for (host, application) in &applications {
                let status = one.actor.get(&format!("/v1/applications/{application}")).await.status;
                let has = conflicts.has(&one.id.parse().unwrap(), &host.parse().unwrap());
                assert_eq!(status == 404, has, "{number} {host}");
                if has { found.insert((number, host.clone())); }
            }
        }
        let expected = [(1, &phoenix), (1, &county), (2, &phoenix), (2, &county), (3, &chicago), (4, &denver)];
        assert_eq!(found, expected.into_iter().map(|(one, host)| (one, host.clone())).collect());
        let shown = admin.get(&format!("/v1/calls/{call}/conflicts")).await.expect(200);
        assert_eq!(shown.body["data"].as_array().unwrap().len(), 6);
    }

    async fn a_review_is_checked_as_a_whole_and_changeable_until_the_phase_ends(app: App) {
        let (call, applications) = app.closed_call(json!({}), &["Phoenix", "Chicago"]).await;
        let id = &applications["Phoenix"];
        let reviewer = app.seated(&call, "okafor", Role::ClearanceOfficer).await;
        let other = app.seated(&call, "other", Role::ProgramOfficer).await;
        app.assign(&call, id, &reviewer).await.expect(201);
        reviewer.review(id, Some(1), Some(1)).await.expect_problem(409, "not_allowed_in_state");
        app.act_on_call(&call, "start-review").await.expect(200);
        app.act_on_call(&call, "start-review").await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(app.admin().await.get(&format!("/v1/applications/{id}")).await.expect(200).body["status"], "under_review");

        let refused = reviewer.put_review(id, json!({"scores": {"impact": 6, "beauty": 1}})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/scores/impact", "/scores/readiness", "/scores/beauty"]);
        assert_eq!(refused.fault_codes(), ["out_of_range", "required", "unknown_criterion"]);
        reviewer.put_review(id, json!({"is_abstention": true, "scores": {"impact": 1}})).await.expect(422);
        other.review(id, Some(1), Some(1)).await.expect_problem(403, "forbidden");
        reviewer.actor.get(&format!("/v1/applications/{id}/review")).await.expect_problem(404, "not_found");

        let first = reviewer.review(id, Some(4), Some(5)).await.expect(201);
        assert_eq!((&first.body["score"], &first.body["version"]), (&json!(68.0), &json!(1)));
        let second = reviewer.review(id, Some(4), None).await.expect(200);
        assert_eq!((second.id(), &second.body["score"], &second.body["version"]), (first.id(), &json!(80.0), &json!(2)));
        assert_eq!(second.body["scores"], json!({"impact": 4, "readiness": null}));
        let own = reviewer.actor.get(&format!("/v1/applications/{id}/review")).await.expect(200);
        assert_eq!((own.tag(), &own.body), (second.tag(), &second.body));
        // To abstain is not to give nothing.
        let abstained = reviewer.put_review(id, json!({"is_abstention": true})).await.expect(200);
        assert_eq!((&abstained.body["score"], &abstained.body["is_abstention"]), (&Value::Null, &json!(true)));
        assert_eq!(ranking(&app, &call).await[id]["abstentions"], 1);
        assert_eq!(reviewer.review(id, Some(0), Some(0)).await.expect(200).body["score"], 0.0);
        assert_eq!(ranking(&app, &call).await[id]["score"], 0.0);

        // Each sees their own until the call is decided, and no ranking; those who run it see all.
        let all = format!("/v1/applications/{id}/reviews");
        assert_eq!(other.actor.get(&all).await.expect(200).ids(), Vec::<String>::new());
        assert_eq!(reviewer.actor.get(&all).await.expect(200).ids(), [first.id()]);
        assert_eq!(app.admin().await.get(&all).await.expect(200).ids(), [first.id()]);
        for one in [&reviewer, &other] {
            one.actor.get(&format!("/v1/calls/{call}/ranking")).await.expect_problem(403, "forbidden");
        }
        let stranger = app.panelist("stranger", Role::Scheduler).await;
        stranger.actor.get(&format!("/v1/calls/{call}/ranking")).await.expect_problem(403, "forbidden");
        app.as_role(Role::Auditor).await.get(&format!("/v1/calls/{call}/ranking")).await.expect(200);

        app.decide_by_hand(&applications["Chicago"], "reject").await.expect(200);
        app.sign_as_usual(&call).await;
        app.act_on_call(&call, "decide").await.expect(200);
        reviewer.review(id, Some(5), Some(5)).await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(other.actor.get(&all).await.expect(200).ids(), [first.id()]);
        other.actor.get(&format!("/v1/calls/{call}/ranking")).await.expect(200);
    }

    async fn those_who_review_are_not_led_by_what_is_being_decided(app: App) {
        let (call, applications) = app.closed_call(json!({"places": 5}), &["Phoenix", "Chicago"]).await;
        let (ours, other) = (&applications["Phoenix"], &applications["Chicago"]);
        let officer = app.seated(&call, "ines", Role::ProgramOfficer).await;
        app.act_on_call(&call, "start-review").await.expect(200);
        app.assign(&call, ours, &officer).await.expect(201);
        app.decide_by_hand(ours, "select").await.expect(200);
        let list = format!("/v1/calls/{call}/applications");
        for (status, expected) in [("selected", 0), ("under_review", 2)] {
            let found = officer.actor.get(&format!("{list}?status={status}&include=total")).await.expect(200);
            assert_eq!((found.ids().len(), &found.body["total"]), (expected, &json!(expected)), "{status}");
        }
        let seen = officer.actor.get(&format!("/v1/applications/{ours}")).await.expect(200);
        assert_eq!((&seen.body["status"], &seen.body["reason"]), (&json!("under_review"), &Value::Null));
        assert_eq!(seen.body["allowed_actions"], json!(["review", "declare-conflict"]));
        let seen = officer.actor.get(&format!("/v1/applications/{other}")).await.expect(200);
        assert_eq!(seen.body["allowed_actions"], json!(["declare-conflict"]));
        let decided = app.admin().await.get(&format!("{list}?status=selected")).await.expect(200);
        assert_eq!(decided.ids(), vec![ours.clone()]);
    }

    async fn twenty_who_send_one_review_at_once_make_one_row(app: App) {
        let (call, applications) = app.closed_call(json!({}), &["Phoenix"]).await;
        let id = &applications["Phoenix"];
        let reviewer = app.seated(&call, "okafor", Role::ClearanceOfficer).await;
        app.assign(&call, id, &reviewer).await.expect(201);
        app.act_on_call(&call, "start-review").await.expect(200);
        let mut sent = tokio::task::JoinSet::new();
        for number in 0..20 {
            let (reviewer, id) = (reviewer.clone(), id.clone());
            sent.spawn(async move {
                loop {
                    // On a slow machine the wait for the lock may be too long.
                    match reviewer.review(&id, Some(number % 6), Some(number % 11)).await.status {
                        503 => {}
                        status => return status,
                    }
                }
            });
        }
        let mut statuses = sent.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 19, "{statuses:?}");
        let all = app.admin().await.get(&format!("/v1/applications/{id}/reviews")).await.expect(200);
        assert_eq!((all.ids().len(), &all.body["data"][0]["version"]), (1, &json!(20)));
    }

    async fn a_conflict_that_comes_later_takes_the_review_out_of_the_ranking(app: App) {
        let over = json!({"normalisation": "reviewer_mean", "reviews_per_application": 2});
        let (call, applications) = app.closed_call(over, &["Phoenix", "Chicago"]).await;
        let mild = app.seated(&call, "mild", Role::ClearanceOfficer).await;
        let severe = app.seated(&call, "severe", Role::ClearanceOfficer).await;
        app.admin().await.post(&format!("/v1/calls/{call}/assign-evenly"), json!({})).await.expect(200);
        app.act_on_call(&call, "start-review").await.expect(200);
        let (phoenix, chicago) = (&applications["Phoenix"], &applications["Chicago"]);
        for (reviewer, id, impact) in [(&mild, phoenix, 5), (&mild, chicago, 3), (&severe, phoenix, 2), (&severe, chicago, 1)] {
            reviewer.review(id, Some(impact), None).await.expect(201);
        }
        // 100, 60 and 40, 20: the mean of all is 55, the reviewers' are 80 and 30.
        let found = app.admin().await.get(&format!("/v1/calls/{call}/ranking")).await.expect(200);
        assert_eq!(found.body["mean"], 55.0);
        let shifts: BTreeSet<String> = found.body["reviewer_means"].as_array().unwrap().iter().map(|one| one["shift"].to_string()).collect();
        assert_eq!(shifts, BTreeSet::from(["-25.0".to_owned(), "25.0".to_owned()]));
        let rows = ranking(&app, &call).await;
        assert_eq!((&rows[phoenix]["score"], &rows[phoenix]["normalised_score"]), (&json!(70.0), &json!(70.0)));
        assert_eq!((&rows[chicago]["score"], &rows[chicago]["normalised_score"]), (&json!(40.0), &json!(40.0)));

        belongs_to(&app, &severe.id, &app.city("Phoenix").await, Role::LocalStaff).await;
        let rows = ranking(&app, &call).await;
        // What is left: 100, 60 and 20. The mean is 60, the reviewers' are 80 and 20.
        assert_eq!((&rows[phoenix]["score"], &rows[phoenix]["normalised_score"], &rows[phoenix]["reviews"]), (&json!(100.0), &json!(80.0), &json!(1)));
        assert_eq!((&rows[chicago]["score"], &rows[chicago]["normalised_score"]), (&json!(40.0), &json!(50.0)));
        let all = app.admin().await.get(&format!("/v1/applications/{phoenix}/reviews")).await.expect(200);
        let counts: BTreeSet<(String, bool)> = all.body["data"].as_array().unwrap().iter()
            .map(|one| (one["reviewer_id"].as_str().unwrap().to_owned(), one["counts"].as_bool().unwrap())).collect();
        assert_eq!(counts, BTreeSet::from([(mild.id.clone(), true), (severe.id.clone(), false)]));
    }
}

/// Makes this person an officer who has served at this host.
fn placed(app: &App, call: &str, user: &str, host: &str) {
    use chancery::schema::{calls, officers, placements};
    let mut conn = app.database.connect();
    let now = app.clock.now();
    let program: String = calls::table
        .filter(calls::id.eq(call))
        .select(calls::program_id)
        .first(&mut conn)
        .unwrap();
    let officer = OfficerId::fresh();
    diesel::insert_into(officers::table)
        .values((
            officers::id.eq(&officer),
            officers::user_id.eq(user),
            officers::name.eq("Officer"),
            officers::name_folded.eq("officer"),
            officers::grade.eq("FS-03"),
            officers::is_active.eq(true),
            officers::version.eq(1),
            officers::created_at.eq(now),
            officers::updated_at.eq(now),
        ))
        .execute(&mut conn)
        .unwrap();
    let day: chancery::kernel::day::Day = "2020-01-01".parse().unwrap();
    diesel::insert_into(placements::table)
        .values((
            placements::id.eq(chancery::kernel::id::PlacementId::fresh()),
            placements::program_id.eq(program),
            placements::officer_id.eq(&officer),
            placements::organization_id.eq(host),
            placements::slot.eq(1),
            placements::status.eq("closed"),
            placements::time_zone.eq("America/Chicago"),
            placements::starts_on.eq(day),
            placements::ends_on.eq(day),
            placements::starts_at.eq(now),
            placements::ends_at.eq(now),
            placements::version.eq(1),
            placements::created_at.eq(now),
            placements::updated_at.eq(now),
        ))
        .execute(&mut conn)
        .unwrap();
}
