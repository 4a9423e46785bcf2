use crate::register::{Exception, Spanned};
use crate::rules::declare_rule;
use crate::rules::{Applies, Check, Context};
use crate::time::{Day, Moment};

declare_rule! {
    /// Reports dates that cannot have happened in the order in which they are written.
    ///
    /// ## Why
    ///
    /// The record is evidence. A decision before its request, or one of next week, shows that a
    /// date was made up or copied, and then no other date of the entry can be trusted either.
    ///
    /// ## What to do
    ///
    /// Write the day on which it really happened. A start is before its expiry and not after the end of its incident,
    /// a request before its decision, a renewal ends later than what it extends, and nothing that is done is dated in the
    /// future.
    id: "dates-out-of-order",
    family: Time,
    level: Error,
    since: "0.1.0",
    check: Check::Entry(Applies::LiveOrClosed, check),
}

fn check(exception: &Exception<'_>, cx: &mut Context<'_>) {
    starts_after_expires(exception, cx);
    starts_after_incident(exception, cx);
    requested_late((&exception.requested, &exception.decided), cx);
    renewals(exception, cx);
    before_decision(exception, cx);
    closed_before_renewal(exception, cx);
    amended_before(exception, cx);
    after_today(exception, cx);
}

fn starts_after_expires(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let zone = cx.policy().timezone;
    let (Some(starts), Some(expires)) = (&exception.starts, &exception.expires) else { return };
    let (begins, ends) = (zone.starts_at(starts.value), zone.ends_at(expires.value));
    if begins < ends {
        return;
    }
    // The end of a day is the start of the next, where nothing is covered yet.
    let same = begins == ends && !matches!(expires.value, Moment::Day(_));
    let when = if same { "when it starts" } else { "before it starts" };
    cx.report(expires, format!("it ends on `{}`, {when}", expires.value))
        .label(starts.span(), "starts here")
        .help("the expiry is the last day covered: write one on or after the start");
}

/// Reports an emergency that begins when its incident is already over.
fn starts_after_incident(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let ended = exception.incident.as_ref().and_then(|incident| incident.ended.as_ref());
    let (Some(starts), Some(ended)) = (&exception.starts, ended) else { return };
    let first = cx.policy().timezone.first_day(starts.value);
    if ended.value < first {
        cx.report(ended, format!("the incident ended on `{}`, before the exception starts", ended.value))
            .label(starts.span(), "starts here")
            .help("write the day on which the incident really ended; what is needed after it is no emergency");
    }
}

fn requested_late(dates: (&Option<Spanned<Day>>, &Option<Spanned<Day>>), cx: &mut Context<'_>) {
    if let (Some(requested), Some(decided)) = dates
        && requested.value > decided.value
    {
        cx.report(decided, format!("decided on `{}`, before it was requested", decided.value))
            .label(requested.span(), "requested here")
            .help("a request comes first: write the days on which both happened");
    }
}

fn renewals(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let zone = cx.policy().timezone;
    for (index, renewal) in exception.renewals.iter().enumerate() {
        requested_late((&renewal.requested, &renewal.decided), cx);
        let (Some(before), Some(expires)) = (exception.expiry_before(index), &renewal.expires) else { continue };
        if zone.ends_at(expires.value) <= zone.ends_at(before.value) {
            let last = zone.last_day(before.value);
            cx.report(
                expires,
                format!("the renewal ends on `{}`, no later than the end that it extends", expires.value),
            )
            .label(before.span(), "it extends this")
            .help(format!("write a day after {last}, or leave the renewal out"));
        }
    }
}

/// Reports a review, a renewal or a closure before the entry's own decision.
fn before_decision(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let Some(decided) = &exception.decided else { return };
    let reviews = exception.reviews.iter().map(|review| ("the review", &review.date));
    let renewals = exception
        .renewals
        .iter()
        .flat_map(|renewal| [("the renewal's request", &renewal.requested), ("the renewal", &renewal.decided)]);
    let closure = exception.closure.iter().map(|closure| ("the closure", &closure.date));
    for (what, day) in reviews.chain(renewals).chain(closure) {
        let Some(day) = day.as_ref().filter(|day| day.value < decided.value) else { continue };
        cx.report(day, format!("{what} of `{}` comes before the decision", day.value))
            .label(decided.span(), "decided here")
            .help(format!("write a day on or after the decision of {}", decided.value));
    }
}

/// Reports a closure before the renewal that continued after it.
fn closed_before_renewal(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let Some(closed) = exception.closure.as_ref().and_then(|closure| closure.date.as_ref()) else { return };
    let renewals = exception.renewals.iter().filter_map(|renewal| renewal.decided.as_ref());
    let Some(last) = renewals.max_by_key(|decided| decided.value).filter(|last| closed.value < last.value) else {
        return;
    };
    cx.report(closed, format!("the closure of `{}` comes before the last renewal", closed.value))
        .label(last.span(), "renewed here")
        .help(format!("write the day on which it really ended, on {} or later", last.value));
}

/// Reports an amendment before the decision, or the closure, that it corrects.
fn amended_before(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let closed = exception.closure.as_ref().and_then(|closure| closure.date.as_ref());
    for amendment in &exception.amendments {
        let Some(date) = &amendment.date else { continue };
        let of_closure =
            amendment.fields.iter().any(|field| field.as_str().trim_start_matches('/').starts_with("closure"));
        let corrected = [exception.decided.as_ref(), closed.filter(|_| of_closure)];
        let Some(day) =
            corrected.into_iter().flatten().filter(|day| date.value < day.value).max_by_key(|day| day.value)
        else {
            continue;
        };
        cx.report(date, format!("the amendment of `{}` comes before what it corrects", date.value))
            .label(day.span(), "written on this day")
            .help(format!("write the day on which it was corrected, on {} or later", day.value));
    }
}

fn after_today(exception: &Exception<'_>, cx: &mut Context<'_>) {
    let today = cx.today().day;
    for (what, day) in done(exception) {
        let ahead = today.days_until(day.value);
        if ahead > 0 {
            let days = if ahead == 1 { "tomorrow".to_owned() } else { format!("`{ahead}` days ahead") };
            cx.report(day, format!("{what} is dated `{}`, {days}", day.value))
                .help(format!("write the day on which it happened, no later than {today}"));
        }
    }
}

/// Lists everything that is said to have been done, with its day.
fn done<'e>(exception: &'e Exception<'_>) -> Vec<(&'static str, &'e Spanned<Day>)> {
    let own = [("the request", &exception.requested), ("the decision", &exception.decided)];
    let reviews = exception.reviews.iter().map(|review| ("the review", &review.date));
    let renewals = exception
        .renewals
        .iter()
        .flat_map(|renewal| [("the renewal's request", &renewal.requested), ("the renewal", &renewal.decided)]);
    let amendments = exception.amendments.iter().map(|amendment| ("the amendment", &amendment.date));
    let closure = exception.closure.iter().map(|closure| ("the closure", &closure.date));
    let incident = exception.incident.iter().map(|incident| ("the end of the incident", &incident.ended));
    own.into_iter()
        .chain(reviews)
        .chain(renewals)
        .chain(amendments)
        .chain(closure)
        .chain(incident)
        .filter_map(|(what, day)| Some((what, day.as_ref()?)))
        .collect()
}
