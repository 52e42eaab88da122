use super::*;
use crate::assemblies::minutes::lifecycle::MinutesStatus;
use crate::assemblies::minutes::model::Minutes;
use crate::assemblies::sessions::lifecycle::SessionStatus;
use crate::assemblies::sessions::model::{LegalReview, Session, SessionFormat};
use crate::kernel::id::{AssemblyId, AssemblySessionId, MinutesId};
use crate::kernel::time::Timestamp;

fn document(text: &str) -> Document {
    let at: Timestamp = "2031-03-10T17:30:00Z".parse().unwrap();
    let id = AssemblySessionId::fresh();
    Document {
        assembly: "Assembly of Local Leaders of Hawaiʻi and Bayamón".to_owned(),
        session: Session {
            id: id.clone(),
            assembly_id: AssemblyId::fresh(),
            number: 3,
            title: "Spring".to_owned(),
            title_folded: "spring".to_owned(),
            status: SessionStatus::Adjourned,
            format: SessionFormat::Hybrid,
            time_zone: "America/New_York".to_owned(),
            starts_local: at,
            starts_at: at,
            ends_at: at,
            venue: None,
            meeting_url: None,
            presiding: None,
            legal_review: LegalReview::NotNeeded,
            legal_basis: None,
            legal_reviewed_by: None,
            legal_reviewed_at: None,
            federal_officer: None,
            notice_citation: None,
            cloned_from_id: None,
            has_quorum: true,
            called_at: Some(at),
            agenda_published_at: None,
            opened_at: Some(at),
            adjourned_at: Some(at),
            adjournment: None,
            closing_note: None,
            version: 1,
            created_at: at,
            updated_at: at,
        },
        minutes: Minutes {
            id: MinutesId::fresh(),
            session_id: id,
            status: MinutesStatus::Draft,
            text: text.to_owned(),
            basis: None,
            basis_poll_id: None,
            approved_by: None,
            approved_at: None,
            hash: None,
            version: 1,
            created_at: at,
            updated_at: at,
        },
        corrections: Vec::new(),
    }
}

fn pages(pdf: &[u8]) -> Vec<String> {
    let file = lopdf::Document::load_mem(pdf).unwrap();
    let numbers: Vec<u32> = file.get_pages().keys().copied().collect();
    numbers
        .iter()
        .map(|number| file.extract_text(&[*number]).unwrap())
        .collect()
}

#[test]
fn a_table_repeats_its_head_and_loses_no_row() {
    let mut text = String::from("# Minutes\n\n| Place | Vote |\n| --- | ---: |\n");
    for number in 0..300 {
        text.push_str(&format!("| Cañon City {number} | {number} |\n"));
    }
    let document = document(&text);
    let pdf = set(&document, Paper::Letter).unwrap();
    assert_eq!(
        pdf,
        set(&document, Paper::Letter).unwrap(),
        "the same bytes"
    );
    let pages = pages(&pdf);
    assert!(pages.len() > 5 && pages.len() < 12, "{}", pages.len());
    for (index, page) in pages.iter().enumerate() {
        assert!(page.contains("Place"), "{page}");
        assert!(
            page.contains(&format!("{} of {}", index + 1, pages.len())),
            "{page}"
        );
        assert!(page.contains("DRAFT"), "{page}");
    }
    let all = pages.concat();
    for number in 0..300 {
        assert!(all.contains(&format!("Cañon City {number}")), "{number}");
    }
    assert!(all.contains("Hawaiʻi and Bayamón"), "{all}");
}

#[test]
fn hostile_texts_are_set_without_a_fault() {
    let long = "x".repeat(100_000);
    let cells = format!(
        "|{}\n|{}\n|{}\n",
        "a|".repeat(60),
        "-|".repeat(60),
        "b c|".repeat(60)
    );
    let tall = format!(
        "| a | b |\n| - | - |\n| {} | {} |\n",
        "word ".repeat(9000),
        long
    );
    for text in [
        "",
        "\u{301}\u{200d}🏛️ 会議 العربية עברית",
        &"> ".repeat(3000),
        &"- ".repeat(3000),
        &"# h\n".repeat(2000),
        &"1. a\n   1. b\n      1. c\n         1. d\n            1. e\n".repeat(50),
        &long,
        &cells,
        &tall,
        "|a|\n|-|\n",
        "```\nnot closed",
        "---\n***\n___\n",
    ] {
        for paper in [Paper::Letter, Paper::A4] {
            let pdf = set(&document(text), paper).unwrap();
            assert!(pdf.starts_with(b"%PDF-"));
        }
    }
}
