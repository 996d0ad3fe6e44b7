//! Each wrong setting with its message, beside the right setting that differs in one thing.

use clerk_edge_gate::settings::Settings;
use clerk_edge_gate::settings::bindings::Binding;
use clerk_edge_testing::dice::Dice;
use clerk_edge_token::key::pem::PemError;

use super::{Bound, DEVELOPMENT, NAMES, PRODUCTION, check, check_in, json, text};

#[test]
fn the_publishable_key_is_required_and_must_name_an_instance() {
    let name = "CLERK_PUBLISHABLE_KEY";
    let missing = "CLERK_PUBLISHABLE_KEY: is missing: copy it from the Clerk dashboard, API \
                   keys; it begins with `pk_test_` or `pk_live_`";
    assert_eq!(Bound::default().problems(), [missing]);
    check(name, text(""), missing, text(DEVELOPMENT));
    let prefix = "CLERK_PUBLISHABLE_KEY: must begin with `pk_test_` or `pk_live_`: copy it from \
                  the Clerk dashboard, API keys";
    check(name, text("whatever"), prefix, text(PRODUCTION));
    let damaged = "CLERK_PUBLISHABLE_KEY: is damaged, because it does not contain a host: copy \
                   it again from the Clerk dashboard, API keys";
    check(name, text("pk_test_"), damaged, text(DEVELOPMENT));
    check(name, text("pk_test_Y2xlcmsubXlhcHAuY29t"), damaged, text(DEVELOPMENT));
    check(name, text("pk_live_a_b"), damaged, text(PRODUCTION));
    let secret = "CLERK_PUBLISHABLE_KEY: holds a secret key: put it into CLERK_SECRET_KEY with \
                  `wrangler secret put`, and replace it in the Clerk dashboard if it was ever \
                  deployed as a var";
    check(name, text("sk_test_abc"), secret, text(DEVELOPMENT));
    let shape = "CLERK_PUBLISHABLE_KEY: must be a text, but a KV namespace is bound";
    check(name, Binding::Store, shape, text(DEVELOPMENT));
    let shape = "CLERK_PUBLISHABLE_KEY: must be a text, but a number, a boolean, a list or a \
                 table is bound";
    check(name, json("5"), shape, text(DEVELOPMENT));
}

#[test]
fn the_secret_key_must_be_valid_and_of_the_same_instance_kind() {
    let name = "CLERK_SECRET_KEY";
    let shape = "CLERK_SECRET_KEY: must be a text, but a service or a Secrets Store secret is \
                 bound";
    check(name, Binding::Service, shape, text("sk_test_abc"));
    let blank = "CLERK_SECRET_KEY: contains white space or characters that a secret key cannot \
                 contain: set it again";
    check(name, text("sk_test_abc def"), blank, text(" sk_test_abc\n"));
    check(name, text("sk_test_ü"), blank, text("sk_test_u"));
    check(name, text("  "), blank, text(""));
    let live = "CLERK_SECRET_KEY: belongs to a production instance, but the publishable key is \
                a development one: take both from the same instance";
    check(name, text("sk_live_abc"), live, text("sk_test_abc"));
    check(name, text("live_abc"), live, text("test_abc"));
    let test = "CLERK_SECRET_KEY: belongs to a development instance, but the publishable key is \
                a production one: take both from the same instance";
    check_in(&Bound::production(), name, text("sk_test_abc"), test, text("sk_live_abc"));
}

#[test]
fn a_pem_must_contain_a_public_key() {
    let name = "CLERK_JWT_KEY";
    let shape = "CLERK_JWT_KEY: must be a text, but something else is bound";
    check(name, Binding::Other, shape, text(PEM));
    let private = PEM.replace("PUBLIC", "PRIVATE");
    let message = format!("CLERK_JWT_KEY: {}", PemError::Private);
    check(name, text(&private), &message, text(&PEM.replace('\n', "\\n")));
    let half: String = PEM.chars().take(200).collect();
    let problems = Bound::development().with(name, text(&half)).problems();
    assert_eq!(problems.len(), 1);
    assert!(problems.iter().all(|p| p.starts_with("CLERK_JWT_KEY: ") && !p.contains("MII")));
}

#[test]
fn the_cache_must_be_a_kv_namespace() {
    let name = "CLERK_CACHE";
    let service = "CLERK_CACHE: must be a KV namespace, but a service or a Secrets Store secret \
                   is bound";
    check(name, Binding::Service, service, Binding::Store);
    let id = "CLERK_CACHE: must be a KV namespace, but a text is bound";
    check(name, text("6f1ed002ab5595859014ebf0951522d9"), id, text(""));
}

#[test]
fn a_place_has_one_problem() {
    let place = |problem: &String| problem.split(": ").next().map(str::to_owned);
    let places = |bound: &Bound| bound.problems().iter().filter_map(place).collect::<Vec<_>>();
    let no_key = Bound::default()
        .with("CLERK_SECRET_KEY", text("sk_live_abc"))
        .with("CLERK_IS_SATELLITE", json("true"))
        .with("CLERK_DOMAIN", text("sat.example"));
    assert_eq!(
        places(&no_key),
        ["CLERK_PUBLISHABLE_KEY"],
        "without a key nothing is compared with it"
    );
    let satellite = Bound::development().with("CLERK_IS_SATELLITE", json("true"));
    let broken_domain = satellite
        .clone()
        .with("CLERK_SIGN_IN_URL", text("https://primary.example"))
        .with("CLERK_DOMAIN", text("https://sat.example"));
    assert_eq!(places(&broken_domain), ["CLERK_DOMAIN"], "it is set, although it is wrong");
    let broken_page = satellite
        .with("CLERK_DOMAIN", text("sat.example"))
        .with("CLERK_SIGN_IN_URL", text("sign-in"));
    let either = "CLERK_SIGN_IN_URL: must be an absolute URL that begins with `https://`, or a \
                  path that begins with `/`";
    assert_eq!(broken_page.problems(), [either]);
}

#[test]
fn lists_contain_texts_that_are_not_empty() {
    for name in ["CLERK_AUTHORIZED_PARTIES", "CLERK_AUDIENCE", "CLERK_ISSUER"] {
        let right = || text("https://a.example, https://b.example");
        let list = format!("{name}: must be a list of texts, or texts with commas between them");
        check(name, json("5"), &list, json("[\"https://a.example\"]"));
        check(name, json("{\"a\": \"b\"}"), &list, right());
        check(name, text("[\"a\""), &list, text("[\"https://a\"]"));
        let shape = format!("{list}, but a KV namespace is bound");
        check(name, Binding::Store, &shape, right());
        let empty = format!("{name}[1]: is empty: write a text, or leave the entry out");
        check(name, text("https://a.example,"), &empty, text("https://a.example"));
        check(name, json("[\"https://a\", \" \"]"), &empty, json("[\"https://a\"]"));
        let number = format!("{name}[0]: must be a text");
        check(name, json("[5]"), &number, json("[\"https://5\"]"));
    }
    let alone = "CLERK_ISSUER[1]: `any` cannot be combined with other issuers";
    check("CLERK_ISSUER", text("https://a.example, any"), alone, text("any"));
    let none = "CLERK_ISSUER: is an empty list: name an issuer, or leave the binding out";
    check("CLERK_ISSUER", json("[]"), none, text(""));
}

#[test]
fn numbers_are_whole_and_within_bounds() {
    for (name, least, most) in
        [("CLERK_CLOCK_SKEW_SECONDS", 0, 300), ("LOOKUP_TTL_SECONDS", 1, 86_400)]
    {
        let message = format!("{name}: must be a whole number of seconds from {least} to {most}");
        check(name, json(&(most + 1).to_string()), &message, json(&most.to_string()));
        check(name, text(&(least - 1).to_string()), &message, text(&least.to_string()));
        for wrong in ["5s", "5.0", "+5", "1e2", "99999999999999999999", "five", " "] {
            check(name, text(wrong), &message, text("5"));
        }
        check(name, json("true"), &message, json("5"));
        check(name, json("2.5"), &message, json("2"));
    }
}

#[test]
fn every_boolean_is_true_or_false() {
    for name in [
        "CLERK_SATELLITE_AUTO_SYNC",
        "CLERK_CROSS_ORIGIN_SYNC",
        "CLERK_TRUST_FORWARDED_HOST",
        "DEBUG_ROLE",
    ] {
        let message = format!("{name}: must be `true` or `false`");
        check(name, text("on"), &message, text("true"));
        check(name, json("null"), &message, json("false"));
    }
}

#[test]
fn the_log_has_four_levels() {
    let levels = "LOG: must be `all`, `decisions`, `refusals` or `off`";
    check("LOG", text("verbose"), levels, text("all"));
    check("LOG", text("Off"), levels, text("off"));
    let shape = "LOG: must be a text, but a number, a boolean, a list or a table is bound";
    check("LOG", json("false"), shape, text("refusals"));
}

#[test]
fn role_claims_are_claim_paths() {
    let name = "ROLE_CLAIMS";
    let path = "ROLE_CLAIMS[1]: must be a claim path, such as `metadata.role`";
    check(name, json("[\"role\", \"a..b\"]"), path, json("[\"role\", \"a.b\"]"));
    let list = "ROLE_CLAIMS: must be a list of texts, or texts with commas between them";
    check(name, json("{\"role\": 1}"), list, text("metadata.role, role"));
}

#[test]
fn claim_headers_have_valid_names_that_are_not_reserved() {
    let name = "CLAIM_HEADERS";
    let right = || json("{\"X-User-Plan\": \"metadata.plan\"}");
    let table = "CLAIM_HEADERS: must be a table, such as { \"x-user-plan\" = \"metadata.plan\" }";
    check(name, text("x-user-plan"), table, right());
    check(name, json("[\"x-user-plan\"]"), table, text("{\"x-user-plan\": \"plan\"}"));
    let path = "CLAIM_HEADERS.x-user-plan: must be a claim path, such as \"metadata.plan\"";
    check(name, json("{\"x-user-plan\": 5}"), path, right());
    check(name, json("{\"x-user-plan\": \"\"}"), path, right());
    let token = "CLAIM_HEADERS[\"x user\"]: is not a valid header name: use letters, digits and \
                 `-`, such as x-user-plan";
    check(name, json("{\"x user\": \"plan\"}"), token, right());
    let ours = "CLAIM_HEADERS.X.Clerk_Plan: begins with `x-clerk-`, which is reserved for the \
                gate: choose another name";
    check(name, json("{\"X.Clerk_Plan\": \"plan\"}"), ours, json("{\"x-clerkplan\": \"plan\"}"));
    for taken in ["Cookie", "authorization", "Host", "content_length", "x-original-url", "upgrade"]
    {
        let message = format!(
            "CLAIM_HEADERS.{taken}: already has a meaning in HTTP: choose another name, such as \
             x-user-plan"
        );
        check(name, json(&format!("{{\"{taken}\": \"plan\"}}")), &message, right());
    }
    for twins in ["{\"x-a\": \"a\", \"X.A\": \"b\"}", "{\"x-a\": \"a\", \"x-a\": \"b\"}"] {
        let place = if twins.contains('X') { "X.A" } else { "x-a" };
        let message = format!(
            "CLAIM_HEADERS.{place}: is given twice (case does not count, and `_` and `.` count as `-`)"
        );
        check(name, json(twins), &message, json("{\"x-a\": \"a\", \"x-b\": \"b\"}"));
    }
}

#[test]
fn routes_are_a_list_of_rules() {
    let shape = "ROUTES: must be a list of rules, but a KV namespace is bound";
    check("ROUTES", Binding::Store, shape, json("[]"));
    let bound = |routes| Bound::development().with("ROUTES", routes).problems();
    for (wrong, place) in [
        ("{", "ROUTES: "),
        ("{}", "ROUTES: "),
        ("5", "ROUTES: "),
        (r#"[{ "path": "/", "alow": "anyone" }]"#, "ROUTES[0].alow: "),
        (r#"[{ "path": 5 }]"#, "ROUTES[0].path: "),
        (r#"[{ "path": "/a" }, { "path": "/a" }]"#, "ROUTES[1]"),
    ] {
        for problems in [bound(text(wrong)), bound(json(wrong))] {
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert!(problems.iter().all(|problem| problem.starts_with(place)), "{problems:?}");
        }
    }
    for right in ["", "[]", r#"[{ "path": "/", "allow": "anyone" }]"#] {
        assert_eq!(bound(text(right)), [""; 0]);
    }
    assert_eq!(bound(json(r#"[{ "path": "/a" }, { "path": "/b" }]"#)), [""; 0]);
}

#[test]
fn all_problems_are_listed_and_the_key_is_first() {
    let bound = Bound::default()
        .with("LOG", text("loud"))
        .with("DEBUG_ROLE", text("perhaps"))
        .with("CLERK_CACHE", text("cache"));
    let places: Vec<String> =
        bound.problems().iter().filter_map(|p| p.split(':').next().map(str::to_owned)).collect();
    assert_eq!(places, ["CLERK_PUBLISHABLE_KEY", "LOG", "DEBUG_ROLE", "CLERK_CACHE"]);
}

#[test]
fn problems_are_shown_unless_the_key_is_a_production_one() {
    let shown = |key: &str| {
        let bound =
            Bound::default().with("CLERK_PUBLISHABLE_KEY", text(key)).with("LOG", text("loud"));
        Settings::read(&bound).err().map(|faulty| faulty.may_be_shown())
    };
    assert_eq!(shown(DEVELOPMENT), Some(true));
    assert_eq!(shown(""), Some(true));
    assert_eq!(shown("rubbish"), Some(true));
    assert_eq!(shown(PRODUCTION), Some(false));
    assert_eq!(shown("pk_live_rubbish"), Some(false));
    assert_eq!(shown(" pk_live_rubbish"), Some(false));
    assert_eq!(shown("sk_live_rubbish"), Some(false));
}

#[test]
fn a_message_never_repeats_a_value() {
    let marked = "zq9marker";
    for shape in [text(marked), json(&format!("[\"{marked}\", 5]")), json(&format!("\"{marked}\""))]
    {
        let mut bound = Bound::default();
        for name in NAMES {
            bound = bound.with(name, shape.clone());
        }
        let problems = bound.problems();
        assert!(problems.len() > 12, "{problems:#?}");
        assert!(problems.iter().all(|p| !p.contains(marked)), "{problems:#?}");
    }
    let secret = Bound::production().with("CLERK_SECRET_KEY", text("sk_test_zq9marker")).problems();
    assert_eq!(secret.len(), 1);
    assert!(secret.iter().all(|problem| !problem.contains(marked)));
}

#[test]
fn no_set_of_bindings_panics_and_every_problem_has_a_place() {
    let values = [
        "",
        " ",
        ",",
        "[",
        "{",
        "[]",
        "{}",
        "null",
        "true",
        "5",
        "-1",
        "\"",
        "\u{0}",
        "/",
        "//",
        "https://",
        "https://a",
        "https://[::1]",
        "pk_test_",
        "pk_live_====",
        "sk_live_x",
        "any",
        "any,any",
        "assets",
        "service",
        "ü",
        "{\"\": 1}",
        "{\"a\": \"b\", \"A\": \"b\"}",
        "[[[]]]",
        "http://a.example",
        "-----BEGIN PUBLIC KEY-----",
        "[{\"path\": \"/\"}]",
        DEVELOPMENT,
    ];
    let mut dice = Dice::new(1);
    let (mut right, mut wrong) = (0, 0);
    for _ in 0..4_000 {
        let mut bound = if dice.one_in(2) { Bound::development() } else { Bound::default() };
        for _ in 0..dice.below(5) {
            let value = *dice.pick(&values);
            let binding = match dice.below(8) {
                0 => Binding::Store,
                1 => Binding::Service,
                2 => Binding::Other,
                3 | 4 => json(value),
                _ => text(value),
            };
            bound = bound.with(NAMES[dice.below(NAMES.len())], binding);
        }
        match Settings::read(&bound) {
            Ok(settings) => {
                right += 1;
                assert!(!settings.instance.frontend_host.is_empty());
            }
            Err(faulty) => {
                wrong += 1;
                assert!(faulty.problems().all(|p| !p.place.is_empty() && !p.message.is_empty()));
            }
        }
    }
    assert!(right > 100 && wrong > 100, "{right} right, {wrong} wrong");
}

/// The public half of a key that was thrown away.
const PEM: &str = "\
-----BEGIN PUBLIC KEY-----\n\
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1KyUgSrJZMlC4j2eYOEC\n\
nB3xzUyy5ptk7iE3fwnV5vpE8sjje5i4uw7isLEHJSOSbGAZdYr13ieXqaAKCZAH\n\
LqSIxZBsnbfBnOEZrP7H4oogHVK8tAcBezaQRhGup6UnxV1JXVzAHa1YokTzU0br\n\
s95NSxHivrVbqnu92lHp+0x7y3zSo8on37xuL3lKjFBLp/XiaSstKwG0a926iRrb\n\
UN0FsZ8ne4+wFx0X4Iz7uDixREYVF8L0kjkhrysTGtgAEIjXt7XdxgN8fo1Dj3Qg\n\
kMwOoplQN8sbCqdBEwLhzFzuDlDD3WXSTCIMktalDtRSFyTR8kSYa169DExHj6rR\n\
UwIDAQAB\n\
-----END PUBLIC KEY-----";
