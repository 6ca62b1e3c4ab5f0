//! JSON Schema: compiling, checking, and choosing the closest problem of a union.
