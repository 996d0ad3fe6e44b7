//! What the account addresses need of a session beyond authentication: the session that a token
//! names although it has ended, a new token whatever the old one says of its time, and a handshake
//! that nothing but a visitor's wish asks for.

use std::rc::Rc;

use crate::clerk_api::backend::BackendError;
use crate::context::RequestContext;
use crate::keys::KeysUnavailable;
use crate::platform::Platform;
use crate::session::by_cookie::is_older_than_client_uat;
use crate::session::context::AuthenticateContext;
use crate::session::cookies::Cookies;
use crate::session::handshake_start::handshake_location;
use crate::session::reason::{Reason, RefreshError};
use crate::session::refresh::{new_cookies, refresh_call, verify_new_cookies};
use crate::session::state::RequestState;
use crate::session::verify::{InspectedToken, SessionVerifier};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_token::claims::Claims;

/// A session that a verified token of this site names. The token may have ended.
#[derive(Clone, Debug)]
pub(crate) struct NamedSession {
    pub(crate) claims: Rc<Claims>,
}

/// What became of renewing a token.
#[derive(Debug)]
pub(crate) enum Renewal {
    /// This is the state with the new token, or why the new token is not accepted.
    Renewed(RequestState),
    /// There is nothing to renew, or Clerk refuses.
    SignedOut(Reason),
    /// Clerk could not be asked.
    Failed(BackendError),
}

/// The session that the request's token names, where the token's only fault is that it has ended
/// or that the session is pending. Which of the cookies counts is decided as ever.
pub(crate) async fn named_session<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    request: &R,
    bearer: Option<&str>,
    ctx: &RequestContext<'_, P>,
) -> Result<Option<NamedSession>, KeysUnavailable> {
    let header = request.header("cookie").unwrap_or_default();
    let cookies = Cookies::read(&header, &verifier.settings.instance.cookie_suffix);
    let (auth, by_cookie) =
        AuthenticateContext::read(verifier, request, &cookies, bearer, ctx.now_seconds());
    let token = match bearer {
        Some(text) => verifier.inspect(text),
        None => match by_cookie {
            Some(token) => token,
            None => return Ok(None),
        },
    };
    let Ok(token) = verifier.verify(token, ctx).await? else { return Ok(None) };
    let policy = &verifier.settings.session_policy;
    let session = token.admit_ended(policy, &|| auth.origin(), ctx.now_ms);
    Ok(session.ok().map(|()| NamedSession { claims: token.shared_claims() }))
}

/// Renews the token by the refresh cookie and the Backend API. Before Clerk is called, `may_call`
/// is asked with the id of the session, which a verified token has named.
pub(crate) async fn renew<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    request: &R,
    bearer: Option<&str>,
    may_call: &dyn Fn(&str) -> Result<(), u32>,
    ctx: &RequestContext<'_, P>,
) -> Result<Renewal, KeysUnavailable> {
    let header = request.header("cookie").unwrap_or_default();
    let cookies = Cookies::read(&header, &verifier.settings.instance.cookie_suffix);
    let (auth, by_cookie) =
        AuthenticateContext::read(verifier, request, &cookies, bearer, ctx.now_seconds());
    if bearer.is_none()
        && let Some(reason) = cookies_do_not_count(&auth, by_cookie.as_ref())
    {
        return Ok(Renewal::SignedOut(reason));
    }
    // The token that the call names has to be a genuine one, or anybody could make us call.
    let call = match refresh_call(verifier, &auth) {
        Ok(call) => call,
        Err(why) => return Ok(Renewal::SignedOut(Reason::Expired(why))),
    };
    let token = auth.session_token().map_or("", |token| token);
    let token = match verifier.verify(verifier.inspect(token), ctx).await? {
        Ok(token) => token,
        Err(error) => return Ok(Renewal::SignedOut(Reason::Token(error))),
    };
    if let Err(error) =
        token.admit_ended(&verifier.settings.session_policy, &|| auth.origin(), ctx.now_ms)
    {
        return Ok(Renewal::SignedOut(Reason::Token(error)));
    }
    if let Err(seconds) = may_call(token.claims().text("sid").unwrap_or_default()) {
        return Ok(Renewal::Failed(BackendError::RateLimited(seconds)));
    }
    let Ok(response) = ctx.platform.call(&call).await else {
        return Ok(Renewal::Failed(BackendError::NOT_UNDERSTOOD));
    };
    match new_cookies(&response) {
        Ok(cookies) => Ok(match verify_new_cookies(verifier, &auth, cookies, ctx).await? {
            Ok(state) => Renewal::Renewed(state),
            Err(why) => Renewal::SignedOut(Reason::Expired(why)),
        }),
        Err(_) if (200..300).contains(&response.status) => {
            Ok(Renewal::Failed(BackendError::NOT_UNDERSTOOD))
        }
        Err(why) => Ok(match BackendError::of(&response) {
            // Clerk refuses this session: there is nothing to come back for.
            BackendError::NotFound | BackendError::Refused(_) => {
                Renewal::SignedOut(Reason::Expired(why))
            }
            error => Renewal::Failed(error),
        }),
    }
}

/// The URL of a handshake that comes back to the request's own URL. `None` where that URL cannot be
/// read.
pub(crate) fn asked_handshake<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    request: &R,
    ctx: &RequestContext<'_, P>,
) -> Option<String> {
    let header = request.header("cookie").unwrap_or_default();
    let cookies = Cookies::read(&header, &verifier.settings.instance.cookie_suffix);
    let (auth, _) = AuthenticateContext::read(verifier, request, &cookies, None, ctx.now_seconds());
    Some(handshake_location(&auth, auth.url()?, &Reason::IssuedBeforeClientUat))
}

/// Whether the browser returns from Clerk with this request.
pub(crate) fn brings_handshake<P: Platform, R: Incoming>(
    verifier: &SessionVerifier<'_, P::Key>,
    request: &R,
    ctx: &RequestContext<'_, P>,
) -> bool {
    let header = request.header("cookie").unwrap_or_default();
    let cookies = Cookies::read(&header, &verifier.settings.instance.cookie_suffix);
    let (auth, _) = AuthenticateContext::read(verifier, request, &cookies, None, ctx.now_seconds());
    let (parameters, cookies) = (&auth.parameters, auth.cookies);
    [&parameters.handshake, &parameters.handshake_nonce, &cookies.handshake]
        .into_iter()
        .chain([&cookies.handshake_nonce])
        .any(Option::is_some)
}

/// Why cookies name no session of this browser's newest state, in the order of Clerk's SDK.
fn cookies_do_not_count<R: Incoming>(
    auth: &AuthenticateContext<'_, R>,
    token: Option<&InspectedToken>,
) -> Option<Reason> {
    let uat = auth.client_uat();
    match token {
        None if uat == 0.0 => Some(Reason::SessionAndClientUatMissing),
        None => Some(Reason::ClientUatWithoutSession),
        Some(_) if uat == 0.0 => Some(Reason::SessionWithoutClientUat),
        Some(token) if is_older_than_client_uat(token, uat) => Some(Reason::IssuedBeforeClientUat),
        Some(_) if auth.cookies.refresh.is_none() => {
            Some(Reason::Expired(RefreshError::NoRefreshCookie))
        }
        Some(_) => None,
    }
}
