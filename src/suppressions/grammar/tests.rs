use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};

use super::What;
use crate::suppressions::Reader;
use crate::suppressions::page::Page;

/// Reads a file, and tells of each suppression the line, the tool and what it names.
fn found(path: &str, text: &str) -> Vec<String> {
    let page: Option<Page> = Reader::new(None).read(path, text.as_bytes());
    let found = page.iter().flat_map(|page| &page.found);
    let what = |what: &What| match what {
        What::Rule(id) => id.clone(),
        What::All => "*".to_owned(),
        What::Unnamed => "?".to_owned(),
        What::Unread { why, .. } => format!("({why})"),
    };
    found.map(|found| format!("{} {} {} {:?}", found.line, found.tool, what(&found.what), found.reach)).collect()
}

#[track_caller]
fn check(path: &str, cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(found(path, text), *expected, "{text}");
    }
}

/// What was read so far: the beginning of a literal, or that one was found.
type State = Option<String>;

/// Follows a pattern through all texts that it matches, and returns the states in which they may end.
fn read(hir: &Hir, from: BTreeSet<State>, literals: &[&str]) -> BTreeSet<State> {
    let step = |states: BTreeSet<State>, c: char| -> BTreeSet<State> {
        let next = |state: State| {
            let text = state? + &c.to_ascii_lowercase().to_string();
            if literals.iter().any(|literal| text.ends_with(literal)) {
                return None;
            }
            let begins = |at: &usize| literals.iter().any(|literal| literal.starts_with(&text[*at..]));
            let at = text.char_indices().map(|(at, _)| at).find(begins);
            Some(at.map_or_else(String::new, |at| text[at..].to_owned()))
        };
        states.into_iter().map(next).collect()
    };
    let any = |holds: &dyn Fn(char) -> bool| {
        let letters: BTreeSet<char> = literals.iter().flat_map(|literal| literal.chars()).collect();
        let cases = letters.iter().flat_map(|c| [*c, c.to_ascii_uppercase()]).filter(|c| holds(*c));
        // One that no literal holds stands for all others.
        cases.chain(['\u{0}']).flat_map(|c| step(from.clone(), c)).collect()
    };
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => from,
        HirKind::Literal(literal) => std::str::from_utf8(&literal.0).unwrap().chars().fold(from, &step),
        HirKind::Class(Class::Unicode(class)) => {
            let holds = |c: char| class.iter().any(|range| (range.start()..=range.end()).contains(&c));
            let only = class.iter().flat_map(|range| range.start()..=range.end()).take(5).collect::<Vec<_>>();
            if only.len() < 5 { only.into_iter().flat_map(|c| step(from.clone(), c)).collect() } else { any(&holds) }
        }
        HirKind::Class(Class::Bytes(class)) => {
            let all = class.iter().flat_map(|range| range.start()..=range.end());
            all.flat_map(|byte| step(from.clone(), char::from(byte))).collect()
        }
        HirKind::Repetition(repetition) => {
            let mut states = (0..repetition.min).fold(from, |states, _| read(&repetition.sub, states, literals));
            let mut left = repetition.max.map(|max| max - repetition.min);
            while left != Some(0) {
                let more: BTreeSet<State> =
                    states.union(&read(&repetition.sub, states.clone(), literals)).cloned().collect();
                if more == states {
                    break;
                }
                states = more;
                left = left.map(|left| left - 1);
            }
            states
        }
        HirKind::Capture(capture) => read(&capture.sub, from, literals),
        HirKind::Concat(parts) => parts.iter().fold(from, |states, part| read(part, states, literals)),
        HirKind::Alternation(ways) => ways.iter().flat_map(|way| read(way, from.clone(), literals)).collect(),
    }
}

/// A file without any of the literals is not looked at: none may hold what a pattern matches.
#[test]
fn every_text_that_a_pattern_matches_holds_a_literal() {
    for grammar in super::all() {
        assert!(grammar.pattern.regex().is_some(), "{}: {}", grammar.tool, grammar.pattern.0);
        assert!(grammar.literals.iter().all(|literal| *literal == literal.to_ascii_lowercase()), "{}", grammar.tool);
        let hir = regex_syntax::parse(grammar.pattern.0).unwrap();
        let ends = read(&hir, BTreeSet::from([Some(String::new())]), grammar.literals);
        assert_eq!(ends, BTreeSet::from([None]), "{}: {}", grammar.tool, grammar.pattern.0);
    }
    // The proof itself sees what is missing.
    for (pattern, literal) in [("(?i)nosem", "nosem"), (r"rubocop\s*:", "rubocop:"), (r"a\s*eslint ?", "eslint ")] {
        let hir = regex_syntax::parse(pattern).unwrap();
        assert!(read(&hir, BTreeSet::from([Some(String::new())]), &[literal]).len() > 1, "{pattern}");
    }
}

#[test]
fn bandit_reads_comments_as_its_source_does() {
    check(
        "a.py",
        &[
            ("eval(x)  # nosec", &["1 bandit * Line"]),
            ("eval(x)  #nosec: B307", &["1 bandit B307 Line"]),
            ("eval(x)  # because # nosec B307, B101 # more", &["1 bandit B101 Line", "1 bandit B307 Line"]),
            // Without a space between them only the last counts.
            ("eval(x)  # nosec B602,B607", &["1 bandit B607 Line"]),
            ("eval(x)  # nosec B999", &["1 bandit * Line"]),
            ("eval(x)  # nosec stopgap: x", &["1 bandit * Line"]),
            ("eval(x)  # nosec eval", &["1 bandit B307 Line"]),
            ("eval(x)  # NOSEC", &[]),
            ("eval(x)  #\u{1c}nosec\u{1f}B602", &["1 bandit B602 Line"]),
            ("# coding: latin-1\nx = 1", &[]),
            ("# coding: utf-8\nx = 1", &[]),
            ("# coding: utf-7\nx = 1", &["1 bandit (it declares the encoding `utf-7`) Project"]),
            (
                "#!/usr/bin/python\n# -*- coding: unicode_escape -*-\nx = 1",
                &["2 bandit (it declares the encoding `unicode_escape`) Project"],
            ),
            ("# coding: shift_jis\n", &["1 bandit (it declares the encoding `shift_jis`) Project"]),
            ("import a\n# coding: utf-7\n", &[]),
            ("x = '# nosec'", &[]),
            ("\"\"\"\nWrite # nosec\n\"\"\"\n", &[]),
        ],
    );
    check("a.rb", &[("eval(x)  # nosec", &[])]);
    check("README.md", &[("Write `# nosec B602`.", &[])]);
}

#[test]
fn a_manifest_is_no_text_for_people() {
    for path in ["requirements.txt", "requirements/dev.txt", "CMakeLists.txt"] {
        check(path, &[("django==1.0  # nosemgrep: rules.pinned", &["1 semgrep rules.pinned Line"])]);
    }
    check("notes.txt", &[("Write # nosemgrep: rules.pinned", &[])]);
}

#[test]
fn semgrep_searches_lines_and_needs_a_blank_behind_code() {
    check(
        "a.py",
        &[
            ("eval(x)  # nosemgrep", &["1 semgrep * Line"]),
            ("eval(x)  # nosem: rules.no-eval", &["1 semgrep rules.no-eval Line"]),
            ("eval(x)  # NOSEMGREP: a, b  stopgap: x", &["1 semgrep a Line", "1 semgrep b Line"]),
            ("eval(x)  # nosemgrep: a -- as the vendor says", &["1 semgrep a Line"]),
            ("eval(x)  # nosemgrep: a, (x), ev", &["1 semgrep a Line", "1 semgrep ev Line"]),
            ("eval(x)  # nosemgrep: a b, ev why", &["1 semgrep a Line", "1 semgrep ev Line"]),
            ("eval(x)  # nosemgrep:\ta", &["1 semgrep a Line"]),
            // What follows the colon in any other way is not a list.
            ("eval(x)  # nosemgrep:  a", &["1 semgrep * Line"]),
            ("eval(x)  # nosemgrep:, a", &["1 semgrep * Line"]),
            ("eval(x)  # nosemgrep : a", &["1 semgrep * Line"]),
            ("eval(x)  # no\u{17f}emgrep", &["1 semgrep * Line"]),
            ("# nosemgrep: a\neval(x)", &["1 semgrep a Next"]),
            ("eval(x)  #nosemgrep", &[]),
            ("x = ' nosemgrep'", &["1 semgrep * Line"]),
            // The line above needs no space, only that no letter or digit is before the word.
            ("#nosemgrep\neval(x)", &["1 semgrep * Next"]),
            ("    #\tnosemgrep\neval(x)", &["1 semgrep * Next"]),
            ("#\u{a0}NoSemgrep\neval(x)", &["1 semgrep * Next"]),
            ("#-nosemgrep: no-eval\neval(x)", &["1 semgrep no-eval Next"]),
            ("\"\"\"nosem\"\"\"\neval(x)", &["1 semgrep * Next"]),
            ("# \u{e9}nosemgrep\neval(x)", &["1 semgrep * Next"]),
            ("# xnosemgrep\neval(x)", &[]),
            ("# 1#nosemgrep\neval(x)", &[]),
        ],
    );
    check("a.go", &[("//nosemgrep\nx()", &["1 semgrep * Next"]), ("/*nosemgrep*/\nx()", &["1 semgrep * Next"])]);
    check("README.md", &[("Write nosemgrep", &[])]);
}

#[test]
fn a_script_is_read_by_what_its_first_line_names() {
    check("bin/tool", &[("#!/usr/bin/env python3\neval(x)  # nosec B307\n", &["2 bandit B307 Line"])]);
    check(
        "bin/tool",
        &[("#!/usr/bin/env python3\n# coding: utf-7\n", &["2 bandit (it declares the encoding `utf-7`) Project"])],
    );
    check("bin/tool", &[("#!/usr/bin/env node\neval(x) // eslint-disable-line no-eval\n", &["2 eslint no-eval Line"])]);
    check(
        "bin/tool",
        &[("#!/usr/bin/ruby\neval(x) # rubocop:disable Security/Eval\n", &["2 rubocop Security/Eval Line"])],
    );
    check("bin/tool", &[("#!/bin/sh\necho # nosec\n", &[])]);
    check("config.ru", &[("eval(x) # rubocop:disable Security/Eval", &["1 rubocop Security/Eval Line"])]);
    check("a.spec", &[("eval(x) # rubocop:disable Security/Eval", &["1 rubocop Security/Eval Line"])]);
    check("Dockerfile-dev", &[("# hadolint ignore=DL3009\nRUN x", &["1 hadolint DL3009 Next"])]);
    // Its name does not say which of the two it is.
    check("dockerfile.py", &[("eval(x)  # nosec B307", &["1 bandit B307 Line"])]);
    check("Dockerfile.py", &[("# hadolint ignore=DL3009\nRUN x", &["1 hadolint DL3009 Next"])]);
}

#[test]
fn gosec_reads_comments_that_begin_with_its_word() {
    check(
        "a.go",
        &[
            ("x() // #nosec G402 -- stopgap: a", &["1 gosec G402 Line"]),
            ("package a\n/* #nosec G101 G102 */\nx()", &["2 gosec G101 Next", "2 gosec G102 Next"]),
            ("x() //#nosec", &["1 gosec * Line"]),
            ("package a\n//gosec:disable G304 -- G101 is not meant\nx()", &["2 gosec G304 Next"]),
            // The rules may be named up to the end of the group of comments.
            (
                "package a\n\n// #nosec G304 the path is checked by the caller,\n// which answers for G302 too.\nx()",
                &["3 gosec G302 Next", "3 gosec G304 Next"],
            ),
            ("package a\n/* #nosec G304\n   G302 */\nx()", &["2 gosec G302 Next", "2 gosec G304 Next"]),
            ("package a\n/* #nosec G304 */\n// G302\n\n// G204\nx()", &["2 gosec G302 Next", "2 gosec G304 Next"]),
            ("package a\n// #nosec G304 -- why\n// G302 is for another tool.\nx()", &["2 gosec G304 Next"]),
            ("package a\n// #nosec G304 for\n// now -- as G302\nx()", &["2 gosec G304 Next"]),
            ("package a\n// #nosec G304\n//nolint:x G302\nx()", &["2 gosec G304 Next"]),
            ("package a\n// #nosec G304\n\n// G302 is something else.\nx()", &["2 gosec G304 Next"]),
            ("package a\nx() // #nosec G304\n// G302 is something else.\n", &["2 gosec G304 Line"]),
            ("package a\n// #nosec\n// G304: why\nx()", &["2 gosec * Next"]),
            ("package a\n//gosec:disable G304\n// G302 is something else.\nx()", &["2 gosec G304 Next"]),
            // Above the clause of the package it is good for the file.
            ("// #nosec G302\npackage a\n", &["1 gosec G302 File"]),
            ("// gosec:disable G304\nx()", &[]),
            ("// see #nosec\nx()", &[]),
            ("x(\"// #nosec\")", &[]),
            ("x() //nolint:errcheck,gosec // why", &["1 gosec ? Line"]),
            ("x() //nolint:(x),gosec", &["1 gosec ? Line"]),
            ("x() //nolint: errcheck, gosec // why", &["1 gosec ? Line"]),
            ("x() //nolint:gosec because", &["1 gosec ? Line"]),
            ("x() //nolint:errcheck // not gosec", &[]),
            ("//nolint:gosec\n\npackage a\n", &["1 gosec ? File"]),
            ("package a\n\n//nolint:gosec\nx()", &["3 gosec ? Next"]),
            ("x() //nolint", &["1 gosec ? Line"]),
            ("x() //nolint:errcheck", &[]),
        ],
    );
}

#[test]
fn trivy_reads_a_word_anywhere_and_its_end() {
    check(
        "main.tf",
        &[
            ("#trivy:ignore:AWS-0107:exp:2026-12-06 stopgap: a", &["1 trivy AWS-0107 Next"]),
            (
                "# because x trivy:ignore:AVD-AWS-0107 tfsec:ignore:aws-s3",
                &["1 trivy AVD-AWS-0107 Next", "1 tfsec aws-s3 Next"],
            ),
            ("#trivy:ignore:*", &["1 trivy * Next"]),
            ("#trivy:ignore:AWS-0107[name=a]", &["1 trivy AWS-0107 Next"]),
            ("#trivy:ignore:AWS-0107:exp:soon", &[]),
            // The last of a kind counts, in any order.
            ("#trivy:ignore:DS-0001:ignore:DS-0002", &["1 trivy DS-0002 Next"]),
            ("#trivy:exp:2030-01-01:ignore:DS-0002", &["1 trivy DS-0002 Next"]),
            ("#trivy:ws:default:ignore:DS-0002", &["1 trivy DS-0002 Next"]),
            ("#trivy:x:y:ignore:DS-0002", &["1 trivy DS-0002 Next"]),
            ("#tfsec:x:y:ignore:a", &["1 tfsec a Next"]),
            ("#trivy:ignore:DS-0002:ignore:", &["1 trivy DS-0002 Next"]),
            ("#trivy:ignore:DS-0002:exp", &["1 trivy DS-0002 Next"]),
            ("#trivy:ignore:", &[]),
            ("#trivy:ignore:DS-0002:exp:", &[]),
            ("#trivy::ignore:DS-0002", &[]),
            ("#\ttrivy:ignore:DS-0002", &[]),
            ("#trivy: ignore", &[]),
            ("#trivy:ignore:AWS-0107:until:2020-01-01", &["1 trivy AWS-0107 Next"]),
        ],
    );
}

#[test]
fn checkov_kics_tflint_and_terrascan_read_infrastructure() {
    check(
        "main.tf",
        &[
            (
                "  #checkov:skip=CKV_AWS_18,CKV_AWS_19:stopgap: a",
                &["1 checkov CKV_AWS_18 Block", "1 checkov CKV_AWS_19 Block"],
            ),
            ("  # bridgecrew:skip=CKV_AWS_18", &["1 checkov CKV_AWS_18 Block"]),
            ("# kics-scan ignore-line\nx = 1", &["1 kics * Next"]),
            ("# KICS-SCAN IGNORE-LINE\nx = 1", &["1 kics * Next"]),
            ("# \u{212a}ics-scan ignore-block\nx = 1", &["1 kics * Block"]),
            ("## kics-scan because ignore-line\nx = 1", &["1 kics * Next"]),
            ("# kics-scan ignore\nx = 1", &["1 kics * File"]),
            ("# kics-scan disable=a,b\nx = 1", &["1 kics a File", "1 kics b File"]),
            ("# kics-scan disable=a, b why\nx = 1", &["1 kics a File", "1 kics b File"]),
            ("# kics-scan enable=a\nx = 1", &["1 kics * File"]),
            ("# run kics-scan before you ignore it", &[]),
            (
                "# kics-scan disable=e38a8e0a-b88b-4902-b3fe-b0fcb17d5c10",
                &["1 kics e38a8e0a-b88b-4902-b3fe-b0fcb17d5c10 File"],
            ),
            (
                "# tflint-ignore: aws_instance_invalid_type, b # why\nx = 1",
                &["1 tflint aws_instance_invalid_type Next", "1 tflint b Next"],
            ),
            ("x = 1 # tflint-ignore: all", &["1 tflint * Line"]),
            ("x = 1 # legacy, tflint-ignore: a", &["1 tflint a Line"]),
            ("# tflint-ignore-file: a", &["1 tflint a File"]),
            ("# see tflint-ignore", &[]),
            ("#ts:skip=AC_AWS_0214 because", &["1 terrascan AC_AWS_0214 Block"]),
        ],
    );
}

#[test]
fn hadolint_reads_nothing_where_text_follows_without_a_hash() {
    check(
        "Dockerfile",
        &[
            ("# hadolint ignore=DL3009 # stopgap: a\nRUN x", &["1 hadolint DL3009 Next"]),
            ("# hadolint global ignore=DL3009,SC2046\n", &["1 hadolint DL3009 File", "1 hadolint SC2046 File"]),
            ("# hadolint stage ignore=DL3009\n", &["1 hadolint DL3009 Block"]),
            ("#checkov:skip=CKV_DOCKER_3:why\nFROM a\n", &["1 checkov CKV_DOCKER_3 File"]),
            ("# hadolint ignore=DL3009 stopgap: a\nRUN x", &[]),
            ("RUN x # hadolint ignore=DL3009", &[]),
        ],
    );
}

#[test]
fn a_comment_in_a_page_ends_with_its_script() {
    for path in ["a.html", "a.vue", "a.svelte"] {
        check(
            path,
            &[
                ("<script>eval(x) // eslint-disable-line no-eval</script>", &["1 eslint no-eval Line"]),
                ("<script>eval(x) // eslint-disable-line no-eval</SCRIPT ><p>a // b", &["1 eslint no-eval Line"]),
                (
                    "<script>a() // b</script><script>eval(x) // eslint-disable-line no-eval</script>",
                    &["1 eslint no-eval Line"],
                ),
            ],
        );
    }
}

#[test]
fn eslint_reads_its_directives_and_only_security_is_listed() {
    check(
        "a.ts",
        &[
            ("eval(x) // eslint-disable-line no-eval -- stopgap: a", &["1 eslint no-eval Line"]),
            (
                "// eslint-disable-next-line security/detect-child-process, semi\nx()",
                &["1 eslint security/detect-child-process Next"],
            ),
            ("/* eslint-disable */\nx()", &["1 eslint * File"]),
            // JavaScript ends a line at these as well.
            ("eval(x) // eslint-disable-line no-eval\u{2028}b()", &["1 eslint no-eval Line"]),
            (
                "eval(x) // eslint-disable-line no-eval\u{2029}b() // NOSONAR",
                &["1 eslint no-eval Line", "1 sonar ? Line"],
            ),
            ("eval(x) // eslint-disable-line no-eval\rb()", &["1 eslint no-eval Line"]),
            (
                "/* eslint-disable\n no-eval,\n no-new-func\n*/\nx()",
                &["1 eslint no-eval File", "1 eslint no-new-func File"],
            ),
            ("/* eslint no-eval: \"off\", semi: 0 */\nx()", &["1 eslint no-eval File"]),
            ("/*  eslint no-eval: 0 */\nx()", &["1 eslint no-eval File"]),
            ("/*\teslint no-eval: 0 */\nx()", &["1 eslint no-eval File"]),
            ("/*\n eslint no-eval: 0 */\nx()", &["2 eslint no-eval File"]),
            ("/*\u{feff}eslint-disable*/\nx()", &["1 eslint * File"]),
            ("/* eslint no-eval: -0 */", &["1 eslint no-eval File"]),
            ("/* eslint no-eval: 0.0 */", &["1 eslint no-eval File"]),
            ("/* eslint no-eval: 0x0 */", &["1 eslint no-eval File"]),
            ("/* eslint no-eval: [.0] */", &["1 eslint no-eval File"]),
            ("/* eslint semi: 2 no-eval: 0e1 */", &["1 eslint no-eval File"]),
            ("/* eslint \"no-\\u0065val\": \"\\u006fff\" */", &["1 eslint no-eval File"]),
            ("/* eslint no-eval: 0.5 */", &[]),
            ("/* eslint no-eval: 2 */", &[]),
            ("x() // eslint-disable-line \"no-eval\"", &["1 eslint no-eval Line"]),
            (
                "/* eslint-disable 'no-eval', \"no-new-func\" */",
                &["1 eslint no-eval File", "1 eslint no-new-func File"],
            ),
            ("// eslint is what we use", &[]),
            ("// eslint-disable no-eval", &[]),
            ("// text eslint-disable-line no-eval", &[]),
            ("x() // eslint-disable-line semi", &[]),
            ("x('// eslint-disable-line no-eval')", &[]),
        ],
    );
}

#[test]
fn secrets_are_allowed_by_a_word_in_their_line() {
    check(
        "config.ini",
        &[
            ("key = AKIA0123456789 # gitleaks:allow stopgap: a", &["1 gitleaks ? Line"]),
            ("key = x # trufflehog:ignore", &["1 trufflehog ? Line"]),
            ("key = x # kingfisher:ignore", &["1 kingfisher ? Line"]),
            ("key = x # KingFisher:Ignore", &["1 kingfisher ? Line"]),
            ("key = x # \u{212a}ingfisher:ignore", &["1 kingfisher ? Line"]),
            ("key = x # pragma: allowlist secret", &["1 detect-secrets ? Line"]),
            ("# pragma: allowlist nextline secret\nkey = x", &["1 detect-secrets ? Next"]),
            ("key = x # Gitleaks:Allow", &[]),
            ("pragma: allowlist secret", &[]),
        ],
    );
    check(
        "README.md",
        &[("Write gitleaks:allow there.", &[]), ("AKIA0123456789 gitleaks:allow", &["1 gitleaks ? Line"])],
    );
}

#[test]
fn workflows_and_manifests_have_their_own() {
    check(
        ".github/workflows/ci.yml",
        &[
            (
                "- uses: a/b@v1 # zizmor: ignore[unpinned-uses, artipacked] why",
                &["1 zizmor artipacked Line", "1 zizmor unpinned-uses Line"],
            ),
            ("- uses: a/b@v1 #zizmor: ignore[unpinned-uses]", &[]),
            (
                "- uses: a/b@v1 # zizmor: ignore[artipacked] ,template-injection]",
                &["1 zizmor artipacked Line", "1 zizmor template-injection Line"],
            ),
            ("- uses: a/b@v1 # x # zizmor: ignore[ artipacked ]", &["1 zizmor artipacked Line"]),
            ("- uses: a/b@v1 # zizmor: ignore[artipacked]x", &[]),
            ("- run: |\n    # zizmor: ignore[template-injection]\n    x", &[]),
        ],
    );
    check(
        "deploy.yaml",
        &[
            ("    checkov.io/skip1: CKV_K8S_20=why", &["1 checkov CKV_K8S_20 Block"]),
            ("    ignore-check.kube-linter.io/run-as-non-root: why", &["1 kube-linter run-as-non-root Block"]),
            (
                "    kubescape.io/skip-controls: \"C-0016,C-0017\"",
                &["1 kubescape C-0016 Block", "1 kubescape C-0017 Block"],
            ),
            (
                "    runterrascan.io/skip: '[{\"rule\": \"AC_K8S_0064\", \"comment\": \"x\"}]'",
                &["1 terrascan AC_K8S_0064 Block"],
            ),
            (
                "      cfn_nag:\n        rules_to_suppress:\n          - id: W9\n            reason: a\n          - id: F3\n    Next:\n      id: W1",
                &["2 cfn-nag F3 Block", "2 cfn-nag W9 Block"],
            ),
            ("    # checkov.io/skip1: CKV_K8S_20=why", &[]),
            ("    checkov.io/skip-it: CKV_K8S_8=why", &["1 checkov CKV_K8S_8 Block"]),
            ("    bridgecrew.io/skip1: CKV_K8S_8", &["1 checkov CKV_K8S_8 Block"]),
            ("    a.cortex.io/skip: \"CKV_K8S_8=x\"", &["1 checkov CKV_K8S_8 Block"]),
            ("    checkov.io/skip1: >-\n      CKV_K8S_8=x\n    b: c", &["1 checkov CKV_K8S_8 Block"]),
            ("    checkov.io/skip1:\n      # why\n\n      \"CKV_K8S_8=x\"", &["1 checkov CKV_K8S_8 Block"]),
            ("    checkov.io/skip1: !!str &a 'CKV_K8S_8=x'", &["1 checkov CKV_K8S_8 Block"]),
            ("    checkov.io/skip1: *a", &["1 checkov * Block"]),
            ("    checkov.io/skip1: {{ .Values.skip }}", &["1 checkov * Block"]),
            ("    ? checkov.io/skip1\n    : CKV_K8S_8=x", &["1 checkov CKV_K8S_8 Block"]),
            ("    \"checkov.i\\x6f/skip1\": CKV_K8S_8=x", &["1 checkov CKV_K8S_8 Block"]),
            ("    \"checkov\\x2eio/sk\\u0069p1\": CKV_K8S_8=x", &["1 checkov CKV_K8S_8 Block"]),
            (
                "  annotations: {checkov.io/skip1: CKV_1=x, checkov.io/skip2: CKV_2=y}",
                &["1 checkov CKV_1 Block", "1 checkov CKV_2 Block"],
            ),
            ("    \"ignore-check.kube-linter.i\\x6f/run-as-non-root\": why", &["1 kube-linter run-as-non-root Block"]),
            (
                "    kubescape.io/skip-controls: >-\n      C-0016,C-0017",
                &["1 kubescape C-0016 Block", "1 kubescape C-0017 Block"],
            ),
            (
                "    Metadata:\n      checkov:\n        skip:\n          - id: CKV_AWS_18\n            comment: x\n          - {id: CKV_AWS_19}\n    Id: {id: CKV_1}\n",
                &["2 checkov CKV_AWS_18 Block", "2 checkov CKV_AWS_19 Block"],
            ),
            ("Metadata: {bridgecrew: {skip: [{id: CKV_AWS_18, comment: x}]}, id: y}", &["1 checkov CKV_AWS_18 Block"]),
            ("Metadata: {checkov:\n  {skip: [\n {id: CKV_AWS_18}]}}\nid: y", &["1 checkov CKV_AWS_18 Block"]),
            ("  \"ch\\x65ckov\":\n    skip:\n    - \"\\x69d\": CKV_AWS_18", &["1 checkov CKV_AWS_18 Block"]),
            ("  checkov:\n    skip: *all\n", &["1 checkov * Block"]),
            ("  \"rules_to_suppr\\x65ss\":\n    - {\"\\x69d\": W9}", &["1 cfn-nag W9 Block"]),
            ("jobs:\n  checkov:\n    skip: true\n", &[]),
            ("jobs:\n  checkov:\n    steps:\n      - id: x\n", &[]),
            ("- checkov.io/skip is an annotation", &[]),
        ],
    );
    check(
        "kustomization.yaml",
        &[
            (
                "  - op: add\n    path: /metadata/annotations/ignore-check.kube-linter.io~1run-as-non-root\n    value: x\n",
                &["2 kube-linter run-as-non-root Block"],
            ),
            ("- path: /metadata/annotations/kube-linter.io~1ignore-all\n  op: replace", &["1 kube-linter * Block"]),
            ("- path: /metadata/annotations/kube-linter.io~1ignore-all\n  op: remove", &[]),
            (
                "- {op: remove, path: /a}\n- op: add\n  path: /metadata/annotations/checkov.io~1skip1\n  value: CKV_K8S_8=x\n- {op: remove, path: /b}",
                &["3 checkov CKV_K8S_8 Block"],
            ),
            (
                "- value: \"CKV_K8S_8=x\"\n  path: /metadata/annotations/checkov.io~1skip1\n  op: add",
                &["2 checkov CKV_K8S_8 Block"],
            ),
            ("- op: copy\n  from: /a\n  path: /metadata/annotations/checkov.io~1skip1", &["3 checkov * Block"]),
            (
                "- {op: add, path: /metadata/annotations/kubescape.io~1skip-controls, value: \"C-0016,C-0017\"}",
                &["1 kubescape C-0016 Block", "1 kubescape C-0017 Block"],
            ),
            (
                "[{\"op\": \"add\", \"path\": \"/metadata/annotations/a.cortex.io~1skip\", \"value\": \"CKV_1=x\"}, {\"op\": \"remove\", \"path\": \"/a\"}]",
                &["1 checkov * Block"],
            ),
            (
                "- op: add\n  path: /metadata/annotations/runterrascan.io~1skip\n  value: '[{\"rule\": \"AC_1\", \"comment\": \"x\"}]'",
                &["2 terrascan AC_1 Block"],
            ),
            (
                "- op: add\n  path: /metadata/annotations/runterrascan.io~1skip\n  value: '[{\"rule\": \"AC_1\"}, {\"rule\": \"AC_2\"}]'",
                &["2 terrascan AC_1 Block", "2 terrascan AC_2 Block"],
            ),
            ("# path: /metadata/annotations/checkov.io~1skip1", &[]),
        ],
    );
    check(
        "template.json",
        &[
            (
                "{\"Metadata\": {\"checkov\": {\"skip\": [{\"id\": \"CKV_AWS_18\"}]}}, \"id\": \"b\"}",
                &["1 checkov CKV_AWS_18 Block"],
            ),
            (
                "{\n  \"checkov\": {\n    \"skip\": [\n      {\"\\u0069d\": \"CKV_AWS_18\"}\n    ]\n  },\n  \"id\": \"b\"\n}",
                &["2 checkov CKV_AWS_18 Block"],
            ),
            ("{\"checkov.io\\/skip1\":\"CKV_K8S_8=x\"}", &["1 checkov CKV_K8S_8 Block"]),
            ("{\"metadata\": {\"checkov\": [\"checkov:skip=CKV_AZURE_1:x\"]}}", &["1 checkov CKV_AZURE_1 Block"]),
            (
                "{\"Metadata\": {\"checkov\": {\"comment\": \"}\", \"skip\": [{\"id\": \"CKV_AWS_18\"}]}}, \"id\": \"b\"}",
                &["1 checkov CKV_AWS_18 Block"],
            ),
            ("{\"scripts\": {\"checkov\": \"checkov -d . --compact CKV_AZURE_3\"}}", &[]),
        ],
    );
    let long =
        format!("checkov:\n  skip:\n    - id: CKV_1\n{}    - id: CKV_2\n", "      a: aaaaaaaaaaaaaaaa\n".repeat(2000));
    assert_eq!(found("a.yaml", &long), ["1 checkov * Block"]);
}

#[test]
fn templates_of_azure_hold_skips_in_any_shape() {
    let template = |checkov: &str| {
        format!(
            "{{\n\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\",\n\
             \"contentVersion\": \"1.0.0.0\",\n\"resources\": [{{\"metadata\": {{{checkov}}}, \"a\": \"CKV_AZURE_9\"}}]}}\n"
        )
    };
    for (checkov, ids) in [
        (r#""checkov": [{"skip": "CKV_AZURE_3: by hand"}]"#, &["CKV_AZURE_3"][..]),
        (r#""checkov": "CKV_AZURE_3: x""#, &["CKV_AZURE_3"]),
        (r#""checkov": ["CKV_AZURE_3: x", "CKV_AZURE_4"]"#, &["CKV_AZURE_3", "CKV_AZURE_4"]),
        (r#""checkov": [{"id": "CKV_AZURE_3", "comment": "as CKV_AZURE_5"}]"#, &["CKV_AZURE_3"]),
        (r#""checkov": {"skip": [{"id": "CKV_AZURE_3"}]}"#, &["CKV_AZURE_3"]),
        (r#""checkov": ["x]", "ACME_1"]"#, &["ACME_1"]),
        (r#""checkov": ["\u0043KV_AZURE_3"]"#, &["CKV_AZURE_3"]),
        ("\"checkov\"\n:\n\n\"CKV_AZURE_3\"\n", &["CKV_AZURE_3"]),
        (r#""checkov": ["checkov:skip=CKV_AZURE_3:x"]"#, &["CKV_AZURE_3"]),
        (r#""checkov": []"#, &[]),
        ("checkov: CKV_AZURE_3\n", &["CKV_AZURE_3"]),
        (r#""description": "for checkov: CKV_AZURE_3""#, &[]),
    ] {
        let expected: Vec<String> = ids.iter().map(|id| format!("4 checkov {id} Block")).collect();
        assert_eq!(found("azuredeploy.json", &template(checkov)), expected, "{checkov}");
    }
    // What Checkov does not take for a template has none.
    assert!(found("a.json", r#"{"metadata": {"checkov": ["CKV_AZURE_3"]}}"#).is_empty());
    assert!(found("a.yaml", "jobs:\n  checkov:\n    with: {skip_check: CKV_AWS_18}\n").is_empty());
}

#[test]
fn a_marker_names_exceptions_however_it_is_written() {
    for (line, expected) in [
        ("# stopgap: report-eval", &["report-eval"][..]),
        ("# stopgap: \"report-eval\"", &["report-eval"]),
        ("# stopgap: `report-eval`, and more", &["report-eval"]),
        ("# stopgap: <report-eval>", &["report-eval"]),
        ("# stopgap: exceptions/report-eval.yaml", &["report-eval"]),
        ("# stopgap: report-eval.yml.", &["report-eval"]),
        ("# stopgap: report-eval, report-evil", &["report-eval", "report-evil"]),
        (
            "# stopgap: 'report-eval' , 'exceptions/report-evil.yaml',one-more",
            &["report-eval", "report-evil", "one-more"],
        ),
        ("# stopgap: report-eval, re-check it on Friday", &["report-eval"]),
        ("# stopgap: report-eval, until Friday", &["report-eval"]),
        ("# stopgap: -", &[]),
        ("# `stopgap: ID` names one", &[]),
    ] {
        let text = format!("a: 1  {line}\n");
        let page = Reader::new(None).read("a.yaml", text.as_bytes());
        let found = page.iter().flat_map(|page| &page.markers);
        let ids: Vec<&str> = found.clone().map(|marker| marker.id.as_str()).collect();
        assert_eq!(ids, expected, "{line}");
        assert!(found.zip(expected).all(|(marker, id)| &text[marker.span.range()] == *id), "{line}");
    }
}

/// What YAML makes one key of is one, in whatever way it is written.
#[test]
fn an_annotation_is_found_however_its_key_is_written() {
    let with = |lines: &str| format!("metadata:\n  name: a\n{lines}\n");
    for (lines, expected) in [
        ("  labels: {x: &k checkov.io/skip1}\n  annotations:\n    *k : CKV_K8S_16=x", "3 checkov * Block"),
        ("  labels: {x: &k 'checkov.io/skip1', y: z}\n  annotations:\n    *k : CKV_K8S_16=x", "3 checkov * Block"),
        ("  x: &k checkov.io/skip1\n  annotations:\n    *k : CKV_K8S_16=x", "3 checkov * Block"),
        ("  annotations:\n    &k checkov.io/skip1: CKV_K8S_16=x", "4 checkov * Block"),
        ("  annotations:\n    ? |-\n      checkov.io/skip1\n    : CKV_K8S_16=x", "5 checkov CKV_K8S_16 Block"),
        ("  annotations:\n    ?\n      checkov.io/skip1\n    : CKV_K8S_16=x", "5 checkov CKV_K8S_16 Block"),
        ("  annotations:\n    ? \"checkov.io/s\\\n       kip1\"\n    : CKV_K8S_16=x", "4 checkov CKV_K8S_16 Block"),
        ("  x: &k kubescape.io/skip-controls\n  annotations:\n    *k : C-0016", "3 kubescape * Block"),
        ("  annotations:\n    ? |-\n      kubescape.io/skip-controls\n    : C-0016", "5 kubescape C-0016 Block"),
    ] {
        check("k/a.yaml", &[(&with(lines), &[expected])]);
    }
    for lines in ["  x: checkov.io/skip1", "  x: [checkov.io/skip1, b]", "  x: |-\n    see checkov.io/skip1"] {
        check("k/a.yaml", &[(&with(lines), &[])]);
    }
}

#[test]
fn comments_are_read_as_their_language_writes_them() {
    check(
        "a.vb",
        &[
            ("Dim p = \"pw\" ' NOSONAR", &["1 sonar ? Line"]),
            ("Dim p = \"it's NOSONAR \"\"x\"", &[]),
            ("REM NOSONAR\nDim p", &["1 sonar ? Line"]),
        ],
    );
    check("a.abap", &[("DATA p. \" NOSONAR", &["1 sonar ? Line"]), ("x.\n* NOSONAR\n* y\n", &["2 sonar ? Line"])]);
    for (path, line) in [
        ("a.bat", "set a=1 & rem stopgap: one"),
        ("a.cmd", "@REM stopgap: one"),
        ("a.bat", ":: stopgap: one"),
        ("a.vim", "set nocp \" stopgap: one"),
        ("a.vb", "Dim a ' stopgap: one"),
    ] {
        let page = Reader::new(None).read(path, line.as_bytes());
        let markers = page.into_iter().flat_map(|page| page.markers).map(|marker| marker.id).collect::<Vec<_>>();
        assert_eq!(markers, ["one"], "{path} {line}");
    }
}

#[test]
fn annotations_of_code_name_rules() {
    check(
        "A.java",
        &[
            ("@SuppressWarnings(\"java:S3649\")\nvoid f() {}", &["1 sonar java:S3649 Block"]),
            (
                "@SuppressWarnings({\n  \"unchecked\", \"squid:S1\",\n  \"javasecurity:S2\" })\nvoid f() {}",
                &["1 sonar javasecurity:S2 Block", "1 sonar squid:S1 Block"],
            ),
            ("@java.lang.SuppressWarnings(value = \"all\") int a;", &["1 sonar * Block"]),
            ("@SuppressWarnings(\"java:\\u00533649\") int a;", &["1 sonar java:S3649 Block"]),
            ("@Suppress\\uu0057arnings(\"java:S3649\") int a;", &["1 sonar java:S3649 Block"]),
            ("@Suppress\\uuu0057arnings(\"unchecked\") int a;", &[]),
            (
                "@SuppressWarnings(\"lgtm[java/sql-injection, java/x]\") int a;",
                &["1 codeql java/sql-injection Block", "1 codeql java/x Block"],
            ),
            ("@SuppressWarnings(\"unchecked\") String a = \"java:S1\";", &[]),
            ("import java.lang.SuppressWarnings; // \"java:S1\"", &[]),
            ("// @SuppressWarnings(\"java:S1\")", &[]),
            ("int a; /* @SuppressWarnings(\"java:S1\") */ int b;", &[]),
            // Neither a string nor a comment that has ended hides what follows it.
            ("@Get(\"https://x\") @SuppressWarnings(\"java:S1\") void f() {}", &["1 sonar java:S1 Block"]),
            ("@Get(\"https://x\") @SuppressWarnings(\"lgtm[java/x]\") void f() {}", &["1 codeql java/x Block"]),
            ("@SuppressWarnings(\"\"\"\n  java:S1\"\"\")\nvoid f() {}", &["1 sonar java:S1 Block"]),
            ("/*//*/ @SuppressWarnings(\"java:S1\") void f() {}", &["1 sonar java:S1 Block"]),
            ("@SuppressWarnings /* ( */ ({\"a)\", /* ) */ \"java:S1\"}) void f() {}", &["1 sonar java:S1 Block"]),
        ],
    );
    check(
        "a.kt",
        &[
            ("@file:Suppress(\"UNUSED\", \"kotlin:S2077\")", &["1 sonar kotlin:S2077 Block"]),
            ("@kotlin.Suppress(\"kotlin:S1\") val a = 1", &["1 sonar kotlin:S1 Block"]),
            ("@[Suppress(\"kotlin:S1\") Other] val a = 1", &["1 sonar kotlin:S1 Block"]),
            ("@file:[Suppress(\"kotlin:S1\")]", &["1 sonar kotlin:S1 Block"]),
            ("@field:kotlin.Suppress(\"kotlin:S1\") val a = 1", &["1 sonar kotlin:S1 Block"]),
            ("@`Suppress`(\"kotlin:S1\") val a = 1", &["1 sonar kotlin:S1 Block"]),
            ("@Suppress (\n\"kotlin:S1\")\nval a = 1", &["1 sonar kotlin:S1 Block"]),
            ("val u = \"https://x\"; @Suppress(\"kotlin:S1\") val a = 1", &["1 sonar kotlin:S1 Block"]),
            ("import kotlin.Suppress\nval a = \"kotlin:S1\"", &[]),
            ("fun a() = 1 // @Suppress(\"kotlin:S1\")", &[]),
        ],
    );
    check(
        "a.php",
        &[
            ("<?php\n#[SuppressWarnings(\"php:S2077\")]\nfunction f() {}", &["2 sonar php:S2077 Block"]),
            ("<?php\n// @SuppressWarnings(\"php:S2077\")\nfunction f() {}", &[]),
            ("<?php\n/** @SuppressWarnings(\"php:S2077\") */\nfunction f() {}", &["2 sonar php:S2077 Block"]),
        ],
    );
    check("a.py", &[("x = '@SuppressWarnings(\"java:S1\")'", &[])]);
}

#[test]
fn other_programs_have_theirs() {
    check(
        "a.cs",
        &[
            ("x(); // DevSkim: ignore DS126858 until 2027-01-01 by dana", &["1 devskim DS126858 Line"]),
            ("x(); // NOSONAR", &["1 sonar ? Line"]),
            ("x(); // sonar-resolve [accept] cpp:S5801 \"bounded above\"", &["1 sonar cpp:S5801 Line"]),
            ("// SONAR-Resolve [FP] cpp:S1, c:S2 'why'\nx();", &["1 sonar c:S2 Next", "1 sonar cpp:S1 Next"]),
            (
                "/*\n * sonar-resolve\n * cpp:S1,\n * c:S2 (why)\n */\nx();",
                &["2 sonar c:S2 Next", "2 sonar cpp:S1 Next"],
            ),
            ("// sonar-resolve\n// cpp:S1 \"why\"\nx();", &["1 sonar * Next"]),
            ("// sonar-resolve cpp:S1,\n// cpp:S2 \"why\"\nx();", &["1 sonar cpp:S1 Next"]),
            ("x(); // see sonar-resolve cpp:S1 \"why\"", &[]),
            ("x(); // sonar-resolve[fp] cpp:S1 \"why\"", &[]),
            ("x(); // sonar-resolve cppS1 \"why\"", &[]),
        ],
    );
    check(
        "a.java",
        &[
            ("x(); // codeql[java/sql-injection]", &["1 codeql java/sql-injection Line"]),
            ("// lgtm[java/a]\nx();", &["1 codeql java/a Next"]),
            ("x(); // codeql [js/x]", &["1 codeql js/x Line"]),
            ("x(); // safe: codeql[js/x]", &["1 codeql js/x Line"]),
            ("x(); // (lgtm[js/x, js/y])", &["1 codeql js/x Line", "1 codeql js/y Line"]),
            ("x(); // lgtm, reviewed", &["1 codeql * Line"]),
            ("x(); // fine; LGTM", &["1 codeql * Line"]),
            ("x(); // this lgtm", &[]),
            ("x(); // lgtmx; see codeql", &[]),
        ],
    );
    check(
        "a.js",
        &[
            (
                "// bearer:disable javascript_lang_eval, b\nx()",
                &["1 bearer b Next", "1 bearer javascript_lang_eval Next"],
            ),
            ("// deepcode ignore NoEval: old\nx()", &["1 snyk NoEval Next"]),
        ],
    );
    check(
        "a.sh",
        &[
            ("x\n# shellcheck disable=SC2086,SC1090\nx", &["2 shellcheck SC2086 Next"]),
            ("x\n# shellcheck source=/dev/null disable=SC2086\nx", &["2 shellcheck SC2086 Next"]),
            ("x\n#shellcheck \t disable=SC2086\nx", &["2 shellcheck SC2086 Next"]),
            ("x\n# shellcheck disable=\"SC2086\"\nx", &["2 shellcheck SC2086 Next"]),
            ("x\n# shellcheck disable=SC2086 disable=SC1091\nx", &["2 shellcheck SC2086 Next"]),
            ("x\n# shellcheck disable=SC2085-2087\nx", &["2 shellcheck SC2086 Next"]),
            // The last code of a range is not in it.
            ("x\n# shellcheck disable=SC2080-SC2086\nx", &[]),
            ("x\n# shellcheck disable=SC2086-SC2086\nx", &[]),
            ("x\n# shellcheck disable=SC1091\nx", &[]),
            ("#!/bin/sh\n\n# shellcheck disable=SC2086\nx", &["3 shellcheck SC2086 File"]),
            ("x # ash-ignore: B602 why", &["1 ash B602 Line"]),
        ],
    );
    check(
        "a.rb",
        &[
            ("eval(x) # rubocop:disable Security/Eval, Style/A", &["1 rubocop Security/Eval Line"]),
            ("eval(x) # rubocop: disable Security/Eval", &["1 rubocop Security/Eval Line"]),
            ("eval(x) # rubocop :disable Style/A2, Eval", &["1 rubocop Eval Line"]),
            ("# rubocop : todo all", &["1 rubocop * File"]),
            ("# rubocop:disable-next Security/Eval -- why\neval(x)", &["1 rubocop Security/Eval Next"]),
            ("# rubocop:todo-next Style/A, Security\neval(x)", &["1 rubocop Security Next"]),
            ("eval(x) # rubocop:disable-next Security/Eval", &[]),
            ("# rubocop:next -Security/Eval\neval(x)", &["1 rubocop Security/Eval Next"]),
            (
                "# rubocop:push +Style/A -Security/Eval -Eval\neval(x)\n# rubocop:pop",
                &["1 rubocop Eval Block", "1 rubocop Security/Eval Block"],
            ),
            ("# rubocop:push +Security/Eval\neval(x)\n# rubocop:pop", &[]),
            ("# rubocop:push\neval(x)\n# rubocop:pop", &[]),
            ("# rubocop:enable Security/Eval", &[]),
        ],
    );
    check(
        "a.py",
        &[
            ("x()  # noqa: S602, E501", &["1 ruff S602 Line"]),
            ("x()  # noqa: E501", &[]),
            ("x()  # noqa", &["1 ruff * Line"]),
            ("# ruff: noqa\nx()", &["1 ruff * File"]),
            ("x()  # noqa:S602", &["1 ruff S602 Line"]),
            ("x()  #noqa : S602", &["1 ruff S602 Line"]),
            ("x()  # noqa: F401S602", &["1 ruff S602 Line"]),
            ("x()  # noqa: F401\u{1c}S602", &["1 ruff S602 Line"]),
            // flake8 reads no code there, and so takes every rule for meant.
            ("x()  # noqa:  S602", &["1 ruff * Line"]),
            ("x()  # noqa : S602", &["1 ruff * Line"]),
            ("x()  # noqa: garbage", &["1 ruff * Line"]),
            ("x()  # noqa: PGH S602", &["1 ruff * Line"]),
            ("x()  # noqa E501", &["1 ruff * Line"]),
            ("x()  # noqaE501", &["1 ruff * Line"]),
            ("x()  #noqa: garbage", &[]),
            ("x()  #noqaE501", &[]),
            ("x()  # noqa: E501, because", &[]),
            ("# flake8: noqa: S602\nx()", &["1 ruff * File"]),
            ("# ruff: noqa: S602\nx()", &["1 ruff S602 File"]),
            ("# ruff: noqa: E501\nx()", &[]),
            ("# ruff: disable[S602, E501]\nx()", &["1 ruff S602 Block"]),
            ("# ruff: ignore[S602]\nx()", &["1 ruff S602 Next"]),
            ("x()  #ruff:ignore[S602] why", &["1 ruff S602 Line"]),
            ("# ruff: file-ignore[S602]\nx()", &["1 ruff S602 File"]),
            ("# ruff: ignore[E501]\n# ruff is fast", &[]),
            // By name; one that is not known may be about security.
            ("x()  # ruff: ignore[suspicious-eval-usage]", &["1 ruff S307 Line"]),
            ("x()  # ruff: ignore[unused-import, line-too-long]", &[]),
            ("# ruff: disable[E501, assert, a-new-rule]\nx()", &["1 ruff S101 Block", "1 ruff a-new-rule Block"]),
            ("# ruff: file-ignore[S307, suspicious-eval-usage]\nx()", &["1 ruff S307 File"]),
            ("x()  # pylint: disable=eval-used, invalid-name", &["1 pylint eval-used Line"]),
            ("x()  # pylint: disable=W", &["1 pylint W Line"]),
            ("x()  # pylint: disable=Basic", &["1 pylint basic Line"]),
            ("x()  # pylint: disable=w0123", &["1 pylint W0123 Line"]),
            ("x()  # pylint: enable=fixme,disable=eval-used", &["1 pylint eval-used Line"]),
            ("x()  # pylint: disable=fixme disable=eval-used", &["1 pylint eval-used Line"]),
            ("x()  # pylint: disable=fixme # pylint: disable=eval-used", &["1 pylint eval-used Line"]),
            ("x()  # pylint: disable=fixme, (x), eval-used", &["1 pylint eval-used Line"]),
            ("x()  # pylint:\u{1c}disable-msg=eval-used", &["1 pylint eval-used Line"]),
            ("# pylint: disable=eval-used\nx()", &["1 pylint eval-used Block"]),
            ("# pylint: disable-next=eval-used\nx()", &["1 pylint eval-used Next"]),
            ("x()  # pylint: disable=all", &["1 pylint * File"]),
            ("x()  # pylint: skip-file", &["1 pylint * File"]),
            ("x()  # pylint: disable=eval-used # pylint: disable=fixme", &[]),
            ("x()  # pylint: disable=eval-used why=x", &[]),
            ("x()  # pylint: disable eval-used", &[]),
            ("x()  # pylint: enable=eval-used", &[]),
            ("x()  # pylint: disable=invalid-name", &[]),
        ],
    );
}

#[test]
fn a_notebook_holds_code_in_strings() {
    check(
        "a.ipynb",
        &[
            ("    \"x()  # noqa: S602\\n\",", &["1 ruff S602 Line"]),
            ("    \"x()  # noqa\"", &["1 ruff * Line"]),
            ("    \"x()  # n\\u006fqa: S602\\n\",", &["1 ruff S602 Line"]),
            ("    \"# ruff: ignore[S602]\\n\",", &["1 ruff S602 Next"]),
        ],
    );
}

#[test]
fn only_the_code_of_a_notebook_is_read_as_code() {
    let cell = |kind: &str, key: &str, source: &str| {
        format!(
            "{{\"cell_type\": \"{kind}\",\n\"outputs\": [\"# noqa: S601\\n\"],\n\"{key}\": [\n\"a\\n\",\n{source}\n]}}"
        )
    };
    let (code, text) = ("\"x()  # noqa: S602\\n\"", "\"Write `# noqa: S603`.\"");
    let notebook = format!(
        "{{\"cells\": [{},\n{}], \"nbformat\": 4}}",
        cell("markdown", "source", text),
        cell("code", "source", code)
    );
    assert_eq!(found("a.ipynb", &notebook), ["11 ruff S602 Line"]);
    // As it is written without line breaks, and as the third format had it.
    assert_eq!(found("a.ipynb", &notebook.replace('\n', " ")), ["1 ruff S602 Line"]);
    let old = format!("{{\"worksheets\": [{{\"cells\": [{}]}}], \"nbformat\": 3}}", cell("code", "input", code));
    assert_eq!(found("a.ipynb", &old), ["5 ruff S602 Line"]);
    let one = "{\"cells\": [{\"cell_type\": \"code\", \"source\": \"y()\\nx()  # noqa: S602\\n\"}]}";
    assert_eq!(found("a.ipynb", one), ["1 ruff S602 Line"]);
    // Where it is unclear what is code, all of it may be.
    for unclear in [notebook.replace("\"nbformat\"", "nbformat\""), notebook.replace("\"cells\"", "\"parts\"")] {
        let lines = ["2 ruff S601 Line", "5 ruff S603 Line", "8 ruff S601 Line", "11 ruff S602 Line"];
        assert_eq!(found("a.ipynb", &unclear), lines, "{unclear}");
    }
}

#[test]
fn flake8_reads_strings_too() {
    check(
        "a.py",
        &[
            ("x(\"\"\"\n# noqa: S602\n\"\"\", shell=True)", &["2 ruff S602 Line"]),
            ("x(\"\"\"\na # NOQA:S602,E501\n\"\"\", shell=True)", &["2 ruff S602 Line"]),
            ("x(env={\"a\": \"# noqa\"})", &["1 ruff * Line"]),
            ("x(\"# noqa: E501\")", &[]),
            ("x(\"# noqa: S602\")  # noqa: S603", &["1 ruff S602 Line", "1 ruff S603 Line"]),
            ("\"\"\"\n# flake8: noqa: E501\n\"\"\"\nx()", &["2 ruff * File"]),
            ("\"\"\"\nx # flake8: noqa\n\"\"\"\nx()", &[]),
            // Ruff reads comments alone, and so do Bandit and Pylint.
            ("x(\"#noqa\", \"#  noqa\", \"# ruff: noqa\", \"# ruff: ignore[S602]\")", &[]),
            ("x(\"# nosec\", \"# pylint: disable=eval-used\")", &[]),
            // What only names it says nothing.
            ("\"\"\"Counts each `noqa`, and noqa: S602 too.\"\"\"", &[]),
        ],
    );
}

#[test]
fn ignore_files_are_read_entry_by_entry() {
    check(
        ".trivyignore",
        &[(
            "# why\nCVE-2026-1 exp:2026-12-01\nCVE-2026-2\nCVE-2026-3 exp:soon\n",
            &["2 trivy CVE-2026-1 Project", "3 trivy CVE-2026-2 Project"],
        )],
    );
    check(
        "app/.trivyignore.yaml",
        &[("vulnerabilities:\n  - id: CVE-2026-1\n    paths: [a]\n", &["2 trivy CVE-2026-1 Project"])],
    );
    check(
        "osv-scanner.toml",
        &[(
            "[[IgnoredVulns]]\nid = \"GO-1\"\nignoreUntil = 2026-12-01\n\n[[PackageOverrides]]\nname = \"a\"\nignore = true\n",
            &["2 osv-scanner GO-1 Project", "5 osv-scanner * Project"],
        )],
    );
    check(
        ".grype.yaml",
        &[(
            "ignore:\n  - vulnerability: CVE-2026-1\n  - package: {name: a}\n",
            &["2 grype CVE-2026-1 Project", "3 grype * Project"],
        )],
    );
    check(
        "deny.toml",
        &[(
            "[advisories]\nignore = [\"RUSTSEC-1\", {id = \"RUSTSEC-2\", reason = \"x\"}]\n",
            &["2 cargo-deny RUSTSEC-1 Project", "2 cargo-deny RUSTSEC-2 Project"],
        )],
    );
    check(
        ".cargo/audit.toml",
        &[("[advisories]\nignore = [\n  \"RUSTSEC-1\",\n]\n", &["3 cargo-audit RUSTSEC-1 Project"])],
    );
    check(
        ".snyk",
        &[(
            "version: v1.25.0\nignore:\n  SNYK-1:\n    - '*':\n        reason: x\n        expires: 2026-12-01\n",
            &["4 snyk SNYK-1 Project"],
        )],
    );
    check(
        ".nsprc",
        &[(
            "{\n  // why\n  \"1179\": {\"active\": true, \"expiry\": \"2026-12-01\"},\n  \"2\": {\"active\": false}\n}",
            &["3 better-npm-audit 1179 Project"],
        )],
    );
    check(
        "audit-ci.jsonc",
        &[(
            "{\"allowlist\": [\"GHSA-1\", {\"GHSA-2\": {\"active\": true, \"notes\": \"x\"}}]} // x",
            &["1 audit-ci GHSA-1 Project", "1 audit-ci GHSA-2 Project"],
        )],
    );
    check(".bundler-audit.yml", &[("ignore:\n  - CVE-2026-1\n", &["2 bundler-audit CVE-2026-1 Project"])]);
    check(".gitleaksignore", &[("# x\napp/a.env:generic-api-key:3\n", &["2 gitleaks generic-api-key Project"])]);
    check(
        ".gitleaks.toml",
        &[(
            "[[rules]]\nid = \"a\"\n[[rules.allowlists]]\npaths = ['''x''']\n[allowlist]\nregexes = [\"y\"]\n",
            &["1 gitleaks * Project", "3 gitleaks a Project", "5 gitleaks * Project"],
        )],
    );
    check(
        ".checkov.yaml",
        &[("skip-check:\n  - CKV_1\n  - CKV_2\n", &["2 checkov CKV_1 Project", "3 checkov CKV_2 Project"])],
    );
    check(".hadolint.yaml", &[("ignored:\n  - DL3008\n", &["2 hadolint DL3008 Project"])]);
    check(
        "pyproject.toml",
        &[(
            "[tool.bandit]\nskips = [\"B101\"]\nexclude_dirs = [\"tests\"]\n",
            &["2 bandit B101 Project", "3 bandit * Project"],
        )],
    );
    check(
        "config/brakeman.ignore",
        &[(
            "{\"ignored_warnings\": [{\"warning_type\": \"SQL Injection\", \"fingerprint\": \"ab\", \"file\": \"a.rb\"}]}",
            &["1 brakeman SQL Injection Project"],
        )],
    );
    check(
        "dc.xml",
        &[
            (
                "<suppressions xmlns=\"https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd\">\n<suppress until=\"2026-12-01Z\"><notes>x</notes><cve>CVE-2026-1</cve></suppress></suppressions>",
                &["2 dependency-check CVE-2026-1 Project"],
            ),
            (
                "<suppressions xmlns=\"a:dependency&#45;suppression\"><suppress><cve>CVE-2026-1</cve></suppress></suppressions>",
                &["1 dependency-check CVE-2026-1 Project"],
            ),
            (
                // Those of checkstyle.
                "<!DOCTYPE a><suppressions><suppress checks=\"a&#45;b\" files=\".*\"/></suppressions>",
                &[],
            ),
            ("<suppressions xmlns=\"a:other&#45;suppression\"><suppress checks=\"a\"/></suppressions>", &[]),
        ],
    );
    check(
        "eslint-suppressions.json",
        &[("{\"a.js\": {\"no-eval\": {\"count\": 2}, \"semi\": {\"count\": 1}}}", &["1 eslint no-eval Project"])],
    );
}

#[test]
fn resources_of_kubernetes_are_exceptions_by_their_kind() {
    let new = "apiVersion: v1\nkind: ConfigMap\n---\napiVersion: policies.kyverno.io/v1\nkind: PolicyException\nspec:\n  \
               policyRefs:\n    - {name: no-root, kind: ValidatingPolicy}\n";
    let old = "kind: PolicyException\nspec:\n  exceptions:\n    - policyName: no-root\n      ruleNames: [a]\n";
    let definition = "kind: CustomResourceDefinition\nspec:\n  names:\n    kind: PolicyException\n  x: &a b\n";
    check(
        "deploy/exceptions.yaml",
        &[
            (new, &["8 kyverno no-root Project"]),
            (old, &["4 kyverno no-root Project"]),
            (definition, &[]),
            ("a: PolicyException\n", &[]),
            (
                "apiVersion: kubescape.io/v1\nkind: SecurityException\nspec:\n  posture:\n    - {controlID: C-0016, action: ignore}\n",
                &["5 kubescape C-0016 Project"],
            ),
        ],
    );
    check(
        "exceptions.json",
        &[(
            "[{\"policyType\": \"postureExceptionPolicy\", \"posturePolicies\": [{\"controlID\": \"C-0016\"}, {}]}]",
            &["1 kubescape C-0016 Project", "1 kubescape * Project"],
        )],
    );
}

#[test]
fn a_resource_is_found_however_its_kind_is_written() {
    let spec = "spec: {policyRefs: [{name: no-root}]}";
    let resource = |kind: &str| found("a.yaml", &format!("{kind}\n{spec}\n"));
    for kind in [
        "\"kind\": PolicyException",
        "'kind' : 'PolicyException'",
        "kind:\n  PolicyException",
        "kind: \"Policy\\u0045xception\"",
        "kind: \"Policy\\x45xception\"",
        "kind: \"Policy\\U00000045xception\"",
        "\"k\\x69nd\": PolicyException",
    ] {
        let told = resource(kind);
        assert!(matches!(told.as_slice(), [one] if one.ends_with("kyverno no-root Project")), "{kind}: {told:?}");
    }
    // What only other readers take for one is not known.
    for kind in [
        "kind: !!str PolicyException",
        "kind: &a PolicyException",
        "a: b\rkind: PolicyException",
        "kind: \"Policy\\\n  Exception\"",
    ] {
        let told = resource(kind);
        assert!(
            matches!(told.as_slice(), [one] if one.contains("kyverno (") || one.contains("kyverno no-root")),
            "{kind}: {told:?}"
        );
    }
    for other in [
        "kind: Other # PolicyException",
        "kind: ConfigMap\nx: &a b\ndata:\n  kind: PolicyException",
        "a: \"Policy\\x45xception\"",
    ] {
        assert_eq!(resource(other), [""; 0], "{other}");
    }
    let refs = "{kind: PolicyException, spec: {policyRefs: [{name: no-root}]}}";
    let posture = "kind: SecurityException\napiVersion: kubescape.io/v1\nspec: {posture: [{controlID: C-0016}]}\n";
    check(
        "a.yaml",
        &[
            (refs, &["1 kyverno no-root Project"]),
            (&format!("kind: List\nitems:\n- kind: List\n  items:\n  - {refs}\n"), &["5 kyverno no-root Project"]),
            (&format!("{refs}\n---\n{posture}"), &["1 kyverno no-root Project", "5 kubescape C-0016 Project"]),
            (&format!("# \"postureExceptionPolicy\"\n{posture}"), &["4 kubescape C-0016 Project"]),
        ],
    );
    check(
        "a.json",
        &[
            (
                "{\"apiVersion\":\"kyverno.io/v2\",\"kind\":\"Policy\\u0045xception\",\"spec\":{\"exceptions\":[{\"policyName\":\"no-root\"}]}}",
                &["1 kyverno no-root Project"],
            ),
            (
                "{\"apiVersion\": \"kubescape.io\\/v1\", \"kind\": \"SecurityException\", \"spec\": {\"posture\": [{\"controlID\": \"C-0016\"}]}}",
                &["1 kubescape C-0016 Project"],
            ),
            (
                "[{\"policyType\": \"posture\\u0045xceptionPolicy\", \"posturePolicies\": [{\"controlID\": \"C-0016\"}]}]",
                &["1 kubescape C-0016 Project"],
            ),
            ("{\"kind\": \"CustomResourceDefinition\", \"spec\": {\"names\": {\"kind\": \"PolicyException\"}}}", &[]),
        ],
    );
    let broken = found("a.json", "{\"spec\": {}, \"kind\": \"PolicyException\", ");
    assert!(matches!(broken.as_slice(), [one] if one.contains("kyverno (")), "{broken:?}");
    let many = format!("{{{}", "\"kind\":&".repeat(200_000));
    assert_eq!(found("a.json", &(many + "PolicyException")).len(), 0);
}

#[test]
fn a_file_that_is_too_large_is_looked_through_for_all_that_a_tool_may_be_told() {
    let first = |path: &str, text: &str| Reader::new(None).first_tool(path, text.as_bytes()).unwrap();
    assert_eq!(first("a.tf", "# trivy:ignore:AVD-DS-0002"), Some("trivy"));
    assert_eq!(first("a.xml", "<suppressions"), Some("dependency-check"));
    assert_eq!(first("a.yaml", "kind: PolicyException"), Some("kyverno"));
    assert_eq!(first("a.json", "postureExceptionPolicy"), Some("kubescape"));
    assert_eq!(first("a.txt", "<suppressions PolicyException"), None);
    let of_trivy = Reader::new(Some(vec!["trivy".to_owned()]));
    assert_eq!(of_trivy.first_tool("a.yaml", &b"kind: PolicyException"[..]).unwrap(), None);
}

#[test]
fn a_file_that_stops_being_readable_ends_in_an_error() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    assert!(Reader::new(None).first_tool("a.py", Broken).is_err());
}

#[test]
fn what_cannot_be_read_is_said() {
    for (path, text) in
        [("deny.toml", "[a\n"), (".snyk", "a: [\n"), (".nsprc", "{\"a\": "), ("osv-scanner.toml", "x = \"\"\"")]
    {
        let page = Reader::new(None).read(path, text.as_bytes()).unwrap();
        assert!(page.found.iter().any(|found| matches!(found.what, What::Unread { .. })), "{path}");
    }
    for text in ["a: \"b\n", "a: \"b\r\n\r\n", "a: \"b\n\n\n"] {
        let found = found(".grype.yaml", text);
        assert!(matches!(found.as_slice(), [one] if one.starts_with("1 grype (")), "no line below the last: {found:?}");
    }
    let aliases = "ignore:\n  - &a CVE-2026-1\n  - *a\n";
    let found = found(".bundler-audit.yml", aliases);
    assert!(matches!(found.as_slice(), [one] if one.starts_with("2 bundler-audit (")), "{found:?}");
}

#[test]
fn bytes_that_are_no_text_hide_nothing() {
    let utf_16 = |text: &str| -> Vec<u8> {
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
    };
    for (path, bytes, expected) in [
        (".trivyignore", b"CVE-2026-1\n".to_vec(), "Rule"),
        (".trivyignore", b"\xef\xbb\xbfCVE-2026-1\n".to_vec(), "Rule"),
        (".trivyignore", b"CVE-2026-1\n\0".to_vec(), "a NUL byte"),
        (".trivyignore", b"# gr\xfcn\nCVE-2026-1\n".to_vec(), "not in UTF-8"),
        (".trivyignore", utf_16("CVE-2026-1\n"), "in UTF-16"),
        ("a.py", b"\0\nx()  # nosec B602\n".to_vec(), "Rule"),
        ("a.py", utf_16("x()  # nosec B602\n"), "Rule"),
        ("a.py", b"# gr\xfcn\nx()  # nosec B602\n".to_vec(), "Rule"),
    ] {
        let page = Reader::new(None).read(path, &bytes).unwrap();
        let said = format!("{:?}", page.found[0].what);
        assert!(said.contains(expected), "{path} {bytes:?}: {said}");
    }
    let picture = b"\x89PNG\0 # nosec gitleaks:allow";
    assert!(Reader::new(None).read("a.png", picture).is_none());
}

#[test]
fn what_stands_there_very_often_is_all_read() {
    const COUNT: usize = 20_000;
    let each = |write: &dyn Fn(usize) -> String| -> String { (0..COUNT).map(write).collect() };
    let page = |path: &str, text: String| {
        let page = Reader::new(None).read(path, text.as_bytes()).unwrap();
        (page.found.len(), page.markers.len())
    };
    let tied = each(&|index| format!("x({index})  # nosec B602 # stopgap: id-{index}\n"));
    assert_eq!(page("a.py", tied), (COUNT, COUNT));
    let above = each(&|index| format!("# stopgap: id-{index}\nx({index})  # nosec\n"));
    assert_eq!(page("a.py", above), (COUNT, COUNT));
    let blank = " ".repeat(1_000_000) + &each(&|_| "/* nosemgrep */ ".to_owned());
    assert_eq!(page("a.js", blank), (COUNT, 0));
    let markers = " ".repeat(1_000_000) + &each(&|_| "/* stopgap: a */ ".to_owned());
    assert_eq!(page("a.js", markers), (0, COUNT));
    assert_eq!(page(".trivyignore", each(&|index| format!("CVE-2026-{index}\n"))), (COUNT, 0));
    assert_eq!(page("a.py", "x(  # nosec\n".repeat(COUNT)), (COUNT, 0));
}

#[test]
fn hostile_texts_are_read_without_a_panic() {
    let words = [
        "# nosec",
        " nosemgrep:",
        "trivy:ignore:",
        "checkov:skip=",
        "/* eslint-disable",
        "stopgap:",
        "rules_to_suppress",
        "lgtm[",
        "\u{e9}",
        "\r\n",
        "\\",
        "\"",
        "`",
        "(",
        "\u{0}",
        "'''",
    ];
    for path in [
        "a.py",
        "a.js",
        "a.go",
        "a.tf",
        "a.yaml",
        "Dockerfile",
        "a.md",
        "a.x",
        "a.json",
        ".trivyignore",
        ".snyk",
        "deny.toml",
        "pyproject.toml",
        ".gitleaksignore",
        ".bandit",
    ] {
        for one in words {
            for two in words {
                found(path, &format!("{one}{two}{one}"));
                found(path, &format!("{one} {two}\n{one}"));
            }
        }
    }
}
