//! What the user asked for, after the keymap and before any page.
