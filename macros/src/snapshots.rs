//! Expansions, pretty-printed and compared with committed files.
