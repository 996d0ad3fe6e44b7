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
    /// Clerk's name for it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "first_factor" => Some(Self::FirstFactor),
            "second_factor" => Some(Self::SecondFactor),
            "multi_factor" => Some(Self::MultiFactor),
            _ => None,
        }
    }
}

/// Clerk's ready-made demands: a level, and the age in minutes at which a proof is stale.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Preset {
    /// Which factors.
    pub level: Level,
    /// Stale from this age on.
    pub after_minutes: f64,
}

impl Preset {
    /// Clerk's name for it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (level, after_minutes) = match name {
            "strict_mfa" => (Level::MultiFactor, 10.0),
            "strict" => (Level::SecondFactor, 10.0),
            "moderate" => (Level::SecondFactor, 60.0),
            "lax" => (Level::SecondFactor, 1_440.0),
            _ => return None,
        };
        Some(Self { level, after_minutes })
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
