//! How does a test get a server of its own?
//!
//! [`Cluster`] makes one with `initdb`, starts it on a socket in a temporary folder, and gives
//! addresses of fresh databases. A small shell watches over it: when the test process ends, however
//! it ends, the server is stopped and the folder removed. As root, which PostgreSQL refuses, all of it
//! runs as the user `postgres`.
//!
//! Not here: a server for real use, which an administrator sets up.
//!
//! Next: `tests/suite.rs`.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// What is said where there is no PostgreSQL.
const MISSING: &str = "these tests start a PostgreSQL server of their own and found no `initdb`: \
     on Debian `sudo apt-get install postgresql`, or put the folder of initdb on PATH";

/// The user and group a server runs as, where that is not the one who tests.
#[derive(Clone, Copy)]
struct Owner {
    user: u32,
    group: u32,
}

/// A private server.
pub struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    owner: Option<Owner>,
    databases: AtomicU32,
    /// While its standard input is open the server may run.
    watch: Child,
}

impl Cluster {
    /// The server all tests of this process share, started by the first.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// Starts one.
    pub fn start() -> Self {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let count = STARTED.fetch_add(1, Ordering::Relaxed);
        let programs = crate::programs(&["initdb", "pg_ctl", "psql"]).expect(MISSING);
        let name = format!("fadu-postgres-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("a folder in the system's temporary one");
        let owner = owner(&folder);
        if let Some(Owner { user, group }) = owner {
            chown(&folder, Some(user), Some(group)).expect("root gives a folder away");
        }
        let watch = watch(&folder, &programs, owner);
        let cluster = Self { folder, programs, owner, databases: AtomicU32::new(0), watch };
        cluster.make();
        cluster.run();
        cluster
    }

    fn make(&self) {
        let mut initdb = self.command("initdb");
        initdb.args(["--no-sync", "--auth=trust", "--username=fadu", "--no-instructions"]);
        initdb.args(["--locale=C", "--encoding=UTF8", "--pgdata"]).arg(self.data());
        finish(&mut initdb);
    }

    /// Starts the server and waits until it answers.
    pub fn run(&self) {
        let mut start = self.command("pg_ctl");
        let settings =
            format!("-k {} -c listen_addresses= -c max_connections=200", self.folder.display());
        start.args(["start", "--wait", "--silent", "--options", &settings, "--log"]);
        start.arg(self.folder.join("log")).arg("--pgdata").arg(self.data());
        finish(&mut start);
    }

    /// Stops the server: `immediate` as a crash would, `fast` in good order.
    pub fn stop(&self, mode: &str) {
        let mut stop = self.command("pg_ctl");
        stop.args(["stop", "--wait", "--silent", "--mode", mode, "--pgdata"]).arg(self.data());
        finish(&mut stop);
    }

    /// The address of a new, empty database.
    pub fn database(&self) -> String {
        let name = format!("d{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("create database {name}"));
        self.address(&name)
    }

    /// The address of a database.
    pub fn address(&self, database: &str) -> String {
        format!("postgres://fadu@/{database}?host={}", self.folder.display())
    }

    /// Runs texts in a database from outside, as an administrator would; gives what was answered.
    pub fn sql(&self, database: &str, texts: &str) -> String {
        let mut psql = self.command("psql");
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--username=fadu"]);
        psql.args(["--set=ON_ERROR_STOP=1", "--dbname", database, "--host"]).arg(&self.folder);
        psql.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = psql.spawn().expect("psql lies beside initdb");
        let mut stdin = child.stdin.take().expect("it was asked for");
        stdin.write_all(texts.as_bytes()).expect("psql reads");
        drop(stdin);
        said(child)
    }

    /// The folder of the server's socket.
    pub fn socket(&self) -> &Path {
        &self.folder
    }

    /// A program of this version of PostgreSQL, to be run as the server's user.
    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir(&self.folder).stdin(Stdio::null());
        become_owner(&mut command, self.owner);
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}

fn become_owner(command: &mut Command, owner: Option<Owner>) {
    if let Some(Owner { user, group }) = owner {
        command.uid(user).gid(group).env_remove("HOME");
    }
}

/// As root, the user `postgres`; otherwise nobody else.
fn owner(folder: &Path) -> Option<Owner> {
    let is_root = fs::metadata(folder).expect("it was just made").uid() == 0;
    is_root.then(|| {
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let fields = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
        let found =
            fields.filter(|fields| fields.first() == Some(&"postgres")).find_map(|fields| {
                Some(Owner {
                    user: fields.get(2)?.parse().ok()?,
                    group: fields.get(3)?.parse().ok()?,
                })
            });
        found
            .expect("PostgreSQL does not run as root, and there is no user `postgres` to run it as")
    })
}

/// Starts the shell that stops the server when its standard input is closed.
fn watch(folder: &Path, programs: &Path, owner: Option<Owner>) -> Child {
    let script = r#"read -r _; "$1/pg_ctl" stop -s -m immediate -D "$0/data"; rm -rf "$0""#;
    let mut shell = Command::new("sh");
    shell.args(["-c", script]).arg(folder).arg(programs).current_dir("/").process_group(0);
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    become_owner(&mut shell, owner);
    shell.spawn().expect("a shell is started")
}

fn finish(command: &mut Command) {
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().expect("the programs of PostgreSQL lie together");
    said(child);
}

fn said(mut child: Child) -> String {
    let (mut out, mut err) = (String::new(), String::new());
    if let Some(mut stdout) = child.stdout.take() {
        stdout.read_to_string(&mut out).expect("it speaks UTF-8");
    }
    if let Some(mut stderr) = child.stderr.take() {
        stderr.read_to_string(&mut err).expect("it speaks UTF-8");
    }
    let status = child.wait().expect("it ends");
    assert!(status.success(), "{status}: {err}");
    out.trim().to_owned()
}
