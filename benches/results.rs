//! What `stopgap enforce` costs: `cargo bench -- --results 1000000`, and `cargo bench -- --write-results 1000000 FILE`
//! for a log to try other things on.
//!
//! A log of that many results is generated, of which a register of 100 exceptions covers half, and judged by the command
//! as it ships: once, with an annotated copy and without. Its wall time is taken from outside, and its peak memory is
//! the last `VmHWM` that the kernel showed before it ended (Linux).

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How many rules the log has; half of them are covered.
const RULES: usize = 200;

/// Writes a log of so many results.
pub(crate) fn write(path: &Path, count: usize) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    write!(out, r#"{{"version": "2.1.0", "runs": [{{"tool": {{"driver": {{"name": "Checkov", "rules": ["#)?;
    for rule in 0..RULES {
        let comma = if rule == 0 { "" } else { "," };
        write!(out, r#"{comma}{{"id": "CKV_{rule}", "defaultConfiguration": {{"level": "error"}}}}"#)?;
    }
    write!(out, r#"]}}}}, "results": ["#)?;
    for number in 0..count {
        let comma = if number == 0 { "" } else { "," };
        let (rule, file, line) = (number % RULES, number % 5000, number / 5000 + 1);
        write!(
            out,
            "{comma}\n{{\"ruleId\": \"CKV_{rule}\", \"ruleIndex\": {rule}, \"message\": {{\"text\": \"Ensure that resource \
             {number} of the module is not reachable from everywhere\"}}, \"locations\": [{{\"physicalLocation\": \
             {{\"artifactLocation\": {{\"uri\": \"modules/m{file}/main.tf\", \"uriBaseId\": \"%SRCROOT%\"}}, \"region\": \
             {{\"startLine\": {line}, \"endLine\": {line}, \"snippet\": {{\"text\": \"  cidr_blocks = [\\\"0.0.0.0/0\\\"] # \
             {number}\"}}}}}}}}], \"partialFingerprints\": {{\"primaryLocationLineHash\": \"{number:016x}:1\"}}}}"
        )?;
    }
    writeln!(out, "]}}]}}")?;
    out.flush()
}

/// Measures the command on logs of a tenth, a half and all of so many results.
pub(crate) fn measure(count: usize, out: &mut dyn Write) -> io::Result<()> {
    let folder = TempDir::new()?;
    let root = folder.path();
    fs::create_dir(root.join("exceptions"))?;
    for number in 0..RULES / 2 {
        let rule = 2 * number;
        let text = format!(
            "title: Module {number}\napprover: Olek\ndecided: 2026-11-01\nstatus: active\nstarts: 2026-11-01\n\
             expires: 2026-11-30\ncovers: [{{tool: checkov, id: CKV_{rule}, paths: [\"modules/**/*.tf\"]}}]\n"
        );
        fs::write(root.join(format!("exceptions/module-{number}.yaml")), text)?;
    }
    for count in [count / 10, count / 2, count] {
        write(&root.join("a.sarif"), count)?;
        let bytes = fs::metadata(root.join("a.sarif"))?.len();
        for annotate in [false, true] {
            let (time, peak) = run(root, annotate)?;
            let what = if annotate { "judged and annotated" } else { "judged" };
            writeln!(
                out,
                "{count} results, {} MB, {what}: {:.2} s, peak {} MiB",
                bytes / 1_000_000,
                time.as_secs_f64(),
                peak / 1024
            )?;
        }
    }
    Ok(())
}

fn run(root: &Path, annotate: bool) -> io::Result<(Duration, usize)> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stopgap"));
    command.current_dir(root).args(["enforce", "a.sarif", "--today", "2026-11-23", "--root", ".", "--format", "json"]);
    command.args(if annotate { ["--annotate", "b.sarif"].as_slice() } else { &[] }).stdout(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn()?;
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let size = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        peak = peak.max(size.unwrap_or_default());
        sleep(Duration::from_millis(2));
    }
    Ok((start.elapsed(), peak))
}
