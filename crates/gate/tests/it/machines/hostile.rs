//! Headers that somebody may send: nothing makes the gate fail, and nothing of a machine's is taken
//! for a person.

use serde_json::json;

use super::stand::{Bound, bearer, m2m_jwt, oauth_jwt, session};
use clerk_edge_testing::dice::Dice;

#[test]
fn drawn_tokens_are_never_taken_for_a_person() {
    let rules = json!([
        { "path": "/keys", "allow": { "api_key": true } },
        { "path": "/all", "allow": {
            "any": ["signed-in", { "api_key": true }, { "machine": true }, { "oauth": true }] } },
        { "path": "/people", "allow": "signed-in" },
    ]);
    let stand = Bound::new(&rules).open();
    let whole = [
        "ak_abc".to_owned(),
        "mt_abc".to_owned(),
        "oat_abc".to_owned(),
        m2m_jwt(&json!({})),
        oauth_jwt(&json!({ "scope": [1, null, "x"], "aud": { "a": 1 } })),
        oauth_jwt(&json!({ "sub": "mch_1" })),
        m2m_jwt(&json!({ "scopes": 7, "sub": "mch_" })),
        session(&json!({ "exp": "x" })),
    ];
    let pieces = ["", " ", "=", ".", "ak_", "mt_", "oat_", "eyJ", "\u{0}", "\u{fffd}", ",", "\t"];
    let mut dice = Dice::new(20);
    for _ in 0..3_000 {
        let mut text = whole[dice.below(whole.len())].clone();
        for _ in 0..dice.below(4) {
            let at = dice.below(text.len() + 1);
            if text.is_char_boundary(at) {
                match dice.below(3) {
                    0 => text.insert_str(at, pieces[dice.below(pieces.len())]),
                    1 => text.truncate(at),
                    _ => text = text[at..].to_owned(),
                }
            }
        }
        for path in ["/keys", "/all", "/people"] {
            let seen = stand.ask(&bearer(path, &text));
            assert!([0, 401, 403, 503, 400].contains(&seen.status), "{path} {text}");
            let kind = seen.told("x-clerk-auth-type");
            assert_eq!(seen.told("x-clerk-session-id"), "", "{path} {text}");
            assert!(seen.status != 0 || (path != "/people" && !kind.is_empty()), "{path} {text}");
        }
    }
}
