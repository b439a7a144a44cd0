//! The protected resource metadata document.
