//! The subject of a message: a field of a file, and which side of it.

use crate::source::Span;

/// The side of a field that is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum On {
    /// Its key.
    Key,
    /// Its value, or a part of it.
    #[default]
    Value,
    /// That it is missing, or has no value.
    Absent,
}

/// A field of a file, and the side of it that is meant. The default is the file as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// JSON Pointer (RFC 6901) of the field; empty for the file as a whole, and in files without fields.
    pub pointer: String,
    /// The side that is meant.
    pub on: On,
}

impl Place {
    /// Creates the place of a field's key.
    #[must_use]
    pub fn key(pointer: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), on: On::Key }
    }

    /// Creates the place of a field's value.
    #[must_use]
    pub fn value(pointer: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), on: On::Value }
    }

    /// Creates the place of a field that is missing or has no value.
    #[must_use]
    pub fn absent(pointer: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), on: On::Absent }
    }

    /// Returns the pointer, if this is a field that is missing or has no value.
    #[must_use]
    pub fn missing(&self) -> Option<&str> {
        Some(&*self.pointer).filter(|_| self.on == On::Absent)
    }
}

/// A place and the bytes that show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// The bytes.
    pub span: Span,
    /// The field.
    pub place: Place,
}

impl Spot {
    /// Creates the spot of a file as a whole.
    #[must_use]
    pub fn file() -> Self {
        Self::default()
    }

    /// Creates the spot of bytes of a file that has no fields, such as CODEOWNERS.
    #[must_use]
    pub fn without_field(span: Span) -> Self {
        Self { span, place: Place::default() }
    }
}
