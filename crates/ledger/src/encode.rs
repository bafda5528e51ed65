//! What are the canonical bytes of a record, and which record do bytes hold?
//!
//! A record is one JSON object. Its first member, `Record`, is its address: format, district,
//! number, matter, position. Capital R sorts it before every other member, so a reader knows the
//! format at byte 10 and a verifier reads the address ([`Address`]) without parsing the rest.
//! Members that say nothing are left out; a reader refuses them when they are written anyway.
//!
//! Not here: the rules for single values (`canonical.rs`).
//!
//! Next: `append.rs` for numbering and sealing.

use thiserror::Error;

use crate::canonical::{DecodeError, DecodeFault, EncodeError, Reader, Writer};
use crate::record::{
    Acknowledged, Actor, Basis, Commitment, District, Document, FORMAT, Record, Standing,
};
use crate::value::Value;

/// Why a record cannot be written down.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RecordError {
    /// A number or position of zero; both count from 1.
    #[error("the record was not written: its {0} is 0, and counting starts at 1")]
    Zero(&'static str),
    /// A name that must not be empty.
    #[error("the record was not written: its {0} is empty; every record names one")]
    Nameless(&'static str),
    /// An irregular act says which rules it broke.
    #[error(
        "the record was not written: it is irregular and holds no refusal; give the refusals, or call it reported"
    )]
    NoRefusal,
    /// Two commitments under one name could be disclosed in two ways.
    #[error("the record was not written: the personal field {0:?} occurs twice; name each once")]
    RepeatedField(String),
    /// A value that has no canonical form.
    #[error("the record was not written: {0}")]
    Value(#[from] EncodeError),
}

/// Where a record stands: read from the first bytes of it, without the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// The district.
    pub district: District,
    /// The number in the district's log.
    pub number: u64,
    /// The matter, as it is written in the bytes (with JSON escapes, if it has any).
    pub matter: &'a str,
    /// The position in the matter.
    pub position: u32,
}

impl<'a> Address<'a> {
    /// Reads the address of a record from its bytes.
    pub fn read(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        // Only the address is checked for UTF-8: up to the end of the first list.
        let end = address_end(bytes).unwrap_or(bytes.len());
        read_address(&mut Reader::new(&bytes[..end])?)
    }
}

impl Record {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, RecordError> {
        self.check()?;
        let mut writer = Writer::with_capacity(640);
        self.write(&mut writer)?;
        Ok(writer.into_bytes())
    }

    /// Reads a record; refuses bytes that [`Record::to_bytes`] would not have written.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes)?;
        let record = read_record(&mut reader)?;
        reader.end()?;
        Ok(record)
    }

    fn check(&self) -> Result<(), RecordError> {
        for (number, name) in [(self.number, "number"), (u64::from(self.position), "position")] {
            if number == 0 {
                return Err(RecordError::Zero(name));
            }
        }
        let names = [
            (&self.matter, "matter"),
            (&self.procedure, "procedure"),
            (&self.version, "version"),
            (&self.act, "act"),
            (&self.client_act, "client act"),
        ];
        if let Some((_, name)) = names.into_iter().find(|(text, _)| text.is_empty()) {
            return Err(RecordError::Nameless(name));
        }
        if self.standing == (Standing::Irregular { refusals: Vec::new() }) {
            return Err(RecordError::NoRefusal);
        }
        match repeated(&self.personal) {
            Some(name) => Err(RecordError::RepeatedField(name.to_owned())),
            None => Ok(()),
        }
    }

    fn write(&self, w: &mut Writer) -> Result<(), EncodeError> {
        self.write_address(w)?;
        w.raw(",\"act\":");
        w.text(&self.act);
        w.raw(",\"at\":");
        w.integer(self.performed_at)?;
        write_basis(w, &self.basis);
        write_actor(w, &self.actor);
        w.raw(",\"client\":");
        w.text(&self.client_act);
        write_list(w, ",\"documents\":", &self.documents, |w, Document { name, hash }| {
            write_named(w, name, hash);
            Ok(())
        })?;
        if self.entered_at != self.performed_at {
            w.raw(",\"entered\":");
            w.integer(self.entered_at)?;
        }
        if !self.guards.is_empty() {
            w.raw(",\"guards\":");
            w.fields(&self.guards)?;
        }
        if !self.payload.is_empty() {
            w.raw(",\"payload\":");
            w.fields(&self.payload)?;
        }
        write_list(w, ",\"personal\":", &self.personal, |w, Commitment { name, hash }| {
            write_named(w, name, hash);
            Ok(())
        })?;
        w.raw(",\"procedure\":");
        w.text(&self.procedure);
        if let Standing::Irregular { refusals } = &self.standing {
            write_list(w, ",\"refusals\":", refusals, Writer::value)?;
        }
        w.raw(",\"request\":");
        w.hash(&self.request);
        write_list(w, ",\"resolved\":", &self.resolved, Writer::fields)?;
        w.raw(match self.standing {
            Standing::Observed => "",
            Standing::Reported => ",\"standing\":\"reported\"",
            Standing::Irregular { .. } => ",\"standing\":\"irregular\"",
        });
        w.raw(",\"version\":");
        w.text(&self.version);
        write_list(w, ",\"warnings\":", &self.warnings, |w, Acknowledged { rule, reason }| {
            w.raw("{\"reason\":");
            w.text(reason);
            w.raw(",\"rule\":");
            w.text(rule);
            w.raw("}");
            Ok(())
        })?;
        w.raw("}");
        Ok(())
    }

    fn write_address(&self, w: &mut Writer) -> Result<(), EncodeError> {
        w.raw("{\"Record\":[");
        w.integer(i64::from(FORMAT))?;
        w.raw(",");
        w.integer(i64::from(self.district.0))?;
        w.raw(",");
        w.integer(i64::try_from(self.number).unwrap_or(i64::MAX))?;
        w.raw(",");
        w.text(&self.matter);
        w.raw(",");
        w.integer(i64::from(self.position))?;
        w.raw("]");
        Ok(())
    }
}

fn write_basis(w: &mut Writer, basis: &Basis) {
    w.raw(",\"basis\":{");
    if let Some(calendar) = &basis.calendar {
        w.raw("\"calendar\":");
        w.hash(calendar);
        w.raw(",");
    }
    if let Some(parameters) = &basis.parameters {
        w.raw("\"parameters\":");
        w.hash(parameters);
        w.raw(",");
    }
    w.raw("\"procedure\":");
    w.hash(&basis.procedure);
    if let Some(tables) = &basis.tables {
        w.raw(",\"tables\":");
        w.hash(tables);
    }
    w.raw("}");
}

fn write_actor(w: &mut Writer, actor: &Actor) {
    match actor {
        Actor::Clock => w.raw(",\"by\":\"clock\""),
        Actor::Person { person, role, organ } => {
            w.raw(",\"by\":{\"organ\":");
            w.text(organ);
            w.raw(",\"person\":");
            w.text(person);
            w.raw(",\"role\":");
            w.text(role);
            w.raw("}");
        }
    }
}

fn write_list<T>(
    w: &mut Writer,
    key: &str,
    items: &[T],
    write: impl FnMut(&mut Writer, &T) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    if items.is_empty() {
        return Ok(());
    }
    w.raw(key);
    w.list(items, write)
}

fn write_named(w: &mut Writer, name: &str, hash: &crate::Hash) {
    w.raw("{\"hash\":");
    w.hash(hash);
    w.raw(",\"name\":");
    w.text(name);
    w.raw("}");
}

pub(crate) fn read_record(r: &mut Reader) -> Result<Record, DecodeError> {
    let address = read_address(r)?;
    let matter = unescaped(address.matter);
    r.expect(",\"act\":")?;
    let act = name(r)?;
    r.expect(",\"at\":")?;
    let performed_at = r.integer()?;
    let basis = read_basis(r)?;
    let actor = read_actor(r)?;
    r.expect(",\"client\":")?;
    let client_act = name(r)?;
    let documents = read_list(r, ",\"documents\":", |r| {
        read_named(r).map(|(name, hash)| Document { name, hash })
    })?;
    let entered_at = read_entered(r, performed_at)?;
    let guards = read_fields(r, ",\"guards\":")?;
    let payload = read_fields(r, ",\"payload\":")?;
    let personal = read_personal(r)?;
    r.expect(",\"procedure\":")?;
    let procedure = name(r)?;
    let refusals = read_list(r, ",\"refusals\":", |r| r.value())?;
    r.expect(",\"request\":")?;
    let request = r.hash()?;
    let resolved = read_list(r, ",\"resolved\":", |r| r.fields())?;
    let standing = read_standing(r, refusals)?;
    r.expect(",\"version\":")?;
    let version = name(r)?;
    let warnings = read_list(r, ",\"warnings\":", read_warning)?;
    r.expect("}")?;
    Ok(Record {
        district: address.district,
        number: address.number,
        matter,
        position: address.position,
        procedure,
        version,
        act,
        actor,
        performed_at,
        entered_at,
        basis,
        payload,
        personal,
        documents,
        standing,
        warnings,
        guards,
        resolved,
        client_act,
        request,
    })
}

fn read_address<'a>(r: &mut Reader<'a>) -> Result<Address<'a>, DecodeError> {
    r.expect("{\"Record\":[")?;
    match r.integer()? {
        format if format == i64::from(FORMAT) => {}
        format => return r.fail(DecodeFault::Format(format)),
    }
    r.expect(",")?;
    let district = District(counted(r, 0, "a district code")?);
    r.expect(",")?;
    let number = counted(r, 1, "a number from 1 up")?;
    r.expect(",")?;
    let at = r.at();
    let matter = r.raw_text()?;
    if matter.is_empty() {
        return Err(DecodeError { at, fault: DecodeFault::Expected("a matter") });
    }
    r.expect(",")?;
    let position = counted(r, 1, "a position from 1 up")?;
    r.expect("]")?;
    Ok(Address { district, number, matter, position })
}

/// The length of the address: up to and with the first `]` outside text.
fn address_end(bytes: &[u8]) -> Option<usize> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b']' if !quoted => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn counted<N: TryFrom<i64> + PartialOrd>(
    r: &mut Reader,
    least: i64,
    what: &'static str,
) -> Result<N, DecodeError> {
    let at = r.at();
    let integer = r.integer()?;
    match N::try_from(integer) {
        Ok(number) if integer >= least => Ok(number),
        _ => Err(DecodeError { at, fault: DecodeFault::Expected(what) }),
    }
}

fn unescaped(raw: &str) -> String {
    if raw.contains('\\') { crate::canonical::unescape(raw) } else { raw.to_owned() }
}

fn name(r: &mut Reader) -> Result<String, DecodeError> {
    let at = r.at();
    let name = r.text()?;
    if name.is_empty() {
        Err(DecodeError { at, fault: DecodeFault::Expected("a name") })
    } else {
        Ok(name)
    }
}

fn read_basis(r: &mut Reader) -> Result<Basis, DecodeError> {
    r.expect(",\"basis\":{")?;
    let calendar = optional_hash(r, "\"calendar\":", ",")?;
    let parameters = optional_hash(r, "\"parameters\":", ",")?;
    r.expect("\"procedure\":")?;
    let procedure = r.hash()?;
    let tables = optional_hash(r, ",\"tables\":", "")?;
    r.expect("}")?;
    Ok(Basis { procedure, tables, parameters, calendar })
}

fn optional_hash(
    r: &mut Reader,
    key: &str,
    after: &'static str,
) -> Result<Option<crate::Hash>, DecodeError> {
    if !r.take(key) {
        return Ok(None);
    }
    let hash = r.hash()?;
    r.expect(after)?;
    Ok(Some(hash))
}

fn read_actor(r: &mut Reader) -> Result<Actor, DecodeError> {
    if r.take(",\"by\":\"clock\"") {
        return Ok(Actor::Clock);
    }
    r.expect(",\"by\":{\"organ\":")?;
    let organ = r.text()?;
    r.expect(",\"person\":")?;
    let person = r.text()?;
    r.expect(",\"role\":")?;
    let role = r.text()?;
    r.expect("}")?;
    Ok(Actor::Person { person, role, organ })
}

fn read_entered(r: &mut Reader, performed_at: i64) -> Result<i64, DecodeError> {
    if !r.take(",\"entered\":") {
        return Ok(performed_at);
    }
    let at = r.at();
    match r.integer()? {
        same if same == performed_at => {
            Err(DecodeError { at, fault: DecodeFault::Empty("entered") })
        }
        entered_at => Ok(entered_at),
    }
}

fn read_fields(r: &mut Reader, key: &'static str) -> Result<crate::Fields, DecodeError> {
    if !r.take(key) {
        return Ok(crate::Fields::new());
    }
    let at = r.at();
    let fields = r.fields()?;
    if fields.is_empty() { Err(said_nothing(at, key)) } else { Ok(fields) }
}

fn read_list<T>(
    r: &mut Reader,
    key: &'static str,
    read: impl FnMut(&mut Reader) -> Result<T, DecodeError>,
) -> Result<Vec<T>, DecodeError> {
    if !r.take(key) {
        return Ok(Vec::new());
    }
    let at = r.at();
    let items = r.list(read)?;
    if items.is_empty() { Err(said_nothing(at, key)) } else { Ok(items) }
}

fn read_named(r: &mut Reader) -> Result<(String, crate::Hash), DecodeError> {
    r.expect("{\"hash\":")?;
    let hash = r.hash()?;
    r.expect(",\"name\":")?;
    let name = r.text()?;
    r.expect("}")?;
    Ok((name, hash))
}

fn read_personal(r: &mut Reader) -> Result<Vec<Commitment>, DecodeError> {
    let at = r.at();
    let personal = read_list(r, ",\"personal\":", |r| {
        read_named(r).map(|(name, hash)| Commitment { name, hash })
    })?;
    match repeated(&personal) {
        Some(name) => Err(DecodeError { at, fault: DecodeFault::Key(name.to_owned()) }),
        None => Ok(personal),
    }
}

fn read_standing(r: &mut Reader, refusals: Vec<Value>) -> Result<Standing, DecodeError> {
    if refusals.is_empty() {
        let reported = r.take(",\"standing\":\"reported\"");
        return Ok(if reported { Standing::Reported } else { Standing::Observed });
    }
    r.expect(",\"standing\":\"irregular\"")?;
    Ok(Standing::Irregular { refusals })
}

fn read_warning(r: &mut Reader) -> Result<Acknowledged, DecodeError> {
    r.expect("{\"reason\":")?;
    let reason = r.text()?;
    r.expect(",\"rule\":")?;
    let rule = r.text()?;
    r.expect("}")?;
    Ok(Acknowledged { rule, reason })
}

fn said_nothing(at: usize, key: &'static str) -> DecodeError {
    let member = key.trim_matches([',', '"', ':']);
    DecodeError { at, fault: DecodeFault::Empty(member) }
}

/// A name that occurs twice among commitments. There are few, so each is compared with the rest.
fn repeated(personal: &[Commitment]) -> Option<&str> {
    let twice = personal
        .iter()
        .enumerate()
        .find(|(at, one)| personal[..*at].iter().any(|other| other.name == one.name));
    twice.map(|(_, one)| one.name.as_str())
}
