//! Calls of the Backend API that act for a visitor, and the kinds of their failures.
//!
//! What is asked and what the answers mean is in `sessions` and `users`.

use serde_json::Value;

use crate::clerk_api::json;
use crate::limits::{
    ACCOUNT_CALL_TIMEOUT_MS, ANSWER_BYTES_MAX, API_CODE_BYTES_MAX, CLERK_CODES_MAX,
    RATE_LIMIT_SECONDS, RETRY_AFTER_SECONDS_MAX,
};
use crate::platform::{ClerkMethod, ClerkRequest, ClerkResponse, Platform};
use crate::secret::Secret;

/// The Backend API, with the key to it.
pub(crate) struct BackendApi<'a, P> {
    pub(crate) platform: &'a P,
    /// `CLERK_API_URL`, without a slash at its end.
    pub(crate) api_url: &'a str,
    pub(crate) secret: &'a Secret,
}

/// Why a call brought nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BackendError {
    /// Clerk knows of no such session or user.
    NotFound,
    /// Clerk refuses the call; these are its codes.
    Refused(Vec<String>),
    /// Too many calls; in so many seconds again.
    RateLimited(u32),
    /// There is no answer, or none that can be used; in so many seconds again.
    Unavailable(u32),
}

impl BackendError {
    /// For an answer that is not what was asked for.
    pub(crate) const NOT_UNDERSTOOD: Self = Self::Unavailable(RETRY_SECONDS);

    /// For the status of an answer that is not a success.
    pub(crate) fn of(response: &ClerkResponse) -> Self {
        let body = json(response);
        let codes = body.as_ref().and_then(codes);
        match (response.status, codes) {
            // Anybody on the way can say 404; only Clerk gives a code with it.
            (404 | 410, Some(codes)) if !codes.is_empty() => Self::NotFound,
            (429, _) => Self::RateLimited(retry_after_seconds(response, RATE_LIMIT_SECONDS)),
            (404 | 410, _) => Self::NOT_UNDERSTOOD,
            (400..=499, codes) => Self::Refused(codes.unwrap_or_default()),
            _ => Self::Unavailable(retry_after_seconds(response, i64::from(RETRY_SECONDS))),
        }
    }
}

impl<P: Platform> BackendApi<'_, P> {
    /// Reads.
    pub(super) async fn get(&self, path: &str) -> Result<Value, BackendError> {
        self.call(ClerkMethod::Get, path, None).await
    }

    /// Does something that needs no body.
    pub(super) async fn post(&self, path: &str) -> Result<Value, BackendError> {
        self.call(ClerkMethod::Post, path, None).await
    }

    /// Changes a part.
    pub(super) async fn patch(&self, path: &str, body: &Value) -> Result<Value, BackendError> {
        self.call(ClerkMethod::Patch, path, Some(body.to_string())).await
    }

    async fn call(
        &self,
        method: ClerkMethod,
        path: &str,
        body: Option<String>,
    ) -> Result<Value, BackendError> {
        let call = ClerkRequest {
            method,
            url: format!("{}{path}", self.api_url),
            secret: Some(self.secret.clone()),
            body,
            timeout_ms: ACCOUNT_CALL_TIMEOUT_MS,
            bytes_max: ANSWER_BYTES_MAX,
        };
        match self.platform.call(&call).await {
            Ok(response) if (200..300).contains(&response.status) => {
                json(&response).ok_or(BackendError::NOT_UNDERSTOOD)
            }
            Ok(response) => Err(BackendError::of(&response)),
            Err(_) => Err(BackendError::NOT_UNDERSTOOD),
        }
    }
}

/// The codes in an answer that lists errors. Clerk's sentences may repeat what was sent, so they
/// are not read; neither is a code that has not the form of one.
fn codes(body: &Value) -> Option<Vec<String>> {
    let errors = body.get("errors")?.as_array()?;
    let codes = errors.iter().filter_map(|error| error.get("code")?.as_str());
    let is_code = |code: &&str| {
        (1..=API_CODE_BYTES_MAX).contains(&code.len())
            && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
    };
    Some(codes.filter(is_code).take(CLERK_CODES_MAX).map(str::to_owned).collect())
}

fn retry_after_seconds(response: &ClerkResponse, otherwise: i64) -> u32 {
    let named = response.retry_after.as_deref().map(str::trim);
    let named = named.filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    let seconds = named.and_then(|text| text.parse().ok()).unwrap_or(otherwise);
    u32::try_from(seconds.clamp(1, RETRY_AFTER_SECONDS_MAX)).unwrap_or(1)
}

/// Where Clerk names no time.
const RETRY_SECONDS: u32 = 5;

#[cfg(test)]
mod tests {
    use super::*;

    fn error(status: u16, body: &str, retry_after: Option<&str>) -> BackendError {
        BackendError::of(&ClerkResponse {
            status,
            content_type: Some("application/json".to_owned()),
            retry_after: retry_after.map(str::to_owned),
            body: body.as_bytes().to_vec(),
        })
    }

    #[test]
    fn every_status_has_its_kind() {
        let clerk = r#"{"errors":[{"code":"resource_not_found","message":"No."}]}"#;
        assert_eq!(error(404, clerk, None), BackendError::NotFound);
        assert_eq!(error(404, "<html>", None), BackendError::Unavailable(5));
        assert_eq!(error(404, r#"{"errors":[]}"#, None), BackendError::Unavailable(5));
        for status in [400, 401, 402, 403, 409, 422] {
            let code = vec!["resource_not_found".to_owned()];
            assert_eq!(error(status, clerk, None), BackendError::Refused(code));
            assert_eq!(error(status, "", None), BackendError::Refused(Vec::new()));
        }
        assert_eq!(error(429, clerk, Some("7")), BackendError::RateLimited(7));
        assert_eq!(error(429, "", None), BackendError::RateLimited(5));
        for status in [301, 500, 502, 503] {
            assert_eq!(error(status, clerk, None), BackendError::Unavailable(5));
        }
        assert_eq!(error(503, "", Some("9")), BackendError::Unavailable(9));
        for (text, seconds) in [("0", 1), ("999", 120), ("-3", 5), ("soon", 5), ("", 5)] {
            assert_eq!(error(503, "", Some(text)), BackendError::Unavailable(seconds), "{text}");
        }
    }

    #[test]
    fn codes_are_named_and_sentences_are_not() {
        let body = r#"{"errors":[{"code":"a_b"},{"code":"<b>"},{"code":5},{"message":"m"},
            {"code":""},{"code":"c.d-e"}]}"#;
        let codes = vec!["a_b".to_owned(), "c.d-e".to_owned()];
        assert_eq!(error(422, body, None), BackendError::Refused(codes));
    }
}
