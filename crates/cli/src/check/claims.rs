//! `check custom-claims`: what the rules need, what the token has, and what its owner can write.

use clerk_edge_gate::settings::Settings;
use clerk_edge_rules::claim_path::ClaimPath;
use serde_json::Value;

use crate::check::{Check, Input, keys};
use crate::claims::needed::Needed;
use crate::claims::sample::Sample;
use crate::claims::shortcode::{self, Origin};
use crate::claims::variants;
use crate::config::find;
use crate::host::Host;
use crate::nearest::nearest;
use crate::online::backend::{Backend, USERS_A_PAGE};
use crate::report::Failure;
use crate::token;

/// All checks of the kind.
///
/// # Errors
/// Where the configuration is faulty, or a file cannot be read.
pub async fn checks<H: Host>(input: &Input<'_, '_, H>) -> Result<Vec<Check>, Failure> {
    let Ok(settings) = input.configuration.settings() else {
        return Ok(vec![Check::fail(
            "custom-claims.needed",
            "the configuration is faulty",
            "`clerk-edge check basic` names every problem.",
        )]);
    };
    let needed = Needed::of(&settings);
    let claims = keys::given(input)?.and_then(|text| token::decode(&text)).map(|it| it.claims);
    let mut checks = there(&needed, &settings, claims.as_ref());
    checks.push(size(&needed, &settings, claims.as_ref()));
    checks.push(owner(&needed));
    checks.push(session(input, &needed)?);
    checks.push(roles(input, &settings, &needed).await?);
    Ok(checks)
}

/// Each claim that the rules need: in the token, looked up, or missing.
fn there(needed: &Needed, settings: &Settings, claims: Option<&Value>) -> Vec<Check> {
    let id = "custom-claims.needed";
    let Some(claims) = claims else {
        let paths: Vec<&str> = needed.paths.keys().map(String::as_str).collect();
        return vec![Check::skip(
            id,
            format!("needs --token FILE; the rules read {}", paths.join(", ")),
        )];
    };
    let check = |(path, wanted): (&String, &Vec<Value>)| {
        let value = ClaimPath::parse(path).ok().and_then(|path| path.read_present(claims).cloned());
        match value {
            Some(Value::String(text)) if text.contains("{{") => Check::fail(
                id,
                format!("{path} holds the text of its template"),
                "Clerk does not know the name inside the braces: compare it with the person's metadata.",
            ),
            Some(value) if !fits(&value, wanted) => Check::fail(
                id,
                format!("{path} is of another type than the values that rules compare it with"),
                "`5` is not `\"5\"`: write the rule's value as the metadata have it.",
            ),
            Some(_) => Check::pass(id, format!("{path} is in the token")),
            None if settings.secret_key.is_some() => Check::warn(
                id,
                format!("{path} is not in the token and is looked up"),
                "Put it into the session token: `clerk-edge claims` prints what to paste.",
            ),
            None => Check::fail(
                id,
                format!("{path} is not in the token, and nothing can be looked up"),
                "Put it into the session token (`clerk-edge claims`), or set CLERK_SECRET_KEY.",
            ),
        }
    };
    needed.paths.iter().map(check).collect()
}

fn fits(value: &Value, wanted: &[Value]) -> bool {
    let same = |left: &Value, right: &Value| {
        left.is_string() == right.is_string() && left.is_boolean() == right.is_boolean()
    };
    let holds = |value: &Value| wanted.iter().any(|wanted| same(value, wanted));
    wanted.is_empty()
        || match value {
            Value::Array(items) => items.is_empty() || items.iter().any(holds),
            single => holds(single),
        }
}

fn size(needed: &Needed, settings: &Settings, claims: Option<&Value>) -> Check {
    let id = "custom-claims.size";
    let sample = Sample::usual(needed, &[]);
    let custom =
        claims.cloned().unwrap_or_else(|| variants::variant("needed", needed, &[], &[]).claims);
    let size = sample.size(&custom, needed, settings);
    let message = format!("{} of {} bytes", size.custom_claims_bytes, size.custom_claims_bytes_max);
    if size.custom_claims_bytes > size.custom_claims_bytes_max || size.bytes > size.bytes_max {
        return Check::fail(
            id,
            message,
            "Put single values into the token in place of whole metadata.",
        );
    }
    Check::pass(id, message)
}

/// Claims that their owner can write decide nothing.
fn owner(needed: &Needed) -> Check {
    let id = "custom-claims.owner";
    let own: Vec<&str> = needed
        .paths
        .keys()
        .filter(|path| matches!(shortcode::of(path), Origin::Forbidden(_)))
        .map(String::as_str)
        .collect();
    if own.is_empty() {
        return Check::pass(id, "no rule reads a claim that its owner can write");
    }
    Check::fail(
        id,
        format!("rules read {}", own.join(", ")),
        "Unsafe metadata can be written by their owner, and private ones never reach a token: use \
         public metadata.",
    )
}

/// What `clerk config pull --keys session` gave, against what is needed.
fn session<H: Host>(input: &Input<'_, '_, H>, needed: &Needed) -> Result<Check, Failure> {
    let id = "custom-claims.session";
    let Some(path) = input.arguments.value("session") else {
        return Ok(Check::skip(id, "needs --session FILE (`clerk config pull --keys session`)"));
    };
    let pulled: Value = serde_json::from_str(&find::text(input.host, path)?)
        .map_err(|_| Failure::input(path, "this is no JSON"))?;
    let claims = pulled.pointer("/session/claims").or_else(|| pulled.get("claims"));
    let claims = claims.cloned().unwrap_or_default();
    let missing: Vec<&str> = needed
        .paths
        .keys()
        .filter(|path| matches!(shortcode::of(path), Origin::Shortcode(_)))
        .filter(|path| !provides(&claims, path))
        .map(String::as_str)
        .collect();
    if missing.is_empty() {
        return Ok(Check::pass(id, "the session token's template has what the rules need"));
    }
    Ok(Check::fail(
        id,
        format!("the template lacks {}", missing.join(", ")),
        "`clerk-edge claims` prints what to paste.",
    ))
}

/// Whether a template fills a path: with a value there, or with a whole object above it.
fn provides(claims: &Value, path: &str) -> bool {
    let mut at = claims;
    for part in path.split('.') {
        if at.as_str().is_some_and(|text| text.ends_with("_metadata}}")) {
            return true;
        }
        match at.get(part) {
            Some(next) => at = next,
            None => return false,
        }
    }
    true
}

/// Roles in use that no rule names.
async fn roles<H: Host>(
    input: &Input<'_, '_, H>,
    settings: &Settings,
    needed: &Needed,
) -> Result<Check, Failure> {
    let id = "custom-claims.roles";
    if settings.secret_key.is_none() || input.arguments.has("offline") {
        return Ok(Check::skip(id, "needs CLERK_SECRET_KEY and the network"));
    }
    let backend = Backend::new(input.network, settings)?;
    let mut strange: Vec<String> = Vec::new();
    let mut offset = 0_usize;
    while offset < PEOPLE_MAX {
        let users = match backend.users(offset).await {
            Ok(users) => users,
            Err(error) => {
                return Ok(Check::fail(
                    id,
                    format!("Clerk's API: {}", error.why),
                    "`clerk-edge check refresh` looks at the secret key.",
                ));
            }
        };
        for user in &users {
            let metadata = user.get("public_metadata").cloned().unwrap_or_default();
            let role = settings
                .role_claims
                .iter()
                .find_map(|path| path.read_present_in_metadata(&metadata));
            let role = role.and_then(Value::as_str).unwrap_or_default().to_owned();
            if !role.is_empty() && !needed.roles.contains(&role) && !strange.contains(&role) {
                strange.push(role);
            }
        }
        offset = offset.saturating_add(users.len());
        if users.len() < USERS_A_PAGE {
            break;
        }
        input.host.err(&format!("{offset} people\n"));
    }
    if strange.is_empty() {
        return Ok(Check::pass(
            id,
            format!("every role in use is named by a rule ({offset} people)"),
        ));
    }
    let shown =
        strange.iter().map(|role| match nearest(role, needed.roles.iter().map(String::as_str)) {
            Some(meant) => format!("{role} (a slip for {meant}?)"),
            None => role.clone(),
        });
    Ok(Check::warn(
        id,
        format!("no rule names {}", shown.collect::<Vec<_>>().join(", ")),
        "`clerk-edge users set ID role=…` mends a person.",
    ))
}

/// How many people are looked at.
const PEOPLE_MAX: usize = 10_000;
