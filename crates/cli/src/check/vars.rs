//! Vars: misspelt names, values that are too large, placeholders, secrets.

use clerk_edge_gate::settings::bindings::NAMES;

use crate::check::Check;
use crate::config::load::Configuration;
use crate::config::tree::Node;
use crate::nearest::nearest;
use crate::schema::vars::is_no_var;
use crate::secrets::looks_secret;

/// All checks of vars.
#[must_use]
pub fn checks(configuration: &Configuration) -> Vec<Check> {
    let mut checks = misspelt(configuration);
    checks.extend(values(configuration));
    checks
}

fn misspelt(configuration: &Configuration) -> Vec<Check> {
    let id = "basic.misspelt";
    let in_files = configuration.dev_vars.iter().flat_map(|file| file.names());
    let vars = configuration.wrangler.as_ref().into_iter().flat_map(|it| it.var_names());
    let slips = vars.chain(in_files).filter_map(|name| {
        let (message, remedy) = slip(name)?;
        let place = configuration.locate_text(name, "");
        let line = place.excerpt.map(|it| format!(" (line {})", it.line)).unwrap_or_default();
        Some(Check::fail(id, format!("{message}{line}"), remedy))
    });
    let slips: Vec<Check> = slips.collect();
    if slips.is_empty() {
        return vec![Check::pass(id, "no name of a setting is misspelt")];
    }
    slips
}

/// What is wrong with a name, and what helps.
fn slip(name: &str) -> Option<(String, String)> {
    if NAMES.contains(&name) && !is_no_var(name) || SDK_NAMES.contains(&name) {
        return None;
    }
    if is_no_var(name) {
        let message = format!("{name} is a var, and a binding is wanted");
        return Some((message, "Bind it in the wrangler file, and take the var out.".to_owned()));
    }
    let meant = nearest(name, NAMES).filter(|_| name.len() >= SLIP_CHARS_MIN);
    match meant {
        Some(meant) => Some((
            format!("{name} is no setting"),
            format!("Did you mean {meant}? As it stands it does nothing."),
        )),
        None if name.starts_with("CLERK_") && !crate::schema::vars::var(name).is_some() => Some((
            format!("{name} is neither a setting of the gate nor one of Clerk's"),
            "Take it out, or compare its name with the documentation.".to_owned(),
        )),
        None => None,
    }
}

fn values(configuration: &Configuration) -> Vec<Check> {
    let (mut large, mut placeholders, mut secrets) = (Vec::new(), Vec::new(), Vec::new());
    let members = configuration.wrangler.as_ref().and_then(|it| it.own("vars"));
    for member in members.map_or(&[][..], Node::members) {
        let text = member.value.text().map_or_else(|| member.value.to_text(), str::to_owned);
        if text.len() > VAR_BYTES_MAX {
            large.push(format!("{} ({} bytes)", member.key, text.len()));
        }
        if is_placeholder(&text) {
            placeholders.push(member.key.clone());
        }
        if looks_secret(&text) {
            secrets.push(member.key.clone());
        }
    }
    for file in &configuration.dev_vars {
        let is_open = |name: &&str| file.get(name).is_some_and(is_placeholder);
        placeholders
            .extend(file.names().filter(is_open).map(|it| format!("{it} in {}", file.name)));
    }
    vec![
        of(
            large,
            "basic.var-size",
            "no var is above 5 kB",
            "Cloudflare keeps at most 5 kB in a var",
            "Put the rules into a file and hand them over in code: `gate({ ROUTES })`.",
        ),
        of(
            placeholders,
            "basic.placeholder",
            "no value is a placeholder",
            "placeholders stand in",
            "Fill them in: Clerk Dashboard, API keys.",
        ),
        of(
            secrets,
            "basic.secret-in-vars",
            "no var holds a secret",
            "secrets stand among the vars",
            "Vars can be read by everybody who sees the file: use `wrangler secret put`, and replace \
             the secret in the Clerk dashboard.",
        ),
    ]
}

fn of(found: Vec<String>, id: &'static str, good: &str, bad: &str, remedy: &str) -> Check {
    if found.is_empty() {
        return Check::pass(id, good);
    }
    Check::fail(id, format!("{bad}: {}", found.join(", ")), remedy)
}

/// What templates and documentation write where a value belongs.
fn is_placeholder(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let key = text.strip_prefix("pk_test_").or_else(|| text.strip_prefix("pk_live_"));
    let secret = text.strip_prefix("sk_test_").or_else(|| text.strip_prefix("sk_live_"));
    let is_open = |rest: &str| {
        rest.is_empty()
            || rest.chars().all(|it| !it.is_ascii_alphanumeric() || it == 'x' || it == 'X')
    };
    key.is_some_and(is_open)
        || secret.is_some_and(is_open)
        || text.starts_with('<') && text.ends_with('>')
        || ["your_", "your-", "replace_", "replace-", "changeme", "todo"]
            .iter()
            .any(|word| lower.starts_with(word))
}

/// Names of Clerk's SDKs that the gate does not read.
const SDK_NAMES: [&str; 12] = [
    "CLERK_AFTER_SIGN_IN_URL",
    "CLERK_AFTER_SIGN_UP_URL",
    "CLERK_API_KEY",
    "CLERK_API_VERSION",
    "CLERK_ENCRYPTION_KEY",
    "CLERK_FAPI",
    "CLERK_JS_URL",
    "CLERK_JS_VERSION",
    "CLERK_SIGN_IN_FALLBACK_REDIRECT_URL",
    "CLERK_SIGN_UP_FALLBACK_REDIRECT_URL",
    "CLERK_TELEMETRY_DEBUG",
    "CLERK_TELEMETRY_DISABLED",
];
/// What Cloudflare keeps in a var.
const VAR_BYTES_MAX: usize = 5_120;
/// Shorter names are no slips.
const SLIP_CHARS_MIN: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_and_other_names_are_left_alone() {
        for name in ["CLERK_PUBLISHABEL_KEY", "ROLE_CLAIM", "CLERK_CACHE", "CLERK_SOMETHING"] {
            assert!(slip(name).is_some(), "{name}");
        }
        for name in ["ROUTES", "CLERK_TELEMETRY_DISABLED", "MY_VAR", "LOGO", "ROUTE"] {
            assert!(slip(name).is_none(), "{name}");
        }
    }

    #[test]
    fn placeholders() {
        for text in [
            "pk_test_",
            "sk_test_xxxxxxxx",
            "pk_test_...",
            "<your key>",
            "your_key_here",
            "CHANGEME",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in ["pk_test_ZXhhbXBsZQ", "all", "", "https://example.com"] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
