//! Outcomes as people write them: `forward`, `sign-in`, `handshake`, a status, or a target.

use clerk_edge_gate::plan::{Action, Plan};
use clerk_edge_gate::session::sign_in_redirect::SignInRedirect;
use clerk_edge_gate::settings::Settings;
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::url_parts::UrlParts;
use serde_json::Value;

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It goes on.
    Forward,
    /// To the sign-in page.
    SignIn,
    /// To Clerk and back.
    Handshake,
    /// An answer of the gate's own.
    Status(u16),
    /// Elsewhere.
    Redirect(String),
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Forward => f.write_str("forward"),
            Self::SignIn => f.write_str("sign-in"),
            Self::Handshake => f.write_str("handshake"),
            Self::Status(status) => status.fmt(f),
            Self::Redirect(target) => f.write_str(target),
        }
    }
}

impl Outcome {
    /// Reads an outcome.
    ///
    /// # Errors
    /// A sentence that says what an outcome is.
    pub fn read(text: &str) -> Result<Self, String> {
        match text {
            "forward" => Ok(Self::Forward),
            "sign-in" => Ok(Self::SignIn),
            "handshake" => Ok(Self::Handshake),
            _ if text.starts_with('/') || text.starts_with("https://") => {
                Ok(Self::Redirect(text.to_owned()))
            }
            _ => match text.parse::<u16>() {
                Ok(status) if (100..600).contains(&status) => Ok(Self::Status(status)),
                _ => Err(format!(
                    "`{text}` is no outcome: write forward, sign-in, handshake, a status, or the \
                     target of a redirect"
                )),
            },
        }
    }
}

/// The decision about one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// As people write it.
    pub outcome: Outcome,
    /// The status, where the gate answers by itself.
    pub status: Option<u16>,
    /// The code of a refusal.
    pub code: Option<String>,
    /// The whole address of a redirect.
    pub location: Option<String>,
    /// What the upstream receives.
    pub headers: Vec<(String, String)>,
}

impl Decided {
    /// From the plan for a request.
    #[must_use]
    pub fn of(plan: &Plan<'_>, settings: &Settings, request: &impl Incoming) -> Self {
        let answer = match &plan.action {
            Action::Forward(forward) => {
                return Self {
                    outcome: Outcome::Forward,
                    status: None,
                    code: None,
                    location: None,
                    headers: forward.set.clone(),
                };
            }
            Action::Answer(answer) => answer,
        };
        let line = plan.finish.answered(answer, 0).unwrap_or_default();
        let line: Value = serde_json::from_str(&line).unwrap_or_default();
        let location = answer.header("location").map(str::to_owned);
        let is_handshake = line.get("outcome").and_then(Value::as_str) == Some("handshake");
        let outcome = match &location {
            Some(_) if is_handshake => Outcome::Handshake,
            Some(location) if is_sign_in(location, settings, request) => Outcome::SignIn,
            Some(location) => Outcome::Redirect(on_site(location, request)),
            None => Outcome::Status(answer.status),
        };
        Self {
            outcome,
            status: Some(answer.status),
            code: line.get("code").and_then(Value::as_str).map(str::to_owned),
            location,
            headers: Vec::new(),
        }
    }
}

fn is_sign_in(location: &str, settings: &Settings, request: &impl Incoming) -> bool {
    SignInRedirect::from(settings, request)
        .is_some_and(|it| [false, true].iter().any(|pending| it.to_sign_in(*pending) == location))
}

/// A target on this site as the rule writes it.
fn on_site(location: &str, request: &impl Incoming) -> String {
    let origin = UrlParts::of(request.url())
        .map(|it| format!("{}://{}", it.scheme.trim_end_matches([':', '/']), it.authority))
        .unwrap_or_default();
    let path = location.strip_prefix(&origin).filter(|path| path.starts_with('/'));
    path.unwrap_or(location).to_owned()
}
