//! Who decides in the tests?
//!
//! [`Clerk`] knows a procedure of four lines: `open` begins a matter and makes `answer` owed within a
//! day; `answer` fulfils it; `close` ends the matter; `refused` is refused. A day too late, the clock
//! seals `breach` first. Whatever he changes in the views follows from the record, so [`Reteller`]
//! can tell it again.
//!
//! Not here: the cases.
//!
//! Next: `commits.rs`.

use std::collections::HashMap;
use std::fmt::Write;

use ledger::{
    Actor, Basis, Commitment, Disclosure, District, Fields, Hash, Record, Row, Salt, Sm3,
};
use ledger::{Standing, Value};

use crate::{
    Attempt, Count, Decide, Decision, Draft, Duty, DutyChange, DutyClock, MatterFilter,
    MatterState, MatterView, Outcome, Past, Proposal, Rebuild, Request, Snapshot, Store,
    StoreError, StoredRecord, Tell, Turn, ViewChanges,
};

/// The district of most cases.
pub const DISTRICT: District = District(123_456);
const DAY: i64 = 86_400;

/// What somebody wants done.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The matter.
    pub matter: String,
    /// The client's name for it.
    pub client: String,
    /// The act.
    pub act: String,
    /// When.
    pub at: i64,
    /// A personal value, committed to with a salt of its own.
    pub phone: Option<(Salt, String)>,
    /// A paper, by name and salted hash.
    pub paper: Option<(String, Hash)>,
    /// What was entered.
    pub text: String,
}

impl Ask {
    /// An ask without personal values and papers.
    pub fn new(matter: &str, client: &str, act: &str, at: i64) -> Self {
        let (matter, client, act) = (matter.to_owned(), client.to_owned(), act.to_owned());
        let text = "a line of what was entered".to_owned();
        Self { matter, client, act, at, phone: None, paper: None, text }
    }

    fn personal(&self) -> Option<Commitment> {
        let (salt, phone) = self.phone.as_ref()?;
        Some(
            ledger::commit(salt, "phone", &Value::from(phone.as_str())).expect("text is canonical"),
        )
    }

    /// The digest of what is asked, with a commitment in place of the personal value.
    fn digest(&self) -> Hash {
        let personal =
            self.personal().map_or(Value::from(false), |one| one.hash.to_string().into());
        let fields = [
            ("act", Value::from(self.act.as_str())),
            ("at", Value::from(self.at)),
            ("matter", Value::from(self.matter.as_str())),
            ("personal", personal),
        ];
        ledger::request_digest(&Fields::from(fields)).expect("text and integers are canonical")
    }

    /// The proposal a store is given.
    pub fn proposal(&self) -> Proposal {
        let request = Request { client_act: self.client.clone(), digest: self.digest() };
        Proposal { matter: self.matter.clone(), request: Some(request) }
    }

    /// The record an accepted ask becomes.
    pub fn record(&self, district: District) -> Record {
        let actor =
            Actor::Person { person: "p-7".into(), role: "handler".into(), organ: "bureau".into() };
        Record {
            district,
            number: 0,
            matter: self.matter.clone(),
            position: 0,
            procedure: "simple".into(),
            version: "2024".into(),
            act: self.act.clone(),
            actor,
            performed_at: self.at,
            entered_at: self.at,
            basis: Basis {
                procedure: Hash::sm3(&[b"simple"]),
                tables: None,
                parameters: Some(Hash::sm3(&[b"parameters"])),
                calendar: Some(Hash::sm3(&[b"calendar"])),
            },
            payload: Fields::from([("text", self.text.as_str())]),
            personal: self.personal().into_iter().collect(),
            documents: self.paper.iter().map(named).collect(),
            standing: Standing::Observed,
            warnings: Vec::new(),
            guards: Fields::from([("R-3", true)]),
            resolved: Vec::new(),
            client_act: self.client.clone(),
            request: self.digest(),
        }
    }
}

fn named((name, hash): &(String, Hash)) -> ledger::Document {
    ledger::Document { name: name.clone(), hash: *hash }
}

/// The decider of the tests.
#[derive(Debug, Default)]
pub struct Clerk {
    /// What each item of the group asks.
    pub asks: Vec<Ask>,
}

impl Decide for Clerk {
    fn decide(&mut self, turn: &Turn<'_>) -> Result<Decision, StoreError> {
        let ask = &self.asks[turn.item];
        let state = state(turn)?;
        assert_eq!(state.len(), turn.position() as usize, "the state is as old as the matter");
        let mut drafts = Vec::new();
        if let Some(due) = breach(turn, &state, ask.at)? {
            drafts.push(Draft::from(breach_record(ask, turn, due)));
        }
        let mut decision = Decision { position: turn.position(), ..Decision::default() };
        if ask.act == "refused" {
            decision.views.attempts.push(attempt(ask));
        } else {
            decision.accepted = true;
            let record = ask.record(turn.district);
            let phone = ask.phone.clone();
            let value = |(salt, phone): (Salt, String)| Disclosure {
                name: "phone".into(),
                salt,
                value: phone.into(),
            };
            drafts.push(Draft { record, private: phone.map(value).into_iter().collect() });
        }
        tell(turn, state, &drafts, &mut decision);
        decision.records = drafts;
        Ok(decision)
    }

    fn repeats(
        &mut self,
        proposal: &Proposal,
        sealed: &StoredRecord,
        private: &[Disclosure],
    ) -> Result<bool, StoreError> {
        let asked = self.asks.iter().find(|ask| ask.proposal() == *proposal);
        let mut asked = asked.cloned().expect("a proposal comes from an ask");
        if let (Some((salt, _)), Some(kept)) = (&mut asked.phone, private.first()) {
            *salt = kept.salt;
        }
        Ok(asked.digest() == sealed.read()?.request)
    }

    fn starts_again(&mut self) -> bool {
        true
    }
}

/// The acts of a matter so far: from its snapshot and the records since.
fn state(turn: &Turn<'_>) -> Result<Vec<String>, StoreError> {
    let matter = &turn.proposal.matter;
    let snapshot = turn.past.snapshot(matter)?;
    let since = snapshot.as_ref().map_or(0, |snapshot| snapshot.position);
    let bytes = snapshot.map_or(Vec::new(), |snapshot| snapshot.bytes);
    let text = String::from_utf8(bytes).expect("a snapshot is text");
    let mut state: Vec<String> = text.lines().map(str::to_owned).collect();
    assert_eq!(state.len(), since as usize, "a snapshot lies behind its record");
    for record in turn.past.records_after(matter, since)? {
        state.push(record.read()?.act);
    }
    Ok(state)
}

/// The instant `answer` was due, if it is owed and that instant has passed.
fn breach(turn: &Turn<'_>, state: &[String], at: i64) -> Result<Option<i64>, StoreError> {
    let Some(opened) = state.iter().rposition(|act| act == "open") else {
        return Ok(None);
    };
    if state[opened..].iter().any(|act| act == "answer" || act == "breach") {
        return Ok(None);
    }
    let records = turn.past.records_after(&turn.proposal.matter, opened as u32)?;
    let due = records[0].read()?.performed_at + DAY;
    Ok((due < at).then_some(due))
}

fn breach_record(ask: &Ask, turn: &Turn<'_>, due: i64) -> Record {
    let client = format!("clock/{}/{}", ask.matter, turn.position());
    let mut record = Ask::new(&ask.matter, &client, "breach", due).record(turn.district);
    record.actor = Actor::Clock;
    record
}

fn attempt(ask: &Ask) -> Attempt {
    Attempt {
        person: "p-7".into(),
        role: "handler".into(),
        organ: "bureau".into(),
        act: ask.act.clone(),
        at: ask.at,
        rules: vec!["R-1".into(), "R-2".into()],
    }
}

/// Writes into a decision what its records change.
fn tell(turn: &Turn<'_>, mut state: Vec<String>, drafts: &[Draft], decision: &mut Decision) {
    let mut view = turn.matter.map(|matter| matter.view.clone());
    for (draft, number) in drafts.iter().zip(turn.next..) {
        let (changes, snapshot) = changes(view.take(), &mut state, &draft.record, number);
        view.clone_from(&changes.matter);
        decision.views.matter = changes.matter;
        decision.views.duties.extend(changes.duties);
        decision.views.counts.extend(changes.counts);
        decision.snapshot = snapshot;
    }
}

/// What one record changes in the views.
fn changes(
    view: Option<MatterView>,
    state: &mut Vec<String>,
    record: &Record,
    number: u64,
) -> (ViewChanges, Option<Snapshot>) {
    state.push(record.act.clone());
    let mut view = view.unwrap_or_else(|| MatterView {
        procedure: record.procedure.clone(),
        version: record.version.clone(),
        graph: record.basis.procedure,
        title: format!("matter {}", record.matter),
        parties: "a firm".into(),
        state: MatterState::Open,
        opened_at: record.performed_at,
        last_at: record.performed_at,
    });
    view.last_at = record.performed_at;
    if record.act == "close" {
        view.state = MatterState::Closed;
    }
    let count = |figure: &str, delta| Count { figure: figure.into(), window: "2024".into(), delta };
    let counts = vec![count(&record.act, 1), count("seconds", record.performed_at)];
    let graph = record.basis.procedure;
    let keeps = record.act == "open" || record.act == "answer";
    let snapshot =
        keeps.then(|| Snapshot { position: 0, graph, bytes: state.join("\n").into_bytes() });
    let duties = duties(record, number);
    (ViewChanges { matter: Some(view), duties, counts, ..ViewChanges::default() }, snapshot)
}

fn duties(record: &Record, number: u64) -> Vec<DutyChange> {
    let due = record.performed_at + DAY;
    let running = DutyClock::Running { nominal: due, due, safe: due - 1, provisional: true };
    let duty = |act: &str, clock, late| {
        DutyChange::Owed(Duty {
            act: act.into(),
            instance: String::new(),
            role: "handler".into(),
            organ: "bureau".into(),
            clock,
            late,
            created_by: number,
        })
    };
    let ended = |act: &str| DutyChange::Ended { act: act.into(), instance: String::new() };
    match record.act.as_str() {
        "open" => vec![duty("answer", running, false), duty("file", DutyClock::Unlimited, false)],
        "hold" => vec![duty("answer", DutyClock::Held, false)],
        "breach" => vec![duty("answer", running, true)],
        "answer" => vec![ended("answer"), ended("unknown")],
        "close" => vec![ended("file"), ended("answer")],
        _ => Vec::new(),
    }
}

/// Tells the changes of a log again, record by record.
#[derive(Debug, Default)]
pub struct Reteller {
    matters: HashMap<String, (MatterView, Vec<String>)>,
    fails_at: Option<u64>,
}

impl Reteller {
    /// One that stumbles over a record.
    pub fn stumbling_at(number: u64) -> Self {
        Self { fails_at: Some(number), ..Self::default() }
    }
}

impl Rebuild for Reteller {
    fn views(
        &mut self,
        stored: &StoredRecord,
        _: &dyn Past,
    ) -> Result<(ViewChanges, Option<Snapshot>), StoreError> {
        if self.fails_at == Some(stored.number) {
            return Err(StoreError::decision("the reteller stumbled"));
        }
        let record = stored.read()?;
        let (view, mut state) = match self.matters.remove(&record.matter) {
            Some((view, state)) => (Some(view), state),
            None => (None, Vec::new()),
        };
        let (changes, snapshot) = changes(view, &mut state, &record, stored.number);
        let view = changes.matter.clone().expect("every record tells of its matter");
        self.matters.insert(record.matter, (view, state));
        Ok((changes, snapshot))
    }

    fn starts_again(&mut self) -> bool {
        self.matters.clear();
        true
    }
}

impl Tell for Reteller {
    fn texts(&mut self, record: &Record) -> Option<Vec<String>> {
        let text = record.payload.get("text").and_then(Value::as_text)?;
        (record.act != "note").then(|| vec![text.to_owned()])
    }
}

/// Commits a group by the clerk.
pub fn commit(store: &dyn Store, district: District, asks: &[Ask]) -> Vec<Outcome> {
    let group: Vec<Proposal> = asks.iter().map(Ask::proposal).collect();
    let mut clerk = Clerk { asks: asks.to_vec() };
    store.commit(district, &group, &mut clerk).expect("the group is committed")
}

/// Commits a group of which every item is accepted.
pub fn commit_all(store: &dyn Store, district: District, asks: &[Ask]) {
    for outcome in commit(store, district, asks) {
        assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
    }
}

/// Every view of a district as text, to be compared.
pub fn dump(store: &dyn Store, district: District) -> String {
    let mut text = String::new();
    let matters = store.matters(district, &MatterFilter::default(), None, u32::MAX);
    for matter in matters.expect("matters are listed") {
        let snapshot = store.snapshot(district, &matter.matter).expect("a snapshot is read");
        let owed = store.owed(district, &matter.matter).expect("duties are listed");
        writeln!(text, "{matter:?}\n  {snapshot:?}\n  {owed:?}").expect("text grows");
    }
    let due = store.due(district, i64::MAX, u32::MAX).expect("duties are listed");
    let counters = store.counters(district).expect("counters are read");
    writeln!(text, "{due:?}\n{counters:?}").expect("text grows");
    text
}

/// Checks a whole log: numbers, positions, bytes, leaves, nodes and root.
pub fn verify(store: &dyn Store, district: District) -> u64 {
    let head = store.head(district).expect("the head is read").log;
    let records = store.records(district, 1, u32::MAX).expect("records are read");
    let rows = records.iter().map(|record| Row {
        number: Some(record.number),
        bytes: &record.bytes,
        leaf: Some(record.leaf),
    });
    let verdict = ledger::verify::<Sm3>(district, [head], rows);
    assert_eq!(verdict.findings, [], "the log is as it was sealed");
    assert_eq!(verdict.head, head);
    let tiles = crate::StoreTiles::new(store, district);
    let edge = ledger::Frontier::<Sm3>::read(&tiles, head.size).expect("the tiles are whole");
    assert_eq!(edge.root(), head.root);
    head.size
}
