//! Formats: how annotations are read and written, one file per format. Only here do byte offsets become code points
//! (or UTF-16 units, or bytes on request), and every span is checked on the way.

mod dixit;
mod error;
mod offsets;

pub use dixit::{DixitReader, parse_record};
pub use error::FormatError;
pub use offsets::{OffsetUnit, Offsets};
