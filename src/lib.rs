//! Workers: the one place that knows them. Takes a request in, asks the gate, carries out what the
//! gate says. Decides nothing.
//!
//! The entry is synchronous. The line is one future, polled once on arrival: where memory holds
//! all that it asks for, it is ready at once and a plain answer goes back without a promise having
//! been made; where it is not, JavaScript waits and resumes the same future (`task`).
#![cfg(target_arch = "wasm32")]

pub mod asking;
mod clock;
mod env;
mod io;
mod isolate;
#[cfg(feature = "panic-route")]
mod panic_route;
mod platform;
pub mod proxy;
mod request;
mod seam;
pub mod task;

use std::rc::Rc;

use wasm_bindgen::prelude::*;
use web_sys::CryptoKey;

use crate::platform::Workers;
use crate::request::EdgeRequest;
use crate::seam::Seam;
use clerk_edge_gate::context::{BackgroundTask, RequestContext};
use clerk_edge_gate::gate::Gate;
use clerk_edge_gate::line::decide_by;
use clerk_edge_gate::plan::Action;

/// One request: an answer, or what JavaScript goes on with.
#[wasm_bindgen]
#[must_use]
pub fn handle(
    request: web_sys::Request,
    method: String,
    url: String,
    env: JsValue,
    ctx: JsValue,
    seam: Option<Seam>,
) -> JsValue {
    #[cfg(feature = "panic-route")]
    if let Some(answer) = panic_route::answer(&request) {
        return answer.unwrap_or_else(|error| error);
    }
    let request = EdgeRequest::new(request, method, url);
    task::begin(Box::pin(serve(request, env, ctx, seam)))
}

async fn serve(request: EdgeRequest, env: JsValue, ctx: JsValue, seam: Option<Seam>) -> JsValue {
    let began_us = clock::micros();
    let seam = seam.as_ref();
    let gate = isolate::gate(&env, seam);
    let only = match seam.and_then(Seam::rule).map(|rule| isolate::rules(&rule)) {
        Some(None) => return JsValue::UNDEFINED,
        only => only.flatten(),
    };
    let platform = Workers::new(env.clone());
    let context = RequestContext::new(&platform, clock::now_ms());
    let mut plan = decide_by(&gate, only.as_deref(), &request, &context).await;
    for note in context.take_notes() {
        say(&note);
    }
    after(&gate, &env, &ctx, context.take_tasks());
    plan.decided(clock::micros_since(began_us));
    match &plan.action {
        Action::Forward(forward) => {
            let to = proxy::Upstreams { env: &env, seam };
            proxy::forward(forward, &plan.finish, &request, &to, began_us)
        }
        Action::Answer(answer) => {
            let line = plan.finish.answered(answer, clock::micros_since(began_us));
            line.iter().for_each(|line| say(line));
            proxy::answer(answer)
        }
    }
}

/// Work that must not hold up the answer goes on behind it.
fn after(gate: &Rc<Gate<CryptoKey>>, env: &JsValue, ctx: &JsValue, chores: Vec<BackgroundTask>) {
    if !chores.is_empty() {
        begin(gate, env, ctx, chores);
    }
}

#[cold]
#[inline(never)]
fn begin(gate: &Rc<Gate<CryptoKey>>, env: &JsValue, ctx: &JsValue, chores: Vec<BackgroundTask>) {
    let (gate, platform) = (gate.clone(), Workers::new(env.clone()));
    let work = async move {
        let ctx = RequestContext::new(&platform, clock::now_ms());
        for chore in chores {
            gate.run(chore, &ctx).await;
        }
        for line in ctx.take_notes() {
            say(&line);
        }
        JsValue::UNDEFINED
    };
    io::wait_until(ctx, &task::begin(Box::pin(work)));
}

/// One line for the operator's log.
fn say(line: &str) {
    web_sys::console::log_1(&JsValue::from_str(line));
}
