//! Invitations: who is reached, links that work once and for a time, delegation, isolation.

use chancery::kernel::access::{Role, SERVICE_SCOPES};
use chancery::mail::template::Template;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::App;

const ANA: &str = "ana.ruiz@phoenix.example.gov";

fn invitations(briefing: &str) -> String {
    format!("/v1/briefings/{briefing}/invitations")
}

both_backends! {
    async fn an_organization_is_reached_through_its_leaders_and_staff_and_each_person_once(app: App) {
        let admin = app.admin().await;
        let phoenix = app.city("Phoenix").await;
        let tucson = app.city("Tucson").await;
        app.person("mayor@phoenix.example.gov", Role::LocalLeader, &phoenix).await;
        app.person("staff@phoenix.example.gov", Role::LocalStaff, &phoenix).await;
        app.person("officer@phoenix.example.gov", Role::Diplomat, &phoenix).await;
        let gone = app.person("gone@phoenix.example.gov", Role::LocalStaff, &phoenix).await;
        let gone = gone.get("/v1/me").await.expect(200).id();
        admin.act_now(&format!("/v1/users/{gone}"), "deactivate").await.expect(200);
        let briefing = app.published(json!({})).await;
        let path = invitations(&briefing);
        let body = json!({
            "organization_ids": [phoenix, tucson],
            "filter": {"states": ["US-AZ"]},
            "people": [
                {"name": "The mayor", "email": "MAYOR@Phoenix.example.gov", "organization_id": phoenix},
                {"name": "Ana Ruiz", "email": ANA, "organization_id": phoenix},
            ],
        });
        let mut trial = body.clone();
        trial["dry_run"] = json!(true);
        let tried = admin.post(&path, trial).await.expect(200);
        assert_eq!(tried.body["created"], 3);
        assert_eq!(admin.get(&format!("{path}?include=total")).await.body["total"], 0);
        let made = admin.post(&path, body.clone()).await.expect(201);
        assert_eq!(made.body["created"], 3);
        assert_eq!(made.body["unreachable"], json!([{"id": tucson, "name": "Tucson"}]));
        let again = admin.post(&path, body).await.expect(201);
        assert_eq!((again.body["created"].clone(), again.body["already_invited"].clone()), (json!(0), json!(3)));
        // Whoever is named goes first, in the spelling that was given.
        assert_eq!(app.told(Template::BriefingInvitation).await, ["MAYOR@Phoenix.example.gov", ANA, "staff@phoenix.example.gov"]);
        app.settle_journal().await;
        let sent = admin.get("/v1/audit-events?type=briefing_invitation.sent&include=total").await.expect(200);
        assert_eq!(sent.body["total"], 3);
        assert!(!sent.text.contains(ANA), "{}", sent.text);
    }

    async fn what_is_wrong_with_inviting_is_named_at_once(app: App) {
        let admin = app.admin().await;
        let briefing = app.published(json!({})).await;
        let body = json!({
            "organization_ids": ["org_00000000000000000000000000"], "filter": {},
            "people": [{"name": "A", "email": "a@example.gov", "organization_id": "org_00000000000000000000000000"}],
            "expires_at": "2031-01-01T00:00:00Z",
        });
        let refused = admin.post(&invitations(&briefing), body).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/expires_at", "/organization_ids/0", "/filter", "/people/0/organization_id"]);
        admin.post(&invitations(&briefing), json!({})).await.expect_problem(422, "validation_failed");
        let draft = app.draft(&[], "2030-03-12T10:00:00", "2030-03-12T11:00:00");
        let draft = admin.post("/v1/briefings", draft).await.expect(201).id();
        let body = json!({"organization_ids": [app.office]});
        admin.post(&invitations(&draft), body).await.expect_problem(409, "registration_closed");
    }

    async fn a_link_shows_what_one_is_invited_to_and_is_good_for_one_answer(app: App) {
        let admin = app.admin().await;
        let venue = app.venue("Phoenix City Hall").await;
        let briefing = app.published(json!({"format": "in_person", "venue_id": venue})).await;
        let invitation = app.invited(&briefing, "Phoenix", ANA).await;
        let token = app.link_of(ANA).await;
        let shown = app.look_up(&token).await.expect(200);
        assert_eq!(shown.body["title"], "Supply chains");
        assert_eq!(shown.body["starts_at"]["local"], "2030-03-12T10:00:00");
        assert_eq!(shown.body["place"], "Phoenix City Hall, 200 W Washington St, Phoenix, AZ 85003");
        let answer = json!({"answer": "accept", "attendee": {"title": "Chief of Staff", "accommodations": "Step-free access"}, "note": "Gladly."});
        let accepted = app.answer(&token, answer.clone()).await.expect(200);
        assert_eq!(accepted.body, json!({"status": "accepted", "registration": "confirmed"}));
        let used = app.answer(&token, answer).await.expect_problem(409, "invitation_answered");
        assert_eq!(used.body["answer"], "accepted");
        app.look_up(&token).await.expect_problem(409, "invitation_answered");
        let path = format!("{}/{}", invitations(&briefing), invitation["id"].as_str().unwrap());
        let kept = admin.get(&path).await.expect(200);
        assert_eq!((kept.body["status"].clone(), kept.body["note"].clone()), (json!("accepted"), json!("Gladly.")));
        let registration = format!("/v1/briefings/{briefing}/registrations/{}", kept.body["registration_id"].as_str().unwrap());
        let registration = admin.get(&registration).await.expect(200);
        assert_eq!(registration.body["attendee"], json!({"name": "Ana Ruiz", "email": ANA, "title": "Chief of Staff"}));
        assert_eq!(registration.body["accommodations"], "Step-free access");
        assert_eq!(app.told(Template::RegistrationConfirmed).await, [ANA]);
        // The link is in the mail and nowhere else.
        let stored = app.queued(Template::BriefingInvitation).await;
        assert!(!format!("{stored:?} {}", kept.text).contains(&token));
        for unknown in ["chb_unknown", "", "x"] {
            let answer = app.look_up(unknown).await;
            assert!(matches!(answer.status, 404 | 422), "{}", answer.text);
        }
    }

    async fn of_twenty_answers_at_once_one_counts(app: App) {
        let admin = app.admin().await;
        let briefing = app.published(json!({})).await;
        app.invited(&briefing, "Phoenix", ANA).await;
        let token = app.link_of(ANA).await;
        let replica = app.replica().await;
        let tries = (0..20).map(|number| {
            let server = if number % 2 == 0 { &app } else { &replica };
            let answer = if number % 3 == 0 { "decline" } else { "accept" };
            server.answer(&token, json!({"answer": answer}))
        });
        let answers = futures_util::future::join_all(tries).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        assert_eq!(answers.iter().filter(|answer| answer.body["code"] == "invitation_answered").count(), 19);
        let counts = admin.get(&format!("/v1/briefings/{briefing}")).await.body["counts"]["confirmed"].clone();
        let accepted = answers.iter().any(|answer| answer.body["status"] == "accepted");
        assert_eq!(counts, json!(i64::from(accepted)));
    }

    async fn a_link_ends_with_its_time_and_lives_again_when_it_is_sent_again(app: App) {
        app.jump("2030-03-01T00:00:00Z").await;
        let admin = app.admin().await;
        let briefing = app.published(json!({})).await;
        let phoenix = app.city("Phoenix").await;
        let path = invitations(&briefing);
        let body = json!({
            "people": [{"name": "Ana Ruiz", "email": ANA, "organization_id": phoenix}],
            "expires_at": "2030-03-05T00:00:00Z",
        });
        admin.post(&path, body).await.expect(201);
        let first = app.link_of(ANA).await;
        app.jump("2030-03-04T23:59:59Z").await;
        app.look_up(&first).await.expect(200);
        app.jump("2030-03-05T00:00:00Z").await;
        app.look_up(&first).await.expect_problem(410, "invitation_expired");
        app.answer(&first, json!({"answer": "accept"})).await.expect_problem(410, "invitation_expired");
        let admin = app.admin().await;
        let expired = admin.get(&format!("{path}?status=expired")).await.expect(200);
        assert_eq!(expired.ids().len(), 1);
        assert!(admin.get(&format!("{path}?status=pending")).await.expect(200).ids().is_empty());
        let one = format!("{path}/{}", expired.ids()[0]);
        let resent = admin.post(&format!("{one}/resend"), json!({})).await.expect(200);
        assert_eq!((resent.body["status"].clone(), resent.body["sends"].clone()), (json!("pending"), json!(2)));
        // The new link is good until registration closes, the old one for nothing.
        app.look_up(&first).await.expect_problem(404, "not_found");
        let second = app.link_of(ANA).await;
        app.answer(&second, json!({"answer": "decline"})).await.expect(200);
        admin.post(&format!("{one}/resend"), json!({})).await.expect_problem(409, "not_allowed_in_state");
    }

    async fn sending_again_makes_no_second_invitation_and_a_retry_no_second_mail(app: App) {
        let admin = app.admin().await;
        let briefing = app.published(json!({})).await;
        let invitation = app.invited(&briefing, "Phoenix", ANA).await;
        let one = format!("{}/{}", invitations(&briefing), invitation["id"].as_str().unwrap());
        for _ in 0..3 {
            let key = [("Idempotency-Key", "again-1")];
            let resent = admin.post_with(&format!("{one}/resend"), &key, json!({})).await.expect(200);
            assert_eq!(resent.body["sends"], 2);
        }
        assert_eq!(admin.get(&format!("{}?include=total", invitations(&briefing))).await.body["total"], 1);
        let mails = app.queued(Template::BriefingInvitation).await;
        assert_eq!(mails.len(), 2, "the first, sent or taken back, and the second");
        app.answer(&app.link_of(ANA).await, json!({"answer": "accept"})).await.expect(200);
    }

    async fn what_is_taken_back_is_good_for_nothing(app: App) {
        let admin = app.admin().await;
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({"audience": {"scope": "invitation", "organization_ids": [app.office]}})).await;
        let invitation = app.invited(&briefing, "Phoenix", ANA).await;
        let token = app.link_of(ANA).await;
        city.get(&format!("/v1/briefings/{briefing}")).await.expect(200);
        let one = format!("{}/{}", invitations(&briefing), invitation["id"].as_str().unwrap());
        for _ in 0..2 {
            let revoked = admin.post(&format!("{one}/revoke"), json!({})).await.expect(200);
            assert_eq!((revoked.body["status"].clone(), revoked.body["version"].clone()), (json!("revoked"), json!(2)));
        }
        app.look_up(&token).await.expect_problem(410, "invitation_expired");
        app.answer(&token, json!({"answer": "accept"})).await.expect_problem(410, "invitation_expired");
        admin.post(&format!("{one}/resend"), json!({})).await.expect_problem(409, "not_allowed_in_state");
        city.get(&format!("/v1/briefings/{briefing}")).await.expect_problem(404, "not_found");
        // Who was uninvited may be invited again.
        app.invited(&briefing, "Phoenix", ANA).await;
        let token = app.link_of(ANA).await;
        app.answer(&token, json!({"answer": "accept"})).await.expect(200);
    }

    async fn a_link_shows_nothing_of_what_is_planned_anew(app: App) {
        let admin = app.admin().await;
        let briefing = app.published(json!({})).await;
        app.invited(&briefing, "Phoenix", ANA).await;
        let token = app.link_of(ANA).await;
        let path = format!("/v1/briefings/{briefing}");
        admin.act_now(&path, "postpone").await.expect(200);
        app.look_up(&token).await.expect(200);
        let tag = admin.get(&path).await.expect(200).tag();
        admin.patch(&path, &tag, json!({"title": "Another matter"})).await.expect(200);
        admin.act_now(&path, "schedule").await.expect(200);
        let refused = app.look_up(&token).await.expect_problem(409, "not_allowed_in_state");
        assert!(!refused.text.contains("Another matter"));
        admin.act_now(&path, "publish").await.expect(200);
        assert_eq!(app.look_up(&token).await.expect(200).body["title"], "Another matter");
    }

    async fn somebody_else_is_sent_once_and_hands_nothing_on(app: App) {
        let admin = app.admin().await;
        let briefing = app.published(json!({})).await;
        let invitation = app.invited(&briefing, "Phoenix", ANA).await;
        let token = app.link_of(ANA).await;
        let body = |email: &str| json!({"answer": "delegate", "delegate": {"name": "Ben Ortiz", "email": email}});
        let refused = app.answer(&token, json!({"answer": "delegate"})).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/delegate"]);
        let refused = app.answer(&token, body("Ana.Ruiz@phoenix.example.gov")).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/delegate/email"]);
        app.invited(&briefing, "Phoenix", "cleo@phoenix.example.gov").await;
        let done = app.answer(&token, body("ben@phoenix.example.gov")).await.expect(200);
        assert_eq!(done.body, json!({"status": "delegated", "registration": null}));
        app.answer(&token, json!({"answer": "accept"})).await.expect_problem(409, "invitation_answered");
        let second = app.link_of("ben@phoenix.example.gov").await;
        assert_eq!(app.look_up(&second).await.expect(200).body["may_delegate"], false);
        let refused = app.answer(&second, body("dora@phoenix.example.gov")).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/answer"]);
        app.answer(&second, json!({"answer": "accept"})).await.expect(200);
        let all = admin.get(&format!("{}?status=accepted", invitations(&briefing))).await.expect(200);
        assert_eq!(all.body["data"][0]["delegated_from"], invitation["id"]);
    }

    async fn a_link_does_not_tell_who_else_is_invited_or_registered(app: App) {
        let admin = app.admin().await;
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({})).await;
        app.invited(&briefing, "Phoenix", "cleo@phoenix.example.gov").await;
        app.attendee(&city, &briefing, "dora@phoenix.example.gov").await;
        let mut answers = Vec::new();
        for (name, email) in [("Cleo", "Cleo@phoenix.example.gov"), ("Dora", "dora@phoenix.example.gov"), ("Ben", "ben@phoenix.example.gov")] {
            let from = format!("for.{name}@phoenix.example.gov");
            app.invited(&briefing, "Phoenix", &from).await;
            let given = json!({"answer": "delegate", "delegate": {"name": name, "email": email}});
            answers.push(app.answer(&app.link_of(&from).await, given).await.expect(200).body);
        }
        assert_eq!(answers, vec![json!({"status": "delegated", "registration": null}); 3]);
        let all = admin.get(&format!("{}?include=total", invitations(&briefing))).await.expect(200);
        assert_eq!(all.body["total"], 5, "Ben alone was invited in somebody's place");
    }

    async fn whose_account_was_closed_answers_nothing_by_a_link(app: App) {
        let admin = app.admin().await;
        let phoenix = app.city("Phoenix").await;
        let ana = app.person(ANA, Role::LocalStaff, &phoenix).await;
        let ana = ana.get("/v1/me").await.expect(200).id();
        let briefing = app.published(json!({})).await;
        app.invited(&briefing, "Phoenix", ANA).await;
        let token = app.link_of(ANA).await;
        admin.act_now(&format!("/v1/users/{ana}"), "deactivate").await.expect(200);
        app.look_up(&token).await.expect_problem(410, "invitation_expired");
        app.answer(&token, json!({"answer": "accept"})).await.expect_problem(410, "invitation_expired");
        let counts = admin.get(&format!("/v1/briefings/{briefing}")).await.body["counts"]["confirmed"].clone();
        assert_eq!(counts, json!(0));
    }

    async fn what_becomes_controlled_information_is_no_longer_open_to_those_who_were_invited(app: App) {
        let admin = app.admin().await;
        let briefing = app.published(json!({})).await;
        let invitation = app.invited(&briefing, "Phoenix", ANA).await;
        let token = app.link_of(ANA).await;
        let own = json!({"people": [{"name": "Eve Moss", "email": "eve@office.example.gov", "organization_id": app.office}]});
        admin.post(&invitations(&briefing), own.clone()).await.expect(201);
        let path = format!("/v1/briefings/{briefing}");
        let tag = admin.get(&path).await.expect(200).tag();
        admin.patch(&path, &tag, json!({"marking": "cui"})).await.expect(200);
        for answer in ["accept", "decline"] {
            app.answer(&token, json!({"answer": answer})).await.expect_problem(410, "invitation_expired");
        }
        app.look_up(&token).await.expect_problem(410, "invitation_expired");
        let one = format!("{}/{}", invitations(&briefing), invitation["id"].as_str().unwrap());
        let revoked = admin.get(&one).await.expect(200);
        assert_eq!((&revoked.body["status"], &revoked.body["version"]), (&json!("revoked"), &json!(2)));
        app.settle_journal().await;
        let events = admin.get("/v1/audit-events?type=briefing_invitation.revoked&include=total").await.expect(200);
        assert_eq!(events.body["total"], 1);
        // The office's own people see it, and nobody else is invited to it.
        let pending = admin.get(&format!("{}?status=pending", invitations(&briefing))).await.expect(200);
        assert_eq!(pending.body["data"][0]["invitee"]["email"], "eve@office.example.gov");
        let (phoenix, chicago) = (app.city("Phoenix").await, app.city("Chicago").await);
        let others = json!({
            "organization_ids": [app.office, phoenix], "filter": {"states": ["US-IL"]},
            "people": [{"name": "Ana Ruiz", "email": ANA, "organization_id": chicago}],
        });
        let refused = admin.post(&invitations(&briefing), others).await.expect_problem(422, "validation_failed");
        assert_eq!(refused.fault_pointers(), ["/organization_ids/1", "/filter", "/people/0/organization_id"]);
        assert_eq!(admin.get(&format!("{}?include=total", invitations(&briefing))).await.body["total"], 2);
    }

    async fn who_accepts_when_all_seats_are_taken_waits_in_line(app: App) {
        let city = app.as_city("Phoenix").await;
        let briefing = app.published(json!({"capacity": 1})).await;
        app.invited(&briefing, "Phoenix", ANA).await;
        let token = app.link_of(ANA).await;
        app.attendee(&city, &briefing, "first@phoenix.example.gov").await;
        let answered = app.answer(&token, json!({"answer": "accept"})).await.expect(200);
        assert_eq!(answered.body["registration"], "waitlisted");
        // Whom the city registers itself has accepted.
        app.invited(&briefing, "Phoenix", "ben@phoenix.example.gov").await;
        let token = app.link_of("ben@phoenix.example.gov").await;
        app.attendee(&city, &briefing, "Ben@phoenix.example.gov").await;
        let used = app.answer(&token, json!({"answer": "decline"})).await.expect_problem(409, "invitation_answered");
        assert_eq!(used.body["answer"], "accepted");
    }

    async fn the_person_who_is_invited_answers_signed_in_and_nobody_else_does(app: App) {
        let briefing = app.published(json!({})).await;
        let phoenix = app.city("Phoenix").await;
        let ana = app.person(ANA, Role::LocalStaff, &phoenix).await;
        let invitation = app.invited(&briefing, "Phoenix", "Ana.Ruiz@PHOENIX.example.gov").await;
        let path = format!("{}/{}/answer", invitations(&briefing), invitation["id"].as_str().unwrap());
        let body = json!({"answer": "accept"});
        app.as_city("Phoenix").await.post(&path, body.clone()).await.expect_problem(403, "forbidden");
        app.as_city("Chicago").await.post(&path, body.clone()).await.expect_problem(404, "not_found");
        app.key_of("Phoenix", SERVICE_SCOPES).await.post(&path, body.clone()).await.expect_problem(403, "forbidden");
        let answered = ana.post(&path, body.clone()).await.expect(200);
        assert_eq!(answered.body["status"], "accepted");
        ana.post(&path, body).await.expect_problem(409, "invitation_answered");
    }

    async fn a_city_sees_the_briefings_and_invitations_of_its_own_people_alone(app: App) {
        let admin = app.admin().await;
        let (phoenix, chicago) = (app.as_city("Phoenix").await, app.as_city("Chicago").await);
        let briefing = app.published(json!({"audience": {"scope": "invitation", "organization_ids": [app.office]}})).await;
        let path = invitations(&briefing);
        for city in [&phoenix, &chicago] {
            city.get(&path).await.expect_problem(404, "not_found");
        }
        let of_phoenix = app.invited(&briefing, "Phoenix", ANA).await;
        let seen = phoenix.get(&format!("{path}?include=total")).await.expect(200);
        assert_eq!((seen.ids(), seen.body["total"].clone()), (vec![of_phoenix["id"].as_str().unwrap().to_owned()], json!(1)));
        assert_eq!(phoenix.get("/v1/briefings").await.expect(200).ids(), std::slice::from_ref(&briefing));
        chicago.get(&path).await.expect_problem(404, "not_found");
        // Once Chicago is invited too, it sees its own people's and nobody else's.
        let of_chicago = app.invited(&briefing, "Chicago", "cleo@chicago.example.gov").await;
        let seen = chicago.get(&format!("{path}?include=total")).await.expect(200);
        assert_eq!((seen.ids(), seen.body["total"].clone()), (vec![of_chicago["id"].as_str().unwrap().to_owned()], json!(1)));
        let organization = of_phoenix["organization_id"].as_str().unwrap();
        assert!(chicago.get(&format!("{path}?organization_id={organization}")).await.expect(200).ids().is_empty());
        chicago.get(&format!("{path}/{}", of_phoenix["id"].as_str().unwrap())).await.expect_problem(404, "not_found");
        app.settle_journal().await;
        for (city, other) in [(&phoenix, &of_chicago), (&chicago, &of_phoenix)] {
            let feed = city.get("/v1/events?limit=100").await.expect(200);
            assert!(!feed.text.contains(other["id"].as_str().unwrap()), "{}", feed.text);
        }
        assert_eq!(admin.get(&format!("{path}?include=total")).await.expect(200).body["total"], 2);
        // A key reads what its city may read, and invites nobody.
        let key = app.key_of("Phoenix", SERVICE_SCOPES).await;
        assert_eq!(key.get(&path).await.expect(200).ids().len(), 1);
        key.post(&path, json!({"organization_ids": [app.city("Phoenix").await]})).await.expect_problem(403, "forbidden");
        phoenix.post(&path, json!({"organization_ids": [app.city("Phoenix").await]})).await.expect_problem(403, "forbidden");
    }

    async fn of_controlled_information_a_link_and_its_mail_tell_the_time_alone(app: App) {
        let venue = app.venue("A room of its own").await;
        let secret = json!({
            "marking": "cui", "title": "Hidden matters", "topic": "secrecy", "summary": "Not for mail.",
            "format": "hybrid", "venue_id": venue, "meeting_url": "https://meet.example.gov/hidden",
        });
        let briefing = app.published(secret).await;
        let admin = app.admin().await;
        let own = json!({"people": [{"name": "Ana Ruiz", "email": ANA, "organization_id": app.office}]});
        admin.post(&invitations(&briefing), own).await.expect(201);
        let before = app.queued(Template::BriefingInvitation).await;
        let token = app.link_of(ANA).await;
        let shown = app.look_up(&token).await.expect(200);
        assert_eq!(shown.body["starts_at"]["local"], "2030-03-12T10:00:00");
        app.answer(&token, json!({"answer": "accept"})).await.expect(200);
        let after = app.queued(Template::RegistrationConfirmed).await;
        let everything = format!("{before:?} {after:?} {:?} {}", app.letters(), shown.text);
        for word in ["Hidden", "secrecy", "Not for mail", "A room of its own", "meet.example.gov"] {
            assert!(!everything.contains(word), "{word}: {everything}");
        }
    }
}

both_backends! {
    async fn five_thousand_are_invited_in_one_transaction_of_few_statements(app: App) {
        use chancery::briefings::invitations::commands::create_briefing_invitations;
        use chancery::briefings::invitations::wire::CreateBriefingInvitations;
        use chancery::kernel::access::{Home, Principal, Scope};
        use chancery::kernel::db::WriteContext;
        use chancery::kernel::id::{SessionId, UserId};
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};
        use diesel::connection::{Connection, InstrumentationEvent};

        let briefing = app.published(json!({"capacity": 10_000})).await;
        let phoenix = app.city("Phoenix").await;
        let invite = |people: usize| {
            let people: Vec<Value> = (0..people)
                .map(|number| json!({"name": format!("Person {number}"), "email": format!("p{number}@phoenix.example.gov"), "organization_id": phoenix}))
                .collect();
            serde_json::from_value::<CreateBriefingInvitations>(json!({"people": people})).unwrap()
        };
        let scope = Scope(Some(Principal::User {
            user_id: UserId::fresh(),
            session_id: SessionId::fresh(),
            homes: vec![Home {
                organization_id: app.office.parse().unwrap(),
                kind: "national_office".to_owned(),
                country: "US".to_owned(),
                subdivision: None,
                role: Role::Administrator,
            }],
        }));
        let (id, keyring) = (briefing.parse().unwrap(), app.kernel.keyring.clone());
        let count = Arc::new(AtomicUsize::new(0));
        let counter = count.clone();
        let input = invite(5_000);
        let made = app.kernel.db.write(WriteContext::system(app.clock.now()), move |tx| {
            let counter = counter.clone();
            tx.conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            });
            let made = create_briefing_invitations(tx, &scope, &keyring, &id, &input);
            tx.conn.set_instrumentation(|_: InstrumentationEvent<'_>| {});
            made
        }).await.unwrap();
        assert_eq!(made.created, 5_000);
        assert_eq!(app.told(Template::BriefingInvitation).await.len(), 5_000);
        // On SQLite, where a statement costs no trip, rows are inserted one by one.
        let is_file = app.database.url().starts_with("sqlite");
        let statements = count.load(Ordering::Relaxed);
        assert!(is_file || statements < 80, "{statements} statements");
    }
}

both_backends! {
    async fn a_page_of_invitations_takes_as_many_statements_with_a_hundred_as_with_two(app: App) {
        use chancery::briefings::invitations::queries::list;
        use chancery::briefings::invitations::wire::BriefingInvitationQuery;
        use chancery::briefings::model::Briefing;
        use chancery::kernel::access::{Home, Principal, Scope};
        use chancery::kernel::db::Aggregate;
        use chancery::kernel::id::{SessionId, UserId};
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};
        use diesel::connection::{Connection, InstrumentationEvent};

        let admin = app.admin().await;
        let phoenix = app.city("Phoenix").await;
        let briefing = app.published(json!({})).await;
        let scope = Scope(Some(Principal::User {
            user_id: UserId::fresh(),
            session_id: SessionId::fresh(),
            homes: vec![Home {
                organization_id: phoenix.parse().unwrap(),
                kind: "municipality".to_owned(),
                country: "US".to_owned(),
                subdivision: Some("AZ".to_owned()),
                role: Role::LocalStaff,
            }],
        }));
        let mut counts = Vec::new();
        for (from, to) in [(0, 2), (2, 100)] {
            let people: Vec<Value> = (from..to)
                .map(|number| json!({"name": "A", "email": format!("p{number}@phoenix.example.gov"), "organization_id": phoenix}))
                .collect();
            admin.post(&invitations(&briefing), json!({"people": people})).await.expect(201);
            let mut conn = app.database.connect();
            let row = Briefing::load(&mut conn, &briefing).unwrap().unwrap();
            let count = Arc::new(AtomicUsize::new(0));
            let counter = count.clone();
            conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
                if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                    counter.fetch_add(1, Ordering::Relaxed);
                }
            });
            let query = BriefingInvitationQuery { limit: Some(100), ..BriefingInvitationQuery::default() };
            let page = list(&mut conn, &scope, &app.kernel.keyring, &row, &query, app.clock.now()).unwrap();
            assert_eq!(page.data.len(), to);
            counts.push(count.load(Ordering::Relaxed));
        }
        assert_eq!(counts[0], counts[1]);
    }
}
