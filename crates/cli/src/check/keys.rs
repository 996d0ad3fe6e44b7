//! `check jwt-verify`: the keys, the given token, and forged tokens at a deployment.

use base64ct::{Base64UrlUnpadded, Encoding};
use clerk_edge_gate::settings::Settings;
use clerk_edge_rules::rule::{Requirement, Rule};
use clerk_edge_rules::rule_set::Rules;
use clerk_edge_token::policy::Issuers;
use serde_json::Value;

use crate::check::deployment::{ask, origin};
use crate::check::{Check, Input, forged};
use crate::config::find;
use crate::host::Host;
use crate::online::get;
use crate::people::flags::bare;
use crate::report::Failure;
use crate::token::verify;

/// All checks of the kind.
///
/// # Errors
/// Where the configuration is faulty, a file cannot be read, or nobody answers.
pub async fn checks<H: Host>(input: &Input<'_, '_, H>) -> Result<Vec<Check>, Failure> {
    let settings = match input.configuration.settings() {
        Ok(settings) => settings,
        Err(_) => {
            return Ok(vec![Check::fail(
                "jwt-verify.keys",
                "the configuration is faulty",
                "`clerk-edge check basic` names every problem.",
            )]);
        }
    };
    let (set, mut checks) = keys(input, &settings).await?;
    checks.push(token(input).await?);
    checks.extend(forgeries(input, &settings, &set).await?);
    Ok(checks)
}

/// The key set, as far as there is one, with what is said about it.
async fn keys<H: Host>(
    input: &Input<'_, '_, H>,
    settings: &Settings,
) -> Result<(Value, Vec<Check>), Failure> {
    if let Some(path) = input.arguments.value("jwks") {
        let set: Value = serde_json::from_str(&find::text(input.host, path)?)
            .map_err(|_| Failure::input(path, "this is no JSON"))?;
        let checks = strength(&set, path);
        return Ok((set, checks));
    }
    if settings.jwt_key.is_some() {
        return Ok((
            Value::Null,
            vec![Check::pass("jwt-verify.keys", "CLERK_JWT_KEY: no key is fetched")],
        ));
    }
    let reply = match input.network.call(&get(settings.jwks_url.clone())).await {
        Ok(reply) => reply,
        Err(no) if input.arguments.has("offline") => {
            let needs = format!("needs the network, or --jwks FILE ({})", no.words());
            return Ok((Value::Null, vec![Check::skip("jwt-verify.keys", needs)]));
        }
        Err(no) => return Err(no.failure(&settings.jwks_url)),
    };
    let set: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    if reply.status != 200 || set.get("keys").is_none() {
        let message = format!("{} answers {} without keys", settings.jwks_url, reply.status);
        return Ok((
            Value::Null,
            vec![Check::fail(
                "jwt-verify.keys",
                message,
                "Compare CLERK_PUBLISHABLE_KEY and CLERK_JWKS_URL with the Clerk dashboard.",
            )],
        ));
    }
    let checks = strength(&set, &settings.jwks_url);
    Ok((set, checks))
}

fn strength(set: &Value, source: &str) -> Vec<Check> {
    let keys = set.get("keys").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let ids: Vec<&str> = keys.iter().filter_map(|key| key.get("kid")?.as_str()).collect();
    let bits = |key: &Value| {
        let modulus = Base64UrlUnpadded::decode_vec(key.get("n")?.as_str()?).ok()?;
        Some(modulus.len().saturating_mul(8))
    };
    let weak: Vec<&str> = keys
        .iter()
        .filter(|key| bits(key).is_none_or(|bits| bits < KEY_BITS_MIN))
        .filter_map(|key| key.get("kid")?.as_str())
        .collect();
    let there = match ids.as_slice() {
        [] => Check::fail(
            "jwt-verify.keys",
            format!("{source} holds no key with an id"),
            "Take the set from the instance: its /.well-known/jwks.json.",
        ),
        ids => Check::pass("jwt-verify.keys", format!("{source}: {}", ids.join(", "))),
    };
    let strong = match weak.as_slice() {
        [] => Check::pass("jwt-verify.strength", "every key is RSA with 2,048 bits or more"),
        weak => Check::fail(
            "jwt-verify.strength",
            format!("too weak or no RSA key: {}", weak.join(", ")),
            "Rotate the keys in the Clerk dashboard.",
        ),
    };
    vec![there, strong]
}

/// The given token, as the gate judges it.
async fn token<H: Host>(input: &Input<'_, '_, H>) -> Result<Check, Failure> {
    let id = "jwt-verify.token";
    let Some(token) = given(input)? else {
        return Ok(Check::skip(id, "needs --token FILE or CLERK_SESSION_TOKEN"));
    };
    let jwks =
        input.arguments.value("jwks").map(|path| find::text(input.host, path)).transpose()?;
    let now_ms = input.host.now_ms();
    let verdict = verify::ask(input.network, input.configuration, &token, jwks, now_ms).await?;
    if verdict.is_valid {
        return Ok(Check::pass(id, "the gate accepts the token"));
    }
    let reason = verdict.reason.unwrap_or_else(|| "unknown".to_owned());
    let help = verdict.report.get("way_out").and_then(Value::as_str).unwrap_or_default();
    Ok(Check::fail(id, format!("the gate refuses the token: {reason}"), help))
}

/// The token of `--token`, else of the environment.
///
/// # Errors
/// Where the file cannot be read.
pub fn given<H: Host>(input: &Input<'_, '_, H>) -> Result<Option<String>, Failure> {
    let text = match input.arguments.value("token") {
        Some(path) => Some(find::text(input.host, path)?),
        None => input.host.env("CLERK_SESSION_TOKEN"),
    };
    Ok(text.map(|text| bare(&text).to_owned()).filter(|text| !text.is_empty()))
}

/// Each forged token must be refused on a guarded path.
async fn forgeries<H: Host>(
    input: &Input<'_, '_, H>,
    settings: &Settings,
    set: &Value,
) -> Result<Vec<Check>, Failure> {
    let Some(origin) = origin(input)? else {
        let skip = |id| Check::skip(id, "needs --url");
        return Ok(FORGED.map(skip).to_vec());
    };
    let path = guarded(&settings.rules);
    let now = input.host.now_ms().div_euclid(1_000);
    let issuer = match &settings.session_policy.issuers {
        Issuers::Only(all) => all.first().cloned().unwrap_or_default(),
        Issuers::Any => format!("https://{}", settings.instance.frontend_host),
    };
    let key = forged::first_key(set);
    let kid = key.as_ref().map_or("ins_unknown", |(_, kid)| kid.as_str());
    let hs256 = key.as_ref().and_then(|(pem, kid)| forged::hs256(now, &issuer, kid, pem));
    let tokens = [
        Some(forged::unsigned(now, &issuer)),
        Some(forged::altered(now, &issuer, kid)),
        Some(forged::foreign(now, &issuer)),
        hs256,
    ];
    let mut checks = Vec::new();
    for (id, token) in FORGED.into_iter().zip(tokens) {
        let Some(token) = token else {
            checks.push(Check::skip(id, "needs the public key: the network, or --jwks FILE"));
            continue;
        };
        let bearer = vec![("authorization", format!("Bearer {token}"))];
        let reply = ask(input, format!("{origin}{path}"), bearer, false).await;
        let status = reply.map_err(|no| no.failure(&origin))?.status;
        checks.push(match status {
            401 | 403 | 404 => Check::pass(id, format!("refused on {path} with {status}")),
            _ => Check::fail(id, format!("{path} answered {status} to a forged token"),
                "The path is not behind the gate: look at `run_worker_first` and at the routes of the Worker."),
        });
    }
    Ok(checks)
}

/// A path that nobody reaches without a session.
#[must_use]
pub fn guarded(rules: &Rules) -> String {
    let is_closed = |rule: &&Rule| {
        matches!(rule.requirement(), Requirement::SignedIn | Requirement::Condition(_))
            && !rule.has_params()
            && !rule.report_only()
            && rule.host().is_none()
            && rule.methods().is_empty()
    };
    let path = rules.iter().find(is_closed).map_or("/~clerk-edge-check", Rule::path_text);
    let path = path.strip_suffix("/*").unwrap_or(path);
    if path.is_empty() { "/~clerk-edge-check".to_owned() } else { path.to_owned() }
}

const FORGED: [&str; 4] =
    ["jwt-verify.unsigned", "jwt-verify.altered", "jwt-verify.foreign-key", "jwt-verify.hs256"];
/// What RS256 asks for.
const KEY_BITS_MIN: usize = 2_048;
