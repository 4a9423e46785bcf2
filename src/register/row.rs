//! What the table of fields says about one field: the parts of a row.

/// A row of the table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) path: &'static str,
    pub(super) kind: Kind,
    pub(super) need: Need,
    /// `None` if it changes in the same way as what contains it.
    pub(super) change: Option<Change>,
    pub(super) column: Option<Column>,
    pub(super) is_shared: bool,
    pub(super) other_keys: &'static str,
    pub(super) vague_keys: &'static str,
    pub(super) argument: Option<Argument>,
    pub(super) question: Option<Question>,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text on one line.
    Line,
    /// One person.
    Person,
    /// A day.
    Day,
    /// A day or a date-time.
    Moment,
    /// `true` or `false`.
    Flag,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Some of these words, each once.
    Words(&'static [&'static str]),
    /// Several texts.
    Texts,
    /// A mapping, whose keys have rows of their own.
    Mapping,
    /// A list of mappings, whose keys have rows of their own.
    Mappings,
}

/// When an exception needs a field; for a key of a mapping, when the mapping needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Always.
    Always,
    /// Once it was approved: with every status but `rejected`.
    Approved,
    /// With the status `closed`.
    Closed,
    /// With the tier `emergency`.
    Emergency,
    /// Never.
    Optional,
}

/// How a field may change after the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was decided on: an amendment that names it, or what contains it, corrects it.
    Amended,
    /// It is never corrected: a renewal extends it.
    Renewed,
    /// The list only grows at its end; this is the word for one of its items.
    Appended(&'static str),
    /// It is written once.
    Once,
    /// It goes from one word to certain others.
    Stepped,
    /// Each of its keys changes in its own way.
    Apart,
    /// It is free to edit.
    Free,
}

/// The columns of a spreadsheet that fill a field, by their headings: names with commas between, in lower case without
/// accents, best known first. One that begins with `=` is too general to be recognised as a part of a longer heading.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) headings: &'static str,
    /// Headings that fill the field only if no other does.
    pub(super) second_choice: &'static str,
    /// Headings of a second column whose text goes after that of the first.
    pub(super) beside: &'static str,
}

/// The argument of `stopgap new` that sets a field.
#[derive(Clone, Copy, Debug)]
pub struct Argument {
    /// Its name, without the dashes.
    pub flag: &'static str,
    /// What it takes, in capitals.
    pub value: &'static str,
    /// What `--help` says about it.
    pub about: &'static str,
}

/// How `stopgap new` asks for a field.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Its position among the questions: lower numbers come first.
    pub turn: u8,
    /// The question.
    pub ask: &'static str,
    /// What a good answer contains.
    pub help: &'static str,
    /// Whether the answer follows from others or from the register where it can, and is then shown
    /// instead of requested.
    pub follows: bool,
}

impl Row {
    /// Begins a row; the path has dots between keys, and `[]` after a list whose items have keys.
    pub(super) const fn new(path: &'static str, kind: Kind) -> Self {
        Self {
            path,
            kind,
            need: Need::Optional,
            change: None,
            column: None,
            is_shared: false,
            other_keys: "",
            vague_keys: "",
            argument: None,
            question: None,
        }
    }

    pub(super) const fn needed(self, need: Need) -> Self {
        Self { need, ..self }
    }

    pub(super) const fn changes(self, change: Change) -> Self {
        Self { change: Some(change), ..self }
    }

    /// Lets `import` fill it, from a column with one of these headings.
    pub(super) const fn column(self, headings: &'static str) -> Self {
        Self { column: Some(Column { headings, second_choice: "", beside: "" }), ..self }
    }

    /// Adds headings that fill the field only if no other column does.
    pub(super) const fn second_choice(self, second_choice: &'static str) -> Self {
        match self.column {
            Some(column) => Self { column: Some(Column { second_choice, ..column }), ..self },
            None => self,
        }
    }

    /// Adds headings of a second column, whose text goes after that of the first.
    pub(super) const fn beside(self, beside: &'static str) -> Self {
        match self.column {
            Some(column) => Self { column: Some(Column { beside, ..column }), ..self },
            None => self,
        }
    }

    /// Lets one value apply to all entries of an import. A decision is made for each entry separately, and so are its
    /// name, its reason, its risk and what was considered instead.
    pub(super) const fn shared(self) -> Self {
        Self { is_shared: true, ..self }
    }

    /// Names keys that other registers use for it, in addition to the headings: with commas between.
    pub(super) const fn other_keys(self, other_keys: &'static str) -> Self {
        Self { other_keys, ..self }
    }

    /// Adds names that another register's file may have for it, and for something else as well.
    pub(super) const fn vague_keys(self, names: &'static str) -> Self {
        Self { vague_keys: names, ..self }
    }

    pub(super) const fn argument(self, flag: &'static str, value: &'static str, about: &'static str) -> Self {
        Self { argument: Some(Argument { flag, value, about }), ..self }
    }

    pub(super) const fn question(self, turn: u8, ask: &'static str, help: &'static str) -> Self {
        Self { question: Some(Question { turn, ask, help, follows: false }), ..self }
    }

    /// Lets the answer follow from others or from the register, where it can.
    pub(super) const fn follows(self) -> Self {
        match self.question {
            Some(question) => Self { question: Some(Question { follows: true, ..question }), ..self },
            None => self,
        }
    }
}
