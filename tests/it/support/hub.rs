//! GitHub's issues in memory: what a plan of `remind` does to them, as action/apply-plan applies it.

use serde_json::{Value, json};
use stopgap::internal::files::ReadFile;
use stopgap::internal::github::Issue;
use stopgap::internal::output::record::View;
use stopgap::internal::output::remind::{Format, Item, Page, render};
use stopgap::internal::people::People;
use stopgap::internal::policy::{Policy, RuleBook};
use stopgap::internal::register::{Files, Register};
use stopgap::internal::remind::{self, Settings};
use stopgap::internal::rules::Judge;
use stopgap::internal::source::Source;
use stopgap::internal::time::Today;

/// The login that opens the issues.
pub(crate) const BOT: &str = "github-actions[bot]";

/// An issue with its comments, each with its author.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Thread {
    pub(crate) number: u64,
    pub(crate) title: String,
    pub(crate) body: String,
    pub(crate) open: bool,
    pub(crate) author: &'static str,
    pub(crate) labels: Vec<String>,
    pub(crate) comments: Vec<(&'static str, String)>,
}

/// All issues of a repository.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Hub {
    pub(crate) threads: Vec<Thread>,
}

impl Hub {
    /// Opens an issue as somebody, and returns its number.
    pub(crate) fn open(&mut self, author: &'static str, title: &str, body: &str, labels: &[&str]) -> u64 {
        let number = self.threads.len() as u64 + 1;
        self.threads.push(Thread {
            number,
            title: title.to_owned(),
            body: body.to_owned(),
            open: true,
            author,
            labels: labels.iter().map(ToString::to_string).collect(),
            comments: Vec::new(),
        });
        number
    }

    pub(crate) fn thread(&mut self, number: u64) -> &mut Thread {
        self.threads.iter_mut().find(|thread| thread.number == number).unwrap()
    }

    /// The answer of the list endpoint for a label, newest first.
    pub(crate) fn answer(&self, label: &str) -> Value {
        let kind = |login: &str| if login.ends_with("[bot]") { "Bot" } else { "User" };
        let issue = |thread: &Thread| {
            json!({
                "number": thread.number,
                "title": thread.title,
                "body": thread.body,
                "state": if thread.open { "open" } else { "closed" },
                "user": {"login": thread.author, "id": 1, "type": kind(thread.author)},
                "labels": thread.labels.iter().map(|name| json!({"name": name})).collect::<Vec<_>>(),
                "comments": thread.comments.len(),
            })
        };
        let labelled = |thread: &&Thread| thread.labels.iter().any(|own| own == label);
        self.threads.iter().rev().filter(labelled).map(issue).collect()
    }

    /// Creates a call unless it was made already, and returns whether it was made.
    pub(crate) fn apply(&mut self, call: &Value) -> bool {
        if self.has(call) {
            return false;
        }
        let text = |key: &str| call["body"][key].as_str();
        let body = text("body").unwrap();
        assert!(body.chars().count() <= 65_536, "a body of {} characters", body.chars().count());
        if let Some(title) = text("title") {
            assert!((1..=256).contains(&title.chars().count()) && !title.contains('\n'), "{title}");
        }
        let path = call["path"].as_str().unwrap().strip_prefix("/repos/{owner}/{repo}/issues").unwrap();
        match (call["method"].as_str().unwrap(), path.strip_suffix("/comments"), path) {
            ("POST", None, "") => {
                let labels = call["body"]["labels"].as_array().unwrap();
                let labels: Vec<&str> = labels.iter().filter_map(Value::as_str).collect();
                self.open(BOT, text("title").unwrap(), body, &labels);
            }
            ("POST", Some(number), _) => self.numbered(number).comments.push((BOT, body.to_owned())),
            ("PATCH", None, number) => {
                let thread = self.numbered(number);
                body.clone_into(&mut thread.body);
                if let Some(title) = text("title") {
                    title.clone_into(&mut thread.title);
                }
                if let Some(state) = text("state") {
                    assert!(["open", "closed"].contains(&state));
                    thread.open = state == "open";
                }
            }
            other => panic!("{other:?}"),
        }
        true
    }

    fn numbered(&mut self, path: &str) -> &mut Thread {
        self.thread(path.strip_prefix('/').unwrap().parse().unwrap())
    }

    /// Returns whether the list that a call names contains an item by the bot that shows that the call was made.
    fn has(&self, call: &Value) -> bool {
        let unless = &call["unless"];
        let Some(path) = unless["path"].as_str() else { return false };
        let (login, holds) = (unless["login"].as_str().unwrap(), unless["holds"].as_str().unwrap());
        let below = path.strip_prefix("/repos/{owner}/{repo}/issues").unwrap();
        match below.split_once("/comments?") {
            None => {
                let label = call["body"]["labels"][0].as_str().unwrap();
                let listed = self.threads.iter().filter(|thread| thread.labels.iter().any(|own| own == label));
                listed.into_iter().any(|thread| thread.author == login && thread.body.contains(holds))
            }
            Some((number, _)) => {
                let number: u64 = number.strip_prefix('/').unwrap().parse().unwrap();
                let thread = self.threads.iter().find(|thread| thread.number == number).unwrap();
                thread.comments.iter().any(|(author, body)| *author == login && body.contains(holds))
            }
        }
    }
}

/// What a plan is made from, in addition to the issues.
pub(crate) struct Book {
    pub(crate) policy: Policy,
    pub(crate) people: People,
    pub(crate) label: &'static str,
    pub(crate) max_new: usize,
}

impl Book {
    pub(crate) fn new() -> Self {
        Self { policy: Policy::default(), people: People::default(), label: "stopgap", max_new: 20 }
    }

    /// Plans a day for a register of files, each a path and a text.
    pub(crate) fn plan(&self, files: &[(String, String)], today: &str, hub: &Hub) -> Value {
        let today = Today::parse(today, self.policy.timezone).unwrap();
        let judge = Judge::new(
            RuleBook { policy: self.policy.clone(), people: self.people.clone(), ..RuleBook::default() },
            today,
        );
        let source = |(path, text): &(String, String)| ReadFile::from(Source::new(path.clone(), text.clone()));
        let files = Files::from_read(files.iter().map(source).collect());
        let (register, _) = Register::parse_unjudged(&files, &[]);
        let reminders = remind::due(&judge, &register);
        let issues = Issue::parse_list(hub.answer(self.label).to_string().as_bytes()).unwrap();
        let settings = Settings { bot: BOT, label: self.label, max_new: self.max_new };
        let tracking = remind::track(&reminders, &register, &issues, settings);
        let items: Vec<Item<'_>> = Vec::new();
        let view = View { register: &register, files: &files, zone: self.policy.timezone, today, homes: &[] };
        let page = Page { view, items, tracking: &tracking, settings };
        let mut bytes = Vec::new();
        render(Format::GithubPlan, &page, &mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// Plans a day and applies the whole plan.
    pub(crate) fn run(&self, files: &[(String, String)], today: &str, hub: &mut Hub) -> Value {
        let plan = self.plan(files, today, hub);
        for call in plan["calls"].as_array().unwrap() {
            hub.apply(call);
        }
        plan
    }
}

/// What the calls of a plan do, as `does exception`.
pub(crate) fn deeds(plan: &Value) -> Vec<String> {
    let calls = plan["calls"].as_array().unwrap();
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    calls.iter().map(|call| format!("{} {}", word(&call["does"]), word(&call["exception"]))).collect()
}

/// The keys of the record in a text.
pub(crate) fn record(text: &str) -> Option<Value> {
    let line = text.lines().rev().find_map(|line| line.strip_prefix("<!-- stopgap:v1 "))?;
    serde_json::from_str(line.strip_suffix(" -->")?).ok()
}
