//! `Url` compared with the crate `url`: whatever ours accepts, the crate reads in the same way; what
//! only ours refuses is listed.

use clerk_edge_http::url::Url;

/// Every combination of a start, a user, a host and an end.
fn urls() -> Vec<String> {
    let starts =
        ["https://", "HTTP://", "http:", "https:/\\", "https:///", " https://", "ht\ntps://"];
    let users = ["", "u@", "u:p@", ":@", "a b:c/@", "ü@", "a@b@", "u:p:q@"];
    let mut all = Vec::new();
    for start in starts {
        for host in HOSTS {
            all.extend(ENDS.iter().map(|end| format!("{start}{host}{end}")));
            all.extend(users.iter().map(|user| format!("{start}{user}{host}/p?q")));
        }
    }
    all
}

#[test]
fn accepted_urls_are_read_as_the_standard_reads_them() {
    let mut read = 0;
    for text in urls() {
        let standard = url::Url::parse(&text).ok();
        let Some(ours) = Url::parse(&text) else { continue };
        read += 1;
        let standard = standard
            .unwrap_or_else(|| panic!("the standard refuses {text:?}, ours reads {}", ours.href()));
        assert_eq!(ours.href(), standard.as_str(), "{text:?}");
        assert_eq!(ours.origin(), standard.origin().ascii_serialization(), "{text:?}");
        assert_eq!(Some(ours.host()), standard.host_str(), "{text:?}");
        assert_eq!(
            (ours.path(), ours.query()),
            (standard.path(), standard.query().unwrap_or_default())
        );
        assert!(Url::parse_exact(&text).is_none_or(|exact| exact == ours), "{text:?}");
        assert_eq!(Url::parse(&ours.href()), Some(ours), "{text:?}");
    }
    assert!(read > 4_000, "{read}");
}

#[test]
fn only_listed_kinds_of_urls_are_refused_by_ours_alone() {
    for text in urls() {
        let standard = url::Url::parse(&text).ok();
        if let (Some(standard), None) = (&standard, Url::parse(&text)) {
            panic!("{text:?} is {standard}");
        }
    }
    // Hosts that the standard rewrites: other scripts, escapes, unusual spellings of numbers.
    for text in [
        "https://bücher.de",
        "https://a%2ecom",
        "https://0x7f.1",
        "https://1.2",
        "https://1.2.",
        "https://1.2.3.4.",
        "https://0x7f",
        "https://[::ffff:1.2.3.4]",
        "https://xn--é",
    ] {
        assert_eq!(Url::parse(text), None, "{text}");
    }
    for text in [
        "",
        "https",
        "https:",
        "//a.com",
        "/a",
        "ftp://a.com",
        "javascript:x",
        "https://",
        "https://?",
        "https://a<b",
    ] {
        assert!(url::Url::parse(text).map_or(true, |url| url.scheme() != "https"), "{text}");
        assert_eq!(Url::parse(text), None, "{text}");
    }
}

#[test]
fn queries_are_changed_as_the_standard_changes_them() {
    for query in [
        "",
        "?",
        "?a=1",
        "?a=b+c&f=%2F&g",
        "?x=1&a=2&x=3",
        "?%5Fa=1&é=%zz",
        "?a=1&&b==c&",
        "?a='~*",
    ] {
        let text = format!("https://h.com/p{query}#f");
        let ours = Url::parse(&text).unwrap();
        let standard = |change: &dyn Fn(&mut url::Url)| {
            let mut url = url::Url::parse(&text).unwrap();
            change(&mut url);
            url.to_string()
        };
        let appended = standard(&|url| {
            url.query_pairs_mut().append_pair("n é", "v&=+");
        });
        // The crate appends to the text of a query; the standard encodes the whole query again.
        let pairs = |text: &str| -> Vec<(String, String)> {
            url::Url::parse(text).unwrap().query_pairs().into_owned().collect()
        };
        let found = ours.clone().appended("n é", "v&=+").href();
        assert_eq!(pairs(&found), pairs(&appended), "{query}");
        let kept: Vec<(String, String)> =
            pairs(&text).into_iter().filter(|(name, _)| name != "a" && name != "x").collect();
        let found = ours.clone().without(&["a", "x"]).href();
        assert_eq!(pairs(&found), kept, "{query}");
        assert_eq!(found.contains('?'), !kept.is_empty(), "{query}");
        let rewritten = standard(&|url| {
            url.query_pairs_mut().clear().extend_pairs(&kept);
            if kept.is_empty() {
                url.set_query(None);
            }
        });
        assert_eq!(found, rewritten, "{query}");
    }
}

const HOSTS: &[&str] = &[
    "a.com",
    "A.Com",
    "a.com:443",
    "a.com:80",
    "a.com:8080",
    "a.com:",
    "a.com:99999",
    "a.com:x",
    "a.com:1:2",
    "a.com::80",
    "a.com:+80",
    "a_b.com",
    "a..com",
    ".",
    "a.",
    "1.2.3.4",
    "[::1]",
    "[::1]:8080",
    "[1::2:3]",
    "xn--bcher-kva.de",
    "xn--a_b.de",
    "a.xn--a_b",
    "0x7f.com",
    "a.0x7f",
    "a'b",
    "a-b.c",
    "localhost",
];

const ENDS: &[&str] = &[
    "",
    "/",
    "/a/b",
    "/a/../b",
    "/a/./b/",
    "/a/.",
    "/a/%2e",
    "/../..",
    "/%2e%2E/x",
    "/a\\b",
    "/a b",
    "/a~\u{7f}",
    "/é",
    "/a;b,c",
    "/\"<>`{}^|",
    "?",
    "?a=b&c",
    "?a b'\"<>",
    "?é",
    "#",
    "#f",
    "#a b`<",
    "/p?q#f",
    "?x#y?z",
    "/a%2Fb",
    "/%",
    "//b//",
    "/a/..",
    "/a/b/..",
    "/.",
    "\\x",
    "/\tb",
    "?a#b#c",
];
