//! One request as Clerk's rules see it: its cookies, its parameters, its address, the token.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use clerk_edge_jws::equal::bytes_equal;

use crate::session::SessionVerifier;
use crate::session::cookies::{CookiePair, Cookies};
use crate::session::frontend;
use crate::session::inspected_token::InspectedToken;
use crate::session::parameters::Parameters;
use crate::session::suffix::CookieSuffixChoice;
use crate::settings::{InstanceKind, Settings};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::url::Url;
use clerk_edge_token::js_number;

/// What is read of a request, some of it only when it is asked for.
pub(super) struct AuthenticateContext<'a, R> {
    pub(super) settings: &'a Settings,
    pub(super) request: &'a R,
    pub(super) cookies: &'a Cookies<'a>,
    pub(super) parameters: Parameters<'a>,
    /// The token of the `Authorization` header.
    pub(super) bearer: Option<&'a str>,
    /// Whether the suffixed cookies are the ones that are read.
    pub(super) suffixed: bool,
    /// How often the browser was sent to Clerk and back, lately.
    pub(super) trips: f64,
    /// The handshake in the address came to nothing: it is not to come back.
    pub(super) spent: Cell<bool>,
    address: OnceCell<Option<Url>>,
}

impl<'a, R: Incoming> AuthenticateContext<'a, R> {
    /// Reads a request; the second part is a look at the session cookie that counts.
    pub(super) fn read<K: Clone + 'static>(
        verifier: &SessionVerifier<'a, K>,
        request: &'a R,
        cookies: &'a Cookies<'a>,
        bearer: Option<&'a str>,
        now_seconds: i64,
    ) -> (Self, Option<InspectedToken>) {
        let (suffixed, session) = choose(verifier, cookies, now_seconds);
        let trips = cookies.redirect_count.as_deref().and_then(js_number::number).unwrap_or(0.0);
        let visit = Self {
            settings: verifier.settings,
            request,
            cookies,
            parameters: Parameters::read(request.url()),
            bearer,
            suffixed,
            trips,
            spent: Cell::new(false),
            address: OnceCell::new(),
        };
        (visit, session)
    }

    pub(super) fn is_get(&self) -> bool {
        self.request.method() == "GET"
    }

    pub(super) fn is_development(&self) -> bool {
        self.settings.instance.kind == InstanceKind::Development
    }

    /// A header that is not empty.
    pub(super) fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.request.header(name).filter(|value| !value.is_empty())
    }

    /// The session cookie that counts.
    pub(super) fn session_cookie(&self) -> Option<&'a str> {
        self.chosen(&self.cookies.session)
    }

    /// The session cookie, else the token of the header.
    pub(super) fn session_text(&self) -> Option<&'a str> {
        self.session_cookie().or(self.bearer)
    }

    /// When the newest sign-in or sign-out was, says Clerk's cookie; 0 for never.
    pub(super) fn client_uat(&self) -> f64 {
        self.chosen(&self.cookies.client_uat).map_or(0.0, js_number::parse_int)
    }

    /// The mark of a development instance's browser.
    pub(super) fn dev_browser(&self) -> Option<&str> {
        let parameter = self.parameters.dev_browser.as_deref().filter(|mark| !mark.is_empty());
        parameter.or_else(|| self.chosen(&self.cookies.dev_browser))
    }

    /// The address that the visitor sees.
    pub(super) fn address(&self) -> Option<&Url> {
        self.address.get_or_init(|| address(self.settings, self.request)).as_ref()
    }

    /// The origin that the visitor sees.
    pub(super) fn origin(&self) -> Option<String> {
        Some(self.address()?.origin())
    }

    fn chosen(&self, twin: &'a CookiePair<'a>) -> Option<&'a str> {
        if self.suffixed { twin.suffixed.as_deref() } else { twin.plain.as_deref() }
    }
}

/// The address that the visitor sees. Forwarded headers count only where the settings say that
/// whoever stands before us sets them. A path that looks like a host stays a path.
pub(super) fn address<R: Incoming>(settings: &Settings, request: &R) -> Option<Url> {
    let own = Url::parse(request.url())?;
    if !settings.trust_forwarded_host {
        return Some(own);
    }
    let first = |value: Cow<'_, str>| value.split(',').next().unwrap_or_default().to_owned();
    let host = request.header("x-forwarded-host").map(first);
    let host = host.or_else(|| request.header("host").map(Cow::into_owned));
    let scheme = request.header("x-forwarded-proto").map(first);
    let scheme = scheme.unwrap_or_else(|| own.scheme().to_owned());
    let Some(host) = host.filter(|host| !host.is_empty() && !scheme.is_empty()) else {
        return Some(own);
    };
    let origin = format!("{scheme}://{host}");
    match Url::parse(&origin) {
        Some(seen) if origin != own.origin() => Some(own.at(&seen)),
        _ => Some(own),
    }
}

fn choose<K: Clone + 'static>(
    verifier: &SessionVerifier<'_, K>,
    cookies: &Cookies<'_>,
    now_seconds: i64,
) -> (bool, Option<InspectedToken>) {
    let twin = &cookies.session;
    let plain = twin.plain.as_deref().map(|text| InspectedToken::at(text, verifier));
    // Mostly both cookies hold the same token: one look is enough.
    let suffixed = twin.suffixed.as_deref().map(|text| match (&plain, twin.plain.as_deref()) {
        (Some(look), Some(other)) if bytes_equal(text.as_bytes(), other.as_bytes()) => look.clone(),
        _ => InspectedToken::at(text, verifier),
    });
    let choice = CookieSuffixChoice {
        plain: plain.as_ref(),
        suffixed: suffixed.as_ref(),
        client_uat: &cookies.client_uat,
        instance_host: &frontend::instance_host(verifier.settings),
        is_production: verifier.settings.instance.kind == InstanceKind::Production,
        now_seconds,
    };
    if choice.is_suffixed() { (true, suffixed) } else { (false, plain) }
}
