//! THE LINE: one request, top to bottom. All branching about a request lives here.
//!
//! 1. The settings are complete, else 500 `configuration`.
//! 2. The host is a plain name or address, else 400 `host-invalid`. The path has one canonical
//!    form, and no reading of it leaves the upstream's base path, else 400 `path-ambiguous`. That
//!    form is what goes upstream.
//! 3. The gate's own endpoints answer for themselves.
//! 4. A CORS preflight carries no credentials and is not judged.
//! 5. The rule for the path under every reading, else 400 `path-ambiguous`.
//! 6. A rule that lets anyone in ends here: nobody is asked for.
//! 7. Who asks, as Clerk decides it; a handshake is a redirect. Where no key can be had:
//!    503 `keys-unavailable`, never "signed out".
//! 8. The rule's condition. Where it depends on a claim that the token lacks, that claim is looked
//!    up once and the condition judged again; 503 `claims-unavailable` where it could not be.
//! 9. `send`: pages go where the role belongs.
//! 10. Forward, with what the upstream may know.
//!
//! The order is the security property. Only a grant forwards, and only an open path, a verdict or
//! a rule that merely reports makes one.

mod announce;
mod debug;
mod endpoints;
mod grant;
mod judge;
mod record;
mod stop;
mod visitor;
mod who;

use self::endpoints::Own;
pub use self::grant::Forward;
use self::grant::Grant;
use self::record::Record;
pub use self::record::name_of;
use self::stop::Stop;
use self::who::Asked;
use crate::answer::{Answer, Denial, deny};
use crate::code::Code;
use crate::keys::Keys;
use crate::lookup::Lookups;
use crate::platform::Platform;
use crate::request::address::Address;
use crate::request::{Incoming, Kind, RequestPath, is_preflight};
use crate::rules::Requirement;
use crate::session::Nonces;
use crate::settings::{Bindings, Faulty, InstanceKind, LogLevel, Settings};
use crate::token::Remembered;
use crate::turn::{Chore, Turn};

/// What one isolate knows: the settings, and all that is remembered between requests.
pub struct Gate<K> {
    settings: Result<Settings, Faulty>,
    keys: Keys<K>,
    remembered: Remembered,
    nonces: Nonces,
    lookups: Lookups,
}

/// What becomes of a request.
pub struct Decision<'a> {
    /// Forward or answer.
    pub outcome: Outcome<'a>,
    /// The log's line, but for status and time, where the level wants one.
    pub log: Option<String>,
    /// The request's name, where one was needed.
    pub request_id: String,
    /// What [`server_timing`] tells a developer, where it may: with a development instance, on
    /// every route but those of `anyone`.
    pub timing: Option<String>,
}

/// Forward or answer.
pub enum Outcome<'a> {
    /// It goes on to the upstream.
    Forward(Forward<'a>),
    /// The gate answers by itself.
    Answer(Answer),
}

impl<K: Clone + 'static> Gate<K> {
    /// Reads the bindings. A faulty configuration makes a gate that is closed.
    pub fn open(bindings: &impl Bindings) -> Self {
        Self {
            settings: Settings::read(bindings),
            // Without randomness all isolates would renew their keys at once, which is bearable.
            keys: Keys::new(getrandom::u32().unwrap_or_default()),
            remembered: Remembered::default(),
            nonces: Nonces::default(),
            lookups: Lookups::default(),
        }
    }

    /// Decides one request.
    pub async fn decide<P, R>(&self, request: &R, turn: &Turn<'_, P>) -> Decision<'_>
    where
        P: Platform<Key = K>,
        R: Incoming,
    {
        let mut record = Record::default();
        let outcome = match self.line(request, turn, &mut record).await {
            Ok(forward) => {
                record.forwarded();
                Outcome::Forward(forward)
            }
            Err(stop) => {
                record.stopped(&stop);
                record.name(request);
                Outcome::Answer(stop.answer(request, &record, self.settings.as_ref().err()))
            }
        };
        let level = self.settings.as_ref().map_or(LogLevel::Decisions, |it| it.log);
        let log = record.line(level, request, turn);
        let timing = self.is_development().then(|| record.timing()).flatten();
        Decision { outcome, log, request_id: record.into_request_id(), timing }
    }

    /// Does work that was left for after an answer.
    pub async fn run<P: Platform<Key = K>>(&self, chore: Chore, turn: &Turn<'_, P>) {
        match chore {
            Chore::RenewKeys => {
                if let Ok(settings) = &self.settings {
                    self.keys.renew(settings, turn).await;
                }
            }
            Chore::Store { name, text, keep_seconds } => {
                if turn.platform.store(&name, &text, keep_seconds).await.is_err() {
                    turn.say("CLERK_CACHE could not be written; the isolate's memory serves alone");
                }
            }
        }
    }

    fn is_development(&self) -> bool {
        let kind = self.settings.as_ref().map(|it| it.instance.kind);
        kind == Ok(InstanceKind::Development)
    }

    async fn line<'a, P, R>(
        &'a self,
        request: &R,
        turn: &Turn<'_, P>,
        record: &mut Record<'a>,
    ) -> Result<Forward<'a>, Stop>
    where
        P: Platform<Key = K>,
        R: Incoming,
    {
        // 1
        let address = Address::of(request.url()).ok_or(Stop::code(Code::Internal))?;
        let settings = match &self.settings {
            Ok(settings) => settings,
            Err(faulty) => return Err(endpoints::closed(faulty, request.method(), address.path)),
        };
        // 2
        let host = address.host().ok_or(Stop::code(Code::HostInvalid))?;
        let path = RequestPath::parse(address.path).map_err(|_| Stop::PATH)?;
        record.path(&path);
        if !settings.upstream.holds(&path) {
            return Err(Stop::PATH);
        }
        // 3
        if let Some(own) = Own::of(&path, settings) {
            return Err(self.own(own, settings, request, turn).await);
        }
        // 4
        if is_preflight(request) {
            let grant = Grant::preflight(&settings.upstream);
            let grant = grant.ok_or_else(|| Stop::own(Answer::preflight()))?;
            return Ok(grant.forward(&Asked::nobody(), settings, request, &path, &address));
        }
        // 5
        let rules = &settings.rules;
        let matched = rules.find(host, request.method(), &path).map_err(|_| Stop::PATH)?;
        record.rule(matched.rule);
        // 6
        if let Requirement::Anyone(open) = matched.rule.requirement() {
            let nobody = Asked::nobody();
            return Ok(Grant::open(open).forward(&nobody, settings, request, &path, &address));
        }
        // 7
        let mut asked = self.ask(settings, request, turn).await;
        // 8, 9
        let verdict = self.judge(settings, request, &matched, &mut asked, turn).await;
        record.asked(&asked);
        let grant = match verdict {
            Ok(grant) => grant,
            Err(stop) => {
                let Some(grant) = Grant::reported(matched.rule) else {
                    return Err(stop.with(&asked.headers));
                };
                record.would(&stop);
                asked = asked.held_back();
                grant
            }
        };
        // 10
        Ok(grant.forward(&asked, settings, request, &path, &address))
    }
}

/// The value of `Server-Timing` for a [`Decision::timing`] that took so long.
#[must_use]
pub fn server_timing(timing: &str, micros: u64) -> String {
    let (ms, rest) = (micros.div_euclid(1_000), micros.rem_euclid(1_000));
    format!("auth;dur={ms}.{rest:03};desc=\"{timing}\"")
}

/// What the browser gets where the upstream did not answer.
#[must_use]
pub fn upstream_unreachable(kind: Kind, request_id: &str) -> Answer {
    deny(&Denial::new(Code::UpstreamUnreachable, request_id), kind)
}

/// What the browser gets where the platform refused what the gate made.
#[must_use]
pub fn internal_fault(kind: Kind, request_id: &str) -> Answer {
    deny(&Denial::new(Code::Internal, request_id), kind)
}
