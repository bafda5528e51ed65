//! Procedure graphs in the XML of other DCR tools.
//!
//! [`read`] takes either of the two formats in use (that of dcrgraphs.net and that of the DCR-js
//! editor) and gives a kernel [`Graph`](kernel::Graph), or every [`Fault`] at its line: what is not
//! understood is refused, never skipped, because a dropped limit is a changed law. [`write()`] gives
//! the first format with the [`Loss`]es: all that the format cannot say.
//!
//! A graph that was read has no citations. It can be simulated and certified; a case needs a
//! procedure of the content crate, and nothing turns the one into the other.
//!
//! Not here: files, printing. Read `diagram.rs`, then `portal.rs`; `write.rs` goes the other way.
mod diagram;
mod editor;
mod fault;
mod portal;
mod time;
mod words;
mod write;
mod xml;

pub use diagram::Imported;
pub use fault::Fault;
pub use words::Lang;
pub use write::{Loss, Written, write};

use xml::Source;

/// The format a graph was read from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// `dcrgraph`, of dcrgraphs.net.
    Portal,
    /// `dcr:definitions`, of the DCR-js editor.
    Editor,
}

/// Reads a graph; `file` is the name its clauses and faults point to.
pub fn read(file: &str, text: &str) -> Result<Imported, Vec<Fault>> {
    let document = roxmltree::Document::parse(text).map_err(|e| vec![fault::not_xml(file, &e)])?;
    let source = Source::new(file, &document);
    let root = document.root_element();
    let read = match (root.tag_name().namespace(), root.tag_name().name()) {
        (None, "dcrgraph") => portal::read(&source, root).map(|d| (d, Format::Portal)),
        (Some(editor::NAMESPACE), "definitions") => {
            editor::read(&source, root).map(|d| (d, Format::Editor))
        }
        (_, other) => Err(vec![source.fault(root, "root", &[("name", other)])]),
    };
    let (diagram, format) = read?;
    diagram::compile(&source, &diagram, format)
}
