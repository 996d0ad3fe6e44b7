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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Which factors.
    pub level: Level,
    /// Stale from this age on.
    pub after_minutes: u32,
}

impl Preset {
    /// Clerk's name for it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (level, after_minutes) = match name {
            "strict_mfa" => (Level::MultiFactor, 10),
            "strict" => (Level::SecondFactor, 10),
            "moderate" => (Level::SecondFactor, 60),
            "lax" => (Level::SecondFactor, 1_440),
            _ => return None,
        };
        Some(Self { level, after_minutes })
    }
}

/// Minutes since each factor was proved; `None` where it is not enrolled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Factors {
    first: Option<f64>,
    second: Option<f64>,
}

impl Factors {
    /// Reads `fva`: two numbers, each −1 or not negative. All else is no statement.
    #[must_use]
    pub fn read(claim: Option<&Value>) -> Option<Self> {
        let [first, second] = claim?.as_array()?.as_slice() else {
            return None;
        };
        Some(Self { first: age(first)?, second: age(second)? })
    }

    /// Whether the level's factors are younger than so many minutes.
    #[must_use]
    pub fn fresh(self, level: Level, after_minutes: u32) -> bool {
        let is_fresh = |age: f64| f64::from(after_minutes) > age;
        match (level, self.first, self.second) {
            (_, None, None) | (Level::FirstFactor | Level::MultiFactor, None, Some(_)) => false,
            (Level::FirstFactor, Some(age), _) | (_, Some(age), None) => is_fresh(age),
            (Level::SecondFactor, _, Some(age)) => is_fresh(age),
            (Level::MultiFactor, Some(first), Some(second)) => is_fresh(first) && is_fresh(second),
        }
    }
}

#[expect(clippy::float_cmp, reason = "exactly minus one means not enrolled")]
fn age(minutes: &Value) -> Option<Option<f64>> {
    let minutes = minutes.as_f64()?;
    if minutes == -1.0 {
        return Some(None);
    }
    (minutes >= 0.0).then_some(Some(minutes))
}
