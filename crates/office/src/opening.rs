//! Which case an act is tried on: the one found, or a new one, and under which version.
//!
//! Takes a request and what the store found; gives a case, or says what is known instead.
//!
//! Not here: the act itself (`perform.rs`), a matter that comes under a newer version
//! (`transition.rs`).

use kernel::Instant;

use crate::case::Case;
use crate::office::Office;
use crate::request::{NotDone, Request};

impl Office {
    /// The case of a request: the one found, or a new one if the request opens it.
    pub(crate) fn opened<'a>(
        &'a self,
        request: &Request,
        found: Option<Case<'a>>,
    ) -> Result<Case<'a>, NotDone> {
        let matter = request.matter.as_str();
        let say = |key, facts: &[(&str, &str)]| NotDone::Invalid(self.wording.say(key, facts));
        match (found, &request.opens) {
            (Some(_), Some(_)) => Err(say("office.matter_exists", &[("matter", matter)])),
            (None, None) => Err(say("office.no_matter", &[("matter", matter)])),
            (Some(case), None) => Ok(case),
            (None, Some(family)) => {
                let at = request.performed_at.unwrap_or_else(|| self.now());
                let fixed_at = request.fixed_at.unwrap_or(at);
                let procedure = self.governing(family, fixed_at).map_err(NotDone::Invalid)?;
                Ok(Case::begin(&self.law, procedure, at))
            }
        }
    }

    /// The version of a family that governs a matter fixed on the day.
    pub fn governing(&self, family: &str, at: Instant) -> Result<&content::Procedure, String> {
        let library = &self.law.library;
        if let Some(procedure) = library.governing(family, at.day()) {
            return Ok(procedure);
        }
        let mut known: Vec<String> = library.family(family).map(|p| p.version.clone()).collect();
        if known.is_empty() {
            known.extend(library.procedures.iter().map(|p| p.family.clone()));
            known.sort();
            known.dedup();
            let known = self.wording.list(&known);
            let facts = [("procedure", family), ("known", known.as_str())];
            // Only content is law: a file of another tool can be simulated, never opened.
            let graph = family.ends_with(".xml");
            let key = if graph { "office.graph_no_law" } else { "office.no_procedure" };
            return Err(self.wording.say(key, &facts));
        }
        let (known, day) = (self.wording.list(&known), at.day().to_string());
        let facts = [("procedure", family), ("day", &day), ("known", &known)];
        Err(self.wording.say("office.no_version", &facts))
    }
}
