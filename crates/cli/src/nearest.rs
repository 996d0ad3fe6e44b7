//! The nearest right word to a wrong one.

use strsim::damerau_levenshtein;

/// The known word that was probably meant, where one is near enough.
#[must_use]
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if word.len() > WORD_BYTES_MAX {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let near =
        known.into_iter().map(|it| (damerau_levenshtein(&lower, &it.to_ascii_lowercase()), it));
    near.filter(|(distance, it)| *distance <= 2 && distance.saturating_mul(2) <= it.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, it)| it)
}

/// Longer words are no slip.
const WORD_BYTES_MAX: usize = 40;

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_is_mended_and_a_strange_word_is_not() {
        assert_eq!(nearest("chekc", ["check", "claims"]), Some("check"));
        assert_eq!(nearest("Claim", ["check", "claims"]), Some("claims"));
        assert_eq!(nearest("banana", ["check", "claims"]), None);
    }
}
