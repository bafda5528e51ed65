//! The plan itself: headcounts, seasons, streams, balances.

use kernel::Day;

use crate::fault::Fault;
use crate::keywords::{CARRIED_IN, Keyword, P};
use crate::model::{Library, Place, Procedure};
use crate::shape::undeclared;
use crate::syntax::{Line, Scalar, Word};

use super::{Amount, Balance, Hours, Plan, Season, Stream, Way, pace, ways};

/// What organs keep to where the plan says nothing.
const OFFICE: Hours = Hours { from: 9 * 60, until: 17 * 60 };
/// Weight where none is stated.
const WEIGHT: u32 = 100;

/// Reads the one node of the file.
pub(super) fn plan(line: &Line, library: &Library, faults: &mut Vec<Fault>) -> Option<Plan> {
    let year = year(line.arguments.first()?, faults)?;
    let place = place(line, library, faults)?;
    let office = line.get(P::OfficeHours).and_then(|w| pace::hours(w, faults)).unwrap_or(OFFICE);
    let mut seasons = Vec::new();
    line.lines(Keyword::Season).for_each(|l| season(l, &mut seasons, faults));
    let scope = Scope { library, year, office, seasons };
    let streams: Vec<Stream> =
        line.lines(Keyword::Stream).filter_map(|l| scope.stream(l, faults)).collect();
    named_once(line.lines(Keyword::Stream), faults);
    let headcounts = headcounts(line, &streams, faults);
    let balances = line.lines(Keyword::Balance).filter_map(|l| scope.balance(l, faults)).collect();
    Some(Plan {
        year,
        place: place.code.clone(),
        en: line.owned(P::En),
        office,
        headcounts,
        streams,
        balances,
        position: line.span.position(),
    })
}

fn year(word: &Word, faults: &mut Vec<Fault>) -> Option<i32> {
    let year = match word.value {
        Scalar::Integer(year) => i32::try_from(year).ok().filter(|y| (1950..2200).contains(y)),
        _ => None,
    };
    if year.is_none() {
        faults.push(word.span.fault("plan-year", &[("given", &word.written())]));
    }
    year
}

fn place<'a>(line: &Line, library: &'a Library, faults: &mut Vec<Fault>) -> Option<&'a Place> {
    let Some(word) = line.get(P::OfPlace) else {
        faults.push(line.span.fault("missing-property", &[("name", P::OfPlace.word())]));
        return None;
    };
    let place = library.place(word.text());
    if place.is_none() {
        let known = library.places.iter().map(|p| p.code.as_str());
        faults.push(undeclared(&word.span, Keyword::Place.word(), word.text(), known));
    }
    place
}

/// A number that is written as an argument.
fn number(word: &Word, faults: &mut Vec<Fault>) -> Option<u32> {
    let found = match word.value {
        Scalar::Integer(n) => u32::try_from(n).ok(),
        _ => None,
    };
    if found.is_none() {
        faults.push(word.span.fault("plan-number", &[("given", &word.written())]));
    }
    found
}

fn season(line: &Line, seasons: &mut Vec<Season>, faults: &mut Vec<Fault>) {
    let Some(name) = line.arguments.first() else { return };
    let weight =
        |p, otherwise| line.integer(p).and_then(|n| u32::try_from(n).ok()).unwrap_or(otherwise);
    let mut months = [WEIGHT; 12];
    for inner in line.lines(Keyword::Month) {
        let [month, heavy] = inner.arguments.as_slice() else { continue };
        let at = number(month, faults).filter(|m| (1..=12).contains(m));
        if at.is_none() {
            faults.push(month.span.fault("plan-month", &[("given", &month.written())]));
        }
        if let (Some(month), Some(heavy)) = (at, number(heavy, faults)) {
            months[month as usize - 1] = heavy;
        }
    }
    let season = Season {
        name: name.text().to_owned(),
        months,
        working: weight(P::OnWorkingDays, WEIGHT),
        rest: weight(P::OnRestDays, 0),
    };
    if seasons.iter().any(|s| s.name == season.name) {
        faults.push(name.span.fault("declared-twice", &[("name", name.text())]));
    }
    seasons.push(season);
}

fn named_once<'a>(lines: impl Iterator<Item = &'a Line>, faults: &mut Vec<Fault>) {
    let mut seen: Vec<&str> = Vec::new();
    for name in lines.filter_map(|l| l.arguments.first()) {
        if seen.contains(&name.text()) {
            faults.push(name.span.fault("declared-twice", &[("name", name.text())]));
        }
        seen.push(name.text());
    }
}

fn headcounts(line: &Line, streams: &[Stream], faults: &mut Vec<Fault>) -> Vec<(String, u32)> {
    let steps = || streams.iter().flat_map(|s| &s.ways).flat_map(Way::steps);
    let mut found = Vec::new();
    for inner in line.lines(Keyword::Headcount) {
        let [role, count] = inner.arguments.as_slice() else { continue };
        if faults.is_empty() && !steps().any(|s| s.role == role.text()) {
            let known = steps().map(|s| s.role.as_str());
            faults.push(undeclared(&role.span, Keyword::Role.word(), role.text(), known));
        }
        match number(count, faults) {
            Some(0) => faults.push(count.span.fault("plan-number", &[("given", "0")])),
            Some(count) => found.push((role.text().to_owned(), count)),
            None => {}
        }
    }
    named_once(line.lines(Keyword::Headcount), faults);
    found
}

/// What streams are read against.
struct Scope<'a> {
    library: &'a Library,
    year: i32,
    office: Hours,
    seasons: Vec<Season>,
}

impl Scope<'_> {
    fn stream(&self, line: &Line, faults: &mut Vec<Fault>) -> Option<Stream> {
        let name = line.arguments.first()?.text().to_owned();
        let (from, until) = self.window(line, faults)?;
        let procedure = self.procedure(line, faults);
        let season = self.season(line, faults);
        let hours = line.get(P::Hours).map_or(Some(self.office), |w| pace::hours(w, faults));
        let matter = wanted(line, P::MatterName, faults).and_then(|w| pace::pattern(w, faults));
        let count = wanted(line, P::Amount, faults).and(line.integer(P::Amount));
        let procedure = procedure?;
        let procedure = self.governing(line, procedure, from, until, faults)?;
        let ways = line.lines(Keyword::Way).filter_map(|l| ways::way(l, procedure, faults));
        let stream = Stream {
            name,
            family: procedure.family.clone(),
            count: u64::try_from(count?).ok()?,
            scales: line.flag(P::Scales),
            season: season?,
            hours: hours?,
            from,
            until,
            matter: matter?,
            ways: ways.collect(),
            position: line.span.position(),
        };
        named_once(line.lines(Keyword::Way), faults);
        parts(line, &stream, faults);
        Some(stream)
    }

    /// First and last day on which a matter may begin, within the year.
    fn window(&self, line: &Line, faults: &mut Vec<Fault>) -> Option<(Day, Day)> {
        let first = Day::from_date(self.year, 1, 1)?;
        let last = Day::from_date(self.year, 12, 31)?;
        let day = |p, otherwise| line.text(p).and_then(crate::value::day).unwrap_or(otherwise);
        let (from, until) = (day(P::FirstDay, first), day(P::LastDay, last));
        let within = first <= from && from <= until && until <= last;
        if !within {
            let (from, until, year) = (from.to_string(), until.to_string(), self.year.to_string());
            let facts = [("from", from.as_str()), ("until", &until), ("year", &year)];
            faults.push(line.span.fault("plan-window", &facts));
        }
        within.then_some((from, until))
    }

    fn procedure(&self, line: &Line, faults: &mut Vec<Fault>) -> Option<&str> {
        let word = wanted(line, P::OfFamily, faults)?;
        let known = || self.library.procedures.iter().map(|p| p.family.as_str());
        let found = known().find(|f| *f == word.text());
        if found.is_none() {
            faults.push(undeclared(&word.span, Keyword::Procedure.word(), word.text(), known()));
        }
        found
    }

    /// The one version that governs whatever begins in the window.
    fn governing(
        &self,
        line: &Line,
        family: &str,
        from: Day,
        until: Day,
        faults: &mut Vec<Fault>,
    ) -> Option<&Procedure> {
        let first = self.library.governing(family, from);
        let last = self.library.governing(family, until);
        let found = first.filter(|f| last.is_some_and(|l| l.version == f.version));
        if found.is_none() {
            let (from, until) = (from.to_string(), until.to_string());
            let facts = [("procedure", family), ("from", &*from), ("until", &*until)];
            faults.push(line.span.fault("plan-versions", &facts));
        }
        found
    }

    fn season(&self, line: &Line, faults: &mut Vec<Fault>) -> Option<Season> {
        let Some(word) = line.get(P::InSeason) else {
            return Some(Season {
                name: String::new(),
                months: [WEIGHT; 12],
                working: WEIGHT,
                rest: 0,
            });
        };
        let found = self.seasons.iter().find(|s| s.name == word.text()).cloned();
        if found.is_none() {
            let known = self.seasons.iter().map(|s| s.name.as_str());
            faults.push(undeclared(&word.span, Keyword::Season.word(), word.text(), known));
        }
        found
    }

    fn balance(&self, line: &Line, faults: &mut Vec<Fault>) -> Option<Balance> {
        let [id, title] = line.arguments.as_slice() else { return None };
        let family = self.procedure(line, faults)?;
        let mut acts = |keyword: Keyword| {
            let words = line.lines(keyword).flat_map(|l| &l.arguments).collect::<Vec<_>>();
            if words.is_empty() {
                let facts = [("keyword", keyword.word())];
                faults.push(line.span.fault("plan-balance-side", &facts));
            }
            for word in words.iter().filter(|w| w.text() != CARRIED_IN) {
                let acts = || self.library.family(family).flat_map(|p| &p.acts);
                if !acts().any(|a| a.name == word.text()) {
                    let known = acts().map(|a| a.name.as_str());
                    let keyword = Keyword::Act.word();
                    faults.push(undeclared(&word.span, keyword, word.text(), known));
                }
            }
            words.iter().map(|w| w.text().to_owned()).collect::<Vec<_>>()
        };
        let fewer = acts(Keyword::NoMore);
        let mut more = acts(Keyword::AtLeastThat);
        let carried_in = more.iter().any(|a| a == CARRIED_IN);
        more.retain(|a| a != CARRIED_IN);
        Some(Balance {
            id: id.text().to_owned(),
            title: title.text().to_owned(),
            family: family.to_owned(),
            fewer,
            more,
            carried_in,
            position: line.span.position(),
        })
    }
}

/// The property that must be there.
fn wanted<'a>(line: &'a Line, p: P, faults: &mut Vec<Fault>) -> Option<&'a Word> {
    let word = line.get(p);
    if word.is_none() {
        faults.push(line.span.fault("missing-property", &[("name", p.word())]));
    }
    word
}

/// The ways of a stream add up to the stream.
fn parts(line: &Line, stream: &Stream, faults: &mut Vec<Fault>) {
    let exact = |w: &Way| match w.amount {
        Amount::Exact(n) => n,
        Amount::Weight(_) => 0,
    };
    let sum: u64 = stream.ways.iter().map(exact).fold(0, u64::saturating_add);
    let weighs = |w: &Way| matches!(w.amount, Amount::Weight(n) if n > 0);
    let weighed = stream.ways.iter().any(weighs);
    let fits = if weighed { sum <= stream.count } else { sum == stream.count };
    let read_whole = line.lines(Keyword::Way).count() == stream.ways.len();
    if !fits && read_whole {
        let (sum, count) = (sum.to_string(), stream.count.to_string());
        let facts = [("stream", stream.name.as_str()), ("sum", &sum), ("count", &count)];
        faults.push(line.span.fault("plan-parts", &facts));
    }
}
