//! The content as the office uses it: which version governs, under which hashes, at which place.
//!
//! Loaded once and never changed while it is in use. Hashes of parameters and calendar are those of
//! the files they were read from, so that a record names exactly what it rested on.

use std::collections::HashMap;

use content::{Library, Place, Procedure};
use kernel::{Day, ParamValues};
use ledger::{Basis, District, Hash};

/// The law in force at one place.
pub struct Law {
    /// Everything the content says.
    pub library: Library,
    /// The district.
    pub district: District,
    place: Option<usize>,
    /// Per family and version.
    params: HashMap<(String, String), Vec<ParamValues>>,
    parameters_hash: Hash,
    calendar_hash: Hash,
    holidays: HashMap<Day, String>,
}

impl Law {
    /// The content as it applies in the place of this code; without a place, defaults apply.
    pub fn new(library: Library, code: &str) -> Self {
        let place = library.places.iter().position(|p| p.code == code);
        let of = |p: &Procedure| p.param_values(place.map(|i| &library.places[i]));
        let key = |p: &Procedure| (p.family.clone(), p.version.clone());
        let params = library.procedures.iter().map(|p| (key(p), of(p))).collect();
        let names = library.years.iter().flat_map(|y| y.names.clone());
        let parameters_hash = hash_files(&library, &format!("places/{code}/"));
        let calendar_hash = hash_files(&library, "calendars/");
        Self {
            district: District(code.parse().unwrap_or(0)),
            place,
            params,
            parameters_hash,
            calendar_hash,
            holidays: names.collect(),
            library,
        }
    }

    /// The place.
    pub fn place(&self) -> Option<&Place> {
        self.place.map(|i| &self.library.places[i])
    }

    /// The parameters of a procedure at this place.
    pub fn params(&self, procedure: &Procedure) -> &[ParamValues] {
        &self.params[&(procedure.family.clone(), procedure.version.clone())]
    }

    /// The organ that plays the role here; the role's own name where none is registered.
    pub fn organ_of(&self, role: &str) -> String {
        let plays = |o: &&content::Organ| o.roles.iter().any(|r| r == role);
        let organ = self.place().and_then(|p| p.organs.iter().find(plays));
        organ.map_or(String::new(), |o| o.name.clone())
    }

    /// The hash of a compiled procedure.
    pub fn graph_hash(&self, procedure: &Procedure) -> Hash {
        let byte = |i: usize| u8::from_str_radix(&procedure.hash[2 * i..2 * i + 2], 16);
        let bytes: Result<Vec<u8>, _> = (0..32).map(byte).collect();
        let bytes = bytes.ok().and_then(|b| b.try_into().ok());
        Hash(bytes.expect("the content gives its hash as 64 hexadecimal digits"))
    }

    /// What decisions under this procedure rest on.
    pub fn basis(&self, procedure: &Procedure) -> Basis {
        Basis {
            procedure: self.graph_hash(procedure),
            tables: None,
            parameters: Some(self.parameters_hash),
            calendar: Some(self.calendar_hash),
        }
    }

    /// The name of a rest day, where it has one.
    pub fn holiday(&self, day: Day) -> Option<String> {
        self.holidays.get(&day).cloned()
    }
}

/// One hash over the hashes of all files below a folder, in order of their paths.
fn hash_files(library: &Library, below: &str) -> Hash {
    let mut files: Vec<_> =
        library.files.iter().filter(|(path, _)| path.starts_with(below)).collect();
    files.sort();
    let lines: String = files.iter().map(|(path, hash)| format!("{hash}  {path}\n")).collect();
    Hash::sm3(&[lines.as_bytes()])
}
