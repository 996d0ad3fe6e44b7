//! `/.clerk-edge/page?to=`: 303 to a page of this site. Frameworks that are told of a redirect in
//! their own data format navigate to it by themselves; this address is outside their application,
//! so that they load the page instead.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::query;
use clerk_edge_http::url_parts::UrlParts;

use crate::answer::Answer;
use crate::early_response::EarlyResponse;
use crate::endpoints::account::redirect_to::RedirectTo;

/// The redirect.
pub(crate) fn answer(request: &impl Incoming) -> EarlyResponse {
    let text = UrlParts::of(request.url()).and_then(|it| it.query).unwrap_or_default();
    let to = query::pairs(text).find(|(name, _)| name == "to");
    match RedirectTo::parse(to.as_ref().map(|(_, to)| to.as_ref())) {
        Ok(to) => EarlyResponse::endpoint(Answer::new(303).with("location", to.as_str())),
        Err(response) => response,
    }
}
