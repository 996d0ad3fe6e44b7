//! The context of one request: the platform, the time of arrival, notes for the log, and tasks to
//! run after the response.
//!
//! Time is read once, by the host, and carried here; nothing in this crate reads a clock. A task is
//! data ([`BackgroundTask`]): the host runs it after it has sent the response.

use std::cell::{Cell, RefCell};

/// The context of one request.
pub struct RequestContext<'a, P> {
    /// The platform.
    pub platform: &'a P,
    /// Milliseconds since 1970, read once when the request arrived.
    pub now_ms: i64,
    refreshes_any_method: Cell<bool>,
    tasks: RefCell<Vec<BackgroundTask>>,
    key_source: Cell<Option<KeySource>>,
    lookups: Cell<u32>,
    notes: RefCell<Vec<String>>,
}

/// Work to do after the response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackgroundTask {
    /// Renew the key set, before it is not fresh any more.
    RenewKeys,
    /// Write an entry to the store.
    Store {
        /// The name of the entry.
        name: String,
        /// The text of the entry.
        text: String,
        /// For how long the store keeps it.
        keep_seconds: u32,
    },
}

/// Where a key came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// `CLERK_JWT_KEY`.
    Binding,
    /// The isolate's memory.
    Memory,
    /// KV.
    Store,
    /// The instance's Frontend API.
    FrontendApi,
    /// Clerk's Backend API.
    BackendApi,
}

impl KeySource {
    /// The name in the log and in the health answer.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Binding => "binding",
            Self::Memory => "memory",
            Self::Store => "kv",
            Self::FrontendApi => "frontend-api",
            Self::BackendApi => "backend-api",
        }
    }
}

impl<'a, P> RequestContext<'a, P> {
    /// The context of a request that arrived at this time.
    #[must_use]
    pub fn new(platform: &'a P, now_ms: i64) -> Self {
        Self {
            platform,
            now_ms,
            refreshes_any_method: Cell::new(false),
            tasks: RefCell::default(),
            key_source: Cell::new(None),
            lookups: Cell::new(0),
            notes: RefCell::default(),
        }
    }

    /// Whole seconds since 1970.
    #[must_use]
    pub fn now_seconds(&self) -> i64 {
        self.now_ms.div_euclid(1_000)
    }

    /// An expired token is refreshed whatever the method, and not only with `GET` as in Clerk's
    /// SDK: pages without scripts hold tokens that ended while a form was filled in.
    pub fn refresh_with_any_method(&self) {
        self.refreshes_any_method.set(true);
    }

    /// Whether an expired token is refreshed with this method.
    #[must_use]
    pub fn refreshes(&self, method: &str) -> bool {
        method == "GET" || self.refreshes_any_method.get()
    }

    /// Adds a task to run after the response, unless the same one is there.
    pub fn defer(&self, task: BackgroundTask) {
        let mut tasks = self.tasks.borrow_mut();
        if !tasks.contains(&task) {
            tasks.push(task);
        }
    }

    /// Sets where the key came from.
    pub fn note_key_source(&self, source: KeySource) {
        self.key_source.set(Some(source));
    }

    /// Counts one look-up, a call to Clerk's API for a missing claim.
    pub fn count_lookup(&self) {
        self.lookups.set(self.lookups.get().saturating_add(1));
    }

    /// Adds a line to the operator's log. It must not contain a token, a secret or the value of a
    /// claim.
    pub fn note(&self, line: impl Into<String>) {
        self.notes.borrow_mut().push(line.into());
    }

    /// Where the key came from, if one was used.
    #[must_use]
    pub fn key_source(&self) -> Option<KeySource> {
        self.key_source.get()
    }

    /// How many look-ups this request made.
    #[must_use]
    pub fn lookups(&self) -> u32 {
        self.lookups.get()
    }

    /// Takes the tasks out.
    #[must_use]
    pub fn take_tasks(&self) -> Vec<BackgroundTask> {
        self.tasks.take()
    }

    /// Takes the lines of the log out.
    #[must_use]
    pub fn take_notes(&self) -> Vec<String> {
        self.notes.take()
    }
}
