use crate::history::Changes;
use crate::policy::places::BASELINE;
use crate::rules::declare_rule;
use crate::rules::{Agreed, Check, Context, Takeover};
use crate::source::FileId;
use crate::text::shown;
use crate::yaml::{Place, Spot, escaped, key_at, parse};

declare_rule! {
    /// Reports exceptions that a baseline takes over while no owner of it agrees.
    ///
    /// ## Why
    ///
    /// What a baseline names was decided elsewhere, so the gate asks for no approval of each old
    /// approver. Without an approval of the whole, anybody could write an exception, name it in a
    /// baseline, and merge it.
    ///
    /// ## What to do
    ///
    /// Let an owner of `baseline.yaml` by CODEOWNERS, who did not open the pull request, approve it: the base's
    /// CODEOWNERS counts, or the change's where the base has none. Where the baseline has no owner, one of the
    /// exceptions' owners must approve, and where these have none either, somebody else than the author. The approval
    /// must be of what the baseline and the exceptions say now. Where nobody
    /// knows the reviews, an exception that only its approver has written into the change is reported, and
    /// `baseline` says that whoever merges agrees to all of them.
    id: "baseline-unapproved",
    family: SignOff,
    level: Error,
    since: "0.1.0",
    check: Check::Changes(check),
}

fn check(_: &Changes<'_>, cx: &mut Context<'_>) {
    let Some((takeover, agreed)) = cx.takeover else { return };
    match agreed {
        Agreed::By(_) => {}
        Agreed::No(why, help) => {
            let message = format!("{} without a sign-off of {}, and {why}", takeover.counted(), takeover.own());
            report(takeover, message, help.clone(), cx);
        }
        Agreed::Unknown => self_written(takeover, cx),
    }
}

/// Reports the exceptions that nobody but their approver has written.
fn self_written(takeover: &Takeover, cx: &mut Context<'_>) {
    let Some(around) = cx.around else { return };
    let people = &cx.judge.people;
    let is_by = |approver: &str| {
        let same = |(name, mail): &(String, String)| people.same(name, approver) || people.same(mail, approver);
        !around.writers.is_empty() && around.writers.iter().all(same)
    };
    let own = |file: &&FileId| {
        let exception = cx.register.exception(**file);
        exception.and_then(|it| it.approver.as_ref()).is_some_and(|approver| is_by(approver.as_str()))
    };
    let files: Vec<FileId> = takeover.files.iter().filter(own).copied().collect();
    let Some(approver) = files.first().and_then(|file| cx.register.exception(*file)?.approver.as_ref()) else { return };
    let (name, request) = (shown(approver.as_str()), cx.judge.policy.forge().request());
    let mine = Takeover { files, ..takeover.clone() };
    let message = format!("{} on the word of `{name}` alone, who wrote every commit of this change", mine.counted());
    let help = format!(
        "let somebody else commit the import; or let an owner of `{BASELINE}` approve the {request}, \
         and give the check its `--event` and `--reviews`"
    );
    report(&mine, message, help, cx);
}

/// Reports on the baseline, at the first exception that is meant.
fn report(takeover: &Takeover, message: String, help: String, cx: &mut Context<'_>) {
    let Some(first) = takeover.files.first() else { return };
    let Some(baseline) = takeover.baseline else {
        cx.report_in(*first, Spot::file(), message).help(help);
        return;
    };
    let id = crate::register::stem(cx.source(*first).path());
    let pointer = format!("/entries/{}", escaped(id));
    let tree = parse(cx.source(baseline).text()).ok();
    let key = tree.and_then(|tree| Some(key_at(&tree, &pointer)?.1));
    let spot = key.map_or_else(Spot::file, |span| Spot { span, place: Place::key(pointer) });
    cx.report_in(baseline, spot, message).help(help);
}
