//! What is left of a secret poll: the votes, and who has voted; nothing that joins the two.
//!
//! The test knows every vote. It reads every table in every order that it can think of, the bytes of
//! the database and everything that the service logged, and looks for any row or line that names both,
//! and for any two orders of which one tells something of the other. Leaks that it plants itself have
//! to be found by the same search.

mod search;

use chancery::kernel::access::Role;
use chancery::kernel::secrets::random_bytes;
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, App, Process, Seat};
use search::{Known, best_of, execute, leaks_of, texts_of};

/// Words that stand nowhere else.
const OPTIONS: [&str; 3] = ["kestrelwing", "ospreynest", "harrierhill"];

/// Some order of the numbers below this, by chance.
fn shuffled(number: usize) -> Vec<usize> {
    let mut keyed: Vec<([u8; 8], usize)> = (0..number)
        .map(|one| (random_bytes::<8>().unwrap(), one))
        .collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, one)| one).collect()
}

fn path(poll: &str) -> String {
    format!("/v1/polls/{poll}")
}

async fn put(who: &Actor, poll: &str, choice: &str) -> crate::support::Answer {
    let headers = [("Idempotency-Key", "the-ballot")];
    who.send(
        Method::PUT,
        &format!("{}/ballot", path(poll)),
        &headers,
        Some(json!({"choice": choice})),
    )
    .await
}

/// Every ballot that is shown, in the order in which it is.
async fn ballots(who: &Actor, poll: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut next = format!("{}/ballots?limit=25", path(poll));
    loop {
        let page = who.get(&next).await.expect(200);
        found.extend(page.body["data"].as_array().unwrap().iter().map(|ballot| {
            assert!(
                ballot["seat_id"].is_null()
                    && ballot["cast_at"].is_null()
                    && ballot["capacity"].is_null()
            );
            (
                ballot["receipt"].as_str().unwrap().to_owned(),
                ballot["choice"].as_str().unwrap().to_owned(),
            )
        }));
        match page.body["next_cursor"].as_str() {
            None => return found,
            Some(cursor) => next = format!("{}/ballots?limit=25&cursor={cursor}", path(poll)),
        }
    }
}

/// A session with so many jurisdictions that are all there, and a motion.
async fn floor(app: &App, number: usize) -> (Vec<Seat>, String) {
    let (_, session, seats) = app.convened(number, json!({})).await;
    app.all_come(&session, &seats).await;
    let motion = app.put_before(&session, &seats[0], &seats[1]).await;
    (seats, motion)
}

both_backends! {
    async fn nothing_that_is_kept_of_a_secret_poll_joins_voter_and_vote(app: App) {
        const VOTERS: usize = 60;
        let (seats, motion) = floor(&app, VOTERS).await;
        let poll = app.open_poll(&motion, json!({"kind": "secret", "options": OPTIONS, "is_replaceable": true})).await;
        let log = app.database.folder.join("service.log");
        let process = Process::start_logging(&app, "trace", &log).await;
        let at = |actor: &Actor| actor.at(&process.url);

        // Chance decides who votes how, and who votes when. Some change their mind.
        let votes: Vec<&str> = shuffled(VOTERS).into_iter().map(|place| OPTIONS[place % 3]).collect();
        let before = app.admin().await.get(&path(&poll)).await.expect(200);
        let mut receipts = vec![String::new(); VOTERS];
        let mut shapes = std::collections::BTreeSet::new();
        for (turn, voter) in shuffled(VOTERS).into_iter().enumerate() {
            let who = at(&seats[voter].holder);
            if turn % 7 == 0 {
                put(&who, &poll, "abstain").await.expect(201);
            }
            let answer = put(&who, &poll, votes[voter]).await;
            let again = put(&who, &poll, votes[voter]).await.expect(200);
            assert_eq!(answer.body["receipt"], again.body["receipt"]);
            assert!(answer.body["choice"].is_null() && answer.body["cast_at"].is_null() && answer.header("etag").is_none());
            assert!(who.get(&format!("{}/ballot", path(&poll))).await.expect(200).body.get("receipt").is_none());
            receipts[voter] = answer.body["receipt"].as_str().unwrap().to_owned();
            shapes.insert((answer.text.len(), again.text.len(), answer.headers.len() - usize::from(answer.status == 201)));
        }
        assert_eq!(shapes.len(), 1, "the length of an answer tells something: {shapes:?}");
        // How it goes is not told before the end, also not by a tag that changes.
        let during = app.admin().await.get(&path(&poll)).await.expect(200);
        assert_eq!((during.tag(), &during.body), (before.tag(), &before.body));
        app.admin().await.get(&format!("{}/ballots", path(&poll))).await.expect_problem(409, "not_allowed_in_state");
        let mut conn = app.database.connect();
        let sealed = texts_of(&mut conn, "SELECT sealed AS text FROM ballots");
        let seal = texts_of(&mut conn, "SELECT seal AS text FROM poll_seals");
        assert_eq!((sealed.len(), seal.len()), (VOTERS, 1));
        assert!(sealed.iter().all(|one| one.len() == sealed[0].len()));

        let admin = at(&app.admin().await);
        let closed = admin.act_now(&path(&poll), "close").await.expect(200);
        assert_eq!(closed.body["result"]["ballots"], json!(VOTERS));

        // Everyone finds their own, and anyone can count again.
        let shown = ballots(&at(&seats[3].holder), &poll).await;
        assert_eq!(shown.len(), VOTERS);
        assert!(shown.is_sorted());
        for (receipt, vote) in receipts.iter().zip(&votes) {
            assert!(shown.contains(&(receipt.clone(), (*vote).to_owned())));
        }
        for count in closed.body["result"]["counts"].as_array().unwrap() {
            let counted = shown.iter().filter(|(_, choice)| count["choice"] == json!(choice)).count();
            assert_eq!(count["votes"], json!(counted));
        }

        // What was sealed stays closed: the seal is gone, from the tables and from the bytes.
        assert_eq!(texts_of(&mut conn, "SELECT seal AS text FROM poll_seals"), Vec::<String>::new());
        assert_eq!(texts_of(&mut conn, "SELECT sealed AS text FROM ballots WHERE sealed IS NOT NULL"), Vec::<String>::new());
        let bytes = search::bytes_of_seals(&app, &mut conn);
        assert!(!search::contains(&bytes, &seal[0]), "the seal can still be read");
        // The search can find one: it does find what is kept.
        if matches!(app.database.location, chancery::kernel::db::dialect::Location::Sqlite(_)) {
            assert!(search::contains(&bytes, &receipts[0]));
            assert!(sealed.iter().all(|one| !search::contains(&bytes, one)));
        }

        process.terminate().await;
        app.settle_journal().await;
        let logged = std::fs::read_to_string(&log).unwrap();
        assert!(logged.contains(&format!("/v1/polls/{poll}/ballot")));
        let mut known = Known::default();
        for (place, seat) in seats.iter().enumerate() {
            known.voters.push(vec![seat.id.clone(), app.account(&seat.holder).await, seat.organization.clone()]);
            known.votes.push(OPTIONS.iter().position(|option| *option == votes[place]).unwrap());
            known.receipts.push(receipts[place].clone());
        }
        known.options = OPTIONS.map(str::to_owned).to_vec();
        for line in logged.lines() {
            assert!(!known.tells_a_vote(line), "the log tells a vote: {line}");
        }
        assert_eq!(leaks_of(&mut conn, &known), Vec::<String>::new());
        let best = best_of(&mut conn, &known, &bytes);
        println!("{} pairs of orders; the best: {:.2} standard deviations, {}", best.pairs, best.deviation, best.name);
        assert!(best.pairs > 20, "too few orders were found to compare");
        assert!(best.deviation < 6.0, "{best:?}");

        // The same search finds leaks that are there: an order of storage, a time, and a row.
        let plant = |conn: &mut chancery::kernel::db::Connection, rows: &[usize], with_voter: bool| {
            execute(conn, "CREATE TABLE planted (about TEXT, told TEXT)");
            for (turn, voter) in rows.iter().enumerate() {
                let voter_told = if with_voter { known.voters[*voter][0].clone() } else { format!("{turn:04}") };
                execute(conn, &format!("INSERT INTO planted VALUES ('{voter_told}', '{}')", votes[*voter]));
            }
        };
        let by_seat: Vec<usize> = {
            let mut order: Vec<usize> = (0..VOTERS).collect();
            order.sort_by_key(|voter| seats[*voter].id.clone());
            order
        };
        plant(&mut conn, &by_seat, false);
        let caught = best_of(&mut conn, &known, &bytes);
        assert!(caught.deviation > 8.0, "an order of storage is not found: {caught:?}");
        execute(&mut conn, "DROP TABLE planted");
        // Three of four in order: a part of the votes.
        let mut part = by_seat.clone();
        part[VOTERS / 4 * 3..].rotate_left(7);
        plant(&mut conn, &part, false);
        assert!(best_of(&mut conn, &known, &bytes).deviation > 6.0);
        execute(&mut conn, "DROP TABLE planted");
        plant(&mut conn, &by_seat[..1], true);
        assert_eq!(leaks_of(&mut conn, &known).len(), 1);
        execute(&mut conn, "DROP TABLE planted");
        assert!(known.tells_a_vote(&format!("seat {} voted", receipts[5])));
    }

    async fn a_retry_of_a_secret_ballot_leaves_no_digest_of_it(app: App) {
        let (seats, motion) = floor(&app, 2).await;
        let poll = app.open_poll(&motion, json!({"kind": "secret"})).await;
        let first = put(&seats[0].holder, &poll, "yes").await.expect(201);
        let again = put(&seats[0].holder, &poll, "yes").await.expect(200);
        assert_eq!(first.body["receipt"], again.body["receipt"]);
        assert!(again.header("idempotency-replayed").is_none());
        put(&seats[0].holder, &poll, "no").await.expect_problem(409, "already_voted");
        let refused = put(&seats[1].holder, &poll, "maybe").await.expect_problem(422, "validation_failed");
        assert!(!refused.text.contains("maybe"));
        let mut conn = app.database.connect();
        let keys = texts_of(&mut conn, "SELECT key AS text FROM idempotency_keys");
        assert!(!keys.contains(&"the-ballot".to_owned()));
    }

    async fn cancelling_a_secret_poll_destroys_what_was_voted(app: App) {
        let (seats, motion) = floor(&app, 3).await;
        let poll = app.open_poll(&motion, json!({"kind": "secret"})).await;
        put(&seats[0].holder, &poll, "yes").await.expect(201);
        app.act_on_poll(&poll, "cancel").await.expect(200);
        let mut conn = app.database.connect();
        assert_eq!(texts_of(&mut conn, "SELECT seal AS text FROM poll_seals"), Vec::<String>::new());
        assert_eq!(texts_of(&mut conn, "SELECT sealed AS text FROM ballots WHERE sealed IS NOT NULL"), Vec::<String>::new());
        assert_eq!(texts_of(&mut conn, "SELECT receipt AS text FROM secret_ballots"), Vec::<String>::new());
        app.admin().await.get(&format!("{}/ballots", path(&poll))).await.expect_problem(409, "not_allowed_in_state");
        put(&seats[1].holder, &poll, "yes").await.expect_problem(409, "not_allowed_in_state");
    }

    async fn the_journal_says_of_a_secret_ballot_that_it_was_cast(app: App) {
        let (seats, motion) = floor(&app, 2).await;
        let poll = app.open_poll(&motion, json!({"kind": "secret"})).await;
        put(&seats[0].holder, &poll, "yes").await.expect(201);
        put(&seats[1].holder, &poll, "abstain").await.expect(201);
        app.settle_journal().await;
        let auditor = app.as_role(Role::Auditor).await;
        let events = auditor.get(&format!("/v1/audit-events?subject_id={poll}&limit=100")).await.expect(200);
        let cast: Vec<&Value> = events.body["data"].as_array().unwrap().iter()
            .filter(|event| event["type"] == json!("poll.ballot_cast")).collect();
        assert_eq!(cast.len(), 2);
        for event in &cast {
            let mut members: Vec<&String> = event["payload"].as_object().unwrap().keys().collect();
            members.sort();
            assert_eq!(members, ["capacity", "seat_id"]);
            assert_eq!(event["payload"].to_string().len(), cast[0]["payload"].to_string().len());
        }
        let result = app.close_poll(&poll).await;
        assert_eq!(result["counts"][0]["votes"], json!(1));
    }
}
