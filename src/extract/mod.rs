//! From spans and sentence classes to entities, attributions, speakers, claims and countries: pure functions that
//! know nothing of engines, windows or tensors.

mod acting;
mod attributions;
mod candidates;
mod cast;
mod claims;
mod completion;
mod consistency;
mod countries;
mod described;
mod entities;
mod fitting;
mod homes;
mod lessons;
#[cfg(any(test, feature = "libtorch"))]
mod mentions;
mod names;
mod offices;
mod places;
mod pointing;
mod quotation;
mod rankings;
mod roles;
mod scene;
mod sources;
mod speakers;
mod targets;
mod title_runs;
mod titles;

pub use acting::acting;
pub use attributions::attributions;
pub use claims::{Choice, ClaimInput, Claims, Subject, claims};
pub use consistency::{agree, complete};
pub use countries::{Gazetteer, ranked};
pub use entities::entities;
pub use fitting::{Example, fit};
pub use lessons::lessons;
#[cfg(feature = "libtorch")]
pub(crate) use mentions::Mentions;
pub use places::locate;
pub use rankings::{Candidate, Feature, Rankings};
