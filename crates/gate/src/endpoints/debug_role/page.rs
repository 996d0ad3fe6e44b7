//! The page in HTML: no script, nothing from elsewhere, everything variable escaped.
//!
//! The countdown is a number that the style sheet counts down; whoever wants no motion reads the
//! number that stood there when the page was made.

use crate::answer::page::styled;
use crate::answer::{Answer, escape};
use crate::endpoints::debug_role::style;
use crate::explain::Report;
use crate::explain::advice::Advice;
use crate::explain::path::{ConditionLine, ExplainedOutcome, PathExplanation};
use crate::explain::role::RolePlace;
use crate::explain::session::SessionReport;
use serde_json::Value;

/// The answer for people.
pub(super) fn answer(report: &Report<'_>) -> Answer {
    let body = styled(TITLE, style::STYLE, &main(report));
    Answer::new(report.http_status())
        .with_body("text/html; charset=utf-8", body)
        .with("content-security-policy", POLICY)
        .with("referrer-policy", "no-referrer")
}

fn main(report: &Report<'_>) -> String {
    let session = report.session.as_ref();
    [
        format!("<h1>{TITLE}</h1>"),
        state(report),
        advice(&report.advice),
        session.map(role).unwrap_or_default(),
        form(report.path.as_ref()),
        report.path.as_ref().map(path).unwrap_or_default(),
        session.map(token).unwrap_or_default(),
        session.map(claims).unwrap_or_default(),
        FOOT.to_owned(),
    ]
    .concat()
}

fn state(report: &Report<'_>) -> String {
    let reason = match &report.reason {
        Some(reason) => format!(" <code>{}</code>", escape(reason)),
        None => String::new(),
    };
    let who = report.session.as_ref().map(|it| {
        let id = it.session_id.unwrap_or("none");
        format!(
            "<dl><dt>User</dt><dd><code>{}</code></dd>\
             <dt>Session</dt><dd><code>{}</code></dd></dl>",
            escape(it.user_id),
            escape(id)
        )
    });
    format!(
        "<p><strong class=\"mark {status}\">{status}</strong>{reason}</p><p>{}</p>{}{}",
        report.explanation,
        paragraph(report.way_out),
        who.unwrap_or_default(),
        status = report.status,
    )
}

fn advice(advice: &[Advice]) -> String {
    if advice.is_empty() {
        return String::new();
    }
    let items: String = advice.iter().map(item).collect();
    format!("<section class=\"advice\"><h2>What helps</h2><ul>{items}</ul></section>")
}

fn item(advice: &Advice) -> String {
    let paste = advice.paste.as_deref().map(|text| format!("<pre>{}</pre>", escape(text)));
    format!("<li>{}{}</li>", escape(&advice.text), paste.unwrap_or_default())
}

fn role(session: &SessionReport<'_>) -> String {
    let names = &session.role.names;
    let found = if names.is_empty() {
        "No role was found.".to_owned()
    } else {
        let names: Vec<String> =
            names.iter().map(|it| format!("<code>{}</code>", escape(it))).collect();
        format!("The role is {}.", names.join(", "))
    };
    let rows: String = session.role.steps.iter().map(step).collect();
    format!(
        "<h2>Where the role comes from</h2><p>{found}</p><table><caption>Looked at in this order\
         </caption><thead><tr><th scope=\"col\">Place</th><th scope=\"col\">Found</th></tr></thead>\
         <tbody>{rows}</tbody></table>"
    )
}

fn step(step: &RolePlace) -> String {
    let value = step.value.as_ref().map(|it| format!("<code>{}</code> ", escape(&brief(it))));
    format!(
        "<tr{}><th scope=\"row\"><code>{}</code></th><td>{}{}</td></tr>",
        if step.hit { " class=\"hit\"" } else { "" },
        escape(&step.place),
        value.unwrap_or_default(),
        escape(&step.note),
    )
}

fn form(path: Option<&PathExplanation>) -> String {
    let value = path.map(|it| escape(&it.asked)).unwrap_or_default();
    format!(
        "<h2 id=\"try\">Try a path</h2><form action=\"/debug-role#try\" method=\"get\">\
         <label for=\"path\">Path on this site</label><input id=\"path\" name=\"path\" \
         value=\"{value}\" placeholder=\"/admin/users\" autocapitalize=\"none\" \
         autocomplete=\"off\" spellcheck=\"false\"><button>Show</button></form>"
    )
}

fn path(judged: &PathExplanation) -> String {
    let code = |text: &Option<String>, or: &str| match text {
        Some(text) => format!("<code>{}</code>", escape(text)),
        None => or.to_owned(),
    };
    let rule = match (&judged.rule_text, &judged.rule) {
        (None, Some(_)) => "none of ROUTES: a path without a rule needs a session".to_owned(),
        (text, _) => code(text, "none"),
    };
    let pages: Vec<String> =
        judged.pages.iter().map(|page| format!("<code>{}</code>", escape(page))).collect();
    let pages = match pages.is_empty() {
        true => String::new(),
        false => format!("<dt>File of</dt><dd>{}</dd>", pages.join(", ")),
    };
    format!(
        "<dl><dt>Judged as</dt><dd>{}</dd><dt>Rule</dt><dd>{rule}</dd>{pages}\
         <dt>As a page</dt><dd>{}</dd><dt>As anything else</dt><dd>{}</dd></dl>{}{}",
        code(&judged.canonical, "not at all: it can be read in more than one way"),
        end(&judged.outcome),
        end(&judged.outcome_unless_page),
        conditions(&judged.conditions),
        headers(judged),
    )
}

fn end(end: &ExplainedOutcome) -> String {
    let held_back = if end.report_only { REPORT_ONLY } else { "" };
    format!("<strong>{}</strong> {}{held_back}", end.action, escape(&end.words))
}

fn conditions(lines: &[ConditionLine]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let rows: String = lines.iter().map(condition).collect();
    format!(
        "<table><caption>Conditions</caption><thead><tr><th scope=\"col\">Asked</th>\
         <th scope=\"col\">Result</th></tr></thead><tbody>{rows}</tbody></table>"
    )
}

fn condition(line: &ConditionLine) -> String {
    format!(
        "<tr class=\"{result}\"><th scope=\"row\" style=\"--depth:{}\"><code>{}</code></th>\
         <td>{result}</td></tr>",
        line.depth,
        escape(&line.text),
        result = line.result,
    )
}

fn headers(judged: &PathExplanation) -> String {
    if judged.headers.is_empty() {
        return "<p>No headers would be sent upstream.</p>".to_owned();
    }
    let rows: String = judged.headers.iter().map(header).collect();
    format!(
        "{}<table><caption>Headers for the upstream</caption><thead><tr><th scope=\"col\">Name</th>\
         <th scope=\"col\">Value</th></tr></thead><tbody>{rows}</tbody></table>",
        paragraph(judged.headers_note.unwrap_or_default()),
    )
}

fn header((name, value): &(String, String)) -> String {
    let value = match name.as_str() {
        "x-clerk-claims" => format!("the claims below, base64url, {} bytes", value.len()),
        _ => format!("<code>{}</code>", escape(value)),
    };
    format!("<tr><th scope=\"row\"><code>{}</code></th><td>{value}</td></tr>", escape(name))
}

fn token(session: &SessionReport<'_>) -> String {
    let (seconds, size) = (session.expires_in_seconds, &session.token);
    let age = session.claims_age_seconds.map(|age| {
        format!("<p>Clerk read its claims {age} seconds before this page was made.</p>")
    });
    format!(
        "<h2>The token</h2><p>It ran for <span class=\"count\">{seconds}</span> more seconds when \
         this page was made.<span class=\"live\" aria-hidden=\"true\" style=\"--from:{seconds}\"> \
         Left now: </span></p>{}{}{}",
        age.unwrap_or_default(),
        bar("size", "Whole token, in its cookie", size.bytes, size.bytes_max),
        bar("custom", "Claims of your own", size.custom_claims_bytes, size.custom_claims_bytes_max),
    )
}

fn bar(id: &str, label: &str, bytes: usize, bytes_max: usize) -> String {
    let high = bytes_max.saturating_mul(9).div_euclid(10);
    let low = bytes_max.saturating_mul(7).div_euclid(10);
    format!(
        "<p class=\"bar\"><label for=\"{id}\">{label}: {bytes} of {bytes_max} bytes</label>\
         <meter id=\"{id}\" min=\"0\" max=\"{bytes_max}\" low=\"{low}\" high=\"{high}\" \
         optimum=\"0\" value=\"{bytes}\"></meter></p>"
    )
}

fn claims(session: &SessionReport<'_>) -> String {
    let text = serde_json::to_string_pretty(session.claims).unwrap_or_default();
    format!("<h2>Claims</h2><pre tabindex=\"0\" aria-label=\"Claims\">{}</pre>", escape(&text))
}

fn paragraph(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("<p>{text}</p>") }
}

/// A value in a table: the claims below have it whole.
fn brief(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(BRIEF_CHARS) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text,
    }
}

const TITLE: &str = "What the gate sees";
const REPORT_ONLY: &str = " The rule merely reports, so it goes on all the same.";
const BRIEF_CHARS: usize = 120;
const FOOT: &str = "<p class=\"small\">Shows your own session alone. DEBUG_ROLE turns this page \
    off. <a href=\"/.clerk-edge/access\">What you may reach</a> · \
    <a href=\"/.clerk-edge/health\">Health</a></p>";
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'self'; frame-ancestors 'none'";
