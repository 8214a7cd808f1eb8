//! The page, asked as a framework asks it.

mod access;
mod kept;
mod live;
mod requests;
mod service;
mod versions;
mod views;
mod windows;
