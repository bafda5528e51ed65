//! The tree: public vectors of RFC 6962, another implementation, and a definition copied from the RFC.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ledger::*;
use proptest::prelude::*;
use sha2::Sha256;

fn hex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn hash(text: &str) -> Hash {
    Hash::try_from(&hex(text)[..]).unwrap()
}

/// The leaves and roots of the reference implementation of certificate transparency.
const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

struct Tree<D> {
    frontier: Frontier<D>,
    tiles: MemoryTiles,
    leaves: Vec<Hash>,
}

fn tree<D: TreeDigest>(leaves: impl IntoIterator<Item = Vec<u8>>) -> Tree<D> {
    let mut tree =
        Tree { frontier: Frontier::new(), tiles: MemoryTiles::default(), leaves: Vec::new() };
    for leaf in leaves {
        let (leaf, mut nodes) = (leaf_hash::<D>(&leaf), Vec::new());
        tree.frontier.extend_stored(&[leaf], &mut nodes);
        tree.tiles.keep(&nodes);
        tree.leaves.push(leaf);
    }
    tree
}

fn numbered_leaves(count: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..count).map(|leaf| leaf.to_string().into_bytes())
}

/// MTH of RFC 6962 §2.1, word for word.
fn root_by_definition<D: TreeDigest>(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root::<D>(),
        [leaf] => *leaf,
        _ => {
            let k = leaves.len().next_power_of_two() / 2;
            node_hash::<D>(
                &root_by_definition::<D>(&leaves[..k]),
                &root_by_definition::<D>(&leaves[k..]),
            )
        }
    }
}

#[test]
fn public_roots_hold() {
    let mut frontier = Frontier::<Sha256>::new();
    assert_eq!(
        frontier.root(),
        hash("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    );
    for (leaf, root) in LEAVES.iter().zip(ROOTS) {
        frontier.push(leaf_hash::<Sha256>(&hex(leaf)));
        assert_eq!(frontier.root().to_hex(), root);
    }
}

#[test]
fn leaves_in_groups_grow_the_tree_of_leaves_one_by_one() {
    let one_by_one = tree::<Sm3>(numbered_leaves(1_200));
    for sizes in [vec![1_200], vec![1, 2, 3, 250, 0, 7, 511, 426], vec![255, 1, 513, 431]] {
        let (mut frontier, mut tiles) = (Frontier::<Sm3>::new(), MemoryTiles::default());
        let mut rest = &one_by_one.leaves[..];
        for size in sizes {
            let (group, later) = rest.split_at(size);
            let mut nodes = Vec::new();
            frontier.extend_stored(group, &mut nodes);
            tiles.keep(&nodes);
            let grown = one_by_one.leaves.len() - later.len();
            assert_eq!(frontier.root(), root_by_definition::<Sm3>(&one_by_one.leaves[..grown]));
            rest = later;
        }
        assert!(rest.is_empty() && frontier == one_by_one.frontier);
        for (level, index) in [(0, 0), (0, 4), (1, 0), (2, 0)] {
            let id = TileId { level, index };
            assert_eq!(tiles.tile(id), one_by_one.tiles.tile(id));
        }
    }
}

#[test]
fn public_inclusion_proofs_hold() {
    let log = tree::<Sha256>(LEAVES.map(hex));
    for (number, size, proof) in [
        (1, 1, &[][..]),
        (
            1,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            &[
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (3, 3, &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
        (
            2,
            5,
            &[
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ] {
        let expected: Vec<_> = proof.iter().map(|node| hash(node)).collect();
        let (index, root) = (number - 1, hash(ROOTS[size as usize - 1]));
        assert_eq!(inclusion_proof::<Sha256, _>(&log.tiles, index, size).unwrap(), expected);
        verify_inclusion::<Sha256>(log.leaves[index as usize], index, size, &expected, root)
            .unwrap();
    }
}

#[test]
fn public_consistency_proofs_hold() {
    let log = tree::<Sha256>(LEAVES.map(hex));
    for (old, new, proof) in [
        (1, 1, &[][..]),
        (
            1,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            &[
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            &[
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ] {
        let expected: Vec<_> = proof.iter().map(|node| hash(node)).collect();
        let [old_root, new_root] = [old, new].map(|size| hash(ROOTS[size as usize - 1]));
        assert_eq!(consistency_proof::<Sha256, _>(&log.tiles, old, new).unwrap(), expected);
        verify_consistency::<Sha256>(old, new, &expected, old_root, new_root).unwrap();
    }
}

#[test]
fn roots_proofs_and_frontiers_agree_with_another_implementation() {
    let (mut other, mut frontier) =
        (MemoryBackedTree::<Sm3, Vec<u8>>::new(), Frontier::<Sm3>::new());
    for (leaf, size) in numbered_leaves(70).zip(1u64..) {
        frontier.push(leaf_hash::<Sm3>(&leaf));
        other.push(leaf);
        assert_eq!(frontier.root().as_bytes()[..], other.root().as_bytes()[..], "{size} leaves");
    }
    let log = tree::<Sm3>(numbered_leaves(70));
    for index in 0..70 {
        let ours: Vec<_> = inclusion_proof::<Sm3, _>(&log.tiles, index, 70).unwrap();
        assert_eq!(ours.concat_bytes(), other.prove_inclusion(index as usize).as_bytes());
    }
    for old in 1..70 {
        let ours = consistency_proof::<Sm3, _>(&log.tiles, old, 70).unwrap();
        assert_eq!(ours.concat_bytes(), other.prove_consistency(70 - old as usize).as_bytes());
    }
}

trait ConcatBytes {
    fn concat_bytes(&self) -> Vec<u8>;
}

impl ConcatBytes for Vec<Hash> {
    fn concat_bytes(&self) -> Vec<u8> {
        self.iter().flat_map(|hash| hash.0).collect()
    }
}

#[test]
fn every_proof_among_the_first_forty_sizes_holds() {
    let log = tree::<Sm3>(numbered_leaves(40));
    let roots: Vec<_> =
        (0..=40).map(|size| root_by_definition::<Sm3>(&log.leaves[..size])).collect();
    for new in 1..=40u64 {
        let new_root = roots[new as usize];
        for index in 0..new {
            let proof = inclusion_proof::<Sm3, _>(&log.tiles, index, new).unwrap();
            verify_inclusion::<Sm3>(log.leaves[index as usize], index, new, &proof, new_root)
                .unwrap();
        }
        for old in 0..=new {
            let proof = consistency_proof::<Sm3, _>(&log.tiles, old, new).unwrap();
            verify_consistency::<Sm3>(old, new, &proof, roots[old as usize], new_root).unwrap();
        }
    }
}

#[test]
fn proofs_reach_over_three_levels_of_tiles() {
    let log = tree::<Sm3>(numbered_leaves(66_000));
    let root = log.frontier.root();
    assert_eq!(root, root_by_definition::<Sm3>(&log.leaves));
    assert_eq!(log.tiles.tile(TileId { level: 2, index: 0 }).unwrap().len(), 1);
    for index in [0, 255, 256, 65_535, 65_536, 65_999] {
        let proof = inclusion_proof::<Sm3, _>(&log.tiles, index, 66_000).unwrap();
        verify_inclusion::<Sm3>(log.leaves[index as usize], index, 66_000, &proof, root).unwrap();
    }
    for old in [1, 256, 65_535, 65_536, 65_537, 65_999] {
        let proof = consistency_proof::<Sm3, _>(&log.tiles, old, 66_000).unwrap();
        let old_root = root_by_definition::<Sm3>(&log.leaves[..old as usize]);
        verify_consistency::<Sm3>(old, 66_000, &proof, old_root, root).unwrap();
    }
}

#[test]
fn a_frontier_survives_its_bytes_and_is_read_from_tiles() {
    for size in [0, 1, 2, 7, 255, 256, 257, 700] {
        let log = tree::<Sm3>(numbered_leaves(size));
        assert_eq!(Frontier::from_bytes(&log.frontier.to_bytes()).as_ref(), Some(&log.frontier));
        assert_eq!(Frontier::read(&log.tiles, size as u64).unwrap(), log.frontier);
    }
    assert_eq!(Frontier::<Sm3>::from_bytes(&[0; 7]), None);
    assert_eq!(Frontier::<Sm3>::from_parts(3, vec![Hash::default()]), None);
    assert_eq!(
        Frontier::<Sm3>::from_parts(1 << 53, vec![Hash::default()]),
        None,
        "no number is so large"
    );
}

#[test]
fn a_tile_that_was_lost_is_named() {
    let log = tree::<Sm3>(numbered_leaves(300));
    let error = inclusion_proof::<Sm3, _>(&MemoryTiles::default(), 3, 300).unwrap_err();
    assert!(matches!(error, TreeError::Missing { held: 0, .. }), "{error}");
    let outside = inclusion_proof::<Sm3, _>(&log.tiles, 300, 300).unwrap_err();
    assert_eq!(outside, TreeError::OutOfRange { wanted: 300, size: 300 });
}

#[test]
fn a_proof_of_another_length_is_refused() {
    let log = tree::<Sm3>(numbered_leaves(5));
    let root = log.frontier.root();
    let proof = inclusion_proof::<Sm3, _>(&log.tiles, 2, 5).unwrap();
    let longer = [&proof[..], &[Hash::default()]].concat();
    for wrong in [&proof[..proof.len() - 1], &longer[..]] {
        let refused = verify_inclusion::<Sm3>(log.leaves[2], 2, 5, wrong, root);
        assert_eq!(refused, Err(ProofError::Length { held: wrong.len() }));
    }
    assert_eq!(
        verify_consistency::<Sm3>(5, 3, &[], root, root),
        Err(ProofError::Shorter { old: 5, new: 3 })
    );
    assert_eq!(
        verify_consistency::<Sm3>(3, 5, &[], root, root),
        Err(ProofError::Length { held: 0 })
    );
}

#[test]
fn a_subtree_that_does_not_fit_is_not_joined() {
    let mut frontier = tree::<Sm3>(numbered_leaves(6)).frontier;
    assert!(!frontier.push_subtree(2, Hash::default()));
    assert!(frontier.push_subtree(1, Hash::default()));
    assert_eq!(frontier.size(), 8);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_proof_with_one_bit_changed_is_refused(size in 2u64..90, index: u64, node: prop::sample::Index, bit in 0..256usize) {
        let log = tree::<Sm3>(numbered_leaves(size as usize));
        let (index, root) = (index % size, log.frontier.root());
        let mut proof = inclusion_proof::<Sm3, _>(&log.tiles, index, size).unwrap();
        let at = node.index(proof.len());
        proof[at].0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_inclusion::<Sm3>(log.leaves[index as usize], index, size, &proof, root).is_err());
    }

    #[test]
    fn a_leaf_is_proven_in_its_own_place_only(size in 2u64..90, index: u64, other: u64) {
        let log = tree::<Sm3>(numbered_leaves(size as usize));
        let (index, other, root) = (index % size, other % size, log.frontier.root());
        let proof = inclusion_proof::<Sm3, _>(&log.tiles, index, size).unwrap();
        let held = verify_inclusion::<Sm3>(log.leaves[index as usize], other, size, &proof, root).is_ok();
        prop_assert_eq!(held, index == other);
    }

    #[test]
    fn a_rewritten_history_has_no_consistency_proof(new in 2u64..90, old: u64, changed: u64) {
        let old = old % (new - 1) + 1;
        let log = tree::<Sm3>(numbered_leaves(new as usize));
        let rewritten = tree::<Sm3>(numbered_leaves(new as usize).enumerate().map(|(at, mut leaf)| {
            if at as u64 == changed % old { leaf.push(b'!') }
            leaf
        }));
        let old_root = Frontier::<Sm3>::read(&log.tiles, old).unwrap().root();
        let proof = consistency_proof::<Sm3, _>(&rewritten.tiles, old, new).unwrap();
        prop_assert!(verify_consistency::<Sm3>(old, new, &proof, old_root, rewritten.frontier.root()).is_err());
    }

    #[test]
    fn subtrees_join_as_leaves_do(before in 0u64..64, height in 0u8..6) {
        let width = 1u64 << height;
        let start = before / width * width;
        let log = tree::<Sm3>(numbered_leaves((start + width) as usize));
        let mut joined = Frontier::<Sm3>::read(&log.tiles, start).unwrap();
        let root = root_by_definition::<Sm3>(&log.leaves[start as usize..]);
        prop_assert!(joined.push_subtree(height, root));
        prop_assert_eq!(joined, log.frontier);
    }
}
