//! The site's folder, and which of its files pass the Worker by.

use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::rule::Requirement;
use clerk_edge_site::MAP_NAME;

use crate::check::Check;
use crate::check::ignored::fits;
use crate::config::load::Configuration;
use crate::config::tree::{Kind, Node};
use crate::host::{Files, ReadError};
use crate::site_files;
use crate::world::World;
use crate::world::request::HOST;

/// The folder is there, and every request comes to the Worker that must.
pub fn checks(
    host: &impl Files,
    configuration: &Configuration,
    world: &World<'_, Configuration>,
) -> Vec<Check> {
    let Some(wrangler) = &configuration.wrangler else { return Vec::new() };
    if wrangler.inherited("assets").is_none() {
        return vec![Check::pass("basic.worker-first", "there are no static assets")];
    }
    let Some(folder) = wrangler.site() else {
        return vec![
            Check::skip("basic.site", "`assets.directory` is not set here"),
            worker_first(wrangler.assets("run_worker_first"), None, world),
        ];
    };
    let names = site_files::names(host, &folder);
    let site = match &names {
        Ok(names) if names.iter().any(|name| name.ends_with(".html")) => {
            Check::pass("basic.site", format!("{folder}: {} files", names.len()))
        }
        Ok(_) => Check::warn(
            "basic.site",
            format!("{folder} holds no page"),
            "Build the site first, or point `assets.directory` at what the build puts out.",
        ),
        Err(ReadError::NotFound) => Check::fail(
            "basic.site",
            format!("there is no folder {folder}"),
            "Build the site first, or point `assets.directory` at what the build puts out.",
        ),
        Err(ReadError::Unreadable(why)) => {
            Check::fail("basic.site", format!("{folder}: {why}"), "Make the folder readable.")
        }
    };
    let first = wrangler.assets("run_worker_first");
    vec![site, worker_first(first, names.as_deref().ok(), world)]
}

fn worker_first(
    setting: Option<&Node>,
    names: Option<&[String]>,
    world: &World<'_, Configuration>,
) -> Check {
    let id = "basic.worker-first";
    let remedy = "Set `run_worker_first` to true in `assets`: without it Cloudflare serves files \
                  before the gate is asked.";
    match setting.map(|it| &it.kind) {
        Some(Kind::Bool(true)) => Check::pass(id, "every request comes to the Worker"),
        Some(Kind::List(items)) => {
            let patterns: Option<Vec<&str>> = items.iter().map(Node::text).collect();
            match (patterns, names) {
                (Some(patterns), Some(names)) => list(&patterns, names, world),
                (Some(_), None) => Check::fail(
                    id,
                    "a list can only be proven harmless where the site's files are there",
                    "Build the site first.",
                ),
                (None, _) => Check::fail(id, "a list of patterns is wanted", remedy),
            }
        }
        _ => Check::fail(
            id,
            "`run_worker_first` is not set: files are served without the gate",
            remedy,
        ),
    }
}

/// Every file that passes the Worker by must be for `anyone`, by all its names; the map never may.
fn list(patterns: &[&str], names: &[String], world: &World<'_, Configuration>) -> Check {
    let id = "basic.worker-first";
    let passes_by = |path: &str| {
        let excluded = patterns.iter().filter_map(|it| it.strip_prefix('!'));
        let included = patterns.iter().filter(|it| !it.starts_with('!'));
        excluded.into_iter().any(|it| fits(it.as_bytes(), path.as_bytes()))
            || !included.into_iter().any(|it| fits(it.as_bytes(), path.as_bytes()))
    };
    for name in names.iter().filter(|name| !UNSERVED.contains(&name.as_str())) {
        for path in served_as(name) {
            if !passes_by(&path) {
                continue;
            }
            if name == MAP_NAME {
                let message = format!("{path} passes the Worker by, and nobody may read it");
                return Check::fail(id, message, format!("Add `{path}` to the list."));
            }
            if !is_open(&path, world) {
                let message =
                    format!("{path} passes the Worker by, and its rule is not for anyone");
                return Check::fail(
                    id,
                    message,
                    "Take the `!` pattern out, or add the path to the list.",
                );
            }
        }
    }
    Check::pass(id, "what passes the Worker by is for anyone, in all its names")
}

/// Whether everybody may read a path.
#[must_use]
pub fn is_open(path: &str, world: &World<'_, Configuration>) -> bool {
    let Ok(path) = RequestPath::parse(path) else { return false };
    let rules = &world.settings().rules;
    let hosts = rules.iter().filter_map(|rule| rule.host()).chain([HOST]);
    let mut found = hosts.map(|host| rules.find(host, "GET", &path));
    found.all(|found| found.is_ok_and(|it| matches!(it.rule.requirement(), Requirement::Anyone)))
}

/// The names under which the asset server serves a file.
#[must_use]
pub fn served_as(name: &str) -> Vec<String> {
    let address =
        clerk_edge_site::address_of(name.as_bytes()).unwrap_or_else(|| format!("/{name}"));
    let mut names = vec![address.clone()];
    if let Some(stem) = address.strip_suffix(".html") {
        let page = stem.strip_suffix("/index").unwrap_or(stem);
        let page = if stem == "/index" { "" } else { page };
        for name in [page.to_owned(), format!("{page}/"), stem.to_owned()] {
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names
}

/// Files that the asset server reads and does not serve.
const UNSERVED: [&str; 3] = ["_headers", "_redirects", ".assetsignore"];
