//! Programs as clients see and send them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::access::{Permission, Role, Scope};
use crate::kernel::id::ProgramId;
use crate::kernel::patch::Patch;
use crate::kernel::time::Timestamp;
use crate::programs::model::Program as Row;

/// A program of embedded diplomats.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "prg_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Diplomats in city halls",
    "legal_basis": "Intergovernmental Personnel Act, 5 U.S.C. 3371-3376", "description": null,
    "default_term_months": 12, "max_term_months": 24, "report_interval_months": 3,
    "report_due_days": 30, "final_report_due_days": 60,
    "host_duties": ["Names a supervisor for the officer."],
    "sign_off_roles": ["program_officer", "administrator"], "is_active": true, "version": 1,
    "created_at": "2031-01-05T14:00:00Z", "updated_at": "2031-01-05T14:00:00Z",
    "allowed_actions": []
}))]
pub struct Program {
    /// Its id.
    pub id: ProgramId,
    /// What it is called.
    pub name: String,
    /// The law or agreement under which officers are placed.
    pub legal_basis: String,
    /// What it is for.
    pub description: Option<String>,
    /// Months of a placement when nothing else is agreed.
    pub default_term_months: i64,
    /// Months of a placement at most, extensions included.
    pub max_term_months: i64,
    /// Months between two reports.
    pub report_interval_months: i64,
    /// Days after its period by which a report is due.
    pub report_due_days: i64,
    /// Days after the end of the placement by which the final report is due.
    pub final_report_due_days: i64,
    /// What a host undertakes.
    pub host_duties: Vec<String>,
    /// The roles that sign a slate, in order.
    pub sign_off_roles: Vec<Role>,
    /// Whether new calls and placements may be made.
    pub is_active: bool,
    /// Rises by one with every change.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    pub allowed_actions: Vec<String>,
}

impl Program {
    /// The row as this caller sees it.
    #[must_use]
    pub fn of(row: Row, scope: &Scope) -> Self {
        let mut allowed_actions = Vec::new();
        if scope.oversees(Permission::ProgramsWrite) {
            allowed_actions.push("update".to_owned());
            if row.is_active {
                allowed_actions.push("create-call".to_owned());
            }
        }
        Self {
            host_duties: row.host_duties(),
            sign_off_roles: row.sign_off_roles(),
            id: row.id,
            name: row.name,
            legal_basis: row.legal_basis,
            description: row.description,
            default_term_months: row.default_term_months,
            max_term_months: row.max_term_months,
            report_interval_months: row.report_interval_months,
            report_due_days: row.report_due_days,
            final_report_due_days: row.final_report_due_days,
            is_active: row.is_active,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            allowed_actions,
        }
    }
}

crate::text_enum! {
    /// The orders the list of programs has.
    pub enum ProgramSort {
        /// By name.
        Name => "name",
        /// By name, from the end.
        NameDescending => "-name",
    }
}

crate::list_query! {
    /// Which programs are wanted.
    "programs" ProgramQuery sorted by ProgramSort {
        /// Words of the name, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100, example = "city halls")]
        pub q: Option<String>,
        /// Whether new calls and placements may be made.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub is_active: Option<bool>,
    }
}

/// What a host undertakes, in a sentence.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(min_length = 1, max_length = 500, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
pub struct Duty(pub String);

const fn a_year() -> i64 {
    12
}

const fn two_years() -> i64 {
    24
}

const fn a_quarter() -> i64 {
    3
}

const fn a_month_in_days() -> i64 {
    30
}

const fn two_months_in_days() -> i64 {
    60
}

fn usual_signatures() -> Vec<Role> {
    vec![Role::ProgramOfficer, Role::Administrator]
}

/// A new program.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Diplomats in city halls", "legal_basis": "Intergovernmental Personnel Act, 5 U.S.C. 3371-3376",
    "host_duties": ["Names a supervisor for the officer."]
}))]
pub struct CreateProgram {
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub name: String,
    /// The law or agreement under which officers are placed.
    #[schema(min_length = 1, max_length = 500, pattern = r"^[^\r\n]*\S[^\r\n]*$")]
    pub legal_basis: String,
    /// What it is for.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 5000, pattern = r"\S")]
    pub description: Option<String>,
    /// Months of a placement when nothing else is agreed; 12 when not given.
    #[serde(default = "a_year")]
    #[schema(required = false, minimum = 1, maximum = 60)]
    pub default_term_months: i64,
    /// Months of a placement at most, extensions included; 24 when not given.
    #[serde(default = "two_years")]
    #[schema(required = false, minimum = 1, maximum = 120)]
    pub max_term_months: i64,
    /// Months between two reports; 3 when not given.
    #[serde(default = "a_quarter")]
    #[schema(required = false, minimum = 1, maximum = 12)]
    pub report_interval_months: i64,
    /// Days after its period by which a report is due; 30 when not given.
    #[serde(default = "a_month_in_days")]
    #[schema(required = false, minimum = 1, maximum = 365)]
    pub report_due_days: i64,
    /// Days after the end of the placement by which the final report is due; 60 when not given.
    #[serde(default = "two_months_in_days")]
    #[schema(required = false, minimum = 1, maximum = 365)]
    pub final_report_due_days: i64,
    /// What a host undertakes.
    #[serde(default)]
    #[schema(required = false, max_items = 30)]
    pub host_duties: Vec<Duty>,
    /// The roles that sign a slate, in order; the program officer and the administrator when not
    /// given.
    #[serde(default = "usual_signatures")]
    #[schema(required = false, min_items = 1, max_items = 5)]
    pub sign_off_roles: Vec<Role>,
}

/// A change of a program: absent members keep their value, `null` clears it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"report_due_days": 45}))]
pub struct UpdateProgram {
    /// What it is called.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub name: Option<String>,
    /// The law or agreement under which officers are placed.
    #[schema(
        nullable = false,
        min_length = 1,
        max_length = 500,
        pattern = r"^[^\r\n]*\S[^\r\n]*$"
    )]
    pub legal_basis: Option<String>,
    /// What it is for.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 5000, pattern = r"\S")]
    pub description: Patch<String>,
    /// Months of a placement when nothing else is agreed.
    #[schema(nullable = false, minimum = 1, maximum = 60)]
    pub default_term_months: Option<i64>,
    /// Months of a placement at most, extensions included.
    #[schema(nullable = false, minimum = 1, maximum = 120)]
    pub max_term_months: Option<i64>,
    /// Months between two reports, for placements that are made from now on.
    #[schema(nullable = false, minimum = 1, maximum = 12)]
    pub report_interval_months: Option<i64>,
    /// Days after its period by which a report is due.
    #[schema(nullable = false, minimum = 1, maximum = 365)]
    pub report_due_days: Option<i64>,
    /// Days after the end of the placement by which the final report is due.
    #[schema(nullable = false, minimum = 1, maximum = 365)]
    pub final_report_due_days: Option<i64>,
    /// What a host undertakes.
    #[schema(nullable = false, max_items = 30)]
    pub host_duties: Option<Vec<Duty>>,
    /// The roles that sign a slate, in order.
    #[schema(nullable = false, min_items = 1, max_items = 5)]
    pub sign_off_roles: Option<Vec<Role>>,
    /// Whether new calls and placements may be made.
    #[schema(nullable = false)]
    pub is_active: Option<bool>,
}
