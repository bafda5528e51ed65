//! Statutes, calendars, places and examples: the files that are not procedures.

use std::collections::BTreeMap;

use kernel::{Calendar, CalendarError, Day, Year};

use crate::citation;
use crate::fault::Fault;
use crate::keywords::{INTERNAL, Keyword, P};
use crate::lower::in_force;
use crate::model::{
    Article, CalendarYear, Citation, Counting, Example, Organ, Place, Procedure, Published,
    Setting, Statute, YearBook,
};
use crate::prelude;
use crate::registers;
use crate::shape::undeclared;
use crate::syntax::{Line, Scalar, Word};
use crate::value;

/// All statutes.
pub(crate) fn statutes(lines: &[(&str, &Line)], faults: &mut Vec<Fault>) -> Vec<Statute> {
    let mut found: Vec<Statute> = Vec::new();
    for (_, line) in lines {
        let Some(statute) = statute(line, faults) else { continue };
        if found.iter().any(|s| s.name == statute.name && s.version == statute.version) {
            let name = format!("{}@{}", statute.name, statute.version);
            faults.push(line.span.fault("declared-twice", &[("name", &name)]));
        } else {
            found.push(statute);
        }
    }
    found
}

fn statute(line: &Line, faults: &mut Vec<Fault>) -> Option<Statute> {
    let in_force = in_force(line, faults)?;
    let version = line.owned(P::Version);
    if version.is_empty() {
        faults.push(line.span.fault("missing-property", &[("name", P::Version.word())]));
    }
    let mut articles: Vec<Article> = Vec::new();
    for inner in line.lines(Keyword::Article) {
        let [number, gist] = inner.arguments.as_slice() else { continue };
        let cited = citation::parse(&format!("x@x#{}", number.written()));
        if cited.is_none() {
            faults.push(number.span.fault("not-an-article", &[("given", &number.written())]));
        } else if articles.iter().any(|a| a.number == number.written()) {
            faults.push(number.span.fault("declared-twice", &[("name", &number.written())]));
        } else {
            let periods = inner.names(P::Periods);
            for word in periods.iter().filter(|w| value::span(w.text()).is_none()) {
                let facts = [("name", P::Periods.word()), ("given", word.text())];
                faults.push(word.span.fault("not-a-period", &facts));
            }
            articles.push(Article {
                number: number.written(),
                gist: gist.text().to_owned(),
                periods: periods.iter().map(|w| w.text().to_owned()).collect(),
                doubtful: inner.flag(P::Doubtful),
                position: inner.span.position(),
            });
        }
    }
    Some(Statute {
        name: line.arguments.first()?.text().to_owned(),
        version,
        title: line.owned(P::Title),
        number: line.owned(P::Number),
        en: line.owned(P::En),
        in_force,
        counting: counting(line, faults),
        articles,
        position: line.span.position(),
    })
}

fn counting(line: &Line, faults: &mut Vec<Fault>) -> Counting {
    let mut counting = Counting::default();
    for clause in line.lines(Keyword::CountDays) {
        counting.all_working |= clause.text(P::Working) == Some("*");
        for (p, into) in [(P::Working, &mut counting.working), (P::Natural, &mut counting.natural)]
        {
            for word in clause.names(p).iter().filter(|w| w.text() != "*") {
                match word.text().parse() {
                    Ok(n) => into.push(n),
                    Err(_) => faults.push(word.span.fault("wrong-count", &[])),
                }
            }
        }
        counting.rolls |= clause.flag(P::Rolls);
        counting
            .articles
            .extend(clause.names(P::Citation).iter().filter_map(|w| citation::parse(w.text())));
        if let Some(both) = counting.working.iter().find(|n| counting.natural.contains(n)) {
            let n = both.to_string();
            faults.push(clause.span.fault("counted-both-ways", &[("given", &n)]));
        }
    }
    counting
}

/// The years and the calendar they make.
pub(crate) fn calendar(
    lines: &[(&str, &Line)],
    faults: &mut Vec<Fault>,
) -> (Vec<CalendarYear>, Option<Calendar>) {
    let mut years: Vec<CalendarYear> = Vec::new();
    for (_, line) in lines {
        let Some(year) = calendar_year(line, faults) else { continue };
        match years.iter().any(|y| (y.year.year, y.edition) == (year.year.year, year.edition)) {
            true => {
                let name = year.year.year.to_string();
                faults.push(line.span.fault("declared-twice", &[("name", &name)]));
            }
            false => years.push(year),
        }
    }
    years.sort_by_key(|y| (y.year.year, y.edition));
    let last_edition = years.chunk_by(|a, b| a.year.year == b.year.year).filter_map(<[_]>::last);
    let tables: Vec<Year> = last_edition.map(|y| y.year.clone()).collect();
    let version = years.last().map_or(0, |y| y.year.year as u64);
    let calendar = match Calendar::new(version, &tables) {
        Ok(calendar) => Some(calendar),
        // No year at all: said once, by whoever needs a day; content without procedures needs none.
        Err(CalendarError::Empty) => None,
        Err(CalendarError::Gap { missing }) => {
            if let Some((_, line)) = lines.first() {
                let year = missing.to_string();
                faults.push(line.span.fault("calendar-gap", &[("year", &year)]));
            }
            None
        }
        // The misplaced day was reported where it stands.
        Err(CalendarError::Misplaced { .. }) => None,
    };
    if let Some(calendar) = &calendar {
        for (_, line) in lines {
            check_total(line, calendar, faults);
        }
    }
    (years, calendar)
}

/// Monday to Friday of one year long past: with it every later date is provisional.
pub(crate) fn no_calendar() -> Calendar {
    let year = Year { year: 1970, off: Vec::new(), worked: Vec::new() };
    Calendar::new(0, &[year]).expect("one year without exceptions is a calendar")
}

fn calendar_year(line: &Line, faults: &mut Vec<Fault>) -> Option<CalendarYear> {
    let word = line.arguments.first()?;
    let number = match word.value {
        Scalar::Integer(n @ 1900..=2200) => n as i32,
        _ => {
            faults.push(word.span.fault("not-a-year", &[("given", &word.written())]));
            return None;
        }
    };
    let mut year = Year { year: number, off: Vec::new(), worked: Vec::new() };
    let mut names = BTreeMap::new();
    for inner in &line.children {
        let Some(word) = inner.arguments.first() else { continue };
        let off = inner.keyword() == Keyword::Off;
        let Some(day) = value::day(word.text()) else {
            let facts = [("name", inner.entry.word), ("given", &*word.written())];
            faults.push(word.span.fault("not-a-date", &facts));
            continue;
        };
        let list = if off { &mut year.off } else { &mut year.worked };
        let weekend = day.weekday() >= 5;
        if day.date().0 != number || weekend == off || list.contains(&day) {
            let (shown, expected) = (day.to_string(), number.to_string());
            let facts = [("given", &*shown), ("year", &*expected), ("keyword", inner.entry.word)];
            faults.push(word.span.fault("misplaced-day", &facts));
            continue;
        }
        list.push(day);
        if let Some(name) = inner.arguments.get(1) {
            names.insert(day, name.text().to_owned());
        }
    }
    let notice = line.owned(P::Notice);
    let edition = line.integer(P::Edition).unwrap_or(1);
    let days = |days: &[Day]| days.iter().map(|d| format!(" {d}")).collect::<String>();
    let text = format!("{number}/{edition} {notice} |{} |{}", days(&year.off), days(&year.worked));
    let hash = crate::canonical::digest(&text);
    Some(CalendarYear { year, edition, hash, notice, names, position: line.span.position() })
}

/// The stated number of working days must be the one the table makes.
fn check_total(line: &Line, calendar: &Calendar, faults: &mut Vec<Fault>) {
    let year = match line.arguments.first().map(|w| &w.value) {
        Some(Scalar::Integer(n)) => *n as i32,
        _ => return,
    };
    let (Some(first), Some(stated)) =
        (Day::from_date(year - 1, 12, 31), line.integer(P::WorkingDays))
    else {
        return;
    };
    let last = Day::from_date(year, 12, 31).unwrap_or(first);
    let counted = (first.0 + 1..=last.0).filter(|d| calendar.is_working(Day(*d))).count() as i64;
    if counted != stated
        && let Some(word) = line.get(P::WorkingDays)
    {
        let (stated, counted) = (stated.to_string(), counted.to_string());
        let facts = [("stated", &*stated), ("counted", &*counted)];
        faults.push(word.span.fault("working-days-differ", &facts));
    }
}

/// Places, merged by code: a place may be written in several files.
pub(crate) fn places(
    lines: &[(&str, &Line)],
    statutes: &[Statute],
    faults: &mut Vec<Fault>,
) -> Vec<Place> {
    let mut found: Vec<Place> = Vec::new();
    for (_, line) in lines {
        let Some(code) = line.arguments.first().map(Word::written) else { continue };
        let at = found.iter().position(|p| p.code == code).unwrap_or_else(|| {
            found.push(Place {
                code: code.clone(),
                name: String::new(),
                above: None,
                en: String::new(),
                organs: Vec::new(),
                settings: Vec::new(),
                proofs: Vec::new(),
                year_book: None,
                published: Vec::new(),
                position: line.span.position(),
            });
            found.len() - 1
        });
        let place = &mut found[at];
        if place.name.is_empty() {
            place.name = line.owned(P::PlaceName);
            place.en = line.owned(P::En);
            place.above = line.text(P::Above).map(str::to_owned);
        }
        for inner in line.lines(Keyword::Organ) {
            organ(inner, place, faults);
        }
        place
            .settings
            .extend(line.lines(Keyword::Setting).filter_map(|l| setting(l, statutes, faults)));
        for inner in line.lines(Keyword::YearBook) {
            year_book(inner, place, faults);
        }
        place.published.extend(line.lines(Keyword::Published).filter_map(|l| published(l, faults)));
        place.proofs.extend(
            line.lines(Keyword::Proves).filter_map(|l| registers::proof(l, statutes, faults)),
        );
    }
    found
}

fn year_book(line: &Line, place: &mut Place, faults: &mut Vec<Fault>) {
    let Some(family) = line.arguments.first() else { return };
    let (matter, until) = (line.owned(P::BookMatter), line.integer(P::InForceTo));
    let missing = [(P::BookMatter, matter.is_empty()), (P::InForceTo, until.is_none())];
    for (needed, _) in missing.iter().filter(|(_, is_missing)| *is_missing) {
        faults.push(line.span.fault("missing-property", &[("name", needed.word())]));
    }
    if place.year_book.is_some() {
        faults.push(family.span.fault("declared-twice", &[("name", family.text())]));
    }
    let until = until.and_then(|year| i32::try_from(year).ok()).unwrap_or_default();
    let (family, position) = (family.text().to_owned(), line.span.position());
    place.year_book = Some(YearBook { family, matter, until, position });
}

fn organ(line: &Line, place: &mut Place, faults: &mut Vec<Fault>) {
    let Some(name) = line.arguments.first() else { return };
    let roles = line.lines(Keyword::Serves).flat_map(|l| &l.arguments).map(|w| w.text().to_owned());
    let roles: Vec<String> = roles.collect();
    match place.organs.iter_mut().find(|o| o.name == name.text()) {
        Some(known) if line.properties.is_empty() => known.roles.extend(roles),
        Some(_) => faults.push(name.span.fault("declared-twice", &[("name", name.text())])),
        None => place.organs.push(Organ {
            name: name.text().to_owned(),
            short: line.owned(P::Short),
            category: line.text(P::Category).map(str::to_owned),
            department: line.text(P::Department).map(str::to_owned),
            above: line.flag(P::IsAbove),
            roles,
            en: line.owned(P::En),
            position: line.span.position(),
        }),
    }
}

/// The citations of a line of a place; district practice needs its reason.
pub(crate) fn cited(line: &Line, statutes: &[Statute], faults: &mut Vec<Fault>) -> Vec<Citation> {
    let words = line.names(P::Citation);
    if words.is_empty() {
        faults.push(line.span.fault("no-citation", &[("line", &line.written())]));
    }
    if words.iter().any(|w| w.text() == INTERNAL) && line.get(P::Reason).is_none() {
        faults.push(words[0].span.fault("internal-needs-reason", &[]));
    }
    let mut citations = Vec::new();
    for word in &words {
        if let Some(cited) = citation::parse(word.text()) {
            citation::check(word, &cited, statutes, None, faults);
            citations.push(cited);
        }
    }
    citations
}

fn published(line: &Line, faults: &mut Vec<Fault>) -> Option<Published> {
    let [figure, value] = line.arguments.as_slice() else { return None };
    let Some(year) = line.integer(P::OfYear).and_then(|year| i32::try_from(year).ok()) else {
        faults.push(line.span.fault("missing-property", &[("name", P::OfYear.word())]));
        return None;
    };
    Some(Published { figure: figure.text().to_owned(), year, value: value.written() })
}

fn setting(line: &Line, statutes: &[Statute], faults: &mut Vec<Fault>) -> Option<Setting> {
    let [param, value] = line.arguments.as_slice() else { return None };
    Some(Setting {
        param: param.text().to_owned(),
        family: line.text(P::OfFamily).map(str::to_owned),
        from: line.text(P::Since).and_then(value::day),
        value: value.written(),
        citations: cited(line, statutes, faults),
        reason: line.text(P::Reason).map(str::to_owned),
        doubtful: line.flag(P::Doubtful),
        position: line.span.position(),
    })
}

/// Every setting must be of a parameter of some procedure, and of its type.
pub(crate) fn settings(
    places: &[Place],
    procedures: &[Procedure],
    lines: &[(&str, &Line)],
    faults: &mut Vec<Fault>,
) {
    if procedures.is_empty() {
        return;
    }
    for setting in places.iter().flat_map(|p| &p.settings) {
        let lines = lines.iter().flat_map(|(_, l)| l.lines(Keyword::Setting));
        let line = lines.filter(|l| l.span.position() == setting.position).last();
        let Some([name, value]) = line.map(|l| l.arguments.as_slice()) else { continue };
        let mine = |p: &&Procedure| setting.family.as_ref().is_none_or(|f| *f == p.family);
        let params: Vec<_> = procedures
            .iter()
            .filter(mine)
            .flat_map(|p| &p.params)
            .filter(|p| p.name == setting.param)
            .collect();
        if params.is_empty() {
            let known = procedures.iter().flat_map(|p| &p.params).map(|p| p.name.as_str());
            faults.push(undeclared(&name.span, Keyword::Param.word(), &setting.param, known));
        }
        for param in params {
            let fits = value::parse(param.kind, &setting.value)
                .is_some_and(|v| crate::lower::admits(param.kind, &param.options, &v));
            if !fits {
                let facts =
                    [("given", setting.value.as_str()), ("type", value::type_word(param.kind))];
                faults.push(value.span.fault("wrong-value", &facts));
                break;
            }
        }
    }
}

/// The worked examples to be told.
pub(crate) fn examples(lines: &[(&str, &Line)], faults: &mut Vec<Fault>) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    for (_, line) in lines {
        let Some(id) = line.arguments.first() else { continue };
        if found.iter().any(|e| e.id == id.text()) {
            faults.push(id.span.fault("declared-twice", &[("name", id.text())]));
            continue;
        }
        found.push(Example {
            id: id.text().to_owned(),
            family: line.owned(P::OfFamily),
            version: line.owned(P::Version),
            question: line.owned(P::Question),
            answer: line.owned(P::Answer),
            position: line.span.position(),
        });
    }
    found
}

/// Versions of one family lie side by side and never overlap.
pub(crate) fn versions(procedures: &[Procedure], lines: &[(&str, &Line)], faults: &mut Vec<Fault>) {
    for (i, one) in procedures.iter().enumerate() {
        for other in procedures[..i].iter().filter(|o| o.family == one.family) {
            let Some((_, line)) = lines.iter().find(|(_, l)| l.span.position() == one.position)
            else {
                continue;
            };
            if one.version == other.version {
                let name = format!("{}@{}", one.family, one.version);
                faults.push(line.span.fault("declared-twice", &[("name", &name)]));
            } else if one.in_force.meets(&other.in_force) {
                let facts = [("one", other.version.as_str()), ("other", one.version.as_str())];
                faults.push(line.span.fault("versions-overlap", &facts));
            }
        }
        let earlier = procedures[..i].iter().rfind(|o| o.family == one.family);
        let line = lines.iter().find(|(_, l)| l.span.position() == one.position);
        if let (Some(earlier), Some((_, line))) = (earlier, line) {
            prelude::check(earlier, one, line, faults);
        }
    }
}
