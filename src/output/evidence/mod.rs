//! A pack of evidence: what a period left behind, as JSON, as tables and as one page, with the sums of all files.

mod csv;
mod html;
mod json;

use std::io;

use crate::evidence::{Collected, END, Manifest, Pack, Period, State};
use crate::output::export::{self, Export};
use crate::output::record::View;
use crate::output::{Identity, schemas};
use crate::rule::Level;
use crate::time::Day;

pub use json::{Header, read_header};

/// The file that says of which period and commits a pack is.
pub const HEADER: &str = "evidence.json";

/// The saved answers from which the approvals are known.
pub const PULLS: &str = "pulls.jsonl";

/// A milestone of the register, ready to be written.
#[derive(Debug)]
pub struct Milestone {
    name: String,
    day: Day,
    at: String,
    commit: Option<String>,
    exceptions: usize,
    live: usize,
    findings: [usize; 3],
    /// Its files, by their names in the pack.
    files: Vec<(String, Vec<u8>)>,
}

/// The files of a milestone that other programs read, with their formats; the documents of OSCAL of the last one alone.
const EXPORTS: [(&str, export::Format); 3] = [
    ("register/NAME.csv", export::Format::Csv),
    ("oscal/plan-of-action-and-milestones.json", export::Format::OscalPoam),
    ("oscal/assessment-results.json", export::Format::OscalAr),
];

impl Milestone {
    /// Writes down a milestone.
    ///
    /// # Errors
    ///
    /// Never in practice: it writes into memory.
    pub fn of(state: &State<'_>, period: Period) -> io::Result<Self> {
        let zone = state.judge.map_or(period.zone, |judge| judge.policy.timezone);
        let view = View { register: state.register, files: state.files, zone, today: state.today, homes: &[] };
        let mut json = Vec::new();
        json::register(state, &view, &mut json)?;
        let mut files = vec![(format!("register/{}.json", state.name), json)];
        let export = Export { view, reminders: &[], findings: Some(state.findings) };
        for (name, format) in EXPORTS.iter().filter(|(name, _)| name.contains("NAME") || state.name == END) {
            let mut bytes = Vec::new();
            export::render(*format, &export, &mut bytes)?;
            files.push((name.replace("NAME", &state.name), bytes));
        }
        let levels = [Level::Error, Level::Warning, Level::Note];
        Ok(Self {
            name: state.name.clone(),
            day: state.today.day,
            at: json::moment(state.today),
            commit: state.commit.map(|commit| commit.as_str().to_owned()),
            exceptions: state.register.files.len(),
            live: state.register.live(),
            findings: levels.map(|level| state.findings.count(level)),
            files,
        })
    }

    /// Returns its name for people.
    fn title(&self) -> String {
        match self.name.as_str() {
            "start" => "when the period began".to_owned(),
            _ => format!("at the end of {}", self.day),
        }
    }
}

/// Writes a pack; `pulls` are the saved answers as they were given.
///
/// # Errors
///
/// Never in practice: it writes into memory.
pub fn pack(collected: &Collected, milestones: &[Milestone], pulls: Option<Vec<u8>>) -> io::Result<Pack> {
    let mut pack = Pack::new();
    let mut add = |name: &str, write: &dyn Fn(&mut Vec<u8>) -> io::Result<()>| {
        let mut bytes = Vec::new();
        write(&mut bytes).map(|()| drop(pack.insert(name.to_owned(), bytes)))
    };
    add(HEADER, &|out| json::header(collected, milestones, out))?;
    add("decisions.json", &|out| json::decisions(collected, out))?;
    add("events.json", &|out| json::events(collected, out))?;
    add("findings.json", &|out| json::findings(collected, out))?;
    add("slips.json", &|out| json::slips(collected, out))?;
    add("decisions.csv", &|out| csv::decisions(collected, out))?;
    add("events.csv", &|out| csv::events(collected, out))?;
    add("findings.csv", &|out| csv::findings(collected, out))?;
    add("slips.csv", &|out| csv::slips(collected, out))?;
    add("evidence.html", &|out| html::render(collected, milestones, out))?;
    add("schema/evidence.schema.json", &|out| {
        out.extend_from_slice(schemas::of_name("evidence", Identity::OWN).unwrap_or_default().as_bytes());
        Ok(())
    })?;
    for milestone in milestones {
        pack.extend(milestone.files.iter().cloned());
    }
    pack.extend(pulls.map(|pulls| (PULLS.to_owned(), pulls)));
    let manifest = Manifest::of(&pack);
    pack.insert(Manifest::NAME.to_owned(), manifest);
    Ok(pack)
}
