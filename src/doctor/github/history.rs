//! Whether a workflow looks for what bypassed the gate.

use super::usage::{Usage, What};
use super::workflow::{softened_job, uncertain, whole_history};
use crate::doctor::Facts;
use crate::doctor::line::{Check, Line, Status, idle_history, no_history, partial_history};
use crate::text::shown;

/// Examines the steps that replay the past: those of this register, and all of them.
pub(super) fn history(facts: &Facts<'_>, usages: &[&Usage<'_>], all: &[Usage<'_>]) -> Line {
    let runs = |usage: &&&Usage<'_>| ["schedule", "push"].iter().any(|event| usage.runs_on(event) != Some(false));
    let replays: Vec<_> = usages.iter().filter(|usage| usage.is_history()).filter(runs).collect();
    // A step may look first and judge then: the line that can fail counts.
    let open = |usage: &Usage<'_>| usage.open_history().map(|condition| format!("if: {condition}"));
    let unclear = |usage: &Usage<'_>| open(usage).or_else(|| usage.unclear(facts));
    let idle = |usage: &Usage<'_>| usage.command().and_then(|command| idle_history(command, facts.branch));
    let all_registers = usages.iter().any(|usage| usage.is_check() && usage.all_registers());
    let is_partial = |usage: &Usage<'_>| all_registers && !usage.all_registers();
    let rank = |usage: &&&Usage<'_>| {
        (usage.softened().is_some(), idle(usage).is_some() || is_partial(usage), unclear(usage).is_some())
    };
    let found = replays.iter().copied().min_by_key(|usage| rank(usage));
    let gate = usages.first();
    match found {
        Some(usage) => {
            let depth = whole_history(facts, usage);
            if depth.status != Status::Ok {
                return depth;
            }
            if let Some(idle) = idle(usage) {
                return idle.at(usage.path, usage.step.line);
            }
            let line = match usage.softened() {
                None if let Some(condition) = open(usage) => {
                    let message = format!("whether `stopgap history` runs depends on `{}`", shown(&condition));
                    let fix = "let the condition depend on `github.event_name` alone";
                    Line::unknown(Check::History, message, fix)
                }
                None if let Some(what) = usage.unclear(facts) => {
                    let fix = "put `stopgap history` on a line of its own with nothing around it";
                    Line::unknown(Check::History, uncertain(&what), fix)
                }
                None if is_partial(usage) => partial_history(),
                None => Line::ok(Check::History, "`stopgap history` looks for changes that bypassed the gate"),
                // It lets the check pass as well.
                Some(what) if usage.job.soft.is_some() => return softened_job(usage, &what),
                Some(what) => {
                    let message = format!("`{}` hides what `stopgap history` finds", shown(&what));
                    Line::wrong(
                        Check::History,
                        message,
                        "delete it; `--since` continues after what has been dealt with",
                    )
                }
            };
            line.at(usage.path, usage.step.line)
        }
        None if let Some(idle) = usages.iter().find(|usage| usage.is_history()) => {
            let skipped = idle.skipped_by("schedule");
            let message = match skipped {
                Some(condition) => format!("`stopgap history` never runs: `if: {}` skips it", shown(condition)),
                None => "`stopgap history` never runs: no schedule starts it".to_owned(),
            };
            let fix = match skipped {
                Some(_) => "let the condition be true on the schedule",
                None => "run its workflow on a schedule, and its step on that schedule",
            };
            Line::wrong(Check::History, message, fix).at(idle.path, idle.step.line)
        }
        None => {
            let path = gate.map_or("", |usage| usage.path);
            let other = all.iter().find(|usage| usage.is_history());
            if let Some(other) = other.filter(|_| all_registers) {
                return partial_history().at(other.path, other.step.line);
            }
            let message = no_history(facts, other.is_some());
            let option = facts.option(all_registers);
            let uses_action = gate.is_some_and(|usage| matches!(usage.what, What::Action(_)));
            let more = if uses_action { ", and `id: stopgap` to the action's" } else { "" };
            let snippet = if uses_action { history_of_action(&option) } else { history_step(&option) };
            let fix = format!("in `{}`, add a last step{more}:", shown(path));
            Line::wrong(Check::History, message, fix).with_snippet(snippet).at(path, gate.map_or(1, |it| it.step.line))
        }
    }
}

fn history_step(option: &str) -> String {
    format!("- if: always() && github.event_name == 'schedule'\n  run: stopgap history{option} --format github")
}

fn history_of_action(option: &str) -> String {
    // The line is quoted because it begins with a quote itself.
    let line = format!("\"$STOPGAP\" history{option} --format github").replace('\'', "''");
    format!(
        "- if: always() && github.event_name == 'schedule'\n  env:\n    \
         STOPGAP: ${{{{ steps.stopgap.outputs.binary }}}}\n  run: '{line}'"
    )
}
