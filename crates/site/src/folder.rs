//! A folder of the file system as a site. Symbolic links are not followed: what they lead to may
//! lie outside, and wrangler has its own idea of them.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::files::{Content, SiteFiles};

/// A site's folder.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// The site in this folder.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn collect(&self, below: &Path, names: &mut Vec<Vec<u8>>) -> std::io::Result<()> {
        for entry in fs::read_dir(self.root.join(below))? {
            let entry = entry?;
            let name = below.join(entry.file_name());
            let kind = entry.file_type()?;
            if kind.is_dir() {
                self.collect(&name, names)?;
            } else if kind.is_file() {
                names.push(bytes_of(&name));
            }
        }
        Ok(())
    }
}

impl SiteFiles for Folder {
    fn names(&mut self) -> Result<Vec<Vec<u8>>, String> {
        let mut names = Vec::new();
        self.collect(Path::new(""), &mut names).map_err(|error| error.to_string())?;
        Ok(names)
    }

    fn read(&mut self, name: &[u8], bytes_max: usize) -> Result<Content, String> {
        let read = || {
            let file = File::open(self.root.join(path_of(name)))?;
            let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
            if length > bytes_max {
                return Ok(Content::TooLarge);
            }
            let mut bytes = Vec::with_capacity(length);
            let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX);
            file.take(limit).read_to_end(&mut bytes)?;
            Ok(Content::Whole(bytes))
        };
        read().map_err(|error: std::io::Error| error.to_string())
    }
}

#[cfg(unix)]
fn bytes_of(name: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    name.as_os_str().as_bytes().to_vec()
}

#[cfg(unix)]
fn path_of(name: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(name))
}

/// Windows separates with `\`, and its names are UTF-16; an unpaired half is lost, and reading the
/// file then fails loudly.
#[cfg(not(unix))]
fn bytes_of(name: &Path) -> Vec<u8> {
    let segments = name.iter().map(|segment| segment.to_string_lossy().into_owned());
    segments.collect::<Vec<_>>().join("/").into_bytes()
}

#[cfg(not(unix))]
fn path_of(name: &[u8]) -> PathBuf {
    String::from_utf8_lossy(name).split('/').collect()
}
