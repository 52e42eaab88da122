//! Polls: who votes, one ballot a jurisdiction, majorities, quorum, results.

use chancery::kernel::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, Answer, App, Seat};

fn path(poll: &str) -> String {
    format!("/v1/polls/{poll}")
}

/// An open session of so many jurisdictions whose holders are all there, and a motion on the floor.
async fn floor(app: &App, number: usize, over: Value) -> (String, Vec<Seat>, String) {
    let (_, session, seats) = app.convened(number, over).await;
    app.all_come(&session, &seats).await;
    let motion = app.put_before(&session, &seats[0], &seats[1]).await;
    (session, seats, motion)
}

/// How the motion stands.
async fn motion_status(app: &App, motion: &str) -> Value {
    let found = app
        .admin()
        .await
        .get(&format!("/v1/motions/{motion}"))
        .await
        .expect(200);
    found.body["status"].clone()
}

fn counts(result: &Value) -> Vec<i64> {
    result["counts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|count| count["votes"].as_i64().unwrap())
        .collect()
}

async fn vote_as_clerk(app: &App, poll: &str, seat: &Seat, choice: &str) -> Answer {
    app.cast_for(&app.as_role(Role::Scheduler).await, poll, &seat.id, choice)
        .await
}

both_backends! {
    async fn scenario_10_no_quorum(app: App) {
        let assembly = app.assembly(json!({})).await;
        let seats = app.seats(&assembly, 20).await;
        let alternate = app.alternate(&seats[0]).await;
        let session = app.open_session(&assembly, json!({})).await;
        app.all_come(&session, &seats[..10]).await;
        // Two people of one jurisdiction count once.
        app.come(&alternate, &session, &seats[0].id).await.expect(200);
        let motion = app.put_before(&session, &seats[0], &seats[1]).await;
        let poll = app.draft_poll(&motion, json!({})).await;
        let refused = app.act_on_poll(&poll, "open").await.expect_problem(409, "quorum_not_met");
        let by = ["seated", "present", "required", "missing"].map(|name| refused.body[name].as_i64().unwrap());
        assert_eq!(by, [20, 10, 11, 1]);
        assert_eq!(refused.body["detail"], json!("10 of 20 seated jurisdictions are present and 11 are required: 1 more."));
        // The attempt is on record, with what it was reckoned from.
        let checks = format!("/v1/assembly-sessions/{session}/quorum-checks?poll_id={poll}");
        let kept = app.admin().await.get(&checks).await.expect(200);
        assert_eq!(kept.body["data"].as_array().unwrap().len(), 1);
        assert_eq!((&kept.body["data"][0]["occasion"], &kept.body["data"][0]["is_met"]), (&json!("poll_opening"), &json!(false)));
        assert_eq!(kept.body["data"][0]["present_seats"].as_array().unwrap().len(), 10);
        assert_eq!(app.admin().await.get(&path(&poll)).await.expect(200).body["status"], json!("draft"));

        // The eleventh comes, and the poll is opened.
        app.come(&seats[10].holder, &session, &seats[10].id).await.expect(200);
        app.act_on_poll(&poll, "open").await.expect(200);
        app.cast(&seats[0].holder, &poll, "yes").await.expect(201);
        // Somebody leaves in the middle: voting is closed until a quorum is there again.
        app.go(&seats[10].holder, &session, &seats[10].id).await.expect(200);
        let refused = app.cast(&seats[1].holder, &poll, "yes").await.expect_problem(409, "quorum_not_met");
        assert_eq!((&refused.body["present"], &refused.body["missing"]), (&json!(10), &json!(1)));
        // Whoever has voted is told so, also now.
        app.cast(&seats[0].holder, &poll, "yes").await.expect(200);
        app.come(&seats[11].holder, &session, &seats[11].id).await.expect(200);
        app.cast(&seats[1].holder, &poll, "yes").await.expect(201);
        // Who was not there when the poll was opened does not vote in it.
        app.cast(&seats[11].holder, &poll, "yes").await.expect_problem(403, "not_entitled");
        app.go(&seats[11].holder, &session, &seats[11].id).await.expect(200);
        // Closed without a quorum it is void, and the motion stands where it stood.
        let closed = app.act_on_poll(&poll, "close").await.expect(200);
        assert_eq!((&closed.body["outcome"], &closed.body["result"]["is_void"]), (&json!("undecided"), &json!(true)));
        assert_eq!(closed.body["result"]["arithmetic"].as_array().unwrap().last().unwrap(),
            &json!("no quorum at the closing, 10 present and 11 required: the poll is void"));
        assert_eq!(motion_status(&app, &motion).await, json!("seconded"));
        let adjourned = app.adjourn_session(&session, "no_quorum").await.expect(200);
        assert_eq!(adjourned.body["adjournment"], json!("no_quorum"));
    }

    async fn scenario_11_one_vote(app: App) {
        let assembly = app.assembly(json!({})).await;
        let seats = app.seats(&assembly, 4).await;
        let alternate = app.alternate(&seats[0]).await;
        let session = app.open_session(&assembly, json!({})).await;
        app.all_come(&session, &seats).await;
        app.come(&alternate, &session, &seats[0].id).await.expect(200);
        let motion = app.put_before(&session, &seats[1], &seats[2]).await;
        let poll = app.open_poll(&motion, json!({})).await;
        let (one, other) = tokio::join!(app.cast(&seats[0].holder, &poll, "yes"), app.cast(&alternate, &poll, "no"));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        let won = if one.status == 201 { "yes" } else { "no" };
        let refused = if one.status == 409 { one } else { other };
        refused.expect_problem(409, "already_voted");
        // Somebody who is nobody's proxy, and somebody whose jurisdiction has no seat.
        app.cast_for(&seats[3].holder, &poll, &seats[0].id, "no").await.expect_problem(403, "not_entitled");
        app.cast(&app.as_city("Miami").await, &poll, "no").await.expect(404);
        let key = app.key_of("Phoenix", &[chancery::kernel::access::Permission::AssembliesRead]).await;
        app.cast(&key, &poll, "no").await.expect_problem(403, "forbidden");
        // The mayor of another city votes and leaves office: the vote is kept, the mayor is out.
        app.cast(&seats[3].holder, &poll, "yes").await.expect(201);
        app.act_on_seat(&seats[3].id, "vacate", json!({"end_reason": "left_office"})).await.expect(200);
        app.cast(&seats[3].holder, &poll, "yes").await.expect_problem(403, "not_entitled");
        app.act_on_seat(&seats[2].id, "vacate", json!({"end_reason": "left_office"})).await.expect(200);
        app.cast(&seats[2].holder, &poll, "yes").await.expect_problem(403, "not_entitled");
        let result = app.close_poll(&poll).await;
        assert_eq!(counts(&result), if won == "yes" { [2, 0, 0] } else { [1, 1, 0] });
        let listed = seats[1].holder.get(&format!("{}/ballots", path(&poll))).await.expect(200);
        let by: Vec<&Value> = listed.body["data"].as_array().unwrap().iter().map(|ballot| &ballot["seat_id"]).collect();
        assert!(by.contains(&&json!(seats[3].id)) && by.contains(&&json!(seats[0].id)));
    }

    async fn a_holder_and_an_alternate_who_vote_at_the_same_instant_cast_one_ballot_200_times(app: App) {
        let assembly = app.assembly(json!({})).await;
        let seats = app.seats(&assembly, 2).await;
        let alternate = app.alternate(&seats[0]).await;
        let session = app.open_session(&assembly, json!({})).await;
        app.all_come(&session, &seats).await;
        let motion = app.put_before(&session, &seats[0], &seats[1]).await;
        let mut first = 0;
        for round in 0..200 {
            let kind = if round % 4 == 0 { "secret" } else { "recorded" };
            let poll = app.open_poll(&motion, json!({"kind": kind})).await;
            let race = |who: &Actor, choice: &'static str| {
                let (who, path) = (who.clone(), format!("{}/ballot", path(&poll)));
                tokio::spawn(async move { who.send(Method::PUT, &path, &[], Some(json!({"choice": choice}))).await.status })
            };
            let (one, other) = (race(&seats[0].holder, "yes"), race(&alternate, "no"));
            let statuses = (one.await.unwrap(), other.await.unwrap());
            assert!(statuses == (201, 409) || statuses == (409, 201), "round {round}: {statuses:?}");
            first += i32::from(statuses.0 == 201);
            let voters = app.admin().await.get(&format!("{}/voters?limit=100", path(&poll))).await.expect(200);
            let voted = voters.body["data"].as_array().unwrap().iter().filter(|voter| voter["has_voted"] == json!(true)).count();
            assert_eq!(voted, 1);
            app.act_on_poll(&poll, "cancel").await.expect(200);
        }
        println!("the holder was first {first} times of 200");
    }

    async fn ballots_that_race_with_the_closing_are_counted_or_refused(app: App) {
        let (session, seats, mut motion) = floor(&app, 20, json!({})).await;
        for kind in ["recorded", "secret"] {
            let poll = app.open_poll(&motion, json!({"kind": kind})).await;
            let tag = app.admin().await.get(&path(&poll)).await.expect(200).tag();
            let mut voting = Vec::new();
            for (number, seat) in seats.iter().enumerate() {
                let (who, path) = (seat.holder.clone(), format!("{}/ballot", path(&poll)));
                voting.push(tokio::spawn(async move {
                    tokio::time::sleep(std::time::Duration::from_millis(4 * number as u64)).await;
                    who.send(Method::PUT, &path, &[], Some(json!({"choice": "yes"}))).await.status
                }));
            }
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
            let closed = app.admin().await.act(&format!("{}/close", path(&poll)), &tag).await.expect(200);
            let mut cast = 0;
            for ballot in voting {
                match ballot.await.unwrap() {
                    201 => cast += 1,
                    status => assert_eq!(status, 409),
                }
            }
            println!("{kind}: {cast} of 20 before the closing");
            assert_eq!(counts(&closed.body["result"]), [cast, 0, 0]);
            let expected = if cast > 0 { "carried" } else { "failed" };
            assert_eq!(motion_status(&app, &motion).await, json!(expected));
            motion = app.put_before(&session, &seats[0], &seats[1]).await;
        }
    }

    async fn a_poll_is_the_offices_until_it_is_opened(app: App) {
        let (session, seats, motion) = floor(&app, 3, json!({})).await;
        let member = &seats[2].holder;
        let poll = app.draft_poll(&motion, json!({"question": " Shall it be resolved? "})).await;
        member.get(&path(&poll)).await.expect(404);
        for place in ["ballot", "voters", "ballots", "result"] {
            member.get(&format!("{}/{place}", path(&poll))).await.expect(404);
        }
        app.cast(member, &poll, "yes").await.expect(404);
        assert_eq!(member.get(&format!("/v1/motions/{motion}/polls?include=total")).await.expect(200).body["total"], json!(0));
        member.post(&format!("/v1/motions/{motion}/polls"), json!({"kind": "secret"})).await.expect_problem(403, "forbidden");
        let auditor = app.as_role(Role::Auditor).await;
        let seen = auditor.get(&path(&poll)).await.expect(200);
        assert_eq!((&seen.body["question"], &seen.body["allowed_actions"]), (&json!("Shall it be resolved?"), &json!([])));
        app.act_on_poll(&poll, "open").await.expect(200);
        let seen = member.get(&path(&poll)).await.expect(200);
        assert_eq!((&seen.body["status"], &seen.body["result"], &seen.body["allowed_actions"]), (&json!("open"), &Value::Null, &json!([])));
        assert_eq!(member.get(&format!("/v1/assembly-sessions/{session}/polls")).await.expect(200).ids(), std::slice::from_ref(&poll));
        assert_eq!(motion_status(&app, &motion).await, json!("in_vote"));
        member.get(&format!("{}/result", path(&poll))).await.expect_problem(409, "not_allowed_in_state");
        member.get(&format!("{}/ballots", path(&poll))).await.expect_problem(409, "not_allowed_in_state");
        app.as_city("Miami").await.get(&path(&poll)).await.expect(404);
        // It is closed once, and stands.
        let tag = app.admin().await.get(&path(&poll)).await.expect(200).tag();
        app.admin().await.act(&format!("{}/close", path(&poll)), "\"1\"").await.expect(412);
        let closed = app.admin().await.act(&format!("{}/close", path(&poll)), &tag).await.expect(200);
        app.act_on_poll(&poll, "close").await.expect_problem(409, "not_allowed_in_state");
        app.act_on_poll(&poll, "cancel").await.expect_problem(409, "not_allowed_in_state");
        app.cast(member, &poll, "yes").await.expect_problem(409, "not_allowed_in_state");
        let result = member.get(&format!("{}/result", path(&poll))).await.expect(200);
        assert_eq!(result.body, closed.body["result"]);
        app.admin().await.patch(&path(&poll), &closed.tag(), json!({"majority": "absolute"})).await.expect_problem(409, "not_allowed_in_state");
    }

    async fn a_poll_is_drafted_on_a_motion_that_was_moved_in_a_session_that_is_not_over(app: App) {
        let (session, seats, moved) = floor(&app, 3, json!({})).await;
        let draft = app.motion(&session, &seats[0]).await;
        let admin = app.admin().await;
        let refused = admin.post(&format!("/v1/motions/{draft}/polls"), json!({"kind": "recorded"})).await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(refused.body["state"], json!("draft"));
        app.adjourn_session(&session, "business_concluded").await.expect(200);
        let refused = admin.post(&format!("/v1/motions/{moved}/polls"), json!({"kind": "recorded"})).await.expect_problem(409, "not_allowed_in_state");
        assert_eq!(refused.body["state"], json!("adjourned"));
    }

    async fn a_poll_that_makes_no_sense_is_refused_with_all_its_faults(app: App) {
        let (_, _, motion) = floor(&app, 2, json!({})).await;
        let admin = app.admin().await;
        let polls = format!("/v1/motions/{motion}/polls");
        let refused = admin.post(&polls, json!({"kind": "recorded", "options": ["Boise", "Abstain", "BOISE"]})).await
            .expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/options/1", "/options/2"]);
        admin.post(&polls, json!({"kind": "recorded", "options": ["Boise"]})).await.expect_problem(422, "validation_failed");
        admin.post(&polls, json!({"kind": "open"})).await.expect_problem(422, "validation_failed");
        let poll = app.draft_poll(&motion, json!({"options": ["Boise", "Reno"]})).await;
        let seen = admin.get(&path(&poll)).await.expect(200);
        assert_eq!(seen.body["choices"], json!(["Boise", "Reno", "abstain"]));
        let changed = admin.patch(&path(&poll), &seen.tag(), json!({"options": null, "kind": "secret", "is_replaceable": true})).await.expect(200);
        assert_eq!(changed.body["choices"], json!(["yes", "no", "abstain"]));
        assert_eq!((&changed.body["kind"], &changed.body["is_replaceable"], &changed.body["majority"]), (&json!("secret"), &json!(true), &json!("simple")));
    }

    async fn the_result_says_how_it_was_reached(app: App) {
        let (_, seats, motion) = floor(&app, 7, json!({})).await;
        let poll = app.open_poll(&motion, json!({"majority": "two_thirds"})).await;
        for (seat, choice) in seats.iter().zip(["yes", "no", "abstain", "yes", "yes", "yes"]) {
            app.cast(&seat.holder, &poll, choice).await.expect(201);
        }
        let result = app.close_poll(&poll).await;
        assert_eq!(result["arithmetic"], json!([
            "votes cast without abstentions: yes 4 + no 1 = 5", "yes 4 × 3 = 12 ≥ 2 × 5 = 10",
        ]));
        assert_eq!(counts(&result), [4, 1, 1]);
        let numbers = ["abstentions", "ballots", "not_voted", "present", "seated", "base", "threshold"].map(|name| result[name].as_i64().unwrap());
        assert_eq!(numbers, [1, 6, 1, 7, 7, 5, 4]);
        assert_eq!((&result["outcome"], &result["leading"]), (&json!("carried"), &json!("yes")));
        assert_eq!(motion_status(&app, &motion).await, json!("carried"));
        let listed = seats[6].holder.get(&format!("{}/ballots?include=total", path(&poll))).await.expect(200);
        assert_eq!(listed.body["total"], json!(6));
        let of = |seat: &Seat| listed.body["data"].as_array().unwrap().iter().find(|one| one["seat_id"] == json!(seat.id)).unwrap()["choice"].clone();
        assert_eq!((of(&seats[0]), of(&seats[1]), of(&seats[2])), (json!("yes"), json!("no"), json!("abstain")));
    }

    async fn a_list_is_won_by_the_leading_option_with_its_majority(app: App) {
        let (_, seats, motion) = floor(&app, 5, json!({})).await;
        let over = json!({"options": ["Boise", "Reno", "Tulsa"], "majority": "absolute", "majority_of": "present"});
        let poll = app.open_poll(&motion, over).await;
        app.cast(&seats[0].holder, &poll, "yes").await.expect_problem(422, "validation_failed");
        for (seat, choice) in seats.iter().zip(["Reno", "Reno", "Tulsa", "Reno", "abstain"]) {
            app.cast(&seat.holder, &poll, choice).await.expect(201);
        }
        let result = app.close_poll(&poll).await;
        assert_eq!((&result["outcome"], &result["leading"]), (&json!("carried"), &json!("Reno")));
        assert_eq!(result["arithmetic"], json!(["jurisdictions present at the opening: 5", "Reno 3 × 2 = 6 > 5"]));
    }

    async fn a_tie_is_said_and_carries_nothing(app: App) {
        let (_, seats, motion) = floor(&app, 4, json!({})).await;
        let poll = app.open_poll(&motion, json!({})).await;
        for (seat, choice) in seats.iter().zip(["yes", "no", "no", "yes"]) {
            app.cast(&seat.holder, &poll, choice).await.expect(201);
        }
        let result = app.close_poll(&poll).await;
        assert_eq!((&result["outcome"], &result["leading"]), (&json!("tied"), &Value::Null));
        assert_eq!(result["arithmetic"][1], json!("yes 2 = no 2: a tie, which carries nothing"));
        assert_eq!(motion_status(&app, &motion).await, json!("failed"));
    }

    async fn a_ballot_is_replaced_where_the_poll_allows_it_and_by_whoever_cast_it(app: App) {
        let assembly = app.assembly(json!({"is_ballot_replaceable": true})).await;
        let seats = app.seats(&assembly, 2).await;
        let alternate = app.alternate(&seats[0]).await;
        let session = app.open_session(&assembly, json!({})).await;
        app.all_come(&session, &seats).await;
        let motion = app.put_before(&session, &seats[0], &seats[1]).await;
        let holder = &seats[0].holder;
        let first = app.open_poll(&motion, json!({})).await;
        let made = app.cast(holder, &first, "yes").await.expect(201);
        assert_eq!((&made.body["choice"], &made.body["capacity"]), (&json!("yes"), &json!("holder")));
        let again = app.cast(holder, &first, "yes").await.expect(200);
        assert_eq!(again.body["cast_at"], made.body["cast_at"]);
        assert_eq!(app.cast(holder, &first, "no").await.expect(200).body["choice"], json!("no"));
        app.cast(&alternate, &first, "yes").await.expect_problem(409, "already_voted");
        // The other of the seat learns that it has voted, and not how.
        let seen = alternate.get(&format!("{}/ballot", path(&first))).await.expect(200);
        assert_eq!((&seen.body["is_cast"], &seen.body["choice"], &seen.body["capacity"]), (&json!(true), &Value::Null, &json!("holder")));
        assert_eq!(holder.get(&format!("{}/ballot", path(&first))).await.expect(200).body["choice"], json!("no"));
        app.act_on_poll(&first, "cancel").await.expect(200);
        assert_eq!(motion_status(&app, &motion).await, json!("seconded"));
        holder.get(&format!("{}/ballots", path(&first))).await.expect_problem(409, "not_allowed_in_state");

        let second = app.open_poll(&motion, json!({"is_replaceable": false})).await;
        app.cast(holder, &second, "yes").await.expect(201);
        app.cast(holder, &second, "yes").await.expect(200);
        app.cast(holder, &second, "no").await.expect_problem(409, "already_voted");
        assert_eq!(counts(&app.close_poll(&second).await), [1, 0, 0]);
    }

    async fn a_roll_call_is_recorded_by_the_clerk_and_shown_at_once(app: App) {
        let (session, seats, motion) = floor(&app, 4, json!({})).await;
        app.go(&seats[3].holder, &session, &seats[3].id).await.expect(200);
        let poll = app.open_poll(&motion, json!({"kind": "roll_call"})).await;
        let made = vote_as_clerk(&app, &poll, &seats[0], "yes").await.expect(201);
        assert_eq!(made.body["capacity"], json!("clerk"));
        app.cast(&seats[0].holder, &poll, "no").await.expect_problem(409, "already_voted");
        app.cast(&seats[1].holder, &poll, "no").await.expect(201);
        vote_as_clerk(&app, &poll, &seats[1], "yes").await.expect_problem(409, "already_voted");
        vote_as_clerk(&app, &poll, &seats[3], "yes").await.expect_problem(403, "not_entitled");
        app.cast(&app.as_role(Role::Scheduler).await, &poll, "yes").await.expect_problem(403, "not_entitled");
        let shown = seats[3].holder.get(&format!("{}/ballots", path(&poll))).await.expect(200);
        assert_eq!(shown.body["data"].as_array().unwrap().len(), 2);
        app.act_on_poll(&poll, "cancel").await.expect(200);
        // Of any other poll the clerk records nothing.
        let recorded = app.open_poll(&motion, json!({})).await;
        vote_as_clerk(&app, &recorded, &seats[0], "yes").await.expect_problem(403, "not_entitled");
    }

    async fn a_proxy_votes_for_two_and_not_while_the_holder_is_there(app: App) {
        let assembly = app.assembly(json!({})).await;
        let seats = app.seats(&assembly, 3).await;
        let session = app.published_session(&assembly, json!({})).await;
        let body = json!({"session_id": session, "proxy_seat_id": seats[0].id});
        let proxies = format!("/v1/seats/{}/proxies", seats[1].id);
        let given = seats[1].holder.post(&proxies, body).await.expect(201);
        app.act_on_session(&session, "open", Value::Null).await.expect(200);
        let proxy = &seats[0].holder;
        for seat in [&seats[0], &seats[1]] {
            app.come(proxy, &session, &seat.id).await.expect(200);
        }
        app.come(&seats[2].holder, &session, &seats[2].id).await.expect(200);
        let motion = app.put_before(&session, &seats[0], &seats[2]).await;
        let poll = app.open_poll(&motion, json!({})).await;
        let refused = app.cast(proxy, &poll, "yes").await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/seat_id"]);
        app.cast_for(proxy, &poll, &seats[0].id, "yes").await.expect(201);
        // The holder comes, and votes for themselves.
        app.come(&seats[1].holder, &session, &seats[1].id).await.expect(200);
        app.cast_for(proxy, &poll, &seats[1].id, "yes").await.expect_problem(403, "not_entitled");
        let motions = format!("/v1/assembly-sessions/{session}/motions");
        let draft = json!({"title": "For another", "text": "Resolved.", "seat_id": seats[1].id});
        proxy.post(&motions, draft.clone()).await.expect_problem(403, "not_entitled");
        app.go(&seats[1].holder, &session, &seats[1].id).await.expect(200);
        proxy.post(&motions, draft).await.expect(201);
        let made = app.cast_for(proxy, &poll, &seats[1].id, "no").await.expect(201);
        assert_eq!(made.body["capacity"], json!("proxy"));
        app.act_on_poll(&poll, "cancel").await.expect(200);
        // A proxy that was taken back is one no more.
        let poll = app.open_poll(&motion, json!({})).await;
        let revoke = format!("{proxies}/{}/revoke", given.id());
        seats[1].holder.send(Method::POST, &revoke, &[], None).await.expect(200);
        app.cast_for(proxy, &poll, &seats[1].id, "no").await.expect_problem(403, "not_entitled");
    }

    async fn who_votes_is_fixed_at_the_opening(app: App) {
        let assembly = app.assembly(json!({})).await;
        let seats = app.seats(&assembly, 4).await;
        let session = app.open_session(&assembly, json!({})).await;
        app.all_come(&session, &seats[..3]).await;
        let motion = app.put_before(&session, &seats[0], &seats[1]).await;
        let poll = app.open_poll(&motion, json!({"majority": "absolute", "majority_of": "seated"})).await;
        // An alternate who is named afterwards, and a seat that is filled afterwards.
        let alternate = app.alternate(&seats[0]).await;
        app.come(&alternate, &session, &seats[0].id).await.expect(200);
        app.cast(&alternate, &poll, "no").await.expect_problem(403, "not_entitled");
        let miami = app.city("Miami").await;
        let late = app.seat(&assembly, &miami).await;
        app.come(&late.holder, &session, &late.id).await.expect(200);
        app.cast(&late.holder, &poll, "no").await.expect_problem(403, "not_entitled");
        let voters = seats[0].holder.get(&format!("{}/voters?include=total", path(&poll))).await.expect(200);
        assert_eq!(voters.body["total"], json!(4));
        let present = seats[0].holder.get(&format!("{}/voters?is_present=true&include=total", path(&poll))).await.expect(200);
        assert_eq!(present.body["total"], json!(3));
        for seat in &seats[..2] {
            app.cast(&seat.holder, &poll, "yes").await.expect(201);
        }
        let result = app.close_poll(&poll).await;
        assert_eq!((&result["seated"], &result["present"], &result["outcome"]), (&json!(4), &json!(3), &json!("failed")));
        assert_eq!(result["arithmetic"][1], json!("yes 2 × 2 = 4 ≤ 4"));
    }
}
