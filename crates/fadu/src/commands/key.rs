//! `fadu key rotate`: from here on another key signs.
//!
//! The hand-over is in the store before any file of a key is moved. Broken off in between, the same
//! command is given once more.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use ledger::{KeyId, Signer};

use crate::cli::{Common, Rotate};
use crate::commands::print_json;
use crate::world::{World, key_path};

/// Hands the log over.
pub fn rotate(common: &Common, args: &Rotate) -> anyhow::Result<()> {
    let world = World::open(common, &args.store.store, args.store.key.as_deref())?;
    let path = key_path(&args.store.store, args.store.key.as_deref())
        .filter(|path| path.exists())
        .context(
            "the log was not handed over: the key that signs must sign the hand-over; \
             there is none here; give it with --key FILE",
        )?;
    let next_path = args.next.clone().unwrap_or_else(|| {
        let mut name = path.as_os_str().to_owned();
        name.push(".next");
        PathBuf::from(name)
    });
    let next = office::open_key(&next_path)?;
    let signed = world.office.hand_over(&next)?;
    fs::write(&args.out, signed.to_string())
        .with_context(|| format!("the hand-over was not written: {}", args.out.display()))?;
    let retired = office::take_turn(&path, &next_path)?;
    let head = signed.unchecked().head();
    let (key, out) = (KeyId::of(&next.public_key()), args.out.display());
    if common.json {
        return print_json(&serde_json::json!({
            "size": head.size, "root": head.root.to_string(), "key": key.to_string(),
            "hand_over": args.out, "retired": retired,
        }));
    }
    println!("已交接:{} 条记录之后由密钥 {key} 签名,交接书存于 {out}", head.size);
    println!("  请公布交接书;旧私钥在 {},请移出本机,服务须重新启动", retired.display());
    Ok(())
}
