//! The one table of problem codes: status, title, and the explanation that its page shows.

use actix_web::http::StatusCode;

macro_rules! codes {
    ($( $variant:ident => $status:ident, $text:literal, $title:literal, $explanation:literal; )+) => {
        /// What kind of problem an answer reports. Each has a page under `/problems/`.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $( #[doc = $explanation] $variant ),+
        }

        impl Code {
            /// Every code, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The HTTP status of answers with this code.
            #[must_use]
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$variant => StatusCode::$status),+ }
            }

            /// The code as clients compare it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// A short title, the same for every problem of this kind.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),+ }
            }

            /// What it means and what to do about it.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$variant => $explanation),+ }
            }
        }
    };
}

codes! {
    BadRequest => BAD_REQUEST, "bad_request", "The request cannot be read",
        "The request is not well formed. Nothing was changed.";
    InvalidQuery => BAD_REQUEST, "invalid_query", "The query cannot be used",
        "A query parameter is unknown, repeated or out of range. `errors` names each one.";
    InvalidCursor => BAD_REQUEST, "invalid_cursor", "The cursor cannot be used",
        "A cursor is opaque and belongs to the list, filters and order that it was given for. Start again without a cursor.";
    InvalidGrant => BAD_REQUEST, "invalid_grant", "The token cannot be used",
        "The refresh token, invitation or link is unknown, expired or already used. A refresh token that is used twice ends its session.";
    IdempotencyKeyRequired => BAD_REQUEST, "idempotency_key_required", "An Idempotency-Key is required",
        "A POST with an API key needs an Idempotency-Key header, so that a retry has one effect.";
    Unauthenticated => UNAUTHORIZED, "unauthenticated", "Sign in first",
        "The access token or API key is missing, expired or no longer accepted, or the sign-in failed. An API key goes into the X-Api-Key header, alone, and never into an address.";
    Forbidden => FORBIDDEN, "forbidden", "Not permitted",
        "You are known, and your roles do not include the permission that this operation needs.";
    NotFound => NOT_FOUND, "not_found", "Not found",
        "There is nothing here, or nothing that you may see; the two are not told apart.";
    MethodNotAllowed => METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed",
        "This address exists, but not for this method. The Allow header lists the methods it has.";
    RequestTimeout => REQUEST_TIMEOUT, "request_timeout", "The request took too long to arrive",
        "The body was not received in time. Send it again.";
    Conflict => CONFLICT, "conflict", "In conflict with what is stored",
        "Another record stands in the way; the answer names it where you may see it.";
    NotAllowedInState => CONFLICT, "not_allowed_in_state", "Not possible in this state",
        "The life cycle does not allow this action now. `allowed_actions` lists what is possible.";
    ScheduleConflict => CONFLICT, "schedule_conflict", "Already booked at that time",
        "A briefer or the venue is booked for another briefing at that time. `conflicts` names each booking. Bookings that touch end to start do not conflict.";
    AlreadyRegistered => CONFLICT, "already_registered", "Already registered",
        "This person holds a registration for this briefing. The Location header names it.";
    RegistrationClosed => CONFLICT, "registration_closed", "Registration is closed",
        "The briefing is not open for registration: it is not published, or its deadline has passed.";
    DuplicateExternalRef => CONFLICT, "duplicate_external_ref", "This external_ref is taken",
        "Your organization has an event request with this `external_ref` already. The Location header names it.";
    DocumentsMissing => CONFLICT, "documents_missing", "Documents are missing",
        "Processing begins only when the form and the invitation letter are both in. `missing` lists what is awaited.";
    ClearancesMissing => CONFLICT, "clearances_missing", "Clearances are missing",
        "A request is confirmed only when every clearance was given or waived. `missing` lists those that are open or were objected to.";
    TooManyDocuments => CONFLICT, "too_many_documents", "No more documents",
        "The record holds as many documents as are accepted.";
    AlreadyApplied => CONFLICT, "already_applied", "The host has applied already",
        "A host has one application in a call. The Location header names it.";
    CallClosed => CONFLICT, "call_closed", "The call is closed",
        "The call is not open for applications: it has not been opened yet, or its closing instant has passed. An application after that needs a late code of the office.";
    ReportOverdue => CONFLICT, "report_overdue", "A final report is overdue",
        "The host owes the final report of an earlier placement. `reports` names it. The office can waive this, with a reason.";
    NoPlaceLeft => CONFLICT, "no_place_left", "No place is left",
        "The call has as many hosts as it has places. Move one to the reserve first.";
    SignOffsMissing => CONFLICT, "sign_offs_missing", "Signatures are missing",
        "A slate is decided when every role has signed it, in order and as it stands. `missing` lists the roles.";
    SlateChanged => CONFLICT, "slate_changed", "The slate has changed",
        "The slate is not the one that was read: a review, a decision or an application has changed. Read it again.";
    PlacementConflict => CONFLICT, "placement_conflict", "Already held at that time",
        "The officer, or the host's slot, is held by another placement at that time. `conflicts` names each. Placements that touch end to start do not conflict.";
    AlreadySeated => CONFLICT, "already_seated", "The jurisdiction has a seat already",
        "A jurisdiction has one seat, and so one vote, in an assembly. The Location header names it.";
    CompositionExceeded => CONFLICT, "composition_exceeded", "The composition has no room",
        "The assembly's rules of composition allow no further seat of this kind, region, population or affiliation. `exceeded` names each rule.";
    CompositionNotMet => CONFLICT, "composition_not_met", "The composition is not met",
        "The assembly's rules of composition ask for more seats that somebody holds. `short` names each rule.";
    NoticeTooShort => CONFLICT, "notice_too_short", "The notice is too short",
        "The assembly's rules ask for more days between the call and the session. `earliest` names the first day that is possible.";
    LegalReviewPending => CONFLICT, "legal_review_pending", "Legal review is pending",
        "Somebody takes part who is neither federal nor elected: the session is held until it is decided whether the Federal Advisory Committee Act applies.";
    FacaNoticeTooShort => CONFLICT, "faca_notice_too_short", "Too late for public notice",
        "The session is not exempt from the Federal Advisory Committee Act, which asks for a notice 15 days or more before it and for a designated federal officer. `missing` says what stands in the way.";
    QuorumNotMet => CONFLICT, "quorum_not_met", "No quorum is present",
        "Business needs a quorum. `present`, `required` and `missing` count jurisdictions.";
    NotEntitled => FORBIDDEN, "not_entitled", "Not entitled to act for this seat",
        "You are not the holder, the alternate or the registered proxy of this seat at this instant, or were not when the poll was opened.";
    AlreadyVoted => CONFLICT, "already_voted", "This jurisdiction has voted",
        "A jurisdiction has one ballot, which was cast and is not replaced.";
    AmendmentConflict => CONFLICT, "amendment_conflict", "The amendment does not fit the text",
        "The text was changed since the amendment was written, in the same place. `conflicts` shows where.";
    InvitationAnswered => CONFLICT, "invitation_answered", "The invitation was answered",
        "An invitation is answered once. What was answered is in `answer`.";
    InvitationExpired => GONE, "invitation_expired", "The invitation is over",
        "The link has expired or was taken back. Ask the office for another.";
    AfterActionMissing => CONFLICT, "after_action_missing", "The after-action report is missing",
        "A briefing is closed when its after-action report is written.";
    CheckInTooEarly => CONFLICT, "check_in_too_early", "Too early to check in",
        "Attendance is taken from twelve hours before the briefing starts. `opens_at` says when.";
    RequestInFlight => CONFLICT, "request_in_flight", "The first request is still running",
        "A request with this Idempotency-Key is being processed. Ask again after Retry-After.";
    PreconditionFailed => PRECONDITION_FAILED, "precondition_failed", "Changed since you read it",
        "The record has another version than If-Match names. Read it again, apply your change to what you find, and repeat.";
    PayloadTooLarge => PAYLOAD_TOO_LARGE, "payload_too_large", "The body is too large",
        "The body is larger than this operation accepts.";
    UnsupportedMediaType => UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Unsupported media type",
        "The Content-Type is not one that this operation reads.";
    ValidationFailed => UNPROCESSABLE_ENTITY, "validation_failed", "A rule is broken",
        "The request was read, and it breaks the rules that `errors` lists, all of them at once. Nothing was changed.";
    IdempotencyKeyReused => UNPROCESSABLE_ENTITY, "idempotency_key_reused", "The Idempotency-Key belongs to another request",
        "This Idempotency-Key was used with another request. Use a new key for a new request.";
    PreconditionRequired => PRECONDITION_REQUIRED, "precondition_required", "If-Match is required",
        "Changes name the version they were made against: send the `ETag` of what you read as If-Match.";
    TooManyRequests => TOO_MANY_REQUESTS, "too_many_requests", "Too many requests",
        "A limit is reached. Ask again after Retry-After.";
    HeadersTooLarge => REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_large", "The headers are too large",
        "The request has more or larger headers than the service reads.";
    Internal => INTERNAL_SERVER_ERROR, "internal", "Something failed here",
        "The fault is ours and is logged under the request id in `instance`. Nothing was changed.";
    Unavailable => SERVICE_UNAVAILABLE, "unavailable", "Not available right now",
        "The service is busy or its database is out of reach. Ask again after Retry-After.";
    StorageFull => INSUFFICIENT_STORAGE, "storage_full", "The storage is full",
        "Nothing more can be stored until the office makes room. Reading still works.";
}

impl Code {
    /// The code whose text this is.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// The code for an answer that the framework made by itself.
    #[must_use]
    pub fn for_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::Unauthenticated,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            408 => Self::RequestTimeout,
            413 => Self::PayloadTooLarge,
            415 => Self::UnsupportedMediaType,
            429 => Self::TooManyRequests,
            431 => Self::HeadersTooLarge,
            503 => Self::Unavailable,
            code if code < 500 => Self::BadRequest,
            _ => Self::Internal,
        }
    }
}
