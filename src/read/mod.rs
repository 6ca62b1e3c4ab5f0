//! Input files: recognised by content, cut into record-aligned blocks.
