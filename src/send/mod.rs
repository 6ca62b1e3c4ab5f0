//! Destinations: one file a kind. Knows nothing of the workspace.
