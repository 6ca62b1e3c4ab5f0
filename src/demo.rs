//! The example: seeded customers of a legacy CRM as CSV bytes, broken in at least 25 ways. No IO.
