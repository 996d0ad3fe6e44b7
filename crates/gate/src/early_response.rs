//! A response that the gate gives by itself, before the upstream.

use crate::answer::refusal::refuse;
use crate::answer::{Answer, Refusal, redirect};
use crate::settings::problems::SettingsProblems;
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::problem::Problem;

/// Why a request does not go on.
#[derive(Clone, Debug)]
pub(crate) struct EarlyResponse {
    kind: EarlyResponseKind,
    /// For the browser: Clerk's status and reason, cookies.
    headers: Vec<(&'static str, String)>,
    /// Whether a person reads the answer, where the method does not tell.
    asked_by: Option<RequestKind>,
}

/// The kinds of early responses.
#[derive(Clone, Debug)]
pub(crate) enum EarlyResponseKind {
    /// It is refused.
    Refused {
        /// Why.
        code: Code,
        /// The sign-in URL for the page.
        sign_in: Option<String>,
        /// When it may be worth trying again.
        retry_after_seconds: Option<u32>,
        /// What else the answer tells.
        details: Option<Box<RefusalDetails>>,
    },
    /// A rule redirects it.
    Redirect(String),
    /// Clerk's handshake redirects it.
    Handshake(String),
    /// One of the gate's own addresses answers it.
    Endpoint(Answer),
}

/// What a refusal tells beside its code.
#[derive(Clone, Debug, Default)]
pub(crate) struct RefusalDetails {
    /// What is wrong with what was sent.
    pub(crate) problems: Vec<Problem>,
    /// The codes of Clerk's API.
    pub(crate) clerk_codes: Vec<String>,
}

impl EarlyResponse {
    /// The path has more than one meaning.
    pub(crate) const AMBIGUOUS_PATH: Self = Self::code(Code::PathAmbiguous);

    /// A refusal with a code alone.
    pub(crate) const fn code(code: Code) -> Self {
        Self::new(EarlyResponseKind::Refused {
            code,
            sign_in: None,
            retry_after_seconds: None,
            details: None,
        })
    }

    /// A refusal that tells more than its code.
    pub(crate) fn refused(code: Code, details: RefusalDetails) -> Self {
        Self::new(EarlyResponseKind::Refused {
            code,
            sign_in: None,
            retry_after_seconds: None,
            details: Some(Box::new(details)),
        })
    }

    /// One of the 503s.
    pub(crate) const fn unavailable(code: Code, seconds: u32) -> Self {
        Self::new(EarlyResponseKind::Refused {
            code,
            sign_in: None,
            retry_after_seconds: Some(seconds),
            details: None,
        })
    }

    /// Nobody is signed in; with the sign-in URL for the page.
    pub(crate) const fn signed_out(sign_in: Option<String>) -> Self {
        Self::new(EarlyResponseKind::Refused {
            code: Code::SignedOut,
            sign_in,
            retry_after_seconds: None,
            details: None,
        })
    }

    /// A rule redirects.
    pub(crate) const fn redirect(location: String) -> Self {
        Self::new(EarlyResponseKind::Redirect(location))
    }

    /// Clerk's handshake redirects.
    pub(crate) const fn handshake(location: String) -> Self {
        Self::new(EarlyResponseKind::Handshake(location))
    }

    /// The answer of one of the gate's own addresses.
    pub(crate) const fn endpoint(answer: Answer) -> Self {
        Self::new(EarlyResponseKind::Endpoint(answer))
    }

    const fn new(kind: EarlyResponseKind) -> Self {
        Self { kind, headers: Vec::new(), asked_by: None }
    }

    /// For a page or for anything else, whatever the method says.
    pub(crate) const fn to(mut self, asked_by: RequestKind) -> Self {
        self.asked_by = Some(asked_by);
        self
    }

    /// With headers for the browser.
    #[inline(never)]
    pub(crate) fn with_headers(mut self, headers: &[(&'static str, String)]) -> Self {
        self.headers.extend_from_slice(headers);
        self
    }

    /// Why the request does not go on.
    pub(crate) const fn kind(&self) -> &EarlyResponseKind {
        &self.kind
    }

    /// The code, where there is one.
    pub(crate) const fn code_of_refusal(&self) -> Option<Code> {
        match self.kind {
            EarlyResponseKind::Refused { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Where it leads, if it is a redirect.
    pub(crate) fn location(&self) -> Option<&str> {
        match &self.kind {
            EarlyResponseKind::Redirect(location) | EarlyResponseKind::Handshake(location) => {
                Some(location)
            }
            EarlyResponseKind::Refused { .. } | EarlyResponseKind::Endpoint(_) => None,
        }
    }

    /// The answer to this request.
    pub(crate) fn answer(
        self,
        request: &impl Incoming,
        request_id: &str,
        faulty: Option<&SettingsProblems>,
    ) -> Answer {
        let mut answer = match self.kind {
            EarlyResponseKind::Endpoint(answer) => answer,
            EarlyResponseKind::Redirect(location) | EarlyResponseKind::Handshake(location) => {
                redirect(&location)
            }
            EarlyResponseKind::Refused { code, sign_in, retry_after_seconds, details } => {
                let shown = faulty.filter(|it| it.may_be_shown());
                let own = details.iter().flat_map(|it| &it.problems);
                let shown_problems = shown.into_iter().flat_map(SettingsProblems::problems);
                let refusal = Refusal {
                    sign_in: sign_in.as_deref(),
                    retry_after_seconds,
                    problems: shown_problems.chain(own).collect(),
                    clerk_codes: details.as_ref().map_or(&[], |it| &it.clerk_codes),
                    ..Refusal::new(code, request_id)
                };
                refuse(&refusal, self.asked_by.unwrap_or_else(|| RequestKind::of(request)))
            }
        };
        // A challenge that says more takes the place of the plain one.
        if self.headers.iter().any(|(name, _)| *name == CHALLENGE) {
            answer.headers.retain(|(name, _)| *name != CHALLENGE);
        }
        answer.headers.extend(self.headers);
        answer.to_method(request.method())
    }
}

const CHALLENGE: &str = "www-authenticate";
