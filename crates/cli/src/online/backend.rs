//! Clerk's Backend API, as far as the command asks it: users, sessions, metadata.

use clerk_edge_gate::platform::API_VERSION;
use clerk_edge_gate::settings::Settings;
use serde_json::{Value, json};

use crate::host::{Call, Host};
use crate::online::{Network, NoAnswer, get};
use crate::report::{Diagnostic, Exit, Failure};

/// The API with its key.
pub struct Backend<'n, 'h, H> {
    network: &'n Network<'h, H>,
    api: String,
    bearer: String,
}

/// Why a call did not do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// `invalid`, `unauthorized`, `not-found`, `conflict`, `rate-limited`, `unavailable`.
    pub category: &'static str,
    /// The HTTP status, where there was an answer.
    pub status: Option<u16>,
    /// Clerk's code, or our words.
    pub why: String,
}

impl ApiError {
    /// Whether the same call may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self.category, "rate-limited" | "unavailable")
    }

    /// As `result.error`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({ "category": self.category, "status": self.status, "retryable": self.is_retryable() })
    }

    /// How the process ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self.category {
            "invalid" => Exit::Usage,
            "rate-limited" | "unavailable" => Exit::Outside,
            _ => Exit::No,
        }
    }

    /// For people.
    #[must_use]
    pub fn diagnostic(&self, place: &str) -> Diagnostic {
        Diagnostic {
            code: self.category,
            place: place.to_owned(),
            message: format!("Clerk's API: {}", self.why),
            ..Diagnostic::default()
        }
    }
}

impl<'n, 'h, H: Host> Backend<'n, 'h, H> {
    /// With the secret key of the settings.
    ///
    /// # Errors
    /// Where there is none.
    pub fn new(network: &'n Network<'h, H>, settings: &Settings) -> Result<Self, Failure> {
        let Some(secret) = &settings.secret_key else {
            return Err(Failure::input("CLERK_SECRET_KEY", "is not set").help(
                "Put it into `.dev.vars` beside the configuration, or into the environment.",
            ));
        };
        Ok(Self { network, api: settings.api_url.clone(), bearer: secret.bearer() })
    }

    /// A person, by id or mail address.
    ///
    /// # Errors
    /// Where there is none, or Clerk does not say.
    pub async fn user(&self, named: &str) -> Result<Value, ApiError> {
        if named.starts_with("user_") {
            return self.ask("GET", &format!("/v1/users/{named}"), None).await;
        }
        let mail: String = named.bytes().map(escaped).collect();
        let path = format!("/v1/users?email_address={mail}&limit=2");
        let found = self.ask("GET", &path, None).await?;
        let users = found.as_array().or_else(|| found.get("data")?.as_array());
        match users.map(Vec::as_slice) {
            Some([only]) => Ok(only.clone()),
            Some([]) => Err(ApiError::not_found("nobody has this mail address")),
            Some(_) => Err(ApiError {
                category: "conflict",
                status: None,
                why: "several people have this mail address: name one by id".to_owned(),
            }),
            None => Err(ApiError::unclear()),
        }
    }

    /// The sessions of a person.
    ///
    /// # Errors
    /// Where Clerk does not say.
    pub async fn sessions(&self, user_id: &str) -> Result<Vec<Value>, ApiError> {
        let path = format!("/v1/sessions?user_id={user_id}&status=active&paginated=true&limit=500");
        let found = self.ask("GET", &path, None).await?;
        let list = found.as_array().or_else(|| found.get("data")?.as_array());
        list.cloned().ok_or_else(ApiError::unclear)
    }

    /// Merges public metadata; `null` takes a field away.
    ///
    /// # Errors
    /// Where Clerk refuses or does not answer.
    pub async fn merge(&self, user_id: &str, metadata: &Value) -> Result<Value, ApiError> {
        let body = json!({ "public_metadata": metadata }).to_string();
        self.ask("PATCH", &format!("/v1/users/{user_id}/metadata"), Some(body)).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// Where Clerk refuses or does not answer.
    pub async fn revoke(&self, session_id: &str) -> Result<Value, ApiError> {
        self.ask("POST", &format!("/v1/sessions/{session_id}/revoke"), None).await
    }

    /// What the instance says of itself.
    ///
    /// # Errors
    /// Where Clerk refuses or does not answer.
    pub async fn instance(&self) -> Result<Value, ApiError> {
        self.ask("GET", "/v1/instance", None).await
    }

    /// A page of people.
    ///
    /// # Errors
    /// Where Clerk refuses or does not answer.
    pub async fn users(&self, offset: usize) -> Result<Vec<Value>, ApiError> {
        let path = format!("/v1/users?limit={USERS_A_PAGE}&offset={offset}");
        let found = self.ask("GET", &path, None).await?;
        found.as_array().cloned().ok_or_else(ApiError::unclear)
    }

    async fn ask(
        &self,
        method: &'static str,
        path: &str,
        body: Option<String>,
    ) -> Result<Value, ApiError> {
        let call = Call {
            method,
            headers: vec![
                ("authorization", self.bearer.clone()),
                ("clerk-api-version", API_VERSION.to_owned()),
                ("content-type", "application/json".to_owned()),
            ],
            body,
            ..get(format!("{}{path}", self.api))
        };
        let reply = self.network.call(&call).await.map_err(ApiError::silent)?;
        let json: Option<Value> = serde_json::from_slice(&reply.body).ok();
        if (200..300).contains(&reply.status) {
            return json.ok_or_else(ApiError::unclear);
        }
        let code = json.as_ref().and_then(|it| it.pointer("/errors/0/code")?.as_str());
        Err(ApiError::of_status(reply.status, code))
    }
}

impl ApiError {
    fn of_status(status: u16, code: Option<&str>) -> Self {
        let category = match status {
            401 | 403 => "unauthorized",
            404 | 410 => "not-found",
            409 => "conflict",
            429 => "rate-limited",
            500.. => "unavailable",
            _ => "invalid",
        };
        let word = code.filter(|it| it.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'));
        let why = match word {
            Some(code) => format!("{status}, {code}"),
            None => format!("{status}"),
        };
        Self { category, status: Some(status), why }
    }

    fn silent(no: NoAnswer) -> Self {
        let category =
            if matches!(no, NoAnswer::RateLimited(_)) { "rate-limited" } else { "unavailable" };
        Self { category, status: None, why: no.words() }
    }

    fn unclear() -> Self {
        Self {
            category: "unavailable",
            status: None,
            why: "the answer is no JSON of Clerk's".to_owned(),
        }
    }

    /// Nobody of this name.
    #[must_use]
    pub fn not_found(why: &str) -> Self {
        Self { category: "not-found", status: None, why: why.to_owned() }
    }
}

fn escaped(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

/// How many people one answer holds.
pub const USERS_A_PAGE: usize = 100;
