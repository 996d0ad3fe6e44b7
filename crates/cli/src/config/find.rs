//! Where the configuration is: the named file, else the nearest wrangler file upwards.

use crate::host::{Files, Host, ReadError};
use crate::report::Failure;

/// Reads the file that counts: its path, its folder and its text. None where there is none.
///
/// # Errors
/// Where a named file is not there, or the file cannot be read.
pub fn wrangler(
    host: &impl Files,
    named: Option<&str>,
) -> Result<Option<(String, String, String)>, Failure> {
    if let Some(path) = named {
        let text = decode_named(host, path)?;
        let absolute = host.absolute(path);
        return Ok(Some((path.to_owned(), folder(&absolute), text)));
    }
    let mut at = host.absolute(".");
    loop {
        for name in NAMES {
            let path = join(&at, name);
            match host.read(&path) {
                Ok(bytes) => return Ok(Some((shown(host, &path), at, decode(&path, bytes)?))),
                Err(ReadError::NotFound) => {}
                Err(ReadError::Unreadable(why)) => return Err(Failure::input(&path, why)),
            }
        }
        let above = folder(&at);
        if above == at {
            return Ok(None);
        }
        at = above;
    }
}

/// The text of a file that must be there; `-` is standard input.
///
/// # Errors
/// Where it is not there, cannot be read or is no UTF-8.
pub fn text<H: Host>(host: &H, path: &str) -> Result<String, Failure> {
    if path != "-" {
        return decode_named(host, path);
    }
    match host.read_input() {
        Ok(bytes) => decode(path, bytes),
        Err(_) => Err(Failure::input(path, "standard input cannot be read")),
    }
}

fn decode_named(host: &impl Files, path: &str) -> Result<String, Failure> {
    match host.read(path) {
        Ok(bytes) => decode(path, bytes),
        Err(ReadError::NotFound) => Err(Failure::input(path, "there is no such file")),
        Err(ReadError::Unreadable(why)) => Err(Failure::input(path, why)),
    }
}

/// A name inside a folder.
#[must_use]
pub fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// The folder that a path stands in.
#[must_use]
pub fn folder(path: &str) -> String {
    match path.rsplit_once('/') {
        Some(("", _)) => "/".to_owned(),
        Some((above, _)) => above.to_owned(),
        None => path.to_owned(),
    }
}

/// A path as it is shown: from the current folder where it is below it.
fn shown(host: &impl Files, path: &str) -> String {
    let here = host.absolute(".");
    let below = path.strip_prefix(here.trim_end_matches('/')).and_then(|it| it.strip_prefix('/'));
    below.unwrap_or(path).to_owned()
}

fn decode(path: &str, bytes: Vec<u8>) -> Result<String, Failure> {
    let text = String::from_utf8(bytes).map_err(|_| Failure::input(path, "this is no UTF-8"))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

const NAMES: [&str; 3] = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];
