//! The leak scan: text of a guarded page in a file that somebody else may read.

use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::rule_set::Match;
use clerk_edge_site::{Held, Purpose, Site};
use serde_json::{Value, json};

use crate::check::Check;
use crate::config::load::Configuration;
use crate::host::Files;
use crate::proof::search::{self, Candidate, lets_in};
use crate::site_files::HostSite;
use crate::world::World;
use crate::world::request::HOST;

/// A leak: who reads what where.
#[derive(Clone, Debug, PartialEq)]
pub struct Leak {
    /// The file.
    pub file: String,
    /// The page whose text it holds.
    pub page: String,
    /// A sentence of it.
    pub sentence: Option<String>,
    /// Somebody who may read the file and not the page, as a test file writes people.
    pub person: Value,
}

impl Leak {
    /// In a line.
    #[must_use]
    pub fn line(&self) -> String {
        let person = self.person.as_str().map_or_else(|| self.person.to_string(), str::to_owned);
        let sentence = self.sentence.as_ref().map(|it| format!(": “{it}”")).unwrap_or_default();
        format!("{} holds text of {}, and {person} may read it{sentence}", self.file, self.page)
    }

    /// As JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "file": self.file, "page": self.page, "sentence": self.sentence, "person": self.person,
        })
    }
}

/// The check.
pub fn checks(
    host: &impl Files,
    configuration: &Configuration,
    world: &World<'_, Configuration>,
) -> Vec<Check> {
    let Some(folder) = configuration.wrangler.as_ref().and_then(|it| it.site()) else {
        return Vec::new();
    };
    let leaks = match scan(host, &folder, world) {
        Ok(leaks) => leaks,
        Err(why) => return vec![Check::skip("basic.leaks", why)],
    };
    if leaks.is_empty() {
        return vec![Check::pass(
            "basic.leaks",
            "no file holds text of a page that is closed to its readers",
        )];
    }
    let leak = |leak: &Leak| {
        Check::fail(
            "basic.leaks",
            leak.line(),
            format!("Give {} a rule as strict as the page's, or use the site map.", leak.file),
        )
    };
    leaks.iter().map(leak).collect()
}

/// Every leak of a site.
///
/// # Errors
/// Where the site cannot be read.
pub fn scan(
    host: &impl Files,
    folder: &str,
    world: &World<'_, Configuration>,
) -> Result<Vec<Leak>, String> {
    let site = Site::read(&mut HostSite::new(host, folder), Purpose::Leaks, &mut |_| {});
    let site = site.map_err(|error| error.to_string())?;
    let leaks = site.held().iter().filter_map(|held| {
        let person = reader(held, world)?;
        Some(Leak {
            file: held.file.clone(),
            page: held.page.clone(),
            sentence: held.sentence.clone(),
            person,
        })
    });
    Ok(leaks.collect())
}

/// Somebody who may read the file and not the page. Where too many facts meet, nobody is sure, and
/// the signed-in person without anything stands for them.
fn reader(held: &Held, world: &World<'_, Configuration>) -> Option<Value> {
    let rules = &world.settings().rules;
    let parse = |path: &str| RequestPath::parse(path).ok();
    let (file, page) = (parse(&held.file)?, parse(&held.page)?);
    let hosts = rules.iter().filter_map(|rule| rule.host()).chain([HOST]);
    for host in hosts {
        let file = search::find(rules, host, "GET", &file)?;
        let page = search::find(rules, host, "GET", &page)?;
        if let Some(candidate) = somebody(&file, &page, held, world) {
            return Some(candidate.table());
        }
    }
    None
}

fn somebody(
    file: &Match<'_>,
    page: &Match<'_>,
    held: &Held,
    world: &World<'_, Configuration>,
) -> Option<Candidate> {
    let reads = |candidate: &Candidate| lets_in(file, candidate) && !lets_in(page, candidate);
    if reads(&Candidate::SignedOut) {
        return Some(Candidate::SignedOut);
    }
    search::first(&[file, page], &held.file, world.settings(), reads).ok().flatten()
}
