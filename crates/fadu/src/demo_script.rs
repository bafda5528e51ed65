//! The demo's script: which sample is imported and which case is walked, as data of the place.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use serde::Deserialize;

/// A demo.
#[derive(Deserialize, Debug)]
pub struct Script {
    /// The procedure.
    pub procedure: String,
    /// The sample spreadsheet, relative to the place's folder.
    pub sample: String,
    /// The mapping's file name.
    pub mapping: String,
    /// The moment of the import.
    pub imported_at: String,
    /// The live case's number.
    pub matter: String,
    /// Its acts.
    pub lines: Vec<Line>,
}

/// One act of the live case.
#[derive(Deserialize, Debug)]
pub struct Line {
    /// When.
    pub at: String,
    /// In which role.
    pub role: String,
    /// By whom.
    pub person: String,
    /// The act.
    pub act: String,
    /// It opens the case.
    #[serde(default)]
    pub opens: bool,
    /// The law refuses it; the demo shows why.
    #[serde(default)]
    pub refused: bool,
    /// What the form holds.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
}

impl Script {
    /// Reads a script.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let shown = || format!("the demo was not run: {}", path.display());
        let text = std::fs::read_to_string(path).with_context(shown)?;
        serde_json::from_str(&text).with_context(shown)
    }
}
