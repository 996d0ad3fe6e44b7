//! The wrangler file: which environment counts, and what it binds.
//!
//! As in wrangler, `vars` and bindings are not inherited by an environment, all else is.

use std::ops::Range;

use crate::config::file::File;
use crate::config::tree::{Kind, Node};
use crate::nearest::nearest;
use crate::report::Failure;

/// A wrangler file, for one environment.
#[derive(Clone, Debug)]
pub struct Wrangler {
    /// The file.
    pub file: File,
    /// The folder that it stands in.
    pub folder: String,
    /// The environment.
    pub env: Option<String>,
}

impl Wrangler {
    /// Takes a file that was read.
    ///
    /// # Errors
    /// Where the file has no such environment.
    pub fn new(file: File, folder: String, env: Option<&str>) -> Result<Self, Failure> {
        if let Some(name) = env {
            let known = file.root.get("env").map_or(&[][..], Node::members);
            if !known.iter().any(|it| it.key == name) {
                let hint = nearest(name, known.iter().map(|it| it.key.as_str()));
                let help = hint.map_or_else(
                    || "An environment is a table `env.NAME` of the file.".to_owned(),
                    |hint| format!("Did you mean `--env {hint}`?"),
                );
                let message = format!("{} has no environment `{name}`", file.name);
                return Err(Failure::usage(message, help));
            }
        }
        Ok(Self { file, folder, env: env.map(str::to_owned) })
    }

    /// A value that belongs to this environment alone.
    #[must_use]
    pub fn own(&self, key: &str) -> Option<&Node> {
        self.scope()?.get(key)
    }

    /// A value of this environment, else of the file.
    #[must_use]
    pub fn inherited(&self, key: &str) -> Option<&Node> {
        self.own(key).or_else(|| self.file.root.get(key))
    }

    /// A var.
    #[must_use]
    pub fn var(&self, name: &str) -> Option<&Node> {
        self.own("vars")?.get(name)
    }

    /// The bytes of a var's name.
    #[must_use]
    pub fn var_name_span(&self, name: &str) -> Option<Range<usize>> {
        let members = self.own("vars")?.members();
        members.iter().rev().find(|it| it.key == name).map(|it| it.key_span.clone())
    }

    /// The names of all vars.
    pub fn var_names(&self) -> impl Iterator<Item = &str> {
        self.own("vars").map_or(&[][..], Node::members).iter().map(|it| it.key.as_str())
    }

    /// Whether a list of bindings (`kv_namespaces`, `services`) has one of this name.
    #[must_use]
    pub fn binds(&self, list: &str, name: &str) -> bool {
        let items = self.own(list).map_or(&[][..], Node::items);
        items.iter().any(|item| item.get("binding").and_then(Node::text) == Some(name))
    }

    /// A member of `assets`.
    #[must_use]
    pub fn assets(&self, key: &str) -> Option<&Node> {
        self.inherited("assets")?.get(key)
    }

    /// The site's folder, from the folder of the file.
    #[must_use]
    pub fn site(&self) -> Option<String> {
        let directory = self.assets("directory")?.text()?;
        Some(format!("{}/{}", self.folder, directory.trim_start_matches("./")))
    }

    fn scope(&self) -> Option<&Node> {
        match &self.env {
            None => Some(&self.file.root),
            Some(name) => self.file.root.get("env")?.get(name),
        }
    }
}

/// The value as a var of the Worker: a text, or JSON.
#[must_use]
pub fn is_text(node: &Node) -> bool {
    matches!(node.kind, Kind::Text(_))
}
