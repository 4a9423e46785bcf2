//! A line with the keys of a shell: the only module that knows the line editor.

use std::io::{ErrorKind, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustyline::completion::{Completer, Pair};
use rustyline::config::BellStyle;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{
    Cmd, ColorMode, CompletionType, ConditionalEventHandler, Config, Context, Editor, Event, EventContext,
    EventHandler, Helper, KeyCode, KeyEvent, RepeatCount,
};

use super::{Choice, NOT_UTF8, Question, Typed, near};
use crate::error::Error;
use crate::output::escape;

/// How long an escape sequence may take to arrive, in milliseconds, as in readline.
const SEQUENCE: u16 = 500;

/// Reads a line in which a text stands already.
///
/// # Errors
///
/// If the terminal fails.
pub(super) fn read(question: &Question, standing: &str, out: &mut dyn Write) -> Result<Typed, Error> {
    let mut standing = standing.to_owned();
    loop {
        let line = Mutex::new(standing);
        match read_line(question, &line) {
            // What stood in the line stays there, without the byte.
            Err(ReadlineError::Io(error)) if error.kind() == ErrorKind::InvalidData => {
                writeln!(out, "\n  {NOT_UTF8}")?;
                standing = line.into_inner().unwrap_or_else(PoisonError::into_inner);
            }
            read => return read.map_err(|error| Error::Terminal(error.to_string())),
        }
    }
}

/// Reads a line in which a text stands already, and keeps there what stands in it.
fn read_line(question: &Question, line: &Mutex<String>) -> rustyline::Result<Typed> {
    let standing = line.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let config = Config::builder()
        .auto_add_history(false)
        .bell_style(BellStyle::None)
        .color_mode(ColorMode::Disabled)
        .completion_type(CompletionType::List)
        .completion_show_all_if_ambiguous(true)
        .keyseq_timeout(Some(SEQUENCE))
        .build();
    // An editor for each line: whatever one has read ahead goes with it.
    let mut editor: Editor<Choices<'_>, DefaultHistory> = Editor::with_config(config)?;
    editor.set_helper(Some(Choices { question, line }));
    let keys = Keys::default();
    let handler = || EventHandler::Conditional(Box::new(keys.clone()));
    editor.bind_sequence(Event::Any, handler());
    editor.bind_sequence(Event::KeySeq(vec![KeyEvent::ctrl('X'), KeyEvent::ctrl('E')]), handler());
    let read = editor.readline_with_initial("> ", (&standing, ""));
    let Seen { wish, line, .. } = std::mem::take(&mut *keys.seen());
    match (read, wish) {
        (Ok(line), _) => Ok(Typed::Line(line)),
        (Err(ReadlineError::Interrupted), Some(Wish::Back)) => Ok(Typed::Back(line)),
        (Err(ReadlineError::Interrupted), Some(Wish::Compose)) => Ok(Typed::Compose(line)),
        (Err(ReadlineError::Interrupted | ReadlineError::Eof), _) => Ok(Typed::Left(line)),
        (Err(error), _) => Err(error),
    }
}

/// What a key asks for beyond the line.
#[derive(Clone, Copy)]
enum Wish {
    Back,
    Compose,
    Leave,
}

/// What the keys of a line have asked for.
#[derive(Default)]
struct Seen {
    /// Whether a paste has begun and not ended.
    pasting: bool,
    wish: Option<Wish>,
    /// What stood in the line then.
    line: String,
}

/// The keys that mean more here than in a shell, and the text that a terminal marks as pasted.
#[derive(Clone, Default)]
struct Keys(Arc<Mutex<Seen>>);

impl Keys {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConditionalEventHandler for Keys {
    fn handle(&self, event: &Event, _: RepeatCount, _: bool, context: &EventContext<'_>) -> Option<Cmd> {
        let Event::KeySeq(keys) = event else { return None };
        let mut seen = self.seen();
        let wish = match keys.as_slice() {
            [key] if *key == KeyEvent::ctrl('C') => Wish::Leave,
            [KeyEvent(KeyCode::BracketedPasteStart, _)] => {
                seen.pasting = true;
                return Some(Cmd::Noop);
            }
            [KeyEvent(KeyCode::BracketedPasteEnd, _)] => {
                seen.pasting = false;
                return Some(Cmd::Noop);
            }
            [key] if seen.pasting => return pasted(key, context),
            [KeyEvent(KeyCode::BackTab, _)] => Wish::Back,
            [_, key] if *key == KeyEvent::ctrl('E') => Wish::Compose,
            _ => return None,
        };
        seen.wish = Some(wish);
        context.line().clone_into(&mut seen.line);
        Some(Cmd::Interrupt)
    }
}

/// Says what a pasted key does: line ends and tabs become spaces, at most one in a row, and whatever else is no
/// character does nothing.
fn pasted(key: &KeyEvent, context: &EventContext<'_>) -> Option<Cmd> {
    let is_blank = match key {
        KeyEvent(KeyCode::Enter | KeyCode::Tab, _) => true,
        KeyEvent(KeyCode::Char('J' | 'M' | 'I'), modifiers) if !modifiers.is_empty() => true,
        KeyEvent(KeyCode::Char(c), modifiers) if modifiers.is_empty() && !c.is_control() => c.is_whitespace(),
        _ => return Some(Cmd::Noop),
    };
    let before = context.line().get(..context.pos()).unwrap_or_default();
    match is_blank {
        true if before.is_empty() || before.ends_with(' ') => Some(Cmd::Noop),
        true => Some(Cmd::Insert(1, " ".to_owned())),
        false => None,
    }
}

/// What the tab key knows.
struct Choices<'q> {
    question: &'q Question,
    /// What stands in the line.
    line: &'q Mutex<String>,
}

impl Completer for Choices<'_> {
    type Candidate = Pair;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let typed = line.get(..at).unwrap_or_default();
        let start = if self.question.several { typed.rfind([' ', ',']).map_or(0, |at| at + 1) } else { 0 };
        // What would be displayed differently from what it is cannot be offered.
        let harmless = |choice: &&Choice| escape::line(&choice.value) == choice.value;
        let found = near(typed.get(start..).unwrap_or_default(), &self.question.choices).filter(harmless);
        let pair = |choice: &Choice| Pair { display: choice.value.clone(), replacement: choice.value.clone() };
        Ok((start, found.map(pair).collect()))
    }
}

impl Hinter for Choices<'_> {
    type Hint = String;

    /// Sees the line each time that it changes.
    fn hint(&self, line: &str, _: usize, _: &Context<'_>) -> Option<String> {
        line.clone_into(&mut self.line.lock().unwrap_or_else(PoisonError::into_inner));
        None
    }
}

impl Highlighter for Choices<'_> {}

impl Validator for Choices<'_> {}

impl Helper for Choices<'_> {}
