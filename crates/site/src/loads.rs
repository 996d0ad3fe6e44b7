//! Which pages load a file: by tag, by style sheet, or by a static import of a script that they
//! load.

use crate::limits::PAGES_OF_FILE_MAX;

/// What pages and files load, as numbers.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    /// Of each page the files that its tags load.
    pub pages: Vec<Vec<u32>>,
    /// Of each file those that come with it.
    pub files: Vec<Vec<u32>>,
}

/// The pages that load a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Loaders {
    /// The first of them; all, where there are 16 or fewer.
    pub first: Vec<u32>,
    /// How many there are.
    pub count: usize,
}

impl Loaders {
    /// All of them, where they are few enough for the file to belong to them.
    pub(crate) fn few(&self) -> Option<&[u32]> {
        (1..=PAGES_OF_FILE_MAX).contains(&self.count).then_some(&self.first)
    }
}

impl Graph {
    /// Of each file the pages that load it.
    pub(crate) fn loaders(&self) -> Vec<Loaders> {
        let mut loaders = vec![Loaders::default(); self.files.len()];
        // The page for which a file was last reached, so that circles end.
        let mut reached_for = vec![usize::MAX; self.files.len()];
        let mut waiting: Vec<u32> = Vec::new();
        for (page, loads) in self.pages.iter().enumerate() {
            waiting.extend(loads);
            while let Some(file) = waiting.pop() {
                let at = file as usize;
                let Some(last) = reached_for.get_mut(at).filter(|last| **last != page) else {
                    continue;
                };
                *last = page;
                if let Some(loader) = loaders.get_mut(at) {
                    loader.count = loader.count.saturating_add(1);
                    if loader.first.len() < PAGES_OF_FILE_MAX {
                        loader.first.extend(u32::try_from(page));
                    }
                }
                waiting.extend(self.files.get(at).into_iter().flatten());
            }
        }
        loaders
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_loaded_by_pages_however_far_away() {
        let graph = Graph {
            pages: vec![vec![0], vec![1, 1], vec![]],
            files: vec![vec![2], vec![2, 3], vec![0], vec![], vec![3]],
        };
        let loaders = graph.loaders();
        let first: Vec<&[u32]> = loaders.iter().map(|loader| loader.first.as_slice()).collect();
        assert_eq!(first, [&[0, 1][..], &[1], &[0, 1], &[1], &[]]);
        assert_eq!(loaders.first().map(|loader| loader.count), Some(2));
    }

    #[test]
    fn sixteen_pages_are_few_and_seventeen_are_not() {
        let shared_by = |pages: usize| {
            let graph = Graph { pages: vec![vec![0]; pages], files: vec![vec![]] };
            graph.loaders().remove(0)
        };
        assert_eq!(shared_by(16).few().map(<[u32]>::len), Some(16));
        assert_eq!(shared_by(17).few(), None);
        assert_eq!(shared_by(17).count, 17);
        assert_eq!(shared_by(0).few(), None);
    }
}
