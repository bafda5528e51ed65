//! From CSV text to rows, each with the line of the file on which it begins.
//!
//! Blank lines are passed over by the CSV reader, so lines are counted beside it.

use csv::ReaderBuilder;

use super::sheet::Record;
use super::words::Words;

/// What separates cells: what spreadsheet programs write as "CSV", the usual first.
pub(super) const SEPARATORS: [u8; 3] = [b',', b'\t', b';'];

/// Every row.
pub(super) fn records(text: &str, separator: u8, words: &Words) -> Result<Vec<Record>, String> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let (mut found, mut lines) = (Vec::new(), Lines { text, at: 0, line: 1 });
    for record in reader.records() {
        let record = record.map_err(|e| words.say("file.csv", &[("why", &e.to_string())]))?;
        let start = record.position().map_or(0, |p| p.byte() as usize);
        let cells = record.iter().map(str::to_owned).collect();
        found.push(Record { line: lines.of(start), cells });
    }
    if let Some(Record { line, cells }) = found.last()
        && text.matches('"').count() % 2 == 1
        && cells.iter().any(|c| c.contains('\n'))
    {
        return Err(words.say("file.quote", &[("line", &line.to_string())]));
    }
    Ok(found)
}

/// Counts lines as the reader goes on.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line of the record read from this byte; blank lines before it are passed over.
    fn of(&mut self, start: usize) -> u64 {
        let rest = &self.text.as_bytes()[start..];
        let blank = rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let to = start + blank;
        let bytes = &self.text.as_bytes()[self.at..to];
        let next = |at: usize| self.text.as_bytes().get(self.at + at + 1);
        let ends = |(at, byte): &(usize, &u8)| match byte {
            b'\n' => true,
            b'\r' => next(*at) != Some(&b'\n'),
            _ => false,
        };
        self.line += bytes.iter().enumerate().filter(ends).count() as u64;
        self.at = to;
        self.line
    }
}
