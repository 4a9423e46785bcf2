//! Where the written job gets stopgap: from a place whose content nobody can exchange, or not at all.

use std::io::Write;

use crate::cli::{self, Ci};
use crate::commands::ask::{Dialogue, Question};
use crate::error::{Argument, Error};

/// Where this build comes from, as `URL@COMMIT`: the release workflow says so when it compiles.
const BUILT_FROM: Option<&str> = option_env!("STOPGAP_SOURCE");

/// A place to get stopgap from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Supply {
    /// GitHub's action, as `OWNER/stopgap@COMMIT`.
    Action(String),
    /// GitLab's component, as `HOST/PATH/stopgap@COMMIT`, and the image that it runs in.
    Component { reference: String, image: String },
    /// An image with the program, by its digest.
    Image(String),
    /// A repository that is built at a commit.
    Source { url: String, commit: String },
    /// Nobody has said it.
    Unknown,
}

impl Supply {
    /// Returns what the arguments name, else what this build knows of itself, else what somebody at the terminal
    /// answers.
    ///
    /// # Errors
    ///
    /// When an argument does not fix what it names, or belongs to another CI system.
    pub(super) fn find(
        arguments: &cli::Init,
        ci: Ci,
        asks: Option<&Dialogue>,
        out: &mut dyn Write,
    ) -> Result<Self, Error> {
        if let Some(named) = named(arguments, ci)? {
            return Ok(named);
        }
        if let Some(own) = derived(BUILT_FROM, ci) {
            return Ok(own);
        }
        match asks.filter(|_| ci != Ci::None) {
            Some(asks) => ask(ci, asks, out),
            None => Ok(Self::Unknown),
        }
    }
}

/// Returns what the arguments name.
///
/// # Errors
///
/// Those of [`Supply::find`].
pub(super) fn named(arguments: &cli::Init, ci: Ci) -> Result<Option<Supply>, Error> {
    let only = |given, needed, because, help| Err(Error::from(Argument::Needs { given, needed, because, help }));
    match (&arguments.action, &arguments.component) {
        (Some(_), _) if ci == Ci::Gitlab => {
            return only(
                "--action",
                "--ci github",
                "because GitLab does not support actions",
                "give `--component` or `--image`",
            );
        }
        (_, Some(_)) if ci == Ci::Github => {
            return only("--component", "--ci gitlab", "because GitHub has no components", "give `--action`");
        }
        (Some(action), _) => return action_of(action).map(|it| Some(Supply::Action(it))),
        (None, Some(component)) => {
            let Some(image) = &arguments.image else {
                let because = "because the component runs in an image that contains stopgap";
                return only("--component", "--image", because, "name an image by its digest");
            };
            let (reference, image) = (component_of(component)?, image_of(image)?);
            return Ok(Some(Supply::Component { reference, image }));
        }
        (None, None) => {}
    }
    if let Some(image) = &arguments.image {
        return image_of(image).map(|it| Some(Supply::Image(it)));
    }
    arguments.source.as_deref().map(|source| source_of("--source", source)).transpose()
}

/// Makes of this build's origin what a job can use.
fn derived(built_from: Option<&str>, ci: Ci) -> Option<Supply> {
    let source = source_of("--source", built_from?).ok()?;
    let Supply::Source { url, commit } = &source else { return None };
    let on_github = url.strip_prefix("https://github.com/").map(|path| path.trim_end_matches(".git"));
    let action = on_github.map(|path| format!("{path}@{commit}")).filter(|_| ci == Ci::Github);
    action.and_then(|action| action_of(&action).ok()).map(Supply::Action).or(Some(source))
}

fn ask(ci: Ci, asks: &Dialogue, out: &mut dyn Write) -> Result<Supply, Error> {
    let help = match ci {
        Ci::Gitlab => "IMAGE@sha256:DIGEST, or URL@COMMIT to build it; empty: a job that fails until you set it",
        Ci::Github | Ci::None => {
            "OWNER/stopgap@COMMIT (the action), IMAGE@sha256:DIGEST, or URL@COMMIT to build it; empty: a job that fails \
             until you set it"
        }
    };
    let read = |answer: &str| match answer {
        "" => Ok(Supply::Unknown),
        image if image.contains("@sha256:") => image_of(image).map(Supply::Image),
        url if url.contains("://") => source_of("--source", url),
        _ if ci == Ci::Gitlab => image_of(answer).map(Supply::Image),
        action => action_of(action).map(Supply::Action),
    };
    let check = |answer: &str| {
        read(answer).err().map(|error| match error.help() {
            Some(help) => format!("{error}; {help}"),
            None => error.to_string(),
        })
    };
    let ask = "Where does the CI job get stopgap?".to_owned();
    let question = Question { ask, help: help.to_owned(), ..Question::default() };
    read(&asks.line(question, &check, out)?)
}

fn refused(option: &'static str, value: &str, fault: &'static str, help: String) -> Error {
    Error::from(Argument::Form { option, value: value.to_owned(), fault, help })
}

/// What pages and messages write where a name is left open. An account may have that very name, and offer a program.
const OPEN: [&str; 7] = ["OWNER", "GROUP", "PATH", "HOST", "REGISTRY", "IMAGE", "URL"];

/// # Errors
///
/// When a name was copied that stands for another one.
fn said(option: &'static str, text: &str) -> Result<(), Error> {
    let open = text.split(['/', '@', ':']).find_map(|part| OPEN.into_iter().find(|open| part == *open));
    open.map_or(Ok(()), |open| {
        Err(refused(option, text, "contains a placeholder", format!("replace `{open}` with the real name")))
    })
}

const MOVES: &str = "does not name a commit, and a tag or branch can be moved to another commit";

/// Takes what is before the last `@`, and the commit after it.
fn at_commit<'t>(option: &'static str, text: &'t str, form: &str, url: &str) -> Result<(&'t str, String), Error> {
    let Some((path, reference)) = text.rsplit_once('@').filter(|(path, _)| !path.is_empty()) else {
        return Err(refused(option, text, "names no commit", format!("write `{form}`, with all 40 digits")));
    };
    said(option, path)?;
    if reference.len() == 40 && reference.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok((path, reference.to_ascii_lowercase()));
    }
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._/:".contains(c));
    let help = match plain(reference) && plain(path) {
        true => {
            let is_short = reference.bytes().all(|byte| byte.is_ascii_hexdigit());
            match is_short {
                true => {
                    format!("write all 40 digits: `git rev-parse {reference}` in a clone of {url}{path} prints them")
                }
                false => format!(
                    "write all 40 digits of the commit; this prints them: `git ls-remote {url}{path} '{reference}*'`"
                ),
            }
        }
        false => format!("write `{form}`, with all 40 digits"),
    };
    Err(refused(option, text, MOVES, help))
}

/// Tells whether a path consists of plain parts, the last of which is stopgap: doctor and `policy-loosened` know an
/// action and a component by it.
fn is_path_to_stopgap(path: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    let mut parts = path.rsplit('/');
    parts.next() == Some("stopgap") && path.contains('/') && parts.all(plain)
}

fn action_of(text: &str) -> Result<String, Error> {
    const FORM: &str = "OWNER/stopgap@COMMIT";
    let (path, commit) = at_commit("--action", text, FORM, "https://github.com/")?;
    match is_path_to_stopgap(path) {
        true => Ok(format!("{path}@{commit}")),
        false => Err(refused("--action", text, "is not an action called `stopgap`", format!("write `{FORM}`"))),
    }
}

fn component_of(text: &str) -> Result<String, Error> {
    const FORM: &str = "GROUP/stopgap/stopgap@COMMIT";
    const OWN_HOST: &str = "$CI_SERVER_FQDN/";
    let (path, commit) = at_commit("--component", text, FORM, "https://")?;
    let path = path.strip_prefix(OWN_HOST).unwrap_or(path);
    if !is_path_to_stopgap(path) {
        return Err(refused("--component", text, "is not a component called `stopgap`", format!("write `{FORM}`")));
    }
    let has_host = path.split('/').next().is_some_and(|first| first.contains('.'));
    Ok(format!("{}{path}@{commit}", if has_host { "" } else { OWN_HOST }))
}

fn image_of(text: &str) -> Result<String, Error> {
    let help = || "write `IMAGE@sha256:DIGEST`; `docker buildx imagetools inspect IMAGE` prints the digest".to_owned();
    let plain = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "-._/:".contains(c))
    };
    said("--image", text)?;
    match text.split_once("@sha256:") {
        Some((name, digest)) if plain(name) => {
            let whole = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
            match whole {
                true => Ok(format!("{name}@sha256:{}", digest.to_ascii_lowercase())),
                false => Err(refused("--image", text, "has no SHA-256 of 64 digits", help())),
            }
        }
        Some(_) => Err(refused("--image", text, "is not an image", help())),
        None => Err(refused("--image", text, "names no digest, and a tag can be moved to another image", help())),
    }
}

fn source_of(option: &'static str, text: &str) -> Result<Supply, Error> {
    let (url, commit) = at_commit(option, text, "URL@COMMIT", "")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:@%+".contains(c);
    let scheme = ["https://", "ssh://", "file://"].into_iter().find(|scheme| url.starts_with(scheme));
    // A job's file is read by many: no user and password.
    let known = scheme.is_some_and(|scheme| scheme == "ssh://" || !url.contains('@'));
    match known && url.chars().all(plain) {
        true => Ok(Supply::Source { url: url.to_owned(), commit }),
        false => {
            let help = "write the URL of a git repository, without a password: `https://HOST/PATH/stopgap@COMMIT`";
            Err(refused(option, text, "is not the URL of a git repository", help.to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    #[test]
    fn a_build_knows_itself_only_where_it_was_told() {
        assert_eq!(derived(None, Ci::Github), None);
        assert_eq!(derived(Some("https://github.com/acme/stopgap@v1"), Ci::Github), None);
        let url = "https://github.com/acme/stopgap";
        let told = format!("{url}@{COMMIT}");
        let source = Supply::Source { url: url.to_owned(), commit: COMMIT.to_owned() };
        assert_eq!(derived(Some(&told), Ci::Github), Some(Supply::Action(format!("acme/stopgap@{COMMIT}"))));
        assert_eq!(derived(Some(&told), Ci::Gitlab), Some(source));
        let elsewhere = format!("https://git.example.com/acme/stopgap@{COMMIT}");
        assert!(matches!(derived(Some(&elsewhere), Ci::Github), Some(Supply::Source { .. })));
    }

    #[test]
    fn what_can_be_moved_or_is_no_such_thing_is_refused() {
        let digest = "0".repeat(64);
        for (text, fine) in [
            (format!("acme/stopgap@{COMMIT}"), true),
            (format!("acme/tools/stopgap@{COMMIT}"), true),
            (format!("acme/stopgap@{}", &COMMIT[..39]), false),
            ("acme/stopgap@v0.1.0".to_owned(), false),
            ("acme/stopgap".to_owned(), false),
            (format!("stopgap@{COMMIT}"), false),
            (format!("acme/other@{COMMIT}"), false),
            (format!("a b/stopgap@{COMMIT}"), false),
            (format!("${{{{x}}}}/stopgap@{COMMIT}"), false),
            (format!("a\n/stopgap@{COMMIT}"), false),
            (format!("OWNER/stopgap@{COMMIT}"), false),
            (format!("<OWNER>/stopgap@{COMMIT}"), false),
            (format!("owner/stopgap@{COMMIT}"), true),
        ] {
            assert_eq!(action_of(&text).is_ok(), fine, "{text}");
        }
        for (text, fine) in [
            (format!("registry.example.com:5000/acme/stopgap@sha256:{digest}"), true),
            (format!("acme/stopgap:0.1.0@sha256:{digest}"), true),
            ("acme/stopgap:0.1.0".to_owned(), false),
            (format!("REGISTRY/stopgap@sha256:{digest}"), false),
            (format!("acme/stopgap@sha256:{}", &digest[1..]), false),
            (format!("-x@sha256:{digest}"), false),
            (format!("$(x)@sha256:{digest}"), false),
        ] {
            assert_eq!(image_of(&text).is_ok(), fine, "{text}");
        }
        for (text, fine) in [
            (format!("https://github.com/acme/stopgap@{COMMIT}"), true),
            (format!("ssh://git@example.com/acme/stopgap@{COMMIT}"), true),
            (format!("file:///srv/stopgap@{COMMIT}"), true),
            (format!("https://github.com/OWNER/stopgap@{COMMIT}"), false),
            (format!("https://user:pass@example.com/stopgap@{COMMIT}"), false),
            ("https://github.com/acme/stopgap@main".to_owned(), false),
            ("https://github.com/acme/stopgap".to_owned(), false),
            (format!("acme/stopgap@{COMMIT}"), false),
            (format!("ext::sh -c x@{COMMIT}"), false),
            (format!("https://x/$(id)@{COMMIT}"), false),
        ] {
            assert_eq!(source_of("--source", &text).is_ok(), fine, "{text}");
        }
        let own = format!("$CI_SERVER_FQDN/acme/stopgap/stopgap@{COMMIT}");
        assert_eq!(component_of(&format!("acme/stopgap/stopgap@{COMMIT}")).unwrap(), own);
        assert_eq!(component_of(&own).unwrap(), own);
        let other = format!("gitlab.com/acme/stopgap/stopgap@{COMMIT}");
        assert_eq!(component_of(&other).unwrap(), other);
        assert!(component_of("acme/stopgap/stopgap@1.0.0").is_err());
    }
}
