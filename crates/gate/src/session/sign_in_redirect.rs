//! The redirect to the sign-in page, with the URL to return to.
//!
//! The sign-in page is that of the settings, or else of the instance's Account Portal, and never
//! one that a client names. The URL of the request is added as a parameter; whether the browser may
//! return to it is decided by Clerk's list of allowed URLs.

use std::borrow::Cow;

use crate::session::context;
use crate::session::context::ClerkParameters;
use crate::session::cookies::Cookies;
use crate::settings::{InstanceKind, Settings};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::url::Url;

/// What a redirect to the sign-in page needs of a request.
#[derive(Clone, Debug)]
pub struct SignInRedirect<'a> {
    settings: &'a Settings,
    url: Url,
    dev_browser: Option<String>,
}

impl<'a> SignInRedirect<'a> {
    /// For this request; `None` if its URL cannot be parsed.
    #[must_use]
    pub fn from<R: Incoming>(settings: &'a Settings, request: &R) -> Option<Self> {
        let url = context::browser_url(settings, request)?;
        // A handshake that succeeded has led to the URL without them: these failed.
        let is_development = settings.instance.kind == InstanceKind::Development;
        let url = if is_development { url.without(&context::FAILED_PARAMETERS) } else { url };
        let dev_browser = match settings.instance.kind {
            InstanceKind::Development => dev_browser(settings, request),
            InstanceKind::Production => None,
        };
        Some(Self { settings, url, dev_browser })
    }

    /// Comes back to another page of this site.
    pub(crate) fn returning_to(self, path_and_query: &str) -> Self {
        let other = Url::parse(&[&self.url.origin(), path_and_query].concat());
        Self { url: other.unwrap_or(self.url), ..self }
    }

    /// The URL of the sign-in page; of its `/tasks` if the session is pending.
    #[must_use]
    pub fn to_sign_in(&self, is_pending: bool) -> String {
        let page = self.sign_in_page();
        let page = if is_pending { below(page, "tasks") } else { page };
        let is_elsewhere = page.host_and_port() != self.url.host_and_port();
        let back = self.url.clone();
        let asks_primary = self.settings.is_satellite && is_elsewhere;
        let back = if asks_primary { back.with("__clerk_synced", "false") } else { back };
        let page = page.with("redirect_url", &back.href());
        match self.dev_browser.as_deref().filter(|_| is_elsewhere) {
            Some(token) => page.with("__clerk_db_jwt", token).href(),
            None => page.href(),
        }
    }

    fn sign_in_page(&self) -> Url {
        let own = self.settings.sign_in_url.as_deref().and_then(|page| self.parse(page));
        own.unwrap_or_else(|| match self.settings.instance.account_portal() {
            Some(portal) => portal.clone().with_path("/sign-in"),
            // A key without a valid host has no Account Portal.
            None => self.url.at(&self.url).without_query().with_path("/sign-in"),
        })
    }

    /// A page of the settings: a path of this site, or a URL.
    fn parse(&self, page: &str) -> Option<Url> {
        if page.starts_with('/') && !page.starts_with("//") {
            return Url::parse(&format!("{}{page}", self.url.origin()));
        }
        Url::parse(page)
    }
}

/// The development browser token, of the URL or else of a cookie.
fn dev_browser<R: Incoming>(settings: &Settings, request: &R) -> Option<String> {
    let parameters = ClerkParameters::read(request.url());
    if let Some(token) = parameters.dev_browser.filter(|token| !token.is_empty()) {
        return Some(token.into_owned());
    }
    let header = request.header("cookie")?;
    let pair = Cookies::read(&header, &settings.instance.cookie_suffix).dev_browser;
    pair.suffixed.or(pair.plain).map(Cow::into_owned)
}

fn below(page: Url, name: &str) -> Url {
    let path = format!("{}/{name}", page.path().trim_end_matches('/'));
    page.with_path(&path)
}
