//! Two rule sets: who gets in under the second and did not under the first.

use std::collections::{BTreeSet, HashSet};

use clerk_edge_http::path::RequestPath;
use clerk_edge_rules::rule_set::Match;

use crate::config::load::Configuration;
use crate::proof::cells::{self, Cell};
use crate::proof::search::{self, Candidate, ask_the_same, is_open, lets_in};
use crate::proof::{Undecided, Witness};
use crate::world::World;
use crate::world::outcome::Outcome;
use crate::world::request::{Asked, HOST};

/// Both sides.
pub struct Sides<'s> {
    /// The rules that are compared with.
    pub before: &'s World<'s, Configuration>,
    /// The rules that count now.
    pub after: &'s World<'s, Configuration>,
}

/// Everything that changes.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Who newly gets in, one example for each pair of rules.
    pub gained: Vec<Witness>,
    /// Who no longer gets in.
    pub lost: Vec<Witness>,
}

/// Compares both sides over all paths, hosts, methods and people.
///
/// # Errors
/// Where the rules tell too many apart.
pub fn compare(sides: &Sides<'_>) -> Result<Changes, Undecided> {
    let (before, after) = (&sides.before.settings().rules, &sides.after.settings().rules);
    let mut changes = Changes::default();
    // For one pair of rules one example is enough, and one search where nothing is captured.
    let (mut gained, mut lost, mut done) = (HashSet::new(), HashSet::new(), HashSet::new());
    for cell in cells::of(&[before, after], &BTreeSet::new())? {
        let Ok(path) = RequestPath::parse(&cell.path) else { continue };
        for (host, method) in pairs(&cell) {
            let found = (
                search::find(before, host, method, &path),
                search::find(after, host, method, &path),
            );
            let (Some(old), Some(new)) = found else { continue };
            if ask_the_same(&old, &new) {
                continue;
            }
            let pair = (old.rule.index(), new.rule.index());
            if old.params.iter().next().is_none()
                && new.params.iter().next().is_none()
                && !done.insert(pair)
            {
                continue;
            }
            let asked = asked(&cell, host, method);
            if !gained.contains(&pair)
                && let Some(witness) = gains(&old, &new, &asked, sides.before, sides.after)?
            {
                gained.insert(pair);
                changes.gained.push(witness);
            }
            if !lost.contains(&pair)
                && let Some(witness) = gains(&new, &old, &asked, sides.after, sides.before)?
            {
                lost.insert(pair);
                changes.lost.push(witness);
            }
        }
    }
    Ok(changes)
}

/// Somebody whom `to` lets in and `from` does not, confirmed by the gate.
fn gains(
    from: &Match<'_>,
    to: &Match<'_>,
    asked: &Asked,
    from_world: &World<'_, Configuration>,
    to_world: &World<'_, Configuration>,
) -> Result<Option<Witness>, Undecided> {
    if is_open(from.rule) {
        return Ok(None);
    }
    let is_gain = |candidate: &Candidate| {
        lets_in(to, candidate)
            && !lets_in(from, candidate)
            && candidate.person(to_world.settings()).is_some_and(|person| {
                let forwards = |world: &World<'_, Configuration>| {
                    world.decide(asked, &person).is_some_and(|it| it.outcome == Outcome::Forward)
                };
                forwards(to_world) && !forwards(from_world)
            })
    };
    let found = if is_gain(&Candidate::SignedOut) {
        Some(Candidate::SignedOut)
    } else {
        search::first(&[from, to], &asked.path, to_world.settings(), is_gain)?
    };
    Ok(found.map(|candidate| Witness {
        method: asked.method.clone(),
        host: (asked.host != HOST).then(|| asked.host.clone()),
        path: asked.path.clone(),
        person: candidate.table(),
        rules: [from, to].iter().map(|it| it.rule.path_text().to_owned()).collect(),
    }))
}

/// Every host with every method.
pub(crate) fn pairs(cell: &Cell) -> impl Iterator<Item = (&str, &str)> {
    cell.hosts
        .iter()
        .flat_map(|host| cell.methods.iter().map(move |method| (host.as_str(), method.as_str())))
}

/// A request of the cell, as a program makes it.
pub(crate) fn asked(cell: &Cell, host: &str, method: &str) -> Asked {
    Asked {
        method: method.to_owned(),
        host: host.to_owned(),
        path: cell.path.clone(),
        is_page: false,
    }
}
