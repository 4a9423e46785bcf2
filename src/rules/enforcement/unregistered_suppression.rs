use super::suppression_outlives_exception::{self, ended};
use super::unknown_marker;
use crate::policy::places::SUPPRESSIONS;
use crate::register::{Exception, typed_cover};
use crate::rule::Level;
use crate::rules::declare_rule;
use crate::rules::{Check, Context, scanned};
use crate::suppressions::{End, Item, Lack, Standing, What, passed_over};
use crate::text::{argument, shown};
use crate::tools::{EVERY_RULE, Name, Pattern, Selector, Tool, has_wildcard, is_every_rule};
use crate::yaml::{Place, Spot, lookup, parse};

declare_rule! {
    /// Reports a suppression that no exception in force covers: a comment or an entry of an ignore file that makes a
    /// scanner ignore something.
    ///
    /// ## Why
    ///
    /// A suppression is an exception that nobody has approved and that never ends. Its author decides about the risk
    /// alone, and the finding never comes back.
    ///
    /// ## What to do
    ///
    /// Fix what the scanner reports, and delete the suppression. If that takes time, request an exception with `stopgap
    /// new`: its `covers` name the tool, the rule and the file. A suppression that names no rule suppresses all of
    /// them: name only the rules you need, or use a cover with `id: all`. `stopgap: ID` on its line or in a comment
    /// right above names the exception it belongs to, and permits nothing by itself: an exception without `covers`
    /// permits no suppression.
    ///
    /// Existing suppressions can be tolerated for a while: `stopgap suppressions --write-baseline`.
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

/// Reports suppressions in the tracked files.
fn in_files(cx: &mut Context<'_>) {
    let (Some(inventory), Some(permits)) = (cx.inventory(), cx.permits) else { return };
    let is_base = cx.is_base;
    let judged = inventory.items.iter().filter(|item| !is_base || !item.is_new);
    let mut open: Vec<(&Item, Standing<'_, '_>)> = Vec::new();
    for item in judged {
        let standing = permits.judged(item, is_base);
        let is_settled = match standing {
            Standing::InForce(_) | Standing::Over => true,
            Standing::Unknown => marker_is_rejected(item, cx),
            // What was there before ends as the policy says; what is added has no exception.
            Standing::Ended(_) => {
                let level = cx.policy().level(&suppression_outlives_exception::RULE);
                level == Level::Error || is_base || !item.is_new
            }
            _ => false,
        };
        if !is_settled {
            open.push((item, standing));
        }
    }
    // A baseline that a change adds first is judged by itself.
    let brought = cx.changes.filter(|_| !is_base).and_then(|changes| changes.head.as_ref()?.suppressed.as_ref());
    let baseline = cx.judge.suppressed.as_ref().or(brought);
    let is_over = baseline.is_some_and(|baseline| cx.today().day > baseline.until);
    let items: Vec<&Item> = open.iter().map(|(item, _)| *item).collect();
    let listed = baseline.map_or_else(|| vec![false; items.len()], |baseline| baseline.lets_be(inventory, &items));
    let left = listed.iter().filter(|listed| **listed).count();
    for ((item, standing), listed) in open.into_iter().zip(listed) {
        if !listed || is_over || is_added(item, cx) {
            report(item, standing, cx);
        }
    }
    if let Some(baseline) = baseline.filter(|_| is_over && left > 0 && cx.changes.is_some() && !is_base)
        && let Some(file) = baseline.file
    {
        let at = parse(cx.source(file).text()).ok().and_then(|tree| Some(lookup(&tree, "/until")?.1.span));
        let spot = at.map_or_else(Spot::file, |span| Spot { span, place: Place::value("/until") });
        let remain =
            if left == 1 { "suppression that it tolerated remains" } else { "suppressions that it tolerated remain" };
        let message = format!("the baseline ended on `{}`, but `{left}` {remain}", baseline.until);
        cx.report_in(file, spot, message)
            .help(format!("delete the suppressions or request exceptions, then delete `{SUPPRESSIONS}`"));
    }
}

/// Tells whether a change adds a suppression, which no baseline tolerates: a baseline is for what existed before. A file
/// that cannot be read is known by its content, and a baseline in force that lists it has seen that.
fn is_added(item: &Item, cx: &Context<'_>) -> bool {
    let is_unread = matches!(item.found.what, What::Unread { .. });
    item.is_new && !cx.is_base && (!is_unread || item.agent.is_some() || cx.judge.suppressed.is_none())
}

/// Tells whether `unknown-marker` rejects the marker of a suppression, so that the suppression needs no finding of its own.
/// In a change that is so if the change adds the marker, or removes the exception that it names.
fn marker_is_rejected(item: &Item, cx: &Context<'_>) -> bool {
    let Some(marker) = item.marker.as_deref().filter(|_| !cx.is_base) else { return false };
    if cx.policy().level(&unknown_marker::RULE) != Level::Error || !unknown_marker::names_nothing(marker, cx) {
        return false;
    }
    let Some(changes) = cx.changes else { return true };
    let is_removed =
        || changes.list.iter().any(|change| change.head.is_none() && change.id.eq_ignore_ascii_case(marker));
    item.marker_is_new || is_removed()
}

fn report(item: &Item, standing: Standing<'_, '_>, cx: &mut Context<'_>) {
    let tool = name(item.found.tool);
    let what = item.found.what.of(tool);
    let by =
        item.agent.as_ref().filter(|_| item.is_new).map(|agent| format!("; the agent `{}` added it", shown(agent)));
    let widened = "; a line with `!` below it was removed or moved up, so it suppresses more than before";
    let by = format!("{}{}", if item.is_widened { widened } else { "" }, by.unwrap_or_default());
    let unread = match &item.found.end {
        Some(End::Unread(text)) => format!("; {tool} does not read `{}` as an end", shown(text)),
        _ => String::new(),
    };
    let links = item.links.iter().filter(|_| !item.found.is_entry);
    let links: Vec<String> = links.map(|link| format!("`{}`", shown(link))).collect();
    let linked = match links.as_slice() {
        [] => String::new(),
        [one] => format!("; {one} is a link to this file"),
        several => format!("; {} are links to this file", several.join(", ")),
    };
    let message = match (standing, &item.found.what) {
        (_, What::Unread { why, .. }) => {
            format!("what this file suppresses for {tool} cannot be read: {}{by}", shown(why))
        }
        (Standing::Wider(exception), _) => {
            format!("this suppresses {what}, which is more than `{}` covers{by}{linked}", shown(exception.id))
        }
        (Standing::NotYet(exception), _) => {
            format!("this suppresses {what}, but `{}` is not in force{by}", shown(exception.id))
        }
        (Standing::Ended(exception), _) => format!("this suppresses {what}, but {}{by}", ended(exception, cx)),
        (Standing::NotCovered(exception, lack), _) => {
            let (zone, today) = (cx.policy().timezone, cx.today());
            let is = if exception.grants(zone, today) { "in force, but" } else { "not in force, and" };
            let lack = lacks(lack, tool);
            format!("this suppresses {what}; `{}` is {is} {lack}{by}", shown(exception.id))
        }
        _ => format!("this suppresses {what}, and no exception covers it{by}{unread}"),
    };
    let spot = Spot { span: item.found.span, place: Place::value(item.pointer.clone()) };
    let is_in_force = |exception: &Exception<'_>| exception.grants(cx.policy().timezone, cx.today());
    let help = help(item, standing, is_in_force);
    cx.report_in(item.file, spot, message).help(help);
}

/// What to do about an entry that leaves out more than any cover can name.
const TOO_WIDE: &str = "delete it: no cover can be this broad; only suppressions listed in the baseline are \
                        tolerated";

/// Says what the covers of an exception lack.
fn lacks(lack: Lack, tool: &str) -> String {
    match lack {
        Lack::Covers => "it has no `covers`, so it permits no suppression".to_owned(),
        Lack::Tool => format!("its `covers` do not name {tool}"),
        Lack::Rule => "its `covers` do not name this rule".to_owned(),
        Lack::File => "its `covers` do not name this file".to_owned(),
        Lack::Rest => "its `covers` match only part of this".to_owned(),
    }
}

fn help(item: &Item, standing: Standing<'_, '_>, is_in_force: impl Fn(&Exception<'_>) -> bool) -> String {
    let cover = cover(item);
    let new = cover.as_ref().map(|cover| format!("`stopgap new --cover {cover}`"));
    let amend = |exception: &Exception<'_>| {
        let cover = cover.as_ref().filter(|_| is_in_force(exception))?;
        Some(format!("`stopgap amend {} --cover {cover}`", argument(exception.id)))
    };
    let (what, is_entry) = (&item.found.what, item.found.is_entry);
    match (standing, what) {
        (_, What::Unread { help, .. }) => return help.clone(),
        (Standing::NotYet(_), _) => return "wait until it has begun, or fix what the scanner reports".to_owned(),
        (Standing::Wider(exception), What::All | What::Unnamed) => {
            let narrow = match what {
                _ if is_entry && cover.is_none() => return TOO_WIDE.to_owned(),
                What::All if !is_entry => "name only the covered rule, so that everything else is reported",
                _ => "delete it",
            };
            let amend = amend(exception).map(|amend| format!(", or cover every rule: {amend}"));
            return format!("{narrow}{}", amend.unwrap_or_default());
        }
        (Standing::Wider(_), _) => return "narrow it to what is covered, or have the exception amended".to_owned(),
        _ => {}
    }
    let first = match what {
        What::All if !is_entry => "name the rules to suppress",
        What::Rule(id) if has_wildcard(id) => "name the rules to suppress, each by its id",
        _ => "delete it",
    };
    let meant = match standing {
        Standing::NotCovered(exception, _) => amend(exception)
            .map(|amend| format!("; if the decision on `{}` includes this: {amend}", shown(exception.id))),
        _ => None,
    };
    match new {
        Some(new) => format!("{first}, or request an exception: {new}{}", meant.unwrap_or_default()),
        None if is_entry && !matches!(what, What::Rule(_)) => TOO_WIDE.to_owned(),
        None => first.to_owned(),
    }
}

/// Returns the cover for a suppression, as `--cover` takes it; `None` if no cover can match it.
fn cover(item: &Item) -> Option<String> {
    let (found, name) = (&item.found, Name::read(item.found.tool));
    let id = match &found.what {
        What::Rule(id) => id.as_str(),
        What::All | What::Unnamed | What::Unread { .. } => EVERY_RULE,
    };
    let paths = match (&found.what, found.is_entry) {
        _ if !name.selectors().contains(&Selector::Paths) => Vec::new(),
        (What::All, true) => passed_over(item),
        (_, true) => found.paths.clone(),
        (_, false) => std::iter::once(&item.path).chain(&item.links).map(|path| Pattern::literal(path)).collect(),
    };
    if is_every_rule(id) && (!name.has_every_rule() || paths.is_empty()) {
        return None;
    }
    typed_cover::advised(found.tool, id, paths)
}

/// Returns a tool's name as its makers write it.
pub(super) fn name(tool: &str) -> &str {
    Tool::of_key(tool).map_or(tool, |tool| tool.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};
    use crate::suppressions::{Found, Reach};

    fn item(tool: &'static str, what: What, is_entry: bool) -> Item {
        let found = Found {
            tool,
            what,
            reach: if is_entry { Reach::Project } else { Reach::Line },
            end: None,
            span: Span::default(),
            line: 1,
            paths: Vec::new(),
            narrowed: Vec::new(),
            is_entry,
            code: String::new(),
            marker: None,
        };
        Item::of("app/run.py", found)
    }

    #[test]
    fn what_is_advised_can_be_done() {
        let exception = Exception::from_node(FileId(0), "one", parse("title: t\n").unwrap());
        let said =
            |tool, what: &What, is_entry, standing| help(&item(tool, what.clone(), is_entry), standing, |_| true);
        let rule = What::Rule("B307".to_owned());
        let new = "`stopgap new --cover tool=bandit,id=B307,paths=app/run.py`";
        assert_eq!(
            said("bandit", &rule, false, Standing::Nothing),
            format!("delete it, or request an exception: {new}")
        );
        assert!(
            said("bandit", &What::All, false, Standing::Nothing).starts_with("name the rules to suppress, or request")
        );
        // What no cover can hold is for the baseline, unless it is a comment, which can be narrowed.
        assert_eq!(said("bandit", &What::All, true, Standing::Nothing), TOO_WIDE);
        assert_eq!(said("trivy", &What::All, false, Standing::Nothing), "name the rules to suppress");
        let wild = What::Rule("aws-*".to_owned());
        assert_eq!(said("trivy", &wild, true, Standing::Nothing), "name the rules to suppress, each by its id");
        let wider = |tool, is_entry| said(tool, &What::All, is_entry, Standing::Wider(&exception));
        assert_eq!(wider("bandit", true), TOO_WIDE);
        assert_eq!(
            wider("bandit", false),
            "name only the covered rule, so that everything else is reported, or cover every rule: \
             `stopgap amend one --cover tool=bandit,id=all,paths=app/run.py`"
        );
        assert_eq!(wider("trivy", false), "name only the covered rule, so that everything else is reported");
    }
}
