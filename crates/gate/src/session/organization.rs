//! The organization that a page needs to be active: a handshake that names it makes Clerk activate
//! it. By a rule's `activate`, or by `CLERK_ORGANIZATION_SYNC` as Clerk's SDK does it.

use crate::limits::REDIRECTS_MAX;
use crate::session::context::AuthenticateContext;
use crate::session::handshake_start::redirect_to_handshake;
use crate::session::reason::Reason;
use crate::session::state::{Activation, RequestState};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::is_eligible_for_handshake;
use clerk_edge_token::session::Session;

/// What becomes of a session whose organization is not the one that the rule needs; `None` if it
/// is. A handshake that was just resolved has tried to activate it, so it is not tried again.
pub(super) fn activation<R: Incoming>(
    auth: &AuthenticateContext<'_, R>,
    session: &Session,
) -> Option<Activation> {
    let wanted = auth.activate?;
    if wanted.is_active(session) {
        return None;
    }
    if !is_eligible_for_handshake(auth.request) || is_prefetch(auth.request) {
        return Some(Activation::Refused);
    }
    if auth.handshake_resolved.get() || auth.redirect_count >= REDIRECTS_MAX {
        return Some(Activation::Failed);
    }
    let handshake = redirect_to_handshake(auth, Reason::OrganizationMismatch);
    handshake.map(|it| Activation::Handshake(Box::new(it)))
}

/// The handshake of `CLERK_ORGANIZATION_SYNC` for a verified session, if it needs one. As in
/// Clerk's SDK, a request that cannot go through it stays signed in.
pub(super) fn sync<R: Incoming>(
    auth: &AuthenticateContext<'_, R>,
    session: &Session,
) -> Option<RequestState> {
    let patterns = auth.settings.organization_sync.as_ref()?;
    if session.is_pending() || patterns.wanted(auth.url()?.path())?.is_active(session) {
        return None;
    }
    let may_redirect = is_eligible_for_handshake(auth.request) && !is_prefetch(auth.request);
    if !may_redirect || auth.redirect_count >= REDIRECTS_MAX {
        return None;
    }
    let handshake = redirect_to_handshake(auth, Reason::OrganizationMismatch)?;
    Some(RequestState::Handshake(handshake))
}

/// Whether the browser only prepares for a click: that must not switch anything.
fn is_prefetch(request: &impl Incoming) -> bool {
    ["sec-purpose", "purpose"].into_iter().any(|name| {
        request.header(name).is_some_and(|value| value.to_ascii_lowercase().contains("prefetch"))
    })
}
