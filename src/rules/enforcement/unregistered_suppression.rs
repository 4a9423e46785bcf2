use super::unknown_marker;
use crate::policy::places::SUPPRESSIONS;
use crate::register::typed_cover;
use crate::rule::Level;
use crate::rules::declare_rule;
use crate::rules::{Check, Context, scanned};
use crate::suppressions::{End, Item, Standing, What};
use crate::text::{shell_word, shown};
use crate::tools::{Name, Pattern, Selector, Tool};
use crate::yaml::{Place, Spot, lookup, parse};

declare_rule! {
    /// Reports a suppression that no exception in force covers: a comment or an entry of an ignore file by which a
    /// scanner is told to overlook something.
    ///
    /// ## Why
    ///
    /// A suppression is an exception that nobody has agreed to, and it has no end. Whoever adds one alone decides
    /// about the risk, and the finding never comes back.
    ///
    /// ## What to do
    ///
    /// Fix what the scanner finds, and delete the suppression. If that takes time, ask for an exception with
    /// `stopgap new`: its `covers` name the tool, the rule and the file, or the suppression names it with
    /// `stopgap: ID` on its line or in a comment right above.
    ///
    /// What was there before can be let be for a while: `stopgap suppressions --write-baseline`.
    id: "unregistered-suppression",
    family: Enforcement,
    level: Error,
    since: "0.1.0",
    check: Check::Register(check),
}

fn check(cx: &mut Context<'_>) {
    scanned::suppressed(cx);
    in_files(cx);
}

/// Reports those that the tracked files hold.
fn in_files(cx: &mut Context<'_>) {
    let (Some(inventory), Some(licences)) = (cx.inventory(), cx.licences) else { return };
    let is_base = cx.is_base;
    let judged = inventory.items.iter().filter(|item| !is_base || !item.is_new);
    let mut open: Vec<(&Item, Standing<'_, '_>)> = Vec::new();
    for item in judged {
        let marker = if is_base { item.marker_before.as_deref() } else { item.marker.as_deref() };
        let standing = licences.standing(item, marker);
        let by_another_rule = match standing {
            Standing::Unknown => cx.policy().level(&unknown_marker::RULE) == Level::Error,
            Standing::InForce(_) | Standing::Over | Standing::Ended(_) => true,
            _ => false,
        };
        if !by_another_rule {
            open.push((item, standing));
        }
    }
    // The baseline that a change brings first is judged by itself.
    let brought = cx.changes.filter(|_| !is_base).and_then(|changes| changes.head.as_ref()?.suppressed.as_ref());
    let baseline = cx.judge.suppressed.as_ref().or(brought);
    let is_over = baseline.is_some_and(|baseline| cx.today().day > baseline.until);
    let items: Vec<&Item> = open.iter().map(|(item, _)| *item).collect();
    let listed = baseline.map_or_else(|| vec![false; items.len()], |baseline| baseline.lets_be(inventory, &items));
    let left = listed.iter().filter(|listed| **listed).count();
    for ((item, standing), listed) in open.into_iter().zip(listed) {
        // A baseline that the change itself brings is for what was there before it.
        let needs_one = item.is_new && !is_base && (item.agent.is_some() || cx.judge.suppressed.is_none());
        if !listed || is_over || needs_one {
            report(item, standing, cx);
        }
    }
    if let Some(baseline) = baseline.filter(|_| is_over && left > 0 && cx.changes.is_some() && !is_base)
        && let Some(file) = baseline.file
    {
        let at = parse(cx.source(file).text()).ok().and_then(|tree| Some(lookup(&tree, "/until")?.1.span));
        let spot = at.map_or_else(Spot::file, |span| Spot { span, place: Place::value("/until") });
        let are = if left == 1 { "suppression that it lets be is" } else { "suppressions that it lets be are" };
        let message = format!("the baseline ended on `{}`, and `{left}` {are} left", baseline.until);
        cx.report_in(file, spot, message)
            .help(format!("delete the suppressions or ask for exceptions, then delete `{SUPPRESSIONS}`"));
    }
}

fn report(item: &Item, standing: Standing<'_, '_>, cx: &mut Context<'_>) {
    let tool = name(item.found.tool);
    let what = what(&item.found.what);
    let by =
        item.agent.as_ref().filter(|_| item.is_new).map(|agent| format!(", and the agent `{}` added it", shown(agent)));
    let by = by.unwrap_or_default();
    let unread = match &item.found.end {
        Some(End::Unread(text)) => format!("; {tool} does not read `{}` as an end", shown(text)),
        _ => String::new(),
    };
    let message = match (standing, &item.found.what) {
        (_, What::Unread { why, .. }) => {
            format!("what {tool} is told to overlook by this file cannot be read: {}{by}", shown(why))
        }
        (Standing::Wider(exception), _) => {
            format!("{tool} is told to overlook {what} here, which is more than `{}` covers{by}", shown(exception.id))
        }
        (Standing::NotYet(exception), _) => {
            format!("{tool} is told to overlook {what} here, and `{}` is not in force{by}", shown(exception.id))
        }
        _ => format!("{tool} is told to overlook {what} here, and no exception covers it{by}{unread}"),
    };
    let spot = Spot { span: item.found.span, place: Place::value(item.pointer.clone()) };
    let help = help(item, standing);
    cx.report_in(item.file, spot, message).help(help);
}

fn help(item: &Item, standing: Standing<'_, '_>) -> String {
    match (standing, &item.found.what) {
        (_, What::Unread { help, .. }) => help.clone(),
        (Standing::NotYet(_), _) => "wait until it has begun, or fix what the scanner finds".to_owned(),
        (Standing::Wider(_), What::All) => "name the rule that is covered, so that everything else is found".to_owned(),
        (Standing::Wider(_), _) => "narrow it to what is covered, or let the exception be amended".to_owned(),
        (_, What::Rule(id)) => {
            let paths = match Name::read(item.found.tool).selectors().contains(&Selector::Paths) {
                false => Vec::new(),
                true if item.found.is_entry => item.found.paths.iter().map(|path| shown(path).into_owned()).collect(),
                true => vec![shown(&Pattern::literal(&item.path)).into_owned()],
            };
            let cover = typed_cover::item(item.found.tool, shown(id), paths);
            let cover = shell_word(&typed_cover::typed(&cover));
            format!("delete it, or ask for an exception: `stopgap new --cover {cover}`")
        }
        (_, What::All | What::Unnamed) => {
            "delete it, or ask for an exception and name it here: `stopgap: ID`".to_owned()
        }
    }
}

/// Returns what a tool's makers call it.
pub(super) fn name(tool: &str) -> &str {
    Tool::of_key(tool).map_or(tool, |tool| tool.name)
}

/// Returns what a suppression names, for a message.
pub(super) fn what(what: &What) -> String {
    match what {
        What::Rule(id) => format!("`{}`", shown(id)),
        What::All => "everything".to_owned(),
        What::Unnamed => "what it finds".to_owned(),
        What::Unread { .. } => "what nobody can tell".to_owned(),
    }
}
