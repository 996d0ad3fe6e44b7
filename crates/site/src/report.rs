//! What the command says about a site: per page what belongs to it, and what belongs to many.

use crate::belongs::Tie;
use crate::findings::Finding;

/// A site, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Every page, by its address.
    pub pages: Vec<PageFiles>,
    /// Files that more than 16 pages load, and that belong to none for that.
    pub shared: Vec<SharedFile>,
    /// What the operator should know.
    pub findings: Vec<Finding>,
}

/// A page and its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageFiles {
    /// The page, by the name that rules see.
    pub path: String,
    /// The addresses of its files, and why each is one.
    pub files: Vec<(String, Tie)>,
}

/// A file that many pages load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedFile {
    /// Its address.
    pub path: String,
    /// How many pages load it.
    pub pages: usize,
}
