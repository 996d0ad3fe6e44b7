//! Files that must stay open, rewrites onto guarded files, and the site map.

use clerk_edge_site::MAP_NAME;
use clerk_edge_site::{Purpose, Site};

use crate::check::Check;
use crate::check::assets::{is_open, served_as};
use crate::config::find::join;
use crate::config::load::Configuration;
use crate::config::tree::Node;
use crate::host::Files;
use crate::site_files::{self, HostSite};
use crate::world::World;

/// All checks of a site's files but the leak scan.
pub fn checks(
    host: &impl Files,
    configuration: &Configuration,
    world: &World<'_, Configuration>,
) -> Vec<Check> {
    let Some(folder) = configuration.wrangler.as_ref().and_then(|it| it.site()) else {
        return Vec::new();
    };
    let Ok(names) = site_files::names(host, &folder) else { return Vec::new() };
    vec![
        open_files(&names, world),
        rewrites(host, &folder, &names, world),
        site_map(host, configuration, &folder),
    ]
}

/// Browsers and crawlers fetch these without cookies.
fn open_files(names: &[String], world: &World<'_, Configuration>) -> Check {
    let closed: Vec<String> = names
        .iter()
        .filter(|name| WITHOUT_COOKIES.contains(&name.as_str()) || name.starts_with(".well-known/"))
        .map(|name| format!("/{name}"))
        .filter(|path| !is_open(path, world))
        .collect();
    if closed.is_empty() {
        return Check::pass("basic.open-files", "files that are fetched without cookies are open");
    }
    let rules: Vec<String> =
        closed.iter().map(|path| format!("{{ path = \"{path}\", allow = \"anyone\" }}")).collect();
    Check::warn(
        "basic.open-files",
        format!("fetched without cookies, and closed: {}", closed.join(", ")),
        format!("Add rules: {}", rules.join(", ")),
    )
}

/// `_redirects` with status 200 serves one file under another's name, before any rule of its own.
fn rewrites(
    host: &impl Files,
    folder: &str,
    names: &[String],
    world: &World<'_, Configuration>,
) -> Check {
    let id = "basic.rewrites";
    let Ok(bytes) = host.read(&join(folder, "_redirects")) else {
        return Check::pass(id, "there is no _redirects");
    };
    let text = String::from_utf8_lossy(&bytes);
    for (at, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [from, to, status] = words.as_slice() else { continue };
        if from.starts_with('#') || *status != "200" {
            continue;
        }
        let guarded = names.iter().flat_map(|name| served_as(name)).any(|path| {
            let stem = to.split([':', '*']).next().unwrap_or(to);
            (path == *to || stem.len() < to.len() && path.starts_with(stem))
                && !is_open(&path, world)
        });
        if guarded {
            let message =
                format!("_redirects line {}: {from} serves the guarded {to}", at.saturating_add(1));
            return Check::fail(
                id,
                message,
                "Take the line out: rules see the address that was asked \
                for, and not the file that is served.",
            );
        }
    }
    Check::pass(id, "no rewrite leads to a guarded file")
}

fn site_map(host: &impl Files, configuration: &Configuration, folder: &str) -> Check {
    let id = "basic.site-map";
    let setting = configuration.wrangler.as_ref().and_then(|it| it.var("SITE_MAP"));
    let setting = setting.and_then(Node::text).unwrap_or("auto");
    if setting == "off" {
        return Check::pass(id, "SITE_MAP is off");
    }
    let remedy = format!("Run `npx clerk-edge site {folder}` at the end of the build.");
    let Ok(there) = host.read(&join(folder, MAP_NAME)) else {
        let message = format!("there is no {MAP_NAME}: files are judged by their names alone");
        return match setting {
            "required" => Check::fail(id, message, remedy),
            _ => Check::warn(id, message, remedy),
        };
    };
    let site = Site::read(&mut HostSite::new(host, folder), Purpose::Map, &mut |_| {});
    match site.and_then(|site| site.map()) {
        Ok(map) if map.as_bytes() == there => {
            Check::pass(id, "the site map is that of these files")
        }
        Ok(_) => Check::fail(id, "the site map is older than the files", remedy),
        Err(error) => Check::fail(id, format!("the site map cannot be made: {error}"), remedy),
    }
}

const WITHOUT_COOKIES: [&str; 9] = [
    "ads.txt",
    "favicon.ico",
    "favicon.svg",
    "llms.txt",
    "manifest.json",
    "manifest.webmanifest",
    "robots.txt",
    "site.webmanifest",
    "sitemap.xml",
];
