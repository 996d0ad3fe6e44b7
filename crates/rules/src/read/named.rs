//! Problems of rules with the path of the rule beside its number.

use crate::ordered_json::Json;
use crate::problem::Problem;
use crate::problem_place::member;

/// The problems, each with the path of its rule where it has one. A problem of the path itself
/// shows it too: the number alone says little.
#[must_use]
pub fn with_paths(problems: Vec<Problem>, json_text: &str) -> Vec<Problem> {
    let Ok(Json::List(rules)) = serde_json::from_str::<Json>(json_text) else { return problems };
    problems
        .into_iter()
        .map(|problem| match path(&problem.place, &rules) {
            Some(path) => {
                Problem { message: format!("{} (rule for `{path}`)", problem.message), ..problem }
            }
            None => problem,
        })
        .collect()
}

fn path<'j>(place: &str, rules: &'j [Json]) -> Option<&'j str> {
    let (index, _) = place.strip_prefix("ROUTES[")?.split_once(']')?;
    let Json::Table(members) = rules.get(index.parse::<usize>().ok()?)? else { return None };
    member(members, "path")?.text().filter(|path| path.len() <= PATH_BYTES_MAX)
}

/// Longer paths are not repeated.
const PATH_BYTES_MAX: usize = 100;
