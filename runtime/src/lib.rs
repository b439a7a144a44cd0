//! Declare once, derive the rest.
#![no_std]
