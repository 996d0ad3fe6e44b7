//! Parameters: in the body, as a form or as JSON, else in the query.

use std::borrow::Cow;

use clerk_edge_http::incoming::{BodyError, Incoming};
use clerk_edge_http::query;
use clerk_edge_http::url_parts::UrlParts;
use clerk_edge_rules::code::Code;
use clerk_edge_rules::ordered_json::Json;
use serde_json::Value;

use crate::early_response::EarlyResponse;
use crate::endpoints::account::redirect_to::RedirectTo;
use crate::limits::ACCOUNT_BODY_BYTES_MAX;
use crate::settings::account::RETURN_ADDRESS;

/// What was sent, each name as often as it was sent.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// The members of the body.
    pub(super) body: Vec<(String, Json)>,
    /// Whether the body is a form, in which every value is a text.
    pub(super) has_texts_only: bool,
    pub(super) query: Vec<(String, String)>,
}

/// Why nothing can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FormError {
    /// The body has too many bytes.
    TooLarge,
    /// The body is neither a form nor a JSON object.
    Unreadable,
}

impl Form {
    /// Reads query and body.
    pub(super) async fn read<R: Incoming>(request: &R) -> Result<Self, FormError> {
        let mut form = Self::of_query(request);
        let body = request.body(ACCOUNT_BODY_BYTES_MAX).await.map_err(|error| match error {
            BodyError::TooLarge => FormError::TooLarge,
            BodyError::Unreadable => FormError::Unreadable,
        })?;
        if body.is_empty() {
            return Ok(form);
        }
        // A body that is packed has no text to read, and unpacked it may have any size.
        if request.header("content-encoding").is_some_and(|coding| coding != "identity") {
            return Err(FormError::Unreadable);
        }
        let body = std::str::from_utf8(&body).map_err(|_| FormError::Unreadable)?;
        let media_type = request.header("content-type").unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        form.has_texts_only = media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let members = if form.has_texts_only {
            form_members(body)
        } else if media_type.eq_ignore_ascii_case("application/json") {
            json_members(body)
        } else {
            None
        };
        form.body = members.ok_or(FormError::Unreadable)?;
        Ok(form)
    }

    /// Reads the query alone.
    pub(super) fn of_query<R: Incoming>(request: &R) -> Self {
        let query = UrlParts::of(request.url()).and_then(|url| url.query).unwrap_or_default();
        let owned =
            |(name, value): (Cow<'_, str>, Cow<'_, str>)| (name.into_owned(), value.into_owned());
        Self { query: query::pairs(query).map(owned).collect(), ..Self::default() }
    }

    /// The one value of a parameter. One that stands twice, or is a list or an object, is 400
    /// `bad-request`.
    pub(super) fn parameter(&self, name: &str) -> Result<Option<Cow<'_, str>>, EarlyResponse> {
        let body: Vec<&Json> =
            self.body.iter().filter(|(each, _)| each == name).map(|(_, value)| value).collect();
        let mut query = self.query.iter().filter(|(each, _)| each == name);
        match (body.as_slice(), query.next(), query.next()) {
            ([], None, _) => Ok(None),
            ([], Some((_, value)), None) => Ok(Some(Cow::Borrowed(value))),
            ([Json::Single(Value::String(text))], _, _) => Ok(Some(Cow::Borrowed(text))),
            ([Json::Single(Value::Bool(value))], _, _) => Ok(Some(Cow::Owned(value.to_string()))),
            _ => Err(EarlyResponse::code(Code::BadRequest)),
        }
    }

    /// Where a page comes back to.
    pub(super) fn to(&self) -> Result<RedirectTo, EarlyResponse> {
        RedirectTo::parse(self.parameter(RETURN_ADDRESS)?.as_deref())
    }
}

impl From<FormError> for EarlyResponse {
    fn from(error: FormError) -> Self {
        Self::code(match error {
            FormError::TooLarge => Code::TooLarge,
            FormError::Unreadable => Code::BadRequest,
        })
    }
}

/// Bytes that are no UTF-8 make a form unreadable; the decoder marks them.
fn form_members(body: &str) -> Option<Vec<(String, Json)>> {
    let pairs = query::pairs(body).map(|(name, value)| {
        let is_text = !name.contains('\u{FFFD}') && !value.contains('\u{FFFD}');
        let value = Json::Single(Value::String(value.into_owned()));
        is_text.then(|| (name.into_owned(), value))
    });
    pairs.collect()
}

fn json_members(body: &str) -> Option<Vec<(String, Json)>> {
    match serde_json::from_str(body) {
        Ok(Json::Table(members)) => Some(members),
        _ => None,
    }
}
