//! Text into HTML: the one way in which anything variable gets into a page.

/// The text with every character escaped that means something in HTML, in text and in quoted
/// attributes alike.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn what_means_something_is_escaped_and_the_rest_is_not() {
        assert_eq!(escape("<a href='\"'>&amp;"), "&lt;a href=&#39;&quot;&#39;&gt;&amp;amp;");
        assert_eq!(escape("a/b ü = `1`"), "a/b ü = `1`");
    }
}
