//! Carries out a [`Forward`]: the request to the upstream, and the upstream's answer back. Takes
//! no decision; where nothing has to change, the runtime's own objects are handed on untouched.

use wasm_bindgen::prelude::*;
use web_sys::Response;

use crate::env::get;
use crate::io;
use crate::note::Note;
use crate::request::EdgeRequest;
use clerk_edge_gate::answer::Answer;
use clerk_edge_gate::forward::cache_guard::{CachePlan, SHARED_CACHE_HEADERS};
use clerk_edge_gate::grant::Forward;
use clerk_edge_gate::log::record::name_of;
use clerk_edge_gate::plan::{Plan, internal_fault, upstream_unreachable};
use clerk_edge_gate::settings::Upstream;
use clerk_edge_gate::settings::bindings::{ASSETS, ORIGIN};
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;

/// Sends the request on. The answer goes through [`settle`] or [`unreachable`].
pub(crate) fn forward(
    forward: &Forward<'_>,
    decision: &Plan<'_>,
    request: &EdgeRequest,
    env: &JsValue,
    began_us: u64,
) -> JsValue {
    let note = Note::write(forward, decision, began_us);
    send(forward, request, env, &note).unwrap_or_else(|_| {
        Note::read(&note).say(Code::Internal.status());
        answer(&internal_fault(RequestKind::of(request), &decision.request_id))
    })
}

fn send(
    forward: &Forward<'_>,
    request: &EdgeRequest,
    env: &JsValue,
    note: &str,
) -> Result<JsValue, JsValue> {
    let fetcher = match forward.upstream() {
        Upstream::Assets => get(env, ASSETS).unwrap_or(JsValue::UNDEFINED),
        Upstream::Service => get(env, ORIGIN).unwrap_or(JsValue::UNDEFINED),
        Upstream::Passthrough | Upstream::Url(_) => JsValue::UNDEFINED,
    };
    let original = request.inner();
    let names = request.header_names();
    let remove = forward.remove(&names);
    if forward.url.is_none() && remove.is_empty() && forward.set.is_empty() {
        return io::forward(&fetcher, original, original, note);
    }
    let (remove, set) = (remove.join("\n"), io::text(&forward.set));
    let changed = io::changed(original, forward.url.as_deref(), &remove, &set)?;
    io::forward(&fetcher, &changed, original, note)
}

/// An answer of the upstream's, on its way to the browser.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "what crosses is owned")]
pub fn settle(
    response: Response,
    status: u16,
    cache_control: Option<String>,
    vary: Option<String>,
    original: web_sys::Request,
    note: String,
) -> JsValue {
    let note = Note::read(&note);
    note.say(status);
    if !note.guarded {
        return response.into();
    }
    let plan = CachePlan::new(cache_control.as_deref(), vary.as_deref());
    let mut changes = Vec::new();
    if cache_control.as_ref() != Some(&plan.cache_control) {
        changes.push(("cache-control", plan.cache_control));
    }
    if vary.as_ref() != Some(&plan.vary) {
        changes.push(("vary", plan.vary));
    }
    guarded(&response, &changes, note.append)
        // Where the guard cannot be put on, the answer must not go out.
        .unwrap_or_else(|_| instead(original, &note))
}

/// The answer as caches may see it. One that says so already is handed on untouched.
fn guarded(
    response: &Response,
    changes: &[(&str, String)],
    append: &str,
) -> Result<JsValue, JsValue> {
    if changes.is_empty() && append.is_empty() && !speaks_to_shared_caches(response)? {
        return Ok(response.into());
    }
    // Where there is a new answer anyway, it is cheaper to take them away than to look.
    io::dressed(response, &SHARED_CACHE_HEADERS.join("\n"), &io::text(changes), append)
}

fn speaks_to_shared_caches(response: &Response) -> Result<bool, JsValue> {
    let sent = response.headers();
    for name in SHARED_CACHE_HEADERS {
        if sent.has(name)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The upstream did not answer.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "what crosses is owned")]
pub fn unreachable(original: web_sys::Request, note: String) -> JsValue {
    let note = Note::read(&note);
    note.say(Code::UpstreamUnreachable.status());
    instead(original, &note)
}

fn instead(original: web_sys::Request, note: &Note<'_>) -> JsValue {
    let request = EdgeRequest::of(original);
    let id =
        if note.request_id.is_empty() { name_of(&request) } else { note.request_id.to_owned() };
    answer(&upstream_unreachable(RequestKind::of(&request), &id))
}

/// An answer of the gate's own.
pub(crate) fn answer(answer: &Answer) -> JsValue {
    io::answer(answer.status, &io::text(&answer.headers), answer.body.as_deref())
}
