//! How many statements a ballot takes: as many among five hundred jurisdictions as among five.
//! Counted, not timed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chancery::assemblies::polls::ballot_wire::CastBallot;
use chancery::assemblies::polls::ballots::cast_ballot;
use chancery::assemblies::polls::model::Voter;
use chancery::assemblies::seats::lifecycle::SeatStatus;
use chancery::assemblies::seats::model::Seat as SeatRow;
use chancery::directory::organizations::model::Organization;
use chancery::kernel::access::{Actor as Writer, Role};
use chancery::kernel::db::{Aggregate, Tx, WriteContext};
use chancery::kernel::http::RequestContext;
use chancery::kernel::id::{OrganizationId, PollId, SeatId, UserId};
use chancery::schema::{organizations, poll_voters, seats};
use diesel::connection::{Connection, InstrumentationEvent};
use diesel::prelude::*;
use serde_json::json;

use crate::application_statements::scope;
use crate::both_backends;
use crate::support::{App, Seat};

/// Has the holder of the seat vote, and counts what is asked of the database.
async fn statements(app: &App, poll: &str, seat: &Seat) -> usize {
    let poll: PollId = poll.parse().unwrap();
    let user: UserId = app.account(&seat.holder).await.parse().unwrap();
    let scope = scope(&user, &seat.organization, Role::LocalLeader);
    let context = WriteContext {
        actor: Writer::User(user),
        now: app.clock.now(),
        request: RequestContext::default(),
    };
    let keyring = app.kernel.keyring.clone();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    app.kernel
        .db
        .write(context, move |tx| {
            let counter = counter.clone();
            tx.conn
                .set_instrumentation(move |event: InstrumentationEvent<'_>| {
                    if matches!(event, InstrumentationEvent::StartQuery { .. }) {
                        counter.fetch_add(1, Ordering::Relaxed);
                    }
                });
            let input: CastBallot = serde_json::from_value(json!({"choice": "yes"})).unwrap();
            let cast = cast_ballot(tx, &scope, &keyring, &poll, &input);
            tx.conn
                .set_instrumentation(|_: InstrumentationEvent<'_>| {});
            assert!(cast?.is_new);
            Ok(())
        })
        .await
        .unwrap();
    count.load(Ordering::Relaxed)
}

/// Adds so many voters to a poll, each of a jurisdiction of its own. Through the service's own gate
/// for writers: a second writer beside it is refused by SQLite.
async fn add_voters(app: &App, poll: &str, seat: &Seat, more: usize) {
    let (poll, seat) = (
        poll.to_owned(),
        (seat.id.clone(), seat.organization.clone()),
    );
    let context = WriteContext::system(app.clock.now());
    app.kernel
        .db
        .write(context, move |tx| {
            insert_voters(tx, &poll, &seat.0, &seat.1, more);
            Ok(())
        })
        .await
        .unwrap();
}

fn insert_voters(tx: &mut Tx<'_>, poll: &str, seat: &str, organization: &str, more: usize) {
    let conn = &mut *tx.conn;
    let row = SeatRow::load(conn, seat).unwrap().unwrap();
    let city = Organization::load(conn, organization).unwrap().unwrap();
    let voter: Voter = poll_voters::table
        .filter(poll_voters::poll_id.eq(poll))
        .filter(poll_voters::seat_id.eq(seat))
        .select(Voter::as_select())
        .first(conn)
        .unwrap();
    let (mut cities, mut rows, mut voters) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..more {
        let (organization, id) = (OrganizationId::fresh(), SeatId::fresh());
        let name = format!("City {number}");
        cities.push(Organization {
            id: organization.clone(),
            name_folded: name.to_lowercase(),
            name: name.clone(),
            source_id: None,
            ..city.clone()
        });
        rows.push(SeatRow {
            id: id.clone(),
            organization_id: organization.clone(),
            // Nobody sits in it: a seat that is filled by nobody is work for the deadlines.
            status: SeatStatus::Vacant,
            ..row.clone()
        });
        voters.push(Voter {
            seat_id: id,
            organization_id: organization,
            organization_name: name,
            ..voter.clone()
        });
    }
    chancery::insert_all!(&mut *conn, organizations::table, cities.as_slice()).unwrap();
    chancery::insert_all!(&mut *conn, seats::table, rows.as_slice()).unwrap();
    chancery::insert_all!(&mut *conn, poll_voters::table, voters.as_slice()).unwrap();
}

both_backends! {
    async fn a_ballot_among_five_hundred_takes_no_more_statements_than_among_five(app: App) {
        let (_, session, seats) = app.convened(5, json!({})).await;
        app.all_come(&session, &seats).await;
        for (kind, most) in [("recorded", 9), ("secret", 10)] {
            let motion = app.put_before(&session, &seats[0], &seats[1]).await;
            let poll = app.open_poll(&motion, json!({"kind": kind})).await;
            let among_five = statements(&app, &poll, &seats[0]).await;
            add_voters(&app, &poll, &seats[4], 495).await;
            assert_eq!(statements(&app, &poll, &seats[1]).await, among_five, "{kind}");
            assert!((1..=most).contains(&among_five), "{kind}: {among_five}");
            app.act_on_poll(&poll, "cancel").await.expect(200);
        }
    }
}
