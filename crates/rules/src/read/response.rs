//! Which texts say what becomes of a visitor: a status, a word or a redirect target.
//!
//! It refuses every status but the few that say the truth to a browser, a cache and a crawler.

use serde_json::Value;

use crate::ordered_json::Json;
use crate::problem_place::{Place, Problems, did_you_mean};
use crate::rule::{Activate, Otherwise, RedirectByRole, SignedOut};
use crate::target::Target;

/// Reads `signed_out`.
pub(super) fn signed_out(
    json: &Json,
    place: &Place<'_>,
    names: &[&str],
    problems: &mut Problems,
) -> Option<SignedOut> {
    match json {
        Json::Single(Value::Number(_)) => {
            status(json, place, [401, 404], problems).map(SignedOut::Status)
        }
        other => match problems.text(other, place)? {
            "sign-in" => Some(SignedOut::SignIn),
            text => target(text, place, names, &["sign-in"], problems).map(SignedOut::Redirect),
        },
    }
}

/// Reads `otherwise`.
pub(super) fn otherwise(
    json: &Json,
    place: &Place<'_>,
    names: &[&str],
    problems: &mut Problems,
) -> Option<Otherwise> {
    match json {
        Json::Single(Value::Number(_)) => {
            status(json, place, [403, 404], problems).map(Otherwise::Status)
        }
        other => {
            let text = problems.text(other, place)?;
            target(text, place, names, &[], problems).map(Otherwise::Redirect)
        }
    }
}

/// Reads `send`.
pub(super) fn send(
    json: &Json,
    place: &Place<'_>,
    names: &[&str],
    problems: &mut Problems,
) -> Option<RedirectByRole> {
    let members = problems.table(json, place, &[])?;
    if members.is_empty() {
        return problems.note(place, "is empty: name a role or `\"*\"`, or leave `send` out");
    }
    let (mut by_role, mut rest) = (Vec::new(), None);
    for (role, json) in members {
        let place = &place.key(role);
        let text = problems.text(json, place);
        let target = text.and_then(|text| target(text, place, names, &[], problems));
        match (role.as_str(), target) {
            (_, None) => {}
            ("*", target) => rest = target,
            (role, Some(target)) => by_role.push((role.to_owned(), target)),
        }
    }
    let all = by_role.len().saturating_add(usize::from(rest.is_some())) == members.len();
    all.then(|| RedirectByRole::new(by_role, rest))
}

/// Reads `activate`.
pub(super) fn activate(
    json: &Json,
    place: &Place<'_>,
    names: &[&str],
    problems: &mut Problems,
) -> Option<Activate> {
    let text = problems.text(json, place)?;
    match text.strip_prefix(':') {
        Some(name) if names.contains(&name) => Some(Activate::Captured(name.to_owned())),
        Some(name) => {
            let hint = did_you_mean(name, names);
            problems.note(place, format!("the rule's path has no `:{name}`{hint}"))
        }
        None if text == "personal" => Some(Activate::Personal),
        None => problems.note(place, "it is a name of the path, such as `:org`, or `personal`"),
    }
}

fn status(json: &Json, place: &Place<'_>, known: [u16; 2], problems: &mut Problems) -> Option<u16> {
    let Json::Single(number) = json else { return None };
    let given = number.as_u64();
    known.into_iter().find(|status| given == Some(u64::from(*status))).or_else(|| {
        let [one, other] = known;
        problems.note(place, format!("the status here is {one} or {other}"))
    })
}

fn target(
    text: &str,
    place: &Place<'_>,
    names: &[&str],
    words: &[&str],
    problems: &mut Problems,
) -> Option<Target> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return problems.note(place, "a status is a number, without quotes");
    }
    match Target::read(text, names) {
        Ok(target) => Some(target),
        Err(why) => problems.note(place, format!("{why}{}", did_you_mean(text, words))),
    }
}
