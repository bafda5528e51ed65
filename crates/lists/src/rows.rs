//! The rows of each list, read from the store a page at a time.

use std::io::Write;

use kernel::Instant;
use office::{Lang, Office, Search, Wording};
use report::{Answer, Printed, Report};
use store::{Attempted, Duty, DutyClock, MatterFilter, MatterHead, MatterState, NEVER, OpenDuty};

use crate::list::List;
use crate::writer::{Cell, ListError, Writer};

/// How much is read at a time.
const PAGE: u32 = 1_024;
/// Duties whose clock runs are put in the order they fall due, all at once.
const RUNNING: u32 = u32::MAX;

/// Writes the rows of a list.
pub(crate) fn write<W: Write + Send>(
    list: &List,
    office: &Office,
    words: &Wording,
    into: &mut Writer<W>,
) -> Result<(), ListError> {
    match list {
        List::Matters(asked) => {
            let mut each = |head: MatterHead| into.row(&matter(&head, words));
            match asked.words.is_empty() {
                true => each_matter(office, &asked.filter, &mut each),
                false => each_meant(office, asked, &mut each),
            }
        }
        List::Owed { until } => owed(office, *until, words, into),
        List::Figures(report) => figures(report, words.lang, into),
        List::Acts(answer) => acts(office, answer, into),
        List::Attempts => attempts(office, words, into),
    }
}

fn each_matter(
    office: &Office,
    filter: &MatterFilter,
    each: &mut dyn FnMut(MatterHead) -> Result<(), ListError>,
) -> Result<(), ListError> {
    let mut before = None;
    loop {
        let page = office.store.matters(office.law.district, filter, before, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        before = Some(last.key);
        page.into_iter().try_for_each(&mut *each)?;
    }
}

fn each_meant(
    office: &Office,
    asked: &Search,
    each: &mut dyn FnMut(MatterHead) -> Result<(), ListError>,
) -> Result<(), ListError> {
    let mut asked = Search { limit: PAGE, after: None, ..asked.clone() };
    loop {
        let page = office.search(&asked)?;
        page.found.into_iter().try_for_each(|found| each(found.head))?;
        asked.after = page.next;
        if asked.after.is_none() {
            return Ok(());
        }
    }
}

fn matter(head: &MatterHead, words: &Wording) -> Vec<Cell> {
    let view = &head.view;
    let state = match view.state {
        MatterState::Open => "state.open",
        MatterState::Closed => "state.closed",
    };
    vec![
        Cell::text(&head.matter),
        Cell::text(&view.procedure),
        Cell::text(&view.version),
        Cell::text(&view.title),
        Cell::text(&view.parties),
        Cell::text(words.say(state, &[])),
        Cell::Moment(Instant(view.opened_at)),
        Cell::Moment(Instant(view.last_at)),
        Cell::count(head.position),
    ]
}

/// What has a running clock in the order in which it falls due, then, unless an end is given, the rest.
fn owed<W: Write + Send>(
    office: &Office,
    until: Option<Instant>,
    words: &Wording,
    into: &mut Writer<W>,
) -> Result<(), ListError> {
    let (store, district) = (&office.store, office.law.district);
    let end = until.map_or(NEVER - 1, |until| until.0);
    for OpenDuty { matter, duty: owed, .. } in store.due(district, end, RUNNING)? {
        if let Some(head) = store.matter(district, &matter)? {
            into.row(&duty(office, &head, &owed, words))?;
        }
    }
    if until.is_some() {
        return Ok(());
    }
    let open = MatterFilter { state: Some(MatterState::Open), ..MatterFilter::default() };
    each_matter(office, &open, &mut |head| {
        let still = head.duties.iter().filter(|duty| duty.clock.due().is_none());
        let rows: Vec<_> = still.map(|owed| duty(office, &head, owed, words)).collect();
        rows.iter().try_for_each(|row| into.row(row))
    })
}

fn duty(office: &Office, head: &MatterHead, duty: &Duty, words: &Wording) -> Vec<Cell> {
    let (due, state) = match duty.clock {
        DutyClock::Unlimited => (Cell::Blank, "duty.unlimited"),
        DutyClock::Held => (Cell::Blank, "duty.held"),
        DutyClock::Running { due, provisional, .. } => {
            let state = match (Instant(due) < office.now(), provisional) {
                (_, true) => "duty.provisional",
                (true, _) => "duty.late",
                (false, _) => "duty.running",
            };
            (until(Instant(due)), state)
        }
    };
    vec![
        due,
        Cell::text(words.say(state, &[])),
        Cell::text(&duty.act),
        Cell::text(&duty.instance),
        Cell::text(&duty.role),
        Cell::text(&duty.organ),
        Cell::text(&head.matter),
        Cell::text(&head.view.procedure),
        Cell::text(&head.view.title),
    ]
}

/// The day, where all of it is in time.
fn until(due: Instant) -> Cell {
    match due == due.day().end() {
        true => Cell::Day(due.day()),
        false => Cell::Moment(due),
    }
}

fn figures<W: Write + Send>(
    report: &Report,
    lang: Lang,
    into: &mut Writer<W>,
) -> Result<(), ListError> {
    for answer in &report.figures {
        let english = lang == Lang::En && !answer.en.is_empty();
        let name = if english { &answer.en } else { &answer.title };
        let whole = |number| Cell::Number(Printed::of(number, 0));
        let row = |group: &str, value: Cell, rate: [Cell; 2], acts: usize| {
            let [above, below] = rate;
            let texts = [&*answer.id, name, group].map(Cell::text);
            let rest = [value, Cell::text(&answer.unit), above, below, Cell::count(acts)];
            texts.into_iter().chain(rest).collect::<Vec<_>>()
        };
        let rate = answer.rate.map(|(above, below)| [whole(above), whole(below)]);
        let rate = rate.unwrap_or([Cell::Blank, Cell::Blank]);
        let value = answer.value.map_or(Cell::Blank, Cell::Number);
        into.row(&row("", value, rate, answer.acts.len()))?;
        for (group, (value, acts)) in &answer.groups {
            into.row(&row(group, whole(*value), [Cell::Blank, Cell::Blank], acts.len()))?;
        }
    }
    Ok(())
}

fn acts<W: Write + Send>(
    office: &Office,
    answer: &Answer,
    into: &mut Writer<W>,
) -> Result<(), ListError> {
    for number in &answer.acts {
        let Some(stored) = office.store.record(office.law.district, *number)? else { continue };
        let record = stored.read()?;
        into.row(&[
            Cell::count(*number),
            Cell::Moment(Instant(record.performed_at)),
            Cell::text(office.record_name(&record.act, &record.version)),
            Cell::text(record.matter),
            Cell::text(stored.leaf.to_hex()),
        ])?;
    }
    Ok(())
}

fn attempts<W: Write + Send>(
    office: &Office,
    words: &Wording,
    into: &mut Writer<W>,
) -> Result<(), ListError> {
    let mut after = 0;
    loop {
        let page = office.store.attempts(office.law.district, after, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.number;
        for Attempted { number, matter, attempt } in &page {
            into.row(&[
                Cell::count(*number),
                Cell::Moment(Instant(attempt.at)),
                Cell::text(matter),
                Cell::text(&attempt.act),
                Cell::text(&attempt.person),
                Cell::text(&attempt.role),
                Cell::text(&attempt.organ),
                Cell::text(words.list(&attempt.rules)),
            ])?;
        }
    }
}
