//! One rule for every path, as a program gives it to a function that it wraps: `allow`,
//! `signed_out` and `otherwise`, without a path. Redirect targets are not walked for circles,
//! because the rules of other paths are not known here.

use crate::ordered_json::Json;
use crate::problem::Problem;
use crate::problem_place::{Place, Problems};
use crate::rule_set::{Context, Rules};

impl Rules {
    /// Reads a table such as `{ "allow": { "role": "admin" }, "otherwise": 404 }`.
    ///
    /// # Errors
    /// Every problem there is, each with its place: `allow.role`.
    pub fn for_every_path(json_text: &str) -> Result<Self, Vec<Problem>> {
        let json = serde_json::from_str::<Json>(json_text).map_err(|error| {
            vec![Problem::new("allow", format!("cannot be written as JSON ({error})"))]
        })?;
        let mut problems = Problems::default();
        let members = problems.table(&json, &Place::ROUTES.index(0), &FIELDS).unwrap_or_default();
        let mut members = members.to_vec();
        let anywhere = serde_json::Value::String("/*".to_owned());
        members.push(("path".to_owned(), Json::Single(anywhere)));
        let context = Context::default();
        let list = Json::List(vec![Json::Table(members)]);
        let rules = if problems.list.is_empty() {
            super::list(&list, &context, &mut problems)
        } else {
            None
        };
        match rules {
            Some(rules) if problems.list.is_empty() => Ok(Self::of(rules, &context)),
            _ => Err(problems.list.into_iter().map(without_routes).collect()),
        }
    }
}

/// There is one rule and no list, so the place begins with the field.
fn without_routes(problem: Problem) -> Problem {
    let place = problem.place.strip_prefix("ROUTES[0]").unwrap_or(&problem.place);
    Problem { place: place.trim_start_matches('.').to_owned(), ..problem }
}

const FIELDS: [&str; 3] = ["allow", "signed_out", "otherwise"];

#[cfg(test)]
mod tests {
    use crate::rule_set::Rules;

    #[test]
    fn the_rule_of_a_wrapped_function_holds_for_every_path() {
        let rules = Rules::for_every_path(r#"{ "allow": { "role": "admin" }, "otherwise": 404 }"#);
        let rules = rules.unwrap_or_default();
        assert_eq!(rules.len(), 1);
        assert!(rules.iter().all(|rule| rule.path_text() == "/*"));
    }

    #[test]
    fn a_problem_is_told_by_the_field() {
        for (text, place) in [
            (r#"{ "allow": { "rol": "admin" } }"#, "allow.rol"),
            (r#"{ "alow": "signed-in" }"#, "alow"),
            (r#"{ "allow": "signed-in", "path": "/x" }"#, "path"),
            (r#"{ "allow": { "org": ":team" } }"#, "allow.org"),
            ("[]", ""),
            ("{", "allow"),
        ] {
            let problems = Rules::for_every_path(text).err().unwrap_or_default();
            let places: Vec<&str> = problems.iter().map(|it| it.place.as_str()).collect();
            assert_eq!(places, [place], "{text}");
        }
    }
}
