//! `import`: rules from Netlify's `_redirects` and from Clerk's `createRouteMatcher`, never looser
//! than their source.
//!
//! What is not understood is kept for the role `nobody-yet`. Source code is read, never run.

pub mod clerk;
pub mod draft;
pub mod ecmascript;
pub mod middleware;
pub mod netlify;
pub mod patterns;
pub mod protect;

use std::fmt::Write;

use clerk_edge_rules::rule_set::{Context, Rules};
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::config::find;
use crate::host::Host;
use crate::import::draft::Draft;
use crate::look::{Ink, Look};
use crate::report::{Exit, Failure, Report};

/// What became of a line of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It means the same.
    CarriedOver,
    /// It means something else now.
    Changed,
    /// It is not there any more.
    NotCarriedOver,
}

impl Fate {
    /// The words in the result.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CarriedOver => "carried over",
            Self::Changed => "changed",
            Self::NotCarriedOver => "not carried over",
        }
    }
}

/// A line of the source with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub line: usize,
    /// The text.
    pub source: String,
    /// What became of it.
    pub fate: Fate,
    /// How or why.
    pub why: String,
}

/// Runs the command.
///
/// # Errors
/// Where the file cannot be read or is of no such kind.
pub fn command<H: Host>(host: &H, arguments: &Arguments, look: Look) -> Result<Report, Failure> {
    let [kind, path] = arguments.operands() else {
        return Err(arguments.wrong("say from what and which file: `import netlify _redirects`"));
    };
    let format = arguments.word("format", &["jsonc", "toml"])?;
    let draft = match kind.as_str() {
        "netlify" => netlify::import(&find::text(host, path)?),
        "clerk" => clerk::import(path, &find::text(host, path)?)?,
        other => {
            let hint = crate::nearest::nearest(other, ["netlify", "clerk"])
                .map_or_else(String::new, |hint| format!(": did you mean `{hint}`?"));
            return Err(arguments.wrong(format!("there is no importer for `{other}`{hint}")));
        }
    };
    let rules = draft.rules();
    // The gate must accept what is printed.
    if let Err(problems) = Rules::read(&json!(rules).to_string(), &Context::default()) {
        let why: Vec<String> = problems.iter().map(ToString::to_string).collect();
        return Err(Failure::input(path, format!("no rules could be made: {}", why.join("; "))));
    }
    let is_exact = draft.lines.iter().all(|line| line.fate == Fate::CarriedOver);
    Ok(Report {
        result: json!({ "settings": { "ROUTES": rules }, "lines": lines(&draft) }),
        out: if format == "toml" { toml(&rules) } else { jsonc(&rules) },
        notes: notes(&draft, look),
        exit: if is_exact { Exit::Done } else { Exit::No },
        ..Report::default()
    })
}

fn lines(draft: &Draft) -> Value {
    let line = |line: &Line| {
        json!({
            "line": line.line, "source": line.source, "fate": line.fate.as_str(), "why": line.why,
        })
    };
    draft.lines.iter().map(line).collect()
}

fn notes(draft: &Draft, look: Look) -> String {
    let mut out = String::new();
    for remark in &draft.remarks {
        out.push_str(&look.wrap(remark, ""));
    }
    for line in &draft.lines {
        let ink = match line.fate {
            Fate::CarriedOver => Ink::Good,
            Fate::Changed => Ink::Warning,
            Fate::NotCarriedOver => Ink::Bad,
        };
        let fate = look.ink(ink, &format!("{:<16}", line.fate.as_str()));
        let _ = writeln!(out, "{:>4}  {fate}  {}", line.line, line.source);
        if !line.why.is_empty() {
            out.push_str(&look.wrap(&line.why, "        "));
        }
    }
    out
}

fn jsonc(rules: &[Value]) -> String {
    let lines: Vec<String> = rules.iter().map(|rule| format!("  {rule}")).collect();
    format!("\"ROUTES\": [\n{}\n]\n", lines.join(",\n"))
}

fn toml(rules: &[Value]) -> String {
    let lines: Vec<String> = rules.iter().map(|rule| format!("  {},", toml_value(rule))).collect();
    format!("ROUTES = [\n{}\n]\n", lines.join("\n"))
}

/// JSON texts are TOML texts too; tables are written on one line.
fn toml_value(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let is_bare = name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
                let name =
                    if is_bare { name.clone() } else { Value::from(name.as_str()).to_string() };
                format!("{name} = {}", toml_value(value))
            };
            format!("{{ {} }}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(toml_value).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}
