//! What becomes of those who may not enter, and of those who may.

use crate::target::Target;

/// A visitor who is not signed in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SignedOut {
    /// A page is redirected to sign-in and back; anything else is answered 401.
    #[default]
    SignIn,
    /// Answered with this status: 401 or 404.
    Status(u16),
    /// A page is redirected there; anything else is answered 401.
    Redirect(Target),
}

/// A visitor who is signed in but not allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Otherwise {
    /// Answered with this status: 403 or 404.
    Status(u16),
    /// A page is redirected there; anything else is answered 403.
    Redirect(Target),
}

impl Default for Otherwise {
    fn default() -> Self {
        Self::Status(403)
    }
}

/// Where a page sends the signed-in visitors that it allows, by role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectByRole {
    by_role: Vec<(String, Target)>,
    rest: Option<Target>,
}

impl RedirectByRole {
    pub(super) fn new(by_role: Vec<(String, Target)>, rest: Option<Target>) -> Self {
        Self { by_role, rest }
    }

    /// Where a visitor with these roles is sent: of several the first that is named counts. None
    /// means that the visitor stays.
    #[must_use]
    pub fn target(&self, roles: &[String]) -> Option<&Target> {
        let named = |role: &String| self.by_role.iter().find(|(known, _)| known == role);
        let target = roles.iter().find_map(named).map(|(_, target)| target);
        target.or(self.rest.as_ref())
    }

    /// Every role that is named, with its target.
    pub fn by_role(&self) -> impl Iterator<Item = (&str, &Target)> {
        self.by_role.iter().map(|(role, target)| (role.as_str(), target))
    }

    /// The target for all other visitors.
    #[must_use]
    pub fn rest(&self) -> Option<&Target> {
        self.rest.as_ref()
    }
}
