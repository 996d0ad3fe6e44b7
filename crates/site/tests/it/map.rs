//! Which file belongs to which pages.

use clerk_edge_site::{Finding, Progress, Purpose, Site, Step};

use crate::{lines, memory, read};

const OPEN: &str = "Everybody may read how the company began in a small kitchen.";
const ADMIN: &str = "Administrators read the salary plan of the coming winter in this room.";
const USERS: &str = "The list of people who have an account here and what they may do.";
const FOOTER: &str = "This footer stands on every page of the site and is nobody's secret.";

fn page(text: &str, head: &str) -> String {
    format!("<html><head><title>Site</title>{head}</head><p>{text}</p><footer>{FOOTER}</footer>")
}

/// Three pages, and files beside them.
#[track_caller]
fn maps(files: &[(&str, &str)], expected: &[&str]) {
    let pages = [
        ("index.html", page(OPEN, "")),
        ("admin/index.html", page(ADMIN, "")),
        ("admin/users.html", page(USERS, "")),
    ];
    let mut memory = memory(files);
    for (name, html) in pages {
        memory.insert(name, html);
    }
    assert_eq!(lines(&mut memory), expected);
}

#[test]
fn a_file_with_the_text_of_a_page_belongs_to_it() {
    maps(&[("admin.txt", ADMIN)], &["/admin.txt\tt\t/admin"]);
    maps(&[("a.js", &format!("x({OPEN:?})"))], &["/a.js\tt\t/"]);
    maps(
        &[("a.json", &format!("{{\"a\":\"{ADMIN}\",\"b\":\"{USERS}\"}}"))],
        &["/a.json\tt\t/admin,/admin/users"],
    );
    maps(&[("a.js", "export const unrelated = 'No page has this sentence in its text.'")], &[]);
}

#[test]
fn three_windows_count_and_two_do_not() {
    // Windows begin at words; the sentence is cut so that two and three are left.
    maps(&[("a.js", "read the salary plan of the coming")], &[]);
    maps(&[("a.js", "Administrators read the salary plan of the coming")], &["/a.js\tt\t/admin"]);
}

#[test]
fn text_that_all_pages_have_belongs_to_all_of_them() {
    maps(&[("a.js", FOOTER)], &["/a.js\tl\t/,/admin,/admin/users"]);
    maps(&[("a.js", &format!("{FOOTER} {ADMIN}"))], &["/a.js\tt\t/admin"]);
}

#[test]
fn text_that_a_fallback_shows_is_public() {
    let not_found = page(ADMIN, "<link rel=stylesheet href=/a.css>");
    maps(&[("404.html", &not_found), ("a.js", ADMIN), ("a.css", "")], &["/a.css\tl\t/404"]);
    maps(&[("docs/404.html", &not_found), ("a.js", ADMIN)], &[]);
    maps(&[("docs/x404.html", &not_found), ("a.js", ADMIN)], &["/a.js\tl\t/admin,/docs/x404"]);
}

#[test]
fn text_of_two_versions_of_a_page_belongs_to_both() {
    let twin = page(ADMIN, "");
    maps(&[("v1/admin.html", &twin), ("a.js", ADMIN)], &["/a.js\tl\t/admin,/v1/admin"]);
    maps(
        &[("v1/admin.html", &twin), ("a.js", &format!("{ADMIN} {USERS}"))],
        &["/a.js\tt\t/admin,/admin/users,/v1/admin"],
    );
}

#[test]
fn a_file_that_pages_load_belongs_to_them() {
    let mut files = memory(&[
        ("index.html", &page(OPEN, "<script type=module src=/main.js></script>")),
        ("admin.html", &page(ADMIN, "<script type=module src=/admin.js></script><img src=a.png>")),
        ("main.js", "import './shared.js'; import('./lazy.js')"),
        ("admin.js", "export { x } from './shared.js'; import './only.js'"),
        ("shared.js", ""),
        ("only.js", "import './only.css'"),
        ("only.css", "a { background: url(only.png) }"),
        ("lazy.js", "import './behind.js'"),
        ("behind.js", ""),
        ("a.png", "\u{89}PNG"),
        ("only.png", ""),
        ("unused.png", ""),
    ]);
    assert_eq!(
        lines(&mut files),
        [
            "/a.png\tl\t/admin",
            "/admin.js\tl\t/admin",
            "/main.js\tl\t/",
            "/only.css\tl\t/admin",
            "/only.js\tl\t/admin",
            "/only.png\tl\t/admin",
            "/shared.js\tl\t/,/admin",
        ]
    );
}

#[test]
fn what_more_than_sixteen_pages_load_belongs_to_none() {
    let site = |pages: usize| {
        let mut files = memory(&[("a.css", "")]);
        for number in 0..pages {
            files.insert(format!("p{number}.html"), "<link rel=stylesheet href=a.css>");
        }
        read(&mut files)
    };
    assert!(site(16).map().is_ok_and(|map| map.contains("/a.css\tl\t/p0,/p1,/p10,")));
    assert!(site(16).report().shared.is_empty());
    assert!(site(17).map().is_ok_and(|map| !map.contains("/a.css")));
    let shared: Vec<(String, usize)> =
        site(17).report().shared.into_iter().map(|file| (file.path, file.pages)).collect();
    assert_eq!(shared, [("/a.css".to_owned(), 17)]);
}

#[test]
fn a_search_index_belongs_to_the_pages_of_its_words() {
    let index = r#"{"administr":1,"salari":2,"plan":3,"come":4,"winter":5,"room":6,"read":7}"#;
    maps(&[("search.json", index)], &["/search.json\tt\t/admin"]);
    let other = r#"{"kitchen":1,"compani":2,"began":3}"#;
    maps(&[("search.json", other)], &[]);
}

#[test]
fn names_and_pages_have_the_form_that_the_gate_compares() {
    let mut files = memory(&[
        ("a b,c.html", &page(ADMIN, "")),
        ("index.html", &page(OPEN, "")),
        ("x,y/@é%.txt", ADMIN),
        ("_headers", ADMIN),
        ("_clerk-edge.txt", ADMIN),
    ]);
    assert_eq!(lines(&mut files), ["/x%2Cy/@%C3%A9%25.txt\tt\t/a%20b%2Cc"]);
}

#[test]
fn text_in_a_file_that_other_pages_load_is_told() {
    let script = "<script src=/main.js></script>";
    let mut files = memory(&[
        ("index.html", &page(OPEN, script)),
        ("admin.html", &page(ADMIN, script)),
        ("main.js", ADMIN),
    ]);
    let site = read(&mut files);
    let told = Finding::TextInSharedFile {
        file: "/main.js".to_owned(),
        holds: vec!["/admin".to_owned()],
        loaded_by: 2,
    };
    assert_eq!(site.report().findings, [told]);
    files.insert("index.html", page(OPEN, ""));
    assert_eq!(read(&mut files).report().findings, []);
}

#[test]
fn a_file_with_the_text_of_several_pages_is_told() {
    let pages = [("index.html", page(OPEN, "")), ("admin.html", page(ADMIN, ""))];
    let findings = |content: &str| {
        let mut files = memory(&[("feed.xml", content)]);
        for (name, html) in &pages {
            files.insert(*name, html.as_str());
        }
        read(&mut files).report().findings
    };
    let holds = vec!["/".to_owned(), "/admin".to_owned()];
    let told = Finding::TextOfSeveralPages { file: "/feed.xml".to_owned(), holds };
    assert_eq!(findings(&format!("{OPEN} {ADMIN}")), [told]);
    assert_eq!(findings(ADMIN), []);
    assert_eq!(findings(FOOTER), [], "all pages show it");
}

#[test]
fn a_single_page_application_is_told() {
    let shell = "<title>An application with a name</title><div id=root></div>";
    let with_script = format!("{shell}<script type=module src=/a.js></script>");
    let told = |pages: &[&str]| Finding::SinglePageApplication {
        pages: pages.iter().map(|page| (*page).to_owned()).collect(),
    };
    let findings = |files: &[(&str, &str)]| read(&mut memory(files)).report().findings;
    assert_eq!(findings(&[("index.html", &with_script), ("a.js", ADMIN)]), [told(&["/"])]);
    assert_eq!(findings(&[("200.html", &with_script), ("a.js", ADMIN)]), [told(&["/200"])]);
    assert_eq!(findings(&[("index.html", shell)]), [], "there is no script to make a page");
    let one_page = format!("{with_script}<p>{OPEN}");
    assert_eq!(findings(&[("index.html", &one_page), ("a.js", "")]), []);
}

#[test]
fn held_text_names_its_sentence_and_looks_into_html() {
    let payload = format!("<script>self.data = {ADMIN:?}</script>");
    let mut files = memory(&[
        ("index.html", &page(OPEN, &payload)),
        ("admin.html", &page(ADMIN, "")),
        ("admin.txt", ADMIN),
    ]);
    let held = |files: &mut clerk_edge_site::Memory, purpose| {
        let site = Site::read(files, purpose, &mut |_| {}).expect("read");
        let held = site.held().iter().cloned();
        held.map(|held| (held.file, held.page, held.sentence)).collect::<Vec<_>>()
    };
    let sentence = || Some(ADMIN.to_owned());
    assert_eq!(
        held(&mut files, Purpose::Leaks),
        [
            ("/".to_owned(), "/admin".to_owned(), sentence()),
            ("/admin.txt".to_owned(), "/admin".to_owned(), sentence()),
        ]
    );
    assert_eq!(held(&mut files, Purpose::Map), []);
    assert_eq!(lines(&mut files), ["/admin.txt\tt\t/admin"], "a page is never named as a file");
}

#[test]
fn progress_goes_from_nothing_to_all() {
    let mut files = memory(&[("index.html", OPEN), ("a.js", ""), ("b.js", "")]);
    let mut seen = Vec::new();
    let mut watch = |progress: Progress| seen.push((progress.step, progress.done, progress.total));
    Site::read(&mut files, Purpose::Map, &mut watch).expect("read");
    let files = [(Step::Files, 0, 2), (Step::Files, 1, 2), (Step::Files, 2, 2)];
    assert_eq!(seen, [&[(Step::Pages, 0, 1), (Step::Pages, 1, 1)], &files[..]].concat());
}
