//! GitLab's pipelines, as far as the gate depends on them (<https://docs.gitlab.com/ci/yaml/>).

use std::collections::BTreeMap;

use super::condition::{Dialect, Value, evaluate};
use super::github::{read, text, texts};
use super::softening;
use crate::source::Source;
use crate::yaml::{Entry, Node, Problem};

/// A pipeline's file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pipeline {
    /// Its path from the top of the repository.
    pub path: String,
    /// What it takes from elsewhere.
    pub includes: Vec<Include>,
    /// The variables of all jobs.
    pub variables: BTreeMap<String, String>,
    /// The rules of `workflow`, which decide whether there is a pipeline; `None` if there are none.
    pub rules: Option<Vec<Rule>>,
    /// The image of jobs that do not name one.
    pub image: Option<String>,
    /// What runs before the script of jobs that do not say it.
    pub before: Option<String>,
    /// Its jobs in order, including hidden ones.
    pub jobs: Vec<Job>,
}

/// Something that a pipeline takes from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Include {
    /// A file of this repository.
    Local {
        /// Its path from the top.
        path: String,
        /// The rules by which it is taken in; `None` if it always is.
        rules: Option<Vec<Rule>>,
    },
    /// A component, with its inputs and its line.
    Component {
        /// The component and its version.
        reference: String,
        /// The inputs.
        inputs: BTreeMap<String, String>,
        /// The rules by which it is taken in; `None` if it always is.
        rules: Option<Vec<Rule>>,
        /// Its line, from 1.
        line: usize,
    },
    /// A file of another project, a server or GitLab itself.
    Elsewhere {
        /// What it is called.
        name: String,
        /// Where it is.
        place: Place,
    },
}

/// Where a file is that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this repository, under a name with a wildcard or a variable.
    Here,
    /// In another project or on a server.
    Outside,
    /// It is one of GitLab's own templates.
    Template,
}

/// A job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Job {
    /// Its key.
    pub name: String,
    /// The file that said something of it last.
    pub path: String,
    /// The rules by which its file is taken in; `None` if it always is.
    pub included: Option<Vec<Rule>>,
    /// The jobs whose keys it inherits, the nearest last.
    pub extends: Vec<String>,
    /// What runs before its script, in the same shell.
    pub before: Option<String>,
    /// Its script. What comes after it decides nothing: it runs in a shell of its own, whose exit code is not looked at.
    pub script: Option<String>,
    /// Its variables.
    pub variables: BTreeMap<String, String>,
    /// Its rules; `None` if there are none.
    pub rules: Option<Vec<Rule>>,
    /// The legacy `only`.
    pub only: Option<Legacy>,
    /// The legacy `except`.
    pub except: Option<Legacy>,
    /// `allow_failure`; a mapping counts as true.
    pub allow_failure: Option<String>,
    /// `when`.
    pub when: Option<String>,
    /// Its image.
    pub image: Option<String>,
    /// Its line, from 1.
    pub line: usize,
}

/// `only` or `except` (<https://docs.gitlab.com/ci/yaml/deprecated_keywords/#only--except>).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Legacy {
    /// Names of pipelines and branches; `None` if there are none.
    pub refs: Option<Vec<String>>,
    /// A key on which it depends in addition, such as `variables`.
    pub more: Option<String>,
}

/// A rule of a job or of the whole pipeline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// The condition; `None` is always true.
    pub condition: Option<String>,
    /// The key by which it also depends on files.
    pub files: Option<&'static str>,
    /// `when`.
    pub when: Option<String>,
    /// `allow_failure`.
    pub allow_failure: Option<String>,
    /// The variables that it sets.
    pub variables: BTreeMap<String, String>,
}

/// The occasion on which a pipeline runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A merge request is opened or pushed to.
    MergeRequest,
    /// A pipeline schedule is due.
    Schedule,
}

/// Whether a job runs on an occasion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Runs {
    /// It does, with these variables.
    Yes {
        /// The variables of the pipeline, the job and the rule that lets it run.
        variables: BTreeMap<String, String>,
        /// Whether the pipeline passes if the job fails, or the job waits for somebody.
        soft: Option<String>,
    },
    /// It does not, because of this.
    No(Absence),
    /// That depends on this condition.
    Unknown(String),
}

/// What keeps a job from running; with the rule that says so, where there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Absence {
    /// The rules of `workflow`: there is no pipeline.
    Workflow(Option<String>),
    /// The rules by which the job's file is taken in.
    Include(Option<String>),
    /// The job's own rules.
    Rules(Option<String>),
    /// The legacy `only`.
    Only,
    /// The legacy `except`.
    Except,
    /// It says nothing, and is in the pipelines of branches and tags alone.
    Unsaid,
}

/// The keys at the top of a pipeline that are not jobs (<https://docs.gitlab.com/ci/yaml/#keywords>).
pub const NO_JOBS: [&str; 11] = [
    "default",
    "include",
    "stages",
    "variables",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "spec",
];

/// How many jobs may inherit from one another, as on GitLab.
const MOST_EXTENDS: usize = 11;

impl Pipeline {
    /// Reads a pipeline.
    ///
    /// # Errors
    ///
    /// The first place that the register's reader refuses.
    pub fn parse(source: &Source) -> Result<Self, Problem> {
        let root = read(source)?;
        let line = |offset: u32| source.position(offset).line;
        let jobs = root.as_map().unwrap_or_default().iter().filter(|entry| !NO_JOBS.contains(&&*entry.key));
        let default = root.get("default");
        let image = root.get("image").or_else(|| default.and_then(|default| default.get("image")));
        Ok(Self {
            path: source.path().to_owned(),
            includes: includes(root.get("include"), &line),
            variables: variables(root.get("variables")),
            rules: rules(root.get("workflow").and_then(|workflow| workflow.get("rules"))),
            image: image.and_then(image_name),
            before: script(
                root.get("before_script").or_else(|| default.and_then(|default| default.get("before_script"))),
            ),
            jobs: jobs.map(|entry| job(entry, source.path(), line(entry.key_span.start))).collect(),
        })
    }

    /// Lets a file say more, or otherwise: its jobs and keys take the place of those that are there, key by key
    /// (<https://docs.gitlab.com/ci/yaml/#include>).
    pub fn overlay(&mut self, top: Self) {
        self.path = top.path;
        self.includes.extend(top.includes);
        self.variables.extend(top.variables);
        self.rules = top.rules.or(self.rules.take());
        self.image = top.image.or(self.image.take());
        self.before = top.before.or(self.before.take());
        for job in top.jobs {
            match self.jobs.iter_mut().find(|other| other.name == job.name) {
                Some(there) => there.overlay(job),
                None => self.jobs.push(job),
            }
        }
    }

    /// Returns a job with everything that it inherits from others.
    #[must_use]
    pub fn whole(&self, job: &Job) -> Job {
        let mut whole = job.clone();
        let mut waiting = job.extends.clone();
        for _ in 0..MOST_EXTENDS {
            let Some(name) = waiting.pop() else { break };
            let Some(base) = self.jobs.iter().find(|other| other.name == name) else { continue };
            waiting.extend(base.extends.iter().cloned());
            whole.before = whole.before.or_else(|| base.before.clone());
            whole.script = whole.script.or_else(|| base.script.clone());
            whole.rules = whole.rules.or_else(|| base.rules.clone());
            whole.only = whole.only.or_else(|| base.only.clone());
            whole.except = whole.except.or_else(|| base.except.clone());
            whole.allow_failure = whole.allow_failure.or_else(|| base.allow_failure.clone());
            whole.when = whole.when.or_else(|| base.when.clone());
            whole.image = whole.image.or_else(|| base.image.clone());
            for (name, value) in &base.variables {
                whole.variables.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        whole.image = whole.image.or_else(|| self.image.clone());
        whole.before = whole.before.or_else(|| self.before.clone());
        whole
    }

    /// Returns whether a resolved job runs on an occasion, with `branch` as the default branch.
    #[must_use]
    pub fn runs(&self, job: &Job, occasion: Occasion, branch: Option<&str>) -> Runs {
        let lookup = |name: &str| variable(occasion, branch, name);
        let outer = self.rules.iter().map(|rules| (rules, Absence::Workflow as fn(_) -> _));
        for (rules, absence) in outer.chain(job.included.iter().map(|rules| (rules, Absence::Include as fn(_) -> _))) {
            match first(rules, &lookup) {
                Found::Rule(rule) if rule.is_never() => return Runs::No(absence(Some(rule.written()))),
                Found::Rule(_) => {}
                Found::None => return Runs::No(absence(None)),
                Found::Unknown(condition) => return Runs::Unknown(condition),
            }
        }
        let mut known = self.variables.clone();
        known.extend(job.variables.clone());
        let Some(rules) = &job.rules else {
            let soft = soft(job.allow_failure.as_deref(), job.when.as_deref());
            return job.runs_by_legacy(occasion, branch).unwrap_or(Runs::Yes { variables: known, soft });
        };
        match first(rules, &lookup) {
            Found::None => Runs::No(Absence::Rules(None)),
            Found::Unknown(condition) => Runs::Unknown(condition),
            Found::Rule(rule) => {
                if rule.is_never() {
                    return Runs::No(Absence::Rules(Some(rule.written())));
                }
                known.extend(rule.variables.clone());
                // What the rule says takes the place of what the job says.
                let allow_failure = rule.allow_failure.as_ref().or(job.allow_failure.as_ref());
                let when = rule.when.as_ref().or(job.when.as_ref());
                let soft = soft(allow_failure.map(String::as_str), when.map(String::as_str));
                Runs::Yes { variables: known, soft }
            }
        }
    }
}

impl Rule {
    fn is_never(&self) -> bool {
        self.when.as_deref() == Some("never")
    }

    /// Returns it as it is written.
    fn written(&self) -> String {
        match &self.condition {
            Some(condition) => format!("if: {condition}"),
            None => format!("when: {}", self.when.as_deref().unwrap_or_default()),
        }
    }
}

impl Job {
    /// Returns its whole script, with what comes before it.
    #[must_use]
    pub fn text(&self) -> String {
        [&self.before, &self.script].into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("\n")
    }

    /// Returns that a job without rules does not run on an occasion, or what that depends on; `None` if it does.
    fn runs_by_legacy(&self, occasion: Occasion, branch: Option<&str>) -> Option<Runs> {
        // Without either a job is in the pipelines of branches and tags, which include scheduled ones.
        let usual = ["branches".to_owned(), "tags".to_owned()];
        let only = self.only.as_ref();
        let refs = only.and_then(|only| only.refs.as_deref()).unwrap_or(&usual);
        let depends = |key: &str, more: &str| Some(Runs::Unknown(format!("{key}: {more}")));
        match is_any_of(occasion, branch, refs) {
            Ok(false) => return Some(Runs::No(if only.is_some() { Absence::Only } else { Absence::Unsaid })),
            Ok(true) => {}
            Err(name) => return depends("only", name),
        }
        let except = self.except.as_ref();
        match is_any_of(occasion, branch, except.and_then(|except| except.refs.as_deref()).unwrap_or_default()) {
            Ok(true) => return Some(Runs::No(Absence::Except)),
            Ok(false) => {}
            Err(name) => return depends("except", name),
        }
        let more = |key: &str, said: Option<&Legacy>| depends(key, said?.more.as_deref()?);
        more("except", except).or_else(|| more("only", only))
    }

    fn overlay(&mut self, top: Self) {
        (self.path, self.line) = (top.path, top.line);
        // What is said in the file itself is always there.
        self.included = self.included.take().or(top.included);
        if !top.extends.is_empty() {
            self.extends = top.extends;
        }
        self.before = top.before.or(self.before.take());
        self.script = top.script.or(self.script.take());
        self.variables.extend(top.variables);
        self.rules = top.rules.or(self.rules.take());
        self.only = top.only.or(self.only.take());
        self.except = top.except.or(self.except.take());
        self.allow_failure = top.allow_failure.or(self.allow_failure.take());
        self.when = top.when.or(self.when.take());
        self.image = top.image.or(self.image.take());
    }
}

/// Returns what lets the pipeline pass if a job fails, or keeps the job from starting by itself.
fn soft(allow_failure: Option<&str>, when: Option<&str>) -> Option<String> {
    let keys = [("allow_failure", allow_failure), ("when", when)];
    let soft = |(key, said): (&str, Option<&str>)| {
        let said = said.filter(|said| softening::is_soft_key(key, said))?;
        Some(format!("{key}: {said}"))
    };
    keys.into_iter().find_map(soft)
}

/// The rule that decides.
enum Found<'r> {
    Rule(&'r Rule),
    None,
    Unknown(String),
}

fn first<'r>(rules: &'r [Rule], lookup: &dyn Fn(&str) -> Value) -> Found<'r> {
    for rule in rules {
        let applies =
            rule.condition.as_deref().map_or(Some(true), |condition| evaluate(condition, Dialect::GitLab, lookup));
        match (applies, rule.files) {
            (Some(true), Some(key)) => return Found::Unknown(key.to_owned()),
            (Some(true), None) => return Found::Rule(rule),
            (Some(false), _) => {}
            (None, _) => return Found::Unknown(rule.condition.clone().unwrap_or_default()),
        }
    }
    Found::None
}

/// Returns the value of a predefined variable (<https://docs.gitlab.com/ci/variables/predefined_variables/>).
fn variable(occasion: Occasion, branch: Option<&str>, name: &str) -> Value {
    let text = |text: &str| Value::Text(text.to_owned());
    let branch = || branch.map_or(Value::Unknown, text);
    match (name, occasion) {
        ("CI_PIPELINE_SOURCE", Occasion::MergeRequest) => text("merge_request_event"),
        ("CI_PIPELINE_SOURCE", Occasion::Schedule) => text("schedule"),
        ("CI_DEFAULT_BRANCH", _)
        | ("CI_COMMIT_BRANCH", Occasion::Schedule)
        | ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", Occasion::MergeRequest) => branch(),
        ("CI_COMMIT_BRANCH", Occasion::MergeRequest) | ("CI_COMMIT_TAG", _) => Value::Null,
        ("CI_MERGE_REQUEST_IID" | "CI_MERGE_REQUEST_ID", Occasion::MergeRequest) => text("1"),
        (name, Occasion::Schedule) if name.starts_with("CI_MERGE_REQUEST_") => Value::Null,
        _ => Value::Unknown,
    }
}

/// Returns whether one of the names of `only` or `except` is that of an occasion; the first that does not tell if none is.
fn is_any_of<'n>(occasion: Occasion, branch: Option<&str>, names: &'n [String]) -> Result<bool, &'n str> {
    let decided = |name: &str| match (occasion, name) {
        // The project of a branch or pipeline.
        (_, name) if name.contains('@') => None,
        (Occasion::MergeRequest, name) => Some(name == "merge_requests"),
        (Occasion::Schedule, "schedules" | "branches") => Some(true),
        (Occasion::Schedule, name) if name.starts_with('/') => None,
        (Occasion::Schedule, name) => Some(Some(name) == branch),
    };
    if names.iter().any(|name| decided(name) == Some(true)) {
        return Ok(true);
    }
    names.iter().find(|name| decided(name).is_none()).map_or(Ok(false), |name| Err(name))
}

fn legacy(node: Option<&Node<'_>>) -> Option<Legacy> {
    let node = node?;
    let more = node.as_map().unwrap_or_default().iter().find(|entry| entry.key != "refs");
    let more = more.map(|entry| entry.key.to_string());
    Some(Legacy { refs: texts(node.get("refs").or(Some(node).filter(|node| node.as_map().is_none()))), more })
}

fn includes(node: Option<&Node<'_>>, line: &dyn Fn(u32) -> usize) -> Vec<Include> {
    let Some(node) = node else { return Vec::new() };
    let items = node.as_seq().unwrap_or(std::slice::from_ref(node));
    items.iter().map(|item| include(item, line)).collect()
}

/// Returns the file of this repository that an item of `include` names, without the leading slash; it may be a pattern.
#[must_use]
pub fn included_file(item: &Node<'_>) -> Option<String> {
    let own = item.as_text().filter(|path| !path.contains("://")).map(str::to_owned);
    own.or_else(|| text(item, "local")).map(|path| path.trim_start_matches('/').to_owned())
}

/// The component, whose second document holds its jobs.
const COMPONENT: &str = include_str!("../../templates/stopgap.yml");

/// Returns the component's jobs, as a pipeline takes them in.
#[must_use]
pub fn component() -> Option<Pipeline> {
    let (_, jobs) = COMPONENT.split_once("\n---\n")?;
    Pipeline::parse(&Source::new("templates/stopgap.yml", jobs.to_owned())).ok()
}

fn include(item: &Node<'_>, line: &dyn Fn(u32) -> usize) -> Include {
    let rules = rules(item.get("rules"));
    let elsewhere = |name: &str, place| Include::Elsewhere { name: name.to_owned(), place };
    let local = |path: &str| match path.contains(['*', '$']) {
        true => elsewhere(path, Place::Here),
        false => Include::Local { path: path.to_owned(), rules: rules.clone() },
    };
    if let Some(path) = included_file(item) {
        return local(&path);
    }
    if let Some(url) = item.as_text() {
        return elsewhere(url, Place::Outside);
    }
    match text(item, "component") {
        Some(reference) => {
            let line = line(item.span.start);
            Include::Component { reference, inputs: variables(item.get("inputs")), rules, line }
        }
        None => {
            let named = ["project", "remote", "template"].into_iter().find_map(|key| text(item, key));
            let place = if item.get("template").is_some() { Place::Template } else { Place::Outside };
            elsewhere(&named.unwrap_or_default(), place)
        }
    }
}

fn job(entry: &Entry<'_>, path: &str, line: usize) -> Job {
    let node = &entry.value;
    let said = |key: &str| node.get(key).map(|value| softening::said(value).to_owned());
    Job {
        name: entry.key.to_string(),
        path: path.to_owned(),
        included: None,
        extends: texts(node.get("extends")).unwrap_or_default(),
        before: script(node.get("before_script")),
        script: script(node.get("script")),
        variables: variables(node.get("variables")),
        rules: rules(node.get("rules")),
        only: legacy(node.get("only")),
        except: legacy(node.get("except")),
        allow_failure: said("allow_failure"),
        when: said("when"),
        image: node.get("image").and_then(image_name),
        line,
    }
}

/// Returns the lines of a script; `None` if there is none.
fn script(node: Option<&Node<'_>>) -> Option<String> {
    texts(node).map(|lines| lines.join("\n"))
}

fn image_name(node: &Node<'_>) -> Option<String> {
    node.as_text().map(str::to_owned).or_else(|| text(node, "name"))
}

fn rules(node: Option<&Node<'_>>) -> Option<Vec<Rule>> {
    let items = node?.as_seq()?;
    let rule = |item: &Node<'_>| Rule {
        condition: text(item, "if"),
        files: ["changes", "exists"].into_iter().find(|key| item.get(key).is_some()),
        when: text(item, "when"),
        allow_failure: text(item, "allow_failure"),
        variables: variables(item.get("variables")),
    };
    Some(items.iter().map(rule).collect())
}

/// Reads names with their values; a value may also be written as `value` with a description.
fn variables(node: Option<&Node<'_>>) -> BTreeMap<String, String> {
    let entries = node.and_then(Node::as_map).unwrap_or_default();
    let value = |node: &Node<'_>| node.as_word().map(str::to_owned).or_else(|| text(node, "value"));
    entries.iter().map(|entry| (entry.key.to_string(), value(&entry.value).unwrap_or_default())).collect()
}
