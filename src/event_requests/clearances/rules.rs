//! Who decides a clearance, and who does not.

use crate::event_requests::clearances::model::Clearance;
use crate::event_requests::model::EventRequest;
use crate::event_requests::visible::is_of_the_asking_side;
use crate::kernel::access::Scope;

/// Why this caller may not decide this clearance, if so: nobody decides for the side they belong
/// to, nor what they asked for themselves.
#[must_use]
pub fn bar(scope: &Scope, request: &EventRequest, clearance: &Clearance) -> Option<&'static str> {
    let Ok((me, _)) = scope.person() else {
        return Some("API keys decide nothing.");
    };
    if is_of_the_asking_side(request, scope) {
        return Some("Nobody clears a request of their own side.");
    }
    (clearance.requested_by == *me).then_some("Nobody decides a clearance they asked for.")
}
