//! A token for people: a verdict in a sentence, times as dates, claims, role, size. Never the token.

use std::fmt::Write;

use serde_json::Value;

use crate::bars;
use crate::look::{Ink, Look};
use crate::people::time;
use crate::token::Decoded;
use crate::token::verify::Verdict;

/// The text.
#[must_use]
pub fn of(decoded: Option<&Decoded>, verdict: Option<&Verdict>, now_ms: i64, look: Look) -> String {
    let mut out = String::new();
    match verdict {
        None => {
            let _ = writeln!(
                out,
                "{}",
                look.ink(Ink::Warning, "NOT VERIFIED: anybody can have written this")
            );
        }
        Some(verdict) if verdict.is_valid => {
            let _ = writeln!(out, "{}", look.ink(Ink::Good, "The gate accepts this token."));
        }
        Some(verdict) => refused(verdict, look, &mut out),
    }
    let Some(decoded) = decoded else {
        out.push_str("The text is no token: three parts of base64url with dots between them.\n");
        return out;
    };
    out.push('\n');
    let _ = writeln!(out, "header   {}", decoded.header);
    times(&decoded.claims, now_ms.div_euclid(1_000), &mut out);
    if let Some(role) = verdict.and_then(|it| it.report.pointer("/session/role")) {
        let names: Vec<&str> = role
            .get("names")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let source =
            role.get("source").and_then(Value::as_str).unwrap_or("no claim that ROLE_CLAIMS names");
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let _ = writeln!(out, "role     {names}    {source}");
    }
    if let Some(organization) = organization(&decoded.claims) {
        let _ = writeln!(out, "org      {organization}");
    }
    let claims = serde_json::to_string_pretty(&decoded.claims).unwrap_or_default();
    let _ = writeln!(out, "claims   {}\n", claims.replace('\n', "\n         "));
    out.push_str(&bars::of(decoded.size()));
    out
}

fn refused(verdict: &Verdict, look: Look, out: &mut String) {
    let reason = verdict.reason.as_deref().unwrap_or("unknown");
    let head = format!("The gate refuses this token: {reason}");
    let _ = writeln!(out, "{}", look.ink(Ink::Bad, &head));
    for part in ["explanation", "way_out"] {
        if let Some(text) = verdict.report.get(part).and_then(Value::as_str) {
            out.push_str(&look.wrap(text, "  "));
        }
    }
}

fn times(claims: &Value, now: i64, out: &mut String) {
    for name in ["iat", "nbf", "exp"] {
        let Some(seconds) = claims.get(name).and_then(Value::as_i64) else { continue };
        let away = seconds.saturating_sub(now);
        let words = if away >= 0 {
            format!("in {away} s")
        } else {
            format!("{} s ago", away.saturating_abs())
        };
        let _ = writeln!(out, "{name:<8} {}    {words}", time::written(seconds));
    }
}

/// The organization of either form of claims.
fn organization(claims: &Value) -> Option<String> {
    let claims = claims.as_object()?.clone();
    let read = clerk_edge_token::claims::Claims::new(claims);
    let organization = read.organization()?;
    let parts = [
        organization.id().map(str::to_owned),
        organization.slug().map(str::to_owned),
        organization.role().map(str::to_owned),
        Some(organization.permissions().join(", ")).filter(|it| !it.is_empty()),
    ];
    Some(parts.into_iter().flatten().collect::<Vec<_>>().join("   "))
}
