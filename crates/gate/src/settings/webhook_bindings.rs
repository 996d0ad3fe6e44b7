//! Reads the bindings of webhooks, and notes what is missing beside them.

use serde_json::Value;

use crate::limits::{NEW_USER_METADATA_BYTES_MAX, WEBHOOK_SECRETS_MAX};
use crate::settings::Settings;
use crate::settings::bindings::{Binding, SYNC_SECRET};
use crate::settings::urls::is_encrypted;
use crate::settings::value_reader::{Entry, ValueReader};
use crate::settings::webhooks::{SigningSecret, SyncSite};
use clerk_edge_http::url::Url;
use clerk_edge_rules::ordered_json::Json;

/// Reads `CLERK_WEBHOOK_SIGNING_SECRET`: one secret, or several of which any may sign.
pub(super) fn signing_secrets(reader: &mut ValueReader<'_>, name: &str, to: &mut Settings) {
    let entries = match reader.bound(name) {
        // A single secret is taken as it is: white space around it is a mistake.
        Some(Binding::Text(text)) if !text.contains([',', '[']) => {
            Some(vec![Entry { place: name.to_owned(), text }])
        }
        _ => reader.list(name),
    };
    let Some(entries) = entries else { return };
    if entries.is_empty() || entries.len() > WEBHOOK_SECRETS_MAX {
        let message = format!("must be one secret, or a list of at most {WEBHOOK_SECRETS_MAX}");
        return reader.add(name, message);
    }
    for entry in entries {
        match SigningSecret::parse(&entry.text) {
            Some(secret) => to.webhooks.signing_secrets.push(secret),
            None => reader.add(entry.place, SECRET),
        }
    }
}

/// Reads `NEW_USER_METADATA`.
pub(super) fn new_user_metadata(reader: &mut ValueReader<'_>, name: &str, to: &mut Settings) {
    let Some(text) = reader.json_text(name, TABLE) else { return };
    let (Ok(Json::Table(members)), Ok(Value::Object(metadata))) =
        (serde_json::from_str(&text), serde_json::from_str(&text))
    else {
        return reader.add(name, TABLE);
    };
    if text.len() > NEW_USER_METADATA_BYTES_MAX {
        return reader.add(name, "has more than 8 kB, which is more than Clerk keeps");
    }
    check_members(reader, name, &members);
    to.webhooks.new_user_metadata = metadata;
}

/// A member that is given twice, or is `null`, cannot mean anything.
fn check_members(reader: &mut ValueReader<'_>, place: &str, members: &[(String, Json)]) {
    for (at, (key, json)) in members.iter().enumerate() {
        let place = format!("{place}.{key}");
        if members.iter().take(at).any(|(earlier, _)| earlier == key) {
            reader.add(place, "is given twice");
            continue;
        }
        match json {
            Json::Single(Value::Null) => reader.add(place, "is null, which writes nothing"),
            Json::Table(members) => check_members(reader, &place, members),
            Json::Single(_) | Json::List(_) => {}
        }
    }
}

/// Reads `SYNC_URL` and `SYNC_SECRET`, which need each other.
pub(super) fn sync(reader: &mut ValueReader<'_>, name: &str, to: &mut Settings) {
    let secret = reader.text(SYNC_SECRET).map(|text| SigningSecret::parse(&text));
    if secret == Some(None) {
        reader.add(SYNC_SECRET, SECRET);
    }
    let Some(text) = reader.text(name) else { return };
    let url = Url::parse_exact(&text).filter(|_| !text.contains('#')).filter(is_encrypted);
    match (url, secret) {
        (None, _) => reader.add(name, URL),
        (Some(_), None) if reader.bound(SYNC_SECRET).is_none() => {
            reader
                .add(SYNC_SECRET, "is missing: SYNC_URL needs a secret that signs what it is sent");
        }
        (Some(url), Some(Some(secret))) => {
            to.webhooks.sync = Some(SyncSite { url: url.href(), secret });
        }
        (Some(_), _) => {}
    }
}

/// Notes on settings that are missing beside these.
pub(super) fn notes(settings: &Settings) -> Vec<String> {
    let webhooks = &settings.webhooks;
    let writes = webhooks.sync.is_some() || !webhooks.new_user_metadata.is_empty();
    let sentences = [
        (webhooks.is_on() && !settings.has_store, NO_STORE),
        (webhooks.is_on() && writes && settings.secret_key.is_none(), NO_SECRET_KEY),
        (!webhooks.is_on() && writes, OFF),
    ];
    let found = sentences.into_iter().filter(|(applies, _)| *applies);
    found.map(|(_, sentence)| sentence.to_owned()).collect()
}

const SECRET: &str = "must be a signing secret in base64, such as Clerk shows it (`whsec_…`), \
                      without white space";
const TABLE: &str = "must be a table of metadata, such as { \"role\" = \"member\" }";
const URL: &str = "must be an absolute URL that begins with `https://`, without a fragment";
const NO_STORE: &str = "CLERK_WEBHOOK_SIGNING_SECRET is set and CLERK_CACHE is not bound: what a \
                        webhook says reaches only the isolate that receives it.";
const NO_SECRET_KEY: &str = "NEW_USER_METADATA or SYNC_URL is set and CLERK_SECRET_KEY is not: \
                             webhooks that would write metadata are answered 503.";
const OFF: &str = "NEW_USER_METADATA or SYNC_URL is set and CLERK_WEBHOOK_SIGNING_SECRET is not: \
                   without webhooks they do nothing.";
