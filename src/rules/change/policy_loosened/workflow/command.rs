//! A shell line that runs the check, as words: what makes it pass, and what steers it.

use std::collections::BTreeMap;

/// What a line does with the check.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Command {
    /// What keeps the line from failing when the check does, as it is written.
    pub(super) passes: Option<String>,
    /// What decides which stopgap looks at which register, and with what: by its name, as it is written.
    pub(super) steers: BTreeMap<String, String>,
}

/// Options that make the check say something else than what it finds.
const HARMLESS: [&str; 5] = ["--today", "--help", "-h", "--version", "-V"];

/// Options with a value that decide what is judged, and by what.
const STEERING: [&str; 5] = ["--root", "--policy", "--base", "--event", "--reviews"];

/// Bases that hold the change itself, so that nothing is left to judge.
const NO_BASE: [&str; 6] = ["HEAD", "@", "HEAD^0", "HEAD~0", "GITHUB_SHA", "CI_COMMIT_SHA"];

/// Words before a command after which it does not run, or its end does not count.
const IDLE: [&str; 9] = ["echo", "printf", "true", ":", "if", "while", "until", "!", "test"];

/// What may follow `||` without letting the line pass.
const STILL_FAILS: [&str; 3] = ["exit", "return", "false"];

/// Returns what a thing that steers the check is called.
pub(super) fn named(steer: &str) -> String {
    match steer {
        "owner" => "the action".to_owned(),
        "program" => "the program".to_owned(),
        input => format!("`{input}`"),
    }
}

impl Command {
    /// Tells whether a line runs the check, or seems to.
    pub(super) fn runs(line: &str) -> bool {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.windows(2).any(|pair| is_stopgap(pair[0]) && pair[1].starts_with("check"))
    }

    /// Reads a line.
    pub(super) fn read(line: &str) -> Self {
        let spaced = spaced(line);
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let Some(at) = words.windows(2).position(|pair| is_stopgap(pair[0]) && pair[1] == "check") else {
            return Self::default();
        };
        let mut command = Self::default();
        let start =
            words[..at].iter().rposition(|word| is_operator(word) || word.ends_with(':')).map_or(0, |at| at + 1);
        command.before(&words[start..at], words[at]);
        let end = words[at..].iter().position(|word| is_operator(word)).map_or(words.len(), |length| at + length);
        command.options(&words[at + 2..end]);
        command.after(&words[end..]);
        command
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
            if HARMLESS.contains(&name) {
                self.passes.get_or_insert_with(|| name.to_owned());
            }
            if !STEERING.contains(&name) {
                continue;
            }
            let value = own.or_else(|| words.get(at + 1).copied()).unwrap_or_default();
            let bare = value.trim_matches(['"', '\'', '$', '{', '}']);
            if name == "--base" && NO_BASE.contains(&bare) {
                self.passes.get_or_insert_with(|| format!("{name} {value}"));
            }
            self.steers.insert(name.to_owned(), value.to_owned());
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

/// Tells whether a word starts the program, by whatever path.
fn is_stopgap(word: &str) -> bool {
    let word = word.trim_matches(['"', '\'', '(', '{', '[']);
    word == "stopgap" || word.ends_with("/stopgap") || word.ends_with("/stopgap.exe")
}

fn is_operator(word: &str) -> bool {
    ["||", "&&", "|", "&", ";"].contains(&word)
}

/// Puts blanks around the operators of a shell, so that `a||b` is three words.
fn spaced(line: &str) -> String {
    let mut out = String::with_capacity(line.len() + 8);
    let mut characters = line.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            // `2>&1` and `&>file` direct output.
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
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_a_line_pass_is_found_however_it_is_spaced() {
        for (line, passes) in [
            ("stopgap check --base auto", None),
            ("stopgap check --base auto||true", Some("|| true")),
            ("stopgap check --base auto   ||   :", Some("|| :")),
            ("stopgap check || exit 0", Some("|| exit 0")),
            ("stopgap check || exit 1", None),
            ("stopgap check || exit", None),
            ("stopgap check || { echo failed; exit 1; }", Some("|| { echo")),
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
            ("stopgap check -V", Some("-V")),
            ("echo stopgap check --base auto", Some("echo")),
            ("if stopgap check; then make; fi", Some("if")),
            ("run: ! stopgap check", Some("!")),
            ("make || stopgap check", None),
        ] {
            assert_eq!(Command::read(line).passes.as_deref(), passes, "{line}");
        }
    }

    #[test]
    fn what_steers_a_line_is_found() {
        let steers = |line: &str| {
            let steers = Command::read(line).steers;
            steers.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(steers("- run: stopgap check --quiet"), "");
        assert_eq!(steers("PATH=./bin:$PATH stopgap check"), "PATH PATH=./bin:$PATH");
        assert_eq!(
            steers("./bin/stopgap check --root decoy --policy=p.yaml"),
            "--policy p.yaml, --root decoy, program ./bin/stopgap"
        );
        assert_eq!(steers("stopgap check --base auto --event e --reviews r"), "--base auto, --event e, --reviews r");
    }

    #[test]
    fn only_a_line_that_runs_the_check_is_one() {
        assert!(
            Command::runs("stopgap   check")
                && Command::runs("- run: \"./stopgap check\"".trim_start_matches("- run: "))
        );
        assert!(!Command::runs("stopgap list") && !Command::runs("restopgap check") && !Command::runs("# stopgap"));
    }
}
