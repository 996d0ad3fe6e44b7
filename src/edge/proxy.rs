//! Carries out a [`Forward`]: the request to the upstream, and the upstream's answer back. Takes
//! no decision; where nothing has to change, the runtime's own objects are handed on untouched.

use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::Response;

use super::bindings::get;
use super::incoming::EdgeRequest;
use super::{clock, io};
use crate::answer::Answer;
use crate::code::Code;
use crate::forward::guard::{CachePlan, SHARED_CACHE_HEADERS};
use crate::gate::{Decision, Forward, internal_fault, name_of, upstream_unreachable};
use crate::log;
use crate::request::Kind;
use crate::settings::Upstream;

/// Sends the request on. The answer goes through [`settle`] or [`unreachable`].
pub(super) fn forward(
    forward: &Forward<'_>,
    decision: &Decision<'_>,
    request: &EdgeRequest,
    env: &JsValue,
    began_ms: f64,
) -> JsValue {
    let note = note(forward, decision, request, began_ms);
    send(forward, request, env, &note).unwrap_or_else(|_| {
        say(&note, Code::Internal.status());
        answer(&internal_fault(Kind::of(request), &decision.request_id))
    })
}

fn send(
    forward: &Forward<'_>,
    request: &EdgeRequest,
    env: &JsValue,
    note: &Array,
) -> Result<JsValue, JsValue> {
    let fetcher = match forward.upstream() {
        Upstream::Assets => get(env, "ASSETS").unwrap_or(JsValue::UNDEFINED),
        Upstream::Service => get(env, "ORIGIN").unwrap_or(JsValue::UNDEFINED),
        Upstream::Passthrough | Upstream::Url(_) => JsValue::UNDEFINED,
    };
    let names = request.header_names();
    let remove = forward.remove(&names);
    if forward.url.is_none() && remove.is_empty() && forward.set.is_empty() {
        return io::forward(&fetcher, request.inner(), note);
    }
    let (remove, set) = (remove.join("\n"), io::text(&forward.set));
    let changed = io::changed(request.inner(), forward.url.as_deref(), &remove, &set)?;
    io::forward(&fetcher, &changed, note)
}

/// An answer of the upstream's, on its way to the browser.
#[wasm_bindgen]
#[must_use]
pub fn settle(response: Response, note: &Array) -> JsValue {
    let status = response.status();
    say(note, status);
    if !note.get(GUARDED).is_truthy() {
        return response.into();
    }
    let append = note.get(APPEND).as_string().unwrap_or_default();
    guarded(&response, &append)
        // Where the guard cannot be put on, the answer must not go out.
        .unwrap_or_else(|_| instead(note))
}

/// The answer as caches may see it. One that says so already is handed on untouched.
fn guarded(response: &Response, append: &str) -> Result<JsValue, JsValue> {
    let sent = response.headers();
    let (cache_control, vary) = (sent.get("cache-control")?, sent.get("vary")?);
    let plan = CachePlan::new(cache_control.as_deref(), vary.as_deref());
    let mut remove = Vec::new();
    for name in SHARED_CACHE_HEADERS {
        if sent.has(name)? {
            remove.push(name);
        }
    }
    let mut changes = Vec::new();
    if cache_control.as_ref() != Some(&plan.cache_control) {
        changes.push(("cache-control", plan.cache_control));
    }
    if vary.as_ref() != Some(&plan.vary) {
        changes.push(("vary", plan.vary));
    }
    if remove.is_empty() && changes.is_empty() && append.is_empty() {
        return Ok(response.into());
    }
    io::dressed(response, &remove.join("\n"), &io::text(&changes), append)
}

/// The upstream did not answer.
#[wasm_bindgen]
#[must_use]
pub fn unreachable(note: &Array) -> JsValue {
    say(note, Code::UpstreamUnreachable.status());
    instead(note)
}

fn instead(note: &Array) -> JsValue {
    let known = note.get(REQUEST_ID).as_string().filter(|id| !id.is_empty());
    let Ok(request) = note.get(REQUEST).dyn_into().map(EdgeRequest::new) else {
        return answer(&upstream_unreachable(Kind::Other, &known.unwrap_or_default()));
    };
    let id = known.unwrap_or_else(|| name_of(&request));
    answer(&upstream_unreachable(Kind::of(&request), &id))
}

/// An answer of the gate's own.
pub(super) fn answer(answer: &Answer) -> JsValue {
    io::answer(answer.status, &io::text(&answer.headers), answer.body.as_deref())
}

/// What has to be known once the upstream has answered, as plain values: the instance that made
/// it may be gone by then.
fn note(
    forward: &Forward<'_>,
    decision: &Decision<'_>,
    request: &EdgeRequest,
    began_ms: f64,
) -> Array {
    let note = Array::new();
    note.push(&JsValue::from_bool(forward.guarded));
    note.push(&JsValue::from_str(&io::text(&forward.append)));
    note.push(&decision.log.as_deref().map_or(JsValue::UNDEFINED, JsValue::from_str));
    note.push(&JsValue::from_f64(began_ms));
    note.push(request.inner());
    note.push(&JsValue::from_str(&decision.request_id));
    note
}

fn say(note: &Array, status: u16) {
    let Some(entry) = note.get(LOG).as_string() else { return };
    let began_ms = note.get(BEGAN).as_f64().unwrap_or_default();
    super::say(&log::finish(&entry, status, clock::micros_since(began_ms)));
}

const GUARDED: u32 = 0;
const APPEND: u32 = 1;
const LOG: u32 = 2;
const BEGAN: u32 = 3;
const REQUEST: u32 = 4;
const REQUEST_ID: u32 = 5;
