//! `SITE_MAP`: whether the gate reads which files belong to which pages; and whether files are
//! served from `ASSETS` at all.

use crate::settings::bindings::{ASSETS, Binding};
use crate::settings::value_reader::ValueReader;

/// How files of a site are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SiteMapSettings {
    /// Whether `ASSETS` is bound.
    pub has_assets: bool,
    /// `SITE_MAP`.
    pub mode: SiteMapMode,
}

/// `SITE_MAP`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SiteMapMode {
    /// It is read; a site may have none.
    #[default]
    Auto,
    /// It is read; without one no file is served.
    Required,
    /// It is not read.
    Off,
}

/// Reads `SITE_MAP`.
pub(super) fn read(reader: &mut ValueReader<'_>, name: &str) -> SiteMapSettings {
    let has_assets = reader.is_bound(ASSETS, &Binding::Service, "must be an assets binding");
    let mode = mode(reader, name);
    if mode == SiteMapMode::Required && !has_assets {
        reader.add(name, "is `required`, but no assets are bound as ASSETS");
    }
    SiteMapSettings { has_assets, mode }
}

fn mode(reader: &mut ValueReader<'_>, name: &str) -> SiteMapMode {
    let Some(text) = reader.text(name) else { return SiteMapMode::Auto };
    match text.trim() {
        "auto" => {}
        "required" => return SiteMapMode::Required,
        "off" => return SiteMapMode::Off,
        _ => reader.add(name, "must be `auto`, `required` or `off`"),
    }
    SiteMapMode::Auto
}
