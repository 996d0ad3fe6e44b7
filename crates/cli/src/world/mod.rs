//! The gate itself, run here with invented people: what it decides is what the Worker decides,
//! since it is the same code.
//!
//! Keys and signatures are not asked for; parties, audience and issuer are left open for invented
//! claims. Settings, rules and paths are the operator's. No real secret ever comes here.

pub mod outcome;
pub mod platform;
pub mod request;

use std::cell::RefCell;
use std::collections::BTreeMap;

use base64ct::{Base64UrlUnpadded, Encoding};
use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::endpoints::debug_role;
use clerk_edge_gate::gate::Gate;
use clerk_edge_gate::line;
use clerk_edge_gate::settings::Settings;
use clerk_edge_gate::settings::bindings::{Binding, Bindings};
use serde_json::{Map, Value, json};

use crate::people::{LookedUp, Person, PersonSession};
use crate::world::outcome::Decided;
use crate::world::platform::{Invented, ready};
use crate::world::request::Asked;

/// A gate for invented people.
pub struct World<'b, B> {
    bindings: &'b B,
    settings: Settings,
    gate: Gate<()>,
    /// For claims of a real token nothing is left open.
    strict: bool,
    now_ms: i64,
    seen: RefCell<BTreeMap<String, LookedUp>>,
}

impl<'b, B: Bindings> World<'b, B> {
    /// With these bindings, which `settings` were read from.
    #[must_use]
    pub fn open(bindings: &'b B, settings: Settings, now_ms: i64, strict: bool) -> Self {
        let gate = Gate::open(&Overlay { inner: bindings, strict });
        Self { bindings, settings, gate, strict, now_ms, seen: RefCell::default() }
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The bindings.
    #[must_use]
    pub fn bindings(&self) -> &'b B {
        self.bindings
    }

    /// What becomes of a request of this person.
    #[must_use]
    pub fn decide(&self, asked: &Asked, person: &Person) -> Option<Decided> {
        let request = self.request(asked, person);
        self.with_gate(person, |gate, platform| {
            let ctx = RequestContext::new(platform, self.now_ms);
            let plan = ready(line::decide(gate, &request, &ctx))?;
            Some(Decided::of(&plan, &self.settings, &request))
        })
    }

    /// The report of `/debug-role?path=` for this request.
    #[must_use]
    pub fn report(&self, asked: &Asked, person: &Person) -> Option<Value> {
        let request = self.request(asked, person);
        let path = asked.path.clone();
        let text = self.with_gate(person, |gate, platform| {
            let ctx = RequestContext::new(platform, self.now_ms);
            ready(debug_role::report(gate, &request, Some(&path), &ctx))?
        })?;
        serde_json::from_str(&text).ok()
    }

    /// A gate remembers what it looked up for a user, so two people with one id and different
    /// metadata need two.
    fn with_gate<T>(
        &self,
        person: &Person,
        run: impl FnOnce(&Gate<()>, &Invented) -> Option<T>,
    ) -> Option<T> {
        let platform = Invented { metadata: person.metadata.clone() };
        let claims = person.claims_at(self.now_ms.div_euclid(1_000));
        let subject = claims.as_ref().and_then(|it| it.get("sub")?.as_str()).unwrap_or_default();
        let mut seen = self.seen.borrow_mut();
        let known = seen.entry(subject.to_owned()).or_insert_with(|| person.metadata.clone());
        if *known == person.metadata {
            return run(&self.gate, &platform);
        }
        let other = Gate::open(&Overlay { inner: self.bindings, strict: self.strict });
        run(&other, &platform)
    }

    fn request(&self, asked: &Asked, person: &Person) -> request::Invented {
        let token = match &person.session {
            PersonSession::SignedOut => None,
            PersonSession::Token(text) => Some(text.clone()),
            PersonSession::Claims(_) => {
                person.claims_at(self.now_ms.div_euclid(1_000)).map(|claims| token(&claims))
            }
        };
        request::Invented::new(asked, token.as_deref())
    }
}

/// A token with these claims and a signature that nobody made.
fn token(claims: &Map<String, Value>) -> String {
    let header = json!({ "alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": "ins_2", "typ": "JWT" });
    let claims = Value::Object(claims.clone());
    let part = |value: &Value| Base64UrlUnpadded::encode_string(value.to_string().as_bytes());
    format!("{}.{}.AAAA", part(&header), part(&claims))
}

/// The operator's bindings, but for keys, secrets and what invented claims cannot meet.
struct Overlay<'b, B> {
    inner: &'b B,
    strict: bool,
}

impl<B: Bindings> Bindings for Overlay<'_, B> {
    fn get(&self, name: &str) -> Option<Binding> {
        let text = |text: &str| Some(Binding::Text(text.to_owned()));
        match name {
            "CLERK_JWT_KEY" => text(PUBLIC_KEY),
            "CLERK_SECRET_KEY" => {
                let is_live = matches!(self.inner.get("CLERK_PUBLISHABLE_KEY"),
                    Some(Binding::Text(key)) if key.trim_start().starts_with("pk_live_"));
                text(if is_live { "sk_live_invented" } else { "sk_test_invented" })
            }
            "LOG" => text("all"),
            "CLERK_ISSUER" if !self.strict => text("any"),
            "CLERK_AUTHORIZED_PARTIES" | "CLERK_AUDIENCE" if !self.strict => None,
            _ => self.inner.get(name),
        }
    }
}

/// Any RSA key: signatures are not checked here.
const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAkzfKtoRVizu2x/zb4200
o3v95W35seExj/KuL900Kx23317ougG1YvY+AEkZuXN7cRXKHypogD1usU2Y3xOD
vGGi2I7LF1Qu3cdyAQZcslbdU9lP0QanzYTjITcFnSxD4R3bpIsqy4bb7aDqw8of
t/skxJlpcYjoAjPju9EyxHD+osYF/dzm5wemc+xlmhjDfcer7zUejEXywrk6EI9K
Gtho4jIkCk7QFEUFjZFfjnsJJ6EM9Szm9JRplMWE7jwxBxWcjNhZy8/vh4d0JhZG
dhBafto25ob9y5+yILVVuB98A5wI5ZvpcldsASbF4Suo1M13bbdKEyI0QErg6OiQ
swIDAQAB
-----END PUBLIC KEY-----";
