//! Differences between texts, word by word, and the merging of an amendment into a text that has
//! changed since. No I/O.

use std::ops::Range;
use std::time::Duration;

use serde::Serialize;
use similar::{ChangeTag, MergeResolution, TextDiff, TextMerge};
use utoipa::ToSchema;

/// The longest search for the shortest difference; what is found then is a difference all the same.
const PATIENCE: Duration = Duration::from_millis(300);

/// Lines of context around a change, in a unified text.
const CONTEXT: usize = 3;

crate::text_enum! {
    /// What became of a piece of text.
    pub enum HunkKind {
        /// It stayed.
        Equal => "equal",
        /// It was added.
        Insert => "insert",
        /// It was taken out.
        Delete => "delete",
    }
}

/// A piece of text that stayed, was added, or was taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"kind": "insert", "text": "tribal leaders "}))]
pub struct TextHunk {
    /// What became of it.
    pub kind: HunkKind,
    /// The text.
    pub text: String,
}

/// A place where an amendment and the present text have both changed what the amendment was written
/// against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MergeConflict {
    /// The paragraph of the text that it was written against, from 1.
    pub paragraph: usize,
    /// What stood there when the amendment was written.
    pub base: String,
    /// What stands there now.
    pub current: String,
    /// What the amendment would have.
    pub amendment: String,
}

/// The difference from one text to another: piece by piece, in words and the space between them.
#[must_use]
pub fn hunks(from: &str, to: &str) -> Vec<TextHunk> {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_words(from, to);
    let mut hunks: Vec<TextHunk> = Vec::new();
    for change in diff.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => HunkKind::Equal,
            ChangeTag::Insert => HunkKind::Insert,
            ChangeTag::Delete => HunkKind::Delete,
        };
        match hunks.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => hunks.push(TextHunk {
                kind,
                text: change.value().to_owned(),
            }),
        }
    }
    hunks
}

/// The difference as a unified text, by lines, as `diff -u` writes it.
#[must_use]
pub fn unified(from: &str, to: &str, old_name: &str, new_name: &str) -> String {
    TextDiff::configure()
        .timeout(PATIENCE)
        .diff_lines(from, to)
        .unified_diff()
        .context_radius(CONTEXT)
        .header(old_name, new_name)
        .to_string()
}

/// Words, each with the space that follows it: what an amendment may change without touching what
/// its neighbor changes.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut in_space = false;
    for (at, character) in text.char_indices() {
        let is_space = character.is_whitespace();
        if in_space && !is_space {
            words.extend(text.get(start..at));
            start = at;
        }
        in_space = is_space;
    }
    words.extend(text.get(start..).filter(|rest| !rest.is_empty()));
    words
}

/// The library merges lines: a word becomes a line of its own, one to one.
fn as_lines(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| {
            let word = word
                .replace('\\', "\\\\")
                .replace('\n', "\\n")
                .replace('\r', "\\r");
            word + "\n"
        })
        .collect()
}

fn joined(words: &[&str], range: Range<usize>) -> String {
    words.get(range).map(<[&str]>::concat).unwrap_or_default()
}

/// Merges what an amendment changes of `base` into `current`, word by word. Both may have changed
/// the text, but not the same words, and not words next to each other: there nobody but people can
/// say what is meant.
///
/// # Errors
///
/// The places where they do.
pub fn merge(base: &str, current: &str, amendment: &str) -> Result<String, Vec<MergeConflict>> {
    let (old, ours, theirs) = (words(base), words(current), words(amendment));
    let (base, current, amendment) = (as_lines(&old), as_lines(&ours), as_lines(&theirs));
    let merge = TextMerge::from_lines(base.as_str(), current.as_str(), amendment.as_str());
    let mut merged = String::new();
    let mut conflicts = Vec::new();
    for region in merge.regions() {
        match region.resolution() {
            MergeResolution::Unchanged => merged += &joined(&old, region.base_range()),
            MergeResolution::Ours | MergeResolution::Both => {
                merged += &joined(&ours, region.ours_range());
            }
            MergeResolution::Theirs => merged += &joined(&theirs, region.theirs_range()),
            _ => conflicts.push(MergeConflict {
                paragraph: paragraph_at(&old, region.base_range().start),
                base: joined(&old, region.base_range()),
                current: joined(&ours, region.ours_range()),
                amendment: joined(&theirs, region.theirs_range()),
            }),
        }
    }
    if conflicts.is_empty() {
        Ok(merged.trim().to_owned())
    } else {
        Err(conflicts)
    }
}

/// The paragraph that a word stands in, from 1: paragraphs are parted by an empty line.
fn paragraph_at(words: &[&str], word: usize) -> usize {
    let ends = |word: &&&str| word.matches('\n').count() > 1;
    1 + words.iter().take(word).filter(ends).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BASE: &str = "Ten mayors meet.\n\nThey resolve to trade.\n\nThe clerk reports.";

    #[test]
    fn a_difference_is_told_in_words() {
        let found = hunks("Ten mayors meet.", "Twelve mayors meet again.");
        let told: Vec<(HunkKind, &str)> = found
            .iter()
            .map(|hunk| (hunk.kind, hunk.text.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (HunkKind::Delete, "Ten"),
                (HunkKind::Insert, "Twelve"),
                (HunkKind::Equal, " mayors "),
                (HunkKind::Delete, "meet."),
                (HunkKind::Insert, "meet again."),
            ]
        );
        let text = unified("One.\n\nTwo.", "One.\n\nThree.", "v1", "v2");
        assert!(text.starts_with("--- v1\n+++ v2\n@@"), "{text}");
        assert!(
            text.contains("\n-Two.") && text.contains("\n+Three."),
            "{text}"
        );
        assert_eq!(unified(BASE, BASE, "v1", "v2"), "");
    }

    #[test]
    fn changes_of_other_words_are_merged() {
        let current = BASE.replace("Ten", "Twelve");
        let amendment = BASE
            .replace("mayors meet", "mayors of the coast meet")
            .replace("reports.", "reports in May.");
        // `mayors` stands between `Ten` and what was added.
        let merged = merge(BASE, &current, &amendment).unwrap();
        assert!(
            merged.starts_with("Twelve mayors of the coast meet.\n\n"),
            "{merged}"
        );
        assert!(merged.ends_with("The clerk reports in May."), "{merged}");
        assert_eq!(merge(BASE, &current, &current).unwrap(), current);
        assert_eq!(merge(BASE, BASE, &amendment).unwrap(), amendment);
    }

    #[test]
    fn changes_of_the_same_words_and_of_neighbors_are_conflicts() {
        let current = BASE.replace("to trade", "to invest");
        let found = merge(BASE, &current, &BASE.replace("to trade", "to dance")).unwrap_err();
        assert_eq!(
            found,
            [MergeConflict {
                paragraph: 2,
                base: "trade.\n\n".to_owned(),
                current: "invest.\n\n".to_owned(),
                amendment: "dance.\n\n".to_owned(),
            }]
        );
        let neighbor = BASE.replace("resolve to", "resolve not to");
        assert!(merge(BASE, &BASE.replace("resolve", "decide"), &neighbor).is_err());
        let struck = BASE.replace("They resolve to trade.\n\n", "");
        assert!(merge(BASE, &struck, &current).is_err());
    }

    #[test]
    fn a_long_text_that_has_nothing_in_common_is_compared_in_time() {
        let text = |seed: usize| -> String {
            (0..6000)
                .map(|n| format!("{} ", (n * seed) % 7919))
                .collect()
        };
        let started = std::time::Instant::now();
        let _ = hunks(&text(31), &text(37));
        let _ = merge(&text(31), &text(37), &text(41));
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{:?}",
            started.elapsed()
        );
    }

    proptest! {
        #[test]
        fn hunks_hold_both_texts(from in "[ab \n\\\\é]{0,60}", to in "[ab \n\\\\é]{0,60}") {
            let found = hunks(&from, &to);
            let without = |kind: HunkKind| -> String {
                found.iter().filter(|hunk| hunk.kind != kind).map(|hunk| hunk.text.as_str()).collect()
            };
            prop_assert_eq!(without(HunkKind::Insert), from);
            prop_assert_eq!(without(HunkKind::Delete), to);
        }

        #[test]
        fn whoever_changes_alone_has_their_way(base in "[ab \n\\\\é]{0,60}", text in "[ab \n\\\\é]{0,60}") {
            prop_assert_eq!(merge(&base, &base, &text).unwrap(), text.trim());
            prop_assert_eq!(merge(&base, &text, &base).unwrap(), text.trim());
            prop_assert_eq!(merge(&base, &text, &text).unwrap(), text.trim());
        }
    }
}
