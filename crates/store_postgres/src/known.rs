//! What does a transaction know without asking?
//!
//! The server is a journey away. So a transaction asks for all a group will need at once, right
//! behind the lock of the head, and remembers what it wrote since. Nobody else writes in the district
//! while it holds the lock, so what it knows stays true until it ends.
//!
//! Takes what was read and written; gives it again, or nothing where the server must be asked.
//!
//! Not here: asking (`write.rs`).
//!
//! Next: `write.rs`.

use std::collections::{BTreeSet, HashMap};

use store::{MatterHead, Proposal, Snapshot, StoredRecord};

/// How many matters are remembered before all are forgotten: views written again from a long log
/// must not fill the memory.
const MATTERS_MAX: usize = 20_000;

/// What is known. An entry without a value is known to be absent.
#[derive(Debug, Default)]
pub(crate) struct Known {
    asked: Asked,
    pub(crate) clients: HashMap<String, Option<StoredRecord>>,
    pub(crate) matters: HashMap<String, Option<MatterHead>>,
    /// By the key of the matter.
    pub(crate) snapshots: HashMap<u64, Option<Snapshot>>,
}

/// What a group will ask for, each once.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) clients: BTreeSet<String>,
    pub(crate) matters: BTreeSet<String>,
}

impl Known {
    /// Notes what a group will ask for.
    pub(crate) fn ask(&mut self, group: &[Proposal]) {
        for proposal in group {
            let client = proposal.request.as_ref().map(|request| request.client_act.clone());
            self.asked.clients.extend(client);
            self.asked.matters.insert(proposal.matter.clone());
        }
    }

    /// What is to be asked for, once.
    pub(crate) fn take_asked(&mut self) -> Asked {
        std::mem::take(&mut self.asked)
    }

    /// The act of a client's name, if that is known.
    pub(crate) fn client(&self, name: &str) -> Option<Option<&StoredRecord>> {
        self.clients.get(name).map(Option::as_ref)
    }

    /// A matter, if that is known.
    pub(crate) fn matter(&self, name: &str) -> Option<Option<&MatterHead>> {
        self.matters.get(name).map(Option::as_ref)
    }

    /// The snapshot of a matter, if that is known.
    pub(crate) fn snapshot(&self, name: &str) -> Option<Option<&Snapshot>> {
        match self.matter(name)? {
            None => Some(None),
            Some(head) => self.snapshots.get(&head.key).map(Option::as_ref),
        }
    }

    /// A matter was begun: it has no snapshot yet.
    pub(crate) fn begun(&mut self, matter: &MatterHead) {
        if self.matters.len() >= MATTERS_MAX {
            self.matters.clear();
            self.snapshots.clear();
        }
        self.matters.insert(matter.matter.clone(), Some(matter.clone()));
        self.snapshots.insert(matter.key, None);
    }
}
