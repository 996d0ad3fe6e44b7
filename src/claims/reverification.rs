//! How long ago a person proved who they are, by first and by second factor.

use serde_json::Value;

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
}

/// How long ago each factor was proved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factors {
    first: Factor,
    second: Factor,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Factor {
    NotEnrolled,
    ProvedMinutesAgo(f64),
}

impl Factors {
    /// Reads `fva`: two numbers, each −1 or not negative. All else is no statement.
    #[must_use]
    pub fn read(claim: Option<&Value>) -> Option<Self> {
        let [first, second] = claim?.as_array()?.as_slice() else {
            return None;
        };
        Some(Self { first: Factor::read(first)?, second: Factor::read(second)? })
    }

    /// Whether the level's factors are younger than so many minutes.
    #[must_use]
    pub fn fresh(self, level: Level, after_minutes: f64) -> bool {
        let Self { first, second } = self;
        let is_fresh = |factor: Factor| factor.is_younger_than(after_minutes);
        let is_enrolled = |factor: Factor| factor != Factor::NotEnrolled;
        match level {
            Level::SecondFactor if is_enrolled(second) => is_fresh(second),
            Level::MultiFactor if is_enrolled(second) => is_fresh(first) && is_fresh(second),
            _ => is_fresh(first),
        }
    }
}

impl Factor {
    fn read(minutes: &Value) -> Option<Self> {
        match minutes.as_f64()? {
            -1.0 => Some(Self::NotEnrolled),
            minutes if minutes >= 0.0 => Some(Self::ProvedMinutesAgo(minutes)),
            _ => None,
        }
    }

    fn is_younger_than(self, minutes: f64) -> bool {
        matches!(self, Self::ProvedMinutesAgo(age) if age < minutes)
    }
}
