//! The agenda of `report` against what `check` and `list` say: nothing is left out, in any format.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use stopgap::internal::time::Day;
use tempfile::TempDir;

use crate::generate;
use crate::support::git::Repo;
use crate::support::{Run, TODAY, exception};

fn stopgap(root: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    let path = std::env::var_os("PATH").unwrap();
    Run::of(command.env_clear().env("PATH", path).current_dir(root).args(arguments))
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The rules by the id of the exception.
type Rules = BTreeMap<String, BTreeSet<String>>;

/// What the agenda must hold.
#[derive(Debug, Default)]
struct Wanted {
    /// The errors of live exceptions.
    errors: Rules,
    /// The live exceptions that end in the period.
    ends: BTreeSet<String>,
}

impl Wanted {
    fn of(root: &Path, today: &str, until: Day) -> Self {
        let all = json(&stopgap(root, &["list", "--all", "--today", today, "--format", "json"]).stdout);
        let live: Vec<&Value> = all["exceptions"].as_array().unwrap().iter().filter(|it| it["live"] == true).collect();
        let id = |it: &Value| it["id"].as_str().unwrap().to_owned();
        let paths: BTreeSet<&str> = live.iter().map(|it| it["path"].as_str().unwrap()).collect();
        let found = json(&stopgap(root, &["check", "--today", today, "--format", "json"]).stdout);
        let mut wanted = Self::default();
        for finding in found["findings"].as_array().unwrap() {
            let path = finding["path"].as_str().unwrap();
            if finding["level"] == "error" && paths.contains(path) {
                let rules = wanted.errors.entry(finding["exception"].as_str().unwrap().to_owned()).or_default();
                rules.insert(finding["rule"].as_str().unwrap().to_owned());
            }
        }
        let ends = |it: &&&Value| {
            let last = it["last_day"].as_str().map(|day| Day::parse(day).unwrap());
            it["ended"] != true && last.is_some_and(|last| last <= until)
        };
        wanted.ends = live.iter().filter(ends).map(|it| id(it)).collect();
        wanted
    }
}

/// The agenda as a format shows it.
#[derive(Debug, Default)]
struct Shown {
    expired: BTreeSet<String>,
    expiring: BTreeSet<String>,
    reviews: BTreeSet<String>,
    against: Rules,
}

impl Shown {
    fn holds(&self, wanted: &Wanted, what: &str) {
        for (id, rules) in &wanted.errors {
            for rule in rules {
                let is_there = match rule.as_str() {
                    "expired" => self.expired.contains(id),
                    "review-overdue" => self.reviews.contains(id),
                    rule => self.against.get(id).is_some_and(|rules| rules.contains(rule)),
                };
                assert!(is_there, "{what}: {rule} of {id}\n{self:?}");
            }
        }
        for id in &wanted.ends {
            assert!(self.expiring.contains(id), "{what}: the end of {id}\n{self:?}");
        }
        assert_eq!(self.expiring, wanted.ends, "{what}");
    }
}

fn of_json(text: &str) -> Shown {
    let agenda = &json(text)["agenda"];
    let ids = |list: &str| -> BTreeSet<String> {
        agenda[list].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut against = Rules::new();
    for it in agenda["against"].as_array().unwrap() {
        let rules = against.entry(it["id"].as_str().unwrap().to_owned()).or_default();
        for finding in it["findings"].as_array().unwrap() {
            assert!(!finding["command"].as_str().unwrap().is_empty());
            rules.insert(finding["rule"].as_str().unwrap().to_owned());
        }
    }
    Shown { expired: ids("expired"), expiring: ids("expiring"), reviews: ids("reviews"), against }
}

fn of_text(text: &str) -> Shown {
    let mut sections: BTreeMap<String, Rules> = BTreeMap::new();
    let (mut section, mut id) = (String::new(), String::new());
    for line in text.lines() {
        if !line.starts_with(' ') {
            section = line.split([':', ' ']).next().unwrap_or_default().to_owned();
        } else if !line.starts_with("   ") {
            id = line.trim().split([':', ' ']).next().unwrap().to_owned();
            sections.entry(section.clone()).or_default().entry(id.clone()).or_default();
        } else if let Some(error) = line.strip_prefix("    error     ") {
            let rules = sections.get_mut(&section).unwrap().get_mut(&id).unwrap();
            rules.insert(error.split(':').next().unwrap().to_owned());
        }
    }
    let mut take = |name: &str| sections.remove(name).unwrap_or_default();
    // What is to be done about a topic is a line of its own, and no exception's.
    let ids = |rules: Rules| rules.into_keys().filter(|id| !id.starts_with(char::is_uppercase)).collect();
    Shown {
        expired: ids(take("expired")),
        expiring: ids(take("ending")).into_iter().filter(|id: &String| id != "left,").collect(),
        reviews: ids(take("emergencies")),
        against: take("against"),
    }
}

fn of_markdown(text: &str) -> Shown {
    let section = |name: &str| text.split("\n## ").find(|part| part.starts_with(name)).unwrap_or_default();
    let rows = |name: &str| -> Vec<(String, String)> {
        let rows = section(name).lines().filter(|line| line.starts_with("| **"));
        rows.map(|row| {
            let name = row.split(" | ").next().unwrap();
            (name.split("<br>").nth(1).unwrap().to_owned(), row.split(" | ").nth(1).unwrap().to_owned())
        })
        .collect()
    };
    let ids = |name: &str| rows(name).into_iter().map(|(id, _)| id).collect();
    let mut against = Rules::new();
    for (id, cell) in rows("Against") {
        against.entry(id).or_default().extend(cell.split("<br>").map(str::to_owned));
    }
    Shown { expired: ids("Expired"), expiring: ids("Ending"), reviews: ids("Emergencies"), against }
}

fn of_page(page: &str) -> Shown {
    let cards = |id: &str| -> Vec<String> {
        let section = page.split("<section ").find(|part| part.contains(&format!("<h2 id=\"{id}\""))).unwrap();
        section.split("\n<li>").skip(1).map(str::to_owned).collect()
    };
    let id = |card: &str| card.split("<code>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let ids = |name: &str| cards(name).iter().map(|card| id(card)).collect();
    let mut against = Rules::new();
    for card in cards("against") {
        let rules = card.split("<b class=\"late\">").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
        against.entry(id(&card)).or_default().extend(rules);
    }
    Shown { expired: ids("expired"), expiring: ids("expiring"), reviews: ids("reviews"), against }
}

/// Compares the agenda of a register in all formats with what `check` and `list` say; returns what it had to hold.
fn compare(root: &Path, today: &str) -> Wanted {
    let until = Day::parse(today).unwrap().plus(7);
    let wanted = Wanted::of(root, today, until);
    let outputs = ["--output", "markdown=agenda.md", "--output", "html=agenda.html", "--output", "json=agenda.json"];
    let run = stopgap(root, &[&["report", "--today", today][..], &outputs].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let read = |name: &str| fs::read_to_string(root.join(name)).unwrap();
    of_text(&run.stdout).holds(&wanted, "text");
    of_markdown(&read("agenda.md")).holds(&wanted, "markdown");
    of_page(&read("agenda.html")).holds(&wanted, "html");
    of_json(&read("agenda.json")).holds(&wanted, "json");
    count_alike(&run.stdout, &read("agenda.md"), &read("agenda.html"), &json(&read("agenda.json")));
    wanted
}

/// Returns the number that follows a text; 0 where it says `none`, or is not there.
fn number(text: &str, after: &str) -> usize {
    let digits: String = match text.split_once(after) {
        Some((_, rest)) => rest.chars().take_while(char::is_ascii_digit).collect(),
        None => return 0,
    };
    digits.parse().unwrap_or_default()
}

/// Returns the number before some words of the line that says what is to decide.
fn to_decide(text: &str, words: &str) -> usize {
    let words = format!(" {words}");
    let line = text.lines().find(|line| line.contains(&words));
    let part = line.and_then(|line| line.split(", ").find(|part| part.contains(&words)));
    part.map_or(0, |part| number(&format!(":{}", part.trim_start_matches('*')), ":"))
}

/// What is counted in several places is the same number in all of them, and the parts of a sum make the sum.
fn count_alike(text: &str, markdown: &str, page: &str, report: &Value) {
    let list = |name: &str| report["agenda"][name].as_array().unwrap().len();
    let metric = |name: &str| report["metrics"][name].as_u64().unwrap() as usize;
    let tile = |id: &str| number(page, &format!("<a href=\"#{id}\"><b>"));
    let head = |id: &str| {
        let rest = page.split_once(&format!("<h2 id=\"{id}\">")).unwrap_or_else(|| panic!("no {id}")).1;
        number(rest, "<span class=\"count\">")
    };
    let drawn = |name: &str| {
        let groups = page.split("<h3 class=\"").skip(1);
        let count = |group: &str| number(group, &format!("\">{name} <span class=\"count\">"));
        groups.map(|group| count(group.split_once("</h3>").unwrap().0)).sum::<usize>()
    };
    let chips = |name: &str| page.matches(&format!("</span>{name}</b><span class=")).count();
    for (key, section, title, decide, standing) in [
        ("expired", "expired: ", "## Expired: ", "expired", "expired"),
        ("expiring", "ending by ", "## Ending by ", "ending soon", "ending soon"),
    ] {
        let count = list(key);
        let places = [
            ("tile", tile(key)),
            ("section", head(key)),
            ("timeline", drawn(standing)),
            ("register", chips(standing)),
            ("text", to_decide(text.lines().nth(1).unwrap(), decide)),
            ("text's section", section_count(text, section)),
            ("markdown", to_decide(markdown.lines().nth(2).unwrap(), decide)),
            ("markdown's section", section_count(markdown, title)),
        ];
        for (place, there) in places {
            assert_eq!(there, count, "{key}: {place}\n{text}");
        }
    }
    for (key, decide) in [("reviews", "review due"), ("against", "against the rules")] {
        let decide = if key == "reviews" && list(key) != 1 { "reviews due" } else { decide };
        assert_eq!((tile(key), head(key)), (list(key), list(key)), "{key}");
        assert_eq!(to_decide(text.lines().nth(1).unwrap(), decide), list(key), "{key}\n{text}");
        assert_eq!(to_decide(markdown.lines().nth(2).unwrap(), decide), list(key), "{key}\n{markdown}");
    }
    let mend = [tile("mend"), head("mend"), section_count(text, "records to fix: ")];
    assert!(mend.iter().all(|count| *count == mend[0]), "{mend:?}\n{text}");
    let changes: usize = ["new", "renewed", "closed", "rejected"].map(list).iter().sum();
    assert_eq!(tile("changes"), changes);
    assert_eq!((tile("register"), head("register")), (metric("live"), metric("exceptions")));
    assert_eq!(metric("expired"), list("expired"));
    let live: usize = ["in_force", "not_begun", "expired", "unclear"].map(metric).iter().sum();
    assert_eq!(live, metric("live"), "{}", report["metrics"]);
    let files: usize = ["live", "closed", "rejected", "without_status", "unreadable"].map(metric).iter().sum();
    assert_eq!(files, metric("exceptions"), "{}", report["metrics"]);
    for group in ["by_tier", "by_owner", "by_control"] {
        let rows = report["metrics"][group].as_array().unwrap();
        let sum = |key: &str| rows.iter().map(|row| row[key].as_u64().unwrap() as usize).sum::<usize>();
        if group != "by_tier" {
            assert_eq!(sum("live"), metric("live"), "{group}");
        }
        assert!(sum("expired") <= metric("expired"), "{group}");
    }
}

/// Returns the number at the end of the heading that begins with some words.
fn section_count(text: &str, heading: &str) -> usize {
    let line = text.lines().find(|line| line.starts_with(heading)).unwrap_or_default();
    line.rsplit(": ").next().unwrap().parse().unwrap_or_default()
}

#[test]
fn the_agendas_of_the_shipped_registers_leave_nothing_out() {
    for (register, errors, ends) in [("acme", 0, 6), ("drift", 27, 9)] {
        let folder = TempDir::new().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/registers").join(register);
        for file in walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap) {
            let to = folder.path().join(file.path().strip_prefix(&root).unwrap());
            match file.file_type().is_dir() {
                true => fs::create_dir_all(to).unwrap(),
                false => drop(fs::copy(file.path(), to).unwrap()),
            }
        }
        let wanted = compare(folder.path(), TODAY);
        assert_eq!((wanted.errors.len(), wanted.ends.len()), (errors, ends), "{register}");
    }
}

/// Breaks some of the records of a generated register, each in one of several ways.
fn spoil(root: &Path, seed: usize) {
    let files = walkdir::WalkDir::new(root.join("exceptions")).sort_by_file_name().into_iter().map(Result::unwrap);
    for (number, file) in files.filter(|file| file.file_type().is_file()).enumerate() {
        let text = fs::read_to_string(file.path()).unwrap();
        let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::to_owned);
        let text = match (number + seed) % 7 {
            0 => format!("{}\nsurprise: 1\n", text.trim_end()),
            1 => match (value("approver:"), value("requester:")) {
                (Some(approver), Some(requester)) => {
                    text.replace(&format!("\napprover:{approver}"), &format!("\napprover:{requester}"))
                }
                _ => text,
            },
            2 => match value("status:") {
                Some(status) if status.trim() == "active" => text.replace("\nstatus: active", "\nstatus: expired"),
                _ => text,
            },
            _ => text,
        };
        fs::write(file.path(), text).unwrap();
    }
}

#[test]
fn the_agendas_of_generated_registers_leave_nothing_out() {
    let (mut errors, mut ends) = (0, 0);
    for seed in 0..200 {
        let folder = TempDir::new().unwrap();
        generate::write(folder.path(), 24, generate::SEED + seed).unwrap();
        spoil(folder.path(), seed as usize);
        let today = Day::parse(generate::TODAY).unwrap().plus(seed as i64 % 25 - 5).to_string();
        let wanted = compare(folder.path(), &today);
        errors += wanted.errors.len();
        ends += wanted.ends.len();
    }
    assert!(errors > 400 && ends > 50, "{errors} exceptions with errors, {ends} ends");
}

/// A register in git, with its remote, whose main line and branches hold what a meeting has to hear of.
fn cloned() -> Repo {
    let repo = Repo::new();
    let write = |path: &str, text: &str| {
        let path = repo.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    // The next commit is made on that day of November, day 305 of the year being its first.
    let at = |day: u64| repo.commits.set(302 + day);
    write("stopgap.yaml", "version: 1\n");
    write(
        "exceptions/label-printer.yaml",
        &exception(&[("decided", "2026-11-02"), ("starts", "2026-11-02"), ("expires", "2026-12-02")]),
    );
    at(1);
    repo.commit("register");
    let title = [("title", "Cash desk keeps the old certificate"), ("scope.system", "cash desk 3")];
    let early = [("decided", "2026-11-02"), ("starts", "2026-11-02"), ("expires", "2026-11-28")];
    write("exceptions/cash-desk.yaml", &exception(&[&title[..], &early].concat()));
    at(2);
    repo.commit("ask for the cash desk");
    // Two branches: one asks for an exception, one for a renewal; a third shares no history.
    at(10);
    repo.git(&["switch", "--quiet", "-c", "ask-scale"]);
    write(
        "exceptions/scale.yaml",
        &exception(&[
            ("title", "Scale keeps the old certificate"),
            ("scope.system", "scale 7"),
            ("decided", "2026-11-20"),
            ("starts", "2026-11-20"),
        ]),
    );
    repo.commit("ask for the scale");
    at(13);
    repo.git(&["switch", "--quiet", "-c", "renew-desk", "main"]);
    let renewal = "[{requested: 2026-11-13, requester: Luis Prado, reason: The tool came broken., risk_check: Log read., \
                   approver: Ines Falkenhagen, decided: 2026-11-20, expires: 2026-12-10}]";
    write("exceptions/cash-desk.yaml", &exception(&[&title[..], &early, &[("renewals", renewal)]].concat()));
    repo.commit("renew the cash desk");
    repo.git(&["switch", "--quiet", "--orphan", "pages"]);
    write("index.html", "<p>pages</p>\n");
    repo.commit("pages");
    // An edit of what was approved, after the last meeting.
    repo.git(&["switch", "--quiet", "main"]);
    at(18);
    write(
        "exceptions/label-printer.yaml",
        &exception(&[
            ("decided", "2026-11-02"),
            ("starts", "2026-11-02"),
            ("expires", "2026-12-02"),
            ("reason", "Nobody has the time to look for the tool before the year is over."),
        ]),
    );
    repo.commit("fix a typo");
    repo.git(&["remote", "add", "origin", "git@github.com:acme/register.git"]);
    for branch in ["main", "ask-scale", "renew-desk", "pages"] {
        repo.git(&["update-ref", &format!("refs/remotes/origin/{branch}"), branch]);
    }
    repo.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
    repo
}

#[test]
fn what_git_knows_is_on_the_agenda() {
    let repo = cloned();
    let run = stopgap(repo.path(), &["report", "--today", TODAY, "--format", "json"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
    let report = json(&run.stdout);
    let slips = report["slips"].as_array().unwrap();
    let keys = |it: &Value, keys: &[&str]| keys.iter().map(|key| it[*key].to_string()).collect::<Vec<_>>().join(" ");
    let found: Vec<String> = slips.iter().map(|it| keys(it, &["id", "rule", "day", "subject"])).collect();
    assert_eq!(found, [r#""label-printer" "approved-content-changed" "2026-11-18" "fix a typo""#]);
    let pending = report["pending"].as_array().unwrap();
    let asked = ["id", "branch", "renewal", "asked", "days_waiting", "system", "approver", "last_day"];
    let found: Vec<String> = pending.iter().map(|it| keys(it, &asked)).collect();
    assert_eq!(
        found,
        [
            r#""scale" "origin/ask-scale" null "2026-11-10" 13 "scale 7" "Mei Tanaka" "2026-12-16""#,
            r#""cash-desk" "origin/renew-desk" 1 "2026-11-13" 10 "cash desk 3" "Ines Falkenhagen" "2026-12-10""#,
        ]
    );
    for (format, words) in [
        ("text", &["waiting for a decision: 2", "bypassed the gate since 2026-11-16: 1", "git show "][..]),
        (
            "markdown",
            &[
                "## Waiting for a decision: 2",
                "## Bypassed the gate since 2026-11-16: 1",
                "`stopgap card scale --at origin/ask-scale`",
            ],
        ),
        ("html", &["origin/ask-scale", "approved-content-changed", "https://github.com/acme/register/blob/"]),
    ] {
        let run = stopgap(repo.path(), &["report", "--today", TODAY, "--format", format]);
        for word in words {
            assert!(run.stdout.contains(word), "{format}: {word}\n{}", run.stdout);
        }
    }
    let mut narrow = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    narrow.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("COLUMNS", "40").current_dir(repo.path());
    let page = Run::of(narrow.args(["report", "--today", TODAY])).stdout;
    let (_, requests) = page.split_once("waiting for a decision").unwrap();
    let (requests, _) = requests.split_once("new since").unwrap();
    let wide = |line: &&str| line.chars().count() > 40 && !line.contains("stopgap ");
    assert_eq!(requests.lines().filter(wide).collect::<Vec<_>>(), [""; 0], "{requests}");
    // What was squashed asks for nothing any more.
    repo.git(&["checkout", "--quiet", "ask-scale", "--", "exceptions/scale.yaml"]);
    repo.commit("the scale (#7)");
    repo.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    let report = json(&stopgap(repo.path(), &["report", "--today", TODAY, "--format", "json"]).stdout);
    let ids: Vec<&Value> = report["pending"].as_array().unwrap().iter().map(|it| &it["id"]).collect();
    assert_eq!(ids, ["cash-desk"]);
    let page =
        stopgap(repo.path(), &["report", "--today", TODAY, "--format", "html", "--link", "https://code.example/r/"])
            .stdout;
    assert!(page.contains("href=\"https://code.example/r/exceptions/scale.yaml\""), "{page}");
    assert!(page.contains("href=\"https://github.com/acme/register/pull/7\""), "{page}");
    let refused = stopgap(repo.path(), &["report", "--link", "javascript:alert(1)//"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
}

/// What baselines and suppressions let be is on the agenda with the command that settles it, where the register asks for
/// it, and takes no place among the records to fix; elsewhere nobody reads the tree.
#[test]
fn what_is_let_be_besides_exceptions_is_on_the_agenda() {
    let repo = Repo::new();
    let ended = [("status", "closed"), ("decided", "2026-11-02"), ("starts", "2026-11-02"), ("expires", "2026-11-10")];
    repo.write("exceptions/label-printer.yaml", &exception(&[("removal", "")]));
    repo.write("exceptions/old.yaml", &exception(&[&ended[..], &[("closure", CLOSED)]].concat()));
    repo.write("src/run.py", "eval(x)  # nosec B307\neval(y)  # nosec B307\n# stopgap: old\n");
    repo.write("baseline.yaml", "until: 2026-12-31\nentries: {label-printer: {schema: [/removal]}}\n");
    repo.commit("begin");
    let report = |more: &[&str]| {
        let run = stopgap(repo.path(), &[&["report", "--today", TODAY][..], more].concat());
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
        run.stdout
    };
    let kinds = || -> Vec<(String, u64)> {
        let report = json(&report(&["--format", "json"]));
        let list = report["let_be"].as_array().unwrap().iter();
        list.map(|it| (it["kind"].as_str().unwrap().to_owned(), it["count"].as_u64().unwrap())).collect()
    };
    assert_eq!(kinds(), [("baseline".to_owned(), 1)]);
    repo.write("stopgap.yaml", "suppressions: [bandit]\n").commit("judge suppressions");
    assert_eq!(kinds(), [("baseline".to_owned(), 1), ("unregistered".to_owned(), 2), ("stale".to_owned(), 1)]);
    let text = report(&[]);
    for line in [
        "baselines and suppressions: 3",
        "  2 suppressions have no exception in force",
        "stopgap suppressions --open",
        "stopgap export --format csv --gaps",
        "`src/run.py:3`",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert!(text.contains("records to fix: none"), "{text}");
    for format in ["markdown", "html"] {
        let page = report(&["--format", format]);
        assert!(page.contains("Baselines and suppressions") && page.contains("stopgap suppressions --open"), "{page}");
    }
    let run = stopgap(repo.path(), &["suppressions", "--write-baseline", "--today", TODAY]);
    assert_eq!(run.code, 0, "{run:?}");
    repo.commit("let them be");
    let left = kinds();
    assert!(left.contains(&("suppressions".to_owned(), 2)), "{left:?}");
    assert!(!left.iter().any(|(kind, _)| kind == "unregistered"), "{left:?}");
    assert!(report(&[]).contains("2 of 2 suppressions in `suppressions.yaml` are left"), "{}", report(&[]));
    // A name with a backtick or an element stays text.
    repo.write("src/a`<b>.py", "# stopgap: old\n").commit("odd name");
    assert!(!report(&["--format", "html"]).contains("<b>.py"));
}

const CLOSED: &str =
    "{date: 2026-11-09, by: Luis Prado, verified_by: Mei Tanaka, note: The new tool prints the labels.}";

/// On GitLab the page leads to the merge request that brought a file.
#[test]
fn a_merge_request_is_linked_as_a_pull_request_is() {
    let trailer = "\n\nSee merge request acme/register!7";
    for (forge, origin, message, link) in [
        (
            "gitlab",
            "git@gitlab.example:acme/register.git",
            format!("Merge branch 'ask' into 'main'{trailer}"),
            r#"<a href="https://gitlab.example/acme/register/-/merge_requests/7">merge request !7</a>"#,
        ),
        (
            "github",
            "git@github.com:acme/register.git",
            "Merge pull request #12 from acme/ask".to_owned(),
            r#"<a href="https://github.com/acme/register/pull/12">pull request #12</a>"#,
        ),
        ("github", "git@github.com:acme/register.git", format!("Merge branch 'ask'{trailer}"), ""),
    ] {
        let repo = Repo::new();
        repo.write("stopgap.yaml", &format!("forge: {forge}\n")).commit("begin");
        repo.branch("ask");
        repo.write("exceptions/label-printer.yaml", &exception(&[])).commit("ask");
        repo.switch("main");
        repo.git(&["merge", "--quiet", "--no-ff", "-m", &message, "ask"]);
        repo.git(&["remote", "add", "origin", origin]);
        let today = ["--today", TODAY];
        let page = stopgap(repo.path(), &[&["report", "--format", "html"][..], &today].concat()).stdout;
        assert_eq!(page.contains("merge_requests/") || page.contains("/pull/"), !link.is_empty(), "{message}");
        assert!(page.contains(link), "{link}");
        let case = stopgap(repo.path(), &[&["show", "label-printer"][..], &today].concat()).stdout;
        let words = if message.contains("!7") { "merge request !7" } else { "pull request #12" };
        assert!(case.contains(words), "{case}");
    }
}
