//! The lines of CI that run the check, compared as text.
//!
//! Workflows are not interpreted here: a line that names the check counts, whatever is around it, and what makes it
//! pass is searched for on that line and among the keys of its step and job. Other edits there are only named.

mod edited;

use std::collections::BTreeMap;

use crate::ci::command::{Command, Subcommand, ends_with_kept, keeps_exit_code};
use crate::ci::origin::{Origin, image_name, is_stopgap};
use crate::ci::softening;
use crate::history::{Changes, Document};
use crate::policy::places::{CI_FILES, WORKFLOWS};
use crate::rule::Finding;
use crate::rules::Context;
use crate::source::{FileId, Span};
use crate::text::shown;
use crate::yaml::Spot;
use edited::{Pages, Version};

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

const KINDS: [Kind; 7] = [
    Kind::Gate,
    Kind::Check,
    Kind::Beside(Subcommand::Enforce),
    Kind::Beside(Subcommand::Suppressions),
    Kind::Beside(Subcommand::Sync),
    Kind::Action,
    Kind::Setting,
];

/// A line that runs the check.
struct Step {
    file: FileId,
    kind: Kind,
    span: Span,
    /// What keeps it from failing.
    softened: Option<(Span, String)>,
    /// The options and variables that decide what stopgap looks at, each with its value as written.
    steers: BTreeMap<String, String>,
}

impl Step {
    fn spot(&self, cx: &Context<'_>) -> Spot {
        Spot::found_in(cx.source(self.file).text(), self.span)
    }
}

/// Inputs of the action or the component that decide what stopgap looks at.
const STEERING: [&str; 7] = ["mode", "root", "policy", "base", "version", "checksum", "image"];

pub(super) fn compare(changes: &Changes<'_>, cx: &mut Context<'_>) {
    let ci = |path: &str| path.starts_with(WORKFLOWS) || CI_FILES.contains(&path);
    let documents: Vec<_> = changes.documents.iter().filter(|document| ci(&document.path)).collect();
    let all = |files: Vec<FileId>| -> Vec<Step> {
        files.into_iter().flat_map(|file| steps(file, cx.source(file).text())).collect()
    };
    let before = all(documents.iter().filter_map(|document| document.base).collect());
    let after = all(documents.iter().filter_map(|document| document.head).collect());
    let told = cx.findings.len();
    for kind in KINDS {
        let hard = |steps: &[Step]| steps.iter().filter(|step| step.kind == kind && step.softened.is_none()).count();
        let missing = hard(&before).saturating_sub(hard(&after));
        let old: Vec<_> = before.iter().filter(|step| step.kind == kind).collect();
        let new: Vec<_> = after.iter().filter(|step| step.kind == kind).collect();
        report(&old, &new, missing, cx);
        steered(&old, &new, cx);
    }
    // The rest is for a person to look at before they approve it.
    if changes.is_past {
        return;
    }
    let spots = |finding: &Finding| {
        let labels = finding.labels.iter().map(|label| (label.file, label.span));
        std::iter::once((finding.file, finding.span)).chain(labels).collect::<Vec<_>>()
    };
    let told: Vec<(FileId, Span)> = cx.findings[told..].iter().flat_map(spots).collect();
    for (base, head) in versions(&documents, &before, &after) {
        edited::compare(&Pages { base: version(base, &before), head: version(head, &after), told: &told }, cx);
    }
}

fn version(file: FileId, steps: &[Step]) -> Version {
    let own = steps.iter().filter(|step| step.file == file && step.kind != Kind::Setting);
    Version { file, checks: own.map(|step| step.span).collect() }
}

/// Pairs both versions of each file; one that is gone is compared with the next new one that runs the check.
fn versions(documents: &[&Document], before: &[Step], after: &[Step]) -> Vec<(FileId, FileId)> {
    let runs = |file: &FileId, steps: &[Step]| !version(*file, steps).checks.is_empty();
    let both = documents.iter().filter_map(|document| document.base.zip(document.head));
    let gone = documents.iter().filter(|it| it.head.is_none()).filter_map(|it| it.base).filter(|it| runs(it, before));
    let new = documents.iter().filter(|it| it.base.is_none()).filter_map(|it| it.head).filter(|it| runs(it, after));
    both.chain(gone.zip(new)).collect()
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
        let names: std::collections::BTreeSet<&String> = old.steers.keys().chain(new.steers.keys()).collect();
        for name in names {
            let (was, is) = (old.steers.get(name), new.steers.get(name));
            if was == is {
                continue;
            }
            let written =
                |value: Option<&String>| value.map_or("nothing".to_owned(), |value| format!("`{}`", shown(value)));
            let message =
                format!("{} of the check is now {}, and was {} before", named(name), written(is), written(was));
            cx.report_in(new.file, new.spot(cx), message)
                .label_in(old.file, old.span, "the check before")
                .help("keep it, or have the owners of the workflow confirm that it is intended");
        }
    }
}

/// Reports as many lines as are missing: those that were softened first, then those that are gone.
fn report(old: &[&Step], new: &[&Step], missing: usize, cx: &mut Context<'_>) {
    let softer_before = old.iter().filter(|step| step.softened.is_some()).count();
    let softened: Vec<_> = new.iter().filter_map(|step| Some((step, step.softened.as_ref()?))).collect();
    let newly = softened.len().saturating_sub(softer_before).min(missing);
    for (step, (span, what)) in softened.iter().rev().take(newly) {
        let whatever = if what.contains("sign-off") { "whoever approved" } else { "whatever it finds" };
        let message = format!("`{}` lets the check pass {whatever}", shown(what));
        let finding = cx.report_in(step.file, Spot::found_in(cx.source(step.file).text(), *span), message);
        finding.help("let the step fail when the check does; if a rule is not ready, lower its level in the policy");
        if *span != step.span {
            finding.label(step.span, "the check");
        }
    }
    for step in old.iter().filter(|step| step.softened.is_none()).take(missing - newly) {
        let what = match step.kind {
            Kind::Gate => "a step that ran the pull-request gate (`stopgap check --base`) is gone",
            Kind::Check => "a step that ran `stopgap check` is gone",
            Kind::Beside(Subcommand::Suppressions) => "a step that ran `stopgap suppressions --check` is gone",
            Kind::Beside(Subcommand::Sync) => "a step that ran `stopgap sync --check` is gone",
            Kind::Beside(_) => "a step that ran `stopgap enforce` is gone",
            Kind::Action => "a step that used the action is gone",
            Kind::Setting => "a line that said where stopgap comes from, or what it judges, is gone",
        };
        cx.report_in(step.file, step.spot(cx), what)
            .help("keep the step, or say in the pull request what runs the check now");
    }
}

/// One line with its place.
struct Line<'t> {
    text: &'t str,
    start: usize,
    indent: usize,
    /// Where its first key is, after the dash of a list.
    inner: usize,
}

impl<'t> Line<'t> {
    fn new(text: &'t str, start: usize) -> Option<Self> {
        let trimmed = text.trim_start_matches(' ');
        let indent = text.len() - trimmed.len();
        let inner = indent + trimmed.len() - trimmed.trim_start_matches(['-', ' ']).len();
        let inner = if trimmed.starts_with("- ") { inner } else { indent };
        let content = trimmed.trim_end();
        (!content.is_empty() && !content.starts_with('#')).then_some(Self { text, start, indent, inner })
    }

    fn content(&self) -> &'t str {
        without_comment(self.text.get(self.inner..).unwrap_or_default()).trim_end()
    }

    fn span(&self) -> Span {
        Span::new(self.start + self.inner, self.start + self.inner + self.content().len())
    }
}

fn without_comment(text: &str) -> &str {
    text.find(" #").map_or(text, |at| &text[..at])
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .filter_map(|line| {
            let at = start;
            start += line.len();
            Line::new(line.trim_end_matches(['\n', '\r']), at)
        })
        .collect()
}

fn steps(file: FileId, text: &str) -> Vec<Step> {
    let lines = lines(text);
    let command = |at: usize| -> String {
        let continued = |line: &&Line<'_>| line.content().ends_with('\\');
        let more = lines[at..].iter().take_while(continued).count();
        lines[at..]
            .iter()
            .take(more + 1)
            .map(|line| line.content().trim_end_matches('\\').trim())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let command = command(at);
        let setting = setting(&lines, at);
        let Some(kind) = kind(line.content(), &command).or_else(|| (!setting.is_empty()).then_some(Kind::Setting))
        else {
            continue;
        };
        if kind == Kind::Setting {
            found.push(Step { file, kind, span: line.span(), softened: None, steers: setting });
            continue;
        }
        let soft_input = if kind == Kind::Action { soft_input(&lines, at) } else { None };
        let softened = soft_input.or_else(|| softened(&lines, at, &command));
        let steers = if kind == Kind::Action { inputs(&lines, at) } else { steers(&command) };
        found.push(Step { file, kind, span: line.span(), softened, steers });
        if found.len() == MOST_STEPS {
            break;
        }
    }
    found
}

/// The variables in which the job of GitLab's component, and the one that `init` writes, keeps its inputs.
const VARIABLES: [&str; 5] = ["STOPGAP_BASE", "STOPGAP_POLICY", "STOPGAP_ROOT", "STOPGAP_SIGN_OFF", "STOPGAP_TODAY"];

/// Returns what a line says of where stopgap comes from and of what it judges.
fn setting(lines: &[Line<'_>], at: usize) -> BTreeMap<String, String> {
    let content = lines[at].content();
    let assigned = content.split_once('=').map(|(key, value)| (key, value.trim_matches(['"', '\''])));
    let pairs_there = pairs(&lines[at]).filter_map(pair).chain(assigned);
    let variables = pairs_there.filter(|(key, value)| VARIABLES.contains(key) && !value.is_empty());
    let mut found: BTreeMap<String, String> =
        variables.map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    let above = lines[..at].iter().rev().find(|line| line.inner < lines[at].inner).map_or("", Line::content);
    let name = || pairs(&lines[at]).filter_map(pair).find(|(key, _)| *key == "name").map(|(_, image)| image);
    let image = match (pair(content), above) {
        (Some(("image", inner)), _) if inner.starts_with('{') => name(),
        // An input belongs to the component or action, which is looked at as a whole.
        (Some(("image", image)), above) if !["inputs:", "with:"].contains(&above) => Some(image),
        (Some(("name", image)), "image:") => Some(image),
        _ => None,
    };
    match image.filter(|image| is_stopgap(image)) {
        Some(image) => drop(found.insert("image".to_owned(), image_name(image).to_owned())),
        None => {
            let place = Origin::of(content).and_then(|origin| Some(origin.place()?.to_owned()));
            found.extend(place.map(|place| ("source".to_owned(), place)));
        }
    }
    found
}

/// So many lines of a file are compared; each looks at its whole surroundings.
const MOST_STEPS: usize = 100;

fn kind(line: &str, command: &str) -> Option<Kind> {
    if line.starts_with("name:") {
        return None;
    }
    if let Some(action) = line.strip_prefix("uses:").or_else(|| line.strip_prefix("component:")) {
        let action = action.trim().trim_matches(['"', '\'']);
        return softening::action_version(action).map(|_| Kind::Action);
    }
    Some(match Command::runs(line, command)? {
        it if it.is_beside() => Kind::Beside(it),
        _ if command.contains("--base") => Kind::Gate,
        _ => Kind::Check,
    })
}

fn steers(command: &str) -> BTreeMap<String, String> {
    Command::read(command).map(|command| command.steers).unwrap_or_default()
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

/// Returns what keeps a step from failing: on its line, or a key of its step or job.
fn softened(lines: &[Line<'_>], at: usize, command: &str) -> Option<(Span, String)> {
    let own = &lines[at];
    if Command::runs(own.content(), command).is_some()
        && let Some(passes) = Command::read(command).and_then(|command| command.passes)
        && !keeps_exit_code(&passes)
            .is_some_and(|kept| lines[at + 1..].iter().any(|line| ends_with_kept(line.content(), kept)))
    {
        return Some((own.span(), passes));
    }
    let found = |line: &Line<'_>| (line.span(), line.content().to_owned());
    // A key belongs to the step or to what contains it as long as nothing between them is indented less.
    let mut left = own.indent;
    for line in lines[..at].iter().rev() {
        if line.inner <= left && (is_soft(line.content()) || line.content() == "set +e") {
            return Some(found(line));
        }
        left = left.min(line.indent);
    }
    let mut left = own.inner;
    for line in &lines[at + 1..] {
        left = left.min(line.indent);
        if line.inner <= left && is_soft(line.content()) {
            return Some(found(line));
        }
    }
    None
}

/// Returns the lines of an action's step, its own first.
fn step_lines<'l, 't>(lines: &'l [Line<'t>], at: usize) -> impl Iterator<Item = &'l Line<'t>> {
    let own = &lines[at];
    let below = std::iter::once(own).chain(lines[at + 1..].iter().take_while(|line| line.indent >= own.inner));
    let mut started = own.indent < own.inner;
    let above = lines[..at].iter().rev().take_while(move |line| {
        let inside = !started && line.inner >= own.inner;
        started |= line.indent < own.inner;
        inside
    });
    below.chain(above)
}

/// Returns the pairs of a line, including those of a mapping in braces.
fn pairs<'t>(line: &Line<'t>) -> impl Iterator<Item = &'t str> {
    line.content().split(['{', '}', ',']).map(str::trim)
}

/// Returns the input of an action's step that makes it judge less.
fn soft_input(lines: &[Line<'_>], at: usize) -> Option<(Span, String)> {
    let mut step = step_lines(lines, at);
    step.find(|line| pairs(line).any(is_soft_input)).map(|line| (line.span(), line.content().to_owned()))
}

/// Returns whose action a step uses, and its inputs that matter.
fn inputs(lines: &[Line<'_>], at: usize) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for (key, value) in step_lines(lines, at).flat_map(pairs).filter_map(pair) {
        // GitHub takes the names of inputs in any case.
        let input = key.to_ascii_lowercase();
        if STEERING.contains(&input.as_str()) && !value.is_empty() {
            found.insert(input, value.to_owned());
        } else if let ("uses" | "component", Some((path, _))) = (key, value.split_once('@')) {
            found.insert("owner".to_owned(), path.to_owned());
        }
    }
    found
}

/// Splits a pair of YAML.
fn pair(text: &str) -> Option<(&str, &str)> {
    text.split_once(':').map(|(key, value)| (key, value.trim().trim_matches(['"', '\''])))
}

fn is_soft_input(text: &str) -> bool {
    pair(text).is_some_and(|(key, value)| softening::is_soft_input(key, value))
}

fn is_soft(text: &str) -> bool {
    pair(text).is_some_and(|(key, value)| softening::is_soft_key(key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn softened_by(text: &str) -> Vec<Option<String>> {
        steps(FileId(0), text).into_iter().map(|step| step.softened.map(|(_, what)| what)).collect()
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
            ("auto\n", "auto \\\n          --quiet || :\n", "|| :"),
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
            assert_eq!(softened_by(&component), [Some(format!("inputs: {{{input}}}"))]);
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
        let kinds = |text: &str| steps(FileId(0), text).iter().map(|step| step.kind).collect::<Vec<_>>();
        assert_eq!(kinds("- run: stopgap check --base auto\n"), [Kind::Gate]);
        assert_eq!(kinds(&"- run: stopgap check\n".repeat(MOST_STEPS)).len(), MOST_STEPS);
        assert_eq!(kinds(&"- run: stopgap check\n".repeat(MOST_STEPS + 1)).len(), MOST_STEPS);
        assert_eq!(kinds("- run: stopgap check \\\n    --base auto\n"), [Kind::Gate]);
        assert_eq!(kinds("- run: ./stopgap check\n"), [Kind::Check]);
        assert_eq!(kinds("- uses: acme/stopgap@v1\n- uses: 'acme/stopgap@v1' # pinned\n"), [Kind::Action; 2]);
        assert_eq!(kinds("- run: stopgap  check --base=auto\n"), [Kind::Gate]);
        assert_eq!(kinds("- uses: acme/stopgap-docs@v1\n- name: stopgap check\n# stopgap check\n"), []);
        let beside = |it| [Kind::Beside(it)];
        assert_eq!(kinds("- run: stopgap enforce a.sarif --baseline b.sarif\n"), beside(Subcommand::Enforce));
        assert_eq!(kinds("- run: stopgap suppressions \\\n    --check\n"), beside(Subcommand::Suppressions));
        assert_eq!(kinds("- run: stopgap sync --check\n- run: stopgap sync\n"), beside(Subcommand::Sync));
    }
}
