//! Refused data requests of frameworks that cannot recover from a status by themselves: they are
//! told, in the framework's own form, to load the page. All others keep status and problem JSON.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::query;
use clerk_edge_http::url_parts::UrlParts;
use serde_json::json;

use crate::answer::Answer;
use crate::early_response::{EarlyResponse, EarlyResponseKind};
use crate::endpoint::PAGE;

/// The frameworks, by their data requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framework {
    ReactRouter,
    SvelteKit,
}

/// Whether a data request with this path may end so.
pub(crate) fn is_refused(response: &EarlyResponse) -> bool {
    match response.kind() {
        EarlyResponseKind::Refused { code, .. } => matches!(code.status(), 401 | 403),
        EarlyResponseKind::Redirect(_) => true,
        EarlyResponseKind::Handshake(_) | EarlyResponseKind::Endpoint(_) => false,
    }
}

/// The answer to a request that was refused: the given one, or the framework's own form of a
/// redirect. The path is the canonical one.
pub(crate) fn answer(refused: Answer, path: &str, request: &impl Incoming) -> Answer {
    let Some((framework, page)) = page_of(path) else { return refused };
    if !matches!(request.method(), "GET" | "HEAD" | "POST") {
        return refused;
    }
    let to = to_page(&page, UrlParts::of(request.url()).and_then(|it| it.query));
    let mut answer = match framework {
        Framework::ReactRouter => {
            Answer::new(204).with("x-remix-redirect", to).with("x-remix-reload-document", "true")
        }
        Framework::SvelteKit => {
            Answer::json(200, json!({ "type": "redirect", "location": to }).to_string())
        }
    };
    let kept = |name: &str| name.starts_with("x-clerk-") || name == "set-cookie";
    answer.headers.extend(refused.headers.into_iter().filter(|(name, _)| kept(name)));
    answer.to_method(request.method())
}

/// The page that a data request is for.
fn page_of(path: &str) -> Option<(Framework, String)> {
    let (framework, page) = if let Some(page) = path.strip_suffix("/__data.json") {
        (Framework::SvelteKit, page)
    } else if let Some(page) = path.strip_suffix(".html__data.json") {
        (Framework::SvelteKit, page)
    } else {
        let page = path.strip_suffix(".data")?;
        (Framework::ReactRouter, page.strip_suffix("/_root").unwrap_or(page))
    };
    let page = if page.is_empty() { "/" } else { page };
    (!page.starts_with("//")).then(|| (framework, page.to_owned()))
}

/// The address that leads to the page, with the query but for the framework's own parameters.
fn to_page(page: &str, query: Option<&str>) -> String {
    let mut rest = String::new();
    for (name, value) in query::pairs(query.unwrap_or_default()) {
        if name != "_routes" && !name.starts_with("x-sveltekit-") {
            query::append(&mut rest, &name, &value);
        }
    }
    let page = if rest.is_empty() { page.to_owned() } else { format!("{page}?{rest}") };
    let mut to = String::new();
    query::append(&mut to, "to", &page);
    format!("{PAGE}?{to}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_request_leads_to_its_page() {
        let to = |path: &str, query| page_of(path).map(|(_, page)| to_page(&page, query));
        for (path, query, expected) in [
            ("/admin/__data.json", None, "/.clerk-edge/page?to=%2Fadmin"),
            ("/__data.json", Some(""), "/.clerk-edge/page?to=%2F"),
            ("/a.html__data.json", None, "/.clerk-edge/page?to=%2Fa"),
            (
                "/admin/__data.json",
                Some("x-sveltekit-invalidated=01&q=a+b&x-sveltekit-trailing-slash=1"),
                "/.clerk-edge/page?to=%2Fadmin%3Fq%3Da%2Bb",
            ),
            ("/admin/users.data", Some("_routes=a%2Cb"), "/.clerk-edge/page?to=%2Fadmin%2Fusers"),
            ("/_root.data", None, "/.clerk-edge/page?to=%2F"),
            ("/%C3%A9.data", None, "/.clerk-edge/page?to=%2F%25C3%25A9"),
        ] {
            assert_eq!(to(path, query).as_deref(), Some(expected), "{path}");
        }
        for path in
            ["/admin", "/a.txt", "/a__data.json", "/_payload.json", "//evil.test/__data.json"]
        {
            assert_eq!(page_of(path), None, "{path}");
        }
    }
}
