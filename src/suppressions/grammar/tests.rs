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

#[test]
fn bandit_reads_comments_as_its_source_does() {
    check(
        "a.py",
        &[
            ("eval(x)  # nosec", &["1 bandit * Line"]),
            ("eval(x)  #nosec: B307", &["1 bandit B307 Line"]),
            ("eval(x)  # because # nosec B307, B101 # more", &["1 bandit B101 Line", "1 bandit B307 Line"]),
            // Without a blank between them only the last counts.
            ("eval(x)  # nosec B602,B607", &["1 bandit B607 Line"]),
            ("eval(x)  # nosec B999", &["1 bandit * Line"]),
            ("eval(x)  # nosec stopgap: x", &["1 bandit * Line"]),
            ("eval(x)  # nosec eval", &["1 bandit B307 Line"]),
            ("eval(x)  # NOSEC", &[]),
            ("x = '# nosec'", &[]),
            ("\"\"\"\nWrite # nosec\n\"\"\"\n", &[]),
        ],
    );
    check("a.rb", &[("eval(x)  # nosec", &[])]);
    check("README.md", &[("Write `# nosec B602`.", &[])]);
}

#[test]
fn semgrep_searches_lines_and_needs_a_blank() {
    check(
        "a.py",
        &[
            ("eval(x)  # nosemgrep", &["1 semgrep * Line"]),
            ("eval(x)  # nosem: rules.no-eval", &["1 semgrep rules.no-eval Line"]),
            ("eval(x)  # NOSEMGREP: a, b  stopgap: x", &["1 semgrep a Line", "1 semgrep b Line"]),
            ("eval(x)  # nosemgrep: a -- as the vendor says", &["1 semgrep a Line"]),
            ("# nosemgrep: a\neval(x)", &["1 semgrep a Next"]),
            ("eval(x)  #nosemgrep", &[]),
            ("x = ' nosemgrep'", &["1 semgrep * Line"]),
        ],
    );
    check("README.md", &[("Write nosemgrep", &[])]);
}

#[test]
fn gosec_reads_comments_that_begin_with_its_word() {
    check(
        "a.go",
        &[
            ("x() // #nosec G402 -- stopgap: a", &["1 gosec G402 Line"]),
            ("/* #nosec G101 G102 */\nx()", &["1 gosec G101 Next", "1 gosec G102 Next"]),
            ("x() //#nosec", &["1 gosec * Line"]),
            ("//gosec:disable G304 -- G101 is not meant\nx()", &["1 gosec G304 Next"]),
            ("// gosec:disable G304\nx()", &[]),
            ("// see #nosec\nx()", &[]),
            ("x(\"// #nosec\")", &[]),
            ("x() //nolint:errcheck,gosec // why", &["1 gosec ? Line"]),
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
            (
                "# kics-scan disable=e38a8e0a-b88b-4902-b3fe-b0fcb17d5c10",
                &["1 kics e38a8e0a-b88b-4902-b3fe-b0fcb17d5c10 File"],
            ),
            (
                "# tflint-ignore: aws_instance_invalid_type, b # why\nx = 1",
                &["1 tflint aws_instance_invalid_type Next", "1 tflint b Next"],
            ),
            ("x = 1 # tflint-ignore: all", &["1 tflint * Line"]),
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
            ("# hadolint ignore=DL3009 stopgap: a\nRUN x", &[]),
            ("RUN x # hadolint ignore=DL3009", &[]),
        ],
    );
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
            ("/* eslint-disable */\nx()", &["1 eslint * Block"]),
            (
                "/* eslint-disable\n no-eval,\n no-new-func\n*/\nx()",
                &["1 eslint no-eval Block", "1 eslint no-new-func Block"],
            ),
            ("/* eslint no-eval: \"off\", semi: 0 */\nx()", &["1 eslint no-eval File"]),
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
        ],
    );
}

#[test]
fn other_programs_have_theirs() {
    check(
        "a.cs",
        &[
            ("x(); // DevSkim: ignore DS126858 until 2027-01-01 by dana", &["1 devskim DS126858 Line"]),
            ("x(); // NOSONAR", &["1 sonar ? Line"]),
        ],
    );
    check(
        "a.java",
        &[
            ("x(); // codeql[java/sql-injection]", &["1 codeql java/sql-injection Line"]),
            ("// lgtm[java/a]\nx();", &["1 codeql java/a Next"]),
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
            ("# shellcheck disable=SC2086,SC1090\nx", &["1 shellcheck SC2086 Next"]),
            ("x # ash-ignore: B602 why", &["1 ash B602 Line"]),
        ],
    );
    check("a.rb", &[("eval(x) # rubocop:disable Security/Eval, Style/A", &["1 rubocop Security/Eval Line"])]);
    check(
        "a.py",
        &[
            ("x()  # noqa: S602, E501", &["1 ruff S602 Line"]),
            ("x()  # noqa: E501", &[]),
            ("x()  # noqa", &["1 ruff * Line"]),
            ("# ruff: noqa\nx()", &["1 ruff * File"]),
            ("x()  # pylint: disable=eval-used, invalid-name", &["1 pylint eval-used Line"]),
            ("x()  # pylint: disable=invalid-name", &[]),
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
            &["3 gitleaks a Project", "5 gitleaks * Project"],
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
        (".trivyignore", b"CVE-2026-1\n\0".to_vec(), "a zero byte"),
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
