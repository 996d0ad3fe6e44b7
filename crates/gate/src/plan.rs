//! What becomes of a request: a plan that the host carries out, and what follows the upstream's
//! answer.
//!
//! Every host does the same three things: it gets a plan, carries out the action, and finishes.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;

use crate::answer::refusal::refuse;
use crate::answer::{Answer, Refusal};
use crate::forward::Forward;
use crate::forward::cache_guard::{CachePlan, is_for_shared_caches};
use crate::grant::Passes;
use crate::log::finish;
use crate::log::record::name_of;

/// What becomes of a request.
pub struct Plan<'g> {
    /// What the host carries out.
    pub action: Action<'g>,
    /// What follows.
    pub finish: Finish,
    /// What [`server_timing`] tells a developer, where it may: with a development instance, on
    /// every route but those of `anyone`.
    timing: Option<String>,
}

/// Forward or answer.
pub enum Action<'g> {
    /// It goes on to the upstream.
    Forward(Forward<'g>),
    /// The gate answers by itself.
    Answer(Answer),
}

/// What must be known when the upstream has answered. As a text it can wait outside of the gate:
/// the instance that wrote it may be gone by then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finish {
    /// How much of the upstream's answer comes back.
    passes: Passes,
    /// The request's name, where one was needed.
    request_id: String,
    /// The log line, but for status and time, where the level wants one.
    log: String,
    /// Headers to append to the upstream's answer: names and values in turn, each on a line.
    append: String,
}

/// Whether a header of the upstream's answer comes back.
fn comes_back(passes: Passes, name: &str) -> bool {
    match passes {
        Passes::Unchanged => true,
        Passes::Guarded => !is_for_shared_caches(name),
        Passes::Permission => {
            let start = name.get(..PERMISSION_PREFIX.len()).unwrap_or_default();
            start.eq_ignore_ascii_case(PERMISSION_PREFIX)
                || ["allow", "vary"].iter().any(|it| name.eq_ignore_ascii_case(it))
        }
    }
}

/// How the upstream's answer changes on its way to the browser.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes<'f> {
    /// Whether the body is left out: then the answer is the status and what is not removed.
    pub no_body: bool,
    /// Names of headers to remove.
    pub remove: Vec<&'f str>,
    /// Headers to set.
    pub set: Vec<(&'static str, String)>,
    /// Headers to append: names and values in turn, each on a line.
    pub append: &'f str,
}

impl<'g> Plan<'g> {
    /// Of a request that the gate has decided.
    pub(crate) fn new(
        action: Action<'g>,
        passes: Passes,
        request_id: String,
        log: Option<String>,
        append: &[(&'static str, String)],
        timing: Option<String>,
    ) -> Self {
        let mut finish =
            Finish { passes, request_id, log: log.unwrap_or_default(), append: String::new() };
        for (name, value) in append {
            finish.append(name, value);
        }
        Self { action, finish, timing }
    }

    /// Notes how long the decision took, where a developer may know.
    pub fn decided(&mut self, micros: u64) {
        let Some(timing) = &self.timing else { return };
        let value = server_timing(timing, micros);
        match &mut self.action {
            Action::Answer(answer) => answer.headers.push(("server-timing", value)),
            Action::Forward(_) => self.finish.append("server-timing", &value),
        }
    }
}

impl Finish {
    /// The log line of an answer of the gate's own.
    #[must_use]
    pub fn answered(&self, answer: &Answer, micros: u64) -> Option<String> {
        self.line(answer.status, micros)
    }

    /// What changes in an answer of the upstream's, and the log line. `names` are those of its
    /// headers, each on a line.
    #[must_use]
    pub fn forwarded<'f>(
        &'f self,
        status: u16,
        names: &'f str,
        cache_control: Option<&str>,
        vary: Option<&str>,
        micros: u64,
    ) -> (Changes<'f>, Option<String>) {
        (self.changes(status, names, cache_control, vary), self.line(status, micros))
    }

    /// The answer where the upstream did not give one, and the log line.
    #[must_use]
    pub fn unreachable(&self, request: &impl Incoming, micros: u64) -> (Answer, Option<String>) {
        self.instead(Code::UpstreamUnreachable, request, micros)
    }

    /// The answer where the host could not carry out the action, and the log line.
    #[must_use]
    pub fn failed(&self, request: &impl Incoming, micros: u64) -> (Answer, Option<String>) {
        self.instead(Code::Internal, request, micros)
    }

    /// As text; empty where the upstream's answer passes unchanged and nothing is logged.
    #[must_use]
    pub fn to_text(&self) -> String {
        if self.passes == Passes::Unchanged && self.log.is_empty() {
            return String::new();
        }
        [self.passes.as_str(), &self.request_id, &self.log, &self.append].join("\n")
    }

    /// From text.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        let mut parts = text.splitn(4, '\n');
        let mut part = || parts.next().unwrap_or_default();
        let (passes, request_id, log, append) = (part(), part(), part(), part());
        let all = [Passes::Unchanged, Passes::Guarded, Passes::Permission];
        Self {
            passes: all.into_iter().find(|it| it.as_str() == passes).unwrap_or_default(),
            request_id: request_id.to_owned(),
            log: log.to_owned(),
            append: append.to_owned(),
        }
    }

    fn changes<'f>(
        &'f self,
        status: u16,
        names: &'f str,
        cache_control: Option<&str>,
        vary: Option<&str>,
    ) -> Changes<'f> {
        if self.passes == Passes::Unchanged {
            return Changes::default();
        }
        let remove = names.lines().filter(|name| !comes_back(self.passes, name)).collect();
        if self.passes == Passes::Permission {
            // A 204 has no length.
            let length = (status != 204).then(|| ("content-length", "0".to_owned()));
            let set = length.into_iter().collect();
            return Changes { no_body: true, remove, set, append: "" };
        }
        let plan = CachePlan::new(cache_control, vary);
        let mut set = Vec::new();
        if cache_control != Some(&plan.cache_control) {
            set.push(("cache-control", plan.cache_control));
        }
        if vary != Some(&plan.vary) {
            set.push(("vary", plan.vary));
        }
        Changes { no_body: false, remove, set, append: &self.append }
    }

    fn instead(
        &self,
        code: Code,
        request: &impl Incoming,
        micros: u64,
    ) -> (Answer, Option<String>) {
        let made = self.request_id.is_empty().then(|| name_of(request));
        let request_id = made.as_deref().unwrap_or(&self.request_id);
        let answer = refuse(&Refusal::new(code, request_id), RequestKind::of(request));
        (answer, self.line(code.status(), micros))
    }

    fn line(&self, status: u16, micros: u64) -> Option<String> {
        (!self.log.is_empty()).then(|| finish(&self.log, status, micros))
    }

    /// A value with a line break cannot be a header and is left out.
    fn append(&mut self, name: &str, value: &str) {
        if value.contains(['\n', '\r', '\0']) {
            return;
        }
        if !self.append.is_empty() {
            self.append.push('\n');
        }
        self.append.extend([name, "\n", value]);
    }
}

/// The value of `Server-Timing` for a decision that took so long.
#[must_use]
pub fn server_timing(timing: &str, micros: u64) -> String {
    let (ms, rest) = (micros.div_euclid(1_000), micros.rem_euclid(1_000));
    format!("auth;dur={ms}.{rest:03};desc=\"{timing}\"")
}

const PERMISSION_PREFIX: &str = "access-control-";
