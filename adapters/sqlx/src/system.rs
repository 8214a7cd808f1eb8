//! OpenTelemetry's names of databases: `db.system.name`.

use sqlx::Database;

/// The system of a pool; for a pool of `Any`, the one behind it.
pub(crate) fn of_pool<DB: Database>(pool: &sqlx::Pool<DB>) -> &'static str {
    #[cfg(feature = "any")]
    {
        let options: &dyn std::any::Any = &*pool.connect_options();
        if let Some(options) = options.downcast_ref::<sqlx::any::AnyConnectOptions>() {
            return by_scheme(options.database_url.scheme());
        }
    }
    let _ = pool;
    of_database::<DB>()
}

/// The system of a database of sqlx.
pub(crate) fn of_database<DB: Database>() -> &'static str {
    DB::URL_SCHEMES.first().map_or(UNKNOWN, |scheme| by_scheme(scheme))
}

/// What the conventions say for a relational database that they do not list.
const UNKNOWN: &str = "other_sql";

fn by_scheme(scheme: &str) -> &'static str {
    match scheme {
        "postgres" | "postgresql" => "postgresql",
        "sqlite" => "sqlite",
        "mysql" => "mysql",
        "mariadb" => "mariadb",
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_have_the_names_of_the_conventions() {
        assert_eq!(of_database::<sqlx::Sqlite>(), "sqlite");
        assert_eq!(
            ["postgres", "mysql", "mariadb", "cockroach"].map(by_scheme),
            ["postgresql", "mysql", "mariadb", UNKNOWN]
        );
    }
}
