//! `check multi-session` and `check refresh`: the instance, its cookies and its handshake.

use clerk_edge_gate::settings::{InstanceKind, Settings};
use serde_json::Value;

use crate::check::deployment::{ask, origin};
use crate::check::{Check, Input, keys};
use crate::host::Host;
use crate::online::backend::Backend;
use crate::report::Failure;

/// Which cookies count, and the open sessions of a person.
///
/// # Errors
/// Where Clerk does not answer.
pub async fn multi_session<H: Host>(input: &Input<'_, '_, H>) -> Result<Vec<Check>, Failure> {
    let Ok(settings) = input.configuration.settings() else {
        return Ok(vec![Check::fail(
            "multi-session.cookies",
            "the configuration is faulty",
            "`clerk-edge check basic` names every problem.",
        )]);
    };
    let suffix = &settings.instance.cookie_suffix;
    let cookies = Check::pass(
        "multi-session.cookies",
        format!(
            "`__session_{suffix}` counts before `__session`: cookies of another instance on this domain \
         have another ending and are not read. Of several sessions in one browser the one counts \
         that Clerk wrote into that cookie last."
        ),
    );
    Ok(vec![cookies, sessions(input, &settings).await?])
}

async fn sessions<H: Host>(
    input: &Input<'_, '_, H>,
    settings: &Settings,
) -> Result<Check, Failure> {
    let id = "multi-session.sessions";
    let Some(user) = input.arguments.value("user") else {
        return Ok(Check::skip(id, "needs --user ID and CLERK_SECRET_KEY"));
    };
    if settings.secret_key.is_none() || input.arguments.has("offline") {
        return Ok(Check::skip(id, "needs CLERK_SECRET_KEY and the network"));
    }
    if !user.strip_prefix("user_").is_some_and(|it| it.bytes().all(|b| b.is_ascii_alphanumeric())) {
        return Err(input.arguments.wrong("--user takes an id (`user_…`)"));
    }
    let found = Backend::new(input.network, settings)?.sessions(user).await;
    Ok(match found {
        Ok(sessions) => {
            let mut clients: Vec<&str> =
                sessions.iter().filter_map(|it| it.get("client_id")?.as_str()).collect();
            let open = clients.len();
            clients.sort_unstable();
            clients.dedup();
            Check::pass(id, format!("{open} open sessions in {} browsers", clients.len()))
        }
        Err(error) => Check::fail(
            id,
            format!("Clerk's API: {}", error.why),
            "Compare the id with the Clerk dashboard.",
        ),
    })
}

/// Whether the secret key is this instance's, and whether a page finds its way to the handshake.
///
/// # Errors
/// Where the deployment does not answer.
pub async fn refresh<H: Host>(input: &Input<'_, '_, H>) -> Result<Vec<Check>, Failure> {
    let Ok(settings) = input.configuration.settings() else {
        return Ok(vec![Check::fail(
            "refresh.secret-key",
            "the configuration is faulty",
            "`clerk-edge check basic` names every problem.",
        )]);
    };
    Ok(vec![secret_key(input, &settings).await?, handshake(input, &settings).await?])
}

async fn secret_key<H: Host>(
    input: &Input<'_, '_, H>,
    settings: &Settings,
) -> Result<Check, Failure> {
    let id = "refresh.secret-key";
    if settings.secret_key.is_none() || input.arguments.has("offline") {
        return Ok(Check::skip(id, "needs CLERK_SECRET_KEY and the network"));
    }
    let remedy = "Copy CLERK_SECRET_KEY again from the Clerk dashboard, of the same instance as \
                  CLERK_PUBLISHABLE_KEY.";
    Ok(match Backend::new(input.network, settings)?.instance().await {
        Ok(instance) => {
            let named = instance.get("environment_type").and_then(Value::as_str);
            let own = settings.instance.kind.as_str();
            match named {
                Some(kind) if kind != own => Check::fail(
                    id,
                    format!(
                        "the secret key is of a {kind} instance, the publishable key of a {own} one"
                    ),
                    remedy,
                ),
                _ => Check::pass(id, "Clerk accepts the secret key"),
            }
        }
        Err(error) => {
            Check::fail(id, format!("Clerk refuses the secret key: {}", error.why), remedy)
        }
    })
}

/// A page with `__client_uat` and no token goes to this instance's handshake, all else gets 401,
/// and the third round ends.
async fn handshake<H: Host>(
    input: &Input<'_, '_, H>,
    settings: &Settings,
) -> Result<Check, Failure> {
    let id = "refresh.handshake";
    let Some(origin) = origin(input)? else { return Ok(Check::skip(id, "needs --url")) };
    let url = format!("{origin}{}", keys::guarded(&settings.rules));
    let uat = input.host.now_ms().div_euclid(1_000).saturating_sub(60);
    let development = match settings.instance.kind {
        InstanceKind::Development => "; __clerk_db_jwt=dvb_check",
        InstanceKind::Production => "",
    };
    let cookie = |rounds: u32| {
        let suffix = &settings.instance.cookie_suffix;
        let uat = format!("__client_uat={uat}; __client_uat_{suffix}={uat}{development}");
        vec![("cookie", format!("{uat}; __clerk_redirect_count={rounds}"))]
    };
    let page = ask(input, url.clone(), cookie(0), true).await.map_err(|no| no.failure(&url))?;
    let location = page.header("location").unwrap_or_default();
    let own = hosts(settings);
    let is_own = own.iter().any(|host| location.contains(host.as_str()));
    if !location.contains(HANDSHAKE) || !is_own {
        let own = own.join(" or ");
        let message = format!("a page is answered {} and not sent to {own}", page.status);
        return Ok(Check::fail(
            id,
            message,
            "The deployment has other keys than this configuration, or the path is not behind the \
             gate.",
        ));
    }
    let other = ask(input, url.clone(), cookie(0), false).await.map_err(|no| no.failure(&url))?;
    let third = ask(input, url.clone(), cookie(3), true).await.map_err(|no| no.failure(&url))?;
    let ends = !third.header("location").unwrap_or_default().contains(HANDSHAKE);
    Ok(match (other.status, ends) {
        (401, true) => {
            Check::pass(id, "pages go to the handshake, all else gets 401, the third round ends")
        }
        (401, false) => {
            Check::fail(id, "the third round goes on", "Deploy the version of this package.")
        }
        (status, _) => Check::fail(
            id,
            format!("what is no page is answered {status} in place of 401"),
            "The path is not behind the gate.",
        ),
    })
}

/// Where the Frontend API of this instance may be.
fn hosts(settings: &Settings) -> Vec<String> {
    let satellite = settings.domain.as_ref().map(|domain| format!("clerk.{domain}"));
    let proxy = settings.proxy_url.clone();
    [Some(settings.instance.frontend_host.clone()), satellite, proxy]
        .into_iter()
        .flatten()
        .collect()
}

const HANDSHAKE: &str = "/v1/client/handshake";
