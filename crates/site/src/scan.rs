//! Reads a site: pages first, then all other files, each once and one at a time. What is kept of a
//! file is small; its bytes are gone before the next is read.

use std::collections::{BTreeSet, HashMap};

use crate::belongs::{Tie, pages_of};
use crate::files::{Content, SiteError, SiteFiles};
use crate::findings::{Finding, Held};
use crate::limits::{FILE_BYTES_MAX, PAGES_MAX};
use crate::loads::{Graph, Loaders};
use crate::name::{address_of, is_fallback, is_never_served, page_of};
use crate::reference::{file_of, folder_of};
use crate::site::{Progress, Purpose, Site, SiteFile, Step};
use crate::text::Letters;
use crate::windows::{self, EVERYBODY, Holding, Windows};
use crate::words::{self, FileWords, Words};
use crate::{css, html, page_text, script, unpack};

pub(crate) fn read(
    files: &mut dyn SiteFiles,
    purpose: Purpose,
    watch: &mut dyn FnMut(Progress),
) -> Result<Site, SiteError> {
    let names = Names::of(files.names().map_err(SiteError::List)?)?;
    let mut scan = Scan { files, watch, graph: names.empty_graph(), names, findings: Vec::new() };
    let tables = scan.pages()?;
    let facts = scan.others(&tables)?;
    let mut held = Vec::new();
    if purpose == Purpose::Leaks {
        held = scan.held(&tables, &facts)?;
    }
    Ok(scan.site(&facts, held))
}

/// A site's files, sorted by their addresses, and told apart.
struct Names {
    /// The addresses of pages, each once.
    pages: Vec<String>,
    html: Vec<Html>,
    others: Vec<Other>,
    /// Of each name of a file that is no page its number.
    numbers: HashMap<Vec<u8>, u32>,
}

struct Html {
    name: Vec<u8>,
    page: u32,
    is_fallback: bool,
}

struct Other {
    name: Vec<u8>,
    address: String,
}

impl Names {
    fn of(names: Vec<Vec<u8>>) -> Result<Self, SiteError> {
        let served = names.into_iter().filter(|name| !is_never_served(name));
        // What has no address cannot be asked for.
        let mut addressed: Vec<(String, Vec<u8>)> =
            served.filter_map(|name| Some((address_of(&name)?, name))).collect();
        addressed.sort_unstable();
        addressed.dedup();
        let pages: BTreeSet<&str> =
            addressed.iter().filter_map(|(address, _)| page_of(address)).collect();
        let pages: Vec<String> = pages.into_iter().map(str::to_owned).collect();
        if pages.len() > PAGES_MAX || addressed.len() > u32::MAX as usize {
            return Err(SiteError::TooManyPages);
        }
        let (mut html, mut others) = (Vec::new(), Vec::new());
        for (address, name) in addressed {
            let number = page_of(&address)
                .and_then(|page| pages.binary_search_by(|other| other.as_str().cmp(page)).ok());
            match number.and_then(|number| u32::try_from(number).ok()) {
                Some(page) => html.push(Html { name, page, is_fallback: is_fallback(&address) }),
                None => others.push(Other { name, address }),
            }
        }
        let numbers = (0_u32..).zip(&others).map(|(number, file)| (file.name.clone(), number));
        let numbers = numbers.collect();
        Ok(Self { pages, html, others, numbers })
    }

    fn empty_graph(&self) -> Graph {
        Graph {
            pages: vec![Vec::new(); self.pages.len()],
            files: vec![Vec::new(); self.others.len()],
        }
    }

    /// The numbers of the files that references name, seen from a folder.
    fn resolve(&self, references: &[String], folder: &[u8]) -> Vec<u32> {
        let names = references.iter().filter_map(|reference| file_of(reference, folder));
        names.filter_map(|name| self.numbers.get(&name).copied()).collect()
    }
}

/// What the pages' text comes to.
struct Tables {
    windows: Windows,
    words: Option<Words>,
}

/// What a file holds of pages' text.
#[derive(Default)]
struct Facts {
    holding: Holding,
    indexed: Vec<u32>,
}

struct Scan<'a> {
    files: &'a mut dyn SiteFiles,
    watch: &'a mut dyn FnMut(Progress),
    names: Names,
    graph: Graph,
    findings: Vec<Finding>,
}

impl Scan<'_> {
    /// Reads the pages.
    fn pages(&mut self) -> Result<Tables, SiteError> {
        let mut windows = windows::Collected::default();
        let mut words = words::Collected::default();
        let (mut shows_text, mut has_script) = (false, false);
        let total = self.names.html.len();
        for done in 0..total {
            (self.watch)(Progress { step: Step::Pages, done, total });
            let Some(Html { name, page, is_fallback }) = self.names.html.get(done) else { break };
            let (name, page, is_fallback) = (name.clone(), *page, *is_fallback);
            let Some(bytes) = self.bytes(&name)? else { continue };
            let html = html::read(&String::from_utf8_lossy(&bytes));
            self.page_loads(page, &name, &html);
            let text = page_text::of(&html);
            let owner = if is_fallback { EVERYBODY } else { page };
            shows_text |= text.has_body_text && !is_fallback;
            has_script |= html.has_script;
            words.add(owner, &html.language, &text.runs);
            windows.add(owner, text.windows.into_iter());
        }
        (self.watch)(Progress { step: Step::Pages, done: total, total });
        if !shows_text && has_script {
            let pages = self.addresses(&self.own_pages());
            self.findings.push(Finding::SinglePageApplication { pages });
        }
        let words = words.table();
        if words.is_none() {
            self.findings.push(Finding::WordsNotCompared);
        }
        Ok(Tables { windows: windows.table(self.names.pages.len())?, words })
    }

    /// The site's pages without its fallbacks; these, where there are no others.
    fn own_pages(&self) -> BTreeSet<u32> {
        let pages = |fallbacks: bool| -> BTreeSet<u32> {
            let html = self.names.html.iter().filter(|html| html.is_fallback == fallbacks);
            html.map(|html| html.page).collect()
        };
        let own = pages(false);
        if own.is_empty() { pages(true) } else { own }
    }

    /// The addresses of pages.
    fn addresses<'a>(&self, pages: impl IntoIterator<Item = &'a u32>) -> Vec<String> {
        let names = pages.into_iter().map(|page| self.names.pages.get(*page as usize));
        names.flatten().cloned().collect()
    }

    fn page_loads(&mut self, page: u32, name: &[u8], html: &html::Page) {
        let folder = match &html.base {
            None => Some(folder_of(name).to_vec()),
            // A name is put behind it, so that what remains is the folder.
            Some(base) => {
                file_of(&format!("{base}x"), folder_of(name)).map(|name| folder_of(&name).to_vec())
            }
        };
        let Some(folder) = folder else { return };
        let mut references = html.loads.clone();
        references.extend(html.styles.iter().flat_map(|style| css::loads(style)));
        references.extend(html.modules.iter().flat_map(|module| script::static_imports(module)));
        let loads = self.names.resolve(&references, &folder);
        if let Some(page) = self.graph.pages.get_mut(page as usize) {
            page.extend(loads);
        }
    }

    /// Reads the other files.
    fn others(&mut self, tables: &Tables) -> Result<Vec<Facts>, SiteError> {
        let total = self.names.others.len();
        let mut all = Vec::with_capacity(total);
        for done in 0..total {
            (self.watch)(Progress { step: Step::Files, done, total });
            let Some(file) = self.names.others.get(done) else { break };
            let name = file.name.clone();
            let Some(bytes) = self.bytes(&name)? else {
                all.push(Facts::default());
                continue;
            };
            let references = match name.rsplit(|byte| *byte == b'.').next() {
                Some(b"js" | b"mjs") => script::static_imports(&String::from_utf8_lossy(&bytes)),
                Some(b"css") => css::loads(&String::from_utf8_lossy(&bytes)),
                _ => Vec::new(),
            };
            let loads = self.names.resolve(&references, folder_of(&name));
            if let Some(files) = self.graph.files.get_mut(done) {
                *files = loads;
            }
            all.push(self.facts(tables, &name, &bytes));
        }
        (self.watch)(Progress { step: Step::Files, done: total, total });
        Ok(all)
    }

    fn facts(&mut self, tables: &Tables, name: &[u8], bytes: &[u8]) -> Facts {
        let mut found = Vec::new();
        let mut words = FileWords::default();
        let whole = unpack::texts(name, bytes, &mut |text| {
            let letters = Letters::of(text);
            found.extend(letters.windows().filter_map(|window| tables.windows.find(window)));
            words.add(&letters);
        });
        if !whole {
            self.not_looked_at(name);
        }
        Facts {
            holding: tables.windows.holding(found),
            indexed: tables.words.as_ref().map(|table| table.indexed(&words)).unwrap_or_default(),
        }
    }

    /// A file's bytes; `None` where it is larger than is looked at, which is noted.
    fn bytes(&mut self, name: &[u8]) -> Result<Option<Vec<u8>>, SiteError> {
        match self.files.read(name, FILE_BYTES_MAX) {
            Ok(Content::Whole(bytes)) => Ok(Some(bytes)),
            Ok(Content::TooLarge) => {
                self.not_looked_at(name);
                Ok(None)
            }
            Err(message) => {
                let file = String::from_utf8_lossy(name).into_owned();
                Err(SiteError::Read { file, message })
            }
        }
    }

    fn not_looked_at(&mut self, name: &[u8]) {
        let file = address_of(name).unwrap_or_default();
        self.findings.push(Finding::NotLookedAt { file });
    }

    /// Each file with text of a page, pages' own files included.
    fn held(&mut self, tables: &Tables, facts: &[Facts]) -> Result<Vec<Held>, SiteError> {
        let mut found: Vec<(String, u32, Option<u32>)> = Vec::new();
        for (file, facts) in self.names.others.iter().zip(facts) {
            found.extend(findings_of(&file.address, facts));
        }
        for at in 0..self.names.html.len() {
            let Some(Html { name, page, .. }) = self.names.html.get(at) else { break };
            let (name, page) = (name.clone(), *page);
            let Some(bytes) = self.bytes(&name)? else { continue };
            let facts = self.facts(tables, &name, &bytes);
            let address = self.names.pages.get(page as usize).cloned().unwrap_or_default();
            found.extend(findings_of(&address, &facts).filter(|(_, held, _)| *held != page));
        }
        found.sort_unstable();
        found.dedup_by(|one, other| (&one.0, one.1) == (&other.0, other.1));
        let sentences = self.sentences(tables, &found)?;
        let held = found.into_iter().map(|(file, page, window)| Held {
            file,
            page: self.names.pages.get(page as usize).cloned().unwrap_or_default(),
            sentence: window.and_then(|window| sentences.get(&window).cloned()),
        });
        Ok(held.collect())
    }

    /// Of each window that stands in a file the sentence of its page.
    fn sentences(
        &mut self,
        tables: &Tables,
        found: &[(String, u32, Option<u32>)],
    ) -> Result<HashMap<u32, String>, SiteError> {
        let pages: BTreeSet<u32> = found.iter().map(|(_, page, _)| *page).collect();
        let wanted: BTreeSet<u32> = found.iter().filter_map(|(_, _, window)| *window).collect();
        let mut sentences = HashMap::new();
        let total = self.names.html.len();
        for done in 0..total {
            (self.watch)(Progress { step: Step::Sentences, done, total });
            let Some(Html { name, page, .. }) = self.names.html.get(done) else { break };
            if !pages.contains(page) {
                continue;
            }
            let name = name.clone();
            let Some(bytes) = self.bytes(&name)? else { continue };
            let html = html::read(&String::from_utf8_lossy(&bytes));
            for (window, run) in page_text::windows_with_runs(&html) {
                if let Some(window) = tables.windows.find(window).filter(|at| wanted.contains(at)) {
                    sentences.entry(window).or_insert_with(|| page_text::sentence(run));
                }
            }
        }
        (self.watch)(Progress { step: Step::Sentences, done: total, total });
        Ok(sentences)
    }

    fn site(mut self, facts: &[Facts], held: Vec<Held>) -> Site {
        let loaders = self.graph.loaders();
        let own = self.own_pages();
        let mut files = Vec::with_capacity(self.names.others.len());
        for ((file, facts), loaders) in self.names.others.iter().zip(facts).zip(&loaders) {
            let belongs = pages_of(&facts.holding, &facts.indexed, loaders);
            let pages = belongs.as_ref().map_or(&[][..], |(_, pages)| pages);
            // A text that all pages show needs no finding.
            let is_partial = own.iter().any(|page| !pages.contains(page));
            let address = file.address.clone();
            if is_partial && holds_text(facts) && is_loaded_beside(pages, loaders) {
                let (file, holds) = (address.clone(), self.addresses(pages));
                let loaded_by = loaders.count;
                self.findings.push(Finding::TextInSharedFile { file, holds, loaded_by });
            } else if pages.len() > 1 && matches!(belongs, Some((Tie::Text, _))) {
                let (file, holds) = (address.clone(), self.addresses(pages));
                self.findings.push(Finding::TextOfSeveralPages { file, holds });
            }
            files.push(SiteFile { address, belongs, loaded_by: loaders.count });
        }
        self.findings.dedup();
        Site { pages: self.names.pages, files, held, findings: self.findings }
    }
}

fn holds_text(facts: &Facts) -> bool {
    !(facts.holding.pages.is_empty() && facts.holding.groups.is_empty() && facts.indexed.is_empty())
}

/// Whether other pages than these load a file.
fn is_loaded_beside(pages: &[u32], loaders: &Loaders) -> bool {
    loaders.few().map_or(loaders.count > 0, |few| few.iter().any(|page| !pages.contains(page)))
}

fn findings_of(file: &str, facts: &Facts) -> impl Iterator<Item = (String, u32, Option<u32>)> {
    let own = facts.holding.pages.iter().map(|(page, window)| (*page, Some(*window)));
    let indexed = facts.indexed.iter().filter(|page| !facts.holding.pages.contains_key(page));
    let indexed = indexed.map(|page| (*page, None));
    own.chain(indexed).map(|(page, window)| (file.to_owned(), page, window))
}
