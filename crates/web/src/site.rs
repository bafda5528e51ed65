//! The routes, and what they stand on.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Path, Query, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use office::{Office, Wording};
use report::Report;

use crate::error::Problem;
use crate::page::asset;
use crate::words::words;
use crate::{download, figures, matters};

/// An office open to readers.
#[derive(Clone)]
pub struct Site {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub office: Office,
    pub words: Wording,
    /// Figures worked out before, by year; each says over how long a log.
    pub reports: Mutex<HashMap<i32, Arc<Report>>>,
}

impl Site {
    /// Opens an office to readers, in its language.
    pub fn new(office: Office) -> Self {
        let words = words(office.wording.lang);
        Self { inner: Arc::new(Inner { office, words, reports: Mutex::default() }) }
    }

    /// Keeps figures already worked out, so that the first reader need not wait for them.
    pub fn keep(&self, report: Report) {
        let mut reports = self.inner.reports.lock().unwrap_or_else(PoisonError::into_inner);
        reports.insert(report.year, Arc::new(report));
    }

    /// The office.
    pub fn office(&self) -> &Office {
        &self.inner.office
    }

    /// All routes.
    pub fn router(self) -> Router {
        Router::new()
            .route("/", get(front))
            .route("/healthz", get(healthz))
            .route("/fadu.css", get(|| async { asset(CSS, include_str!("../assets/fadu.css")) }))
            .route("/matters", get(list))
            .route("/matters/{matter}", get(matter))
            .route("/lists/{file}", get(file))
            .route("/receipts/{number}", get(receipt))
            .route("/report/{year}", get(year))
            .route("/report/{year}/{figure}", get(figure))
            .with_state(self)
    }

    /// Reads beside the server's own threads.
    async fn read(
        self,
        read: impl FnOnce(&Inner) -> Result<Response, Problem> + Send + 'static,
    ) -> Result<Response, Problem> {
        tokio::task::spawn_blocking(move || read(&self.inner)).await?
    }
}

const CSS: &str = "text/css; charset=utf-8";

/// Serves until the process ends. `ready` is called with the address once it is listened on.
pub fn serve(
    site: Site,
    address: SocketAddr,
    ready: impl FnOnce(SocketAddr),
) -> std::io::Result<()> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        ready(listener.local_addr()?);
        axum::serve(listener, site.router()).await
    })
}

/// The front door is the list; what is asked of it is asked of the list.
async fn front(RawQuery(asked): RawQuery) -> Redirect {
    match asked {
        Some(asked) => Redirect::temporary(&format!("/matters?{asked}")),
        None => Redirect::temporary("/matters"),
    }
}

async fn healthz(State(site): State<Site>) -> Result<Response, Problem> {
    site.read(|inner| {
        let head = inner.office.store.head(inner.office.law.district)?;
        Ok(format!("ok {}\n", head.log.size).into_response())
    })
    .await
}

async fn list(
    State(site): State<Site>,
    Query(asked): Query<matters::Asked>,
) -> Result<Response, Problem> {
    site.read(move |inner| matters::list(inner, &asked)).await
}

async fn matter(State(site): State<Site>, Path(matter): Path<String>) -> Result<Response, Problem> {
    site.read(move |inner| matters::matter(inner, &matter)).await
}

async fn file(
    State(site): State<Site>,
    Path(file): Path<String>,
    Query(asked): Query<download::Asked>,
) -> Result<Response, Problem> {
    site.read(move |inner| download::list(inner, &file, &asked)).await
}

async fn receipt(State(site): State<Site>, Path(number): Path<u64>) -> Result<Response, Problem> {
    site.read(move |inner| matters::receipt(inner, number)).await
}

async fn year(
    State(site): State<Site>,
    Path(year): Path<i32>,
    Query(asked): Query<figures::Asked>,
) -> Result<Response, Problem> {
    site.read(move |inner| figures::year(inner, year, &asked)).await
}

async fn figure(
    State(site): State<Site>,
    Path((year, id)): Path<(i32, String)>,
    Query(asked): Query<figures::Asked>,
) -> Result<Response, Problem> {
    site.read(move |inner| figures::figure(inner, year, &id, &asked)).await
}
