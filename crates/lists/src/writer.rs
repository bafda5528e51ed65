//! A table on its way into a file: its heading, then row after row.
//!
//! Takes cells that know what they are, so that a date is a date and a number a number wherever the
//! kind of file can say so; gives the file. What is text stays text: no cell becomes a formula.
//!
//! Next: `book.rs` (workbooks), `text.rs` (CSV).

use std::io::Write;
use std::str::FromStr;

use kernel::{Day, Instant};
use office::NotDone;
use report::Printed;
use store::StoreError;

use crate::book::Book;
use crate::text::Text;

/// The kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A workbook.
    Xlsx,
    /// Comma-separated values in UTF-8, with the mark by which spreadsheet programs know it.
    Csv,
}

impl Format {
    /// How files of this kind end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }

    /// How the web names the kind.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

impl FromStr for Format {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::Xlsx, Self::Csv].into_iter().find(|f| f.extension() == text).ok_or(())
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// Its width in a workbook, in Latin characters; a Han character takes two.
    pub width: u16,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Blank,
    /// Text, whatever it looks like.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number as printed.
    Number(Printed),
    /// A day.
    Day(Day),
    /// A day with its time.
    Moment(Instant),
}

impl Cell {
    /// Text; nothing where it is empty.
    pub fn text(text: impl Into<String>) -> Self {
        match text.into() {
            text if text.is_empty() => Self::Blank,
            text => Self::Text(text),
        }
    }

    /// A count.
    pub fn count(count: impl TryInto<i64>) -> Self {
        count.try_into().map_or(Self::Blank, Self::Integer)
    }
}

/// Why a list was not written.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The store did not give it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing can be looked for by such words.
    #[error(transparent)]
    Search(#[from] NotDone),
    /// The file could not be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The workbook could not be put together.
    #[error(transparent)]
    Book(#[from] rust_xlsxwriter::XlsxError),
}

impl From<csv::Error> for ListError {
    fn from(error: csv::Error) -> Self {
        Self::Io(error.into())
    }
}

/// Writes one table.
pub struct Writer<W: Write + Send> {
    kind: Kind<W>,
}

enum Kind<W: Write + Send> {
    Book(Box<Book>, W),
    Text(Box<Text<W>>),
}

impl<W: Write + Send> Writer<W> {
    /// Begins a table with its name and heading. `out` receives CSV row by row, and a workbook at
    /// the end, from temporary files.
    pub fn begin(
        format: Format,
        name: &str,
        columns: Vec<Column>,
        out: W,
    ) -> Result<Self, ListError> {
        let kind = match format {
            Format::Xlsx => Kind::Book(Box::new(Book::begin(name, columns)?), out),
            Format::Csv => Kind::Text(Box::new(Text::begin(&columns, out)?)),
        };
        Ok(Self { kind })
    }

    /// Writes one row.
    pub fn row(&mut self, cells: &[Cell]) -> Result<(), ListError> {
        match &mut self.kind {
            Kind::Book(book, _) => book.row(cells),
            Kind::Text(text) => text.row(cells),
        }
    }

    /// Ends the file and gives back what it was written to.
    pub fn finish(self) -> Result<W, ListError> {
        match self.kind {
            Kind::Book(book, out) => book.finish(out),
            Kind::Text(text) => text.finish(),
        }
    }
}
