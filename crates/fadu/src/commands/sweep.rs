//! `fadu sweep`: what the clock did becomes records now, not at the next act.

use std::thread;
use std::time::Duration;

use office::Office;

use crate::cli::{Common, Sweep};
use crate::commands::print_json;
use crate::world::{World, instant};

/// Longest time between two looks at the alarms: another process may have set one.
const LOOK_SECONDS: i64 = 60;

/// Sweeps once.
pub fn run(common: &Common, args: &Sweep) -> anyhow::Result<()> {
    let world = World::open(common, &args.store.store, args.store.key.as_deref())?;
    let until = args.until.as_deref().map(instant).transpose()?;
    let swept = world.office.sweep(until.unwrap_or_else(|| world.office.now()))?;
    if common.json {
        return print_json(&swept);
    }
    println!("时钟在 {} 件事项里办理了 {} 条记录", swept.matters, swept.records);
    Ok(())
}

/// Counts open duties anew once after each table of working days that came into force.
fn redate(office: &Office, tables: &mut Vec<usize>) -> Result<(), store::StoreError> {
    let now = office.tables_in_force()?;
    if *tables != now {
        office.redate_all()?;
        *tables = now;
    }
    Ok(())
}

/// Sweeps whenever an alarm rings, until the process ends.
pub fn forever(office: &Office) {
    let mut tables = Vec::new();
    loop {
        let now = office.now();
        let rings = redate(office, &mut tables)
            .and_then(|()| office.sweep(now))
            .and_then(|_| office.next_alarm(now));
        let wait = match rings {
            Ok(Some(at)) => (at.0 + 1 - office.now().0).clamp(1, LOOK_SECONDS),
            Ok(None) => LOOK_SECONDS,
            Err(error) => {
                eprintln!("{error}");
                LOOK_SECONDS
            }
        };
        thread::park_timeout(Duration::from_secs(wait.unsigned_abs()));
    }
}
