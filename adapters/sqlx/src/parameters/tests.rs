//! That different arguments are written differently, for each database; and that none are changed by it.

use std::fmt::Debug;
use std::hash::Hasher;

use sqlx::{Arguments, Database, Encode, Type};

use super::*;

/// Keeps what is written.
#[derive(Default)]
struct Written(Vec<u8>);

impl Hasher for Written {
    fn write(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    fn finish(&self) -> u64 {
        unreachable!("nobody asks")
    }
}

fn written<DB: Database>(arguments: &mut DB::Arguments) -> Option<Vec<u8>> {
    let mut written = Written::default();
    write::<DB>(arguments, &mut written).ok()?;
    Some(written.0)
}

fn one<DB: Database, T: Encode<'static, DB> + Type<DB>>(value: T) -> DB::Arguments {
    two(value, None::<T>)
}

/// The second, unless it is left out.
fn two<DB, T, U>(first: T, second: Option<U>) -> DB::Arguments
where
    DB: Database,
    T: Encode<'static, DB> + Type<DB>,
    U: Encode<'static, DB> + Type<DB>,
{
    let mut arguments = DB::Arguments::default();
    arguments.add(first).unwrap();
    if let Some(second) = second {
        arguments.add(second).unwrap();
    }
    arguments
}

/// Each is a value of its own, and has to be written like no other, but like itself.
fn all_differ<DB: Database>(make: impl Fn() -> Vec<DB::Arguments>) {
    let texts = |all: Vec<DB::Arguments>| -> Vec<Vec<u8>> {
        all.into_iter().map(|mut arguments| written::<DB>(&mut arguments).expect("they are short")).collect()
    };
    let (all, again) = (texts(make()), texts(make()));
    assert_eq!(all, again);
    for (at, one) in all.iter().enumerate() {
        for (other_at, other) in all.iter().enumerate().skip(at + 1) {
            assert_ne!(one, other, "{at} and {other_at}");
        }
    }
}

/// Of every type that all databases have.
fn common<DB>() -> Vec<DB::Arguments>
where
    DB: Database,
    i16: Encode<'static, DB> + Type<DB>,
    i32: Encode<'static, DB> + Type<DB>,
    i64: Encode<'static, DB> + Type<DB>,
    f32: Encode<'static, DB> + Type<DB>,
    f64: Encode<'static, DB> + Type<DB>,
    bool: Encode<'static, DB> + Type<DB>,
    String: Encode<'static, DB> + Type<DB>,
    Vec<u8>: Encode<'static, DB> + Type<DB>,
    Option<i64>: Encode<'static, DB> + Type<DB>,
    Option<String>: Encode<'static, DB> + Type<DB>,
{
    let text = |text: &str| text.to_owned();
    let mut all = vec![DB::Arguments::default()];
    all.extend([0, 1, -1, 256, i64::MAX, 4_607_182_418_800_017_408].map(one::<DB, i64>));
    all.extend([0.0, -0.0, 1.0, f64::INFINITY, 0.1 + 0.2, 0.3].map(one::<DB, f64>));
    all.extend(["", "1", "NULL", "a\"b", "a\\\"b", "a\nb", "a\\nb", "ä", "a\0", "a"].map(|a| one::<DB, _>(text(a))));
    all.extend([vec![], vec![1], vec![1, 0], vec![49]].map(one::<DB, Vec<u8>>));
    all.push(one::<DB, _>(None::<i64>));
    all.push(two::<DB, _, _>(None::<i64>, Some(1_i64)));
    all.push(two::<DB, _, _>(1_i64, Some(None::<i64>)));
    all.push(two::<DB, _, _>(None::<i64>, Some(None::<i64>)));
    all.push(two::<DB, _, _>(text("ab"), Some(text("c"))));
    all.push(two::<DB, _, _>(text("a"), Some(text("bc"))));
    all.push(two::<DB, _, _>(text("a\", \"b"), Some(text("c"))));
    all.push(two::<DB, _, _>(text("a"), Some(text("b\", \"c"))));
    all.push(two::<DB, _, _>(text("a"), Some(None::<String>)));
    all.push(two::<DB, _, _>(text("a"), Some(text(""))));
    all
}

fn unchanged<DB: Database>(mut arguments: DB::Arguments)
where
    DB::Arguments: Debug,
{
    let (before, length) = (format!("{arguments:?}"), arguments.len());
    written::<DB>(&mut arguments).unwrap();
    assert_eq!((format!("{arguments:?}"), arguments.len()), (before, length));
}

#[cfg(feature = "sqlite")]
#[test]
fn sqlite_tells_values_types_and_null_apart() {
    all_differ::<sqlx::Sqlite>(common::<sqlx::Sqlite>);
    common::<sqlx::Sqlite>().into_iter().for_each(unchanged::<sqlx::Sqlite>);
}

#[cfg(feature = "any")]
#[test]
fn any_tells_values_types_and_null_apart() {
    all_differ::<sqlx::Any>(|| {
        let mut all = common::<sqlx::Any>();
        all.extend([one::<sqlx::Any, _>(1_i16), one::<sqlx::Any, _>(1_i32), one::<sqlx::Any, _>(1.0_f32)]);
        all.extend([one::<sqlx::Any, _>(true), one::<sqlx::Any, _>(None::<String>)]);
        all
    });
}

#[cfg(feature = "mysql")]
#[test]
fn mysql_tells_values_types_and_null_apart() {
    all_differ::<sqlx::MySql>(|| {
        let mut all = common::<sqlx::MySql>();
        all.extend([one::<sqlx::MySql, _>(1_u64), one::<sqlx::MySql, _>(1_i32), one::<sqlx::MySql, _>(true)]);
        all.extend([one::<sqlx::MySql, _>(1.0_f32), one::<sqlx::MySql, _>(1_065_353_216_i32)]);
        all
    });
    common::<sqlx::MySql>().into_iter().for_each(unchanged::<sqlx::MySql>);
}

#[cfg(feature = "postgres")]
#[test]
fn postgres_tells_values_types_arrays_and_null_apart() {
    use sqlx::Postgres;
    use sqlx::postgres::types::PgInterval;
    all_differ::<Postgres>(|| {
        let mut all = common::<Postgres>();
        all.extend([one::<Postgres, _>(1_i16), one::<Postgres, _>(1_i32), one::<Postgres, _>(true)]);
        // The same four bytes.
        all.extend([one::<Postgres, _>(1.0_f32), one::<Postgres, _>(1_065_353_216_i32)]);
        all.push(one::<Postgres, _>(None::<String>));
        all.extend([vec![], vec![1], vec![1, 2], vec![2, 1]].map(one::<Postgres, Vec<i64>>));
        all.extend([vec![None], vec![Some(1), None], vec![None, Some(1)]].map(one::<Postgres, Vec<Option<i32>>>));
        all.extend([vec!["a,b"], vec!["a", "b"]].map(one::<Postgres, Vec<&'static str>>));
        all.push(one::<Postgres, _>(PgInterval { months: 1, days: 0, microseconds: 0 }));
        all.push(one::<Postgres, _>(PgInterval { months: 0, days: 1, microseconds: 0 }));
        all
    });
    common::<Postgres>().into_iter().for_each(unchanged::<Postgres>);
}

#[cfg(feature = "postgres")]
#[test]
fn postgres_tells_names_of_types_apart() {
    use sqlx::Postgres;
    struct Named(&'static str);
    impl Type<Postgres> for Named {
        fn type_info() -> sqlx::postgres::PgTypeInfo {
            sqlx::postgres::PgTypeInfo::with_name("named")
        }
    }
    impl Encode<'_, Postgres> for Named {
        fn produces(&self) -> Option<sqlx::postgres::PgTypeInfo> {
            Some(sqlx::postgres::PgTypeInfo::with_name(self.0))
        }

        fn encode_by_ref(
            &self,
            buffer: &mut sqlx::postgres::PgArgumentBuffer,
        ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
            buffer.extend_from_slice(b"red");
            Ok(sqlx::encode::IsNull::No)
        }
    }
    all_differ::<Postgres>(|| ["colour", "state", "buffer"].map(|name| one::<Postgres, _>(Named(name))).into());
}

#[cfg(feature = "postgres")]
#[test]
fn what_postgres_is_given_is_read_to_the_last_byte_however_long() {
    let of = |last: u8| {
        let mut long = vec![0; 1 << 20];
        *long.last_mut().unwrap() = last;
        one::<sqlx::Postgres, _>(long)
    };
    let written = |last| written::<sqlx::Postgres>(&mut of(last)).unwrap();
    assert_eq!(written(1), written(1));
    assert_ne!(written(1), written(2));
}

#[cfg(feature = "sqlite")]
#[test]
fn what_is_too_long_is_unknown_and_not_taken_for_what_begins_alike() {
    use sqlx::Sqlite;
    let text = |bytes: usize| written::<Sqlite>(&mut one::<Sqlite, _>("x".repeat(bytes)));
    assert!(text(8_000).is_some() && text(9_000).is_none());
    let blob = |bytes: usize| written::<Sqlite>(&mut one::<Sqlite, _>(vec![200; bytes]));
    assert!(blob(850).is_some() && blob(1_000).is_none());
}
