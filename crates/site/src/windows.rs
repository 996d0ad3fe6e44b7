//! The windows of all pages, and which page has each: one alone, a few that share it, or too many
//! to belong to any.
//!
//! A window is 8 bytes: 42 bits of its hash, and 22 of its owner. Two windows with the same 42
//! bits are taken for one; three of them in one file, for one page, are not to be expected.

use std::collections::{BTreeMap, HashMap};

use crate::files::SiteError;
use crate::limits::{GROUPS_MAX, PAGES_MAX, PAGES_OF_FILE_MAX, WINDOWS_KEPT_MAX, WINDOWS_MIN};

/// Bits of an owner, below the hash.
pub(crate) const OWNER_BITS: u32 = 22;
/// The owner of what belongs to everybody. As large as the bits allow, so that it is none of
/// [`PAGES_MAX`] pages and [`GROUPS_MAX`] groups.
pub(crate) const EVERYBODY: u32 = (1 << OWNER_BITS) - 1;

pub(crate) const fn pack(hash: u64, owner: u32) -> u64 {
    hash >> OWNER_BITS << OWNER_BITS | owner as u64
}

#[expect(clippy::cast_possible_truncation, reason = "the mask leaves 22 bits")]
pub(crate) const fn owner_of(packed: u64) -> u32 {
    packed as u32 & EVERYBODY
}

/// Windows as pages are read.
#[derive(Default)]
pub(crate) struct Collected {
    entries: Vec<u64>,
    /// Windows are kept whose hash has zeros here; grows where there are too many.
    mask: u64,
}

impl Collected {
    /// Adds a page's windows.
    pub(crate) fn add(&mut self, page: u32, windows: impl Iterator<Item = u64>) {
        let mask = self.mask;
        let kept = windows.filter(|hash| hash >> OWNER_BITS & mask == 0);
        self.entries.extend(kept.map(|hash| pack(hash, page)));
        while self.entries.len() > WINDOWS_KEPT_MAX {
            self.mask = self.mask << 1 | 1;
            let mask = self.mask;
            self.entries.retain(|entry| entry >> OWNER_BITS & mask == 0);
        }
    }

    /// The table, once every page was read.
    pub(crate) fn table(self, pages: usize) -> Result<Windows, SiteError> {
        let mut entries = self.entries;
        entries.sort_unstable();
        entries.dedup();
        let mut groups = Groups::default();
        let mut owners: Vec<u32> = Vec::new();
        entries.dedup_by(|entry, kept| {
            if *entry >> OWNER_BITS == *kept >> OWNER_BITS {
                if owners.is_empty() {
                    owners.push(owner_of(*kept));
                }
                owners.push(owner_of(*entry));
                return true;
            }
            if !owners.is_empty() {
                *kept = pack(*kept, groups.owner(&owners));
                owners.clear();
            }
            false
        });
        if let Some(last) = entries.last_mut().filter(|_| !owners.is_empty()) {
            *last = pack(*last, groups.owner(&owners));
        }
        entries.retain(|entry| owner_of(*entry) != EVERYBODY);
        entries.shrink_to_fit();
        if groups.pages.len() > GROUPS_MAX {
            return Err(SiteError::TooManyPages);
        }
        Ok(Windows::new(entries, groups.pages, pages))
    }
}

/// Sets of pages that share a window.
#[derive(Default)]
struct Groups {
    pages: Vec<Vec<u32>>,
    numbers: HashMap<Vec<u32>, u32>,
}

impl Groups {
    fn owner(&mut self, owners: &[u32]) -> u32 {
        if owners.len() > PAGES_OF_FILE_MAX || owners.contains(&EVERYBODY) {
            return EVERYBODY;
        }
        if let Some(number) = self.numbers.get(owners) {
            return *number;
        }
        if self.pages.len() > GROUPS_MAX {
            return EVERYBODY;
        }
        let number = PAGES_MAX.saturating_add(self.pages.len());
        let number = u32::try_from(number).unwrap_or(EVERYBODY);
        self.pages.push(owners.to_vec());
        self.numbers.insert(owners.to_vec(), number);
        number
    }
}

/// Every window that belongs to 16 pages or fewer.
pub(crate) struct Windows {
    entries: Vec<u64>,
    /// Where the entries of each first bits of a hash begin.
    begins: Vec<u32>,
    shift: u32,
    groups: Vec<Vec<u32>>,
    counts: Vec<Count>,
}

/// How many windows a page has.
#[derive(Clone, Copy, Default)]
struct Count {
    own: usize,
    /// Those that it shares with a few others too.
    all: usize,
}

/// What a file holds of pages' text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Holding {
    /// Pages whose own text it holds, with one window of each.
    pub pages: BTreeMap<u32, u32>,
    /// Sets of pages whose shared text it holds.
    pub groups: Vec<Vec<u32>>,
}

impl Windows {
    fn new(entries: Vec<u64>, groups: Vec<Vec<u32>>, pages: usize) -> Self {
        let bits = entries.len().checked_ilog2().unwrap_or(0).clamp(1, 24);
        let shift = u64::BITS.saturating_sub(bits);
        let mut begins = vec![0_u32; (1_usize << bits).saturating_add(1)];
        for entry in &entries {
            if let Some(count) = begins.get_mut(bucket(*entry, shift).saturating_add(1)) {
                *count = count.saturating_add(1);
            }
        }
        let mut sum = 0_u32;
        for begin in &mut begins {
            sum = sum.saturating_add(*begin);
            *begin = sum;
        }
        let mut table = Self { entries, begins, shift, groups, counts: Vec::new() };
        table.counts = table.count(pages);
        table
    }

    fn count(&self, pages: usize) -> Vec<Count> {
        let mut counts = vec![Count::default(); pages];
        for entry in &self.entries {
            let owner = owner_of(*entry);
            let group = self.group(owner);
            for page in group.unwrap_or(&[owner]) {
                if let Some(count) = counts.get_mut(*page as usize) {
                    count.all = count.all.saturating_add(1);
                    count.own = count.own.saturating_add(usize::from(group.is_none()));
                }
            }
        }
        counts
    }

    fn group(&self, owner: u32) -> Option<&[u32]> {
        let number = (owner as usize).checked_sub(PAGES_MAX)?;
        self.groups.get(number).map(Vec::as_slice)
    }

    /// The number of a window, where it belongs to a few pages.
    pub(crate) fn find(&self, hash: u64) -> Option<u32> {
        let at = bucket(hash, self.shift);
        let begin = *self.begins.get(at)?;
        let end = *self.begins.get(at.saturating_add(1))?;
        let candidates = self.entries.get(begin as usize..end as usize)?;
        let found =
            candidates.iter().position(|entry| entry >> OWNER_BITS == hash >> OWNER_BITS)?;
        begin.checked_add(u32::try_from(found).ok()?)
    }

    /// What the windows that were found in a file come to.
    pub(crate) fn holding(&self, mut found: Vec<u32>) -> Holding {
        found.sort_unstable();
        found.dedup();
        let mut by_owner: BTreeMap<u32, (usize, u32)> = BTreeMap::new();
        for window in found {
            let Some(entry) = self.entries.get(window as usize) else { continue };
            let (count, _) = by_owner.entry(owner_of(*entry)).or_insert((0, window));
            *count = count.saturating_add(1);
        }
        let pages = by_owner.iter().filter_map(|(owner, (hits, example))| {
            self.counts.get(*owner as usize).filter(|count| enough(*hits, count.own))?;
            self.holds_page(*owner, &by_owner).then_some((*owner, *example))
        });
        let groups = by_owner.iter().filter(|(_, (hits, _))| *hits >= WINDOWS_MIN);
        Holding {
            pages: pages.collect(),
            groups: groups
                .filter_map(|(owner, _)| self.group(*owner))
                .map(<[u32]>::to_vec)
                .collect(),
        }
    }

    /// Whether what is found of a page, its shared text included, is enough of all that it has: a
    /// single window is its title, perhaps.
    fn holds_page(&self, page: u32, by_owner: &BTreeMap<u32, (usize, u32)>) -> bool {
        let hits = by_owner.iter().filter(|(owner, _)| {
            self.group(**owner).map_or(**owner == page, |pages| pages.contains(&page))
        });
        let hits = hits.map(|(_, (hits, _))| *hits).sum();
        self.counts.get(page as usize).is_some_and(|count| enough(hits, count.all))
    }
}

/// At least three, or half of what there is.
fn enough(hits: usize, of: usize) -> bool {
    hits >= of.div_ceil(2).clamp(1, WINDOWS_MIN)
}

fn bucket(hash: u64, shift: u32) -> usize {
    usize::try_from(hash >> shift).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u64) -> u64 {
        number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    fn table(pages: &[(u32, std::ops::Range<u64>)]) -> Windows {
        let mut collected = Collected::default();
        for (page, windows) in pages {
            collected.add(*page, windows.clone().map(key));
        }
        collected.table(20).unwrap()
    }

    fn holding(table: &Windows, windows: impl Iterator<Item = u64>) -> (Vec<u32>, Vec<Vec<u32>>) {
        let found = windows.filter_map(|window| table.find(key(window))).collect();
        let holding = table.holding(found);
        (holding.pages.into_keys().collect(), holding.groups)
    }

    #[test]
    fn three_windows_of_one_page_are_its_text() {
        let table = table(&[(0, 0..10), (1, 10..20)]);
        assert_eq!(holding(&table, 4..7).0, [0]);
        assert_eq!(holding(&table, 5..7).0, [0; 0]);
        assert_eq!(holding(&table, 7..13).0, [0, 1]);
        assert_eq!(holding(&table, (4..6).chain(4..6)).0, [0; 0], "each counts once");
        assert_eq!(holding(&table, 20..99).0, [0; 0]);
    }

    #[test]
    fn half_of_a_short_page_is_enough() {
        let table = table(&[(0, 0..4), (1, 10..11)]);
        assert_eq!(holding(&table, 0..2).0, [0]);
        assert_eq!(holding(&table, 0..1).0, [0; 0]);
        assert_eq!(holding(&table, 10..11).0, [1]);
    }

    #[test]
    fn a_title_alone_is_not_the_text_of_a_page_that_shares_the_rest() {
        let table = table(&[(0, 0..100), (1, 1..100)]);
        assert_eq!(holding(&table, 0..1), (vec![], vec![]));
        assert_eq!(holding(&table, 0..3), (vec![0], vec![]));
        assert_eq!(holding(&table, 1..4), (vec![], vec![vec![0, 1]]));
    }

    #[test]
    fn what_many_pages_have_belongs_to_none() {
        let pages = |count: u32| (0..count).map(|page| (page, 0..9)).collect::<Vec<_>>();
        let sixteen = (0..16).collect::<Vec<u32>>();
        assert_eq!(holding(&table(&pages(16)), 0..9), (vec![], vec![sixteen]));
        assert_eq!(holding(&table(&pages(17)), 0..9), (vec![], vec![]));
        assert_eq!(holding(&table(&[(0, 0..9), (EVERYBODY, 0..9)]), 0..9), (vec![], vec![]));
    }

    #[test]
    fn too_many_windows_are_thinned_out_evenly() {
        let mut collected = Collected { mask: 3, ..Collected::default() };
        collected.add(0, (0..400).map(key));
        collected.add(1, (0..400).map(key));
        let table = collected.table(2).unwrap();
        assert!((50..150).contains(&table.entries.len()), "{}", table.entries.len());
        assert_eq!(holding(&table, 0..400).1, [[0, 1]]);
    }
}
