//! A folder of the host as a built site.

use clerk_edge_site::{Content, SiteFiles};

use crate::config::find::join;
use crate::host::{Files, ReadError};

/// The folder.
pub struct HostSite<'h, H> {
    files: &'h H,
    root: String,
}

impl<'h, H: Files> HostSite<'h, H> {
    /// A folder by its path.
    #[must_use]
    pub fn new(files: &'h H, root: &str) -> Self {
        Self { files, root: root.to_owned() }
    }
}

/// The names of all files below a folder, sorted.
///
/// # Errors
/// Where the folder is not there or cannot be read.
pub fn names(files: &impl Files, root: &str) -> Result<Vec<String>, ReadError> {
    let mut names = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        let path = if folder.is_empty() { root.to_owned() } else { join(root, &folder) };
        for entry in files.list(&path)? {
            let name =
                if folder.is_empty() { entry.name.clone() } else { join(&folder, &entry.name) };
            if entry.is_folder {
                folders.push(name);
            } else {
                names.push(name);
            }
        }
    }
    names.sort();
    Ok(names)
}

impl<H: Files> SiteFiles for HostSite<'_, H> {
    fn names(&mut self) -> Result<Vec<Vec<u8>>, String> {
        match names(self.files, &self.root) {
            Ok(names) => Ok(names.into_iter().map(String::into_bytes).collect()),
            Err(ReadError::NotFound) => Err(format!("there is no folder {}", self.root)),
            Err(ReadError::Unreadable(why)) => Err(why),
        }
    }

    fn read(&mut self, name: &[u8], bytes_max: usize) -> Result<Content, String> {
        let name = str::from_utf8(name).map_err(|_| "the name is no UTF-8".to_owned())?;
        match self.files.read(&join(&self.root, name)) {
            Ok(bytes) if bytes.len() > bytes_max => Ok(Content::TooLarge),
            Ok(bytes) => Ok(Content::Whole(bytes)),
            Err(ReadError::NotFound) => Err(format!("there is no file {name}")),
            Err(ReadError::Unreadable(why)) => Err(why),
        }
    }
}
