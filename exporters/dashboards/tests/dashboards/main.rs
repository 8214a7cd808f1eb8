//! What is made of settings, read as those read it for whom it is made.

mod grafana;
mod promql;
mod rules;
