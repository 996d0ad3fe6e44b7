//! The kinds of callers: a person with a session, and the three kinds of machines. Which of them a
//! rule accepts is in [`crate::accepted`].

/// A kind of caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallerKind {
    /// A person with a session.
    Session,
    /// An API key of a user or an organization.
    ApiKey,
    /// A machine with an M2M token.
    Machine,
    /// An application with an OAuth access token.
    OAuth,
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerKinds(u8);

impl CallerKind {
    /// Clerk's name of the token.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session_token",
            Self::ApiKey => "api_key",
            Self::Machine => "m2m_token",
            Self::OAuth => "oauth_token",
        }
    }

    /// Whether it is a machine's.
    #[must_use]
    pub const fn is_machine(self) -> bool {
        !matches!(self, Self::Session)
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Session => 1,
            Self::ApiKey => 2,
            Self::Machine => 4,
            Self::OAuth => 8,
        }
    }
}

impl CallerKinds {
    /// People with sessions alone.
    pub const SESSION: Self = Self(1);
    /// All machines.
    pub const MACHINES: Self = Self(2 | 4 | 8);
    pub(crate) const ALL: Self = Self(15);
    pub(crate) const NONE: Self = Self(0);

    /// One kind.
    #[must_use]
    pub const fn only(kind: CallerKind) -> Self {
        Self(kind.bit())
    }

    /// Whether a kind is in the set.
    #[must_use]
    pub const fn has(self, kind: CallerKind) -> bool {
        self.0 & kind.bit() != 0
    }

    /// Whether any kind of machine is in the set.
    #[must_use]
    pub const fn has_machines(self) -> bool {
        self.0 & Self::MACHINES.0 != 0
    }

    /// Whether there is exactly one kind in the set.
    #[must_use]
    pub const fn is_one(self) -> bool {
        self.0.is_power_of_two()
    }

    /// The kinds of either set.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl Default for CallerKinds {
    fn default() -> Self {
        Self::SESSION
    }
}
