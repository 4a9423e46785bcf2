//! A spreadsheet: each row is an exception; each column is a field, a key of the organisation's own, or nothing if the
//! user says so.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

use crate::error::{Argument, Error, Input, Named};
use crate::import::columns;
use crate::import::decode::{self, Encoding};
use crate::import::id;
use crate::import::meaning::{self, Meaning};
use crate::import::table::{self, MAX_COLUMNS, MAX_ROWS, NoTable, Row, Table};
use crate::import::{Column, Entry, Format, Note, Options, Reading, Target, own};
use crate::people::{NotAPerson, not_a_person, without_comma};
use crate::register::draft::Draft;
use crate::register::fields::{self, Field, Kind};
use crate::register::{Status, Tier};
use crate::text::phrases::is_placeholder;
use crate::text::{enumerated, nearest, shown};
use crate::time::foreign::{self as dates, DateOrder, Evidence, Written};
use crate::time::{Day, Moment};

/// Columns that only `stopgap export` computes.
const OF_EXPORT: [&str; 4] = ["live", "days_left", "current_expiry", "renewals_used"];

/// Reads a spreadsheet.
pub(super) fn read(name: &str, bytes: Vec<u8>, options: &Options) -> Result<Reading, Error> {
    let (text, encoding) = decode::decode(bytes);
    let wanted: Vec<String> = options.map.iter().map(|(_, heading)| heading.clone()).collect();
    let table = table::read(text, &wanted).map_err(|why| no_table(name, why))?;
    if !options.update && OF_EXPORT.iter().all(|fact| table.headings.iter().any(|heading| heading == fact)) {
        return Err(Input::OwnExport { file: name.to_owned() }.into());
    }
    let columns = map(&table, options)?;
    let orders = orders(&table, &columns, options);
    let mut reading = Reading::new(Format::Csv);
    reading.facts = vec![
        encoding.name().to_owned(),
        format!("separated by {}", table.delimiter),
        format!("header in line {}", table.header_line),
    ];
    reading.remarks = remarks(&table, encoding, &columns, options);
    let orders = match orders {
        Ok(orders) => orders,
        Err(error) => {
            reading.columns = columns;
            reading.stopped = Some(error);
            return Ok(reading);
        }
    };
    reading.dates = orders.iter().filter_map(|(column, dates)| dates.said(&columns[*column].heading)).collect();
    let keys = own_keys(&table.headings);
    let english_tiers = has_letter(&table, &columns, fields::TIER, "l");
    let sheet = Sheet { table: &table, columns: &columns, keys: &keys, orders: &orders, english_tiers, options };
    sheet.read(&mut reading);
    reading.unread.extend(table.unread.iter().cloned());
    reading.columns = columns;
    Ok(reading)
}

fn no_table(name: &str, why: NoTable) -> Input {
    let file = name.to_owned();
    match why {
        NoTable::Empty => Input::Empty { file },
        NoTable::NoHeader(first) => Input::NoHeader { file, first },
        NoTable::TooManyColumns(count) => Input::TooManyColumns { file, count, most: MAX_COLUMNS },
        NoTable::TooManyRows => Input::TooManyRows { file, most: MAX_ROWS },
    }
}

/// Decides what each column becomes: what the user says, otherwise the guess, otherwise a key of its own.
fn map(table: &Table, options: &Options) -> Result<Vec<Column>, Error> {
    let headings = &table.headings;
    let mut named: Vec<Option<Target>> = vec![None; headings.len()];
    for (target, heading) in &options.map {
        let at = headings.iter().position(|known| table::is_called(known, heading));
        let Some(at) = at else { return Err(no_column(heading, headings).into()) };
        if let Some(before) = named[at].replace(target.clone()).filter(|before| before != target) {
            let fields = [&before, target].map(|target| target.name().unwrap_or("ignore").to_owned());
            return Err(Error::from(Argument::ColumnTwice { column: heading.clone(), fields }));
        }
    }
    // A heading that the user maps is not guessed, and neither is a field that the user fills.
    let open = headings.iter().zip(&named).map(|(heading, named)| match named {
        Some(_) => String::new(),
        None => heading.clone(),
    });
    let guess = columns::guess(&open.collect::<Vec<_>>());
    let guess = by_content(guess, table);
    let filled = |target: &Target| named.iter().flatten().any(|named| named == target);
    let keys = own_keys(headings);
    let target = |at: usize| match (&named[at], &guess[at]) {
        (Some(target), _) => target.clone(),
        (None, Some(target)) if !filled(target) => target.clone(),
        _ => Target::Own(keys[at].clone()),
    };
    let targets: Vec<Target> = (0..headings.len()).map(target).collect();
    check_joins(headings, &targets)?;
    let column = |(at, target): (usize, Target)| {
        let mut filled = table.rows.iter().map(|row| row.cell(at)).filter(|cell| !cell.is_empty());
        let example = filled.next().unwrap_or_default().to_owned();
        let count = filled.count() + usize::from(!example.is_empty());
        Column { heading: headings[at].clone(), target, named: named[at].is_some(), filled: count, example }
    };
    Ok(targets.into_iter().enumerate().map(column).collect())
}

fn no_column(heading: &str, headings: &[String]) -> Argument {
    let help = match nearest(heading, headings.iter().map(String::as_str)) {
        Some(best) => format!("did you mean `{}`?", shown(best)),
        None => {
            let known: Vec<String> = headings.iter().take(30).map(|known| format!("`{}`", shown(known))).collect();
            format!("the columns are {}", known.join(", "))
        }
    };
    Argument::NotFound { what: Named::Column, name: heading.to_owned(), help }
}

/// Only texts can be combined from several columns.
fn check_joins(headings: &[String], targets: &[Target]) -> Result<(), Error> {
    for (at, target) in targets.iter().enumerate() {
        let other = targets.iter().take(at).position(|other| other == target);
        if let Some(other) = other.filter(|_| !target.joins()) {
            let columns = [headings[other].clone(), headings[at].clone()];
            return Err(Error::from(Argument::TwoColumns {
                field: target.name().unwrap_or_default().to_owned(),
                columns,
            }));
        }
    }
    Ok(())
}

/// A column headed `Risk` is a tier if its cells are words for one, otherwise it is the statement.
fn by_content(mut guess: Vec<Option<Target>>, table: &Table) -> Vec<Option<Target>> {
    let (tier, statement) = (Target::Field(fields::TIER), Target::Field(fields::STATEMENT));
    let Some(at) = guess.iter().position(|target| target.as_ref() == Some(&tier)) else { return guess };
    let texts = table.rows.iter().map(|row| row.cell(at)).filter(|cell| cell.split_whitespace().count() > 3).count();
    if texts * 2 > table.rows.len() {
        guess[at] = Some(statement).filter(|statement| !guess.iter().flatten().any(|target| target == statement));
    }
    guess
}

/// Returns the key for each column that no field takes.
fn own_keys(headings: &[String]) -> Vec<String> {
    let mut ids = id::Ids::default();
    headings.iter().map(|heading| ids.hand_out(&id::own_key(heading))).collect()
}

/// How the dates of a column are read.
struct Dates {
    evidence: Evidence,
    order: Option<DateOrder>,
    /// Another column that decides.
    by: Option<String>,
    told: bool,
}

/// Decides the order of day and month for each column of dates: what the user says, otherwise the column's own cells,
/// otherwise those of the other columns of the sheet.
fn orders(table: &Table, columns: &[Column], options: &Options) -> Result<FxHashMap<usize, Dates>, Error> {
    let is_date = |column: &Column| match column.target {
        Target::Field(field) => matches!(field.kind(), Kind::Day | Kind::Moment),
        _ => false,
    };
    let evidence = |at: usize| {
        let mut evidence = Evidence::default();
        table.rows.iter().for_each(|row| evidence.add(row.line, clean(row.cell(at))));
        evidence
    };
    let columns = columns.iter().enumerate().filter(|(_, column)| is_date(column));
    let found: Vec<_> = columns.map(|(at, column)| (at, column.heading.as_str(), evidence(at))).collect();
    let proven = |order: DateOrder| found.iter().find(move |(_, _, other)| other.order() == Some(order));
    if let (None, Some(day_first), Some(month_first)) =
        (options.date_order, proven(DateOrder::DayFirst), proven(DateOrder::MonthFirst))
        && found.iter().any(|(_, _, evidence)| evidence.either.is_some())
    {
        contradicting(day_first, month_first).map_or(Ok(()), Err)?;
    }
    let sheet = match (proven(DateOrder::DayFirst), proven(DateOrder::MonthFirst)) {
        (Some((_, by, _)), None) => Some((DateOrder::DayFirst, (*by).to_owned())),
        (None, Some((_, by, _))) => Some((DateOrder::MonthFirst, (*by).to_owned())),
        _ => None,
    };
    let mut orders = FxHashMap::default();
    for (at, heading, evidence) in &found {
        let own = evidence.order();
        let (order, by) = match (options.date_order, own, &sheet) {
            (Some(order), _, _) => (Some(order), None),
            (None, Some(order), _) => (Some(order), None),
            (None, None, Some((order, by))) if !evidence.is_mixed() => (Some(*order), Some(by.clone())),
            _ => {
                doubtful(heading, evidence).map_or(Ok(()), Err)?;
                (None, None)
            }
        };
        let dates = Dates { evidence: evidence.clone(), order, by, told: options.date_order.is_some() };
        orders.insert(*at, dates);
    }
    Ok(orders)
}

/// Refuses two columns that write their dates in different orders: nobody can know which of them the ambiguous cells of
/// a third follow.
fn contradicting(day_first: &(usize, &str, Evidence), month_first: &(usize, &str, Evidence)) -> Option<Input> {
    let heading = |column: &(usize, &str, Evidence)| column.1.to_owned();
    Some(Input::DatesDisagree {
        day_first: (heading(day_first), day_first.2.day_first.clone()?),
        month_first: (heading(month_first), month_first.2.month_first.clone()?),
    })
}

/// Refuses a column whose cells prove both orders, or neither if that matters.
fn doubtful(heading: &str, evidence: &Evidence) -> Option<Input> {
    let column = heading.to_owned();
    match evidence.clone() {
        Evidence { day_first: Some(day_first), month_first: Some(month_first), .. } => {
            Some(Input::DatesMixed { column, day_first, month_first })
        }
        Evidence { day_first: None, month_first: None, either: Some(cell), .. } => {
            Some(Input::DatesUndecided { column, cell })
        }
        _ => None,
    }
}

impl Dates {
    /// Returns how the column was read, if that was a decision.
    fn said(&self, heading: &str) -> Option<(String, String)> {
        let order = |order: DateOrder| match order {
            DateOrder::DayFirst => "day first",
            DateOrder::MonthFirst => "month first",
        };
        let proof = match self.order {
            Some(DateOrder::DayFirst) => self.evidence.day_first.as_ref(),
            Some(DateOrder::MonthFirst) => self.evidence.month_first.as_ref(),
            None => None,
        };
        let ordered =
            self.evidence.either.is_some() || self.evidence.day_first.is_some() || self.evidence.month_first.is_some();
        let mut said = Vec::new();
        match (self.order.filter(|_| ordered), &self.by, proof) {
            (Some(first), Some(by), _) => said.push(format!("{}, as in the column `{}`", order(first), shown(by))),
            (Some(first), None, _) if self.told => said.push(format!("{}, as specified", order(first))),
            (Some(first), None, Some(proof)) => said.push(format!("{}, which {proof} decides", order(first))),
            _ => {}
        }
        if let Some(cell) = &self.evidence.serial
            && let Written::Serial(moment) = dates::read(&cell.text)
        {
            said.push(format!("numbers are Excel's (1900 system): {cell} is {moment}"));
        }
        (!said.is_empty()).then(|| (heading.to_owned(), said.join("; ")))
    }
}

fn remarks(table: &Table, encoding: Encoding, columns: &[Column], options: &Options) -> Vec<String> {
    let mut remarks = Vec::new();
    if encoding == Encoding::Mixed {
        remarks.push("the file has mixed encodings: verify accented characters".to_owned());
    }
    for (line, text) in table.above.iter().take(3) {
        remarks.push(format!("line {line} is above the header and is left out: `{}`", shown(text)));
    }
    if table.above.len() > 3 {
        remarks.push(format!("and so are {} more lines", table.above.len() - 3));
    }
    if let Some(line) = table.repeated_headers.first() {
        let count = table.repeated_headers.len();
        remarks.push(format!("{} the header again, first in line {line}", rows(count, "repeats", "repeat")));
    }
    if let Some((line, text)) = table.totals.first() {
        let count = table.totals.len();
        let which = if count == 1 { "line" } else { "the first in line" };
        let words = rows(count, "is a total and is left out", "are totals and are left out");
        remarks.push(format!("{words}: {which} {line}, `{}`", shown(text)));
    }
    if table.short_rows > 0 {
        let words = rows(table.short_rows, "ends", "end");
        remarks.push(format!("{words} before the last column; the missing cells count as empty"));
    }
    if table.empty_rows > 0 {
        remarks.push(format!("{} empty", rows(table.empty_rows, "is", "are")));
    }
    // An update takes the status from the register.
    if !options.update && !columns.iter().any(|column| column.target == Target::Field(fields::STATUS)) {
        let text = "there is no column with a status: an entry counts as active, as expired once its end has passed, or as closed if there is a closing date";
        remarks.push(text.to_owned());
    }
    remarks
}

fn rows(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 row {one}") } else { format!("{count} rows {many}") }
}

struct Sheet<'s> {
    table: &'s Table,
    columns: &'s [Column],
    /// For each column the key that keeps what its field cannot contain.
    keys: &'s [String],
    orders: &'s FxHashMap<usize, Dates>,
    /// Whether the tiers are written with English letters, among which `N` is not a tier.
    english_tiers: bool,
    options: &'s Options,
}

impl Sheet<'_> {
    fn read(&self, reading: &mut Reading) {
        let mut seen: FxHashMap<u64, Vec<usize>> = FxHashMap::default();
        let (mut undecided, mut ended) = (0, 0);
        let telling = [fields::TITLE, fields::CONTROL, fields::REASON].map(Target::Field);
        let tells = self.columns.iter().any(|column| telling.contains(&column.target));
        for (at, row) in self.table.rows.iter().enumerate() {
            let same = seen.entry(fingerprint(row)).or_default();
            let rows = &self.table.rows;
            if let Some(first) = same.iter().map(|at| &rows[*at]).find(|other| other.cells() == row.cells()) {
                reading.repeats.push((row.line, first.line));
                continue;
            }
            same.push(at);
            let making = self.make(row, reading);
            if tells && !self.options.update && making.says_nothing() {
                let text = shown(&row.joined()).into_owned();
                reading.unread.push((
                    row.line,
                    format!(
                        "it has neither a title, a control, a reason nor a date, so it is not an exception: `{text}`"
                    ),
                ));
                continue;
            }
            undecided += usize::from(making.undecided);
            ended += usize::from(making.ended);
            reading.entries.push(making.finish(row));
        }
        if self.options.update {
            return;
        }
        if ended > 0 {
            let words = rows(ended, "counts", "count");
            reading.remarks.push(format!("{words} as active and ended before today: the status is `expired`"));
        }
        if undecided > 0 {
            reading.remarks.push(format!(
                "{} not decided yet and left without a status: keep a request as an open pull request until somebody \
                 decides",
                rows(undecided, "is", "are")
            ));
        }
    }

    fn make(&self, row: &Row, reading: &mut Reading) -> Making {
        let mut making = Making::default();
        for (at, column) in self.columns.iter().enumerate() {
            let cell = clean(row.cell(at));
            match &column.target {
                _ if cell.is_empty() => {}
                Target::Ignore => {}
                Target::Own(key) => own(&mut making.draft, key, lines(cell)),
                Target::Field(fields::EXPOSURE) if meaning::is_none(cell) => {
                    making.draft.set_list(fields::EXPOSURE, Vec::new());
                }
                Target::Id | Target::Field(_) if is_nothing(cell) => {}
                Target::Id | Target::Field(_) if is_spreadsheet_error(cell) => {
                    self.aside(at, cell, "is a spreadsheet error", &mut making);
                }
                Target::Id => self.id(at, cell, &mut making),
                Target::Field(field) => self.field(at, *field, cell, &mut making, reading),
            }
        }
        self.settle(&mut making);
        making
    }

    fn id(&self, at: usize, cell: &str, making: &mut Making) {
        making.id = id::from_given(cell);
        // Tickets and audits refer to it as the sheet writes it.
        if making.id != cell {
            own(&mut making.draft, self.keys[at].as_str(), lines(cell));
        }
    }

    fn field(&self, at: usize, field: Field, cell: &str, making: &mut Making, reading: &mut Reading) {
        let draft = &mut making.draft;
        match field.kind() {
            Kind::Texts => draft.put(field, &references(items(cell)).join("\n")),
            _ if field.is_in_list() => draft.put(field, &items(cell).join("\n")),
            Kind::Person => self.person(at, field, cell, making, reading),
            Kind::Day | Kind::Moment => self.date(at, field, cell, making),
            Kind::Word(words) => self.word(at, (field, words), cell, making, reading),
            Kind::Words(words) => self.words(at, (field, words), cell, making),
            Kind::Line | Kind::Flag | Kind::Mapping | Kind::Mappings => draft.add(field, &folded(cell)),
        }
    }

    /// Reads a person; of several, the one that the user picks, or else the first.
    fn person(&self, at: usize, field: Field, cell: &str, making: &mut Making, reading: &mut Reading) {
        let several = several(cell);
        let Some(first) = several.first() else {
            let person = person(cell);
            if without_comma(&folded(cell)).is_some_and(|name| name == person) {
                *reading.words.entry((field, folded(cell), person.clone())).or_default() += 1;
            }
            return making.draft.put(field, &person);
        };
        let picked = self.options.picks.get(&folded(cell)).filter(|picked| several.contains(picked)).unwrap_or(first);
        making.draft.put(field, picked);
        self.aside(at, cell, &format!("names several people, of whom `{}` is taken", shown(picked)), making);
        reading.several.insert((field, folded(cell)), several);
    }

    fn date(&self, at: usize, field: Field, cell: &str, making: &mut Making) {
        let order = self.orders.get(&at).and_then(|dates| dates.order);
        match dates::under(&dates::read(cell), order) {
            None => match dates::contradiction(cell) {
                Some(error) => self.aside(at, cell, &format!("is not one day: {error}"), making),
                None => self.aside(at, cell, "is not a readable date", making),
            },
            Some(moment) if field.kind() == Kind::Moment => making.draft.put(field, &moment.to_string()),
            Some(moment) => making.draft.put(field, &self.day(moment).to_string()),
        }
    }

    /// Reads a word and translates it to one of ours.
    fn word(
        &self,
        at: usize,
        (field, ours): (Field, &[&'static str]),
        cell: &str,
        making: &mut Making,
        reading: &mut Reading,
    ) {
        let key = self.keys[at].as_str();
        let mut count = |ours: String| *reading.words.entry((field, folded(cell), ours)).or_default() += 1;
        making.status_said |= field == fields::STATUS;
        let meaning = match field {
            fields::TIER if self.english_tiers && cell.eq_ignore_ascii_case("n") => Meaning::Unknown,
            fields::TIER => meaning::tier(cell),
            fields::STATUS => meaning::state(cell),
            _ => meaning::of(cell, ours).map_or(Meaning::Unknown, Meaning::Same),
        };
        match meaning {
            Meaning::Same(ours) => {
                if !cell.eq_ignore_ascii_case(ours) {
                    count(ours.to_owned());
                }
                making.draft.put(field, ours);
            }
            Meaning::Nearest(ours) => {
                count(format!("{ours}, and kept as `{key}`"));
                own(&mut making.draft, key, lines(cell));
                making.draft.put(field, ours);
            }
            Meaning::Undecided => {
                count(format!("no status, and kept as `{key}`"));
                own(&mut making.draft, key, lines(cell));
                making.draft.status_open = true;
                making.undecided = true;
            }
            Meaning::Unknown => {
                making.draft.status_open |= field == fields::STATUS;
                self.aside(at, cell, &format!("is not a known {}", field.label()), making);
            }
        }
    }

    /// Reads a list of words and translates them to ours.
    fn words(&self, at: usize, (field, ours): (Field, &[&'static str]), cell: &str, making: &mut Making) {
        let one = |word: &str| match field {
            fields::EXPOSURE => meaning::exposure(word),
            _ => meaning::of(word, ours),
        };
        let words: Option<Vec<&str>> = cell.split([',', ';', '/', '\n']).map(one).collect();
        let Some(mut words) = words else {
            return self.aside(at, cell, &format!("is not a known kind of {}", field.label()), making);
        };
        words.sort_unstable();
        words.dedup();
        making.draft.put(field, &words.join(","));
    }

    /// Keeps a text that does not fit its field under the column's own key.
    fn aside(&self, at: usize, cell: &str, why: &str, making: &mut Making) {
        let key = &self.keys[at];
        own(&mut making.draft, key, lines(cell));
        let text = format!("`{}` {why}; kept as `{key}`", shown(cell));
        making.notes.push(Note { about: self.columns[at].heading.clone(), text });
    }

    fn day(&self, moment: Moment) -> Day {
        self.options.zone.first_day(moment)
    }

    /// Settles what a single cell does not tell: the status, and where an incident belongs.
    fn settle(&self, making: &mut Making) {
        let has_status = self.columns.iter().any(|column| column.target == Target::Field(fields::STATUS));
        let draft = &mut making.draft;
        if !draft.is_given(fields::STATUS) && !making.status_said {
            if draft.is_given(fields::CLOSURE_DATE) {
                draft.set(fields::STATUS, Status::Closed.name());
            } else if has_status {
                draft.status_open = true;
            }
        }
        let active = !draft.is_given(fields::STATUS) || draft.text(fields::STATUS) == Status::Active.name();
        let end = Moment::parse(draft.text(fields::EXPIRES));
        let ended = end.is_ok_and(|end| self.options.today.has_ended(self.options.zone, end));
        if active && !draft.status_open && ended {
            draft.set(fields::STATUS, Status::Expired.name());
            making.ended = true;
        }
        if draft.is_given(fields::INCIDENT_ID) && draft.text(fields::TIER) != Tier::Emergency.name() {
            let incident = draft.text(fields::INCIDENT_ID).to_owned();
            draft.clear(fields::INCIDENT_ID);
            draft.push(fields::REFERENCES, incident);
        }
    }
}

/// A draft in progress.
#[derive(Default)]
struct Making {
    draft: Draft,
    notes: Vec<Note>,
    id: String,
    status_said: bool,
    undecided: bool,
    /// Whether it would be active if its end had not passed.
    ended: bool,
}

impl Making {
    /// Returns whether it is a line of totals or the like: everything that makes an exception is empty, and nothing was
    /// set aside.
    fn says_nothing(&self) -> bool {
        const TELLING: [Field; 7] = [
            fields::TITLE,
            fields::CONTROL,
            fields::REASON,
            fields::DECIDED,
            fields::STARTS,
            fields::EXPIRES,
            fields::CLOSURE,
        ];
        !TELLING.into_iter().any(|field| self.draft.is_given(field)) && self.notes.is_empty()
    }

    fn finish(self, row: &Row) -> Entry {
        let id = if self.id.is_empty() { name_of(&self.draft, row) } else { self.id };
        Entry { line: row.line, called: id.clone(), id, draft: self.draft, notes: self.notes }
    }
}

/// Removes the apostrophe that keeps a spreadsheet from reading a text as a formula.
fn clean(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
}

/// Returns whether a cell only says that there is nothing.
fn is_nothing(cell: &str) -> bool {
    is_placeholder(cell).is_some_and(|found| found == cell.trim())
}

/// Returns whether a cell contains the error that a spreadsheet shows in place of a value, in its English or German
/// spelling.
fn is_spreadsheet_error(cell: &str) -> bool {
    const ERRORS: [&str; 13] = [
        "#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#NV", "#BEZUG!",
        "#WERT!", "#ZAHL!",
    ];
    ERRORS.iter().any(|error| cell.trim().eq_ignore_ascii_case(error))
}

/// Returns a text on one line.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns a text with its lines, each without trailing blanks.
fn lines(text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    lines.join("\n").trim().to_owned()
}

/// Splits a cell into its items, by lines or bullets.
fn items(cell: &str) -> Vec<String> {
    let bullet = |line: &str| {
        let line = line.trim().trim_start_matches(['-', '*', '•', '–', '·']).trim_start();
        line.to_owned()
    };
    cell.lines().map(bullet).map(|line| folded(&line)).filter(|line| !line.is_empty()).collect()
}

/// Splits lines of tickets and addresses by the separators between them.
fn references(lines: Vec<String>) -> Vec<String> {
    let split = |line: String| -> Vec<String> {
        let parts = enumerated(&line);
        if parts.iter().all(|part| is_reference(part)) {
            parts.into_iter().map(str::to_owned).collect()
        } else {
            vec![line]
        }
    };
    lines.into_iter().flat_map(split).collect()
}

fn is_reference(text: &str) -> bool {
    let number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let ticket = text.rsplit_once(['-', '#']).is_some_and(|(_, last)| number(last));
    text.starts_with("https://") || text.starts_with("http://") || ticket
}

/// Returns whether a column that fills a field has a cell of this letter alone.
fn has_letter(table: &Table, columns: &[Column], field: Field, letter: &str) -> bool {
    let of_field = columns.iter().enumerate().filter(|(_, column)| column.target == Target::Field(field));
    of_field.into_iter().any(|(at, _)| table.rows.iter().any(|row| row.cell(at).eq_ignore_ascii_case(letter)))
}

/// Splits a cell that names several people into them; nothing where it names one, or no one. A comma parts people only
/// where each has two names or an address: `Ortiz, Dana` is one.
fn several(cell: &str) -> Vec<String> {
    if not_a_person(&folded(cell)) == Some(NotAPerson::Team) {
        return Vec::new();
    }
    let parted = [" und ", " and ", " oder ", " or ", " + "]
        .iter()
        .fold(cell.replace('\n', ";"), |text, word| text.replace(word, ";"));
    let mut parts: Vec<&str> = parted.split([';', '/', '&', '|']).map(str::trim).collect();
    let whole = |part: &str| part.contains('@') || part.contains(' ');
    // `Dana, Olek and Mei` lists three; `Ortiz, Dana and Braun, Olek` are two.
    let is_list = parts.len() > 1 && parts.last().is_some_and(|last| !last.contains(','));
    if is_list || parts.iter().all(|part| part.split(',').all(|part| whole(part.trim()))) {
        parts = parts.into_iter().flat_map(|part| part.split(',')).map(str::trim).collect();
    }
    parts.retain(|part| !part.is_empty());
    let people: Vec<String> =
        parts.iter().map(|part| person(part)).filter(|part| not_a_person(part).is_none()).collect();
    if parts.len() > 1 { people } else { Vec::new() }
}

/// Returns a person in one spelling: the address of `Dana Ortiz <dana@example.com>`, and `Dana Ortiz` of `Ortiz, Dana`.
fn person(cell: &str) -> String {
    let text = folded(cell.trim_end_matches([';', ',']));
    let text = text.strip_prefix("mailto:").unwrap_or(&text);
    for (open, close) in [('<', '>'), ('(', ')')] {
        let parts = text.strip_suffix(close).and_then(|text| text.split_once(open));
        // Anything else before it may be somebody else, or say on whose behalf they acted.
        let is_name = |name: &str| !name.contains(['@', '<', '(', ';', '/', '&', '\n']);
        if let Some((_, address)) = parts.filter(|(name, inner)| is_name(name) && is_address(inner.trim())) {
            return address.trim().to_owned();
        }
    }
    without_comma(text).unwrap_or_else(|| text.to_owned())
}

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, host)| !local.is_empty() && host.contains('.') && !host.contains('@'))
        && !text.contains([' ', ',', ';', '<', '>'])
}

fn name_of(draft: &Draft, row: &Row) -> String {
    let naming = [fields::TITLE, fields::CONTROL, fields::REASON, fields::SYSTEM];
    match naming.into_iter().map(|field| draft.text(field)).find(|text| !text.is_empty()) {
        Some(text) => id::from_words(text),
        None => id::from_words(&row.cells().iter().collect::<Vec<_>>().join(" ")),
    }
}

fn fingerprint(row: &Row) -> u64 {
    let mut hasher = FxHasher::default();
    row.cells().iter().for_each(|cell| cell.hash(&mut hasher));
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{person, several};

    #[test]
    fn a_name_in_phone_book_order_is_written_as_the_register_takes_it() {
        for (cell, written) in [
            ("Ortiz, Dana", "Dana Ortiz"),
            ("Smith-Jones,  Zo\u{eb}", "Zo\u{eb} Smith-Jones"),
            ("Ortiz, Dana <dana@example.com>", "dana@example.com"),
            ("Dana Ortiz", "Dana Ortiz"),
            ("Ortiz, Dana, IT", "Ortiz, Dana, IT"),
            ("Dana, PhD", "Dana, PhD"),
        ] {
            assert_eq!(person(cell), written, "{cell}");
        }
    }

    #[test]
    fn a_comma_parts_people_in_a_list_but_not_a_name() {
        for (cell, people) in [
            ("Dana Ortiz", &[][..]),
            ("Ortiz, Dana", &[]),
            ("Dana Ortiz, Olek Bielak", &["Dana Ortiz", "Olek Bielak"]),
            ("Dana, Olek and Mei", &["Dana", "Olek", "Mei"]),
            ("Dana, Olek & Mei", &["Dana", "Olek", "Mei"]),
            ("Dana und Olek", &["Dana", "Olek"]),
            ("Ortiz, Dana und Braun, Olek", &["Dana Ortiz", "Olek Braun"]),
            ("dana@example.com; olek@example.com", &["dana@example.com", "olek@example.com"]),
        ] {
            assert_eq!(several(cell), people, "{cell}");
        }
    }
}
