//! Proxies: given before a session, to somebody of another seat, without chains, and not too many.

use chancery::assemblies::presence::model::{Presence, PresenceCapacity};
use chancery::assemblies::sessions::lifecycle::SessionStatus;
use chancery::kernel::id::PresenceId;
use chancery::schema::{seat_proxies, session_presences};
use diesel::prelude::*;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{App, Seat};

/// So many seats, each with its holder.
async fn seats(app: &App, assembly: &str, number: usize) -> Vec<Seat> {
    let mut all = Vec::with_capacity(number);
    for index in 0..number {
        let organization = app.jurisdiction(&format!("City {index}"), json!({})).await;
        all.push(app.seat(assembly, &organization).await);
    }
    all
}

fn to(session: &str, seat: &Seat) -> Value {
    json!({"session_id": session, "proxy_seat_id": seat.id})
}

fn proxies(seat: &Seat) -> String {
    format!("{}/proxies", seat.path())
}

both_backends! {
    async fn a_holder_gives_the_vote_away_before_the_session_opens(app: App) {
        let assembly = app.assembly(json!({})).await;
        let all = seats(&app, &assembly, 3).await;
        let [a, b, c] = [&all[0], &all[1], &all[2]];
        let alternate = app.alternate(a).await;
        let session = app.stored_session(&assembly, SessionStatus::Draft);
        // Nobody gives away what is not theirs: the staff has no such right, another city none here.
        alternate.post(&proxies(a), to(&session, b)).await.expect_problem(403, "forbidden");
        b.holder.post(&proxies(a), to(&session, b)).await.expect_problem(403, "forbidden");
        for status in [SessionStatus::Draft, SessionStatus::Open, SessionStatus::Adjourned, SessionStatus::Cancelled] {
            app.put_session(&session, status);
            a.holder.post(&proxies(a), to(&session, b)).await.expect_problem(409, "not_allowed_in_state");
        }
        app.put_session(&session, SessionStatus::Called);
        let given = a.holder.post(&proxies(a), json!({"session_id": session, "proxy_seat_id": b.id, "note": "By letter."})).await.expect(201);
        assert_eq!(given.body["proxy_user_id"], json!(app.account(&b.holder).await));
        assert_eq!(given.body["designated_by"]["id"], json!(app.account(&a.holder).await));
        a.holder.post(&proxies(a), to(&session, c)).await.expect_problem(409, "conflict");
        let voters = format!("/v1/assemblies/{assembly}/voters?session_id={session}");
        let seen = c.holder.get(&voters).await.expect(200);
        let told: Vec<Value> = seen.body["voters"].as_array().unwrap().iter().map(|one| one["proxy"]["seat_id"].clone()).collect();
        assert_eq!(told, [json!(b.id), Value::Null, Value::Null]);
        // Members see it without the note; it is taken back once.
        let listed = c.holder.get(&proxies(a)).await.expect(200);
        assert!(listed.ids().len() == 1 && !listed.text.contains("By letter."));
        assert!(a.holder.get(&proxies(a)).await.expect(200).text.contains("By letter."));
        let revoke = format!("{}/{}/revoke", proxies(a), given.id());
        b.holder.post(&revoke, json!({})).await.expect_problem(403, "forbidden");
        app.put_session(&session, SessionStatus::Open);
        let revoked = a.holder.post(&revoke, json!({})).await.expect(200);
        assert_eq!(revoked.body["revoked_by"]["id"], json!(app.account(&a.holder).await));
        a.holder.post(&revoke, json!({})).await.expect_problem(409, "conflict");
        let after = c.holder.get(&voters).await.expect(200);
        assert!(after.body["voters"].as_array().unwrap().iter().all(|one| one["proxy"].is_null()));
        let before = format!("{voters}&at={}", given.body["designated_at"].as_str().unwrap());
        assert_eq!(c.holder.get(&before).await.expect(200).body["voters"][0]["proxy"]["seat_id"], json!(b.id));
    }

    async fn there_are_no_chains_and_no_more_than_the_assembly_allows(app: App) {
        let assembly = app.assembly(json!({"max_proxies": 2})).await;
        let all = seats(&app, &assembly, 6).await;
        let session = app.stored_session(&assembly, SessionStatus::AgendaPublished);
        let admin = app.admin().await;
        let give = |from: usize, body: Value| {
            let (admin, path) = (admin.clone(), proxies(&all[from]));
            async move { admin.post(&path, body).await }
        };
        assert_eq!(give(0, to(&session, &all[0])).await.expect(422).fault_codes(), ["unknown_reference"]);
        let mut body = to(&session, &all[1]);
        body["capacity"] = json!("alternate");
        assert_eq!(give(0, body.clone()).await.expect(422).fault_pointers(), ["/capacity"]);
        let alternate = app.alternate(&all[1]).await;
        let given = give(0, body).await.expect(201);
        assert_eq!(given.body["proxy_user_id"], json!(app.account(&alternate).await));
        // Whoever holds one gives none away; whoever gave one away holds none.
        assert_eq!(give(1, to(&session, &all[2])).await.expect(422).fault_codes(), ["holds_proxies"]);
        assert_eq!(give(2, to(&session, &all[0])).await.expect(422).fault_codes(), ["gave_proxy"]);
        give(2, to(&session, &all[1])).await.expect(201);
        assert_eq!(give(3, to(&session, &all[1])).await.expect(422).fault_codes(), ["proxy_limit"]);
        // Of another session, and of another assembly, nothing is counted or known.
        let later = app.stored_session(&assembly, SessionStatus::Called);
        give(3, to(&later, &all[1])).await.expect(201);
        let elsewhere = app.assembly(json!({})).await;
        let foreign = app.stored_session(&elsewhere, SessionStatus::Called);
        assert_eq!(give(4, to(&foreign, &all[5])).await.expect(422).fault_pointers(), ["/session_id"]);
        let stranger = app.vacant_seat(&elsewhere, &all[5].organization).await;
        let body = json!({"session_id": session, "proxy_seat_id": stranger});
        assert_eq!(give(4, body).await.expect(422).fault_codes(), ["unknown_reference"]);
    }

    async fn fifty_clients_never_give_one_holder_more_than_the_limit(app: App) {
        let assembly = app.assembly(json!({"max_proxies": 3})).await;
        let all = seats(&app, &assembly, 51).await;
        let session = app.stored_session(&assembly, SessionStatus::Called);
        let admin = app.admin().await;
        let answers = join_all(all[1..].iter().map(|seat| {
            let (admin, path, body) = (admin.clone(), proxies(seat), to(&session, &all[0]));
            async move { admin.post(&path, body).await }
        }))
        .await;
        assert_eq!(answers.iter().filter(|one| one.status == 201).count(), 3);
        for refused in answers.into_iter().filter(|one| one.status != 201) {
            assert_eq!(refused.expect(422).fault_codes(), ["proxy_limit"]);
        }
        // Two that give each other their votes: one of them does.
        for pair in all[1..].chunks_exact(2).skip(2).take(10) {
            let (left, right) = (&pair[0], &pair[1]);
            let answers = join_all([(left, right), (right, left)].map(|(from, other)| {
                let (admin, path, body) = (admin.clone(), proxies(from), to(&session, other));
                async move { admin.post(&path, body).await.status }
            }))
            .await;
            let made = answers.iter().filter(|status| **status == 201).count();
            assert!(made <= 1, "{answers:?}");
        }
        let mut conn = app.database.connect();
        let current: Vec<(String, String)> = seat_proxies::table
            .filter(seat_proxies::revoked_at.is_null())
            .select((seat_proxies::seat_id, seat_proxies::proxy_seat_id))
            .load(&mut conn)
            .unwrap();
        assert!(current.iter().all(|(_, proxy)| !current.iter().any(|(seat, _)| seat == proxy)), "a chain");
        assert_eq!(current.iter().filter(|(_, proxy)| *proxy == all[0].id).count(), 3);
    }

    async fn a_proxy_ends_with_the_time_of_either_and_with_it_the_presence(app: App) {
        let assembly = app.assembly(json!({"max_proxies": 3})).await;
        let all = seats(&app, &assembly, 4).await;
        let [a, b, c, d] = [&all[0], &all[1], &all[2], &all[3]];
        let session = app.stored_session(&assembly, SessionStatus::Called);
        let mut given = Vec::new();
        for (from, other) in [(a, b), (c, d)] {
            given.push(from.holder.post(&proxies(from), to(&session, other)).await.expect(201).id());
        }
        app.put_session(&session, SessionStatus::Open);
        let mut conn = app.database.connect();
        for (seat, person) in [(a, b), (c, d)] {
            diesel::insert_into(session_presences::table)
                .values(Presence {
                    id: PresenceId::fresh(),
                    session_id: session.parse().unwrap(),
                    seat_id: seat.id.parse().unwrap(),
                    user_id: app.account(&person.holder).await.parse().unwrap(),
                    capacity: PresenceCapacity::Proxy,
                    starts_at: app.clock.now(),
                    ends_at: None,
                    started_by_kind: "user".to_owned(),
                    started_by_id: None,
                    ended_by_kind: None,
                    ended_by_id: None,
                })
                .execute(&mut conn)
                .unwrap();
        }
        // The giver's time ends; then the time of whoever holds the proxy.
        for (leaving, giver, left) in [(a, a, 1), (d, c, 0)] {
            app.act_on_seat(&leaving.id, "vacate", json!({"end_reason": "resigned"})).await.expect(200);
            let listed = app.admin().await.get(&proxies(giver)).await.expect(200);
            assert!(!listed.body["data"][0]["revoked_at"].is_null());
            let present: i64 = session_presences::table
                .filter(session_presences::ends_at.is_null())
                .count()
                .get_result(&mut conn)
                .unwrap();
            assert_eq!(present, left);
        }
        // A new holder does not inherit it.
        let body = json!({"user_id": app.account(&d.holder).await, "office": "Mayor"});
        app.act_on_seat(&d.id, "fill", body).await.expect(200);
        let voters = format!("/v1/assemblies/{assembly}/voters?session_id={session}");
        let seen = app.admin().await.get(&voters).await.expect(200);
        assert!(seen.body["voters"].as_array().unwrap().iter().all(|one| one["proxy"].is_null()));
        // What was given is taken back while the session goes on, and stays once it is over.
        app.put_session(&session, SessionStatus::Adjourned);
        let revoke = format!("{}/{}/revoke", proxies(c), given[1]);
        c.holder.post(&revoke, json!({})).await.expect_problem(409, "conflict");
    }
}
