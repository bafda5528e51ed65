//! `fadu bench`: the table of goals, measured.

use crate::bench;
use crate::cli::{Bench, Common};
use crate::commands::print_json;

/// Measures and prints.
pub fn run(common: &Common, args: &Bench) -> anyhow::Result<()> {
    let measured = bench::measure(common, args)?;
    if common.json {
        return print_json(&measured);
    }
    println!("负载 {}", bench::load());
    println!("{:<6} {:>9} {:>8} {:>8}  {:<8} 内容", "目标", "测得", "合格", "更好", "结论");
    for m in &measured {
        println!(
            "{:<6} {:>9.2} {:>8.2} {:>8.2}  {:<8} {};{}",
            m.id, m.value, m.pass, m.stretch, m.verdict, m.what, m.detail
        );
    }
    Ok(())
}
