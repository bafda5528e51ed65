//! Lists as files for a spreadsheet program: what a page shows, whole, under the page's own filter.
//!
//! A file is written into a temporary one before the first byte is sent, so that what arrives is whole.

use std::io::{BufWriter, Seek};

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use lists::{Format, List, ListError};
use serde::Deserialize;
use tokio_util::io::ReaderStream;

use crate::error::Problem;
use crate::site::Inner;
use crate::{figures, matters};

/// Which part of a list is asked for.
#[derive(Deserialize, Default, Debug)]
pub(crate) struct Asked {
    #[serde(flatten)]
    matters: matters::Asked,
    year: Option<i32>,
    #[serde(default)]
    figure: String,
}

/// The list of this name and kind of file, such as `matters.xlsx`.
pub(crate) fn list(inner: &Inner, name: &str, asked: &Asked) -> Result<Response, Problem> {
    let none = || {
        let known = lists::list_names().join(", ");
        Problem::nothing_there(inner.words.say("list.none", &[("file", name), ("known", &known)]))
    };
    let (list, format) = name.split_once('.').ok_or_else(none)?;
    let format: Format = format.parse().map_err(|()| none())?;
    match (list, asked.year) {
        ("matters", _) => file(inner, &List::Matters(asked.matters.search()), format),
        ("owed", _) => file(inner, &List::Owed { until: None }, format),
        ("attempts", _) => file(inner, &List::Attempts, format),
        ("figures", Some(year)) => {
            file(inner, &List::Figures(&*figures::counted(inner, year, false)?), format)
        }
        ("acts", Some(year)) => {
            let report = figures::counted(inner, year, false)?;
            file(inner, &List::Acts(figures::find(inner, &report, &asked.figure)?), format)
        }
        _ => Err(none()),
    }
}

fn file(inner: &Inner, list: &List, format: Format) -> Result<Response, Problem> {
    let out = BufWriter::new(tempfile::tempfile()?);
    let written = list.write(&inner.office, format, out).map_err(|error| match error {
        ListError::Search(why) => Problem::misunderstood(why.to_string()),
        error => error.into(),
    })?;
    let mut file = written.into_inner().map_err(|failed| failed.into_error())?;
    file.rewind()?;
    let name = format!("attachment; filename=\"{}.{}\"", list.name(), format.extension());
    let headers =
        [(header::CONTENT_TYPE, format.mime().to_owned()), (header::CONTENT_DISPOSITION, name)];
    let body = Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(file)));
    Ok((headers, body).into_response())
}

impl crate::error::Fault for ListError {}
impl crate::error::Fault for std::io::Error {}
