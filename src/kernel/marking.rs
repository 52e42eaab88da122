//! Markings: who may know that a record exists.
//!
//! The vocabulary follows the office's practice (public, official use, controlled unclassified
//! information, 32 CFR part 2002). A record above a caller's ceiling is absent for that caller
//! everywhere: lists, totals, search, expansion, events. Nothing classified is ever stored.

crate::text_enum! {
    /// How widely a record may be known, from widest to narrowest.
    pub enum Marking {
        /// Anyone, with or without an account.
        Public => "public",
        /// People with an account.
        OfficialUse => "official_use",
        /// Controlled unclassified information: federal staff only.
        Cui => "cui",
    }
}

impl Marking {
    /// What a text that leaves the office begins with, so that its reader knows how to treat it.
    #[must_use]
    pub const fn notice(self) -> Option<&'static str> {
        match self {
            Self::Public => None,
            Self::OfficialUse => Some("Official use."),
            Self::Cui => Some("Controlled information."),
        }
    }

    /// Every marking that a caller with this ceiling may see.
    #[must_use]
    pub fn up_to(self) -> Vec<Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|marking| *marking <= self)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ceiling_includes_everything_wider() {
        assert_eq!(Marking::Public.up_to(), [Marking::Public]);
        assert_eq!(
            Marking::OfficialUse.up_to(),
            [Marking::Public, Marking::OfficialUse]
        );
        assert_eq!(Marking::Cui.up_to(), Marking::ALL);
    }
}
