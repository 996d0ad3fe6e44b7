//! The site map: reads the folder of static assets that `wrangler.toml` names and writes into it
//! which file belongs to which pages. How that is found out is the crate `site`.
//!
//! The demo's site is copied into `build/` first, so that nothing tracked is written.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clerk_edge_site::{Finding, Folder, MAP_NAME, Progress, Purpose, Site, Step};
use toml::{Table, Value};

use crate::bundle::replace;
use crate::{place, step};

/// Writes the map of each folder of static assets. Without one there is nothing to do.
pub(crate) fn mapped() -> Result<()> {
    let root = place::root();
    let text = fs::read_to_string(root.join(CONFIG)).context(CONFIG)?;
    for folder in folders(&text)? {
        step::step(&format!("site map of {folder}"), || {
            let path = root.join(&folder);
            if path == root.join(DEMO_BUILT) {
                copied(&root.join(DEMO), &path)?;
            }
            map(&folder, &path)
        })?;
    }
    Ok(())
}

/// The folders that `assets.directory` names, of the environments, too.
fn folders(config: &str) -> Result<BTreeSet<String>> {
    let config: Table = config.parse().with_context(|| format!("{CONFIG} is no TOML"))?;
    let environments = config.get("env").and_then(Value::as_table).into_iter().flatten();
    let tables = environments.filter_map(|(_, it)| it.as_table()).chain([&config]);
    let folder = |table: &Table| Some(table.get("assets")?.get("directory")?.as_str()?.to_owned());
    Ok(tables.filter_map(folder).collect())
}

fn map(name: &str, path: &Path) -> Result<()> {
    if !path.is_dir() {
        bail!("{name} is not there: build the site first, or correct `assets` in {CONFIG}");
    }
    let mut progress = Told::default();
    let site = Site::read(&mut Folder::new(path), Purpose::Map, &mut |it| progress.tell(it))?;
    let map = site.map()?;
    replace(&path.join(MAP_NAME), map.as_bytes())?;
    let report = site.report();
    println!("  {} pages, {} files that belong to them", report.pages.len(), lines(&map));
    for finding in &report.findings {
        println!("  note: {}", sentence(finding));
    }
    Ok(())
}

/// Lines of a map between the first and the last.
fn lines(map: &str) -> usize {
    map.lines().count().saturating_sub(2)
}

/// Long work tells how far it is, every few seconds.
#[derive(Default)]
struct Told(Option<Instant>);

impl Told {
    fn tell(&mut self, progress: Progress) {
        let last = *self.0.get_or_insert_with(Instant::now);
        if last.elapsed() < TELL_EVERY {
            return;
        }
        self.0 = Some(Instant::now());
        let what = match progress.step {
            Step::Pages => "pages",
            Step::Files => "files",
            Step::Sentences => "pages once more",
        };
        println!("  … {} of {} {what}", progress.done, progress.total);
    }
}

fn sentence(finding: &Finding) -> String {
    match finding {
        Finding::SinglePageApplication { pages } => format!(
            "{} has no text of its own: scripts make it. Of a single-page application no rule can \
             guard a page's scripts",
            listed(pages)
        ),
        Finding::TextInSharedFile { file, holds, loaded_by } => format!(
            "{file} holds text of {} and is loaded by {loaded_by} pages: who may not read the one \
             lacks the file on the others",
            listed(holds)
        ),
        Finding::TextOfSeveralPages { file, holds } => format!(
            "{file} holds text of {}: who may not read one of them does not get it",
            listed(holds)
        ),
        Finding::NotLookedAt { file } => {
            format!("{file} is too large to be looked at whole: give it a rule of its own")
        }
        Finding::WordsNotCompared => {
            "the site has so many words that search indexes cannot be told: give them rules".into()
        }
    }
}

/// The first few of a list.
fn listed(pages: &[String]) -> String {
    let first: Vec<&str> = pages.iter().take(LISTED).map(String::as_str).collect();
    let more = pages.len().saturating_sub(LISTED);
    match more {
        0 => first.join(", "),
        more => format!("{} and {more} more pages", first.join(", ")),
    }
}

/// Makes a folder hold the files of another, and what the build has written there.
fn copied(from: &Path, to: &Path) -> Result<()> {
    let wanted = below(from)?;
    for file in &wanted {
        replace(&to.join(file), &fs::read(from.join(file))?)?;
    }
    let old = if to.is_dir() { below(to)? } else { BTreeSet::new() };
    for file in old.difference(&wanted).filter(|file| *file != Path::new(MAP_NAME)) {
        fs::remove_file(to.join(file))?;
    }
    Ok(())
}

/// The files below a folder, by their paths from there.
fn below(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let (mut files, mut folders) = (BTreeSet::new(), vec![folder.to_path_buf()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).with_context(|| next.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.strip_prefix(folder)?.to_path_buf());
            }
        }
    }
    Ok(files)
}

const CONFIG: &str = "wrangler.toml";
const DEMO: &str = "demo/site";
const DEMO_BUILT: &str = "build/site";
const TELL_EVERY: Duration = Duration::from_secs(5);
const LISTED: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_of_all_environments_are_mapped_once() {
        let config = "[assets]\ndirectory = \"dist\"\n[env.a.assets]\ndirectory = \"other\"\n\
                      [env.b.assets]\ndirectory = \"dist\"\n[env.c]\nvars = {}\n";
        let found: Vec<String> = folders(config).unwrap_or_default().into_iter().collect();
        assert_eq!(found, ["dist", "other"]);
        assert!(folders("name = \"x\"\n").is_ok_and(|it| it.is_empty()));
        assert!(folders("[assets").is_err());
    }

    #[test]
    fn the_shipped_site_is_the_demo_built() {
        let shipped = include_str!("../../wrangler.toml");
        let found: Vec<String> = folders(shipped).unwrap_or_default().into_iter().collect();
        assert_eq!(found, [DEMO_BUILT]);
    }
}
