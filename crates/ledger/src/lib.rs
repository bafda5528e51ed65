//! An append-only log of acts.

mod append;
mod canonical;
mod encode;
mod hash;
mod record;
mod tiles;
mod tree;
mod value;

pub use append::{AppendError, Batch, LogHead, Numbered, Sealed, append, seal};
pub use canonical::{DecodeError, DecodeFault, EncodeError, MAX_DEPTH, decode, encode};
pub use encode::{Address, RecordError};
pub use hash::{Hash, TreeDigest};
pub use record::{
    Acknowledged, Actor, Basis, Commitment, District, Document, FORMAT, Record, Standing,
};
pub use sm3::Sm3;
pub use tiles::{MemoryTiles, TILE_HEIGHT, TILE_WIDTH, TileEntry, TileId, Tiles, TreeError};
pub use tree::{Frontier, empty_root, leaf_hash, node_hash};
pub use value::{Fields, Value};
