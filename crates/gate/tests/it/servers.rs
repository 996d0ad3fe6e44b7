//! How real servers read hostile paths and names of headers, against what the gate makes of them.
//!
//! The record, `vectors/servers.json`, is made by `tests/servers/record.mjs`, which says what its
//! fields mean. What counts is the form that the gate sends on: a spelling that it changes on the
//! way is judged by the row of the form that it becomes.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use clerk_edge_gate::forward::headers::headers_to_remove;
use clerk_edge_gate::settings::Upstream;
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::claim_path::ClaimPath;
use clerk_edge_rules::rule::Requirement;
use clerk_edge_rules::rule_set::{Context, Rules};
use serde::Deserialize;

#[derive(Deserialize)]
struct Record {
    servers: Vec<Server>,
    targets: Vec<Target>,
    headers: Vec<Header>,
    overrides: Vec<Override>,
}

/// One server, and the settings of whoever runs it.
#[derive(Deserialize)]
struct Server {
    letter: char,
    name: String,
    settings: Settings,
}

#[derive(Deserialize)]
struct Settings {
    #[serde(rename = "PATH_CASE")]
    case: Option<String>,
    #[serde(rename = "PATH_SUFFIXES", default)]
    suffixes: Vec<String>,
}

/// A request target, and the servers that route it to `/admin` or below.
#[derive(Deserialize)]
struct Target {
    target: String,
    guarded: String,
}

/// A name, and where its value arrives: at which servers under which name.
#[derive(Deserialize)]
struct Header {
    name: String,
    arrives: BTreeMap<String, String>,
}

/// A name, and the servers that take another path or method for its value.
#[derive(Deserialize)]
struct Override {
    name: String,
    path: String,
    method: String,
}

static RECORD: LazyLock<Record> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../../tests/vectors/servers.json")).unwrap()
});

const RULES: &str = r#"[{ "path": "/*", "allow": "anyone" },
    { "path": "/admin/*", "allow": { "role": "admin" } }]"#;

/// What the gate makes of a target.
#[derive(Debug, PartialEq)]
enum Judged {
    Refused,
    Open,
    Guarded,
}

fn rules(settings: &Settings) -> Rules {
    let ignores_case = settings.case.as_deref() == Some("insensitive");
    let suffixes = settings.suffixes.clone();
    Rules::read(RULES, &Context { ignores_case, suffixes, ..Context::default() }).unwrap()
}

/// The path of a target as the platform gives it; none where it is no address.
fn parsed(target: &str) -> Option<RequestPath> {
    let absolute = target.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("http://"));
    let url = if absolute { target.to_owned() } else { format!("http://localhost{target}") };
    let address = UrlParts::of(&url).filter(|_| absolute || target.starts_with(['/', '\\']))?;
    // A fragment is cut off by the platform as well, which refuses it; here it is refused.
    let path = if target.contains('#') { target } else { address.path };
    RequestPath::parse(path).ok()
}

fn judge(rules: &Rules, target: &str) -> Judged {
    let path = parsed(target);
    let found = path.as_ref().and_then(|path| rules.find("localhost", "GET", path).ok());
    match found.map(|found| found.rule.requirement()) {
        None => Judged::Refused,
        Some(Requirement::Anyone) => Judged::Open,
        Some(_) => Judged::Guarded,
    }
}

/// The row of the form that goes upstream, where the target is accepted as a path.
fn sent(row: &'static Target) -> Option<&'static Target> {
    let path = parsed(&row.target)?;
    let query = row.target.split_once('?').map(|(_, query)| format!("?{query}"));
    let sent = format!("{path}{}", query.unwrap_or_default());
    let found = RECORD.targets.iter().find(|other| other.target == sent);
    Some(found.unwrap_or_else(|| panic!("{sent:?} is sent for {:?}, not recorded", row.target)))
}

#[test]
fn no_target_is_open_that_a_server_routes_to_what_is_guarded() {
    let mut open = Vec::new();
    for server in &RECORD.servers {
        let rules = rules(&server.settings);
        for row in &RECORD.targets {
            let Some(sent) = sent(row) else { continue };
            let judged = judge(&rules, &row.target);
            if sent.guarded.contains(server.letter) && judged == Judged::Open {
                open.push(format!("{}: {:?}", server.name, row.target));
            }
        }
    }
    assert!(open.is_empty(), "{}", open.join("\n"));
}

#[test]
fn an_upstream_that_ignores_case_or_cuts_endings_needs_its_setting() {
    for server in &RECORD.servers {
        let strict = rules(&Settings { case: None, suffixes: Vec::new() });
        let needs = server.settings.case.is_some() || !server.settings.suffixes.is_empty();
        let open = |row: &&'static Target| {
            let as_sent = sent(row).is_some_and(|sent| sent.target == row.target);
            as_sent
                && row.guarded.contains(server.letter)
                && judge(&strict, &row.target) == Judged::Open
        };
        assert_eq!(RECORD.targets.iter().find(open).is_some(), needs, "{}", server.name);
    }
}

/// What every server agrees on is what the gate says: it does not refuse its way out.
#[test]
fn what_all_servers_read_alike_is_not_refused() {
    let rules = rules(&Settings { case: None, suffixes: Vec::new() });
    for target in ["/", "/public", "/adminx", "/admin+", "/admin,x", "/admin%2Bx", "/admin:x"] {
        assert_eq!(judge(&rules, target), Judged::Open, "{target}");
    }
    for target in ["/admin", "/admin/", "/admin/x", "/admin/./x", "/%61dmin", "/admin?x"] {
        assert_eq!(judge(&rules, target), Judged::Guarded, "{target}");
    }
}

#[test]
fn a_name_that_arrives_as_ours_is_removed_and_no_other() {
    let ours = |server: &Server| arrives("x-clerk-role", server.letter);
    for row in &RECORD.headers {
        let is_ours = |server: &&Server| {
            ours(server).is_some() && arrives(&row.name, server.letter) == ours(server)
        };
        let taken_for_ours = RECORD.servers.iter().find(is_ours).map(|server| &server.name);
        let removed = is_removed(&row.name, &[]);
        assert!(removed || taken_for_ours.is_none(), "{}: {taken_for_ours:?}", row.name);
        // The names of `CLAIM_HEADERS`, too.
        let custom = [("x-user-role".to_owned(), ClaimPath::parse("role").unwrap())];
        let name = row.name.to_lowercase().replace("clerk", "user");
        assert!(is_removed(&name, &custom) || taken_for_ours.is_none(), "{name}");
    }
    for kept in ["y-clerk-role", "x-clerk", "x-client-role", "xclerkrole", "x0clerk0role"] {
        assert!(RECORD.headers.iter().any(|row| row.name == kept));
        assert!(!is_removed(kept, &[]), "{kept}");
    }
}

#[test]
fn a_header_that_a_server_takes_for_path_or_method_is_removed() {
    let mut obeyed = 0;
    for row in &RECORD.overrides {
        let servers = [row.path.as_str(), &row.method].concat();
        obeyed += usize::from(!servers.is_empty());
        assert!(servers.is_empty() || is_removed(&row.name, &[]), "{}: {servers}", row.name);
    }
    assert!(obeyed > 2, "only {obeyed}: not the record");
}

fn is_removed(name: &str, custom: &[(String, ClaimPath)]) -> bool {
    !headers_to_remove(name, custom, &Upstream::Passthrough).is_empty()
}

/// Under which name a server gives its program what came under this one.
fn arrives(name: &str, letter: char) -> Option<&'static str> {
    let row = RECORD.headers.iter().find(|row| row.name == name)?;
    let found = row.arrives.iter().find(|(_, servers)| servers.contains(letter));
    found.map(|(under, _)| under.as_str())
}
