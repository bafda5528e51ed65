//! The text of every statement, by name.
