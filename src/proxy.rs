//! Carries out a [`Forward`]: the request to the upstream, and the upstream's answer back. Takes
//! no decision; where nothing has to change, the runtime's own objects are handed on untouched.

use clerk_edge_gate::answer::Answer;
use clerk_edge_gate::forward::Forward;
use clerk_edge_gate::plan::{Changes, Finish};
use clerk_edge_gate::settings::Upstream;
use clerk_edge_gate::settings::bindings::{ASSETS, ORIGIN};
use wasm_bindgen::prelude::*;
use web_sys::Response;

use crate::env::get;
use crate::request::EdgeRequest;
use crate::seam::Seam;
use crate::{clock, io, say};

/// Where requests can go.
pub(crate) struct Upstreams<'a> {
    /// The bindings of the request.
    pub(crate) env: &'a JsValue,
    /// The program that the gate is part of.
    pub(crate) seam: Option<&'a Seam>,
}

impl Upstreams<'_> {
    fn send(
        &self,
        forward: &Forward<'_>,
        request: &web_sys::Request,
        original: &web_sys::Request,
        note: &str,
    ) -> Result<JsValue, JsValue> {
        let fetcher = match forward.upstream {
            Upstream::Assets => get(self.env, ASSETS).unwrap_or(JsValue::UNDEFINED),
            Upstream::Service => get(self.env, ORIGIN).unwrap_or(JsValue::UNDEFINED),
            Upstream::Passthrough | Upstream::Url(_) => JsValue::UNDEFINED,
            Upstream::Handler => {
                let auth = forward.auth.as_ref().map(|auth| auth.to_text());
                let seam = self.seam.ok_or(JsValue::UNDEFINED)?;
                return Ok(seam.hand(request, original, note, auth.as_deref()));
            }
        };
        io::forward(&fetcher, request, original, note, forward.no_store)
    }
}

/// Sends the request on. The answer goes through [`upstream_answered`] or
/// [`upstream_unreachable`].
pub(crate) fn forward(
    forward: &Forward<'_>,
    finish: &Finish,
    request: &EdgeRequest,
    to: &Upstreams<'_>,
    began_us: u64,
) -> JsValue {
    let note = note(finish, began_us);
    send(forward, request, to, &note).unwrap_or_else(|_| failed(finish, request, began_us))
}

/// The platform refused the request.
#[cold]
#[inline(never)]
fn failed(finish: &Finish, request: &EdgeRequest, began_us: u64) -> JsValue {
    let (instead, line) = finish.failed(request, clock::micros_since(began_us));
    line.iter().for_each(|line| say(line));
    answer(&instead)
}

fn send(
    forward: &Forward<'_>,
    request: &EdgeRequest,
    to: &Upstreams<'_>,
    note: &str,
) -> Result<JsValue, JsValue> {
    let original = request.inner();
    let is_same = forward.url.is_none() && forward.remove.is_empty() && forward.set.is_empty();
    if is_same && !forward.no_body {
        return to.send(forward, original, original, note);
    }
    let (remove, set) = (forward.remove.join("\n"), io::text(&forward.set));
    let url = forward.url.as_deref();
    let changed = io::with_changes(original, url, &remove, &set, forward.no_body)?;
    to.send(forward, &changed, original, note)
}

/// The upstream has answered: what the browser gets.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "what crosses is owned")]
pub fn upstream_answered(
    response: Response,
    status: u16,
    names: String,
    cache_control: Option<String>,
    vary: Option<String>,
    original: web_sys::Request,
    note: String,
) -> JsValue {
    let (finish, began_us) = read(&note);
    let micros = clock::micros_since(began_us);
    let (changes, line) =
        finish.forwarded(status, &names, cache_control.as_deref(), vary.as_deref(), micros);
    line.iter().for_each(|line| say(line));
    // Where the changes cannot be made, the answer must not go out.
    change(&response, &changes).unwrap_or_else(|_| unchanged(&finish, original, micros))
}

/// The platform refused the changes.
#[cold]
#[inline(never)]
fn unchanged(finish: &Finish, original: web_sys::Request, micros: u64) -> JsValue {
    answer(&finish.unreachable(&EdgeRequest::of(original), micros).0)
}

/// The upstream did not answer.
#[wasm_bindgen]
#[must_use]
#[expect(clippy::needless_pass_by_value, reason = "what crosses is owned")]
pub fn upstream_unreachable(original: web_sys::Request, note: String) -> JsValue {
    let (finish, began_us) = read(&note);
    let micros = clock::micros_since(began_us);
    let (instead, line) = finish.unreachable(&EdgeRequest::of(original), micros);
    line.iter().for_each(|line| say(line));
    answer(&instead)
}

/// A response that needs no change is handed on as it is.
fn change(response: &Response, changes: &Changes<'_>) -> Result<JsValue, JsValue> {
    let is_same = changes.set.is_empty() && changes.append.is_empty() && changes.remove.is_empty();
    if is_same && !changes.no_body {
        return Ok(response.into());
    }
    let (remove, set) = (changes.remove.join("\n"), io::text(&changes.set));
    io::with_headers(response, &remove, &set, changes.append, changes.no_body)
}

/// The finish and the time of arrival as one text, which crosses to JavaScript and comes back: the
/// instance that wrote it may be gone by then. Empty where nothing follows.
fn note(finish: &Finish, began_us: u64) -> String {
    let text = finish.to_text();
    if text.is_empty() { text } else { format!("{began_us}\n{text}") }
}

fn read(note: &str) -> (Finish, u64) {
    let (began, text) = note.split_once('\n').unwrap_or_default();
    (Finish::from_text(text), began.parse().unwrap_or_else(|_| clock::micros()))
}

/// An answer of the gate's own.
#[inline(never)]
pub(crate) fn answer(answer: &Answer) -> JsValue {
    io::answer(answer.status, &io::text(&answer.headers), answer.body.as_deref())
}
