//! From an address as a page or file writes it to the file of the site that it names.
//!
//! Other sites' addresses name no file here, an absolute address of this site neither: its origin
//! is not known.

/// The name of the file that a reference leads to, seen from a folder of the site (a name with
/// its final `/`, or empty). `None` where it leads elsewhere.
pub(crate) fn file_of(reference: &str, folder: &[u8]) -> Option<Vec<u8>> {
    let reference = reference.trim_matches(|c: char| c.is_ascii_whitespace());
    let path = reference.split(['?', '#']).next().unwrap_or_default();
    let has_scheme = path.split('/').next().is_some_and(|first| first.contains(':'));
    if path.is_empty() || path.starts_with("//") || has_scheme {
        return None;
    }
    let mut segments: Vec<Vec<u8>> = Vec::new();
    if !path.starts_with('/') {
        segments.extend(folder.split(|byte| *byte == b'/').map(<[u8]>::to_vec));
        segments.pop();
    }
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            name => segments.push(decoded(name)),
        }
    }
    Some(segments.join(&b'/'))
}

/// The folder of a file: its name up to the last `/`.
pub(crate) fn folder_of(name: &[u8]) -> &[u8] {
    let end = name.iter().rposition(|byte| *byte == b'/').map_or(0, |at| at.saturating_add(1));
    name.get(..end).unwrap_or_default()
}

fn decoded(segment: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match escaped.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => bytes.push(*first),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_leads_to_a_file() {
        let from = |folder: &str, reference: &str| {
            file_of(reference, folder.as_bytes()).map(|name| String::from_utf8(name).unwrap())
        };
        for (folder, reference, file) in [
            ("", "a.js", "a.js"),
            ("admin/", "a.js", "admin/a.js"),
            ("admin/", "../x/./a.js?v=1#x", "x/a.js"),
            ("admin/", "/a.js", "a.js"),
            ("admin/", "../../../a.js", "a.js"),
            ("", "/a%20b%2.js", "a b%2.js"),
            ("", " a.js\n", "a.js"),
        ] {
            assert_eq!(from(folder, reference).as_deref(), Some(file), "{reference}");
        }
        for elsewhere in ["https://x.test/a.js", "//x.test/a.js", "data:text/css,a", "#a", "", "?a"]
        {
            assert_eq!(from("", elsewhere), None, "{elsewhere}");
        }
    }

    #[test]
    fn a_folder_is_a_name_up_to_its_last_slash() {
        assert_eq!(folder_of(b"a/b/c.js"), b"a/b/");
        assert_eq!(folder_of(b"c.js"), b"");
    }
}
