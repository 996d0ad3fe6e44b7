//! Parts of what real frameworks write, from the sites in `tests/sites`: the pages, and the files
//! that hold their text under other names.

use std::path::Path;

use clerk_edge_site::{Folder, Purpose, Site};

/// The lines of a recorded site's map that say `t`, without their second field.
#[track_caller]
fn texts(framework: &str, expected: &[(&str, &str)]) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(framework);
    let site = Site::read(&mut Folder::new(folder), Purpose::Map, &mut |_| {}).expect("read");
    let map = site.map().expect("a small map");
    let found: Vec<(&str, &str)> =
        map.lines().filter_map(|line| line.split_once("\tt\t")).collect();
    assert_eq!(found, expected);
}

#[test]
fn next() {
    texts(
        "next-app",
        &[
            ("/_next/static/chunks/33zx9h32h4fjy.js", "/admin"),
            ("/admin.txt", "/admin"),
            ("/index.txt", "/"),
        ],
    );
}

#[test]
fn sveltekit() {
    texts(
        "sveltekit",
        &[
            ("/_app/immutable/nodes/2.nsHjAr-H.js", "/"),
            ("/_app/immutable/nodes/3.BhFd21xn.js", "/about"),
            ("/_app/immutable/nodes/4.COzLYje5.js", "/admin"),
            ("/_app/immutable/nodes/5.Dw2k6Cpx.js", "/admin/users"),
            ("/_app/immutable/nodes/6.P3WVsz0D.js", "/dashboard"),
            ("/_app/immutable/nodes/7.DieZg_9u.js", "/unauthorized"),
            ("/admin/__data.json", "/admin"),
            ("/admin/users/__data.json", "/admin/users"),
        ],
    );
}

#[test]
fn vitepress_and_its_search_index_of_words() {
    texts(
        "vitepress",
        &[
            ("/assets/admin_index.md.DzH5QTdG.js", "/admin"),
            ("/assets/admin_index.md.DzH5QTdG.lean.js", "/admin"),
            ("/assets/admin_users.md.Bb2qBG2V.js", "/admin/users"),
            ("/assets/admin_users.md.Bb2qBG2V.lean.js", "/admin/users"),
            (
                "/assets/chunks/@localSearchIndexroot.CQFNahrx.js",
                "/,/admin,/admin/users,/dashboard",
            ),
            ("/assets/index.md.YTR1A_KU.js", "/"),
            ("/assets/index.md.YTR1A_KU.lean.js", "/"),
        ],
    );
}

#[test]
fn eleventy_with_pagefind_and_a_feed() {
    texts(
        "eleventy",
        &[
            ("/feed.xml", "/,/about,/admin,/admin/users,/dashboard,/unauthorized"),
            ("/pagefind/fragment/en_2782184.pf_fragment", "/unauthorized"),
            ("/pagefind/fragment/en_3734b84.pf_fragment", "/admin"),
            ("/pagefind/fragment/en_57d2265.pf_fragment", "/about"),
            ("/pagefind/fragment/en_78474f9.pf_fragment", "/"),
            ("/pagefind/fragment/en_f6a8105.pf_fragment", "/dashboard"),
            ("/pagefind/fragment/en_f9fb41a.pf_fragment", "/admin/users"),
            ("/pagefind/index/en_60d94f4.pf_index", "/admin,/admin/users,/dashboard,/unauthorized"),
        ],
    );
}
