use chrono_tz::Tz;

use super::*;
use crate::kernel::id::OfficerId;
use crate::programs::needs::LanguageSkill;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn days(from: &str, to: &str) -> Days {
    Days {
        starts_on: day(from),
        ends_on: day(to),
    }
}

fn officer() -> Officer {
    let now = day("2026-01-01").begins_at(Tz::UTC).unwrap();
    Officer {
        id: OfficerId::fresh(),
        user_id: None,
        name: "Dana Whitfield".into(),
        name_folded: "dana whitfield".into(),
        grade: "FS-03".into(),
        available_from: None,
        available_until: None,
        notes: None,
        is_active: true,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

fn language(language: &str, level: i64) -> LanguageSkill {
    LanguageSkill {
        language: language.into(),
        level,
    }
}

fn needs() -> Needs {
    Needs {
        skills: vec!["Trade Promotion".into(), "climate".into()],
        languages: vec![language("es", 3)],
        regions: vec!["western_hemisphere".into()],
        starts_on: None,
    }
}

struct Case {
    officer: Officer,
    profile: Profile,
    recusals: Vec<Recusal>,
    officer_held: Vec<Days>,
    own: Vec<OrganizationId>,
    host: OrganizationId,
    parent: OrganizationId,
    host_held: Vec<Days>,
    term: Days,
}

impl Case {
    fn fitting() -> Self {
        Self {
            officer: officer(),
            profile: Profile {
                skills: vec!["climate".into(), "trade promotion".into()],
                languages: vec![language("es", 3)],
                regions: vec!["western_hemisphere".into()],
            },
            recusals: Vec::new(),
            officer_held: Vec::new(),
            own: Vec::new(),
            host: OrganizationId::fresh(),
            parent: OrganizationId::fresh(),
            host_held: Vec::new(),
            term: days("2026-09-01", "2027-09-01"),
        }
    }

    fn judge(&self) -> (i64, Vec<ExclusionRule>) {
        let needs = needs();
        let officer = OfficerSide {
            officer: &self.officer,
            profile: &self.profile,
            recusals: &self.recusals,
            held: &self.officer_held,
            own: &self.own,
        };
        let host = HostSide {
            id: &self.host,
            parent: Some(&self.parent),
            needs: &needs,
            held: &self.host_held,
            term: self.term,
        };
        let score = reasons(&officer, &host)
            .iter()
            .map(|reason| reason.points)
            .sum();
        let rules = exclusions(&officer, &host)
            .iter()
            .map(|exclusion| exclusion.rule)
            .collect();
        (score, rules)
    }
}

#[test]
fn whoever_brings_everything_has_all_points_in_any_spelling() {
    assert_eq!(Case::fitting().judge(), (100, Vec::new()));
}

#[test]
fn a_part_of_the_skills_gives_its_share_of_the_points() {
    let mut case = Case::fitting();
    case.profile.skills.truncate(1);
    case.profile.regions.clear();
    assert_eq!(case.judge(), (25 + 30, Vec::new()));
}

#[test]
fn what_is_not_asked_for_gives_no_points() {
    let case = Case::fitting();
    let needs = Needs::default();
    let host = HostSide {
        id: &case.host,
        parent: None,
        needs: &needs,
        held: &[],
        term: case.term,
    };
    let officer = OfficerSide {
        officer: &case.officer,
        profile: &case.profile,
        recusals: &[],
        held: &[],
        own: &[],
    };
    assert_eq!(reasons(&officer, &host), Vec::new());
    assert_eq!(exclusions(&officer, &host), Vec::new());
}

#[test]
fn each_rule_rules_out_by_itself() {
    let recusal = |host: &OrganizationId| Recusal {
        officer_id: OfficerId::fresh(),
        organization_id: host.clone(),
        reason: "Owns property there.".into(),
    };
    let alone = |change: &dyn Fn(&mut Case)| {
        let mut case = Case::fitting();
        change(&mut case);
        case.judge().1
    };
    assert_eq!(
        alone(&|case| case.officer.is_active = false),
        [ExclusionRule::Inactive]
    );
    assert_eq!(
        alone(&|case| case.recusals = vec![recusal(&case.host)]),
        [ExclusionRule::Recused]
    );
    assert_eq!(
        alone(&|case| case.recusals = vec![recusal(&case.parent)]),
        [ExclusionRule::Recused]
    );
    assert_eq!(
        alone(&|case| case.recusals = vec![recusal(&OrganizationId::fresh())]),
        []
    );
    assert_eq!(
        alone(&|case| case.officer.available_from = Some(day("2026-09-02"))),
        [ExclusionRule::NotAvailable]
    );
    assert_eq!(
        alone(&|case| case.officer.available_until = Some(day("2027-08-30"))),
        [ExclusionRule::NotAvailable]
    );
    assert_eq!(
        alone(&|case| {
            case.officer.available_from = Some(day("2026-09-01"));
            case.officer.available_until = Some(day("2027-08-31"));
        }),
        []
    );
    assert_eq!(
        alone(&|case| case.officer_held = vec![days("2027-08-31", "2028-08-31")]),
        [ExclusionRule::AlreadyPlaced]
    );
    assert_eq!(
        alone(&|case| case.officer_held = vec![days("2027-09-01", "2028-09-01")]),
        []
    );
    assert_eq!(
        alone(&|case| case.host_held = vec![days("2025-09-02", "2026-09-02")]),
        [ExclusionRule::SlotTaken]
    );
    assert_eq!(
        alone(&|case| case.profile.languages = vec![language("es", 2)]),
        [ExclusionRule::LanguageTooLow]
    );
    assert_eq!(
        alone(&|case| case.own = vec![case.host.clone()]),
        [ExclusionRule::OwnHost]
    );
}
