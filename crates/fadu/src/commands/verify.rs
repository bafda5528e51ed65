//! `fadu verify`: trusts nothing.

use std::fs;
use std::path::Path;

use anyhow::Context;
use ledger::{Finding, Keyring, SignedCheckpoint};
use office::Verified;

use crate::Answered;
use crate::cli::{Common, Verify};
use crate::commands::print_json;
use crate::world::World;

/// Verifies a store or a receipt.
pub fn run(common: &Common, args: &Verify) -> anyhow::Result<()> {
    match (&args.receipt, &args.store) {
        (Some(receipt), _) => verify_receipt(common, receipt, args),
        (None, Some(store)) => verify_store(common, args, store),
        (None, None) => unreachable!("clap asks for one of them"),
    }
}

fn verify_store(common: &Common, args: &Verify, store: &str) -> anyhow::Result<()> {
    let world = World::open(common, store, None)?;
    let verifier = match &args.key {
        Some(path) => office::read_verifier(path)?,
        None => {
            world.office.verifier().context("the store has no key beside it; give --key FILE")?
        }
    };
    let against = args.against.as_deref().map(read_checkpoint).transpose()?;
    if args.bytes {
        let (verdict, forged) = world.office.verify_bytes(&verifier, against.as_ref())?;
        let lines: Vec<String> =
            verdict.findings.iter().map(ToString::to_string).chain(forged).collect();
        return report(common, verdict.head.size, None, &lines);
    }
    let verified = world.office.verify(&verifier, against.as_ref())?;
    let lines = lines_of(&verified);
    report(common, verified.records, Some((verified.matters, verified.checkpoints)), &lines)
}

fn report(
    common: &Common,
    records: u64,
    replayed: Option<(u64, usize)>,
    findings: &[String],
) -> anyhow::Result<()> {
    if common.json {
        let matters = replayed.map(|r| r.0);
        let sound = findings.is_empty();
        print_json(&serde_json::json!({
            "sound": sound, "records": records, "matters": matters, "findings": findings,
        }))?;
    } else {
        for line in findings {
            println!("{line}");
        }
        let verdict = if findings.is_empty() { "完好" } else { "有问题" };
        match replayed {
            Some((matters, checkpoints)) => println!(
                "{verdict}:核对 {records} 条记录、{checkpoints} 个签署的检查点,重放 {matters} 件案件,发现 {} 处",
                findings.len()
            ),
            None => println!("{verdict}:核对 {records} 条记录,发现 {} 处", findings.len()),
        }
    }
    if findings.is_empty() { Ok(()) } else { Err(Answered.into()) }
}

pub(super) fn lines_of(verified: &Verified) -> Vec<String> {
    let mut lines: Vec<String> = verified.forged.clone();
    lines.extend(verified.verdict.findings.iter().map(Finding::to_string));
    lines.extend(verified.unlawful.iter().map(|u| {
        format!(
            "record {} of matter {} does not follow from the law and the records before it: {:?}; \
             compare the content with the hash in the record",
            u.number, u.matter, u.departure
        )
    }));
    lines.extend(verified.rewritten.iter().map(|r| {
        format!(
            "the view `{}` of matter {} is not what its records say; rebuild the views",
            r.part, r.matter
        )
    }));
    lines
}

fn verify_receipt(common: &Common, path: &Path, args: &Verify) -> anyhow::Result<()> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("the receipt was not read: {}", path.display()))?;
    let receipt = ledger::Receipt::parse(&text)?;
    let key = args.key.as_deref();
    let key = key.context("a receipt is checked with the log's public key: give --key FILE")?;
    let pinned = office::read_verifier(key)?;
    let origin = receipt.checkpoint.unchecked().origin().to_owned();
    let hand_overs: Vec<SignedCheckpoint> =
        args.hand_overs.iter().map(|path| read_checkpoint(path)).collect::<anyhow::Result<_>>()?;
    let ring = Keyring::follow(&origin, &pinned, hand_overs.iter().chain([&receipt.checkpoint]));
    // What both keys of a hand-over have signed is checked with the key at hand.
    let verifier = match receipt.checkpoint.verify(&origin, &pinned) {
        Ok(_) => &pinned,
        Err(_) => ring.key_for(receipt.checkpoint.unchecked().head().size),
    };
    let proven = receipt.check(&origin, verifier)?;
    let head = proven.checkpoint.head();
    if common.json {
        let sound = true;
        let number = receipt.number;
        return print_json(&serde_json::json!({
            "sound": sound, "number": number, "act": receipt.act.to_hex(), "size": head.size,
        }));
    }
    println!("回执有效:第 {} 号记录在 {} 的 {} 条记录之内", receipt.number, origin, head.size);
    if let Some(record) = proven.record {
        println!("  {} {} {}", record.matter, record.act, kernel::Instant(record.performed_at));
    }
    Ok(())
}

fn read_checkpoint(path: &Path) -> anyhow::Result<SignedCheckpoint> {
    let text = fs::read_to_string(path)
        .with_context(|| format!("the checkpoint was not read: {}", path.display()))?;
    Ok(SignedCheckpoint::parse(&text)?)
}
