//! How texts look: colours, width, wrapped paragraphs, tables.

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// Whether colours are written.
    pub color: bool,
    /// Columns.
    pub width: usize,
}

/// A colour's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// A failure.
    Bad,
    /// A warning.
    Warning,
    /// A success.
    Good,
    /// A heading.
    Bold,
    /// A remark.
    Faint,
}

impl Look {
    /// Without colours, 80 columns.
    #[must_use]
    pub const fn plain() -> Self {
        Self { color: false, width: WIDTH }
    }

    /// The text in a colour.
    #[must_use]
    pub fn ink(self, ink: Ink, text: &str) -> String {
        if !self.color {
            return text.to_owned();
        }
        let code = match ink {
            Ink::Bad => "31",
            Ink::Warning => "33",
            Ink::Good => "32",
            Ink::Bold => "1",
            Ink::Faint => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// A paragraph in lines of the terminal's width, each behind an indent.
    #[must_use]
    pub fn wrap(self, text: &str, indent: &str) -> String {
        let room = self.width.saturating_sub(indent.chars().count()).max(20);
        let mut out = String::new();
        let mut line = 0_usize;
        for word in text.split_whitespace() {
            let length = word.chars().count();
            if line > 0 && line.saturating_add(1).saturating_add(length) > room {
                out.push('\n');
                line = 0;
            }
            if line == 0 {
                out.push_str(indent);
            } else {
                out.push(' ');
                line = line.saturating_add(1);
            }
            out.push_str(word);
            line = line.saturating_add(length);
        }
        out.push('\n');
        out
    }
}

/// A table in aligned columns; the first row is its head.
#[must_use]
pub fn table(rows: &[Vec<String>], markdown: bool) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |at: usize| {
        rows.iter().filter_map(|row| row.get(at)).map(|it| it.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for (at, row) in rows.iter().enumerate() {
        let cells = widths.iter().enumerate().map(|(column, width)| {
            let cell = row.get(column).map_or("", String::as_str);
            let cell = if markdown { cell.replace('|', "\\|") } else { cell.to_owned() };
            format!("{cell:width$}")
        });
        let cells: Vec<String> = cells.collect();
        if markdown {
            out.push_str(&format!("| {} |\n", cells.join(" | ")));
        } else {
            out.push_str(cells.join("  ").trim_end());
            out.push('\n');
        }
        if markdown && at == 0 {
            let rules: Vec<String> = widths.iter().map(|it| "-".repeat((*it).max(3))).collect();
            out.push_str(&format!("| {} |\n", rules.join(" | ")));
        }
    }
    out
}

/// Where there is no terminal.
pub const WIDTH: usize = 80;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_where_the_terminal_does() {
        let look = Look { color: false, width: 24 };
        assert_eq!(
            look.wrap("one two three four five six", "  "),
            "  one two three four\n  five six\n"
        );
    }

    #[test]
    fn a_table_is_aligned() {
        let rows = [vec!["a".to_owned(), "bbb".to_owned()], vec!["cc".to_owned(), "|".to_owned()]];
        assert_eq!(table(&rows, false), "a   bbb\ncc  |\n");
        assert_eq!(table(&rows, true), "| a  | bbb |\n| --- | --- |\n| cc | \\|  |\n");
    }
}
