//! What the log will say of a request, gathered on its way down the line.

use crate::auth::Auth;
use crate::context::RequestContext;
use crate::early_response::{EarlyResponse, EarlyResponseKind};
use crate::log::{LogLine, Outcome};
use crate::session::reason::Reason;
use crate::settings::LogLevel;
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::request_id::request_id;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::matches::Matches;
use clerk_edge_token::session::Session;

/// Words of ours and names, never a token, cookie, secret or claim value.
#[derive(Debug, Default)]
pub(crate) struct LogRecord<'a> {
    request_id: String,
    path: String,
    rule: Option<&'a str>,
    pages: Vec<String>,
    open: bool,
    outcome: Option<Outcome>,
    would: Option<Outcome>,
    code: Option<Code>,
    reason: Option<Reason>,
    session: Option<Session>,
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

    /// The path, as far as it could be read.
    pub(crate) fn path_text(&self) -> &str {
        &self.path
    }

    pub(crate) fn path(&mut self, path: &RequestPath) {
        path.as_str().clone_into(&mut self.path);
    }

    pub(crate) fn rules(&mut self, matches: &Matches<'a>) {
        self.rule = Some(matches.first().rule.path_text());
        self.open = matches.is_open();
        self.pages = matches.pages().to_vec();
    }

    pub(crate) fn authenticated(&mut self, auth: &Auth<'a>) {
        self.reason.clone_from(&auth.reason);
        if let Some(user) = auth.user() {
            self.session = Some(user.session().clone());
            self.role_source = user.role_source();
        }
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
    #[cold]
    #[inline(never)]
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
            user: self.session.as_ref().map(Session::subject),
            role_source: self.role_source,
            key_source: ctx.key_source(),
            lookups: ctx.lookups(),
            claims_age_seconds: self.session.as_ref().and_then(|session| {
                let read_at = session.claims().read_at_seconds()?;
                Some(ctx.now_seconds().saturating_sub(read_at).max(0))
            }),
            pages: &self.pages,
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
