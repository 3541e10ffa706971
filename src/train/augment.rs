//! Windows read in another case, so that headlines in capitals and careless lower case are known too. As the
//! vocabulary is uncased, only the word shapes change.

use super::config::TrainFile;
use crate::model::{Shape, Window};
use rand::Rng;

/// The window as it is, or at the file's shares in lower case or in capitals.
pub(super) fn recased(window: &Window, file: &TrainFile, rng: &mut impl Rng) -> Window {
    let mut window = window.clone();
    let at: f64 = rng.random();
    let recase = if at < file.lower {
        Shape::lowered
    } else if at < file.lower + file.upper {
        Shape::raised
    } else {
        return window;
    };
    for shape in &mut window.shapes {
        *shape = recase(*shape);
    }
    window
}
