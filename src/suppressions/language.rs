//! What kind of file a path names, as far as the grammars of suppressions differ by it.

use super::comments::{Begins, Block, Quirk, Syntax, Text};

/// How comments are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python.
    Python,
    /// Go.
    Go,
    /// JavaScript and TypeScript.
    Script,
    /// Languages with `//`, `/* */` and both quotes: Java, SCSS, Protocol Buffers, Solidity, Bicep.
    Braces,
    /// C, C++, Objective-C, CUDA.
    C,
    /// C# and F#.
    Sharp,
    /// Kotlin.
    Kotlin,
    /// Scala.
    Scala,
    /// Swift.
    Swift,
    /// Dart.
    Dart,
    /// Groovy.
    Groovy,
    /// Rust, where a single quote also begins a lifetime.
    Rust,
    /// PHP.
    Php,
    /// Ruby.
    Ruby,
    /// Shells, Perl, R, TOML and other languages with `#`.
    Hash,
    /// YAML.
    Yaml,
    /// Terraform and other HCL.
    Terraform,
    /// Dockerfiles.
    Dockerfile,
    /// Pages with scripts in them: HTML, XML, Vue, Svelte, Astro.
    Markup,
    /// SQL, Lua, Haskell.
    Dashes,
    /// Visual Basic.
    Basic,
    /// ABAP.
    Abap,
    /// Batch files of Windows.
    Batch,
    /// Vim's own.
    Vim,
    /// JSON, which may hold comments all the same.
    Json,
    /// Texts for people: Markdown, reStructuredText, AsciiDoc, plain text.
    Prose,
    /// Anything else: any usual character begins a comment.
    Other,
}

impl Language {
    /// Tells the language of a file by its path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let folder = path.rsplit('/').nth(1).unwrap_or_default();
        match () {
            () if is_dockerfile(&name) => Self::Dockerfile,
            () if name.ends_with(".txt") && MANIFESTS.contains(&folder) => Self::Hash,
            () => Self::of_name(&name),
        }
    }

    /// Tells the languages of a file by its path and, where the name says nothing, by the program that its first line
    /// names: the one as which it is read, and another one where a tool may take it for that. `Dockerfile.go` may be
    /// the one that builds what is written in Go, or a program about it.
    pub(super) fn all_of(path: &str, start: &[u8]) -> impl Iterator<Item = Self> + Clone {
        let first = Self::of(path);
        let other = match first {
            Self::Dockerfile => Some(Self::of_name(&path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase())),
            Self::Other => of_program(start),
            _ => None,
        };
        let other = other.filter(|other| *other != Self::Other);
        let (first, second) = match other {
            Some(other) if first == Self::Other => (other, None),
            _ => (first, other),
        };
        std::iter::once(first).chain(second)
    }

    /// Tells the language of a file by its name in small letters, unless that is one of a Dockerfile.
    fn of_name(name: &str) -> Self {
        if is_manifest(name) {
            return Self::Hash;
        }
        match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "py" | "pyw" | "pyi" | "pyx" | "pxd" | "wsgi" => Self::Python,
            "go" => Self::Go,
            "js" | "jsx" | "mjs" | "cjs" | "ts" | "tsx" | "mts" | "cts" => Self::Script,
            "java" | "proto" | "sol" | "bicep" | "less" | "scss" => Self::Braces,
            "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "hh" | "m" | "mm" | "cu" => Self::C,
            "cs" | "fs" => Self::Sharp,
            "kt" | "kts" => Self::Kotlin,
            "scala" => Self::Scala,
            "swift" => Self::Swift,
            "dart" => Self::Dart,
            "groovy" | "gradle" => Self::Groovy,
            "rs" => Self::Rust,
            "php" => Self::Php,
            // What RuboCop reads by itself (`config/default.yml`).
            "rb" | "rake" | "gemspec" | "arb" | "axlsx" | "builder" | "gemfile" | "god" | "irbrc" | "jb"
            | "jbuilder" | "mspec" | "opal" | "pluginspec" | "podspec" | "pryrc" | "rabl" | "rbuild" | "rbw"
            | "rbx" | "ru" | "ruby" | "simplecov" | "thor" | "watchr" => Self::Ruby,
            "sh" | "bash" | "zsh" | "ksh" | "bats" | "pl" | "pm" | "r" | "toml" | "properties" | "conf" | "cfg"
            | "ps1" | "psm1" | "tcl" | "ex" | "exs" | "nix" | "mk" | "cmake" | "jl" | "bzl" | "rego" => Self::Hash,
            "yaml" | "yml" => Self::Yaml,
            "tf" | "tfvars" | "hcl" | "tofu" | "nomad" => Self::Terraform,
            "html" | "htm" | "xml" | "vue" | "svelte" | "astro" | "xhtml" | "svg" | "csproj" | "pom" => Self::Markup,
            "sql" | "lua" | "hs" | "elm" | "ada" => Self::Dashes,
            "vb" | "vbs" | "bas" | "vba" => Self::Basic,
            "abap" => Self::Abap,
            "bat" | "cmd" => Self::Batch,
            "vim" | "vimrc" => Self::Vim,
            "json" | "json5" | "jsonc" | "tfstate" => Self::Json,
            "md" | "markdown" | "rst" | "adoc" | "asciidoc" | "txt" | "org" | "textile" | "mdx" => Self::Prose,
            _ => Self::of_stem(name),
        }
    }

    /// Tells the language of a file that has no ending, or one that says nothing.
    fn of_stem(name: &str) -> Self {
        const RUBY: [&str; 23] = [
            "appraisals",
            "berksfile",
            "brewfile",
            "buildfile",
            "capfile",
            "cheffile",
            "dangerfile",
            "deliverfile",
            "gemfile",
            "guardfile",
            "jarfile",
            "mavenfile",
            "podfile",
            "puppetfile",
            "rakefile",
            "schemafile",
            "snapfile",
            "steepfile",
            "thorfile",
            "vagabondfile",
            "vagrantfile",
            "appfile",
            "matchfile",
        ];
        match name.split('.').next().unwrap_or_default() {
            "makefile" | "justfile" => Self::Hash,
            "sconstruct" | "sconscript" | "wscript" => Self::Python,
            stem if RUBY.contains(&stem) || stem.ends_with("fastfile") => Self::Ruby,
            _ => Self::Other,
        }
    }

    /// Returns how comments and strings are distinguished.
    pub(super) fn syntax(self) -> Syntax {
        const DOUBLE: Text = Text::line("\"");
        const SINGLE: Text = Text::line("'");
        const CHARACTER: Text = Text::character("'");
        const TRIPLE: Text = Text::block("\"\"\"");
        const TRIPLE_SINGLE: Text = Text::block("'''");
        const DOLLAR: &[&str] = &["${"];
        const FORMATTED: &[&str] = &[
            "f", "F", "rf", "rF", "Rf", "RF", "fr", "fR", "Fr", "FR", "t", "T", "rt", "rT", "Rt", "RT", "tr", "tR",
            "Tr", "TR",
        ];
        const PYTHON: &[Text] = &[
            TRIPLE.after(FORMATTED).formatted(),
            TRIPLE_SINGLE.after(FORMATTED).formatted(),
            DOUBLE.after(FORMATTED).formatted(),
            SINGLE.after(FORMATTED).formatted(),
            TRIPLE,
            TRIPLE_SINGLE,
            DOUBLE,
            SINGLE,
        ];
        const SHARP: &[Text] = &[
            Text::raw("\"").opened("$@\"").doubled().formatted(),
            Text::raw("\"").opened("@$\"").doubled().formatted(),
            Text::raw("\"").opened("@\"").doubled(),
            DOUBLE.opened("$\"").formatted(),
            DOUBLE,
            CHARACTER,
        ];
        const DART: &[Text] = &[
            Text::raw("\"\"\"").after(&["r"]),
            Text::raw("'''").after(&["r"]),
            DOUBLE.without_escapes().after(&["r"]),
            SINGLE.without_escapes().after(&["r"]),
            TRIPLE.with(DOLLAR),
            TRIPLE_SINGLE.with(DOLLAR),
            DOUBLE.with(DOLLAR),
            SINGLE.with(DOLLAR),
        ];
        const GROOVY: &[Text] = &[
            Text::long("/$").opened("$/").without_escapes(),
            TRIPLE.with(DOLLAR),
            TRIPLE_SINGLE,
            DOUBLE.with(DOLLAR),
            SINGLE,
        ];
        const RAW_RUST: &[&str] = &["r", "br", "cr"];
        const RUST: &[Text] = &[Text::raw("\"").after(RAW_RUST), Text::block("\"")];
        const RUBY: &[Text] = &[Text::long("\"").with(&["#{"]), Text::long("'"), Text::long("`").with(&["#{"])];
        const YAML: &[Text] = &[Text::long("\""), Text::long("'").without_escapes()];
        const BLOCK: &[Block] = &[Block::new("/*", "*/")];
        const NESTING: &[Block] = &[Block::nesting("/*", "*/")];
        const NONE: Syntax = Syntax::NONE;
        const SLASHES: Syntax = Syntax { line: &["//"], block: BLOCK, ..NONE };
        const HASH: Syntax = Syntax { line: &["#"], ..NONE };
        match self {
            Self::Python => Syntax { texts: PYTHON, ..HASH },
            Self::Go => Syntax { texts: const { &[Text::raw("`"), DOUBLE, CHARACTER] }, ..SLASHES },
            Self::Script => Syntax {
                texts: const { &[Text::block("`").with(DOLLAR), DOUBLE, SINGLE] },
                quirks: &[Quirk::Slashes, Quirk::HtmlSigns, Quirk::Elements, Quirk::EarlyEnds],
                ..SLASHES
            },
            Self::Braces => Syntax { texts: const { &[TRIPLE, Text::raw("'''"), DOUBLE, SINGLE] }, ..SLASHES },
            Self::C => Syntax {
                texts: const { &[DOUBLE, CHARACTER] },
                quirks: &[Quirk::RawParentheses, Quirk::DigitQuotes, Quirk::ContinuedComments],
                ..SLASHES
            },
            Self::Sharp => Syntax { texts: SHARP, quirks: &[Quirk::ManyQuotes, Quirk::Directives], ..SLASHES },
            Self::Kotlin => Syntax {
                texts: const { &[Text::raw("\"\"\"").with(DOLLAR), DOUBLE.with(DOLLAR), CHARACTER] },
                block: NESTING,
                ..SLASHES
            },
            Self::Scala => Syntax {
                texts: const {
                    &[
                        Text::raw("\"\"\"").with(DOLLAR).doubtful(),
                        DOUBLE.without_escapes().after(&["raw"]).with(DOLLAR).doubtful(),
                        DOUBLE.with(DOLLAR).doubtful(),
                    ]
                },
                block: NESTING,
                quirks: &[Quirk::Lifetimes],
                ..SLASHES
            },
            Self::Swift => Syntax {
                texts: const { &[TRIPLE.with(&["\\("]), DOUBLE.with(&["\\("])] },
                block: NESTING,
                quirks: &[Quirk::Hashes(&[]), Quirk::Slashes],
                ..SLASHES
            },
            Self::Dart => Syntax { texts: DART, block: NESTING, ..SLASHES },
            Self::Groovy => Syntax { texts: GROOVY, quirks: &[Quirk::Slashes], ..SLASHES },
            Self::Rust => {
                Syntax { texts: RUST, block: NESTING, quirks: &[Quirk::Lifetimes, Quirk::Hashes(RAW_RUST)], ..SLASHES }
            }
            Self::Php => Syntax {
                line: &["//", "#"],
                texts: const { &[Text::block("\"").with(&["{$", "${"]), Text::block("'"), Text::block("`")] },
                quirks: &[Quirk::Islands, Quirk::Heredocs("<<<")],
                ..SLASHES
            },
            Self::Ruby => Syntax {
                block: const { &[Block::at_line_start("=begin", "\n=end")] },
                texts: RUBY,
                quirks: &[Quirk::Heredocs("<<"), Quirk::Percent, Quirk::Slashes, Quirk::QuestionMarks],
                ..HASH
            },
            Self::Hash => Syntax {
                block: const { &[Block::new("<#", "#>")] },
                begins: Begins::AfterWord,
                every_sign: true,
                ..HASH
            },
            Self::Yaml => Syntax { begins: Begins::AfterBlank, texts: YAML, quirks: &[Quirk::Scalars], ..HASH },
            Self::Terraform => Syntax {
                line: &["#", "//"],
                texts: const { &[DOUBLE.with_doubled(&["${", "%{"])] },
                quirks: &[Quirk::Heredocs("<<")],
                ..SLASHES
            },
            Self::Dockerfile => Syntax { begins: Begins::OnOwnLine, ..HASH },
            Self::Markup => Syntax {
                block: const { &[Block::new("<!--", "-->"), Block::new("/*", "*/")] },
                every_sign: true,
                quirks: &[Quirk::EarlyEnds],
                ..SLASHES
            },
            Self::Dashes => Syntax {
                line: &["--"],
                block: const { &[Block::new("/*", "*/"), Block::new("{-", "-}"), Block::new("--[[", "]]")] },
                every_sign: true,
                ..NONE
            },
            // The quotes of a printed text begin one as well.
            Self::Basic => Syntax {
                line: &["'", "\u{2018}", "\u{2019}", "REM ", "Rem ", "rem "],
                texts: const { &[DOUBLE.without_escapes().doubled()] },
                ..NONE
            },
            Self::Abap => {
                Syntax { line: &["\""], block: const { &[Block::at_line_start("*", "\n")] }, every_sign: true, ..NONE }
            }
            Self::Batch => Syntax {
                line: &["::", "REM ", "Rem ", "rem ", "@REM ", "@Rem ", "@rem "],
                begins: Begins::AfterWord,
                every_sign: true,
                ..NONE
            },
            Self::Vim => Syntax { line: &["\"", "#"], begins: Begins::AfterWord, every_sign: true, ..NONE },
            Self::Json => Syntax { texts: const { &[DOUBLE] }, ..SLASHES },
            Self::Prose => Syntax { block: const { &[Block::new("<!--", "-->")] }, ..NONE },
            Self::Other => Syntax {
                line: &["#", "//", "--", ";", "%"],
                block: const { &[Block::new("<!--", "-->"), Block::new("/*", "*/")] },
                begins: Begins::AfterWord,
                every_sign: true,
                ..NONE
            },
        }
    }

    /// Tells whether scanners of infrastructure read such files.
    pub(super) fn is_infrastructure(self) -> bool {
        let is_plain = matches!(self, Self::Yaml | Self::Terraform | Self::Dockerfile | Self::Json | Self::Hash);
        is_plain || self == Self::Other || self.has_braces()
    }

    /// Tells whether it is written as Java is.
    fn has_braces(self) -> bool {
        matches!(self, Self::Braces | Self::C | Self::Sharp | Self::Kotlin | Self::Scala | Self::Swift)
            || matches!(self, Self::Dart | Self::Groovy)
    }

    /// Tells whether it is a text for people.
    pub(super) fn is_prose(self) -> bool {
        self == Self::Prose
    }

    /// Tells whether scanners of code or of infrastructure read such files, whatever bytes are in them.
    pub(super) fn is_scanned(self) -> bool {
        !matches!(self, Self::Prose | Self::Other)
    }

    /// Tells whether it is a program.
    pub(super) fn is_code(self) -> bool {
        !matches!(self, Self::Prose | Self::Json | Self::Yaml)
    }
}

/// Words that stand in the names of pip's manifests, which are no texts for people, or in those of their folders.
const MANIFESTS: [&str; 2] = ["requirements", "constraints"];

/// Tells by its name in small letters whether a text file is what pip, CMake, Meson or Conan reads: scanners read it, too.
fn is_manifest(name: &str) -> bool {
    let stem = name.strip_suffix(".txt");
    stem.is_some_and(|stem| {
        ["cmakelists", "meson_options", "conanfile"].contains(&stem) || MANIFESTS.iter().any(|word| stem.contains(word))
    })
}

/// Tells by its name in small letters whether a file is a Dockerfile: one of the parts of its name is the word, or the word
/// begins or ends it.
fn is_dockerfile(name: &str) -> bool {
    let is_end = |rest: &str| !rest.contains('.') && rest.starts_with(['-', '_']);
    let is_beginning = |rest: &str| !rest.contains('.') && rest.ends_with(['-', '_']);
    ["dockerfile", "containerfile"].iter().any(|word| {
        name.split('.').any(|part| part == *word)
            || name.strip_prefix(word).is_some_and(is_end)
            || name.strip_suffix(word).is_some_and(is_beginning)
    })
}

/// Tells the language of a script by the program that its first line names, directly or through `env`.
fn of_program(start: &[u8]) -> Option<Language> {
    const LONGEST: usize = 256;
    let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start).strip_prefix(b"#!")?;
    let line = &start[..start.len().min(LONGEST)];
    let line = line.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let program = |word: &str| {
        let name = word.rsplit('/').next().unwrap_or(word).trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        match name {
            "python" | "pypy" | "ipython" | "uv" | "pipx" => Some(Language::Python),
            "ruby" | "jruby" | "macruby" | "rbx" | "rake" => Some(Language::Ruby),
            "node" | "nodejs" | "deno" | "bun" | "ts-node" | "tsx" | "zx" => Some(Language::Script),
            "php" => Some(Language::Php),
            "sh" | "bash" | "dash" | "ash" | "ksh" | "mksh" | "zsh" | "bats" | "perl" | "Rscript" | "tclsh"
            | "make" | "pwsh" | "julia" | "elixir" => Some(Language::Hash),
            "lua" | "luajit" | "runghc" | "runhaskell" => Some(Language::Dashes),
            "groovy" => Some(Language::Groovy),
            "swift" => Some(Language::Swift),
            "scala" => Some(Language::Scala),
            _ => None,
        }
    };
    line.split_whitespace().find_map(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, start: &str, expected: &[Language]) {
        assert_eq!(Language::all_of(path, start.as_bytes()).collect::<Vec<_>>(), expected, "{path} {start}");
    }

    #[test]
    fn a_name_tells_what_a_tool_takes_a_file_for() {
        for path in
            ["Dockerfile", "a/Dockerfile.dev", "x.dockerfile", "a.Containerfile", "Dockerfile-dev", "dockerfile_x"]
        {
            check(path, "", &[Language::Dockerfile]);
        }
        check("dockerfile.go", "", &[Language::Dockerfile, Language::Go]);
        check("app.Dockerfile.py", "", &[Language::Dockerfile, Language::Python]);
        check("dockerfile-parser.js", "", &[Language::Script]);
        check("my-dockerfile", "", &[Language::Dockerfile]);
        check("mydockerfile", "", &[Language::Other]);
        for path in ["config.ru", "Vagrantfile", "Podfile", "a.podspec", "Gemfile", "Rakefile", "AppFastfile", ".irbrc"]
        {
            check(path, "", &[Language::Ruby]);
        }
        check("Makefile", "", &[Language::Hash]);
        for path in [
            "requirements.txt",
            "app/dev-requirements.txt",
            "requirements_lock.txt",
            "requirements/prod.txt",
            "constraints.txt",
            "CMakeLists.txt",
            "meson_options.txt",
            "conanfile.txt",
        ] {
            check(path, "", &[Language::Hash]);
        }
        check("robots.txt", "", &[Language::Prose]);
        check("requirements.md", "", &[Language::Prose]);
        check("app.wsgi", "", &[Language::Python]);
    }

    #[test]
    fn a_script_without_an_ending_is_known_by_its_first_line() {
        for (line, language) in [
            ("#!/usr/bin/env python3\nx", Language::Python),
            ("#!/usr/bin/python3.12 -u\r\nx", Language::Python),
            ("\u{feff}#! /usr/bin/env -S A=b uv run --script\n", Language::Python),
            ("#!/usr/bin/env ruby", Language::Ruby),
            ("#!/usr/local/bin/node --harmony\n", Language::Script),
            ("#!/bin/sh\n", Language::Hash),
            ("#!/opt/unknown\npython", Language::Other),
            ("x #!/usr/bin/env python3\n", Language::Other),
        ] {
            check("bin/tool", line, &[language]);
            check("bin/tool.in", line, &[language]);
        }
        check("a.md", "#!/usr/bin/env python3\n", &[Language::Prose]);
        check("a.sh", "#!/usr/bin/env python3\n", &[Language::Hash]);
    }
}
