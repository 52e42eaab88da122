//! Identifiers: a three-letter prefix that names the resource and a UUIDv7 in 26 characters of
//! Crockford base32 (the `TypeID` form), so that an id says what it is and sorts by age.

/// Characters of the suffix, in order of value (Crockford base32, lower case).
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// The 26-character suffix for 128 bits.
#[must_use]
pub fn encode(bits: u128) -> String {
    (0..26)
        .rev()
        .map(|place| {
            let index = usize::try_from((bits >> (place * 5)) & 31).unwrap_or_default();
            char::from(ALPHABET.get(index).copied().unwrap_or(b'0'))
        })
        .collect()
}

/// Whether `text` is `prefix`, an underscore and a suffix that [`encode`] could have made.
#[must_use]
pub fn is_valid(text: &str, prefix: &str) -> bool {
    let Some(suffix) = text
        .strip_prefix(prefix)
        .and_then(|rest| rest.strip_prefix('_'))
    else {
        return false;
    };
    suffix.len() == 26
        && suffix.bytes().all(|byte| ALPHABET.contains(&byte))
        && matches!(suffix.as_bytes().first(), Some(b'0'..=b'7'))
}

/// Makes a new suffix. Ids made later in one process sort later.
#[must_use]
pub fn fresh() -> String {
    encode(uuid::Uuid::now_v7().as_u128())
}

/// Declares an id type: a newtype with its prefix, parsing, JSON, SQL and OpenAPI forms.
#[macro_export]
macro_rules! id_type {
    ($(#[$meta:meta])* $name:ident, $prefix:literal) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash,
            serde::Serialize, diesel::expression::AsExpression, diesel::deserialize::FromSqlRow,
        )]
        #[diesel(sql_type = diesel::sql_types::Text)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The prefix that every id of this resource carries.
            pub const PREFIX: &'static str = $prefix;

            /// A new id; ids made later sort later.
            #[must_use]
            pub fn fresh() -> Self {
                Self(format!("{}_{}", $prefix, $crate::kernel::id::fresh()))
            }

            /// The id as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if $crate::kernel::id::is_valid(text, $prefix) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(concat!("must be an id that begins with `", $prefix, "_`").to_owned())
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }

        impl<B> diesel::serialize::ToSql<diesel::sql_types::Text, B> for $name
        where
            B: diesel::backend::Backend,
            str: diesel::serialize::ToSql<diesel::sql_types::Text, B>,
        {
            fn to_sql<'b>(
                &'b self,
                out: &mut diesel::serialize::Output<'b, '_, B>,
            ) -> diesel::serialize::Result {
                <str as diesel::serialize::ToSql<diesel::sql_types::Text, B>>::to_sql(&self.0, out)
            }
        }

        impl<B> diesel::deserialize::FromSql<diesel::sql_types::Text, B> for $name
        where
            B: diesel::backend::Backend,
            String: diesel::deserialize::FromSql<diesel::sql_types::Text, B>,
        {
            fn from_sql(bytes: B::RawValue<'_>) -> diesel::deserialize::Result<Self> {
                Ok(Self(<String as diesel::deserialize::FromSql<
                    diesel::sql_types::Text, B,
                >>::from_sql(bytes)?))
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .pattern(Some(concat!("^", $prefix, "_[0-7][0-9a-hjkmnp-tv-z]{25}$")))
                    .examples([concat!($prefix, "_01jz8k2m4n6p8q0r2s4t6v8w0x")])
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(stringify!($name))
            }
        }
    };
}

/// Every resource's id type. One list, so that no prefix is given twice.
mod types {
    id_type!(/// A jurisdiction, an agency or the office itself.
        OrganizationId, "org");
    id_type!(/// A person who can sign in.
        UserId, "usr");
    id_type!(/// A signed-in session of a person.
        SessionId, "sid");
    id_type!(/// A person's place in an organization.
        MembershipId, "mbr");
    id_type!(/// A federal official or expert who gives briefings.
        BrieferId, "bfr");
    id_type!(/// A place where briefings are held.
        VenueId, "ven");
    id_type!(/// A briefing.
        BriefingId, "brf");
    id_type!(/// An attendee's registration for a briefing.
        RegistrationId, "reg");
    id_type!(/// An entry of the journal.
        EventId, "evt");
    id_type!(/// An API key of a city's own system.
        ApiKeyId, "key");
    id_type!(/// A city's request for a speaker, a delegation, participation or advice.
        EventRequestId, "req");
    id_type!(/// One office's clearance of an event request.
        ClearanceId, "clr");
    id_type!(/// A comment on an event request.
        CommentId, "cmt");
    id_type!(/// A document of an event request.
        DocumentId, "doc");
    id_type!(/// An address of a city's system to which events are delivered.
        WebhookEndpointId, "whk");
    id_type!(/// The delivery of one event to one webhook endpoint.
        DeliveryId, "dlv");
    id_type!(/// A program of embedded diplomats.
        ProgramId, "prg");
    id_type!(/// A call for hosts of a program.
        CallId, "cal");
    id_type!(/// Leave for one organization to submit after a call has closed.
        LateCodeId, "lat");
    id_type!(/// A host's application in a call.
        ApplicationId, "app");
    id_type!(/// One reviewer's review of an application.
        ReviewId, "rvw");
    id_type!(/// A signature under a slate.
        SignOffId, "sgn");
    id_type!(/// A diplomat who can be placed at a host.
        OfficerId, "off");
    id_type!(/// An officer's time at a host.
        PlacementId, "plc");
    id_type!(/// A report on a placement.
        PlacementReportId, "rpt");
    id_type!(/// An assembly of local leaders.
        AssemblyId, "asm");
    id_type!(/// A jurisdiction's seat in an assembly.
        SeatId, "sea");
    id_type!(/// A person's time in a seat.
        OccupancyId, "occ");
    id_type!(/// A seat's vote given to the holder of another.
        ProxyId, "prx");
    id_type!(/// A session of an assembly.
        AssemblySessionId, "ses");
    id_type!(/// Somebody who takes part in a session without a seat.
        ParticipantId, "par");
    id_type!(/// An item of a session's agenda.
        AgendaItemId, "agi");
    id_type!(/// A place in the list of speakers of an agenda item.
        SpeakerId, "spk");
    id_type!(/// A document of an agenda item.
        AgendaDocumentId, "agd");
    id_type!(/// A time for which somebody was present for a seat.
        PresenceId, "prs");
    id_type!(/// A motion.
        MotionId, "mot");
    id_type!(/// A poll on a motion.
        PollId, "pol");
    id_type!(/// The minutes of a session.
        MinutesId, "min");
    id_type!(/// A series of briefings that recur.
        BriefingSeriesId, "srs");
    id_type!(/// An invitation to a briefing.
        BriefingInvitationId, "inv");
    id_type!(/// A change of a registration that was asked for after its deadline.
        RegistrationChangeId, "chg");
    id_type!(/// A file of a briefing.
        MaterialId, "mat");
    id_type!(/// What somebody is to do after a briefing.
        FollowUpId, "flw");
    id_type!(/// A mail in the queue.
        MailMessageId, "msg");
    id_type!(/// A calendar that a calendar program subscribes to.
        CalendarFeedId, "ics");
}
pub use types::*;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_id_parses_and_later_ids_sort_later() {
        let first = BriefingId::fresh();
        let second = BriefingId::fresh();
        assert!(first < second);
        assert_eq!(first.as_str().parse::<BriefingId>().unwrap(), first);
    }

    #[test]
    fn an_id_of_another_resource_is_refused() {
        assert!(VenueId::fresh().as_str().parse::<BriefingId>().is_err());
        assert!("brf_short".parse::<BriefingId>().is_err());
        assert!(
            "brf_8zzzzzzzzzzzzzzzzzzzzzzzzz"
                .parse::<BriefingId>()
                .is_err()
        );
    }

    #[test]
    fn the_largest_value_is_all_z_after_a_seven() {
        assert_eq!(encode(u128::MAX), "7zzzzzzzzzzzzzzzzzzzzzzzzz");
    }
}
