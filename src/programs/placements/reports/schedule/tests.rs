use proptest::prelude::*;

use super::*;
use crate::kernel::id::{PlacementId, PlacementReportId};

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn span(starts_on: Day, ends_on: Day, zone: Tz) -> Span {
    Span {
        starts_on,
        ends_on,
        ends_at: midnight(ends_on, zone),
        zone,
    }
}

const SCHEDULE: Schedule = Schedule {
    interval_months: 3,
    due_days: 30,
    final_due_days: 60,
};

fn stored(plan: &Planned) -> PlacementReport {
    let created_at = plan.ends_at;
    PlacementReport {
        id: PlacementReportId::fresh(),
        placement_id: PlacementId::fresh(),
        kind: plan.kind,
        ordinal: plan.ordinal,
        status: StoredStatus::Awaited,
        period_starts_on: plan.starts_on,
        period_ends_on: plan.ends_on,
        period_ends_at: plan.ends_at,
        due_at: plan.due_at,
        meetings: 0,
        delegations: 0,
        agreements: 0,
        investment_leads: 0,
        public_summary: None,
        internal_part: None,
        reason: None,
        handed_in_at: None,
        accepted_at: None,
        reminders: 0,
        overdue_noted_at: None,
        version: 1,
        created_at,
        updated_at: created_at,
    }
}

/// Does to the reports what the steps say.
fn follow(reports: &mut Vec<PlacementReport>, steps: Vec<Step>) {
    for step in steps {
        match step {
            Step::Add(plan) => {
                let is_new = |report: &PlacementReport| {
                    (report.kind, report.ordinal) != (plan.kind, plan.ordinal)
                };
                assert!(reports.iter().all(is_new), "added twice");
                reports.push(stored(&plan));
            }
            Step::Move(row) | Step::Revive(row) | Step::Reopen(row) | Step::Drop(row) => {
                let old = reports
                    .iter_mut()
                    .find(|report| (report.kind, report.ordinal) == (row.kind, row.ordinal));
                *old.unwrap() = row;
            }
        }
    }
}

#[test]
fn a_year_has_three_quarterly_reports_and_the_final_one() {
    let phoenix = chrono_tz::America::Phoenix;
    let planned = plan(
        &span(day("2026-09-01"), day("2027-09-01"), phoenix),
        SCHEDULE,
    );
    let told: Vec<String> = planned
        .iter()
        .map(|one| {
            format!(
                "{} {} {}..{} due {}",
                one.kind, one.ordinal, one.starts_on, one.ends_on, one.due_at
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            "quarterly 1 2026-09-01..2026-12-01 due 2026-12-31T07:00:00Z",
            "quarterly 2 2026-12-01..2027-03-01 due 2027-03-31T07:00:00Z",
            "quarterly 3 2027-03-01..2027-06-01 due 2027-07-01T07:00:00Z",
            "final 1 2026-09-01..2027-09-01 due 2027-10-31T07:00:00Z",
        ]
    );
}

#[test]
fn short_months_do_not_move_the_days_after_them() {
    let utc = chrono_tz::UTC;
    let schedule = Schedule {
        interval_months: 1,
        ..SCHEDULE
    };
    let planned = plan(&span(day("2026-12-31"), day("2027-05-01"), utc), schedule);
    let ends: Vec<String> = planned.iter().map(|one| one.ends_on.to_string()).collect();
    assert_eq!(
        ends,
        [
            "2027-01-31",
            "2027-02-28",
            "2027-03-31",
            "2027-04-30",
            "2027-05-01"
        ]
    );
}

#[test]
fn a_final_report_that_was_handed_in_is_opened_again_when_the_placement_goes_on() {
    let utc = chrono_tz::UTC;
    let first = plan(&span(day("2026-09-01"), day("2026-11-01"), utc), SCHEDULE);
    let mut reports: Vec<PlacementReport> = first.iter().map(stored).collect();
    reports[0].status = StoredStatus::Accepted;
    reports[0].handed_in_at = Some(reports[0].period_ends_at);
    let longer = plan(&span(day("2026-09-01"), day("2027-02-01"), utc), SCHEDULE);
    let steps = reconcile(&reports, &longer);
    follow(&mut reports, steps);
    assert_eq!(reports.len(), 2);
    assert_eq!(reports[0].status, StoredStatus::Awaited);
    assert_eq!(reports[0].handed_in_at, None);
    assert_eq!(reports[0].reason.as_deref(), Some(REOPENED));
    assert_eq!(reconcile(&reports, &longer), []);
    let steps = reconcile(&reports, &[]);
    follow(&mut reports, steps);
    assert!(
        reports
            .iter()
            .all(|report| report.status == StoredStatus::Dropped)
    );
}

proptest! {
    /// After any sequence of terms, with reports handed in between, the quarterly reports cover the
    /// term from its first day without gap or overlap, one final report covers all of it, and
    /// nothing more has to be done.
    #[test]
    fn reports_follow_the_term(
        start in 0_u64..2_000,
        interval in 1_u32..=12,
        changes in proptest::collection::vec((1_u64..900, any::<u8>(), any::<bool>()), 1..8),
        zone in proptest::sample::select(vec![chrono_tz::UTC, chrono_tz::America::Phoenix, chrono_tz::America::Havana, chrono_tz::Pacific::Apia]),
    ) {
        let schedule = Schedule { interval_months: interval, ..SCHEDULE };
        let starts_on = day("2024-02-29").plus_days(start).unwrap();
        let mut reports: Vec<PlacementReport> = Vec::new();
        for (days, pick, hands_in) in changes {
            let ends_on = starts_on.plus_days(days).unwrap();
            let planned = plan(&span(starts_on, ends_on, zone), schedule);
            let before = reports.clone();
            follow(&mut reports, reconcile(&before, &planned));
            prop_assert_eq!(reconcile(&reports, &planned), vec![], "done twice");

            for report in &before {
                let after = reports.iter().find(|one| one.id == report.id).unwrap();
                if report.kind == ReportKind::Quarterly && report.handed_in_at.is_some() {
                    prop_assert_eq!(after, report, "what was handed in stays");
                }
            }
            let live = |kind| {
                let mut found: Vec<&PlacementReport> = reports.iter()
                    .filter(|report| report.kind == kind && report.status != StoredStatus::Dropped)
                    .collect();
                found.sort_by_key(|report| report.ordinal);
                found
            };
            let finals = live(ReportKind::Final);
            prop_assert_eq!(finals.len(), 1);
            prop_assert_eq!((finals[0].period_starts_on, finals[0].period_ends_on), (starts_on, ends_on));
            if finals[0].status == StoredStatus::Awaited {
                prop_assert_eq!(finals[0].due_at, due(ends_on, 60, zone));
            }

            // Beyond the end stand those alone that were handed in before the term became shorter.
            let within: Vec<&PlacementReport> = live(ReportKind::Quarterly).into_iter()
                .filter(|report| report.period_ends_on < ends_on || report.status == StoredStatus::Awaited)
                .collect();
            let mut next = starts_on;
            for (index, report) in within.iter().enumerate() {
                prop_assert_eq!(usize::try_from(report.ordinal).unwrap(), index + 1);
                prop_assert_eq!(report.period_starts_on, next);
                prop_assert!(report.period_ends_on < ends_on);
                prop_assert_eq!(report.due_at, due(report.period_ends_on, 30, zone));
                next = report.period_ends_on;
            }
            let following = u32::try_from(within.len() + 1).unwrap() * interval;
            prop_assert!(starts_on.plus_months(following).unwrap() >= ends_on, "an interval is missing");
            let rest = figures_start_on(finals[0], within.last().map(|report| report.period_ends_on));
            prop_assert_eq!(rest, next, "the rest is the final report's");

            if hands_in && !reports.is_empty() {
                let index = usize::from(pick) % reports.len();
                if reports[index].status == StoredStatus::Awaited {
                    reports[index].status = if pick % 2 == 0 { StoredStatus::Submitted } else { StoredStatus::Accepted };
                    reports[index].handed_in_at = Some(reports[index].period_ends_at);
                }
            }
        }
    }
}
