//! People under spellings that somebody could try: other letters, cases, spaces and invisible characters.

use std::collections::BTreeSet;

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::spelling::same_person;
use super::*;

/// What is done to a letter of a name.
#[derive(Clone, Copy, Debug)]
enum Disguise {
    Upper,
    FullWidth,
    Invisible,
    LookAlike,
    None,
}

fn disguises() -> impl Strategy<Value = Vec<Disguise>> {
    use Disguise::{FullWidth, Invisible, LookAlike, None, Upper};
    vec(proptest::sample::select(&[None, None, Upper, FullWidth, Invisible, LookAlike][..]), 1..12)
}

fn disguised(text: &str, disguises: &[Disguise]) -> String {
    let mut result = String::new();
    for (c, disguise) in text.chars().zip(disguises.iter().cycle()) {
        match disguise {
            Disguise::Upper => result.extend(c.to_uppercase()),
            Disguise::FullWidth if c.is_ascii_graphic() => {
                result.extend(char::from_u32(u32::from(c) + 0xFEE0));
            }
            Disguise::Invisible => result.extend(['\u{200b}', c]),
            Disguise::LookAlike => result.push(match c {
                'a' => 'а',
                'c' => 'с',
                'e' => 'е',
                'o' => 'о',
                'p' => 'р',
                'x' => 'х',
                's' => 'ѕ',
                other => other,
            }),
            _ => result.push(c),
        }
    }
    result
}

fn record(handle: &str, number: usize) -> PersonRecord {
    PersonRecord {
        handle: Some(format!("@{handle}")),
        email: Some(format!("{handle}@example.com")),
        aliases: vec![format!("acme-{number}")],
        manager: (number > 0).then(|| "acme-0".to_owned()),
        ..PersonRecord::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_disguised_spelling_means_the_person_that_it_imitates(
        handles in btree_set("[a-z][a-z0-9-]{0,5}[a-z]", 1..6),
        which in any::<prop::sample::Index>(),
        disguise in disguises(),
        blanks in 0..3_usize,
    ) {
        let handles: Vec<String> = handles.into_iter().collect();
        let people = handles.iter().enumerate().map(|(number, handle)| record(handle, number)).collect();
        let roster = Roster::new(people, Vec::new()).unwrap();
        let at = which.index(handles.len());
        let id = roster.people().nth(at).unwrap();
        for spelling in [format!("@{}", handles[at]), handles[at].clone(), format!("{}@example.com", handles[at])] {
            let written = format!("{}{}", " ".repeat(blanks), disguised(&spelling, &disguise));
            prop_assert_eq!(fold_person(&written), fold_person(&spelling), "{:?}", &written);
            prop_assert_eq!(roster.find(&written), Some(id), "{:?}", &written);
            prop_assert!(same_person(&written, &spelling) && same_person(&spelling, &written), "{:?}", &written);
            let others = handles.iter().filter(|other| **other != handles[at]);
            let people = People::new(Some(roster.clone()));
            for other in others {
                prop_assert!(!people.same(&written, other) && !people.same(other, &written), "{written:?} {other}");
            }
            let alias = format!("acme-{at}");
            prop_assert!(people.same(&written, &alias));
            prop_assert_eq!(people.account(&written), Some(handles[at].as_str()));
        }
    }

    #[test]
    fn plain_handles_are_one_person_only_if_they_differ_in_case_or_signs_of_address(
        a in "[a-zA-Z0-9][a-zA-Z0-9-]{0,6}",
        b in "[a-zA-Z0-9][a-zA-Z0-9-]{0,6}",
    ) {
        let same = a.eq_ignore_ascii_case(&b);
        for (a, b) in [(a.clone(), b.clone()), (format!("@{a}"), b.clone()), (format!(" @{a} "), format!("@{b}"))] {
            prop_assert_eq!(same_person(&a, &b), same, "{} {}", a, b);
            prop_assert_eq!(same_person(&b, &a), same, "{} {}", a, b);
            prop_assert_eq!(People::default().same(&a, &b), same);
        }
    }

    #[test]
    fn whoever_stands_above_is_reached_by_going_up(managers in vec(any::<prop::sample::Index>(), 1..9)) {
        // Each person's manager is earlier in the list, so that there is no circle.
        let manager: Vec<Option<usize>> =
            managers.iter().enumerate().map(|(at, index)| (at > 0).then(|| index.index(at))).collect();
        let people = manager.iter().enumerate().map(|(at, manager)| PersonRecord {
            manager: manager.map(|manager| format!("@p{manager}")),
            ..record(&format!("p{at}"), at)
        });
        let roster = Roster::new(people.collect(), Vec::new()).unwrap();
        for lower in roster.people() {
            let chain: BTreeSet<usize> =
                std::iter::successors(manager[lower.index()], |above| manager[*above]).collect();
            for upper in roster.people() {
                prop_assert_eq!(roster.stands_above(upper, lower), chain.contains(&upper.index()));
            }
            prop_assert_eq!(roster.manager(lower).map(PersonId::index), manager[lower.index()]);
        }
    }

    #[test]
    fn a_team_is_found_under_its_handle_in_any_case(handle in "[a-z]{1,6}/[a-z]{1,6}", upper in any::<bool>(), at in any::<bool>()) {
        let teams = vec![(format!("@{handle}"), vec!["@mei".to_owned()])];
        let roster = Roster::new(vec![record("mei", 0)], teams).unwrap();
        let written = if upper { handle.to_uppercase() } else { handle };
        let written = if at { format!(" @{written}") } else { written };
        prop_assert_eq!(roster.team(&written).map(<[String]>::len), Some(1));
        prop_assert_eq!(roster.team(&format!("{written}s")), None);
        prop_assert_eq!(roster.find(&written), None);
    }
}
