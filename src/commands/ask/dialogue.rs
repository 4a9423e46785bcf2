//! Questions one after another, with a way back to the one before.
//!
//! The caller starts again from the beginning after each step back, and gets the answers that were given until then
//! without a question. So what is asked may follow from earlier answers, and nothing but the answers is remembered.

use std::cell::{Cell, RefCell};
use std::io::Write;

use super::{Choice, Pick, Question, Reply, Terminal, pick};
use crate::commands::World;
use crate::error::Error;

/// The questions, and the answers so far.
pub(in crate::commands) struct Dialogue {
    terminal: Terminal,
    /// What is said before the first question; empty once it is.
    purpose: RefCell<String>,
    answers: RefCell<Vec<String>>,
    /// How many of them were handed out in this run.
    used: Cell<usize>,
    /// What stands in the line of the question that somebody went back to.
    standing: RefCell<String>,
}

impl Dialogue {
    /// Takes the terminal over until it is dropped. Before the first question it says what the questions are for, and
    /// which keys do more than to type.
    pub(in crate::commands) fn new(world: &World, purpose: impl Into<String>) -> Self {
        let purpose = RefCell::new(purpose.into());
        let (answers, used, standing) = (RefCell::default(), Cell::new(0), RefCell::default());
        Self { terminal: Terminal::new(world), purpose, answers, used, standing }
    }

    /// Runs through questions until they are answered; after a step back once more.
    ///
    /// # Errors
    ///
    /// Those of `ask`, except that somebody went back.
    pub(in crate::commands) fn run<T>(&self, mut ask: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
        loop {
            self.used.set(0);
            match ask() {
                Err(Error::Back) => {
                    let last = self.answers.borrow_mut().pop();
                    *self.standing.borrow_mut() = last.unwrap_or_default();
                }
                done => return done,
            }
        }
    }

    /// Asks until the answer is good; `check` returns what is wrong with one.
    ///
    /// # Errors
    ///
    /// If the question is left or somebody went back, or the terminal fails.
    pub(in crate::commands) fn line(
        &self,
        question: Question,
        check: &dyn Fn(&str) -> Option<String>,
        out: &mut dyn Write,
    ) -> Result<String, Error> {
        let at = self.used.get();
        if let Some(answer) = self.answers.borrow().get(at) {
            self.used.set(at + 1);
            return Ok(answer.clone());
        }
        let question = Question { back: at > 0, ..question };
        let purpose = std::mem::take(&mut *self.purpose.borrow_mut());
        if !purpose.is_empty() {
            let words = format!("{purpose} {}", self.terminal.keys());
            writeln!(out, "{}", self.terminal.wrap(&words, ""))?;
        }
        let mut standing = std::mem::take(&mut *self.standing.borrow_mut());
        self.terminal.show(&question, out)?;
        loop {
            standing = match self.terminal.read(&question, &standing, out)? {
                Reply::Answer(text) if text.is_empty() => question.default.clone(),
                Reply::Answer(text) => text,
                Reply::Back(_) => return Err(Error::Back),
                Reply::Left(text) => {
                    *self.standing.borrow_mut() = text;
                    return Err(Error::Left);
                }
            };
            match check(&standing) {
                None => break,
                Some(why) => self.terminal.refuse(&why, out)?,
            }
        }
        self.answers.borrow_mut().push(standing.clone());
        self.used.set(at + 1);
        Ok(standing)
    }

    /// Asks to choose one of several; an empty line is the one at `usual`. Returns the index of the choice.
    ///
    /// # Errors
    ///
    /// Those of [`Dialogue::line`].
    pub(in crate::commands) fn choose(
        &self,
        ask: &str,
        help: &str,
        choices: &[Choice],
        usual: usize,
        out: &mut dyn Write,
    ) -> Result<usize, Error> {
        let (question, check) = super::to_choose(ask, help, choices, usual);
        let typed = self.line(question, &check, out)?;
        match pick(&typed, choices) {
            Pick::One(chosen) => Ok(choices.iter().position(|choice| choice == chosen).unwrap_or(usual)),
            Pick::Several(_) | Pick::None => Ok(usual),
        }
    }

    /// Returns which keys do more than to type.
    pub(in crate::commands) fn keys(&self) -> &'static str {
        self.terminal.keys()
    }

    /// Says behind a help what the tab key does, where it does something.
    pub(in crate::commands) fn tab(&self) -> &'static str {
        self.terminal.tab()
    }

    /// Returns what was typed into the question that was left.
    pub(in crate::commands) fn begun(&self) -> String {
        self.standing.borrow().clone()
    }
}
