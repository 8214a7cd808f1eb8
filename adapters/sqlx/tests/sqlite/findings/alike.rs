//! What tells two queries apart, and what is kept of it.

use sqlx::sqlite::SqliteArguments;
use sqlx::{Arguments as _, Encode, Sqlite, Type};
use tachograph_core::FindingKind::{DuplicateQuery, NPlusOne};
use tachograph_core::testing::Instance;
use tachograph_core::{ManualClock, Record};

use super::{NAME, found, instance};
use crate::Database;

const BOTH: &str = "SELECT ? AS one, ? AS other";

async fn asked(arguments: [SqliteArguments; 5]) -> Record {
    let database = Database::new(1).await;
    let asking = async {
        for arguments in arguments {
            sqlx::query_with(BOTH, arguments).fetch_one(&database.pool).await.unwrap();
        }
    };
    instance().record(asking).await.1
}

fn two<'q, T, U>(one: T, other: U) -> SqliteArguments
where
    T: Encode<'q, Sqlite> + Type<Sqlite>,
    U: Encode<'q, Sqlite> + Type<Sqlite>,
{
    let mut arguments = SqliteArguments::default();
    arguments.add(one).unwrap();
    arguments.add(other).unwrap();
    arguments
}

#[tokio::test]
async fn null_types_and_where_a_value_stands_make_a_difference() {
    let null = None::<i64>;
    let all = [two(null, 1), two(1, null), two("1", null), two(vec![49_u8], null), two(1.0, null)];
    assert_eq!(found(&asked(all).await), [(NPlusOne, 5, Some(5))]);
    let same = || two("\"", vec![0_u8, 255]);
    assert_eq!(found(&asked([same(), same(), same(), same(), same()]).await), [(DuplicateQuery, 5, Some(1))]);
}

#[tokio::test]
async fn what_is_too_long_to_be_compared_is_not_called_a_duplicate() {
    let database = Database::new(1).await;
    let found_of = async |sql: &'static str, lengths: [usize; 5]| {
        let asking = async {
            for length in lengths {
                sqlx::query(sql).bind(vec![0_u8; length]).fetch_one(&database.pool).await.unwrap();
            }
        };
        found(&instance().record(asking).await.1)
    };
    // They begin alike.
    assert_eq!(found_of("SELECT ? AS long", [3_000, 4_000, 5_000, 6_000, 7_000]).await, [(NPlusOne, 5, None)]);
    assert_eq!(found_of("SELECT ? AS mixed", [1, 2, 6_000, 3, 4]).await, [(NPlusOne, 5, Some(2))]);
    let short = [3; 5];
    assert_eq!(found_of("SELECT ? AS long", short).await, [(NPlusOne, 5, None)], "it is not tried again");
    assert_eq!(found_of("SELECT ? AS short", short).await, [(DuplicateQuery, 5, Some(1))]);
}

#[tokio::test]
async fn of_the_values_nothing_is_kept() {
    let database = Database::new(1).await;
    let (_, record) = instance()
        .record(async {
            for number in 0..6 {
                let word = format!("hunter{number}");
                let bytes = word.clone().into_bytes();
                let row: (String, Vec<u8>) =
                    sqlx::query_as(BOTH).bind(&word).bind(&bytes).fetch_one(&database.pool).await.unwrap();
                assert_eq!(row, (word, bytes));
            }
        })
        .await;
    assert_eq!(found(&record), [(NPlusOne, 6, Some(6))]);
    let everything = format!("{record:?} {:?} {:?} {:?}", record.findings(), record.calls(), record.verdict());
    // As text, and as the bytes of `hunter`.
    assert!(!everything.contains("hunter") && !everything.contains("104, 117"), "{everything}");
}

/// Where not every call is looked at, as in tests, but only those that ask again.
#[tokio::test]
async fn a_service_looks_at_the_values_from_the_second_time_on() {
    let database = Database::new(1).await;
    let asked = async |ids: [i64; 5]| {
        let asking = async {
            for id in ids {
                sqlx::query(NAME).bind(id).fetch_optional(&database.pool).await.unwrap();
            }
        };
        found(&Instance::with_clock(ManualClock::new()).record(asking).await.1)
    };
    assert_eq!(asked([1, 2, 3, 4, 5]).await, [(NPlusOne, 5, Some(4))]);
    assert_eq!(asked([1; 5]).await, [(DuplicateQuery, 5, Some(1))]);
    assert_eq!(asked([7, 1, 1, 1, 1]).await, [(DuplicateQuery, 5, Some(1))], "nobody has looked at the first");
}

/// A value whose encoding fails after it has written something.
struct Broken;

impl Type<Sqlite> for Broken {
    fn type_info() -> sqlx::sqlite::SqliteTypeInfo {
        <i64 as Type<Sqlite>>::type_info()
    }
}

impl Encode<'_, Sqlite> for Broken {
    fn encode_by_ref(
        &self,
        _: &mut <Sqlite as sqlx::Database>::ArgumentBuffer,
    ) -> Result<sqlx::encode::IsNull, sqlx::error::BoxDynError> {
        Err("it cannot be encoded".into())
    }
}

#[tokio::test]
async fn values_that_cannot_be_encoded_are_unknown() {
    let database = Database::new(1).await;
    let (_, record) = instance()
        .record(async {
            for _ in 0..5 {
                sqlx::query(NAME).bind(Broken).fetch_all(&database.pool).await.unwrap_err();
            }
        })
        .await;
    assert_eq!((record.database().errors(), found(&record)), (5, vec![(NPlusOne, 5, None)]));
}
