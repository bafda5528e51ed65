//! What a matter shows: owed, possible, barred and why, its records, its workings.
//!
//! Reading advances a copy and writes nothing.

use kernel::{EventId, Instant, Outlook};
use ledger::Record;
use store::StoreError;

use crate::case::Case;
use crate::explain::{Explain, Refused};
use crate::office::Office;
use crate::request::OwedDuty;

/// A matter as it stands at one moment.
pub struct MatterPage<'a> {
    /// The case.
    pub case: Case<'a>,
    /// Its records in order.
    pub records: Vec<Record>,
    /// What is owed, possible and barred.
    pub outlook: Outlook,
}

impl Office {
    /// A matter as it stands now; `None` where it has no record.
    pub fn matter(&self, matter: &str, at: Instant) -> Result<Option<MatterPage<'_>>, StoreError> {
        let Some(case) = self.load(matter)? else { return Ok(None) };
        let stored = self.store.matter_records(self.law.district, matter, 0)?;
        let records = crate::office::read_all(&stored)?;
        let outlook = kernel::outlook(case.graph(), &case.state.marking, &case.env(), at);
        Ok(Some(MatterPage { case, records, outlook }))
    }

    /// What is owed in a case as it stands, most urgent first, each with its working.
    pub fn owed_of(&self, case: &Case) -> Vec<OwedDuty> {
        let now = case.state.marking.now;
        let outlook = kernel::outlook(case.graph(), &case.state.marking, &case.env(), now);
        self.owed(case, &outlook)
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
