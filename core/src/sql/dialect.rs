//! Whose rules a statement is read by.

/// The database that a statement is for, as far as it matters for where its literals are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// It is not known: what could be a literal in any of the others is treated as one.
    Any,
    PostgreSql,
    /// MariaDB reads alike.
    MySql,
    Sqlite,
}

impl Dialect {
    /// That of OpenTelemetry's `db.system.name`.
    pub(crate) fn of(system: &str) -> Self {
        match system {
            "postgresql" => Dialect::PostgreSql,
            "mysql" | "mariadb" => Dialect::MySql,
            "sqlite" => Dialect::Sqlite,
            _ => Dialect::Any,
        }
    }
}
