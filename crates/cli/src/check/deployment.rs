//! A deployment: its health, and requests that are made for the purpose.

use serde_json::Value;

use crate::check::{Check, Input};
use crate::host::{Call, Host, Reply};
use crate::online::{NoAnswer, get};
use crate::report::Failure;

/// The address of `--url` without its path; none where it is not given.
///
/// # Errors
/// Where it is no address, or in the clear.
pub fn origin<H: Host>(input: &Input<'_, '_, H>) -> Result<Option<String>, Failure> {
    let Some(url) = input.arguments.value("url") else { return Ok(None) };
    if !crate::online::is_safe(url) {
        return Err(input.arguments.wrong("--url takes an address that begins with https://"));
    }
    let after = url.find("://").map_or(0, |at| at.saturating_add(3));
    let end = url.get(after..).and_then(|rest| rest.find(['/', '?', '#']));
    let end = end.map_or(url.len(), |at| at.saturating_add(after));
    Ok(url.get(..end).map(str::to_owned))
}

/// Asks a path of the deployment, as a program or as a page.
pub async fn ask<H: Host>(
    input: &Input<'_, '_, H>,
    url: String,
    headers: Vec<(&'static str, String)>,
    is_page: bool,
) -> Result<Reply, NoAnswer> {
    let (accept, destination) = if is_page { ("text/html", "document") } else { ("*/*", "empty") };
    let mut all = vec![("accept", accept.to_owned()), ("sec-fetch-dest", destination.to_owned())];
    all.extend(headers);
    input.network.call(&Call { headers: all, ..get(url) }).await
}

/// `/.clerk-edge/health` of the deployment.
///
/// # Errors
/// Where the deployment does not answer.
pub async fn health<H: Host>(input: &Input<'_, '_, H>) -> Result<Check, Failure> {
    let id = "basic.health";
    let Some(origin) = origin(input)? else {
        return Ok(Check::skip(id, "needs --url"));
    };
    let reply = ask(input, format!("{origin}/.clerk-edge/health"), Vec::new(), false).await;
    let reply = reply.map_err(|no| no.failure(&origin))?;
    let json: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let status = json.get("status").and_then(Value::as_str).unwrap_or_default();
    let version = json.get("version").and_then(Value::as_str).unwrap_or("unknown");
    Ok(match (reply.status, status) {
        (200, "ok") => Check::pass(id, format!("ok, version {version}")),
        (503, "misconfigured") => Check::fail(
            id,
            "the deployment's configuration is faulty",
            "Its log names every problem: `npx wrangler tail`.",
        ),
        (503, "unavailable") => Check::fail(
            id,
            "the deployment can get no key from Clerk",
            "Look at https://status.clerk.com, or set CLERK_JWT_KEY.",
        ),
        (status, _) => Check::fail(
            id,
            format!("the answer is {status} and not the gate's"),
            "The address leads elsewhere, or the Worker is not deployed there.",
        ),
    })
}
