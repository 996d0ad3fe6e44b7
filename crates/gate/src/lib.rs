//! Clerk authentication at Cloudflare's edge: the decision, free of the platform it runs on.
//!
//! One request is one line, top to bottom, in [`gate`]: the rule for its path, who asks, what is
//! allowed, and what becomes of it. Everything in this crate but `edge` is pure: it has no clock,
//! no network and no store of its own, and asks for them through [`platform::Platform`].
//!
//! What this crate refuses to do: sign anything, keep a session of its own, or guess where it
//! could not look.

pub mod answer;
pub mod auth;
pub mod auth_object;
pub mod challenge;
pub mod clerk_api;
pub mod context;
pub mod early_response;
pub mod endpoint;
pub mod endpoints;
pub mod explain;
pub mod forward;
pub mod gate;
pub mod grant;
pub mod guard;
pub mod keys;
pub mod limits;
pub mod line;
pub mod log;
pub mod lookup;
pub mod machine;
pub mod plan;
pub mod platform;
pub mod secret;
pub mod session;
pub mod settings;
mod store;
mod until;
