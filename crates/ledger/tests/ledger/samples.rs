//! Records, logs and keys that the tests share.
//!
//! Not here: randomness; the only key is made of a constant.

use ledger::*;

pub const DISTRICT: District = District(320507);
pub const ORIGIN: &str = "ledger.example/320507";

/// A common record: about what an act of a district office looks like.
pub fn record(matter: &str, position: u32) -> Record {
    Record {
        district: DISTRICT,
        number: 1,
        matter: matter.to_owned(),
        position,
        procedure: "行政复议".to_owned(),
        version: "2023".to_owned(),
        act: "受理".to_owned(),
        actor: Actor::Person {
            person: "p0017".to_owned(),
            role: "承办人".to_owned(),
            organ: "司法局".to_owned(),
        },
        performed_at: 1_706_778_000,
        entered_at: 1_706_778_000,
        basis: Basis {
            procedure: Hash::sm3(&[b"procedure"]),
            tables: None,
            parameters: Some(Hash::sm3(&[b"parameters"])),
            calendar: Some(Hash::sm3(&[b"calendar"])),
        },
        payload: Fields::from([("通知书号", "〔2024〕17号")]),
        personal: Vec::new(),
        documents: Vec::new(),
        standing: Standing::Observed,
        warnings: Vec::new(),
        guards: Fields::new(),
        resolved: Vec::new(),
        client_act: format!("{matter}/{position}"),
        request: Hash::sm3(&[matter.as_bytes()]),
    }
}

/// A record that uses every member.
pub fn full_record() -> Record {
    let salt = Salt([7; 16]);
    Record {
        entered_at: 1_706_778_060,
        payload: Fields::from([
            ("金额", Value::from(50_000)),
            ("听证", Value::from(false)),
            ("说明", Value::from("一行\n\"二行\"\u{1}")),
            ("附件", Value::from(vec![Value::from("甲"), Value::from(Fields::from([("页", 3)]))])),
        ]),
        personal: vec![commit(&salt, "申请人", &Value::from("张喆")).unwrap()],
        documents: vec![Document {
            name: "申请书.pdf".to_owned(),
            hash: document_hash(&salt, "申请书.pdf", b"%PDF"),
        }],
        standing: Standing::Irregular {
            refusals: vec![Value::from(Fields::from([("规则", "r12"), ("事实", "未告知")]))],
        },
        warnings: vec![Acknowledged {
            rule: "w3".to_owned(), reason: "当事人同意".to_owned()
        }],
        guards: Fields::from([("r1", true), ("r2", false)]),
        resolved: vec![Fields::from([
            ("rule", Value::from("r7")),
            ("anchor", Value::from(1_706_700_000)),
        ])],
        basis: Basis {
            tables: Some(Hash::sm3(&[b"tables"])), ..record("复〔2024〕1号", 1).basis
        },
        ..record("复〔2024〕1号", 1)
    }
}

/// A log of `size` records in matters of three acts each, with its tiles.
pub struct Log {
    pub bytes: Vec<Vec<u8>>,
    pub leaves: Vec<Hash>,
    pub tiles: MemoryTiles,
    pub frontier: Frontier,
}

impl Log {
    pub fn of(size: usize) -> Self {
        Self::from_records(
            (0..size).map(|at| record(&format!("m{}", at / 3), at as u32 % 3 + 1)).collect(),
        )
    }

    pub fn from_records(records: Vec<Record>) -> Self {
        let mut frontier = Frontier::new();
        let batch = append(&mut frontier, records).unwrap();
        let mut tiles = MemoryTiles::default();
        tiles.keep(&batch.nodes);
        let bytes = batch.sealed.iter().map(|sealed| sealed.bytes().to_vec()).collect();
        let leaves = batch.sealed.iter().map(Sealed::leaf).collect();
        Self { bytes, leaves, tiles, frontier }
    }

    pub fn head(&self) -> LogHead {
        LogHead { size: self.frontier.size(), root: self.frontier.root() }
    }

    pub fn head_at(&self, size: u64) -> LogHead {
        LogHead { size, root: Frontier::<Sm3>::read(&self.tiles, size).unwrap().root() }
    }

    /// The rows as a store would hand them to the verifier.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.bytes.iter().zip(&self.leaves).zip(1..).map(|((bytes, leaf), number)| Row {
            number: Some(number),
            bytes,
            leaf: Some(*leaf),
        })
    }

    pub fn verify(&self, heads: &[LogHead]) -> Verdict {
        verify::<Sm3>(DISTRICT, heads.iter().copied(), self.rows())
    }
}

pub fn signer() -> Sm2Signer {
    Sm2Signer::from_seed(&[0x42; 32]).unwrap()
}

pub fn signed(head: LogHead) -> SignedCheckpoint {
    Checkpoint::new(ORIGIN, head, 1_719_705_600).unwrap().sign(&signer()).unwrap()
}
