//! Which two are compared.

use std::collections::BTreeMap;

use super::moment::Millis;
use super::plan::SIDES_OF_FILES;
use super::text::one_line;

/// The two that are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) baseline: String,
    pub(crate) candidate: String,
}

/// Of two sets of files, there is no choice.
pub(crate) fn of_files(sides: &BTreeMap<Box<str>, Option<Millis>>) -> Result<Chosen, String> {
    let [candidate, baseline] = SIDES_OF_FILES;
    match [baseline, candidate].into_iter().find(|side| !sides.contains_key(*side)) {
        Some(side) => Err(format!("the files of the {side} have no request that was asked for")),
        None => Ok(Chosen { baseline: baseline.to_owned(), candidate: candidate.to_owned() }),
    }
}

/// Those that were asked for; where one was not, the other of two. Of two, the baseline is the one that was there first.
///
/// # Errors
/// When it is not clear which two, or one of them is not there.
pub(crate) fn choose(
    member: &str,
    sides: &BTreeMap<Box<str>, Option<Millis>>,
    baseline: Option<&str>,
    candidate: Option<&str>,
) -> Result<Chosen, String> {
    let known = sides.keys().map(|side| shown(side)).collect::<Vec<_>>().join(", ");
    if let Some(missing) = [baseline, candidate].into_iter().flatten().find(|side| !sides.contains_key(*side)) {
        return Err(format!("no request has {member} {}: there are {known}", one_line(missing)));
    }
    let mut by_time: Vec<&str> = sides.keys().map(|side| &**side).collect();
    // Those without a time are told apart by their names: `1.10` is after `1.9` in neither case.
    by_time.sort_by_key(|side| (sides[*side], *side));
    let other = |of: &str| match by_time.iter().filter(|side| **side != of).collect::<Vec<_>>().as_slice() {
        [other] => Ok((**other).to_owned()),
        [] => Err(format!("all requests have {member} {}, so there is nothing to compare it with", shown(of))),
        _ => Err(format!("{member} has more than two values: say which, by --baseline and --candidate: {known}")),
    };
    match (baseline, candidate, by_time.as_slice()) {
        (Some(baseline), Some(candidate), _) if baseline == candidate => {
            Err(format!("{member} {} would be compared with itself", shown(baseline)))
        }
        (Some(baseline), Some(candidate), _) => {
            Ok(Chosen { baseline: baseline.to_owned(), candidate: candidate.to_owned() })
        }
        (Some(baseline), None, _) => Ok(Chosen { baseline: baseline.to_owned(), candidate: other(baseline)? }),
        (None, Some(candidate), _) => Ok(Chosen { baseline: other(candidate)?, candidate: candidate.to_owned() }),
        (None, None, []) => Err("there is no request that was asked for".to_owned()),
        (None, None, [first, ..]) => Ok(Chosen { candidate: other(first)?, baseline: (*first).to_owned() }),
    }
}

fn shown(side: &str) -> String {
    if side.is_empty() { "(none)".to_owned() } else { one_line(side).into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(all: &[(&str, i64)]) -> BTreeMap<Box<str>, Option<Millis>> {
        all.iter().map(|(side, at)| ((*side).into(), Some(*at))).collect()
    }

    fn chosen(all: &[(&str, i64)], baseline: Option<&str>, candidate: Option<&str>) -> Result<String, String> {
        choose("version", &sides(all), baseline, candidate).map(|both| both.baseline + " " + &both.candidate)
    }

    #[test]
    fn of_two_the_one_that_was_there_first_is_the_baseline() {
        assert_eq!(chosen(&[("1.10", 5), ("1.9", 3)], None, None).unwrap(), "1.9 1.10");
        assert_eq!(chosen(&[("1", 1), ("2", 2)], Some("2"), None).unwrap(), "2 1");
        assert_eq!(chosen(&[("1", 1), ("2", 2)], None, Some("1")).unwrap(), "2 1");
        assert_eq!(chosen(&[("1", 1), ("2", 2), ("3", 3)], Some("1"), Some("3")).unwrap(), "1 3");
    }

    #[test]
    fn where_it_is_not_clear_which_two_it_is_said() {
        let wrong = |all: &[(&str, i64)], baseline, candidate| chosen(all, baseline, candidate).unwrap_err();
        assert_eq!(wrong(&[], None, None), "there is no request that was asked for");
        assert!(wrong(&[("1", 1)], None, None).starts_with("all requests have version 1, so"));
        assert!(wrong(&[("", 1)], None, None).starts_with("all requests have version (none), so"));
        assert!(wrong(&[("1", 1), ("2", 2), ("3", 3)], None, None).ends_with("--candidate: 1, 2, 3"));
        assert!(wrong(&[("1", 1), ("2", 2), ("3", 3)], Some("2"), None).contains("more than two"));
        assert_eq!(wrong(&[("1", 1), ("2", 2)], Some("1"), Some("1")), "version 1 would be compared with itself");
        assert_eq!(wrong(&[("1", 1), ("2", 2)], Some("3"), None), "no request has version 3: there are 1, 2");
    }

    #[test]
    fn sets_of_files_must_both_have_requests() {
        assert_eq!(of_files(&sides(&[("baseline", 1), ("candidate", 2)])).unwrap().baseline, "baseline");
        assert!(of_files(&sides(&[("candidate", 2)])).unwrap_err().contains("of the baseline"));
        assert!(of_files(&sides(&[("baseline", 2)])).unwrap_err().contains("of the candidate"));
    }
}
