//! Where one item ends and the next begins.

/// How items are told apart in a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Framing {
    /// An item is a line and ends in `\n`, which is added where it is missing. A batch is text, to be sent as it is.
    #[default]
    Lines,
    /// An item is any bytes. What is written together stays together in a [`Frame`], and the sink finds the frames of a
    /// batch by [`frames`].
    Frames,
}

/// What one [`write`](crate::Delivery::write) or [`write_items`](crate::Delivery::write_items) rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'a> {
    /// How many items that is.
    pub items: u32,
    /// What was rendered.
    pub bytes: &'a [u8],
    /// Where it ends in the batch: how many bytes are accepted with it, for
    /// [`SendError::temporary`](crate::SendError::temporary).
    pub end: usize,
}

/// The frames of a batch; see [`frames`].
#[derive(Clone, Debug)]
pub struct Frames<'a> {
    batch: &'a [u8],
    /// What lies before.
    passed: usize,
}

/// The frames of a batch whose delivery has [`Framing::Frames`], in the order in which they were written by each thread.
pub fn frames(batch: &[u8]) -> Frames<'_> {
    Frames { batch, passed: 0 }
}

/// The first so many bytes of what waits, and the items in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) bytes: usize,
    pub(crate) items: u64,
}

/// Length and number of items, four bytes each.
const HEAD: usize = 8;

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    fn next(&mut self) -> Option<Frame<'a>> {
        let (length, rest) = self.batch.split_first_chunk()?;
        let (items, rest) = rest.split_first_chunk()?;
        let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        self.batch = rest;
        self.passed += HEAD + bytes.len();
        Some(Frame { items: u32::from_le_bytes(*items), bytes, end: self.passed })
    }
}

impl Framing {
    /// Makes room for what is said of the item in front of it.
    pub(crate) fn begin(self, buffer: &mut Vec<u8>) {
        if self == Framing::Frames {
            buffer.extend_from_slice(&[0; HEAD]);
        }
    }

    /// Closes what was begun at `start`.
    pub(crate) fn end(self, buffer: &mut Vec<u8>, start: usize, items: u32) {
        match self {
            Framing::Lines => {
                if buffer.last() != Some(&b'\n') {
                    buffer.push(b'\n');
                }
            }
            Framing::Frames => {
                // A length beyond 32 bits is beyond every bound, too, and the frame is dropped.
                let length = (buffer.len() - start - HEAD) as u32;
                buffer[start..start + 4].copy_from_slice(&length.to_le_bytes());
                buffer[start + 4..start + HEAD].copy_from_slice(&items.max(1).to_le_bytes());
            }
        }
    }

    /// The number of items in these bytes.
    pub(crate) fn count(self, bytes: &[u8]) -> u64 {
        match self {
            Framing::Lines => memchr::memchr_iter(b'\n', bytes).count() as u64,
            Framing::Frames => frames(bytes).map(|frame| u64::from(frame.items)).sum(),
        }
    }

    /// The end of the item that these bytes begin with.
    fn first(self, bytes: &[u8]) -> Cut {
        match self {
            Framing::Lines => {
                let end = memchr::memchr(b'\n', bytes).map_or(bytes.len(), |newline| newline + 1);
                Cut { bytes: end, items: 1 }
            }
            Framing::Frames => match frames(bytes).next() {
                Some(frame) => Cut { bytes: HEAD + frame.bytes.len(), items: frame.items.into() },
                None => Cut { bytes: bytes.len(), items: 0 },
            },
        }
    }

    /// As much of `bytes` as is allowed, and one item or frame in any case.
    pub(crate) fn cut(self, bytes: &[u8], allows: impl Fn(Cut) -> bool) -> Cut {
        let mut cut = Cut::default();
        while cut.bytes < bytes.len() {
            let next = self.first(&bytes[cut.bytes..]);
            let longer = Cut { bytes: cut.bytes + next.bytes, items: cut.items + next.items };
            if cut.bytes > 0 && !allows(longer) {
                break;
            }
            cut = longer;
        }
        cut
    }

    /// How many of the first `accepted` bytes are whole items.
    pub(crate) fn whole(self, batch: &[u8], accepted: usize) -> usize {
        let accepted = accepted.min(batch.len());
        match self {
            Framing::Lines => memchr::memrchr(b'\n', &batch[..accepted]).map_or(0, |newline| newline + 1),
            Framing::Frames => frames(&batch[..accepted]).map(|frame| HEAD + frame.bytes.len()).sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(items: &[(&str, u32)]) -> Vec<u8> {
        let mut batch = Vec::new();
        for (item, count) in items {
            let start = batch.len();
            Framing::Frames.begin(&mut batch);
            batch.extend_from_slice(item.as_bytes());
            Framing::Frames.end(&mut batch, start, *count);
        }
        batch
    }

    #[test]
    fn frames_come_back_as_they_went_in() {
        let batch = framed(&[("one\ntwo", 2), ("\0\n", 1), ("three", 0)]);
        let back: Vec<_> = frames(&batch).map(|frame| (frame.bytes, frame.items, frame.end)).collect();
        assert_eq!(back, [(&b"one\ntwo"[..], 2, 15), (b"\0\n", 1, 25), (b"three", 1, 38)]);
        assert_eq!(Framing::Frames.count(&batch), 4);
    }

    #[test]
    fn a_cut_ends_between_items() {
        let batch = framed(&[("1234", 1), ("5678", 3), ("9", 1)]);
        let up_to = |bytes, items| move |cut: Cut| cut.bytes <= bytes && cut.items <= items;
        let cut = |bytes, items| Framing::Frames.cut(&batch, up_to(bytes, items));
        assert_eq!(cut(1000, 1000), Cut { bytes: batch.len(), items: 5 });
        assert_eq!(cut(24, 1000), Cut { bytes: 24, items: 4 });
        assert_eq!(cut(23, 1000), Cut { bytes: 12, items: 1 });
        assert_eq!(cut(1000, 3), Cut { bytes: 12, items: 1 });
        assert_eq!(cut(0, 0), Cut { bytes: 12, items: 1 }, "one goes in any case");
        let lines = |bytes, items| Framing::Lines.cut(b"one\ntwo\nthree\n", up_to(bytes, items));
        assert_eq!(lines(9, 10), Cut { bytes: 8, items: 2 });
        assert_eq!(lines(99, 2), Cut { bytes: 8, items: 2 });
        assert_eq!(lines(1, 9), Cut { bytes: 4, items: 1 });
    }

    #[test]
    fn half_an_item_is_not_accepted() {
        let batch = framed(&[("1234", 1), ("5678", 3)]);
        assert_eq!(
            [0, 11, 12, 23, 24, 99].map(|accepted| Framing::Frames.whole(&batch, accepted)),
            [0, 0, 12, 12, 24, 24]
        );
        let lines = b"one\ntwo\n";
        assert_eq!([0, 3, 4, 7, 8, 99].map(|accepted| Framing::Lines.whole(lines, accepted)), [0, 0, 4, 4, 8, 8]);
    }
}
