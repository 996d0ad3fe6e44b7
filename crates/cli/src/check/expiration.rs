//! `check expiration`: how long the token lives, and whether clocks agree.

use serde_json::Value;

use crate::check::deployment::{ask, origin};
use crate::check::{Check, Input, keys};
use crate::host::Host;
use crate::people::time;
use crate::report::Failure;
use crate::token;

/// The check of the kind.
///
/// # Errors
/// Where a file cannot be read, or the deployment does not answer.
pub async fn checks<H: Host>(input: &Input<'_, '_, H>) -> Result<Vec<Check>, Failure> {
    let id = "expiration.token";
    let Some(text) = keys::given(input)? else {
        return Ok(vec![Check::skip(id, "needs --token FILE or CLERK_SESSION_TOKEN")]);
    };
    let Some(decoded) = token::decode(&text) else {
        return Ok(vec![Check::fail(id, "the text is no token", "Copy it again, whole.")]);
    };
    let now = input.host.now_ms().div_euclid(1_000);
    let number = |name: &str| decoded.claims.get(name).and_then(Value::as_i64);
    let (Some(issued), Some(expires)) = (number("iat"), number("exp")) else {
        return Ok(vec![Check::fail(
            id,
            "the token says nothing of its times",
            "A session token has `iat` and `exp`: this is another kind of token.",
        )]);
    };
    let (left, lifetime) = (expires.saturating_sub(now), expires.saturating_sub(issued));
    let skew = input
        .configuration
        .settings()
        .map_or(5, |it| it.session_policy.clock_skew_ms.div_euclid(1_000));
    let mut checks = vec![if issued.saturating_sub(now) > skew {
        Check::fail(
            id,
            format!("the token comes from {}, which is in the future here", time::written(issued)),
            "The clock of this machine is slow: set it, or raise CLERK_CLOCK_SKEW_SECONDS.",
        )
    } else if left < 0 {
        Check::warn(
            id,
            format!("it ended {} s ago, after a life of {lifetime} s", left.saturating_abs()),
            "Session tokens live for a minute: copy a new one.",
        )
    } else {
        Check::pass(id, format!("{left} s left of {lifetime} s; clocks may differ by {skew} s"))
    }];
    if let Some(origin) = origin(input)? {
        checks.push(refused(input, &origin, &text, left).await?);
    }
    Ok(checks)
}

/// An expired token that was given to be sent must be refused.
async fn refused<H: Host>(
    input: &Input<'_, '_, H>,
    origin: &str,
    token: &str,
    left: i64,
) -> Result<Check, Failure> {
    let id = "expiration.token";
    if !input.arguments.has("send-token") {
        return Ok(Check::skip(id, "needs --send-token to send the given token to the deployment"));
    }
    if left >= 0 {
        return Ok(Check::skip(id, "the token has not ended, so that nothing can be said"));
    }
    let Ok(settings) = input.configuration.settings() else {
        return Ok(Check::skip(id, "the configuration is faulty"));
    };
    let url = format!("{origin}{}", keys::guarded(&settings.rules));
    let bearer = vec![("authorization", format!("Bearer {token}"))];
    let reply = ask(input, url.clone(), bearer, false).await.map_err(|no| no.failure(&url))?;
    Ok(match reply.status {
        401 => Check::pass(id, "the deployment refuses the expired token"),
        status => Check::fail(
            id,
            format!("the deployment answered {status} to an expired token"),
            "The path is not behind the gate, or its clock is wrong.",
        ),
    })
}
