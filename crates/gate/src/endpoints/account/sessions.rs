//! `/.clerk-edge/sessions`: the caller's active sessions, as a page with buttons or as JSON.

use clerk_edge_http::incoming::Incoming;
use serde::Serialize;
use serde_json::json;

use crate::answer::page::document;
use crate::answer::{Answer, escape};
use crate::clerk_api::sessions::ClerkSession;
use crate::early_response::EarlyResponse;
use crate::endpoint::{REVOKE, SESSIONS, SIGN_OUT};
use crate::endpoints::account::account_request::{AccountRequest, Outcome};
use crate::log::timestamp::rfc3339;
use crate::platform::Platform;

/// What Clerk does not tell is left out.
#[derive(Serialize)]
struct SessionEntry<'a> {
    id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    browser: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_active_at: Option<i64>,
    current: bool,
}

pub(super) async fn answer<K, P, R>(account: &AccountRequest<'_, K, P, R>) -> Outcome
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let api = account.api()?;
    let auth = account.authenticated().await;
    let caller = account.caller(&auth, None)?;
    account.count_call(&caller.session_id)?;
    let sessions = api.active_sessions(&caller.user_id).await;
    let sessions = sessions.map_err(|error| account.failed(error).with_headers(&auth.headers))?;
    let entries: Vec<SessionEntry<'_>> =
        sessions.iter().map(|session| entry(session, &caller.session_id)).collect();
    let answer = if account.is_page() {
        page(&entries)
    } else {
        Answer::json(200, json!({ "sessions": entries }).to_string())
    };
    Ok(EarlyResponse::endpoint(answer).with_headers(&auth.headers))
}

fn entry<'a>(session: &'a ClerkSession, own: &str) -> SessionEntry<'a> {
    SessionEntry {
        id: &session.id,
        device: session.device.as_deref(),
        browser: session.browser.as_deref(),
        place: session.place.as_deref(),
        last_active_at: session.last_active_at,
        current: session.id == own,
    }
}

fn page(entries: &[SessionEntry<'_>]) -> Answer {
    let items: String = entries.iter().map(item).collect();
    let mut others = String::new();
    if entries.iter().any(|entry| !entry.current) {
        others = form(REVOKE, "others", "true", "Sign out all other sessions");
    }
    let main = format!(
        "<h1>Your sessions</h1><ul>{items}</ul>{others}\
         <p><a href=\"{SIGN_OUT}\">Sign out here</a></p>"
    );
    Answer::form_page(document("Your sessions", &main))
}

fn item(entry: &SessionEntry<'_>) -> String {
    let device = [entry.browser, entry.device].into_iter().flatten().collect::<Vec<_>>();
    let device =
        if device.is_empty() { "A browser".to_owned() } else { escape(&device.join(" on ")) };
    let place = entry.place.map(|place| format!(", {}", escape(place))).unwrap_or_default();
    let active = entry.last_active_at.map(|at| {
        let time = rfc3339(at);
        format!("<br>Last active: <time datetime=\"{time}\">{}</time>", readable(&time))
    });
    let end = if entry.current {
        "<br><strong>This session</strong>".to_owned()
    } else {
        form(REVOKE, "id", entry.id, "Sign out this session")
    };
    format!("<li>{device}{place}{}{end}</li>", active.unwrap_or_default())
}

/// A form of one button that comes back to the list.
fn form(action: &str, name: &str, value: &str, button: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{action}\">\
         <input type=\"hidden\" name=\"{name}\" value=\"{}\">\
         <input type=\"hidden\" name=\"to\" value=\"{SESSIONS}\"><button>{button}</button></form>",
        escape(value),
    )
}

/// `2026-11-20 23:15 UTC`.
fn readable(rfc3339: &str) -> String {
    match (rfc3339.get(..10), rfc3339.get(11..16)) {
        (Some(date), Some(time)) => format!("{date} {time} UTC"),
        _ => rfc3339.to_owned(),
    }
}
