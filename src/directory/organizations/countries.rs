//! Countries: the codes of ISO 3166-1 that ship with the program.

use std::collections::HashSet;
use std::sync::OnceLock;

use crate::kernel::http::Faults;

/// Notes a country code that is not in ISO 3166-1.
pub fn check_country(country: &str, pointer: &str, faults: &mut Faults) {
    faults.require(
        is_country(country),
        pointer,
        "country_unknown",
        "is not a country code of ISO 3166-1",
    );
}

/// Whether this is a country code of ISO 3166-1 (the list that ships with the program).
fn is_country(code: &str) -> bool {
    static CODES: OnceLock<HashSet<&'static str>> = OnceLock::new();
    CODES
        .get_or_init(|| {
            include_str!("../../../data/jurisdictions/countries.csv")
                .lines()
                .skip(1)
                .filter_map(|line| line.split(',').next())
                .collect()
        })
        .contains(code)
}
