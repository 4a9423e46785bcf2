use super::*;

/// Returns what a file leaves out, as it is compared, a line for each entry.
fn selectors(path: &str, text: &str) -> Vec<String> {
    let entries = kinds_of(path, text).into_iter().flat_map(|kind| (kind.read)(text).unwrap());
    entries.map(|entry| entry.selectors.replace('\n', "; ")).collect()
}

#[test]
fn a_key_that_makes_an_entry_wider_makes_it_another_one() {
    const XMLNS: &str = "xmlns='https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd'";
    let xml = |inside: &str| format!("<suppressions {XMLNS}><suppress>{inside}</suppress></suppressions>");
    let gitleaks = |rest: &str| format!("[extend]\nuseDefault = true\n[[allowlists]]\nregexes = ['''prod''']\n{rest}");
    let osv = |rest: &str| format!("[[PackageOverrides]]\nname = \"a\"\n{rest}");
    for (path, before, after) in [
        (".gitleaks.toml", gitleaks(""), gitleaks("regexTarget = \"line\"\n")),
        (".gitleaks.toml", gitleaks("paths = ['a']\ncondition = \"AND\"\n"), gitleaks("paths = ['a']\n")),
        ("a.xml", xml("<cvssV3Below>1</cvssV3Below>"), xml("<cvssV3Below>10</cvssV3Below>")),
        ("a.xml", xml("<filePath>a.jar</filePath>"), xml("<filePath regex='true'>a.jar</filePath>")),
        ("a.xml", xml("<cve>a</cve><vulnerabilityName>.*</vulnerabilityName>"), {
            xml("<cve>a</cve><vulnerabilityName regex='true'>.*</vulnerabilityName>")
        }),
        ("osv-scanner.toml", osv("license.ignore = true\n"), osv("ignore = true\n")),
        (".grype.yaml", "ignore: [{vulnerability: a}]".to_owned(), {
            "ignore: [{vulnerability: a, include-aliases: true}]".to_owned()
        }),
        (".checkov.yaml", "check: [A, B]".to_owned(), "check: [A]".to_owned()),
    ] {
        assert_eq!(selectors(path, &before).len(), selectors(path, &after).len(), "{before}");
        assert_ne!(selectors(path, &before), selectors(path, &after), "{before}");
    }
    for (path, before, after) in [
        (".gitleaks.toml", gitleaks(""), gitleaks("description = \"why\"\n")),
        ("a.xml", xml("<filePath>a</filePath>"), xml("<notes>why</notes><filePath regex='false'>a</filePath>")),
        ("osv-scanner.toml", osv("ignore = true\n"), osv("ignore = true\nreason = \"why\"\n")),
        (
            ".grype.yaml",
            "ignore: [{vulnerability: a}]".to_owned(),
            "ignore: [{vulnerability: a, reason: b}]".to_owned(),
        ),
    ] {
        assert_eq!(selectors(path, &before), selectors(path, &after), "{before}");
    }
}

#[test]
fn whatever_a_configuration_leaves_out_is_an_entry() {
    let gitleaks = |rest: &str| format!("[extend]\nuseDefault = true\n{rest}");
    let namespace = "https://jeremylong.github.io/DependencyCheck/dependency-suppression.1.3.xsd";
    for (path, text, expected) in [
        (".gitleaks.toml", gitleaks("disabledRules = [\"private-key\"]\n"), vec!["private-key; off: on"]),
        (".gitleaks.toml", "[Extend]\nUSEDEFAULT = true\ndisabledrules = ['jwt']\n".into(), vec!["jwt; off: on"]),
        (".gitleaks.toml", gitleaks("[AllowList]\nPaths = ['''key''']\n"), vec!["*; paths: key"]),
        (".gitleaks.toml", "extend = {useDefault = true}\nallowlist = {paths = ['a']}\n".into(), vec!["*; paths: a"]),
        (".gitleaks.toml", "[extend]\npath = \"rules.json\"\n".into(), vec!["*; extend: rules.json"]),
        (".gitleaks.toml", "[extend]\npath = \"rules.toml\"\n".into(), vec![]),
        ("conf/rules.toml", "[allowlist]\npaths = ['key']\n".into(), vec!["*; paths: key"]),
        ("conf/other.toml", "allowlist = ['a']\n[[rules]]\nid = 'mine'\nname = 'b'\n".into(), vec![]),
        (".gitleaks.toml", gitleaks("[[rules]]\nid = 'private-key'\nregex = 'x'\n"), vec!["private-key; regex: x"]),
        (".gitleaks.toml", gitleaks("[[rules]]\nid = 'private-key'\nkeywords = ['x']\n"), vec![]),
        (".gitleaks.toml", gitleaks("[[rules]]\nid = 'mine'\nregex = 'x'\n"), vec![]),
        (
            ".gitleaks.toml",
            "[[rules]]\nid = 'private-key'\nregex = 'x'\n".into(),
            vec!["*; rules: private-key", "private-key; regex: x"],
        ),
        ("gitleaks.toml", "[[rules]]\nid = 'mine'\nregex = 'x'\n".into(), vec!["*; rules: own"]),
        (".gitleaks.toml", "[extend]\nuseDefault = false\n[[rules]]\nid = 'a'\n".into(), vec!["*; rules: own"]),
        ("conf/other.toml", "[[rules]]\nid = 'private-key'\nregex = 'x'\n".into(), vec![]),
        (".gitleaks.toml", "title = 'nothing is looked for'\n".into(), vec!["*; rules: none"]),
        (".bandit", "[bandit]\nSKIPS = B602\n".into(), vec!["B602"]),
        (".bandit", "[bandit]\nskips = B101\n ,B602\n".into(), vec!["B101", "B602"]),
        (".bandit", "[bandit]\nEXCLUDE: ./app\n".into(), vec!["*; paths: ./app"]),
        (".bandit", "[bandit]\ntests = B101\nlevel = 3\n".into(), vec!["*; tests: B101", "*; level: 3"]),
        (".bandit", "[DEFAULT]\na = B602\n[bandit]\nskips = %(a)s\n".into(), vec!["B602; of: a", "%(a)s"]),
        (".bandit", "[bandit]\ntargets = src\n recursive\nnumber = 3\n[other]\nskips = B1\n".into(), vec![]),
        ("pyproject.toml", "[tool.bandit]\ntests = ['B101']\n".into(), vec!["*; tests: B101"]),
        ("pyproject.toml", "[tool.bandit.assert_used]\nskips = ['*']\n".into(), vec!["B101; paths: *"]),
        (".semgrepignore", ":include more\n:include .gitignore\n!a\n".into(), vec!["*; directive: include more"]),
        (".checkov.yaml", "--skip-check: CKV_AWS_18\n".into(), vec!["CKV_AWS_18"]),
        (".checkov.yaml", "baseline: .cb\n".into(), vec!["*; baseline: .cb"]),
        (
            ".checkov.yaml",
            "block-list-secret-scan: [app/keys.py]\ndirectory: [app]\n".into(),
            vec!["*; block-list-secret-scan: app/keys.py"],
        ),
        (".dcignore", "# why\nvendor/\n!vendor/ours\n".into(), vec!["*; paths: vendor/"]),
        (".checkov.yaml", "baseline: ci/.checkov.baseline\nframework: [terraform, all]\n".into(), vec![]),
        (".checkov.yaml", "framework: [terraform]\n".into(), vec!["*; framework: terraform"]),
        (".checkov.yaml", "skip-framework: [terraform]\n".into(), vec!["*; skip-framework: terraform"]),
        (
            ".secrets.baseline",
            r#"{"filters_used": [{"path": "detect_secrets.filters.heuristic.is_lock_file"},
                {"path": "detect_secrets.filters.regex.should_exclude_line", "pattern": ["password"]}]}"#
                .into(),
            vec![r#"*; filter: detect_secrets.filters.regex.should_exclude_line; pattern: ["password",]"#],
        ),
        (".snyk", "exclude:\n  global: [app/**]\n".into(), vec!["*; paths: app/**; exclude: global"]),
        (
            "a.xml",
            format!("<s:suppressions xmlns:s='{namespace}' xmlns='{namespace}'><suppress><cve>C</cve></suppress></s:suppressions>"),
            vec!["C"],
        ),
        (
            "a.xml",
            "<suppressions xmlns='https://www.owasp.org/index.php/OWASP_Dependency_Check_Suppression'><suppress/></suppressions>".into(),
            vec!["*"],
        ),
        ("trivy.yaml", "ignorefile: more.txt\n".into(), vec!["*; ignorefile: more.txt"]),
        ("trivy.yaml", "ignorefile: ci/.trivyignore.yaml\nvulnerability: {ignore-unfixed: false}\n".into(), vec![]),
        ("trivy.yaml", "scan: {skip-dirs: [app]}\n".into(), vec!["*; paths: app; scan.skip-dirs: app"]),
        ("trivy.yaml", "Scan:\n  Skip-Dirs: [app]\n".into(), vec!["*; paths: app; scan.skip-dirs: app"]),
        ("trivy.yaml", "scan.\u{17f}kip-dirs: [app]\n".into(), vec!["*; paths: app; scan.skip-dirs: app"]),
        ("trivy.yaml", "IgnoreFile: foo.txt\n".into(), vec!["*; ignorefile: foo.txt"]),
        ("trivy.yaml", "severity: [CRITICAL]\n".into(), vec!["*; severity: CRITICAL"]),
        ("trivy.yaml", "severity: HIGH,CRITICAL\n".into(), vec!["*; severity: CRITICAL, HIGH"]),
        ("trivy.yaml", "severity: [unknown, LOW, MEDIUM, HIGH, CRITICAL]\nseverities: [LOW]\n".into(), vec![]),
        ("trivy.yaml", "scan: {scanners: [vuln, secret, license]}\n".into(), vec![]),
        ("trivy.yaml", "scan: {scanners: [misconfig]}\n".into(), vec!["*; scan.scanners: misconfig"]),
        (
            "trivy.yaml",
            "misconfiguration: {scanners: [helm]}\n".into(),
            vec!["*; misconfiguration.scanners: helm"],
        ),
        (".grype.yaml", "Ignore: [{Vulnerability: a, Package: {Name: b}}]\n".into(), vec!["a; package.name: b"]),
        (
            ".grype.yaml",
            "exclude: ['./vendor/**']\nonly-fixed: true\nonly-notfixed: false\n".into(),
            vec!["*; paths: ./vendor/**", "*; only-fixed: true"],
        ),
        ("osv-scanner.toml", "[[ignoredvulns]]\nID = 'a'\n".into(), vec!["a"]),
        (
            ".grype.yaml",
            "distro: alpine:3.2\nmatch: {stock: {using-cpes: false}, java: {using-cpes: false}}\ndb: {update-url: 'https://db.example/x'}\n"
                .into(),
            vec!["*; distro: alpine:3.2", "*; match.stock.using-cpes: false", "*; db.update-url: https://db.example/x"],
        ),
        (
            ".grype.yaml",
            "distro: ''\nmatch: {jvm: {using-cpes: true}}\ndb: {update-url: 'https://grype.anchore.io/databases'}\n".into(),
            vec![],
        ),
        (
            ".grype.toml",
            "distro = ''\n[match.JVM]\nusing-cpes = false\n[db]\nupdate-url = 'https://db.example/x'\n".into(),
            vec!["*; match.jvm.using-cpes: false", "*; db.update-url: https://db.example/x"],
        ),
        (
            "package.json",
            "{\n\t\"name\": \"shop\",\n\t\"pnpm\": {\"auditConfig\": {\"ignoreCves\": [\"CVE-2026-1\"], \"ignoreGhsas\": [\"GHSA-1\"]}}\n}\n".into(),
            vec!["CVE-2026-1", "GHSA-1"],
        ),
        ("package.json", "{\"pnpm\": {\"audit\\u0043onfig\": {\"ignoreCves\": [\"CVE-2026-1\"]}}}".into(), vec!["CVE-2026-1"]),
        ("package.json", "{\"auditConfig\": {\"ignoreCves\": [\"CVE-2026-1\"]}}".into(), vec![]),
        // A template of a manifest is nobody's concern.
        ("package.json", "{\"name\": \"{{ name }}\", {{#if a}}\"a\": \"b\\n\"{{/if}}}".into(), vec![]),
        (
            "pnpm-workspace.yaml",
            "packages: [a]\nauditConfig:\n  ignoreGhsas:\n    - GHSA-1\nauditLevel: high\n".into(),
            vec!["GHSA-1", "*; level: high"],
        ),
        (
            "pnpm-workspace.yaml",
            "audit: {ignore: [GHSA-1], level: critical}\n".into(),
            vec!["GHSA-1", "*; level: critical"],
        ),
        ("pnpm-workspace.yaml", "packages: &a [a]\nothers: *a\n".into(), vec![]),
        (
            ".yarnrc.yml",
            "nodeLinker: node-modules\nnpmAuditIgnoreAdvisories: [1104000, GHSA-1]\nnpmAuditExcludePackages:\n  - glob\n".into(),
            vec!["1104000", "GHSA-1", "*; package: glob"],
        ),
        (
            "composer.json",
            r#"{"config": {"audit": {"ignore": ["CVE-2026-1", "acme/old"], "ignore-severity": ["low"], "abandoned": "ignore",
                "ignore-abandoned": ["acme/x"]}}}"#
                .into(),
            vec!["CVE-2026-1", "*; package: acme/old", "*; severity: low", "*; abandoned: acme/x", "*; abandoned: true"],
        ),
        (
            "composer.json",
            r#"{"config": {"audit": {"ignore": {"PKSA-1": "why", "PKSA-2": {"reason": "why", "apply": "block"}}, "abandoned": "fail"}}}"#
                .into(),
            vec!["PKSA-1", "PKSA-2; apply: block"],
        ),
        (
            "composer.json",
            r#"{"config": {"policy": {"advisories": {"ignore-id": ["CVE-2026-1"], "ignore": {"acme/a": {"constraint": "1.0"}},
                "ignore-severity": {"low": "why"}, "audit": "report"}, "malware": false, "abandoned": {"audit": "ignore"}}}}"#
                .into(),
            vec![
                "CVE-2026-1; policy: advisories",
                "*; package: acme/a; constraint: 1.0; policy: advisories",
                "*; severity: low; policy: advisories",
                "*; policy: malware",
                "*; policy: abandoned",
            ],
        ),
        ("composer.json", r#"{"config": {"platform": {"php": "8.3"}}, "scripts": {"audit": "composer audit"}}"#.into(), vec![]),
        ("deny.toml", "[advisories]\nyanked = 'allow'\ndisable-yank-checking = true\n".into(), vec!["*; yanked: allow", "*; disable-yank-checking: true"]),
        (
            "deny.toml",
            "[advisories]\nvulnerability = 'allow'\nnotice = 'allow'\nunsound = 'allow'\nseverity-threshold = 'medium'\n".into(),
            vec!["*; unsound: allow", "*; notice: allow", "*; vulnerability: allow", "*; severity-threshold: medium"],
        ),
        (
            "deny.toml",
            "[advisories]\nyanked = 'deny'\nunmaintained = 'warn'\nseverity-threshold = 'None'\ndb-urls = ['https://github.com/rustsec/advisory-db', 'https://a.example/db']\n".into(),
            vec![],
        ),
        ("deny.toml", "[advisories]\ndb-urls = ['https://a.example/db']\n".into(), vec!["*; db-urls: https://a.example/db"]),
        (".cargo/audit.toml", "[database]\nurl = 'https://github.com/RustSec/advisory-db.git'\n".into(), vec![]),
        (".cargo/audit.toml", "[database]\nurl = 'https://a.example/db'\n".into(), vec!["*; database.url: https://a.example/db"]),
        (".grype.json", r#"{"ignore": [{"vulnerability": "a"}]}"#.into(), vec!["a"]),
        (".grype/config.yml", "ignore: [{vulnerability: a}]\n".into(), vec!["a"]),
        (
            ".grype.toml",
            "only-fixed = true\nexclude = ['./a/**']\n[[Ignore]]\nvulnerability = 'a'\nfix-state = 'fixed'\nreason = 'b'\n\
             package = {name = 'c', Type = 'npm'}\n"
                .into(),
            vec!["a; fix-state: fixed; package.name: c; package.type: npm", "*; paths: ./a/**", "*; only-fixed: true"],
        ),
        (".grype.ini", "# nothing\n".into(), vec![]),
        ("kics.config", r#"{"exclude-queries": "a,b", "verbose": true}"#.into(), vec!["a", "b"]),
        (
            "kics.config",
            "exclude-paths: [vendor/]\nExclude-Severities: [low]\ntype: [Dockerfile]\ndisable-secrets: false\n".into(),
            vec!["*; paths: vendor/", "*; exclude-severities: low", "*; type: Dockerfile"],
        ),
        (
            "kics.config",
            "\"exclude-queries\" = [\"a\"]\nexclude-results = 'x, y'\npath = '.'\n".into(),
            vec!["a", "*; exclude-results: x, y"],
        ),
        (
            "bearer.yml",
            "report: {severity: 'critical,high'}\nrule: {skip-rule: [a, 'b,c'], only-rule: []}\n\
             scan: {skip-path: [tests], scanner: [sast, secrets]}\n"
                .into(),
            vec!["a", "b", "c", "*; paths: tests", "*; severity: critical, high"],
        ),
        ("bearer.ignore", r#"{"4b0883_0": {"false_positive": true, "comment": "x"}}"#.into(), vec!["4b0883_0"]),
        (
            "osv-scanner.toml",
            "[[PACKAGEOVERRIDES]]\nName = 'a'\nVulnerability.Ignore = true\n".into(),
            vec!["*; package: name=a; vulnerability: {Ignore: true}"],
        ),
        ("deny.toml", "[[advisories.ignore]]\nid = 'A'\n[[advisories.ignore]]\ncrate = 'b'\n".into(), vec!["A", "*; crate: b"]),
        (
            "deny.toml",
            "[advisories]\nunmaintained = 'none'\nunsound = 'workspace'\nignore = ['A', {id = 'B', reason = 'c'}, 'd@1']\n"
                .into(),
            vec!["A", "*; crate: d@1", "B", "*; unmaintained: none"],
        ),
        ("deny.toml", "[advisories]\nunmaintained = 'all'\nunsound = 'none'\n".into(), vec!["*; unsound: none"]),
        (
            "deny.toml",
            "[graph]\nexclude = ['a']\nexclude-dev = true\nexclude-unpublished = false\n".into(),
            vec!["*; graph.exclude: a", "*; exclude-dev: true"],
        ),
        (
            ".cargo/audit.toml",
            "[advisories]\nignore = ['A']\nseverity_threshold = 'high'\n".into(),
            vec!["A", "*; severity_threshold: high"],
        ),
        (
            ".nsprc",
            "{\n  // why\n  \"1\": {\"active\": \"false\"}, \"2\": {\"active\": false}, \"3\": false, \"4\": {}}\n".into(),
            vec!["1", "3", "4"],
        ),
        (
            "audit-ci.json5",
            "{allowlist: ['A', {B: {active: 'false'}}, {C: {active: false}}, /* d */ ], // e\n}\n".into(),
            vec!["A", "B"],
        ),
        ("pyproject.toml", "[tool.bandit]\ninclude = ['*.zz']\n".into(), vec!["*; include: *.zz"]),
        ("pyproject.toml", "[tool.bandit]\ninclude = ['*.py', '*.pyw', '*.x']\n".into(), vec![]),
        (
            "pyproject.toml",
            "[tool.bandit.ssl_with_bad_version]\nbad_protocol_versions = []\n".into(),
            vec!["B502; options: {bad_protocol_versions: }", "B503; options: {bad_protocol_versions: }"],
        ),
        (".kube-linter.yaml", "Checks: {Exclude: [a], DoNotAutoAddDefaults: true}\n".into(), vec![
            "a",
            "*; doNotAutoAddDefaults: true",
        ]),
        (
            "zizmor.yml",
            "rules: {unpinned-uses: {config: {policies: {'*': any, 'a/*': hash-pin}}}}\n".into(),
            vec!["unpinned-uses; policy: *: any"],
        ),
        (
            "zizmor.yml",
            "rules:\n  a: {disable: True}\n  b: {disable: TRUE}\n  c: {disable: False}\n  \
             known-vulnerable-actions: {config: {allow: [GHSA-1]}}\n  secrets-outside-env: {config: {allow: [TOKEN]}}\n  \
             forbidden-uses: {config: {allow: [actions/*]}}\n  dependabot-cooldown: {config: {days: 3}}\n"
                .into(),
            vec![
                "a",
                "b",
                "known-vulnerable-actions; allow: GHSA-1",
                "secrets-outside-env; allow: TOKEN",
                "dependabot-cooldown; days: 3",
            ],
        ),
        ("zizmor.yml", "rules: {dependabot-cooldown: {config: {days: 14}}}\n".into(), vec![]),
        (".tfsec/config.yml", "minimum_severity: HIGH\n".into(), vec!["*; minimum_severity: HIGH"]),
        (".tfsec/config.yml", "include: [a, b]\n".into(), vec!["*; include: a, b"]),
        (".tfsec/config.yml", "include: []\nminimum_severity: LOW\n".into(), vec![]),
        (".tfsec/config.json", r#"{"Exclude": ["a"]}"#.into(), vec!["a"]),
        (
            ".ash/.ash.yaml",
            "global_settings: {ignore_paths: [{path: a, reason: b}]}\nscanners: {c: {enabled: false}, d: {enabled: true}}\n"
                .into(),
            vec!["*; paths: a", "*; scanner: c"],
        ),
        (
            ".ash/.ash.yaml",
            "scanners: {a: {enabled: no}, b: {enabled: Off}, c: {enabled: yes}, d: {enabled: TRUE}, e: {options: {}}}\n"
                .into(),
            vec!["*; scanner: a", "*; scanner: b"],
        ),
        (".kube-linter.yaml", "checks: {doNotAutoAddDefaults: True}\n".into(), vec!["*; doNotAutoAddDefaults: true"]),
        (".kube-linter.yaml", "checks: {doNotAutoAddDefaults: False, addAllBuiltIn: True}\n".into(), vec![]),
        ("bearer.yml", "rule: {disable-default-rules: TRUE}\n".into(), vec!["*; disable-default-rules: true"]),
        ("bearer.yml", "rule: {disable-default-rules: false}\n".into(), vec![]),
        ("audit-ci.jsonc", r#"{"low": true, "a": ["GHSA-1"]}"#.into(), vec!["GHSA-1"]),
        ("audit-ci.json", r#"{"a": "lodash", "skip-dev": true}"#.into(), vec!["lodash", "*; skip-dev: true"]),
        ("audit-ci.json", r#"{"critical": true, "skip-dev": false, "directory": "web"}"#.into(), vec![]),
        (
            "audit-resolve.json",
            r#"{"1|a": {"ignore": 1}, "2|b": {"postpone": 1}, "3|c": {"remind": 1}, "4|d": {"fix": 1, "ignore": 1},
                "5|e": {"ignore": 0}, "6|f": {}}"#
                .into(),
            vec!["1; path: a", "2; path: b", "3; path: c"],
        ),
        (
            "audit-resolv.json",
            r#"{"version": 1, "decisions": {"1|a": {"decision": "ignore"}, "2|b": {"decision": "fix"}},
                "rules": {"ignore": true}}"#
                .into(),
            vec!["1; path: a"],
        ),
        (
            ".secrets.baseline",
            r#"{"version": "0.14.3", "exclude": {"files": ".*", "lines": "password"},
                "word_list": {"file": "words.txt", "hash": "0a"}}"#
                .into(),
            vec![
                r#"*; filter: detect_secrets.filters.regex.should_exclude_file; pattern: [".*",]"#,
                r#"*; filter: detect_secrets.filters.regex.should_exclude_line; pattern: ["password",]"#,
                "*; filter: detect_secrets.filters.wordlist.should_exclude_secret; file_hash: 0a; file_name: words.txt; \
                 min_length: 3",
            ],
        ),
        (
            ".secrets.baseline",
            r#"{"version": "0.11.0", "exclude_regex": "a"}"#.into(),
            vec![r#"*; filter: detect_secrets.filters.regex.should_exclude_file; pattern: ["a",]"#],
        ),
        (
            ".secrets.baseline",
            r#"{"version": "0.14.3", "exclude": {"files": null, "lines": null}, "exclude_regex": "",
                "word_list": {"file": null, "hash": null}}"#
                .into(),
            vec![],
        ),
        ("osv-scanner.toml", "goversionoverride = '1.99.0'\n".into(), vec!["*; GoVersionOverride: 1.99.0"]),
        ("osv-scanner.toml", "GoVersionOverride = ''\nScanGoModVersion = true\n".into(), vec![]),
        (
            "trivy.yaml",
            "pkg: {relationships: [direct]}\nmisconfiguration: {terraform: {exclude-downloaded-modules: true}}\n".into(),
            vec![
                "*; misconfiguration.terraform.exclude-downloaded-modules: true",
                "*; pkg.relationships: direct",
            ],
        ),
        (
            "trivy.yaml",
            "misconfiguration:\n  scanners: [azure-arm, cloudformation, dockerfile, helm, kubernetes, terraform, \
             terraformplan-json, terraformplan-snapshot, ansible]\n  terraform: {exclude-downloaded-modules: false}\npkg: \
             {relationships: [unknown, root, workspace, direct, indirect]}\n"
                .into(),
            vec![],
        ),
        (
            "trivy.yaml",
            "misconfiguration:\n  scanners: [azure-arm, cloudformation, dockerfile, helm, kubernetes, terraform, \
             terraformplan-json, terraformplan-snapshot]\n"
                .into(),
            vec![
                "*; misconfiguration.scanners: azure-arm, cloudformation, dockerfile, helm, kubernetes, terraform, \
                 terraformplan-json, terraformplan-snapshot",
            ],
        ),
        (
            "deny.toml",
            "[graph]\ntargets = ['wasm32-unknown-unknown', {triple = 'x86_64-pc-windows-msvc'}]\n\
             no-default-features = true\n"
                .into(),
            vec![
                "*; graph.targets: wasm32-unknown-unknown, x86_64-pc-windows-msvc",
                "*; no-default-features: true",
            ],
        ),
        ("deny.toml", "[graph]\ntargets = []\nall-features = true\nno-default-features = false\n".into(), vec![]),
        (
            ".cargo/audit.toml",
            "[target]\nos = 'windows'\narch = ['x86_64']\n[advisories]\ninformational_warnings = []\n[yanked]\n\
             enabled = false\n"
                .into(),
            vec![
                "*; target.arch: x86_64",
                "*; target.os: windows",
                "*; informational_warnings: none",
                "*; yanked.enabled: false",
            ],
        ),
        (
            ".cargo/audit.toml",
            "[target]\nos = []\n[advisories]\ninformational_warnings = ['notice', 'unsound', 'unmaintained']\n[yanked]\n\
             enabled = true\n"
                .into(),
            vec![],
        ),
        ("trivy-secret.yaml", "disable-rules: [github-pat]\n".into(), vec!["github-pat; kind: secrets"]),
        ("trivy-secret.yaml", "disable-allow-rules: [tests]\n".into(), vec![]),
        (
            "trivy-secret.yaml",
            "enable-builtin-rules: [github-pat]\n".into(),
            vec![r#"*; enable-builtin-rules: ["github-pat",]; kind: secrets"#],
        ),
    ] {
        assert_eq!(selectors(path, &text), expected, "{text}");
    }
}

#[test]
fn an_end_that_its_tool_takes_for_none_is_not_read() {
    for (path, text, is_read) in [
        (".trivyignore", "AWS-0107 exp:0001-01-01\n", false),
        (".trivyignore", "AWS-0107 exp:2020-01-01\n", true),
        (".trivyignore.yaml", "misconfigurations: [{id: AWS-0107, expired_at: 0001-01-01}]\n", false),
        ("osv-scanner.toml", "[[IgnoredVulns]]\nid = 'a'\nignoreUntil = 0001-01-01T00:00:00Z\n", false),
        ("osv-scanner.toml", "[[IgnoredVulns]]\nid = 'a'\nignoreUntil = 2020-01-01\n", true),
        (".nsprc", r#"{"1065": {"active": true, "expiry": "1970-01-01"}}"#, false),
        (".nsprc", r#"{"1065": {"active": true, "expiry": "2020-01-01"}}"#, true),
    ] {
        let kind = kind(path).unwrap();
        let end = (kind.read)(text).unwrap()[0].end(kind.tool).unwrap();
        assert_eq!(matches!(end, End::At(_)), is_read, "{text}");
    }
}

#[test]
fn a_template_that_names_a_kind_as_a_value_is_no_exception() {
    let template = |kind: &str| {
        format!(
            "{{{{- if .Values.x }}}}\napiVersion: apiextensions.k8s.io/v1\n{kind}metadata:\n  annotations:\n    \
             {{{{- toYaml .Values.a | nindent 4 }}}}\nspec:\n  names:\n    kind: PolicyException\n{{{{- end }}}}\n"
        )
    };
    let is_read = |text: &str| kinds_of("a.yaml", text).iter().any(|kind| kind.tool == "kyverno");
    assert!(!is_read(&template("kind: CustomResourceDefinition\n")));
    assert!(is_read(&template("kind: PolicyException\n")));
    assert!(is_read("{metadata: {{x}}, kind: PolicyException, x: *a}\n"));
}

#[test]
fn keys_that_differ_in_case_alone_cannot_be_told() {
    for (path, text) in [
        ("osv-scanner.toml", "[[IgnoredVulns]]\nid = 'a'\nID = 'b'\n"),
        ("trivy.yaml", "scan: {}\nScan: {}\n"),
        (".grype.yaml", "ignore: []\nx: [{a: 1, A: 2}]\n"),
    ] {
        let (_, why) = (kind(path).unwrap().read)(text).unwrap_err();
        assert!(why.contains("in different spellings"), "{why}");
    }
}

#[test]
fn a_format_that_is_not_read_is_said_to_be() {
    for (path, text) in [
        (".grype.hcl", "ignore = []\n"),
        ("app/.grype/config.properties", "# a\nonly-fixed=true\n"),
        ("kics.config", "rule \"a\" {\n}\n"),
    ] {
        assert!((kind(path).unwrap().read)(text).is_err(), "{path}");
    }
}
