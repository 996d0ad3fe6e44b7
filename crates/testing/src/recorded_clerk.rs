//! Clerk's answers in a recording: a key set, and a route for each call to the Backend API.

use clerk_edge_gate::platform::{ClerkCallError, ClerkRequest, ClerkResponse};
use clerk_edge_gate::secret::Secret;
use serde_json::{Value, json};

use crate::platform::FakePlatform;
use crate::recorded::text;

/// A key set and routes.
pub struct RecordedClerk {
    jwks: Value,
    routes: Vec<Value>,
}

impl RecordedClerk {
    /// Clerk with this key set (`null` for none) and these further routes.
    pub fn new(jwks: Value, routes: Vec<Value>) -> Self {
        Self { jwks, routes }
    }

    /// Clerk in a recorded question.
    pub fn of(question: &Value) -> Self {
        let routes = question["bapi"].as_array().cloned().unwrap_or_default();
        Self::new(question["jwks"].clone(), routes)
    }

    /// The answer to a call; 404 if there is no route.
    pub(crate) fn answer(&self, call: &ClerkRequest) -> Result<ClerkResponse, ClerkCallError> {
        let path = format!("/{}", path(&call.url));
        let without_query = path.split('?').next().unwrap_or_default();
        let is_route = |route: &&Value| {
            text(&route["method"]) == method(call) && text(&route["path"]) == without_query
        };
        if let Some(route) = self.routes.iter().find(is_route) {
            return answer(route);
        }
        let is_key_set = path.ends_with("/jwks.json") || path == "/v1/jwks";
        if is_key_set && !self.jwks.is_null() {
            return Ok(response(200, "application/json", self.jwks.to_string()));
        }
        let body = json!({ "errors": [{ "code": "resource_not_found" }] });
        Ok(response(404, "application/json", body.to_string()))
    }
}

/// The calls of a platform, without those for key sets, in the form of the recordings.
pub fn calls(platform: &FakePlatform) -> Value {
    let as_recorded = |call: &ClerkRequest| {
        let authorization = call.secret.as_ref().map(Secret::bearer);
        json!({
            "method": method(call), "url": path(&call.url), "authorization": authorization,
            "body": call.body.as_deref().map(body),
        })
    };
    platform.api_calls().iter().map(as_recorded).collect()
}

fn method(call: &ClerkRequest) -> &'static str {
    call.method.as_str()
}

/// A recorded call, without what depends on the recorder and without the headers that the gate does
/// not send to Clerk.
pub fn comparable_call(call: &Value) -> Value {
    json!({
        "method": call["method"], "url": path(text(&call["url"])),
        "authorization": call["headers"]["authorization"],
        "body": call["body"].as_str().map(body),
    })
}

fn path(url: &str) -> String {
    url.splitn(4, '/').nth(3).unwrap_or_default().to_owned()
}

fn body(text: &str) -> Value {
    let mut body: Value = serde_json::from_str(text).unwrap();
    if let Some(headers) = body["request_headers"].as_object_mut() {
        headers.retain(|name, _| {
            [
                "user-agent",
                "accept-language",
                "origin",
                "referer",
                "host",
                "cf-connecting-ip",
                "x-forwarded-for",
            ]
            .contains(&name.as_str())
        });
    }
    body
}

fn answer(route: &Value) -> Result<ClerkResponse, ClerkCallError> {
    if !route["network_error"].is_null() {
        return Err(ClerkCallError::Unreachable);
    }
    let status =
        route["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(200);
    let content_type = match route.get("content_type") {
        Some(Value::Null) => None,
        other => Some(other.and_then(Value::as_str).unwrap_or("application/json").to_owned()),
    };
    let body = match &route["body"] {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        body => body.to_string(),
    };
    Ok(ClerkResponse { content_type, ..response(status, "", body) })
}

fn response(status: u16, media_type: &str, body: String) -> ClerkResponse {
    let content_type = Some(media_type.to_owned());
    ClerkResponse { status, content_type, retry_after: None, body: body.into_bytes() }
}
