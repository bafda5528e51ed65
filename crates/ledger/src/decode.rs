//! Which record do these bytes hold?
//!
//! Takes bytes; gives the record where it lies ([`RecordRef`], which copies nothing), copied out
//! ([`Record::from_bytes`]), or only its [`Address`], which stands first and is read alone. Strict:
//! bytes that `encode.rs` would not have written are refused at their byte, members that say nothing
//! among them.
//!
//! Not here: single values (`reader.rs`, `lying.rs`), and whether the bytes were sealed
//! (`verify.rs`).
//!
//! Next: `append.rs` for numbering and sealing.

use crate::canonical::{DecodeError, DecodeFault};
use crate::hash::Hash;
use crate::lying::{FieldsRef, ListRef, Text};
use crate::reader::Reader;
use crate::record::{
    Acknowledged, Actor, Basis, Commitment, District, Document, FORMAT, Record, Standing,
};

/// Where a record stands: read from the first bytes of it, without the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address<'a> {
    /// The district.
    pub district: District,
    /// The number in the district's log.
    pub number: u64,
    /// The matter.
    pub matter: Text<'a>,
    /// The position in the matter.
    pub position: u32,
}

impl<'a> Address<'a> {
    /// Reads the address of a record from its bytes.
    pub fn read(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        read_address(&mut Reader::new(bytes))
    }
}

/// A record as it lies in its canonical bytes. Its members mean what those of [`Record`] do.
#[derive(Clone, Debug)]
pub struct RecordRef<'a> {
    /// District, number, matter and position.
    pub address: Address<'a>,
    /// The procedure.
    pub procedure: Text<'a>,
    /// Its version.
    pub version: Text<'a>,
    /// The act.
    pub act: Text<'a>,
    /// Person, role and organ; `None` for the clock.
    pub actor: Option<[Text<'a>; 3]>,
    /// When it happened.
    pub performed_at: i64,
    /// When it was written down.
    pub entered_at: i64,
    /// The texts the decision rested on.
    pub basis: Basis,
    /// What was entered.
    pub payload: FieldsRef<'a>,
    /// The name and the commitment of each personal field.
    pub personal: Vec<(Text<'a>, Hash)>,
    /// How it came into the log.
    pub standing: StandingRef,
    /// The client's name for the act.
    pub client_act: Text<'a>,
    /// Digest of the request.
    pub request: Hash,
    guards: FieldsRef<'a>,
    documents: ListRef<'a>,
    refusals: ListRef<'a>,
    resolved: ListRef<'a>,
    warnings: ListRef<'a>,
}

/// [`Standing`] without the refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandingRef {
    /// Performed here.
    Observed,
    /// Reported as already done.
    Reported,
    /// Reported, although the rules would have refused it.
    Irregular,
}

impl<'a> RecordRef<'a> {
    /// Reads a record; refuses bytes that [`Record::to_bytes`] would not have written.
    pub fn read(bytes: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(bytes);
        let record = read_record(&mut reader)?;
        reader.end()?;
        Ok(record)
    }

    /// The record, copied out.
    pub fn to_record(&self) -> Record {
        let owned = |text: Text<'_>| text.read().into_owned();
        let actor = match self.actor.map(|texts| texts.map(owned)) {
            Some([person, role, organ]) => Actor::Person { person, role, organ },
            None => Actor::Clock,
        };
        let refusals = || self.refusals.to_vec(Reader::value);
        let personal = self.personal.iter();
        Record {
            district: self.address.district,
            number: self.address.number,
            matter: owned(self.address.matter),
            position: self.address.position,
            procedure: owned(self.procedure),
            version: owned(self.version),
            act: owned(self.act),
            actor,
            performed_at: self.performed_at,
            entered_at: self.entered_at,
            basis: self.basis.clone(),
            payload: self.payload.to_fields(),
            personal: personal
                .map(|(name, hash)| Commitment { name: owned(*name), hash: *hash })
                .collect(),
            documents: self
                .documents
                .to_vec(|r| read_named(r).map(|(name, hash)| Document { name: owned(name), hash })),
            standing: match self.standing {
                StandingRef::Observed => Standing::Observed,
                StandingRef::Reported => Standing::Reported,
                StandingRef::Irregular => Standing::Irregular { refusals: refusals() },
            },
            warnings: self.warnings.to_vec(|r| {
                read_warning(r)
                    .map(|(rule, reason)| Acknowledged { rule: owned(rule), reason: owned(reason) })
            }),
            guards: self.guards.to_fields(),
            resolved: self.resolved.to_vec(|r| FieldsRef::read(r).map(|fields| fields.to_fields())),
            client_act: owned(self.client_act),
            request: self.request,
        }
    }
}

impl Record {
    /// Reads a record; refuses bytes that [`Record::to_bytes`] would not have written.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        RecordRef::read(bytes).map(|record| record.to_record())
    }
}

pub(crate) fn read_record<'a>(r: &mut Reader<'a>) -> Result<RecordRef<'a>, DecodeError> {
    let address = read_address(r)?;
    r.expect(",\"act\":")?;
    let act = name(r)?;
    r.expect(",\"at\":")?;
    let performed_at = r.integer()?;
    let basis = read_basis(r)?;
    let actor = read_actor(r)?;
    r.expect(",\"client\":")?;
    let client_act = name(r)?;
    let documents = read_list(r, ",\"documents\":", read_named)?;
    let entered_at = read_entered(r, performed_at)?;
    let guards = read_fields(r, ",\"guards\":")?;
    let payload = read_fields(r, ",\"payload\":")?;
    let personal = read_personal(r)?;
    r.expect(",\"procedure\":")?;
    let procedure = name(r)?;
    let refusals = read_list(r, ",\"refusals\":", Reader::value::<()>)?;
    r.expect(",\"request\":")?;
    let request = r.hash()?;
    let resolved = read_list(r, ",\"resolved\":", Reader::fields::<()>)?;
    let standing = read_standing(r, !refusals.is_empty())?;
    r.expect(",\"version\":")?;
    let version = name(r)?;
    let warnings = read_list(r, ",\"warnings\":", read_warning)?;
    r.expect("}")?;
    Ok(RecordRef {
        address,
        procedure,
        version,
        act,
        actor,
        performed_at,
        entered_at,
        basis,
        payload,
        personal,
        standing,
        client_act,
        request,
        guards,
        documents,
        refusals,
        resolved,
        warnings,
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
    let matter = r.text()?;
    if matter.raw().is_empty() {
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

fn name<'a>(r: &mut Reader<'a>) -> Result<Text<'a>, DecodeError> {
    let at = r.at();
    let name = r.text()?;
    if name.raw().is_empty() {
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

/// Person, role and organ.
fn read_actor<'a>(r: &mut Reader<'a>) -> Result<Option<[Text<'a>; 3]>, DecodeError> {
    if r.take(",\"by\":\"clock\"") {
        return Ok(None);
    }
    r.expect(",\"by\":{\"organ\":")?;
    let organ = r.text()?;
    r.expect(",\"person\":")?;
    let person = r.text()?;
    r.expect(",\"role\":")?;
    let role = r.text()?;
    r.expect("}")?;
    Ok(Some([person, role, organ]))
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

fn read_fields<'a>(r: &mut Reader<'a>, key: &'static str) -> Result<FieldsRef<'a>, DecodeError> {
    if !r.take(key) {
        return Ok(FieldsRef::default());
    }
    let at = r.at();
    let fields = FieldsRef::read(r)?;
    if fields.is_empty() { Err(said_nothing(at, key)) } else { Ok(fields) }
}

fn read_list<'a, T>(
    r: &mut Reader<'a>,
    key: &'static str,
    read: impl FnMut(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<ListRef<'a>, DecodeError> {
    if !r.take(key) {
        return Ok(ListRef::default());
    }
    let at = r.at();
    let items = ListRef::read(r, read)?;
    if items.is_empty() { Err(said_nothing(at, key)) } else { Ok(items) }
}

fn read_named<'a>(r: &mut Reader<'a>) -> Result<(Text<'a>, Hash), DecodeError> {
    r.expect("{\"hash\":")?;
    let hash = r.hash()?;
    r.expect(",\"name\":")?;
    let name = r.text()?;
    r.expect("}")?;
    Ok((name, hash))
}

fn read_personal<'a>(r: &mut Reader<'a>) -> Result<Vec<(Text<'a>, Hash)>, DecodeError> {
    if !r.take(",\"personal\":") {
        return Ok(Vec::new());
    }
    let at = r.at();
    let personal = r.list(read_named)?;
    if personal.is_empty() {
        return Err(said_nothing(at, ",\"personal\":"));
    }
    // There are few, so each is compared with the rest.
    let mut names = personal.iter().enumerate();
    match names.find(|(i, (name, _))| personal[..*i].iter().any(|(other, _)| other == name)) {
        Some((_, (name, _))) => {
            Err(DecodeError { at, fault: DecodeFault::Key(name.read().into_owned()) })
        }
        None => Ok(personal),
    }
}

fn read_standing(r: &mut Reader, refused: bool) -> Result<StandingRef, DecodeError> {
    if refused {
        r.expect(",\"standing\":\"irregular\"")?;
        return Ok(StandingRef::Irregular);
    }
    let reported = r.take(",\"standing\":\"reported\"");
    Ok(if reported { StandingRef::Reported } else { StandingRef::Observed })
}

/// Rule and reason.
fn read_warning<'a>(r: &mut Reader<'a>) -> Result<(Text<'a>, Text<'a>), DecodeError> {
    r.expect("{\"reason\":")?;
    let reason = r.text()?;
    r.expect(",\"rule\":")?;
    let rule = r.text()?;
    r.expect("}")?;
    Ok((rule, reason))
}

fn said_nothing(at: usize, key: &'static str) -> DecodeError {
    let member = key.trim_matches([',', '"', ':']);
    DecodeError { at, fault: DecodeFault::Empty(member) }
}
