//! Health in HTML, for people. The data are those of the JSON.

use crate::answer::page::styled;
use crate::answer::{Answer, escape};
use crate::endpoints::health::HealthJson;

/// The page.
pub(super) fn answer(status: u16, health: &HealthJson<'_>) -> Answer {
    let title = format!("Health: {}", health.status);
    let main = [
        format!("<h1>{}</h1><p>{}</p>", escape(&title), sentence(health.status)),
        facts(health),
        list("Problems", health.problems.iter().map(|it| (it.place(), it.message()))),
        list("Notes", health.notes.unwrap_or_default().iter().map(|note| ("", note.as_str()))),
        "<p class=\"small\"><a href=\"/\">Home</a></p>".to_owned(),
    ];
    Answer::html(status, styled(&title, STYLE, &main.concat()))
}

fn sentence(status: &str) -> &'static str {
    match status {
        "ok" => "The gate works.",
        "misconfigured" => {
            "A setting is missing or wrong, so the gate is closed. Its log names every problem."
        }
        _ => {
            "No key of the Clerk instance can be had, so no session can be checked. The gate's log \
             says why."
        }
    }
}

fn facts(health: &HealthJson<'_>) -> String {
    let mut rows = vec![("Version", health.version.to_owned())];
    rows.extend(health.instance.map(|it| ("Instance", it.to_owned())));
    rows.extend(health.upstream.map(|it| ("Upstream", it.to_owned())));
    let rules = health.rules.as_ref();
    rows.extend(rules.map(|it| ("Rules", format!("{}, hash {}", it.count, it.hash))));
    rows.extend(health.keys.as_ref().map(|it| {
        let keys = format!("{} from {}, {} s old", it.count, it.source, it.age_seconds);
        ("Keys", keys)
    }));
    let lookups = health.lookups.as_ref();
    rows.extend(lookups.map(|it| ("Look-ups", format!("{}, {} failed", it.count, it.failures))));
    let rows = rows
        .into_iter()
        .map(|(name, value)| format!("<dt>{name}</dt><dd><code>{}</code></dd>", escape(&value)));
    format!("<dl>{}</dl>", rows.collect::<String>())
}

fn list<'a>(title: &str, entries: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let entries = entries.map(|(place, text)| {
        let place = match place {
            "" => String::new(),
            place => format!("<code>{}</code> ", escape(place)),
        };
        format!("<li>{place}{}</li>", escape(text))
    });
    let entries: String = entries.collect();
    if entries.is_empty() { entries } else { format!("<h2>{title}</h2><ul>{entries}</ul>") }
}

const STYLE: &str = "dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1rem;\
margin:1rem 0}dt{color:var(--s)}dd{margin:0}li{margin:.4rem 0}";
