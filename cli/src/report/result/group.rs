//! Which requests a row is about.

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::report::group::values;

/// Which requests a row is about: members and their values, none where the lines have no such member.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Group {
    members: Vec<(String, Option<String>)>,
    /// It stands for all that had no room.
    pub(crate) is_overflow: bool,
}

impl Group {
    pub(super) fn new(group_by: &[String], written: &str, is_overflow: bool) -> Self {
        let mut values = values(written);
        let value = |_: &String| values.next().filter(|value| !value.is_empty() && !is_overflow).map(str::to_owned);
        let values: Vec<_> = group_by.iter().map(value).collect();
        Group { members: group_by.iter().cloned().zip(values).collect(), is_overflow }
    }

    /// The values, in the order in which they were asked for.
    pub(crate) fn values(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.members.iter().map(|(member, value)| (member.as_str(), value.as_deref()))
    }
}

impl Serialize for Group {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (member, value) in &self.members {
            map.serialize_entry(member, value)?;
        }
        if self.is_overflow {
            map.serialize_entry("_overflow", &true)?;
        }
        map.end()
    }
}
