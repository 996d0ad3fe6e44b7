//! Which sentences and links help the reader of a refusal page, so that it is no dead end.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::query;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::code::Code;

use crate::answer::help::Help;
use crate::early_response::EarlyResponse;
use crate::endpoint::{self, SIGN_OUT};
use crate::limits::COOKIE_BYTES_MAX;
use crate::session::loop_cause::LoopCause;
use crate::session::sign_in_redirect::SignInRedirect;
use crate::settings::previews::LIVE_ON_PREVIEW;
use crate::settings::{InstanceKind, Settings};

/// For a refusal of this path.
pub(crate) fn of(
    response: &EarlyResponse,
    settings: &Settings,
    request: &impl Incoming,
    path: &str,
) -> Help {
    let mut help = Help::default();
    let Some(code) = response.code_of_refusal() else { return help };
    help.notes.extend(response.loop_cause().map(sentence));
    let host = UrlParts::of(request.url()).and_then(|url| url.host());
    if code == Code::HostInvalid && host.is_some_and(|host| settings.is_live_on_preview(host)) {
        help.notes.push(LIVE_ON_PREVIEW.to_owned());
    }
    if code == Code::NotAllowed {
        other_account(&mut help, settings, request, path);
    }
    if path != "/" {
        help.link("Home", "/");
    }
    let is_development = settings.instance.kind == InstanceKind::Development;
    if is_development && settings.debug_role && !path.is_empty() {
        help.link("Why? (debug page, development keys only)", debug_page(path));
    }
    help
}

/// Another account may be allowed.
fn other_account(help: &mut Help, settings: &Settings, request: &impl Incoming, path: &str) {
    if endpoint::is_on(SIGN_OUT, settings) {
        let mut query = String::new();
        query::append(&mut query, "to", path);
        help.link("Sign out", format!("{SIGN_OUT}?{query}"));
    }
    if let Some(redirect) = SignInRedirect::from(settings, request) {
        help.link("Use another account", redirect.to_sign_in(false));
    }
}

fn debug_page(path: &str) -> String {
    let mut query = String::new();
    query::append(&mut query, "path", path);
    format!("/debug-role?{query}")
}

/// Why the handshake leads nowhere, and what to do.
fn sentence(cause: &LoopCause) -> String {
    let what = match cause {
        LoopCause::NoSecretKey => NO_SECRET_KEY.to_owned(),
        LoopCause::Nonce(error) => format!(
            "Clerk did not exchange the handshake nonce (__clerk_handshake_nonce): {error}. \
             CLERK_SECRET_KEY must be the secret key of the instance that CLERK_PUBLISHABLE_KEY \
             names."
        ),
        LoopCause::NonceNotSent => NONCE_NOT_SENT.to_owned(),
        LoopCause::TokenEnded => TOKEN_ENDED.to_owned(),
        LoopCause::CookieTooLarge { bytes, claims } => too_large(*bytes, claims),
        LoopCause::CookiesNotReturned => NOT_RETURNED.to_owned(),
    };
    format!("What the gate saw: {what}")
}

fn too_large(bytes: usize, claims: &[(String, usize)]) -> String {
    let claims: Vec<String> =
        claims.iter().map(|(name, bytes)| format!("{name} ({bytes} bytes)")).collect();
    format!(
        "the session cookie has {bytes} bytes, and browsers drop cookies above \
         {COOKIE_BYTES_MAX} bytes. The largest claims of the session token are {}. Take what is \
         not needed out of the session token (Clerk Dashboard, Sessions, Customize session token), \
         and keep large values in the user's metadata.",
        claims.join(", ")
    )
}

const NO_SECRET_KEY: &str = "Clerk answered with a handshake nonce (__clerk_handshake_nonce), and \
    without CLERK_SECRET_KEY it cannot be exchanged. Set the secret key: npx wrangler secret put \
    CLERK_SECRET_KEY.";
const NONCE_NOT_SENT: &str = "the handshake nonce (__clerk_handshake_nonce) was not sent to Clerk, \
    because too many exchanges have failed. Wait for a minute. If it stays so, CLERK_SECRET_KEY is \
    not the secret key of the instance that CLERK_PUBLISHABLE_KEY names.";
const TOKEN_ENDED: &str = "the session token that came back from Clerk has ended already. Set the \
    clock of the machine that runs this site.";
const NOT_RETURNED: &str = "the handshake has just set cookies, and your browser sent none of them \
    back. Allow cookies for this site.";
