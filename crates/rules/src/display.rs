//! The canonical text of rules: JSON that reads back as the same rules, defaults left out.

use std::fmt;
use std::fmt::{Display, Formatter};

use crate::condition::{ClaimWanted, Condition, IdsWanted, OrgWanted};
use crate::reverification::Reverification;
use crate::rule::{Activate, Audience, Otherwise, RedirectByRole, Requirement, Rule, SignedOut};
use crate::rule_set::Rules;

impl Display for Rules {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        list(f, &self.list, |f, rule| rule.fmt(f))
    }
}

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{{\"path\":{}", Quoted(self.path_text()))?;
        if let Some(host) = &self.host {
            write!(f, ",\"host\":{}", Quoted(host))?;
        }
        if !self.methods.is_empty() {
            f.write_str(",\"methods\":")?;
            texts(f, &self.methods)?;
        }
        write!(f, ",\"allow\":{}", self.requirement)?;
        match &self.signed_out {
            SignedOut::SignIn => {}
            SignedOut::Status(status) => write!(f, ",\"signed_out\":{status}")?,
            SignedOut::Redirect(target) => {
                write!(f, ",\"signed_out\":{}", Quoted(&target.to_string()))?;
            }
        }
        match &self.otherwise {
            Otherwise::Status(403) => {}
            Otherwise::Status(status) => write!(f, ",\"otherwise\":{status}")?,
            Otherwise::Redirect(target) => {
                write!(f, ",\"otherwise\":{}", Quoted(&target.to_string()))?;
            }
        }
        if let Some(send) = &self.send {
            write!(f, ",\"send\":{send}")?;
        }
        for (key, there) in [("lookup", self.lookup), ("report_only", self.report_only)] {
            if there {
                write!(f, ",\"{key}\":true")?;
            }
        }
        match &self.activate {
            None => {}
            Some(Activate::Personal) => f.write_str(",\"activate\":\"personal\"")?,
            Some(Activate::Captured(name)) => {
                write!(f, ",\"activate\":{}", Quoted(&format!(":{name}")))?;
            }
        }
        if let Some(machines) = &self.machines {
            match &machines.audience {
                None => {}
                Some(Audience::Itself) => f.write_str(",\"audience\":\"self\"")?,
                Some(Audience::Optional) => f.write_str(",\"audience\":\"optional\"")?,
                Some(Audience::OneOf(names)) => {
                    f.write_str(",\"audience\":")?;
                    texts(f, names)?;
                }
            }
            if machines.forward_token {
                f.write_str(",\"forward_token\":true")?;
            }
        }
        f.write_str("}")
    }
}

impl Display for Requirement {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Anyone => f.write_str("\"anyone\""),
            Self::Optional => f.write_str("\"optional\""),
            Self::SignedIn => f.write_str("\"signed-in\""),
            Self::Condition(condition) => condition.fmt(f),
        }
    }
}

impl Display for RedirectByRole {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let rest = self.rest().map(|target| ("*", target));
        f.write_str("{")?;
        for (at, (role, target)) in self.by_role().chain(rest).enumerate() {
            let comma = if at > 0 { "," } else { "" };
            write!(f, "{comma}{}:{}", Quoted(role), Quoted(&target.to_string()))?;
        }
        f.write_str("}")
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (key, names) = match self {
            Self::Role(names) => ("role", names),
            Self::Permission(names) => ("permission", names),
            Self::Feature(names) => ("feature", names),
            Self::Plan(names) => ("plan", names),
            Self::Scope(names) => ("scope", names),
            Self::Machine(IdsWanted::OneOf(names)) => ("machine", names),
            Self::OAuth(IdsWanted::OneOf(names)) => ("oauth", names),
            other => return nested(other, f),
        };
        write!(f, "{{\"{key}\":")?;
        match names.as_slice() {
            [single] => write!(f, "{}", Quoted(single))?,
            several => texts(f, several)?,
        }
        f.write_str("}")
    }
}

impl Display for ClaimWanted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists => f.write_str("{\"exists\":true}"),
            Self::OneOf(values) if values.len() == 1 => values.iter().try_for_each(|v| v.fmt(f)),
            Self::OneOf(values) => list(f, values, |f, value| value.fmt(f)),
        }
    }
}

impl Display for OrgWanted {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("true"),
            Self::Named(name) => Quoted(name).fmt(f),
            Self::Captured(name) => Quoted(&format!(":{name}")).fmt(f),
        }
    }
}

impl Display for Reverification {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if let Some(name) = self.preset_name() {
            return Quoted(name).fmt(f);
        }
        let (level, minutes) = (self.level.as_str(), self.after_minutes);
        write!(f, "{{\"level\":\"{level}\",\"after_minutes\":{minutes}}}")
    }
}

fn nested(condition: &Condition, f: &mut Formatter<'_>) -> fmt::Result {
    match condition {
        Condition::All(parts) => {
            f.write_str("{\"all\":")?;
            list(f, parts, |f, part| part.fmt(f))?;
        }
        Condition::Any(parts) => {
            f.write_str("{\"any\":")?;
            list(f, parts, |f, part| part.fmt(f))?;
        }
        Condition::SignedIn => return f.write_str("\"signed-in\""),
        Condition::ApiKey => f.write_str("{\"api_key\":true")?,
        Condition::Machine(_) => f.write_str("{\"machine\":true")?,
        Condition::OAuth(_) => f.write_str("{\"oauth\":true")?,
        Condition::Not(part) => write!(f, "{{\"not\":{part}")?,
        Condition::Org(wanted) => write!(f, "{{\"org\":{wanted}")?,
        Condition::Reverified(wanted) => write!(f, "{{\"reverified\":{wanted}")?,
        Condition::Claim(path, wanted) => {
            write!(f, "{{\"claim\":{{{}:{wanted}}}", Quoted(&path.to_string()))?;
        }
        single => return single.fmt(f),
    }
    f.write_str("}")
}

fn texts(f: &mut Formatter<'_>, texts: &[String]) -> fmt::Result {
    list(f, texts, |f, text| Quoted(text).fmt(f))
}

fn list<T>(
    f: &mut Formatter<'_>,
    items: &[T],
    mut write: impl FnMut(&mut Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    f.write_str("[")?;
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            f.write_str(",")?;
        }
        write(f, item)?;
    }
    f.write_str("]")
}

/// A text as JSON writes it.
struct Quoted<'a>(&'a str);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        serde_json::Value::from(self.0).fmt(f)
    }
}
