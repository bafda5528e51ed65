//! Which record do these bytes hold?
//!
//! Takes bytes; gives the record, or only its [`Address`], which stands first and is read alone.
//! Strict: bytes that `encode.rs` would not have written are refused at their byte, members that say
//! nothing among them.
//!
//! Not here: single values (`reader.rs`), and whether the bytes were sealed (`verify.rs`).
//!
//! Next: `append.rs` for numbering and sealing.

use crate::canonical::{DecodeError, DecodeFault};
use crate::encode::repeated;
use crate::hash::Hash;
use crate::reader::{Reader, unescape};
use crate::record::{
    Acknowledged, Actor, Basis, Commitment, District, Document, FORMAT, Record, Standing,
};
use crate::value::{Fields, Value};

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
        read_address(&mut Reader::new(bytes))
    }
}

impl Record {
    /// Reads a record; refuses bytes that [`Record::to_bytes`] would not have written.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let record = read_record(&mut reader)?;
        reader.end()?;
        Ok(record)
    }
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
    if raw.contains('\\') { unescape(raw) } else { raw.to_owned() }
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
) -> Result<Option<Hash>, DecodeError> {
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

fn read_fields(r: &mut Reader, key: &'static str) -> Result<Fields, DecodeError> {
    if !r.take(key) {
        return Ok(Fields::new());
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

fn read_named(r: &mut Reader) -> Result<(String, Hash), DecodeError> {
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
