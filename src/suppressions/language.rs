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
    /// JSON, which may hold comments all the same.
    Json,
    /// Texts for people: Markdown, reStructuredText, AsciiDoc, plain text.
    Prose,
    /// Anything else: any usual sign begins a comment.
    Other,
}

impl Language {
    /// Tells the language of a file by its path.
    #[must_use]
    pub fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
        let stem = name.split('.').next().unwrap_or_default();
        if matches!(stem, "dockerfile" | "containerfile") || name.ends_with(".dockerfile") {
            return Self::Dockerfile;
        }
        match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "py" | "pyw" | "pyi" => Self::Python,
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
            "rb" | "rake" | "gemspec" => Self::Ruby,
            "sh" | "bash" | "zsh" | "ksh" | "bats" | "pl" | "pm" | "r" | "toml" | "properties" | "conf" | "cfg"
            | "ps1" | "psm1" | "tcl" | "ex" | "exs" | "nix" | "mk" | "cmake" | "jl" | "bzl" | "rego" => Self::Hash,
            "yaml" | "yml" => Self::Yaml,
            "tf" | "tfvars" | "hcl" | "tofu" | "nomad" => Self::Terraform,
            "html" | "htm" | "xml" | "vue" | "svelte" | "astro" | "xhtml" | "svg" | "csproj" | "pom" => Self::Markup,
            "sql" | "lua" | "hs" | "elm" | "ada" => Self::Dashes,
            "json" | "json5" | "jsonc" | "tfstate" => Self::Json,
            "md" | "markdown" | "rst" | "adoc" | "asciidoc" | "txt" | "org" | "textile" | "mdx" => Self::Prose,
            _ if matches!(stem, "makefile" | "rakefile" | "gemfile" | "brewfile" | "justfile") => Self::Hash,
            _ => Self::Other,
        }
    }

    /// Returns how comments and strings are told apart.
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
                quirks: &[Quirk::Slashes, Quirk::HtmlSigns, Quirk::Elements],
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
                ..SLASHES
            },
            Self::Dashes => Syntax {
                line: &["--"],
                block: const { &[Block::new("/*", "*/"), Block::new("{-", "-}"), Block::new("--[[", "]]")] },
                every_sign: true,
                ..NONE
            },
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
