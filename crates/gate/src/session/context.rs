//! One request as Clerk's SDK sees it: its cookies, its parameters, its URL, the token.
//!
//! Named after the SDK's `AuthenticateContext`. Some of it is read only when it is needed.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::query;
use clerk_edge_http::url::Url;
use clerk_edge_jws::equal::bytes_equal;
use clerk_edge_token::js_number;

use crate::session::cookies::{CookiePair, CookieSuffixChoice, Cookies};
use crate::session::loop_cause::LoopCause;
use crate::session::verify::{InspectedToken, SessionVerifier};
use crate::settings::{InstanceKind, Settings};

/// A request and what was read of it.
pub(super) struct AuthenticateContext<'a, R> {
    pub(super) settings: &'a Settings,
    pub(super) request: &'a R,
    pub(super) cookies: &'a Cookies<'a>,
    pub(super) parameters: ClerkParameters<'a>,
    /// The token of the `Authorization` header.
    pub(super) bearer: Option<&'a str>,
    /// Whether the suffixed cookies are used.
    pub(super) suffixed: bool,
    /// How often the browser was redirected to Clerk within the last seconds.
    pub(super) redirect_count: f64,
    /// Why the handshake in the URL failed. A failed one is removed from return URLs.
    pub(super) handshake_failure: RefCell<Option<HandshakeFailure>>,
    url: OnceCell<Option<Url>>,
}

/// Why a handshake failed.
#[derive(Clone, Debug)]
pub(super) enum HandshakeFailure {
    /// It would fail again in the same way.
    Known(LoopCause),
    /// For a reason that a loop page does not name.
    Other,
}

/// The query parameters that Clerk's handshakes use. The first of one name counts.
#[derive(Clone, Debug, Default)]
pub(super) struct ClerkParameters<'a> {
    /// `__clerk_handshake`, not empty.
    pub(super) handshake: Option<Cow<'a, str>>,
    /// `__clerk_handshake_nonce`, not empty.
    pub(super) handshake_nonce: Option<Cow<'a, str>>,
    /// `__clerk_db_jwt`, empty or not.
    pub(super) dev_browser: Option<Cow<'a, str>>,
    /// `__clerk_synced`.
    pub(super) synced: Option<Cow<'a, str>>,
    /// `__clerk_redirect_url`, empty or not.
    pub(super) redirect_url: Option<Cow<'a, str>>,
}

impl<'a, R: Incoming> AuthenticateContext<'a, R> {
    /// Reads a request. The second part is the session cookie that is used.
    pub(super) fn read<K: Clone + 'static>(
        verifier: &SessionVerifier<'a, K>,
        request: &'a R,
        cookies: &'a Cookies<'a>,
        bearer: Option<&'a str>,
        now_seconds: i64,
    ) -> (Self, Option<InspectedToken>) {
        let (suffixed, token) = session_cookie(verifier, cookies, now_seconds);
        let count = cookies.redirect_count.as_deref().and_then(js_number::number);
        let context = Self {
            settings: verifier.settings,
            request,
            cookies,
            parameters: ClerkParameters::read(request.url()),
            bearer,
            suffixed,
            redirect_count: count.unwrap_or(0.0),
            handshake_failure: RefCell::new(None),
            url: OnceCell::new(),
        };
        (context, token)
    }

    pub(super) fn is_get(&self) -> bool {
        self.request.method() == "GET"
    }

    pub(super) fn is_development(&self) -> bool {
        self.settings.instance.kind == InstanceKind::Development
    }

    /// Notes why the handshake failed. With a production instance one by a token is not noted: its
    /// parameter stays, as with Clerk's SDK.
    pub(super) fn fail_handshake(&self, failure: HandshakeFailure) {
        let has_nonce = self.parameters.handshake_nonce.is_some();
        if self.is_development() || has_nonce || self.cookies.handshake_nonce.is_some() {
            self.handshake_failure.replace(Some(failure));
        }
    }

    /// The request's URL to return to: without the parameters of a handshake that failed, which
    /// would fail again.
    pub(super) fn url_without_failed_handshake(&self) -> Option<Url> {
        let url = self.url()?.clone();
        let has_failed = self.handshake_failure.borrow().is_some();
        Some(if has_failed { url.without(&FAILED_PARAMETERS) } else { url })
    }

    /// A header that is not empty.
    pub(super) fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.request.header(name).filter(|value| !value.is_empty())
    }

    /// Whether the request carries the answer to a handshake.
    pub(super) fn returns_from_clerk(&self) -> bool {
        let (parameters, cookies) = (&self.parameters, self.cookies);
        let tokens = [&parameters.handshake, &cookies.handshake];
        let nonces = [&parameters.handshake_nonce, &cookies.handshake_nonce];
        tokens.into_iter().chain(nonces).any(Option::is_some)
    }

    /// The session cookie that is used, else the token of the header.
    pub(super) fn session_token(&self) -> Option<&'a str> {
        self.cookie(&self.cookies.session).or(self.bearer)
    }

    /// `__client_uat`: when the newest sign-in or sign-out was; 0 for never.
    pub(super) fn client_uat(&self) -> f64 {
        self.cookie(&self.cookies.client_uat).map_or(0.0, js_number::parse_int)
    }

    /// The development browser token, of the URL or else of the cookie.
    pub(super) fn dev_browser(&self) -> Option<&str> {
        let parameter = self.parameters.dev_browser.as_deref().filter(|token| !token.is_empty());
        parameter.or_else(|| self.cookie(&self.cookies.dev_browser))
    }

    /// The URL as the browser sees it.
    pub(super) fn url(&self) -> Option<&Url> {
        self.url.get_or_init(|| browser_url(self.settings, self.request)).as_ref()
    }

    /// The origin as the browser sees it.
    pub(super) fn origin(&self) -> Option<String> {
        Some(self.url()?.origin())
    }

    fn cookie(&self, pair: &'a CookiePair<'a>) -> Option<&'a str> {
        if self.suffixed { pair.suffixed.as_deref() } else { pair.plain.as_deref() }
    }
}

impl<'a> ClerkParameters<'a> {
    /// Reads the query of a URL. A query without `__clerk` and without `%` is not parsed. (With `%`
    /// a name may be percent-encoded.)
    pub(super) fn read(url: &'a str) -> Self {
        let Some((_, query)) = url.split_once('?') else {
            return Self::default();
        };
        let query = query.split('#').next().unwrap_or_default();
        if !query.contains("__clerk") && !query.contains('%') {
            return Self::default();
        }
        Self::of_query(query)
    }

    #[cold]
    #[inline(never)]
    fn of_query(query: &'a str) -> Self {
        let mut found = Self::default();
        for (name, value) in query::pairs(query) {
            let parameter = match name.as_ref() {
                "__clerk_handshake" => &mut found.handshake,
                "__clerk_handshake_nonce" => &mut found.handshake_nonce,
                "__clerk_db_jwt" => &mut found.dev_browser,
                "__clerk_synced" => &mut found.synced,
                "__clerk_redirect_url" => &mut found.redirect_url,
                _ => continue,
            };
            parameter.get_or_insert(value);
        }
        let is_filled = |value: &Cow<'_, str>| !value.is_empty();
        found.handshake = found.handshake.filter(is_filled);
        found.handshake_nonce = found.handshake_nonce.filter(is_filled);
        found
    }
}

/// The URL as the browser sees it. `X-Forwarded-*` counts only with `CLERK_TRUST_FORWARDED_HOST`.
/// A path that begins with `//` is not read as a host.
pub(crate) fn browser_url<R: Incoming>(settings: &Settings, request: &R) -> Option<Url> {
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

/// Whether the suffixed cookies are used, and the session cookie that is used.
fn session_cookie<K: Clone + 'static>(
    verifier: &SessionVerifier<'_, K>,
    cookies: &Cookies<'_>,
    now_seconds: i64,
) -> (bool, Option<InspectedToken>) {
    let pair = &cookies.session;
    let plain = pair.plain.as_deref().map(|text| verifier.inspect(text));
    // Usually both cookies hold the same token, which is then inspected once.
    let suffixed = pair.suffixed.as_deref().map(|text| match (&plain, pair.plain.as_deref()) {
        (Some(token), Some(other)) if bytes_equal(text.as_bytes(), other.as_bytes()) => {
            token.clone()
        }
        _ => verifier.inspect(text),
    });
    let choice = CookieSuffixChoice {
        plain: plain.as_ref(),
        suffixed: suffixed.as_ref(),
        client_uat: &cookies.client_uat,
        frontend_host: &verifier.settings.frontend_host(),
        is_production: verifier.settings.instance.kind == InstanceKind::Production,
        now_seconds,
    };
    if choice.is_suffixed() { (true, suffixed) } else { (false, plain) }
}

/// The parameters of a handshake.
pub(super) const FAILED_PARAMETERS: [&str; 2] = ["__clerk_handshake", "__clerk_handshake_nonce"];
