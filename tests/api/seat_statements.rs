//! How many statements an answer about seats takes: as many with 500 as with 20.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chancery::assemblies::model::Assembly;
use chancery::assemblies::queries::composition;
use chancery::assemblies::seats::model::{Occupancy, Seat as SeatRow};
use chancery::assemblies::seats::queries::list;
use chancery::assemblies::seats::voters::voters;
use chancery::directory::organizations::model::Organization;
use chancery::identity::model::{Membership, User};
use chancery::kernel::access::{Role, Scope};
use chancery::kernel::db::{Aggregate, Connection as AnyConnection, WriteContext};
use chancery::kernel::id::{MembershipId, OccupancyId, OrganizationId, SeatId, UserId};
use chancery::schema::{memberships, organizations, seat_occupancies, seats, users};
use diesel::connection::{Connection, InstrumentationEvent};
use diesel::prelude::*;
use serde_json::json;

use crate::both_backends;
use crate::support::App;

/// Every answer and how many statements it takes.
fn statements(app: &App, scope: &Scope, assembly: &str) -> Vec<usize> {
    let mut conn = app.database.connect();
    let row = Assembly::load(&mut conn, assembly).unwrap().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    let now = app.clock.now();
    let taken = || count.swap(0, Ordering::Relaxed);
    voters(&mut conn, &row, None, now).unwrap();
    let mut all = vec![taken()];
    let query = serde_json::from_value(json!({"limit": 100, "include": "total"})).unwrap();
    let page = list(&mut conn, scope, &app.kernel.keyring, &row.id, &query, now).unwrap();
    assert!(page.data.iter().all(|seat| seat.holder.is_some()));
    all.push(taken());
    composition(&mut conn, &row, now).unwrap();
    all.push(taken());
    all
}

/// Copies the one seat that there is, with its jurisdiction and holder, until there are so many.
async fn until_there_are(app: &App, number: usize) {
    app.kernel
        .db
        .write(WriteContext::system(app.clock.now()), move |tx| {
            Ok(copy_until(tx.conn, number)?)
        })
        .await
        .unwrap();
}

fn copy_until(conn: &mut AnyConnection, number: usize) -> QueryResult<()> {
    let seat: SeatRow = seats::table.select(SeatRow::as_select()).first(conn)?;
    let holder: Occupancy = seat_occupancies::table
        .filter(seat_occupancies::seat_id.eq(&seat.id))
        .select(Occupancy::as_select())
        .first(conn)?;
    let home = Organization::load(conn, seat.organization_id.as_str())?.unwrap();
    let person = User::load(conn, holder.user_id.as_str())?.unwrap();
    let there: i64 = seats::table.count().get_result(conn)?;
    for _ in usize::try_from(there).unwrap()..number {
        let home = Organization {
            id: OrganizationId::fresh(),
            ..home.clone()
        };
        let id = UserId::fresh();
        let person = User {
            email: format!("{id}@example.gov"),
            email_folded: format!("{id}@example.gov"),
            id,
            ..person.clone()
        };
        // A leader at home, or the worker would leave the seat to nobody.
        let leads = Membership {
            id: MembershipId::fresh(),
            user_id: person.id.clone(),
            organization_id: home.id.clone(),
            role: Role::LocalLeader,
        };
        let seat = SeatRow {
            id: SeatId::fresh(),
            organization_id: home.id.clone(),
            ..seat.clone()
        };
        let holder = Occupancy {
            id: OccupancyId::fresh(),
            seat_id: seat.id.clone(),
            user_id: person.id.clone(),
            ..holder.clone()
        };
        diesel::insert_into(organizations::table)
            .values(home)
            .execute(conn)?;
        diesel::insert_into(users::table)
            .values(person)
            .execute(conn)?;
        diesel::insert_into(memberships::table)
            .values(leads)
            .execute(conn)?;
        diesel::insert_into(seats::table)
            .values(seat)
            .execute(conn)?;
        diesel::insert_into(seat_occupancies::table)
            .values(holder)
            .execute(conn)?;
    }
    Ok(())
}

both_backends! {
    async fn twenty_seats_and_five_hundred_take_as_many_statements(app: App) {
        let assembly = app.assembly(json!({"composition": {"max_seats": 10_000}})).await;
        let seat = app.seat(&assembly, &app.jurisdiction("A", json!({})).await).await;
        let account = app.account(&app.admin().await).await;
        let scope = app.office_scope(&account);
        until_there_are(&app, 20).await;
        let few = statements(&app, &scope, &assembly);
        until_there_are(&app, 500).await;
        assert_eq!(statements(&app, &scope, &assembly), few);
        assert!(few.iter().all(|count| *count <= 7), "{few:?}");
        // And the answer has all of them.
        let all = seat.holder.get(&format!("/v1/assemblies/{assembly}/voters")).await.expect(200);
        assert_eq!(all.body["voters"].as_array().unwrap().len(), 500);
    }
}
