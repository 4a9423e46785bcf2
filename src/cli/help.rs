//! The help: examples first, then the commands by what they are for.

use std::fmt::Write as _;

use clap::Subcommand as _;
use clap::builder::StyledStr;
use clap::builder::styling::{AnsiColor, Style, Styles};

use crate::cli::Command;

/// The colours of the help, for terminals.
pub(super) const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// Returns the parts of stopgap's help.
pub(super) fn whole() -> StyledStr {
    let head = STYLES.get_header();
    let mut template = StyledStr::new();
    let _ = write!(
        template,
        "{{about-with-newline}}\n{{before-help}}{{usage-heading}} {{usage}}{{after-help}}\n\n\
         {head}Options:{head:#}\n{{options}}"
    );
    template
}

/// The parts of a command's help.
pub(super) const OF_A_COMMAND: &str =
    "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// The commands by what they are for.
const GROUPS: [(&str, &[&str]); 6] = [
    ("Exceptions", &["new", "renew", "review", "close", "reject", "amend", "decide"]),
    ("The register", &["check", "list", "show", "card", "explain"]),
    ("The scanners", &["enforce", "suppressions", "sync"]),
    ("The team", &["report", "remind", "history", "evidence", "export"]),
    ("Set-up", &["init", "doctor", "import"]),
    ("The program", &["schema", "completions", "man", "help"]),
];

/// Lines that people would type, for stopgap as a whole (under the empty name) and for each command.
const EXAMPLES: &[(&str, &[(&str, &str)])] = &[
    (
        "",
        &[
            ("stopgap new", "request an exception, question by question"),
            ("stopgap check", "find what has expired or breaks a rule"),
            ("stopgap list --mine", "what you own or requested, most urgent first"),
            ("stopgap close payroll-vendor", "end an exception, with somebody to verify it"),
        ],
    ),
    (
        "init",
        &[
            ("stopgap init --dry-run", "show what would be written"),
            ("stopgap init --owners @acme/security", "set up, with this team as code owners"),
        ],
    ),
    (
        "new",
        &[
            ("stopgap new", "ask for all answers"),
            ("stopgap new --owner @mei --expires 7d", "ask only for the missing answers"),
            ("stopgap new --scan bandit.sarif", "pick the results to cover"),
            ("stopgap new --git", "and open the pull request"),
        ],
    ),
    (
        "check",
        &[
            ("stopgap check", "check the whole register"),
            ("stopgap check --base origin/main", "check what this branch changes"),
            ("stopgap check --scan trivy.sarif", "and count what each cover silences"),
            ("stopgap check --format concise", "one line for each finding"),
            ("stopgap check --all-registers", "check all registers of a monorepo"),
            ("stopgap check --at 2026-03-31", "what was wrong on a past date"),
        ],
    ),
    (
        "enforce",
        &[
            ("stopgap enforce trivy.sarif", "does every finding have an exception?"),
            ("stopgap enforce new.sarif --baseline main.sarif", "check only what a change adds"),
            ("stopgap enforce scan.sarif --annotate suppressed.sarif", "and write the log for code scanning"),
        ],
    ),
    (
        "list",
        &[
            ("stopgap list --mine", "what you own or requested"),
            ("stopgap list --days-left 7", "what ends within a week, or is overdue"),
            ("stopgap list --all --control ACC-07 --sort starts", "exceptions from one control, the latest first"),
            ("stopgap list --at 2026-03-31", "the register at the end of that day"),
            ("stopgap list --columns id,owner,approver,left", "with columns of your choice"),
        ],
    ),
    (
        "show",
        &[
            ("stopgap show payroll-vendor", "the record, its findings and its history"),
            ("stopgap show payroll-vendor --output html=case.html", "the same as a page for the auditor"),
            ("stopgap show payroll-vendor --format json", "the same for scripts"),
        ],
    ),
    (
        "card",
        &[
            ("stopgap card payroll-vendor", "what an approval agrees to"),
            ("stopgap card payroll-vendor --at origin/ask-vendor", "the same for a request on a branch"),
            ("stopgap card payroll-vendor --scan trivy.sarif", "and how many results its covers silence"),
            ("stopgap card payroll-vendor --format markdown", "the same for an issue or a chat"),
        ],
    ),
    (
        "renew",
        &[("stopgap renew payroll-vendor --expires 7d --approver @olek", "request another week, with a new reason")],
    ),
    ("review", &[("stopgap review payroll-vendor --note 'The vendor has not signed in yet'", "note what you saw")]),
    ("close", &[("stopgap close payroll-vendor --verified-by @mei --note 'Account deleted'", "record the end")]),
    ("reject", &[("stopgap reject payroll-vendor --note 'Use the read-only export'", "reject a request")]),
    (
        "amend",
        &[(
            "stopgap amend payroll-vendor --set scope.system=sftp-hr-02 --approver @olek",
            "correct an approved record",
        )],
    ),
    (
        "decide",
        &[
            ("stopgap decide payroll-vendor", "it was approved today"),
            ("stopgap decide payroll-vendor --reviews reviews.json", "it was approved on the day of the review"),
        ],
    ),
    (
        "report",
        &[
            ("stopgap report", "the agenda of the weekly meeting"),
            ("stopgap report --since 14d --until 14d", "the same every other week"),
            ("stopgap report --format html --output html=report.html", "the same as a page"),
        ],
    ),
    (
        "history",
        &[
            ("stopgap history", "find changes that bypassed the gate"),
            ("stopgap history --since v1", "only commits after a tag"),
            ("stopgap history --all-registers", "in all registers of a monorepo"),
        ],
    ),
    (
        "evidence",
        &[
            ("stopgap evidence --from 2026-01-01 --to 2026-03-31 --output q1", "the evidence for one quarter"),
            ("stopgap evidence verify q1", "does it match this clone?"),
        ],
    ),
    (
        "doctor",
        &[
            ("stopgap doctor", "is the gate enforced?"),
            ("stopgap doctor --rulesets rules.json", "and do the branch's rules require it?"),
        ],
    ),
    (
        "export",
        &[
            ("stopgap export --format csv", "the register for a spreadsheet"),
            ("stopgap export --format ics", "the end dates for a calendar"),
            ("stopgap export --format oscal-poam", "a plan of action for the auditor's tools"),
        ],
    ),
    (
        "sync",
        &[
            ("stopgap sync", "write the policy's ignore files"),
            ("stopgap sync --check", "fail if one of them differs"),
            ("stopgap sync --print pip-audit", "flags for a tool without a file"),
        ],
    ),
    (
        "suppressions",
        &[
            ("stopgap suppressions", "suppressions and the exceptions that cover them"),
            ("stopgap suppressions --write-baseline", "tolerate existing suppressions for a while"),
            ("stopgap suppressions --check --base origin/main", "refuse new suppressions without an exception"),
        ],
    ),
    ("remind", &[("stopgap remind", "the reminders due today")]),
    (
        "import",
        &[
            ("stopgap import waivers.csv --dry-run", "what the rows would become"),
            ("stopgap import .trivyignore", "import an ignore file"),
        ],
    ),
    (
        "explain",
        &[
            ("stopgap explain expired", "why a rule exists, and what to do"),
            ("stopgap explain", "all rules"),
            ("stopgap explain --format json", "the same for scripts"),
        ],
    ),
    ("completions", &[("stopgap completions bash", "lines to source in a shell")]),
    ("man", &[("stopgap man check", "the manual page of a command")]),
    (
        "schema",
        &[
            ("stopgap schema exception", "the schema of an exception file"),
            ("stopgap schema check", "the schema of what `check --format json` prints"),
        ],
    ),
];

/// Returns the examples of a command, or of stopgap as a whole under the empty name.
pub fn examples(command: &str) -> &'static [(&'static str, &'static str)] {
    EXAMPLES.iter().find(|(name, _)| *name == command).map_or(&[], |(_, examples)| examples)
}

/// Returns the examples as the help shows them: what each is for, and the line below it.
pub(super) fn shown_examples(command: &str) -> StyledStr {
    let (head, line) = (STYLES.get_header(), STYLES.get_literal());
    let mut text = StyledStr::new();
    let width = examples(command).iter().map(|(line, _)| line.len()).max().unwrap_or_default();
    let _ = writeln!(text, "{head}Examples:{head:#}");
    for (example, what) in examples(command) {
        // If there is no room for both, the explanation gets its own line.
        let _ = match width <= LONGEST_BESIDE {
            true => writeln!(text, "  {}  {what}", padded(example, width, *line)),
            false => writeln!(text, "  {line}{example}{line:#}\n      {what}"),
        };
    }
    text
}

/// The longest example that has its explanation on the same line, so that both fit in 80 columns.
const LONGEST_BESIDE: usize = 30;

fn padded(text: &str, width: usize, style: Style) -> String {
    format!("{style}{text}{style:#}{:gap$}", "", gap = width - text.len())
}

/// Returns the commands, each with the first sentence of its help.
pub(super) fn commands() -> StyledStr {
    let all = Command::augment_subcommands(clap::Command::default());
    let (head, name_style) = (STYLES.get_header(), *STYLES.get_literal());
    let width = GROUPS.iter().flat_map(|(_, names)| *names).map(|name| name.len()).max().unwrap_or_default();
    let mut text = StyledStr::new();
    for (place, (group, names)) in GROUPS.iter().enumerate() {
        let gap = if place == 0 { "" } else { "\n" };
        let _ = writeln!(text, "{gap}{head}{group}:{head:#}");
        for name in *names {
            let about = match all.find_subcommand(name) {
                Some(command) => command.get_about().map(ToString::to_string).unwrap_or_default(),
                None => "Print the help of stopgap, or of one of its commands".to_owned(),
            };
            let _ = writeln!(text, "  {}  {about}", padded(name, width, name_style));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_in_one_group_and_has_examples_that_parse() {
        let all = crate::cli::command();
        let names: Vec<&str> = all.get_subcommands().map(clap::Command::get_name).chain(["help"]).collect();
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| *names).copied().collect();
        for name in &names {
            assert_eq!(grouped.iter().filter(|other| other == &name).count(), 1, "{name}");
            assert!(*name == "help" || !examples(name).is_empty(), "{name} has no example");
        }
        grouped.retain(|name| !names.contains(name));
        assert!(grouped.is_empty(), "{grouped:?} are not commands");
        for (name, examples) in EXAMPLES {
            for (line, _) in *examples {
                // No quotes are nested in these lines.
                let mut words: Vec<String> = Vec::new();
                for (place, part) in line.split('\'').enumerate() {
                    match place % 2 {
                        0 => words.extend(part.split_whitespace().map(str::to_owned)),
                        _ => words.push(part.to_owned()),
                    }
                }
                let parsed = all.clone().try_get_matches_from(&words);
                assert!(parsed.is_ok(), "{line}: {}", parsed.unwrap_err());
                assert!(name.is_empty() || words[1] == *name, "{line}");
            }
        }
    }

    #[test]
    fn each_line_of_the_examples_and_the_list_of_commands_fits_a_terminal() {
        let examples = EXAMPLES.iter().map(|(name, _)| shown_examples(name));
        for line in examples
            .chain([commands()])
            .flat_map(|text| text.to_string().lines().map(str::to_owned).collect::<Vec<_>>())
        {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}
