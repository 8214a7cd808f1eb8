//! `#[sqlx::test]`: a database for each test, with this package's migrations.

use sqlx::SqlitePool;
use tachograph::sqlx::Measured;
use tachograph::testing;
use tachograph_budgets::store;

#[sqlx::test]
async fn queries_in_a_loop_fail_the_test(pool: SqlitePool) {
    let t = testing::instance();
    t.expect_findings();
    let (all, record) = t.record(store::one_by_one(&pool.measured("main"))).await;
    assert_eq!(all.unwrap().len(), 3);
    super::fails(&record, "the task `test`");
}

#[sqlx::test]
async fn one_query_passes(pool: SqlitePool) {
    let (all, record) = testing::instance().record(store::joined(&pool.measured("main"))).await;
    assert_eq!(all.unwrap().iter().map(|experiment| experiment.assignments).collect::<Vec<_>>(), [2, 1, 0]);
    super::passes(&record);
}
