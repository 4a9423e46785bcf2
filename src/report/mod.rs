//! The weekly meeting about the register: what must be decided, what has changed since the last one, and the figures.
//!
//! Pure values of a register on a day, in the register's time zone. How and where they are written is not known here.

mod against;
mod agenda;
mod item;
mod known;
mod let_be;
mod links;
mod metrics;
pub mod pending;
mod people;
mod slip;
mod stretch;
pub mod trend;

pub use against::{Against, Fault};
pub use agenda::Agenda;
pub use item::{Doubt, Item, ReviewDue, Standing, read};
pub use known::Known;
pub use let_be::LetBe;
pub use links::{Links, is_address, number_of, page_of};
pub use metrics::{Closing, Life, Metrics, Row};
pub use pending::Pending;
pub use slip::Slip;
pub use stretch::{Kind, Stretch};
pub use trend::Trend;

use std::collections::BTreeSet;
use std::path::Path;

use crate::register::{FileRef, Files, Home, Register};
use crate::rules::Judge;
use crate::time::{Day, Zone};

/// A file of the register without a readable exception.
#[derive(Clone, Copy, Debug)]
pub struct Unreadable<'m> {
    /// The file.
    pub file: &'m FileRef<'m>,
    /// The first thing that is wrong with it.
    pub why: &'m str,
}

/// The days between which a meeting looks back and ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// The day of the last meeting.
    pub since: Day,
    /// The day of the next one.
    pub until: Day,
}

/// A meeting: the register on a day, compared with the day of the last one.
#[derive(Debug)]
pub struct Meeting<'m> {
    /// The day of the meeting.
    pub today: Day,
    /// The day of the last one; what is dated on it counts as new once more, so that nothing written after that meeting
    /// is missed.
    pub since: Day,
    /// The day of the next one.
    pub until: Day,
    /// The register's time zone.
    pub zone: Zone,
    /// How often an exception may be renewed.
    pub max_renewals: usize,
    /// The folder of the exceptions, relative to the root.
    pub folder: &'m str,
    /// The options by which the commands find the only register, each after a space.
    pub place: &'m str,
    /// The folder in which the commands are typed, and what the paths are relative to; `None` if the paths are named as
    /// they are.
    pub here: Option<(&'m Path, &'m Path)>,
    /// Where each register is, if there are several: then all paths are from the top of the work tree.
    pub homes: &'m [Home],
    /// Every exception that could be read, the most urgent first.
    pub items: &'m [Item<'m>],
    /// The files that could not be read, sorted by path.
    pub unreadable: Vec<Unreadable<'m>>,
    /// What is talked about.
    pub agenda: Agenda<'m>,
    /// What `check` holds against live exceptions, the most urgent of them first.
    pub against: Vec<Against<'m>>,
    /// What it holds against other files.
    pub beside: Vec<Against<'m>>,
    /// What bypassed the branch's gate; `None` if that is not known.
    pub slips: Option<Vec<Slip<'m>>>,
    /// What waits on branches of the remote; `None` if nobody knows.
    pub pending: Option<&'m Pending>,
    /// How the register has developed; `None` if nobody knows.
    pub trend: Option<&'m Trend>,
    /// What is tolerated besides exceptions.
    pub let_be: &'m [LetBe],
    /// Where files and commits can be looked at; `None` if nobody knows.
    pub links: Option<&'m Links>,
    /// What the report could not find out, and why.
    pub remarks: &'m [String],
    /// The figures.
    pub metrics: Metrics<'m>,
}

impl<'m> Meeting<'m> {
    /// Prepares the meeting; `items` are the register's, as [`read`] gives them. `judge_of` returns the rule book for a
    /// path; that of the empty path stands for all, and the meeting is on its day.
    #[must_use]
    pub fn new(
        items: &'m [Item<'m>],
        register: &'m Register<'m>,
        files: &'m Files,
        judge_of: &dyn Fn(&str) -> &'m Judge,
        homes: &'m [Home],
        period: Period,
        known: &'m Known,
    ) -> Self {
        let judge = judge_of("");
        let (today, Period { since, until }) = (judge.today.day, period);
        let against = against::collect(&known.findings, files, items, judge_of);
        let (against, beside) = against.into_iter().partition(|it| it.item.is_some_and(|item| item.live));
        Self {
            today,
            since,
            until,
            zone: judge.policy.timezone,
            max_renewals: judge.policy.max_renewals,
            folder: &judge.policy.exceptions,
            place: "",
            here: None,
            homes,
            items,
            unreadable: unreadable(register),
            agenda: Agenda::new(items, since, today, until),
            against,
            beside,
            slips: known.past.as_ref().map(|past| slip::collect(past, since, today)),
            pending: known.pending.as_ref(),
            trend: known.trend.as_ref(),
            let_be: &known.let_be,
            links: known.links.as_ref(),
            remarks: &known.remarks,
            metrics: Metrics::new(items, register, judge),
        }
    }

    /// Counts the files to fix beside the live exceptions with errors: those that cannot be read, records that contradict
    /// themselves, and others with errors.
    #[must_use]
    pub fn to_mend(&self) -> usize {
        let unreadable = self.unreadable.iter().map(|it| it.file.path);
        let doubtful = self.agenda.doubtful.iter().map(|item| item.path);
        let beside = self.beside.iter().map(|it| it.path);
        unreadable.chain(doubtful).chain(beside).collect::<BTreeSet<_>>().len()
    }

    /// Returns the name of the register that a file is in, if there are several.
    #[must_use]
    pub fn register_of(&self, path: &str) -> Option<&'m str> {
        Home::of(self.homes, path).map(|home| home.name.as_str())
    }

    /// Returns the errors in a file that is not a live exception.
    #[must_use]
    pub fn beside(&self, path: &str) -> &[Fault<'m>] {
        self.beside.iter().find(|it| it.path == path).map_or(&[], |it| &it.faults)
    }
}

fn unreadable<'m>(register: &'m Register<'m>) -> Vec<Unreadable<'m>> {
    let unread = register.files.iter().filter_map(|file| Some((file, register.problem(file.id)?)));
    unread.map(|(file, problem)| Unreadable { file, why: &problem.message }).collect()
}

#[cfg(test)]
mod tests {
    use super::metrics::Renewals;
    use super::*;
    use crate::files::ReadFile;
    use crate::people::{People, PersonRecord, Roster};
    use crate::policy::Policy;
    use crate::source::Source;
    use crate::time::Today;

    /// Monday 23 November 2026.
    const TODAY: &str = "2026-11-23";

    fn day(text: &str) -> Day {
        Day::parse(text).unwrap()
    }

    fn judge(today: &str) -> Judge {
        let person = |handle: &str, manager: Option<&str>, left: Option<&str>| PersonRecord {
            handle: Some(handle.to_owned()),
            name: Some(format!("{handle} by name")),
            manager: manager.map(str::to_owned),
            left: left.map(day),
            ..PersonRecord::default()
        };
        let people = vec![
            person("@ines", None, None),
            person("@lukasz", Some("@ines"), Some("2026-11-20")),
            person("@dana", Some("@lukasz"), None),
            person("@pavel", Some("@ines"), Some("2026-12-01")),
        ];
        let people = People::new(Some(Roster::new(people, Vec::new()).unwrap()));
        let policy = Policy::default();
        let today = Today::parse(today, policy.timezone).unwrap();
        Judge::new(crate::policy::RuleBook { policy, people, ..crate::policy::RuleBook::default() }, today)
    }

    /// Prepares the meeting of a register, each file an id and its text, and asks it something.
    fn meet<T>(today: &str, files: &[(&str, &str)], ask: impl FnOnce(&Meeting<'_>) -> T) -> T {
        let source = |(id, text): &(&str, &str)| {
            ReadFile::from(Source::new(format!("exceptions/{id}.yaml"), (*text).to_owned()))
        };
        let files = Files::from_read(files.iter().map(source).collect());
        let judge = judge(today);
        let register = Register::parse(&files, None);
        let period = Period { since: judge.today.day.plus(-7), until: judge.today.day.plus(7) };
        let items = read(&register, &|_| &judge, &[], period.until);
        ask(&Meeting::new(&items, &register, &files, &|_| &judge, &[], period, &Known::default()))
    }

    fn ids(items: &[&Item<'_>]) -> Vec<String> {
        items.iter().map(|item| item.exception.id.to_owned()).collect()
    }

    /// One register for all figures.
    ///
    /// | id | status | days |
    /// |---|---|---|
    /// | old | active | 1 Oct to 31 Oct: 23 days overdue, 53 days old |
    /// | late | expired | renewed once, to 20 Nov: 3 overdue, 20 old |
    /// | soon | active | 9 Nov to 25 Nov: 2 left of 16, 14 old |
    /// | full | active | renewed twice, to 20 Dec: 27 left, 39 old |
    /// | next | active | begins on 1 Dec |
    /// | early | closed | 1 Nov to 20 Nov, closed on 15 Nov: 14 old, 5 before its end |
    /// | onday | closed | 10 Nov to 20 Nov, closed on 20 Nov: 10 old, on its last day |
    /// | after | closed | 1 Nov to 10 Nov, closed on 18 Nov: 17 old, 8 after its end |
    /// | wrong | closed | closed before it was decided: in no figure |
    /// | never | rejected | 17 Nov |
    const REGISTER: [(&str, &str); 12] = [
        (
            "old",
            "{status: active, owner: '@dana', control: 'A-1 one', decided: 2026-09-30, starts: 2026-10-01, expires: 2026-10-31, risk: {tier: low}}",
        ),
        (
            "late",
            "{status: expired, owner: '@dana by name', control: 'a-1: other words', decided: 2026-11-02, starts: 2026-11-03, expires: 2026-11-10, risk: {tier: high}, renewals: [{decided: 2026-11-09, approver: '@ines', expires: 2026-11-20}]}",
        ),
        (
            "soon",
            "{status: active, owner: '@pavel', control: B-2, decided: 2026-11-09, starts: 2026-11-09, expires: 2026-11-25, risk: {tier: moderate}}",
        ),
        (
            "full",
            "{status: active, owner: '@dana', decided: 2026-10-15, starts: 2026-10-15, expires: 2026-11-01, risk: {tier: low}, renewals: [{decided: 2026-10-30, expires: 2026-11-20}, {decided: 2026-11-16, expires: 2026-12-20}]}",
        ),
        ("next", "{status: active, decided: 2026-11-20, starts: 2026-12-01, expires: 2026-12-24, risk: {tier: low}}"),
        (
            "early",
            "{status: closed, owner: '@dana', starts: 2026-11-01, decided: 2026-11-01, expires: 2026-11-20, closure: {date: 2026-11-15}}",
        ),
        (
            "onday",
            "{status: closed, owner: '@dana', starts: 2026-11-10, decided: 2026-11-10, expires: 2026-11-20, closure: {date: 2026-11-20}}",
        ),
        (
            "after",
            "{status: closed, owner: '@dana', starts: 2026-11-01, decided: 2026-11-01, expires: 2026-11-10, closure: {date: 2026-11-18}}",
        ),
        (
            "wrong",
            "{status: closed, starts: 2026-11-01, decided: 2026-11-01, expires: 2026-11-10, closure: {date: 2025-11-18}}",
        ),
        ("never", "{status: rejected, decided: 2026-11-17}"),
        ("open", "{status: approved, starts: 2026-11-18, decided: 2026-11-18, expires: 2026-11-25}"),
        ("tabs", "status:\n\tactive"),
    ];

    #[test]
    fn the_figures_are_those_counted_by_hand() {
        meet(TODAY, &REGISTER, |meeting| {
            let it = &meeting.metrics;
            // 12 files: old, late, soon, full, next; early, onday, after, wrong; never; open; tabs.
            let all = [it.exceptions, it.live, it.closed, it.rejected, it.without_status, it.unreadable];
            assert_eq!(all, [12, 5, 4, 1, 1, 1]);
            // soon and full; next; old and late.
            assert_eq!([it.in_force, it.waiting, it.expired, it.unclear], [2, 1, 2, 0]);
            // 31 October to 23 November: 23. 20 to 23 November: 3.
            assert_eq!(it.overdue.total, 26);
            assert_eq!(it.overdue.worst.map(|(days, item)| (days, item.exception.id)), Some((23, "old")));
            assert_eq!(it.renewals, Renewals { used: 3, used_up: 1 });
            // 53 + 20 + 14 + 39 alive, 14 + 10 + 17 closed: 167 of 7, that is 23.857.
            let life = it.life;
            assert_eq!((life.counted, life.total, life.tenths(), life.left_out), (7, 167, Some(239), 1));
            assert_eq!(life.longest.map(|(days, item)| (days, item.exception.id)), Some((53, "old")));
            // -5, 0, 8: the middle one is 0.
            let closing = it.closing;
            assert_eq!((closing.counted, closing.twice_median, closing.late, closing.left_out), (3, Some(0), 1, 1));
            assert_eq!(closing.worst.map(|(days, item)| (days, item.exception.id)), Some((8, "after")));
        });
    }

    #[test]
    fn what_was_given_up_before_it_began_has_no_life_and_is_not_left_out() {
        let given_up = "{status: closed, decided: 2026-11-10, starts: 2026-11-20, expires: 2026-11-30, closure: {date: 2026-11-12}}";
        meet(TODAY, &[("x", given_up)], |meeting| {
            let (life, closing) = (meeting.metrics.life, meeting.metrics.closing);
            assert_eq!((life.counted, life.left_out), (0, 0));
            assert_eq!((closing.counted, closing.twice_median, closing.left_out), (1, Some(-36), 0));
            assert_eq!(meeting.to_mend(), 0);
        });
    }

    #[test]
    fn live_ones_are_counted_by_tier_owner_and_control() {
        let rows = |rows: &[Row<'_>]| -> Vec<(Option<String>, [i64; 5])> {
            let count = |count: usize| i64::try_from(count).unwrap();
            let row = |row: &Row<'_>| {
                let numbers =
                    [count(row.live), count(row.in_force), count(row.expired), row.overdue, count(row.renewals)];
                (row.name.as_deref().map(str::to_owned), numbers)
            };
            rows.iter().map(row).collect()
        };
        let name = |name: &str| Some(name.to_owned());
        meet(TODAY, &REGISTER, |meeting| {
            let it = &meeting.metrics;
            assert_eq!(
                rows(&it.by_tier),
                [
                    (name("emergency"), [0; 5]),
                    (name("high"), [1, 0, 1, 3, 1]),
                    (name("moderate"), [1, 1, 0, 0, 0]),
                    (name("low"), [3, 1, 1, 23, 2]),
                ]
            );
            // Two spellings of one person are one owner.
            let owners =
                [(name("@dana"), [3, 1, 2, 26, 3]), (name("@pavel"), [1, 1, 0, 0, 0]), (None, [1, 0, 0, 0, 0])];
            assert_eq!(rows(&it.by_owner), owners);
            // So are two wordings of one control.
            let controls =
                [(name("A-1 one"), [2, 0, 2, 26, 1]), (name("B-2"), [1, 1, 0, 0, 0]), (None, [2, 1, 0, 0, 2])];
            assert_eq!(rows(&it.by_control), controls);
        });
    }

    #[test]
    fn the_agenda_has_each_item_in_its_place() {
        meet(TODAY, &REGISTER, |meeting| {
            let agenda = &meeting.agenda;
            assert_eq!(ids(&agenda.expired), ["old", "late"]);
            assert_eq!(ids(&agenda.expiring), ["soon"]);
            // Since 16 November: next was decided on the 20th, open on the 18th.
            assert_eq!(ids(&agenda.new), ["open", "next"]);
            // The second renewal of full was decided on the day of the last meeting.
            assert_eq!(ids(&agenda.renewed), ["full"]);
            assert_eq!(ids(&agenda.closed), ["onday", "after"]);
            assert_eq!(ids(&agenda.rejected), ["never"]);
            assert_eq!(ids(&agenda.doubtful), ["open", "wrong"]);
            assert_eq!(
                meeting.unreadable.iter().map(|unreadable| unreadable.file.stem()).collect::<Vec<_>>(),
                ["tabs"]
            );
            assert_eq!(meeting.to_mend(), 3);
            let order: Vec<&Item<'_>> = meeting.items.iter().collect();
            let all = ["old", "late", "open", "soon", "full", "next", "onday", "after", "early", "wrong", "never"];
            assert_eq!(ids(&order), all);
        });
    }

    #[test]
    fn an_owner_is_named_with_the_nearest_manager_who_has_not_left() {
        meet(TODAY, &REGISTER, |meeting| {
            let of = |id: &str| meeting.items.iter().find(|item| item.exception.id == id).unwrap().owner.unwrap();
            // Łukasz has left, so Dana answers to Ines; Pavel leaves next month only.
            let (dana, pavel) = (of("late"), of("soon"));
            assert_eq!(
                (dana.written, dana.name, dana.manager, dana.left),
                ("@dana by name", "@dana", Some("@ines"), None)
            );
            assert_eq!((pavel.manager, pavel.left), (Some("@ines"), None));
        });
        meet("2026-12-01", &REGISTER, |meeting| {
            let owner = meeting.items.iter().find(|item| item.exception.id == "soon").unwrap().owner.unwrap();
            assert_eq!(owner.left, Some(day("2026-12-01")));
        });
    }

    #[test]
    fn an_even_number_of_closures_has_its_median_between_the_middle_two() {
        let closed = |id: &'static str, text: &'static str| (id, text);
        let register = [
            closed("a", "{status: closed, starts: 2026-11-01, expires: 2026-11-10, closure: {date: 2026-11-09}}"),
            closed("b", "{status: closed, starts: 2026-11-01, expires: 2026-11-10, closure: {date: 2026-11-14}}"),
        ];
        // -1 and 4 make 1.5.
        meet(TODAY, &register, |meeting| assert_eq!(meeting.metrics.closing.twice_median, Some(3)));
        meet(TODAY, &[], |meeting| {
            assert_eq!((meeting.metrics.closing.twice_median, meeting.metrics.life.tenths()), (None, None));
        });
    }

    #[test]
    fn a_review_is_due_on_the_day_after_the_incident_until_somebody_looks() {
        let emergency = |rest: &str| {
            format!("{{status: active, starts: 2026-11-20, expires: 2026-11-30, risk: {{tier: emergency}}, {rest}}}")
        };
        let due = |rest: &str| {
            let text = emergency(rest);
            meet(TODAY, &[("x", text.as_str())], |meeting| meeting.agenda.reviews.first().and_then(|item| item.review))
        };
        let review = |ended: &str, last: &str| Some(ReviewDue { ended: day(ended), due: day(last) });
        assert_eq!(due("incident: {id: I-1, ended: 2026-11-23}"), review("2026-11-23", "2026-11-24"));
        assert_eq!(due("incident: {id: I-1, ended: 2026-11-20}"), review("2026-11-20", "2026-11-21"));
        assert_eq!(due("incident: {id: I-1}"), None);
        assert_eq!(due("incident: {id: I-1, ended: 2026-11-24}"), None);
        assert_eq!(due("incident: {id: I-1, ended: 2026-11-20}, reviews: [{date: 2026-11-20}]"), None);
        assert_eq!(
            due("incident: {id: I-1, ended: 2026-11-20}, reviews: [{date: 2026-11-19}]"),
            review("2026-11-20", "2026-11-21")
        );
    }

    #[test]
    fn what_a_record_leaves_open_is_reported() {
        for (text, doubt, standing) in [
            ("{starts: 2026-11-01, expires: 2026-11-10}", Some(Doubt::NoStatus), Standing::Unclear),
            ("{status: active, starts: 2026-11-01}", Some(Doubt::NoEnd), Standing::Unclear),
            ("{status: active, expires: 2026-12-30}", Some(Doubt::NoStart), Standing::Unclear),
            ("{status: active, expires: 2026-11-25}", Some(Doubt::NoStart), Standing::Expiring { left: 2 }),
            (
                "{status: expired, starts: 2026-11-01, expires: 2026-11-30}",
                Some(Doubt::ExpiredEarly),
                Standing::Expiring { left: 7 },
            ),
            (
                "{status: expired, starts: 2026-11-01, expires: 2026-12-01}",
                Some(Doubt::ExpiredEarly),
                Standing::Unclear,
            ),
            (
                "{status: active, starts: 2026-11-01, expires: 2026-11-10, closure: {date: 2026-11-10}}",
                Some(Doubt::ClosureNotClosed),
                Standing::Expired { overdue: 13 },
            ),
            ("{status: closed, starts: 2026-11-01, expires: 2026-11-10}", Some(Doubt::NoClosingDay), Standing::Closed),
            (
                "{status: closed, starts: 2026-11-01, expires: 2026-11-10, closure: {date: 2036-11-20}}",
                Some(Doubt::ClosedAhead),
                Standing::Closed,
            ),
            (
                "{status: active, starts: 2026-11-01, expires: 2026-11-10, renewals: [{decided: 2 Nov, expires: 2026-11-30}]}",
                Some(Doubt::RenewalWithoutDay),
                Standing::Expiring { left: 7 },
            ),
            ("{status: expired, starts: 2026-11-01, expires: 2026-11-22}", None, Standing::Expired { overdue: 1 }),
            ("{status: active, starts: 2026-11-01, expires: 2026-11-23}", None, Standing::Expiring { left: 0 }),
            (
                "{status: closed, decided: 2026-11-10, starts: 2026-11-20, expires: 2026-11-30, closure: {date: 2026-11-09}}",
                Some(Doubt::ClosedBeforeDecision),
                Standing::Closed,
            ),
            (
                "{status: closed, decided: 2026-11-10, starts: 2026-11-20, expires: 2026-11-30, closure: {date: 2026-11-10}}",
                None,
                Standing::Closed,
            ),
            ("{status: rejected}", None, Standing::Rejected),
            ("{status: rejected, closure: {date: 2026-11-10}}", Some(Doubt::ClosureNotClosed), Standing::Rejected),
            ("{status: closed, starts: 2026-11-01, closure: {date: 2026-11-10}}", Some(Doubt::NoEnd), Standing::Closed),
        ] {
            meet(TODAY, &[("x", text)], |meeting| {
                assert_eq!((meeting.items[0].doubt, meeting.items[0].standing), (doubt, standing), "{text}");
            });
        }
        // Without a start it counts as little.
        let ahead = "{status: closed, expires: 2026-11-10, closure: {date: 2026-11-24}}";
        meet(TODAY, &[("x", ahead)], |meeting| {
            assert_eq!((meeting.metrics.closing.counted, meeting.metrics.closing.left_out), (0, 1));
        });
        // A closure in the future counts in no figure, and nothing is drawn for it.
        let ahead = "{status: closed, starts: 2026-11-01, expires: 2026-11-10, closure: {date: 2036-11-20}}";
        meet(TODAY, &[("x", ahead)], |meeting| {
            assert_eq!((meeting.metrics.life.counted, meeting.metrics.life.left_out), (0, 1));
            assert_eq!((meeting.metrics.closing.counted, meeting.metrics.closing.left_out), (0, 1));
            let stretches = meeting.items[0].stretches(meeting.today);
            assert!(stretches.iter().all(|stretch| stretch.to <= meeting.today), "{stretches:?}");
        });
        // A date-time that passed earlier today is expired, and not a day overdue.
        let text = "{status: active, starts: 2026-11-01, expires: '2026-11-23T09:00'}";
        meet("2026-11-23T09:00", &[("x", text)], |meeting| {
            assert_eq!(meeting.items[0].standing, Standing::Expired { overdue: 0 });
        });
    }

    #[test]
    fn the_stretches_of_an_exception_follow_one_another() {
        let stretches = |text: &str| {
            meet(TODAY, &[("x", text)], |meeting| {
                let stretches = meeting.items[0].stretches(meeting.today);
                stretches.iter().map(|it| (it.kind, it.from.to_string(), it.to.to_string())).collect::<Vec<_>>()
            })
        };
        let is = |kind, from: &str, to: &str| (kind, from.to_owned(), to.to_owned());
        let renewed =
            "renewals: [{decided: 2026-11-09, expires: 2026-11-16}, {decided: 2026-11-19, expires: 2026-11-20}]";
        let term = is(Kind::Term, "2026-11-02", "2026-11-10");
        assert_eq!(
            stretches(&format!("{{status: active, starts: 2026-11-02, expires: 2026-11-10, {renewed}}}")),
            [
                term.clone(),
                is(Kind::Renewal(1), "2026-11-11", "2026-11-16"),
                // The second renewal came three days late.
                is(Kind::Lapsed, "2026-11-17", "2026-11-18"),
                is(Kind::Renewal(2), "2026-11-19", "2026-11-20"),
                is(Kind::Lapsed, "2026-11-21", "2026-11-23"),
            ]
        );
        assert_eq!(
            stretches("{status: closed, starts: 2026-11-02, expires: 2026-11-10, closure: {date: 2026-11-05}}"),
            [is(Kind::Term, "2026-11-02", "2026-11-05")]
        );
        assert_eq!(
            stretches("{status: closed, starts: 2026-11-02, expires: 2026-11-10, closure: {date: 2026-11-12}}"),
            [term.clone(), is(Kind::Lapsed, "2026-11-11", "2026-11-12")]
        );
        let whole = "{status: active, starts: 2026-11-02, expires: 2026-11-10, renewals: [{decided: 2026-11-09, expires: 2026-12-01}]}";
        assert_eq!(stretches(whole), [term, is(Kind::Renewal(1), "2026-11-11", "2026-12-01")]);
        assert_eq!(stretches("{status: rejected, starts: 2026-11-02, expires: 2026-11-10}"), []);
        assert_eq!(stretches("{status: active, expires: 2026-11-10}"), []);
    }
}
