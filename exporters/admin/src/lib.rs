//! A listener of its own for what a service serves of itself.
