use crate::history::Changes;
use crate::policy::places::BASELINE;
use crate::rules::declare_rule;
use crate::rules::{Agreed, Check, Context, Takeover};
use crate::source::FileId;
use crate::text::shown;
use crate::yaml::{Place, Spot, escaped, key_at, parse};

declare_rule! {
    /// Reports exceptions that a baseline takes over without the approval of one of its owners.
    ///
    /// ## Why
    ///
    /// What a baseline names was decided elsewhere, so the gate does not require an approval by each old approver.
    /// Without an approval of the whole, anybody could write an exception, name it in a baseline, and merge it.
    ///
    /// ## What to do
    ///
    /// Have an owner of `baseline.yaml` in CODEOWNERS, who did not open the pull request, approve it: the base's
    /// CODEOWNERS counts, or the change's if the base has none. If the baseline has no owner, an owner of the
    /// exceptions must approve, and if these have none either, anybody but the author. The approval must be of the
    /// current content of the baseline and the exceptions. If the reviews are not known, an exception that only its
    /// approver has written into the change is reported, and `baseline` says that merging accepts all of them.
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

/// Reports the exceptions that only their approver has written.
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
        "have somebody else commit the import; or have an owner of `{BASELINE}` approve the {request}, \
         and pass `--event` and `--reviews` to the check"
    );
    report(&mine, message, help, cx);
}

/// Reports on the baseline, at the first of these exceptions.
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
