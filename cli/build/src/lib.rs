//! Scan, lint, export.
