//! The demonstration's handlers, shared by every framework.
