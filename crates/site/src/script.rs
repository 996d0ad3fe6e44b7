//! A script's static imports: `import … from "x"`, `import "x"`, `export … from "x"`.
//!
//! A lexer and no parser. The parsers that there are bring seventy crates, and recurse as deep as
//! the script nests; which file a statement names needs neither. What it takes from the language
//! is where a `/` begins a regular expression, as module lexers of bundlers do.

/// The addresses that a module imports before it runs, as they are written. `import("x")` and
/// `import.meta` are none.
pub(crate) fn static_imports(script: &str) -> Vec<String> {
    let mut lexer = Lexer { rest: script.as_bytes(), ..Lexer::default() };
    let mut found = Vec::new();
    while let Some(token) = lexer.next() {
        let Token::Word(word) = token else { continue };
        match word {
            b"import" if !lexer.after_dot => found.extend(lexer.import_from()),
            b"export" if !lexer.after_dot => found.extend(lexer.export_from()),
            _ => {}
        }
    }
    found
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a [u8]),
    Text(&'a [u8]),
    Sign(u8),
    /// A number, a template or a regular expression: a value that nothing here asks about.
    Value,
}

#[derive(Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is what one earlier token says")]
struct Lexer<'a> {
    rest: &'a [u8],
    /// Whether the token before the last was a `.`, so that a word is a member's name.
    after_dot: bool,
    last_was_dot: bool,
    /// Whether a `/` here divides: a value stands before it.
    divides: bool,
    /// For each open `(`, whether a `/` after its `)` divides; for each open `{` or `${`, whether
    /// the template goes on after its `}`.
    parentheses: Vec<bool>,
    braces: Vec<bool>,
    /// Whether the last word was one after whose parentheses a statement begins.
    heads_statement: bool,
}

impl<'a> Lexer<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        self.skip_blanks();
        let (first, after) = self.rest.split_first()?;
        self.after_dot = self.last_was_dot;
        self.last_was_dot = *first == b'.';
        let token = match *first {
            b'"' | b'\'' => Token::Text(self.text(*first)),
            b'`' => self.template_from(after),
            b'/' if !self.divides => self.regular_expression(),
            byte if is_word(byte) => self.word(),
            byte => {
                self.rest = after;
                self.sign(byte)
            }
        };
        if !matches!(token, Token::Sign(_) | Token::Word(_)) {
            self.divides = true;
            self.heads_statement = false;
        }
        Some(token)
    }

    fn skip_blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_ascii_start();
            let end: &[u8] = match self.rest {
                [b'/', b'/', ..] => b"\n",
                [b'/', b'*', ..] => b"*/",
                _ => return,
            };
            let from = self.rest.get(2..).unwrap_or_default();
            let at = memchr::memmem::find(from, end).map(|at| at.saturating_add(end.len()));
            self.rest = at.and_then(|at| from.get(at..)).unwrap_or_default();
        }
    }

    fn word(&mut self) -> Token<'a> {
        let length = self.rest.iter().take_while(|byte| is_word(**byte)).count();
        let (word, rest) = self.rest.split_at_checked(length).unwrap_or_default();
        self.rest = rest;
        let is_name = self.after_dot;
        self.divides = is_name || !BEFORE_EXPRESSION.contains(&word);
        self.heads_statement = !is_name && HEADS_STATEMENT.contains(&word);
        if word.first().is_some_and(u8::is_ascii_digit) { Token::Value } else { Token::Word(word) }
    }

    fn sign(&mut self, sign: u8) -> Token<'a> {
        match sign {
            b'(' => self.parentheses.push(!self.heads_statement),
            b'{' => self.braces.push(false),
            _ => {}
        }
        self.divides = match sign {
            b')' => self.parentheses.pop().unwrap_or(true),
            b']' => true,
            b'}' if self.braces.pop() == Some(true) => {
                let rest = self.rest;
                return self.template_from(rest);
            }
            // After a block a statement begins, after an object a `/` divides. Blocks are more.
            _ => false,
        };
        self.heads_statement = false;
        Token::Sign(sign)
    }

    /// A text's inside. One that is not closed on its line ends there.
    fn text(&mut self, quote: u8) -> &'a [u8] {
        let inside = self.rest.get(1..).unwrap_or_default();
        let mut at = 0_usize;
        while let Some(byte) = inside.get(at) {
            match *byte {
                b'\\' => at = at.saturating_add(1),
                b'\n' => break,
                byte if byte == quote => break,
                _ => {}
            }
            at = at.saturating_add(1);
        }
        self.rest = inside.get(at.saturating_add(1)..).unwrap_or_default();
        inside.get(..at).unwrap_or(inside)
    }

    /// A template up to its end, or up to the next `${`.
    fn template_from(&mut self, inside: &'a [u8]) -> Token<'a> {
        let mut at = 0_usize;
        while let Some(byte) = inside.get(at) {
            at = at.saturating_add(1);
            match *byte {
                b'\\' => at = at.saturating_add(1),
                b'`' => break,
                b'$' if inside.get(at) == Some(&b'{') => {
                    self.braces.push(true);
                    self.divides = false;
                    self.rest = inside.get(at.saturating_add(1)..).unwrap_or_default();
                    return Token::Sign(b'{');
                }
                _ => {}
            }
        }
        self.rest = inside.get(at..).unwrap_or_default();
        self.divides = true;
        Token::Value
    }

    fn regular_expression(&mut self) -> Token<'a> {
        let inside = self.rest.get(1..).unwrap_or_default();
        let (mut at, mut in_class) = (0_usize, false);
        while let Some(byte) = inside.get(at) {
            at = at.saturating_add(1);
            match *byte {
                b'\\' => at = at.saturating_add(1),
                b'[' => in_class = true,
                b']' => in_class = false,
                b'\n' => break,
                b'/' if !in_class => break,
                _ => {}
            }
        }
        self.rest = inside.get(at..).unwrap_or_default();
        Token::Value
    }

    /// What stands after `import`.
    fn import_from(&mut self) -> Option<String> {
        let mut ahead = self.clone();
        match ahead.next()? {
            Token::Text(address) => Some(lossy(address)),
            Token::Word(_) | Token::Sign(b'{' | b'*') => ahead.clause(),
            _ => None,
        }
    }

    /// What stands after `export`.
    fn export_from(&mut self) -> Option<String> {
        let mut ahead = self.clone();
        matches!(ahead.next()?, Token::Sign(b'{' | b'*')).then(|| ahead.clause()).flatten()
    }

    /// The address after `from`; nothing where something else than a clause stands before it.
    fn clause(&mut self) -> Option<String> {
        let mut after_from = false;
        while let Some(token) = self.next() {
            match token {
                Token::Text(address) if after_from => return Some(lossy(address)),
                Token::Word(_) | Token::Text(_) | Token::Sign(b',' | b'{' | b'}' | b'*') => {}
                _ => return None,
            }
            // Without a semicolon, a statement may follow the clause of an `export`.
            if matches!(token, Token::Word(b"import" | b"export" | b"const" | b"function")) {
                return None;
            }
            after_from = token == Token::Word(b"from");
        }
        None
    }
}

const BEFORE_EXPRESSION: [&[u8]; 17] = [
    b"await",
    b"case",
    b"default",
    b"delete",
    b"do",
    b"else",
    b"export",
    b"extends",
    b"in",
    b"instanceof",
    b"new",
    b"of",
    b"return",
    b"throw",
    b"typeof",
    b"void",
    b"yield",
];

const HEADS_STATEMENT: [&[u8]; 4] = [b"for", b"if", b"while", b"with"];

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#' | b'@' | 0x80..)
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn imports(script: &str, expected: &[&str]) {
        assert_eq!(static_imports(script), expected, "{script}");
    }

    #[test]
    fn every_form_of_a_static_import() {
        imports("import\"./a.js\";import b from './b.js'", &["./a.js", "./b.js"]);
        imports("import{a as b,c}from\"./a.js\";", &["./a.js"]);
        imports("import d,{default as e}from'./a.js'", &["./a.js"]);
        imports("import * as n /* from 'x' */ from './a.js' with {type:'json'}", &["./a.js"]);
        imports("import {'a b' as c} from './a.js'", &["./a.js"]);
        imports("export*from'./a.js';export * as x from './b.js'", &["./a.js", "./b.js"]);
        imports("export{a as default}from'./a.js'", &["./a.js"]);
        imports("// c\n/* d */import './a.js'", &["./a.js"]);
    }

    #[test]
    fn what_only_looks_like_one() {
        imports("import('./a.js');import(/* x */ './b.js').then(x)", &[]);
        imports("import.meta.url;a.import './b.js'", &[]);
        imports("const s = \"import './a.js'\", t = `import './b.js' ${'import \"c\"'} `", &[]);
        imports("x = /import '.\\/a.js'/; // import './b.js'", &[]);
        imports("export const a = './a.js'; export default from_('./b.js')", &[]);
        imports("export { a }\nconst from = './a.js'", &[]);
        imports("let a = {import: './a.js', export: './b.js'}", &[]);
    }

    #[test]
    fn what_stands_before_does_not_mislead() {
        for before in [
            "a = b / c; d = e / f;",
            "if (x) /['\"`]/.test(y);",
            "a = (b) / c; d = '/';",
            "return_ = x[0] / 2;",
            "s = `a ${ b ? `c ${ d } '` : {e: '}'} } \\` $ '`;",
            "t = /[/'\"]\\/`/g;",
            "u = 'it\\'s';",
            "function f() {} /`/.test(g);",
            "v = a.return / 2; w = '/';",
            "x = 1 / 2; y = 'a /';",
        ] {
            imports(&format!("{before}import './a.js'"), &["./a.js"]);
        }
    }

    #[test]
    fn broken_scripts_end() {
        for script in ["import", "import {", "import {a} from", "`${`${", "'", "/", "/*", "\\", "é"]
        {
            imports(script, &[]);
        }
        imports(&"import{".repeat(20_000), &[]);
        imports(&"(".repeat(100_000), &[]);
    }
}
