//! A style sheet's addresses: `url()` and `@import`.

use cssparser::{ParseError, Parser, Token};

use crate::limits::CSS_DEPTH_MAX;

/// The addresses that a style sheet loads, as they are written.
pub(crate) fn loads(css: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(&mut Parser::new(css), CSS_DEPTH_MAX, &mut found);
    found
}

fn collect(parser: &mut Parser<'_>, depth: usize, found: &mut Vec<String>) {
    let mut after_import = false;
    while let Ok(token) = parser.next() {
        let token = token.clone();
        match &token {
            Token::UnquotedUrl(address) => found.push(address.to_string()),
            Token::QuotedString(address) if after_import => found.push(address.to_string()),
            _ => {}
        }
        after_import =
            matches!(&token, Token::AtKeyword(name) if name.eq_ignore_ascii_case("import"));
        let is_url = matches!(&token, Token::Function(name) if is_address(name));
        let opens = matches!(
            token,
            Token::Function(_)
                | Token::ParenthesisBlock
                | Token::SquareBracketBlock
                | Token::CurlyBracketBlock
        );
        if opens && depth > 0 {
            // What is malformed inside a block ends that block alone.
            let _ = parser.parse_nested_block(|inner| {
                if is_url && let Ok(address) = inner.expect_string() {
                    found.push(address.to_string());
                }
                collect(inner, depth.saturating_sub(1), found);
                Ok::<(), ParseError<()>>(())
            });
        }
    }
}

/// `image-set("a.png" 1x)` takes texts where `url()` could stand.
fn is_address(function: &str) -> bool {
    ["url", "src", "image-set", "-webkit-image-set"]
        .iter()
        .any(|name| function.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_every_form() {
        let css = "@import 'a.css' screen; @import url(b.css);\n\
                   /* url(no.png) */ @media print \
                   { p { background: url( c.png ), URL(\"d.png\") } }\
                  \n\
                   p::after { content: 'url(no.png)' } \
                   @font-face { src: url(e.woff2) format('no') }\
                  \n\
                   q { background: image-set('f.png' 1x) }";
        assert_eq!(loads(css), ["a.css", "b.css", "c.png", "d.png", "e.woff2", "f.png"]);
    }

    #[test]
    fn malformed_sheets_end_early_and_never_badly() {
        assert_eq!(loads("p { background: url(a.png"), ["a.png"]);
        assert_eq!(loads("p { background: url('a b"), ["a b"]);
        assert_eq!(loads("}}} p { background: url(a.png) }"), ["a.png"]);
        assert_eq!(loads(&"{".repeat(100_000)), [""; 0]);
    }
}
