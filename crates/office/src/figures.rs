//! Figures over the sealed log: replays matter after matter and lets the report count.
//!
//! The log is taken as it stands at one head; what is sealed meanwhile is not counted. A matter with
//! corrections counts as it really was: each act under the record that told it, as corrected.
//!
//! Not here: what counts and how (the report crate).

use kernel::{ClockAct, EventId, Instant};
use ledger::{Record, RecordRef};
use rayon::prelude::*;
use report::{Questions, Report, Scene, Tally, Watch};
use store::{MatterFilter, MatterHead, StoreError, StoredRecord};

use crate::case::{BREACH, CORRECTION, Case, Departure, LAPSE};
use crate::history;
use crate::office::{Office, Reader, departed};

/// How many matters are read at a time.
const PAGE: u32 = 4096;

impl Office {
    /// Works the figures asked for out over the log as it stands now. `counted` is told after every
    /// page how many matters have been counted, and how many there are.
    ///
    /// # Panics
    ///
    /// If the questions are of another library: every figure would be nothing.
    pub fn report(
        &self,
        questions: &Questions,
        counted: &mut dyn FnMut(u64, u64),
    ) -> Result<Report, StoreError> {
        self.learn_tables(&Reader(self))?;
        assert!(
            questions.are_of(&self.law.library),
            "figures are asked of the office's own library"
        );
        let district = self.law.district;
        let head = self.store.head(district)?;
        let last = self.store.record(district, head.log.size)?;
        let until = last.map(|r| r.read()).transpose()?.map_or(0, |r| r.entered_at);
        let reading =
            Reading { office: self, questions, size: head.log.size, until: Instant(until) };
        let mut tally = Tally::default();
        let (mut before, mut done) = (None, 0);
        loop {
            let page = self.store.matters(district, &MatterFilter::default(), before, PAGE)?;
            let part =
                page.par_iter().map(|m| reading.matter(m)).try_reduce(Tally::default, merged)?;
            tally.merge(part);
            done += page.len() as u64;
            counted(done, head.matters);
            match page.last() {
                Some(last) if page.len() == PAGE as usize => before = Some(last.key),
                _ => break,
            }
        }
        tally.sort();
        Ok(report::answer(questions, &tally, head.log))
    }
}

fn merged(mut one: Tally, other: Tally) -> Result<Tally, StoreError> {
    one.merge(other);
    Ok(one)
}

/// The log up to one head.
struct Reading<'a> {
    office: &'a Office,
    questions: &'a Questions<'a>,
    size: u64,
    until: Instant,
}

impl Reading<'_> {
    fn matter(&self, head: &MatterHead) -> Result<Tally, StoreError> {
        let mut tally = Tally::default();
        if !self.questions.concerns(&head.view.procedure) {
            return Ok(tally);
        }
        let district = self.office.law.district;
        let mut rows = self.office.store.matter_records(district, &head.matter, 0)?;
        rows.retain(|row| row.number <= self.size);
        self.count(&rows, &mut tally).map_err(|departure| departed(&head.matter, &departure))?;
        Ok(tally)
    }

    fn count(&self, rows: &[StoredRecord], tally: &mut Tally) -> Result<(), Departure> {
        let unreadable = |e: ledger::DecodeError| Departure::Payload(e.to_string());
        let read = |row: &StoredRecord| Record::from_bytes(&row.bytes).map_err(unreadable);
        let refs: Result<Vec<RecordRef>, _> =
            rows.iter().map(|row| RecordRef::read(&row.bytes).map_err(unreadable)).collect();
        let refs = refs?;
        let Some(first) = refs.first() else { return Ok(()) };
        let law = &self.office.law;
        let procedure = history::procedure(law, &first.procedure.read(), &first.version.read())?;
        let case = Case::begin(law, procedure, Instant(first.performed_at));
        if !refs.iter().any(|r| history::needs_all(&case, r)) {
            return self.plainly(case, &refs, tally);
        }
        let records: Result<Vec<Record>, Departure> = rows.iter().map(read).collect();
        let records = records?;
        match records.iter().any(|r| r.act == CORRECTION) {
            true => self.corrected(&records, tally),
            false => self.across_versions(&records, tally),
        }
    }

    /// A matter that stayed under one version and was never corrected.
    fn plainly(
        &self,
        mut case: Case,
        records: &[RecordRef],
        tally: &mut Tally,
    ) -> Result<(), Departure> {
        let mut watch = Watch::new(self.questions, case.procedure);
        for record in records {
            let told = case.apply(record)?;
            let executed = told.event.filter(|_| !is_missed(&record.act.read()));
            see(&mut watch, &case, told.number, told.at, executed);
        }
        watch.finish(&case.state.marking, self.until, tally);
        Ok(())
    }

    fn across_versions(&self, records: &[Record], tally: &mut Tally) -> Result<(), Departure> {
        let law = &self.office.law;
        let mut case = history::begin(law, records)?;
        let mut watch = Watch::new(self.questions, case.procedure);
        for (i, record) in records.iter().enumerate() {
            let version = case.procedure.version.as_str();
            for told in history::go_on(law, &mut case, record, &records[..=i])? {
                if case.procedure.version != version {
                    watch.switch(case.procedure);
                }
                let executed = told.event.filter(|_| !is_missed(&record.act));
                see(&mut watch, &case, told.number, told.at, executed);
            }
        }
        watch.finish(&case.state.marking, self.until, tally);
        Ok(())
    }

    /// A matter with corrections, as it should have been recorded. What the clock would have done is
    /// told by the record that tells it, or by the last correction.
    fn corrected(&self, records: &[Record], tally: &mut Tally) -> Result<(), Departure> {
        let acts = history::corrected_acts(records);
        let (mut case, last) = history::begin_corrected(&self.office.law, records, &acts)?;
        let mut watch = Watch::new(self.questions, case.procedure);
        for act in &acts {
            if !case.knows(act) {
                continue;
            }
            let before = self.advance(&mut case, Instant(act.performed_at));
            self.see_clock(&mut watch, &case, &before, records);
            let (told, step, _) = case.execute(act)?;
            see(&mut watch, &case, told.number, told.at, told.event);
            self.see_clock(&mut watch, &case, &step.following, records);
        }
        let after = self.advance(&mut case, Instant(last.performed_at));
        self.see_clock(&mut watch, &case, &after, records);
        watch.finish(&case.state.marking, self.until, tally);
        Ok(())
    }

    fn advance(&self, case: &mut Case, until: Instant) -> Vec<ClockAct> {
        let (graph, env) = (case.graph(), case.env());
        match until > case.state.marking.now {
            true => kernel::advance(graph, &mut case.state.marking, &env, until),
            false => Vec::new(),
        }
    }

    fn see_clock(&self, watch: &mut Watch, case: &Case, acts: &[ClockAct], records: &[Record]) {
        for act in acts {
            let told = crate::case::untold(case.graph(), act);
            let same = |r: &&Record| r.act == told.act && r.performed_at == told.at.0;
            let record = records.iter().find(same).or(records.last());
            let executed = (!is_missed(&told.act)).then_some(told.event);
            see(watch, case, record.map_or(0, |r| r.number), told.at, executed);
        }
    }
}

/// Whether the clock tells with this act that something was missed, not done.
fn is_missed(act: &str) -> bool {
    act == BREACH || act == LAPSE
}

fn see(watch: &mut Watch, case: &Case, number: u64, at: Instant, executed: Option<EventId>) {
    let scene = Scene { number, at, marking: &case.state.marking, params: &case.prepared.params };
    if let Some(event) = executed {
        watch.acted(event, &scene);
    }
    watch.owed(executed, &scene);
}
