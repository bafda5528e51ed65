//! Figures and identities of a procedure family, typed against each of its versions.
//!
//! A figure holds for all versions; an act that one version lacks is simply not counted there. A
//! name that no version has is a fault. A figure of the report itself stands in `figures/`, outside
//! all families, and is worked out from figures of families: it counts no acts of its own.
//!
//! Not here: counting (the report crate).

use std::collections::BTreeMap;

use kernel::{EventId, FieldId, Guard};

use crate::citation;
use crate::fault::Fault;
use crate::figure::{Count, Figure, Formula, Identity, Relation, Term, Window};
use crate::guard;
use crate::keywords::{
    Keyword, LAST_YEAR_PREFIX, P, SIDES_AT_MOST, WINDOW_ACT_SUFFIX, WINDOW_ALL, WINDOW_DUE,
    WINDOW_PERFORMED, WINDOW_YEAR,
};
use crate::load::{PROCEDURES, family_of};
use crate::model::{Procedure, Statute};
use crate::scope::Scope;
use crate::shape::undeclared;
use crate::syntax::{Line, Word};
use crate::value;

/// The folder of figures that belong to no family.
const FIGURES: &str = "figures/";

/// Figures and identities that belong to no family.
#[derive(Default)]
pub(crate) struct OfReport {
    pub figures: Vec<Figure>,
    pub identities: Vec<Identity>,
}

/// Parses the figures, hands each version its own and gives those of the report.
pub(crate) fn attach(
    procedures: &mut [Procedure],
    lines: &[(&str, &Line)],
    places: &[(&str, &Line)],
    statutes: &[Statute],
    faults: &mut Vec<Fault>,
) -> OfReport {
    let mut of_report = OfReport::default();
    let figures = lines.iter().filter(|(_, l)| l.keyword() == Keyword::Figure);
    let ids: BTreeMap<&str, &Word> =
        figures.filter_map(|(_, l)| l.arguments.first()).map(|w| (w.text(), w)).collect();
    let mut seen: BTreeMap<String, ()> = BTreeMap::new();
    for (path, line) in lines {
        let Some(id) = line.arguments.first() else { continue };
        if seen.insert(id.text().to_owned(), ()).is_some() {
            faults.push(id.span.fault("declared-twice", &[("name", id.text())]));
            continue;
        }
        let family = family_of(path);
        let versions: Vec<usize> = (0..procedures.len())
            .filter(|i| family == Some(procedures[*i].family.as_str()))
            .collect();
        let reports = path.starts_with(FIGURES);
        if versions.is_empty() && !reports {
            faults.push(line.span.fault("no-family", &[("folder", PROCEDURES)]));
            continue;
        }
        if line.keyword() == Keyword::Identity {
            let identity = identity(line, &ids, faults);
            versions.iter().for_each(|i| procedures[*i].identities.push(identity.clone()));
            of_report.identities.extend(reports.then_some(identity));
        } else {
            let scopes = scopes_of(&versions, procedures);
            let mut figures = figure(line, scopes, &ids, statutes, faults).into_iter();
            if reports {
                of_report.figures.extend(figures.next());
            }
            versions.iter().zip(figures).for_each(|(i, f)| procedures[*i].figures.push(f));
        }
    }
    for line in places.iter().flat_map(|(_, l)| l.lines(Keyword::Published)) {
        if let Some(id) = line.arguments.first() {
            known_figure(id, id.text(), &ids, faults);
        }
    }
    circles(&of_report, procedures, &ids, faults);
    of_report
}

/// A figure that rests on itself, of whatever year, can never be worked out.
fn circles(
    of_report: &OfReport,
    procedures: &[Procedure],
    ids: &BTreeMap<&str, &Word>,
    faults: &mut Vec<Fault>,
) {
    let all = of_report.figures.iter().chain(procedures.iter().flat_map(|p| &p.figures));
    let mut rests: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for figure in all {
        figure.formula.figures(&mut |id| rests.entry(&figure.id).or_default().push(id));
    }
    for start in rests.keys() {
        // Said once, at the first of its figures.
        if let Some(path) = way_back(start, start, &rests, &mut vec![start])
            && path.iter().all(|id| start <= id)
        {
            let facts = [("name", *start), ("path", &*path.join(" → "))];
            faults.push(ids[start].span.fault("figure-circular", &facts));
        }
    }
}

/// The figures on a way from the one back to the start.
fn way_back<'a>(
    start: &'a str,
    from: &str,
    rests: &BTreeMap<&'a str, Vec<&'a str>>,
    seen: &mut Vec<&'a str>,
) -> Option<Vec<&'a str>> {
    for next in rests.get(from).into_iter().flatten() {
        if *next == start {
            return Some(vec![start]);
        }
        if !seen.contains(next) {
            seen.push(next);
            if let Some(mut way) = way_back(start, next, rests, seen) {
                way.insert(0, next);
                return Some(way);
            }
        }
    }
    None
}

/// What each version knows. An option of a field that another version has is known to all: here it
/// is never chosen.
fn scopes_of<'p>(versions: &[usize], procedures: &'p [Procedure]) -> Vec<Scope<'p>> {
    let mut scopes: Vec<Scope> = versions.iter().map(|i| Scope::new(&procedures[*i])).collect();
    let mut options: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for field in scopes.iter().flat_map(|s| &s.fields).filter(|f| !f.options.is_empty()) {
        let all = options.entry(field.name.clone()).or_default();
        let new: Vec<_> = field.options.iter().filter(|o| !all.contains(o)).cloned().collect();
        all.extend(new);
    }
    for field in scopes.iter_mut().flat_map(|s| &mut s.fields) {
        if let Some(all) = options.get(&field.name).filter(|_| !field.options.is_empty()) {
            field.options.clone_from(all);
        }
    }
    scopes
}

/// One per version; one where there is no version.
fn figure(
    line: &Line,
    scopes: Vec<Scope>,
    ids: &BTreeMap<&str, &Word>,
    statutes: &[Statute],
    faults: &mut Vec<Fault>,
) -> Vec<Figure> {
    let mut citations = Vec::new();
    for word in line.names(P::Citation) {
        if let Some(cited) = citation::parse(word.text()) {
            citation::check(&word, &cited, statutes, None, faults);
            citations.push(cited);
        }
    }
    let mut at_least = |p: P, least: i64| {
        let given = line.integer(p).unwrap_or(least);
        u32::try_from(given.max(least)).ok().filter(|n| i64::from(*n) == given).unwrap_or_else(
            || {
                let facts = [
                    ("name", p.word()),
                    ("given", &*given.to_string()),
                    ("least", &*least.to_string()),
                ];
                faults.push(line.span.fault("number-too-small", &facts));
                least as u32
            },
        )
    };
    let (decimals, divisor) = (at_least(P::Decimals, 0), at_least(P::Divisor, 1));
    let mut typer = Typer { scopes, ids, faults };
    let formulas = typer.formula(&line.children, line).unwrap_or_default();
    let figure = |formula| Figure {
        id: line.arguments[0].text().to_owned(),
        title: line.owned(P::Title),
        en: line.owned(P::En),
        unit: line.owned(P::Unit),
        decimals,
        divisor,
        citations: citations.clone(),
        formula,
        position: line.span.position(),
    };
    formulas.into_iter().map(figure).collect()
}

fn identity(line: &Line, ids: &BTreeMap<&str, &Word>, faults: &mut Vec<Fault>) -> Identity {
    let mut side = |keyword: Keyword| {
        let mut terms = Vec::new();
        for word in line.lines(keyword).flat_map(|l| &l.arguments) {
            let text = word.text();
            let (figure, previous_year) = match text.strip_prefix(LAST_YEAR_PREFIX) {
                Some(id) => (id, true),
                None => (text, false),
            };
            known_figure(word, figure, ids, faults);
            terms.push(Term { figure: figure.to_owned(), previous_year });
        }
        terms
    };
    let (left, right) = (side(Keyword::Left), side(Keyword::Right2));
    let id = line.arguments.first().map(|w| w.text().to_owned()).unwrap_or_default();
    let relation = match line.text(P::Sides) {
        Some(SIDES_AT_MOST) => Relation::AtMost,
        _ => Relation::Equal,
    };
    let title = line.owned(P::Title);
    Identity { id, title, relation, left, right, position: line.span.position() }
}

fn known_figure(word: &Word, id: &str, ids: &BTreeMap<&str, &Word>, faults: &mut Vec<Fault>) {
    if !ids.contains_key(id) {
        faults.push(undeclared(&word.span, Keyword::Figure.word(), id, ids.keys().copied()));
    }
}

/// Types a figure against all versions at once: every answer is one per version.
struct Typer<'a, 'b> {
    scopes: Vec<Scope<'a>>,
    ids: &'b BTreeMap<&'b str, &'b Word>,
    faults: &'b mut Vec<Fault>,
}

impl Typer<'_, '_> {
    /// The formula of the lines below a figure, numerator or denominator, one per version.
    fn formula(&mut self, lines: &[Line], outer: &Line) -> Option<Vec<Formula>> {
        use Keyword as K;
        let minus: Vec<&Line> = lines.iter().filter(|l| l.keyword() == K::Minus).collect();
        let own = |l: &&Line| {
            matches!(
                l.keyword(),
                K::Count
                    | K::CountDuty
                    | K::Stock
                    | K::Ratio
                    | K::OfFigure
                    | K::LastYear
                    | K::Total
            )
        };
        let bases: Vec<&Line> = lines.iter().filter(own).collect();
        let [base] = bases.as_slice() else {
            self.faults.push(outer.span.fault("one-formula", &[]));
            return None;
        };
        let each = self.scopes.len().max(1);
        let same = |f: Formula| vec![f; each];
        let first = base.arguments.first();
        let formula = match base.keyword() {
            K::Count | K::CountDuty => {
                self.count(base, lines)?.into_iter().map(Formula::Count).collect()
            }
            K::Stock => self.stock(base)?,
            K::Ratio => self.ratio(base)?,
            K::Total => {
                let words = base.arguments.iter();
                words.clone().for_each(|w| known_figure(w, w.text(), self.ids, self.faults));
                same(Formula::Total(words.map(|w| w.text().to_owned()).collect()))
            }
            keyword => {
                let word = first?;
                known_figure(word, word.text(), self.ids, self.faults);
                let id = word.text().to_owned();
                same(if keyword == K::LastYear {
                    Formula::PreviousYear(id)
                } else {
                    Formula::Figure(id)
                })
            }
        };
        if minus.is_empty() {
            return Some(formula);
        }
        let mut less: Vec<Vec<Formula>> = vec![Vec::new(); each];
        for line in minus {
            for (i, part) in self.formula(&line.children, line)?.into_iter().enumerate() {
                less[i].push(part);
            }
        }
        let pairs = formula.into_iter().zip(less);
        Some(pairs.map(|(f, less)| Formula::Difference(Box::new(f), less)).collect())
    }

    fn ratio(&mut self, line: &Line) -> Option<Vec<Formula>> {
        let upper = line.lines(Keyword::Numerator).next();
        let lower = line.lines(Keyword::Denominator).next();
        let (Some(upper), Some(lower)) = (upper, lower) else {
            self.faults.push(line.span.fault("one-formula", &[]));
            return None;
        };
        let above = self.formula(&upper.children, upper);
        let below = self.formula(&lower.children, lower);
        let pairs = above?.into_iter().zip(below?);
        Some(pairs.map(|(a, b)| Formula::Ratio(Box::new(a), Box::new(b))).collect())
    }

    fn stock(&mut self, line: &Line) -> Option<Vec<Formula>> {
        let duties = self.events(line.arguments.first()?)?;
        let Some(on) = line.text(P::On).and_then(value::month_day) else {
            self.faults.push(line.span.fault("missing-property", &[("name", P::On.word())]));
            return None;
        };
        Some(duties.into_iter().map(|duty| Formula::Stock { duty, on }).collect())
    }

    fn count(&mut self, base: &Line, lines: &[Line]) -> Option<Vec<Count>> {
        let mut counts = vec![Count::default(); self.scopes.len()];
        for word in &base.arguments {
            if base.keyword() == Keyword::Count {
                for (count, acts) in counts.iter_mut().zip(self.acts(word)?) {
                    count.acts.extend(acts);
                }
            } else {
                for (count, duty) in counts.iter_mut().zip(self.events(word)?) {
                    count.duty = duty;
                }
            }
        }
        for line in lines {
            self.detail(line, &mut counts)?;
        }
        Some(counts)
    }

    fn detail(&mut self, line: &Line, counts: &mut [Count]) -> Option<()> {
        use Keyword as K;
        match line.keyword() {
            K::InTime => counts.iter_mut().for_each(|c| c.in_time = true),
            K::Window => return self.window(line, counts),
            K::Where => {
                for (count, guard) in
                    counts.iter_mut().zip(self.condition(line.arguments.first()?)?)
                {
                    count.condition = Some(guard);
                }
            }
            K::NeverDone => {
                for word in &line.arguments {
                    for (count, acts) in counts.iter_mut().zip(self.acts(word)?) {
                        count.without.extend(acts);
                    }
                }
            }
            K::DistinctBy | K::SumOf | K::Largest | K::GroupBy => {
                let fields = self.fields(line.arguments.first()?)?;
                for (count, field) in counts.iter_mut().zip(fields) {
                    let slot = match line.keyword() {
                        K::DistinctBy => &mut count.distinct,
                        K::SumOf => &mut count.sum,
                        K::Largest => &mut count.largest,
                        _ => &mut count.by,
                    };
                    *slot = field;
                }
            }
            _ => {}
        }
        Some(())
    }

    fn window(&mut self, line: &Line, counts: &mut [Count]) -> Option<()> {
        let [date, rest @ ..] = line.arguments.as_slice() else { return None };
        let text = date.text();
        match text {
            WINDOW_PERFORMED => {}
            WINDOW_DUE => counts.iter_mut().for_each(|c| c.window = Window::Due),
            _ => {
                let name = text.strip_suffix(WINDOW_ACT_SUFFIX).unwrap_or(text).to_owned();
                let span = date.span.clone();
                let word = Word { value: crate::syntax::Scalar::Text(name), span };
                for (count, acts) in counts.iter_mut().zip(self.acts(&word)?) {
                    count.window = Window::Act(acts.first().copied());
                }
            }
        }
        match rest.first().map(Word::text) {
            None | Some(WINDOW_YEAR) => {}
            Some(WINDOW_ALL) => counts.iter_mut().for_each(|c| c.cumulative = true),
            Some(given) => {
                let allowed = [WINDOW_YEAR, WINDOW_ALL].join(" ");
                let facts = [
                    ("name", line.entry.word),
                    ("given", given),
                    ("meant", ""),
                    ("allowed", &*allowed),
                ];
                self.faults.push(rest[0].span.fault("not-one-of", &facts));
            }
        }
        Some(())
    }

    /// The acts a name stands for in each version; a fault if in none.
    fn acts(&mut self, word: &Word) -> Option<Vec<Vec<EventId>>> {
        let found: Vec<_> =
            self.scopes.iter().map(|s| s.procedure.acts_named(word.text())).collect();
        if found.iter().all(Vec::is_empty) {
            self.unknown_act(word);
            return None;
        }
        Some(found)
    }

    fn events(&mut self, word: &Word) -> Option<Vec<Option<EventId>>> {
        let found: Vec<_> = self.scopes.iter().map(|s| s.procedure.event(word.text())).collect();
        if found.iter().all(Option::is_none) {
            self.unknown_act(word);
            return None;
        }
        Some(found)
    }

    fn unknown_act(&mut self, word: &Word) {
        let acts = self.scopes.iter().flat_map(|s| &s.procedure.acts).map(|a| a.name.as_str());
        self.faults.push(undeclared(&word.span, Keyword::Act.word(), word.text(), acts));
    }

    fn fields(&mut self, word: &Word) -> Option<Vec<Option<FieldId>>> {
        let of =
            |s: &Scope| s.procedure.fields.iter().find(|f| f.name == word.text()).map(|f| f.id);
        let found: Vec<_> = self.scopes.iter().map(of).collect();
        if found.iter().all(Option::is_none) {
            let fields =
                self.scopes.iter().flat_map(|s| &s.procedure.fields).map(|f| f.name.as_str());
            self.faults.push(undeclared(&word.span, Keyword::Field.word(), word.text(), fields));
            return None;
        }
        Some(found)
    }

    /// The guard in each version; false where the version lacks its fields.
    fn condition(&mut self, word: &Word) -> Option<Vec<Guard>> {
        let mut guards = Vec::new();
        let mut said = Vec::new();
        for scope in &mut self.scopes {
            let mut faults = Vec::new();
            guards.push(guard::parse(word, scope, &mut faults));
            said = if faults.is_empty() { said } else { faults };
        }
        if guards.iter().all(Option::is_none) {
            self.faults.append(&mut said);
            return None;
        }
        Some(guards.into_iter().map(|g| g.unwrap_or(Guard::Any(Vec::new()))).collect())
    }
}
