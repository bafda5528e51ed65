//! Is what was backed up restored, all of it, and is nothing else?
//!
//! Every store gives a backup from which every store can be written; a backup that is not what was
//! written, or a store that is not empty, leaves everything as it was.

use std::io::Cursor;

use ledger::{Checkpoint, Salt, SignedCheckpoint, Sm2Signer};

use super::clerk::{Ask, DISTRICT, Reteller, commit, commit_all, dump, verify};
use crate::{Backup, Document, ErrorKind, MemoryStore, Source, Store, StoreError, back_up};

const DAY: i64 = 86_400;

fn paper() -> Document {
    let content = (0..5_000u32).map(|at| at as u8).collect();
    Document { name: "map".into(), media: "image/png".into(), salt: Salt([5; 16]), content }
}

fn sign(store: &dyn Store) -> SignedCheckpoint {
    let head = store.head(DISTRICT).expect("read").log;
    let signer = Sm2Signer::from_seed(&[7; 32]).expect("below the order of the curve");
    let checkpoint = Checkpoint::new("example.org/123456", head, 9).expect("lawful");
    let signed = checkpoint.sign(&signer).expect("signed");
    store.put_checkpoint(DISTRICT, &signed).expect("kept");
    signed
}

/// Something of every kind, in more than one block; one value and one paper were destroyed.
fn fill(store: &dyn Store) {
    let paper = store.put_document(DISTRICT, &paper()).expect("kept");
    let lost = Document { name: "lost".into(), ..self::paper() };
    let lost = store.put_document(DISTRICT, &lost).expect("kept");
    let acts = ["open", "note", "hold", "refused", "answer", "note", "close"];
    let ask = |at: usize| {
        let (matter, day) = (format!("案{}", at / 7), DAY * (at % 7) as i64 / 2);
        let mut ask = Ask::new(&matter, &format!("c{at}"), acts[at % 7], day);
        ask.phone = (at % 7 == 1).then(|| (Salt([at as u8; 16]), format!("555-{at}")));
        ask.paper = match at {
            20 => Some(("lost".into(), lost)),
            at => (at % 50 == 8).then(|| ("map".into(), paper)),
        };
        ask
    };
    let asks: Vec<Ask> = (0..700).map(ask).collect();
    sign(store);
    for group in asks.chunks(233) {
        commit(store, DISTRICT, group);
        sign(store);
    }
    assert!(store.destroy_private_value(DISTRICT, 2, "phone").expect("destroyed"));
    assert!(store.destroy_document(DISTRICT, &lost).expect("destroyed"));
}

fn taken(store: &dyn Store) -> Vec<u8> {
    let mut bytes = Vec::new();
    back_up(store, DISTRICT, &mut bytes).expect("backed up");
    bytes
}

fn restore(store: &dyn Store, bytes: &[u8], reteller: &mut Reteller) -> Result<u64, StoreError> {
    let mut backup = Backup::open(Cursor::new(bytes))?;
    Ok(store.restore(DISTRICT, &mut backup, reteller)?.log.size)
}

/// Everything is there again, on this store from another and on another from this.
pub fn what_was_backed_up_is_restored_on_any_store(store: &dyn Store) {
    let (first, last) = (MemoryStore::new(), MemoryStore::new());
    fill(&first);
    let bytes = taken(&first);
    let size = restore(store, &bytes, &mut Reteller::default()).expect("restored");
    assert_eq!(
        (verify(store, DISTRICT), size),
        (size, first.head(DISTRICT).expect("read").log.size)
    );
    assert_eq!(dump(store, DISTRICT), dump(&first, DISTRICT));
    assert!(taken(store) == bytes, "a backup of what was restored is the same backup");
    restore(&last, &taken(store), &mut Reteller::default()).expect("restored");
    assert!(taken(&last) == bytes);
    assert_eq!(store.document(DISTRICT, &paper().hash()).expect("read"), Some(paper()));
    assert_eq!(store.private_values(DISTRICT, 2).expect("read"), []);
    commit_all(store, DISTRICT, &[Ask::new("new", "after", "open", 99 * DAY)]);
    assert_eq!(verify(store, DISTRICT), size + 1);
}

/// Only an empty district is written, and one that could not be written to its end stays empty.
pub fn a_restoring_that_cannot_be_finished_leaves_nothing(store: &dyn Store) {
    let first = MemoryStore::new();
    fill(&first);
    let bytes = taken(&first);
    let half = &bytes[..bytes.len() / 2];
    let error = restore(store, half, &mut Reteller::default()).expect_err("it was cut off");
    assert_eq!(error.kind(), ErrorKind::Backup);
    restore(store, &bytes, &mut Reteller::stumbling_at(501)).expect_err("the reteller stumbles");
    let other = ledger::District(1);
    let mut backup = Backup::open(Cursor::new(&bytes)).expect("a backup");
    let error = store.restore(other, &mut backup, &mut Reteller::default()).expect_err("another's");
    assert_eq!(error.kind(), ErrorKind::Backup);
    assert_eq!(taken(store), taken(&MemoryStore::new()), "nothing is left of it");
    assert_eq!(store.document(DISTRICT, &paper().hash()).expect("read"), None);
    restore(store, &bytes, &mut Reteller::default()).expect("restored at last");
    let before = taken(store);
    let error = restore(store, &bytes, &mut Reteller::default()).expect_err("it is not empty");
    assert_eq!(error.kind(), ErrorKind::NotEmpty);
    assert!(taken(store) == before);
}

/// A backup is of one moment, though acts are sealed while it is made.
pub fn a_store_is_backed_up_while_acts_are_sealed(store: &dyn Store) {
    fill(store);
    let bytes = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for at in 0..40 {
                let asks = [0, 1].map(|of| {
                    let act = if at % 3 == 0 { "refused" } else { "note" };
                    Ask::new("busy", &format!("b{at}-{of}"), act, at)
                });
                commit(store, DISTRICT, &asks);
                sign(store);
            }
        });
        let bytes = taken(store);
        writer.join().expect("the writer is done");
        bytes
    });
    let mut backup = Backup::open(Cursor::new(&bytes)).expect("a backup");
    backup.check(&mut |_| ()).expect("it is whole");
    let head = backup.head();
    let copy = MemoryStore::new();
    restore(&copy, &bytes, &mut Reteller::default()).expect("restored");
    assert_eq!(copy.head(DISTRICT).expect("read"), head);
    assert_eq!(verify(&copy, DISTRICT), head.log.size);
}
