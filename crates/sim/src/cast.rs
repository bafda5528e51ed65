//! Who acts: persons by role, from the organs of the place; citizens from all other names.
//!
//! No two roles share a person, and no citizen bears an official's name, so that duties kept apart
//! by law are kept apart. Within a matter an organ and a person keep their role.

use std::collections::HashMap;

use content::Place;
use content::plan::{Origin, Plan, Step, Way};

use crate::chance::{Chance, Shuffle};

/// Surnames on the first line, signs of given names on the second.
const NAMES: &str = include_str!("../wording/names.txt");

/// Persons of a role per organ where the plan says nothing.
const HEADCOUNT: u32 = 3;

/// Everybody who may act.
pub struct Cast {
    roles: HashMap<String, Role>,
    names: Names,
    chance: Chance,
    officials: u64,
}

struct Role {
    /// Position among all roles.
    number: u64,
    party: bool,
    /// The organs that play it; empty where the place names none.
    organs: Vec<String>,
    /// The number of its first person.
    first: u64,
    headcount: u64,
}

struct Names {
    surnames: Vec<char>,
    given: Vec<char>,
    shuffle: Shuffle,
}

impl Names {
    fn new(chance: Chance) -> Self {
        let mut lines = NAMES.lines().map(|l| l.chars().filter(|c| !c.is_whitespace()).collect());
        let mut line = || -> Vec<char> { lines.next().expect("the file of names has two lines") };
        let (surnames, given) = (line(), line());
        let count = (surnames.len() * given.len() * given.len()) as u64;
        Self { shuffle: Shuffle::new(count, chance), surnames, given }
    }

    fn count(&self) -> u64 {
        (self.surnames.len() * self.given.len() * self.given.len()) as u64
    }

    fn name(&self, number: u64) -> String {
        let at = self.shuffle.place(number) as usize;
        let (surname, rest) = (at % self.surnames.len(), at / self.surnames.len());
        let (one, two) = (rest % self.given.len(), rest / self.given.len());
        [self.surnames[surname], self.given[one], self.given[two]].iter().collect()
    }
}

impl Cast {
    /// Everybody the plans need, at this place.
    pub fn new(plans: &[Plan], place: Option<&Place>, chance: Chance) -> Self {
        let mut cast = Self {
            roles: HashMap::new(),
            names: Names::new(chance.of(0)),
            chance: chance.of(1),
            officials: 0,
        };
        for (plan, step) in steps(plans) {
            cast.engage(&step.role, step.party, step.signers, plan, place);
            for entry in &step.entries {
                match &entry.origin {
                    Origin::Organ(role) | Origin::Name(role) => {
                        let acting = steps(plans).find(|(_, s)| s.role == *role);
                        let party = acting.is_some_and(|(_, s)| s.party);
                        cast.engage(role, party, 1, plan, place);
                    }
                    _ => {}
                }
            }
        }
        assert!(cast.officials < cast.names.count() / 2, "more persons than the names can tell");
        cast
    }

    fn engage(
        &mut self,
        role: &str,
        party: bool,
        signers: u32,
        plan: &Plan,
        place: Option<&Place>,
    ) {
        let stated = plan.headcounts.iter().find(|(r, _)| r == role).map(|(_, n)| *n);
        let headcount = u64::from(stated.unwrap_or(HEADCOUNT).max(signers));
        if self.roles.get(role).is_some_and(|r| r.party || r.headcount >= headcount) {
            return;
        }
        let plays =
            place.into_iter().flat_map(|p| &p.organs).filter(|o| o.roles.iter().any(|r| r == role));
        let organs: Vec<String> = plays.map(|o| o.name.clone()).collect();
        let number = self.roles.get(role).map_or(self.roles.len() as u64, |r| r.number);
        let first = self.officials;
        if !party {
            self.officials += headcount * organs.len().max(1) as u64;
        }
        self.roles.insert(role.to_owned(), Role { number, party, organs, first, headcount });
    }

    fn role(&self, role: &str) -> &Role {
        self.roles.get(role).expect("every role of the plans was engaged")
    }

    /// Which of the role's organs has the matter.
    fn organ_at(&self, role: &Role, matter: u64) -> u64 {
        self.chance.of(matter).below(role.organs.len() as u64)
    }

    /// The organ that plays the role in the matter; the role's own name where no organ does.
    pub fn organ(&self, name: &str, matter: u64) -> String {
        let role = self.role(name);
        let organ = role.organs.get(self.organ_at(role, matter) as usize);
        organ.cloned().unwrap_or_else(|| name.to_owned())
    }

    /// The persons who act in the role in the matter.
    pub fn persons(&self, name: &str, matter: u64, signers: u32) -> Vec<String> {
        let role = self.role(name);
        let drawn = self.chance.of(matter).of(role.number + 1);
        let numbers = (0..u64::from(signers)).map(|i| match role.party {
            true => {
                let citizens = self.names.count() - self.officials;
                let first = self.chance.of(matter).of(0).below(citizens);
                self.officials + (first + role.number * 16 + i) % citizens
            }
            false => {
                let desk = (drawn.below(role.headcount) + i) % role.headcount;
                role.first + self.organ_at(role, matter) * role.headcount + desk
            }
        });
        numbers.map(|n| self.names.name(n)).collect()
    }
}

fn steps(plans: &[Plan]) -> impl Iterator<Item = (&Plan, &Step)> {
    let of = |plan| {
        let plan: &Plan = plan;
        let steps = plan.streams.iter().flat_map(|s| &s.ways).flat_map(Way::steps);
        steps.map(move |step| (plan, step))
    };
    plans.iter().flat_map(of)
}
