//! Scripts of a shell, as far as it is certain what they end with.
//!
//! The failure of a command is certainly that of its script where the command stands at the top level, alone on its line,
//! in a shell that stops at the first error or as the last command
//! (<https://www.gnu.org/software/bash/manual/html_node/The-Set-Builtin.html>). A few such plain shapes are known here;
//! whatever else there is makes it uncertain, and nothing is guessed.

use super::command::{Subcommand, is_stopgap, named};

/// What a shell does about a command that fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shell {
    /// How it is written, for a message.
    name: String,
    stops: bool,
    pipefail: bool,
    /// Whether it may be one that fails with any part of a pipe, which depends on the image.
    may_pipefail: bool,
    /// Whether it is a shell that is known here.
    known: bool,
}

/// What the failure of a command does to its script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The script fails.
    Fails,
    /// The script goes on: what turned off that it stops.
    GoesOn(String),
    /// That is not certain, because of this part of the script.
    Unclear(String),
}

/// Programs that run another one and end with its exit code.
const WRAPPERS: [&str; 12] =
    ["command", "docker", "env", "exec", "nice", "pipx", "podman", "sudo", "time", "timeout", "uv", "uvx"];

/// Words that let later commands see a variable.
const EXPORTS: [&str; 4] = ["declare", "export", "readonly", "typeset"];

/// Commands of git that put other files into the checkout, or let a branch mean something else.
const CHANGING_GIT: [&str; 20] = [
    "am",
    "apply",
    "bisect",
    "checkout",
    "checkout-index",
    "cherry-pick",
    "clean",
    "merge",
    "mv",
    "pull",
    "read-tree",
    "rebase",
    "replace",
    "reset",
    "restore",
    "revert",
    "rm",
    "stash",
    "switch",
    "update-ref",
];

/// Variables that decide which program runs or what it sees.
const STEERING: [&str; 5] = ["BASH_ENV", "ENV", "GIT_DIR", "GIT_WORK_TREE", "PATH"];

/// The beginnings of places that no commit can fill, for programs.
const OUTSIDE: [&str; 9] =
    ["/", "~/", "$HOME/", "${HOME}/", "$RUNNER_TEMP/", "${RUNNER_TEMP}/", "$CARGO_HOME/", "${CARGO_HOME}/", "$PATH"];

/// What the folder of the checkout is called.
const CHECKOUT: [&str; 6] =
    ["$PWD", "${PWD}", "$GITHUB_WORKSPACE", "${GITHUB_WORKSPACE}", "$CI_PROJECT_DIR", "${CI_PROJECT_DIR}"];

/// Words after which a command is in another shell, or what a script says later means something else.
const TURNING: [&str; 15] = [
    ".", "alias", "builtin", "case", "command", "coproc", "enable", "eval", "exec", "function", "hash", "select",
    "shopt", "source", "trap",
];

impl Shell {
    /// The shell of a `run` step (<https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax>,
    /// "Using a specific shell"); `unix` says whether the runner is known not to be Windows, whose own shell goes on.
    #[must_use]
    pub fn of_step(shell: Option<&str>, unix: bool) -> Self {
        let new = |stops, pipefail, known| {
            let name = shell.map_or_else(|| "runs-on".to_owned(), |shell| format!("shell: {shell}"));
            Self { name, stops, pipefail, may_pipefail: false, known }
        };
        let Some(shell) = shell else { return new(unix, false, true) };
        let mut words = shell.split_whitespace();
        let program = words.next().unwrap_or_default();
        let rest: Vec<&str> = words.collect();
        match (program, rest.as_slice()) {
            ("bash", []) => new(true, true, true),
            ("sh", []) => new(true, false, true),
            ("cmd" | "powershell" | "pwsh", []) => new(false, false, true),
            ("bash" | "sh", [options @ .., "{0}"]) => {
                let told = options.iter().filter(|word| !["--noprofile", "--norc"].contains(word));
                match settings(told.copied()) {
                    Some(set) => new(set.stops == Some(true), set.pipefail == Some(true), true),
                    None => new(false, false, false),
                }
            }
            _ => new(false, false, false),
        }
    }

    /// The shell of a GitLab job, which stops (<https://docs.gitlab.com/runner/shells/>). The runner turns `pipefail` on
    /// wherever the shell of the image has it (`BashWriter`).
    #[must_use]
    pub fn of_job() -> Self {
        Self { name: "shell".to_owned(), stops: true, pipefail: false, may_pipefail: true, known: true }
    }

    /// Returns whether it may fail with any part of a pipe.
    pub(super) fn may_pipefail(&self) -> bool {
        self.may_pipefail
    }
}

/// What the options of a shell or of `set` turn on or off.
#[derive(Clone, Copy, Debug, Default)]
struct Settings {
    stops: Option<bool>,
    pipefail: Option<bool>,
}

/// Reads options up to the first that is none; `None` if one is not known here.
fn settings<'w>(words: impl Iterator<Item = &'w str>) -> Option<Settings> {
    let mut found = Settings::default();
    let mut words = words.peekable();
    while let Some(word) = words.next() {
        let on = word.starts_with('-');
        let letters = word.strip_prefix(['-', '+']).filter(|letters| !letters.is_empty() && *letters != "-");
        let Some(letters) = letters else {
            let plain = word == "--" || !word.starts_with(['-', '+', '$']);
            return plain.then_some(found);
        };
        for letter in letters.chars() {
            match letter {
                'e' => found.stops = Some(on),
                'o' => match words.next()? {
                    "errexit" => found.stops = Some(on),
                    "pipefail" => found.pipefail = Some(on),
                    "nounset" | "xtrace" | "verbose" | "noglob" | "noclobber" => {}
                    _ => return None,
                },
                'f' | 'u' | 'v' | 'x' | 'C' => {}
                _ => return None,
            }
        }
    }
    Some(found)
}

/// What stands between two commands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Joint {
    /// The end of a line, a semicolon, or nothing.
    End,
    And,
    Or,
    Pipe,
    Background,
}

#[derive(Clone, Debug)]
enum Token<'s> {
    Word(&'s str),
    Joint(Joint),
    Open,
    Close,
}

/// A command with its arguments.
#[derive(Clone, Debug)]
struct Simple<'s> {
    /// The line that it begins on, from 0.
    line: usize,
    words: Vec<&'s str>,
    before: Joint,
    after: Joint,
    /// What makes it uncertain whether it runs, and in which shell.
    doubt: Option<String>,
    stops: bool,
    pipefail: bool,
    /// What turned off that the shell stops.
    off: Option<String>,
}

/// A script that was read.
pub(super) struct Reading<'s> {
    shell: &'s Shell,
    commands: Vec<Simple<'s>>,
    /// What begins and does not end, or is a here-document: nothing behind it is read.
    open: Option<&'s str>,
    /// What makes it uncertain what follows the script does.
    doubt: Option<String>,
}

impl<'s> Reading<'s> {
    /// Reads a script, whose lines do not go on on the next one.
    pub(super) fn of(script: &'s str, shell: &'s Shell) -> Self {
        let mut reader = Reader {
            commands: Vec::new(),
            words: Vec::new(),
            line: 0,
            before: Joint::End,
            around: Vec::new(),
            doubt: (!shell.known).then(|| shell.name.clone()),
            stops: shell.stops,
            pipefail: shell.pipefail,
            off: None,
            temporary: Vec::new(),
        };
        let (tokens, open) = tokens(script);
        for (line, token) in tokens {
            reader.take(line, &token);
        }
        reader.take(0, &Token::Joint(Joint::End));
        let doubt = open.map(str::to_owned).or(reader.doubt).or_else(|| reader.around.first().cloned());
        Self { shell, commands: reader.commands, open, doubt: doubt.or(reader.off) }
    }

    /// Returns what makes it uncertain that what follows the script runs, in a shell that stops.
    pub(super) fn doubt(self) -> Option<String> {
        self.doubt
    }

    /// Returns what becomes of the script if a command of stopgap fails, which begins on a line; `None` if the shell
    /// starts no such command there.
    pub(super) fn outcome(&self, line: usize, subcommand: Subcommand) -> Option<Outcome> {
        let found = self.commands.iter().position(|it| it.line == line && it.program(subcommand).is_some());
        let open = || self.open.map(|open| Outcome::Unclear(open.to_owned()));
        found.map(|at| self.of_command(at, subcommand)).or_else(open)
    }

    fn of_command(&self, at: usize, subcommand: Subcommand) -> Outcome {
        let command = &self.commands[at];
        let unclear = |what: String| Outcome::Unclear(what);
        let own = command.words.join(" ");
        if let Some(doubt) = &command.doubt {
            return unclear(doubt.clone());
        }
        let program = command.program(subcommand).unwrap_or_default();
        if let Some(wrapper) = command.uncertain_wrapper(program) {
            return unclear(wrapper);
        }
        let following = &self.commands[at + 1..];
        let is_last = following.is_empty() && self.open.is_none();
        let and_to_the_end = following.iter().all(|it| it.before == Joint::And && it.doubt.is_none())
            && following.last().is_none_or(|last| last.after == Joint::End)
            && self.open.is_none();
        // One that follows `&&` runs only if what is before it succeeds, and nothing stops if that fails.
        let start = self.commands[..at].iter().rposition(|it| it.after != Joint::And).map_or(0, |before| before + 1);
        let alone = start == at && command.before == Joint::End;
        let after_and = command.before == Joint::And && self.commands[start].before == Joint::End;
        match command.after {
            Joint::And if (alone || after_and) && and_to_the_end => Outcome::Fails,
            Joint::End if after_and && is_last => Outcome::Fails,
            Joint::End if alone && (command.stops || is_last) => Outcome::Fails,
            Joint::End if alone => match &command.off {
                Some(off) => Outcome::GoesOn(off.clone()),
                None => unclear(self.shell.name.clone()),
            },
            Joint::Or if alone && self.fails_after(following) => Outcome::Fails,
            Joint::Pipe if alone && command.pipefail => {
                let length = following.iter().take_while(|it| it.before == Joint::Pipe && it.doubt.is_none()).count();
                let ends = length > 0 && following[length - 1].after == Joint::End;
                let fails = ends && (command.stops || length == following.len() && self.open.is_none());
                if fails { Outcome::Fails } else { unclear(own) }
            }
            _ if !alone => {
                let first = self.commands[..at].last().map(|before| before.words.join(" ")).unwrap_or_default();
                unclear(format!("{first} {} {own}", command.before.sign()))
            }
            joint => {
                let next = following.first().map(|next| next.words.join(" ")).unwrap_or_default();
                unclear(format!("{} {next}", joint.sign()))
            }
        }
    }

    /// Tells whether the script fails by what stands behind `||`.
    fn fails_after(&self, following: &[Simple<'_>]) -> bool {
        let Some((next, rest)) = following.split_first() else { return false };
        let ends = next.after == Joint::End && next.doubt.is_none();
        match next.words.as_slice() {
            ["exit"] => ends,
            ["exit", code] => ends && is_failure(code),
            ["false"] => ends && next.stops,
            [kept] if self.open.is_none() => kept.strip_suffix("=$?").is_some_and(|name| ends && ends_with(name, rest)),
            _ => false,
        }
    }
}

/// Tells whether a script ends with an exit code that is kept in a variable until then.
fn ends_with(name: &str, rest: &[Simple<'_>]) -> bool {
    let Some((last, between)) = rest.split_last() else { return false };
    let is_exit = last.doubt.is_none()
        && last.before == Joint::End
        && last.after == Joint::End
        && matches!(last.words.as_slice(), ["exit", code] if code.trim_matches(['"', '$', '{', '}']) == name);
    let sets = |word: &str| {
        word.trim_matches(['"', '\'']) == name
            || word.contains(&format!("{name}="))
            || word.contains(&format!("{name}+="))
    };
    let keeps = |it: &&Simple<'_>| it.before == Joint::Or && it.words.len() == 1 && it.words[0].ends_with("=$?");
    is_exit && between.iter().filter(|it| !keeps(it)).all(|it| !it.words.iter().any(|word| sets(word)))
}

/// Tells whether an exit code is written as a number, and as one that a system does not take for zero.
fn is_failure(code: &str) -> bool {
    code.parse::<u8>().is_ok_and(|code| code > 0)
}

impl Joint {
    fn sign(self) -> &'static str {
        match self {
            Self::End => ";",
            Self::And => "&&",
            Self::Or => "||",
            Self::Pipe => "|",
            Self::Background => "&",
        }
    }
}

impl Simple<'_> {
    /// Returns at which word stopgap is started.
    fn program(&self, subcommand: Subcommand) -> Option<usize> {
        let runs = |at: &usize| {
            is_stopgap(self.words[*at]) && named(&self.words[at + 1..]).is_some_and(|(_, it)| it == subcommand)
        };
        (0..self.words.len()).find(runs)
    }

    /// Returns the words before a program if they may do something else than run it.
    fn uncertain_wrapper(&self, program: usize) -> Option<String> {
        let words = &self.words[..program];
        let assigned = words.iter().take_while(|word| is_assignment(word)).count();
        let chooses = words[..assigned].iter().any(|word| word.starts_with("PATH=") || word.starts_with("BASH_ENV="));
        let known = words.get(assigned).is_none_or(|first| WRAPPERS.contains(first));
        // One may run another: `sudo command -v stopgap`.
        let only_tells = words.iter().any(|word| WRAPPERS.contains(word) && !runs_another(word, words));
        let detached = words.iter().any(|word| ["-d", "--detach"].contains(word));
        (chooses || !known || only_tells || detached).then(|| self.words.join(" "))
    }
}

/// Tells whether a wrapper with these words runs the program behind them, and waits for it.
fn runs_another(wrapper: &str, words: &[&str]) -> bool {
    let options = || words.iter().filter(|word| word.starts_with('-'));
    let is_short = |word: &&str, letters: &[char]| !word.starts_with("--") && word.contains(letters);
    let only_tells = options().any(|word| ["--help", "--version"].contains(word));
    !only_tells
        && match wrapper {
            "command" => !options().any(|word| is_short(word, &['v', 'V'])),
            "sudo" => !options().any(|word| {
                is_short(word, &['b', 'e', 'l', 'v', 'K']) || ["--background", "--list", "--edit"].contains(word)
            }),
            "docker" | "podman" => {
                words.iter().any(|word| ["create", "exec", "run", "start"].contains(word))
                    && !options().any(|word| word.starts_with("--entrypoint"))
            }
            _ => true,
        }
}

/// Tells whether quotes or a variable hide which command a word is, which may be one of the shell's own.
fn is_hidden(word: &str) -> bool {
    word.contains(['"', '\'', '\\', '$', '`']) && !is_stopgap(word) && (word.starts_with("${{") || !word.contains('/'))
}

/// Tells whether a word gives a variable a value that decides which program runs, or what it sees.
fn is_steering(word: &str, temporary: &[&str]) -> bool {
    let Some((name, value)) = word.split_once('=') else { return false };
    let value = value.trim_matches(['"', '\'']);
    let is_new = |part: &str| {
        let name = part.strip_prefix('$').and_then(|rest| rest.split('/').next()).unwrap_or_default();
        temporary.contains(&name.trim_matches(['{', '}']))
    };
    let is_outside =
        |part: &str| OUTSIDE.iter().any(|place| part.starts_with(place)) || part == "${PATH}" || is_new(part);
    match name {
        "PATH" => !value.split(':').all(is_outside),
        name if STEERING.contains(&name) => true,
        name => (name.starts_with("GITHUB_") || name.starts_with("CI_")) && !name.ends_with("_TOKEN"),
    }
}

/// Tells whether an argument names a file of the checkout.
fn is_of_checkout(word: &str) -> bool {
    let word = word.trim_matches(['"', '\'']);
    CHECKOUT.iter().any(|place| word.starts_with(place)) || !word.starts_with(['-', '/', '~', '$'])
}

/// Tells whether arguments of git change the checkout or its branches, and not those of another folder.
fn changes_checkout(arguments: &[&str]) -> bool {
    let elsewhere = matches!(arguments, ["-C", folder, ..] if *folder != ".");
    let mut named = arguments.iter().skip_while(|word| word.starts_with('-') || word.contains('=') || **word == ".");
    !elsewhere && named.next().is_some_and(|command| CHANGING_GIT.contains(command))
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=')
        .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

struct Reader<'s> {
    commands: Vec<Simple<'s>>,
    words: Vec<&'s str>,
    line: usize,
    before: Joint,
    /// The constructs around the next command.
    around: Vec<String>,
    doubt: Option<String>,
    stops: bool,
    pipefail: bool,
    off: Option<String>,
    /// The variables that name a new folder outside the checkout.
    temporary: Vec<&'s str>,
}

impl<'s> Reader<'s> {
    fn take(&mut self, line: usize, token: &Token<'s>) {
        match token {
            Token::Word(word) if self.words.is_empty() => self.first(line, word),
            Token::Word(word) => self.words.push(word),
            Token::Joint(joint) => self.end(*joint),
            Token::Open if self.words.is_empty() => self.around.push("(".to_owned()),
            // A function, or something that only another shell knows.
            Token::Open => self.doubt_of(format!("{}(", self.words.join(" "))),
            Token::Close => {
                self.end(Joint::End);
                self.around.pop();
            }
        }
    }

    fn first(&mut self, line: usize, word: &'s str) {
        match word {
            "if" | "while" | "until" | "{" => self.around.push(word.to_owned()),
            "for" => {
                self.around.push(word.to_owned());
                self.words.push(word);
            }
            "then" | "do" | "else" | "elif" => {}
            // The failure of what follows is the opposite of one.
            "!" => self.around.push(word.to_owned()),
            "fi" | "done" | "}" => drop(self.around.pop()),
            _ => {
                self.line = line;
                self.words.push(word);
            }
        }
    }

    fn end(&mut self, joint: Joint) {
        let words = std::mem::take(&mut self.words);
        if !words.is_empty() {
            let command = Simple {
                line: self.line,
                before: self.before,
                after: joint,
                doubt: self.doubt.clone().or_else(|| self.around.first().cloned()),
                stops: self.stops,
                pipefail: self.pipefail,
                off: self.off.clone(),
                words,
            };
            self.does(&command);
            self.commands.push(command);
            while self.around.last().is_some_and(|last| last == "!") {
                self.around.pop();
            }
        } else if joint == Joint::End && self.before != Joint::End {
            // A command may follow `&&`, `||` and `|` on the next line.
            return;
        }
        self.before = if joint == Joint::Background { Joint::End } else { joint };
    }

    fn doubt_of(&mut self, what: String) {
        self.doubt.get_or_insert(what);
    }

    /// Notes what a command does to those after it.
    fn does(&mut self, command: &Simple<'s>) {
        let words: Vec<&str> = command.words.iter().copied().skip_while(|word| is_assignment(word)).collect();
        let text = || command.words.join(" ");
        // What a shell of its own does to itself ends with it.
        let is_here = !self.around.iter().any(|around| around == "(");
        let named = if words.is_empty() { command.words.as_slice() } else { &words };
        if is_here
            && (words.is_empty() || EXPORTS.contains(&words[0]))
            && named.iter().any(|word| is_steering(word, &self.temporary))
        {
            self.doubt_of(text());
        }
        let made = command.words.iter().filter(|_| words.is_empty()).filter_map(|word| word.split_once("=$(mktemp"));
        self.temporary.extend(made.map(|(name, _)| name));
        match words.as_slice() {
            ["cd" | "pushd" | "popd", ..] if is_here => self.doubt_of(text()),
            ["git", rest @ ..] if changes_checkout(rest) => self.doubt_of(text()),
            ["rm" | "mv", files @ ..] if files.iter().any(|file| is_of_checkout(file)) => self.doubt_of(text()),
            ["cp", .., into] if is_of_checkout(into) => self.doubt_of(text()),
            ["set", options @ ..] => match settings(options.iter().copied()) {
                Some(Settings { stops: None, pipefail: None }) => {}
                Some(set) if self.around.is_empty() && command.before == Joint::End && command.after == Joint::End => {
                    self.stops = set.stops.unwrap_or(self.stops);
                    self.pipefail = set.pipefail.unwrap_or(self.pipefail);
                    if let Some(stops) = set.stops {
                        self.off = (!stops).then(text);
                    }
                }
                _ => self.doubt_of(text()),
            },
            ["exit"] if command.before == Joint::Or => {}
            ["exit" | "return", code] if is_failure(code) => {}
            ["exit" | "return", ..] => self.doubt_of(text()),
            ["command", "-v", ..] => {}
            [first, ..] if TURNING.contains(first) || is_hidden(first) => self.doubt_of(text()),
            _ => {}
        }
    }
}

/// How deep quotes and substitutions may be nested.
const DEEPEST: usize = 32;

/// Splits a script into tokens, each with its line; also returns what begins and does not end, or is a here-document.
fn tokens(script: &str) -> (Vec<(usize, Token<'_>)>, Option<&str>) {
    let mut found = Vec::new();
    let mut line = 0;
    let mut at = 0;
    while let Some(first) = script[at..].chars().next() {
        let rest = &script[at..];
        let sign = |text: &str| rest.starts_with(text);
        let (token, length) = match first {
            '\n' => (Some(Token::Joint(Joint::End)), 1),
            _ if first.is_whitespace() => (None, first.len_utf8()),
            '#' => (None, rest.find('\n').unwrap_or(rest.len())),
            ';' => (Some(Token::Joint(Joint::End)), 1),
            '&' if sign("&&") => (Some(Token::Joint(Joint::And)), 2),
            '&' if !sign("&>") => (Some(Token::Joint(Joint::Background)), 1),
            '|' if sign("||") => (Some(Token::Joint(Joint::Or)), 2),
            '|' => (Some(Token::Joint(Joint::Pipe)), if sign("|&") { 2 } else { 1 }),
            '(' => (Some(Token::Open), 1),
            ')' => (Some(Token::Close), 1),
            _ => match word(rest) {
                Some(length) => (Some(Token::Word(&rest[..length])), length),
                None => return (found, Some(rest.lines().next().unwrap_or_default())),
            },
        };
        found.extend(token.map(|token| (line, token)));
        line += script[at..at + length].matches('\n').count();
        at += length;
    }
    (found, None)
}

/// Returns the length of the word that a text begins with; `None` if it does not end, or begins a here-document.
fn word(text: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let redirects = at > 0 && text[..at].ends_with(['>', '<']);
        let length = match first {
            _ if first.is_whitespace() => break,
            ';' | ')' => break,
            '&' if !redirects && !rest.starts_with("&>") => break,
            '|' if !redirects => break,
            '(' if !text[..at].ends_with('=') => break,
            '<' if rest.starts_with("<<<") => 3,
            '<' if rest.starts_with("<<") => return None,
            _ => quoted(rest, 0)?,
        };
        at += length;
    }
    Some(at)
}

/// Returns the length of the quoted part that a text begins with, or of its first character; `None` if it does not end.
fn quoted(text: &str, depth: usize) -> Option<usize> {
    let until = |open: usize, close: &str| text[open..].find(close).map(|at| open + at + close.len());
    let first = text.chars().next()?;
    if depth > DEEPEST {
        return None;
    }
    let (open, close) = match first {
        '\\' => return Some(1 + text[1..].chars().next().map_or(0, char::len_utf8)),
        '\'' => return until(1, "'"),
        '`' => return until(1, "`"),
        '$' if text.starts_with("${{") => return until(3, "}}"),
        '$' if text.starts_with("${") => (2, '}'),
        '$' | '<' | '>' if text[1..].starts_with('(') => (2, ')'),
        '"' => (1, '"'),
        '(' => (1, ')'),
        _ => return Some(first.len_utf8()),
    };
    let mut at = open;
    loop {
        let rest = &text[at..];
        let next = rest.chars().next()?;
        if next == close {
            return Some(at + close.len_utf8());
        }
        // Between double quotes, these stand for themselves.
        let plain =
            close == '"' && matches!(next, '\'' | '(' | '<' | '>') || close == '}' && matches!(next, '(' | '<' | '>');
        at += if plain { 1 } else { quoted(rest, depth + 1)? };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHECK: &str = "stopgap check --base auto";

    fn outcome(script: &str, shell: &Shell) -> Outcome {
        let line = script.lines().position(|line| line.contains("stopgap check")).unwrap();
        let reading = Reading::of(script, shell);
        reading.outcome(line, Subcommand::Check).unwrap_or_else(|| Outcome::Unclear("nothing".to_owned()))
    }

    #[test]
    fn plain_shapes_certainly_fail() {
        let shell = Shell::of_step(None, true);
        for script in [
            "C",
            "C\necho done",
            "make # it's\nC # || true",
            "A=$(mktemp -d)\nexport A\ngh api \"$X/y?z\" > \"$T/r.json\"\nC > log 2>&1",
            "if [ -n \"$X\" ]; then\n  echo a\n  exit 1\nfi\nC",
            "(cd \"$x\" && make)\nC\nmake",
            "for a in b c; do echo $a; done\nC\nmake",
            "while read -r a; do echo \"$a\"; done < file\nC; make",
            "set -euo pipefail\nC | tee log | cat\nmake",
            "set +e\nset -e\nC\nmake",
            "set +e\nC",
            "C || exit 1\nmake",
            "C || exit\nmake",
            "C || false\nmake",
            "test -d x && C",
            "test -d x && C && make",
            "C && make",
            "C\ncd x\nrm -rf exceptions",
            "rm -rf \"$work\" /tmp/x\ncp a.json \"$RUNNER_TEMP/a.json\"\nC",
            "export PATH=\"$HOME/.cargo/bin:$PATH\"\nC",
            "x=$(mktemp -d)\nexport PATH=\"$x/bin:$PATH\"\nC",
            "code=0\nC || code=$?\nmake || code=$?\nexit \"$code\"",
            "uvx C\nmake",
            "A=1 timeout 60 C\nmake",
            "a=(1 2)\nC\nmake",
            "set -- a b\nC\nmake",
            "jq '.a\n| .b' x\nC\nmake",
            "x=\"$(echo \"a (b\" 'c')\"\nC\nmake",
            "! grep x y\nC\nmake",
            "echo \"${{ github.event_name == 'a' || 'b' }}\"\nC\nmake",
        ] {
            assert_eq!(outcome(&script.replace('C', CHECK), &shell), Outcome::Fails, "{script}");
        }
    }

    #[test]
    fn whatever_else_there_is_makes_it_uncertain() {
        let shell = Shell::of_step(None, true);
        for (script, what) in [
            ("C && echo ok\necho done", "&& echo ok"),
            ("C && echo ok || true", "&& echo ok"),
            ("C || exit $((0))", "|| exit $((0))"),
            ("C || exit \"0\"", "|| exit \"0\""),
            ("C || exit 256", "|| exit 256"),
            ("C || return 0", "|| return 0"),
            ("if [ -n \"$GATE\" ]; then\n  C\nfi", "if"),
            ("for a in b; do C; done", "for"),
            ("{ C; } || true", "{"),
            ("(C) || true", "("),
            ("! C", "!"),
            ("if ! C; then make; fi", "if"),
            ("[ -z \"$SKIP\" ] && C\necho done", "[ -z \"$SKIP\" ] && stopgap check --base auto"),
            ("make || C", "make || stopgap check --base auto"),
            ("exit 0\nC", "exit 0"),
            ("[ -n \"$X\" ] || exit 0\nC", "exit 0"),
            ("if a; then exit; fi\nC", "exit"),
            ("gate() {\n  C\n}", "gate("),
            ("function gate {\n  C\n}", "function gate {"),
            ("stopgap() { :; }\nC", "stopgap("),
            ("cat <<'X'\nC\nX", "<<'X'"),
            ("echo \"\nC", "\""),
            ("trap 'exit 0' EXIT\nC", "trap 'exit 0' EXIT"),
            ("alias stopgap=true\nC", "alias stopgap=true"),
            ("if a; then set +e; fi\nC\nmake", "set +e"),
            ("set $X\nC\nmake", "set $X"),
            ("${{ vars.BEFORE }}\nC", "${{ vars.BEFORE }}"),
            ("code=0\nC || code=$?\ncode=0\nexit $code", "|| code=$?"),
            ("C || code=$?\nif false; then exit $code; fi", "|| code=$?"),
            ("C || code=$?\nexit 0\nexit $code", "|| code=$?"),
            ("xargs C", "xargs stopgap check --base auto"),
            ("docker run -d image C", "docker run -d image stopgap check --base auto"),
            ("PATH=./bin C", "PATH=./bin stopgap check --base auto"),
            ("C | tee log", "| tee log"),
            ("set -o pipefail\nC | (cat) || true", "stopgap check --base auto"),
            ("C & wait", "& wait"),
            ("case x in x) C ;; esac", "case x in x"),
            ("cd x && C", "cd x"),
            ("cd decoy\nC", "cd decoy"),
            ("if a; then cd b; fi\nC", "cd b"),
            ("git checkout -q origin/main\nC", "git checkout -q origin/main"),
            ("git -c a=b reset --hard x\nC", "git -c a=b reset --hard x"),
            ("git update-ref refs/remotes/origin/main HEAD\nC", "git update-ref refs/remotes/origin/main HEAD"),
            ("rm -rf exceptions\nC", "rm -rf exceptions"),
            ("mv x \"$PWD/exceptions\"\nC", "mv x \"$PWD/exceptions\""),
            ("cp a.yaml exceptions/\nC", "cp a.yaml exceptions/"),
            ("PATH=$PWD/bin:$PATH\nC", "PATH=$PWD/bin:$PATH"),
            ("export PATH=bin:$PATH\nC", "export PATH=bin:$PATH"),
            ("export PATH=$x/bin:$PATH\nC", "export PATH=$x/bin:$PATH"),
            ("GITHUB_BASE_REF=x\nC", "GITHUB_BASE_REF=x"),
        ] {
            assert_eq!(outcome(&script.replace('C', CHECK), &shell), Outcome::Unclear(what.to_owned()), "{script}");
        }
        for script in ["bash -c 'C; true'", "out=$(C)", "echo \"$(C)\"", "echo '\nC\n'"] {
            let found = outcome(&script.replace('C', CHECK), &shell);
            assert_eq!(found, Outcome::Unclear("nothing".to_owned()), "{script}");
        }
        for off in ["set +e", "set +eu", "set +o errexit"] {
            assert_eq!(outcome(&format!("{off}; {CHECK}\nmake"), &shell), Outcome::GoesOn(off.to_owned()));
        }
        // Neither depth nor length costs more than a look at each character.
        for deep in ["$(".repeat(100_000), "\"$(".repeat(100_000), "(".repeat(100_000), "if ".repeat(100_000)] {
            assert!(matches!(outcome(&format!("{deep}\n{CHECK}"), &shell), Outcome::Unclear(_)));
        }
    }

    #[test]
    fn a_shell_is_known_by_what_it_does_about_an_error() {
        let more = format!("{CHECK}\nmake");
        let piped = format!("{CHECK} | cat\nmake");
        for (shell, unix, last, not_last, pipe) in [
            (None, true, true, true, false),
            (None, false, true, false, false),
            (Some("bash"), false, true, true, true),
            (Some("sh"), false, true, true, false),
            (Some("bash -e {0}"), true, true, true, false),
            (Some("bash --noprofile --norc -eo pipefail {0}"), true, true, true, true),
            (Some("bash -euxo pipefail {0}"), true, true, true, true),
            (Some("bash {0}"), true, true, false, false),
            (Some("bash +e {0}"), true, true, false, false),
            (Some("pwsh"), true, true, false, false),
            (Some("cmd"), true, true, false, false),
            (Some("true {0}"), true, false, false, false),
            (Some("bash -c true {0}"), true, false, false, false),
            (Some("bash -n {0}"), true, false, false, false),
            (Some("python"), true, false, false, false),
            (Some("${{ matrix.shell }}"), true, false, false, false),
            (Some("bash -e {0} || true"), true, false, false, false),
        ] {
            let of = Shell::of_step(shell, unix);
            let fails = |script: &str| outcome(script, &of) == Outcome::Fails;
            assert_eq!((fails(CHECK), fails(&more), fails(&piped)), (last, not_last, pipe), "{shell:?}");
        }
    }
}
