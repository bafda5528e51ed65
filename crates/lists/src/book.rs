//! A table as a workbook that can be printed and filtered as it is.
//!
//! Landscape on A4, as wide as the paper, the heading frozen and repeated on every page. Rows go to
//! temporary files as they come. A sheet holds some million rows and no more, so a longer table goes
//! on in another sheet under the same heading.

use std::io::Write;

use kernel::{Day, Instant};
use report::Printed;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, Worksheet};

use crate::writer::{Cell, Column, ListError};

/// Rows of a sheet, its heading included.
const ROWS: u32 = 1_048_576;
/// Characters of a cell.
const CHARACTERS: usize = 32_767;
const A4: u8 = 9;
const PAGE_OF_PAGES: &str = "&C&P / &N";
const ELLIPSIS: char = '…';

pub(crate) struct Book {
    book: Workbook,
    name: String,
    columns: Vec<Column>,
    formats: Formats,
    sheets: usize,
    /// How many rows a sheet takes.
    rows: u32,
    /// The next row of the last sheet.
    next: u32,
}

struct Formats {
    heading: Format,
    text: Format,
    day: Format,
    moment: Format,
    /// By decimals.
    numbers: Vec<Format>,
}

impl Formats {
    fn new() -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        let number = |decimals: usize| {
            let zeros = "0".repeat(decimals);
            top().set_num_format(if decimals == 0 { "0".to_owned() } else { format!("0.{zeros}") })
        };
        Self {
            heading: Format::new()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color(Color::RGB(0xE7_E6_E6))
                .set_border_bottom(FormatBorder::Thin),
            text: top().set_text_wrap(),
            day: top().set_num_format("yyyy-mm-dd"),
            moment: top().set_num_format("yyyy-mm-dd hh:mm"),
            numbers: (0..=6).map(number).collect(),
        }
    }
}

impl Book {
    pub fn begin(name: &str, columns: Vec<Column>) -> Result<Self, ListError> {
        let mut book = Self {
            book: Workbook::new(),
            name: name.to_owned(),
            columns,
            formats: Formats::new(),
            sheets: 0,
            rows: ROWS,
            next: 0,
        };
        book.sheet()?;
        Ok(book)
    }

    pub fn row(&mut self, cells: &[Cell]) -> Result<(), ListError> {
        if self.next == self.rows {
            self.end_sheet()?;
            self.sheet()?;
        }
        let (row, formats) = (self.next, &self.formats);
        let sheet = self.book.worksheet_from_index(self.sheets - 1)?;
        for (column, cell) in (0..).zip(cells) {
            write(sheet, formats, row, column, cell)?;
        }
        self.next += 1;
        Ok(())
    }

    pub fn finish<W: Write + Send>(mut self, mut out: W) -> Result<W, ListError> {
        self.end_sheet()?;
        self.book.save_to_writer(&mut out)?;
        out.flush()?;
        Ok(out)
    }

    /// Begins the first sheet, or another one.
    fn sheet(&mut self) -> Result<(), ListError> {
        self.sheets += 1;
        let name = match self.sheets {
            1 => self.name.clone(),
            more => format!("{} {more}", self.name),
        };
        let sheet = self.book.add_worksheet_with_constant_memory()?.set_name(name)?;
        sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
        sheet.set_freeze_panes(1, 0)?.set_repeat_rows(0, 0)?.set_footer(PAGE_OF_PAGES);
        for (at, column) in (0..).zip(&self.columns) {
            sheet.set_column_width(at, column.width)?;
            sheet.write_string_with_format(0, at, &column.heading, &self.formats.heading)?;
        }
        self.next = 1;
        Ok(())
    }

    /// Every column of the sheet can be filtered, down to its last row.
    fn end_sheet(&mut self) -> Result<(), ListError> {
        let last = u16::try_from(self.columns.len()).unwrap_or(u16::MAX).saturating_sub(1);
        let rows = self.next - 1;
        self.book.worksheet_from_index(self.sheets - 1)?.autofilter(0, 0, rows, last)?;
        Ok(())
    }
}

fn write(
    sheet: &mut Worksheet,
    formats: &Formats,
    row: u32,
    column: u16,
    cell: &Cell,
) -> Result<(), ListError> {
    match cell {
        Cell::Blank => return Ok(()),
        Cell::Text(text) => {
            sheet.write_string_with_format(row, column, fitting(text), &formats.text)
        }
        Cell::Integer(number) => {
            sheet.write_number_with_format(row, column, *number as f64, &formats.numbers[0])
        }
        Cell::Number(number) => {
            let format = formats.numbers.get(number.decimals as usize);
            let format = format.unwrap_or(&formats.numbers[0]);
            sheet.write_number_with_format(row, column, nearest(*number), format)
        }
        Cell::Day(day) => match serial(*day) {
            Some(days) => sheet.write_number_with_format(row, column, days, &formats.day),
            None => sheet.write_string_with_format(row, column, day.to_string(), &formats.text),
        },
        Cell::Moment(at) => match serial(at.day()) {
            Some(days) => {
                let time = days + time_of_day(*at);
                sheet.write_number_with_format(row, column, time, &formats.moment)
            }
            None => sheet.write_string_with_format(row, column, at.to_string(), &formats.text),
        },
    }?;
    Ok(())
}

/// Days as spreadsheets count them; they have no days before 1900, and miscount its first months.
fn serial(day: Day) -> Option<f64> {
    let epoch = Day::from_date(1899, 12, 30)?;
    let first = Day::from_date(1900, 3, 1)?;
    (day >= first).then(|| f64::from(day.0 - epoch.0))
}

/// The time as a part of its day.
fn time_of_day(at: Instant) -> f64 {
    (at.0 - at.day().start().0) as f64 / 86_400.0
}

/// The machine's number nearest to one as printed.
fn nearest(number: Printed) -> f64 {
    number.units as f64 / 10_f64.powi(number.decimals.min(18) as i32)
}

/// The text as far as a cell can hold it; an ellipsis says that there is more.
fn fitting(text: &str) -> String {
    let units = text.encode_utf16().count();
    if units <= CHARACTERS {
        return text.to_owned();
    }
    let mut room = CHARACTERS - 1;
    let fits = |c: &char| {
        let fits = c.len_utf16() <= room;
        room = room.saturating_sub(c.len_utf16());
        fits
    };
    text.chars().take_while(fits).chain([ELLIPSIS]).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;

    fn columns() -> Vec<Column> {
        ["n", "m"].map(|heading| Column { heading: heading.to_owned(), width: 9 }).into()
    }

    fn read(book: Book) -> Xlsx<Cursor<Vec<u8>>> {
        Xlsx::new(Cursor::new(book.finish(Vec::new()).expect("memory takes all"))).expect("a book")
    }

    #[test]
    fn a_full_sheet_goes_on_in_the_next_under_the_same_heading() {
        let mut book = Book::begin("list", columns()).expect("a book begins");
        book.rows = 4;
        for n in 0..7 {
            book.row(&[Cell::Integer(n), Cell::Blank]).expect("a row fits");
        }
        let mut book = read(book);
        assert_eq!(book.sheet_names(), ["list", "list 2", "list 3"]);
        let numbers = |range: calamine::Range<Data>| {
            let cells = range.rows().map(|row| row[0].to_string()).collect::<Vec<_>>();
            cells.join(" ")
        };
        let read: Vec<String> = book.worksheets().into_iter().map(|(_, r)| numbers(r)).collect();
        assert_eq!(read, ["n 0 1 2", "n 3 4 5", "n 6"]);
    }

    #[test]
    fn a_text_too_long_for_a_cell_says_that_there_is_more() {
        let mut book = Book::begin("list", columns()).expect("a book begins");
        let (fits, long) = ("法".repeat(CHARACTERS), "法".repeat(CHARACTERS + 1));
        book.row(&[Cell::text(&*fits), Cell::text(long)]).expect("a row fits");
        let cells = read(book).worksheet_range("list").expect("the sheet");
        let text = |column| cells.get((1, column)).map(ToString::to_string).unwrap_or_default();
        assert_eq!(text(0), fits);
        assert!(text(1).ends_with(ELLIPSIS) && text(1).chars().count() == CHARACTERS);
    }

    #[test]
    fn days_are_counted_as_spreadsheets_do_and_older_ones_stay_text() {
        let day = |y, m, d| Day::from_date(y, m, d).expect("a day");
        assert_eq!(serial(day(2023, 3, 20)), Some(45_005.0));
        assert_eq!(serial(day(1900, 2, 28)), None);
        assert_eq!(time_of_day(day(2023, 3, 20).start().plus_seconds(43_200)), 0.5);
    }
}
