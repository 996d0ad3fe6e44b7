//! TOML and JSON on one line, turned into each other as text: what `wrangler.toml` holds is written
//! so, and a text in `.dev.vars` must be JSON. Reading rules belongs in `read`.

/// The JSON that a TOML value on one line means, such as `[{ path = "/", allow = "anyone" }]`.
/// `None` if it is no such value.
#[must_use]
pub fn to_json(toml: &str) -> Option<String> {
    if toml.len() > TEXT_BYTES_MAX {
        return None;
    }
    let mut json = String::with_capacity(toml.len());
    for token in tokens(toml)? {
        match token {
            Token::Text(text) => json.push_str(&serde_json::Value::from(text).to_string()),
            Token::Word(word) => json.push_str(word),
            Token::Mark('=') => {
                // A bare key is a word; a quoted one is a text already.
                let at = json.rfind(['{', ',']).map_or(0, |at| at.saturating_add(1));
                let key = json.split_off(at);
                let is_bare = !key.starts_with('"');
                json.push_str(&if is_bare {
                    serde_json::Value::from(key).to_string()
                } else {
                    key
                });
                json.push(':');
            }
            Token::Mark(end @ (']' | '}')) => {
                let kept = json.strip_suffix(',').map_or(json.len(), str::len);
                json.truncate(kept);
                json.push(end);
            }
            Token::Mark(mark) => json.push(mark),
        }
    }
    let value: serde_json::Value = serde_json::from_str(&json).ok()?;
    (value.is_array() || value.is_object()).then_some(json)
}

/// JSON in the style of TOML: `{ role = "admin" }` for `{"role":"admin"}`.
#[must_use]
pub fn from_json(json: &str) -> String {
    let Some(tokens) = tokens(json) else { return json.to_owned() };
    let mut toml = String::with_capacity(json.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            Token::Text(text) if tokens.peek() == Some(&Token::Mark(':')) => {
                let is_bare = !text.is_empty()
                    && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-".contains(&it));
                if is_bare {
                    toml.push_str(&text);
                } else {
                    toml.push_str(&serde_json::Value::from(text).to_string());
                }
            }
            Token::Text(text) => toml.push_str(&serde_json::Value::from(text).to_string()),
            Token::Word(word) => toml.push_str(word),
            Token::Mark('{') => toml.push_str("{ "),
            Token::Mark('}') => toml.push_str(" }"),
            Token::Mark(',') => toml.push_str(", "),
            Token::Mark(':') => toml.push_str(" = "),
            Token::Mark(mark) => toml.push(mark),
        }
    }
    toml
}

#[derive(Debug, PartialEq)]
enum Token<'a> {
    /// A quoted text, read.
    Text(String),
    /// Letters, digits and what else stands in bare keys, numbers and truth values.
    Word(&'a str),
    /// One of `[]{},:=`.
    Mark(char),
}

fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let bytes = match first {
            '"' => quoted(rest)?,
            '\'' => rest.get(1..)?.find('\'')?.checked_add(2)?,
            '[' | ']' | '{' | '}' | ',' | ':' | '=' => 1,
            _ => rest.find(|c: char| !is_of_word(c)).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at_checked(bytes).filter(|_| bytes > 0)?;
        tokens.push(match first {
            '"' => Token::Text(serde_json::from_str(token).ok()?),
            '\'' => Token::Text(token.trim_matches('\'').to_owned()),
            '[' | ']' | '{' | '}' | ',' | ':' | '=' => Token::Mark(first),
            _ => Token::Word(token),
        });
        rest = after.trim_start();
    }
    Some(tokens)
}

/// The length of a text in double quotes.
fn quoted(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let ends = *c == '"' && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        ends
    });
    end.and_then(|(at, _)| at.checked_add(1))
}

fn is_of_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '.')
}

/// Longer texts are not turned.
const TEXT_BYTES_MAX: usize = 64 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn toml_on_one_line_becomes_the_json_that_is_meant() {
        for (toml, json) in [
            (r#"[{ path = "/", allow = "anyone" }]"#, r#"[{"path":"/","allow":"anyone"}]"#),
            (r"[{ path = '/a b', 'x-y' = 5 },]", r#"[{"path":"/a b","x-y":5}]"#),
            (r#"{ "a.b" = [1, true], c = { d = "=" } }"#, r#"{"a.b":[1,true],"c":{"d":"="}}"#),
            (r#"[{ path: "/" }]"#, ""),
            (r#"[{ path = "/" "#, ""),
            ("path = 5", ""),
            ("", ""),
            ("[{ é = 1 }]", ""),
        ] {
            assert_eq!(to_json(toml).unwrap_or_default(), json, "{toml}");
        }
    }

    #[test]
    fn json_is_shown_as_it_was_written() {
        for (json, toml) in [
            (r#"{"role":"admin"}"#, r#"{ role = "admin" }"#),
            (
                r#"{"any":[{"role":["a","b"]},{"claim":{"m.p":5}}]}"#,
                r#"{ any = [{ role = ["a", "b"] }, { claim = { "m.p" = 5 } }] }"#,
            ),
            (r#"{"claim":{"a":{"exists":true}}}"#, "{ claim = { a = { exists = true } } }"),
            (r#""signed-in""#, r#""signed-in""#),
            (r#"{"role":"a\":{,"}"#, r#"{ role = "a\":{," }"#),
        ] {
            assert_eq!(from_json(json), toml);
        }
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in ["\"", "'", "\\", "{\"", "[\"\\", "''", "=", "é", "[}=,:", "\"\\u12"] {
            let _ = (to_json(text), from_json(text));
        }
    }
}
