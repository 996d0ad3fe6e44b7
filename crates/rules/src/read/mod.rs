//! From text to rules. Reading goes on after each problem, so that all are reported at once.
//!
//! The JSON is walked by hand because a derived reader stops at the first fault and knows no
//! places. Unknown fields, empty lists and repeated words are problems.

pub mod access;
pub mod condition;
pub mod for_machines;
pub mod response;

use serde_json::error::Category;

use crate::accepted;
use crate::caller_kind::CallerKind;
use crate::check;
use crate::limits::RULES_MAX;
use crate::ordered_json::Json;
use crate::pattern::Pattern;
use crate::problem::Problem;
use crate::problem_place::{Place, Problems, did_you_mean, member};
use crate::redirect_circles;
use crate::rule::{Otherwise, Requirement, Rule, SignedOut};
use crate::rule_set::{Context, Rules};
use clerk_edge_http::host::is_exact;

impl Rules {
    /// Reads the JSON list of rules.
    ///
    /// # Errors
    /// Every problem there is, each with its place.
    pub fn read(json_text: &str, context: &Context) -> Result<Self, Vec<Problem>> {
        let rules = Self::of(rules(json_text, context)?, context);
        let mut problems = check::problems(&rules);
        if problems.is_empty() {
            problems = redirect_circles::problems(&rules, context.sign_in.as_deref());
        }
        if problems.is_empty() { Ok(rules) } else { Err(problems) }
    }
}

/// The rules of a JSON list, each understood by itself.
fn rules(json_text: &str, context: &Context) -> Result<Vec<Rule>, Vec<Problem>> {
    let json = serde_json::from_str::<Json>(json_text).map_err(|error| vec![no_json(&error)])?;
    let mut problems = Problems::default();
    let rules = list(&json, context, &mut problems).unwrap_or_default();
    if problems.list.is_empty() { Ok(rules) } else { Err(problems.list) }
}

fn no_json(error: &serde_json::Error) -> Problem {
    let what = match error.classify() {
        Category::Eof => "the JSON ends too early",
        _ => "is not valid JSON",
    };
    let message = format!("{what} (line {}, column {})", error.line(), error.column());
    Problem::new(Place::ROUTES.to_string(), message)
}

fn list(json: &Json, context: &Context, problems: &mut Problems) -> Option<Vec<Rule>> {
    let Json::List(items) = json else {
        return problems
            .note(&Place::ROUTES, format!("a list of rules is wanted here, not {}", json.kind()));
    };
    if items.len() > RULES_MAX {
        return problems.note(&Place::ROUTES, format!("more than {RULES_MAX} rules"));
    }
    let rules = items.iter().enumerate();
    Some(rules.filter_map(|(index, item)| rule(index, item, context, problems)).collect())
}

fn rule(index: usize, json: &Json, context: &Context, problems: &mut Problems) -> Option<Rule> {
    let place = &Place::ROUTES.index(index);
    let members = problems.table(json, place, &FIELDS)?;
    let written = member(members, "path").and_then(Json::text).unwrap_or_default();
    let names: Vec<&str> = written.split('/').filter_map(|s| s.strip_prefix(':')).collect();

    let mut fields = Fields { members, place, problems };
    let pattern = fields.required("path", |json, place, problems| {
        let text = problems.text(json, place)?;
        match Pattern::read(text, context.assets) {
            Ok(pattern) => Some(pattern),
            Err(why) => problems.note(place, why),
        }
    });
    let host = fields.read("host", None, host);
    let methods = fields.read("methods", Vec::new(), methods);
    let requirement = fields.read("allow", Requirement::SignedIn, |json, place, problems| {
        requirement(json, place, &names, problems)
    });
    let signed_out = fields.read("signed_out", SignedOut::SignIn, |json, place, problems| {
        response::signed_out(json, place, &names, problems)
    });
    let otherwise = fields.read("otherwise", Otherwise::default(), |json, place, problems| {
        response::otherwise(json, place, &names, problems)
    });
    let send = fields.read("send", None, |json, place, problems| {
        response::send(json, place, &names, problems).map(Some)
    });
    let lookup = fields.read("lookup", false, |json, place, problems| problems.truth(json, place));
    let report_only =
        fields.read("report_only", false, |json, place, problems| problems.truth(json, place));
    let activate = fields.read("activate", None, |json, place, problems| {
        response::activate(json, place, &names, problems).map(Some)
    });
    let audience = fields.read("audience", None, |json, place, problems| {
        for_machines::audience(json, place, problems).map(Some)
    });
    let forward_token =
        fields.read("forward_token", false, |json, place, problems| problems.truth(json, place));
    let requirement = requirement?;
    let accepts = accepted::accepted(&requirement);
    let machines = for_machines::read(&requirement, accepts, audience?, forward_token?);
    let rule = Rule {
        activate: activate?,
        accepts,
        machines,
        index: Some(index),
        pattern: pattern?,
        host: host?,
        methods: methods?,
        requirement,
        signed_out: signed_out?,
        otherwise: otherwise?,
        send: send?,
        lookup: lookup?,
        report_only: report_only?,
    };
    contradictions(&rule, place, problems);
    for_machines::contradictions(&rule, members, place, problems);
    Some(rule)
}

/// An open path does not ask who comes, so nothing can depend on it.
fn contradictions(rule: &Rule, place: &Place<'_>, problems: &mut Problems) {
    if rule.activate.is_some() {
        let for_members = !matches!(rule.requirement, Requirement::Anyone | Requirement::Optional);
        if !for_members || !rule.accepts.has(CallerKind::Session) {
            let message = "needs a session: `allow` must ask for one";
            problems.tell(&place.key("activate"), message);
        }
    }
    if !matches!(rule.requirement, Requirement::Anyone) {
        return;
    }
    for (key, there) in [("send", rule.send.is_some()), ("lookup", rule.lookup)] {
        if there {
            let message = "needs to know who asks: use `allow = \"optional\"`";
            problems.tell(&place.key(key), message);
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
}

impl Fields<'_> {
    /// A field with a default; nothing where it is there and no good.
    fn read<T>(
        &mut self,
        key: &str,
        default: T,
        read: impl FnOnce(&Json, &Place<'_>, &mut Problems) -> Option<T>,
    ) -> Option<T> {
        match member(self.members, key) {
            Some(json) => read(json, &self.place.key(key), self.problems),
            None => Some(default),
        }
    }

    /// A field without which there is no rule.
    fn required<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&Json, &Place<'_>, &mut Problems) -> Option<T>,
    ) -> Option<T> {
        match member(self.members, key) {
            Some(json) => read(json, &self.place.key(key), self.problems),
            None => self.problems.note(&self.place.key(key), "is required"),
        }
    }
}

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

fn methods(json: &Json, place: &Place<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    if !matches!(json, Json::List(_)) {
        return problems.note(place, format!("a list is wanted here, not {}", json.kind()));
    }
    let mut methods = problems.texts(json, place)?;
    let strange = methods.iter().enumerate().find(|(_, method)| {
        !method.bytes().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'-' | b'_'))
    });
    if let Some((at, method)) = strange {
        let hint = did_you_mean(method, &KNOWN_METHODS);
        return problems.note(&place.index(at), format!("a method is written in capitals{hint}"));
    }
    if methods.iter().any(|method| method == "HEAD") {
        if !methods.iter().any(|method| method == "GET") {
            return problems.note(place, "`HEAD` follows `GET`: write `GET`");
        }
        methods.retain(|method| method != "HEAD");
    }
    Some(methods)
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
                format!("`anyone`, `optional`, `signed-in` or a condition is wanted here{hint}"),
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
    "report_only",
    "activate",
    "audience",
    "forward_token",
];
const KNOWN_METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
