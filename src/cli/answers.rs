//! The arguments of `stopgap new` that set a field: one for each row of the table that names one.

use std::collections::BTreeMap;

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

use crate::register::fields::{Argument, Field, Kind};

/// States that a list of words is empty.
pub const NONE: &str = "none";

/// The values from the arguments, by field.
#[derive(Clone, Debug, Default)]
pub struct Answers(BTreeMap<Field, Vec<String>>);

impl Answers {
    /// Returns what is given for a field; `None` if its argument is missing.
    #[must_use]
    pub fn of(&self, field: Field) -> Option<&[String]> {
        self.0.get(&field).map(Vec::as_slice)
    }

    /// Returns the fields that are given, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = (Field, &[String])> {
        self.0.iter().map(|(field, texts)| (*field, texts.as_slice()))
    }
}

/// Returns the fields with an argument, in the order of the table.
fn arguments() -> impl Iterator<Item = (Field, &'static Argument)> {
    Field::all().filter_map(|field| Some((field, field.argument()?)))
}

fn arg(field: Field, argument: &Argument) -> Arg {
    let Argument { flag, value, about } = *argument;
    let arg = Arg::new(flag).long(flag).value_name(value).help(about).help_heading("Answers");
    match field.kind() {
        Kind::Word(words) => arg.value_parser(PossibleValuesParser::new(words)),
        Kind::Words(words) => {
            let parser = PossibleValuesParser::new(words.iter().copied().chain([NONE]));
            arg.action(ArgAction::Append).value_delimiter(',').value_parser(parser)
        }
        Kind::Texts => arg.action(ArgAction::Append),
        _ if field.is_in_list() => arg.action(ArgAction::Append),
        _ => arg,
    }
}

impl Args for Answers {
    fn augment_args(command: Command) -> Command {
        command.args(arguments().map(|(field, argument)| arg(field, argument)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Answers {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut answers = Self::default();
        answers.update_from_arg_matches(matches)?;
        Ok(answers)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        for (field, argument) in arguments() {
            if let Some(texts) = matches.get_many::<String>(argument.flag) {
                self.0.insert(field, texts.cloned().collect());
            }
        }
        Ok(())
    }
}
