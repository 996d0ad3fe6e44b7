//! `CLERK_ORGANIZATION_SYNC`: the `organizationSyncOptions` of Clerk's SDK, as far as its patterns
//! are literals, `:name`, and a final `(.*)`. What a rule says of organizations belongs in
//! `ROUTES`.

use std::borrow::Cow;

use clerk_edge_token::session::Session;
use serde_json::Value;

use crate::settings::value_reader::ValueReader;

/// The organization that has to be active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedOrganization<'a> {
    /// The one with this id.
    Id(Cow<'a, str>),
    /// The one with this slug.
    Slug(Cow<'a, str>),
    /// None: the personal account.
    Personal,
}

impl WantedOrganization<'_> {
    /// The value of `organization_id` in a handshake's URL; empty for the personal account.
    #[must_use]
    pub fn parameter(&self) -> &str {
        match self {
            Self::Id(name) | Self::Slug(name) => name,
            Self::Personal => "",
        }
    }

    /// Whether it is the session's. An empty id is no organization.
    #[must_use]
    pub fn is_active(&self, session: &Session) -> bool {
        let active = session.claims().organization();
        let id = active.and_then(|it| it.id()).filter(|id| !id.is_empty());
        match self {
            Self::Id(wanted) => id == Some(wanted.as_ref()),
            Self::Slug(wanted) => active.and_then(|it| it.slug()) == Some(wanted.as_ref()),
            Self::Personal => id.is_none(),
        }
    }
}

/// Patterns of paths that name an organization, and of those of the personal account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganizationSync {
    organizations: Vec<PathPattern>,
    personal: Vec<PathPattern>,
}

/// A pattern, segment by segment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct PathPattern {
    segments: Vec<Part>,
    /// Whether it ends with `(.*)`.
    rest: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Compared without case, escapes as they are.
    Literal(String),
    /// Any segment.
    Name(String),
}

impl OrganizationSync {
    /// The organization that a path needs. As in Clerk's SDK the first pattern that matches gives
    /// it, `:id` counts before `:slug`, values are not decoded, and a pattern with neither names
    /// none.
    #[must_use]
    pub fn wanted<'p>(&self, path: &'p str) -> Option<WantedOrganization<'p>> {
        let captured = self.organizations.iter().find_map(|pattern| pattern.captures(path));
        let captured = captured.unwrap_or_default();
        let of = |wanted: &str| {
            let found = captured.iter().rev().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| Cow::Borrowed(*value))
        };
        if let Some(id) = of("id") {
            return Some(WantedOrganization::Id(id));
        }
        if let Some(slug) = of("slug") {
            return Some(WantedOrganization::Slug(slug));
        }
        let is_personal = self.personal.iter().any(|pattern| pattern.captures(path).is_some());
        is_personal.then_some(WantedOrganization::Personal)
    }
}

impl PathPattern {
    fn parse(text: &str) -> Option<Self> {
        let inner = text.strip_prefix('/')?;
        let (inner, rest) = match inner.strip_suffix("(.*)") {
            Some("") => ("", true),
            Some(before) => (before.strip_suffix('/')?, true),
            None => (inner, false),
        };
        let parts = inner.split('/').filter(|_| !inner.is_empty());
        Some(Self { segments: parts.map(Part::parse).collect::<Option<_>>()?, rest })
    }

    /// The names with their values, if the pattern matches.
    fn captures<'s, 'p>(&'s self, path: &'p str) -> Option<Vec<(&'s str, &'p str)>> {
        let mut rest = path.strip_prefix('/')?;
        let mut captured = Vec::new();
        let mut is_last = false;
        for part in &self.segments {
            let (segment, after) = rest.split_once('/').unwrap_or((rest, ""));
            is_last = !rest.contains('/');
            match part {
                Part::Literal(text) if text.eq_ignore_ascii_case(segment) => {}
                Part::Name(name) if !segment.is_empty() => captured.push((name.as_str(), segment)),
                _ => return None,
            }
            rest = after;
        }
        let ends = if self.rest { !is_last } else { rest.is_empty() };
        ends.then_some(captured)
    }
}

impl Part {
    fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_graphic() && !b"():*+?{}[]|^$\\#".contains(&byte);
        let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        match text.strip_prefix(':') {
            Some(name) if !name.is_empty() && name.bytes().all(word) => {
                Some(Self::Name(name.to_owned()))
            }
            None if !text.is_empty() && text.bytes().all(plain) => {
                Some(Self::Literal(text.to_owned()))
            }
            _ => None,
        }
    }
}

/// Reads the setting. Empty lists switch it off.
pub(super) fn read(reader: &mut ValueReader<'_>, name: &str) -> Option<OrganizationSync> {
    let table = reader.table(name)?;
    let mut sync = OrganizationSync::default();
    for (key, value) in &table.0 {
        let place = format!("{name}.{key}");
        let into = match key.as_str() {
            "organizationPatterns" => &mut sync.organizations,
            "personalAccountPatterns" => &mut sync.personal,
            _ => {
                reader.add(place, "must be `organizationPatterns` or `personalAccountPatterns`");
                continue;
            }
        };
        match patterns(value) {
            Some(patterns) => *into = patterns,
            None => reader.add(place, PATTERNS),
        }
    }
    (sync != OrganizationSync::default()).then_some(sync)
}

fn patterns(value: &Value) -> Option<Vec<PathPattern>> {
    value.as_array()?.iter().map(|item| PathPattern::parse(item.as_str()?)).collect()
}

const PATTERNS: &str = "must be a list of paths such as `/orgs/:slug` and `/orgs/:slug/(.*)`: \
                        literals, `:name`, and `(.*)` at the end";
