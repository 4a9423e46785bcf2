//! Conditions as CI files write them, decided as far as the known facts of the run allow.
//!
//! The grammar is the common part of GitHub's expressions
//! (<https://docs.github.com/en/actions/reference/workflows-and-actions/expressions>) and of the `if` of GitLab's rules
//! (<https://docs.gitlab.com/ci/jobs/job_rules/>). Anything outside it cannot be decided.

/// The value of a name in a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(String),
    /// Nothing: a variable that is not set.
    Null,
    /// True or false.
    Flag(bool),
    /// Something that is known only during the run.
    Unknown,
}

/// Whose condition it is, which decides how texts are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// GitHub compares texts without case, and takes nothing for an empty text.
    GitHub,
    /// GitLab compares them as they are, and nothing with nothing only (`Expression::Lexeme::Equals`).
    GitLab,
}

/// Decides a condition: `None` if it depends on something unknown.
#[must_use]
pub fn evaluate(condition: &str, dialect: Dialect, lookup: &dyn Fn(&str) -> Value) -> Option<bool> {
    Reader::new(condition, dialect, lookup)?.whole()
}

/// Decides whether a job of GitHub's with this condition runs although one that it needs has failed: without a function
/// that asks how the others went, `success()` is a part of every condition
/// (<https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions>). `None` if
/// that depends on something unknown.
#[must_use]
pub fn runs_after_failure(condition: &str) -> Option<bool> {
    let mut reader = Reader::new(condition, Dialect::GitHub, &|_| Value::Unknown)?;
    reader.has_failed = true;
    let value = reader.whole();
    if reader.asks { value } else { Some(false) }
}

fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Text(text) => Some(!text.is_empty()),
        Value::Null => Some(false),
        Value::Flag(flag) => Some(*flag),
        Value::Unknown => None,
    }
}

fn flag(truth: Option<bool>) -> Value {
    truth.map_or(Value::Unknown, Value::Flag)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Sign(&'static str),
    Text(String),
    Pattern(String),
    Name(String),
}

const SIGNS: [&str; 10] = ["&&", "||", "==", "!=", "=~", "!~", "(", ")", "!", ","];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            found.push(Token::Sign(sign));
            sign.len()
        } else if matches!(first, '\'' | '"' | '/') {
            let inner = &rest[1..];
            let end = inner.find(first)?;
            let text = inner[..end].to_owned();
            found.push(if first == '/' { Token::Pattern(text) } else { Token::Text(text) });
            end + 2
        } else {
            let plain = |c: char| c.is_ascii_alphanumeric() || "_.-$*[]".contains(c);
            let end = rest.find(|c| !plain(c)).unwrap_or(rest.len());
            found.push(Token::Name(rest.get(..end).filter(|name| !name.is_empty())?.to_owned()));
            end
        };
        rest = rest[length..].trim_start();
    }
    Some(found)
}

/// How deep parentheses and negations may be nested.
const DEEPEST: usize = 32;

struct Reader<'l> {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    dialect: Dialect,
    lookup: &'l dyn Fn(&str) -> Value,
    /// Whether a job that this one needs has failed.
    has_failed: bool,
    /// Whether the condition asks how the others went.
    asks: bool,
}

impl<'l> Reader<'l> {
    /// Begins a condition, with or without the braces of an expression.
    fn new(condition: &str, dialect: Dialect, lookup: &'l dyn Fn(&str) -> Value) -> Option<Self> {
        let condition = condition.trim();
        let inner = condition.strip_prefix("${{").and_then(|rest| rest.strip_suffix("}}")).unwrap_or(condition);
        Some(Self { tokens: tokens(inner)?, at: 0, depth: 0, dialect, lookup, has_failed: false, asks: false })
    }

    /// Decides all of it.
    fn whole(&mut self) -> Option<bool> {
        let value = self.any_of()?;
        if self.at < self.tokens.len() { None } else { truth(&value) }
    }

    fn take(&mut self, sign: &str) -> bool {
        let there = matches!(self.tokens.get(self.at), Some(Token::Sign(found)) if *found == sign);
        self.at += usize::from(there);
        there
    }

    fn any_of(&mut self) -> Option<Value> {
        let mut value = self.all_of()?;
        while self.take("||") {
            let other = self.all_of()?;
            value = flag(match (truth(&value), truth(&other)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            });
        }
        Some(value)
    }

    fn all_of(&mut self) -> Option<Value> {
        let mut value = self.comparison()?;
        while self.take("&&") {
            let other = self.comparison()?;
            value = flag(match (truth(&value), truth(&other)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            });
        }
        Some(value)
    }

    fn comparison(&mut self) -> Option<Value> {
        let left = self.operand()?;
        let Some(sign) = ["==", "!=", "=~", "!~"].into_iter().find(|sign| self.take(sign)) else { return Some(left) };
        let equal = match (sign, self.tokens.get(self.at)) {
            ("=~" | "!~", Some(Token::Pattern(pattern))) => {
                let matched = matches_plain(&left, pattern);
                self.at += 1;
                matched
            }
            ("=~" | "!~", _) => return None,
            _ => same(self.dialect, &left, &self.operand()?),
        };
        Some(flag(equal.map(|equal| equal == sign.starts_with('='))))
    }

    fn operand(&mut self) -> Option<Value> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let value = self.nested();
        self.depth -= 1;
        value
    }

    fn nested(&mut self) -> Option<Value> {
        if self.take("!") {
            let value = self.operand()?;
            return Some(flag(truth(&value).map(|truth| !truth)));
        }
        if self.take("(") {
            let value = self.any_of()?;
            return self.take(")").then_some(value);
        }
        let token = self.tokens.get(self.at)?.clone();
        self.at += 1;
        match token {
            Token::Text(text) => Some(Value::Text(text)),
            Token::Name(name) if self.take("(") => self.call(&name),
            Token::Name(name) => Some(match name.as_str() {
                "true" => Value::Flag(true),
                "false" => Value::Flag(false),
                "null" => Value::Null,
                _ => (self.lookup)(name.strip_prefix('$').unwrap_or(&name)),
            }),
            Token::Sign(_) | Token::Pattern(_) => None,
        }
    }

    /// Evaluates a function of GitHub's.
    fn call(&mut self, name: &str) -> Option<Value> {
        let mut arguments = Vec::new();
        while !self.take(")") {
            arguments.push(self.any_of()?);
            let _ = self.take(",");
        }
        let texts = match arguments.as_slice() {
            [Value::Text(whole), Value::Text(part)] => Some((whole.to_lowercase(), part.to_lowercase())),
            _ => None,
        };
        let name = name.to_ascii_lowercase();
        self.asks |= ["always", "success", "failure", "cancelled"].contains(&&*name);
        Some(match (name.as_str(), texts) {
            ("always", None) if arguments.is_empty() => Value::Flag(true),
            ("success", None) if arguments.is_empty() => Value::Flag(!self.has_failed),
            ("failure", None) if arguments.is_empty() => Value::Flag(self.has_failed),
            ("cancelled", None) if arguments.is_empty() => Value::Flag(false),
            ("startswith", Some((whole, part))) => Value::Flag(whole.starts_with(&part)),
            ("endswith", Some((whole, part))) => Value::Flag(whole.ends_with(&part)),
            ("contains", Some((whole, part))) => Value::Flag(whole.contains(&part)),
            _ => Value::Unknown,
        })
    }
}

fn same(dialect: Dialect, a: &Value, b: &Value) -> Option<bool> {
    let is_exact = dialect == Dialect::GitLab;
    match (a, b) {
        (Value::Unknown, _) | (_, Value::Unknown) => None,
        (Value::Text(a), Value::Text(b)) => Some(if is_exact { a == b } else { a.eq_ignore_ascii_case(b) }),
        (Value::Null, Value::Text(text)) | (Value::Text(text), Value::Null) => Some(!is_exact && text.is_empty()),
        (Value::Flag(_), Value::Text(_)) | (Value::Text(_), Value::Flag(_)) => None,
        _ => Some(truth(a) == truth(b)),
    }
}

/// Matches a pattern that is plain text, perhaps anchored; any other pattern is not decided.
fn matches_plain(value: &Value, pattern: &str) -> Option<bool> {
    let text = match value {
        Value::Text(text) => text.as_str(),
        Value::Null => "",
        Value::Flag(_) | Value::Unknown => return None,
    };
    let (start, rest) = pattern.strip_prefix('^').map_or((false, pattern), |rest| (true, rest));
    let (end, plain) = rest.strip_suffix('$').map_or((false, rest), |rest| (true, rest));
    let literal = plain.chars().all(|c| c.is_ascii_alphanumeric() || "_-/ ".contains(c));
    literal.then(|| match (start, end) {
        (true, true) => text == plain,
        (true, false) => text.starts_with(plain),
        (false, true) => text.ends_with(plain),
        (false, false) => text.contains(plain),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(event: &str, condition: &str) -> Option<bool> {
        let event = event.to_owned();
        let dialect =
            if condition.contains('$') && !condition.contains("${{") { Dialect::GitLab } else { Dialect::GitHub };
        evaluate(condition, dialect, &move |name| match name {
            "github.event_name" | "CI_PIPELINE_SOURCE" => Value::Text(event.clone()),
            "CI_COMMIT_TAG" => Value::Null,
            _ => Value::Unknown,
        })
    }

    #[test]
    fn a_job_runs_after_a_failure_only_if_it_says_so() {
        for (condition, expected) in [
            ("always()", Some(true)),
            ("${{ !cancelled() }}", Some(true)),
            ("always() || github.actor == 'x'", Some(true)),
            ("always() && github.actor == 'x'", None),
            ("${{ !cancelled() && !failure() }}", Some(false)),
            ("success() && !cancelled()", Some(false)),
            ("always() && success()", Some(false)),
            ("'always()' != ''", Some(false)),
            ("github.event_name == 'pull_request'", Some(false)),
            ("Failure()", Some(true)),
        ] {
            assert_eq!(runs_after_failure(condition), expected, "{condition}");
        }
    }

    #[test]
    fn what_the_event_decides_is_decided() {
        for (condition, yes) in [
            ("github.event_name == 'schedule'", true),
            ("${{ github.event_name == 'schedule' }}", true),
            ("github.event_name != 'schedule'", false),
            ("startsWith(github.event_name, 'pull_request')", false),
            ("github.event_name == 'push' || github.event_name == 'schedule'", true),
            ("always() && github.event_name == 'schedule' && !cancelled()", true),
            ("!(github.event_name == 'schedule') && github.actor == 'x'", false),
            ("contains(github.event_name, 'SCHED')", true),
            ("$CI_PIPELINE_SOURCE == \"schedule\" && $CI_COMMIT_TAG == null", true),
            ("$CI_PIPELINE_SOURCE =~ /^sched/", true),
            ("$CI_PIPELINE_SOURCE !~ /^sched/", false),
            ("$CI_COMMIT_TAG", false),
            ("github.event_name == 'Schedule'", true),
            ("$CI_PIPELINE_SOURCE == \"Schedule\"", false),
            ("$CI_COMMIT_TAG == \"\"", false),
            ("false", false),
        ] {
            assert_eq!(on("schedule", condition), Some(yes), "{condition}");
        }
    }

    #[test]
    fn what_is_known_only_during_the_run_is_not_decided() {
        for condition in [
            "github.actor != 'dependabot[bot]'",
            "github.event_name == 'schedule' && github.ref == 'x'",
            "hashFiles('a') != ''",
            "contains(fromJSON('[1]'), github.event_name)",
            "$CI_PIPELINE_SOURCE =~ /(a|schedule)/",
            "github.event_name ==",
            "(github.event_name == 'schedule'",
            "a ${{ b }}",
            "github.event_name > 'a'",
            "",
        ] {
            assert_eq!(on("schedule", condition), None, "{condition}");
        }
        assert_eq!(on("schedule", &"(".repeat(500)), None);
        assert_eq!(on("schedule", &"!".repeat(500)), None);
    }
}
