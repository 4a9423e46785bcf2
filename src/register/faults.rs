//! What a record itself gets wrong, and which of the fixes for it can be made.

use crate::register::cut;
use crate::schema::Schema;
use crate::yaml::{self, Fix, Node, Problem};

/// What the record itself gets wrong, before any rule reads its meaning.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Outside the safe YAML subset.
    pub yaml: Vec<Problem>,
    /// Against a schema.
    pub schema: Vec<Problem>,
    /// Plain values that YAML versions read differently, or cut short.
    pub ambiguous: Vec<Problem>,
}

/// How much stands against the form of a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Form {
    /// Why it cannot be read.
    pub unread: usize,
    /// What does not fit.
    pub unfit: usize,
}

impl Form {
    /// Tells whether a file lost by a change: one that could be read and no longer can, or has more that does not fit;
    /// of one that could not be read, that nothing was gained.
    #[must_use]
    pub fn is_worse_than(self, before: Self) -> bool {
        match before.unread {
            0 => self.unread > 0 || self.unfit > before.unfit,
            faults => self.unread >= faults,
        }
    }
}

impl Faults {
    /// Judges a text, and returns its tree if it has one that can be an exception.
    pub(super) fn of<'t>(text: &'t str, schemas: &[Option<&Schema>]) -> (Self, Option<Node<'t>>) {
        let mut faults = Self::default();
        match yaml::parse_checked(text) {
            Err(problems) => faults.yaml = problems,
            Ok(root) if root.as_map().is_none() => {
                let message = match root.is_empty() {
                    true => "the file contains no value".to_owned(),
                    false => format!("the file contains {}, not a mapping", root.kind_name()),
                };
                faults.yaml.push(Problem::new(root.span, message, "write `title: …` and the other keys"));
            }
            Ok(root) => {
                faults.schema.extend(schemas.iter().flatten().flat_map(|schema| schema.check(text, &root)));
                faults.ambiguous = yaml::ambiguous(&root);
                faults.ambiguous.extend(cut::texts(text, &root));
                return (faults, Some(root));
            }
        }
        (faults, None)
    }

    /// Returns whether there is nothing wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.yaml.is_empty() && self.schema.is_empty() && self.ambiguous.is_empty()
    }

    /// Counts what stands against the form of the file.
    #[must_use]
    pub fn form(&self) -> Form {
        Form { unread: self.yaml.len(), unfit: self.schema.len() + self.ambiguous.len() }
    }

    /// Drops the fixes that would not be made, so that none is announced in vain: those that cannot be proved, and
    /// those that leave the file worse off.
    pub(super) fn keep_fixes_that_hold(&mut self, text: &str, schemas: &[Option<&Schema>]) {
        let before = self.form();
        let made = |fixes: &[&Fix]| {
            let (fixed, made) = yaml::apply(text, fixes)?;
            (!Self::of(&fixed, schemas).0.form().is_worse_than(before)).then_some(made)
        };
        let lists = || self.yaml.iter().chain(&self.schema).chain(&self.ambiguous);
        let all: Vec<&Fix> = lists().filter_map(|problem| problem.fix.as_deref()).collect();
        // Nearly always all of them hold together, which is one look at the text.
        if all.is_empty() || made(&all) == Some(all.len()) {
            return;
        }
        let problems = self.yaml.iter_mut().chain(&mut self.schema).chain(&mut self.ambiguous);
        for problem in problems {
            problem.fix.take_if(|fix| made(&[&**fix]).is_none());
        }
    }
}
