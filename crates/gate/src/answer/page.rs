//! The gate's HTML pages: their frame and style, and the page of a refusal.
//!
//! A page loads nothing and has no script, image or font. All variable text is escaped.

use crate::answer::{Answer, Refusal, escape};
use clerk_edge_rules::code::Code;

/// The page of a refusal: what happened, and what helps.
pub(super) fn refusal_page(refusal: &Refusal<'_>) -> Answer {
    let (title, text) = title_and_text(refusal.code);
    let main = format!(
        "<h1>{}</h1>{}{}{}<p class=\"small\">{} · <code>{}</code> · {}</p>",
        title,
        text,
        sign_in(refusal),
        problems(refusal),
        refusal.code.status(),
        refusal.code.as_str(),
        escape(refusal.request_id),
    );
    Answer::html(refusal.code.status(), document(title, &main))
}

/// A page in the gate's style. The title is text, `main` is HTML.
#[must_use]
pub fn document(title: &str, main: &str) -> String {
    styled(title, "", main)
}

/// The same with further CSS.
#[must_use]
pub fn styled(title: &str, style: &str, main: &str) -> String {
    let title = escape(title);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><title>{title}</title>\
         <style>{STYLE}{style}</style></head><body><main>{main}</main></body></html>"
    )
}

fn sign_in(refusal: &Refusal<'_>) -> String {
    match (refusal.code, refusal.sign_in) {
        (Code::SignedOut, Some(address)) if is_link(address) => {
            format!("<p><a class=\"button\" href=\"{}\">Sign in</a></p>", escape(address))
        }
        _ => String::new(),
    }
}

/// Whether the URL is a link to a page, and not a script.
fn is_link(address: &str) -> bool {
    ["https://", "http://", "/"].iter().any(|start| address.starts_with(start))
}

fn problems(refusal: &Refusal<'_>) -> String {
    if refusal.problems.is_empty() {
        return String::new();
    }
    let mut rows = String::new();
    for problem in &refusal.problems {
        let (place, message) = (escape(&problem.place), escape(&problem.message));
        rows.extend(["<li><code>", &place, "</code> ", &message, "</li>"]);
    }
    let why = if refusal.code == Code::Configuration { SHOWN } else { "" };
    format!("{why}<ul>{rows}</ul>")
}

/// Shown above the problems of a configuration.
const SHOWN: &str = "<p>Shown because the publishable key is not a production one:</p>";

/// The heading, and below it paragraphs in HTML.
const fn title_and_text(code: Code) -> (&'static str, &'static str) {
    match code {
        Code::SignedOut => ("Please sign in", SIGNED_OUT),
        Code::NotAllowed => ("You have no access to this page", NOT_ALLOWED),
        Code::OrganizationMismatch => ("Another organization is active", ORGANIZATION),
        Code::NotFound => ("Page not found", NOT_FOUND),
        Code::PathAmbiguous => ("This address cannot be used", PATH_AMBIGUOUS),
        Code::HostInvalid => ("This address cannot be used", HOST_INVALID),
        Code::TokenTooLarge => ("The sign-in data is too large", TOKEN_TOO_LARGE),
        Code::RedirectLoop => ("Signing in does not work", REDIRECT_LOOP),
        Code::KeysUnavailable | Code::ClaimsUnavailable => {
            ("Sign-in cannot be checked right now", UNAVAILABLE)
        }
        Code::UpstreamUnreachable => ("The site does not answer", UPSTREAM),
        Code::Configuration => ("This site is not set up correctly", CONFIGURATION),
        Code::Internal => ("Something went wrong", INTERNAL),
        Code::MethodNotAllowed => ("This address cannot be used", METHOD_NOT_ALLOWED),
        Code::BadRequest => ("The form cannot be read", BAD_REQUEST),
        Code::BadTarget => ("This address cannot be used", BAD_TARGET),
        Code::CrossSite => ("This form came from another site", CROSS_SITE),
        Code::TooLarge => ("The form is too large", TOO_LARGE),
        Code::MetadataInvalid => ("This cannot be saved", METADATA_INVALID),
        Code::NotConfigured => ("This is not set up on this site", NOT_CONFIGURED),
        Code::RateLimited => ("Too many requests", RATE_LIMITED),
        Code::ClerkUnavailable => ("The sign-in service does not answer", CLERK_UNAVAILABLE),
        Code::ClerkRefused => ("The sign-in service refuses this", CLERK_REFUSED),
    }
}

const SIGNED_OUT: &str = "<p>This page is for people who are signed in.</p>";
const NOT_ALLOWED: &str = "<p>You are signed in, but your account may not open this page. If it \
    should, ask the people who run this site.</p>";
const ORGANIZATION: &str = "<p>This page belongs to another organization than the one that is \
    active. Open the page itself to switch.</p>";
const NOT_FOUND: &str = "<p>There is nothing at this address.</p>";
const PATH_AMBIGUOUS: &str = "<p>The address has more than one meaning. Follow a link from the \
    site, or type the address without special characters.</p>";
const HOST_INVALID: &str = "<p>The address names this site in an unusual way. Follow a link from \
    the site, or type the address without special characters.</p>";
const TOKEN_TOO_LARGE: &str = "<p>Your browser sent more sign-in data than this site accepts. \
    Delete the cookies of this site and sign in again.</p>";
const REDIRECT_LOOP: &str = "<p>Your browser was redirected several times to confirm your \
    sign-in, and each time it came back without one. This may help:</p>\
    <h2>If you are visiting</h2><ul>\
    <li>Delete the cookies of this site, then open the page again.</li>\
    <li>Allow cookies for this site, in private windows too.</li>\
    <li>Check that the date and time of your device are right.</li></ul>\
    <h2>If you run this site</h2><ul>\
    <li>The publishable key and the secret key must belong to the same Clerk instance.</li>\
    <li>Cookies of another Clerk instance on the same domain can interfere.</li>\
    <li>The Clerk instance must know the domain of this site.</li></ul>";
const UNAVAILABLE: &str = "<p>The service that confirms sign-ins does not answer. You have \
    not been signed out. Try again in a moment.</p>";
const UPSTREAM: &str = "<p>You may open this page, but the site did not answer. Try again in a \
    moment.</p>";
const CONFIGURATION: &str = "<p>No page is shown until this is fixed. The reason is in the log of \
    this site.</p>";
const METHOD_NOT_ALLOWED: &str = "<p>Follow a link or a button of the site.</p>";
const BAD_REQUEST: &str = "<p>The site sent something that cannot be read here. Go back and try \
    again.</p>";
const BAD_TARGET: &str = "<p>The address to return to is not on this site.</p>";
const CROSS_SITE: &str = "<p>Nothing was changed. Open this site and use its own buttons.</p>";
const TOO_LARGE: &str = "<p>Nothing was changed. Send less.</p>";
const METADATA_INVALID: &str = "<p>Nothing was changed.</p>";
const NOT_CONFIGURED: &str = "<p>The people who run this site find the reason in its health \
    report.</p>";
const RATE_LIMITED: &str = "<p>Try again in a moment.</p>";
const CLERK_UNAVAILABLE: &str = "<p>It is not certain that this was done. You have not been \
    signed out. Try again in a moment.</p>";
const CLERK_REFUSED: &str = "<p>Trying again does not help. The people who run this site find \
    the reason in its log.</p>";
const INTERNAL: &str = "<p>The request could not be finished. Try again in a moment.</p>";

const STYLE: &str = ":root{color-scheme:light dark;--t:#1c1c22;--s:#5a5a66;--b:#fafafa;--l:#4a3fd1;\
--o:#fff}@media(prefers-color-scheme:dark){:root{--t:#ececf1;--s:#a9a9b6;--b:#16161a;--l:#a9a2ff;\
--o:#16161a}}body{margin:0;background:var(--b);color:var(--t);font:1rem/1.6 system-ui,sans-serif}\
main{max-width:38rem;margin:0 auto;padding:12vh 1.5rem 3rem;overflow-wrap:anywhere}\
h1{font-size:1.6rem;line-height:1.25;margin:0 0 1rem}h2{font-size:1.05rem;margin:1.5rem 0 .25rem}\
ul{padding-left:1.25rem;margin:.25rem 0}a{color:var(--l)}\
a.button,button{display:inline-block;background:var(--l);color:var(--o);padding:.5rem 1.25rem;\
border-radius:.4rem;text-decoration:none}button{border:0;font:inherit;cursor:pointer}\
li form{margin:.25rem 0 1rem}a:focus-visible,button:focus-visible{outline:3px solid var(--l);outline-offset:2px}\
.small{color:var(--s);font-size:.85rem;margin-top:2rem}";
