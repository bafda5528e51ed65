//! A table as CSV that spreadsheet programs open: marked as UTF-8, and without formulas.

use std::io::Write;

use crate::guard::guarded;
use crate::writer::{Cell, Column, ListError};

/// The mark by which spreadsheet programs know UTF-8.
const MARK: &[u8] = "\u{FEFF}".as_bytes();

pub(crate) struct Text<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> Text<W> {
    pub fn begin(columns: &[Column], mut out: W) -> Result<Self, ListError> {
        out.write_all(MARK)?;
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(columns.iter().map(|c| &c.heading))?;
        Ok(Self { writer })
    }

    pub fn row(&mut self, cells: &[Cell]) -> Result<(), ListError> {
        for cell in cells {
            match cell {
                Cell::Blank => self.writer.write_field(""),
                Cell::Text(text) => self.writer.write_field(guarded(text).as_bytes()),
                Cell::Integer(number) => self.writer.write_field(number.to_string()),
                Cell::Number(number) => self.writer.write_field(number.to_string()),
                Cell::Day(day) => self.writer.write_field(day.to_string()),
                Cell::Moment(at) => self.writer.write_field(at.to_string()),
            }?;
        }
        Ok(self.writer.write_record(None::<&[u8]>)?)
    }

    pub fn finish(self) -> Result<W, ListError> {
        self.writer.into_inner().map_err(|failed| failed.into_error().into())
    }
}
