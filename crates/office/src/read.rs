//! What a matter shows: owed, possible, barred and why, its records, its workings.
//!
//! Reading advances a copy, also to a version that would judge an act then, and writes nothing.

use kernel::{EventId, Instant, Outlook};
use ledger::Record;
use serde::Serialize;
use store::StoreError;

use crate::case::{BREACH, CORRECTION, Case, LAPSE, SWITCH};
use crate::explain::{Explain, Refused};
use crate::office::Office;
use crate::redate::{PROVISIONAL, REDATE};
use crate::request::OwedDuty;
use crate::transition::{HELD, NONE, UNLIMITED, as_of};

/// A matter as it stands at one moment.
pub struct MatterPage<'a> {
    /// The case.
    pub case: Case<'a>,
    /// Its records in order.
    pub records: Vec<Record>,
    /// What is owed, possible and barred.
    pub outlook: Outlook,
}

/// A matter for reading: what pages and machines show.
#[derive(Clone, Debug, Serialize)]
pub struct Shown {
    /// The procedure.
    pub procedure: String,
    /// Its version.
    pub version: String,
    /// What is owed, most urgent first.
    pub owed: Vec<OwedDuty>,
    /// What may be done, with the end of the right where it has one.
    pub possible: Vec<String>,
    /// What may not be done, and every reason.
    pub barred: Vec<Refused>,
    /// Nothing is owed that the law accounts for.
    pub accepting: bool,
}

impl Office {
    /// A matter as it stands now; `None` where it has no record.
    pub fn matter(&self, matter: &str, at: Instant) -> Result<Option<MatterPage<'_>>, StoreError> {
        let Some(case) = self.load(matter)? else { return Ok(None) };
        let stored = self.store.matter_records(self.law.district, matter, 0)?;
        let records = crate::office::read_all(matter, 0, &stored)?;
        let case = as_of(&self.law, case, &records, at)
            .map_err(|d| StoreError::damaged("the matter was not read", format!("{d:?}")))?;
        let outlook = kernel::outlook(case.graph(), &case.state.marking, &case.env(), at);
        Ok(Some(MatterPage { case, records, outlook }))
    }

    /// What is owed in a case as it stands, most urgent first, each with its working.
    pub fn owed_of(&self, case: &Case) -> Vec<OwedDuty> {
        let owed = kernel::owed(&case.state.marking, &case.env());
        owed.iter().map(|o| self.owed_duty(case, o)).collect()
    }

    /// What is owed in an outlook, most urgent first, each with its working.
    pub fn owed(&self, case: &Case, outlook: &Outlook) -> Vec<OwedDuty> {
        outlook.owed.iter().map(|o| self.owed_duty(case, o)).collect()
    }

    fn owed_duty(&self, case: &Case, owed: &kernel::Owed) -> OwedDuty {
        let explain = self.explain(case);
        let dates = Explain::dates(&owed.duty);
        let steps = kernel::working(&owed.duty, case.env().calendar);
        let graph = case.graph();
        let first = graph.members(owed.event).first().copied().unwrap_or(owed.event);
        let role = graph.event(first).roles.first();
        OwedDuty {
            act: explain.act(owed.event),
            role: role.map_or(String::new(), |r| graph.roles[r.index()].clone()),
            nominal: dates.as_ref().map(|d| d.0.clone()),
            due: dates.as_ref().map(|d| d.1.clone()),
            provisional: dates.is_some_and(|d| d.2),
            late: owed.late,
            working: explain.working(&steps, &|day| self.law.holiday(day)),
        }
    }

    /// The page for reading.
    pub fn shown(&self, page: &MatterPage) -> Shown {
        let barred = page.outlook.barred.iter().filter_map(|b| self.why_not(page, b.event));
        Shown {
            procedure: page.case.procedure.family.clone(),
            version: page.case.procedure.version.clone(),
            owed: self.owed(&page.case, &page.outlook),
            possible: self.explain(&page.case).possible(&page.outlook),
            barred: barred.collect(),
            accepting: page.outlook.marking.is_accepting(page.case.graph()),
        }
    }

    /// The name of a record for reading: the clock's own records have sentences.
    pub fn record_name(&self, act: &str, duty: &str) -> String {
        match act {
            BREACH => self.wording.say("record.breach", &[("duty", duty)]),
            LAPSE => self.wording.say("record.lapse", &[("duty", duty)]),
            CORRECTION => self.wording.say("record.correction", &[]),
            REDATE => self.wording.say("record.redate", &[]),
            SWITCH => self.wording.say("record.switch", &[("version", duty)]),
            act => act.to_owned(),
        }
    }

    /// The state of a duty as a switch of version lists it: a day, or a word of the wording.
    pub fn duty_state(&self, state: &str) -> String {
        match state {
            UNLIMITED => self.wording.say("duty.unlimited", &[]),
            HELD => self.wording.say("duty.held", &[]),
            NONE => self.wording.say("duty.none", &[]),
            day => match day.strip_suffix(PROVISIONAL) {
                Some(day) => self.wording.say("duty.provisional", &[("day", day)]),
                None => day.to_owned(),
            },
        }
    }

    /// Why the act may not be done now; `None` where it may.
    pub fn why_not(&self, page: &MatterPage, event: EventId) -> Option<Refused> {
        let barred = page.outlook.barred.iter().find(|b| b.event == event)?;
        let refusal = kernel::Refusal {
            event,
            at: page.outlook.marking.now,
            failing: barred.failing.clone(),
            clock_acts: Vec::new(),
        };
        Some(self.explain(&page.case).refusal(&refusal, &page.outlook))
    }
}
