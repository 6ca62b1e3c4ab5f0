//! Problems in plain words: one table for screen, command line and export.
