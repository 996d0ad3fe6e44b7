//! A function with a rule of its own inside a program that the gate stands before. The identity
//! that the gate found is judged by one more rule; nothing is verified a second time.
//!
//! A wrapped function without a gate before it takes the whole line: see [`crate::line::decide_by`]
//! with `only`.

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::kind::RequestKind;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::decide::{Decided, Decision};
use clerk_edge_rules::rule_set::Rules;

use crate::answer::Answer;
use crate::auth_object::AuthObject;
use crate::auth_object::ask::only;
use crate::context::RequestContext;
use crate::early_response::EarlyResponse;
use crate::gate::Gate;
use crate::grant::early_response;
use crate::log::record::name_of;
use crate::platform::Platform;

/// The answer to a request that a program refuses with one of the gate's codes: pages go to
/// sign-in with [`Code::SignedOut`].
pub fn refuse<K, R: Incoming>(
    gate: &Gate<K>,
    auth: Option<&AuthObject>,
    code: Code,
    request: &R,
) -> Answer {
    let kind = RequestKind::of(request);
    let none = Rules::default();
    let refused = match (only(&none), &gate.settings) {
        (Some(matched), Ok(settings)) => {
            let is_page = kind == RequestKind::Page;
            let decision = match code {
                Code::SignedOut if is_page => Decision::SignIn,
                code => Decision::Refuse(code),
            };
            let hints = auth.map(AuthObject::hints).unwrap_or_default();
            early_response(&Decided { decision, by: &matched }, hints, settings, request, kind)
        }
        _ => EarlyResponse::code(code),
    };
    refused.answer(request, &name_of(request), gate.settings.as_ref().err(), |_| None)
}

/// Judges a request whose caller is known. `Ok` lets it in.
///
/// # Errors
/// The answer where it is not let in. The gate logs it with the request, as any answer of the
/// program behind it.
pub async fn enter<K, P, R>(
    gate: &Gate<K>,
    rules: &Rules,
    auth: &mut AuthObject,
    request: &R,
    ctx: &RequestContext<'_, P>,
) -> Result<(), Answer>
where
    K: Clone + 'static,
    P: Platform<Key = K>,
    R: Incoming,
{
    let kind = RequestKind::of(request);
    let refused = match (only(rules), &gate.settings) {
        (Some(matched), Ok(settings)) => match auth.decide(&matched, kind, gate, ctx).await {
            Decision::Allow => return Ok(()),
            decision => {
                let decided = Decided { decision, by: &matched };
                early_response(&decided, auth.hints(), settings, request, kind)
            }
        },
        _ => EarlyResponse::code(Code::Internal),
    };
    let faulty = gate.settings.as_ref().err();
    Err(refused.answer(request, &name_of(request), faulty, |_| None))
}
