//! Reading a log byte by byte: its position, a limit on the size of one item, and a copy of the bytes read.

use std::cell::{Cell, RefCell};
use std::io::{self, BufRead, Read, Write};
use std::rc::Rc;

/// What is kept back of a copy outside an item: its first byte has been read when it begins.
const KEPT: usize = 16;

/// A copy is handed on from so many bytes on.
const FULL: usize = 1 << 16;

/// The position in a log.
pub(super) struct Meter<'w> {
    lines: Cell<usize>,
    left: Cell<usize>,
    exhausted: Cell<bool>,
    copy: Option<RefCell<Copy<'w>>>,
}

struct Copy<'w> {
    out: &'w mut dyn Write,
    pending: Vec<u8>,
    is_held: bool,
}

impl<'w> Meter<'w> {
    /// Starts at the first line; `out` takes the copy.
    pub(super) fn new(out: Option<&'w mut dyn Write>) -> Rc<Self> {
        let copy = out.map(|out| RefCell::new(Copy { out, pending: Vec::new(), is_held: false }));
        Rc::new(Self { lines: Cell::new(1), left: Cell::new(usize::MAX), exhausted: Cell::new(false), copy })
    }

    /// Returns the line that was read last, from 1.
    pub(super) fn line(&self) -> usize {
        self.lines.get()
    }

    /// Returns whether an item was larger than it may be.
    pub(super) fn is_exhausted(&self) -> bool {
        self.exhausted.get()
    }

    /// Begins an item of at most `bytes`, whose copy is held back.
    pub(super) fn begin(&self, bytes: usize) {
        self.left.set(bytes);
        if let Some(copy) = &self.copy {
            copy.borrow_mut().is_held = true;
        }
    }

    /// Ends an item: the last `length` bytes of its copy are replaced by `edited`, if there is one.
    pub(super) fn end(&self, length: usize, edited: Option<&[u8]>) -> io::Result<()> {
        self.left.set(usize::MAX);
        let Some(copy) = &self.copy else { return Ok(()) };
        let copy = &mut *copy.borrow_mut();
        copy.is_held = false;
        if let Some(edited) = edited {
            let start = copy.pending.len().saturating_sub(length);
            copy.pending.truncate(start);
            copy.pending.extend_from_slice(edited);
        }
        if copy.pending.len() >= FULL { copy.flush(0) } else { Ok(()) }
    }

    /// Hands on what is left.
    pub(super) fn finish(&self) -> io::Result<()> {
        self.copy.as_ref().map_or(Ok(()), |copy| copy.borrow_mut().flush(0))
    }

    fn take(&self, byte: u8) -> io::Result<()> {
        if byte == b'\n' {
            self.lines.set(self.lines.get() + 1);
        }
        let Some(left) = self.left.get().checked_sub(1) else {
            self.exhausted.set(true);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "an item is too large"));
        };
        if left < usize::MAX - 1 {
            self.left.set(left);
        }
        if let Some(copy) = &self.copy {
            let copy = &mut *copy.borrow_mut();
            copy.pending.push(byte);
            if copy.pending.len() >= FULL && !copy.is_held {
                copy.flush(KEPT)?;
            }
        }
        Ok(())
    }
}

impl Copy<'_> {
    /// Hands on all but the last `kept` bytes.
    fn flush(&mut self, kept: usize) -> io::Result<()> {
        let count = self.pending.len().saturating_sub(kept);
        self.out.write_all(&self.pending[..count])?;
        self.pending.drain(..count);
        Ok(())
    }
}

/// A reader that tells a [`Meter`] of each byte.
pub(super) struct Metered<'w, R> {
    inner: R,
    meter: Rc<Meter<'w>>,
}

impl<'w, R> Metered<'w, R> {
    pub(super) fn new(inner: R, meter: Rc<Meter<'w>>) -> Self {
        Self { inner, meter }
    }
}

impl<R: BufRead> Read for Metered<'_, R> {
    /// Reads one byte: the parser requests no more, and must not be ahead of the meter.
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(slot) = out.first_mut() else { return Ok(0) };
        let Some(byte) = self.inner.fill_buf()?.first().copied() else { return Ok(0) };
        self.inner.consume(1);
        self.meter.take(byte)?;
        *slot = byte;
        Ok(1)
    }
}
