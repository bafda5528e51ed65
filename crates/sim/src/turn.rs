//! What is asked of the office at once: acts of one day, or one correction.
//!
//! Takes the moves of a work in order of time; gives turns, ready to be asked. A group never goes past
//! midnight, and ends where something is corrected.

use std::iter::Peekable;

use kernel::Instant;
use office::{Lang, Request};

use crate::diary::Diary;
use crate::fault::Words;
use crate::form::Forms;
use crate::work::{Kind, Move, Work};

/// Acts of one group, at most.
const GROUP: usize = 4096;

/// One turn.
pub(crate) enum Turn {
    /// Acts and attempts, asked together.
    Acts {
        /// What each is.
        moves: Vec<Move>,
        /// How it is asked.
        requests: Vec<Request>,
    },
    /// A correction of an earlier act.
    Correction(Move),
}

impl Turn {
    /// When it is asked.
    pub fn at(&self) -> Instant {
        match self {
            Self::Correction(m) => m.at,
            Self::Acts { moves, .. } => moves.last().expect("a group has an act").at,
        }
    }
}

/// The turns of a work.
pub(crate) struct Turns<'a> {
    diary: Peekable<Diary<'a>>,
    forms: Forms<'a>,
    until: Option<Instant>,
}

impl<'a> Turns<'a> {
    /// Those up to a moment.
    pub fn of(work: &'a Work<'a>, lang: Lang, until: Option<Instant>) -> Self {
        let forms = Forms::new(work, &Words::new(lang));
        Self { diary: Diary::of(work).peekable(), forms, until }
    }

    /// The next move, if it goes with the one before.
    fn going_with(&mut self, last: &Move) -> Option<Move> {
        let until = self.until;
        self.diary.next_if(|m| {
            m.kind != Kind::Correction
                && m.at.day() == last.at.day()
                && until.is_none_or(|until| m.at <= until)
        })
    }
}

impl Iterator for Turns<'_> {
    type Item = Turn;

    fn next(&mut self) -> Option<Turn> {
        let first = self.diary.next().filter(|m| self.until.is_none_or(|until| m.at <= until))?;
        if first.kind == Kind::Correction {
            return Some(Turn::Correction(first));
        }
        let mut moves = vec![first];
        while moves.len() < GROUP
            && let Some(next) = self.going_with(&moves[moves.len() - 1])
        {
            moves.push(next);
        }
        let requests = moves.iter().map(|m| self.forms.request(m)).collect();
        Some(Turn::Acts { moves, requests })
    }
}
