//! Places of which nothing is found.

use crate::findings::Finding;

/// Places of which no finding is made. Each is a file (`src/orders.rs`), a line of one (`src/orders.rs:88`), the summary of
/// a statement (`SELECT orders`) or the target of a call (`partner.example`, whatever its port), or a span of the
/// application's (`price_lookup`).
///
/// ```
/// let silence = tachograph_core::Silence::new(["src/orders.rs:88", "SELECT orders"]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Silence(Vec<Box<str>>);

impl Silence {
    /// Of these places.
    pub fn new<P: AsRef<str>>(places: impl IntoIterator<Item = P>) -> Self {
        Silence(places.into_iter().map(|place| place.as_ref().into()).collect())
    }

    /// Whether nothing is to be found there.
    pub(crate) fn covers(&self, finding: &Finding) -> bool {
        self.0.iter().any(|place| {
            let operation = finding.operation();
            let by_name = operation.is_some_and(|asked| {
                asked.summary() == &**place || asked.target() == &**place || asked.host() == Some(&**place)
            });
            let by_span = finding.span() == Some(&**place);
            let by_place = || {
                let (file, line) = match place.rsplit_once(':').map(|(file, line)| (file, line.parse::<u32>())) {
                    Some((file, Ok(line))) => (file, Some(line)),
                    _ => (&**place, None),
                };
                finding.callsite().is_some_and(|callsite| {
                    is_end_of(callsite.file(), file) && line.is_none_or(|line| line == callsite.line())
                })
            };
            // While nobody knows the place, it may be this one: each start would be noisy else.
            let by_chance = || finding.is_unnamed && is_file(place);
            by_name || by_span || by_place() || by_chance()
        })
    }
}

/// Whether it names a file, or a line of one.
fn is_file(place: &str) -> bool {
    place.split(':').next().is_some_and(|file| file.ends_with(".rs"))
}

/// Whether a path ends with these components.
fn is_end_of(path: &str, end: &str) -> bool {
    path.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with(['/', '\\']))
}
