//! certify.
