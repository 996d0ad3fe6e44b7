//! The place that the command runs in, in memory: files, a terminal, a network that is a table of
//! answers. It decides nothing and notes everything that was done.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test should stop loudly"
)]

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use clerk_edge_cli::host::{
    Call, Entry, Files, Host, Interrupted, NoReply, ReadError, Reply, Terminal, WriteError,
};
use clerk_edge_cli::run::run;
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::crypto::{Crypto, KeyError, VerifierFailed};
use clerk_edge_token::key::PublicKey;
use serde_json::Value;

/// What one run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: u8,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The one document of `--json`.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|_| panic!("no JSON: {}", self.out))
    }
}

/// The double.
pub(crate) struct Double {
    pub(crate) files: RefCell<BTreeMap<String, Vec<u8>>>,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) terminal: Terminal,
    pub(crate) now_ms: i64,
    pub(crate) input: Vec<u8>,
    pub(crate) answers: RefCell<VecDeque<String>>,
    pub(crate) replies: RefCell<BTreeMap<String, VecDeque<Result<Reply, NoReply>>>>,
    pub(crate) calls: RefCell<Vec<Call>>,
    pub(crate) waits: RefCell<Vec<u32>>,
    pub(crate) signatures_hold: Cell<bool>,
    pub(crate) out: RefCell<String>,
    pub(crate) err: RefCell<String>,
}

impl Default for Double {
    fn default() -> Self {
        Self {
            files: RefCell::default(),
            env: BTreeMap::new(),
            terminal: Terminal::default(),
            now_ms: NOW_MS,
            input: Vec::new(),
            answers: RefCell::default(),
            replies: RefCell::default(),
            calls: RefCell::default(),
            waits: RefCell::default(),
            signatures_hold: Cell::new(true),
            out: RefCell::default(),
            err: RefCell::default(),
        }
    }
}

impl Double {
    /// With a wrangler file of this environment.
    pub(crate) fn with(file: &str) -> Self {
        Self::default().file("wrangler.jsonc", file)
    }

    /// With rules, and otherwise a usual wrangler file.
    pub(crate) fn with_rules(rules: &str) -> Self {
        Self::with(&format!(
            "{{ \"vars\": {{ \"CLERK_PUBLISHABLE_KEY\": \"{KEY}\",\n\"ROUTES\": {rules} }} }}"
        ))
    }

    /// With one more file.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        self.files.borrow_mut().insert(path(name), text.as_bytes().to_vec());
        self
    }

    /// From now on calls of this method to this address come to this.
    pub(crate) fn says(&self, asked: &str, status: u16, body: &str) {
        let reply = Reply {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.as_bytes().to_vec(),
        };
        let mut replies = self.replies.borrow_mut();
        replies.entry(asked.to_owned()).or_default().push_back(Ok(reply));
    }

    /// Runs the command.
    pub(crate) fn run(&self, arguments: &str) -> Ran {
        let words: Vec<String> = arguments.split_whitespace().map(str::to_owned).collect();
        self.run_words(&words)
    }

    /// Runs the command with these arguments.
    pub(crate) fn run_words(&self, words: &[String]) -> Ran {
        self.out.take();
        self.err.take();
        let exit = now(run(self, words));
        let ran = Ran { exit, out: self.out.take(), err: self.err.take() };
        for text in [&ran.out, &ran.err] {
            assert!(!holds_secret(text), "a secret in: {text}");
        }
        ran
    }
}

/// Whether a text holds what no output may.
fn holds_secret(text: &str) -> bool {
    text.contains(SECRET_BODY) || text.contains("c2lnbmF0dXJl")
}

/// Every future of the double is ready at once.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits for nothing that will ever come"),
    }
}

fn path(name: &str) -> String {
    if name.starts_with('/') { name.to_owned() } else { format!("{HERE}/{name}") }
}

impl Crypto for Double {
    type Key = ();

    async fn import(&self, _: &PublicKey, _: Algorithm) -> Result<(), KeyError> {
        Ok(())
    }

    async fn verify(&self, (): &(), _: &[u8], _: &[u8]) -> Result<bool, VerifierFailed> {
        Ok(self.signatures_hold.get())
    }
}

impl Files for Double {
    fn read(&self, name: &str) -> Result<Vec<u8>, ReadError> {
        self.files.borrow().get(&path(name)).cloned().ok_or(ReadError::NotFound)
    }

    fn list(&self, folder: &str) -> Result<Vec<Entry>, ReadError> {
        let prefix = format!("{}/", path(folder).trim_end_matches('/'));
        let files = self.files.borrow();
        let below = files.keys().filter_map(|file| file.strip_prefix(&prefix));
        let entries: BTreeSet<(String, bool)> = below
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => (name.to_owned(), true),
                None => (rest.to_owned(), false),
            })
            .collect();
        if entries.is_empty() {
            return Err(ReadError::NotFound);
        }
        Ok(entries.into_iter().map(|(name, is_folder)| Entry { name, is_folder }).collect())
    }

    fn absolute(&self, name: &str) -> String {
        if name == "." { HERE.to_owned() } else { path(name.trim_start_matches("./")) }
    }

    fn env(&self, name: &str) -> Option<String> {
        self.env.get(name).cloned()
    }
}

impl Host for Double {
    fn create(&self, name: &str, bytes: &[u8]) -> Result<(), WriteError> {
        let mut files = self.files.borrow_mut();
        if files.contains_key(&path(name)) {
            return Err(WriteError::Exists);
        }
        files.insert(path(name), bytes.to_vec());
        Ok(())
    }

    fn read_input(&self) -> Result<Vec<u8>, ReadError> {
        Ok(self.input.clone())
    }

    fn now_ms(&self) -> i64 {
        self.now_ms
    }

    fn terminal(&self) -> Terminal {
        self.terminal
    }

    fn out(&self, text: &str) {
        self.out.borrow_mut().push_str(text);
    }

    fn err(&self, text: &str) {
        self.err.borrow_mut().push_str(text);
    }

    async fn ask(&self, question: &str) -> Result<String, Interrupted> {
        self.err.borrow_mut().push_str(question);
        self.answers.borrow_mut().pop_front().ok_or(Interrupted)
    }

    async fn wait(&self, milliseconds: u32) {
        self.waits.borrow_mut().push(milliseconds);
    }

    async fn fetch(&self, call: &Call) -> Result<Reply, NoReply> {
        self.calls.borrow_mut().push(call.clone());
        let mut replies = self.replies.borrow_mut();
        let asked = format!("{} {}", call.method, call.url);
        let Some(waiting) = replies.get_mut(&asked) else { return Err(NoReply::Unreachable) };
        let next = if waiting.len() > 1 { waiting.pop_front() } else { waiting.front().cloned() };
        next.unwrap_or(Err(NoReply::Unreachable))
    }
}

/// The current folder.
pub(crate) const HERE: &str = "/home/ann/site";
/// 2026-11-25T12:00:00Z.
pub(crate) const NOW_MS: i64 = 1_795_608_000_000;
/// `example.clerk.accounts.dev$`.
pub(crate) const KEY: &str = "pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk";
/// What stands behind `sk_test_` in every secret of these tests.
pub(crate) const SECRET_BODY: &str = "Zm9yVGVzdHNBbG9uZQ";
