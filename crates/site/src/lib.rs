//! Reads a built static site and says which file belongs to which pages, so that the gate can
//! guard a page together with all that it consists of.
//!
//! It knows no rules and no people: who may read a page is decided elsewhere, from what is said
//! here. It reads through [`SiteFiles`] and writes nothing.
//!
//! ```
//! use clerk_edge_site::{Memory, Purpose, Site};
//!
//! let mut files = Memory::new();
//! files.insert("index.html", "<p>Anybody may read this sentence.");
//! files.insert("admin.html", "<p>The invoices of March are kept in the blue cabinet upstairs.");
//! files.insert("admin.txt", "The invoices of March are kept in the blue cabinet upstairs.");
//! let site = Site::read(&mut files, Purpose::Map, &mut |_| {})?;
//! assert_eq!(site.map()?, "clerk-edge-site 1 1\n/admin.txt\tt\t/admin\nend\n");
//! # Ok::<(), clerk_edge_site::SiteError>(())
//! ```

mod belongs;
mod css;
mod files;
mod findings;
#[cfg(feature = "fs")]
mod folder;
mod html;
pub mod limits;
mod loads;
mod map;
mod name;
mod page_text;
mod reference;
mod report;
mod scan;
mod script;
mod site;
mod text;
mod unescape;
mod unpack;
mod windows;
mod words;

pub use belongs::Tie;
pub use files::{Content, Memory, SiteError, SiteFiles};
pub use findings::{Finding, Held};
#[cfg(feature = "fs")]
pub use folder::Folder;
pub use map::MAP_NAME;
pub use name::{address_of, page_of};
pub use report::{PageFiles, Report, SharedFile};
pub use site::{Progress, Purpose, Site, Step};
