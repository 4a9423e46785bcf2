//! Asks somebody in a terminal: the only module that knows the prompt library.
//!
//! Whatever a register or a roster contains is escaped before it is shown, and an answer is one line of text whatever
//! was pasted.

use inquire::autocompletion::Replacement;
use inquire::list_option::ListOption;
use inquire::ui::{Color, RenderConfig, Styled};
use inquire::validator::Validation;
use inquire::{Autocomplete, CustomUserError, InquireError, MultiSelect, Select, Text};

use crate::error::Error;
use crate::output::{Look, escape, wrap};

/// How many options are shown at once; the smallest terminal has 24 lines.
const PAGE: usize = 10;

/// Somebody who can be asked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terminal {
    /// How it is drawn.
    pub(super) look: Look,
}

/// A question that is answered by a line of text.
#[derive(Clone, Debug, Default)]
pub(super) struct Line<'q> {
    /// The question.
    pub(super) ask: &'q str,
    /// What an answer looks like.
    pub(super) help: &'q str,
    /// The answer that an empty line means; none if empty.
    pub(super) default: &'q str,
    /// What is in the line already.
    pub(super) initial: &'q str,
    /// Answers to choose from while typing.
    pub(super) suggestions: &'q [Choice],
    /// How many of them, from the first, are shown before anything is typed.
    pub(super) at_once: usize,
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

    fn shown(&self) -> String {
        let about = escape::line(&self.about);
        let gap = if about.is_empty() { "" } else { "  " };
        format!("{}{gap}{about}", escape::line(&self.value))
    }
}

impl Terminal {
    /// Asks for a line. `check` returns what is wrong with an answer, and the line is then asked for again, unchanged.
    ///
    /// # Errors
    ///
    /// If the question is cancelled, or the terminal fails.
    pub(super) fn line(&self, line: &Line<'_>, check: &dyn Fn(&str) -> Option<String>) -> Result<String, Error> {
        // An answer that would be displayed differently from what it is cannot be offered.
        let offered: Vec<(String, &str)> = line
            .suggestions
            .iter()
            .filter(|choice| is_harmless(&choice.value))
            .map(|choice| (self.fit(&choice.shown()), choice.value.as_str()))
            .collect();
        let answer = |typed: &str| {
            let chosen = offered.iter().find(|(shown, _)| shown == typed).map(|(_, value)| (*value).to_owned());
            chosen.unwrap_or_else(|| tidy(typed))
        };
        let validate = |typed: &str| -> Result<Validation, CustomUserError> {
            Ok(match check(&answer(typed)) {
                Some(why) => Validation::Invalid(self.wrap(&why, "  ").into()),
                None => Validation::Valid,
            })
        };
        let show = |typed: &str| escape::line(&answer(typed)).into_owned();
        let (ask, help) = (escape::line(line.ask), self.wrap(line.help, " "));
        let mut prompt = Text::new(&ask).with_render_config(self.colors()).with_page_size(PAGE - 3);
        prompt = prompt.with_validator(validate).with_formatter(&show);
        if !help.is_empty() {
            prompt = prompt.with_help_message(&help);
        }
        if !offered.is_empty() {
            prompt = prompt.with_autocomplete(Suggester { offered: &offered, at_once: line.at_once });
        }
        if !line.default.is_empty() && is_harmless(line.default) {
            prompt = prompt.with_default(line.default);
        }
        if !line.initial.is_empty() && is_harmless(line.initial) {
            prompt = prompt.with_initial_value(line.initial);
        }
        let typed = prompt.prompt().map_err(left)?;
        Ok(answer(&typed))
    }

    /// Asks to choose one, beginning at `start`; returns its index.
    ///
    /// # Errors
    ///
    /// If the question is cancelled, or the terminal fails.
    pub(super) fn choose(&self, ask: &str, help: &str, choices: &[Choice], start: usize) -> Result<usize, Error> {
        let shown: Vec<String> = choices.iter().map(|choice| self.fit(&choice.shown())).collect();
        let (ask, help) = (escape::line(ask), self.wrap(help, " "));
        let value = |at: usize| choices.get(at).map_or("", |choice| choice.value.as_str());
        let beside = Self { look: Look { width: self.look.width.saturating_sub(ask.chars().count()), ..self.look } };
        let format = |option: ListOption<&String>| beside.fit(&escape::line(value(option.index)));
        let mut prompt = Select::new(&ask, shown).with_render_config(self.colors()).with_page_size(PAGE);
        prompt = prompt.with_starting_cursor(start.min(choices.len().saturating_sub(1))).with_formatter(&format);
        if !help.is_empty() {
            prompt = prompt.with_help_message(&help);
        }
        Ok(prompt.raw_prompt().map_err(left)?.index)
    }

    /// Asks to mark any number of choices, some of them marked already; returns their indices.
    ///
    /// # Errors
    ///
    /// If the question is cancelled, or the terminal fails.
    pub(super) fn mark(
        &self,
        ask: &str,
        help: &str,
        choices: &[Choice],
        marked: &[usize],
    ) -> Result<Vec<usize>, Error> {
        let shown: Vec<String> = choices.iter().map(|choice| self.fit(&choice.shown())).collect();
        let (ask, help) = (escape::line(ask), self.wrap(help, " "));
        let format = |options: &[ListOption<&String>]| {
            let names: Vec<&str> =
                options.iter().filter_map(|it| choices.get(it.index)).map(|it| it.value.as_str()).collect();
            if names.is_empty() { "none".to_owned() } else { names.join(", ") }
        };
        let mut prompt = MultiSelect::new(&ask, shown).with_render_config(self.colors()).with_page_size(PAGE);
        prompt = prompt.with_default(marked).with_formatter(&format);
        if !help.is_empty() {
            prompt = prompt.with_help_message(&help);
        }
        Ok(prompt.raw_prompt().map_err(left)?.into_iter().map(|option| option.index).collect())
    }

    /// Breaks a text between words, so that no line is wider than the terminal; each line after the
    /// first begins with `indent`.
    pub(super) fn wrap(&self, text: &str, indent: &str) -> String {
        // Two columns for what the prompt puts around it, and one that stays free.
        wrap(text, indent, self.look.width.saturating_sub(3))
    }

    /// Cuts a text to what fits after a mark of six columns.
    fn fit(&self, text: &str) -> String {
        let width = self.look.width.saturating_sub(7);
        if text.chars().count() <= width {
            return text.to_owned();
        }
        let end = if self.look.unicode { "…" } else { "..." };
        text.chars().take(width.saturating_sub(end.len())).collect::<String>().trim_end().to_owned() + end
    }

    fn colors(&self) -> RenderConfig<'static> {
        let mut config = if self.look.color { RenderConfig::default_colored() } else { RenderConfig::empty() };
        let prefix = Styled::new("!");
        let prefix = if self.look.color { prefix.with_fg(Color::LightRed) } else { prefix };
        config.error_message = config.error_message.with_prefix(prefix);
        config
    }
}

/// The answers that fit what is typed.
#[derive(Clone)]
struct Suggester<'s> {
    /// Each as it is shown, with the answer itself.
    offered: &'s [(String, &'s str)],
    at_once: usize,
}

impl Suggester<'_> {
    fn near(&self, typed: &str) -> impl Iterator<Item = &(String, &str)> {
        let most = if typed.is_empty() { self.at_once } else { usize::MAX };
        let typed = typed.to_lowercase();
        self.offered.iter().filter(move |(shown, _)| shown.to_lowercase().contains(&typed)).take(most)
    }
}

impl Autocomplete for Suggester<'_> {
    fn get_suggestions(&mut self, typed: &str) -> Result<Vec<String>, CustomUserError> {
        Ok(self.near(typed).map(|(shown, _)| shown.clone()).collect())
    }

    fn get_completion(&mut self, typed: &str, chosen: Option<String>) -> Result<Replacement, CustomUserError> {
        let chosen = chosen.and_then(|chosen| self.offered.iter().find(|(shown, _)| *shown == chosen));
        Ok(chosen.or_else(|| self.near(typed).next()).map(|(_, value)| (*value).to_owned()))
    }
}

/// Turns an answer into one line: what was pasted may contain line ends and control characters.
pub(super) fn tidy(text: &str) -> String {
    let blank = |c: char| c.is_whitespace() || c.is_control();
    text.split(blank).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

fn is_harmless(text: &str) -> bool {
    escape::line(text) == text
}

fn left(error: InquireError) -> Error {
    match error {
        InquireError::OperationCanceled | InquireError::OperationInterrupted => Error::Left,
        other => Error::Terminal(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrow() -> Terminal {
        Terminal { look: Look { color: false, unicode: true, width: 30 } }
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
        let fitted = narrow().fit("customers, personal data or the business are harmed");
        assert_eq!(fitted, "customers, personal…");
        assert!(fitted.chars().count() <= 23);
    }
}
