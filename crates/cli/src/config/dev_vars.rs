//! The files with secrets beside the configuration: `.dev.vars.ENV`, `.dev.vars`, `.env`.

use crate::host::{Files, ReadError};
use crate::report::Failure;

/// The pairs of one file.
#[derive(Clone, Debug, Default)]
pub struct DevVars {
    /// The file's name.
    pub name: String,
    pairs: Vec<(String, String)>,
}

impl DevVars {
    /// The value under a name. Of two the last counts, as for dotenv; an empty one is none.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let pair = self.pairs.iter().rev().find(|(known, _)| known == name)?;
        Some(pair.1.as_str()).filter(|value| !value.is_empty())
    }

    /// The names in it.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().map(|(name, _)| name.as_str())
    }
}

/// Every such file of a folder, the one that counts most first.
///
/// # Errors
/// Where a file is there and cannot be read. The message never repeats a line of it.
pub fn read(host: &impl Files, folder: &str, env: Option<&str>) -> Result<Vec<DevVars>, Failure> {
    let of_env = env.map(|env| format!(".dev.vars.{env}"));
    let names = of_env.into_iter().chain([".dev.vars".to_owned(), ".env".to_owned()]);
    let mut files = Vec::new();
    for name in names {
        match host.read(&format!("{folder}/{name}")) {
            Ok(bytes) => files.push(parse(&name, &bytes)?),
            Err(ReadError::NotFound) => {}
            Err(ReadError::Unreadable(why)) => return Err(Failure::input(&name, why)),
        }
    }
    Ok(files)
}

fn parse(name: &str, bytes: &[u8]) -> Result<DevVars, Failure> {
    let mut pairs = Vec::new();
    for (at, pair) in dotenvy::from_read_iter(bytes).enumerate() {
        let nth = at.saturating_add(1);
        pairs.push(
            pair.map_err(|_| Failure::input(name, format!("entry {nth} is no `NAME=value`")))?,
        );
    }
    Ok(DevVars { name: name.to_owned(), pairs })
}
