//! Brings the application's own spans and events, and sqlx's queries, into the record of their request.
