//! What happens to a group, item by item?
//!
//! Order, repetition, conflict, rejection, staleness, failure, and many writers at once.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ledger::{District, Salt};

use super::clerk::{Ask, Clerk, DISTRICT, commit, commit_all, verify};
use crate::{Decide, Decision, ErrorKind, Outcome, Proposal, Snapshot, Store, StoreError, Turn};

/// A decider made of a function.
struct By<F>(F);

impl<F: FnMut(&Turn<'_>) -> Result<Decision, StoreError>> Decide for By<F> {
    fn decide(&mut self, turn: &Turn<'_>) -> Result<Decision, StoreError> {
        self.0(turn)
    }
}

fn accepted(turn: &Turn<'_>, ask: &Ask) -> Result<Decision, StoreError> {
    Clerk { asks: vec![ask.clone()] }.decide(&Turn { item: 0, ..*turn })
}

fn numbers(outcomes: &[Outcome]) -> Vec<Vec<u64>> {
    let of = |outcome: &Outcome| match outcome {
        Outcome::Accepted(sealed) | Outcome::Rejected(sealed) => {
            sealed.iter().map(|sealed| sealed.record().number).collect()
        }
        Outcome::Again(stored) | Outcome::Conflict(stored) => vec![stored.number],
        Outcome::Stale | Outcome::Failed(_) => Vec::new(),
    };
    outcomes.iter().map(of).collect()
}

/// Numbers count the district's acts, positions the matter's.
pub fn acts_are_numbered_and_positioned_without_gaps(store: &dyn Store) {
    let group = [
        Ask::new("m1", "c1", "open", 10),
        Ask::new("m2", "c2", "open", 11),
        Ask::new("m1", "c3", "answer", 12),
    ];
    assert_eq!(numbers(&commit(store, DISTRICT, &group)), [[1], [2], [3]]);
    let outcomes = commit(store, DISTRICT, &[Ask::new("m1", "c4", "close", 13)]);
    let Outcome::Accepted(sealed) = &outcomes[0] else { panic!("{outcomes:?}") };
    assert_eq!((sealed[0].record().number, sealed[0].record().position), (4, 3));
    let head = store.head(DISTRICT).expect("the head is read");
    assert_eq!(sealed[0].head(), head.log);
    assert_eq!((head.log.size, head.matters), (4, 2));
    let history = store.matter_records(DISTRICT, "m1", 0).expect("the matter is read");
    assert_eq!(history.iter().map(|record| record.number).collect::<Vec<_>>(), [1, 3, 4]);
    assert_eq!(store.matter_records(DISTRICT, "m1", 2).expect("read").len(), 1);
    assert_eq!(verify(store, DISTRICT), 4);
}

/// The same name and the same request: the same answer, and nothing new.
pub fn a_request_made_again_is_answered_again(store: &dyn Store) {
    let ask = Ask::new("m1", "c1", "open", 10);
    let outcomes = commit(store, DISTRICT, &[ask.clone(), ask.clone()]);
    assert_eq!(numbers(&outcomes), [[1], [1]]);
    let Outcome::Again(stored) = &outcomes[1] else { panic!("{outcomes:?}") };
    let head = store.head(DISTRICT).expect("the head is read");
    let again = commit(store, DISTRICT, std::slice::from_ref(&ask));
    assert_eq!(again, [Outcome::Again(stored.clone())]);
    assert_eq!(stored.read().expect("a record").client_act, "c1");
    assert_eq!(store.head(DISTRICT).expect("the head is read"), head);
    assert_eq!(verify(store, DISTRICT), 1);
}

/// The same name for something else is refused and shows what the name stands for.
pub fn a_name_used_for_another_request_is_a_conflict(store: &dyn Store) {
    commit_all(store, DISTRICT, &[Ask::new("m1", "c1", "open", 10)]);
    let other = Ask::new("m1", "c1", "answer", 11);
    let outcomes = commit(store, DISTRICT, &[other, Ask::new("m1", "c2", "answer", 11)]);
    assert!(matches!(&outcomes[0], Outcome::Conflict(stored) if stored.number == 1));
    assert_eq!(numbers(&outcomes), [[1], [2]]);
    assert_eq!(verify(store, DISTRICT), 2);
}

/// A second request has another salt, and is recognised with the salt that was kept.
pub fn a_salted_request_made_again_is_recognised(store: &dyn Store) {
    let with = |salt, phone: &str| Ask {
        phone: Some((Salt([salt; 16]), phone.to_owned())),
        ..Ask::new("m1", "c1", "open", 10)
    };
    commit_all(store, DISTRICT, &[with(1, "555")]);
    let outcomes = commit(store, DISTRICT, &[with(2, "555")]);
    assert!(matches!(outcomes[0], Outcome::Again(_)), "{outcomes:?}");
    let outcomes = commit(store, DISTRICT, &[with(3, "556")]);
    assert!(matches!(outcomes[0], Outcome::Conflict(_)), "{outcomes:?}");
}

/// A rejected act leaves an attempt and no gap.
pub fn a_rejected_act_takes_no_number_and_the_group_goes_on(store: &dyn Store) {
    let group = [
        Ask::new("m1", "c1", "open", 10),
        Ask::new("m1", "c2", "refused", 11),
        Ask::new("m1", "c3", "answer", 12),
    ];
    let outcomes = commit(store, DISTRICT, &group);
    assert_eq!(outcomes[1], Outcome::Rejected(Vec::new()));
    assert_eq!(numbers(&outcomes), [vec![1], vec![], vec![2]]);
    commit(store, DISTRICT, &[Ask::new("m9", "c4", "refused", 13)]);
    let attempts = store.attempts(DISTRICT, 0, 10).expect("attempts are listed");
    let seen: Vec<_> = attempts.iter().map(|a| (a.number, a.matter.as_str())).collect();
    assert_eq!(seen, [(1, "m1"), (2, "m9")]);
    assert_eq!(attempts[0].attempt.rules, ["R-1", "R-2"]);
    assert_eq!(store.attempts(DISTRICT, 1, 10).expect("listed"), attempts[1..]);
    assert_eq!(store.matter(DISTRICT, "m9").expect("read"), None);
    let head = store.head(DISTRICT).expect("the head is read");
    assert_eq!((head.log.size, head.matters, head.attempts), (2, 1, 2));
    assert_eq!(verify(store, DISTRICT), 2);
}

/// What was due before a refused act is sealed all the same.
pub fn acts_of_the_clock_are_sealed_though_the_act_is_rejected(store: &dyn Store) {
    commit_all(store, DISTRICT, &[Ask::new("m1", "c1", "open", 10)]);
    let late = 10 + 86_400 + 1;
    let outcomes = commit(store, DISTRICT, &[Ask::new("m1", "c2", "refused", late)]);
    let Outcome::Rejected(sealed) = &outcomes[0] else { panic!("{outcomes:?}") };
    assert_eq!(sealed[0].record().act, "breach");
    let owed = store.owed(DISTRICT, "m1").expect("duties are listed");
    assert!(owed[0].duty.late && owed[0].duty.created_by == 2);
    let outcomes = commit(store, DISTRICT, &[Ask::new("m1", "c3", "answer", late)]);
    assert_eq!(numbers(&outcomes), [[3]]);
    assert_eq!(verify(store, DISTRICT), 3);
}

/// A decider whose memory is behind gets one more chance; the group does not suffer.
pub fn a_decision_on_another_position_is_made_once_more_and_then_stale_alone(store: &dyn Store) {
    commit_all(store, DISTRICT, &[Ask::new("m1", "c1", "open", 10)]);
    let asks = [Ask::new("m1", "c2", "hold", 11), Ask::new("m1", "c3", "answer", 12)];
    let group = [asks[0].proposal(), asks[1].proposal()];
    for (behind, expected) in [(1, vec![vec![2], vec![3]]), (2, vec![vec![], vec![4]])] {
        let mut left = behind;
        let asks =
            asks.clone().map(|ask| Ask { client: format!("{}-{behind}", ask.client), ..ask });
        let group =
            if behind == 1 { group.clone() } else { asks.clone().map(|ask| ask.proposal()) };
        let mut decide = By(|turn: &Turn<'_>| {
            let mut ask = asks[turn.item].clone();
            ask.client = turn.proposal.request.clone().expect("a request").client_act;
            let mut decision = accepted(turn, &ask)?;
            if turn.item == 0 && left > 0 {
                left -= 1;
                decision.position -= 1;
            }
            Ok(decision)
        });
        let outcomes = store.commit(DISTRICT, &group, &mut decide).expect("committed");
        assert_eq!(numbers(&outcomes), expected);
        assert_eq!(outcomes[0] == Outcome::Stale, behind == 2);
    }
    assert_eq!(verify(store, DISTRICT), 4);
}

type Spoil = fn(&mut Decision);

/// Every mistake a decider can make is found before anything is written.
pub fn an_answer_that_cannot_be_written_fails_alone(store: &dyn Store) {
    commit_all(store, DISTRICT, &[Ask::new("m1", "c1", "open", 10)]);
    let snapshot = |decision: &mut Decision| {
        let graph = ledger::Hash::default();
        decision.snapshot = Some(Snapshot { position: 0, graph, bytes: Vec::new() });
        decision.records.clear();
        decision.views.matter = None;
        decision.views.counts.clear();
    };
    let spoils: [Spoil; 9] = [
        |decision| decision.records.clear(),
        |decision| decision.views.matter = None,
        |decision| decision.accepted = false,
        |decision| decision.records[0].record.client_act = "other".into(),
        |decision| decision.records[0].record.matter = "m2".into(),
        |decision| decision.records[0].record.district = District(1),
        |decision| decision.records.push(decision.records[0].clone()),
        |decision| decision.records[0].record.act.clear(),
        |decision| {
            let mut used = decision.records[0].clone();
            used.record.client_act = "c1".into();
            decision.records.push(used);
        },
    ];
    let spoils = spoils.into_iter().chain([snapshot as Spoil]);
    for (at, spoil) in spoils.enumerate() {
        let asks =
            [Ask::new("m1", "bad", "note", 11), Ask::new("m1", &format!("g{at}"), "note", 12)];
        let group = asks.clone().map(|ask| ask.proposal());
        let mut decide = By(|turn: &Turn<'_>| {
            let mut decision = accepted(turn, &asks[turn.item])?;
            if turn.item == 0 {
                spoil(&mut decision);
            }
            Ok(decision)
        });
        let outcomes = store.commit(DISTRICT, &group, &mut decide).expect("committed");
        let Outcome::Failed(error) = &outcomes[0] else { panic!("{at}: {outcomes:?}") };
        assert_eq!(error.kind(), ErrorKind::Decision);
        assert_eq!(numbers(&outcomes)[1], [at as u64 + 2]);
    }
    verify(store, DISTRICT);
}

/// An error in the middle of a group: the items before it are not there either.
pub fn an_error_of_the_decider_leaves_nothing(store: &dyn Store) {
    leaves_nothing(store, |store, group, decide| {
        let error = store.commit(DISTRICT, group, decide).expect_err("the decider fails");
        assert_eq!(error.kind(), ErrorKind::Io);
    });
}

/// A panic in the middle of a group is an error like any other, and the store goes on.
pub fn a_panic_of_the_decider_leaves_nothing(store: &dyn Store) {
    leaves_nothing(store, |store, group, decide| {
        let mut decide = By(|turn: &Turn<'_>| Ok(decide.decide(turn).expect("the decider fails")));
        let commit = || store.commit(DISTRICT, group, &mut decide);
        assert!(catch_unwind(AssertUnwindSafe(commit)).is_err());
    });
}

fn leaves_nothing(store: &dyn Store, fail: impl Fn(&dyn Store, &[Proposal], &mut dyn Decide)) {
    commit_all(store, DISTRICT, &[Ask::new("m1", "c1", "open", 10)]);
    let before = (store.head(DISTRICT), super::dump(store, DISTRICT));
    let asks = [
        Ask { phone: Some((Salt([1; 16]), "555".into())), ..Ask::new("m1", "c2", "answer", 11) },
        Ask::new("m2", "c3", "open", 12),
        Ask::new("m3", "c4", "refused", 12),
        Ask::new("m1", "c5", "close", 13),
    ];
    let group = asks.clone().map(|ask| ask.proposal());
    let mut decide = By(|turn: &Turn<'_>| match turn.item {
        3 => Err(StoreError::new(ErrorKind::Io, "it failed", "", "", "")),
        item => accepted(turn, &asks[item]),
    });
    fail(store, &group, &mut decide);
    assert_eq!((store.head(DISTRICT), super::dump(store, DISTRICT)), before);
    assert_eq!(store.attempts(DISTRICT, 0, 10).expect("listed"), []);
    assert_eq!(store.client_act(DISTRICT, "c2").expect("read"), None);
    assert_eq!(store.private_values(DISTRICT, 2).expect("read"), []);
    assert_eq!(numbers(&commit(store, DISTRICT, &asks)), [vec![2], vec![3], vec![], vec![4]]);
    assert_eq!(verify(store, DISTRICT), 4);
}

/// Inside a group, an item sees what the items before it wrote.
pub fn a_decider_sees_the_items_before_his_own(store: &dyn Store) {
    let asks = [Ask::new("m1", "c1", "open", 10), Ask::new("m2", "c2", "open", 11)];
    let group = asks.clone().map(|ask| ask.proposal());
    let mut decide = By(|turn: &Turn<'_>| {
        assert_eq!(turn.next, turn.item as u64 + 1);
        if turn.item == 1 {
            let matter = turn.past.matter("m1")?.expect("the first item began it");
            assert_eq!((matter.position, matter.key), (1, 1));
            assert_eq!(turn.past.records_after("m1", 0)?.len(), 1);
            assert_eq!(turn.past.client_act("c1")?.map(|record| record.number), Some(1));
            assert_eq!(turn.past.snapshot("m1")?.map(|snapshot| snapshot.position), Some(1));
        }
        accepted(turn, &asks[turn.item])
    });
    let outcomes = store.commit(DISTRICT, &group, &mut decide).expect("committed");
    assert_eq!(numbers(&outcomes), [[1], [2]]);
}

/// The same names in two districts are two things.
pub fn two_districts_do_not_see_each_other(store: &dyn Store) {
    let other = District(654_321);
    for at in 0..20 {
        let district = [DISTRICT, other][at % 2];
        let act = if at < 2 { "open" } else { "note" };
        let client = format!("c{}", at / 2);
        commit_all(store, district, &[Ask::new("m1", &client, act, at as i64)]);
    }
    assert_eq!(store.districts().expect("listed"), [DISTRICT, other]);
    for district in [DISTRICT, other] {
        assert_eq!(verify(store, district), 10);
        assert_eq!(store.matter_records(district, "m1", 0).expect("read").len(), 10);
    }
    let roots = [DISTRICT, other].map(|district| store.head(district).expect("read").log.root);
    assert_ne!(roots[0], roots[1]);
}

/// Sixteen threads, one act in ten in a matter they share: everything is there, once, in order.
pub fn sixteen_writers_lose_nothing(store: &dyn Store) {
    const ACTS: usize = 20;
    commit_all(store, DISTRICT, &[Ask::new("shared", "c", "open", 0)]);
    std::thread::scope(|scope| {
        for writer in 0..16 {
            scope.spawn(move || {
                for act in 0..ACTS {
                    let own = format!("m{writer}");
                    let matter = if act % 10 == 9 { "shared" } else { &own };
                    let kind = if act == 0 { "open" } else { "note" };
                    let ask = Ask::new(matter, &format!("{writer}/{act}"), kind, act as i64);
                    // Everything is asked twice, as by a client that lost the first answer.
                    commit_all(store, DISTRICT, std::slice::from_ref(&ask));
                    let again = commit(store, DISTRICT, &[ask]);
                    assert!(matches!(again[0], Outcome::Again(_)), "{again:?}");
                }
            });
        }
    });
    assert_eq!(verify(store, DISTRICT), 16 * ACTS as u64 + 1);
    let shared = store.matter(DISTRICT, "shared").expect("read").expect("it is there");
    assert_eq!(shared.position as usize, 1 + 16 * ACTS / 10);
}

/// An act of the clock is proposed by nobody, carries its own name, and is sealed once.
pub fn what_the_house_does_by_itself_needs_no_request(store: &dyn Store) {
    commit_all(store, DISTRICT, &[Ask::new("m1", "c1", "open", 10)]);
    let group = [(); 2].map(|()| Proposal { matter: "m1".into(), request: None });
    let ask = Ask::new("m1", "clock/m1/1", "note", 11);
    let mut decide = By(|turn: &Turn<'_>| accepted(turn, &ask));
    let outcomes = store.commit(DISTRICT, &group, &mut decide).expect("committed");
    assert!(matches!(outcomes[1], Outcome::Failed(_)), "the name is used: {outcomes:?}");
    let mut nothing = By(|turn: &Turn<'_>| {
        Ok(Decision { position: turn.position(), accepted: true, ..Decision::default() })
    });
    let outcomes = store.commit(DISTRICT, &group[..1], &mut nothing).expect("committed");
    assert_eq!(outcomes, [Outcome::Accepted(Vec::new())]);
    assert_eq!(verify(store, DISTRICT), 2);
}
