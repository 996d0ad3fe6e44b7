//! `import`: written sources in the style of public ones, never looser than these.
#![allow(clippy::expect_used, reason = "a test that cannot go on should stop loudly")]

use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::rule_set::{Context, Rules};
use serde_json::{Value, json};

use crate::double::{Double, Ran};

fn import(kind: &str, name: &str, source: &str) -> (Ran, Rules) {
    let ran = Double::default().file(name, source).run(&format!("import {kind} {name} --json"));
    let routes = ran.json()["result"]["settings"]["ROUTES"].to_string();
    let rules =
        Rules::read(&routes, &Context::default()).unwrap_or_else(|it| panic!("{it:?} {routes}"));
    (ran, rules)
}

/// What the rule of each path asks.
#[track_caller]
fn asks(rules: &Rules, expected: &[(&str, Value)]) {
    for (path, wanted) in expected {
        let parsed = RequestPath::parse(path).expect("a path");
        let found = rules.find("example.com", "GET", &parsed).expect("one reading");
        let text = found.rule.requirement().to_string();
        let got: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!(got, *wanted, "{path}: {rules}");
    }
}

fn nobody() -> Value {
    json!({ "role": "nobody-yet" })
}

#[test]
fn netlify_guards_with_what_becomes_of_others() {
    let (ran, rules) = import(
        "netlify",
        "_redirects",
        "\
        # members' area\n\
        /admin/*  200!  Role=admin\n\
        /admin/*  /login  302!\n\
        /team/*   /team/:splat  200!  Role=admin,editor\n\
        /team/*   401!\n",
    );
    assert_eq!(ran.exit, 0, "{}", ran.out);
    asks(
        &rules,
        &[
            ("/", json!("anyone")),
            ("/admin/x", json!({ "role": "admin" })),
            ("/team", json!({ "role": ["admin", "editor"] })),
        ],
    );
    let routes = &ran.json()["result"]["settings"]["ROUTES"];
    assert_eq!(routes[1]["signed_out"], "/login");
    assert_eq!(routes[2]["signed_out"], 401);
}

#[test]
fn netlify_sources_are_never_loosened() {
    for (source, expected, exit) in [
        // Closed for everybody before the role's turn comes.
        ("/a/* /login 302!\n/a/b 200! Role=x\n", vec![("/a/b", nobody())], 1),
        ("/:x/b 404!\n/a/* 200! Role=x\n", vec![("/a/b", nobody()), ("/a/c", nobody())], 1),
        // Conditions that no rule can ask.
        ("/a/* 200! Role=x Country=us\n", vec![("/a/b", nobody())], 1),
        ("/a/* 200! Role=x Language=de\n/a/* 401!\n", vec![("/a", nobody())], 1),
        // Several roles on one path, line by line.
        (
            "/a/* 200! Role=x\n/a/* 200! Role=y\n/a/* 401!\n",
            vec![("/a/b", json!({ "role": ["x", "y"] }))],
            0,
        ),
        // Paths that cannot be written.
        ("/a/b* 200! Role=x\n", vec![("/a/bc", nobody()), ("/a/c", nobody())], 1),
        ("not a line\n", vec![("/", nobody()), ("/x", nobody())], 1),
        // Ordinary redirects stay with the assets.
        ("/old /new 301\n", vec![("/old", json!("anyone"))], 1),
        ("/secret/* /404 404!\n", vec![("/secret/x", nobody())], 1),
        ("https://a.test/x/* 200! Role=x\n", vec![("/x/y", json!("anyone"))], 0),
    ] {
        let (ran, rules) = import("netlify", "_redirects", source);
        asks(&rules, &expected);
        assert_eq!(ran.exit, exit, "{source}: {}", ran.out);
    }
}

const HEAD: &str = "import { clerkMiddleware, createRouteMatcher } from '@clerk/nextjs/server'\n";

#[test]
fn clerk_protects_what_is_listed() {
    let source = format!(
        "{HEAD}\
        const isProtectedRoute = createRouteMatcher(['/dashboard(.*)', '/forum/(.*)', '/me'])\n\
        export default clerkMiddleware(async (auth, req) => {{\n\
          if (isProtectedRoute(req)) await auth.protect()\n\
        }})\n\
        export const config = {{ matcher: ['/((?!_next).*)'] }}\n"
    );
    let (ran, rules) = import("clerk", "middleware.ts", &source);
    asks(
        &rules,
        &[
            ("/", json!("anyone")),
            ("/dashboard", json!("signed-in")),
            ("/dashboard/x", json!("signed-in")),
            ("/forum/x", json!("signed-in")),
            ("/me", json!("signed-in")),
            ("/me/x", json!("anyone")),
        ],
    );
    // `/dashboard(.*)` is glued to a word.
    assert_eq!(ran.exit, 1);
    let lines = ran.json()["result"]["lines"].clone();
    assert_eq!(lines[0]["fate"], "changed", "{lines}");
    assert_eq!(lines[1]["fate"], "carried over");
    let text = Double::default().file("middleware.ts", &source).run("import clerk middleware.ts");
    assert!(text.err.starts_with("The source is open by default"), "{}", text.err);
}

#[test]
fn clerk_sources_are_never_loosened() {
    let org_admin = json!({ "any": [
        { "claim": { "o.rol": "admin" } }, { "claim": { "org_role": "org:admin" } },
    ] });
    for (body, expected) in [
        // Everything but a public list.
        (
            "const isPublicRoute = createRouteMatcher(['/', '/sign-in/(.*)'])\n\
          export default clerkMiddleware(async (auth, req) => { if (!isPublicRoute(req)) { await auth.protect() } })",
            vec![
                ("/", json!("anyone")),
                ("/sign-in/x", json!("anyone")),
                ("/x", json!("signed-in")),
            ],
        ),
        // Roles are those of the organization.
        (
            "const isAdmin = createRouteMatcher(['/admin/(.*)'])\n\
          export default clerkMiddleware(async (auth, req) => { if (isAdmin(req)) await auth.protect({ role: 'org:admin' }) })",
            vec![("/admin/x", org_admin.clone()), ("/x", json!("anyone"))],
        ),
        // Two steps: both must hold.
        (
            "const isApp = createRouteMatcher(['/app/(.*)'])\nconst isBilling = createRouteMatcher('/app/billing/(.*)')\n\
          export default clerkMiddleware(async (auth, req) => {\n\
            if (isApp(req)) await auth.protect()\n\
            if (isBilling(req)) await auth.protect((has) => has({ permission: 'org:billing:manage' }) || has({ plan: 'pro' })) })",
            vec![
                ("/app/x", json!("signed-in")),
                (
                    "/app/billing/x",
                    json!({ "any": [{ "permission": "org:billing:manage" }, { "plan": "pro" }] }),
                ),
            ],
        ),
        // An early return.
        (
            "const isPublic = createRouteMatcher(['/blog/(.*)'])\n\
          export default clerkMiddleware(async (auth, req) => { if (isPublic(req)) return; await auth.protect() })",
            vec![("/blog/x", json!("anyone")), ("/x", json!("signed-in"))],
        ),
        // redirectToSignIn by hand.
        (
            "const isPrivate = createRouteMatcher(['/private/(.*)'])\n\
          export default clerkMiddleware(async (auth, req) => {\n\
            const { userId, redirectToSignIn } = await auth()\n\
            if (!userId && isPrivate(req)) return redirectToSignIn({ returnBackUrl: req.url }) })",
            vec![("/private/x", json!("signed-in")), ("/x", json!("anyone"))],
        ),
        // What is not understood closes what it may concern.
        (
            "export default clerkMiddleware(async (auth, req) => { if (req.nextUrl.pathname.startsWith('/admin')) await auth.protect() })",
            vec![("/admin", nobody()), ("/x", nobody())],
        ),
        (
            "const isAdmin = createRouteMatcher(['/admin/(.*)'])\n\
          export default clerkMiddleware(async (auth, req) => { if (isAdmin(req)) { return new Response('no') } })",
            vec![("/admin/x", nobody()), ("/x", json!("anyone"))],
        ),
        (
            "const isP = createRouteMatcher(['/(api|trpc)(.*)'])\n\
          export default clerkMiddleware(async (auth, req) => { if (isP(req)) await auth.protect() })",
            vec![("/api/x", nobody()), ("/x", nobody())],
        ),
        (
            "const isPublic = createRouteMatcher(['/(blog|docs)(.*)', '/'])\n\
          export default clerkMiddleware(async (auth, req) => { if (!isPublic(req)) await auth.protect() })",
            vec![("/blog/x", nobody()), ("/", json!("anyone"))],
        ),
        // Nothing to find, nothing asked.
        (
            "export default authMiddleware({ publicRoutes: ['/'] })",
            vec![("/", nobody()), ("/x", nobody())],
        ),
        ("export default clerkMiddleware()", vec![("/", json!("anyone")), ("/x", json!("anyone"))]),
        // Parameters that overlap.
        (
            "const isOpen = createRouteMatcher(['/:org/public'])\nconst isTeam = createRouteMatcher(['/team/(.*)'])\n\
          export default clerkMiddleware(async (auth, req) => { if (isOpen(req)) return; if (isTeam(req)) await auth.protect() })",
            vec![("/team/public", json!("signed-in")), ("/x/public", json!("anyone"))],
        ),
    ] {
        let (_, rules) = import("clerk", "proxy.ts", &format!("{HEAD}{body}\n"));
        asks(&rules, &expected);
    }
}

#[test]
fn what_is_no_source_is_unreadable() {
    let host = Double::default().file("middleware.ts", "export default (");
    assert_eq!(host.run("import clerk middleware.ts").exit, 3);
    assert_eq!(host.run("import netify middleware.ts").exit, 2);
    assert_eq!(host.run("import netlify missing").exit, 3);
}

#[test]
fn toml_and_jsonc_read_back() {
    let host = Double::default().file("_redirects", "/a/* 200! Role=x\n");
    let toml = host.run("import netlify _redirects --format toml").out;
    let jsonc = host.run("import netlify _redirects").out;
    assert!(toml.contains("  { allow = { role = [\"x\"] }, path = \"/a/*\" },"), "{toml}");
    assert!(jsonc.contains("  {\"allow\":{\"role\":[\"x\"]},\"path\":\"/a/*\"}"), "{jsonc}");
}
