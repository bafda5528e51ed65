//! How long a certificate takes on a procedure-shaped graph of sixty events, and on two linked.
#![allow(missing_docs)]

#[path = "../tests/common/mod.rs"]
mod common;

use certify::{Options, Witnesses, certify};
use common::procedure::procedure;

fn main() {
    divan::main();
}

fn options() -> Options {
    Options { witnesses: Witnesses::None, ..Options::default() }
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn sixty_events(bencher: divan::Bencher) {
    let graph = procedure(1, 6, true);
    bencher.bench_local(|| certify(&graph, &[], &options(), &mut || true));
}

#[divan::bench(sample_count = 1, sample_size = 1)]
fn two_linked_copies(bencher: divan::Bencher) {
    let graph = procedure(2, 3, true);
    bencher.bench_local(|| certify(&graph, &[], &options(), &mut || true));
}
