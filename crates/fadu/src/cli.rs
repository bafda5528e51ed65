//! The command line: a contract that other tools rely on.
//!
//! The text of `--help` is the doc comments here.

// Long because it is one table: every command with its options.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use office::Lang;

/// Fadu 法度: law-bound procedures as software.
#[derive(Parser, Debug)]
#[command(name = "fadu", version, about = "法度:依法办事的程序,作为软件")]
pub struct Cli {
    /// What every command understands.
    #[command(flatten)]
    pub common: Common,
    /// Which command.
    #[command(subcommand)]
    pub command: Command,
}

/// What every command understands.
#[derive(Args, Debug, Clone)]
pub struct Common {
    /// Folder of the law content (default: ./content)
    #[arg(long, global = true, value_name = "DIR")]
    pub content: Option<PathBuf>,
    /// Place whose parameters hold, by its six-digit code (default: the only one in the content)
    #[arg(long, global = true, default_value = "", hide_default_value = true)]
    pub place: String,
    /// Language of answers: zh or en
    #[arg(long, global = true, default_value = "zh")]
    pub lang: Lang,
    /// Answer in JSON, for machines
    #[arg(long, global = true)]
    pub json: bool,
}

/// Which store, and which key signs it.
#[derive(Args, Debug, Clone)]
pub struct StoreArgs {
    /// sqlite://PATH, postgres://USER@HOST/DATABASE or memory:
    #[arg(long, value_name = "URL")]
    pub store: String,
    /// Signing key in PKCS#8 PEM (default: beside a SQLite file; made if missing)
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// One act, as `open` and `act` take it.
#[derive(Args, Debug, Clone)]
pub struct ActArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The matter
    #[arg(long)]
    pub matter: String,
    /// The act
    pub act: String,
    /// A field, as name=value; may be repeated
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub fields: Vec<String>,
    /// The role acting
    #[arg(long, default_value = "")]
    pub role: String,
    /// Who signs; may be repeated
    #[arg(long = "person", value_name = "ID")]
    pub persons: Vec<String>,
    /// When it was performed (2024-03-01 or "2024-03-01 09:30"; default: now)
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// The client's own name for the act: asking twice does it once
    #[arg(long, value_name = "ID")]
    pub client: Option<String>,
    /// How many records of the matter you have seen
    #[arg(long, value_name = "N")]
    pub seen: Option<u32>,
    /// Why you go on in spite of a warning
    #[arg(long, value_name = "REASON")]
    pub acknowledge: Option<String>,
    /// The instance the act belongs to or creates
    #[arg(long, value_name = "KEY")]
    pub key_of_instance: Option<String>,
    /// Report an act already done: sealed even if it would be refused, and marked irregular
    #[arg(long)]
    pub reported: bool,
}

/// The commands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Prove the law content: exit 0, or errors with file and line
    Check(Check),
    /// Walk a live case, find a changed byte, simulate a year, serve its pages
    Demo(Demo),
    /// Run stories or a DCR graph: what was refused, why, and what is owed by when
    Replay(Replay),
    /// Every limit of a duty that applies, each with its working
    Due(Due),
    /// Open a matter with its first act
    Open(Open),
    /// Do an act in a matter
    Act(ActArgs),
    /// Show a matter: records, owed, possible, not possible and why
    Show(Show),
    /// Look for words, numbers of documents or names in all matters
    Search(SearchArgs),
    /// Correct an earlier record
    Correct(Correct),
    /// Verify a log, or a receipt, and trust nothing
    Verify(Verify),
    /// Sign the present head of the log
    Checkpoint(Checkpoint),
    /// Hand the log over to a new signing key
    Key(Key),
    /// Give the receipt of a record
    Receipt(Receipt),
    /// Write a list as a spreadsheet, all acts as JSON lines, or a DCR graph
    Export(Export),
    /// Import past cases from a spreadsheet, acts as JSON lines, or a DCR graph
    Import(Import),
    /// Play a year of a place's work by its plan, through the office
    Simulate(Simulate),
    /// Write all that a place's log needs into one file, while acts go on
    Backup(BackupArgs),
    /// Write an empty store from a backup, on any engine
    Restore(RestoreArgs),
    /// Tables of working days: which are in force, and one more
    #[command(subcommand)]
    Calendar(Calendar),
    /// Seal what the clock did: duties missed by now, automatic acts
    Sweep(Sweep),
    /// Look for what an operator should see to: exit 0, or what to do
    Doctor(Doctor),
    /// Drop the views and write them again from the log
    Rebuild(StoreArgs),
    /// Write the figures of a year, each with the acts behind it
    Report(ReportArgs),
    /// Print one figure, or the acts behind it
    Figure(FigureArgs),
    /// Serve pages: matters with what is owed and why not, figures that open their acts
    Serve(Serve),
    /// Write the skeleton of a new procedure
    NewProcedure(NewProcedure),
    /// Explain a rule: its line, articles, stories
    Explain(Explain),
    /// Compare two versions of a procedure
    Diff(Diff),
    /// Format content files
    Fmt(Fmt),
    /// Measure product against baselines, in one run
    Bench(Bench),
}

/// `fadu check`
#[derive(Args, Debug)]
pub struct Check {
    /// Only this procedure family
    #[arg(long)]
    pub procedure: Option<String>,
    /// Record the hashes of published versions in content/LOCK
    #[arg(long)]
    pub lock: bool,
}

/// `fadu demo`
#[derive(Args, Debug)]
pub struct Demo {
    /// Where the demo keeps its stores (default: a fresh folder in the system's temporary one)
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The year that is simulated
    #[arg(long, default_value_t = 2023)]
    pub year: i32,
    /// Share of the matters of those streams that scale, above 0 and up to 1
    #[arg(long, default_value_t = 0.01)]
    pub scale: f64,
    /// Address and port of the pages
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: std::net::SocketAddr,
    /// Open the pages in the browser
    #[arg(long)]
    pub open: bool,
    /// End after the figures; serve no pages
    #[arg(long, conflicts_with = "open")]
    pub once: bool,
}

/// `fadu replay`
#[derive(Args, Debug)]
pub struct Replay {
    /// Stories in KDL, acts as JSON lines, or a DCR graph in XML
    pub file: PathBuf,
    /// An act to simulate on a DCR graph, as ACT@TIME; may be repeated
    #[arg(long = "act", value_name = "ACT@TIME")]
    pub acts: Vec<String>,
}

/// `fadu due`
#[derive(Args, Debug)]
pub struct Due {
    /// The procedure
    pub procedure: String,
    /// The duty
    pub duty: String,
    /// What it counts from, as ACT=DATE
    #[arg(long, value_name = "ACT=DATE", conflicts_with = "at")]
    pub from: Option<String>,
    /// The date it counts from
    #[arg(long, value_name = "DATE")]
    pub at: Option<String>,
    /// A field that guards read, as name=value; may be repeated
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub fields: Vec<String>,
    /// The version (default: the one in force on the date)
    #[arg(long)]
    pub version: Option<String>,
}

/// `fadu open`
#[derive(Args, Debug)]
pub struct Open {
    /// The procedure
    #[arg(long)]
    pub procedure: String,
    #[command(flatten)]
    pub act: ActArgs,
}

/// `fadu show`
#[derive(Args, Debug)]
pub struct Show {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The matter; without it, the list of matters
    pub matter: Option<String>,
    /// As it stands at this time (default: now)
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// Also every act that is not possible, with all reasons
    #[arg(long)]
    pub why_not: bool,
}

/// `fadu search`
#[derive(Args, Debug)]
pub struct SearchArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Words that must all occur; "in quotes" as they stand; a document's number whole
    #[arg(required = true)]
    pub words: Vec<String>,
    /// Only matters of this procedure
    #[arg(long)]
    pub procedure: Option<String>,
    /// Only matters that are open, or closed
    #[arg(long, value_parser = ["open", "closed"])]
    pub state: Option<String>,
    /// How many matters, 200 at most
    #[arg(long, default_value_t = 20)]
    pub limit: u32,
    /// Go on where the page before ended
    #[arg(long, value_name = "NEXT")]
    pub after: Option<String>,
}

/// `fadu correct`
#[derive(Args, Debug)]
pub struct Correct {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The matter
    #[arg(long)]
    pub matter: String,
    /// The number of the record that is wrong
    #[arg(long, value_name = "N")]
    pub of: u64,
    /// A field with its right value, as name=value; may be repeated
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub fields: Vec<String>,
    /// When it was really performed
    #[arg(long, value_name = "TIME")]
    pub at: Option<String>,
    /// It was entered by mistake
    #[arg(long)]
    pub annul: bool,
    /// Who corrects
    #[arg(long)]
    pub person: String,
    /// In which role
    #[arg(long)]
    pub role: String,
    /// Why
    #[arg(long)]
    pub reason: String,
    /// On what evidence
    #[arg(long, default_value = "")]
    pub evidence: String,
    /// The client's own name for the correction
    #[arg(long, value_name = "ID")]
    pub client: Option<String>,
}

/// `fadu calendar`
#[derive(Subcommand, Debug)]
pub enum Calendar {
    /// The tables of the content, and which are in force in the district
    List(StoreArgs),
    /// Bring a year's table into force, and count open duties on it
    Load(CalendarLoad),
}

/// `fadu calendar load`
#[derive(Args, Debug)]
pub struct CalendarLoad {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The year
    pub year: i32,
    /// Which edition of its table (default: the last)
    #[arg(long, value_name = "N")]
    pub edition: Option<i64>,
    /// Only list which duties would be due on other days
    #[arg(long)]
    pub dry_run: bool,
    /// A further field of the act, as name=value; may be repeated
    #[arg(long = "field", value_name = "NAME=VALUE")]
    pub fields: Vec<String>,
    /// The role acting
    #[arg(long, default_value = "")]
    pub role: String,
    /// Who signs; may be repeated
    #[arg(long = "person", value_name = "ID")]
    pub persons: Vec<String>,
    /// The client's own name for the act: asking twice does it once
    #[arg(long, value_name = "ID")]
    pub client: Option<String>,
}

/// `fadu sweep`
#[derive(Args, Debug)]
pub struct Sweep {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Only what the clock did before this time (default: now)
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
}

/// `fadu verify`
#[derive(Args, Debug)]
pub struct Verify {
    /// The store to verify
    #[arg(long, value_name = "URL", required_unless_present = "receipt")]
    pub store: Option<String>,
    /// A checkpoint kept outside, to find a dropped tail or a rewritten log
    #[arg(long, value_name = "CHECKPOINT")]
    pub against: Option<PathBuf>,
    /// A receipt to check instead
    #[arg(long, value_name = "FILE", conflicts_with = "store")]
    pub receipt: Option<PathBuf>,
    /// The log's public (or private) key (default: the key beside the store)
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// A hand-over between keys that the receipt is newer than; may be repeated
    #[arg(long = "hand-over", value_name = "CHECKPOINT", requires = "receipt")]
    pub hand_overs: Vec<PathBuf>,
    /// Only bytes, tree and signatures; no replay
    #[arg(long)]
    pub bytes: bool,
}

/// `fadu checkpoint`
#[derive(Args, Debug)]
pub struct Checkpoint {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `fadu key`
#[derive(Args, Debug)]
pub struct Key {
    /// What to do with the key
    #[command(subcommand)]
    pub what: KeyCommand,
}

/// What can be done with a log's key.
#[derive(Subcommand, Debug)]
pub enum KeyCommand {
    /// Let a new key sign from here on; the old one signs that it hands over, and nothing more
    Rotate(Rotate),
}

/// `fadu key rotate`
#[derive(Args, Debug)]
pub struct Rotate {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The next key in PKCS#8 PEM (default: a new one)
    #[arg(long, value_name = "FILE")]
    pub next: Option<PathBuf>,
    /// Where to write the hand-over, to be published like a checkpoint
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `fadu receipt`
#[derive(Args, Debug)]
pub struct Receipt {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The record
    pub number: u64,
    /// Where to write it (default: standard output)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `fadu export`
#[derive(Args, Debug)]
pub struct Export {
    /// The procedure to write as dcr-xml, as PROCEDURE or PROCEDURE@VERSION (default: the newest), or
    /// the one whose matters are listed
    pub procedure: Option<String>,
    /// The store whose acts or lists are written
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
    /// Signing key in PKCS#8 PEM (default: beside a SQLite file; made if missing)
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// acts-jsonl, xlsx or csv (with --list), or dcr-xml (for dcrgraphs.net and DCR-js; what it cannot
    /// say is listed)
    #[arg(long, default_value = "acts-jsonl")]
    pub format: String,
    /// Where to write (default: standard output)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub list: ListArgs,
}

/// Which list `export` writes as a spreadsheet, and which part of it.
#[derive(Args, Debug)]
pub struct ListArgs {
    /// matters, owed, figures, acts (behind a figure) or attempts (what was refused)
    #[arg(long)]
    pub list: Option<String>,
    /// The year of figures and acts
    #[arg(long, requires = "list")]
    pub year: Option<i32>,
    /// The figure whose acts are listed, such as F-078
    #[arg(long, value_name = "ID", requires = "list")]
    pub figure: Option<String>,
    /// Only matters that are open, or closed
    #[arg(long, requires = "list")]
    pub state: Option<String>,
    /// Only matters found by these words, as `search` finds them
    #[arg(long, requires = "list")]
    pub text: Option<String>,
    /// Only what is due by the end of this day
    #[arg(long, value_name = "DATE", requires = "list")]
    pub until: Option<String>,
}

/// `fadu import`
#[derive(Args, Debug)]
pub struct Import {
    /// The spreadsheet (.xlsx or CSV), the acts (JSON lines) or the graph (DCR XML)
    pub file: PathBuf,
    /// dcr-xml: a graph of another DCR tool, to certify and simulate; no case can be run on it
    #[arg(long, conflicts_with_all = ["procedure", "mapping", "sheet", "rejects", "faults", "key"])]
    pub format: Option<String>,
    /// The store (default: memory: for a spreadsheet, which then only reports)
    #[arg(long, value_name = "URL", default_value = "memory:")]
    pub store: String,
    /// Signing key
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// The procedure the rows belong to
    #[arg(long, requires = "mapping")]
    pub procedure: Option<String>,
    /// How columns become acts
    #[arg(long, value_name = "M.kdl")]
    pub mapping: Option<PathBuf>,
    /// The sheet of a workbook (default: the first that has the columns)
    #[arg(long, value_name = "NAME", requires = "mapping")]
    pub sheet: Option<String>,
    /// Where rejected rows go (default: beside the file)
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Where the list of faults goes; it ends in .xlsx or .csv
    #[arg(long, value_name = "FILE", requires = "mapping")]
    pub faults: Option<PathBuf>,
}

/// `fadu backup`
#[derive(Args, Debug)]
pub struct BackupArgs {
    /// The store: sqlite://PATH or postgres://USER@HOST/DATABASE
    #[arg(long, value_name = "URL")]
    pub store: String,
    /// Where to write it; a file that is there is never written over
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

/// `fadu restore`
#[derive(Args, Debug)]
pub struct RestoreArgs {
    /// The backup
    #[arg(long, value_name = "FILE")]
    pub from: PathBuf,
    /// The store that is written; without one, the backup is only checked
    #[arg(long, value_name = "URL")]
    pub store: Option<String>,
    /// The log's first public (or private) key: every checkpoint in the backup must be signed by it
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// `fadu doctor`
#[derive(Args, Debug)]
pub struct Doctor {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Also compare all bytes, signatures and views, as verify does
    #[arg(long)]
    pub full: bool,
}

/// `fadu report`
#[derive(Args, Debug)]
pub struct ReportArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The year
    #[arg(long)]
    pub year: i32,
    /// The folder to write into
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// One or more formats, separated by commas: json, html
    #[arg(long, default_value = "json,html")]
    pub format: String,
}

/// `fadu figure`
#[derive(Args, Debug)]
pub struct FigureArgs {
    /// The figure's id, such as F-078
    pub id: String,
    #[command(flatten)]
    pub store: StoreArgs,
    /// The year
    #[arg(long)]
    pub year: i32,
    /// Also the acts behind it
    #[arg(long)]
    pub trace: bool,
    /// Write the receipt of every act behind it into this folder
    #[arg(long, value_name = "DIR")]
    pub receipts: Option<PathBuf>,
}

/// `fadu serve`
#[derive(Args, Debug)]
pub struct Serve {
    #[command(flatten)]
    pub store: StoreArgs,
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub listen: std::net::SocketAddr,
}

/// `fadu simulate`
#[derive(Args, Debug)]
pub struct Simulate {
    #[command(flatten)]
    pub store: StoreArgs,
    /// The year
    #[arg(long)]
    pub year: i32,
    /// A plan; may be repeated (default: the place's plans of the year before and of the year)
    #[arg(long = "plan", value_name = "FILE")]
    pub plans: Vec<PathBuf>,
    /// Share of the matters of those streams that scale, above 0 and up to 1
    #[arg(long, default_value_t = 1.0)]
    pub scale: f64,
    /// The seed: the same one gives the same acts
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Play nothing after this time; matters stay open (default: play every matter to its end)
    #[arg(long, value_name = "TIME")]
    pub until: Option<String>,
    /// Move every count of the plans by up to a fifth, by this seed
    #[arg(long, value_name = "SEED")]
    pub perturb: Option<u64>,
    /// Only find out whether the plans can be played; write nothing
    #[arg(long)]
    pub rehearse: bool,
}

/// `fadu new-procedure`
#[derive(Args, Debug)]
pub struct NewProcedure {
    /// Its name
    pub name: String,
}

/// `fadu explain`
#[derive(Args, Debug)]
pub struct Explain {
    /// A rule's id, an act, or an article such as 行政复议法@2023#62.1
    pub rule: String,
}

/// `fadu diff`
#[derive(Args, Debug)]
pub struct Diff {
    /// One version, as PROCEDURE@VERSION
    pub old: String,
    /// The other, as PROCEDURE@VERSION
    pub new: String,
}

/// `fadu fmt`
#[derive(Args, Debug)]
pub struct Fmt {
    /// Files (default: all content)
    pub files: Vec<PathBuf>,
    /// Change nothing; exit 1 if a file would change
    #[arg(long)]
    pub check: bool,
}

/// `fadu bench`
#[derive(Args, Debug)]
pub struct Bench {
    /// Goals to measure, such as G1 (default: all but G18 and G23, which take minutes)
    pub goals: Vec<String>,
    /// Pairs of baseline and product
    #[arg(long, default_value_t = 5)]
    pub pairs: u32,
    /// A PostgreSQL database for G7, in schemas of its own that are dropped afterwards
    #[arg(long, value_name = "URL")]
    pub server: Option<String>,
    /// Acts stored, for G18
    #[arg(long, default_value_t = 5_000_000)]
    pub acts: u64,
    /// Duties that fall due in one second, for G23
    #[arg(long, default_value_t = 1_000_000)]
    pub duties: u64,
}
