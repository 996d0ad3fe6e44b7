//! Reads a TOML or JSON file into a tree, with the place of what cannot be read.

use std::ops::Range;

use jsonc_parser::ast;
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions};
use serde_json::Number;
use toml::de::{DeTable, DeValue};

use crate::config::tree::{Kind, Member, Node};
use crate::report::{Diagnostic, Excerpt, Failure};

/// A file that was read: its name, its text and its values.
#[derive(Clone, Debug)]
pub struct File {
    /// As it is shown.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Its values.
    pub root: Node,
}

impl File {
    /// Reads the text of a file by the ending of its name: `.toml`, else JSON with comments.
    ///
    /// # Errors
    /// Where it is no TOML or no JSON, with the place.
    pub fn parse(name: &str, text: String) -> Result<Self, Failure> {
        let root = if has_ending(name, "toml") { toml_tree(&text) } else { json_tree(&text) };
        match root {
            Ok(root) => Ok(Self { name: name.to_owned(), text, root }),
            Err(fault) => {
                let mut failure = Failure::input(name, fault.message);
                if let Some(first) = failure.problems.first_mut() {
                    first.excerpt = Some(excerpt(&text, &fault.span));
                }
                Err(failure)
            }
        }
    }

    /// A problem at these bytes of the file.
    #[must_use]
    pub fn diagnostic(&self, span: &Range<usize>, place: &str, message: &str) -> Diagnostic {
        Diagnostic {
            code: "configuration",
            place: place.to_owned(),
            message: message.to_owned(),
            help: None,
            file: Some(self.name.clone()),
            excerpt: Some(excerpt(&self.text, span)),
        }
    }

    /// The line, from 1, of these bytes.
    #[must_use]
    pub fn line(&self, span: &Range<usize>) -> usize {
        excerpt(&self.text, span).line
    }
}

/// The line that a part of a text stands in.
#[must_use]
pub fn excerpt(text: &str, span: &Range<usize>) -> Excerpt {
    let start = span.start.min(text.len());
    let before = text.get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at.saturating_add(1));
    let line = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let column = text.get(line_start..start).unwrap_or_default().chars().count();
    let marked = text.get(start..span.end.min(text.len())).unwrap_or_default();
    let width = marked.lines().next().unwrap_or_default().chars().count().max(1);
    Excerpt {
        line: before.matches('\n').count().saturating_add(1),
        text: line.to_owned(),
        column,
        width: width.min(line.chars().count().saturating_sub(column).max(1)),
    }
}

struct Fault {
    message: String,
    span: Range<usize>,
}

fn has_ending(name: &str, ending: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, own)| own.eq_ignore_ascii_case(ending))
}

fn toml_tree(text: &str) -> Result<Node, Fault> {
    let table = DeTable::parse(text).map_err(|error| Fault {
        message: format!("this is no TOML: {}", error.message()),
        span: error.span().unwrap_or_default(),
    })?;
    let span = table.span();
    Ok(Node { kind: toml_table(table.get_ref()), span })
}

fn toml_table(table: &DeTable<'_>) -> Kind {
    let mut members: Vec<Member> = table
        .iter()
        .map(|(key, value)| Member {
            key: key.get_ref().to_string(),
            key_span: key.span(),
            value: Node { kind: toml_value(value.get_ref()), span: value.span() },
        })
        .collect();
    members.sort_by_key(|member| member.key_span.start);
    Kind::Table(members)
}

fn toml_value(value: &DeValue<'_>) -> Kind {
    match value {
        DeValue::String(text) => Kind::Text(text.to_string()),
        DeValue::Integer(number) => {
            let digits = number.as_str().replace('_', "");
            match i64::from_str_radix(&digits, number.radix()) {
                Ok(number) => Kind::Number(number.into()),
                Err(_) => Kind::Text(digits),
            }
        }
        DeValue::Float(number) => {
            let parsed = number.as_str().replace('_', "").parse().ok().and_then(Number::from_f64);
            parsed.map_or(Kind::Null, Kind::Number)
        }
        DeValue::Boolean(truth) => Kind::Bool(*truth),
        DeValue::Datetime(time) => Kind::Text(time.to_string()),
        DeValue::Array(items) => Kind::List(
            items
                .iter()
                .map(|item| Node { kind: toml_value(item.get_ref()), span: item.span() })
                .collect(),
        ),
        DeValue::Table(table) => toml_table(table),
    }
}

fn json_tree(text: &str) -> Result<Node, Fault> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = jsonc_parser::parse_to_ast(text, &CollectOptions::default(), &options);
    let parsed = parsed.map_err(|error| Fault {
        message: format!("this is no JSON: {}", error.kind()),
        span: error.range().start..error.range().end,
    })?;
    match parsed.value {
        Some(value) => Ok(json_node(&value)),
        None => Err(Fault { message: "the file is empty".to_owned(), span: 0..0 }),
    }
}

fn json_node(value: &ast::Value<'_>) -> Node {
    let range = value.range();
    let kind = match value {
        ast::Value::StringLit(text) => Kind::Text(text.value.to_string()),
        ast::Value::NumberLit(number) => {
            number.value.parse().map_or_else(|_| Kind::Text(number.value.to_string()), Kind::Number)
        }
        ast::Value::BooleanLit(truth) => Kind::Bool(truth.value),
        ast::Value::NullKeyword(_) => Kind::Null,
        ast::Value::Array(list) => Kind::List(list.elements.iter().map(json_node).collect()),
        ast::Value::Object(table) => Kind::Table(
            table
                .properties
                .iter()
                .map(|member| Member {
                    key: member.name.as_str().to_owned(),
                    key_span: member.name.range().start..member.name.range().end,
                    value: json_node(&member.value),
                })
                .collect(),
        ),
    };
    Node { kind, span: range.start..range.end }
}
