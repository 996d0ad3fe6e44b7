//! The table of commands: names, flags, one sentence, and an example each.

/// A command.
#[derive(Debug)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// What stands behind the name.
    pub operands: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// Its own flags.
    pub flags: &'static [Flag],
    /// A call that works.
    pub example: &'static str,
}

/// A flag.
#[derive(Debug)]
pub struct Flag {
    /// Without the dashes.
    pub name: &'static str,
    /// What its value is called, where it has one.
    pub value: Option<&'static str>,
    /// What it does.
    pub help: &'static str,
}

const fn flag(name: &'static str, value: &'static str, help: &'static str) -> Flag {
    let value = if value.is_empty() { None } else { Some(value) };
    Flag { name, value, help }
}

/// What every command has.
pub const COMMON: &[Flag] = &[
    flag("config", "FILE", "the wrangler file; without it the nearest one upwards"),
    flag("env", "NAME", "its environment; vars and bindings are not inherited"),
    flag("rules", "FILE", "a list of rules, or a table of settings, in place of those names"),
    flag("json", "", "one JSON document on standard output"),
    flag("offline", "", "makes no call to any host"),
    flag("no-input", "", "asks no question"),
    flag("yes", "", "answers confirmations with yes"),
    flag("color", "always|never|auto", "colours; NO_COLOR switches them off too"),
    flag("help", "", "shows this"),
];

/// All commands, in the order of the help.
pub const COMMANDS: &[Command] = &[
    Command {
        name: "claims",
        operands: "",
        summary: "Prints the claims that the session token needs for these rules.",
        flags: &[
            flag("variant", "needed|simple|comprehensive|flat", "which claims"),
            flag("template", "default|hasura|supabase|custom", "a JWT template instead"),
            flag("fields", "role,plan,…", "the fields of `--variant flat`"),
            flag("sample", "FILE", "a person's public metadata, for the size"),
            flag("types", "ts|rust", "types for the claims instead of the JSON"),
            flag("map", "path=shortcode", "a claim that cannot be derived"),
            flag("out", "DIR", "writes the files into a folder"),
        ],
        example: "clerk-edge claims --variant needed",
    },
    Command {
        name: "check",
        operands: "[basic|jwt-verify|custom-claims|multi-session|refresh|expiration|all]…",
        summary: "Checks configuration, site, keys, claims and a deployment.",
        flags: &[
            flag("url", "URL", "a deployment"),
            flag("token", "FILE|-", "a session token"),
            flag("send-token", "", "sends the given token to the deployment too"),
            flag("jwks", "FILE", "a key set, in place of the instance's"),
            flag("user", "ID", "a person at Clerk"),
            flag("session", "FILE", "what `clerk config pull --keys session` gave"),
            flag("strict", "", "warnings fail too"),
        ],
        example: "clerk-edge check basic --strict",
    },
    Command {
        name: "explain",
        operands: "PATH|URL",
        summary: "Says which rule a path falls under and what becomes of a person there.",
        flags: PERSON,
        example: "clerk-edge explain /admin/users --as role:member",
    },
    Command {
        name: "routes",
        operands: "",
        summary: "Lists the rules, who reaches what, and what a change lets in.",
        flags: &[
            flag("matrix", "", "rules by people"),
            flag("as", "WORD", "one more person of the matrix"),
            flag("files", "DIR", "the files of a site under their rules, and leaks"),
            flag("against", "FILE", "proves who newly gets in, compared with these rules"),
            flag("format", "table|markdown", "how tables are written"),
        ],
        example: "clerk-edge routes --against main.jsonc",
    },
    Command {
        name: "test",
        operands: "[FILE]",
        summary: "Runs the tests of clerk-edge.test.json and proves its promises.",
        flags: &[
            flag("coverage", "PERCENT", "fails where fewer rules are reached from both sides"),
            flag("github", "", "annotations for GitHub"),
        ],
        example: "clerk-edge test --coverage 100",
    },
    Command {
        name: "import",
        operands: "netlify|clerk FILE",
        summary: "Turns `_redirects` or `createRouteMatcher` into rules.",
        flags: &[flag("format", "toml|jsonc", "the language of the rules")],
        example: "clerk-edge import clerk middleware.ts",
    },
    Command {
        name: "token",
        operands: "[-|FILE]",
        summary: "Decodes and verifies a session token, and says what is wrong with it.",
        flags: &[
            flag("jwks", "FILE", "a key set, in place of the instance's"),
            flag("no-verify", "", "decodes only"),
            flag("at", "TIME", "judges at this moment: seconds, or 2026-11-25T12:00:00Z"),
        ],
        example: "clerk-edge token - < token.txt",
    },
    Command {
        name: "users",
        operands: "show|set|revoke ID|EMAIL [key=text|key:=json|key=]…",
        summary: "Shows a person as the gate sees them, sets public metadata, ends sessions.",
        flags: &[
            flag("any-role", "", "takes a role that no rule names"),
            flag("session", "ID", "the session to end"),
            flag("all", "", "ends all sessions"),
            flag("dry-run", "", "shows what would happen"),
        ],
        example: "clerk-edge users set ann@example.com role=admin",
    },
    Command {
        name: "schema",
        operands: "rules|vars|tests|results|wrangler",
        summary: "Prints a JSON schema.",
        flags: &[],
        example: "clerk-edge schema rules",
    },
];

const PERSON: &[Flag] = &[
    flag("as", "WORD", "signed-out, signed-in, pending, role:NAME, org:SLUG"),
    flag("person", "NAME", "a person of clerk-edge.test.json"),
    flag("user", "ID", "the person's id"),
    flag("role", "NAME", "the person's role; several times for several"),
    flag("org", "SLUG", "the active organization"),
    flag("org_id", "ID", "its id"),
    flag("org_role", "NAME", "the role in it"),
    flag("permission", "NAME", "a permission in it"),
    flag("feature", "NAME", "a feature"),
    flag("plan", "NAME", "a plan"),
    flag("reverified", "MINUTES,MINUTES", "the ages of both factors"),
    flag("actor", "ID", "who acts as this person"),
    flag("claim", "path=json", "any claim"),
    flag("looked_up", "JSON|unavailable", "the public metadata that a look-up finds"),
    flag("claims", "FILE|-", "all claims of a token"),
    flag("token", "FILE|-", "a token; its signature is not checked here"),
    flag("method", "NAME", "GET without it"),
    flag("host", "NAME", "example.com without it"),
    flag("api", "", "a program asks, and not for a page"),
    flag("at", "TIME", "seconds, or 2026-11-25T12:00:00Z"),
    flag("expect", "OUTCOME", "ends with 1 where it is another"),
];
