//! The names under which the asset server serves one page.
//!
//! Depending on `html_handling`, a file `/a.html` or `/a/index.html` is served as `/a`, `/a/`,
//! `/a.html`, `/a/index` or `/a/index.html`. All of them are the page `/a` here, in every mode: a
//! mode that serves fewer names loses nothing. The ending is removed until none is left, so that a
//! name and the file that it may lead to are always the same page. Case counts, as it does for the
//! server. Which files exist is not known here.

/// The page of a plain path, as text; a trailing slash is gone, so the root is empty.
#[must_use]
pub fn page_of(plain: &str) -> &str {
    let mut page = plain;
    loop {
        let shorter = page.strip_suffix('/').unwrap_or(page);
        let shorter = ["/index.html", "/index", ".html"]
            .iter()
            .find_map(|ending| shorter.strip_suffix(ending))
            .unwrap_or(shorter);
        if shorter.len() == page.len() {
            return page;
        }
        page = shorter;
    }
}

/// The same for a path in segments: drops or shortens the last ones.
pub fn page_of_segments(segments: &mut Vec<&[u8]>) {
    while let Some(last) = segments.last_mut() {
        match *last {
            b"index.html" | b"index" | b"" => {
                segments.pop();
            }
            name => match name.strip_suffix(b".html") {
                Some(stem) => *last = stem,
                None => return,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn page(path: &str, expected: &str) {
        assert_eq!(page_of(path), expected, "{path}");
        let mut segments = crate::path::split(path).collect();
        page_of_segments(&mut segments);
        let joined = segments.iter().fold(String::new(), |joined, segment| {
            format!("{joined}/{}", String::from_utf8_lossy(segment))
        });
        assert_eq!(joined, expected, "{path}");
    }

    #[test]
    fn every_name_of_a_page_comes_to_the_same() {
        for name in ["/admin", "/admin/", "/admin.html", "/admin/index.html", "/admin/index"] {
            page(name, "/admin");
        }
        for name in ["/", "/index.html", "/index"] {
            page(name, "");
        }
        page("/admin.html/", "/admin");
        page("/a/index.html.html", "/a");
        page("/admin/users.html", "/admin/users");
    }

    #[test]
    fn other_names_are_pages_of_their_own() {
        for name in ["/Admin", "/admin.HTML", "/admin.htm", "/admin/indexes", "/admin.html/x"] {
            page(name, name.trim_end_matches('/'));
        }
        page("/reindex", "/reindex");
    }
}
