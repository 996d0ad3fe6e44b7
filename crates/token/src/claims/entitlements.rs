//! Features and plans: comma lists of `scope:name`, where the scope is the organization's (`o`),
//! the user's (`u`) or both.

use crate::claims::Malformed;

/// Holding one means: every item of the list had a scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes<'a> {
    organization: Vec<&'a str>,
    user: Vec<&'a str>,
}

impl<'a> Scopes<'a> {
    /// Reads a list. Scopes that we do not know are left out; an item without one breaks the list.
    ///
    /// # Errors
    /// [`Malformed`] where an item has no colon.
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

    /// Whether `name`, `org:name` or `user:name` is in the list. What stands after a second colon
    /// means nothing; nor does a scope that does not exist.
    #[must_use]
    pub fn hold(&self, asked: &str) -> bool {
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
