//! Why a request does not go on, and the one place where that becomes an answer.

use crate::answer::refusal::refuse;
use crate::answer::{Answer, Refusal, redirect};
use crate::log::Outcome;
use crate::log::record::LogRecord;
use crate::settings::problems::SettingsProblems;
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;

/// The end of a line that does not reach the upstream.
#[derive(Clone, Debug)]
pub(super) struct EarlyResponse {
    end: EarlyResponseKind,
    /// For the browser: Clerk's status and reason, cookies.
    headers: Vec<(&'static str, String)>,
}

#[derive(Clone, Debug)]
enum EarlyResponseKind {
    Denied { code: Code, sign_in: Option<String>, retry_after_seconds: Option<u32> },
    Redirect(String),
    Handshake(String),
    Own(Answer),
}

impl EarlyResponse {
    /// The path has more than one meaning.
    pub(super) const PATH: Self = Self::code(Code::PathAmbiguous);

    /// A code and nothing further to tell.
    pub(super) const fn code(code: Code) -> Self {
        Self::new(EarlyResponseKind::Denied { code, sign_in: None, retry_after_seconds: None })
    }

    /// One of the 503s.
    pub(super) const fn later(code: Code, seconds: u32) -> Self {
        Self::new(EarlyResponseKind::Denied {
            code,
            sign_in: None,
            retry_after_seconds: Some(seconds),
        })
    }

    /// Nobody is signed in; this is where one would.
    pub(super) const fn signed_out(sign_in: Option<String>) -> Self {
        Self::new(EarlyResponseKind::Denied {
            code: Code::SignedOut,
            sign_in,
            retry_after_seconds: None,
        })
    }

    /// A redirect of a rule's.
    pub(super) const fn redirect(location: String) -> Self {
        Self::new(EarlyResponseKind::Redirect(location))
    }

    /// A redirect of Clerk's.
    pub(super) const fn handshake(location: String) -> Self {
        Self::new(EarlyResponseKind::Handshake(location))
    }

    /// An answer of one of the gate's own endpoints.
    pub(super) const fn own(answer: Answer) -> Self {
        Self::new(EarlyResponseKind::Own(answer))
    }

    const fn new(end: EarlyResponseKind) -> Self {
        Self { end, headers: Vec::new() }
    }

    /// With headers for the browser.
    pub(super) fn with(mut self, headers: &[(&'static str, String)]) -> Self {
        self.headers.extend_from_slice(headers);
        self
    }

    /// What the log calls it; nothing for the gate's own endpoints.
    pub(super) const fn outcome(&self) -> Option<Outcome> {
        match self.end {
            EarlyResponseKind::Denied { .. } => Some(Outcome::Refuse),
            EarlyResponseKind::Redirect(_) => Some(Outcome::Redirect),
            EarlyResponseKind::Handshake(_) => Some(Outcome::Handshake),
            EarlyResponseKind::Own(_) => None,
        }
    }

    /// The code, where there is one.
    pub(super) const fn denial_code(&self) -> Option<Code> {
        match self.end {
            EarlyResponseKind::Denied { code, .. } => Some(code),
            _ => None,
        }
    }

    /// Where it leads, if it is a redirect.
    pub(super) fn location(&self) -> Option<&str> {
        match &self.end {
            EarlyResponseKind::Redirect(location) | EarlyResponseKind::Handshake(location) => {
                Some(location)
            }
            EarlyResponseKind::Denied { .. } | EarlyResponseKind::Own(_) => None,
        }
    }

    /// The answer to this request.
    pub(super) fn answer(
        self,
        request: &impl Incoming,
        record: &LogRecord,
        faulty: Option<&SettingsProblems>,
    ) -> Answer {
        let mut answer = match self.end {
            EarlyResponseKind::Own(answer) => answer,
            EarlyResponseKind::Redirect(location) | EarlyResponseKind::Handshake(location) => {
                redirect(&location)
            }
            EarlyResponseKind::Denied { code, sign_in, retry_after_seconds } => {
                let shown = faulty.filter(|it| it.may_be_shown());
                let denial = Refusal {
                    sign_in: sign_in.as_deref(),
                    retry_after_seconds,
                    problems: shown.map(|it| it.problems().collect()).unwrap_or_default(),
                    ..Refusal::new(code, record.request_id())
                };
                refuse(&denial, RequestKind::of(request))
            }
        };
        answer.headers.extend(self.headers);
        answer.to_method(request.method())
    }
}
