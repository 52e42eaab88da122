//! What a note on an attendee changes, without any input or output.

use crate::kernel::time::Timestamp;

/// By how much the clock of a device may be ahead, in seconds.
pub const AHEAD: i64 = 300;

/// Something that was said of whether an attendee came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Said {
    /// When it was so.
    pub at: Timestamp,
    /// Whether the attendee came.
    pub came: bool,
}

impl Said {
    /// Whether it counts more than what was said before. Of two at one instant the one that takes
    /// back does, so that the order of arrival decides nothing.
    #[must_use]
    pub fn is_later_than(self, before: Self) -> bool {
        (self.at, !self.came) > (before.at, !before.came)
    }
}

/// What a note changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Whether the attendee came.
    Attendance,
    /// Nothing, but it is the last word now.
    LastWord,
    /// Nothing: something later was said.
    Nothing,
}

/// What `note` changes, when `last` is the last thing that was said. Nobody has come of whom nothing
/// was said.
#[must_use]
pub fn change(last: Option<Said>, note: Said) -> Change {
    if last.is_some_and(|last| !note.is_later_than(last)) {
        return Change::Nothing;
    }
    if last.is_some_and(|last| last.came) == note.came {
        Change::LastWord
    } else {
        Change::Attendance
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn said(minute: i64, came: bool) -> Said {
        Said {
            at: Timestamp::from_seconds(60 * minute),
            came,
        }
    }

    fn end(notes: &[Said]) -> (Option<Said>, bool) {
        let mut last = None;
        let mut came = false;
        for note in notes {
            let change = change(last, *note);
            if change == Change::Attendance {
                came = !came;
            }
            if change != Change::Nothing {
                last = Some(*note);
            }
        }
        (last, came)
    }

    #[test]
    fn an_older_note_never_undoes_a_newer_one() {
        let last = Some(said(10, true));
        assert_eq!(change(last, said(9, false)), Change::Nothing);
        assert_eq!(change(last, said(11, true)), Change::LastWord);
        assert_eq!(change(last, said(11, false)), Change::Attendance);
        assert_eq!(change(None, said(1, false)), Change::LastWord);
    }

    proptest! {
        #[test]
        fn whatever_the_order_of_arrival_the_latest_note_counts(
            notes in prop::collection::vec((0_i64..6, any::<bool>()), 1..12),
            order in prop::collection::vec(any::<prop::sample::Index>(), 12),
        ) {
            let notes: Vec<Said> = notes.into_iter().map(|(minute, came)| said(minute, came)).collect();
            let mut shuffled = notes.clone();
            for (at, other) in order.iter().enumerate().take(shuffled.len()) {
                let other = other.index(shuffled.len());
                shuffled.swap(at, other);
            }
            let (last, came) = end(&notes);
            prop_assert_eq!((last, came), end(&shuffled));
            prop_assert_eq!(last.is_some_and(|last| last.came), came);
            let latest = notes.iter().map(|note| note.at).max();
            prop_assert_eq!(last.map(|last| last.at), latest);
        }
    }
}
