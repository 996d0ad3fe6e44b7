//! Workers: the one place that knows them. Takes a request in, asks the gate, carries out what the
//! gate says. Decides nothing.
//!
//! The entry is synchronous. The line is one future, polled once on arrival: where memory holds
//! all that it asks for, it is ready at once and a plain answer goes back without a promise having
//! been made; where it is not, the same future, already begun, goes on as the promise.
#![cfg(target_arch = "wasm32")]

mod clock;
mod env;
mod io;
mod isolate;
mod note;
#[cfg(feature = "panic-route")]
mod panic_route;
mod platform;
pub mod proxy;
mod request;

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::CryptoKey;

use crate::platform::Workers;
use crate::request::EdgeRequest;
use clerk_edge_gate::context::{BackgroundTask, RequestContext};
use clerk_edge_gate::gate::Gate;
use clerk_edge_gate::plan::{Action, Plan, server_timing};

/// One request: an answer, or the promise of one.
#[wasm_bindgen]
#[must_use]
pub fn handle(
    request: web_sys::Request,
    method: String,
    url: String,
    env: JsValue,
    ctx: JsValue,
) -> JsValue {
    #[cfg(feature = "panic-route")]
    if let Some(answer) = panic_route::answer(&request) {
        return answer.unwrap_or_else(|error| error);
    }
    let request = EdgeRequest::new(request, method, url);
    let mut line: Pin<Box<dyn Future<Output = JsValue>>> = Box::pin(serve(request, env, ctx));
    match line.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => io::held(&future_to_promise(async move { Ok(line.await) })),
    }
}

async fn serve(request: EdgeRequest, env: JsValue, ctx: JsValue) -> JsValue {
    let began_us = clock::micros();
    let gate = isolate::gate(&env);
    let platform = Workers::new(env.clone());
    let ctx = RequestContext::new(&platform, clock::now_ms());
    let mut decision = gate.decide(&request, &ctx).await;
    for line in ctx.take_notes() {
        say(&line);
    }
    after(&gate, &env, &ctx, ctx.take_tasks());
    tell_time(&mut decision, began_us);
    carry_out(&decision, &request, &env, began_us)
}

/// How long the decision took, where a developer may know.
fn tell_time(decision: &mut Plan<'_>, began_us: u64) {
    let Some(timing) = &decision.timing else { return };
    let header = ("server-timing", server_timing(timing, clock::micros_since(began_us)));
    match &mut decision.outcome {
        Action::Forward(forward) => forward.append.push(header),
        Action::Answer(answer) => answer.headers.push(header),
    }
}

fn carry_out(decision: &Plan<'_>, request: &EdgeRequest, env: &JsValue, began_us: u64) -> JsValue {
    let log = decision.log.as_deref();
    match &decision.outcome {
        Action::Forward(forward) => proxy::forward(forward, decision, request, env, began_us),
        Action::Answer(answer) => {
            if let Some(line) = log {
                say(&clerk_edge_gate::log::finish(
                    line,
                    answer.status,
                    clock::micros_since(began_us),
                ));
            }
            proxy::answer(answer)
        }
    }
}

/// Work that must not hold up the answer goes on behind it.
fn after(gate: &Rc<Gate<CryptoKey>>, env: &JsValue, ctx: &JsValue, chores: Vec<BackgroundTask>) {
    if chores.is_empty() {
        return;
    }
    let (gate, platform) = (gate.clone(), Workers::new(env.clone()));
    let work = async move {
        let ctx = RequestContext::new(&platform, clock::now_ms());
        for chore in chores {
            gate.run(chore, &ctx).await;
        }
        for line in ctx.take_notes() {
            say(&line);
        }
        Ok(JsValue::UNDEFINED)
    };
    io::behind(ctx, &future_to_promise(work));
}

/// One line for the operator's log.
fn say(line: &str) {
    web_sys::console::log_1(&JsValue::from_str(line));
}
