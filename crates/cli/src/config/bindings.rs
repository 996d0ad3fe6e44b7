//! What the Worker would find bound, from the files: the wrangler file's vars and bindings, the
//! rules file in their place, and secrets from beside them.

use clerk_edge_gate::settings::bindings::{Binding, Bindings};

use crate::config::load::Configuration;
use crate::config::tree::{Kind, Node};

impl Bindings for Configuration {
    fn get(&self, name: &str) -> Option<Binding> {
        if let Some(node) = self.ruled(name) {
            return Some(binding(node));
        }
        let var = self.wrangler.as_ref().and_then(|it| it.var(name)).map(binding);
        if SECRETS.contains(&name) {
            return self.secret(name).map(Binding::Text).or(var);
        }
        var.or_else(|| self.bound(name)).or_else(|| self.left(name))
    }
}

impl Configuration {
    /// A secret: the environment first, then the files, the nearest first.
    #[must_use]
    pub fn secret(&self, name: &str) -> Option<String> {
        let in_env = self.env.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        let in_files = || self.dev_vars.iter().find_map(|file| file.get(name));
        in_env.cloned().or_else(|| in_files().map(str::to_owned))
    }

    fn bound(&self, name: &str) -> Option<Binding> {
        let wrangler = self.wrangler.as_ref()?;
        let is_assets = wrangler.assets("binding").and_then(Node::text) == Some(name);
        if is_assets || wrangler.binds("services", name) {
            return Some(Binding::Service);
        }
        if wrangler.binds("secrets_store_secrets", name) {
            return Some(Binding::Service);
        }
        wrangler.binds("kv_namespaces", name).then_some(Binding::Store)
    }

    /// A name that the wrangler file leaves to the files with secrets.
    fn left(&self, name: &str) -> Option<Binding> {
        if let Some(value) = self.dev_vars.iter().find_map(|file| file.get(name)) {
            return Some(Binding::Text(value.to_owned()));
        }
        // Without any wrangler file rules can be looked at all the same.
        let stands_in = self.wrangler.is_none() && name == "CLERK_PUBLISHABLE_KEY";
        stands_in.then(|| Binding::Text(STAND_IN_KEY.to_owned()))
    }
}

fn binding(node: &Node) -> Binding {
    match &node.kind {
        Kind::Text(text) => Binding::Text(text.clone()),
        _ => Binding::Json(node.to_text()),
    }
}

/// Names whose values are never vars. `CLERK_JWT_KEY` may be one.
pub const SECRETS: [&str; 6] = [
    "ASSERTION_KEY",
    "CLERK_JWT_KEY",
    "CLERK_MACHINE_SECRET_KEY",
    "CLERK_SECRET_KEY",
    "CLERK_WEBHOOK_SIGNING_SECRET",
    "SYNC_SECRET",
];

/// `example.clerk.accounts.dev$`: the key of an instance that there is not.
const STAND_IN_KEY: &str = "pk_test_ZXhhbXBsZS5jbGVyay5hY2NvdW50cy5kZXYk";
