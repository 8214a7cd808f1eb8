//! The page, asked as a framework asks it.

mod service;
mod views;
