//! The kinds of mail, each with its template and what may hold it back.

crate::text_enum! {
    /// A kind of mail.
    pub enum Template {
        /// An invitation to a briefing.
        BriefingInvitation => "briefing_invitation",
        /// A registration has a seat.
        RegistrationConfirmed => "registration_confirmed",
        /// A registration waits for a seat.
        RegistrationWaitlisted => "registration_waitlisted",
        /// A registration that waited has a seat.
        RegistrationPromoted => "registration_promoted",
        /// A registration was cancelled.
        RegistrationCancelled => "registration_cancelled",
        /// A change that was asked for too late was decided.
        RegistrationChangeDecided => "registration_change_decided",
        /// A briefing is held at another time or place.
        BriefingRescheduled => "briefing_rescheduled",
        /// A briefing was postponed.
        BriefingPostponed => "briefing_postponed",
        /// A briefing was cancelled.
        BriefingCancelled => "briefing_cancelled",
        /// A briefing is near.
        BriefingReminder => "briefing_reminder",
        /// A restricted venue asks for access data.
        AccessDataWanted => "access_data_wanted",
        /// A briefing has new materials.
        MaterialsAdded => "materials_added",
        /// Something that was to follow from a briefing is due.
        FollowUpDue => "follow_up_due",
        /// What was gathered of a day.
        Digest => "digest",
    }
}

impl Template {
    /// The name of its files.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        self.as_str()
    }

    /// The version of its text that new mail is written with.
    #[must_use]
    pub const fn version(self) -> i64 {
        match self {
            // The first told of an address that shows JSON to whoever has an account, and to others nothing.
            Self::MaterialsAdded | Self::FollowUpDue => 2,
            // The first did not say until when, or whose.
            Self::BriefingInvitation | Self::RegistrationChangeDecided | Self::AccessDataWanted => {
                2
            }
            _ => 1,
        }
    }

    /// Whether it is sent whatever the recipient prefers: somebody relies on it.
    #[must_use]
    pub const fn is_duty(self) -> bool {
        !matches!(
            self,
            Self::BriefingReminder | Self::MaterialsAdded | Self::FollowUpDue | Self::Digest
        )
    }

    /// The kinds that one may unsubscribe from.
    #[must_use]
    pub fn optional() -> Vec<Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(|template| !template.is_duty() && *template != Self::Digest)
            .collect()
    }
}
