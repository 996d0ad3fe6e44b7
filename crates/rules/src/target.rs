//! Where a redirect leads: a path on this site, or an absolute `https:` URL written in the rule.
//!
//! Only captured `:name` values are taken from a request, each encoded as one segment, so a request
//! cannot change scheme, host or number of segments.

use crate::path_params::PathParams;
use crate::pattern::{is_name, is_plain};
use clerk_edge_http::path::{RequestPath, has_dot_segments};
use clerk_edge_http::percent::{URI, push_segment};
use clerk_edge_http::url::Url;

/// A redirect target. Whatever values are filled in, it stays where the operator wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(TargetKind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum TargetKind {
    Site { parts: Vec<TargetPart>, slash: bool, suffix: String },
    Elsewhere(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum TargetPart {
    Text(String),
    Name(String),
}

impl Target {
    /// The target with the parameters of one request: a path on this site, or an absolute URL.
    #[must_use]
    pub fn fill(&self, names: &PathParams) -> String {
        match &self.0 {
            TargetKind::Site { suffix, .. } => {
                let mut address = self.path(names).unwrap_or_default();
                address.push_str(suffix);
                address
            }
            TargetKind::Elsewhere(address) => address.clone(),
        }
    }

    /// The path alone, where it leads to this site.
    #[must_use]
    pub fn path(&self, names: &PathParams) -> Option<String> {
        let TargetKind::Site { parts, slash, .. } = &self.0 else { return None };
        let mut path = String::new();
        for part in parts {
            path.push('/');
            match part {
                TargetPart::Text(text) => path.push_str(text),
                // Each name is one of the rule's path, so it has a value that is not empty.
                TargetPart::Name(name) => push_segment(names.get(name).unwrap_or(b"-"), &mut path),
            }
        }
        if *slash {
            path.push('/');
        }
        Some(path)
    }

    /// Reads a target; `names` are those that the rule's path captures.
    pub(super) fn read(text: &str, names: &[&str]) -> Result<Self, String> {
        let is_stray = |c: &char| !u8::try_from(*c).is_ok_and(|byte| URI.contains(byte));
        if let Some(stray) = text.chars().find(is_stray) {
            return Err(format!("{stray:?} is not allowed in a URL; percent-encode it"));
        }
        if text.starts_with('/') { site(text, names) } else { elsewhere(text) }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (parts, slash, suffix) = match &self.0 {
            TargetKind::Site { parts, slash, suffix } => (parts, *slash, suffix),
            TargetKind::Elsewhere(address) => return f.write_str(address),
        };
        for part in parts {
            match part {
                TargetPart::Text(text) => write!(f, "/{text}")?,
                TargetPart::Name(name) => write!(f, "/:{name}")?,
            }
        }
        write!(f, "{}{suffix}", if slash { "/" } else { "" })
    }
}

fn site(text: &str, names: &[&str]) -> Result<Target, String> {
    let end = text.find(['?', '#']).unwrap_or(text.len());
    let (path, suffix) = text.split_at_checked(end).unwrap_or((text, ""));
    if let Some(name) = names.iter().find(|name| suffix.contains(&format!(":{name}"))) {
        return Err(format!("`:{name}` is filled in as a whole segment of the path alone"));
    }
    let inner = path.strip_prefix('/').unwrap_or(path);
    let (inner, slash) = match inner.strip_suffix('/') {
        Some(inner) => (inner, true),
        None => (inner, inner.is_empty()),
    };
    let mut parts = Vec::new();
    if !(inner.is_empty() && slash && path.len() == 1) {
        for segment in inner.split('/') {
            parts.push(part(segment, names)?);
        }
    }
    Ok(Target(TargetKind::Site { parts, slash, suffix: suffix.to_owned() }))
}

fn part(segment: &str, names: &[&str]) -> Result<TargetPart, String> {
    if is_plain(segment) {
        return Ok(TargetPart::Text(segment.to_owned()));
    }
    odd_part(segment, names)
}

#[cold]
#[inline(never)]
fn odd_part(segment: &str, names: &[&str]) -> Result<TargetPart, String> {
    if let Some(name) = segment.strip_prefix(':') {
        return match names.contains(&name) {
            true => Ok(TargetPart::Name(name.to_owned())),
            false if is_name(name) => Err(format!("the rule's path has no `:{name}`")),
            false => Err(format!("`:{name}` is no name; write `%3A` for a literal colon")),
        };
    }
    if segment.is_empty() {
        return Err("a target holds no empty segment (`//`)".to_owned());
    }
    if has_dot_segments(segment) {
        return Err(DOT_SEGMENTS.to_owned());
    }
    let canonical = RequestPath::parse(&format!("/{segment}"))
        .map_err(|_| "a target is a path with whole escapes".to_owned())?;
    Ok(TargetPart::Text(canonical.as_str().trim_start_matches('/').to_owned()))
}

#[inline(never)]
fn elsewhere(text: &str) -> Result<Target, String> {
    let rest = text.strip_prefix("https://").ok_or(
        "a target is a path on this site (`/…`) or an address that begins with `https://`",
    )?;
    if Url::parse_exact(text).is_none() {
        let problem = if has_dot_segments(rest) { DOT_SEGMENTS } else { NO_HOST };
        return Err(problem.to_owned());
    }
    if rest.split(['/', '?', '#']).any(|part| part.strip_prefix(':').is_some_and(is_name)) {
        return Err("`:name` is filled in on this site alone; write the address out".to_owned());
    }
    Ok(Target(TargetKind::Elsewhere(text.to_owned())))
}

const DOT_SEGMENTS: &str = "a target is written without `.` and `..`";
const NO_HOST: &str = "the URL has no valid host";
