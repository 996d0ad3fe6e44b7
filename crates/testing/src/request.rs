//! A request for tests.

use std::borrow::Cow;

use clerk_edge_http::incoming::{BodyError, Incoming};
use serde_json::Value;

/// A request as plain data.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// Names and values of headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A `GET` with these headers.
    pub fn get(url: &str, headers: &[(&str, &str)]) -> Self {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let headers = headers.collect();
        Self { method: "GET".into(), url: url.into(), headers, ..Self::default() }
    }

    /// The request of a recorded question.
    pub fn of(question: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let pairs = |list: &Value| -> Vec<(String, String)> {
            let list = list.as_array().cloned().unwrap_or_default();
            list.iter().map(|pair| (text(&pair[0]), text(&pair[1]))).collect()
        };
        let mut headers = pairs(&question["headers"]);
        let cookies = pairs(&question["cookies"]);
        if !cookies.is_empty() {
            let joined: Vec<String> =
                cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.retain(|(name, _)| name != "cookie");
            headers.push(("cookie".into(), joined.join("; ")));
        }
        let (method, url) = (text(&question["method"]), text(&question["url"]));
        Self { method, url, headers, ..Self::default() }
    }
}

impl Incoming for Request {
    fn method(&self) -> &str {
        &self.method
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        let all = self.headers.iter().filter(|(each, _)| each.eq_ignore_ascii_case(name));
        let values: Vec<&str> = all.map(|(_, value)| value.trim_matches([' ', '\t'])).collect();
        (!values.is_empty()).then(|| Cow::Owned(values.join(", ")))
    }

    fn header_names(&self) -> Cow<'_, str> {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        Cow::Owned(names.join("\n"))
    }

    async fn body(&self, max: usize) -> Result<Vec<u8>, BodyError> {
        if self.body.len() > max { Err(BodyError::TooLarge) } else { Ok(self.body.clone()) }
    }
}
