//! `fadu serve`: the pages, and beside them the sweeper.

use std::net::SocketAddr;
use std::process::Command;
use std::thread;

use anyhow::Context;
use web::Site;

use crate::cli::{Common, Serve};
use crate::commands::sweep;
use crate::world::World;

/// Serves a store until the process ends.
pub fn run(common: &Common, args: &Serve) -> anyhow::Result<()> {
    let world = World::open(common, &args.store.store, args.store.key.as_deref())?;
    let site = Site::new(world.office);
    let swept = site.clone();
    thread::spawn(move || sweep::forever(swept.office()));
    open(site, args.listen, false)
}

/// Serves a site and says where; shows it in the reader's browser if asked to. A log that was never
/// searched is read into the index beside that.
pub fn open(site: Site, listen: SocketAddr, browse: bool) -> anyhow::Result<()> {
    let behind = site.clone();
    thread::spawn(move || {
        if let Err(error) = behind.office().index(&mut |_, _| {}) {
            eprintln!("{error}");
        }
    });
    let ready = |address: SocketAddr| {
        let page = format!("http://{address}/");
        println!("{page}");
        // Without a desktop there is no browser to show it in, and the address was printed.
        let shown = browse.then(|| Command::new("xdg-open").arg(&page).spawn());
        if let Some(Err(error)) = shown {
            eprintln!("the browser was not opened: {error}; open {page} by hand");
        }
    };
    web::serve(site, listen, ready).with_context(|| {
        format!("no page is served: {listen} cannot be listened on; give another --listen")
    })
}
