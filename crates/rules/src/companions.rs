//! Companions: data files whose name follows from the name of their page. They hold the page's
//! text, so the page's rule covers them.
//!
//! A companion can close a file and never open one: it is a guess from a name. What is known of a
//! site's own files is in [`crate::site_map`].

/// A kind of data file: where it lies, and what its last segment looks like.
#[derive(Clone, Copy, Debug)]
struct Companion {
    /// The first segments; `*` stands for any one.
    folder: &'static [&'static str],
    last: LastSegment,
    /// Whether the page `index` of this folder is the root.
    index_is_root: bool,
    /// Whether it counts where files are served from `ASSETS` alone: elsewhere many files end so.
    assets_only: bool,
}

/// What the last segment looks like, and which page that makes.
#[derive(Clone, Copy, Debug)]
enum LastSegment {
    /// This name; the page is the folder it lies in.
    Named(&'static str),
    /// A name with this beginning and this ending; the page is the folder it lies in.
    Between(&'static str, &'static str),
    /// The page's own last segment with this ending.
    Ending(&'static str),
}

const fn row(last: LastSegment) -> Companion {
    Companion { folder: &[], last, index_is_root: false, assets_only: false }
}

/// All kinds. The first that fits a path counts.
const TABLE: [Companion; 14] = [
    // Next.js, pages router.
    Companion { folder: &["_next", "data", "*"], index_is_root: true, ..row(Ending(".json")) },
    // Gatsby.
    Companion { folder: &["page-data"], index_is_root: true, ..row(Named("page-data.json")) },
    // Next.js, app router; its third form is the last row.
    row(Between("__next.", ".txt")),
    row(Named("index.txt")),
    // React Router.
    row(Named("_root.data")),
    row(Ending(".data")),
    // SvelteKit.
    row(Named("__data.json")),
    row(Ending(".html__data.json")),
    // Nuxt.
    row(Named("_payload.json")),
    row(Named("_payload.js")),
    // Qwik.
    row(Named("q-data.json")),
    // Documentation generators.
    row(Named("index.md")),
    row(Ending(".md")),
    Companion { assets_only: true, ..row(Ending(".txt")) },
];

/// Of what is compressed, the page itself, too.
const PACKED_PAGES: [Companion; 2] = [row(Named("index.html")), row(Ending(".html"))];

/// Endings of what a server may send instead of the file before it.
const PACKED: [&str; 2] = [".br", ".gz"];

/// What has to be known of the upstream.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Upstream {
    /// Whether files are served from `ASSETS`.
    pub(crate) has_assets: bool,
    /// Whether the case of a path means nothing.
    pub(crate) ignores_case: bool,
}

/// The page of a path, where its name is a companion's; both in segments.
pub(crate) fn page_of<'s>(path: &[&'s [u8]], upstream: Upstream) -> Option<Vec<&'s [u8]>> {
    let (last, before) = path.split_last()?;
    let is_same = |text: &[u8], known: &str| match upstream.ignores_case {
        true => text.eq_ignore_ascii_case(known.as_bytes()),
        false => text == known.as_bytes(),
    };
    let ends = |text: &'s [u8], ending: &str| -> Option<&'s [u8]> {
        let (stem, end) = text.split_at_checked(text.len().checked_sub(ending.len())?)?;
        is_same(end, ending).then_some(stem)
    };
    let plain = PACKED.iter().find_map(|ending| ends(last, ending));
    let last = plain.unwrap_or(last);
    let packed = PACKED_PAGES.iter().filter(|_| plain.is_some());
    let mut rows = TABLE.iter().chain(packed);
    rows.find_map(|row| {
        (upstream.has_assets || !row.assets_only).then_some(())?;
        let inner = before.get(row.folder.len()..)?;
        let folder = before.iter().zip(row.folder);
        folder.into_iter().all(|(own, known)| *known == "*" || is_same(own, known)).then_some(())?;
        let stem: Option<&'s [u8]> = match row.last {
            Named(name) => is_same(last, name).then_some(None)?,
            Between(start, end) => {
                let (first, _) = ends(last, end)?.split_at_checked(start.len())?;
                is_same(first, start).then_some(None)?
            }
            Ending(end) => Some(ends(last, end).filter(|stem| !stem.is_empty())?),
        };
        let page: Vec<&[u8]> = inner.iter().copied().chain(stem).collect();
        let is_root =
            row.index_is_root && matches!(page.as_slice(), [only] if is_same(only, "index"));
        Some(if is_root { Vec::new() } else { page })
    })
}

use LastSegment::{Between, Ending, Named};

#[cfg(test)]
mod tests {
    use super::*;

    const ASSETS: Upstream = Upstream { has_assets: true, ignores_case: false };
    const ORIGIN: Upstream = Upstream { has_assets: false, ignores_case: false };

    fn page(path: &str, upstream: Upstream) -> Option<String> {
        let segments: Vec<&[u8]> = clerk_edge_http::path::split(path).collect();
        let page = page_of(&segments, upstream)?;
        let text = |segment: &&[u8]| format!("/{}", String::from_utf8_lossy(segment));
        Some(if page.is_empty() { "/".to_owned() } else { page.iter().map(text).collect() })
    }

    /// Each form, and the page that it is made of.
    const FORMS: [(&str, &str); 33] = [
        ("/admin.txt", "/admin"),
        ("/admin/users.txt", "/admin/users"),
        ("/admin/index.txt", "/admin"),
        ("/index.txt", "/"),
        ("/admin/__next._full.txt", "/admin"),
        ("/admin/__next.admin.__PAGE__.txt", "/admin"),
        ("/__next._tree.txt", "/"),
        ("/_next/data/BUILD/admin.json", "/admin"),
        ("/_next/data/BUILD/admin/users.json", "/admin/users"),
        ("/_next/data/BUILD/index.json", "/"),
        ("/_next/data/BUILD/admin/index.json", "/admin/index"),
        ("/admin.data", "/admin"),
        ("/_root.data", "/"),
        ("/base/_root.data", "/base"),
        ("/admin/__data.json", "/admin"),
        ("/__data.json", "/"),
        ("/admin.html__data.json", "/admin"),
        ("/admin/_payload.json", "/admin"),
        ("/_payload.json", "/"),
        ("/admin/_payload.js", "/admin"),
        ("/page-data/admin/page-data.json", "/admin"),
        ("/page-data/admin/users/page-data.json", "/admin/users"),
        ("/page-data/index/page-data.json", "/"),
        ("/admin/q-data.json", "/admin"),
        ("/q-data.json", "/"),
        ("/admin.md", "/admin"),
        ("/admin/index.md", "/admin"),
        ("/index.md", "/"),
        ("/admin.html.br", "/admin"),
        ("/admin/index.html.gz", "/admin"),
        ("/admin.txt.gz", "/admin"),
        ("/admin/__data.json.br", "/admin"),
        ("/v1.2.txt", "/v1.2"),
    ];

    #[test]
    fn every_form_of_a_data_file_has_its_page() {
        for (path, expected) in FORMS {
            assert_eq!(page(path, ASSETS).as_deref(), Some(expected), "{path}");
        }
    }

    #[test]
    fn other_names_are_none() {
        for path in [
            "/",
            "/admin",
            "/admin.html",
            "/admin/index.html",
            "/admin.json",
            "/_next/data/BUILD.json",
            "/page-data/app-data.json",
            "/data/BUILD/admin.json",
            "/__next.json",
            "/next._tree.json",
            "/.txt",
            "/.data",
            "/a/.md",
            "/admin/_payload.json.map",
            "/admin/data.json",
            "/ADMIN/__DATA.JSON",
            "/admin.br",
            "/_next/static/chunks/a1b2.js",
            "/assets/admin.css",
            "/admin.markdown",
        ] {
            assert_eq!(page(path, ASSETS), None, "{path}");
        }
    }

    #[test]
    fn before_other_upstreams_a_text_file_is_no_companion() {
        for path in ["/robots.txt", "/admin/users.txt", "/admin.txt.gz"] {
            assert_eq!(page(path, ORIGIN), None, "{path}");
            assert!(page(path, ASSETS).is_some(), "{path}");
        }
        for path in ["/admin/index.txt", "/admin/__next._full.txt", "/admin.data", "/admin.md"] {
            assert!(page(path, ORIGIN).is_some(), "{path}");
        }
    }

    #[test]
    fn where_case_means_nothing_it_means_nothing_here() {
        let upstream = Upstream { ignores_case: true, ..ORIGIN };
        assert_eq!(page("/Admin/__DATA.json", upstream).as_deref(), Some("/Admin"));
        assert_eq!(page("/PAGE-DATA/Index/page-data.JSON", upstream).as_deref(), Some("/"));
        assert_eq!(page("/Admin/__DATA.json", ORIGIN), None);
    }
}
