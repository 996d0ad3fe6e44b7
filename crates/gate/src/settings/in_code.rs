//! Settings that a program gives to its gate in code, beside the bindings. Cloudflare keeps at most
//! 5 kB in a variable, which is some fifty rules; code has no such limit.
//!
//! They have the names of the variables. Bindings and secrets belong in the environment. A name
//! that is set in both places is a problem, because one of the two would be without effect.

use clerk_edge_rules::problem::Problem;

use crate::settings::bindings::{
    ASSETS, Binding, Bindings, CLERK_CACHE, CLERK_SECRET_KEY, NAMES, ORIGIN, ROUTES,
};

/// The settings in code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InCode {
    values: Vec<(String, Binding)>,
    has_handler: bool,
    ignores_routes: bool,
}

impl InCode {
    /// These values, in the order in which they stand there.
    #[must_use]
    pub fn new(values: Vec<(String, Binding)>) -> Self {
        Self { values, ..Self::default() }
    }

    /// The same for a program whose own handler is the upstream.
    #[must_use]
    pub fn with_handler(self) -> Self {
        Self { has_handler: true, ..self }
    }

    /// The same for a function with a rule of its own: `ROUTES` is not read.
    #[must_use]
    pub fn without_routes(self) -> Self {
        Self { ignores_routes: true, ..self }
    }

    pub(super) const fn has_handler(&self) -> bool {
        self.has_handler
    }

    /// What is wrong with the names, whatever their values are.
    pub(super) fn problems(&self, env: &dyn Bindings) -> Vec<Problem> {
        let problem = |(name, _): &(String, Binding)| {
            let message = if OF_THE_ENVIRONMENT.contains(&name.as_str()) {
                "belongs in the environment (a secret or a binding), not in code"
            } else if !NAMES.contains(&name.as_str()) {
                "is no setting"
            } else if env.get(name).is_some_and(|it| it != Binding::Text(String::new())) {
                "is set in code and in the environment: take one of them away"
            } else {
                return None;
            };
            Some(Problem::new(name.as_str(), message))
        };
        self.values.iter().filter_map(problem).collect()
    }
}

/// The settings in code before those of the environment.
pub(super) struct Beside<'a> {
    pub(super) env: &'a dyn Bindings,
    pub(super) code: &'a InCode,
}

impl Bindings for Beside<'_> {
    fn get(&self, name: &str) -> Option<Binding> {
        let in_code = self.code.values.iter().find(|(known, _)| known == name);
        match in_code {
            _ if self.code.ignores_routes && name == ROUTES => None,
            Some((_, value)) => Some(value.clone()),
            None => self.env.get(name),
        }
    }

    fn names(&self) -> Vec<String> {
        self.env.names()
    }
}

/// What cannot or must not stand in code.
const OF_THE_ENVIRONMENT: [&str; 4] = [ASSETS, CLERK_CACHE, CLERK_SECRET_KEY, ORIGIN];
