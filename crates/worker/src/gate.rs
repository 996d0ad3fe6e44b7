//! [`Gate`]: the gate before a closure, or before the upstream of the bindings.

use std::rc::Rc;

use serde_json::Value;
use wasm_bindgen::JsValue;
use web_sys::CryptoKey;
use worker::{Context, Env, Error, Request, Response, Result, console_log};

use crate::auth::Auth;
use crate::isolate::Kind;
use crate::platform::Workers;
use crate::request::EdgeRequest;
use crate::{clock, isolate, upstream};
use clerk_edge_gate::context::{BackgroundTask, RequestContext};
use clerk_edge_gate::gate::Gate as CoreGate;
use clerk_edge_gate::line::decide_by;
use clerk_edge_gate::plan::{Action, Finish};
use clerk_edge_gate::settings::bindings::Binding;
use clerk_edge_gate::settings::in_code::InCode;
use clerk_edge_rules::problem::Problem;
use clerk_edge_rules::rule_set::Rules;

/// The isolate's gate. Its settings are read once; to make it again for each request is free.
#[derive(Clone, Debug)]
pub struct Gate {
    env: Env,
    code: InCode,
}

impl Gate {
    /// The gate of these bindings. It never fails: faulty bindings make a gate that is closed, and
    /// [`Gate::problems`] lists what is wrong.
    #[must_use]
    pub fn from_env(env: &Env) -> Self {
        Self { env: env.clone(), code: InCode::default() }
    }

    /// The gate of these bindings with settings in code: an object with the names of the variables,
    /// `ROUTES` for one. A name that is set there and in the environment closes the gate.
    #[must_use]
    pub fn with(env: &Env, settings: &Value) -> Self {
        let members = settings.as_object().into_iter().flatten();
        let values = members.map(|(name, value)| {
            let binding = match value {
                Value::String(text) => Binding::Text(text.clone()),
                other => Binding::Json(other.to_string()),
            };
            (name.clone(), binding)
        });
        Self { env: env.clone(), code: InCode::new(values.collect()) }
    }

    /// What is wrong with the settings; empty where the gate is open. `UPSTREAM` may name an
    /// upstream for [`Gate::forward`], or be `handler` or unset for [`Gate::handle`].
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let problems = |kind: Kind| isolate::gate(&self.env, &kind).problems();
        let handled = problems(self.kind(true));
        if handled.is_empty() {
            return handled;
        }
        let forwarded = problems(self.kind(false));
        if forwarded.len() < handled.len() { forwarded } else { handled }
    }

    /// Answers a request: the closure is the upstream. It gets the request as a service would, with
    /// the headers `x-clerk-*` set and those of the client removed, and who asks.
    ///
    /// # Errors
    /// The closure's own, and those of the platform.
    pub async fn handle<F>(
        &self,
        request: Request,
        env: &Env,
        ctx: &Context,
        handler: F,
    ) -> Result<Response>
    where
        F: AsyncFnOnce(Request, Auth) -> Result<Response>,
    {
        self.run(request, env, ctx, None, Some(handler)).await
    }

    /// Answers a request: the upstream of the bindings gets it.
    ///
    /// # Errors
    /// Those of the platform. An upstream that does not answer is a 502.
    pub async fn forward(&self, request: Request, env: &Env, ctx: &Context) -> Result<Response> {
        type NoHandler = fn(Request, Auth) -> std::future::Ready<Result<Response>>;
        self.run(request, env, ctx, None, None::<NoHandler>).await
    }

    /// Answers a request by one rule for every path: `{ "allow": …, "signed_out": …,
    /// "otherwise": … }`. `ROUTES` is not read, and the gate answers no address of its own.
    ///
    /// # Errors
    /// As [`Gate::handle`]; a rule that cannot be read is an error that says what is wrong with it.
    pub async fn guard<F>(
        &self,
        access: &Value,
        request: Request,
        env: &Env,
        ctx: &Context,
        handler: F,
    ) -> Result<Response>
    where
        F: AsyncFnOnce(Request, Auth) -> Result<Response>,
    {
        let rules = Rules::for_every_path(&access.to_string()).map_err(|problems| {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Error::RustError(problems.join("; "))
        })?;
        self.run(request, env, ctx, Some(&rules), Some(handler)).await
    }

    fn kind(&self, with_handler: bool) -> Kind {
        let code = self.code.clone();
        Kind { code: if with_handler { code.with_handler() } else { code } }
    }

    async fn run<F>(
        &self,
        request: Request,
        env: &Env,
        ctx: &Context,
        only: Option<&Rules>,
        handler: Option<F>,
    ) -> Result<Response>
    where
        F: AsyncFnOnce(Request, Auth) -> Result<Response>,
    {
        let began_ms = clock::now_ms();
        let mut kind = self.kind(handler.is_some());
        if only.is_some() {
            kind.code = kind.code.without_routes();
        }
        let gate = isolate::gate(env, &kind);
        let request = EdgeRequest::new(Clone::clone(request.inner()));
        let platform = Workers::new(env);
        let context = RequestContext::new(&platform, began_ms);
        let mut plan = decide_by(&gate, only, &request, &context).await;
        context.take_notes().iter().for_each(|note| console_log!("{note}"));
        after(&gate, env, ctx, context.take_tasks());
        plan.decided(clock::micros_since(began_ms));
        let Action::Forward(forward) = plan.action else {
            let Action::Answer(answer) = plan.action else { return unreadable() };
            let line = plan.finish.answered(&answer, clock::micros_since(began_ms));
            line.iter().for_each(|line| console_log!("{line}"));
            return Ok(upstream::answer(&answer)?.into());
        };
        let next = upstream::changed(&forward, request.inner())?;
        let response: web_sys::Response = match handler {
            Some(handler) => {
                let auth = Auth::new(gate.clone(), env, forward.auth);
                handler(next.into(), auth).await?.into()
            }
            None => match upstream::ask(&forward, &next, env).await {
                Ok(response) => response,
                Err(_) => return unreachable(&plan.finish, &request, began_ms),
            },
        };
        finish(&plan.finish, response, began_ms)
    }
}

/// The upstream's answer as it goes to the browser.
fn finish(finish: &Finish, response: web_sys::Response, began_ms: i64) -> Result<Response> {
    let header = |name: &str| response.headers().get(name).ok().flatten();
    let (cache_control, vary) = (header("cache-control"), header("vary"));
    let micros = clock::micros_since(began_ms);
    let names = crate::request::names(&response.headers());
    let (cache_control, vary) = (cache_control.as_deref(), vary.as_deref());
    let (changes, line) = finish.forwarded(response.status(), &names, cache_control, vary, micros);
    line.iter().for_each(|line| console_log!("{line}"));
    Ok(upstream::change(response, &changes)?.into())
}

fn unreachable(finish: &Finish, request: &EdgeRequest, began_ms: i64) -> Result<Response> {
    let (answer, line) = finish.unreachable(request, clock::micros_since(began_ms));
    line.iter().for_each(|line| console_log!("{line}"));
    Ok(upstream::answer(&answer)?.into())
}

fn unreadable() -> Result<Response> {
    Err(Error::from(JsValue::from_str("the plan of the gate has no action")))
}

/// Work that must not hold up the answer goes on behind it.
fn after(gate: &Rc<CoreGate<CryptoKey>>, env: &Env, ctx: &Context, tasks: Vec<BackgroundTask>) {
    if tasks.is_empty() {
        return;
    }
    let (gate, platform) = (gate.clone(), Workers::new(env));
    ctx.wait_until(async move {
        let context = RequestContext::new(&platform, clock::now_ms());
        for task in tasks {
            gate.run(task, &context).await;
        }
        context.take_notes().iter().for_each(|note| console_log!("{note}"));
    });
}
