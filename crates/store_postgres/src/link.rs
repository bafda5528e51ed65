//! How is one statement run?
//!
//! A [`Link`] is one connection with everything it needs to be driven by whichever thread holds it: a
//! runtime of its own, so the thread that asks also reads the answer, and nobody is woken for it.
//! Writes are sent and not waited for; the server works on them while the decider thinks. Their
//! answers are counted when something is read, and at the latest by [`Link::settle`]. A statement is
//! prepared once per connection.
//!
//! Takes a statement and values; gives rows.
//!
//! Not here: transactions (`write.rs`), and which link is used for what (`postgres.rs`).
//!
//! Next: `write.rs`.

use std::cell::{Cell, RefCell};
use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use store::columns::{Row, Value, miscounted, unreadable};
use store::sql::{self, Statement};
use store::{Dialect, StoreError};
use tokio::runtime::Runtime;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, Error};

use crate::fault::{Answer, Trouble, fault, trouble};

/// How many writes are gathered before they are put on their way.
const BURST: usize = 32;

/// One connection.
pub(crate) struct Link {
    runtime: Runtime,
    client: Arc<Client>,
    prepared: RefCell<Vec<Option<tokio_postgres::Statement>>>,
    sent: RefCell<Vec<Sent>>,
    trouble: Cell<Trouble>,
    /// What records share, as this connection committed it last: district, bytes, number.
    pub(crate) basis: RefCell<Option<(i64, Vec<u8>, i64)>>,
}

/// A write on its way.
struct Sent {
    statement: Statement,
    touches: Touches,
    answer: Going<u64>,
}

/// How many rows a write must touch.
enum Touches {
    One,
    Any,
    /// One; or none, and then this is written instead.
    OneOr(Statement, Vec<Value<'static>>),
}

/// A request that has been handed to the connection.
enum Going<T> {
    Asked(Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>),
    Answered(Result<T, Error>),
}

/// A read on its way.
pub(crate) struct Reading(Going<Vec<tokio_postgres::Row>>);

impl<T> Going<T> {
    /// Hands a request over: a future of the client does that when it is polled first.
    fn start(request: impl Future<Output = Result<T, Error>> + Send + 'static) -> Self {
        let mut request = Box::pin(request);
        match request.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Self::Answered(answer),
            Poll::Pending => Self::Asked(request),
        }
    }

    async fn answer(self) -> Result<T, Error> {
        match self {
            Self::Asked(request) => request.await,
            Self::Answered(answer) => answer,
        }
    }
}

impl Link {
    /// A link over a client, driven by this runtime.
    pub(crate) fn new(runtime: Runtime, client: Client) -> Self {
        Self {
            runtime,
            client: Arc::new(client),
            prepared: RefCell::new(vec![None; sql::ALL.len()]),
            sent: RefCell::default(),
            trouble: Cell::new(Trouble::Lasting),
            basis: RefCell::default(),
        }
    }

    /// What kind of trouble the last error was.
    pub(crate) fn trouble(&self) -> Trouble {
        match self.client.is_closed() {
            true => Trouble::Gone,
            false => self.trouble.get(),
        }
    }

    /// Whether the link can be used by the next one: nothing is on its way, and it is not broken.
    pub(crate) fn is_fit(&self) -> bool {
        self.sent.borrow().is_empty() && self.trouble() != Trouble::Gone
    }

    /// Says what an error means and remembers what kind of trouble it is.
    fn fault(&self, not_done: &str, error: &Error) -> StoreError {
        self.trouble.set(trouble(error));
        fault(not_done, error)
    }

    /// Sends a text without parameters, such as the beginning of a transaction.
    pub(crate) fn say(&self, text: &'static str) {
        let client = Arc::clone(&self.client);
        let request = async move { client.batch_execute(text).await.map(|()| 0) };
        let statement = Statement { at: usize::MAX, name: text, text };
        self.push(Sent { statement, touches: Touches::Any, answer: Going::start(request) });
    }

    /// Runs texts without parameters, and waits.
    pub(crate) fn run(&self, not_done: &str, texts: &str) -> Answer<()> {
        self.settle(not_done)?;
        let done = self.runtime.block_on(self.client.batch_execute(texts));
        done.map_err(|error| self.fault(not_done, &error))
    }

    /// Reads by a text that is not one of the store's.
    pub(crate) fn ask(&self, not_done: &str, text: &str) -> Answer<Vec<tokio_postgres::Row>> {
        self.try_ask(text).map_err(|error| self.fault(not_done, &error))
    }

    /// The same, with the error as the client gives it.
    pub(crate) fn try_ask(&self, text: &str) -> Result<Vec<tokio_postgres::Row>, Error> {
        self.runtime.block_on(self.client.query(text, &[]))
    }

    /// Writes by a text that is not one of the store's.
    pub(crate) fn note(
        &self,
        not_done: &str,
        text: &str,
        values: &[&(dyn ToSql + Sync)],
    ) -> Answer<u64> {
        let noted = self.runtime.block_on(self.client.execute(text, values));
        noted.map_err(|error| self.fault(not_done, &error))
    }

    /// Sends a write that touches exactly one row.
    pub(crate) fn send_one(
        &self,
        not_done: &str,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Answer<()> {
        self.send(not_done, statement, values, Touches::One)
    }

    /// Sends a write that touches any number of rows.
    pub(crate) fn send_any(
        &self,
        not_done: &str,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Answer<()> {
        self.send(not_done, statement, values, Touches::Any)
    }

    /// Sends a write that touches one row; where there is none, another is sent afterwards.
    pub(crate) fn send_one_or(
        &self,
        not_done: &str,
        (statement, other): (&Statement, &Statement),
        values: &[Value<'_>],
    ) -> Answer<()> {
        let owned = values.iter().cloned().map(Value::into_owned).collect();
        self.send(not_done, statement, values, Touches::OneOr(*other, owned))
    }

    fn send(
        &self,
        not_done: &str,
        statement: &Statement,
        values: &[Value<'_>],
        touches: Touches,
    ) -> Answer<()> {
        let prepared = self.prepared(not_done, statement)?;
        let (client, values) = (Arc::clone(&self.client), owned(values));
        let request = async move { client.execute_raw(&prepared, values).await };
        self.push(Sent { statement: *statement, touches, answer: Going::start(request) });
        Ok(())
    }

    fn push(&self, sent: Sent) {
        let mut all = self.sent.borrow_mut();
        all.push(sent);
        if all.len().is_multiple_of(BURST) {
            self.runtime.block_on(tokio::task::yield_now());
        }
    }

    /// Waits for every write on its way, and counts the rows they touched.
    pub(crate) fn settle(&self, not_done: &str) -> Answer<()> {
        while !self.sent.borrow().is_empty() {
            self.wait(not_done, async { Ok(()) })?;
        }
        Ok(())
    }

    /// Writes and waits; gives the number of rows touched.
    pub(crate) fn write(
        &self,
        not_done: &str,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Answer<u64> {
        let prepared = self.prepared(not_done, statement)?;
        self.wait(not_done, self.client.execute_raw(&prepared, owned(values)))
    }

    /// Reads the first row, if there is one.
    pub(crate) fn first<T>(
        &self,
        not_done: &str,
        statement: &Statement,
        values: &[Value<'_>],
        read: impl FnOnce(&dyn Row) -> Answer<T>,
    ) -> Answer<Option<T>> {
        let rows = self.rows(not_done, statement, values)?;
        rows.first().map(|row| read(&Found(row))).transpose()
    }

    /// Reads all rows.
    pub(crate) fn all<T>(
        &self,
        not_done: &str,
        statement: &Statement,
        values: &[Value<'_>],
        read: impl Fn(&dyn Row) -> Answer<T>,
    ) -> Answer<Vec<T>> {
        let rows = self.rows(not_done, statement, values)?;
        rows.iter().map(|row| read(&Found(row))).collect()
    }

    /// Sends a read whose rows are taken later by [`Link::taken`].
    pub(crate) fn ahead(
        &self,
        not_done: &str,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Answer<Reading> {
        let prepared = self.prepared(not_done, statement)?;
        let (client, values) = (Arc::clone(&self.client), owned(values));
        let request = async move {
            let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
            client.query(&prepared, &values).await
        };
        Ok(Reading(Going::start(request)))
    }

    /// The first row of a read that was sent.
    pub(crate) fn taken<T>(
        &self,
        not_done: &str,
        reading: Reading,
        read: impl FnOnce(&dyn Row) -> Answer<T>,
    ) -> Answer<Option<T>> {
        let rows = self.wait(not_done, reading.0.answer())?;
        rows.first().map(|row| read(&Found(row))).transpose()
    }

    fn rows(
        &self,
        not_done: &str,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Answer<Vec<tokio_postgres::Row>> {
        let prepared = self.prepared(not_done, statement)?;
        let values: Vec<Bound<'_>> = values.iter().cloned().map(Bound).collect();
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value as _).collect();
        self.wait(not_done, self.client.query(&prepared, &values))
    }

    fn prepared(&self, not_done: &str, statement: &Statement) -> Answer<tokio_postgres::Statement> {
        if let Some(prepared) = &self.prepared.borrow()[statement.at] {
            return Ok(prepared.clone());
        }
        let text = Dialect::Postgres.statement(statement);
        let prepared = self.wait(not_done, self.client.prepare(&text))?;
        self.prepared.borrow_mut()[statement.at] = Some(prepared.clone());
        Ok(prepared)
    }

    /// Waits for a request and for every write sent before it. The first of them that went wrong is
    /// the one that is told: the server refuses everything behind it for no other reason.
    fn wait<T>(
        &self,
        not_done: &str,
        request: impl Future<Output = Result<T, Error>>,
    ) -> Answer<T> {
        let sent = std::mem::take(&mut *self.sent.borrow_mut());
        let (answer, sent) = self.runtime.block_on(async {
            let answer = request.await;
            let mut counted = Vec::with_capacity(sent.len());
            for Sent { statement, touches, answer } in sent {
                counted.push((statement, touches, answer.answer().await));
            }
            (answer, counted)
        });
        for (statement, touches, touched) in sent {
            let rows = touched.map_err(|error| self.fault(not_done, &error))?;
            match (touches, rows) {
                (Touches::Any, _) | (_, 1) => {}
                (Touches::OneOr(other, values), 0) => self.send_one(not_done, &other, &values)?,
                _ => return Err(miscounted(&statement, rows)),
            }
        }
        answer.map_err(|error| self.fault(not_done, &error))
    }
}

fn owned(values: &[Value<'_>]) -> Vec<Bound<'static>> {
    values.iter().map(|value| Bound(value.clone().into_owned())).collect()
}

/// A value as the client takes it.
#[derive(Debug)]
struct Bound<'v>(Value<'v>);

impl ToSql for Bound<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match &self.0 {
            Value::Number(number) => number.to_sql(ty, out),
            Value::Text(text) => text.as_ref().to_sql(ty, out),
            Value::Bytes(bytes) => bytes.as_ref().to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        [Type::INT8, Type::TEXT, Type::BYTEA].contains(ty)
    }

    to_sql_checked!();
}

/// A row as `store` reads it.
struct Found<'r>(&'r tokio_postgres::Row);

impl Row for Found<'_> {
    fn number(&self, at: usize) -> Answer<i64> {
        self.0.try_get(at).map_err(|_| unreadable("a number"))
    }

    fn text(&self, at: usize) -> Answer<&str> {
        self.0.try_get(at).map_err(|_| unreadable("a text"))
    }

    fn bytes_or_none(&self, at: usize) -> Answer<Option<&[u8]>> {
        self.0.try_get(at).map_err(|_| unreadable("a value of bytes"))
    }
}
