//! The terminal's own settings while questions are asked.
//!
//! Between two lines no key ends the process, or shows up in the middle of what is printed. On other
//! systems than Unix the line editor alone sees to that.

/// What the key that leaves sends: Ctrl-C.
pub(super) const LEAVE: u8 = 3;

#[cfg(unix)]
mod unix {
    use rustix::termios::{
        LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr, tcsetattr,
    };

    /// Settings that are put back in the end.
    #[derive(Debug, Default)]
    pub(in crate::commands) struct Held {
        before: Option<Termios>,
        now: Option<Termios>,
    }

    impl Held {
        /// Takes the terminal over: Ctrl-C is a key, which ends a line that the terminal edits itself.
        pub(in crate::commands) fn take(plain: bool) -> Self {
            let before = tcgetattr(std::io::stdin()).ok();
            let now = before.clone().map(|mut settings| {
                settings.local_modes.remove(LocalModes::ISIG);
                if plain {
                    settings.special_codes[SpecialCodeIndex::VEOL] = super::LEAVE;
                } else {
                    settings.local_modes.remove(LocalModes::ECHO);
                }
                settings
            });
            let held = Self { before, now };
            set(held.now.as_ref());
            held
        }

        /// Gives the terminal back to another program for a while.
        pub(in crate::commands::ask) fn lend<T>(&self, work: impl FnOnce() -> T) -> T {
            set(self.before.as_ref());
            let done = work();
            set(self.now.as_ref());
            done
        }
    }

    impl Drop for Held {
        fn drop(&mut self) {
            set(self.before.as_ref());
        }
    }

    /// A terminal that does not obey can still be asked in.
    fn set(settings: Option<&Termios>) {
        if let Some(settings) = settings {
            let _ = tcsetattr(std::io::stdin(), OptionalActions::Drain, settings);
        }
    }

    /// Drops what was typed and not read yet.
    pub(in crate::commands::ask) fn forget_typed() {
        let _ = tcflush(std::io::stdin(), QueueSelector::IFlush);
    }
}

#[cfg(not(unix))]
mod other {
    /// Settings that are put back in the end.
    #[derive(Debug, Default)]
    pub(in crate::commands) struct Held {}

    impl Held {
        /// Takes the terminal over.
        pub(in crate::commands) fn take(_plain: bool) -> Self {
            Self {}
        }

        /// Gives the terminal back to another program for a while.
        pub(in crate::commands::ask) fn lend<T>(&self, work: impl FnOnce() -> T) -> T {
            work()
        }
    }

    /// Drops what was typed and not read yet.
    pub(in crate::commands::ask) fn forget_typed() {}
}

#[cfg(not(unix))]
pub(super) use other::forget_typed;
#[cfg(unix)]
pub(super) use unix::forget_typed;

#[cfg(not(unix))]
pub(in crate::commands) use other::Held;
#[cfg(unix)]
pub(in crate::commands) use unix::Held;
