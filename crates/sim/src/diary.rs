//! All moves of a work in order of time.
//!
//! A heap holds the next beginning of each stream and the moves of the matters under way; so what is
//! kept grows with the matters that are open at once, not with the year.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use kernel::Instant;

use crate::arrivals::Arrivals;
use crate::course::course;
use crate::work::{Matter, Move, Work};

/// The moves, lazily.
pub(crate) struct Diary<'a> {
    work: &'a Work<'a>,
    arrivals: Vec<Arrivals<'a>>,
    begins: BinaryHeap<Reverse<(Instant, Matter)>>,
    moves: BinaryHeap<Reverse<Move>>,
    drawn: Vec<Move>,
}

impl<'a> Diary<'a> {
    /// The diary of a work.
    pub fn of(work: &'a Work<'a>) -> Self {
        let arrivals = work.streams.iter().map(|f| f.arrivals(work.calendar)).collect();
        let mut diary = Self {
            work,
            arrivals,
            begins: BinaryHeap::new(),
            moves: BinaryHeap::new(),
            drawn: Vec::new(),
        };
        (0..work.streams.len() as u32).for_each(|flow| diary.expect(Matter { flow, index: 0 }));
        diary
    }

    /// Notes when the matter begins, if its stream has it.
    fn expect(&mut self, matter: Matter) {
        if let Some(at) = self.arrivals[matter.flow as usize].next() {
            self.begins.push(Reverse((at, matter)));
        }
    }
}

impl Iterator for Diary<'_> {
    type Item = Move;

    fn next(&mut self) -> Option<Move> {
        loop {
            let first = self.moves.peek().map(|Reverse(first)| first.at);
            match self.begins.peek() {
                Some(Reverse((at, _))) if first.is_none_or(|first| *at <= first) => {}
                _ => return self.moves.pop().map(|Reverse(first)| first),
            }
            let Reverse((at, matter)) = self.begins.pop().expect("it was just looked at");
            course(self.work, matter, at, &mut self.drawn);
            self.moves.extend(self.drawn.drain(..).map(Reverse));
            self.expect(Matter { index: matter.index + 1, ..matter });
        }
    }
}
