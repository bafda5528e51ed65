//! `fadu serve`: the pages.

use std::net::SocketAddr;

use anyhow::Context;
use web::Site;

use crate::cli::{Common, Serve};
use crate::world::World;

/// Serves a store until the process ends.
pub fn run(common: &Common, args: &Serve) -> anyhow::Result<()> {
    let world = World::open(common, &args.store.store, args.store.key.as_deref())?;
    open(Site::new(world.office), args.listen)
}

/// Serves a site and says where.
pub fn open(site: Site, listen: SocketAddr) -> anyhow::Result<()> {
    let ready = |address: SocketAddr| println!("http://{address}/");
    web::serve(site, listen, ready).with_context(|| {
        format!("no page is served: {listen} cannot be listened on; give another --listen")
    })
}
