//! Cookie headers as numbers: who asks is the same as by the text, and a wrong number leads to a
//! fresh reading.

use std::borrow::Cow;
use std::cell::Cell;

use clerk_edge_gate::context::RequestContext;
use clerk_edge_gate::session;
use clerk_edge_gate::settings::Settings;
use clerk_edge_http::incoming::{BodyError, CookieNumber, Incoming};
use serde_json::json;

use clerk_edge_testing::isolate::Isolate;
use clerk_edge_testing::mint;
use clerk_edge_testing::mint::{LIVE_KEY, NOW, NOW_MS, TEST_KEY};
use clerk_edge_testing::request::Request;
use clerk_edge_testing::settings::of_key;
use clerk_edge_testing::task::ready;
use clerk_edge_testing::visitor::{clerk, cookies, live, outcome, page};

/// A request whose host has numbered its cookies, or does it now.
struct Numbered {
    request: Request,
    given: Option<u32>,
    /// Where the host believes that the token ends.
    end: usize,
    next: u32,
    numbered: Cell<Option<(u32, usize)>>,
    reads: Cell<usize>,
}

impl Numbered {
    fn new(request: Request, given: Option<(u32, usize)>, next: u32) -> Self {
        let (end, numbered, reads) =
            (given.map_or(0, |(_, end)| end), Cell::new(None), Cell::new(0));
        Self { request, given: given.map(|(number, _)| number), end, next, numbered, reads }
    }

    fn text(&self) -> &str {
        self.request.headers.iter().find(|(name, _)| name == "cookie").map_or("", |(_, it)| it)
    }

    /// Who asks, and how often the text was read for it.
    fn ask_at(&self, isolate: &Isolate, now_ms: i64) -> (String, usize) {
        let clerk = clerk();
        let ctx = RequestContext::new(&clerk, now_ms);
        let verifier = isolate.verifier();
        let state = ready(session::authenticate_request(&verifier, self, None, &ctx));
        (outcome(&state), self.reads.take())
    }

    fn ask(&self, isolate: &Isolate) -> (String, usize) {
        self.ask_at(isolate, NOW_MS)
    }
}

impl Incoming for Numbered {
    fn method(&self) -> &str {
        self.request.method()
    }

    fn url(&self) -> &str {
        self.request.url()
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.reads.set(self.reads.get() + usize::from(name == "cookie"));
        self.request.header(name)
    }

    fn header_names(&self) -> Cow<'_, str> {
        self.request.header_names()
    }

    async fn body(&self, max: usize) -> Result<Vec<u8>, BodyError> {
        self.request.body(max).await
    }

    fn cookie_number(&self) -> Option<CookieNumber<'_>> {
        let number = self.given?;
        let token_end = self.text().get(self.end.checked_sub(24)?..self.end)?;
        Some(CookieNumber { number, token_end })
    }

    fn number_cookies(&self, token_end: usize) -> Option<u32> {
        self.numbered.set(Some((self.next, token_end)));
        Some(self.next)
    }
}

fn user(number: u32) -> Request {
    page(&cookies(&mint::session(&json!({ "sub": format!("user_{number}") }))))
}

/// Asks once with the text, and tells the number and the place that came of it.
#[track_caller]
fn first(isolate: &Isolate, request: &Request, next: u32) -> (u32, usize) {
    let first = Numbered::new(request.clone(), None, next);
    first.ask(isolate);
    first.numbered.get().unwrap()
}

fn signed_in(number: u32, reads: usize) -> (String, usize) {
    (format!("signed-in user_{number}"), reads)
}

#[test]
fn a_number_stands_for_the_text_that_it_was_given_for() {
    let isolate = live();
    let given = [1, 2].map(|number| first(&isolate, &user(number), number));
    for (number, given) in [1, 2].into_iter().zip(given) {
        let again = Numbered::new(user(number), Some(given), 3);
        assert_eq!(again.ask(&isolate), signed_in(number, 0));
        assert_eq!(again.numbered.get(), None);
    }
}

#[test]
fn a_wrong_number_leads_to_a_fresh_reading_and_never_to_another_person() {
    let isolate = live();
    let [one, two] = [1, 2].map(|number| first(&isolate, &user(number), number));
    let wrong = [(one.0, two.1), one, (0, two.1), (7, two.1), (u32::MAX, two.1)];
    for (next, wrong) in (3..).zip(wrong) {
        let request = Numbered::new(user(2), Some(wrong), next);
        assert_eq!(request.ask(&isolate), signed_in(2, 1), "{wrong:?}");
    }
    // Wrong places, too.
    for (next, end) in (20..).zip([0, 23, 24, 30, two.1 - 1, two.1 + 1, usize::MAX]) {
        let request = Numbered::new(user(2), Some((two.0, end)), next);
        assert_eq!(request.ask(&isolate), signed_in(2, 1), "{end}");
    }
    assert_eq!(Numbered::new(user(2), Some(two), 30).ask(&isolate), signed_in(2, 0));
    // Another isolate gave the number, or nobody's cookies come with it.
    assert_eq!(Numbered::new(user(2), Some(two), 3).ask(&live()), signed_in(2, 1));
    let nobody = Numbered::new(page("a=b"), Some((one.0, 3)), 3);
    assert_eq!(nobody.ask(&isolate).0, "signed-out session-token-and-uat-missing");
}

#[test]
fn time_is_asked_anew() {
    let isolate = live();
    let given = first(&isolate, &user(1), 1);
    let again = Numbered::new(user(1), Some(given), 2);
    assert_eq!(again.ask_at(&isolate, NOW_MS + 64_000), signed_in(1, 0));
    let (state, reads) = again.ask_at(&isolate, NOW_MS + 66_000);
    assert_eq!((state.starts_with("handshake session-token-expired"), reads), (true, 1), "{state}");
}

#[test]
fn only_what_cookies_alone_decide_is_numbered() {
    let numbered = |isolate: &Isolate, request: Request| {
        let request = Numbered::new(request, None, 1);
        let (state, _) = request.ask(isolate);
        (state, request.numbered.get().is_some())
    };
    let in_url = |more: &str| {
        let mut request = user(1);
        request.url.push_str(more);
        request
    };
    assert_eq!(numbered(&live(), in_url("")), ("signed-in user_1".to_owned(), true));
    assert_eq!(numbered(&live(), in_url("?a=b")), ("signed-in user_1".to_owned(), false));
    let not_ascii = page(&format!("a=é; {}", user(1).headers[1].1));
    assert_eq!(numbered(&live(), not_ascii), ("signed-in user_1".to_owned(), false));
    let out = page(&format!("__client_uat={}; __session=x", NOW));
    assert!(!numbered(&live(), out).1);
    let satellite = Settings { is_satellite: true, ..of_key(LIVE_KEY) };
    let synced = Settings { cross_origin_sync: true, ..of_key(LIVE_KEY) };
    for settings in [satellite, synced, of_key(TEST_KEY)] {
        let isolate = Isolate::new(settings);
        assert!(!numbered(&isolate, user(1)).1);
        // Nor is a number taken there.
        let given = Numbered::new(user(1), Some((1, 3)), 2);
        assert_eq!(given.ask(&isolate).1, 1);
    }
}
