//! One fault of the configuration, with its place. All of them are reported at once.

/// What is wrong, and where: `ROUTES[3].allow.role`. Never holds a value of a binding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The binding, and the path inside it.
    pub place: String,
    /// One sentence that says what to do.
    pub message: String,
}

impl Problem {
    /// A fault at a place.
    pub fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}
