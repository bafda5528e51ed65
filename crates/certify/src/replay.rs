//! Has the kernel do what the checker says can be done.
//!
//! Each step is taken at the first instant the kernel allows, so waits are kept and breaches come
//! only where they must. After each step the kernel's marking is compared with the predicted bits.
//! What time alone prevents (a bound, a breach with effects, an automatic act that is ripe earlier)
//! is reported as such; any other difference is a fault of the checker.
//!
//! Not here: which run (`witness.rs`), which values (`values.rs`).

use std::collections::{HashMap, VecDeque};

use kernel::{
    Act, Breach, ClockAct, Env, EventId, Failing, FieldId, Graph, Instant, Kind, Marking, Missing,
    Refusal, RelationId, Step, Value, Why, advance, barriers, step,
};

use crate::certificate::{Mover, Replay, Witness, WitnessStep};
use crate::layout::{Fact, display};
use crate::moves::Move;
use crate::property::FIRST_DAY;
use crate::search::Search;
use crate::values::{Matter, choose, shown, usual};
use crate::witness::{Goal, Path};

/// Why a replay ended early.
enum Halt {
    /// Time stands in the way.
    Time(String),
    /// The kernel disagrees.
    Disagrees(String),
    /// No values satisfy the guards the run needs.
    Values(String),
}

/// Drives one case through the kernel.
pub(crate) struct Replayer<'s, 'a> {
    search: &'s Search<'a>,
    graph: &'a Graph,
    env: Env<'a>,
    marking: Marking,
    stored: HashMap<FieldId, Value>,
    /// What the clock did that the run has yet to account for.
    clock: VecDeque<(Mover, EventId)>,
}

impl<'s, 'a> Replayer<'s, 'a> {
    pub fn new(search: &'s Search<'a>) -> Self {
        let graph = search.graph();
        let env = Env { calendar: &search.options.calendar, params: &search.options.params };
        let at = Instant(FIRST_DAY.start().0 + MORNING);
        let marking = Marking::initial(graph, &env, at);
        Self { search, graph, env, marking, stored: HashMap::new(), clock: VecDeque::new() }
    }

    /// Replays the run; the error says that its guards contradict one another.
    pub fn run(mut self, path: &Path, goal: Goal) -> Result<Witness, String> {
        let mut steps: Vec<WitnessStep> = Vec::new();
        let mut halted = None;
        for (i, index) in path.moves.iter().enumerate() {
            let moved = &self.search.moves.list[*index];
            let mut shown = self.shown(moved);
            if halted.is_none() {
                let [before, after] = [&path.states[i], &path.states[i + 1]];
                // The real graph does erase the duty in the last step; the model searched does not.
                let last = i + 1 == path.moves.len() && matches!(goal, Goal::Erases(..));
                let after = (!last).then_some(after.as_slice());
                match self.take(moved, before, &path.stated[i], after, &mut shown) {
                    Ok(()) => shown.at = Some(self.marking.now.to_string()),
                    Err(Halt::Values(why)) => return Err(why),
                    Err(halt) => halted = Some(halt),
                }
            }
            steps.push(shown);
        }
        let refused = match goal {
            Goal::Refuses(event, _) | Goal::RefusesByTime(event, _) => {
                Some(display(self.graph, event))
            }
            _ => None,
        };
        if halted.is_none() {
            halted = self.refusal(goal).err();
        }
        let replay = match halted {
            None => Replay::Confirmed,
            Some(Halt::Time(why)) => Replay::Untimed(why),
            Some(Halt::Disagrees(why) | Halt::Values(why)) => Replay::Disagrees(why),
        };
        Ok(Witness { steps, refused, replay })
    }

    fn shown(&self, moved: &Move) -> WitnessStep {
        WitnessStep {
            mover: moved.mover,
            event: moved.event,
            name: self.graph.event(moved.event).name.clone(),
            key: None,
            payload: Vec::new(),
            at: None,
        }
    }

    fn take(
        &mut self,
        moved: &Move,
        before: &[bool],
        stated: &[bool],
        after: Option<&[bool]>,
        shown: &mut WitnessStep,
    ) -> Result<(), Halt> {
        match moved.mover {
            Mover::Person => self.act(moved, before, stated, shown)?,
            Mover::Automatic => self.automatic(moved.event)?,
            Mover::Breach => self.breach(moved.event)?,
        }
        match after {
            Some(state) if self.clock.is_empty() => self.compare(state),
            _ => Ok(()),
        }
    }

    fn act(
        &mut self,
        moved: &Move,
        before: &[bool],
        stated: &[bool],
        shown: &mut WitnessStep,
    ) -> Result<(), Halt> {
        if let Some((_, event)) = self.clock.front() {
            return Err(Halt::Time(format!(
                "the clock acts first: {}",
                display(self.graph, *event)
            )));
        }
        let key = self.spawn_key(moved.event);
        shown.key = key.clone().or_else(|| self.instance_key(moved.event));
        let mut at = self.marking.now;
        for _ in 0..ATTEMPTS {
            let payload = self.payload(moved, before, stated, at)?;
            let act = Act { event: moved.event, at, payload: &payload, key: key.as_deref() };
            let mut tried = self.marking.clone();
            match step(self.graph, &mut tried, &self.env, &act) {
                Ok(done) => {
                    self.marking = tried;
                    let said = |(f, v): &(FieldId, Value)| {
                        (self.graph.field(*f).name.clone(), self::shown(v))
                    };
                    shown.payload = payload.iter().map(said).collect();
                    self.stored.extend(self.graph.event(moved.event).writes.iter().cloned());
                    self.stored.extend(payload);
                    return self.clock_did(done);
                }
                Err(refusal) => match refusal.earliest() {
                    Some(later) if later > at => at = later,
                    _ => return Err(self.halted(&refusal)),
                },
            }
        }
        Err(Halt::Time(format!("{} is never ripe", display(self.graph, moved.event))))
    }

    /// What the clock did before the act must not matter to the run; what follows it may.
    fn clock_did(&mut self, done: Step) -> Result<(), Halt> {
        if let Some((_, event)) = done.clock_acts.iter().find_map(|a| self.matters(a)) {
            return Err(Halt::Time(format!(
                "the clock acts first: {}",
                display(self.graph, event)
            )));
        }
        let following: Vec<_> = done.following.iter().filter_map(|a| self.matters(a)).collect();
        self.clock.extend(following);
        Ok(())
    }

    /// Automatic acts always matter, breaches where they have effects.
    fn matters(&self, act: &ClockAct) -> Option<(Mover, EventId)> {
        match act {
            ClockAct::Automatic { event, .. } => Some((Mover::Automatic, *event)),
            ClockAct::Breach(Breach { event, .. }) => {
                self.search.model.layout.late[event.index()].map(|_| (Mover::Breach, *event))
            }
        }
    }

    fn automatic(&mut self, event: EventId) -> Result<(), Halt> {
        self.stored.extend(self.graph.event(event).writes.iter().cloned());
        if self.clock.is_empty() {
            let bars = barriers(self.graph, &self.marking, &self.env, event, self.marking.now, &[]);
            let ready = bars.failing.iter().map(|f| f.earliest().unwrap_or(self.marking.now)).max();
            self.advance(ready.unwrap_or(self.marking.now));
        }
        self.expect(Mover::Automatic, event)
    }

    fn breach(&mut self, event: EventId) -> Result<(), Halt> {
        if self.clock.is_empty() {
            let due = self.marking.duty(event).and_then(kernel::Duty::due);
            let Some(due) = due else {
                let why = format!("no clock runs for {}", display(self.graph, event));
                return Err(Halt::Disagrees(why));
            };
            self.advance(due.due.plus_seconds(1).max(self.marking.now));
        }
        self.expect(Mover::Breach, event)
    }

    fn advance(&mut self, to: Instant) {
        let acts = advance(self.graph, &mut self.marking, &self.env, to);
        let did: Vec<_> = acts.iter().filter_map(|a| self.matters(a)).collect();
        self.clock.extend(did);
    }

    fn expect(&mut self, mover: Mover, event: EventId) -> Result<(), Halt> {
        match self.clock.pop_front() {
            Some(first) if first == (mover, event) => Ok(()),
            Some((_, other)) => {
                let (other, event) = (display(self.graph, other), display(self.graph, event));
                Err(Halt::Time(format!("the clock comes to {other} before {event}")))
            }
            None => {
                let event = display(self.graph, event);
                Err(Halt::Time(format!("the clock does not come to {event} by itself")))
            }
        }
    }

    /// What the act states: what the run needs, and something for every other required field.
    fn payload(
        &self,
        moved: &Move,
        before: &[bool],
        stated: &[bool],
        at: Instant,
    ) -> Result<Vec<(FieldId, Value)>, Halt> {
        let fields = &self.search.model.layout.fields;
        let event = self.graph.event(moved.event);
        let matter = Matter { stored: &self.stored, env: &self.env, day: at.day() };
        let changes = |field: FieldId| {
            let region = &fields.regions[field.index()];
            let atoms = fields.atoms.iter().filter(|a| a.fields.contains(&field)).map(|a| a.bit);
            let mut bits = region.has.into_iter().chain(region.code.iter().copied()).chain(atoms);
            bits.any(|b| before[b as usize] != stated[b as usize])
        };
        let matters = |f: &FieldId| fields.regions[f.index()].read;
        let (mut wanted, mut payload) = (Vec::new(), Vec::new());
        for (field, required) in &event.fields {
            match matters(field) {
                true if *required || changes(*field) => wanted.push(*field),
                false if *required => payload.push((*field, usual(self.graph, *field, at.day()))),
                _ => {}
            }
        }
        match choose(self.graph, fields, &wanted, stated, &matter) {
            Some(chosen) => {
                payload.extend(chosen);
                Ok(payload)
            }
            None => {
                let event = display(self.graph, moved.event);
                Err(Halt::Values(format!("no values for {event} meet all guards of the run found")))
            }
        }
    }

    fn spawn_key(&self, event: EventId) -> Option<String> {
        let template = self.graph.relations.iter().find_map(|r| match r.kind {
            Kind::Spawn(template) if r.source == event => Some(template),
            _ => None,
        })?;
        Some(format!("k{}", self.marking.keys(template).len() + 1))
    }

    fn instance_key(&self, event: EventId) -> Option<String> {
        let (template, slot) = self.graph.event(event).slot?;
        self.marking.keys(template).get(usize::from(slot)).cloned()
    }

    /// Sorts a refusal: time, or a real difference.
    fn halted(&self, refusal: &Refusal) -> Halt {
        let timely = |f: &Failing| {
            matches!(
                f.why,
                Why::TooEarly { .. }
                    | Why::TooLate { .. }
                    | Why::NoticeTooShort { .. }
                    | Why::ExtendedTooLate { .. }
                    | Why::Unknown(Missing::Param(_) | Missing::Duty(_))
            )
        };
        let name = display(self.graph, refusal.event);
        if let Some((_, event)) = refusal.clock_acts.iter().find_map(|a| self.matters(a)) {
            return Halt::Time(format!(
                "the clock acts before {name}: {}",
                display(self.graph, event)
            ));
        }
        let reasons: Vec<String> = refusal.failing.iter().map(|f| format!("{:?}", f.why)).collect();
        let why = format!("{name} is refused at {}: {}", refusal.at, reasons.join("; "));
        if refusal.failing.iter().all(timely) || self.waits_unknown(refusal) {
            Halt::Time(why)
        } else {
            Halt::Disagrees(why)
        }
    }

    /// A limit or guard over a parameter the caller gave no value for.
    fn waits_unknown(&self, refusal: &Refusal) -> bool {
        let param = |id: RelationId| {
            let relation = self.graph.relation(id);
            let text = format!("{:?}", relation);
            text.contains("Param(")
        };
        let missing = self.env.params.len() < self.graph.params.len();
        missing && refusal.failing.iter().all(|f| f.relation.is_some_and(param))
    }

    /// The kernel's marking is the predicted one.
    fn compare(&self, state: &[bool]) -> Result<(), Halt> {
        let layout = &self.search.model.layout;
        let marking = &self.marking;
        for event in self.graph.event_ids() {
            let i = event.index();
            // What an event that is out for good has left may be forgotten in the model.
            if !marking.included.has(event) && !layout.closed_by[i].is_empty() {
                continue;
            }
            for (fact, has, what) in [
                (layout.executed[i], marking.executed.has(event), "executed"),
                (layout.included[i], marking.included.has(event), "included"),
                (layout.pending[i], marking.pending.has(event), "pending"),
            ] {
                let predicted = match fact {
                    Fact::Bit(bit) => state[bit as usize],
                    _ => continue,
                };
                if predicted != has {
                    let name = display(self.graph, event);
                    return Err(Halt::Disagrees(format!("{name} {what}: the kernel says {has}")));
                }
            }
        }
        Ok(())
    }

    /// The duty is still pending, but out: nobody will ask for it.
    fn erased(&self, duty: EventId) -> Result<(), Halt> {
        match self.marking.pending.has(duty) && !self.marking.included.has(duty) {
            true => Ok(()),
            false => Err(Halt::Disagrees(format!("{} is not erased", display(self.graph, duty)))),
        }
    }

    /// Tries the act on a copy of the case, stating something for every required field.
    fn attempt(&self, event: EventId, at: Instant) -> Result<Step, Box<Refusal>> {
        let fields = self.graph.event(event).fields.iter().filter(|(_, required)| *required);
        let payload: Vec<_> = fields.map(|(f, _)| (*f, usual(self.graph, *f, at.day()))).collect();
        let key = self.spawn_key(event);
        let act = Act { event, at, payload: &payload, key: key.as_deref() };
        step(self.graph, &mut self.marking.clone(), &self.env, &act).map_err(Box::new)
    }

    /// The last act is refused for the reason predicted and no other.
    fn refusal(&mut self, goal: Goal) -> Result<(), Halt> {
        let (event, only): (EventId, Box<Reason>) = match goal {
            Goal::State | Goal::Executes(_) => return Ok(()),
            Goal::Erases(_, duty) => return self.erased(duty),
            Goal::Refuses(event, clause) => {
                (event, Box::new(move |f| f.relation.is_some() && f.clause.index() == clause))
            }
            Goal::RefusesByTime(event, id) => (event, Box::new(move |f| f.relation == Some(id))),
        };
        if let Some((_, first)) = self.clock.front() {
            return Err(Halt::Time(format!(
                "the clock acts first: {}",
                display(self.graph, *first)
            )));
        }
        let years: &[i32] =
            if matches!(goal, Goal::Refuses(..)) { &[0] } else { &[0, 1, 3, 10, 30] };
        let later =
            |y: &i32| self.marking.now.plus_seconds(i64::from(*y) * 365 * kernel::DAY_SECONDS);
        let mut tries: VecDeque<Instant> = years.iter().map(later).collect();
        let mut last = None;
        while let Some(at) = tries.pop_front() {
            let Err(refusal) = self.attempt(event, at) else {
                last = Some(Halt::Disagrees("the kernel does not refuse it".to_owned()));
                continue;
            };
            let others: Vec<&Failing> = refusal.failing.iter().filter(|f| !only(f)).collect();
            if others.is_empty() {
                return Ok(());
            }
            // Waits of other clauses run out; then this one must refuse alone.
            let ripe: Option<Vec<Instant>> = others.iter().map(|f| f.earliest()).collect();
            match ripe.and_then(|r| r.into_iter().max()) {
                Some(ready) if ready > at => tries.push_front(ready),
                _ => last = Some(self.halted(&refusal)),
            }
        }
        let by_time = matches!(goal, Goal::RefusesByTime(..));
        match last {
            Some(Halt::Disagrees(why)) if by_time => Err(Halt::Time(why)),
            other => Err(other.unwrap_or_else(|| Halt::Time("not tried".to_owned()))),
        }
    }
}

/// Nine in the morning, in seconds.
const MORNING: i64 = 9 * 3600;
/// How often one act is tried later.
const ATTEMPTS: usize = 12;

/// Whether a failing rule is the one predicted.
type Reason = dyn Fn(&Failing) -> bool;
