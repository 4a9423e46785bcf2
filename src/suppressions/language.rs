//! What kind of file a path names, as far as the grammars of suppressions differ by it.

use super::comments::{Scalars, Syntax, Text};

/// How comments are written in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Python.
    Python,
    /// Go.
    Go,
    /// JavaScript and TypeScript.
    Script,
    /// Languages with `//`, `/* */` and both quotes: Java, C, C#, Kotlin, Scala, Swift, Dart, Groovy.
    Braces,
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
            "java" | "c" | "h" | "cc" | "cpp" | "cxx" | "hpp" | "hh" | "cs" | "kt" | "kts" | "scala" | "swift"
            | "dart" | "groovy" | "gradle" | "m" | "mm" | "proto" | "sol" | "bicep" | "cu" | "fs" | "less" | "scss" => {
                Self::Braces
            }
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
        const QUOTES: &[Text] = &[DOUBLE, SINGLE];
        const PYTHON: &[Text] = &[Text::block("\"\"\""), Text::block("'''"), DOUBLE, SINGLE];
        const GO: &[Text] = &[Text::raw("`"), DOUBLE, SINGLE];
        const BRACES: &[Text] = &[Text::block("\"\"\""), DOUBLE, SINGLE];
        const RUST: &[Text] = &[Text::block("\"")];
        const C: (&[&str], &[(&str, &str)]) = (&["//"], &[("/*", "*/")]);
        let plain = |line, block, texts| Syntax { line, block, texts, ..Syntax::NONE };
        match self {
            Self::Python => plain(&["#"], &[], PYTHON),
            Self::Go => plain(C.0, C.1, GO),
            Self::Script => Syntax { templates: true, ..plain(C.0, C.1, QUOTES) },
            Self::Braces => plain(C.0, C.1, BRACES),
            Self::Rust => plain(C.0, C.1, RUST),
            Self::Php => plain(&["//", "#"], C.1, QUOTES),
            Self::Ruby => Syntax { spaced: true, ..plain(&["#"], &[("=begin", "=end")], QUOTES) },
            Self::Hash => Syntax { spaced: true, ..plain(&["#"], &[("<#", "#>")], &[]) },
            Self::Yaml => Syntax { spaced: true, scalars: Scalars::Yaml, ..plain(&["#"], &[], QUOTES) },
            Self::Terraform => plain(&["#", "//"], C.1, &[DOUBLE]),
            Self::Dockerfile => Syntax { own_line: true, ..plain(&["#"], &[], &[]) },
            Self::Markup => plain(C.0, &[("<!--", "-->"), ("/*", "*/")], &[]),
            Self::Dashes => plain(&["--"], &[("/*", "*/"), ("{-", "-}")], QUOTES),
            Self::Json => plain(C.0, C.1, &[DOUBLE]),
            Self::Prose => plain(&[], &[("<!--", "-->")], &[]),
            Self::Other => {
                Syntax { spaced: true, ..plain(&["#", "//", "--", ";", "%"], &[("<!--", "-->"), ("/*", "*/")], &[]) }
            }
        }
    }

    /// Tells whether scanners of infrastructure read such files.
    pub(super) fn is_infrastructure(self) -> bool {
        matches!(self, Self::Yaml | Self::Terraform | Self::Dockerfile | Self::Json | Self::Hash | Self::Other)
            || self == Self::Braces
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
