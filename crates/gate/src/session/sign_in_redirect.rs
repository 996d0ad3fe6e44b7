//! Where a visitor goes to sign in, and how he finds back.
//!
//! The target is the settings' own page or the Account Portal of the publishable key, never
//! anything that a client named; the page he came from goes along as a parameter, and whether it
//! may be returned to is for Clerk's list of allowed addresses to say.

use crate::session::cookies::Cookies;
use crate::settings::{InstanceKind, Settings};
use clerk_edge_http::incoming::Incoming;
use clerk_edge_http::url::Url;

use crate::session::context;
use crate::session::parameters::Parameters;

/// Holding one means: it is known where the visitor is and what he brings.
#[derive(Clone, Debug)]
pub struct SignInRedirect<'a> {
    settings: &'a Settings,
    here: Url,
    dev_browser: Option<String>,
}

impl<'a> SignInRedirect<'a> {
    /// From the page that was asked for. None where its address cannot be read.
    #[must_use]
    pub fn from<R: Incoming>(settings: &'a Settings, request: &R) -> Option<Self> {
        let here = context::address(settings, request)?;
        let dev_browser = match settings.instance.kind {
            InstanceKind::Development => dev_browser(settings, request),
            InstanceKind::Production => None,
        };
        Some(Self { settings, here, dev_browser })
    }

    /// To the sign-in page; to its `/tasks` where a session is pending.
    #[must_use]
    pub fn to_sign_in(&self, is_pending: bool) -> String {
        let target = self.settings.sign_in_url.as_deref().and_then(|page| self.page(page));
        self.to(target.unwrap_or_else(|| self.portal("/sign-in")), is_pending)
    }

    /// To the sign-up page; without one, to the sign-in page's `/create`.
    #[must_use]
    pub fn to_sign_up(&self, is_pending: bool) -> String {
        let own = self.settings.sign_up_url.as_deref().and_then(|page| self.page(page));
        let beside = || {
            let page = self.settings.sign_in_url.as_deref().and_then(|page| self.page(page))?;
            Some(below(page, "create"))
        };
        let target = own.or_else(beside).unwrap_or_else(|| self.portal("/sign-up"));
        self.to(target, is_pending)
    }

    fn to(&self, target: Url, is_pending: bool) -> String {
        let target = if is_pending { below(target, "tasks") } else { target };
        let is_elsewhere = target.host_and_port() != self.here.host_and_port();
        let here = self.here.clone();
        let asks_the_primary = self.settings.is_satellite && is_elsewhere;
        let back = if asks_the_primary { here.with("__clerk_synced", "false") } else { here };
        let target = target.with("redirect_url", &back.href());
        match self.dev_browser.as_deref().filter(|_| is_elsewhere) {
            Some(mark) => target.with("__clerk_db_jwt", mark).href(),
            None => target.href(),
        }
    }

    /// A page of the settings: a path here, or an address.
    fn page(&self, page: &str) -> Option<Url> {
        if page.starts_with('/') && !page.starts_with("//") {
            return Url::parse(&format!("{}{page}", self.here.origin()));
        }
        Url::parse(page)
    }

    fn portal(&self, path: &str) -> Url {
        match &self.settings.instance.portal {
            Some(portal) => portal.clone().with_path(path),
            // A key without a host that can be read has no portal: better a page of our own.
            None => self.here.at(&self.here).without_query().with_path(path),
        }
    }
}

fn dev_browser<R: Incoming>(settings: &Settings, request: &R) -> Option<String> {
    let parameters = Parameters::read(request.url());
    if let Some(mark) = parameters.dev_browser.filter(|mark| !mark.is_empty()) {
        return Some(mark.into_owned());
    }
    let header = request.header("cookie")?;
    let twin = Cookies::read(&header, &settings.instance.cookie_suffix).dev_browser;
    twin.suffixed.or(twin.plain).map(std::borrow::Cow::into_owned)
}

fn below(page: Url, name: &str) -> Url {
    let path = format!("{}/{name}", page.path().trim_end_matches('/'));
    page.with_path(&path)
}
