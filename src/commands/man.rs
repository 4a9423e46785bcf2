//! `stopgap man`: the manual pages, made from the same texts as `--help`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap_mangen::Man;

use crate::cli::{self, help};
use crate::commands::{World, write};
use crate::error::{Argument, Error, Named};
use crate::text::nearest;

/// Prints one page, which is the help in a terminal, or writes all of them.
pub(super) fn run(
    name: Option<&str>,
    folder: Option<&Path>,
    world: &World,
    out: &mut dyn Write,
) -> Result<ExitCode, Error> {
    let pages = pages();
    if let Some(folder) = folder {
        let folder = world.folder.join(folder);
        let file = |page: &clap::Command| -> Result<(PathBuf, Vec<u8>), Error> {
            Ok((folder.join(format!("{}.1", name_of(page))), render(page)?))
        };
        let files = pages.iter().map(file).collect::<Result<Vec<_>, _>>()?;
        write::all(&files, &world.folder)?;
        return Ok(ExitCode::SUCCESS);
    }
    let wanted = name.map_or_else(|| "stopgap".to_owned(), |name| format!("stopgap-{name}"));
    let Some(page) = pages.iter().find(|page| name_of(page) == wanted) else {
        let name = name.unwrap_or_default();
        let names = pages.iter().filter_map(|page| name_of(page).strip_prefix("stopgap-"));
        let help = match nearest(name, names) {
            Some(best) => format!("did you mean `stopgap man {best}`?"),
            None => "`stopgap --help` lists the commands".into(),
        };
        return Err(Error::from(Argument::NotFound { what: Named::Command, name: name.to_owned(), help }));
    };
    if world.terminal {
        // What a terminal would show of the page's source nobody can read.
        write!(out, "{}", page.clone().render_long_help())?;
    } else {
        out.write_all(&render(page)?)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the page of stopgap, then one for each command, sorted by page name.
fn pages() -> Vec<clap::Command> {
    let whole = cli::command();
    let commands: Vec<clap::Command> =
        whole.get_subcommands().filter(|command| command.get_name() != "help").cloned().collect();
    std::iter::once(whole).chain(commands).collect()
}

/// Returns the name of a page: `stopgap-check`.
fn name_of(page: &clap::Command) -> &str {
    page.get_display_name().unwrap_or_else(|| page.get_name())
}

fn render(page: &clap::Command) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let source = concat!("stopgap ", env!("CARGO_PKG_VERSION"));
    // The help has them above the usage, where a manual page has no place for them.
    let plain = page.clone().before_help(None::<&str>).after_help(None::<&str>);
    Man::new(plain).source(source).manual("stopgap manual").render(&mut bytes)?;
    let command = name_of(page).strip_prefix("stopgap-").unwrap_or_default();
    writeln!(bytes, ".SH EXAMPLES")?;
    for (line, what) in help::examples(command) {
        writeln!(bytes, ".TP\n\\fB{}\\fR\n{}", roff(line), roff(what))?;
    }
    Ok(bytes)
}

/// Escapes what roff takes for an instruction; a typed hyphen stays one.
fn roff(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq")
}
