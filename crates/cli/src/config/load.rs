//! Brings the configuration together, and says where in a file a problem stands.

use clerk_edge_gate::settings::Settings;
use clerk_edge_rules::problem::Problem;

use crate::arguments::Arguments;
use crate::config::bindings::SECRETS;
use crate::config::dev_vars::{self, DevVars};
use crate::config::file::File;
use crate::config::find;
use crate::config::tree::{Node, Step, steps};
use crate::config::wrangler::Wrangler;
use crate::host::{Files, Host};
use crate::report::{Diagnostic, Exit, Failure};

/// All that the Worker would be configured with.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// The wrangler file, where there is one.
    pub wrangler: Option<Wrangler>,
    /// The file of `--rules`.
    pub rules: Option<File>,
    /// The files with secrets.
    pub dev_vars: Vec<DevVars>,
    /// Secrets of the environment.
    pub env: Vec<(String, String)>,
}

impl Configuration {
    /// Reads the files that the arguments name, or the nearest ones.
    ///
    /// # Errors
    /// Where a file cannot be read, or neither a wrangler file nor `--rules` is there.
    pub fn read<H: Host>(host: &H, arguments: &Arguments) -> Result<Self, Failure> {
        let rules = arguments.value("rules").map(|path| rules_file(host, path)).transpose()?;
        Self::of_files(host, arguments.value("config"), arguments.value("env"), rules)
    }

    /// The same without arguments, as a build reads it.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn of_files(
        files: &impl Files,
        config: Option<&str>,
        env: Option<&str>,
        rules: Option<File>,
    ) -> Result<Self, Failure> {
        let mut found = Self { rules, ..Self::default() };
        let folder = match find::wrangler(files, config)? {
            Some((name, folder, text)) => {
                let file = File::parse(&name, text)?;
                found.wrangler = Some(Wrangler::new(file, folder.clone(), env)?);
                folder
            }
            None if found.rules.is_some() => files.absolute("."),
            None => return Err(missing()),
        };
        found.dev_vars = dev_vars::read(files, &folder, env)?;
        let of_env = |name: &str| Some((name.to_owned(), files.env(name)?));
        found.env = SECRETS.iter().filter_map(|name| of_env(name)).collect();
        Ok(found)
    }

    /// The settings, as the Worker reads them.
    ///
    /// # Errors
    /// Every problem, with file and line.
    pub fn settings(&self) -> Result<Settings, Failure> {
        Settings::read(self).map_err(|faulty| {
            let problems = faulty.problems().map(|it| self.locate(it)).collect();
            Failure::of(Exit::Input, problems)
        })
    }

    /// The folder of the configuration.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.wrangler.as_ref().map_or(".", |it| it.folder.as_str())
    }

    /// What the file of `--rules` says under a name.
    #[must_use]
    pub fn ruled(&self, name: &str) -> Option<&Node> {
        let file = self.rules.as_ref()?;
        match file.root.items() {
            [] if file.root.get(name).is_some() => file.root.get(name),
            _ => (name == "ROUTES" && is_list(&file.root)).then_some(&file.root),
        }
    }

    /// A problem with its file and line.
    #[must_use]
    pub fn locate(&self, problem: &Problem) -> Diagnostic {
        self.locate_text(&problem.place, &problem.message)
    }

    /// The same for a place and a sentence.
    #[must_use]
    pub fn locate_text(&self, place: &str, message: &str) -> Diagnostic {
        let steps = steps(place);
        match self.value_of(&steps) {
            Some((file, node, rest)) => {
                let span = match (rest.is_empty(), self.name_span(&steps)) {
                    (true, Some(span)) => span,
                    _ => node.span_at(rest),
                };
                file.diagnostic(&span, place, message)
            }
            None => Diagnostic {
                code: "configuration",
                place: place.to_owned(),
                message: message.to_owned(),
                file: self.wrangler.as_ref().map(|it| it.file.name.clone()),
                ..Diagnostic::default()
            },
        }
    }

    /// `wrangler.jsonc:14`: where a rule stands.
    #[must_use]
    pub fn rule_place(&self, index: usize) -> Option<String> {
        let steps = [Step::Key("ROUTES".to_owned()), Step::Index(index)];
        let (file, node, rest) = self.value_of(&steps)?;
        Some(format!("{}:{}", file.name, file.line(&node.span_at(rest))))
    }

    /// File and line of a rule.
    #[must_use]
    pub fn rule_line(&self, index: usize) -> Option<(String, usize)> {
        let steps = [Step::Key("ROUTES".to_owned()), Step::Index(index)];
        let (file, node, rest) = self.value_of(&steps)?;
        Some((file.name.clone(), file.line(&node.span_at(rest))))
    }

    fn value_of<'s>(&self, steps: &'s [Step]) -> Option<(&File, &Node, &'s [Step])> {
        let (Step::Key(name), rest) = steps.split_first()? else { return None };
        if let (Some(node), Some(file)) = (self.ruled(name), &self.rules) {
            return Some((file, node, rest));
        }
        let wrangler = self.wrangler.as_ref()?;
        Some((&wrangler.file, wrangler.var(name)?, rest))
    }

    fn name_span(&self, steps: &[Step]) -> Option<std::ops::Range<usize>> {
        let Some(Step::Key(name)) = steps.first() else { return None };
        if self.ruled(name).is_some() {
            let members = self.rules.as_ref()?.root.members();
            return members.iter().find(|it| it.key == *name).map(|it| it.key_span.clone());
        }
        self.wrangler.as_ref()?.var_name_span(name)
    }
}

fn is_list(node: &Node) -> bool {
    matches!(node.kind, crate::config::tree::Kind::List(_))
}

/// A list of rules, or a table with names of the Worker's settings.
///
/// # Errors
/// Where the file cannot be read or is neither.
pub fn rules_file<H: Host>(host: &H, path: &str) -> Result<File, Failure> {
    let file = File::parse(path, find::text(host, path)?)?;
    if is_list(&file.root) || !file.root.members().is_empty() {
        return Ok(file);
    }
    Err(Failure::input(path, "a list of rules is wanted, or a table with settings such as ROUTES"))
}

fn missing() -> Failure {
    Failure::input("wrangler.jsonc", "there is no wrangler file here or above")
        .help("Name one with `--config FILE`, or the rules alone with `--rules FILE`.")
}
