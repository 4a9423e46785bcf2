//! What CI files say of the check: what runs it, what makes it pass, and what it looks at.
//!
//! Files are compared as trees of keys and values; those that the register's own reader refuses as lines of text. What
//! certainly makes the check pass or look elsewhere is reported. Other edits are only named.

mod called;
mod edited;
mod lines;
mod names;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use crate::ci::command::Subcommand;
use crate::ci::github::is_action;
use crate::history::{Changes, Document};
use crate::policy::places::{CI_FILES, GITLAB_JOB, WORKFLOWS};
use crate::rule::Finding;
use crate::rules::Context;
use crate::source::{FileId, Source, Span};
use crate::text::shown;
use crate::yaml::{self, Node, Spot};
use edited::{Sides, Version};

/// What a line does; a gate is not a scheduled check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Gate,
    Check,
    /// A command that judges something in addition to the register.
    Beside(Subcommand),
    Action,
    /// It says where stopgap comes from, or gives a value to the job that GitLab's component is made of.
    Setting,
}

const KINDS: [Kind; 8] = [
    Kind::Gate,
    Kind::Check,
    Kind::Beside(Subcommand::Enforce),
    Kind::Beside(Subcommand::Suppressions),
    Kind::Beside(Subcommand::Sync),
    Kind::Action,
    Kind::Beside(Subcommand::History),
    Kind::Setting,
];

impl Kind {
    /// Returns what a command does, which is a part of `line`.
    fn of(subcommand: Subcommand, line: &str) -> Self {
        match subcommand {
            Subcommand::Check if line.contains("--base") => Self::Gate,
            Subcommand::Check => Self::Check,
            beside => Self::Beside(beside),
        }
    }

    /// Says that a step is gone that did this.
    fn gone(self) -> &'static str {
        match self {
            Self::Gate => "a step that ran the pull-request gate (`stopgap check --base`) is gone",
            Self::Check => "a step that ran `stopgap check` is gone",
            Self::Beside(Subcommand::Suppressions) => "a step that ran `stopgap suppressions --check` is gone",
            Self::Beside(Subcommand::Sync) => "a step that ran `stopgap sync --check` is gone",
            Self::Beside(Subcommand::History) => "a step that ran `stopgap history` is gone",
            Self::Beside(_) => "a step that ran `stopgap enforce` is gone",
            Self::Action => "a step that used the action is gone",
            Self::Setting => "a line that said where stopgap comes from, or what it judges, is gone",
        }
    }
}

/// What keeps a step from failing, as written.
#[derive(Clone, Debug)]
struct Softening {
    file: FileId,
    span: Span,
    what: String,
}

/// Something that runs the check.
#[derive(Clone, Debug)]
struct Step {
    file: FileId,
    kind: Kind,
    span: Span,
    softened: Option<Softening>,
    /// The options and variables that decide what stopgap looks at, each with its value as written.
    steers: BTreeMap<String, String>,
    /// The job of a pipeline that it belongs to.
    job: Option<String>,
    /// Whether that job is the component's, which is in no file here.
    is_elsewhere: bool,
    /// The outermost place from which its file is called.
    via: Option<(FileId, Span)>,
}

impl Step {
    fn new(file: FileId, kind: Kind, span: Span) -> Self {
        Self { file, kind, span, softened: None, steers: BTreeMap::new(), job: None, is_elsewhere: false, via: None }
    }

    /// Notes what keeps it from failing, unless something nearer does. A setting does not fail.
    fn soften(&mut self, by: Option<&Softening>) {
        if self.softened.is_none() && self.kind != Kind::Setting {
            self.softened = by.cloned();
        }
    }

    /// Returns where it is started.
    fn start(&self) -> (FileId, Span) {
        self.via.unwrap_or((self.file, self.span))
    }
}

/// A use of another file of the repository.
#[derive(Clone, Debug)]
struct Call {
    /// The paths from the top under which that file may be; the one of an included file may be a pattern.
    targets: Vec<String>,
    span: Span,
    /// What keeps the caller from failing.
    softened: Option<Softening>,
}

/// What a pipeline says of a job that may also be defined elsewhere: its own keys take the place of the others.
#[derive(Clone, Debug, Default)]
struct Override {
    /// The key with which the job passes or never starts.
    soft: Option<Softening>,
    /// Its script.
    script: Option<Softening>,
    /// Whether it runs the check itself.
    runs: bool,
}

/// What was found in a file.
#[derive(Debug, Default)]
struct Parts {
    steps: Vec<Step>,
    calls: Vec<Call>,
    /// What a pipeline says of its jobs, by their keys.
    jobs: BTreeMap<String, Override>,
}

/// The system that a file belongs to, and what it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Home {
    Workflow,
    Action,
    Pipeline,
}

impl Home {
    fn of(path: &str) -> Option<Self> {
        match path {
            path if path.starts_with(WORKFLOWS) => Some(Self::Workflow),
            path if CI_FILES.contains(&path) => Some(Self::Pipeline),
            path => is_action(path).then_some(Self::Action),
        }
    }
}

/// One version of a file.
#[derive(Debug)]
struct Page<'c> {
    /// Its path from the top of the work tree.
    path: &'c str,
    home: Home,
    file: FileId,
    /// Its tree; `None` if the register's reader refuses one of the two versions.
    root: Option<Node<'c>>,
    /// Whether only other files start it.
    is_part: bool,
    parts: Parts,
}

/// So many lines of a file are compared; each looks at its whole surroundings.
const MOST_STEPS: usize = 100;

/// Inputs of the action or the component that decide what stopgap looks at.
const STEERING: [&str; 8] = ["mode", "root", "policy", "base", "version", "checksum", "image", "all-registers"];

/// The variables in which the job of GitLab's component, and the one that `init` writes, keeps its inputs.
const VARIABLES: [&str; 6] =
    ["STOPGAP_ALL_REGISTERS", "STOPGAP_BASE", "STOPGAP_POLICY", "STOPGAP_ROOT", "STOPGAP_SIGN_OFF", "STOPGAP_TODAY"];

pub(super) fn compare(changes: &Changes<'_>, cx: &mut Context<'_>) {
    let documents: Vec<&Document> = changes.documents.iter().filter(|it| Home::of(&it.path).is_some()).collect();
    let text = |file: Option<FileId>| file.map(|file| changes.files.source(file).text());
    if documents.iter().all(|it| text(it.base) == text(it.head)) {
        return;
    }
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for document in &documents {
        let files = [document.base, document.head];
        let trees = files.map(|file| text(file).map(yaml::parse));
        let is_read = trees.iter().flatten().all(Result::is_ok);
        for ((file, tree), pages) in files.into_iter().zip(trees).zip([&mut old, &mut new]) {
            let root = tree.and_then(Result::ok).filter(|_| is_read);
            pages.extend(file.and_then(|file| page(&document.path, file, root, changes.files.source(file))));
        }
    }
    let before = called::steps(&old, &|_| false);
    let after = called::steps(&new, &|path| called::is_called(&old, path));
    let told = cx.findings.len();
    for kind in KINDS {
        let hard = |steps: &[Step]| steps.iter().filter(|step| step.kind == kind && step.softened.is_none()).count();
        let missing = hard(&before).saturating_sub(hard(&after));
        let old: Vec<_> = before.iter().filter(|step| step.kind == kind).collect();
        let new: Vec<_> = after.iter().filter(|step| step.kind == kind).collect();
        report(kind, &old, &new, missing, told, cx);
        steered(&old, &new, cx);
    }
    let sides = Sides { old: (&old, &before), new: (&new, &after) };
    names::compare(&sides, &told_since(told, cx), cx);
    // The rest is for a person to look at before they approve it.
    if changes.is_past {
        return;
    }
    let told = told_since(told, cx);
    for (base, head) in versions(&documents, &sides) {
        edited::compare(&base, &head, &told, cx);
    }
}

/// Returns the bytes that the findings from a number on point at.
fn told_since(number: usize, cx: &Context<'_>) -> Vec<(FileId, Span)> {
    let spots = |finding: &Finding| {
        let labels = finding.labels.iter().map(|label| (label.file, label.span));
        std::iter::once((finding.file, finding.span)).chain(labels).collect::<Vec<_>>()
    };
    cx.findings[number..].iter().flat_map(spots).collect()
}

/// Reads one version of a file.
fn page<'c>(path: &'c str, file: FileId, root: Option<Node<'c>>, source: &Source) -> Option<Page<'c>> {
    let home = Home::of(path)?;
    let events = edited::events(root.as_ref().and_then(|root| root.get("on")));
    let is_called = !events.is_empty() && events.iter().all(|(event, _)| event == "workflow_call");
    let is_part = match home {
        Home::Workflow => is_called,
        Home::Action => true,
        Home::Pipeline => path == GITLAB_JOB,
    };
    let parts = match &root {
        Some(root) => tree::read(file, source, home, root),
        None => lines::read(file, source.text()),
    };
    Some(Page { path, home, file, root, is_part, parts })
}

/// Pairs both versions of each file; one that is gone is compared with the next new one that runs the check.
fn versions<'s>(documents: &[&Document], sides: &Sides<'s>) -> Vec<(Version<'s>, Version<'s>)> {
    let old = |file: FileId| Version::of(file, sides.old);
    let new = |file: FileId| Version::of(file, sides.new);
    let both = documents.iter().filter_map(|it| Some((old(it.base?)?, new(it.head?)?)));
    let gone = documents.iter().filter(|it| it.head.is_none()).filter_map(|it| old(it.base?));
    let added = documents.iter().filter(|it| it.base.is_none()).filter_map(|it| new(it.head?));
    let runs = |version: &Version<'_>| !version.checks.is_empty();
    both.chain(gone.filter(runs).zip(added.filter(runs))).collect()
}

/// Reports the steps that look elsewhere than before: those that are the same on both sides are left out, the others
/// are compared in order.
fn steered(old: &[&Step], new: &[&Step], cx: &mut Context<'_>) {
    let mut before: Vec<&&Step> = old.iter().filter(|step| step.softened.is_none()).collect();
    let mut after: Vec<&&Step> = Vec::new();
    for step in new.iter().filter(|step| step.softened.is_none()) {
        match before.iter().position(|other| other.steers == step.steers) {
            Some(at) => drop(before.remove(at)),
            None => after.push(step),
        }
    }
    for (old, new) in before.into_iter().zip(after) {
        let names: BTreeSet<&String> = old.steers.keys().chain(new.steers.keys()).collect();
        for name in names {
            let (was, is) = (old.steers.get(name), new.steers.get(name));
            if was == is {
                continue;
            }
            let written =
                |value: Option<&String>| value.map_or("nothing".to_owned(), |value| format!("`{}`", shown(value)));
            let message =
                format!("{} of the check is now {}, and was {} before", named(name), written(is), written(was));
            let spot = Spot::found_in(cx.source(new.file).text(), new.span);
            cx.report_in(new.file, spot, message)
                .label_in(old.file, old.span, "the check before")
                .help("keep it, or have the owners of the workflow confirm that it is intended");
        }
    }
}

/// Reports as many steps as are missing: those that were softened first, then those that are gone. `told` says where the
/// findings of this rule about CI begin.
fn report(kind: Kind, old: &[&Step], new: &[&Step], missing: usize, told: usize, cx: &mut Context<'_>) {
    let softer_before = old.iter().filter(|step| step.softened.is_some()).count();
    let softened: Vec<_> = new.iter().filter_map(|step| Some((step, step.softened.as_ref()?))).collect();
    let newly = softened.len().saturating_sub(softer_before).min(missing);
    for (step, soft) in softened.iter().rev().take(newly) {
        let what = shown(&soft.what);
        let message = match kind {
            Kind::Beside(Subcommand::History) => format!("`{what}` hides what `stopgap history` finds"),
            _ if soft.what.contains("sign-off") => format!("`{what}` lets the check pass whoever approved"),
            _ => format!("`{what}` lets the check pass whatever it finds"),
        };
        // It may do so to several steps.
        let is_same = |it: &Finding| (it.file, it.span, &it.message) == (soft.file, soft.span, &message);
        if cx.findings[told..].iter().any(is_same) {
            continue;
        }
        let spot = Spot::found_in(cx.source(soft.file).text(), soft.span);
        let finding = cx.report_in(soft.file, spot, message);
        finding.help(remedy(kind, &soft.what));
        if (soft.file, soft.span) != (step.file, step.span) {
            finding.label_in(step.file, step.span, "the check");
        }
    }
    for step in old.iter().filter(|step| step.softened.is_none()).take(missing - newly) {
        let (file, span) = step.start();
        // With the component, both of its jobs are gone.
        if cx.findings[told..].iter().any(|finding| (finding.file, finding.span) == (file, span)) {
            continue;
        }
        let spot = Spot::found_in(cx.source(file).text(), span);
        let finding = cx.report_in(file, spot, kind.gone());
        finding.help("keep the step, or say in the pull request what runs the check now");
        if step.via.is_some() {
            finding.label_in(step.file, step.span, "the check");
        }
    }
}

/// Returns what to do about something that keeps a step from failing.
fn remedy(kind: Kind, what: &str) -> &'static str {
    let (name, _) = what.split_once([':', ' ', '=']).unwrap_or((what, ""));
    match name.trim_matches(['"', '\'']).to_ascii_lowercase().as_str() {
        "if" | "when" => "let it run whenever the check did before",
        "script" => "leave out `script`: the job's own then runs",
        "sign-off" => "delete it: an approval is then required",
        "--today" | "--at" | "today" => "leave it out: the check then judges the state of today",
        "--base" | "base" => "name the branch that the change is for: `auto` finds it",
        "--fix" | "--diff" | "--help" | "-h" | "--version" | "-v" => {
            "leave it out: the check then reports what it finds"
        }
        _ if kind == Kind::Beside(Subcommand::History) => {
            "let the job fail when it finds something; `--since` continues after what has been dealt with"
        }
        _ => "let the step fail when the check does; if a rule is not ready, lower its level in the policy",
    }
}

/// Returns what a setting of the check is called.
fn named(steer: &str) -> String {
    match steer {
        "owner" => "the action".to_owned(),
        "program" => "the program".to_owned(),
        "source" => "the source".to_owned(),
        "results" => "the log".to_owned(),
        "paths" => "the list of files".to_owned(),
        input => format!("`{input}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_tree(text: &str) -> Vec<Step> {
        let source = Source::new("gate.yml", text.to_owned());
        let home =
            if text.starts_with("include:") || text.contains("script:") { Home::Pipeline } else { Home::Workflow };
        tree::read(FileId(0), &source, home, &yaml::parse(source.text()).unwrap()).steps
    }

    /// Returns what each step is softened by; where the file is read as lines, it must be the same.
    fn softened_by(text: &str) -> Vec<Option<String>> {
        let told = |steps: Vec<Step>| steps.into_iter().map(|step| step.softened.map(|it| it.what)).collect::<Vec<_>>();
        let found = told(by_tree(text));
        assert_eq!(told(lines::read(FileId(0), text).steps), found, "{text}");
        found
    }

    const WORKFLOW: &str = "\
on: pull_request
jobs:
  other:
    continue-on-error: true
    steps:
      - run: make
  gate:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v5
        continue-on-error: true
      - name: Run stopgap check
        run: stopgap check --base auto
      # - run: stopgap check
      - if: false
        run: make
";

    #[test]
    fn only_keys_of_the_step_and_its_job_count() {
        assert_eq!(softened_by(WORKFLOW), [None]);
        for (old, new, what) in [
            ("auto\n", "auto || true\n", "|| true"),
            (
                "run: stopgap check --base auto\n",
                "run: |\n          stopgap check --base auto \\\n            --quiet || :\n",
                "|| :",
            ),
            ("auto\n", "auto --today 2026-01-01\n", "--today"),
            ("auto\n", "auto --fix\n", "--fix"),
            ("auto\n", "auto --diff --quiet\n", "--diff"),
            ("auto\n", "auto --fail-on never\n", "--fail-on never"),
            ("auto\n", "auto\n        continue-on-error: true # for now\n", "continue-on-error: true"),
            ("      - name: Run", "      - continue-on-error: true\n        name: Run", "continue-on-error: true"),
            ("ubuntu-latest\n", "ubuntu-latest\n    if: ${{ false }}\n", "if: ${{ false }}"),
            ("run: stopgap check --", "run: |\n          set +e\n          stopgap check --", "set +e"),
        ] {
            assert_eq!(softened_by(&WORKFLOW.replace(old, new)), [Some(what.to_owned())], "{new}");
        }
        let action = "steps:\n  - name: a\n    with:\n      fail-on: never\n  - uses: acme/stopgap@v1\n    with:\n      token: x\n";
        assert_eq!(softened_by(action), [None]);
        for input in
            ["fail-on: never", "Fail-On: never", "sign-off: \"off\"", "sign-off: optional", "today: 2026-01-01"]
        {
            let what = Some(input.to_owned());
            assert_eq!(softened_by(&action.replace("token: x", input)), std::slice::from_ref(&what));
            let before =
                format!("steps:\n  - id: a\n    with:\n      {input}\n    uses: acme/stopgap@v1\n  - run: x\n");
            assert_eq!(softened_by(&before), std::slice::from_ref(&what));
            let above = before.replace("    uses:", "    name: check\n    uses:");
            assert_eq!(softened_by(&above), [what], "{above}");
            let component = format!("include:\n  - component: $HOST/acme/stopgap@1\n    inputs: {{{input}}}\n");
            let found = by_tree(&component);
            assert_eq!(found[0].softened.as_ref().map(|it| &it.what), Some(&input.to_owned()));
            assert_eq!((found.len(), found[1].kind), (2, Kind::Beside(Subcommand::History)));
            let by_lines = lines::read(FileId(0), &component).steps;
            assert_eq!(by_lines[0].softened.as_ref().map(|it| it.what.clone()), Some(format!("inputs: {{{input}}}")));
        }
        assert_eq!(softened_by("steps:\n  - uses: acme/stopgap@v1\nfail-on: never\n"), [None]);
        // To a step that runs the command, what would be an input of the action says nothing.
        let command =
            format!("{WORKFLOW}      - run: stopgap check --base auto\n        env:\n          fail-on: never\n");
        assert_eq!(softened_by(&command), [None, None]);
        for input in ["fail-on: warning", "sign-off: required", "today: ''"] {
            assert_eq!(softened_by(&action.replace("token: x", input)), [None]);
        }
        let gitlab =
            "gate:\n  script:\n    - stopgap check --base auto\n  allow_failure: true\nlint:\n  script: [make]\n";
        assert_eq!(softened_by(gitlab), [Some("allow_failure: true".to_owned())]);
        assert_eq!(softened_by("a:\n  script:\n    - stopgap check\nb:\n  allow_failure: true\n"), [None]);
    }

    #[test]
    fn a_line_is_recognised_by_what_it_runs() {
        let kinds = |text: &str| {
            let told = |steps: Vec<Step>| steps.iter().map(|step| step.kind).collect::<Vec<_>>();
            let found = told(by_tree(text));
            assert_eq!(told(lines::read(FileId(0), text).steps), found, "{text}");
            found
        };
        assert_eq!(kinds("- run: stopgap check --base auto\n"), [Kind::Gate]);
        assert_eq!(kinds(&"- run: stopgap check\n".repeat(MOST_STEPS)).len(), MOST_STEPS);
        assert_eq!(kinds(&"- run: stopgap check\n".repeat(MOST_STEPS + 1)).len(), MOST_STEPS);
        assert_eq!(kinds("- run: |\n    stopgap check \\\n      --base auto\n"), [Kind::Gate]);
        assert_eq!(kinds("- run: ./stopgap check\n"), [Kind::Check]);
        assert_eq!(kinds("- uses: acme/stopgap@v1\n- uses: 'acme/stopgap@v1' # pinned\n"), [Kind::Action; 2]);
        assert_eq!(kinds("- run: stopgap  check --base=auto\n"), [Kind::Gate]);
        assert_eq!(kinds("- uses: acme/stopgap-docs@v1\n- name: stopgap check\n# stopgap check\n"), []);
        assert_eq!(kinds("- run: stopgap --color never check --base=auto\n"), [Kind::Gate]);
        assert_eq!(kinds("- run: stopgap history --since v1\n"), [Kind::Beside(Subcommand::History)]);
        let beside = |it| [Kind::Beside(it)];
        assert_eq!(kinds("- run: stopgap enforce a.sarif --baseline b.sarif\n"), beside(Subcommand::Enforce));
        assert_eq!(kinds("- run: |\n    stopgap suppressions \\\n      --check\n"), beside(Subcommand::Suppressions));
        assert_eq!(kinds("- run: stopgap sync --check\n- run: stopgap sync\n"), beside(Subcommand::Sync));
    }

    #[test]
    fn the_style_of_a_key_or_value_makes_no_difference() {
        for (text, what) in [
            ("- run: \"stopgap check --base auto ; exit 0\"", "; exit 0"),
            ("- run: 'stopgap check --base auto || true'", "|| true"),
            ("- run: >-\n    stopgap check --base auto\n    || true", "|| true"),
            ("- run: stopgap check --base auto\n    || true", "|| true"),
            ("- run: \"stopgap check --base auto\\\n    \\ || true\"", "|| true"),
            ("- {run: stopgap check --base auto, continue-on-error: true}", "continue-on-error: true"),
            ("- run: stopgap check --base auto\n  \"continue-on-error\": true", "\"continue-on-error\": true"),
            ("- run: stopgap check --base auto\n  continue-on-error: >-\n    true", "continue-on-error: true"),
            ("- run: stopgap check --base auto\n  'if': false", "'if': false"),
            ("- uses: a/stopgap@v1\n  with: {\"fail-on\": never}", "\"fail-on\": never"),
            ("- uses: \"a/stopgap@v1\"\n  \"with\": {root: a, sign-off: 'off'}", "sign-off: 'off'"),
            ("- [\"set +e\", \"stopgap check --base auto\"]", "set +e"),
        ] {
            let found = by_tree(&format!("{text}\n"));
            assert_eq!(found.len(), 1, "{text}");
            assert!(matches!(found[0].kind, Kind::Gate | Kind::Action), "{text}");
            assert_eq!(found[0].softened.as_ref().map(|it| it.what.as_str()), Some(what), "{text}");
        }
    }

    #[test]
    fn a_line_of_a_script_is_shown_where_it_is_written() {
        for (text, shown) in [
            ("- run: stopgap check", "run: stopgap check"),
            ("- \"run\": 'stopgap check'", "\"run\": 'stopgap check'"),
            ("- script: [make, stopgap check]", "stopgap check"),
            ("- run: |\n\n    # one\n    make\n\n    stopgap check \\\n      -q\n", "stopgap check \\"),
            ("- run: >-\n    make &&\n    make\n\n    stopgap check\n    -q\n", "stopgap check"),
        ] {
            let found = by_tree(text);
            let span = found[0].span;
            assert_eq!((found.len(), &text[span.range()]), (1, shown), "{text}");
        }
    }
}
