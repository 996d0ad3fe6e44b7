//! What the log will say of a request, gathered on its way down the line.

use std::rc::Rc;

use crate::auth::Auth;
use crate::auth::machine_caller::Machine;
use crate::context::RequestContext;
use crate::early_response::{EarlyResponse, EarlyResponseKind};
use crate::log::{LogLine, Outcome};
use crate::machine::MachineIdentity;
use crate::session::reason::Reason;
use crate::settings::LogLevel;
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::request_id::request_id;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::rule::{Requirement, Rule};
use clerk_edge_token::session::Session;

/// Words of ours and names, never a token, cookie, secret or claim value.
#[derive(Debug, Default)]
pub(crate) struct LogRecord<'a> {
    request_id: String,
    path: String,
    rule: Option<&'a str>,
    open: bool,
    outcome: Option<Outcome>,
    would: Option<Outcome>,
    code: Option<Code>,
    reason: Option<Reason>,
    session: Option<Session>,
    machine: Option<Rc<MachineIdentity>>,
    role_source: Option<&'a str>,
}

impl<'a> LogRecord<'a> {
    /// The request's name for answers and log, made when one is wanted.
    pub(crate) fn name(&mut self, request: &impl Incoming) {
        if self.request_id.is_empty() {
            self.request_id = name_of(request);
        }
    }

    pub(crate) fn request_id(&self) -> &str {
        &self.request_id
    }

    pub(crate) fn into_request_id(self) -> String {
        self.request_id
    }

    pub(crate) fn path(&mut self, path: &RequestPath) {
        path.as_str().clone_into(&mut self.path);
    }

    pub(crate) fn rule(&mut self, rule: &'a Rule) {
        self.rule = Some(rule.path_text());
        self.open = matches!(rule.requirement(), Requirement::Anyone);
    }

    pub(crate) fn authenticated(&mut self, auth: &Auth<'a>) {
        self.reason.clone_from(&auth.reason);
        if let Some(user) = auth.user() {
            self.session = Some(user.session().clone());
            self.role_source = user.role_source();
        }
        self.machine = auth.of_machine().map(Machine::shared_identity);
    }

    /// Whose session or token it is.
    fn subject(&self) -> Option<&str> {
        let machine = self.machine.as_ref().map(|machine| machine.subject.as_str());
        self.session.as_ref().map(Session::subject).or(machine)
    }

    pub(crate) fn forwarded(&mut self) {
        self.outcome = Some(Outcome::Forward);
    }

    pub(crate) fn stopped(&mut self, response: &EarlyResponse) {
        self.outcome = outcome_of(response);
        self.code = response.code_of_refusal();
    }

    /// What a rule that merely reports held back.
    pub(crate) fn would(&mut self, response: &EarlyResponse) {
        self.would = outcome_of(response);
        self.code = response.code_of_refusal();
    }

    /// What a developer is told beside the time that it took: words of ours and of Clerk's, fit
    /// for a quoted string as they are.
    pub(crate) fn timing(&self) -> Option<String> {
        self.rule.as_ref().filter(|_| !self.open)?;
        let would = self.would.map(|it| format!("would-{}", it.as_str()));
        let reason = self.reason.as_ref().map(Reason::as_str);
        let words = [
            self.outcome.map(Outcome::as_str),
            would.as_deref(),
            self.code.map(Code::as_str),
            reason.as_deref(),
        ];
        Some(words.into_iter().flatten().collect::<Vec<_>>().join(" "))
    }

    /// The log's line, where the level wants one.
    pub(crate) fn line<P>(
        &mut self,
        level: LogLevel,
        request: &impl Incoming,
        ctx: &RequestContext<'_, P>,
    ) -> Option<String> {
        let outcome = self.outcome.filter(|it| level.wants(*it, self.would, self.open))?;
        self.name(request);
        let address = UrlParts::of(request.url());
        let reason = self.reason.as_ref().map(Reason::as_str);
        let line = LogLine {
            time_ms: ctx.now_ms,
            request_id: &self.request_id,
            method: request.method(),
            host: address.map_or("", |it| it.authority),
            path: &self.path,
            rule: self.rule,
            outcome,
            would: self.would,
            code: self.code,
            reason: reason.as_deref(),
            user: self.subject(),
            role_source: self.role_source,
            key_source: ctx.key_source(),
            lookups: ctx.lookups(),
        };
        Some(line.to_json())
    }
}

/// Nothing for the gate's own addresses, which are not logged.
pub(crate) const fn outcome_of(response: &EarlyResponse) -> Option<Outcome> {
    match response.kind() {
        EarlyResponseKind::Refused { .. } => Some(Outcome::Refuse),
        EarlyResponseKind::Redirect(_) => Some(Outcome::Redirect),
        EarlyResponseKind::Handshake(_) => Some(Outcome::Handshake),
        EarlyResponseKind::Endpoint(_) => None,
    }
}

/// A name for a request that was not given one on its way down the line.
#[must_use]
pub fn name_of(request: &impl Incoming) -> String {
    request_id(request.header("cf-ray").as_deref(), random_id)
}

/// Sixteen hexadecimal digits. Where no randomness is to be had, the request has no name.
fn random_id() -> String {
    getrandom::u64().map_or_else(|_| String::new(), |id| format!("{id:016x}"))
}
