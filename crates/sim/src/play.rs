//! Plays a work through the office: moves in order of time, in groups, on a virtual clock.
//!
//! Each group is one commit, at the moment of its last act, and never goes past midnight: what is done
//! on a day is entered on that day. What the office answers is held against the plan: an act
//! must be sealed, an attempt refused. Asked again after an interruption, the office gives the same
//! answers again, and the year goes on where it stopped.
//!
//! Takes a [`Work`] and an office; gives counts of what was done. Figures are not counted here.

use std::collections::HashMap;
use std::sync::mpsc::sync_channel;
use std::thread;

use kernel::Instant;
use office::{Done, NotDone, Office, VirtualClock};

use crate::fault::{SimError, Words};
use crate::form::Forms;
use crate::turn::{Turn, Turns};
use crate::work::{Kind, Matter, Move, Work};

/// How many turns are prepared while one is played.
const AHEAD: usize = 4;

/// What was done.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub struct Played {
    /// Matters opened.
    pub matters: u64,
    /// Acts of persons sealed.
    pub acts: u64,
    /// Attempts refused.
    pub attempts: u64,
    /// Corrections sealed.
    pub corrections: u64,
}

impl Played {
    /// Moves made.
    pub fn moves(&self) -> u64 {
        self.acts + self.attempts + self.corrections
    }
}

/// How far a simulation is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// The moment of the virtual clock.
    pub at: Instant,
    /// What was done so far.
    pub played: Played,
}

/// Plays all moves up to a moment; the rest stays undone, and its matters open. What is asked next is
/// prepared on a thread of its own.
pub fn play(
    work: &Work,
    office: &Office,
    clock: &VirtualClock,
    until: Option<Instant>,
    tell: &mut dyn FnMut(Progress),
) -> Result<Played, SimError> {
    let mut player = Player::new(work, office, clock);
    let turns = Turns::of(work, office.wording.lang, until);
    let (ready, next) = sync_channel(AHEAD);
    thread::scope(|scope| {
        scope.spawn(move || turns.map(|turn| ready.send(turn)).take_while(Result::is_ok).count());
        for turn in next {
            let at = turn.at();
            player.take(turn)?;
            tell(Progress { at, played: player.played });
        }
        Ok(player.played)
    })
}

/// The record of a step that has to be corrected.
struct Wrong {
    number: u64,
    at: Instant,
}

pub(crate) struct Player<'a> {
    work: &'a Work<'a>,
    office: &'a Office,
    clock: &'a VirtualClock,
    words: Words,
    wrong: HashMap<(Matter, u16), Wrong>,
    pub played: Played,
    /// Which sentences tell of an unexpected answer.
    stage: &'static str,
}

impl<'a> Player<'a> {
    pub fn new(work: &'a Work<'a>, office: &'a Office, clock: &'a VirtualClock) -> Self {
        let words = Words::new(office.wording.lang);
        let (wrong, played) = (HashMap::new(), Played::default());
        Self { work, office, clock, words, wrong, played, stage: "run" }
    }

    /// One that tries whether the plan can be played.
    pub fn rehearsing(mut self) -> Self {
        self.stage = "way";
        self
    }

    /// Plays a turn at its moment.
    pub fn take(&mut self, turn: Turn) -> Result<(), SimError> {
        self.clock.set(turn.at());
        match turn {
            Turn::Correction(m) => self.correct(&m),
            Turn::Acts { moves, requests } => {
                let answers = self.office.perform_all(&requests)?;
                let mut answered = moves.iter().zip(answers);
                answered.try_for_each(|(m, answer)| self.judge(m, answer))
            }
        }
    }

    /// Holds an answer against the plan.
    fn judge(&mut self, m: &Move, answer: Result<Done, NotDone>) -> Result<(), SimError> {
        match (answer, m.kind) {
            (Err(NotDone::Store(error)), _) => return Err(error.into()),
            (Err(NotDone::Refused(_)), Kind::Attempt) => self.played.attempts += 1,
            (Err(why), _) => return Err(self.unexpected("refused", m, &why.to_string())),
            (Ok(_), Kind::Attempt) => return Err(self.unexpected("allowed", m, "")),
            (Ok(done), kind) => {
                self.played.acts += 1;
                self.played.matters += u64::from(m.ordinal == 0);
                if matches!(kind, Kind::Wrong | Kind::Mistaken) {
                    let wrong = Wrong { number: done.number, at: m.at };
                    self.wrong.insert((m.matter, m.stop), wrong);
                }
            }
        }
        Ok(())
    }

    fn correct(&mut self, m: &Move) -> Result<(), SimError> {
        let wrong = self.wrong.remove(&(m.matter, m.stop));
        let Wrong { number, at } = wrong.expect("a correction comes after what it corrects");
        let forms = Forms::new(self.work, &self.words);
        match self.office.correct(&forms.correction(m, number, at)) {
            Ok(_) => {
                self.played.corrections += 1;
                Ok(())
            }
            Err(NotDone::Store(error)) => Err(error.into()),
            Err(why) => Err(self.unexpected("correction", m, &why.to_string())),
        }
    }

    fn unexpected(&self, what: &str, m: &Move, why: &str) -> SimError {
        let flow = &self.work.streams[m.matter.flow as usize];
        let route = &flow.ways[flow.way_of(m.matter.index).0];
        let step = route.stops[usize::from(m.stop)].step;
        let facts = [
            ("place", flow.stream.position.to_string()),
            ("step", step.position.to_string()),
            ("way", route.way.name.clone()),
            ("stream", flow.stream.name.clone()),
            ("matter", flow.name(m.matter.index)),
            ("act", step.act.clone()),
            ("at", m.at.to_string()),
            ("sealed", self.played.acts.to_string()),
            ("why", why.to_owned()),
        ];
        let facts = facts.each_ref().map(|(name, fact)| (*name, fact.as_str()));
        let text = self.words.say(&format!("{}.{what}", self.stage), &facts);
        match self.stage {
            "way" => SimError::Impossible(vec![text]),
            _ => SimError::Unexpected(text),
        }
    }
}
