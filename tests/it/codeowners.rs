//! CODEOWNERS in the cases that a forge documents: each fixture names its page.

use std::fs;
use std::path::Path;

use stopgap::internal::policy::Forge;
use stopgap::internal::signoff::{Codeowners, Demand, Rule};

/// Writes a rule as the fixtures do: `[section][approvals] owners`, `^` before an optional section and `!` before one
/// that excludes the file.
fn written(rule: &Rule<'_>) -> String {
    let section = rule.section.map(|name| format!("[{name}]")).unwrap_or_default();
    let heading = match rule.demand {
        Demand::Approvals(1) => section,
        Demand::Approvals(number) => format!("{section}[{number}]"),
        Demand::Nothing => format!("^{section}"),
        Demand::Exclusion => format!("!{section}"),
    };
    let owners = rule.owners.iter().map(|owner| owner.text);
    let words: Vec<&str> = Some(heading.as_str()).filter(|it| !it.is_empty()).into_iter().chain(owners).collect();
    words.join(" ")
}

#[test]
fn gitlabs_documented_cases_are_read_as_its_pages_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/codeowners/gitlab");
    let mut cases = 0;
    for case in fs::read_dir(folder).unwrap() {
        let case = case.unwrap().path();
        let text = fs::read_to_string(case.join("CODEOWNERS")).unwrap();
        let expected = fs::read_to_string(case.join("expected.txt")).unwrap();
        let page = expected.lines().next().unwrap();
        assert!(page.starts_with("# https://docs.gitlab.com/user/project/codeowners/"), "{}", case.display());
        let file = Codeowners::parse(Forge::GitLab, &text);
        for line in expected.lines().skip(1) {
            let (path, says) = line.split_once("  ").unwrap();
            let rules: Vec<String> = file.deciding(path).into_iter().map(written).collect();
            let found = if rules.is_empty() { "nobody".to_owned() } else { rules.join(" | ") };
            assert_eq!(found, says.trim_start(), "{}: {path}", case.display());
            cases += 1;
        }
    }
    assert!(cases > 80, "{cases}");
}

#[test]
fn githubs_reading_of_the_same_file_is_another() {
    let text = "* @admin\n[Docs] @writers\n/docs @ada\n";
    let github = Codeowners::parse(Forge::GitHub, text);
    let gitlab = Codeowners::parse(Forge::GitLab, text);
    let read = |file: &Codeowners<'_>| file.deciding("docs/a.md").into_iter().map(written).collect::<Vec<_>>();
    assert_eq!((read(&github), read(&gitlab)), (vec!["@ada".to_owned()], vec!["@admin".to_owned()]));
    assert_eq!((github.rules().len(), gitlab.rules().len()), (2, 2));
    assert!(Codeowners::parse(Forge::Forgejo, text).deciding("docs/a.md").is_empty());
}
