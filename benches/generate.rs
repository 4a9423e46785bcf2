//! Writes a register of any size that a check on [`TODAY`] passes without an error or a warning.
//!
//! The same number of entries and the same seed give the same bytes. Four of five entries are closed, one of twenty is
//! rejected, the rest are live; they are spread over ten years, in folders by quarter, with renewals, reviews,
//! amendments, covers, several styles of YAML, comments, and texts outside ASCII. The words of a reason are as rare as
//! those of a language: in a hundred thousand sentences about a third of the words occur in fewer than a hundred of
//! them. So no two reasons are copies, and comparing them takes as much work as in a real register.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

use stopgap::internal::time::Day;

/// The day on which the register passes.
pub(crate) const TODAY: &str = "2026-11-23";

/// The seed that the benchmark and the test use.
pub(crate) const SEED: u64 = 0x5EED_0F57_0B6A_9001;

/// Writes policy, roster, catalogue and exceptions into a folder.
pub(crate) fn write(root: &Path, entries: usize, seed: u64) -> io::Result<()> {
    fs::create_dir_all(root)?;
    fs::write(root.join("stopgap.yaml"), POLICY)?;
    fs::write(root.join("people.yaml"), roster())?;
    fs::write(root.join("controls.yaml"), catalogue())?;
    let mut folder = String::new();
    let mut author = Author::new(seed);
    for number in 0..entries {
        let File { quarter, name, text } = author.exception(number);
        if folder != quarter {
            fs::create_dir_all(root.join("exceptions").join(&quarter))?;
            folder.clone_from(&quarter);
        }
        fs::write(root.join("exceptions").join(quarter).join(name), text)?;
    }
    Ok(())
}

const POLICY: &str = "\
version: 1
people: people.yaml
controls: controls.yaml
timezone: Europe/Vienna
vague_phrases: [operational necessity, as per usual, for the plant]
";

/// How many people the roster has; the first ones lead the others.
const PEOPLE: usize = 200;

/// How many people, from the top, decide on exceptions.
const APPROVERS: usize = 40;

/// The day on which they left.
const LEFT: &str = "2026-06-30";

/// How many people, from the end, have left.
const LEAVERS: usize = 6;

/// How many people each leader has below them.
const SPAN: usize = 6;

const GIVEN: [&str; 40] = [
    "Aino", "Bruno", "Chloé", "Dana", "Emre", "Farah", "Goran", "Hanna", "Ines", "Jürgen", "Kaya", "Łukasz", "Maria",
    "Nils", "Olek", "Priya", "Quentin", "Rosa", "Sami", "Tomas", "Ursula", "Viktor", "Wanda", "Xavier", "Yara", "Zoë",
    "André", "Beatriz", "Cem", "Doris", "Elif", "Felix", "Greta", "Hugo", "Ilse", "Jonas", "Klara", "Luis", "Mei",
    "Noor",
];

const FAMILY: [&str; 50] = [
    "Aker",
    "Berg",
    "Costa",
    "Dvořák",
    "Engel",
    "Fischer",
    "Gruber",
    "Hofer",
    "Ivanov",
    "Jansen",
    "Koch",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Ortiz",
    "Prado",
    "Quist",
    "Rossi",
    "Şahin",
    "Tanaka",
    "Ulrich",
    "Vogel",
    "Weber",
    "Yilmaz",
    "Ziegler",
    "Auer",
    "Bondar",
    "Cruz",
    "Duarte",
    "Eder",
    "Farkas",
    "Garcia",
    "Haas",
    "Iversen",
    "Juhász",
    "Kovac",
    "Leitner",
    "Maier",
    "Nagy",
    "Olsen",
    "Pichler",
    "Reiter",
    "Stein",
    "Toth",
    "Unger",
    "Varga",
    "Winkler",
    "Yamada",
    "Zeman",
    "Brandt",
];

fn full_name(person: usize) -> String {
    format!("{} {}", GIVEN[person % GIVEN.len()], FAMILY[(person * 7 + person / GIVEN.len()) % FAMILY.len()])
}

/// Returns a person's name in letters that a login may have.
fn login(person: usize) -> String {
    slug(&full_name(person)).replace('-', ".")
}

/// Returns a person's manager, `None` for the first person.
fn leader(person: usize) -> Option<usize> {
    person.checked_sub(1).map(|below| below / SPAN)
}

fn roster() -> String {
    let mut text = String::from("people:\n");
    for person in 0..PEOPLE {
        let login = login(person);
        let _ = write!(text, "  - {{handle: \"@{login}\", name: {}, email: {login}@example.com", full_name(person));
        if let Some(leader) = leader(person) {
            let _ = write!(text, ", manager: \"@{}\"", self::login(leader));
        }
        if person >= PEOPLE - LEAVERS {
            text.push_str(", left: ");
            text.push_str(LEFT);
        }
        text.push_str("}\n");
    }
    let _ = writeln!(text, "teams:\n  \"@acme/security\": [\"@{}\", \"@{}\"]", login(1), login(2));
    text
}

/// The rules that are not about an exposure.
const CONTROLS: [(&str, &str); 44] = [
    ("ACC-01", "Every account belongs to one person"),
    ("ACC-02", "Nobody queries production tables by hand"),
    ("ACC-03", "Accounts are closed on the last working day"),
    ("ACC-04", "Rights are reviewed every quarter"),
    ("ACC-05", "Build accounts cannot sign in"),
    ("ACC-06", "Sessions end after fifteen minutes"),
    ("BCK-01", "Backups are restored once a month"),
    ("BCK-02", "Backups are kept in two places"),
    ("BCK-03", "Backups are kept for a year"),
    ("BLD-01", "Builds run on clean agents"),
    ("BLD-02", "Artefacts are signed"),
    ("BLD-03", "Dependencies come from the mirror"),
    ("BLD-04", "Two people agree to every change"),
    ("BLD-05", "Branches are protected"),
    ("CRY-01", "Disks are encrypted"),
    ("CRY-02", "Keys are rotated every ninety days"),
    ("CRY-03", "Transport uses TLS 1.2 or later"),
    ("CRY-04", "Certificates are younger than a year"),
    ("CRY-05", "Secrets are kept in the vault"),
    ("DEV-01", "Phones are enrolled before they read mail"),
    ("DEV-02", "Laptops lock after five minutes"),
    ("DEV-03", "Only managed devices join the office network"),
    ("DEV-04", "Macros are signed"),
    ("LOG-01", "Sign-ins are logged for a year"),
    ("LOG-02", "Clocks follow the time server"),
    ("LOG-03", "Alarms are answered within an hour"),
    ("NET-01", "Plant and office networks are apart"),
    ("NET-02", "Wireless networks use WPA3"),
    ("NET-03", "Switch ports without a device are shut"),
    ("NET-04", "Traffic between zones is inspected"),
    ("OPS-01", "Changes wait for the change window"),
    ("OPS-02", "Operating systems are within support"),
    ("OPS-03", "Test data is invented"),
    ("OPS-04", "Two people open the server room"),
    ("OPS-05", "Recovery is rehearsed twice a year"),
    ("PHY-01", "Doors close behind each person"),
    ("PHY-02", "Guests are accompanied"),
    ("PHY-03", "Cameras cover the loading ramp"),
    ("VUL-01", "Hosts are scanned every week"),
    ("VUL-02", "Critical findings are patched within 14 days"),
    ("VUL-03", "Runtimes are within their support window"),
    ("VUL-04", "Images are rebuilt every month"),
    ("VUL-05", "Firmware is at most a year old"),
    ("VUL-06", "Libraries without a maintainer are replaced"),
];

/// The rules whose exceptions are exposures.
const EXPOSED_CONTROLS: [(&str, &str, &str); 16] = [
    ("AUT-01", "Sign-in asks for a second factor", "authentication"),
    ("AUT-02", "Administrators use a hardware token", "authentication"),
    ("AUT-03", "Nobody shares a password", "authentication"),
    ("AUT-04", "Service accounts use certificates", "authentication"),
    ("DAT-01", "Customer data stays in the production zone", "data"),
    ("DAT-02", "Personal data is masked in tests", "data"),
    ("DAT-03", "Exports of salaries are encrypted", "data"),
    ("DAT-04", "Records are deleted after ten years", "data"),
    ("REM-01", "No SSH from outside the VPN", "remote-access"),
    ("REM-02", "Remote desktop goes through the gateway", "remote-access"),
    ("REM-03", "No service listens on 0.0.0.0/0", "remote-access"),
    ("REM-04", "Firewall rules name one host", "remote-access"),
    ("VEN-01", "Vendors hold no access to HR data", "vendor-access"),
    ("VEN-02", "Vendors sign in with an account of ours", "vendor-access"),
    ("VEN-03", "Third parties are watched while they work", "vendor-access"),
    ("VEN-04", "Vendors connect on working days", "vendor-access"),
];

fn catalogue() -> String {
    let mut text = String::from("controls:\n");
    let plain = CONTROLS.iter().map(|(id, name)| (id, name));
    for (id, name) in plain.chain(EXPOSED_CONTROLS.iter().map(|(id, name, _)| (id, name))) {
        let _ = writeln!(text, "  - {{id: {id}, name: {name}}}");
    }
    text.push_str("  - {id: LAW-01, name: Payment card numbers are never stored, waivable: false}\n");
    text
}

/// A small deterministic generator (Marsaglia's xorshift).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// Draws a number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }

    /// Draws a number of days from 0 to `most`.
    fn days(&mut self, most: i64) -> i64 {
        let most = usize::try_from(most).unwrap_or_default();
        i64::try_from(self.below(most + 1)).unwrap_or_default()
    }

    fn chance(&mut self, per_cent: usize) -> bool {
        self.below(100) < per_cent
    }

    fn pick<'l, T>(&mut self, list: &'l [T]) -> &'l T {
        &list[self.below(list.len())]
    }
}

/// Word lists by the name that a template writes in braces.
const LISTS: [(&str, &str); 12] = [
    (
        "thing",
        "crane controller|label printer|payroll export|parcel sorter|badge reader|oven gateway|ticket queue|weighbridge|\
         forecast job|mail relay|invoice scanner|cutter console|time clock|route planner|paint robot|dose counter|\
         archive server|catalogue search|shift calendar|meter collector|stock ledger|press line|cooling monitor|\
         signing module|map viewer|claims portal|bottle counter|tank gauge|loom panel|lift panel|seat planner|\
         kiosk terminal|film server|seed register|pump station|translation cache|fuel card reader|harvest tracker|\
         ramp camera|gate intercom|lab freezer|spectrum analyser|bakery scale|boiler regulator|yarn winder|\
         ferry booking|pallet wrapper|torque bench|wind mast|soil probe|dental scheduler|library catalogue|\
         newsletter engine|audio mixer|signal box|snow gauge|stamp press|turbine logger|vault cabinet|water sampler|\
         x-ray table|yard tablet|zinc bath|drum kiln|egg grader|flour silo|glue dispenser|hop dryer|ink mixer|\
         juice filler|knitting frame|lathe terminal|mould heater|nail feeder|orchard sprayer|plate bender|\
         quarry belt|rivet station|saw guard|tile packer",
    ),
    (
        "place",
        "Graz|Linz|Vienna|Zürich|Kraków|São Paulo|Malmö|Gdańsk|Porto|Lyon|Leeds|Ghent|Turin|Brno|Tallinn|Riga|Cork|\
         Oulu|Bergen|Aarhus|Košice|Pécs|Varna|Iași|Nantes|Girona|Faro|Basel|Jena|Ulm|Kiel|Trier|Mainz|Wels|Steyr|\
         Bolzano|Udine|Split|Maribor|Győr|hall three|hall seven|the north yard|the old foundry|the east wing|\
         the second basement|the harbour depot|the glass annexe|the rail siding|the cold store",
    ),
    (
        "breaks",
        "stops|stalls|crashes|loses its settings|prints blank sheets|drops every tenth order|rejects its own batches|\
         falls back to the factory state|reports wrong weights|restarts at midnight|swallows the night's messages|\
         freezes after an hour|forgets the calibration|answers too slowly|shows yesterday's figures|sorts by size only|\
         doubles the entries|skips the last line|refuses new labels|overheats|stays dark|counts backwards|\
         sends empty files|locks the operators out|misreads umlauts|runs out of memory|loops at start|mixes two orders",
    ),
    (
        "part",
        "driver|firmware|certificate chain|bearing|sensor head|interface card|cable loom|decoder|loader|parser|adapter|\
         mounting plate|licence dongle|keypad|relay board|power supply|display|antenna|compressor|valve block|backplane|\
         image|runtime|library|module|installer|patch|hotfix|template|schema|converter|bridge|agent|daemon|plug-in|\
         probe|encoder|gearbox|nozzle|filter|motor|spindle|lens|clamp|hose|membrane|fuse|battery|charger|bracket",
    ),
    (
        "kind",
        "new|smaller|signed|revised|tested|corrected|sealed|spare|second|wireless|ceramic|lighter|certified|slower|\
         faster|Austrian|refurbished|translated|encrypted|compressed|split|merged|painted|insulated|flexible|hardened|\
         portable|calibrated|licensed|older|braided|coated|doubled|early|final|galvanised|heated|indexed|jointed|\
         keyed|laminated|modular|narrow|open|padded|quiet|reinforced|shielded|tapered|updated|vented|welded",
    ),
    (
        "event",
        "the move to the new hall|the summer flood|last week's update|the change of carrier|the merger|the power cut|\
         the audit in spring|the switch to winter time|the repair of the roof|the new tariff|the recall|the inventory|\
         the launch in Asia|the strike|the lightning strike|the training course|the change of shift|the office party|\
         the fire drill|the contract's end|the first frost|the second trial|the anniversary sale|the software swap|\
         the crane's inspection|the relocation of the archive|the road works|the harvest|the elections|the heat wave",
    ),
    (
        "when",
        "on Monday|on Tuesday|on Wednesday|on Thursday|on Friday|before the month ends|within ten days|next week|\
         after the holiday|with the next truck|by the first frost|before the night shift|at the start of the quarter|\
         once customs clears it|after the acceptance test|when the snow has gone|before the fair opens|in twelve days|\
         with the spring delivery|after the board has met|at the weekend|by ship|before the inspectors come|\
         once the paint is dry|in the next change window|with the second batch|after the stocktaking|on the ninth|\
         ahead of the tax return|when the crane is free",
    ),
    (
        "who",
        "the fitters|the night crew|two apprentices|the bookkeepers|the harbour pilots|the nurses|the cutters|\
         the drivers|the bakers|the surveyors|the translators|the librarians|the welders|the divers|the auditors|\
         the seed growers|the dispatchers|the roofers|the printers|the electricians|the glaziers|the foresters|\
         the tram drivers|the lab assistants|the storekeepers|the painters|the beekeepers|the cashiers|the ushers|\
         the wardens|the joiners|the brewers|the typesetters|the gardeners|the carriers|the porters|the inspectors",
    ),
    (
        "work",
        "weigh the lorries|print the labels|read the meters|load the ferries|close the books|ship the spare parts|\
         plan the rosters|sort the parcels|mix the paints|heat the ovens|count the bottles|sign the drawings|\
         scan the invoices|test the brakes|move the archive|bake the samples|cut the panels|check the seals|\
         enter the grades|book the berths|fill the tanks|grade the eggs|wrap the pallets|stamp the passes|\
         translate the leaflets|map the pipes|clean the filters|dry the hops|publish the timetable|pay the wages|\
         switch the points|measure the snow|dose the vaccine|trace the batches|rent the bicycles|feed the looms",
    ),
    (
        "harm",
        "delay|spoil|reveal|mix up|stop|falsify|overwrite|misroute|double|lose|slow down|damage|expose|block|forge",
    ),
    (
        "goods",
        "the plans of one machine|a day's labels|the rosters of two shifts|forty orders|one lorry's papers|\
         the figures of a week|the drawings of the pump|a batch of samples|the seating plan|the price list of spring|\
         the tank levels|twelve hours of readings|three pallets|the names of the night crew|one hall's climate|\
         the minutes of the works council|the timetable of a line|the recipes of one kiln|six hundred parcels",
    ),
    (
        "look",
        "log read|camera checked|counters compared|settings read back|seal found whole|traffic sampled|list compared|\
         trial run watched|operators asked|backup restored|scan repeated|ports listed|account unused|ticket updated",
    ),
];

const REASONS: [&str; 7] = [
    "The {thing} in {village} {breaks} since {event}, and {maker} ships the {kind} {part} for {product} {when}.",
    "Without the exception {who} of {village} cannot {work}, because {maker}'s {kind} {part} {breaks} until {product} is repaired {when}.",
    "{Maker} installs {product} on the {thing} {when}, and until then {who} in {village} {work} with the {kind} {part}.",
    "After {event} the {kind} {part} from {maker} {breaks}, so {who} of {village} have to {work} on {product}.",
    "The {kind} {part} that {maker} sent for {product} {breaks}; {who} need it in {village} to {work} {when}.",
    "{Maker} and {maker} replace {product} in {place} {when}, and its {kind} {part} {breaks} as soon as {who} {work}.",
    "Since {event} {who} {work} in {village} by way of {maker}'s {product}, whose {kind} {part} arrives {when}.",
];

const RENEWAL_REASONS: [&str; 4] = [
    "The {kind} {part} of {product} came from {maker} with a fault and {breaks}, the next one reaches {village} {when}.",
    "{Maker} found a second {part} in {product} that {breaks} under load, and {who} of {village} test the {kind} one {when}.",
    "Customs in {village} holds the {kind} {part} of the {thing}, {maker} expects it with {product} {when}.",
    "In the trial by {who} the {kind} {part} of {product} {breaks}; {maker} rebuilds it for {village} {when}.",
];

const TITLES: [&str; 4] = [
    "{Thing} in {place} keeps its {kind} {part}",
    "{Maker}'s {part} runs on the {thing} of {place}",
    "{Who} use the {kind} {part} to {work}",
    "{Thing} without its {part} until {maker} delivers",
];

const STATEMENTS: [&str; 3] = [
    "A stranger in {place} could {harm} {goods} and {harm} {goods}, and nobody would see it for some hours.",
    "A fault of the {thing} would {harm} {goods} and keep {who} from work for a day.",
    "Whoever gets hold of the {part} could {harm} {goods} before {who} in {place} notice.",
];

const OPTIONS: [&str; 4] = [
    "Let {who} {work} on paper until the {part} is there",
    "Borrow the {kind} {part} of the {thing} in {place}",
    "Rent a {kind} {thing} from {maker}",
    "Switch the {thing} off and {work} in {place}",
];

const REJECTIONS: [&str; 3] = [
    "{Who} tried it {when} and it took nine hours a day.",
    "The {kind} {part} does not fit the {thing}, says {maker}.",
    "Nobody could {work} meanwhile.",
];

const REMOVALS: [&str; 3] = [
    "Install the {kind} {part} on the {thing} in {place}, then delete the rule that lets the old one pass.",
    "Put the {thing} back behind the {kind} {part}, and have {who} confirm it.",
    "Send the {part} back to {maker} and close the port of the {thing}.",
];

const NOTES: [&str; 4] = [
    "{Look}, {look}; {maker} confirms the date.",
    "{Look} – nothing new since {event}.",
    "{Maker} delays by three days, {look}.",
    "{Look} with {who} in {place}.",
];

const ENVIRONMENTS: [&str; 6] = ["production", "staging", "build network", "office", "plant network", "test bench"];
const TEAMS: [&str; 8] =
    ["Logistics", "Payroll", "Release Engineering", "Kälte und Klima", "Quality", "Plant IT", "Sales", "Warehouse"];

/// One exception file.
struct File {
    quarter: String,
    name: String,
    text: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Status {
    Active,
    Closed,
    Rejected,
}

/// A tier, the days that it is good for, and its share of the entries in per cent.
const TIERS: [(&str, i64, usize); 4] = [("low", 30, 45), ("moderate", 14, 27), ("high", 7, 23), ("emergency", 3, 5)];

/// When an exception was decided, and until when it holds.
struct Term {
    decided: Day,
    starts: Day,
    expires: Day,
    /// Requested, decided, expires.
    renewals: Vec<[Day; 3]>,
}

impl Term {
    /// Returns the day on which it ends.
    fn end(&self) -> Day {
        self.renewals.last().map_or(self.expires, |renewal| renewal[2])
    }
}

/// Who and what one entry is about.
struct Case {
    status: Status,
    tier: &'static str,
    exposure: Option<&'static str>,
    control: String,
    system: String,
    requester: usize,
    owner: usize,
    approver: usize,
    term: Term,
    /// The last day that the record can know about.
    now: Day,
}

/// Writes one exception after another.
struct Author {
    random: Random,
    lists: Vec<(&'static str, Vec<&'static str>)>,
    today: Day,
    /// Control and system of the last closed entry, which another may take up again.
    last: Option<(String, String)>,
    out: String,
}

impl Author {
    fn new(seed: u64) -> Self {
        let lists = LISTS.iter().map(|(name, words)| (*name, words.split('|').collect())).collect();
        let today = Day::parse(TODAY).unwrap_or_else(|error| unreachable!("{error}"));
        Self { random: Random(seed | 1), lists, today, last: None, out: String::new() }
    }

    fn exception(&mut self, number: usize) -> File {
        let case = self.case(number);
        let decided = case.term.decided.to_string();
        let month: usize = decided[5..7].parse().unwrap_or(1);
        let quarter = format!("{}-q{}", &decided[..4], month.div_ceil(3));
        self.out = String::with_capacity(2_048);
        self.request(&case);
        self.approval(&case);
        if case.status != Status::Rejected {
            self.log(&case);
        }
        let ending = if self.random.chance(3) { "yml" } else { "yaml" };
        let name = format!("{}-{number:06}.{ending}", slug(&case.system));
        let mut text = std::mem::take(&mut self.out);
        if self.random.chance(2) {
            text = text.replace('\n', "\r\n");
        }
        File { quarter, name, text }
    }

    fn case(&mut self, number: usize) -> Case {
        let status = match self.random.below(100) {
            0..80 => Status::Closed,
            80..95 => Status::Active,
            _ => Status::Rejected,
        };
        let drawn = self.random.below(100);
        let mut shares = TIERS.iter().scan(0, |sum, tier| {
            *sum += tier.2;
            Some((*sum, tier))
        });
        let (tier, limit, _) = *shares.find(|(sum, _)| drawn < *sum).map_or(&TIERS[0], |(_, tier)| tier);
        let (control, exposure) = self.control(limit <= 7);
        let mut about = (control, self.system(number));
        if status == Status::Closed {
            if let Some(last) = self.last.take().filter(|_| exposure.is_none() && self.random.chance(3)) {
                about = last;
            } else {
                self.last = Some(about.clone());
            }
        }
        let (control, system) = about;
        let approver = 1 + self.random.below(APPROVERS - 1);
        let present = if status == Status::Active { PEOPLE - LEAVERS } else { PEOPLE };
        let requester = APPROVERS + self.random.below(present - APPROVERS);
        let owner = if self.random.chance(40) { requester } else { APPROVERS + self.random.below(present - APPROVERS) };
        let term = self.term(status, limit);
        let now = if term.end() < self.today { term.end() } else { self.today };
        Case { status, tier, exposure, control, system, requester, owner, approver, term, now }
    }

    fn control(&mut self, may_be_exposed: bool) -> (String, Option<&'static str>) {
        if may_be_exposed && self.random.chance(60) {
            let (id, name, exposure) = *self.random.pick(&EXPOSED_CONTROLS);
            return (format!("{id} {name}"), Some(exposure));
        }
        let (id, name) = *self.random.pick(&CONTROLS);
        (format!("{id} {name}"), None)
    }

    /// Names a system that no other entry has.
    fn system(&mut self, number: usize) -> String {
        let (thing, place) = (self.word("thing"), self.word("place"));
        let code: String = thing.chars().filter(char::is_ascii_alphabetic).take(2).collect();
        format!("{thing} {code}-{number:06} in {place}")
    }

    /// Draws the last decision, and counts back from it.
    fn term(&mut self, status: Status, limit: i64) -> Term {
        const TEN_YEARS: i64 = 3_650;
        let back = match status {
            Status::Active => self.random.days(limit - 1),
            Status::Closed | Status::Rejected => limit + 5 + self.random.days(TEN_YEARS),
        };
        let mut at = self.today.plus(-back);
        let last_end =
            at.plus(if status == Status::Active { limit } else { (limit - self.random.days(limit / 3)).max(1) });
        let count = match self.random.below(100) {
            0..75 => 0,
            75..94 => 1,
            _ => 2,
        };
        let mut renewals: Vec<[Day; 3]> = Vec::new();
        let mut end = last_end;
        for _ in 0..count {
            renewals.insert(0, [at.plus(-self.random.days(1)), at, end]);
            end = at.plus(self.random.days(1));
            at = end.plus(-limit);
        }
        Term { decided: at.plus(-self.random.days(3)), starts: at, expires: end, renewals }
    }

    /// Writes what the requester says.
    fn request(&mut self, case: &Case) {
        if self.random.chance(40) {
            self.out.push_str("# yaml-language-server: $schema=../../schema/exception.schema.json\n");
        }
        let title = self.fill_from(&TITLES);
        let control = case.control.clone();
        let reason = self.fill_from(&REASONS);
        self.text("", "title", &title);
        self.text("", "control", &control);
        self.text("", "reason", &reason);
        self.scope(case);
        if case.status == Status::Rejected && self.random.chance(50) {
            return;
        }
        let statement = self.fill_from(&STATEMENTS);
        let _ = writeln!(self.out, "risk:\n  tier: {}", case.tier);
        if let Some(exposure) = case.exposure {
            let _ = writeln!(self.out, "  exposure: [{exposure}]");
        }
        self.text("  ", "statement", &statement);
        self.alternatives();
        let removal = self.fill_from(&REMOVALS);
        self.text("", "removal", &removal);
    }

    fn scope(&mut self, case: &Case) {
        let environment = *self.random.pick(&ENVIRONMENTS);
        if self.random.chance(25) {
            let _ = writeln!(self.out, "scope: {{system: \"{}\", environment: {environment}}}", case.system);
            return;
        }
        self.out.push_str("scope:\n");
        self.text("  ", "system", &case.system);
        let _ = writeln!(self.out, "  environment: {environment}");
        if self.random.chance(50) {
            let _ = writeln!(self.out, "  team: {}", self.random.pick(&TEAMS));
        }
    }

    fn alternatives(&mut self) {
        let indent = if self.random.chance(20) { "" } else { "  " };
        self.out.push_str("alternatives:\n");
        for _ in 0..1 + self.random.below(2) {
            let (option, rejected) = (self.fill_from(&OPTIONS), self.fill_from(&REJECTIONS));
            if self.random.chance(20) {
                let _ = writeln!(self.out, "{indent}- {{option: \"{option}\", rejected: \"{rejected}\"}}");
            } else {
                let _ = writeln!(self.out, "{indent}- option: {option}\n{indent}  rejected: {rejected}");
            }
        }
    }

    /// Writes who answers for it, and when.
    fn approval(&mut self, case: &Case) {
        self.person("", "requester", case.requester);
        if case.status != Status::Rejected {
            self.person("", "owner", case.owner);
        }
        self.person("", "approver", case.approver);
        let _ = writeln!(self.out, "decided: {}", case.term.decided);
        if case.status == Status::Rejected {
            self.out.push_str("status: rejected\n");
            return;
        }
        let status = if case.status == Status::Closed { "closed" } else { "active" };
        let clock = |random: &mut Random, day: Day, hour: &str| {
            if random.chance(8) { format!("{day}T{hour}") } else { day.to_string() }
        };
        let starts = clock(&mut self.random, case.term.starts, "08:30");
        let expires = clock(&mut self.random, case.term.expires, "18:00");
        let _ = writeln!(self.out, "status: {status}\nstarts: {starts}\nexpires: {expires}");
        if self.random.chance(15) {
            self.out.push_str("# Never edit `expires`: ask for a renewal.\n");
        }
        self.references(case);
    }

    fn references(&mut self, case: &Case) {
        let number = 100 + self.random.below(90_000);
        match self.random.below(4) {
            0 => {}
            1 => {
                let _ = writeln!(self.out, "references: [SEC-{number}]");
            }
            2 => {
                let _ = writeln!(self.out, "references: [\"https://tickets.example.com/SEC-{number}\", \"#{number}\"]");
            }
            _ => {
                let _ = writeln!(
                    self.out,
                    "references:\n  - https://tickets.example.com/SEC-{number}\n  - acme/plant#{number}"
                );
            }
        }
        if case.control.starts_with("VUL") && self.random.chance(50) {
            let cve = format!("CVE-2026-{number}");
            let _ = match self.random.below(3) {
                0 => writeln!(self.out, "covers:\n  - {{tool: trivy, id: {cve}, paths: [\"app/Gemfile.lock\"]}}"),
                1 => writeln!(self.out, "covers:\n  - {{tool: osv-scanner, id: {cve}, package: openssl}}"),
                _ => writeln!(
                    self.out,
                    "covers:\n  - tool: grype\n    id: {cve}\n    package: {{name: openssl, version: 3.0.13, type: deb}}"
                ),
            };
        }
        if self.random.chance(5) {
            let _ = writeln!(self.out, "x-cost-centre: \"{number}\"");
        }
    }

    /// Writes what was added after the decision.
    fn log(&mut self, case: &Case) {
        let term = &case.term;
        let length = term.starts.days_until(case.now);
        let mut reviewed: Vec<Day> =
            (0..self.random.below(3)).map(|_| term.starts.plus(self.random.days(length))).collect();
        if case.tier == "emergency" {
            let ended = term.starts.plus(self.random.days(length));
            reviewed.push(ended);
            let _ = writeln!(self.out, "incident: {{id: INC-{}, ended: {ended}}}", 100 + self.random.below(9_000));
        }
        reviewed.sort();
        self.reviews(case, &reviewed);
        self.renewals(case);
        if self.random.chance(6) {
            let (by, approver) = (self.spelling(case.owner), self.spelling(case.approver));
            let day = term.starts.plus(self.random.days(length));
            let _ = writeln!(
                self.out,
                "amendments:\n  - {{date: {day}, by: {by}, approver: {approver}, fields: [scope.system], note: \"Device renamed.\"}}"
            );
        }
        if case.status == Status::Closed {
            self.closure(case);
        }
    }

    fn reviews(&mut self, case: &Case, days: &[Day]) {
        if days.is_empty() {
            return;
        }
        self.out.push_str("reviews:\n");
        for day in days {
            let (by, note) = (self.spelling(case.owner), self.fill_from(&NOTES));
            if self.random.chance(60) {
                let _ = writeln!(self.out, "  - {{date: {day}, by: {by}, note: \"{note}\"}}");
            } else {
                let _ = writeln!(self.out, "  - date: {day}\n    by: {by}\n    note: {note}");
            }
        }
    }

    fn renewals(&mut self, case: &Case) {
        let mut above = case.approver;
        for (index, [requested, decided, expires]) in case.term.renewals.iter().enumerate() {
            above = leader(above).unwrap_or(above);
            if index == 0 {
                self.out.push_str("renewals:\n");
            }
            let (reason, check) = (self.fill_from(&RENEWAL_REASONS), self.fill_from(&NOTES));
            let _ = writeln!(self.out, "  - requested: {requested}");
            self.person("    ", "requester", case.owner);
            self.text("    ", "reason", &reason);
            let _ = writeln!(self.out, "    risk_check: {check}");
            self.person("    ", "approver", above);
            let _ = writeln!(self.out, "    decided: {decided}\n    expires: {expires}");
        }
    }

    fn closure(&mut self, case: &Case) {
        let term = &case.term;
        let last = term.renewals.last().map_or(term.starts, |renewal| renewal[1]);
        let day = term.end().plus(-self.random.days(last.days_until(term.end()).min(3)));
        let has_left = case.requester >= PEOPLE - LEAVERS && day.to_string().as_str() >= LEFT;
        let verifier = if case.owner == case.requester || has_left { case.approver } else { case.requester };
        let (by, verifier, note) = (self.spelling(case.owner), self.spelling(verifier), self.fill_from(&NOTES));
        if self.random.chance(30) {
            let _ = writeln!(self.out, "closure: {{date: {day}, by: {by}, verified_by: {verifier}, note: \"{note}\"}}");
        } else {
            let _ = writeln!(
                self.out,
                "closure:\n  date: {day}\n  by: {by}\n  verified_by: {verifier}\n  note: \"{note}\""
            );
        }
    }

    /// Writes a text in one of the styles that people use.
    fn text(&mut self, indent: &str, key: &str, text: &str) {
        let _ = match self.random.below(10) {
            0 => writeln!(self.out, "{indent}{key}: \"{text}\""),
            1 => writeln!(self.out, "{indent}{key}: '{}'", text.replace('\'', "''")),
            2 if text.len() > 80 => {
                let middle = text.char_indices().skip(60).find(|(_, c)| *c == ' ').map_or(text.len(), |(at, _)| at);
                let (first, rest) = text.split_at(middle);
                writeln!(self.out, "{indent}{key}: >-\n{indent}  {first}\n{indent}  {}", rest.trim_start())
            }
            3 => writeln!(self.out, "{indent}{key}: {text}  # as agreed with {}", full_name(self.random.below(PEOPLE))),
            _ => writeln!(self.out, "{indent}{key}: {text}"),
        };
    }

    fn person(&mut self, indent: &str, key: &str, person: usize) {
        let written = self.spelling(person);
        let _ = writeln!(self.out, "{indent}{key}: {written}");
    }

    fn spelling(&mut self, person: usize) -> String {
        match self.random.below(4) {
            0 => full_name(person),
            1 => format!("{}@example.com", login(person)),
            _ => format!("\"@{}\"", login(person)),
        }
    }

    fn fill_from(&mut self, templates: &[&str]) -> String {
        let template = *self.random.pick(templates);
        self.fill(template)
    }

    /// Fills the braces of a template with words; a capital in the braces gives a capital.
    fn fill(&mut self, template: &str) -> String {
        let mut text = String::with_capacity(2 * template.len());
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (slot, behind) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(before);
            let name = slot.to_ascii_lowercase();
            let word = self.name(&name).unwrap_or_else(|| self.word(&name).to_owned());
            text.push_str(&if name == slot { word } else { capitalised(&word) });
            rest = behind;
        }
        text.push_str(rest);
        text
    }

    fn word(&mut self, list: &str) -> &'static str {
        let words = self.lists.iter().find(|(name, _)| *name == list).map_or(&[][..], |(_, words)| words);
        words[self.random.below(words.len())]
    }

    /// Draws a name: one of five thousand makers, as many products and villages.
    fn name(&mut self, of: &str) -> Option<String> {
        const FIRST: [&str; 24] = [
            "Bal", "Bren", "Cor", "Dal", "Eld", "Fen", "Gar", "Hal", "Jor", "Kel", "Lam", "Mor", "Nor", "Or", "Pel",
            "Quin", "Ros", "Sol", "Tan", "Ulm", "Vel", "Wes", "Yor", "Zan",
        ];
        const MIDDLE: [&str; 15] =
            ["a", "e", "i", "o", "u", "ando", "eri", "iva", "omi", "ula", "asta", "enno", "ibra", "ocha", "umbe"];
        const MAKERS: [&str; 14] = [
            "bach", "bros", "fors", "gen", "linn", "mark", "nova", "quist", "ron", "sys", "tec", "vik", "werk", "zell",
        ];
        const PRODUCTS: [&str; 14] = [
            "base", "dex", "flow", "grid", "ix", "link", "loop", "net", "port", "scan", "scope", "trac", "view", "xis",
        ];
        const VILLAGES: [&str; 14] = [
            "berg", "by", "dorf", "ek", "ford", "hügel", "ham", "heim", "münde", "ow", "stedt", "ville", "wald", "wick",
        ];
        let last = match of {
            "maker" => &MAKERS,
            "product" => &PRODUCTS,
            "village" => &VILLAGES,
            _ => return None,
        };
        Some(format!("{}{}{}", self.random.pick(&FIRST), self.random.pick(&MIDDLE), self.random.pick(last)))
    }
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Turns a text into an id: ASCII letters and digits in lower case, joined by dashes.
fn slug(text: &str) -> String {
    let plain = |c: char| match c {
        'à'..='å' | 'ă' => 'a',
        'ç' | 'č' => 'c',
        'è'..='ë' => 'e',
        'ü' | 'ú' => 'u',
        'ó'..='ö' | 'ő' => 'o',
        'ł' | 'Ł' => 'l',
        'ń' => 'n',
        'ř' => 'r',
        'ş' | 'Ş' | 'š' | 'ș' => 's',
        _ => c,
    };
    let letters: String =
        text.chars().map(plain).map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' }).collect();
    letters.split_whitespace().collect::<Vec<_>>().join("-")
}
