//! `routes --files DIR`: each file of a site under its rule, by every name it is served under and
//! with the pages it belongs to, what is open first; then the leak scan.

use std::collections::BTreeMap;
use std::fmt::Write;

use clerk_edge_http::path::RequestPath;
use clerk_edge_site::{Finding, Purpose, Site};
use serde_json::{Value, json};

use crate::check::assets::{is_open, served_as};
use crate::check::leaks;
use crate::config::load::Configuration;
use crate::host::Host;
use crate::look::{Ink, Look, table};
use crate::report::{Exit, Failure, Report};
use crate::site_files::{self, HostSite};
use crate::world::World;
use crate::world::request::HOST;

/// One file.
struct Row {
    path: String,
    names: Vec<String>,
    rule: String,
    is_open: bool,
    pages: Vec<String>,
}

/// Writes the text and gives `result.files`; a leak ends with 1.
///
/// # Errors
/// Where the folder cannot be read.
pub fn run<H: Host>(
    host: &H,
    world: &World<'_, Configuration>,
    folder: &str,
    markdown: bool,
    look: Look,
    report: &mut Report,
) -> Result<Value, Failure> {
    let names = site_files::names(host, folder)
        .map_err(|_| Failure::input(folder, "there is no such folder"))?;
    let site = Site::read(&mut HostSite::new(host, folder), Purpose::Map, &mut |_| {})
        .map_err(|error| Failure::input(folder, error.to_string()))?;
    let of_site = site.report();
    let mut pages: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for page in &of_site.pages {
        for (file, _) in &page.files {
            pages.entry(file.clone()).or_default().push(page.path.clone());
        }
    }
    let mut rows: Vec<Row> = names.iter().map(|name| row(name, &pages, world)).collect();
    rows.sort_by(|left, right| {
        right.is_open.cmp(&left.is_open).then_with(|| left.path.cmp(&right.path))
    });
    report.out.push_str(&text(&rows, markdown));
    for finding in &of_site.findings {
        if let Finding::SinglePageApplication { .. } = finding {
            report.out.push_str(&look.wrap(SINGLE_PAGE, ""));
        }
    }
    let leaks = leaks::scan(host, folder, world).map_err(|why| Failure::input(folder, why))?;
    for leak in &leaks {
        report.exit = Exit::No;
        let _ = writeln!(report.out, "{}  {}", look.ink(Ink::Bad, "LEAK"), leak.line());
    }
    if leaks.is_empty() {
        report.out.push_str("No file holds text of a page that is closed to its readers.\n");
    }
    let mut files: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "path": row.path, "names": row.names, "rule": row.rule, "open": row.is_open,
                "pages": row.pages, "leaks": leaks_of(row, &leaks),
            })
        })
        .collect();
    // A page's own HTML is a file too, by the name of the page.
    let of_pages = leaks.iter().filter(|leak| !rows.iter().any(|row| row.path == leak.file));
    files.extend(of_pages.map(|leak| json!({ "path": leak.file, "leaks": [leak.to_json()] })));
    Ok(Value::Array(files))
}

fn leaks_of(row: &Row, leaks: &[leaks::Leak]) -> Value {
    leaks.iter().filter(|leak| leak.file == row.path).map(leaks::Leak::to_json).collect()
}

fn row(name: &str, pages: &BTreeMap<String, Vec<String>>, world: &World<'_, Configuration>) -> Row {
    let names = served_as(name);
    let path = names.first().cloned().unwrap_or_default();
    let rule = RequestPath::parse(&path)
        .ok()
        .and_then(|path| world.settings().rules.find(HOST, "GET", &path).ok())
        .map_or("none", |found| found.rule.path_text());
    Row {
        rule: rule.to_owned(),
        is_open: names.iter().any(|name| is_open(name, world)),
        pages: pages.get(&path).cloned().unwrap_or_default(),
        names,
        path,
    }
}

fn text(rows: &[Row], markdown: bool) -> String {
    let head = ["", "file", "rule", "belongs to", "served as"].map(str::to_owned).to_vec();
    let line = |row: &Row| {
        vec![
            if row.is_open { "open" } else { "guarded" }.to_owned(),
            row.path.clone(),
            row.rule.clone(),
            row.pages.join(" "),
            row.names.iter().skip(1).cloned().collect::<Vec<_>>().join(" "),
        ]
    };
    let all: Vec<Vec<String>> = std::iter::once(head).chain(rows.iter().map(line)).collect();
    table(&all, markdown)
}

const SINGLE_PAGE: &str = "This is a single-page application: its scripts hold the text of every \
    page, so no rule can guard one page and not the others. Give the whole site one audience, and \
    guard the data.";
