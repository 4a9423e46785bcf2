//! What old exceptions lack, as a table to be filled in: a row an exception, with a column for each field that one of
//! them lacks. `stopgap import --update` takes it back.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use ::csv::{Terminator, WriterBuilder};

use super::csv::io_error;
use crate::output::escape;
use crate::output::export::Export;
use crate::policy::Tolerated;
use crate::register::FileRef;
use crate::register::fields::{self, Field, Kind, Need};
use crate::schema::field_name;
use crate::yaml::{self, Node};

/// Writes the table. `gaps` says by id what each exception lacks: the rules, and the fields that they name.
///
/// # Errors
///
/// When the writer fails.
pub fn render_gaps(export: &Export<'_>, gaps: &BTreeMap<String, Tolerated>, out: &mut dyn Write) -> io::Result<()> {
    let fields: BTreeSet<Field> =
        gaps.values().flat_map(BTreeMap::values).flatten().flat_map(|pointer| fillable(pointer)).collect();
    let columns: Vec<Field> = fields.into_iter().filter(|field| *field != fields::TITLE).collect();
    let mut table = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    let head = ["id", "missing", fields::TITLE.name()].into_iter().chain(columns.iter().map(|field| field.name()));
    table.write_record(head.map(escape::cell)).map_err(io_error)?;
    for file in &export.view.register.files {
        let Some(lacks) = gaps.get(file.stem()) else { continue };
        table.write_record(row(export, file, lacks, &columns)).map_err(io_error)?;
    }
    table.flush()
}

/// Returns the fields that a column can fill where a rule names this one.
fn fillable(pointer: &str) -> Vec<Field> {
    let Some(field) = Field::at(pointer) else { return Vec::new() };
    let all = match field.kind() {
        Kind::Mapping => field.parts().filter(|part| part.need() == Need::Always).collect(),
        Kind::Mappings => field.parts().collect(),
        _ => vec![field],
    };
    all.into_iter().filter(|field| Field::importable().any(|known| known == *field)).collect()
}

fn row(export: &Export<'_>, file: &FileRef<'_>, lacks: &Tolerated, columns: &[Field]) -> Vec<String> {
    let tree = export.tree(file.id);
    let texts = [fields::TITLE].iter().chain(columns).map(|field| text(tree.as_deref(), *field));
    let cells = [file.stem().to_owned(), missing(lacks)].into_iter().chain(texts);
    cells.map(|cell| escape::cell(&cell)).collect()
}

/// Lists what is missing; a field that has a value, with the rule that finds something in it.
fn missing(lacks: &Tolerated) -> String {
    let name = |field: &str| if field == "/" { "the file".to_owned() } else { field_name(field) };
    let one = |rule: &str, field: &String| match rule {
        "schema" => name(field),
        rule => format!("{} ({rule})", name(field)),
    };
    let all = lacks.iter().flat_map(|(rule, fields)| fields.iter().map(move |field| one(rule, field)));
    all.collect::<Vec<_>>().join(", ")
}

/// Returns the text of a field; a null and a list stay empty, as a cell that is not filled in changes nothing.
fn text(tree: Option<&Node<'_>>, field: Field) -> String {
    let node = tree.and_then(|tree| yaml::lookup(tree, &field.pointer())).map(|(_, node)| node);
    node.filter(|node| !node.is_empty()).and_then(Node::as_text).unwrap_or_default().to_owned()
}
