//! The edges of the rules: the last value on each side of a boundary, and the words that depend on it. Registers and
//! changes are judged from texts in this process, without git.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use stopgap::internal::files::{self, Repository};
use stopgap::internal::gate::{Gate, Judged, Reach};
use stopgap::internal::git::ObjectFormat;
use stopgap::internal::history::{Changes, Circumstances, Document, Signatures, Signed};
use stopgap::internal::policy::{Forge, Policy, RuleBook, load_signers};
use stopgap::internal::register::{self, Register};
use stopgap::internal::rule::{Finding, Findings};
use stopgap::internal::rules::{self, Case, Judge};
use stopgap::internal::signoff::{Evidence, Ownership, ReviewState, Verdict, Worth};
use stopgap::internal::time::Today;
use tempfile::TempDir;

use crate::support::{TODAY, exception};

const PRINTER: &str = "exceptions/label-printer.yaml";
const SCANNER: &str = "exceptions/gate-scanner.yaml";
const CODEOWNERS: &str = ".github/CODEOWNERS";

mod change;
mod entries;

#[path = "../../fixtures/places.rs"]
mod places;

/// The files of a repository, by path.
type Texts = BTreeMap<&'static str, String>;

/// A register that is judged whole, or against what it was before.
#[derive(Clone)]
struct Edge {
    base: Option<Texts>,
    head: Texts,
    today: &'static str,
    evidence: Option<Evidence>,
    /// Whether the forge has signed the head's decisions.
    signed: bool,
    /// Files of the head that are checked out as another text.
    checked_out: Texts,
    /// Whether the change brings the first register.
    is_first: bool,
}

impl Edge {
    /// A register of one exception, some of whose fields are written differently.
    fn of(fields: &[(&str, &str)]) -> Self {
        let head = Texts::from([(PRINTER, exception(fields))]);
        Self {
            base: None,
            head,
            today: TODAY,
            evidence: None,
            signed: false,
            checked_out: Texts::new(),
            is_first: false,
        }
    }

    /// Makes it what the register was before a change, which writes the exception with these fields.
    fn then(mut self, fields: &[(&str, &str)]) -> Self {
        self.base = Some(self.head.clone());
        self.with(PRINTER, &exception(fields))
    }

    /// Writes a file; into the head, if there are both.
    fn with(mut self, path: &'static str, text: &str) -> Self {
        self.head.insert(path, text.to_owned());
        self
    }

    /// Says when the pull request was opened, and who has approved it as it is, if that is known.
    fn opened(mut self, day: &str, approvals: Option<&[&str]>) -> Self {
        let moment = format!("{day}T12:00:00Z").parse().unwrap();
        let verdict = |login: &&str| Verdict {
            login: (*login).to_owned(),
            state: ReviewState::Approved,
            commit: Some("0".repeat(40)),
            submitted_at: moment,
            worth: Some(Worth::default()),
        };
        let verdicts = approvals.map(|logins| logins.iter().map(verdict).collect());
        self.evidence = Some(Evidence { author: None, opened: Some(moment), verdicts });
        self
    }

    /// Returns what a rule says, each finding as `message | help | labels | JSON Pointer`.
    fn says(&self, rule: &str) -> Vec<String> {
        self.found(rule, said)
    }

    /// Returns what is wanted of each finding of a rule.
    fn found<T>(&self, rule: &str, wanted: fn(&Finding) -> T) -> Vec<T> {
        let sides = self.base.iter().chain([&self.head]).map(written).collect::<Vec<_>>();
        let (judging, head) = (sides[0].path(), sides[sides.len() - 1].path());
        let book = rule_book(judging);
        let mut files = register::read(head, &book.policy.exceptions).unwrap();
        let today = Today::parse(self.today, book.policy.timezone).unwrap();
        let mut judge = Judge::new(book, today);
        let text = |findings: &Findings| findings.iter().filter(|it| it.rule.id == rule).map(wanted).collect();
        if self.base.is_none() {
            let place = Repository::Folder(head.to_path_buf());
            for (path, text) in &self.checked_out {
                let own = files.own().iter().copied().find(|file| files.source(*file).path() == *path);
                let stored = own.unwrap_or_else(|| files.add(place.read(path).unwrap()));
                files.add_twin(stored, files::decode(text.clone().into(), (*path).to_owned()), false);
            }
            if let Some(baseline) = &mut judge.baseline {
                baseline.file = Some(files.add(place.read("baseline.yaml").unwrap()));
            }
            let register = Register::parse(&files, None);
            let findings = Case::whole(&judge, &register, None, &files).run();
            places::assert_right(&findings, &files);
            return text(&findings);
        }
        let before = register::read(judging, &judge.policy.exceptions).unwrap();
        let read = |id| files::decode(before.source(id).text().into(), before.source(id).path().into());
        let base: Vec<_> = before.own().iter().map(|id| files.add(read(*id))).collect();
        let mut side = |folder: &Path, path: &str| {
            let place = Repository::Folder(folder.to_path_buf());
            place.exists(path).unwrap().then(|| files.add(place.read(path).unwrap()))
        };
        let paths = self.base.iter().chain([&self.head]).flat_map(BTreeMap::keys);
        let mut paths: Vec<&str> = paths.copied().filter(|path| !path.starts_with("exceptions/")).collect();
        paths.sort_unstable();
        paths.dedup();
        let document =
            |path: &&str| Document { base: side(judging, path), head: side(head, path), path: (*path).to_owned() };
        let documents: Vec<Document> = paths.iter().map(document).collect();
        let owners = documents.iter().find(|document| document.path == CODEOWNERS).and_then(|document| document.base);
        let ownership = owners.map(|file| Ownership {
            forge: Forge::GitHub,
            file,
            text: Some(files.source(file).text().to_owned()),
            unread: None,
            path: CODEOWNERS.to_owned(),
            prefix: String::new(),
        });
        let signed = |file: &_| {
            let source = files.source(*file);
            let id = source.path().rsplit('/').next().unwrap_or_default().trim_end_matches(".yaml").to_owned();
            (id, source.text().to_owned(), Signed { commit: "d3b07384d113".to_owned(), by: Ok("forge".to_owned()) })
        };
        judge.signatures = self.signed.then(|| Signatures::known(ObjectFormat::Sha1, files.own().iter().map(signed)));
        let circumstances = Circumstances {
            base_day: Some(today.day),
            head: (!self.is_first).then(|| rule_book(head)),
            documents,
            former_baseline: None,
            elsewhere: BTreeSet::new(),
        };
        let evidence = |changes: &Changes<'_>| {
            let mut evidence = self.evidence.clone();
            for verdict in evidence.iter_mut().filter_map(|it| it.verdicts.as_mut()).flatten() {
                let sides = changes.list.iter().filter_map(|change| Some(change.head.as_ref()?.file));
                let covers = sides.chain(changes.documents.iter().filter_map(|document| document.head)).collect();
                verdict.worth = Some(Worth { covers, ..Worth::default() });
            }
            Ok(evidence)
        };
        let gate = Gate {
            judge: &judge,
            ownership: ownership.as_ref(),
            files: &files,
            base: &base,
            circumstances,
            around: None,
            is_last: false,
            reach: Reach::All { schema: None, evidence: &evidence, scan: &|_| Ok(None) },
        };
        gate.judge(|Judged { findings, .. }| text(&findings)).unwrap()
    }

    #[track_caller]
    fn is_silent(&self, rule: &str) {
        assert_eq!(self.says(rule), [""; 0]);
    }

    /// Asserts that a rule says one thing, which contains a text.
    #[track_caller]
    fn is_told(&self, rule: &str, text: &str) {
        let said = self.says(rule);
        assert!(said.len() == 1 && said[0].contains(text), "{text}: {said:#?}");
    }
}

fn said(finding: &Finding) -> String {
    let labels: Vec<&str> = finding.labels.iter().map(|label| label.message.as_str()).collect();
    let help = finding.help.as_deref().unwrap_or_default();
    format!("{} | {help} | {} | {}", finding.message, labels.join(", "), finding.place.pointer)
}

fn written(texts: &Texts) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, text) in texts {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn rule_book(folder: &Path) -> RuleBook {
    let place = Repository::Folder(folder.to_path_buf());
    let mut policy = Policy::load(&place, None, rules::all()).unwrap();
    policy.signers = load_signers(&place, &policy).unwrap();
    RuleBook::read(&place, policy, rules::all()).unwrap()
}

/// A baseline that names one exception, with what it tolerates in it.
fn baseline(until: &str, lines: &str) -> String {
    format!("until: {until}\nentries:\n  label-printer: {{{lines}}}\n")
}

fn renewal(requested: &str, decided: &str, expires: &str) -> String {
    format!(
        "[{{requested: {requested}, requester: Luis Prado, reason: The tool comes a week later., risk_check: Nothing was \
         printed wrongly., approver: Mei Tanaka, decided: {decided}, expires: {expires}}}]"
    )
}

/// One item of each list that records what happened later, the named field written differently.
fn log(list: &str, field: &str, text: &str) -> (String, String) {
    let (key, usual): (&str, &[(&str, &str)]) = match list {
        "reviews" => ("reviews", &[("date", "2026-11-18"), ("by", "Luis Prado"), ("note", "The tool is on its way.")]),
        "renewals" => (
            "renewals",
            &[
                ("requested", "2026-11-20"),
                ("requester", "Luis Prado"),
                ("reason", "The tool comes a week later."),
                ("risk_check", "Nothing was printed wrongly."),
                ("approver", "Mei Tanaka"),
                ("decided", "2026-11-20"),
                ("expires", "2026-12-20"),
            ],
        ),
        "amendments" => (
            "amendments",
            &[
                ("date", "2026-11-20"),
                ("by", "Luis Prado"),
                ("approver", "Mei Tanaka"),
                ("fields", "[title]"),
                ("note", "The model was wrong in the title."),
            ],
        ),
        _ => (
            "closure",
            &[
                ("date", "2026-11-20"),
                ("by", "Luis Prado"),
                ("verified_by", "Mei Tanaka"),
                ("note", "A label was printed with the new certificate."),
            ],
        ),
    };
    let value = |name: &str, usual: &str| if name == field { text.to_owned() } else { usual.to_owned() };
    let pairs: Vec<String> = usual.iter().map(|(name, usual)| format!("{name}: {}", value(name, usual))).collect();
    let item = format!("{{{}}}", pairs.join(", "));
    (key.to_owned(), if key == "closure" { item } else { format!("[{item}]") })
}

/// Writes a text into a field: of the exception, or of an item of a list, as in `renewals.reason`.
fn with_text(field: &str, text: &str) -> Edge {
    let list =
        field.split_once('.').filter(|(list, _)| ["reviews", "renewals", "amendments", "closure"].contains(list));
    match (list, field.strip_prefix("alternatives.")) {
        (Some((list, field)), _) => {
            let (key, value) = log(list, field, text);
            Edge::of(&[(&key, &value), ("status", if key == "closure" { "closed" } else { "active" })])
        }
        (None, Some("option")) => {
            Edge::of(&[("alternatives", &format!("[{{option: {text}, rejected: The belt there is full.}}]"))])
        }
        (None, Some(_)) => Edge::of(&[("alternatives", &format!("[{{option: Print in hall 2, rejected: {text}}}]"))]),
        (None, None) if field == "incident.id" => {
            Edge::of(&[("risk.tier", "emergency"), ("incident", &format!("{{id: {text}}}"))])
        }
        (None, None) => Edge::of(&[(field, text)]),
    }
}
