//! One request as Clerk's SDK sees it: its cookies, its parameters, its URL, the token.
//!
//! Named after the SDK's `AuthenticateContext`. Some of it is read only when it is needed.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::query;
use clerk_edge_http::url::Url;
use clerk_edge_jws::equal::bytes_equal;
use clerk_edge_token::js_number;

use crate::session::cookies::{CookiePair, CookieSuffixChoice, Cookies};
use crate::session::verify::{InspectedToken, SessionVerifier};
use crate::settings::organization_sync::WantedOrganization;
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
    /// The handshake in the URL failed. It is removed from return URLs.
    pub(super) handshake_failed: Cell<bool>,
    /// The organization that the rule needs.
    pub(super) activate: Option<&'a WantedOrganization<'a>>,
    /// Whether the browser has just returned from Clerk.
    pub(super) handshake_resolved: Cell<bool>,
    url: OnceCell<Option<Url>>,
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
            handshake_failed: Cell::new(false),
            activate: verifier.activate,
            handshake_resolved: Cell::new(false),
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

    /// A header that is not empty.
    pub(super) fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.request.header(name).filter(|value| !value.is_empty())
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

    /// The `organization_id` of handshakes, where the path has one.
    pub(super) fn organization_id(&self) -> Option<String> {
        if let Some(wanted) = self.activate {
            return Some(wanted.parameter().to_owned());
        }
        let sync = self.settings.organization_sync.as_ref()?;
        Some(sync.wanted(self.url()?.path())?.parameter().to_owned())
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
        let mut found = Self::default();
        let Some((_, query)) = url.split_once('?') else {
            return found;
        };
        let query = query.split('#').next().unwrap_or_default();
        if !query.contains("__clerk") && !query.contains('%') {
            return found;
        }
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
