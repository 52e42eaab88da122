//! The beginning and the end of minutes.

use crate::assemblies::minutes::drafting::facts::Facts;
use crate::assemblies::minutes::drafting::markdown::{inline, named};
use crate::assemblies::sessions::model::{Adjournment, LegalReview, SessionFormat};

/// Which session it was, when and where it was held, and who presided.
pub fn write(facts: &Facts, out: &mut String) {
    let session = &facts.session;
    out.push_str(&format!(
        "# Minutes of session {}: {}\n\n",
        session.number,
        inline(&session.title)
    ));
    let format = match session.format {
        SessionFormat::Virtual => "virtual",
        SessionFormat::InPerson => "in person",
        SessionFormat::Hybrid => "in person and virtual",
    };
    let at = |at: Option<_>| at.map(|at| facts.when(at));
    named(
        &[
            ("Assembly", Some(inline(&facts.assembly.name))),
            ("Format", Some(format.to_owned())),
            ("Place", session.venue.as_deref().map(inline)),
            (
                "Scheduled",
                Some(format!(
                    "{} to {}",
                    facts.when(session.starts_at),
                    facts.when(session.ends_at)
                )),
            ),
            ("Called", at(session.called_at)),
            ("Agenda published", at(session.agenda_published_at)),
            ("Opened", at(session.opened_at)),
            ("Adjourned", at(session.adjourned_at)),
            ("Presiding", session.presiding.as_deref().map(inline)),
        ],
        out,
    );
    out.push_str(&format!(
        "All times are local times in the zone {}.\n\n",
        inline(&session.time_zone)
    ));
    let review = match session.legal_review {
        LegalReview::NotNeeded => return,
        LegalReview::Pending => "pending",
        LegalReview::Exempt => "found exempt",
        LegalReview::NotExempt => "found not exempt",
    };
    out.push_str("## Federal Advisory Committee Act\n\n");
    named(
        &[
            ("Review", Some(review.to_owned())),
            ("Decided", at(session.legal_reviewed_at)),
            ("Basis", session.legal_basis.as_deref().map(inline)),
            (
                "Designated federal officer",
                session.federal_officer.as_deref().map(inline),
            ),
            (
                "Public notice",
                session.notice_citation.as_deref().map(inline),
            ),
        ],
        out,
    );
}

/// How the session ended.
pub fn write_end(facts: &Facts, out: &mut String) {
    let session = &facts.session;
    let Some(adjourned) = session.adjourned_at else {
        return;
    };
    let why = match session.adjournment {
        Some(Adjournment::BusinessConcluded) => ": its business was concluded",
        Some(Adjournment::NoQuorum) => ": no quorum was present",
        Some(Adjournment::TimeExpired) => ": its time had expired",
        Some(Adjournment::Other) | None => "",
    };
    let note = session.closing_note.as_deref().map(inline);
    out.push_str(&format!(
        "## Adjournment\n\nThe session was adjourned at {}{why}.{}\n",
        facts.clock(adjourned),
        note.map_or_else(String::new, |note| format!(" {note}"))
    ));
}
