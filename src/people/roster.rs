//! The roster: every spelling of every person, who manages whom, and the teams.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use crate::people::kind::not_a_person;
use crate::people::spelling::{fold_person, fold_plain, foreign_differs, look_alike_keys, same_person};
use crate::time::Day;

/// A person of the roster, by position in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(usize);

impl PersonId {
    /// Returns the position in the roster's list, from 0.
    pub fn index(self) -> usize {
        self.0
    }
}

/// What the roster says about one person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonRecord {
    /// The `@handle`.
    pub handle: Option<String>,
    /// The full name.
    pub name: Option<String>,
    /// The mail address.
    pub email: Option<String>,
    /// Further spellings.
    pub aliases: Vec<String>,
    /// Any spelling of the person directly above.
    pub manager: Option<String>,
    /// The day on which the person left.
    pub left: Option<Day>,
}

impl PersonRecord {
    fn spellings(&self) -> impl Iterator<Item = &String> + Clone {
        [&self.handle, &self.name, &self.email].into_iter().flatten().chain(&self.aliases)
    }
}

/// Why a list of people is not a roster; the numbers are positions in the list, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RosterProblem {
    /// Two people claim one spelling.
    Claimed {
        /// The spelling as the second wrote it.
        spelling: String,
        /// The earlier person.
        first: usize,
        /// The later person.
        second: usize,
    },
    /// A manager is not in the roster.
    UnknownManager {
        /// The person whose manager it is.
        person: usize,
    },
    /// People manage one another in a circle: each one's manager is the next, the last one's the first.
    ManagerCycle {
        /// The people of the circle, starting with the earliest in the list.
        people: Vec<usize>,
    },
    /// A team has the handle of a person: CODEOWNERS could mean either.
    TeamIsPerson {
        /// The team.
        team: usize,
        /// The person.
        person: usize,
    },
    /// Two teams have the same handle apart from case.
    TeamTwice {
        /// The earlier team.
        first: usize,
        /// The later team.
        second: usize,
    },
}

/// The number of look-alike spellings from which they mean nobody; it bounds the work on a hostile roster.
const MOST_LOOK_ALIKES: usize = 16;

/// Every spelling of every person, who manages whom, and the teams.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    records: Vec<PersonRecord>,
    managers: Vec<Option<PersonId>>,
    /// Spellings as written and after plain folding.
    spellings: FxHashMap<String, Known>,
    /// Spellings by their look-alike keys, indexed when a name is not found otherwise.
    look_alikes: OnceLock<LookAlikes>,
    /// Those outside ASCII: only these can look like a name within it.
    foreign_look_alikes: OnceLock<LookAlikes>,
    teams: BTreeMap<String, Vec<String>>,
    /// Whether people may be missing from the list.
    open: bool,
}

/// A spelling.
#[derive(Clone, Debug)]
struct Known {
    id: PersonId,
    /// Whether somebody is written exactly so in the roster.
    is_written: bool,
    /// Whether it names one person by its form too, looked at when it is asked.
    is_one_person: OnceLock<bool>,
}

/// Spellings after plain folding, by each of their look-alike keys.
type LookAlikes = FxHashMap<String, Vec<(String, PersonId)>>;

impl Roster {
    /// Builds the roster from its people and its teams (handle, members), or says what contradicts itself.
    pub fn new(people: Vec<PersonRecord>, teams: Vec<(String, Vec<String>)>) -> Result<Self, RosterProblem> {
        let handles: Vec<String> = teams.iter().map(|(handle, _)| handle.clone()).collect();
        let mut roster = Self { records: people, teams: index_teams(teams)?, ..Self::default() };
        roster.index_spellings()?;
        roster.refuse_a_team_that_is_a_person(&handles)?;
        roster.index_managers()?;
        match roster.manager_cycle() {
            Some(people) => Err(RosterProblem::ManagerCycle { people }),
            None => Ok(roster),
        }
    }

    /// Says that people may be missing from the list: unlisted people count as if there were no roster.
    #[must_use]
    pub fn with_people_missing(self) -> Self {
        Self { open: true, ..self }
    }

    /// Tells whether everybody who may be named is in the list.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        !self.open
    }

    /// GitLab's groups of the top level look like users; its roles (`@@maintainer`) do not.
    fn refuse_a_team_that_is_a_person(&self, teams: &[String]) -> Result<(), RosterProblem> {
        let person = |handle: &String| self.find(handle).filter(|_| !handle.trim().starts_with("@@"));
        let found = teams.iter().enumerate().find_map(|(team, handle)| Some((team, person(handle)?)));
        found.map_or(Ok(()), |(team, person)| Err(RosterProblem::TeamIsPerson { team, person: person.0 }))
    }

    /// Finds the one person that a spelling means.
    ///
    /// A person with exactly that spelling comes before one whose spelling only looks like it; a spelling that looks
    /// like those of several people means none of them.
    pub fn find(&self, written: &str) -> Option<PersonId> {
        if let Some(known) = self.spellings.get(written) {
            return Some(known.id);
        }
        let plain = fold_plain(written);
        if let Some(known) = self.spellings.get(plain.as_ref()) {
            return Some(known.id);
        }
        self.find_look_alike(written, &plain)
    }

    /// Lists every spelling of every person as the roster writes it, in the order of the list.
    pub fn spellings(&self) -> impl Iterator<Item = &str> + Clone {
        self.records.iter().flat_map(PersonRecord::spellings).map(String::as_str)
    }

    /// Lists the people in the order of the list.
    pub fn people(&self) -> impl Iterator<Item = PersonId> + use<> {
        (0..self.records.len()).map(PersonId)
    }

    /// Lists the spellings of one person as the roster writes them.
    pub fn spellings_of(&self, id: PersonId) -> impl Iterator<Item = &str> + Clone {
        self.record(id).into_iter().flat_map(PersonRecord::spellings).map(String::as_str)
    }

    /// Returns the spelling to call a person by in messages: handle, else name, else mail address, else first alias.
    pub fn display(&self, id: PersonId) -> &str {
        self.record(id).and_then(|record| record.spellings().next()).map_or("", String::as_str)
    }

    /// Returns whether `upper` is in the chain of managers of `lower`; nobody is above themselves.
    pub fn stands_above(&self, upper: PersonId, lower: PersonId) -> bool {
        let mut above = self.manager(lower);
        while let Some(id) = above {
            if id == upper {
                return true;
            }
            above = self.manager(id);
        }
        false
    }

    /// Returns a person's manager.
    pub fn manager(&self, id: PersonId) -> Option<PersonId> {
        self.managers.get(id.0).copied().flatten()
    }

    /// Returns the nearest manager up the chain who has not left by a day.
    pub fn superior(&self, id: PersonId, day: Day) -> Option<PersonId> {
        let gone = |id: &PersonId| self.left(*id).is_some_and(|left| left <= day);
        std::iter::successors(self.manager(id), |above| self.manager(*above)).find(|above| !gone(above))
    }

    /// Returns the day on which a person left.
    pub fn left(&self, id: PersonId) -> Option<Day> {
        self.record(id).and_then(|record| record.left)
    }

    /// Returns the `@handle` of a person.
    pub fn handle(&self, id: PersonId) -> Option<&str> {
        self.record(id)?.handle.as_deref()
    }

    /// Returns whether a text is exactly a spelling of the roster, and [`not_a_person`] does not object to it.
    pub fn is_one_person(&self, written: &str) -> bool {
        let known = self.spellings.get(written).filter(|known| known.is_written);
        known.is_some_and(|known| *known.is_one_person.get_or_init(|| not_a_person(written).is_none()))
    }

    /// Returns the members of a team as they are written; handles are compared without case and leading `@`.
    pub fn team(&self, handle: &str) -> Option<&[String]> {
        self.teams.get(&team_key(handle)).map(Vec::as_slice)
    }

    /// Returns the members of all teams, by the teams' handles as they are compared.
    #[must_use]
    pub fn teams(&self) -> &BTreeMap<String, Vec<String>> {
        &self.teams
    }

    fn record(&self, id: PersonId) -> Option<&PersonRecord> {
        self.records.get(id.0)
    }

    fn find_look_alike(&self, written: &str, plain: &str) -> Option<PersonId> {
        let mut candidates: Vec<(bool, PersonId)> = Vec::new();
        let folded = fold_person(written);
        let look_alikes = match written.is_ascii() {
            true => self.foreign_look_alikes.get_or_init(|| self.index_look_alikes(|plain| !plain.is_ascii())),
            false => self.look_alikes.get_or_init(|| self.index_look_alikes(|_| true)),
        };
        for key in look_alike_keys(written) {
            let Some(known) = look_alikes.get(&key) else { continue };
            if known.len() == MOST_LOOK_ALIKES {
                return None;
            }
            for (spelling, id) in known {
                let equal = fold_person(spelling) == folded;
                if equal || foreign_differs(spelling, plain) {
                    candidates.push((equal, *id));
                }
            }
        }
        let nearest = candidates.iter().any(|(equal, _)| *equal);
        let mut ids = candidates.iter().filter(|(equal, _)| *equal == nearest).map(|(_, id)| *id);
        let id = ids.next()?;
        ids.all(|other| other == id).then_some(id)
    }

    fn index_spellings(&mut self) -> Result<(), RosterProblem> {
        self.spellings.reserve(self.spellings().count());
        for (index, record) in self.records.iter().enumerate() {
            let id = PersonId(index);
            for written in record.spellings() {
                let plain = fold_plain(written).into_owned();
                if plain.is_empty() {
                    continue;
                }
                if let Some(other) = self.spellings.get(&plain).filter(|other| other.id != id) {
                    let spelling = written.clone();
                    return Err(RosterProblem::Claimed { spelling, first: other.id.0, second: index });
                }
                let known = || Known { id, is_written: false, is_one_person: OnceLock::new() };
                self.spellings.entry(plain).or_insert_with(known);
                self.spellings.entry(written.clone()).or_insert_with(known).is_written = true;
            }
        }
        Ok(())
    }

    fn index_look_alikes(&self, wanted: impl Fn(&str) -> bool) -> LookAlikes {
        let mut index = LookAlikes::default();
        for (at, record) in self.records.iter().enumerate() {
            for written in record.spellings() {
                let plain = fold_plain(written);
                if plain.is_empty() || !wanted(&plain) {
                    continue;
                }
                for key in look_alike_keys(written) {
                    let known = index.entry(key).or_default();
                    if known.len() < MOST_LOOK_ALIKES && !known.iter().any(|(spelling, _)| *spelling == *plain) {
                        known.push((plain.clone().into_owned(), PersonId(at)));
                    }
                }
            }
        }
        index
    }

    fn index_managers(&mut self) -> Result<(), RosterProblem> {
        for (person, record) in self.records.iter().enumerate() {
            let manager = match &record.manager {
                Some(written) => Some(self.find(written).ok_or(RosterProblem::UnknownManager { person })?),
                None => None,
            };
            self.managers.push(manager);
        }
        Ok(())
    }

    fn manager_cycle(&self) -> Option<Vec<usize>> {
        // Each person remembers the first walk that reached them: meeting the same walk again closes a circle.
        let mut walk_of: Vec<Option<usize>> = vec![None; self.records.len()];
        for start in 0..self.records.len() {
            let mut next = Some(PersonId(start));
            while let Some(id) = next {
                match walk_of[id.0] {
                    Some(walk) if walk == start => return Some(self.circle_through(id)),
                    Some(_) => break,
                    None => walk_of[id.0] = Some(start),
                }
                next = self.manager(id);
            }
        }
        None
    }

    fn circle_through(&self, id: PersonId) -> Vec<usize> {
        let mut people = vec![id.0];
        let mut next = self.manager(id);
        while let Some(above) = next.filter(|above| *above != id) {
            people.push(above.0);
            next = self.manager(above);
        }
        let earliest = people.iter().copied().min();
        let place = people.iter().position(|person| Some(*person) == earliest);
        people.rotate_left(place.unwrap_or_default());
        people
    }
}

fn index_teams(teams: Vec<(String, Vec<String>)>) -> Result<BTreeMap<String, Vec<String>>, RosterProblem> {
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut index = BTreeMap::new();
    for (second, (handle, members)) in teams.into_iter().enumerate() {
        let key = team_key(&handle);
        if let Some(first) = places.insert(key.clone(), second) {
            return Err(RosterProblem::TeamTwice { first, second });
        }
        index.insert(key, members);
    }
    Ok(index)
}

/// Returns by what a team is known: its handle without case and leading `@`.
pub fn team_key(handle: &str) -> String {
    let trimmed = handle.trim();
    trimmed.strip_prefix('@').unwrap_or(trimmed).to_lowercase()
}

/// Answers who is who, by the roster if there is one and by the spelling alone if there is none.
#[derive(Clone, Debug, Default)]
pub struct People(Option<Roster>);

impl People {
    /// Takes the roster, if one is given.
    pub fn new(roster: Option<Roster>) -> Self {
        Self(roster)
    }

    /// Returns the roster.
    pub fn roster(&self) -> Option<&Roster> {
        self.0.as_ref()
    }

    /// Gives the account of a person on the forge, without `@`: the roster's handle, else an `@handle` as it is
    /// written.
    pub fn account<'s>(&'s self, written: &'s str) -> Option<&'s str> {
        let known = self.roster().and_then(|roster| roster.handle(roster.find(written)?));
        let handle = known.or_else(|| written.trim().starts_with('@').then_some(written));
        handle.map(|handle| handle.trim().trim_start_matches('@')).filter(|account| !account.is_empty())
    }

    /// Returns the name that a person has wherever several are listed: the roster's first spelling, or what is written
    /// where the roster does not know it.
    pub fn name_of<'t>(&'t self, written: &'t str) -> &'t str {
        let known = self.0.as_ref().and_then(|roster| Some(roster.display(roster.find(written)?)));
        known.unwrap_or(written)
    }

    /// Returns whether two spellings mean one person: by the roster when it knows both, else by their folded texts and
    /// look-alikes.
    pub fn same(&self, a: &str, b: &str) -> bool {
        let known = self.0.as_ref().and_then(|roster| Some((roster.find(a)?, roster.find(b)?)));
        match known {
            Some((a, b)) => a == b,
            None => same_person(a, b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(handle: &str, name: &str, manager: Option<&str>) -> PersonRecord {
        PersonRecord {
            handle: Some(handle.to_owned()),
            name: Some(name.to_owned()),
            manager: manager.map(str::to_owned),
            ..PersonRecord::default()
        }
    }

    fn roster(people: Vec<PersonRecord>) -> Roster {
        Roster::new(people, Vec::new()).unwrap()
    }

    #[test]
    fn two_ascii_handles_stay_two_people() {
        for (a, b) in [
            ("@burns", "@bums"),
            ("@dev1", "@devl"),
            ("@devI", "@dev1"),
            ("@bob0", "@bobo"),
            ("@d-ana", "@dana"),
            ("josé", "jose"),
        ] {
            assert!(!same_person(a, b), "{a} {b}");
        }
        assert!(!same_person("José Burns", "José Bums"));
    }

    #[test]
    fn look_alikes_are_one_person() {
        for (a, b) in [
            ("@dana", "@dаna"),
            ("@danа", "@dаna"),
            ("Nick", "Νick"),
            ("@nick", "@Νick"),
            ("vera", "νera"),
            ("ΝΙΚΟΣ", "Νικος"),
            ("@ilse", "@ꓲlse"),
            ("@Ilse", "@ӏlse"),
            ("@bob0", "@bob߀"),
            ("Boris", "Воris"),
            ("BORIS", "вoris"),
            ("@tom", "@т\u{43e}м"),
            ("@ivan", "@i\u{307}van"),
            ("İlker", "ilker"),
            ("Olek Chmiel", "Olek Сhmiel"),
            ("@burns", "@buʀns"),
            ("dana@example.com", "dana@ехample.com"),
            ("@kim", "@\u{212a}im"),
            ("@dаrn", "@dam"),
            ("@mаx", "@rnax"),
        ] {
            assert!(same_person(a, b) && same_person(b, a), "{a} {b}");
        }
        assert!(!same_person("@дана", "@dana"));
        assert!(!same_person("Łukasz Kim", "Lukasz Kim"));
    }

    #[test]
    fn the_roster_knows_every_spelling() {
        let mut dana = person("@dana", "Dana Ortiz", Some("Olek Kim"));
        dana.email = Some("dana@example.com".to_owned());
        dana.aliases = vec!["dortiz".to_owned()];
        dana.left = Day::parse("2026-12-01").ok();
        let roster = roster(vec![dana, person("@olek", "Olek Kim", None)]);
        let id = roster.find("@dana").unwrap();
        for text in ["DANA", "dana ortiz", "Dana  Ortiz", "Dana@Example.com", "@dortiz", "dаna"] {
            assert_eq!(roster.find(text), Some(id), "{text}");
        }
        assert_eq!(roster.find("@maria"), None);
        assert_eq!(roster.find(""), None);
        assert_eq!((roster.display(id), id.index()), ("@dana", 0));
        assert_eq!(roster.left(id), Day::parse("2026-12-01").ok());
        assert!(roster.manager(id).is_some());
        assert!(roster.is_one_person("@dana") && !roster.is_one_person("@Dana") && !roster.is_one_person("@maria"));
    }

    #[test]
    fn one_person_is_who_is_written_exactly_so_and_no_group() {
        let aliases = ["Mei", "mei", "Platform Team", "lin", "Lin"].map(str::to_owned).to_vec();
        let roster = roster(vec![PersonRecord { aliases, ..PersonRecord::default() }]);
        for (text, is_one) in
            [("Mei", true), ("mei", true), ("lin", true), ("Lin", true), ("MEI", false), ("@mei", false)]
        {
            assert_eq!(roster.is_one_person(text), is_one, "{text}");
        }
        for text in ["Platform Team", "platform team"] {
            assert!(roster.find(text).is_some() && !roster.is_one_person(text), "{text}");
        }
    }

    #[test]
    fn an_exact_spelling_comes_before_a_look_alike() {
        let roster = roster(vec![person("@dana", "Dana Ortiz", None), person("@dаna", "Dana Petrova", None)]);
        assert_eq!(roster.find("@DANA"), Some(PersonId(0)));
        assert_eq!(roster.find("@dАna"), Some(PersonId(1)));
        assert_eq!(roster.find("@danа"), None);
        assert!(!People::new(Some(roster)).same("@dana", "@dаna"));
    }

    #[test]
    fn a_look_alike_finds_the_person_that_it_folds_to() {
        let roster =
            roster(vec![person("@burns", "A B", None), person("@bums", "C D", None), person("@Сhmiel", "E F", None)]);
        assert_eq!(roster.find("@bυrns"), Some(PersonId(0)));
        assert_eq!(roster.find("@bυms"), Some(PersonId(1)));
        assert_eq!(roster.find("@chmiel"), Some(PersonId(2)));
        assert_eq!(roster.find("@burn5"), None);
        assert_eq!(self::roster(vec![person("@bums", "José Bums", None)]).find("@burns"), None);
        assert_eq!(self::roster(vec![person("@bums", "José Bums", None)]).find("José Burns"), None);
    }

    #[test]
    fn a_spelling_with_too_many_look_alikes_means_nobody() {
        let letters = |number: usize| [9, 3, 1].map(|place| ["l", "i", "1"][number / place % 3]).concat();
        for (count, is_found) in
            [(MOST_LOOK_ALIKES - 1, true), (MOST_LOOK_ALIKES, false), (MOST_LOOK_ALIKES + 1, false)]
        {
            let aliases = (0..count).map(|number| format!("d{}", letters(number))).collect();
            let roster = roster(vec![PersonRecord { aliases, ..PersonRecord::default() }]);
            assert_eq!(roster.find("dӏӏӏ").is_some(), is_found, "{count}");
            assert_eq!(roster.find("dlll"), Some(PersonId(0)), "{count}");
        }
    }

    #[test]
    fn a_spelling_that_says_nothing_is_nobody_s() {
        let roster = roster(vec![person("@", "Dana Ortiz", None), person("@", "Olek Kim", None)]);
        assert_eq!((roster.find("@"), roster.find(" ")), (None, None));
    }

    #[test]
    fn the_superior_is_the_nearest_who_has_not_left() {
        let mut olek = person("@olek", "Olek Kim", Some("@mei"));
        olek.left = Day::parse("2026-12-01").ok();
        let people = vec![person("@dana", "Dana Ortiz", Some("@olek")), olek, person("@mei", "Mei Lin", None)];
        let (dana, roster) = (PersonId(0), roster(people));
        for (day, superior) in [("2026-11-30", 1), ("2026-12-01", 2), ("2026-12-02", 2)] {
            assert_eq!(roster.superior(dana, Day::parse(day).unwrap()), Some(PersonId(superior)), "{day}");
        }
        assert_eq!(roster.superior(PersonId(2), Day::FIRST), None);
    }

    #[test]
    fn a_list_is_complete_unless_it_says_otherwise() {
        let roster = roster(vec![person("@dana", "Dana Ortiz", None)]);
        assert!(roster.is_complete() && !roster.with_people_missing().is_complete());
    }

    #[test]
    fn contradictions_in_the_roster_are_named() {
        let problem = |people| Roster::new(people, Vec::new()).unwrap_err();
        let twice = vec![person("@dana", "Dana Ortiz", None), person("@olek", "dana  ortiz", None)];
        let spelling = "dana  ortiz".to_owned();
        assert_eq!(problem(twice), RosterProblem::Claimed { spelling, first: 0, second: 1 });
        let unknown = vec![person("@dana", "Dana Ortiz", None), person("@olek", "Olek Kim", Some("@priya"))];
        assert_eq!(problem(unknown), RosterProblem::UnknownManager { person: 1 });
        let alone = vec![person("@dana", "Dana Ortiz", Some("dana"))];
        assert_eq!(problem(alone), RosterProblem::ManagerCycle { people: vec![0] });
        let circle = vec![
            person("@a1", "A A", Some("@d1")),
            person("@b1", "B B", Some("@d1")),
            person("@c1", "C C", Some("@b1")),
            person("@d1", "D D", Some("@c1")),
        ];
        assert_eq!(problem(circle), RosterProblem::ManagerCycle { people: vec![1, 3, 2] });
        let teams = vec![("@Acme/Security".to_owned(), vec![]), ("acme/security".to_owned(), vec![])];
        assert_eq!(Roster::new(Vec::new(), teams).unwrap_err(), RosterProblem::TeamTwice { first: 0, second: 1 });
    }

    #[test]
    fn one_person_may_repeat_a_spelling() {
        let mut dana = person("@dana", "Dana", None);
        dana.aliases = vec!["DANA".to_owned()];
        assert_eq!(roster(vec![dana]).find("dana"), Some(PersonId(0)));
    }

    #[test]
    fn the_chain_of_managers_is_transitive() {
        let chain: Vec<_> = (0..50_000)
            .map(|n| {
                person(&format!("@p{n}"), &format!("Person {n}"), (n > 0).then(|| format!("@p{}", n - 1)).as_deref())
            })
            .collect();
        let roster = roster(chain);
        let (top, middle, low) = (PersonId(0), PersonId(7), PersonId(49_999));
        assert!(roster.stands_above(top, low) && roster.stands_above(middle, low));
        assert!(!roster.stands_above(low, top) && !roster.stands_above(top, top));
        assert_eq!(roster.manager(top), None);
    }

    #[test]
    fn a_team_with_the_handle_of_a_person_is_refused() {
        let olek = || vec![PersonRecord { handle: Some("@olek".to_owned()), ..PersonRecord::default() }];
        let teams = |handle: &str| vec![("@ops".to_owned(), vec![]), (handle.to_owned(), vec!["@mei".to_owned()])];
        assert_eq!(
            Roster::new(olek(), teams("@Olek")).unwrap_err(),
            RosterProblem::TeamIsPerson { team: 1, person: 0 }
        );
        assert!(Roster::new(olek(), teams("@@olek")).is_ok() && Roster::new(olek(), teams("@olek/a")).is_ok());
    }

    #[test]
    fn teams_are_found_without_case() {
        let teams = vec![("@acme/security".to_owned(), vec!["@olek".to_owned()])];
        let roster = Roster::new(Vec::new(), teams).unwrap();
        assert_eq!(roster.team("@Acme/Security"), Some(&["@olek".to_owned()][..]));
        assert_eq!(roster.team("acme/security").map(<[String]>::len), Some(1));
        assert_eq!(roster.team("@acme/ops"), None);
    }

    #[test]
    fn people_are_compared_by_the_roster_and_else_by_spelling() {
        let none = People::default();
        assert!(none.same("@dana", "Dana") && !none.same("@dana", "Dana Ortiz"));
        let people =
            People::new(Some(roster(vec![person("@dana", "Dana Ortiz", None), person("@olek", "Olek Kim", None)])));
        assert!(people.same("@dana", "dana ortiz"));
        assert!(!people.same("@dana", "@olek"));
        assert!(people.same("@maria", "MARIA") && !people.same("@maria", "@dana"));
        assert_eq!((people.name_of("Dana  Ortiz"), people.name_of("Maria")), ("@dana", "Maria"));
    }
}
