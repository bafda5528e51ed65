//! The content as the office uses it: which version governs, under which hashes, at which place.
//!
//! Loaded once and never changed while it is in use. Hashes of parameters and calendar are those of
//! the files they were read from, so that a record names exactly what it rested on.

use std::collections::HashMap;

use content::{Library, Place, Procedure};
use kernel::{Day, EventId, EventSet, ParamValues, Strength};
use ledger::{Basis, District, Hash};

use crate::almanac::Almanac;

/// The law in force at one place.
pub struct Law {
    /// Everything the content says.
    pub library: Library,
    /// The district.
    pub district: District,
    /// The tables of working days in force.
    pub almanac: Almanac,
    place: Option<usize>,
    /// Per procedure of the library, in its order.
    prepared: Vec<Prepared>,
    /// Per role, the organ that plays it here.
    organs: HashMap<String, String>,
    holidays: HashMap<Day, String>,
}

/// What every act under a procedure needs, worked out once.
#[derive(Debug)]
pub struct Prepared {
    /// Parameters of the place, in the graph's order.
    pub params: Vec<ParamValues>,
    /// The hashes its decisions rest on.
    pub basis: Basis,
    /// Its acts outside instances, by name.
    events: HashMap<String, EventId>,
    /// Acts some rule may warn about.
    warned: EventSet,
}

impl Prepared {
    /// Whether some rule may warn about the act.
    pub fn warns(&self, event: EventId) -> bool {
        self.warned.has(event)
    }

    /// The act of this name outside instances.
    pub fn event(&self, name: &str) -> Option<EventId> {
        self.events.get(name).copied()
    }
}

impl Law {
    /// The content as it applies in the place of this code; without a place, defaults apply.
    pub fn new(library: Library, code: &str) -> Self {
        let place = library.places.iter().position(|p| p.code == code);
        let parameters = hash_files(&library, &format!("places/{code}/"));
        let calendar = hash_files(&library, "calendars/");
        let prepare = |p: &Procedure| Prepared {
            params: p.param_values(place.map(|i| &library.places[i])),
            basis: Basis {
                procedure: from_hex(&p.hash),
                tables: None,
                parameters: Some(parameters),
                calendar: Some(calendar),
            },
            events: outside_instances(p),
            warned: warned(p),
        };
        let book = place.and_then(|i| library.places[i].year_book.clone());
        let almanac = Almanac::new(&library, book, calendar);
        let organs = place.iter().flat_map(|i| &library.places[*i].organs).rev();
        let plays = |o: &content::Organ| {
            let name = o.name.clone();
            o.roles.iter().map(move |r| (r.clone(), name.clone())).collect::<Vec<_>>()
        };
        Self {
            district: District(code.parse().unwrap_or(0)),
            almanac,
            place,
            prepared: library.procedures.iter().map(prepare).collect(),
            organs: organs.flat_map(plays).collect(),
            holidays: library.years.iter().flat_map(|y| y.names.clone()).collect(),
            library,
        }
    }

    /// The place.
    pub fn place(&self) -> Option<&Place> {
        self.place.map(|i| &self.library.places[i])
    }

    /// What acts under the procedure need.
    pub fn prepared(&self, procedure: &Procedure) -> &Prepared {
        let same = |p: &Procedure| p.version == procedure.version && p.family == procedure.family;
        let found = self.library.procedures.iter().position(same);
        &self.prepared[found.expect("a procedure of this library")]
    }

    /// The organ that plays the role here; empty where none is registered.
    pub fn organ_of(&self, role: &str) -> String {
        self.organs.get(role).cloned().unwrap_or_default()
    }

    /// The name of a rest day, where it has one.
    pub fn holiday(&self, day: Day) -> Option<String> {
        self.holidays.get(&day).cloned()
    }
}

fn outside_instances(procedure: &Procedure) -> HashMap<String, EventId> {
    let graph = &procedure.graph;
    let outside = graph.event_ids().filter(|e| graph.event(*e).slot.is_none());
    outside.map(|e| (graph.event(e).name.clone(), e)).collect()
}

fn warned(procedure: &Procedure) -> EventSet {
    let warns = procedure.graph.relations.iter().filter(|r| r.strength == Strength::Warn);
    warns.map(|r| r.target).collect()
}

fn from_hex(hash: &str) -> Hash {
    let byte = |i: usize| u8::from_str_radix(&hash[2 * i..2 * i + 2], 16);
    let bytes: Result<Vec<u8>, _> = (0..32).map(byte).collect();
    let bytes = bytes.ok().and_then(|b| b.try_into().ok());
    Hash(bytes.expect("the content gives its hash as 64 hexadecimal digits"))
}

/// One hash over the hashes of all files below a folder, in order of their paths.
fn hash_files(library: &Library, below: &str) -> Hash {
    let mut files: Vec<_> =
        library.files.iter().filter(|(path, _)| path.starts_with(below)).collect();
    files.sort();
    let lines: String = files.iter().map(|(path, hash)| format!("{hash}  {path}\n")).collect();
    Hash::sm3(&[lines.as_bytes()])
}
