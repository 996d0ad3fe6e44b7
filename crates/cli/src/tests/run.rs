//! Runs the tests, proves the promises, and tells what was not reached.

use std::fmt::Write;

use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::rule::{RedirectByRole, Rule};
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::config::load::Configuration;
use crate::explain::{explain, text};
use crate::host::Host;
use crate::look::{Ink, Look};
use crate::proof::never::{self, NoProof};
use crate::report::{Diagnostic, Exit, Failure, Report};
use crate::tests::coverage::{Coverage, Uncovered};
use crate::tests::file::{NAME, Test, TestFile};
use crate::world::World;
use crate::world::outcome::{Decided, Outcome};

/// Runs the command.
///
/// # Errors
/// Where the configuration or the test file is faulty, or there are no tests.
pub fn command<H: Host>(host: &H, arguments: &Arguments, look: Look) -> Result<Report, Failure> {
    let least = arguments.value("coverage").map(str::parse::<usize>).transpose();
    let least = least.map_err(|_| arguments.wrong("--coverage takes a number of percent"))?;
    let configuration = Configuration::read(host, arguments)?;
    let settings = configuration.settings()?;
    let path = match arguments.operands() {
        [] => TestFile::beside(host, &configuration),
        [_] => arguments.operand("the file")?.to_owned(),
        _ => return Err(arguments.wrong("only one file of tests can be named")),
    };
    let file = TestFile::read(host, &path, &settings)?;
    if file.tests.is_empty() && file.promises.is_empty() {
        return Err(Failure::input(&path, "there are no tests in it")
            .help(format!("Write some into `tests` of {NAME}.")));
    }
    let world = World::open(&configuration, settings, host.now_ms(), false);
    let mut run = Run::new(&world, &configuration, &file, look, arguments.has("github"));
    for test in &file.tests {
        run.test(test)?;
    }
    for promise in &file.promises {
        run.promise(promise)?;
    }
    Ok(run.report(least))
}

struct Run<'r> {
    world: &'r World<'r, Configuration>,
    configuration: &'r Configuration,
    file: &'r TestFile,
    look: Look,
    github: bool,
    passed: usize,
    failed: Vec<Value>,
    out: String,
    coverage: Coverage,
    undecided: Vec<Diagnostic>,
}

impl<'r> Run<'r> {
    fn new(
        world: &'r World<'r, Configuration>,
        configuration: &'r Configuration,
        file: &'r TestFile,
        look: Look,
        github: bool,
    ) -> Self {
        Self {
            world,
            configuration,
            file,
            look,
            github,
            passed: 0,
            failed: Vec::new(),
            out: String::new(),
            coverage: Coverage::default(),
            undecided: Vec::new(),
        }
    }

    fn test(&mut self, test: &Test) -> Result<(), Failure> {
        let decided = self
            .world
            .decide(&test.asked, &test.person)
            .ok_or_else(|| Failure::input(&test.key, "the gate gives no answer to this request"))?;
        let rule = self.rule(test);
        let rule_text = rule.map_or("none", Rule::path_text).to_owned();
        if let Some(rule) = rule {
            self.coverage.note(rule, is_let_in(rule, &decided));
        }
        if test.expected.is_met(&decided, &rule_text) {
            self.passed = self.passed.saturating_add(1);
            return Ok(());
        }
        let (expected, got) = (test.expected.to_json(), test.expected.got(&decided, &rule_text));
        let place = format!("{}:{}", self.file.file.name, self.file.file.line(&test.span));
        let head = format!("FAILED  {}   {}   {place}", test.key, test.person.name);
        let _ = writeln!(self.out, "{}", self.look.ink(Ink::Bad, &head));
        let _ = writeln!(self.out, "  expected  {}\n  got       {}", plain(&expected), plain(&got));
        let explained = explain(self.world, self.configuration, &test.asked, &test.person)?;
        self.out.push_str(&text::rows(&explained, self.look));
        self.out.push('\n');
        let message = format!(
            "{} as {}: expected {}, got {}",
            test.key,
            test.person.name,
            plain(&expected),
            plain(&got)
        );
        self.annotate(self.file.file.line(&test.span), &message);
        self.failed.push(json!({
            "test": test.key, "person": test.person.name, "expected": expected, "got": got,
        }));
        Ok(())
    }

    fn promise(&mut self, promise: &crate::tests::file::Promise) -> Result<(), Failure> {
        let answer = match never::prove(self.world, promise, &self.file.people) {
            Ok(answer) => answer,
            Err(NoProof::Unclear(why)) => {
                let problem = self.file.file.diagnostic(&promise.span, "never", &why);
                return Err(Failure::of(Exit::Input, vec![problem]));
            }
            Err(NoProof::Undecided(undecided)) => {
                let message = format!("there is no answer: {}", undecided.why);
                let problem = self.file.file.diagnostic(&promise.span, "never", &message);
                self.undecided.push(Diagnostic { code: "undecided", ..problem });
                return Ok(());
            }
        };
        let who = plain(&promise.who);
        let Some(broken) = answer else {
            self.passed = self.passed.saturating_add(1);
            return Ok(());
        };
        let line = self.file.file.line(&promise.span);
        let head = format!(
            "BROKEN  never: {who} reaches {}   {}:{line}",
            promise.reaches, self.file.file.name
        );
        let _ = writeln!(self.out, "{}", self.look.ink(Ink::Bad, &head));
        self.out.push_str(&broken.text());
        self.out.push('\n');
        self.annotate(
            line,
            &format!("never: {who} reaches {}: {}", promise.reaches, broken.line()),
        );
        self.failed.push(json!({
            "test": format!("never {}", promise.reaches), "person": who,
            "expected": "nobody", "got": broken.to_json(),
        }));
        Ok(())
    }

    fn report(self, least: Option<usize>) -> Report {
        let rules = &self.world.settings().rules;
        let uncovered = self.coverage.uncovered(rules);
        let percent = self.coverage.percent(rules);
        let mut out = self.out;
        let failed = self.failed.len();
        let summary =
            format!("{} passed, {failed} failed, {percent} % of the rules covered", self.passed);
        let ink = if failed == 0 { Ink::Good } else { Ink::Bad };
        let _ = writeln!(out, "{}", self.look.ink(ink, &summary));
        for rule in &uncovered {
            let place = self.configuration.rule_place(rule.index).unwrap_or_default();
            let _ = writeln!(out, "  not covered: {:<20} {:<24} {place}", rule.rule, rule.missing);
        }
        let lacks = least.is_some_and(|least| percent < least);
        let uncovered: Vec<Value> = uncovered.iter().map(Uncovered::to_json).collect();
        Report {
            result: json!({
                "passed": self.passed,
                "failed": self.failed,
                "uncovered": uncovered,
            }),
            out,
            exit: if failed == 0 && !lacks && self.undecided.is_empty() {
                Exit::Done
            } else {
                Exit::No
            },
            problems: self.undecided,
            ..Report::default()
        }
    }

    fn rule(&self, test: &Test) -> Option<&'r Rule> {
        let path = test.asked.path.split('?').next().unwrap_or_default();
        let path = RequestPath::parse(path).ok()?;
        let rules = &self.world.settings().rules;
        rules.find(&test.asked.host, &test.asked.method, &path).ok().map(|found| found.rule)
    }

    /// GitHub's annotations: one line, with the few characters escaped that mean something there.
    fn annotate(&mut self, line: usize, message: &str) {
        if self.github {
            let message = message.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
            let _ =
                writeln!(self.out, "::error file={},line={line}::{message}", self.file.file.name);
        }
    }
}

/// Whoever is sent on by role was let in.
fn is_let_in(rule: &Rule, decided: &Decided) -> bool {
    let Outcome::Redirect(location) = &decided.outcome else {
        return decided.outcome == Outcome::Forward;
    };
    let sends = |send: &RedirectByRole| {
        let by_role = send.by_role().map(|(_, target)| target);
        by_role.chain(send.rest()).any(|target| target.to_string() == *location)
    };
    rule.send().is_some_and(sends)
}

/// JSON, but a text without its quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
