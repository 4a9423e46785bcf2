//! The answers of GitHub's list endpoints, in every way in which people save their pages.

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::json::{explain, usable};

/// An item of a list that GitHub returns.
pub(crate) trait Listed: Sized {
    /// What several of them are called in a message.
    const NOUN: &'static str;

    /// Reads one.
    fn from_map<'de, A: MapAccess<'de>>(map: A) -> Result<Self, A::Error>;
}

/// Reads a saved answer: one list, several lists one after another (`gh api --paginate`), a list of lists (`--slurp`),
/// or items one after another (`--jq '.[]'`). Otherwise returns what is wrong with it, as a sentence.
pub(crate) fn read<T: Listed>(json: &[u8]) -> Result<Vec<T>, String> {
    let json = usable(json)?;
    let mut list = Vec::new();
    for page in serde_json::Deserializer::from_slice(json).into_iter::<Page<T>>() {
        list.append(&mut page.map_err(|error| explain(&error))?.0);
    }
    Ok(list)
}

/// One value of the stream: a list, a list of lists, or a single item.
pub(crate) struct Page<T>(pub(crate) Vec<T>);

impl<'de, T: Listed> serde::Deserialize<'de> for Page<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut list = Vec::new();
        Level { list: &mut list, lists_allowed: 2 }.deserialize(deserializer)?;
        Ok(Self(list))
    }
}

/// Adds what it finds to the list, without keeping the JSON.
struct Level<'a, T> {
    list: &'a mut Vec<T>,
    lists_allowed: u8,
}

impl<'de, T: Listed> DeserializeSeed<'de> for Level<'_, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Listed> Visitor<'de> for Level<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a list of {}", T::NOUN)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Some(lists_allowed) = self.lists_allowed.checked_sub(1) else {
            return Err(A::Error::custom(format!("contains lists within lists within lists, not {}", T::NOUN)));
        };
        while items.next_element_seed(Level { list: &mut *self.list, lists_allowed })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.list.push(T::from_map(map)?);
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Err(stray::<T, E>("null"))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Err(stray::<T, E>("true or false"))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Err(stray::<T, E>("a number"))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Err(stray::<T, E>("a number"))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Err(stray::<T, E>("a number"))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Err(stray::<T, E>("a string"))
    }
}

fn stray<T: Listed, E: Error>(what: &str) -> E {
    E::custom(format!("contains {what}, not {}", T::NOUN))
}
