//! What a program asks of the auth object that it was given. The object comes back as its text:
//! nothing of it is held here while a handler runs. Takes no decision.

use std::future::Future;
use std::pin::Pin;

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::platform::Workers;
use crate::request::EdgeRequest;
use crate::seam::Seam;
use crate::{after, clock, isolate, proxy, say, wait_or_answer};
use clerk_edge_gate::auth_object::AuthObject;
use clerk_edge_gate::auth_object::ask::{AskError, TokenWanted};
use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::guard;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::rule_set::Rules;

/// `has()` of Clerk's auth object.
#[wasm_bindgen]
#[must_use]
pub fn has(auth: &str, params: &str) -> bool {
    let params = serde_json::from_str(params).unwrap_or_default();
    AuthObject::from_text(auth).is_some_and(|auth| auth.has(&params))
}

/// Whether a condition of the rules holds: the promise of `yes`, of `no`, or of a code and a
/// sentence, each on a line.
#[wasm_bindgen]
#[must_use]
pub fn can(auth: String, allow: String, env: JsValue, ctx: JsValue, seam: Seam) -> js_sys::Promise {
    answered(Box::pin(async move {
        let mut auth = read(&auth)?;
        let gate = isolate::gate(&env, Some(&seam));
        let platform = Workers::new(env.clone());
        let context = RequestContext::new(&platform, clock::now_ms());
        let result = auth.can(&allow, &gate, &context).await;
        context.take_notes().iter().for_each(|note| say(note));
        after(&gate, &env, &ctx, context.take_tasks());
        result.map(|holds| if holds { "yes" } else { "no" }.to_owned())
    }))
}

/// The session token, or one that Clerk makes for this session: the promise of a blank and the
/// token, of an empty text where nobody is signed in, or of a code and a sentence.
#[wasm_bindgen]
#[must_use]
pub fn token(
    auth: String,
    template: Option<String>,
    expires_in_seconds: Option<u32>,
    env: JsValue,
    seam: Seam,
) -> js_sys::Promise {
    answered(Box::pin(async move {
        let auth = read(&auth)?;
        let gate = isolate::gate(&env, Some(&seam));
        let platform = Workers::new(env);
        let context = RequestContext::new(&platform, clock::now_ms());
        let wanted = TokenWanted { template: template.as_deref(), expires_in_seconds };
        let token = auth.find_token(&wanted, &gate, &context).await?;
        Ok(token.map(|token| format!(" {token}")).unwrap_or_default())
    }))
}

/// What is wrong with the rule of a wrapped function, each problem on a line; empty where nothing
/// is.
#[wasm_bindgen]
#[must_use]
pub fn problems(rule: &str) -> String {
    let problems = Rules::for_every_path(rule).err().unwrap_or_default();
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// Judges a request, whose caller a gate has found, by one more rule: the auth object's text where
/// it is let in, else the answer; or the promise of one of these.
#[wasm_bindgen]
#[must_use]
pub fn judge(
    request: web_sys::Request,
    auth: String,
    rule: String,
    env: JsValue,
    ctx: JsValue,
    seam: Seam,
) -> JsValue {
    wait_or_answer(Box::pin(async move {
        let request = EdgeRequest::of(request);
        let gate = isolate::gate(&env, Some(&seam));
        let platform = Workers::new(env.clone());
        let context = RequestContext::new(&platform, clock::now_ms());
        let known = isolate::rules(&rule).zip(AuthObject::from_text(&auth));
        let Some((rules, mut auth)) = known else { return JsValue::UNDEFINED };
        let entered = guard::enter(&gate, &rules, &mut auth, &request, &context).await;
        context.take_notes().iter().for_each(|note| say(note));
        after(&gate, &env, &ctx, context.take_tasks());
        match entered {
            Ok(()) => JsValue::from_str(&auth.to_text()),
            Err(answer) => proxy::answer(&answer),
        }
    }))
}

fn read(auth: &str) -> Result<AuthObject, AskError> {
    AuthObject::from_text(auth).ok_or(AskError::Code(Code::Internal))
}

/// The answer to a question as a text. Boxed, so that all questions share one way to a promise.
fn answered(question: Pin<Box<dyn Future<Output = Result<String, AskError>>>>) -> js_sys::Promise {
    future_to_promise(async move {
        let text = question.await.unwrap_or_else(|error| format!("{}\n{error}", error.as_str()));
        Ok(JsValue::from_str(&text))
    })
}
