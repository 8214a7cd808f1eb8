//! Texts that somebody may send, or write by mistake.

use fastrand::Rng;

/// What breaks JSON, lines, names, or those who count bytes for characters.
const PIECES: &[&str] = &[
    "\"",
    "\\",
    "\\u0000",
    "\0",
    "\n",
    "\r\n",
    "\t",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}",
    "\u{fffd}",
    "\u{ffff}",
    "\u{10ffff}",
    "e\u{301}",
    "ä",
    "Ω",
    "Ё",
    "א",
    "ع",
    "ก็",
    "中文",
    "한국어",
    "𠀀",
    "😀",
    "👨‍👩‍👧",
    "{",
    "}",
    "[",
    "]",
    "{\"format\":\"json\",\"version\":1}\n",
    "</script>",
    "<T>",
    "'; DROP TABLE x; --",
    "%00",
    "?a=b&c=d",
    "${x}",
    "..",
    "/",
    ":",
    "::",
    ";",
    "=",
    "a",
    "Experiment",
    "null",
    "NaN",
    "-1",
    "1e999",
    " ",
    "   ",
];

/// A text of any length, mostly a short one.
pub(super) fn any(rng: &mut Rng) -> String {
    match rng.u8(..100) {
        0..5 => String::new(),
        5..50 => word(rng).to_owned(),
        50..97 => pieces(rng, 8),
        97 => pieces(rng, 300),
        _ => long(rng),
    }
}

/// A text that somebody means.
pub(super) fn word<'a>(rng: &mut Rng) -> &'a str {
    let words =
        ["experiments", "partner.example:8443", "GET", "main", "load the report", "experiment_id", "redis", "[::1]:80"];
    rng.choice(words).unwrap_or_default()
}

/// A text that is longer than anything may be.
pub(super) fn long(rng: &mut Rng) -> String {
    let piece = rng.choice(PIECES).copied().unwrap_or("x");
    piece.repeat(rng.usize(1000..4_000) / piece.len())
}

fn pieces(rng: &mut Rng, most: usize) -> String {
    (0..rng.usize(1..most)).filter_map(|_| rng.choice(PIECES).copied()).collect()
}

/// A statement of SQL, or what is no SQL at all.
pub(super) fn sql(rng: &mut Rng) -> String {
    match rng.u8(..8) {
        0 => any(rng),
        1 if rng.bool() => format!("SELECT * FROM t WHERE a IN ({})", "'x', ".repeat(rng.usize(1..500))),
        2 => format!("INSERT INTO \"{}\" VALUES (1)", any(rng)),
        3 => "BEGIN".to_owned(),
        4 if rng.bool() => format!("SELECT {} FROM wide", "column_of_some_length, ".repeat(rng.usize(1..200))),
        _ => format!("SELECT name FROM experiments WHERE id = {} AND name = '{}'", rng.u32(..), any(rng)),
    }
}

/// JSON of any shape, flat or deep.
pub(super) fn json(rng: &mut Rng) -> serde_json::Value {
    let leaf = |rng: &mut Rng| match rng.u8(..6) {
        0 => serde_json::Value::Null,
        1 => rng.bool().into(),
        2 => rng.i64(..).into(),
        3 => (rng.f64() * 1e300).into(),
        _ => any(rng).into(),
    };
    let depth = if rng.u8(..20) == 0 { rng.usize(0..130) } else { rng.usize(0..5) };
    (0..depth).fold(leaf(rng), |inside, _| match rng.bool() {
        true => serde_json::json!([inside, leaf(rng)]),
        false => serde_json::json!({ any(rng): inside, "leaf": leaf(rng) }),
    })
}
