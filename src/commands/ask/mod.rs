//! Asks somebody in a terminal, one line at a time.
//!
//! Whatever a register or a roster contains is escaped before it is shown, an answer is one line of text
//! whatever was pasted, and what was typed before a question was there is not its answer. A terminal
//! that cannot move its cursor is read line by line, by the same questions.

mod compose;
mod dialogue;
mod keys;
mod plain;
mod tty;

use std::io::Write;

use crate::commands::World;
use crate::error::Error;
use crate::output::{Look, NARROWEST, escape, wrap};

pub(super) use dialogue::Dialogue;
use tty::Held;

/// Leads back where no key does.
const BACK: &str = "<";

/// Opens the editor where no key does.
const COMPOSE: &str = "e";

/// What is said of bytes that are no text.
const NOT_UTF8: &str = "that was not UTF-8, and is left out: set the terminal to UTF-8, or use other characters";

/// Somebody who can be asked.
#[derive(Debug)]
pub(super) struct Terminal {
    look: Look,
    /// Whether it can only show lines one below the other.
    plain: bool,
    /// The command of the editor that its user likes.
    editor: String,
    held: Held,
}

/// A question.
#[derive(Clone, Debug, Default)]
pub(super) struct Question {
    /// How far things have come, such as `3 of 11`.
    pub(super) progress: String,
    /// The question.
    pub(super) ask: String,
    /// What an answer looks like.
    pub(super) help: String,
    /// The answer that an empty line gives; none where empty.
    pub(super) default: String,
    /// Answers to choose from.
    pub(super) choices: Vec<Choice>,
    /// How many of them, from the first, are shown with the question.
    pub(super) listed: usize,
    /// Whether several of them may be given.
    pub(super) several: bool,
    /// Whether the answer is prose, for which an editor is better than a line.
    pub(super) prose: bool,
    /// Whether there is a question before it.
    pub(super) back: bool,
}

/// What came of a question. Each holds what stood in the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// It was answered.
    Answer(String),
    /// The question before it is wanted.
    Back(String),
    /// The questions are left.
    Left(String),
}

/// What a line was ended with, and what stood in it.
enum Typed {
    Line(String),
    Back(String),
    Compose(String),
    Left(String),
}

/// An answer to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// The answer.
    pub(super) value: String,
    /// Its explanation.
    pub(super) about: String,
}

impl Choice {
    /// Creates a choice that needs no explanation.
    pub(super) fn plain(value: impl Into<String>) -> Self {
        Self { value: value.into(), about: String::new() }
    }
}

/// What a typed text means among choices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pick<'c> {
    /// One of them.
    One(&'c Choice),
    /// Several of them alike.
    Several(Vec<&'c Choice>),
    /// None of them.
    None,
}

/// Finds the choice that is typed: the whole of it, its first letters, or any part of it or of what
/// explains it.
pub(super) fn pick<'c>(typed: &str, choices: &'c [Choice]) -> Pick<'c> {
    let typed = typed.to_lowercase();
    let fits = |how: fn(&str, &str) -> bool| -> Vec<&'c Choice> {
        choices.iter().filter(|choice| how(&choice.value.to_lowercase(), &typed)).collect()
    };
    let mut found = fits(|value, typed| value == typed || value.split(' ').next() == Some(typed));
    if found.is_empty() {
        found = fits(|value, typed| value.starts_with(typed));
    }
    if found.is_empty() {
        found = near(&typed, choices).collect();
    }
    match found.as_slice() {
        [] => Pick::None,
        [one] => Pick::One(one),
        _ => Pick::Several(found),
    }
}

/// Returns the choices that hold what is typed, in what they say or in what explains them.
fn near<'c>(typed: &str, choices: &'c [Choice]) -> impl Iterator<Item = &'c Choice> {
    let typed = typed.to_lowercase();
    let holds = move |text: &str| text.to_lowercase().contains(&typed);
    choices.iter().filter(move |choice| holds(&choice.value) || holds(&choice.about))
}

/// So many choices are explained in full, over several lines if need be.
const WHOLE: usize = 6;

impl Terminal {
    /// Takes the terminal over until the questions end.
    pub(super) fn new(world: &World) -> Self {
        let held = Held::take(world.plain);
        Self { look: world.look(), plain: world.plain, editor: world.editor.clone(), held }
    }

    /// Returns the number of its columns.
    pub(super) fn width(&self) -> usize {
        self.look.width
    }

    /// Tells which keys do more than to type.
    pub(super) fn keys(&self) -> &'static str {
        match self.plain {
            true => "`<` goes back, `e` opens your editor, Ctrl-C quits: nothing is written, and no answer is lost.",
            false => {
                "Shift-Tab goes back, Ctrl-X Ctrl-E opens your editor, tab completes, Ctrl-C quits: nothing is \
                 written, and no answer is lost."
            }
        }
    }

    /// Says behind a help what the tab key does, where it does something.
    pub(super) fn tab(&self) -> &'static str {
        if self.plain { "" } else { "; tab lists the matches" }
    }

    /// Shows a question; what was typed until then is dropped.
    ///
    /// # Errors
    ///
    /// If the terminal fails.
    pub(super) fn show(&self, question: &Question, out: &mut dyn Write) -> Result<(), Error> {
        tty::forget_typed();
        writeln!(out, "\n{}", self.head(question))?;
        for paragraph in question.help.lines() {
            writeln!(out, "  {}", self.wrap(paragraph, "  "))?;
        }
        let listed = &question.choices[..question.listed.min(question.choices.len())];
        let widest = listed.iter().map(|choice| choice.value.chars().count()).max().unwrap_or_default();
        for Choice { value, about } in listed {
            let (value, about) = (escape::line(value), escape::line(about));
            let gap = " ".repeat(if about.is_empty() { 0 } else { (widest + 2).saturating_sub(value.chars().count()) });
            let room = self.look.width.saturating_sub(widest + 7);
            // A long list stays a line each; of a short one all that is said can be read.
            if listed.len() <= WHOLE && !about.is_empty() && room >= NARROWEST {
                let indent = " ".repeat(widest + 6);
                let about = wrap(&about, "", room).replace('\n', &format!("\n{indent}"));
                writeln!(out, "    {value}{gap}{about}")?;
            } else {
                writeln!(out, "    {}", self.fit(&format!("{value}{gap}{about}"), 4))?;
            }
        }
        out.flush()?;
        Ok(())
    }

    /// Returns the line of the question itself, with the way back at its end.
    fn head(&self, question: &Question) -> String {
        let progress = if question.progress.is_empty() { String::new() } else { question.progress.clone() + "  " };
        let default = match question.default.as_str() {
            "" => String::new(),
            default => format!(" ({})", escape::line(default)),
        };
        let ask = format!("{}{default}", escape::line(&question.ask));
        let back = match (question.back, self.plain) {
            (false, _) => "",
            (true, true) => "< goes back",
            (true, false) => "Shift-Tab: back",
        };
        let used = progress.chars().count() + ask.chars().count();
        let room = self.look.width.saturating_sub(used + back.len() + 1);
        let gap = if room < 2 { "\n  ".to_owned() } else { " ".repeat(room) };
        let (ask, back) = (self.bold(&ask), self.dim(back));
        if question.back {
            format!("{}{ask}{gap}{back}", self.dim(&progress))
        } else {
            format!("{}{ask}", self.dim(&progress))
        }
    }

    /// Reads an answer to a question that is shown; `standing` is in the line already.
    ///
    /// # Errors
    ///
    /// If the terminal or the editor fails.
    pub(super) fn read(&self, question: &Question, standing: &str, out: &mut dyn Write) -> Result<Reply, Error> {
        // What would be displayed differently from what it is cannot be in a line.
        let mut standing = if visible(standing) == standing { standing.to_owned() } else { String::new() };
        loop {
            out.flush()?;
            let typed = match self.plain {
                true => plain::read(&standing, out)?,
                false => keys::read(question, &standing, out)?,
            };
            let text = match typed {
                Typed::Line(text) => match tidy(&text) {
                    text if text == BACK && question.back => return Ok(Reply::Back(String::new())),
                    text if text == COMPOSE && question.prose => standing.clone(),
                    text => return Ok(Reply::Answer(text)),
                },
                Typed::Back(text) if question.back => return Ok(Reply::Back(tidy(&text))),
                Typed::Left(text) => return Ok(Reply::Left(tidy(&text))),
                Typed::Compose(text) if question.prose => tidy(&text),
                Typed::Back(text) | Typed::Compose(text) => {
                    standing = tidy(&text);
                    continue;
                }
            };
            standing = match self.held.lend(|| compose::compose(&self.editor, &text, &question.ask, &question.help)) {
                Ok(written) => {
                    let written = tidy(&written);
                    let seen = visible(&written);
                    if seen != written {
                        self.refuse("invisible characters were removed", out)?;
                    }
                    seen
                }
                Err(why) => {
                    self.refuse(&format!("`{}` did not write an answer: {why}", self.editor), out)?;
                    text
                }
            };
        }
    }

    /// Asks a question until its answer is good; `check` returns what is wrong with one.
    ///
    /// # Errors
    ///
    /// If the question is left, or the terminal fails.
    pub(super) fn line(
        &self,
        question: &Question,
        check: &dyn Fn(&str) -> Option<String>,
        out: &mut dyn Write,
    ) -> Result<String, Error> {
        self.show(question, out)?;
        let mut standing = String::new();
        loop {
            standing = match self.read(question, &standing, out)? {
                Reply::Answer(text) if text.is_empty() => question.default.clone(),
                Reply::Answer(text) | Reply::Back(text) => text,
                Reply::Left(_) => return Err(Error::Left),
            };
            match check(&standing) {
                None => return Ok(standing),
                Some(why) => self.refuse(&why, out)?,
            }
        }
    }

    /// Asks to choose one of several; an empty line is the one at `usual`. Returns the index of the choice.
    ///
    /// # Errors
    ///
    /// If the question is left, or the terminal fails.
    pub(super) fn choose(
        &self,
        ask: &str,
        help: &str,
        choices: &[Choice],
        usual: usize,
        out: &mut dyn Write,
    ) -> Result<usize, Error> {
        let (question, check) = to_choose(ask, help, choices, usual);
        let typed = self.line(&question, &check, out)?;
        match pick(&typed, choices) {
            Pick::One(chosen) => Ok(choices.iter().position(|choice| choice == chosen).unwrap_or(usual)),
            Pick::Several(_) | Pick::None => Ok(usual),
        }
    }

    /// Says what is wrong with an answer; what was typed meanwhile is dropped.
    ///
    /// # Errors
    ///
    /// If the terminal fails.
    pub(super) fn refuse(&self, why: &str, out: &mut dyn Write) -> Result<(), Error> {
        tty::forget_typed();
        writeln!(out, "{} {}", self.red("!"), self.wrap(why, "  "))?;
        out.flush()?;
        Ok(())
    }

    /// Breaks a text between words, so that no line is wider than the terminal; each line after the
    /// first begins with `indent`.
    pub(super) fn wrap(&self, text: &str, indent: &str) -> String {
        // Two columns for what stands in front, and one that stays free.
        wrap(text, indent, self.look.width.saturating_sub(3))
    }

    /// Cuts a text to what fits behind so many columns.
    pub(super) fn fit(&self, text: &str, behind: usize) -> String {
        let width = self.look.width.saturating_sub(behind + 1);
        if text.chars().count() <= width {
            return text.to_owned();
        }
        let end = if self.look.unicode { "…" } else { "..." };
        text.chars().take(width.saturating_sub(end.chars().count())).collect::<String>().trim_end().to_owned() + end
    }

    /// Sets a text off as a question.
    pub(super) fn bold(&self, text: &str) -> String {
        self.styled(text, "1")
    }

    /// Sets a text back as an aside.
    pub(super) fn dim(&self, text: &str) -> String {
        self.styled(text, "2")
    }

    /// Sets a text off as an error.
    pub(super) fn red(&self, text: &str) -> String {
        self.styled(text, "31")
    }

    fn styled(&self, text: &str, code: &str) -> String {
        if self.look.color && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Makes the question which one of several it is, with what is wrong with an answer to it.
fn to_choose(ask: &str, help: &str, choices: &[Choice], usual: usize) -> (Question, impl Fn(&str) -> Option<String>) {
    let question = Question {
        ask: ask.to_owned(),
        help: help.to_owned(),
        default: choices.get(usual).map(|choice| choice.value.clone()).unwrap_or_default(),
        choices: choices.to_vec(),
        listed: choices.len(),
        ..Question::default()
    };
    let check = move |typed: &str| match pick(typed, choices) {
        Pick::One(_) => None,
        Pick::Several(found) => Some(format!("ambiguous: {} match; type more", found.len())),
        Pick::None => Some("that is not one of the choices".to_owned()),
    };
    (question, check)
}

/// Turns an answer into one line: what was pasted may contain line ends and control characters.
pub(super) fn tidy(text: &str) -> String {
    let blank = |c: char| c.is_whitespace() || c.is_control();
    text.split(blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns a text without what a line would show as something else, such as a byte order mark.
fn visible(text: &str) -> String {
    let is_shown = |c: &char| {
        let alone = c.to_string();
        escape::line(&alone) == alone
    };
    text.chars().filter(is_shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrow() -> Terminal {
        let look = Look { width: 30, ..Look::default() };
        Terminal { look, plain: false, editor: String::new(), held: Held::default() }
    }

    #[test]
    fn a_text_is_broken_between_words_and_made_harmless() {
        let text = "one sentence, and then another one\nsuch as: \u{1b}[2J";
        assert_eq!(narrow().wrap(text, "  "), "one sentence, and then\n  another one\n  such as: \\u{1b}[2J");
        assert_eq!(narrow().wrap("", " "), "");
    }

    #[test]
    fn an_answer_is_one_line_whatever_was_pasted() {
        assert_eq!(tidy("  two\r\nlines\tand\u{1b}[2J \u{7}bell "), "two lines and [2J bell");
    }

    #[test]
    fn a_long_choice_is_cut_to_the_width() {
        assert_eq!(narrow().fit("customers, personal data or the business are harmed", 6), "customers, personal da…");
    }

    #[test]
    fn the_way_back_never_makes_a_line_too_wide() {
        let question = |ask: &str| Question {
            progress: "3 of 11".to_owned(),
            ask: ask.to_owned(),
            back: true,
            ..Question::default()
        };
        assert_eq!(narrow().head(&question("Why?")), "3 of 11  Why?\n  Shift-Tab: back");
        assert_eq!(narrow().head(&question("Why now?")), "3 of 11  Why now?\n  Shift-Tab: back");
        let hostile = Question { default: "\u{1b}[2J".to_owned(), ..question("Who?") };
        assert!(!narrow().head(&hostile).contains('\u{1b}'));
    }

    #[test]
    fn what_is_typed_picks_the_whole_before_its_beginning_and_that_before_a_part() {
        let choices = ["low", "slow", "lower", "CRY-04 Young certificates"].map(Choice::plain);
        let one = |typed: &str| match pick(typed, &choices) {
            Pick::One(choice) => choice.value.clone(),
            Pick::Several(found) => found.len().to_string(),
            Pick::None => String::new(),
        };
        for (typed, found) in [
            ("LOW", "low"),
            ("lo", "2"),
            ("sl", "slow"),
            ("ow", "3"),
            ("cry-04", "CRY-04 Young certificates"),
            ("certif", "CRY-04 Young certificates"),
            ("high", ""),
        ] {
            assert_eq!(one(typed), found, "{typed}");
        }
    }
}
