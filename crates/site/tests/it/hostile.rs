//! Files that nobody would write on purpose. None of them ends a scan, and none hides a text.

use std::io::Write as _;

use clerk_edge_site::{Content, Finding, Memory, Purpose, Site, SiteError, SiteFiles};

use crate::{lines, memory, read};

const ADMIN: &str = "Administrators read the salary plan of the coming winter in this room.";

fn site() -> Memory {
    let admin = format!("<p>{ADMIN}");
    memory(&[
        ("admin.html", admin.as_str()),
        ("index.html", "<p>Everybody may read these lines at any time."),
    ])
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("compressed");
    encoder.finish().expect("compressed")
}

#[test]
fn malformed_pages_and_files_are_read_as_far_as_they_go() {
    let mut files = site();
    for (number, content) in [
        &b""[..],
        b"<",
        b"<!--",
        b"<html><body><script>never closed",
        b"\xFF\xFE\xFD<p>\xC3(\xF0\x28</p>",
        b"<template><template><p>hidden",
        b"<p title=\"never closed",
        b"&#xFFFFFFFF;&#0;&notanentity;&amp",
        b"\0\0\0\0",
    ]
    .iter()
    .enumerate()
    {
        for ending in ["html", "js", "css", "json", "br", "gz", "svg", ""] {
            files.insert(format!("broken{number}.{ending}"), *content);
        }
    }
    files.insert("a.txt", [b"\xFF\xFE\xFD ".as_slice(), ADMIN.as_bytes(), b"\xC3("].concat());
    assert_eq!(lines(&mut files), ["/a.txt\tt\t/admin"]);
}

#[test]
fn names_that_look_like_companions_decide_nothing() {
    let mut files = site();
    files.insert("admin.txt", "No text of any page stands here, whatever the name says.");
    files.insert("index.txt", ADMIN);
    files.insert("page-data/index/page-data.json", ADMIN);
    files.insert("admin/__data.json", "<p>Everybody may read these lines at any time.");
    assert_eq!(
        lines(&mut files),
        [
            "/admin/__data.json\tt\t/",
            "/index.txt\tt\t/admin",
            "/page-data/index/page-data.json\tt\t/admin",
        ]
    );
}

#[test]
fn a_text_is_found_in_every_wrapping_and_spelling() {
    let mut files = site();
    files.insert("a.pf_fragment", gzipped(format!("pagefind_dcd{{\"a\":{ADMIN:?}}}").as_bytes()));
    files.insert("b.gz.gz", gzipped(&gzipped(ADMIN.as_bytes())));
    let each = |escape: &dyn Fn(u32) -> String| -> String {
        ADMIN.chars().map(u32::from).map(escape).collect::<Vec<_>>().concat()
    };
    let escapes = each(&|code| format!("\\u{code:04x}"));
    files.insert("c.js", format!("'{escapes}'"));
    files.insert("d.xml", each(&|code| format!("&amp;#{code};")));
    files.insert("e.txt", ADMIN.to_uppercase().replace(' ', "\u{a0}\u{200b}"));
    files.insert("f", ADMIN);
    let expected = ["/a.pf_fragment", "/b.gz.gz", "/c.js", "/d.xml", "/e.txt", "/f"];
    assert_eq!(lines(&mut files), expected.map(|file| format!("{file}\tt\t/admin")));
}

#[test]
fn a_bomb_is_noted_and_the_rest_is_read() {
    let mut files = site();
    let bomb = (0..5).fold(vec![b'.'; 1024 * 1024], |inside, _| gzipped(&inside));
    files.insert("bomb.gz", bomb);
    files.insert("z.txt", ADMIN);
    let site = read(&mut files);
    let noted = Finding::NotLookedAt { file: "/bomb.gz".to_owned() };
    assert_eq!(site.report().findings, [noted]);
    assert!(site.map().is_ok_and(|map| map.contains("/z.txt\tt\t/admin")));
}

/// A site with one file that is larger than is read, and one that cannot be.
struct Odd(&'static str);

impl SiteFiles for Odd {
    fn names(&mut self) -> Result<Vec<Vec<u8>>, String> {
        Ok(vec![b"odd.js".to_vec()])
    }

    fn read(&mut self, _: &[u8], bytes_max: usize) -> Result<Content, String> {
        assert!(bytes_max <= 25 * 1024 * 1024, "no more is asked for than an asset may have");
        if self.0.is_empty() { Ok(Content::TooLarge) } else { Err(self.0.to_owned()) }
    }
}

#[test]
fn a_large_file_is_noted_and_an_unreadable_one_is_an_error() {
    let large = Site::read(&mut Odd(""), Purpose::Map, &mut |_| {}).expect("read");
    let noted = Finding::NotLookedAt { file: "/odd.js".to_owned() };
    assert_eq!(large.report().findings, [noted]);
    let unreadable = Site::read(&mut Odd("permission denied"), Purpose::Map, &mut |_| {});
    let (file, message) = ("odd.js".to_owned(), "permission denied".to_owned());
    assert_eq!(unreadable.err(), Some(SiteError::Read { file, message }));
}

#[test]
fn deep_nesting_ends() {
    let mut files = site();
    files.insert("deep.html", "<div>".repeat(200_000));
    files.insert("deep.css", "a{".repeat(200_000));
    files.insert("deep.js", "(".repeat(200_000) + &"`${".repeat(200_000));
    files.insert("deep.json", "[".repeat(200_000));
    files.insert("slashes.js", "\\".repeat(200_000));
    files.insert("circle.css", "@import 'circle.css'; @import '../../../circle.css'");
    assert_eq!(lines(&mut files), [""; 0]);
}

#[test]
fn the_order_of_names_changes_nothing() {
    struct Turned(Memory);
    impl SiteFiles for Turned {
        fn names(&mut self) -> Result<Vec<Vec<u8>>, String> {
            let mut names = self.0.names()?;
            names.reverse();
            Ok(names)
        }
        fn read(&mut self, name: &[u8], bytes_max: usize) -> Result<Content, String> {
            self.0.read(name, bytes_max)
        }
    }
    let mut files = site();
    files.insert("a.txt", ADMIN);
    files.insert("v2/admin.html", format!("<p>{ADMIN}"));
    let map = |files: &mut dyn SiteFiles| {
        let site = Site::read(files, Purpose::Map, &mut |_| {}).expect("read");
        site.map().expect("a small map")
    };
    assert_eq!(map(&mut Turned(files.clone())), map(&mut files));
    assert!(map(&mut files).contains("/a.txt\tl\t/admin,/v2/admin"));
}
