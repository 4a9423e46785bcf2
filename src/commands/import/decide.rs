//! What a spreadsheet does not tell, asked in a terminal: which column names the owner, how its dates are written, and
//! whom a cell with several people stands for. Elsewhere each has an option, or is said and left as it is.

use std::io::Write;

use crate::cli;
use crate::commands::World;
use crate::commands::ask::{Choice, Terminal};
use crate::error::{Error, Input};
use crate::import::{self, DateOrder, Options, Reading, Target};
use crate::output::import::Format;
use crate::register::fields::{self, Field};

/// So many cells with several people are asked about; of the others the first is taken.
const MOST_CELLS: usize = 8;

/// Reads a file, and asks what it does not tell where somebody can be asked.
///
/// # Errors
///
/// Those of [`import::read`], and when a question is left.
pub(super) fn read(
    name: &str,
    bytes: Vec<u8>,
    mut options: Options,
    arguments: &cli::Import,
    world: &World,
    out: &mut dyn Write,
) -> Result<Reading, Error> {
    let can_ask = world.interactive && arguments.format == Format::Text;
    if !can_ask {
        return import::read(name, bytes, &options);
    }
    let terminal = Terminal::new(world);
    let mut reading = import::read(name, bytes.clone(), &options)?;
    let mut asked = ask_owner(&terminal, &reading, &mut options, out)?;
    if let Some(Error::Input(Input::DatesUndecided { column, cell })) = &reading.stopped {
        options.date_order = Some(ask_order(&terminal, column, &cell.text, out)?);
        asked = true;
    }
    if asked {
        reading = import::read(name, bytes.clone(), &options)?;
    }
    if reading.stopped.is_some() || reading.several.is_empty() {
        return Ok(reading);
    }
    for ((field, cell), people) in reading.several.iter().take(MOST_CELLS) {
        let picked = ask_person(&terminal, *field, cell, people, out)?;
        options.picks.insert(cell.clone(), picked);
    }
    import::read(name, bytes, &options)
}

/// Asks which column names the owner, where none is recognised; tells whether one was chosen.
fn ask_owner(
    terminal: &Terminal,
    reading: &Reading,
    options: &mut Options,
    out: &mut dyn Write,
) -> Result<bool, Error> {
    let owner = Target::Field(fields::OWNER);
    let is_there = reading.columns.iter().any(|column| column.target == owner);
    let open: Vec<&import::Column> = reading
        .columns
        .iter()
        .filter(|column| matches!(column.target, Target::Own(_)) && !column.named && column.filled > 0)
        .collect();
    if is_there || open.is_empty() || options.update {
        return Ok(false);
    }
    let columns = open.iter().map(|column| Choice { value: column.heading.clone(), about: column.example.clone() });
    let choices: Vec<Choice> = columns.chain([Choice::plain("none of them")]).collect();
    let help = "the one person responsible for the removal; columns that are not chosen are kept as they are";
    let chosen = terminal.choose("Which column names the owner?", help, &choices, open.len(), out)?;
    let Some(column) = open.get(chosen) else { return Ok(false) };
    options.map.push((owner, column.heading.clone()));
    Ok(true)
}

fn ask_order(terminal: &Terminal, column: &str, cell: &str, out: &mut dyn Write) -> Result<DateOrder, Error> {
    let choices = [
        Choice { value: "dmy".to_owned(), about: "the day first: 23/11/2026".to_owned() },
        Choice { value: "mdy".to_owned(), about: "the month first: 11/23/2026".to_owned() },
    ];
    let ask = format!("How are dates such as {cell} in `{column}` written?");
    let chosen = terminal.choose(&ask, "no cell of the sheet shows it", &choices, 0, out)?;
    Ok(if chosen == 0 { DateOrder::DayFirst } else { DateOrder::MonthFirst })
}

fn ask_person(
    terminal: &Terminal,
    field: Field,
    cell: &str,
    people: &[String],
    out: &mut dyn Write,
) -> Result<String, Error> {
    let choices: Vec<Choice> = people.iter().map(Choice::plain).collect();
    let ask = format!("Who is the {} in `{cell}`?", field.label());
    let chosen = terminal.choose(&ask, "one person; the whole cell is kept as well", &choices, 0, out)?;
    Ok(people.get(chosen).or(people.first()).cloned().unwrap_or_default())
}
