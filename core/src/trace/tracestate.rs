//! Reading `tracestate`: a list of `key=value` members, in which tracing systems pass on what is theirs.

use super::{Malformed, trim};

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    /// The members in one comma-separated list; `None` if there are none.
    pub(super) list: Option<Box<str>>,
    pub(super) shortened: bool,
}

/// What the specification allows.
const MAX_MEMBERS: usize = 32;
/// What the specification asks to pass on at least; more is not.
const MAX_LENGTH: usize = 512;
/// Members longer than this are the first to go where the list is too long, says the specification.
const LONG_MEMBER: usize = 128;

/// Joins the headers in their order. A single broken member makes the whole list worthless; a list that is valid but
/// too long loses whole members: the long ones, then the last ones, which are the oldest.
///
/// That no key comes twice is for the sender to see to. Members with the same key are passed on as they came.
pub(super) fn parse<'a>(values: impl IntoIterator<Item = &'a [u8]>) -> Result<Option<State>, Malformed> {
    let mut slots = [""; MAX_MEMBERS];
    let mut count = 0;
    for member in values.into_iter().flat_map(|value| value.split(|&byte| byte == b',')).map(trim) {
        if member.is_empty() {
            continue;
        }
        *slots.get_mut(count).ok_or(Malformed)? = valid_member(member).ok_or(Malformed)?;
        count += 1;
    }
    if count == 0 {
        return Ok(None);
    }
    let members = &mut slots[..count];
    if joined_length(members) <= MAX_LENGTH {
        return Ok(Some(State { list: Some(members.join(",").into()), shortened: false }));
    }
    let mut members: Vec<&str> = members.iter().copied().filter(|member| member.len() <= LONG_MEMBER).collect();
    while joined_length(&members) > MAX_LENGTH {
        members.pop();
    }
    let list = members.join(",");
    Ok(Some(State { list: (!list.is_empty()).then(|| list.into()), shortened: true }))
}

fn joined_length(members: &[&str]) -> usize {
    members.iter().map(|member| member.len() + 1).sum::<usize>().saturating_sub(1)
}

fn valid_member(member: &[u8]) -> Option<&str> {
    let equals = member.iter().position(|&byte| byte == b'=')?;
    let (key, value) = (&member[..equals], &member[equals + 1..]);
    let valid = (1..=256).contains(&key.len())
        && !matches!(key[0], b'_' | b'-' | b'*' | b'/' | b'@')
        && key.iter().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@'))
        && (1..=256).contains(&value.len())
        && value.iter().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b',' | b'='));
    if valid { std::str::from_utf8(member).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(values: &[&str]) -> Option<String> {
        parse(values.iter().map(|value| value.as_bytes())).unwrap().and_then(|state| state.list).map(String::from)
    }

    #[test]
    fn empty_members_and_white_space_around_members_go() {
        assert_eq!(list(&["", " a=1 ,\t,,b= 2"]).unwrap(), "a=1,b= 2");
        assert_eq!(list(&["", " ,\t"]), None);
        assert_eq!(parse([]), Ok(None));
    }

    #[test]
    fn a_list_of_512_characters_is_passed_on_whole() {
        let value = format!("a={},b={}", "x".repeat(256), "y".repeat(251));
        assert_eq!(value.len(), 512);
        assert_eq!(list(&[&value]).unwrap(), value);
    }

    #[test]
    fn a_longer_list_loses_its_long_members_first_and_then_its_last_ones() {
        let long = format!("long={}", "x".repeat(124));
        let members: Vec<String> = (0..5).map(|n| format!("k{n}={}", "y".repeat(97))).collect();
        assert_eq!((long.len(), members[0].len()), (129, 100));
        let without_the_long = parse([long.as_bytes(), members.join(",").as_bytes()]).unwrap().unwrap();
        assert_eq!(without_the_long, State { list: Some(members.join(",").into()), shortened: true });

        let six: Vec<String> = (0..6).map(|n| format!("k{n}={}", "y".repeat(97))).collect();
        let without_the_last = parse([six.join(",").as_bytes()]).unwrap().unwrap();
        assert_eq!(without_the_last, State { list: Some(six[..5].join(",").into()), shortened: true });
    }

    #[test]
    fn nothing_is_left_of_a_list_of_long_members() {
        let value = format!("a={0},b={0},c={0}", "x".repeat(200));
        assert_eq!(parse([value.as_bytes()]), Ok(Some(State { list: None, shortened: true })));
    }

    #[test]
    fn one_broken_member_spoils_the_list() {
        let long_value = format!("a={}", "x".repeat(257));
        for broken in
            ["a", "=1", "a=", "a=1=2", "A=1", "_a=1", "@a=1", "a b=1", "a=\u{7f}", "a=\u{1}", "a=ü", &long_value]
        {
            let value = format!("ok=1,{broken}");
            assert_eq!(parse([value.as_bytes()]), Err(Malformed), "{broken}");
        }
        assert_eq!(parse([b"ok=1".as_slice(), b"a=\xff"]), Err(Malformed));
    }

    #[test]
    fn a_flood_of_members_is_malformed_and_a_flood_of_commas_is_nothing() {
        assert_eq!(parse(["a=1,".repeat(33).as_bytes()]), Err(Malformed));
        assert_eq!(parse(["a=1,".repeat(25_000).as_bytes()]), Err(Malformed));
        assert_eq!(parse([",".repeat(100_000).as_bytes()]), Ok(None));
    }
}
