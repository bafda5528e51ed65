//! What a page says when it cannot be shown.

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use store::StoreError;

/// Why a page is not shown, in four parts like every refusal.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    text: String,
}

impl Problem {
    /// Nothing is there.
    pub fn nothing_there(text: String) -> Self {
        Self { status: StatusCode::NOT_FOUND, text }
    }

    /// What was asked for cannot be understood.
    pub fn misunderstood(text: String) -> Self {
        Self { status: StatusCode::BAD_REQUEST, text }
    }
}

impl<E: Fault> From<E> for Problem {
    fn from(error: E) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, text: error.to_string() }
    }
}

/// Faults of the house, not of the reader.
pub(crate) trait Fault: std::error::Error {}
impl Fault for StoreError {}
impl Fault for askama::Error {}
impl Fault for office::ProofError {}
impl Fault for serde_json::Error {}
impl Fault for tokio::task::JoinError {}
impl Fault for ledger::ReceiptError {}

#[derive(Template)]
#[template(path = "problem.html")]
struct Page<'a> {
    text: &'a str,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let page = Page { text: &self.text }.render().unwrap_or(self.text);
        (self.status, Html(page)).into_response()
    }
}
