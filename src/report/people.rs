//! Who owns an exception, and who their manager is.

use rustc_hash::FxHashMap;

use crate::people::{People, PersonId, fold_person};
use crate::time::Day;

/// The owner of an exception.
#[derive(Clone, Copy, Debug)]
pub struct Owner<'r> {
    /// As this record writes it.
    pub written: &'r str,
    /// The same for every spelling of one person: the roster's first spelling, otherwise the first one found.
    pub name: &'r str,
    /// The nearest manager, by the roster, who has not left.
    pub manager: Option<&'r str>,
    /// The day on which the owner left, if it is not in the future.
    pub left: Option<Day>,
}

/// Who is who, each spelling looked up once.
#[derive(Debug)]
pub(super) struct Directory<'r> {
    people: &'r People,
    today: Day,
    owners: FxHashMap<&'r str, Owner<'r>>,
    /// The first spelling of everyone who is not in the roster, by the folded one.
    strangers: FxHashMap<String, &'r str>,
}

impl<'r> Directory<'r> {
    pub(super) fn new(people: &'r People, today: Day) -> Self {
        Self { people, today, owners: FxHashMap::default(), strangers: FxHashMap::default() }
    }

    /// Looks up an owner.
    pub(super) fn owner(&mut self, written: &'r str) -> Owner<'r> {
        if let Some(known) = self.owners.get(written) {
            return *known;
        }
        let people = self.people;
        let found = people.roster().and_then(|roster| Some((roster, roster.find(written)?)));
        let owner = match found {
            Some((roster, id)) => {
                let manager = roster.superior(id, self.today).map(|above| roster.display(above));
                Owner { written, name: roster.display(id), manager, left: self.gone(id) }
            }
            None => {
                let name = self.strangers.entry(fold_person(written).into_owned()).or_insert(written);
                Owner { written, name, manager: None, left: None }
            }
        };
        self.owners.insert(written, owner);
        owner
    }

    fn gone(&self, id: PersonId) -> Option<Day> {
        self.people.roster()?.left(id).filter(|left| *left <= self.today)
    }
}
