//! The documents by which an OAuth client finds its way: what a resource of this site is called,
//! and which server gives out tokens for it (RFC 9728), and the redirect to that server's own
//! document for clients of the older revision of MCP.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::url::Url;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::caller_kind::CallerKind;
use clerk_edge_rules::rule::Rule;
use serde_json::json;

use crate::answer::{Answer, redirect};
use crate::challenge::open_preflight;
use crate::machine::resource::{SERVER, WELL_KNOWN, origin};
use crate::settings::Settings;

/// The document about a resource. 404 where the path falls under no rule that names `oauth`.
pub(crate) fn resource(settings: &Settings, request: &impl Incoming) -> Option<Answer> {
    if request.method() == "OPTIONS" {
        return Some(open_preflight());
    }
    let url = UrlParts::of(request.url())?;
    let asked = RequestPath::parse(url.path).ok()?;
    let below = asked.as_str().strip_prefix(WELL_KNOWN)?;
    let (rule, path) = found(settings, &url, below)?;
    let scopes = rule.machines().map(|machines| machines.scopes.as_slice()).unwrap_or_default();
    let issuer = settings.frontend_url(&Url::parse(request.url())?);
    let mut document = json!({
        "resource": format!("{}{path}", origin(&url)),
        "authorization_servers": [issuer],
        "bearer_methods_supported": ["header"],
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
    });
    if let (false, Some(members)) = (scopes.is_empty(), document.as_object_mut()) {
        members.insert("scopes_supported".to_owned(), json!(scopes));
    }
    let answer = Answer::json(200, document.to_string());
    Some(answer.with("access-control-allow-origin", "*"))
}

/// The instance's own document about its authorization server.
pub(crate) fn server(settings: &Settings, request: &impl Incoming) -> Option<Answer> {
    if request.method() == "OPTIONS" {
        return Some(open_preflight());
    }
    let location = settings.frontend_url(&Url::parse(request.url())?) + SERVER;
    Some(redirect(&location).with("access-control-allow-origin", "*"))
}

/// The rule that names `oauth` for a path below the document's, and the path of its resource:
/// exactly the one that was asked for. Without a path, the only such rule there is.
fn found<'s>(
    settings: &'s Settings,
    url: &UrlParts<'_>,
    below: &str,
) -> Option<(&'s Rule, String)> {
    let path = RequestPath::parse(if below.is_empty() { "/" } else { below }).ok()?;
    let host = url.host()?;
    let takes_oauth = |rule: &&Rule| rule.accepts().has(CallerKind::OAuth);
    // A rule may be narrowed to the method that its clients use.
    let of_path = ["GET", "POST"].into_iter().find_map(|method| {
        let found = settings.rules.find(host, method, &path).ok()?;
        Some(found.rule).filter(takes_oauth)
    });
    if let Some(rule) = of_path {
        return Some((rule, path.as_str().to_owned()));
    }
    let mut all = settings.rules.iter().filter(takes_oauth);
    let only = all.next().filter(|rule| below.is_empty() && !rule.has_params())?;
    let own = only.path_text().trim_end_matches('*').trim_end_matches('/');
    all.next().is_none().then(|| (only, own.to_owned()))
}
