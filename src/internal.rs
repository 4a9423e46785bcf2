//! What the tests and the benchmark use in addition to the commands.
//!
//! Everything else is private, so that the compiler notices what is unused. Not an API.

pub mod source {
    pub use crate::source::{FileId, Source, Span};
}
pub mod text {
    pub use crate::text::{Phrases, shown};
    pub mod phrases {
        pub use crate::text::phrases::{
            exposure_term, is_broad_scope, is_no_alternative, is_placeholder, is_vague_control, sentences,
        };
    }
    pub mod similarity {
        pub use crate::text::similarity::closest_older;
    }
}
pub mod time {
    pub use crate::time::{Day, Today, Zone};
}
pub mod people {
    pub use crate::people::People;
}
pub mod yaml {
    pub use crate::yaml::{
        Fix, Kind, Node, On, Problem, SIGNS, Style, ambiguous, apply, by_each_reader, check_text, comments, lookup,
        parse,
    };
    pub mod edit {
        pub use crate::yaml::edit::{Edit, Refusal, apply};
    }
    pub mod write {
        pub use crate::yaml::write::{Quotes, Value, quoted};
    }
}
pub mod error {
    pub use crate::error::Error;
}
pub mod git {
    pub use crate::git::{Git, ObjectFormat};
}
pub mod files {
    pub use crate::files::{ReadFile, Repository, decode};
}
pub mod github {
    pub use crate::github::{Event, Issue};
}
pub mod rule {
    pub use crate::rule::{Family, Finding, Findings, Level, LooksAt, Rule};
}
pub mod schema {
    pub use crate::schema::{Schema, Shipped};
}
pub mod register {
    pub use crate::register::{Files, Register, read, schema};
    pub mod fields {
        pub use crate::register::fields::{Change, Field, Kind, Need};
    }
}
pub mod policy {
    pub use crate::policy::{Enforcement, Forge, Policy, RuleBook, Target, load_schema, load_signers};
}
pub mod suppressions {
    pub use crate::suppressions::{Reader, literals};
}
pub mod sync {
    pub use crate::sync::{Allowed, Plan, tools_with_files};
}
pub mod import {
    pub use crate::import::{DateOrder, Format, Options, read};
}
pub mod scan {
    pub use crate::scan::{Counts, Covers, Scan};
}
pub mod signoff {
    pub use crate::signoff::{
        Codeowners, Demand, Evidence, Landed, Merge, Ownership, Pulls, ReviewState, Reviews, Rule, Saved, Standing,
        Verdict, Worth,
    };
}
pub mod history {
    pub use crate::history::{Changes, Circumstances, Document, PolicyFile, Signatures, Signed, decisions};
    pub mod base {
        pub use crate::history::base::{Base, CiEnvironment, find};
    }
}
pub mod doctor {
    pub use crate::doctor::Check;
}
pub mod rules {
    pub use crate::rules::{Case, Context, Judge, all, find};
}
pub mod gate {
    pub use crate::gate::{Gate, Judged, Reach};
}
pub mod replay {
    pub use crate::replay::{Between, replay};
}
pub mod remind {
    pub use crate::remind::{Settings, due, track};
}
pub mod report {
    pub mod trend {
        pub use crate::report::trend::read;
    }
}
pub mod output {
    pub use crate::output::{Format, Look, Report, render};
    pub mod escape {
        pub use crate::output::escape::{folded, is_hostile, line, markdown_message, unlinked, untagged};
    }
    pub mod record {
        pub use crate::output::record::View;
    }
    pub mod remind {
        pub use crate::output::remind::{Format, Item, Page, render};
    }
    pub mod schemas {
        pub use crate::output::schemas::names;
    }
}
