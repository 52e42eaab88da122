//! Minutes: drafted, edited, approved, corrected, rendered.

use chancery::kernel::access::Role;
use chancery::kernel::db::dialect;
use diesel::connection::SimpleConnection;
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::cli;
use crate::support::{Actor, App, TestDatabase};

async fn put(who: &Actor, session: &str, tag: &str, text: &str) -> crate::support::Answer {
    let path = format!("/v1/assembly-sessions/{session}/minutes");
    let body = Some(json!({"text": text}));
    who.send(Method::PUT, &path, &[("If-Match", tag)], body)
        .await
}

async fn correct(app: &App, session: &str, text: &str) -> crate::support::Answer {
    let path = format!("/v1/assembly-sessions/{session}/minutes");
    let admin = app.admin().await;
    let tag = admin.get(&path).await.expect(200).tag();
    let body = json!({"text": text, "reason": "The clerk misread the clock."});
    let path = format!("{path}/corrections");
    admin
        .send(Method::POST, &path, &[("If-Match", &tag)], Some(body))
        .await
}

/// What `chancery verify minutes` says, from the program as an operator runs it.
async fn verify(database: &std::sync::Arc<TestDatabase>) -> (bool, String) {
    let database = database.clone();
    tokio::task::spawn_blocking(move || {
        cli::run(&mut cli::chancery(&database, &["verify", "minutes"]))
    })
    .await
    .unwrap()
}

/// Changes what is stored past the program, with what keeps others from doing so out of the way.
fn tamper(app: &App, sql: &str) {
    let mut conn = dialect::connect(&app.database.location).unwrap();
    if matches!(app.database.location, dialect::Location::Postgres(_)) {
        conn.batch_execute("SET session_replication_role = replica")
            .unwrap();
    } else {
        conn.batch_execute("PRAGMA foreign_keys = OFF; PRAGMA busy_timeout = 5000")
            .unwrap();
    }
    conn.batch_execute(sql).unwrap();
}

/// The text of each page of a PDF.
fn pages(pdf: &[u8]) -> Vec<String> {
    let file = lopdf::Document::load_mem(pdf).unwrap();
    let numbers: Vec<u32> = file.get_pages().keys().copied().collect();
    numbers
        .iter()
        .map(|number| file.extract_text(&[*number]).unwrap())
        .collect()
}

both_backends! {
    async fn minutes_are_drafted_edited_approved_and_corrected_in_that_order(app: App) {
        let (session, seats, poll) = app.held_session().await;
        let record = format!("/v1/assembly-sessions/{session}");
        let path = format!("{record}/minutes");
        let (admin, clerk) = (app.admin().await, app.as_role(Role::Scheduler).await);
        let member = &seats[0].holder;
        member.get(&path).await.expect(404);
        let draft = format!("{path}/draft");
        member.send(Method::POST, &draft, &[], None).await.expect_problem(403, "forbidden");
        let first = clerk.send(Method::POST, &draft, &[], None).await.expect(201);
        assert_eq!(first.body["status"], "draft");
        assert_eq!(first.body["allowed_actions"], json!(["draft", "edit"]));
        let text = first.body["text"].as_str().unwrap();
        for part in [
            "# Minutes of session 1: Plenary session", "**Presiding:** Ana Ruiz", "## Quorum",
            "| Boise, ID | Kaleo Kealoha | holder |", "| Tampa, FL | Ana Ruiz | proxy |",
            "Rita Vega", "Department of State", "ports.txt", "| 2 | added | A report came in. |",
            "### Motion 1: On trade missions", "Moved by Phoenix, AZ (Ana Ruiz)",
            "seconded by Boise, ID (Kaleo Kealoha)", "#### Recorded vote", "**carried**",
            "| yes | 3 | Boise, ID; Denver, CO; Phoenix, AZ |", "| did not vote | 1 | Tampa, FL |",
            "#### Secret ballot", "| no | 2 |", "its business was concluded",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }

        // A draft is replaced and edited at the version that was read.
        clerk.send(Method::POST, &draft, &[], None).await.expect_problem(428, "precondition_required");
        let stale = [("If-Match", "\"9\"")];
        clerk.send(Method::POST, &draft, &stale, None).await.expect_problem(412, "precondition_failed");
        let again = [("If-Match", first.header("etag").unwrap())];
        let again = clerk.send(Method::POST, &draft, &again, None).await.expect(200);
        assert_eq!(again.body["text"], first.body["text"], "the same records, the same text");
        let wrong = put(&clerk, &session, &again.tag(), "a\u{7}b \u{202e}c").await;
        assert_eq!(wrong.expect(422).fault_codes(), ["control_character"]);
        put(member, &session, &again.tag(), "x").await.expect_problem(403, "forbidden");
        let hostile = format!("{text}\n<script>alert(1)</script>\n\n![i](https://e.example/p.png) <b onclick=x>b</b>\n");
        let edited = put(&clerk, &session, &again.tag(), &hostile).await.expect(200);
        put(&clerk, &session, &again.tag(), "x").await.expect_problem(412, "precondition_failed");
        assert_eq!(member.get(&path).await.expect(200).body["text"], edited.body["text"]);

        // Nothing of the text runs or loads.
        let page = member.get(&format!("{path}.html")).await.expect(200);
        assert!(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(page.text.contains("DRAFT") && !page.text.contains("<script") && !page.text.contains("<img") && !page.text.contains("href"));
        assert!(page.header("content-security-policy").unwrap().contains("default-src 'none'"));
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));

        // Members have approved them: by a poll that carried, or without one.
        let approve = async |body: Value| app.approve_minutes(&session, body).await;
        for (body, code) in [
            (json!({"basis": "poll"}), "required"),
            (json!({"basis": "poll", "poll_id": "pol_01jz8k2m4n6p8q0r2s4t6v8w0x"}), "not_carried"),
            (json!({"basis": "poll", "poll_id": poll}), "not_carried"),
            (json!({"basis": "no_objection", "poll_id": poll}), "not_expected"),
        ] {
            assert_eq!(approve(body).await.expect(422).fault_codes(), [code]);
        }
        // What was decided in the session itself approves nothing: a vote of the next one does.
        let poll = app.carried_later(&session, &seats).await;
        let stale = [("If-Match", "\"1\"")];
        let action = format!("{record}/approve-minutes");
        let body = json!({"basis": "poll", "poll_id": poll});
        admin.send(Method::POST, &action, &stale, Some(body.clone())).await.expect_problem(412, "precondition_failed");
        let tag = admin.get(&path).await.expect(200).tag();
        clerk.send(Method::POST, &action, &[("If-Match", &tag)], Some(body.clone())).await.expect_problem(403, "forbidden");
        correct(&app, &session, "x").await.expect_problem(409, "not_allowed_in_state");
        let approved = approve(body.clone()).await.expect(200);
        assert_eq!(approved.body["status"], "approved");
        assert_eq!(approved.body["basis_poll_id"], json!(poll));
        let hash = approved.body["hash"].as_str().unwrap();
        assert_eq!(hash.len(), 64);
        assert_eq!(app.session(&session).await.body["status"], "minutes_approved");
        approve(body).await.expect_problem(409, "not_allowed_in_state");
        let tag = approved.tag();
        put(&admin, &session, &tag, "x").await.expect_problem(409, "not_allowed_in_state");
        admin.send(Method::POST, &draft, &[("If-Match", &tag)], None).await.expect_problem(409, "not_allowed_in_state");

        // The hash is made from the list, so that everyone can check it.
        let mut records = Vec::new();
        let mut next = format!("{path}/records?limit=30&include=total");
        loop {
            let list = member.get(&next).await.expect(200);
            records.extend(list.body["data"].as_array().unwrap().clone());
            match list.body["next_cursor"].as_str() {
                Some(cursor) => next = format!("{path}/records?limit=30&include=total&cursor={cursor}"),
                None => {
                    assert_eq!(list.body["total"], records.len());
                    break;
                }
            }
        }
        let mut sealed = json!({"records": records});
        for name in ["id", "session_id", "text", "basis", "basis_poll_id", "approved_by", "approved_at", "created_at"] {
            sealed[name] = approved.body[name].clone();
        }
        assert_eq!(chancery::assemblies::minutes::records::hash_of(&sealed).unwrap(), hash);

        // What is wrong is appended.
        let one = correct(&app, &session, "Denver came at 9.").await.expect(201);
        let two = correct(&app, &session, "Tampa left.").await.expect(201);
        assert_eq!((&one.body["ordinal"], &two.body["ordinal"]), (&json!(1), &json!(2)));
        let shown = member.get(&path).await.expect(200);
        assert_eq!(shown.body["corrections"], json!([one.body, two.body]));
        assert_eq!(shown.body["text"], approved.body["text"]);
        assert_eq!(shown.body["hash"], hash);
        let list = member.get(&format!("{path}/corrections")).await.expect(200);
        assert_eq!(list.body["data"], shown.body["corrections"]);
        let markdown = member.get(&format!("{path}.md")).await.expect(200);
        assert!(markdown.text.contains("Tampa left.") && markdown.text.contains(hash));

        // Who does not follow the assembly learns of nothing.
        let stranger = app.leader("Mesa").await;
        for end in ["", ".md", ".html", ".pdf", "/records", "/corrections"] {
            stranger.get(&format!("{path}{end}")).await.expect_problem(404, "not_found");
        }
        let (good, told) = verify(&app.database).await;
        assert!(good && told.contains(&format!("{session}: ok")), "{told}");
    }

    async fn minutes_tell_a_void_vote_from_a_cancelled_one_and_name_what_a_list_was_carried_for(app: App) {
        let (_, session, seats) = app.convened(3, json!({})).await;
        app.all_come(&session, &seats).await;
        let motion = app.put_before(&session, &seats[0], &seats[1]).await;
        let cancelled = app.open_poll(&motion, json!({})).await;
        app.act_on_poll(&cancelled, "cancel").await.expect(200);
        let void = app.open_poll(&motion, json!({})).await;
        for seat in &seats[1..] {
            app.go(&seat.holder, &session, &seat.id).await.expect(200);
        }
        app.close_poll(&void).await;
        app.all_come(&session, &seats[1..]).await;
        let list = app.open_poll(&motion, json!({"options": ["Denver", "Miami"]})).await;
        for seat in &seats {
            app.cast(&seat.holder, &list, "Miami").await.expect(201);
        }
        app.close_poll(&list).await;
        app.adjourn_session(&session, "business_concluded").await.expect(200);
        let drafted = app.draft_minutes(&session).await;
        let text = drafted.body["text"].as_str().unwrap();
        for wanted in ["| vote cancelled |", "| vote void |", "**Chosen:** Miami"] {
            assert_eq!(text.matches(wanted).count(), 1, "{wanted} in {text}");
        }
    }

    async fn a_full_session_of_100_real_jurisdictions_from_call_to_approved_minutes(app: App) {
        let admin = app.admin().await;
        let assembly = app.assembly(json!({"name": "Assembly of Local Leaders 2030–2033"})).await;
        let jurisdictions = app.hundred_jurisdictions().await;
        let seats = app.seats_of(&assembly, &jurisdictions).await;
        let mut alternates = Vec::new();
        for seat in &seats[5..9] {
            alternates.push(app.alternate(seat).await);
        }
        let session = app.called_session(&assembly, json!({
            "title": "Spring plenary", "format": "hybrid", "venue": "Old Post Office, Room 2",
            "presiding": "Maya Begay",
        })).await;
        let record = format!("/v1/assembly-sessions/{session}");
        for seat in &seats[9..12] {
            let body = json!({"session_id": session, "proxy_seat_id": seats[0].id});
            let proxied = if seat.id == seats[9].id { json!({"session_id": session, "proxy_seat_id": seats[1].id}) } else { body };
            let path = format!("{}/proxies", seat.path());
            seat.holder.post(&path, proxied).await;
        }
        for (name, role) in [("Rita Vega", "Designated federal officer"), ("Sam Cole", "Interpreter")] {
            let body = json!({"name": name, "affiliation": "Department of State", "kind": "federal", "role": role});
            admin.post(&format!("{record}/participants"), body).await.expect(201);
        }
        let mut items = Vec::new();
        for title in ["Opening", "Ports and supply chains", "Trade missions", "Any other business"] {
            items.push(app.agenda_item(&session, json!({"title": title, "minutes": 20})).await);
        }
        app.agenda_item(&session, json!({"title": "Report of the clerk", "parent_id": items[1]})).await;
        app.publish_agenda_of(&session).await;
        let late = json!({"title": "Flooding in the valley", "reason": "It happened last night."});
        app.agenda_item(&session, late).await;

        // Comings and goings: a quorum of 51 is there, is lost, and is there again.
        app.act_on_session(&session, "open", Value::Null).await.expect(200);
        app.clock.advance(20);
        for seat in seats.iter().take(60).filter(|seat| !seats[5..12].iter().any(|other| other.id == seat.id)) {
            app.come(&seat.holder, &session, &seat.id).await.expect(200);
        }
        for (seat, alternate) in seats[5..9].iter().zip(&alternates) {
            app.come(alternate, &session, &seat.id).await.expect(200);
        }
        app.come(&seats[1].holder, &session, &seats[9].id).await.expect(200);
        app.clock.advance(20);
        app.speak(&seats[2], &items[1], json!({})).await;
        app.speak(&seats[3], &items[1], json!({"is_point_of_order": true, "note": "Sound"})).await;
        let motion = app.motion_on_floor(&session, &seats[0], &seats[1]).await;
        for seat in &seats[12..24] {
            app.go(&seat.holder, &session, &seat.id).await.expect(200);
        }
        let refused = app.draft_poll(&motion, json!({})).await;
        app.act_on_poll(&refused, "open").await.expect_problem(409, "quorum_not_met");
        app.act_on_poll(&refused, "cancel").await.expect(200);
        app.clock.advance(20);
        for seat in &seats[12..30] {
            app.come(&seat.holder, &session, &seat.id).await.expect(200);
        }

        // An amendment by a recorded vote, the motion by roll call, another in secret.
        let amendment = app.amendment(&motion, &seats[2], "May", "June").await;
        app.bring_motion(&amendment, &seats[2], &seats[3]).await;
        let poll = app.open_poll(&amendment, json!({"question": "Shall the mission leave in June?"})).await;
        for (index, seat) in seats[12..50].iter().enumerate() {
            let choice = ["yes", "yes", "no", "yes", "abstain"][index % 5];
            app.cast_for(&seat.holder, &poll, &seat.id, choice).await.expect(201);
        }
        app.cast_for(&alternates[0], &poll, &seats[5].id, "yes").await.expect(201);
        app.cast_for(&seats[1].holder, &poll, &seats[9].id, "no").await.expect(201);
        app.clock.advance(20);
        assert_eq!(app.close_poll(&poll).await["outcome"], "carried");
        app.act_on_session(&session, "recess", Value::Null).await.expect(200);
        app.clock.advance(60);
        app.act_on_session(&session, "resume", Value::Null).await.expect(200);
        let roll = json!({"kind": "roll_call", "majority": "two_thirds", "majority_of": "cast"});
        let poll = app.open_poll(&motion, roll).await;
        for (index, seat) in seats[12..60].iter().enumerate() {
            let choice = if index % 6 == 0 { "no" } else { "yes" };
            app.cast_for(&admin, &poll, &seat.id, choice).await.expect(201);
        }
        assert_eq!(app.close_poll(&poll).await["outcome"], "carried");
        let other = app.motion_on_floor(&session, &seats[30], &seats[31]).await;
        let secret = app.open_poll(&other, json!({"kind": "secret"})).await;
        for (index, seat) in seats[12..52].iter().enumerate() {
            let choice = ["no", "yes", "no"][index % 3];
            app.cast_for(&seat.holder, &secret, &seat.id, choice).await.expect(201);
        }
        assert_eq!(app.close_poll(&secret).await["outcome"], "failed");
        app.adjourn_session(&session, "business_concluded").await.expect(200);

        let drafted = app.draft_minutes(&session).await;
        let text = format!("{}\nThe assembly thanked its hosts in Cañon City.\n", drafted.body["text"].as_str().unwrap());
        let edited = put(&admin, &session, &drafted.tag(), &text).await.expect(200);
        let draft = pages(&admin.download(&format!("{record}/minutes.pdf")).await);
        assert!(draft.iter().all(|page| page.contains("DRAFT")));
        let approved = app.approve_minutes(&session, json!({"basis": "unanimous_consent"})).await.expect(200);
        assert_eq!(approved.body["text"], edited.body["text"]);
        let hash = approved.body["hash"].as_str().unwrap().to_owned();
        correct(&app, &session, "The session was held in room 3.").await.expect(201);

        let member = &seats[40].holder;
        let pdf = member.download(&format!("{record}/minutes.pdf")).await;
        assert_eq!(pdf, member.download(&format!("{record}/minutes.pdf")).await, "the same bytes");
        if let Ok(folder) = std::env::var("KEEP_MINUTES") {
            std::fs::write(format!("{folder}/minutes.pdf"), &pdf).unwrap();
            let page = member.download(&format!("{record}/minutes.html")).await;
            std::fs::write(format!("{folder}/minutes.html"), page).unwrap();
            let page = member.download(&format!("{record}/minutes.md")).await;
            std::fs::write(format!("{folder}/minutes.md"), page).unwrap();
        }
        let pages = pages(&pdf);
        assert!((5..20).contains(&pages.len()), "{} pages", pages.len());
        for (index, page) in pages.iter().enumerate() {
            assert!(page.contains(&hash), "page {index}: {page}");
            assert!(page.contains(&format!("{} of {}", index + 1, pages.len())));
            assert!(!page.contains("DRAFT"));
        }
        let all: String = pages.concat().split_whitespace().collect::<Vec<_>>().join(" ");
        for part in ["Cañon City, CO", "Honolulu, HI", "Motion 2, an amendment of motion 1", "Roll call", "room 3", "Kaleo Kealoha"] {
            assert!(all.contains(part), "{part}");
        }

        let (good, told) = verify(&app.database).await;
        assert!(good && told.contains(&format!("{session}: ok")), "{told}");
        tamper(&app, "UPDATE ballots SET choice = 'yes' WHERE choice = 'no'");
        let (good, told) = verify(&app.database).await;
        assert!(!good && told.contains(&format!("{session}: changed: ballot {poll}/")), "{told}");
    }
}
