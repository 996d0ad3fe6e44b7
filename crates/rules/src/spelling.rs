//! How near two words are, and the known word that was probably meant.

/// `: did you mean …?`, where one of the known words is near enough, else nothing.
pub(crate) fn did_you_mean(word: &str, known: &[&str]) -> String {
    let nearest = known
        .iter()
        .map(|known| (distance(word, known), known))
        .filter(|(distance, known)| *distance <= 2 && distance.saturating_mul(2) <= known.len())
        .min_by_key(|(distance, _)| *distance);
    nearest.map_or_else(String::new, |(_, known)| format!(": did you mean `{known}`?"))
}

/// How many letters must be added, removed or changed; case, and `_` for `-`, do not count.
#[must_use]
pub fn distance(left: &str, right: &str) -> usize {
    let same = |a: char, b: char| fold(a) == fold(b);
    if left.len() > WORD_BYTES_MAX {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (above, a) in left.chars().enumerate() {
        let mut diagonal = above;
        let mut previous = above.saturating_add(1);
        let mut next = vec![previous];
        for (b, up) in right.chars().zip(row.iter().skip(1).copied()) {
            let change = diagonal.saturating_add(usize::from(!same(a, b)));
            previous = change.min(previous.saturating_add(1)).min(up.saturating_add(1));
            next.push(previous);
            diagonal = up;
        }
        row = next;
    }
    row.last().copied().unwrap_or(usize::MAX)
}

fn fold(letter: char) -> char {
    if letter == '_' { '-' } else { letter.to_ascii_lowercase() }
}

/// Longer words are not compared.
const WORD_BYTES_MAX: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_near_word_is_suggested_and_a_strange_one_is_not() {
        assert_eq!(did_you_mean("alow", &["path", "allow"]), ": did you mean `allow`?");
        assert_eq!(did_you_mean("signedOut", &["signed_out"]), ": did you mean `signed_out`?");
        assert_eq!(did_you_mean("signed_in", &["signed-in"]), ": did you mean `signed-in`?");
        assert_eq!(did_you_mean("rol", &["role", "org"]), ": did you mean `role`?");
        assert_eq!(did_you_mean("banana", &["path", "allow"]), "");
        assert_eq!(did_you_mean("xy", &["or", "any"]), "");
    }
}
