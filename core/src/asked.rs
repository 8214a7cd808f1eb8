//! How often a request has asked the same thing so far.
//!
//! It is only to know when it is worth finding out more about a call: findings count the calls themselves. So it is small,
//! and may now and then take one statement for another.

/// So many different things are told apart.
const SLOTS: usize = 16;

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked([Slot; SLOTS]);

#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    tag: u8,
    /// 0: the slot is free.
    count: u8,
}

impl Asked {
    /// Once more; how often that makes it, up to 255.
    pub(crate) fn again(&mut self, hash: u64) -> u8 {
        let tag = (hash >> 56) as u8;
        let first = hash as usize % SLOTS;
        // What was asked only once gives way where there is no room: it is the least likely to be asked again.
        let mut free = None;
        for at in (first..SLOTS).chain(0..first) {
            let slot = &mut self.0[at];
            match slot.count {
                0 => {
                    free = Some(at);
                    break;
                }
                count if slot.tag == tag => {
                    slot.count = count.saturating_add(1);
                    return slot.count;
                }
                1 if free.is_none() => free = Some(at),
                _ => {}
            }
        }
        if let Some(at) = free {
            self.0[at] = Slot { tag, count: 1 };
        }
        1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(number: u64) -> u64 {
        number.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }

    #[test]
    fn each_thing_is_counted_for_itself() {
        let mut asked = Asked::default();
        for times in 1..=3 {
            for number in 0..10 {
                assert_eq!(asked.again(hash(number)), times, "{number}");
            }
        }
        let last = (0..300).map(|_| asked.again(hash(3))).last();
        assert_eq!(last, Some(255));
    }

    #[test]
    fn a_loop_is_seen_however_many_things_were_asked_before() {
        let mut asked = Asked::default();
        for number in 0..1000 {
            asked.again(hash(number));
        }
        let times: Vec<_> = (0..6).map(|_| asked.again(hash(5000))).collect();
        assert!(times[4] >= 4, "{times:?}");
    }
}
