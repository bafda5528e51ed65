//! Which table of working days is in force in the district, by the place in its log.
//!
//! A place may say that its calendar years come into force by an act in one matter (`年历` in the
//! content); the years before are in force from the beginning. The content holds the tables, the act
//! names one by its hash. From the next record on the district counts by it: so the number of a record
//! says on which tables it was decided, and its basis holds their hash.
//!
//! Takes records of that matter as they are read; gives tables. They are built once and kept, so that
//! cases can borrow them.
//!
//! Not here: what becomes of open duties (`redate.rs`).

use std::sync::{OnceLock, PoisonError, RwLock};

use content::Library;
use kernel::{Calendar, Instant, Year};
use ledger::{Actor, Hash, Record, Value};

/// Tables in force together.
#[derive(Debug)]
pub struct Tables {
    /// What a record's basis holds.
    pub hash: Hash,
    /// The calendar they make.
    pub calendar: Calendar,
    /// Places in the library's years, one for each year, in order.
    years: Vec<usize>,
}

/// Tables that were built, each with the next.
#[derive(Debug)]
struct Link {
    tables: Tables,
    next: OnceLock<Box<Link>>,
}

/// A table brought into force.
#[derive(Clone, Debug)]
struct Load {
    number: u64,
    at: Instant,
    years: Vec<usize>,
}

/// The tables of a district.
#[derive(Debug)]
pub struct Almanac {
    book: Option<content::YearBook>,
    base: Link,
    /// In the order of the log.
    loads: RwLock<Vec<Load>>,
}

/// Why a table cannot come into force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoTable {
    /// The place has no such matter, or another one.
    OtherMatter(String),
    /// The content has no such table of the year; these it has, by hash.
    Unknown(Vec<String>),
    /// It is in force already.
    InForce,
    /// The year does not follow the last one in force.
    Gap(i32),
}

impl Almanac {
    /// The tables in force at the beginning; `whole` is the hash where all of the content are.
    pub fn new(library: &Library, book: Option<content::YearBook>, whole: Hash) -> Self {
        let until = book.as_ref().map_or(i32::MAX, |book| book.until);
        let all = 0..library.years.len();
        let mut years: Vec<usize> = Vec::new();
        for at in all.filter(|i| library.years[*i].year.year <= until) {
            let year = library.years[at].year.year;
            match years.last_mut().filter(|last| library.years[**last].year.year == year) {
                // Amendments come by act where years do.
                Some(_) if book.is_some() => {}
                Some(last) => *last = at,
                None => years.push(at),
            }
        }
        let tables = match &book {
            Some(_) => Tables::of(library, years),
            None => Tables { hash: whole, calendar: library.calendar.clone(), years },
        };
        let base = Link { tables, next: OnceLock::new() };
        Self { book, base, loads: RwLock::default() }
    }

    /// The matter whose acts bring tables into force, where the place has one.
    pub fn matter(&self) -> Option<&str> {
        self.book.as_ref().map(|book| book.matter.as_str())
    }

    /// The procedure of that matter.
    pub fn family(&self) -> Option<&str> {
        self.book.as_ref().map(|book| book.family.as_str())
    }

    /// The tables in force now, by their places in the library's years.
    pub fn in_force(&self, library: &Library) -> Vec<usize> {
        self.tables(library, self.loads().len() as u32).years.clone()
    }

    /// How many tables came into force before a record of this number.
    pub fn loads_before(&self, number: u64) -> u32 {
        match self.book {
            None => 0,
            Some(_) => self.loads().partition_point(|load| load.number < number) as u32,
        }
    }

    /// The tables after so many loads.
    pub fn tables(&self, library: &Library, loads: u32) -> &Tables {
        match loads.checked_sub(1).and_then(|i| self.loads().get(i as usize).cloned()) {
            None => &self.base.tables,
            Some(load) => self.built(library, &load.years),
        }
    }

    /// When the load of this place in their order was performed, and the number of its record.
    pub fn load(&self, load: u32) -> Option<(Instant, u64)> {
        self.loads().get(load as usize).map(|load| (load.at, load.number))
    }

    /// The first instant on which the last load may have moved a day: that of its year.
    pub fn moved_from(&self) -> Option<Instant> {
        let (year, ..) = self.loads().last()?.at.day().date();
        kernel::Day::from_date(year, 1, 1).map(kernel::Day::start)
    }

    /// The tables after the next load, or why there is none.
    pub fn with(
        &self,
        library: &Library,
        matter: &str,
        (year, hash): (i64, &str),
    ) -> Result<Vec<usize>, NoTable> {
        let own = self.matter().unwrap_or_default();
        if own != matter {
            return Err(NoTable::OtherMatter(own.to_owned()));
        }
        let of_year = |i: &usize| i64::from(library.years[*i].year.year) == year;
        let mut known = (0..library.years.len()).filter(of_year);
        let Some(found) = known.clone().find(|i| library.years[*i].hash == hash) else {
            return Err(NoTable::Unknown(
                known.by_ref().map(|i| library.years[i].hash.clone()).collect(),
            ));
        };
        let count = self.loads().len() as u32;
        let mut years = self.tables(library, count).years.clone();
        let last = years.last().map_or(0, |i| library.years[*i].year.year);
        match years.iter_mut().find(|i| of_year(i)) {
            Some(now) if *now == found => return Err(NoTable::InForce),
            Some(now) => *now = found,
            None if i64::from(last) + 1 == year => years.push(found),
            None => return Err(NoTable::Gap(last + 1)),
        }
        Ok(years)
    }

    /// Takes note of a record: whether it brought a table into force that was not known.
    pub fn learn(&self, library: &Library, record: &Record) -> bool {
        if self.matter() != Some(&record.matter) || record.actor == Actor::Clock {
            return false;
        }
        let is_known = self.loads().last().is_some_and(|last| last.number >= record.number);
        let named = named(library, record).filter(|_| !is_known);
        let Some(years) =
            named.and_then(|(year, hash)| self.with(library, &record.matter, (year, &hash)).ok())
        else {
            return false;
        };
        let load = Load { number: record.number, at: Instant(record.performed_at), years };
        self.loads.write().unwrap_or_else(PoisonError::into_inner).push(load);
        true
    }

    fn loads(&self) -> std::sync::RwLockReadGuard<'_, Vec<Load>> {
        self.loads.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tables of these years, built once.
    pub fn built(&self, library: &Library, years: &[usize]) -> &Tables {
        let mut link = &self.base;
        while link.tables.years != years {
            link = link.next.get_or_init(|| {
                let tables = Tables::of(library, years.to_vec());
                Box::new(Link { tables, next: OnceLock::new() })
            });
        }
        &link.tables
    }
}

impl Tables {
    fn of(library: &Library, years: Vec<usize>) -> Self {
        let chosen: Vec<Year> = years.iter().map(|i| library.years[*i].year.clone()).collect();
        let lines: String = years.iter().map(|i| format!("{}\n", library.years[*i].hash)).collect();
        let version = chosen.last().map_or(0, |year| year.year as u64);
        let calendar = Calendar::new(version, &chosen).unwrap_or_else(|_| library.calendar.clone());
        Self { hash: Hash::sm3(&[lines.as_bytes()]), calendar, years }
    }
}

/// The year and the hash a record names, if its act brings a table into force.
fn named(library: &Library, record: &Record) -> Option<(i64, String)> {
    let procedure = library.procedure(&record.procedure, &record.version)?;
    let brings = procedure.brings_year.as_ref()?;
    if procedure.graph.event(brings.act).name != record.act {
        return None;
    }
    let value = |field| record.payload.get(&procedure.field(field).name);
    let year = value(brings.year).and_then(Value::as_integer)?;
    Some((year, value(brings.table).and_then(Value::as_text)?.to_owned()))
}
