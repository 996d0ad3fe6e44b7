//! Which pages a file belongs to, from what it holds and who loads it. The one place where that is
//! decided.

use std::collections::BTreeSet;

use crate::loads::Loaders;
use crate::windows::Holding;

/// Why a file belongs to its pages, which says how many of them must allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tie {
    /// It holds text of each: each must allow.
    Text,
    /// It is loaded by each, or holds text that each of them shows: one must allow.
    Loads,
}

/// The pages of a file, by their numbers; `None` where it belongs to none.
///
/// Text that one page alone has comes first: who may not read that page may not read the file. Text
/// that several pages show may be read by whoever may read one of them; where a file holds several
/// such texts, the pages that show them all count, and where there is no such page, each of them
/// counts. A file without any such text belongs to the pages that load it.
pub(crate) fn pages_of(
    holding: &Holding,
    indexed: &[u32],
    loaders: &Loaders,
) -> Option<(Tie, Vec<u32>)> {
    let mut own: BTreeSet<u32> = holding.pages.keys().chain(indexed).copied().collect();
    if own.is_empty() {
        return match holding.groups.split_first() {
            None => loaders.few().map(|pages| (Tie::Loads, pages.to_vec())),
            Some((first, others)) => Some(shared(first, others)),
        };
    }
    for group in &holding.groups {
        if !group.iter().any(|page| own.contains(page)) {
            own.extend(group);
        }
    }
    Some((Tie::Text, own.into_iter().collect()))
}

fn shared(first: &[u32], others: &[Vec<u32>]) -> (Tie, Vec<u32>) {
    let in_all = |page: &u32| others.iter().all(|group| group.contains(page));
    let common: Vec<u32> = first.iter().copied().filter(in_all).collect();
    if common.is_empty() {
        let all: BTreeSet<u32> = first.iter().chain(others.iter().flatten()).copied().collect();
        return (Tie::Text, all.into_iter().collect());
    }
    (Tie::Loads, common)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn belongs(own: &[u32], groups: &[&[u32]], loaders: &[u32]) -> Option<(Tie, Vec<u32>)> {
        let holding = Holding {
            pages: own.iter().map(|page| (*page, 0)).collect(),
            groups: groups.iter().map(|group| group.to_vec()).collect(),
        };
        let loaders = Loaders { first: loaders.to_vec(), count: loaders.len() };
        pages_of(&holding, &[], &loaders)
    }

    #[test]
    fn text_counts_before_loads() {
        assert_eq!(belongs(&[3], &[], &[1, 2]), Some((Tie::Text, vec![3])));
        assert_eq!(belongs(&[], &[], &[1, 2]), Some((Tie::Loads, vec![1, 2])));
        assert_eq!(belongs(&[], &[&[3, 4]], &[1]), Some((Tie::Loads, vec![3, 4])));
        assert_eq!(belongs(&[], &[], &[]), None);
    }

    #[test]
    fn shared_text_asks_for_one_of_the_pages_that_show_it_all() {
        assert_eq!(belongs(&[], &[&[1, 2, 3], &[2, 3]], &[]), Some((Tie::Loads, vec![2, 3])));
        assert_eq!(belongs(&[], &[&[1, 2], &[3, 4]], &[]), Some((Tie::Text, vec![1, 2, 3, 4])));
        assert_eq!(belongs(&[1], &[&[1, 2]], &[]), Some((Tie::Text, vec![1])));
        assert_eq!(belongs(&[1], &[&[2, 3]], &[]), Some((Tie::Text, vec![1, 2, 3])));
    }
}
