//! The arguments of PostgreSQL.
//!
//! sqlx keeps them as the bytes that it is going to send, each value behind its length (-1: NULL), and shows them to nobody
//! but to a value that is being added. So one is added that reads them and then refuses to be: sqlx takes back what it had
//! begun, as it does for everybody's `try_bind`. What it would show by `Debug` is the same, a number for each byte, which
//! takes twenty times as long.

use std::cell::RefCell;
use std::error::Error;
use std::fmt;
use std::hash::Hasher;
use std::sync::LazyLock;

use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgTypeInfo};
use sqlx::{Arguments as _, Encode, Postgres, Type};

use super::{Unknown, debug};

/// That it does take it back is asked once, of the sqlx that is compiled in: not on the service's queries.
static READABLE: LazyLock<bool> = LazyLock::new(|| {
    let mut arguments = PgArguments::default();
    let added = arguments.add(7_i64).is_ok() && arguments.add("seven").is_ok();
    let before = format!("{arguments:?}");
    let mut length = Length(0);
    read(&mut arguments, &mut length);
    // Two lengths and two values.
    added && length.0 >= 4 + 8 + 4 + 5 && format!("{arguments:?}") == before
});

pub(super) fn write(arguments: &mut PgArguments, hasher: &mut dyn Hasher) -> Result<(), Unknown> {
    if !*READABLE {
        return Err(Unknown);
    }
    // The same bytes can be two values, of different types.
    debug::write_before("buffer", arguments, hasher);
    read(arguments, hasher);
    Ok(())
}

fn read(arguments: &mut PgArguments, hasher: &mut dyn Hasher) {
    let _ = arguments.add(Reader(RefCell::new(hasher)));
}

/// A value that reads those before it.
struct Reader<'a>(RefCell<&'a mut dyn Hasher>);

impl Type<Postgres> for Reader<'_> {
    fn type_info() -> PgTypeInfo {
        <i64 as Type<Postgres>>::type_info()
    }
}

impl Encode<'_, Postgres> for Reader<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        self.0.borrow_mut().write(buffer);
        Err(Refused.into())
    }
}

/// Of no size, so that there is nothing to allocate.
#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("only read")
    }
}

impl Error for Refused {}

struct Length(usize);

impl Hasher for Length {
    fn write(&mut self, bytes: &[u8]) {
        self.0 += bytes.len();
    }

    fn finish(&self) -> u64 {
        self.0 as u64
    }
}
