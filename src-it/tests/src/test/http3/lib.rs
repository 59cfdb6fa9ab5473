//! Only so that a shared library comes of it.
pub use quiche_crate::*;
