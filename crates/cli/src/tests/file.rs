//! The test file: people, tests and promises, each with its place.

use std::ops::Range;

use clerk_edge_gate::settings::Settings;
use clerk_edge_rules::claim_path::ClaimPath;
use serde_json::Value;

use crate::config::file::File;
use crate::config::find;
use crate::config::load::Configuration;
use crate::config::tree::{Kind, Member, Node};
use crate::host::Host;
use crate::nearest::nearest;
use crate::people::{Person, table, words};
use crate::report::{Diagnostic, Exit, Failure};
use crate::tests::expectation::Expected;
use crate::world::request::Asked;

/// A test file that was understood.
#[derive(Clone, Debug)]
pub struct TestFile {
    /// The file.
    pub file: File,
    /// The people that it names.
    pub people: Vec<Person>,
    /// The tests.
    pub tests: Vec<Test>,
    /// The promises.
    pub promises: Vec<Promise>,
    role_claims: Vec<ClaimPath>,
}

/// One expectation of one person.
#[derive(Clone, Debug)]
pub struct Test {
    /// The key as it is written.
    pub key: String,
    /// The request.
    pub asked: Asked,
    /// Who asks.
    pub person: Person,
    /// What is expected.
    pub expected: Expected,
    /// The bytes of the person's name.
    pub span: Range<usize>,
}

/// One member of `never`.
#[derive(Clone, Debug)]
pub struct Promise {
    /// A word of people, or a condition.
    pub who: Value,
    /// A path, as a rule writes one.
    pub reaches: String,
    /// Its bytes.
    pub span: Range<usize>,
}

impl TestFile {
    /// Where the file is looked for.
    #[must_use]
    pub fn beside<H: Host>(host: &H, configuration: &Configuration) -> String {
        let path = find::join(configuration.folder(), NAME);
        let here = host.absolute(".");
        match path.strip_prefix(here.trim_end_matches('/')).and_then(|it| it.strip_prefix('/')) {
            Some(below) => below.to_owned(),
            None => path,
        }
    }

    /// Reads a test file.
    ///
    /// # Errors
    /// Every problem in it, with its place.
    pub fn read<H: Host>(host: &H, path: &str, settings: &Settings) -> Result<Self, Failure> {
        let file = File::parse(path, find::text(host, path)?)?;
        let mut read = Self {
            file,
            people: Vec::new(),
            tests: Vec::new(),
            promises: Vec::new(),
            role_claims: settings.role_claims.clone(),
        };
        let root = read.file.root.clone();
        let mut problems = Vec::new();
        for member in root.members() {
            match member.key.as_str() {
                "people" => read.read_people(&member.value, &mut problems),
                "tests" | "never" | "$schema" => {}
                other => {
                    let hint = nearest(other, ["people", "tests", "never"])
                        .map_or_else(String::new, |hint| format!(": did you mean `{hint}`?"));
                    problems.push(read.problem(
                        &member.key_span,
                        other,
                        &format!("no such member{hint}"),
                    ));
                }
            }
        }
        for member in root.get("tests").map_or(&[][..], Node::members) {
            read.read_test(member, &mut problems);
        }
        for item in root.get("never").map_or(&[][..], Node::items) {
            read.read_promise(item, &mut problems);
        }
        if problems.is_empty() { Ok(read) } else { Err(Failure::of(Exit::Input, problems)) }
    }

    /// A person of this name, or of this word.
    #[must_use]
    pub fn person(&self, name: &str) -> Option<Person> {
        let own = self.people.iter().find(|person| person.name == name).cloned();
        own.or_else(|| words::person(name, &self.role_claims))
    }

    /// What to say of a name that there is not.
    #[must_use]
    pub fn unknown(&self, name: &str) -> Failure {
        Failure::input(&self.file.name, self.unknown_text(name))
    }

    fn unknown_text(&self, name: &str) -> String {
        match nearest(name, self.people.iter().map(|it| it.name.as_str())) {
            Some(hint) => format!("there is no person `{name}`: did you mean `{hint}`?"),
            None => words::unknown(name),
        }
    }

    fn problem(&self, span: &Range<usize>, place: &str, message: &str) -> Diagnostic {
        Diagnostic { code: "tests", ..self.file.diagnostic(span, place, message) }
    }

    fn read_people(&mut self, people: &Node, problems: &mut Vec<Diagnostic>) {
        for member in people.members() {
            let value = member.value.to_value();
            let person = match &value {
                Value::String(word) => words::person(word, &self.role_claims)
                    .map(|person| Person { name: member.key.clone(), ..person })
                    .ok_or_else(|| words::unknown(word)),
                table => table::person(&member.key, table, &self.role_claims),
            };
            match person {
                Ok(person) => self.people.push(person),
                Err(why) => problems.push(self.problem(&member.value.span, &member.key, &why)),
            }
        }
    }

    fn read_test(&mut self, member: &Member, problems: &mut Vec<Diagnostic>) {
        let asked = match key(&member.key) {
            Ok(asked) => asked,
            Err(why) => return problems.push(self.problem(&member.key_span, &member.key, &why)),
        };
        if !matches!(member.value.kind, Kind::Table(_)) {
            let message = "a test is a table: person → outcome";
            return problems.push(self.problem(&member.value.span, &member.key, message));
        }
        for each in member.value.members() {
            let place = format!("{} {}", member.key, each.key);
            let Some(person) = self.person(&each.key) else {
                problems.push(self.problem(&each.key_span, &place, &self.unknown_text(&each.key)));
                continue;
            };
            match Expected::read(&each.value.to_value()) {
                Ok(expected) => self.tests.push(Test {
                    key: member.key.clone(),
                    asked: asked.clone(),
                    person: Person { name: each.key.clone(), ..person },
                    expected,
                    span: each.key_span.clone(),
                }),
                Err(why) => problems.push(self.problem(&each.value.span, &place, &why)),
            }
        }
    }

    fn read_promise(&mut self, item: &Node, problems: &mut Vec<Diagnostic>) {
        let strange = item.members().iter().find(|it| it.key != "who" && it.key != "reaches");
        if let Some(strange) = strange {
            problems.push(self.problem(&strange.key_span, "never", "no such field"));
            return;
        }
        let who = item.get("who").map(Node::to_value);
        let reaches = item.get("reaches").and_then(Node::text);
        match who.zip(reaches) {
            Some((who, reaches)) => self.promises.push(Promise {
                who,
                reaches: reaches.to_owned(),
                span: item.span.clone(),
            }),
            None => problems.push(self.problem(
                &item.span,
                "never",
                "a promise is `{ \"who\": …, \"reaches\": \"/path/*\" }`",
            )),
        }
    }
}

/// `[page|api] [METHOD] PATH|URL`.
fn key(text: &str) -> Result<Asked, String> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let target = words.pop().unwrap_or_default();
    let kind = words.first().copied().filter(|word| matches!(*word, "page" | "api"));
    if kind.is_some() {
        words.remove(0);
    }
    let method = match words.as_slice() {
        [] => "GET",
        [method] if method.bytes().all(|it| it.is_ascii_uppercase() || it == b'-') => method,
        _ => return Err("a key is `[page|api] [METHOD] PATH|URL`".to_owned()),
    };
    let asked = Asked::read(target, method, None, kind == Some("api"));
    let asked = asked.ok_or("a key ends with a path that begins with `/`, or a URL")?;
    if kind == Some("page") && !asked.is_page {
        return Err("a page is asked for with GET or HEAD".to_owned());
    }
    Ok(asked)
}

/// The file's name.
pub const NAME: &str = "clerk-edge.test.json";
