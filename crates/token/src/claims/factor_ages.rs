//! How long ago a person proved who they are, by first and by second factor (`fva`).

use serde_json::Value;

/// Minutes since each factor was verified; `None` where it is not enrolled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactorAges {
    /// Of the first factor.
    pub first: Option<f64>,
    /// Of the second factor.
    pub second: Option<f64>,
}

impl FactorAges {
    /// Reads `fva`: two numbers, each −1 or not negative. Anything else is no statement.
    #[must_use]
    pub fn read(claim: Option<&Value>) -> Option<Self> {
        let [first, second] = claim?.as_array()?.as_slice() else {
            return None;
        };
        Some(Self { first: minutes(first)?, second: minutes(second)? })
    }
}

/// `Some(None)` for a factor that is not enrolled.
fn minutes(claim: &Value) -> Option<Option<f64>> {
    match claim.as_f64()? {
        -1.0 => Some(None),
        minutes if minutes >= 0.0 => Some(Some(minutes)),
        _ => None,
    }
}
