//! `/.clerk-edge/session.js`: elements for pages. It needs no secret key and says nothing of the
//! caller, so a browser may keep it and ask whether it has changed.

use clerk_edge_http::incoming::Incoming;

use crate::answer::Answer;
use crate::early_response::EarlyResponse;
use crate::endpoints::account::account_request::AccountRequest;

/// The module as it is served.
const SOURCE: &str = include_str!("../../../assets/session.js");

pub(super) fn answer<K, P, R: Incoming>(account: &AccountRequest<'_, K, P, R>) -> EarlyResponse {
    let etag = format!("\"{}\"", sha1_smol::Sha1::from(SOURCE).digest());
    let known = account.request.header("if-none-match").is_some_and(|known| holds(&known, &etag));
    let answer = Answer {
        status: if known { 304 } else { 200 },
        headers: vec![("cache-control", "no-cache".to_owned()), ("etag", etag)],
        body: None,
    };
    EarlyResponse::endpoint(if known {
        answer
    } else {
        answer.with_body("text/javascript; charset=utf-8", SOURCE.to_owned())
    })
}

/// Whether a list of entity tags holds this one. It was made strong; caches may have weakened it.
fn holds(list: &str, etag: &str) -> bool {
    list.split(',')
        .map(str::trim)
        .any(|each| each == "*" || each.strip_prefix("W/").unwrap_or(each) == etag)
}
