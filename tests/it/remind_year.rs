//! A year of a register that changes, with days on which nothing runs and runs that break off: every stage is told
//! once, nothing is told twice, and every issue is closed in the end.
//!
//! What is due is computed here a second time, by counting days, so that the two can disagree.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use stopgap::internal::time::Day;

use crate::support::exception;
use crate::support::hub::{Book, Hub, Thread, record};

fn day(number: i64) -> Day {
    Day::parse("2026-01-01").unwrap().plus(number)
}

/// What becomes of an exception, decided before the year begins.
#[derive(Clone, Debug)]
struct Life {
    starts: i64,
    /// The days after it that are approved at first.
    term: i64,
    noon: bool,
    /// Days from the start to the end of its incident.
    incident: Option<i64>,
    /// Days from an end to the renewal, and from there to the next end.
    renewals: Vec<(i64, i64)>,
    /// Days from the incident's end to the review.
    review: Option<i64>,
    /// Days from the last end to the closure, or to the removal of the file.
    leaves: i64,
    removed: bool,
}

fn life() -> impl Strategy<Value = Life> {
    let approved = (0..365_i64, 1..31_i64, weighted(0.2));
    let incident = (option::weighted(0.2, 0..6_i64), option::weighted(0.9, 0..12_i64));
    let renewals = prop_oneof![2 => Just(Vec::new()), 1 => vec((-3..10_i64, 1..21_i64), 1..4)];
    let leaves = (-15..30_i64, weighted(0.1));
    (approved, incident, renewals, leaves).prop_map(|(approved, (incident, review), renewals, (leaves, removed))| {
        let (starts, term, noon) = approved;
        Life { starts, term, noon, incident, renewals, review, leaves, removed }
    })
}

/// Whether something happens, on each day of a year.
fn days(chance: f64) -> impl Strategy<Value = Vec<bool>> {
    vec(weighted(chance), 365)
}

/// An exception; days are counted from the first of the year.
struct Entry {
    id: String,
    life: Life,
    starts: i64,
    /// The approved ends, each with the day from which it counts, oldest first.
    ends: Vec<(i64, i64)>,
    /// Whether it ends at noon.
    noon: bool,
    incident: Option<i64>,
    reviewed: Option<i64>,
    closed: Option<i64>,
    removed: bool,
}

/// What the year expects to be told: what it is about, the stage, and the stage's rank.
type Due = (String, String, i64);

impl Entry {
    fn new(number: usize, life: &Life) -> Self {
        let starts = life.starts;
        Self {
            id: format!("entry-{number}"),
            life: life.clone(),
            starts,
            ends: vec![(starts, starts + life.term)],
            noon: life.noon,
            incident: life.incident.map(|days| starts + days),
            reviewed: None,
            closed: None,
            removed: false,
        }
    }

    /// Lets people do what this day brings: one thing at most.
    fn change(&mut self, today: i64) {
        let (_, last) = self.ends[self.ends.len() - 1];
        let reviewed = self.incident.zip(self.life.review).map(|(ended, days)| ended + days);
        match self.life.renewals.get(self.ends.len() - 1) {
            Some((after, more)) if today >= last + after => self.ends.push((today, today.max(last) + more)),
            None if today >= last + self.life.leaves && today > self.starts && self.life.removed => self.removed = true,
            None if today >= last + self.life.leaves && today > self.starts => self.closed = Some(today),
            _ if reviewed.is_some_and(|on| on <= today) => self.reviewed = self.reviewed.or(Some(today)),
            _ => {}
        }
    }

    fn moment(&self, last: i64) -> String {
        if self.noon { format!("{}T12:00", day(last)) } else { day(last).to_string() }
    }

    fn file(&self) -> (String, String) {
        let (_, first) = self.ends[0];
        let renewals: Vec<String> = self.ends[1..]
            .iter()
            .map(|(decided, last)| {
                let decided = day(*decided);
                format!(
                    "{{requested: {decided}, requester: Luis Prado, reason: It takes longer., risk_check: Read., approver: \
                     Mei Tanaka, decided: {decided}, expires: {}}}",
                    self.moment(*last)
                )
            })
            .collect();
        let list =
            |items: Vec<String>| if items.is_empty() { String::new() } else { format!("[{}]", items.join(", ")) };
        let reviews = self.reviewed.map(|on| format!("{{date: {}, by: Luis Prado, note: Read.}}", day(on)));
        let closure = self.closed.map(|on| format!("{{date: {}, by: Luis Prado, verified_by: Mei Tanaka}}", day(on)));
        let fields = [
            ("starts", day(self.starts).to_string()),
            ("decided", day(self.starts).to_string()),
            ("expires", self.moment(first)),
            ("renewals", list(renewals)),
            ("risk.tier", if self.incident.is_some() { "emergency" } else { "low" }.to_owned()),
            ("incident", self.incident.map(|on| format!("{{id: INC-1, ended: {}}}", day(on))).unwrap_or_default()),
            ("reviews", list(reviews.into_iter().collect())),
            ("status", if self.closed.is_some() { "closed" } else { "active" }.to_owned()),
            ("closure", closure.unwrap_or_default()),
        ];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(key, value)| (*key, value.as_str())).collect();
        (format!("exceptions/{}.yaml", self.id), exception(&fields))
    }

    /// What is due in the morning of a day, before noon.
    fn due(&self, today: i64) -> Vec<Due> {
        if self.removed || self.closed.is_some() {
            return Vec::new();
        }
        let (from, last) = self.ends[self.ends.len() - 1];
        let mut due = Vec::new();
        if today > last {
            let over = today - last - i64::from(!self.noon);
            let reached = (0..).map(|week| week * 7).take_while(|days| *days <= over).last().unwrap();
            let reached = if reached == 0 && over >= 1 { 1 } else { reached };
            due.push((format!("end {}", self.moment(last)), format!("expired-{reached}"), 10 + reached));
        } else {
            let half = (last - from).max(0) / 2;
            let reached = [1, 7].map(|days: i64| days.min(half)).into_iter().find(|days| today >= last - days);
            due.extend(
                reached.map(|days| (format!("end {}", self.moment(last)), format!("reminder-{days}"), 7 - days)),
            );
        }
        if let Some(ended) = self.incident.filter(|ended| *ended <= today && self.reviewed.is_none_or(|on| on < *ended))
        {
            let (stage, place) = match (today - ended - 2).div_euclid(7) {
                ..0 => ("review-due".to_owned(), 1),
                0 => ("review-overdue".to_owned(), 2),
                weeks => (format!("review-overdue-{}", weeks * 7), 2 + weeks),
            };
            due.push((format!("review {}", day(ended)), stage, place));
        }
        due
    }
}

/// The year and everything that was said in it.
struct Year {
    book: Book,
    hub: Hub,
    entries: Vec<Entry>,
    /// The highest rank that was told about an exception and a thing.
    told: BTreeMap<(String, String), i64>,
    /// All that was told, to notice repetitions.
    said: BTreeSet<(String, String, String)>,
    lives: Vec<Life>,
    /// Whether the answer to a call is lost, for one call after another, repeating.
    lost: Vec<bool>,
    calls: usize,
}

fn lives() -> impl Strategy<Value = (Vec<Life>, Vec<bool>)> {
    (vec(life(), 60..90), vec(weighted(0.1), 100))
}

impl Year {
    fn new((lives, lost): (Vec<Life>, Vec<bool>), max_new: usize) -> Self {
        Self {
            book: Book { max_new, ..Book::new() },
            hub: Hub::default(),
            entries: Vec::new(),
            told: BTreeMap::new(),
            said: BTreeSet::new(),
            lives,
            lost,
            calls: 0,
        }
    }

    /// Lets people work on the register for a day.
    fn change(&mut self, today: i64) {
        for life in self.lives.iter().filter(|life| life.starts == today) {
            self.entries.push(Entry::new(self.entries.len(), life));
        }
        for entry in self.entries.iter_mut().filter(|entry| entry.closed.is_none() && !entry.removed) {
            entry.change(today);
        }
    }

    /// Returns the files of a day; those that were closed a month ago are kept elsewhere, so that the year takes less
    /// time.
    fn files(&self, today: i64) -> Vec<(String, String)> {
        let kept = |entry: &&Entry| !entry.removed && entry.closed.is_none_or(|on| today - on < 30);
        self.entries.iter().filter(kept).map(Entry::file).collect()
    }

    fn plan(&self, today: i64) -> Vec<Value> {
        let plan = self.book.plan(&self.files(today), &format!("{}T05:17", day(today)), &self.hub);
        let odd = |remark: &&Value| !remark.as_str().unwrap().contains("mentions nobody");
        assert_eq!(plan["remarks"].as_array().unwrap().iter().find(odd), None);
        plan["calls"].as_array().unwrap().clone()
    }

    /// Runs once, up to so many calls of the plan; notes what the runs say.
    fn run(&mut self, today: i64, most: Option<usize>) {
        let calls = self.plan(today);
        let most = most.map_or(calls.len(), |most| most.min(calls.len()));
        for call in &calls[..most] {
            let made = self.hub.apply(call);
            // A call whose answer was lost is made again.
            if self.lost[self.calls % self.lost.len()] {
                self.hub.apply(call);
            }
            self.calls += 1;
            if made && call["method"] == "POST" {
                self.note(call, today);
            }
        }
        if most == calls.len() {
            self.is_told(today);
        }
    }

    /// Notes what a comment or a new issue says, which must be due today and new.
    fn note(&mut self, call: &Value, today: i64) {
        let Some(id) = call["exception"].as_str() else { return };
        let body = call["body"]["body"].as_str().unwrap();
        let record = record(body).unwrap();
        let entry = self.entries.iter().find(|entry| entry.id == id).unwrap();
        if record.get("over").is_some() {
            assert_eq!(entry.due(today), [], "{id} on {} is ended, and something is due", day(today));
            return;
        }
        let due = entry.due(today);
        let mut news = 0;
        for (about, stage, place) in due {
            let (kind, of) = about.split_once(' ').unwrap();
            let keys = if kind == "end" { ["expiry", "stage"] } else { ["incident", "review"] };
            assert_eq!(keys.map(|key| record[key].as_str().unwrap()), [of, stage.as_str()], "{id} on {}", day(today));
            let says = if kind == "end" { ["ends", "expired"] } else { ["needs a review", "has had no review"] };
            if !says.iter().any(|word| body.contains(&format!("**{word} "))) {
                continue;
            }
            news += 1;
            let key = (id.to_owned(), about);
            if !self.said.insert((key.0.clone(), key.1.clone(), stage.clone())) {
                // Said by a run that broke off before it wrote so in the issue, and what is due has changed since.
                let issue = self.threads(id).first().map(|thread| self::record(&thread.body).unwrap());
                let known = issue.is_some_and(|issue| keys.iter().all(|key| issue[*key] == record[*key]));
                assert!(!known, "{key:?} {stage} was told twice");
            }
            assert!(self.told.insert(key, place).is_none_or(|before| before <= place));
        }
        assert!(news > 0, "{id} on {}: nothing new\n{body}", day(today));
    }

    /// After a complete run everything that is due was told, or waits in the list, and the issues are open that must
    /// be.
    fn is_told(&self, today: i64) {
        let on = day(today);
        let list = self.hub.threads.iter().find(|thread| record(&thread.body).unwrap().get("digest").is_some());
        let mut waiting = 0;
        for entry in &self.entries {
            let due = entry.due(today);
            let threads: Vec<&Thread> = self.threads(&entry.id);
            assert!(threads.len() <= 1, "{} has {} issues", entry.id, threads.len());
            let line = format!("\n- `{}` ", entry.id);
            if !due.is_empty() && list.is_some_and(|list| list.open && list.body.contains(&line)) {
                waiting += 1;
                assert!(threads.is_empty());
                continue;
            }
            let open = threads.iter().any(|thread| thread.open);
            assert_eq!(open, !due.is_empty(), "{} on {on}: {due:?}", entry.id);
            for (about, stage, place) in due {
                let told = self.told.get(&(entry.id.clone(), about.clone()));
                assert_eq!(told, Some(&place), "{} on {on}: {about} {stage}", entry.id);
            }
        }
        assert_eq!(list.is_some_and(|list| list.open), waiting > 0, "{on}");
        if waiting == 0 && today % 4 == 0 {
            assert!(self.plan(today).is_empty(), "{on}: a second run finds something to do");
        }
    }

    fn threads(&self, id: &str) -> Vec<&Thread> {
        self.hub.threads.iter().filter(|thread| record(&thread.body).unwrap()["id"] == id).collect()
    }

    /// Ends everything, and looks at what is left.
    fn finish(&mut self) {
        for entry in &mut self.entries {
            entry.closed = entry.closed.or(Some(365));
        }
        self.run(365, None);
        for thread in &self.hub.threads {
            assert!(!thread.open, "{thread:?}");
            let records = thread.comments.iter().map(|(_, text)| record(text).unwrap().to_string());
            let distinct: BTreeSet<String> = records.collect();
            assert_eq!(distinct.len(), thread.comments.len(), "{thread:?}");
        }
    }
}

/// Plays so many years; one that fails is simplified only a few times, because each takes a while.
fn play<S: Strategy>(cases: u32, strategy: &S, year: impl Fn(S::Value)) {
    let config = ProptestConfig { cases, max_shrink_iters: 64, ..ProptestConfig::with_source_file(file!()) };
    let played = TestRunner::new(config).run(strategy, |values| {
        year(values);
        Ok(())
    });
    played.unwrap();
}

#[test]
fn every_stage_is_told_once_and_every_issue_is_closed_in_the_end() {
    let said = RefCell::new(BTreeSet::new());
    play(2, &(lives(), days(0.75)), |(lives, runs)| {
        let mut year = Year::new(lives, 20);
        for (today, runs) in (0..).zip(runs) {
            year.change(today);
            if runs {
                year.run(today, None);
            }
        }
        year.finish();
        said.borrow_mut().extend(year.said.into_iter().map(|(_, _, stage)| stage));
    });
    // The years included everything that they are about.
    for stage in ["reminder-7", "reminder-1", "expired-0", "expired-1", "expired-7", "review-due", "review-overdue"] {
        assert!(said.borrow().contains(stage), "no year has {stage}");
    }
}

#[test]
fn interrupted_runs_and_repeated_calls_make_no_difference() {
    let runs = vec(vec(option::weighted(0.5, 0..4_usize), 0..4), 365);
    play(2, &(lives(), runs), |(lives, runs)| {
        let mut year = Year::new(lives, 20);
        for (today, runs) in (0..).zip(runs) {
            year.change(today);
            for most in runs {
                year.run(today, most);
            }
        }
        year.finish();
    });
}

#[test]
fn a_list_contains_those_who_wait_if_there_are_too_many() {
    let lists = RefCell::new(0);
    play(1, &(lives(), days(0.15)), |(lives, runs)| {
        let mut year = Year::new(lives, 1);
        for (today, runs) in (0..).zip(runs) {
            year.change(today);
            if runs {
                year.run(today, None);
            }
        }
        let is_list = |thread: &&Thread| record(&thread.body).unwrap().get("digest").is_some();
        let found = year.hub.threads.iter().filter(is_list).count();
        assert!(found <= 1, "{found} lists");
        *lists.borrow_mut() += found;
        year.finish();
    });
    assert!(*lists.borrow() > 0, "nobody had to wait");
}

#[test]
fn after_a_break_at_any_call_the_next_run_leaves_what_a_complete_one_leaves() {
    play(1, &(lives(), days(0.3)), |(lives, runs)| {
        let mut year = Year::new(lives, 3);
        for (today, runs) in (0..).zip(runs) {
            year.change(today);
            if runs {
                break_off_at_each_call(&mut year, today);
            }
        }
        year.finish();
    });
}

fn break_off_at_each_call(year: &mut Year, today: i64) {
    let before = year.hub.clone();
    let calls = year.plan(today);
    year.run(today, None);
    for broken in 0..calls.len() {
        let mut other = before.clone();
        for call in &calls[..broken] {
            other.apply(call);
        }
        // One that breaks off may open fewer than allowed, and the next one the rest.
        let whole = std::mem::replace(&mut year.hub, other);
        let rest = year.plan(today);
        rest.iter().for_each(|call| {
            year.hub.apply(call);
        });
        let creates = |calls: &[Value]| calls.iter().filter(|call| call["does"] == "create").count();
        if creates(&calls) < 3 {
            assert_eq!(year.hub, whole, "on {} after {broken} calls", day(today));
        }
        year.hub = whole;
    }
}
