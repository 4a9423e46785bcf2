//! How bad the worst outcome is.

/// How bad the worst outcome is; it limits how long an approval is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Little harm.
    Low,
    /// Some harm.
    Moderate,
    /// Great harm.
    High,
    /// An incident is in progress.
    Emergency,
}

impl Tier {
    /// All tiers, mildest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Moderate, Self::High, Self::Emergency];

    /// Reads the word in the file.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tier| tier.name() == text)
    }

    /// Returns the word in the file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Moderate => "moderate",
            Self::High => "high",
            Self::Emergency => "emergency",
        }
    }
}
