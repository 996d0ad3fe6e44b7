//! How long ago the user verified their first and second factor (`fva`). Which age a rule asks for
//! belongs in the rules.

use serde_json::Value;

/// Minutes since each factor was verified; `None` if it is not enrolled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FactorAges {
    /// The age of the first factor.
    pub first: Option<f64>,
    /// The age of the second factor.
    pub second: Option<f64>,
}

impl FactorAges {
    /// Parses `fva`: two numbers, each −1 or not negative; `None` for anything else.
    #[must_use]
    pub fn read(claim: Option<&Value>) -> Option<Self> {
        let [first, second] = claim?.as_array()?.as_slice() else {
            return None;
        };
        let minutes = |claim: &Value| claim.as_f64().filter(|it| *it >= 0.0 || matches!(it, -1.0));
        let if_enrolled = |minutes: f64| (minutes >= 0.0).then_some(minutes);
        Some(Self { first: if_enrolled(minutes(first)?), second: if_enrolled(minutes(second)?) })
    }
}
