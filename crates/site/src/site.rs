//! A site that was read: its map, its report, and the text that its files hold. Reading is
//! `scan.rs`.

use crate::belongs::Tie;
use crate::files::{SiteError, SiteFiles};
use crate::findings::{Finding, Held};
use crate::limits::PAGES_OF_FILE_MAX;
use crate::map::{self, Line};
use crate::report::{PageFiles, Report, SharedFile};
use crate::scan;

/// How far a scan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being read.
    pub step: Step,
    /// Files that are done.
    pub done: usize,
    /// Of how many.
    pub total: usize,
}

/// The parts of a scan, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The pages' HTML.
    Pages,
    /// All other files.
    Files,
    /// The pages again, for a sentence of each that stands in a file.
    Sentences,
}

/// What a scan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The site map, and the report beside it.
    Map,
    /// These, and each file with text of a page ([`Site::held`]): HTML too, which may hold another
    /// page's text in its scripts. Takes longer.
    Leaks,
}

/// A site that was read.
#[derive(Clone, Debug)]
pub struct Site {
    pub(crate) pages: Vec<String>,
    pub(crate) files: Vec<SiteFile>,
    pub(crate) held: Vec<Held>,
    pub(crate) findings: Vec<Finding>,
}

/// A file that is no page.
#[derive(Clone, Debug)]
pub(crate) struct SiteFile {
    pub address: String,
    /// The pages that it belongs to, if any, by their numbers.
    pub belongs: Option<(Tie, Vec<u32>)>,
    /// How many pages load it.
    pub loaded_by: usize,
}

impl Site {
    /// Reads a site. The same files give the same answer, in whatever order they are named.
    ///
    /// # Errors
    /// Where the site or one of its files cannot be read, or has more pages than are counted.
    pub fn read(
        files: &mut dyn SiteFiles,
        purpose: Purpose,
        watch: &mut dyn FnMut(Progress),
    ) -> Result<Self, SiteError> {
        scan::read(files, purpose, watch)
    }

    /// The site map.
    ///
    /// # Errors
    /// [`SiteError::MapTooLarge`].
    pub fn map(&self) -> Result<String, SiteError> {
        let lines = self.files.iter().filter_map(|file| {
            let (tie, pages) = file.belongs.as_ref()?;
            Some(Line { file: &file.address, tie: *tie, pages: self.names(pages).collect() })
        });
        map::text(&lines.collect::<Vec<_>>())
    }

    /// What belongs to what, for people.
    #[must_use]
    pub fn report(&self) -> Report {
        let page = |path: &String| PageFiles { path: path.clone(), files: Vec::new() };
        let mut report = Report { findings: self.findings.clone(), ..Report::default() };
        report.pages.extend(self.pages.iter().map(page));
        for file in &self.files {
            let address = &file.address;
            match &file.belongs {
                Some((tie, pages)) => {
                    for page in pages {
                        if let Some(page) = report.pages.get_mut(*page as usize) {
                            page.files.push((address.clone(), *tie));
                        }
                    }
                }
                None if file.loaded_by > PAGES_OF_FILE_MAX => {
                    let pages = file.loaded_by;
                    report.shared.push(SharedFile { path: address.clone(), pages });
                }
                None => {}
            }
        }
        report
    }

    /// Each file with text of a page, for [`Purpose::Leaks`]; else nothing. The one who knows the
    /// rules says which of them somebody may read who may not read the page.
    #[must_use]
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    fn names<'a>(&'a self, pages: &'a [u32]) -> impl Iterator<Item = &'a str> {
        pages.iter().filter_map(|page| self.pages.get(*page as usize)).map(String::as_str)
    }
}
