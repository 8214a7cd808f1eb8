//! Measures the requests of an actix-web application.
