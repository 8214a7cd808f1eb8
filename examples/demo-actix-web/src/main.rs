//! The demonstration on actix-web.

fn main() {}
