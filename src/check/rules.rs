//! Business rules in CEL.
