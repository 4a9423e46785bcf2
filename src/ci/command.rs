//! Shell lines that run stopgap, as words: what makes them pass, and what influences them.

use std::collections::BTreeMap;

use super::script::{Outcome, Reading, Shell};
use super::softening::is_plain_input;

/// A command of stopgap that a line runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subcommand {
    /// `stopgap check`.
    Check,
    /// `stopgap history`.
    History,
    /// `stopgap enforce`.
    Enforce,
    /// `stopgap suppressions --check`.
    Suppressions,
    /// `stopgap sync --check`.
    Sync,
}

impl Subcommand {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Check, Self::History, Self::Enforce, Self::Suppressions, Self::Sync];

    /// Returns its word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::History => "history",
            Self::Enforce => "enforce",
            Self::Suppressions => "suppressions",
            Self::Sync => "sync",
        }
    }

    /// Returns whether it judges something beside the register, so that neither gate is missing without it.
    #[must_use]
    pub fn is_beside(self) -> bool {
        !matches!(self, Self::Check | Self::History)
    }

    /// Returns whether it only judges if it is told to.
    fn asks_for_check(self) -> bool {
        matches!(self, Self::Suppressions | Self::Sync)
    }
}

/// What a line does with stopgap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What it runs.
    pub subcommand: Subcommand,
    /// The options, without quotes.
    pub options: Vec<String>,
    /// What keeps the line from failing when the command does, as written.
    pub passes: Option<String>,
    /// What makes it uncertain that its script fails whenever something is wrong, as written.
    pub unclear: Option<String>,
    /// The options and variables that decide what stopgap looks at, each with its value as written.
    pub steers: BTreeMap<String, String>,
}

/// What an option is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// Something other is said than what is found today.
    Other,
    /// What is judged, and by what.
    Judged,
    /// How and where findings are presented.
    Shown,
    /// Anything else.
    Rest,
}

/// Every option of the commands that judge: whether it takes a value, and what it is about.
const OPTIONS: [(&str, bool, About); 38] = [
    ("--all-registers", false, About::Judged),
    ("--annotate", true, About::Shown),
    ("--at", true, About::Other),
    ("--base", true, About::Judged),
    ("--baseline", true, About::Judged),
    ("--check", false, About::Rest),
    ("--color", true, About::Shown),
    ("--diff", false, About::Other),
    ("--event", true, About::Judged),
    ("--fail-on", true, About::Judged),
    ("--fix", false, About::Other),
    ("--format", true, About::Shown),
    ("--help", false, About::Other),
    ("--ignore", true, About::Judged),
    ("--limit", true, About::Judged),
    ("--open", false, About::Rest),
    ("--output", true, About::Shown),
    ("--policy", true, About::Judged),
    ("--print", true, About::Other),
    ("--prune", false, About::Rest),
    ("--pulls", true, About::Rest),
    ("--quiet", false, About::Shown),
    ("--reviews", true, About::Judged),
    ("--root", true, About::Judged),
    ("--scan", true, About::Rest),
    ("--select", true, About::Judged),
    ("--since", true, About::Rest),
    ("--skip", true, About::Judged),
    ("--statistics", false, About::Shown),
    ("--today", true, About::Other),
    ("--tool", true, About::Judged),
    ("--tools", false, About::Other),
    ("--until", true, About::Rest),
    ("--version", false, About::Other),
    ("--write-baseline", false, About::Other),
    ("-V", false, About::Other),
    ("-h", false, About::Other),
    ("-q", false, About::Shown),
];

fn option(name: &str) -> Option<&'static (&'static str, bool, About)> {
    OPTIONS.iter().find(|(known, ..)| *known == name)
}

/// Returns whether an option takes a value that may be the next word; `None` if no such option is known.
#[must_use]
pub fn takes_value(name: &str) -> Option<bool> {
    option(name).map(|(_, takes, _)| *takes)
}

/// Returns whether an option only says how and where findings are presented.
#[must_use]
pub fn is_about_presentation(name: &str) -> bool {
    option(name).is_some_and(|(.., about)| *about == About::Shown)
}

/// Bases that contain the change itself, so that nothing is left to judge.
const NO_BASE: [&str; 8] = [
    "HEAD",
    "@",
    "HEAD^0",
    "HEAD~0",
    "GITHUB_SHA",
    "CI_COMMIT_SHA",
    "github.sha",
    "github.event.pull_request.head.sha",
];

/// What forges call the branch or commit that a change is for; names of branches come behind `origin/`.
const TARGETS: [&str; 8] = [
    "github.base_ref",
    "github.event.merge_group.base_sha",
    "github.event.pull_request.base.ref",
    "github.event.pull_request.base.sha",
    "GITHUB_BASE_REF",
    "CI_MERGE_REQUEST_DIFF_BASE_SHA",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "CI_MERGE_REQUEST_TARGET_BRANCH_SHA",
];

/// Options after which not everything is judged that the policy says.
const NARROWING: [&str; 3] = ["--select", "--ignore", "--skip"];

/// What certainly succeeds behind `||`, whatever else the script says.
const SUCCEEDS: [&str; 7] = [":", "cat", "echo", "exit", "printf", "return", "true"];

/// Words before a command after which it does not run, or its exit code does not count.
const IDLE: [&str; 9] = ["echo", "printf", "true", ":", "if", "while", "until", "!", "test"];

/// What may follow `||` without making the line pass.
const STILL_FAILS: [&str; 3] = ["exit", "return", "false"];

impl Command {
    /// Returns what a line runs or seems to run; `whole` is the line with those that continue it.
    #[must_use]
    pub fn runs(line: &str, whole: &str) -> Option<Subcommand> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let programs = (0..words.len()).filter(|at| is_stopgap(words[*at]));
        let mut named = programs.filter_map(|at| Some(named(&words[at + 1..])?.1));
        named.find(|it| !it.asks_for_check() || whole.contains("--check"))
    }

    /// Reads a line; `None` if it runs none of the commands.
    #[must_use]
    pub fn read(line: &str) -> Option<Self> {
        let spaced: Vec<String> =
            spaced(uncommented(line)).split_whitespace().map(|word| word.replace(KEPT, " ")).collect();
        let words: Vec<&str> = spaced.iter().map(String::as_str).collect();
        let end_of =
            |at: usize| words[at..].iter().position(|word| is_operator(word)).map_or(words.len(), |length| at + length);
        let command = |at: usize| {
            let (place, found) = named(&words[at + 1..])?;
            let arguments = words.get(at + 1..end_of(at)).filter(|arguments| place < arguments.len())?;
            let judges = !found.asks_for_check() || arguments.iter().any(|word| bare(word) == "--check");
            judges.then(|| (at, found, [&arguments[..place], &arguments[place + 1..]].concat()))
        };
        let mut programs = (0..words.len()).filter(|at| is_stopgap(words[*at]));
        let (at, subcommand, arguments) = programs.find_map(command)?;
        let start =
            words[..at].iter().rposition(|word| is_operator(word) || word.ends_with(':')).map_or(0, |at| at + 1);
        let options = arguments.iter().map(|word| word.replace(['"', '\''], "")).collect();
        let mut command = Self { subcommand, options, passes: None, unclear: None, steers: BTreeMap::new() };
        command.before(&words[start..at], words[at]);
        command.options(&arguments);
        command.names(&arguments);
        command.after(&words[end_of(at)..]);
        command.unclear = command.narrows();
        Some(command)
    }

    /// Returns the value of an option, written `--name value` or `--name=value`.
    #[must_use]
    pub fn option(&self, name: &str) -> Option<&str> {
        let mut options = self.options.iter();
        while let Some(option) = options.next() {
            match option.strip_prefix(name) {
                Some("") => return options.next().map(String::as_str),
                Some(rest) if rest.starts_with('=') => return Some(&rest[1..]),
                _ => {}
            }
        }
        None
    }

    /// Returns whether an option without a value is given.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.options.iter().any(|option| option == name)
    }

    /// Returns whether the exit code is hidden only by a pipe, which a shell can be told not to do.
    fn is_piped(&self) -> bool {
        self.passes.as_deref().is_some_and(|passes| passes.starts_with("| ") || passes == "|")
    }

    /// Returns whether it is certain that what seems to let the line pass does so: `script` may still end with the exit
    /// code.
    fn certainly_passes(&self, script: &str, shell: &Shell) -> bool {
        let Some(passes) = self.passes.as_deref() else { return false };
        let mut words = passes.split(' ');
        let (operator, next) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        match operator {
            "|" => !shell.may_pipefail() && !script.contains("PIPESTATUS"),
            "&" => !script.split_whitespace().any(|word| word == "wait"),
            "||" => match next.strip_suffix("=$?") {
                Some(name) => ["$", "${"].iter().all(|sign| !script.contains(&format!("{sign}{name}"))),
                None => SUCCEEDS.contains(&next),
            },
            "if" | "while" | "until" | "!" => {
                let words = || script.split(|c: char| c.is_whitespace() || matches!(c, ';' | '{' | '}' | '&' | '|'));
                !STILL_FAILS.iter().any(|fails| words().any(|word| word == *fails))
            }
            _ => true,
        }
    }

    fn before(&mut self, words: &[&str], program: &str) {
        if let Some(idle) = words.iter().find(|word| IDLE.contains(*word)) {
            self.passes = Some((*idle).to_owned());
        }
        if let Some(path) = words.iter().find(|word| word.starts_with("PATH=")) {
            self.steers.insert("PATH".to_owned(), (*path).to_owned());
        }
        let program = program.trim_matches(['"', '\'']);
        if program != "stopgap" {
            self.steers.insert("program".to_owned(), program.to_owned());
        }
    }

    fn options(&mut self, words: &[&str]) {
        for (at, word) in words.iter().enumerate() {
            let (name, own) = word.split_once('=').map_or((*word, None), |(name, value)| (name, Some(value)));
            let Some((_, takes_value, about)) = option(name) else { continue };
            if *about == About::Other {
                self.passes.get_or_insert_with(|| name.to_owned());
            }
            if *about != About::Judged {
                continue;
            }
            let next = || if *takes_value { words.get(at + 1).copied().unwrap_or_default() } else { "true" };
            let value = own.unwrap_or_else(next);
            let bare = value.trim_matches(['"', '\'', '$', '{', '}']);
            if name == "--base" && is_no_base(value) {
                self.passes.get_or_insert_with(|| format!("{name} {value}"));
            }
            if name == "--fail-on" && bare == "never" {
                self.passes.get_or_insert_with(|| format!("{name} {value}"));
            }
            // Some may be given several times, and each counts.
            let steers = self.steers.entry(name.to_owned()).or_default();
            let separator = if steers.is_empty() { "" } else { " " };
            steers.push_str(&format!("{separator}{value}"));
        }
    }

    /// Returns the option or name with which it is not certain that all of the change is judged.
    fn narrows(&self) -> Option<String> {
        let option = |name: &&str| self.steers.get(*name).map(|value| format!("{name} {value}"));
        let base = || self.option("--base").filter(|base| !is_base(base)).map(|base| format!("--base {base}"));
        let paths = || self.steers.get("paths").cloned();
        let level = || self.option("--fail-on").filter(|level| !is_plain_input("fail-on", level) && *level != "never");
        let level = || level().map(|level| format!("--fail-on {level}"));
        NARROWING.iter().find_map(option).or_else(base).or_else(level).or_else(paths)
    }

    /// Notes the logs that `enforce` judges, and the only files of which `check` tells the findings.
    fn names(&mut self, words: &[&str]) {
        let what = match self.subcommand {
            Subcommand::Enforce => "results",
            Subcommand::Check => "paths",
            _ => return,
        };
        let has_value = |word: &&str| takes_value(word) == Some(true);
        let is_name = |(at, word): &(usize, &&str)| {
            let before = at.checked_sub(1).and_then(|before| words.get(before));
            !word.starts_with('-')
                && !word.contains('>')
                && !before.is_some_and(|it| has_value(it) || it.ends_with('>'))
        };
        let names: Vec<&str> = words.iter().enumerate().filter(is_name).map(|(_, word)| *word).collect();
        if what == "results" || !names.is_empty() {
            self.steers.insert(what.to_owned(), names.join(" "));
        }
    }

    fn after(&mut self, words: &[&str]) {
        let Some((operator, rest)) = words.split_first() else { return };
        let next = rest.first().copied().unwrap_or_default();
        let number = rest.get(1).copied().unwrap_or("1");
        let passes = match *operator {
            "||" => !STILL_FAILS.contains(&next) || number == "0",
            ";" => ["true", ":"].contains(&next) || next == "exit" && number == "0",
            "|" | "&" => true,
            _ => false,
        };
        if passes {
            let what: Vec<&str> = std::iter::once(*operator).chain(rest.iter().copied().take(2)).collect();
            self.passes.get_or_insert_with(|| what.join(" ").trim().to_owned());
        }
    }
}

/// Returns the lines of a script that do something, without surrounding spaces; one that continues is joined with the
/// next.
#[must_use]
pub fn lines(script: &str) -> Vec<String> {
    numbered(script).into_iter().map(|(_, line)| line).collect()
}

/// Returns the lines of a script that do something, see [`lines`], each with the place of its first part among the lines
/// that are not blank.
#[must_use]
pub fn numbered(script: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let (mut number, mut goes_on) = (0, false);
    for line in script.lines() {
        // A comment ends with its line.
        let is_comment = !goes_on && line.trim_start().starts_with('#');
        let continued = line.strip_suffix('\\').filter(|_| !is_comment);
        let text = continued.unwrap_or(line);
        match found.last_mut().filter(|_| goes_on) {
            Some((_, begun)) => begun.extend([" ", text]),
            None => found.push((number, text.to_owned())),
        }
        number += usize::from(!line.trim().is_empty());
        goes_on = continued.is_some();
    }
    let does = found.into_iter().map(|(number, line)| (number, line.trim().to_owned()));
    does.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')).collect()
}

/// Finds the commands of a script in order, and what becomes of the script when they fail. A name such as `$BASE` in
/// them is replaced by its value from `variable`.
#[must_use]
pub fn commands(script: &str, shell: &Shell, variable: &dyn Fn(&str) -> Option<String>) -> Vec<Command> {
    let lines = lines(script);
    let whole = lines.join("\n");
    let reading = Reading::of(&whole, shell);
    let ends = |kept: &str| lines.iter().any(|line| ends_with_kept(line, kept));
    let read = |(at, line): (usize, &String)| {
        let mut command = Command::read(&expanded(line, variable))?;
        let is_kept = command.passes.as_deref().and_then(keeps_exit_code).is_some_and(ends);
        match reading.outcome(at, command.subcommand).unwrap_or_else(|| Outcome::Unclear(line.clone())) {
            Outcome::Fails if is_kept || command.is_piped() => command.passes = None,
            Outcome::Fails => {}
            Outcome::GoesOn(off) => drop(command.passes.get_or_insert(off)),
            Outcome::Unclear(what) => {
                let is_certain = command.certainly_passes(&whole, shell);
                command.passes.take_if(|_| is_kept || !is_certain);
                command.unclear.get_or_insert(what);
            }
        }
        Some(command)
    };
    lines.iter().enumerate().filter_map(read).collect()
}

/// Returns what in a job's script makes it uncertain that the lines behind it run, in a shell that stops.
#[must_use]
pub fn doubt(script: &str, shell: &Shell) -> Option<String> {
    Reading::of(&lines(script).join("\n"), shell).doubt()
}

/// Tells whether a base is certainly what a change is for, and nothing of the change itself.
#[must_use]
pub fn is_base(base: &str) -> bool {
    let target = |name: &str| TARGETS.contains(&name.trim_matches(['$', '{', '}', ' ']));
    let plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-._/".contains(c));
    let branch = base.strip_prefix("refs/remotes/").unwrap_or(base).strip_prefix("origin/");
    base == "auto" || target(base) || branch.is_some_and(|name| plain(name) || target(name))
}

/// Returns the branch that a base names, if it is one that may be another than the target.
#[must_use]
pub fn named_branch(base: &str) -> Option<&str> {
    let name = base.strip_prefix("refs/remotes/").unwrap_or(base).strip_prefix("origin/")?;
    (!name.contains(['$', '{'])).then_some(name)
}

/// Tells whether a base is the change itself, so that nothing is left to judge.
#[must_use]
pub fn is_no_base(base: &str) -> bool {
    NO_BASE.contains(&base.trim_matches(['"', '\'', '$', '{', '}', ' ']))
}

/// Returns the variable that keeps the exit code, where that is all that follows a command: `|| code=$?`.
#[must_use]
pub fn keeps_exit_code(passes: &str) -> Option<&str> {
    let name = passes.strip_prefix("|| ")?.strip_suffix("=$?")?;
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then_some(name)
}

/// Tells whether a line ends a script with the exit code that a variable keeps.
#[must_use]
pub fn ends_with_kept(line: &str, name: &str) -> bool {
    line.strip_prefix("exit ").is_some_and(|code| code.trim_matches(['"', '$', '{', '}']) == name)
}

/// Replaces `$NAME` and `${NAME}` by their values, if known.
fn expanded(line: &str, variable: &dyn Fn(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('$') {
        text.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (name, length) = match after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            Some((name, _)) => (name, name.len() + 2),
            None => {
                let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
                (&after[..end], end)
            }
        };
        match variable(name) {
            Some(value) => text.push_str(&value),
            None => text.push_str(&rest[at..at + 1 + length]),
        }
        rest = &after[length..];
    }
    text.push_str(rest);
    text
}

/// Returns whether a word starts the program, by any path, or by a variable named after it.
pub(super) fn is_stopgap(word: &str) -> bool {
    // It may begin a command whose output is taken: `found=$(stopgap`.
    let word = word.rsplit(['(', '`']).next().unwrap_or(word);
    let word = word.trim_matches(['"', '\'', '{', '}', '[', '$']);
    let word = word.split_once('@').filter(|(name, _)| *name == "stopgap").map_or(word, |(name, _)| name);
    word == "stopgap" || word == "STOPGAP" || word.ends_with("/stopgap") || word.ends_with("/stopgap.exe")
}

/// Returns the command that the words behind the program name, and which of them does; options may come before it.
pub(super) fn named(words: &[&str]) -> Option<(usize, Subcommand)> {
    let mut at = 0;
    // Nobody writes more, and a line may be long.
    for _ in 0..16 {
        let word = bare(words.get(at)?);
        if !word.starts_with('-') {
            let found = Subcommand::ALL.into_iter().find(|it| it.name() == word)?;
            return Some((at, found));
        }
        at += if takes_value(word) == Some(true) { 2 } else { 1 };
    }
    None
}

/// Returns a word without the quotes and signs that only end it or a command around it.
fn bare(word: &str) -> &str {
    word.trim_matches(['"', '\'', '`', ')', ';'])
}

fn is_operator(word: &str) -> bool {
    ["||", "&&", "|", "&", ";"].contains(&word)
}

/// Returns a line without the comment at its end.
fn uncommented(line: &str) -> &str {
    let (mut quote, mut before) = (None, ' ');
    for (at, c) in line.char_indices() {
        match quote {
            Some(open) if c == open && before != '\\' => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') && before != '\\' => quote = Some(c),
            None if c == '#' && (before.is_whitespace() || ";&|(".contains(before)) => return &line[..at],
            None => {}
        }
        before = c;
    }
    line
}

/// Stands for a blank in an expression of a workflow, which is one word.
const KEPT: char = '\u{1}';

/// Puts blanks around the operators of a shell, so that `a||b` is three words, and leaves those in `${{ … }}` alone.
fn spaced(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut rest = line;
    while let Some((before, inner)) = rest.split_once("${{")
        && let Some((expression, after)) = inner.split_once("}}")
    {
        space(before, &mut out);
        let blank = |c: char| if c.is_whitespace() { KEPT } else { c };
        out.extend("${{".chars().chain(expression.chars().map(blank)).chain("}}".chars()));
        rest = after;
    }
    space(rest, &mut out);
    out
}

fn space(text: &str, out: &mut String) {
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            // `2>&1` and `&>file` redirect output.
            '&' if out.ends_with('>') || characters.peek() == Some(&'>') => out.push(c),
            '|' | '&' => {
                out.push(' ');
                out.push(c);
                if characters.peek() == Some(&c) {
                    out.extend(characters.next());
                }
                out.push(' ');
            }
            ';' => out.push_str(" ; "),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_a_line_pass_is_found_with_any_spacing() {
        for (line, passes) in [
            ("stopgap check --base auto", None),
            ("stopgap check --base auto||true", Some("|| true")),
            ("stopgap check --base auto   ||   :", Some("|| :")),
            ("stopgap check || exit 0", Some("|| exit 0")),
            ("stopgap check || exit 1", None),
            ("stopgap check || exit", None),
            ("stopgap check || { echo failed; exit 1; }", Some("|| { echo")),
            ("stopgap check --base auto # never append || true", None),
            ("stopgap check --reviews \"a #b\" || true", Some("|| true")),
            ("stopgap check;true", Some("; true")),
            ("stopgap check; make", None),
            ("stopgap check && make", None),
            ("stopgap check | tee log", Some("| tee log")),
            ("stopgap check > log 2>&1", None),
            ("stopgap check &", Some("&")),
            ("stopgap check --base HEAD", Some("--base HEAD")),
            ("stopgap check --base=@", Some("--base @")),
            ("stopgap check --base \"$GITHUB_SHA\"", Some("--base \"$GITHUB_SHA\"")),
            ("stopgap check --base origin/main --help", Some("--help")),
            ("stopgap check --at main", Some("--at")),
            ("stopgap check --base auto --at=2026-03-31", Some("--at")),
            ("stopgap --color never check --base auto || true", Some("|| true")),
            ("stopgap --color=never --root x check;true", Some("; true")),
            ("stopgap check -V", Some("-V")),
            ("stopgap check --fix", Some("--fix")),
            ("stopgap check --diff --quiet", Some("--diff")),
            ("stopgap check --fail-on never", Some("--fail-on never")),
            ("stopgap check --fail-on=\"never\"", Some("--fail-on \"never\"")),
            ("stopgap check --fail-on warning", None),
            ("echo stopgap check --base auto", Some("echo")),
            ("if stopgap check; then make; fi", Some("if")),
            ("run: ! stopgap check", Some("!")),
            ("make || stopgap check", None),
            ("stopgap enforce a.sarif --baseline b.sarif", None),
            ("stopgap enforce a.sarif || true", Some("|| true")),
            ("stopgap enforce --fail-on never a.sarif", Some("--fail-on never")),
            ("stopgap sync --check; true", Some("; true")),
            ("stopgap sync && stopgap suppressions --check | cat", Some("| cat")),
        ] {
            assert_eq!(Command::read(line).and_then(|command| command.passes).as_deref(), passes, "{line}");
        }
    }

    #[test]
    fn what_influences_a_line_is_found() {
        let steers = |line: &str| {
            let steers = Command::read(line).unwrap().steers;
            steers.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(steers("- run: stopgap check --quiet"), "");
        assert_eq!(steers("PATH=./bin:$PATH stopgap check"), "PATH PATH=./bin:$PATH");
        assert_eq!(steers("stopgap check --color never --base auto"), "--base auto");
        assert_eq!(
            steers("stopgap --color never --root x check --all-registers a.yaml"),
            "--all-registers true, --root x, paths a.yaml"
        );
        assert_eq!(
            steers("./bin/stopgap check --root decoy --policy=p.yaml"),
            "--policy p.yaml, --root decoy, program ./bin/stopgap"
        );
        assert_eq!(
            steers("stopgap check --ignore expired --ignore=vague-reason --select schema --fail-on note --limit 5"),
            "--fail-on note, --ignore expired vague-reason, --limit 5, --select schema"
        );
        assert_eq!(
            steers("stopgap enforce a.sarif --annotate b.sarif c.sarif --baseline d.sarif -q > log 2>&1"),
            "--baseline d.sarif, results a.sarif c.sarif"
        );
        assert_eq!(steers("stopgap check --base auto --event e --reviews r"), "--base auto, --event e, --reviews r");
        assert_eq!(
            steers("stopgap check --all-registers --base auto exceptions/a.yaml --scan s.sarif b.yaml 2>&1"),
            "--all-registers true, --base auto, paths exceptions/a.yaml b.yaml"
        );
    }

    #[test]
    fn only_a_line_that_runs_the_check_counts() {
        let runs = |line: &str| Command::runs(line, line);
        for (line, subcommand) in [
            ("stopgap   check", Some(Subcommand::Check)),
            ("\"./stopgap check\"", Some(Subcommand::Check)),
            ("stopgap list", None),
            ("restopgap check", None),
            ("# stopgap", None),
            ("stopgap enforce results.sarif", Some(Subcommand::Enforce)),
            ("stopgap suppressions --check", Some(Subcommand::Suppressions)),
            ("stopgap suppressions", None),
            ("stopgap sync", None),
            ("stopgap sync --quiet --check", Some(Subcommand::Sync)),
            ("stopgap --color never check", Some(Subcommand::Check)),
            ("stopgap --root check list", None),
            ("stopgap history", Some(Subcommand::History)),
        ] {
            assert_eq!(runs(line), subcommand, "{line}");
            let read = Command::read(line).map(|command| command.subcommand);
            assert!(read == subcommand || line.starts_with('"'), "{line}: {read:?}");
        }
    }

    #[test]
    fn a_script_is_read_line_by_line() {
        let shell = Shell::of_step(None, true);
        let found = |script: &str| commands(script, &shell, &|name| (name == "BASE").then(|| "--base=auto".to_owned()));
        for script in [
            "stopgap check --base auto",
            "make\n  ./bin/stopgap check \\\n  --format github \\\n  --base=auto\n",
            "\"$STOPGAP\" check --base \"auto\"",
            "stopgap check $BASE",
            "if true; then ${STOPGAP} check ${BASE}; fi",
            "uvx stopgap check --base 'auto' && echo done",
        ] {
            let commands = found(script);
            assert_eq!(commands.len(), 1, "{script}");
            assert_eq!(
                (commands[0].subcommand, commands[0].option("--base")),
                (Subcommand::Check, Some("auto")),
                "{script}"
            );
            assert_eq!(commands[0].passes, None, "{script}");
        }
        assert_eq!(found("code=0\nstopgap check || code=$?\nexit \"$code\"")[0].passes, None);
        assert_eq!(found("code=0\nstopgap check || code=$?\nexit 0")[0].passes.as_deref(), Some("|| code=$?"));
        // What only seems to let it pass is not said to do so.
        for (script, passes) in [
            ("stopgap check || { echo failed; exit 1; }", None),
            ("stopgap check || fail", None),
            ("stopgap check || echo failed", Some("|| echo failed")),
            ("stopgap check || true", Some("|| true")),
            ("stopgap check | tee log\nexit ${PIPESTATUS[0]}", None),
            ("stopgap check | tee log", Some("| tee log")),
            ("stopgap check &\nwait $!", None),
            ("stopgap check &", Some("&")),
            ("stopgap check || code=$?\nif [ $code -ne 0 ]; then exit 1; fi", None),
        ] {
            let found = found(script);
            assert_eq!(found[0].passes.as_deref(), passes, "{script}");
            assert!(passes.is_some() || found[0].unclear.is_some(), "{script}");
        }
        let job = |script: &str| commands(script, &Shell::of_job(), &|_| None);
        assert_eq!(job("stopgap check | tee log")[0].passes, None);
        assert_eq!(job("stopgap check | tee log")[0].unclear.as_deref(), Some("| tee log"));
        let taken = found("out=$(stopgap check --base auto)\necho \"$out\"");
        assert_eq!((taken.len(), taken[0].passes.is_none(), taken[0].unclear.is_some()), (1, true, true));
        for level in ["\"$LEVEL\"", "${{ inputs.level }}", "\"${LEVEL:-never}\""] {
            assert!(found(&format!("stopgap check --base auto --fail-on {level}"))[0].unclear.is_some(), "{level}");
        }
        assert_eq!(found("stopgap check --base auto --fail-on warning")[0].unclear, None);
        let both = found("set +e\nstopgap check\nstopgap history --format github\n# stopgap check\nstopgap list");
        assert_eq!(both.len(), 2);
        assert_eq!((both[1].subcommand, both[1].passes.as_deref()), (Subcommand::History, Some("set +e")));
        assert!(found("stopgap check | tee log")[0].is_piped() && !found("stopgap check || true")[0].is_piped());
        let piped = found("set -o pipefail\nstopgap check | tee log");
        assert_eq!((piped[0].passes.as_deref(), piped[0].unclear.as_deref()), (None, None));
    }
}
