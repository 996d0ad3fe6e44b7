//! The site map's text. The gate reads it; a comma or a line of its own can never come from a
//! file's name.

use std::fmt::Write as _;

use crate::belongs::Tie;
use crate::files::SiteError;
use crate::limits::MAP_BYTES_MAX;

/// The map's name in the site's folder.
pub const MAP_NAME: &str = "_clerk-edge.txt";

/// A file and its pages, by their addresses.
pub(crate) struct Line<'a> {
    pub file: &'a str,
    pub tie: Tie,
    pub pages: Vec<&'a str>,
}

/// The map of these lines, in any order.
pub(crate) fn text(lines: &[Line<'_>]) -> Result<String, SiteError> {
    let mut written: Vec<String> = lines.iter().map(line).collect();
    written.sort_unstable();
    let mut map = String::new();
    // Writing to a text does not fail.
    let _ = writeln!(map, "clerk-edge-site 1 {}", written.len());
    for line in &written {
        map.push_str(line);
    }
    map.push_str("end\n");
    if map.len() > MAP_BYTES_MAX {
        return Err(SiteError::MapTooLarge { bytes: map.len() });
    }
    Ok(map)
}

fn line(line: &Line<'_>) -> String {
    let tie = match line.tie {
        Tie::Text => "t",
        Tie::Loads => "l",
    };
    let mut pages: Vec<String> = line.pages.iter().map(|page| without_commas(page)).collect();
    pages.sort_unstable();
    format!("{}\t{tie}\t{}\n", without_commas(line.file), pages.join(","))
}

fn without_commas(address: &str) -> String {
    address.replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_sorted_by_bytes_and_commas_are_escaped() {
        let map = text(&[
            Line { file: "/b.js", tie: Tie::Loads, pages: vec!["/z", "/a,b"] },
            Line { file: "/B,1.js", tie: Tie::Text, pages: vec!["/"] },
        ]);
        let expected = "clerk-edge-site 1 2\n/B%2C1.js\tt\t/\n/b.js\tl\t/a%2Cb,/z\nend\n";
        assert_eq!(map.as_deref(), Ok(expected));
        assert_eq!(text(&[]).as_deref(), Ok("clerk-edge-site 1 0\nend\n"));
    }

    #[test]
    fn a_map_that_the_gate_would_not_read_is_an_error() {
        let page = "/".repeat(1000);
        let lines = |count| {
            let line = || Line { file: "/f", tie: Tie::Text, pages: vec![&page] };
            text(&std::iter::repeat_with(line).take(count).collect::<Vec<_>>()).map(|_| ())
        };
        assert_eq!(lines(2000), Ok(()));
        assert_eq!(lines(2100), Err(SiteError::MapTooLarge { bytes: 2_112_627 }));
    }
}
