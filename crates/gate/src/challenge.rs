//! What the refusal of a rule for machines says to programs: which tokens are wanted, and where
//! they come from (RFC 6750, RFC 9728). Clients in a browser's page may read it.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::caller_kind::CallerKind;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::rule::Rule;

use crate::answer::Answer;
use crate::auth::{Auth, AuthStatus};
use crate::early_response::EarlyResponse;
use crate::machine::resource;
use crate::settings::Settings;

/// Adds the headers that the refusal of this rule needs.
pub(crate) fn add(
    response: EarlyResponse,
    rule: &Rule,
    auth: &Auth<'_>,
    request: &impl Incoming,
) -> EarlyResponse {
    let Some(machines) = rule.machines() else { return response };
    let value = match (response.code_of_refusal(), &auth.status) {
        (Some(Code::SignedOut), AuthStatus::MachineRefused) => {
            challenge(rule, request, &["error=\"invalid_token\"".to_owned()])
        }
        (Some(Code::SignedOut), _) => challenge(rule, request, &[]),
        (Some(Code::NotAllowed), AuthStatus::Machine(machine)) => {
            let has = |scope: &String| machine.identity().scopes.contains(scope);
            if machines.scopes.iter().all(has) {
                return response.with_headers(&cors(rule));
            }
            let scope = format!("scope=\"{}\"", machines.scopes.join(" "));
            challenge(rule, request, &["error=\"insufficient_scope\"".to_owned(), scope])
        }
        (Some(Code::NotAllowed), _) => return response.with_headers(&cors(rule)),
        _ => return response,
    };
    response.with_headers(&[("www-authenticate", value)]).with_headers(&cors(rule))
}

/// Before assets: the preflight of a page on another site that asks for an OAuth resource.
pub(crate) fn preflight(
    settings: &Settings,
    request: &impl Incoming,
    host: &str,
    path: &RequestPath,
) -> Answer {
    let method = request.header("access-control-request-method").unwrap_or_default();
    let matched = settings.rules.find(host, &method, path);
    let is_resource = matched.is_ok_and(|it| it.rule.accepts().has(CallerKind::OAuth));
    if is_resource { open_preflight() } else { Answer::preflight() }
}

/// A preflight that permits whatever a client of an OAuth resource sends, without credentials.
pub(crate) fn open_preflight() -> Answer {
    Answer::preflight()
        .with("access-control-allow-origin", "*")
        .with("access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        .with("access-control-allow-headers", "*, Authorization")
        .with("access-control-max-age", "7200")
}

fn challenge(rule: &Rule, request: &impl Incoming, more: &[String]) -> String {
    let document = rule.accepts().has(CallerKind::OAuth).then(|| {
        let url = UrlParts::of(request.url())?;
        let path = RequestPath::parse(url.path).ok()?;
        Some(format!("resource_metadata=\"{}\"", resource::document(&url, rule, &path)))
    });
    let parameters: Vec<String> = more.iter().cloned().chain(document.flatten()).collect();
    match parameters.as_slice() {
        [] => "Bearer".to_owned(),
        all => format!("Bearer {}", all.join(", ")),
    }
}

fn cors(rule: &Rule) -> Vec<(&'static str, String)> {
    if !rule.accepts().has(CallerKind::OAuth) {
        return Vec::new();
    }
    let headers = [
        ("access-control-allow-origin", "*"),
        ("access-control-expose-headers", "WWW-Authenticate"),
    ];
    headers.map(|(name, value)| (name, value.to_owned())).into()
}
