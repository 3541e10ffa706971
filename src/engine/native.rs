//! The default engine.
