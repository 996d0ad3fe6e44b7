//! THE LINE: one request, top to bottom. All branching about a request lives here.
//!
//! 1. The settings are complete, else 500 `configuration`.
//! 2. The path has one canonical form, else 400 `path-ambiguous`. That form is what goes upstream.
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

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::is_preflight;
use clerk_edge_http::path::RequestPath;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::rule_set::Requirement;

use crate::answer::Answer;
use crate::auth::Auth;
use crate::context::RequestContext;
use crate::early_response::EarlyResponse;
use crate::endpoints::{self, Own};
use crate::gate::Gate;
use crate::grant::{Forward, Grant};
use crate::log::record::LogRecord;
use crate::plan::{Action, Plan};
use crate::platform::Platform;
use crate::settings::LogLevel;

impl<K: Clone + 'static> Gate<K> {
    /// Decides one request.
    pub async fn decide<P, R>(&self, request: &R, ctx: &RequestContext<'_, P>) -> Plan<'_>
    where
        P: Platform<Key = K>,
        R: Incoming,
    {
        let mut record = LogRecord::default();
        let outcome = match self.line(request, ctx, &mut record).await {
            Ok(forward) => {
                record.forwarded();
                Action::Forward(forward)
            }
            Err(stop) => {
                record.stopped(&stop);
                record.name(request);
                Action::Answer(stop.answer(request, &record, self.settings.as_ref().err()))
            }
        };
        let level = self.settings.as_ref().map_or(LogLevel::Decisions, |it| it.log);
        let log = record.line(level, request, ctx);
        let timing = self.is_development().then(|| record.timing()).flatten();
        Plan { outcome, log, request_id: record.into_request_id(), timing }
    }

    async fn line<'a, P, R>(
        &'a self,
        request: &R,
        ctx: &RequestContext<'_, P>,
        record: &mut LogRecord<'a>,
    ) -> Result<Forward<'a>, EarlyResponse>
    where
        P: Platform<Key = K>,
        R: Incoming,
    {
        // 1
        let address = UrlParts::of(request.url()).ok_or(EarlyResponse::code(Code::Internal))?;
        let settings = match &self.settings {
            Ok(settings) => settings,
            Err(faulty) => return Err(endpoints::closed(faulty, request.method(), address.path)),
        };
        // 2
        let path = RequestPath::parse(address.path).map_err(|_| EarlyResponse::PATH)?;
        record.path(&path);
        // 3
        if let Some(own) = Own::of(&path, settings) {
            return Err(self.own(own, settings, request, ctx).await);
        }
        // 4
        if is_preflight(request) {
            let grant = Grant::preflight(&settings.upstream);
            let grant = grant.ok_or_else(|| EarlyResponse::own(Answer::preflight()))?;
            return Ok(grant.forward(&Auth::nobody(), settings, request, &path, &address));
        }
        // 5
        let rules = &settings.rules;
        let matched = rules
            .find(address.authority, request.method(), &path)
            .map_err(|_| EarlyResponse::PATH)?;
        record.rule(matched.rule);
        // 6
        if let Requirement::Anyone(open) = matched.rule.requirement() {
            let nobody = Auth::nobody();
            return Ok(Grant::open(open).forward(&nobody, settings, request, &path, &address));
        }
        // 7
        let mut asked = self.ask(settings, request, ctx).await;
        // 8, 9
        let verdict = self.judge(settings, request, &matched, &mut asked, ctx).await;
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
