//! The summary: the answers, what follows from them, and the final confirmation.

use crate::commands::ask::{Question, Reply, Terminal};
use crate::commands::new::answer;
use crate::commands::new::interview::{Interview, Moved, Step, is_first};
use crate::error::Error;
use crate::output::{escape, wrap};
use crate::register::draft::Draft;
use crate::register::fields::{FOLLOWS, Field, Kind};
use crate::rule::Level;
use crate::text::shown;

/// What somebody wants to do with what they see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Write the file.
    Write,
    /// Look again, because something was changed.
    Look,
}

/// What a line of the glance is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Field(Field),
    Id,
}

impl About {
    fn label(self) -> &'static str {
        match self {
            Self::Field(field) => field.label(),
            Self::Id => "id",
        }
    }

    /// Returns the place in the file, which is a name too.
    fn name(self) -> &'static str {
        match self {
            Self::Field(field) => field.name(),
            Self::Id => "id",
        }
    }
}

/// One line of the glance.
struct Line {
    about: About,
    /// Whether there is a question for it: those come first, and no change moves a line.
    asked: bool,
    /// What it follows from.
    why: Option<String>,
}

/// Everything that can be changed.
struct Glance {
    lines: Vec<Line>,
    draft: Draft,
    /// What the gate would refuse.
    refused: Vec<Field>,
}

impl Interview<'_> {
    fn glance(&self) -> Glance {
        let draft = self.whole();
        let line = |field: Field| {
            let following = self.following(field).filter(|_| !self.draft.is_given(field));
            Line { about: About::Field(field), asked: self.is_open(field), why: following.map(|it| it.why) }
        };
        let is_nothing = |field: Field| field == FOLLOWS && !draft.is_given(field);
        let fields = Field::asked().into_iter().filter(|field| answer::applies(*field, &draft) && !is_nothing(*field));
        let mut lines: Vec<Line> = fields.map(line).collect();
        let why = self.id.is_empty().then(|| "derived from the title".to_owned());
        lines.push(Line { about: About::Id, asked: false, why });
        lines.sort_by_key(|line| !line.asked);
        let remarks = self.desk.judge(&draft, &self.path());
        let errors = remarks.iter().filter(|remark| remark.level == Level::Error);
        let refused = errors.filter_map(|remark| Field::at(&remark.field)).collect();
        Glance { lines, draft, refused }
    }

    /// Shows all answers, numbered.
    ///
    /// # Errors
    ///
    /// If the terminal fails.
    pub(super) fn show_all(&mut self) -> Result<(), Error> {
        let glance = self.glance();
        writeln!(self.out, "\n{}", escape::line(&self.path()))?;
        let mut before = true;
        for (at, Line { about, asked, why }) in glance.lines.iter().enumerate() {
            if before && !asked {
                writeln!(self.out, "  {}", self.terminal.dim("not asked:"))?;
            }
            before = *asked;
            let value = match about {
                About::Field(field) => value(*field, &glance.draft),
                About::Id => self.id(),
            };
            let is_refused = matches!(about, About::Field(field) if glance.refuses(*field));
            let mark = if is_refused { self.terminal.red("!") } else { " ".to_owned() };
            let number = self.terminal.dim(&format!("{:>2}", at + 1));
            let text = line(&self.terminal, about.label(), &value, why.as_deref());
            writeln!(self.out, "{mark} {number} {text}")?;
        }
        self.out.flush()?;
        Ok(())
    }

    /// Asks whether everything is right, and lets answers be changed.
    ///
    /// # Errors
    ///
    /// If the question is cancelled, or the terminal fails.
    pub(super) fn confirm(&mut self, errors: usize, dry_run: bool) -> Result<Wish, Error> {
        let glance = self.glance();
        let first = glance.lines.iter().map(|line| line.about);
        let first = first.into_iter().find(|about| matches!(about, About::Field(field) if glance.refuses(*field)));
        let question = last_question(errors, first, dry_run, self.steps().len() + 1);
        self.terminal.show(&question, self.out)?;
        loop {
            let text = match self.terminal.read(&question, "", self.out)? {
                Reply::Answer(text) => text,
                Reply::Back(_) => {
                    self.back()?;
                    return Ok(Wish::Look);
                }
                Reply::Left(_) => return Err(Error::Left),
            };
            match (text.to_lowercase().as_str(), first) {
                ("write", _) => return Ok(Wish::Write),
                ("" | "y" | "yes", _) if errors == 0 => return Ok(Wish::Write),
                ("", Some(about)) => {
                    self.change(about, "")?;
                    return Ok(Wish::Look);
                }
                _ => {}
            }
            let (name, new) = text.split_once([' ', '=']).unwrap_or((&text, ""));
            match glance.named(name) {
                Some(about) => {
                    self.change(about, new.trim_start_matches([' ', '=']))?;
                    return Ok(Wish::Look);
                }
                None => {
                    let why = format!("`{}` is not one of the numbers and names above", shown(name));
                    self.terminal.refuse(&why, self.out)?;
                }
            }
        }
    }

    /// Gives an answer a new text, or asks for it again where there is none or it is refused.
    fn change(&mut self, about: About, new: &str) -> Result<(), Error> {
        let step = match about {
            About::Field(field) if field.kind() == Kind::Mappings => {
                self.change_items(field)?;
                return self.catch_up();
            }
            About::Field(field) => Step::Field(field),
            About::Id => Step::Id,
        };
        if !new.is_empty() {
            let Some(why) = self.take(step, new, false)? else { return self.catch_up() };
            self.terminal.refuse(&why, self.out)?;
            self.begun.insert(step, new.to_owned());
        }
        if self.ask(step, "", true)? == Moved::Back {
            self.begun.remove(&step);
        }
        self.catch_up()
    }

    /// Asks for the items of a list until one is left empty.
    fn change_items(&mut self, list: Field) -> Result<(), Error> {
        for at in 0.. {
            for part in list.parts() {
                let moved = self.ask(Step::Item(part, at), "", true)?;
                let is_over = is_first(part) && self.draft.item(part, at).is_empty();
                if moved == Moved::Back || is_over {
                    if is_over {
                        self.draft.truncate(list, at);
                    }
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

impl Glance {
    /// Tells whether the gate would refuse a field or a part of it.
    fn refuses(&self, field: Field) -> bool {
        let within = |it: &Field| *it == field || it.parent() == Some(field) || field.parent() == Some(*it);
        self.refused.iter().any(within)
    }

    /// Finds a line by its number, its name, or the first letters of one name.
    fn named(&self, name: &str) -> Option<About> {
        if let Ok(number) = name.parse::<usize>() {
            return self.lines.get(number.checked_sub(1)?).map(|line| line.about);
        }
        let name = name.to_lowercase();
        let all = || self.lines.iter().map(|line| line.about).filter(|_| !name.is_empty());
        let whole = all().find(|about| about.label() == name || about.name() == name);
        let mut begin = all().filter(|about| about.label().starts_with(&name));
        whole.or_else(|| begin.next().filter(|_| begin.next().is_none()))
    }
}

/// Returns the last question: an empty answer never writes what the gate would refuse.
fn last_question(errors: usize, first: Option<About>, dry_run: bool, count: usize) -> Question {
    let writes = if dry_run { "enter quits without writing" } else { "enter writes the file" };
    let change = "type `expires 7d` to change an answer, `3` to edit one";
    let (ask, help) = match errors {
        0 => ("Is that right?".to_owned(), format!("{writes}; {change}")),
        errors => {
            let errors = if errors == 1 { "1 error".to_owned() } else { format!("{errors} errors") };
            let fix = first.map(|about| format!("enter changes `{}`; ", about.label())).unwrap_or_default();
            (format!("The gate will refuse it: {errors}"), format!("{fix}`write` writes it anyway; {change}"))
        }
    };
    let progress = format!("{count} of {count}");
    Question { progress, ask, help, back: count > 1, ..Question::default() }
}

/// Returns an answer as one text; of an item what it says first, and the rest in brackets.
fn value(field: Field, draft: &Draft) -> String {
    let item = |at: usize| {
        let mut parts = field.parts().map(|part| draft.item(part, at));
        let first = parts.next().unwrap_or_default();
        let rest: Vec<&str> = parts.filter(|text| !text.is_empty()).collect();
        if rest.is_empty() { first.to_owned() } else { format!("{first} ({})", rest.join(", ")) }
    };
    let text = match field.kind() {
        Kind::Mappings => (0..draft.count(field)).map(item).collect::<Vec<_>>().join("; "),
        _ => answer::get(field, draft),
    };
    if text.is_empty() { "-".to_owned() } else { text }
}

/// Returns a line of the glance behind its number.
fn line(terminal: &Terminal, label: &str, value: &str, why: Option<&str>) -> String {
    const NAMES: usize = 13;
    const BEFORE: usize = 5;
    let indent = " ".repeat(NAMES + BEFORE);
    let label = format!("{label:NAMES$}");
    let why = why.map(|why| format!(" ({why})")).unwrap_or_default();
    // The first line has its name in front.
    let text =
        wrap(&format!("{}{value}{why}", "x".repeat(NAMES)), &indent, terminal.width().saturating_sub(BEFORE + 1));
    let rest = text.get(NAMES..).unwrap_or_default();
    format!("{}{rest}", terminal.bold(&label))
}
