//! Netlify's `_redirects`: lines with `Role=` are guards, in the order of the file.
//!
//! There the first line that fits counts, and a line with a role fits only people who have it.
//! Here the most specific rule counts, so a path that an earlier line closes stays closed.

use serde_json::{Map, Value, json};

use crate::import::Fate;
use crate::import::draft::{Draft, allow, is_path, nobody};
use crate::import::patterns::Pattern;

/// A line that was understood as far as it goes.
struct Entry<'t> {
    number: usize,
    text: &'t str,
    host: Option<String>,
    /// The path as a rule writes it; none where none can be made.
    path: Option<String>,
    from: String,
    to: Option<&'t str>,
    status: u16,
    roles: Vec<String>,
    /// Conditions that no rule can ask.
    strange: Vec<&'t str>,
}

/// Reads the file.
#[must_use]
pub fn import(text: &str) -> Draft {
    let mut draft = Draft::default();
    draft.set("/*", None, allow(json!("anyone")));
    draft.remarks.push("The source is open by default, so `/*` is for anyone.".to_owned());
    let mut before: Vec<(Pattern, Option<String>)> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let number = at.saturating_add(1);
        let content = line.split(" #").next().unwrap_or_default().trim();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        match entry(number, content) {
            Some(entry) => take(&entry, &mut draft, &mut before),
            None => {
                draft.close("/*", None);
                draft.note(
                    number,
                    line,
                    Fate::NotCarriedOver,
                    "the line is not understood, so everything is kept for the role nobody-yet",
                );
            }
        }
    }
    draft
}

fn entry(number: usize, text: &str) -> Option<Entry<'_>> {
    let mut words = text.split_whitespace();
    let from = words.next()?;
    let (host, from) = match from.split_once("://") {
        Some((_, rest)) => {
            let (host, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len()))?;
            (Some(host.to_ascii_lowercase()), path)
        }
        None => (None, from),
    };
    from.starts_with('/').then_some(())?;
    let mut entry = Entry {
        number,
        text,
        host,
        path: path(from),
        from: from.to_owned(),
        to: None,
        status: 301,
        roles: Vec::new(),
        strange: Vec::new(),
    };
    for word in words {
        let status = word.trim_end_matches('!').parse::<u16>().ok();
        match (word.split_once('='), status) {
            (Some((name, list)), _) if name.eq_ignore_ascii_case("role") => {
                entry.roles.extend(list.split(',').filter(|it| !it.is_empty()).map(str::to_owned));
            }
            (_, Some(status)) => entry.status = status,
            _ if word.starts_with('/') || word.starts_with("http") => entry.to = Some(word),
            _ => entry.strange.push(word),
        }
    }
    Some(entry)
}

/// `/a/*` and `/a/:b` as they are; `/a/b*` has no rule.
fn path(from: &str) -> Option<String> {
    let from = from.split('?').next()?;
    let from = if from.len() > 1 { from.trim_end_matches('/') } else { from };
    is_path(from).then(|| from.to_owned())
}

fn take(entry: &Entry<'_>, draft: &mut Draft, before: &mut Vec<(Pattern, Option<String>)>) {
    let host = entry.host.as_deref();
    let Some(path) = &entry.path else {
        draft.close(&entry.from, host);
        return draft.note(entry.number, entry.text, Fate::NotCarriedOver,
            "the path cannot be written as a rule; what is above it is kept for the role nobody-yet");
    };
    let pattern = Pattern::of(path);
    let is_closed_before = before
        .iter()
        .any(|(earlier, at)| earlier.overlaps(&pattern) && (at.is_none() || *at == entry.host));
    if entry.roles.is_empty() {
        return without_role(entry, path, pattern, is_closed_before, draft, before);
    }
    if !entry.strange.is_empty() || is_closed_before || !matches!(entry.status, 200..=299) {
        draft.close(path, host);
        let why = match (is_closed_before, entry.strange.as_slice()) {
            (true, _) => "an earlier line closes this path for everybody".to_owned(),
            (_, []) => format!("a status of {} for a role is no guard", entry.status),
            (_, strange) => format!("no rule can ask {}", strange.join(" ")),
        };
        return draft.note(
            entry.number,
            entry.text,
            Fate::NotCarriedOver,
            format!("{why}, so {path} is kept for the role nobody-yet"),
        );
    }
    let mut roles = roles_of(draft.get(path, host));
    roles.extend(
        entry.roles.iter().filter(|role| !roles.contains(role)).cloned().collect::<Vec<_>>(),
    );
    draft.set(path, host, allow(json!({ "role": roles })));
    let is_rewrite = entry.to.is_some_and(|to| to.replace(":splat", "*") != *path);
    match is_rewrite {
        true => draft.note(
            entry.number,
            entry.text,
            Fate::Changed,
            "the role is asked for; the rewrite stays with `_redirects` of the assets",
        ),
        false => draft.note(entry.number, entry.text, Fate::CarriedOver, ""),
    }
}

/// The roles that earlier lines let in on the very same path.
fn roles_of(rule: Option<&Map<String, Value>>) -> Vec<String> {
    let roles = rule.and_then(|it| it.get("allow")?.get("role")?.as_array());
    roles.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Behind lines with roles on the same path such a line says what becomes of all others; elsewhere
/// it closes the path, or it is an ordinary redirect.
fn without_role(
    entry: &Entry<'_>,
    path: &str,
    pattern: Pattern,
    is_closed_before: bool,
    draft: &mut Draft,
    before: &mut Vec<(Pattern, Option<String>)>,
) {
    let host = entry.host.as_deref();
    let fallback = draft.get(path, host).filter(|rule| !roles_of(Some(rule)).is_empty()).cloned();
    if let (Some(mut rule), false) = (fallback, is_closed_before) {
        rule.extend(answers(entry));
        draft.set(path, host, rule);
        before.push((pattern, entry.host.clone()));
        return draft.note(entry.number, entry.text, Fate::CarriedOver, "");
    }
    if matches!(entry.status, 400..=599) || !entry.strange.is_empty() && entry.status >= 400 {
        before.push((pattern, entry.host.clone()));
        let mut rule = nobody();
        rule.extend(answers(entry));
        draft.set(path, host, rule);
        return draft.note(
            entry.number,
            entry.text,
            Fate::Changed,
            format!("the line closes {path} for everybody: it is kept for the role nobody-yet"),
        );
    }
    if matches!(entry.status, 300..=399) {
        // Whoever is sent elsewhere does not get in, so a later line must not let them.
        before.push((pattern, entry.host.clone()));
    }
    draft.note(
        entry.number,
        entry.text,
        Fate::NotCarriedOver,
        "an ordinary redirect or rewrite: it stays with `_redirects` of the assets",
    );
}

/// What becomes of those who lack the role.
fn answers(entry: &Entry<'_>) -> Map<String, Value> {
    let target = entry.to.filter(|to| !to.contains([':', '*']) && to.starts_with('/'));
    let (signed_out, otherwise) = match (entry.status, target) {
        (300..=399 | 401, Some(to)) => (json!(to), json!(to)),
        (404, _) => (json!(404), json!(404)),
        (401, None) => (json!(401), json!(403)),
        _ => (json!(401), json!(403)),
    };
    let mut rule = Map::new();
    rule.insert("signed_out".to_owned(), signed_out);
    rule.insert("otherwise".to_owned(), otherwise);
    rule
}
