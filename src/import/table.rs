//! A spreadsheet's export as a table: the delimiter, the header and the rows, each with its line.
//!
//! Knows nothing about exceptions except which headings are worth looking for.

use std::io::Read;

use csv::{ReaderBuilder, StringRecord};

use crate::import::columns;
use crate::text::WordList;

/// What a row of totals begins with, folded as [`columns::plain`] folds.
const TOTALS: WordList = WordList::new(include_str!("totals.txt"));

/// More columns than any sheet that people fill in has.
pub(super) const MAX_COLUMNS: usize = 500;

/// The most rows that are read from one file.
pub(super) const MAX_ROWS: usize = 200_000;

/// How many rows are searched for a header.
const HEADER_ROWS: usize = 20;

/// How many bytes decide about the delimiter.
const SAMPLE: usize = 64 * 1024;

/// The delimiters that are tried, the likelier first.
const DELIMITERS: [(u8, &str); 4] = [(b',', "a comma"), (b';', "a semicolon"), (b'\t', "a tab"), (b'|', "a bar")];

/// A table.
#[derive(Debug)]
pub(super) struct Table {
    /// The delimiter in words.
    pub(super) delimiter: &'static str,
    /// The headings, each one named: an empty one is `column 3`, a repeated one `Owner (2)`.
    pub(super) headings: Vec<String>,
    /// The line of the header.
    pub(super) header_line: usize,
    /// What is above the header.
    pub(super) above: Vec<(usize, String)>,
    /// The rows below it that are not empty.
    pub(super) rows: Vec<Row>,
    /// Rows that could not be read: line and why.
    pub(super) unread: Vec<(usize, String)>,
    /// How many rows were empty.
    pub(super) empty_rows: usize,
    /// The lines of rows that repeat the header.
    pub(super) repeated_headers: Vec<usize>,
    /// Rows of totals: line and text.
    pub(super) totals: Vec<(usize, String)>,
    /// How many rows end before the last column.
    pub(super) short_rows: usize,
}

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    /// The line that it begins on.
    pub(super) line: usize,
    /// The line of a quote in it that does not end a text.
    stray_quote: Option<usize>,
    cells: StringRecord,
}

impl Row {
    /// Returns the text of a column, trimmed; empty if the row has no such cell.
    #[must_use]
    pub(super) fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or_default().trim()
    }

    /// Returns all cells.
    #[must_use]
    pub(super) fn cells(&self) -> &StringRecord {
        &self.cells
    }
}

/// Why there is no table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoTable {
    /// The file is empty.
    Empty,
    /// No row looks like a header; holds the cells of the first row.
    NoHeader(Vec<String>),
    /// The header has more cells than [`MAX_COLUMNS`].
    TooManyColumns(usize),
    /// There are more rows than [`MAX_ROWS`].
    TooManyRows,
}

/// Reads a table. `wanted` are headings that the user names: a row that contains them is the header.
///
/// # Errors
///
/// If there is none.
pub(super) fn read(text: String, wanted: &[String]) -> Result<Table, NoTable> {
    let text = if text.contains('\n') { text } else { text.replace('\r', "\n") };
    let (body, first_line, named) = match separator_line(&text) {
        Some((delimiter, length)) => (&text[length..], 2, Some(delimiter)),
        None => (text.as_str(), 1, None),
    };
    if body.trim().is_empty() {
        return Err(NoTable::Empty);
    }
    let delimiter = named.unwrap_or_else(|| delimiter(body, wanted));
    let Records { list, unclosed } = records(body, delimiter, first_line)?;
    let header = header(&list, wanted);
    let Some((at, _)) = header.filter(|(_, score)| *score > 0) else {
        let cells = list.first().map(|row| row.cells.iter().map(str::to_owned).collect());
        return Err(NoTable::NoHeader(cells.unwrap_or_default()));
    };
    let mut list = list.into_iter();
    let above = list.by_ref().take(at).filter(|row| !row.is_blank()).map(|row| (row.line, row.joined())).collect();
    let header = list.next().ok_or(NoTable::Empty)?;
    let width = header.filled();
    if width > MAX_COLUMNS {
        return Err(NoTable::TooManyColumns(width));
    }
    let mut table = Table {
        delimiter: DELIMITERS
            .iter()
            .find(|(byte, _)| *byte == delimiter)
            .map_or("an unusual character", |(_, name)| name),
        headings: headings(&header, width, list.as_slice()),
        header_line: header.line,
        above,
        rows: Vec::with_capacity(list.len()),
        unread: Vec::new(),
        empty_rows: 0,
        repeated_headers: Vec::new(),
        totals: Vec::new(),
        short_rows: 0,
    };
    for row in list {
        table.take(row, &header, delimiter);
    }
    table.unread.extend(unclosed.map(|(line, last)| {
        (line, format!("a quote that opens in this row is never closed, so nothing up to line {last} can be read"))
    }));
    Ok(table)
}

impl Table {
    fn take(&mut self, row: Row, header: &Row, delimiter: u8) {
        let width = self.headings.len();
        let cells = row.filled();
        if let Some(line) = row.stray_quote {
            let why = format!(
                "the quote in line {line} does not end a quoted cell: a quote above is not closed, or one inside the cell is not doubled"
            );
            self.unread.push((row.line, why));
        } else if cells == 0 {
            self.empty_rows += 1;
        } else if row.cells.iter().take(width).map(str::trim).eq(header.cells.iter().take(width).map(str::trim)) {
            self.repeated_headers.push(row.line);
        } else if row.is_total() {
            self.totals.push((row.line, row.joined()));
        } else if cells > width {
            let why = format!(
                "it has {cells} cells and the header {width}: a cell that contains the delimiter is not quoted"
            );
            self.unread.push((row.line, why));
        } else if row.cells.len() != header.cells.len() && row.swallows_rows(delimiter, width) {
            let why = "a cell contains what looks like whole rows: a quote is opened and not closed";
            self.unread.push((row.line, why.to_owned()));
        } else if cells == 1 && width >= 4 {
            let text = crate::text::shown(row.joined().as_str()).into_owned();
            self.unread.push((
                row.line,
                format!("only one of its {width} cells is filled, so it is not an exception: `{text}`"),
            ));
        } else {
            self.short_rows += usize::from(row.cells.len() < width);
            self.rows.push(row);
        }
    }
}

impl Row {
    fn is_blank(&self) -> bool {
        self.cells.iter().all(|cell| cell.trim().is_empty())
    }

    /// Returns how many cells there are up to the last one that is filled.
    fn filled(&self) -> usize {
        let last = self.cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()).last();
        last.map_or(0, |(at, _)| at + 1)
    }

    pub(super) fn joined(&self) -> String {
        let filled: Vec<&str> = self.cells.iter().map(str::trim).filter(|cell| !cell.is_empty()).take(8).collect();
        filled.join(" ")
    }

    /// Returns whether the first filled cell says that the others add something up, and each of those is a number.
    fn is_total(&self) -> bool {
        let is_number = |text: &str| text.chars().any(|c| c.is_ascii_digit()) && !text.chars().any(char::is_alphabetic);
        let mut filled = self.cells.iter().map(str::trim).filter(|cell| !cell.is_empty());
        let Some(first) = filled.next() else { return false };
        let plain = columns::plain(first);
        // `Summe: 61` and `Total (61)` count as two cells.
        let words = plain.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
        TOTALS.find(words).is_some() && filled.all(is_number)
    }

    fn swallows_rows(&self, delimiter: u8, width: usize) -> bool {
        let delimiters = |cell: &str| cell.bytes().filter(|byte| *byte == delimiter).count();
        self.cells.iter().any(|cell| cell.contains('\n') && delimiters(cell) + 1 >= width)
    }
}

/// Returns the delimiter that Excel's own first line names (`sep=;`), and that line's length.
fn separator_line(text: &str) -> Option<(u8, usize)> {
    let end = text.find('\n')?;
    let line = text[..end].trim_matches(['\r', '"', ' ']);
    let (key, value) = line.split_at_checked(4)?;
    let [delimiter] = value.as_bytes() else { return None };
    (key.eq_ignore_ascii_case("sep=") && delimiter.is_ascii()).then_some((*delimiter, end + 1))
}

/// Finds the delimiter: the one whose columns have the best known headings, otherwise the one that gives the most even
/// table.
fn delimiter(text: &str, wanted: &[String]) -> u8 {
    let mut end = text.len().min(SAMPLE);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let sample = &text[..end];
    let score = |delimiter: u8| {
        let Ok(Records { list, .. }) = records(sample, delimiter, 1) else { return (0, 0, 0) };
        let known = header(&list, wanted).map_or(0, |(_, score)| score);
        let widths: Vec<usize> = list.iter().map(|row| row.cells.len()).filter(|width| *width > 1).collect();
        let same = |width: &usize| widths.iter().filter(|other| *other == width).count();
        let common = widths.iter().max_by_key(|width| same(width)).copied().unwrap_or(0);
        (known, same(&common) * 100 / list.len().max(1), common)
    };
    let scored = DELIMITERS.iter().rev().map(|(delimiter, _)| (score(*delimiter), *delimiter));
    scored.max_by_key(|(score, _)| *score).map_or(b',', |(_, delimiter)| delimiter)
}

struct Records {
    list: Vec<Row>,
    /// The line of a row that a quote keeps open, and the last line of the file.
    unclosed: Option<(usize, usize)>,
}

/// Goes after the text: if it does not come out as a row of its own, a quote is still open.
const END: &str = "\u{2}end of the table\u{2}";

fn records(text: &str, delimiter: u8, first_line: usize) -> Result<Records, NoTable> {
    let ended = text.as_bytes().chain(b"\n".as_slice()).chain(END.as_bytes());
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(ended);
    let mut list = Vec::new();
    let mut lines = Lines { text, at: 0, line: first_line };
    let mut quotes = Quotes { text: text.as_bytes(), delimiter, at: 0, line: first_line };
    let mut cells = StringRecord::new();
    while reader.read_record(&mut cells).unwrap_or(false) {
        let at = cells.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or_default();
        let end = usize::try_from(reader.position().byte()).unwrap_or(text.len());
        let stray_quote = quotes.stray_before(end);
        list.push(Row { line: lines.of_row(at), stray_quote, cells: cells.clone() });
        if list.len() > MAX_ROWS + HEADER_ROWS {
            return Err(NoTable::TooManyRows);
        }
    }
    let last = list.pop();
    let unclosed = last.filter(|row| row.cells.iter().ne([END])).map(|row| (row.line, lines.last()));
    Ok(Records { list, unclosed })
}

/// Finds the closing quotes after which a text continues. A lenient reader accepts them as they are, and so loses the
/// rows between two quotes that belong to different texts.
struct Quotes<'t> {
    text: &'t [u8],
    delimiter: u8,
    at: usize,
    line: usize,
}

impl Quotes<'_> {
    /// Looks at the bytes up to `end`, where a row ends, and returns the line of the first such
    /// quote in them.
    fn stray_before(&mut self, end: usize) -> Option<usize> {
        let end = end.min(self.text.len());
        let (mut stray, mut quoted, mut fresh) = (None, false, true);
        while self.at < end {
            let byte = self.text[self.at];
            self.at += 1;
            self.line += usize::from(byte == b'\n');
            match (byte, quoted) {
                (b'"', true) if self.text.get(self.at) == Some(&b'"') => self.at += 1,
                (b'"', true) => {
                    quoted = false;
                    let next = self.text[self.at..].iter().find(|byte| **byte != b' ');
                    let ends = next.is_none_or(|next| matches!(next, b'\n' | b'\r') || *next == self.delimiter);
                    if !ends && stray.is_none() {
                        stray = Some(self.line);
                    }
                }
                (b'"', false) => quoted = fresh,
                _ => {}
            }
            fresh = !quoted && (byte == self.delimiter || byte == b'\n' || byte == b'\r');
        }
        stray
    }
}

/// Counts lines while going through a text.
struct Lines<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// Returns the line of the row that begins at a byte or after the line ends there.
    fn of_row(&mut self, byte: usize) -> usize {
        let blank = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let bytes = self.text.as_bytes();
        let skipped = bytes.get(byte..).unwrap_or_default().iter().take_while(|byte| blank(byte)).count();
        let start = (byte + skipped).clamp(self.at, bytes.len());
        self.line += bytes[self.at..start].iter().filter(|byte| **byte == b'\n').count();
        self.at = start;
        self.line
    }

    fn last(&self) -> usize {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.line + rest.trim_end().bytes().filter(|byte| *byte == b'\n').count()
    }
}

/// Finds the row with the best known headings, and how good it is: a heading that the user names counts for more than
/// any guess.
fn header(rows: &[Row], wanted: &[String]) -> Option<(usize, usize)> {
    // In a sheet with a single column one heading is all that there is.
    let widest =
        rows.iter().take(HEADER_ROWS).map(|row| row.cells.iter().filter(|cell| !cell.trim().is_empty()).count());
    let enough = widest.max().unwrap_or(0).clamp(1, 2);
    let score = |row: &Row| {
        let cells: Vec<String> = row.cells.iter().take(MAX_COLUMNS).map(str::to_owned).collect();
        let named = wanted.iter().filter(|name| cells.iter().any(|cell| is_called(cell, name))).count();
        let known = columns::known(&cells);
        if known < enough && named == 0 { 0 } else { known + named * MAX_COLUMNS }
    };
    let scored = rows.iter().take(HEADER_ROWS).enumerate().map(|(at, row)| (at, score(row)));
    scored.rev().max_by_key(|(_, score)| *score)
}

/// Returns whether a heading is the one that the user names.
#[must_use]
pub(super) fn is_called(heading: &str, name: &str) -> bool {
    let folded = columns::plain(name);
    heading.trim() == name.trim() || (!folded.is_empty() && columns::plain(heading) == folded)
}

/// Names each column once. A column without a heading and without a cell is still counted, so that the others keep
/// their positions.
fn headings(header: &Row, width: usize, rows: &[Row]) -> Vec<String> {
    let widest = rows.iter().take(HEADER_ROWS).map(|row| row.cells.len()).max().unwrap_or(0);
    let width = width.max(widest.min(header.cells.len()));
    let mut headings: Vec<String> = Vec::with_capacity(width);
    for at in 0..width {
        let words: Vec<&str> = header.cells.get(at).unwrap_or_default().split_whitespace().collect();
        let name = if words.is_empty() { format!("column {}", at + 1) } else { words.join(" ") };
        let mut unique = name.clone();
        let mut count = 1;
        while headings.contains(&unique) {
            count += 1;
            unique = format!("{name} ({count})");
        }
        headings.push(unique);
    }
    headings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        read(text.to_owned(), &[]).unwrap()
    }

    #[test]
    fn each_delimiter_is_found_even_where_texts_hold_the_others() {
        for delimiter in [",", ";", "\t", "|"] {
            let text = ["Title", "Reason", "Owner"].join(delimiter)
                + "\n"
                + &["\"a, b; c\"", "\"one, two; three | four\"", "x"].join(delimiter)
                + "\n";
            let table = table(&text);
            assert_eq!(table.headings, ["Title", "Reason", "Owner"], "{delimiter:?}");
            assert_eq!(table.rows[0].cell(1), "one, two; three | four");
        }
        let named = table("sep=|\nTitle|Owner\na,b|c\n");
        assert_eq!((named.rows[0].cell(0), named.rows[0].line), ("a,b", 3));
    }

    #[test]
    fn lines_count_through_quoted_ones_empty_ones_and_a_title() {
        let table =
            table("Register of exceptions;;\r\n\r\nTitle;Reason;Owner\r\n\"a\nb\";c;d\r\n\r\n;;\r\ne;f;g\r\nh;i\r\n");
        assert_eq!(table.above, [(1, "Register of exceptions".to_owned())]);
        assert_eq!(table.header_line, 3);
        assert_eq!(table.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [4, 8, 9]);
        assert_eq!((table.empty_rows, table.short_rows, table.rows[2].cell(2)), (1, 1, ""));
    }

    #[test]
    fn rows_that_cannot_be_read_are_named_and_the_others_are_kept() {
        let table = table(
            "Title,Reason,Owner,Status\na,b,c,Open\nd,e, f,g,Open\nTotal: 2,,,\nTitle,Reason,Owner,Status\nh,i,j,Open\n\"k,l\nm,n,o,Open\n",
        );
        assert_eq!(table.rows.iter().map(|row| row.cell(0)).collect::<Vec<_>>(), ["a", "h"]);
        assert_eq!(table.repeated_headers, [5]);
        let lines: Vec<usize> = table.unread.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [3, 7], "{:?}", table.unread);
        assert_eq!(table.totals, [(4, "Total: 2".to_owned())]);
        assert!(table.unread[1].1.contains("to line 8"), "{:?}", table.unread);
    }

    #[test]
    fn a_quote_that_swallows_rows_is_seen() {
        let table = table("Title,Reason,Owner,Status\na,\"b,c,Open\nd,e,f,Open\ng,\"h,i,Open\nj,k,l,Open\n");
        assert_eq!(table.unread[0].0, 2, "{table:?}");
        assert_eq!(table.rows.last().map(|row| row.cell(0)), Some("j"));
    }

    #[test]
    fn headings_are_unique_and_bounded() {
        let headings = table("Title,Owner,Owner,,Reason\na,b,c,d,e\n").headings;
        assert_eq!(headings, ["Title", "Owner", "Owner (2)", "column 4", "Reason"]);
        let wide = format!("Title,Owner,{}\n", "x,".repeat(1_000_000));
        assert_eq!(read(wide, &[]).unwrap_err(), NoTable::TooManyColumns(1_000_002));
        let ragged = table(&format!("Title,Owner,Reason\na,{}\nb,c,d\n", "x,".repeat(1_000_000)));
        assert_eq!((ragged.unread.len(), ragged.rows.len()), (1, 1));
    }

    #[test]
    fn what_is_not_a_table_is_refused() {
        assert_eq!(read(" \n\n".to_owned(), &[]).unwrap_err(), NoTable::Empty);
        let first = NoTable::NoHeader(vec!["a".into(), "b".into()]);
        assert_eq!(read("a,b\nc,d\n".to_owned(), &[]).unwrap_err(), first);
        let named = read("a,b\nc,d\n".to_owned(), &["b".to_owned()]).unwrap();
        assert_eq!(named.headings, ["a", "b"]);
        let apple = table("Title;Owner\ra;b\rc;d\r");
        assert_eq!(apple.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3]);
    }
}
