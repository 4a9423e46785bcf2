//! What the forges send: events, reviews, approvals, pull requests, issues.

use stopgap::internal::github::{Event, Issue};
use stopgap::internal::signoff::{Pulls, Reviews, Saved};

use crate::seeds::Seeds;
use crate::{Outcome, Target, seeds};

/// See [`Target::about`].
pub const TARGET: Target = Target {
    name: "forge",
    about: "an answer is read, or refused with a sentence that says why",
    seeds: || Seeds {
        texts: seeds::files("fixtures", |name| ["event.json", "reviews.json", "pulls.jsonl"].contains(&name))
            .into_iter()
            .chain([MERGE_REQUEST, APPROVALS, NOTES, ISSUES, PUSH].map(|text| text.as_bytes().to_vec()))
            .collect(),
        tokens: seeds::JSON.iter().chain(WORDS).copied().collect(),
        ..Seeds::default()
    },
    run,
    quick: None,
};

const MERGE_REQUEST: &str = r#"{"id": 5107, "iid": 8, "project_id": 42, "title": "Ask for the label printer", "state": "opened", "created_at": "2026-11-14T08:30:00.104Z", "target_branch": "main", "source_branch": "topic", "sha": "a3f1c09be2774d15861cbb5d0e4f6a7728c9d013", "author": {"id": 11, "username": "hanna", "name": "Hanna", "state": "active", "locked": false}, "merge_commit_sha": null, "diff_refs": {"base_sha": "a3f1c09be2774d15861cbb5d0e4f6a7728c9d013", "head_sha": "a3f1c09be2774d15861cbb5d0e4f6a7728c9d013", "start_sha": "a3f1c09be2774d15861cbb5d0e4f6a7728c9d013"}}"#;
const APPROVALS: &str = r#"{"id": 5107, "iid": 8, "project_id": 42, "state": "opened", "approved": true, "approvals_required": 1, "approvals_left": 0, "approved_by": [{"user": {"id": 12, "username": "ilse", "name": "Ilse", "state": "active"}, "approved_at": "2026-11-15T09:12:00.000Z"}]}"#;
const NOTES: &str = r#"[{"id": 301, "body": "approved this merge request", "author": {"id": 12, "username": "ilse"}, "created_at": "2026-11-15T09:12:00.000Z", "system": true, "noteable_id": 5107, "noteable_iid": 8, "noteable_type": "MergeRequest"}]"#;
const ISSUES: &str = r#"[{"number": 7, "title": "expired", "state": "open", "body": "<!-- stopgap: a -->", "user": {"login": "bot", "id": 1, "type": "Bot"}, "labels": [{"name": "stopgap"}]}]"#;
const PUSH: &str = r#"{"ref": "refs/heads/main", "before": "a3f1c09be2774d15861cbb5d0e4f6a7728c9d013", "after": "a3f1c09be2774d15861cbb5d0e4f6a7728c9d013", "repository": {"full_name": "acme/plant", "default_branch": "main"}}"#;

/// Words and values of their own.
const WORDS: &[&str] = &[
    "[{}]",
    "{}\n{}",
    "\"APPROVED\"",
    "\"DISMISSED\"",
    "\"CHANGES_REQUESTED\"",
    "\"login\":",
    "\"id\":",
    "\"user\":",
    "\"iid\":",
    "\"pull_request\":",
    "\"merge_group\":",
    "\"commit_id\":",
    "\"é\"",
    "\"2026-11-23T10:00:00Z\"",
    "\"not a time\"",
    "\"sha\":",
    "\"head\":",
    "\"base\":",
    "\"repository\":",
];

fn run(data: &[u8]) -> Outcome {
    let mut taken = false;
    let why = |sentence: String| assert!(!sentence.trim().is_empty(), "a refusal without a reason");
    match Event::parse(data) {
        Ok(event) => {
            taken = true;
            let _ = (event.kind(), event.number());
            let errors = [
                event.author().err(),
                event.created_at().err(),
                event.head().err(),
                event.base().err(),
                event.base_branch().err(),
                event.group_base().err(),
                event.group_head().err(),
                event.before().err(),
                event.pushed().err(),
                event.reference().err(),
                event.repository().err(),
                event.default_branch().err(),
            ];
            errors.into_iter().flatten().for_each(|error| why(error.sentence()));
        }
        Err(error) => why(error.sentence()),
    }
    match Reviews::parse(data) {
        Ok(reviews) => {
            taken = true;
            assert!(reviews.approvals(None).len() <= reviews.standing(None).len(), "{reviews:?}");
            assert!(reviews.standing(None).len() <= reviews.list().len(), "{reviews:?}");
        }
        Err(error) => why(error.sentence()),
    }
    for request in [Saved::parse(data, None), Saved::parse(MERGE_REQUEST.as_bytes(), None)] {
        match request {
            Ok(Saved::Request(request)) => {
                let _ = (request.author(), request.head(), request.created_at());
                match request.opinions(data) {
                    Ok(opinions) => taken |= !opinions.standing(request.author()).is_empty(),
                    Err(error) => why(error.sentence()),
                }
            }
            Ok(Saved::Other(_)) => {}
            Err(error) => why(error.sentence()),
        }
    }
    match Pulls::parse(&[("pulls.jsonl".to_owned(), data.to_vec())]) {
        Ok(pulls) => taken |= !pulls.named().is_empty(),
        Err((_, error)) => why(error.sentence()),
    }
    match Issue::parse_list(data) {
        Ok(issues) => taken |= !issues.is_empty(),
        Err(error) => why(error.sentence()),
    }
    Outcome::taken(taken)
}
