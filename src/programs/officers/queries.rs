//! Reading officers: one query a relation, however many there are.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::Connection;
use crate::kernel::http::{Code, Faults, Page, PageRequest, Problem};
use crate::kernel::id::OfficerId;
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::programs::needs::LanguageSkill;
use crate::programs::officers::model::{Officer as Row, OfficerTrait, Recusal, TraitKind};
use crate::programs::officers::visible::{Boxed, visible};
use crate::programs::officers::wire::{Officer, OfficerQuery, OfficerRecusal, OfficerSort};
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::schema::{officer_recusals, officer_traits, officers, placements};

fn filtered(scope: &Scope, query: &OfficerQuery) -> Boxed {
    let mut found = visible(scope);
    if let Some(q) = &query.q {
        for word in text::fold(q).split(' ') {
            found = found.filter(
                officers::name_folded
                    .like(text::like_anywhere(word))
                    .escape('\\'),
            );
        }
    }
    let with = |kind: TraitKind, value: String, level: i64| {
        officer_traits::table
            .filter(officer_traits::kind.eq(kind))
            .filter(officer_traits::value.eq(value))
            .filter(
                officer_traits::level
                    .is_null()
                    .or(officer_traits::level.assume_not_null().ge(level)),
            )
            .select(officer_traits::officer_id)
    };
    if let Some(skill) = &query.skill {
        found = found.filter(officers::id.eq_any(with(TraitKind::Skill, text::fold(skill), 0)));
    }
    if let Some(region) = &query.region {
        found = found.filter(officers::id.eq_any(with(TraitKind::Region, text::fold(region), 0)));
    }
    if let Some(language) = &query.language {
        let level = query.min_level.unwrap_or(0);
        found =
            found.filter(officers::id.eq_any(with(TraitKind::Language, language.clone(), level)));
    }
    if let Some(day) = query.available_on {
        let placed = placements::table
            .filter(placements::status.ne(PlacementStatus::Cancelled))
            .filter(placements::starts_on.le(day))
            .filter(placements::ends_on.gt(day))
            .select(placements::officer_id);
        found = found
            .filter(
                officers::available_from
                    .is_null()
                    .or(officers::available_from.assume_not_null().le(day)),
            )
            .filter(
                officers::available_until
                    .is_null()
                    .or(officers::available_until.assume_not_null().ge(day)),
            )
            .filter(officers::id.ne_all(placed));
    }
    if let Some(is_active) = query.is_active {
        found = found.filter(officers::is_active.eq(is_active));
    }
    found
}

/// A page of the officers that the caller may see.
///
/// # Errors
///
/// 400 for a cursor of another list, and for `min_level` without `language`.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    query: &OfficerQuery,
) -> Result<Page<Officer>, Problem> {
    let mut faults = Faults::default();
    faults.require(
        query.min_level.is_none() || query.language.is_some(),
        "min_level",
        "not_applicable",
        "needs `language`",
    );
    faults.finish_as(Code::InvalidQuery)?;
    let request = PageRequest::of(keyring, query)?;
    let rows: Vec<Row> = crate::seek!(
        filtered(scope, query), officers::name_folded, officers::id,
        descending: query.sort == Some(OfficerSort::NameDescending),
        after: request.after_as::<String>()?
    )
    .limit(request.rows_to_read())
    .select(Row::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(scope, query).count().get_result(conn))
        .transpose()?;
    let page = request.page(keyring, rows, total, |row| {
        (row.name_folded.clone(), row.id.to_string())
    });
    let shown = represent(conn, scope, &page.data)?;
    Ok(Page {
        data: shown,
        next_cursor: page.next_cursor,
        total: page.total,
    })
}

/// What officers bring, by officer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// What they can do, folded.
    pub skills: Vec<String>,
    /// What they speak.
    pub languages: Vec<LanguageSkill>,
    /// The parts of the world that they know, folded.
    pub regions: Vec<String>,
}

/// What these officers bring, in one query; of all officers where none are named.
///
/// # Errors
///
/// When the database fails.
pub fn profiles(
    conn: &mut Connection,
    ids: Option<Vec<OfficerId>>,
) -> Result<HashMap<OfficerId, Profile>, Problem> {
    let mut found = officer_traits::table.into_boxed();
    if let Some(ids) = ids {
        found = found.filter(officer_traits::officer_id.eq_any(ids));
    }
    let rows: Vec<OfficerTrait> = found
        .order((officer_traits::officer_id, officer_traits::value))
        .select(OfficerTrait::as_select())
        .load(conn)?;
    let mut profiles: HashMap<OfficerId, Profile> = HashMap::new();
    for row in rows {
        let profile = profiles.entry(row.officer_id).or_default();
        match row.kind {
            TraitKind::Skill => profile.skills.push(row.value),
            TraitKind::Region => profile.regions.push(row.value),
            TraitKind::Language => profile.languages.push(LanguageSkill {
                language: row.value,
                level: row.level.unwrap_or_default(),
            }),
        }
    }
    Ok(profiles)
}

/// The hosts that these officers must not serve at, in one query; of all officers where none are
/// named.
///
/// # Errors
///
/// When the database fails.
pub fn recusals(
    conn: &mut Connection,
    ids: Option<Vec<OfficerId>>,
) -> Result<HashMap<OfficerId, Vec<Recusal>>, Problem> {
    let mut found = officer_recusals::table.into_boxed();
    if let Some(ids) = ids {
        found = found.filter(officer_recusals::officer_id.eq_any(ids));
    }
    let rows: Vec<Recusal> = found
        .order((
            officer_recusals::officer_id,
            officer_recusals::organization_id,
        ))
        .select(Recusal::as_select())
        .load(conn)?;
    let mut recusals: HashMap<OfficerId, Vec<Recusal>> = HashMap::new();
    for row in rows {
        recusals
            .entry(row.officer_id.clone())
            .or_default()
            .push(row);
    }
    Ok(recusals)
}

/// The rows as this caller sees them.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    rows: &[Row],
) -> Result<Vec<Officer>, Problem> {
    let ids: Vec<OfficerId> = rows.iter().map(|row| row.id.clone()).collect();
    let mut profiles = profiles(conn, Some(ids.clone()))?;
    let mut recusals = recusals(conn, Some(ids))?;
    let allowed_actions: Vec<String> = scope
        .oversees(Permission::OfficersWrite)
        .then(|| "update".to_owned())
        .into_iter()
        .collect();
    Ok(rows
        .iter()
        .map(|row| {
            let profile = profiles.remove(&row.id).unwrap_or_default();
            Officer {
                id: row.id.clone(),
                name: row.name.clone(),
                grade: row.grade.clone(),
                user_id: row.user_id.clone(),
                skills: profile.skills,
                languages: profile.languages,
                regions: profile.regions,
                available_from: row.available_from,
                available_until: row.available_until,
                recusals: recusals
                    .remove(&row.id)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|recusal| OfficerRecusal {
                        organization_id: recusal.organization_id,
                        reason: recusal.reason,
                    })
                    .collect(),
                notes: row
                    .notes
                    .clone()
                    .filter(|_| scope.oversees(Permission::OfficersRead)),
                is_active: row.is_active,
                version: row.version,
                created_at: row.created_at,
                updated_at: row.updated_at,
                allowed_actions: allowed_actions.clone(),
            }
        })
        .collect())
}

/// One row as this caller sees it.
///
/// # Errors
///
/// When the database fails.
pub fn represent_one(conn: &mut Connection, scope: &Scope, row: &Row) -> Result<Officer, Problem> {
    represent(conn, scope, std::slice::from_ref(row))?
        .pop()
        .ok_or_else(|| Problem::internal("an officer has no representation"))
}
