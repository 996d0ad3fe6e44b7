//! How recently a person must have proved who they are: levels, Clerk's presets, and the
//! comparison with the ages of the factors.

/// Which factors must be fresh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The first.
    FirstFactor,
    /// The second; the other one where only one is enrolled.
    SecondFactor,
    /// Both; the first alone where no second is enrolled.
    MultiFactor,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::FirstFactor, Self::SecondFactor, Self::MultiFactor];

    /// Clerk's name for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::FirstFactor => "first_factor",
            Self::SecondFactor => "second_factor",
            Self::MultiFactor => "multi_factor",
        }
    }

    /// The level that Clerk calls so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }
}

/// How recently which factors must have been verified.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reverification {
    /// Which factors.
    pub level: Level,
    /// Stale from this age on.
    pub after_minutes: f64,
}

impl Reverification {
    /// Clerk's ready-made demands, each with its name.
    pub const PRESETS: [(&str, Self); 4] = [
        ("strict_mfa", Self { level: Level::MultiFactor, after_minutes: 10.0 }),
        ("strict", Self { level: Level::SecondFactor, after_minutes: 10.0 }),
        ("moderate", Self { level: Level::SecondFactor, after_minutes: 60.0 }),
        ("lax", Self { level: Level::SecondFactor, after_minutes: 1_440.0 }),
    ];

    /// Clerk's preset of this name.
    #[must_use]
    pub fn preset(name: &str) -> Option<Self> {
        Self::PRESETS.iter().find(|(known, _)| *known == name).map(|(_, preset)| *preset)
    }

    /// The preset's name, where it is one.
    #[must_use]
    pub fn preset_name(&self) -> Option<&'static str> {
        Self::PRESETS.iter().find(|(_, preset)| preset == self).map(|(name, _)| *name)
    }

    /// Whether factors of these ages are fresh enough. An age is in minutes, and `None` where the
    /// factor is not enrolled.
    #[must_use]
    pub fn holds(&self, first: Option<f64>, second: Option<f64>) -> bool {
        let is_fresh = |age: Option<f64>| age.is_some_and(|age| age < self.after_minutes);
        match self.level {
            Level::SecondFactor if second.is_some() => is_fresh(second),
            Level::MultiFactor if second.is_some() => is_fresh(first) && is_fresh(second),
            _ => is_fresh(first),
        }
    }
}
