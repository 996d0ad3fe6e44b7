//! A Worker written with `worker`, with the gate before it: an example, and what the tests drive.
//! Each path shows one thing. `/forward/…` goes to the upstream of the bindings instead.
#![cfg(target_arch = "wasm32")]

use clerk_edge_worker::{Auth, Gate, Refusal, Status};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use worker::{Context, Env, Request, Response, Result, event};

/// The session token's claims, as far as this program reads them.
#[derive(Deserialize)]
struct Claims {
    sub: String,
}

#[event(fetch)]
async fn fetch(req: Request, env: Env, ctx: Context) -> Result<Response> {
    let gate = Gate::with(
        &env,
        &json!({ "ROUTES": [
        { "path": "/*", "allow": "optional" },
        { "path": "/open/*", "allow": "anyone" },
        { "path": "/member/*" },
    ] }),
    );
    match req.path().split('/').nth(1) {
        Some("forward") => gate.forward(req, &env, &ctx).await,
        Some("guard") => {
            let access = json!({ "allow": { "role": "admin" }, "otherwise": 404 });
            gate.guard(&access, req, &env, &ctx, answer).await
        }
        Some("problems") => Response::ok(format!("{:?}", gate.problems())),
        _ => gate.handle(req, &env, &ctx, answer).await,
    }
}

async fn answer(req: Request, auth: Auth) -> Result<Response> {
    match req.path().rsplit('/').next() {
        Some("admin") if !auth.has_role("admin") => auth.refuse(&req, Refusal::NotAllowed),
        Some("hidden") if !auth.has_role("admin") => auth.refuse(&req, Refusal::NotFound),
        Some("private") if auth.status() != Status::SignedIn => {
            auth.refuse(&req, Refusal::SignedOut)
        }
        Some("can") => Response::from_json(&auth.can(&json!({ "role": "editor" })).await?),
        _ => {
            let headers = req.headers().entries().filter(|(name, _)| name.starts_with("x-clerk-"));
            let headers: Map<String, Value> = headers.map(|(name, it)| (name, it.into())).collect();
            let url = req.url()?;
            let told = json!({ "url": url.as_str(), "headers": headers, "auth": told(&auth) });
            Response::from_json(&told)
        }
    }
}

fn told(auth: &Auth) -> Value {
    json!({
        "status": format!("{:?}", auth.status()), "reason": auth.reason(), "debug": format!("{auth:?}"),
        "user_id": auth.user_id(), "session_id": auth.session_id(), "actor": auth.actor(),
        "org_id": auth.org_id(), "org_slug": auth.org_slug(), "org_role": auth.org_role(),
        "role": auth.role(), "roles": auth.roles(),
        "has": {
            "role": auth.has_role("member"), "org_role": auth.has_org_role("org:admin"),
            "permission": auth.has_permission("org:billing:manage"),
            "feature": auth.has_feature("reports"), "plan": auth.has_plan("pro"),
        },
        "sub": auth.claims_as::<Claims>().map(|claims| claims.sub).ok(),
        "claim": auth.claim("metadata.role"), "claims": auth.claims().is_some(),
        "token_bytes": auth.token().map(str::len),
    })
}
