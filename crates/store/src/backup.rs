//! What does a backup of a district look like, and is this one whole?
//!
//! One text for all engines, so that what was kept in a file can be restored on a server and the
//! other way round. Lines, each `KIND BODY CHECK`: a letter, canonical JSON, and the SM3 of the check
//! before it and of its own kind and body. So every line vouches for all before it, damage is found at
//! its line, and the last check is the digest of the whole.
//!
//! ```text
//! h  how far the district had come        first
//! c  a signed checkpoint                  in order of sizes
//! r  a record, byte for byte              in order of numbers, each followed by
//! v  a personal value of it               those that were not destroyed, and
//! p  a paper it names                     likewise
//! t  an attempt                           in order of numbers
//! e  the number of lines                  last: without it the backup was cut off
//! ```
//!
//! The log only grows. So a live store is backed up without stopping it or holding anything: up to
//! the head that was read first. What is destroyed meanwhile may be missing, as it should be.
//!
//! Takes a store and a place to write to ([`back_up`]), or a backup to read ([`Backup`]).
//!
//! Not here: writing a store from it (`restore.rs`), files and their names (the caller).
//!
//! Next: `restore.rs`.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};

use ledger::{
    Disclosure, District, Fields, Frontier, Hash, LogHead, Salt, SignedCheckpoint, Sm3, Value,
    decode_base64url, encode_base64url,
};

use crate::act::Document;
use crate::error::{ErrorKind, StoreError};
use crate::store::{Head, Store};
use crate::view::{Attempt, Attempted};

/// The form this program writes and reads.
const FORM: i64 = 1;

/// How many rows are read at a time.
const PAGE: u32 = 1_000;

/// No line is longer: the rest of a damaged file is not read into memory in search of its end.
const LINE_MAX: u64 = 1 << 31;

/// A part of a district, in the order of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A signed checkpoint.
    Checkpoint(SignedCheckpoint),
    /// The bytes of a record.
    Record(Vec<u8>),
    /// A personal value of a record.
    Value(u64, Disclosure),
    /// A paper.
    Paper(Document),
    /// An attempt.
    Attempt(Attempted),
}

/// What a district can be written from.
pub trait Source {
    /// How far the district had come.
    fn head(&self) -> Head;

    /// The next part; `None` behind the last, once all that came before is known to be whole.
    fn next(&mut self) -> Result<Option<Piece>, StoreError>;

    /// Begins again at the first part.
    fn rewind(&mut self) -> Result<(), StoreError>;
}

/// Writes a district as it is now. Every record is hashed on the way: what does not lead to the
/// store's own root is not backed up but told. Gives the head and the digest of the whole.
pub fn back_up(
    store: &dyn Store,
    district: District,
    out: &mut dyn Write,
) -> Result<(Head, Hash), StoreError> {
    let head = store.head(district)?;
    let mut lines = Lines { out, check: Hash::default(), count: 0 };
    lines.write(b'h', &canonical(header(district, &head)))?;
    for checkpoint in store.checkpoints(district)? {
        if checkpoint.unchecked().head().size <= head.log.size {
            lines.write(b'c', &canonical(checkpoint.to_string().into()))?;
        }
    }
    records(store, district, &head.log, &mut lines)?;
    let mut after = 0;
    while after < head.attempts {
        let page = store.attempts(district, after, PAGE)?;
        let page: Vec<_> = page.iter().filter(|one| one.number <= head.attempts).collect();
        let Some(last) = page.last() else {
            return Err(unfit(format!("attempt {} is not there", after + 1)));
        };
        after = last.number;
        for attempted in page {
            lines.write(b't', &canonical(attempt_value(attempted)))?;
        }
    }
    let count = Value::Integer(signed(lines.count));
    lines.write(b'e', &canonical(count))?;
    lines.out.flush().map_err(|error| unwritten(&error))?;
    Ok((head, lines.check))
}

fn records(
    store: &dyn Store,
    district: District,
    log: &LogHead,
    lines: &mut Lines<'_>,
) -> Result<(), StoreError> {
    let mut tree = Frontier::<Sm3>::new();
    while tree.size() < log.size {
        let page = store.records(district, tree.size() + 1, PAGE)?;
        if page.is_empty() {
            return Err(unfit(format!("record {} is not there", tree.size() + 1)));
        }
        for stored in page.iter().take((log.size - tree.size()) as usize) {
            let record = stored.read()?;
            let leaf = ledger::leaf_hash::<Sm3>(&stored.bytes);
            if record.number != tree.size() + 1 || leaf != stored.leaf {
                return Err(unfit(format!("record {} was changed", tree.size() + 1)));
            }
            tree.push(leaf);
            lines.write(b'r', &stored.bytes)?;
            if !record.personal.is_empty() {
                for value in store.private_values(district, record.number)? {
                    lines.write(b'v', &canonical(value_value(record.number, value)))?;
                }
            }
            for paper in &record.documents {
                if let Some(paper) = store.document(district, &paper.hash)? {
                    lines.write(b'p', &canonical(paper_value(paper)))?;
                }
            }
        }
    }
    match tree.root() == log.root {
        true => Ok(()),
        false => Err(unfit("the records do not lead to the root of the head".into())),
    }
}

/// Writes lines and counts them.
struct Lines<'o> {
    out: &'o mut dyn Write,
    check: Hash,
    count: u64,
}

impl Lines<'_> {
    fn write(&mut self, kind: u8, body: &[u8]) -> Result<(), StoreError> {
        self.check = check(&self.check, kind, body);
        self.count += 1;
        let written = (|| {
            self.out.write_all(&[kind, b' '])?;
            self.out.write_all(body)?;
            writeln!(self.out, " {}", self.check)
        })();
        written.map_err(|error: io::Error| unwritten(&error))
    }
}

fn check(before: &Hash, kind: u8, body: &[u8]) -> Hash {
    Hash::sm3(&[&before.0, &[kind], body])
}

/// A backup that can be read, again and again, from a place that can be sought in.
pub struct Backup<R> {
    input: BufReader<R>,
    district: District,
    head: Head,
    check: Hash,
    count: u64,
    is_at_end: bool,
}

impl<R: Read + Seek> Backup<R> {
    /// Reads the first line.
    pub fn open(input: R) -> Result<Self, StoreError> {
        let (input, check) = (BufReader::with_capacity(1 << 18, input), Hash::default());
        let log = LogHead { size: 0, root: check };
        let head = Head { log, matters: 0, attempts: 0 };
        let district = District(0);
        let mut backup = Self { input, district, head, check, count: 0, is_at_end: false };
        backup.read_header()?;
        Ok(backup)
    }

    /// Whose log it is.
    pub fn district(&self) -> District {
        self.district
    }

    /// Reads all of it and finds out whether it is whole: each line, the tree of the records, and
    /// every checkpoint against it. Each checkpoint is shown to `signed`, in order of sizes, for its
    /// signature is not checked here. Gives the digest of the whole.
    pub fn check(&mut self, signed: &mut dyn FnMut(&SignedCheckpoint)) -> Result<Hash, StoreError> {
        self.rewind()?;
        let mut tree = Frontier::<Sm3>::new();
        let mut heads = VecDeque::new();
        let (mut attempts, mut at) = (0, self.count);
        while let Some(piece) = self.next()? {
            at += 1;
            match piece {
                Piece::Checkpoint(checkpoint) => {
                    signed(&checkpoint);
                    heads.push_back(checkpoint.unchecked().head());
                }
                Piece::Record(bytes) => {
                    fits(&mut heads, &tree)?;
                    let address = ledger::Address::read(&bytes)
                        .map_err(|error| damaged(at, format!("it is no record: {error}")))?;
                    if (address.district, address.number) != (self.district, tree.size() + 1) {
                        let fact = format!("record {} does not stand there", tree.size() + 1);
                        return Err(damaged(at, fact));
                    }
                    tree.push(ledger::leaf_hash::<Sm3>(&bytes));
                }
                Piece::Attempt(_) => attempts += 1,
                Piece::Value(..) | Piece::Paper(_) => {}
            }
        }
        fits(&mut heads, &tree)?;
        let log = LogHead { size: tree.size(), root: tree.root() };
        if !heads.is_empty() || (log, attempts) != (self.head.log, self.head.attempts) {
            return Err(damaged(1, "it names another head than the records have".into()));
        }
        Ok(self.check)
    }

    fn read_header(&mut self) -> Result<(), StoreError> {
        let (kind, body) = self.line()?;
        let header = ledger::decode(&body).ok().filter(|_| kind == b'h');
        let read = header.as_ref().and_then(read_header);
        let Some((form, district, head)) = read else {
            return Err(foreign("its first line does not say what it is".into()));
        };
        if form != FORM {
            return Err(foreign(format!("it is of form {form}, and {FORM} is read here")));
        }
        (self.district, self.head) = (district, head);
        Ok(())
    }

    /// The next line, its check found right.
    fn line(&mut self) -> Result<(u8, Vec<u8>), StoreError> {
        let (at, mut line) = (self.count + 1, Vec::new());
        let read = self.input.by_ref().take(LINE_MAX).read_until(b'\n', &mut line);
        read.map_err(|error| damaged(at, format!("the system says: {error}")))?;
        if line.pop() != Some(b'\n') {
            return Err(match at {
                1 => foreign("it has no line".into()),
                _ => damaged(at, "it ends here and was cut off".into()),
            });
        }
        let body = line.len().checked_sub(Hash::SPELLING + 1).filter(|end| *end >= 2);
        let wrong = || match at {
            1 => foreign("its first line is none of a backup".into()),
            _ => damaged(at, "it is not what was written".into()),
        };
        let Some(end) = body else { return Err(wrong()) };
        let told = std::str::from_utf8(&line[end + 1..]).ok().and_then(Hash::parse);
        let (kind, is_spaced) = (line[0], line[1] == b' ' && line[end] == b' ');
        let check = check(&self.check, kind, &line[2..end]);
        if told != Some(check) || !is_spaced {
            return Err(wrong());
        }
        (self.check, self.count) = (check, at);
        line.truncate(end);
        line.drain(..2);
        Ok((kind, line))
    }

    fn piece(&mut self, kind: u8, body: Vec<u8>) -> Result<Option<Piece>, StoreError> {
        let at = self.count;
        let unknown = || damaged(at, "it says nothing that is known here".into());
        if kind == b'r' {
            return Ok(Some(Piece::Record(body)));
        }
        let value = ledger::decode(&body).map_err(|_| unknown())?;
        let piece = match kind {
            b'c' => value
                .as_text()
                .and_then(|note| SignedCheckpoint::parse(note).ok())
                .map(Piece::Checkpoint),
            b'v' => read_value(value),
            b'p' => read_paper(value),
            b't' => read_attempt(&value),
            b'e' if value.as_integer() == Some(signed(at - 1)) => {
                let mut rest = [0];
                let left = self.input.read(&mut rest).unwrap_or(1);
                self.is_at_end = true;
                return match left {
                    0 => Ok(None),
                    _ => Err(damaged(at + 1, "something stands behind the end".into())),
                };
            }
            _ => None,
        };
        piece.map(Some).ok_or_else(unknown)
    }
}

impl<R: Read + Seek> Source for Backup<R> {
    fn head(&self) -> Head {
        self.head
    }

    fn next(&mut self) -> Result<Option<Piece>, StoreError> {
        if self.is_at_end {
            return Ok(None);
        }
        let (kind, body) = self.line()?;
        self.piece(kind, body)
    }

    fn rewind(&mut self) -> Result<(), StoreError> {
        let rewound = self.input.rewind();
        rewound.map_err(|error| damaged(1, format!("the system says: {error}")))?;
        (self.check, self.count, self.is_at_end) = (Hash::default(), 0, false);
        self.read_header()
    }
}

/// Takes out the checkpoints over what the tree holds, which must be of its root.
fn fits(heads: &mut VecDeque<LogHead>, tree: &Frontier<Sm3>) -> Result<(), StoreError> {
    while let Some(head) = heads.pop_front_if(|head| head.size <= tree.size()) {
        if head.size != tree.size() || head.root != tree.root() {
            let fact =
                format!("its records do not lead to the root signed over {} of them", head.size);
            return Err(foreign(fact));
        }
    }
    Ok(())
}

fn canonical(value: Value) -> Vec<u8> {
    ledger::encode(&value).expect("text, small numbers and sealed values have a canonical form")
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn header(district: District, head: &Head) -> Value {
    let Head { log, matters, attempts } = head;
    Value::Map(Fields::from([
        ("attempts", Value::Integer(signed(*attempts))),
        ("backup", Value::Integer(FORM)),
        ("district", Value::Integer(i64::from(district.0))),
        ("matters", Value::Integer(signed(*matters))),
        ("root", log.root.to_string().into()),
        ("size", Value::Integer(signed(log.size))),
    ]))
}

fn read_header(value: &Value) -> Option<(i64, District, Head)> {
    let fields = value.as_map()?;
    let number = |name| u64::try_from(fields.get(name)?.as_integer()?).ok();
    let root = Hash::parse(fields.get("root")?.as_text()?)?;
    let log = LogHead { size: number("size")?, root };
    let head = Head { log, matters: number("matters")?, attempts: number("attempts")? };
    let district = District(u32::try_from(number("district")?).ok()?);
    Some((fields.get("backup")?.as_integer()?, district, head))
}

fn value_value(number: u64, value: Disclosure) -> Value {
    let Disclosure { name, salt, value } = value;
    Value::Map(Fields::from([
        ("name", name.into()),
        ("number", Value::Integer(signed(number))),
        ("salt", encode_base64url(&salt.0).into()),
        ("value", value),
    ]))
}

fn read_value(value: Value) -> Option<Piece> {
    let fields = value.as_map()?;
    let number = u64::try_from(fields.get("number")?.as_integer()?).ok()?;
    let (name, salt) = (text(fields, "name")?, read_salt(fields)?);
    Some(Piece::Value(number, Disclosure { name, salt, value: fields.get("value")?.clone() }))
}

fn paper_value(paper: Document) -> Value {
    Value::Map(Fields::from([
        ("content", encode_base64url(&paper.content)),
        ("media", paper.media),
        ("name", paper.name),
        ("salt", encode_base64url(&paper.salt.0)),
    ]))
}

fn read_paper(value: Value) -> Option<Piece> {
    let fields = value.as_map()?;
    let content = decode_base64url(fields.get("content")?.as_text()?.as_bytes())?;
    let (name, media) = (text(fields, "name")?, text(fields, "media")?);
    Some(Piece::Paper(Document { name, media, salt: read_salt(fields)?, content }))
}

fn attempt_value(attempted: &Attempted) -> Value {
    let Attempted { number, matter, attempt } = attempted;
    let rules = attempt.rules.iter().map(|rule| rule.as_str().into()).collect();
    Value::Map(Fields::from([
        ("act", attempt.act.as_str().into()),
        ("at", Value::Integer(attempt.at)),
        ("matter", matter.as_str().into()),
        ("number", Value::Integer(signed(*number))),
        ("organ", attempt.organ.as_str().into()),
        ("person", attempt.person.as_str().into()),
        ("role", attempt.role.as_str().into()),
        ("rules", Value::List(rules)),
    ]))
}

fn read_attempt(value: &Value) -> Option<Piece> {
    let fields = value.as_map()?;
    let rules = fields.get("rules")?.as_list()?.iter();
    let rules: Option<_> = rules.map(|rule| rule.as_text().map(str::to_owned)).collect();
    let attempt = Attempt {
        person: text(fields, "person")?,
        role: text(fields, "role")?,
        organ: text(fields, "organ")?,
        act: text(fields, "act")?,
        at: fields.get("at")?.as_integer()?,
        rules: rules?,
    };
    let number = u64::try_from(fields.get("number")?.as_integer()?).ok()?;
    Some(Piece::Attempt(Attempted { number, matter: text(fields, "matter")?, attempt }))
}

fn text(fields: &Fields, name: &str) -> Option<String> {
    fields.get(name)?.as_text().map(str::to_owned)
}

fn read_salt(fields: &Fields) -> Option<Salt> {
    decode_base64url(fields.get("salt")?.as_text()?.as_bytes())?.try_into().ok().map(Salt)
}

/// The store itself is not sound.
fn unfit(fact: String) -> StoreError {
    StoreError::new(
        ErrorKind::Damaged,
        "the backup was not made",
        "a backup holds what was sealed, to the root of the head",
        fact,
        "verify the log; the backups made before are the ones to restore",
    )
}

fn unwritten(error: &io::Error) -> StoreError {
    let kind = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorKind::Full,
        _ => ErrorKind::Io,
    };
    StoreError::new(
        kind,
        "the backup was not made",
        "a backup is whole or none",
        format!("the system says: {error}"),
        "the store was not touched; make room, or name another place",
    )
}

/// Another file, or a backup that was put together from others.
fn foreign(fact: String) -> StoreError {
    StoreError::new(
        ErrorKind::Backup,
        "the backup was not read",
        "a backup begins by saying what it is, and its records lead to what was signed",
        fact,
        "nothing was changed; name a file that `backup` has written",
    )
}

fn damaged(line: u64, fact: String) -> StoreError {
    StoreError::new(
        ErrorKind::Backup,
        "the backup was not read",
        "every line of a backup vouches for all before it, and the last says that it is the last",
        format!("line {line}: {fact}"),
        "nothing was changed; what stands before that line is as it was written; take another backup or another copy of it",
    )
}
