//! Features (`fea`) and plans (`pla`): comma lists of `scope:name`, where the scope is `o` for the
//! organization, `u` for the user, or both. Whether a rule asks for one belongs in the rules.

use crate::claims::malformed::Malformed;

/// A parsed list: the names of each scope. Every item had a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes<'a> {
    organization: Vec<&'a str>,
    user: Vec<&'a str>,
}

impl<'a> Scopes<'a> {
    /// Parses a list. Items with an unknown scope are left out.
    ///
    /// # Errors
    /// [`Malformed`] if an item has no colon.
    pub fn read(list: &'a str) -> Result<Self, Malformed> {
        let mut scopes = Self::default();
        if list.is_empty() {
            return Ok(scopes);
        }
        for item in list.split(',') {
            let (scope, name) = item.trim().split_once(':').ok_or(Malformed)?;
            if matches!(scope, "o" | "ou" | "uo") {
                scopes.organization.push(name);
            }
            if matches!(scope, "u" | "ou" | "uo") {
                scopes.user.push(name);
            }
        }
        Ok(scopes)
    }

    /// The organization's names, in order.
    #[must_use]
    pub fn organization(&self) -> &[&'a str] {
        &self.organization
    }

    /// Whether `name`, `org:name` or `user:name` is in the list. Text after a second colon is
    /// ignored, as in Clerk's SDK; a name with an unknown scope is never in the list.
    #[must_use]
    pub fn contains(&self, asked: &str) -> bool {
        let mut parts = asked.split(':');
        let first = parts.next().unwrap_or_default();
        let Some(second) = parts.next() else {
            return self.organization.contains(&first) || self.user.contains(&first);
        };
        let name = if second.is_empty() { first } else { second };
        match first {
            "o" | "org" | "organization" => self.organization.contains(&name),
            "u" | "user" => self.user.contains(&name),
            _ => false,
        }
    }
}
