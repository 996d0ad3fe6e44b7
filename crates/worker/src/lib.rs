//! Clerk authentication for Cloudflare Workers that are written with the crate `worker`: the gate
//! before your own code.
//!
//! ```no_run
//! use clerk_edge_worker::{Auth, Gate, Refusal};
//! use worker::{Context, Env, Request, Response, Result, event};
//!
//! #[event(fetch)]
//! async fn fetch(req: Request, env: Env, ctx: Context) -> Result<Response> {
//!     Gate::from_env(&env)
//!         .handle(req, &env, &ctx, async |req, auth: Auth| match auth.has_role("admin") {
//!             true => Response::ok(format!("{} at {}", auth.user_id().unwrap_or("?"), req.path())),
//!             false => auth.refuse(&req, Refusal::NotAllowed),
//!         })
//!         .await
//! }
//! ```
//!
//! The bindings are those of the Worker `clerk-edge`; its README describes them and the rules. All
//! decisions are made by `clerk-edge-gate`, which knows nothing of Workers: this crate carries them
//! out.
#![cfg(target_arch = "wasm32")]

mod auth;
mod bindings;
mod clock;
mod gate;
#[cfg(feature = "http")]
mod http;
mod isolate;
mod platform;
mod request;
mod upstream;

pub use auth::{Auth, Refusal, Status};
pub use clerk_edge_rules::problem::Problem;
pub use gate::Gate;
