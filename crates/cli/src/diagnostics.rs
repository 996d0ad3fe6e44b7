//! Problems for people: the sentence, the place, and the line of the file with the place marked.

use crate::look::{Ink, Look};
use crate::report::Diagnostic;

/// One problem in the form of compilers.
#[must_use]
pub fn render(problem: &Diagnostic, look: Look) -> String {
    let head = look.ink(Ink::Bad, "error");
    let place = &problem.place;
    let is_place =
        !place.is_empty() && place != "arguments" && problem.file.as_ref() != Some(place);
    let subject = if is_place { format!("{place}: ") } else { String::new() };
    let mut out = format!("{head}: {subject}{}\n", problem.message);
    match (&problem.file, &problem.excerpt) {
        (Some(file), Some(excerpt)) => {
            let number = excerpt.line.to_string();
            let gap = " ".repeat(number.len());
            let column = excerpt.column.saturating_add(1);
            let (before, text) = cut(&excerpt.text, excerpt.column, look.width);
            let marks = look.ink(
                Ink::Bad,
                &"^".repeat(excerpt.width.min(look.width.saturating_sub(before).max(1))),
            );
            out.push_str(&format!("{gap}--> {file}:{number}:{column}\n{gap} |\n"));
            out.push_str(&format!("{number} | {text}\n{gap} | {}{marks}\n", " ".repeat(before)));
        }
        (Some(file), None) => out.push_str(&format!(" --> {file}\n")),
        _ => {}
    }
    if let Some(help) = &problem.help {
        out.push_str(&look.wrap(&format!("help: {help}"), "  "));
    }
    out
}

/// A long line around the marked column, and where the column is then.
fn cut(line: &str, column: usize, width: usize) -> (usize, String) {
    let room = width.saturating_sub(8).max(40);
    let line = line.replace('\t', " ");
    if line.chars().count() <= room {
        return (column, line);
    }
    let start = column.saturating_sub(room / 2);
    let part: String = line.chars().skip(start).take(room).collect();
    match start {
        0 => (column, format!("{part}…")),
        _ => (column.saturating_sub(start).saturating_add(1), format!("…{part}…")),
    }
}
