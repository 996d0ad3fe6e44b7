//! From text to rules. Reading goes on after each problem, so that all are reported at once.
//!
//! The JSON is walked by hand because a derived reader stops at the first fault and knows no
//! places. Unknown fields, empty lists and repeated words are problems.

pub mod access;
pub mod condition;
pub mod named;
pub mod response;

use serde_json::Value;
use serde_json::error::Category;

use crate::check;
use crate::inline_toml;
use crate::limits::{FRESH_SECONDS_MAX, RULES_MAX};
use crate::ordered_json::Json;
use crate::pattern::Pattern;
use crate::plain_rules;
use crate::problem::Problem;
use crate::problem_place::{Place, Problems, member};
use crate::redirect_circles;
use crate::rule::{Requirement, Rule};
use crate::rule_set::{Context, Rules};
use crate::spelling::did_you_mean;
use clerk_edge_http::host::is_exact;

impl Rules {
    /// Reads the JSON list of rules.
    ///
    /// # Errors
    /// Every problem there is, each with its place.
    pub fn read(json_text: &str, context: &Context) -> Result<Self, Vec<Problem>> {
        let rules = Self::of(rules(json_text, context)?, context);
        let sign_in = context.sign_in.as_deref();
        if plain_rules::pass(&rules, sign_in) {
            return Ok(rules);
        }
        let problems = search(&rules, sign_in);
        if problems.is_empty() { Ok(rules) } else { Err(problems) }
    }
}

/// What is wrong with the whole set.
#[cold]
#[inline(never)]
fn search(rules: &Rules, sign_in: Option<&str>) -> Vec<Problem> {
    let problems = check::problems(rules);
    if problems.is_empty() { redirect_circles::problems(rules, sign_in) } else { problems }
}

/// The rules of a JSON list, each understood by itself.
pub(crate) fn rules(json_text: &str, context: &Context) -> Result<Vec<Rule>, Vec<Problem>> {
    let json = serde_json::from_str::<Json>(json_text)
        .map_err(|error| vec![no_json(&error, json_text)])?;
    let mut problems = Problems::default();
    let rules = list(&json, context, &mut problems).unwrap_or_default();
    if problems.list.is_empty() { Ok(rules) } else { Err(problems.list) }
}

#[cold]
#[inline(never)]
fn no_json(error: &serde_json::Error, text: &str) -> Problem {
    if let Some(json) = inline_toml::to_json(text) {
        let message = format!("a text must be JSON, and this is TOML. Write: {json}");
        return Problem::new(Place::ROUTES.to_string(), message);
    }
    let what = match error.classify() {
        Category::Eof => "the JSON ends too early",
        _ => "is not valid JSON",
    };
    let message = format!("{what} (line {}, column {})", error.line(), error.column());
    Problem::new(Place::ROUTES.to_string(), message)
}

fn list(json: &Json, context: &Context, problems: &mut Problems) -> Option<Vec<Rule>> {
    let Json::List(items) = json else {
        return problems.note(
            &Place::ROUTES,
            format_args!("a list of rules is wanted here, not {}", json.kind()),
        );
    };
    if items.len() > RULES_MAX {
        return problems.note(&Place::ROUTES, format_args!("more than {RULES_MAX} rules"));
    }
    let rules = items.iter().enumerate();
    Some(rules.filter_map(|(index, item)| rule(index, item, context, problems)).collect())
}

fn rule(index: usize, json: &Json, context: &Context, problems: &mut Problems) -> Option<Rule> {
    let place = &Place::ROUTES.index(index);
    let before = problems.list.len();
    let members = problems.table(json, place, &FIELDS)?;
    misplaced(members, place, problems, before);
    let written = member(members, "path").and_then(Json::text).unwrap_or_default();
    let names: Vec<&str> = written.split('/').filter_map(|s| s.strip_prefix(':')).collect();

    let mut rule = Rule { index: Some(index), ..Rule::default() };
    let mut fields = Fields { members, place, problems, is_complete: true };
    fields.required("path");
    fields.read("path", &mut rule.pattern, |json, place, problems| {
        let text = problems.text(json, place)?;
        match Pattern::read(text, context.assets) {
            Ok(pattern) => Some(pattern),
            Err(why) => problems.note(place, why),
        }
    });
    fields.read("host", &mut rule.host, host);
    fields.read("methods", &mut rule.methods, methods);
    fields.read("allow", &mut rule.requirement, |json, place, problems| {
        requirement(json, place, &names, problems)
    });
    fields.read("signed_out", &mut rule.signed_out, |json, place, problems| {
        response::signed_out(json, place, &names, problems)
    });
    fields.read("otherwise", &mut rule.otherwise, |json, place, problems| {
        response::otherwise(json, place, &names, problems)
    });
    fields.read("fresh", &mut rule.fresh, fresh);
    fields.read("send", &mut rule.send, |json, place, problems| {
        response::send(json, place, &names, problems).map(Some)
    });
    for (name, field) in [("lookup", &mut rule.lookup), ("report_only", &mut rule.report_only)] {
        fields.read(name, field, |json, place, problems| problems.truth(json, place));
    }
    fields.read("cache", &mut rule.is_shared, shared);
    let mut uses_site_map = true;
    fields
        .read("site_map", &mut uses_site_map, |json, place, problems| problems.truth(json, place));
    if !fields.is_complete {
        return None;
    }
    rule.without_site_map = !uses_site_map;
    contradictions(&rule, place, problems);
    Some(rule)
}

/// A condition that stands beside `allow` belongs inside.
fn misplaced(
    members: &[(String, Json)],
    place: &Place<'_>,
    problems: &mut Problems,
    before: usize,
) {
    for (key, _) in members.iter().filter(|(key, _)| condition::KEYS.contains(&key.as_str())) {
        let its_place = place.key(key).to_string();
        let told = problems.list.iter_mut().skip(before).find(|told| told.place == its_place);
        if let Some(told) = told {
            told.message =
                format!("a condition stands inside `allow`: write `allow = {{ {key} = … }}`");
        }
    }
}

/// An open path does not ask who comes, so nothing can depend on it.
fn contradictions(rule: &Rule, place: &Place<'_>, problems: &mut Problems) {
    if !matches!(rule.requirement, Requirement::Anyone) {
        return;
    }
    let needs_caller = [
        ("send", rule.send.is_some()),
        ("lookup", rule.lookup),
        ("fresh", rule.fresh.is_some()),
        ("cache", rule.is_shared),
    ];
    for (key, there) in needs_caller {
        if there {
            let message = "needs to know who asks: use `allow = \"optional\"`";
            problems.tell(&place.key(key), message);
        }
    }
}

fn shared(json: &Json, place: &Place<'_>, problems: &mut Problems) -> Option<bool> {
    match problems.text(json, place)? {
        "shared" => Some(true),
        other => {
            let hint = did_you_mean(other, &["shared"]);
            problems.note(place, format!("`shared` is wanted here, or leave it out{hint}"))
        }
    }
}

/// A rule's host, which may be none.
type Host = Option<String>;

/// The members of one rule, read one after the other.
struct Fields<'a> {
    members: &'a [(String, Json)],
    place: &'a Place<'a>,
    problems: &'a mut Problems,
    /// Whether each field so far could be read.
    is_complete: bool,
}

impl Fields<'_> {
    /// Reads a field, if it is there; it keeps its default where it cannot be read.
    fn read<T>(
        &mut self,
        key: &str,
        field: &mut T,
        read: impl FnOnce(&Json, &Place<'_>, &mut Problems) -> Option<T>,
    ) {
        let Some(json) = member(self.members, key) else { return };
        match read(json, &self.place.key(key), self.problems) {
            Some(value) => *field = value,
            None => self.is_complete = false,
        }
    }

    /// Adds a problem where a field is not there.
    fn required(&mut self, key: &str) {
        if member(self.members, key).is_none() {
            self.problems.tell(&self.place.key(key), "is required");
            self.is_complete = false;
        }
    }
}

#[inline(never)]
fn host(json: &Json, place: &Place<'_>, problems: &mut Problems) -> Option<Host> {
    let text = problems.text(json, place)?;
    let name = text.strip_suffix('.').unwrap_or(text);
    if !is_exact(name) {
        return problems.note(
            place,
            "must be one host name without scheme and port; an international name in its \
             `xn--` form",
        );
    }
    Some(Some(name.to_ascii_lowercase()))
}

#[inline(never)]
fn methods(json: &Json, place: &Place<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    if !matches!(json, Json::List(_)) {
        return problems.note(place, format_args!("a list is wanted here, not {}", json.kind()));
    }
    let mut methods = problems.texts(json, place)?;
    let strange = methods.iter().enumerate().find(|(_, method)| {
        !method.bytes().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_'))
    });
    if let Some((at, method)) = strange {
        let hint = did_you_mean(method, &KNOWN_METHODS);
        return problems
            .note(&place.index(at), format_args!("a method is written in capitals{hint}"));
    }
    if methods.iter().any(|method| method == "HEAD") {
        if !methods.iter().any(|method| method == "GET") {
            return problems.note(place, "`HEAD` follows `GET`: write `GET`");
        }
        methods.retain(|method| method != "HEAD");
    }
    Some(methods)
}

/// A number of seconds, which may be absent.
type Seconds = Option<u32>;

fn fresh(json: &Json, place: &Place<'_>, problems: &mut Problems) -> Option<Seconds> {
    let seconds = match json {
        Json::Single(Value::Number(number)) => number.as_u64(),
        _ => None,
    };
    match seconds.and_then(|seconds| u32::try_from(seconds).ok()) {
        Some(seconds) if seconds <= FRESH_SECONDS_MAX => Some(Some(seconds)),
        _ => problems.note(
            place,
            format_args!("must be a whole number of seconds from 0 to {FRESH_SECONDS_MAX}"),
        ),
    }
}

fn requirement(
    json: &Json,
    place: &Place<'_>,
    names: &[&str],
    problems: &mut Problems,
) -> Option<Requirement> {
    if let Json::Table(_) = json {
        return condition::read(json, place, names, problems).map(Requirement::Condition);
    }
    match problems.text(json, place)? {
        "anyone" => Some(Requirement::Anyone),
        "optional" => Some(Requirement::Optional),
        "signed-in" => Some(Requirement::SignedIn),
        other => {
            let words = ["anyone", "optional", "signed-in"];
            let hint = did_you_mean(other, &words);
            problems.note(
                place,
                format_args!(
                    "`anyone`, `optional`, `signed-in` or a condition is wanted here{hint}"
                ),
            )
        }
    }
}

/// The fields of a rule.
pub const FIELDS: [&str; 12] = [
    "path",
    "host",
    "methods",
    "allow",
    "signed_out",
    "otherwise",
    "send",
    "lookup",
    "fresh",
    "report_only",
    "site_map",
    "cache",
];
const KNOWN_METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
