//! From spans and sentence classes to entities, attributions, speakers, claims and countries: pure functions that
//! know nothing of engines, windows or tensors.

mod attributions;
mod claims;
mod consistency;
mod countries;
mod entities;
mod quotation;
mod roles;
mod sources;
mod speakers;
mod targets;

pub use attributions::attributions;
pub use claims::{ClaimInput, claims};
pub use consistency::{agree, complete};
pub use countries::{Gazetteer, ranked};
pub use entities::entities;
pub use speakers::Speakers;
