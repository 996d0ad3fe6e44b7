//! The redirect to the sign-in page, where the recordings have no case: the development browser
//! token, a key without a portal, and the return URL.

use std::cell::OnceCell;

use clerk_edge_gate::session::sign_in_redirect::SignInRedirect;
use clerk_edge_gate::settings::clerk_hosts::portal;
use clerk_edge_gate::settings::{Instance, Settings};

use clerk_edge_testing::mint::{LIVE_KEY, TEST_KEY};
use clerk_edge_testing::request::Request;
use clerk_edge_testing::settings::of_key;
use clerk_edge_testing::visitor::PAGE;

const PORTAL: &str = "https://accounts.inspired.puma-74.lcl.dev/sign-in";
const BACK: &str = "redirect_url=https%3A%2F%2Fwww.myapp.com%2Fpage";

fn to_sign_in(settings: &Settings, request: &Request) -> String {
    SignInRedirect::from(settings, request).unwrap().to_sign_in(false)
}

#[test]
fn the_development_browser_token_of_the_url_counts_before_the_cookie() {
    let redirect = |key: &str, query: &str| {
        let cookie = ("cookie", "__clerk_db_jwt=kept");
        to_sign_in(&of_key(key), &Request::get(&format!("{PAGE}{query}"), &[cookie]))
    };
    let new = "%3F__clerk_db_jwt%3Dnew";
    assert_eq!(
        redirect(TEST_KEY, "?__clerk_db_jwt=new"),
        format!("{PORTAL}?{BACK}{new}&__clerk_db_jwt=new")
    );
    assert_eq!(
        redirect(TEST_KEY, "?__clerk_db_jwt="),
        format!("{PORTAL}?{BACK}%3F__clerk_db_jwt%3D&__clerk_db_jwt=kept")
    );
    assert_eq!(redirect(TEST_KEY, ""), format!("{PORTAL}?{BACK}&__clerk_db_jwt=kept"));
    // A production instance has no development browser token.
    assert_eq!(redirect(LIVE_KEY, "?__clerk_db_jwt=new"), format!("{PORTAL}?{BACK}{new}"));
}

#[test]
fn without_a_portal_the_sign_in_page_is_on_this_site() {
    let mut settings = of_key(LIVE_KEY);
    let asked = Request::get(&format!("{PAGE}?a=1"), &[]);
    assert_eq!(to_sign_in(&settings, &asked), format!("{PORTAL}?{BACK}%3Fa%3D1"));
    settings.instance = Instance { portal: OnceCell::from(portal("a b.c")), ..settings.instance };
    assert_eq!(
        to_sign_in(&settings, &asked),
        format!("https://www.myapp.com/sign-in?{BACK}%3Fa%3D1")
    );
}

#[test]
fn a_sign_in_page_is_a_path_of_this_site_or_a_url() {
    let redirect = |page: &str| {
        let settings = Settings { sign_in_url: Some(page.to_owned()), ..of_key(LIVE_KEY) };
        to_sign_in(&settings, &Request::get(PAGE, &[]))
    };
    assert_eq!(redirect("/in"), format!("https://www.myapp.com/in?{BACK}"));
    assert_eq!(redirect("https://in.com/x?y=1"), format!("https://in.com/x?y=1&{BACK}"));
    for neither in ["//in.com/x", "in", ""] {
        assert_eq!(redirect(neither), format!("{PORTAL}?{BACK}"), "{neither}");
    }
}

#[test]
fn the_return_url_is_the_one_that_the_browser_sees() {
    let back = |headers: &[(&str, &str)]| {
        let settings = Settings { trust_forwarded_host: true, ..of_key(LIVE_KEY) };
        let location = to_sign_in(&settings, &Request::get(&format!("{PAGE}?"), headers));
        let location = url::Url::parse(&location).unwrap();
        location.query_pairs().find(|(name, _)| name == "redirect_url").unwrap().1.into_owned()
    };
    // With the same origin the URL stays as it is written; with another one it is serialised.
    assert_eq!(back(&[("host", "www.myapp.com")]), format!("{PAGE}?"));
    assert_eq!(back(&[("host", "other.com")]), "https://other.com/page");
    // An empty header is ignored, whatever the other one holds.
    let other = ("x-forwarded-proto", "http://other.com");
    assert_eq!(back(&[("x-forwarded-host", ""), other]), format!("{PAGE}?"));
    assert_eq!(back(&[("host", "third.com"), ("x-forwarded-proto", "")]), format!("{PAGE}?"));
    assert_eq!(
        back(&[("host", "third.com"), ("x-forwarded-proto", "http")]),
        "http://third.com/page"
    );
}
