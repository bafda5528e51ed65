//! What is given back of what was kept?
//!
//! Records, matters, papers, personal values and checkpoints.

use ledger::{
    Checkpoint, Disclosure, Hash, Salt, SignError, Signature, SignedCheckpoint, Signer, Sm2Signer,
    TileId,
};

use super::clerk::{Ask, DISTRICT, commit_all, verify};
use crate::{Document, ErrorKind, MatterFilter, MatterState, Store};

/// Questions to an empty store have empty answers, and asking begins nothing.
pub fn nothing_is_read_from_an_empty_store(store: &dyn Store) {
    let head = store.head(DISTRICT).expect("read");
    assert_eq!((head.log.size, head.log.root), (0, ledger::empty_root::<ledger::Sm3>()));
    assert_eq!(store.record(DISTRICT, 1).expect("read"), None);
    assert_eq!(store.record(DISTRICT, 0).expect("read"), None);
    assert_eq!(store.records(DISTRICT, 1, 10).expect("read"), []);
    assert_eq!(store.client_act(DISTRICT, "c1").expect("read"), None);
    assert_eq!(store.matter(DISTRICT, "m1").expect("read"), None);
    assert_eq!(store.matter_records(DISTRICT, "m1", 0).expect("read"), []);
    assert_eq!(store.snapshot(DISTRICT, "m1").expect("read"), None);
    assert_eq!(store.owed(DISTRICT, "m1").expect("read"), []);
    assert_eq!(store.due(DISTRICT, i64::MAX, 10).expect("read"), []);
    assert_eq!(store.counters(DISTRICT).expect("read"), []);
    assert_eq!(store.tile(DISTRICT, TileId { level: 0, index: 0 }).expect("read"), []);
    assert_eq!(store.tile(DISTRICT, TileId { level: 1, index: 0 }).expect("read"), []);
    assert_eq!(store.latest_checkpoint(DISTRICT).expect("read"), None);
    assert_eq!(store.document(DISTRICT, &Hash::default()).expect("read"), None);
    assert_eq!(store.districts().expect("read"), []);
    let all = MatterFilter::default();
    assert_eq!(store.matters(DISTRICT, &all, None, 10).expect("read"), []);
}

/// Pages follow each other without overlap, and a record alone is the record in its page.
pub fn records_are_read_page_by_page(store: &dyn Store) {
    let asks: Vec<Ask> = (0..7).map(|at| Ask::new("m1", &at.to_string(), "note", at)).collect();
    commit_all(store, DISTRICT, &asks);
    let page = |from| store.records(DISTRICT, from, 3).expect("read");
    let numbers = |from| page(from).iter().map(|record| record.number).collect::<Vec<_>>();
    assert_eq!(
        [numbers(1), numbers(4), numbers(7), numbers(8)],
        [vec![1, 2, 3], vec![4, 5, 6], vec![7], vec![]]
    );
    assert_eq!(store.record(DISTRICT, 5).expect("read"), page(4).get(1).cloned());
    assert_eq!(
        store.record(DISTRICT, 5).expect("read").expect("there").read().expect("one").number,
        5
    );
    assert_eq!(store.client_act(DISTRICT, "4").expect("read"), page(4).get(1).cloned());
}

/// Lists begin with the matter begun last and go on below a key.
pub fn matters_are_listed_by_what_they_are(store: &dyn Store) {
    for (at, matter) in ["a%", "b_", "案三", "d"].into_iter().enumerate() {
        commit_all(store, DISTRICT, &[Ask::new(matter, matter, "open", at as i64)]);
    }
    commit_all(store, DISTRICT, &[Ask::new("b_", "end", "close", 9)]);
    let list = |filter: &MatterFilter, before, limit| -> Vec<String> {
        let matters = store.matters(DISTRICT, filter, before, limit).expect("listed");
        matters.into_iter().map(|matter| matter.matter).collect()
    };
    let all = MatterFilter::default();
    assert_eq!(list(&all, None, 3), ["d", "案三", "b_"]);
    assert_eq!(list(&all, Some(2), 3), ["a%"]);
    let closed = MatterFilter { state: Some(MatterState::Closed), ..all.clone() };
    assert_eq!(list(&closed, None, 9), ["b_"]);
    let open = MatterFilter { state: Some(MatterState::Open), ..all.clone() };
    assert_eq!(list(&open, None, 9), ["d", "案三", "a%"]);
    let other = MatterFilter { procedure: Some("other".into()), ..all.clone() };
    assert_eq!(list(&other, None, 9), [""; 0]);
    let simple = MatterFilter { procedure: Some("simple".into()), ..all };
    assert_eq!(list(&simple, None, 9).len(), 4);
    let closed = store.matter(DISTRICT, "b_").expect("read").expect("there");
    assert_eq!((closed.key, closed.position, closed.view.last_at), (2, 2, 9));
}

/// A paper is found by its salted hash until it is destroyed.
pub fn papers_are_kept_and_destroyed(store: &dyn Store) {
    let paper = Document {
        name: "application".into(),
        media: "application/pdf".into(),
        salt: Salt([7; 16]),
        content: (0..100_000u32).map(|at| at as u8).collect(),
    };
    let hash = store.put_document(DISTRICT, &paper).expect("kept");
    assert_eq!(hash, paper.hash());
    assert_eq!(store.put_document(DISTRICT, &paper).expect("kept again"), hash);
    assert_eq!(store.document(DISTRICT, &hash).expect("read"), Some(paper.clone()));
    assert_eq!(store.document(ledger::District(1), &hash).expect("read"), None);
    assert!(store.destroy_document(DISTRICT, &hash).expect("destroyed"));
    assert!(!store.destroy_document(DISTRICT, &hash).expect("nothing to destroy"));
    assert_eq!(store.document(DISTRICT, &hash).expect("read"), None);
}

/// Destroying a value changes no byte of the log.
pub fn personal_values_are_kept_and_destroyed_and_the_log_still_holds(store: &dyn Store) {
    let salt = Salt([9; 16]);
    let ask = Ask { phone: Some((salt, "555".into())), ..Ask::new("m1", "c1", "open", 1) };
    commit_all(store, DISTRICT, &[ask, Ask::new("m1", "c2", "note", 2)]);
    let value = Disclosure { name: "phone".into(), salt, value: "555".into() };
    let kept = store.private_values(DISTRICT, 1).expect("read");
    assert_eq!(kept, [value]);
    let record = store.record(DISTRICT, 1).expect("read").expect("there").read().expect("one");
    assert_eq!(kept[0].check(&record), Ok(()));
    assert_eq!(store.private_values(DISTRICT, 2).expect("read"), []);
    assert!(store.destroy_private_value(DISTRICT, 1, "phone").expect("destroyed"));
    assert!(!store.destroy_private_value(DISTRICT, 1, "phone").expect("nothing to destroy"));
    assert_eq!(store.private_values(DISTRICT, 1).expect("read"), []);
    assert_eq!(verify(store, DISTRICT), 2);
}

/// Signs without a key: stores do not check signatures.
struct Mark;

impl Signer for Mark {
    fn public_key(&self) -> Vec<u8> {
        vec![4; 65]
    }

    fn sign(&self, _: &[u8]) -> Result<Signature, SignError> {
        Ok(Signature([2; 64]))
    }
}

/// A receipt asks for the first checkpoint that covers its act.
pub fn checkpoints_are_found_by_size(store: &dyn Store) {
    let mut put = Vec::new();
    for at in 1..=3 {
        commit_all(store, DISTRICT, &[Ask::new("m1", &format!("a{at}"), "note", at)]);
        commit_all(store, DISTRICT, &[Ask::new("m1", &format!("b{at}"), "note", at)]);
        let head = store.head(DISTRICT).expect("read").log;
        let checkpoint = Checkpoint::new("example.org/123456", head, at).expect("lawful");
        let signed = checkpoint.sign(&Mark).expect("signed");
        store.put_checkpoint(DISTRICT, &signed).expect("kept");
        put.push(signed);
    }
    assert_eq!(store.checkpoints(DISTRICT).expect("read"), put);
    assert_eq!(store.latest_checkpoint(DISTRICT).expect("read").as_ref(), put.last());
    for (size, at) in [(1, 0), (2, 0), (3, 1), (6, 2)] {
        assert_eq!(store.checkpoint_from(DISTRICT, size).expect("read").as_ref(), put.get(at));
    }
    assert_eq!(store.checkpoint_from(DISTRICT, 7).expect("read"), None);
    assert_eq!(store.checkpoints(ledger::District(1)).expect("read"), []);
    let head = store.head(DISTRICT).expect("read").log;
    let later = Checkpoint::new("example.org/123456", head, 9).expect("lawful");
    let later = later.sign(&Mark).expect("signed");
    store.put_checkpoint(DISTRICT, &later).expect("kept in place of the first");
    assert_eq!(store.latest_checkpoint(DISTRICT).expect("read"), Some(later));
    assert_eq!(store.checkpoints(DISTRICT).expect("read").len(), 3);
}

/// One key signs at a time: the next one's turn begins above a hand-over, which nothing replaces.
pub fn a_key_that_was_handed_over_signs_nothing_larger(store: &dyn Store) {
    let key = |seed| Sm2Signer::from_seed(&[seed; 32]).expect("below the order of the curve");
    let grown = |client: &str| {
        commit_all(store, DISTRICT, &[Ask::new("m1", client, "note", 1)]);
        Checkpoint::new("example.org/123456", store.head(DISTRICT).expect("read").log, 1)
            .expect("lawful")
    };
    let keep = |signed: &SignedCheckpoint| store.put_checkpoint(DISTRICT, signed);
    let refused = |signed: &SignedCheckpoint| {
        let error = keep(signed).expect_err("it is not its turn");
        assert_eq!(error.kind(), ErrorKind::WrongKey, "{error}");
    };
    let (first, second, third) = (grown("a"), grown("b"), grown("c"));
    let by = |checkpoint: &Checkpoint, seed| checkpoint.clone().sign(&key(seed)).expect("signed");
    keep(&by(&first, 1)).expect("the first key of the log");
    refused(&by(&second, 2));
    let over = second.clone().hand_over_to(&key(1), &key(2)).expect("signed");
    keep(&over).expect("handed over");
    keep(&over).expect("the same once more");
    refused(&by(&second, 1));
    refused(&by(&second, 2));
    refused(&by(&third, 1));
    refused(&third.clone().hand_over_to(&key(1), &key(3)).expect("signed"));
    keep(&by(&third, 2)).expect("the next key");
    keep(&by(&first, 1)).expect("what the first key signed before stays its own");
    refused(&by(&first, 2));
    assert_eq!(store.checkpoints(DISTRICT).expect("read").len(), 3);
    assert_eq!(store.checkpoint_from(DISTRICT, 2).expect("read"), Some(over));
}
