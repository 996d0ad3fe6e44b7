//! The port of the command: files, terminal, network, environment, clock, and signature checks.
//!
//! Whoever implements it takes no decision: Node in the package, a double in memory in the tests.

use clerk_edge_token::crypto::Crypto;

/// Files and environment: what reading a configuration asks for.
pub trait Files {
    /// Reads a file.
    ///
    /// # Errors
    /// Where it is not there, or cannot be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, ReadError>;

    /// The entries of a folder, in any order.
    ///
    /// # Errors
    /// Where it is not there, or cannot be read.
    fn list(&self, folder: &str) -> Result<Vec<Entry>, ReadError>;

    /// An absolute form of a path, with `/` and without dot segments.
    fn absolute(&self, path: &str) -> String;

    /// A variable of the environment.
    fn env(&self, name: &str) -> Option<String>;
}

/// What the command asks of the place it runs in.
#[expect(async_fn_in_trait, reason = "one thread; nothing here is ever sent to another")]
pub trait Host: Crypto + Files {
    /// Writes a file that is not there yet, with its folders.
    ///
    /// # Errors
    /// Where a file of this name is there, or it cannot be written.
    fn create(&self, path: &str, bytes: &[u8]) -> Result<(), WriteError>;

    /// Everything on standard input.
    ///
    /// # Errors
    /// Where it cannot be read.
    fn read_input(&self) -> Result<Vec<u8>, ReadError>;

    /// Milliseconds since 1970.
    fn now_ms(&self) -> i64;

    /// The terminal, as far as there is one.
    fn terminal(&self) -> Terminal;

    /// Writes to standard output.
    fn out(&self, text: &str);

    /// Writes to standard error.
    fn err(&self, text: &str);

    /// Asks a question and waits for a line.
    async fn ask(&self, question: &str) -> Result<String, Interrupted>;

    /// Waits.
    async fn wait(&self, milliseconds: u32);

    /// Makes a call; redirects are not followed.
    async fn fetch(&self, call: &Call) -> Result<Reply, NoReply>;
}

/// One entry of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name inside the folder.
    pub name: String,
    /// Whether it is a folder itself.
    pub is_folder: bool,
}

/// Why a file or folder could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It is not there.
    NotFound,
    /// It is there, but cannot be read; the reason in the system's words.
    Unreadable(String),
}

/// Why a file could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// A file of this name is there, and nothing is overwritten.
    Exists,
    /// The reason in the system's words.
    Failed(String),
}

/// What is known of the terminal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// Standard input is a terminal.
    pub input: bool,
    /// Standard output is a terminal.
    pub output: bool,
    /// Standard error is a terminal.
    pub errors: bool,
    /// How many columns it has.
    pub columns: Option<usize>,
}

/// The person pressed Ctrl-C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

/// A call to one of the hosts that the settings or `--url` name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// `GET`, `POST`, `PATCH` or `OPTIONS`.
    pub method: &'static str,
    /// Absolute.
    pub url: String,
    /// Names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// A JSON text.
    pub body: Option<String>,
    /// Given up after this long.
    pub timeout_ms: u32,
    /// Given up beyond this many bytes of answer.
    pub bytes_max: usize,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, bounded by [`Call::bytes_max`].
    pub body: Vec<u8>,
}

impl Reply {
    /// The first header of this name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoReply {
    /// The host did not answer, or the connection broke.
    Unreachable,
    /// The time was up.
    TimedOut,
    /// The answer was larger than allowed.
    TooLarge,
}
