//! `floor PARSER THREADS FOLDER`: reads every YAML file of a folder and parses it into events, and nothing else.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, thread};

type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Counts the events of a text.
type Events = fn(&str) -> Outcome<usize>;

fn main() -> Outcome<()> {
    let words: Vec<String> = env::args().skip(1).collect();
    let [parser, threads, folder] = words.as_slice() else { return Err("floor PARSER THREADS FOLDER".into()) };
    let events: Events = match parser.as_str() {
        "granit" => |text| {
            granit_parser::Parser::new_from_str(text)
                .try_fold(0, |count, event| event.map(|_| count + 1).map_err(Into::into))
        },
        "saphyr" => |text| {
            saphyr_parser::Parser::new_from_str(text)
                .try_fold(0, |count, event| event.map(|_| count + 1).map_err(Into::into))
        },
        "libyaml" => libyaml,
        "none" => |text| Ok(text.len()),
        _ => return Err("PARSER is granit, saphyr, libyaml or none".into()),
    };
    let mut files = Vec::new();
    list(Path::new(folder), &mut files)?;
    let (next, threads) = (AtomicUsize::new(0), threads.parse::<usize>()?);
    let work = || -> Outcome<usize> {
        let mut count = 0;
        loop {
            // A few at a time, so that threads do not wait for each other.
            let from = next.fetch_add(32, Ordering::Relaxed);
            let Some(some) = files.get(from..(from + 32).min(files.len())).filter(|some| !some.is_empty()) else {
                return Ok(count);
            };
            for file in some {
                count += events(&fs::read_to_string(file)?)?;
            }
        }
    };
    let count = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work()?;
        others.into_iter().try_fold(own, |count, other| {
            Ok::<_, Box<dyn Error + Send + Sync>>(count + other.join().map_err(|_| "a thread ended")??)
        })
    })?;
    println!("{count} events in {} files", files.len());
    Ok(())
}

fn libyaml(text: &str) -> Outcome<usize> {
    let mut parser = libyaml_safer::Parser::new();
    let mut input = text.as_bytes();
    parser.set_input_string(&mut input);
    parser.try_fold(0, |count, event| event.map(|_| count + 1).map_err(Into::into))
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Outcome<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()?.is_dir() {
            true => list(&entry.path(), files)?,
            false if entry.path().extension().is_some_and(|ending| ending == "yaml") => files.push(entry.path()),
            false => {}
        }
    }
    Ok(())
}
