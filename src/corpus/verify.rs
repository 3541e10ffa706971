//! Trust, tested: every record of an output read and checked, and a sample of them computed again.

use super::error::CorpusError;
use super::summary::Summary;
use crate::article::Article;
use crate::formats::{FormatError, StoredReader, to_json};
use crate::pipeline::Pipeline;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::Path;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// Records read, whose schema, offsets and own texts were checked.
    pub records: u64,
    /// Records computed again.
    pub recomputed: u64,
    /// What is wrong, with the record it is wrong in.
    pub faults: Vec<String>,
}

/// Faults that are told one by one.
const FAULTS: usize = 100;

/// Checks the output at `path` and computes `sample` of its records again, drawn with `seed`.
///
/// # Errors
/// A file that cannot be read; what is wrong with its records is in the result.
pub fn verify(pipeline: &Pipeline, path: &Path, sample: usize, seed: u64) -> Result<Verified, CorpusError> {
    let mut verified = Verified::default();
    let mut drawn: Vec<(u64, crate::formats::Stored)> = Vec::new();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let fault = |verified: &mut Verified, text: String| {
        if verified.faults.len() < FAULTS {
            verified.faults.push(text);
        }
    };
    for stored in StoredReader::open(path)? {
        let number = verified.records;
        verified.records += 1;
        let stored = match stored {
            Ok(stored) => stored,
            Err(e @ FormatError::Read { .. }) => return Err(e.into()),
            Err(e) => {
                fault(&mut verified, e.to_string());
                continue;
            }
        };
        let id = &stored.annotation.id;
        if !stored.canonical {
            fault(&mut verified, format!("article {id:?} is not as dixit writes it"));
        }
        match stored.annotation.coverage {
            Some(coverage) if coverage.read == coverage.tokens => {}
            Some(coverage) => fault(
                &mut verified,
                format!(
                    "article {id:?}: {} of {} tokens were read",
                    coverage.read, coverage.tokens
                ),
            ),
            None => fault(
                &mut verified,
                format!("article {id:?} does not say what was read"),
            ),
        }
        // Algorithm R (Vitter 1985): every record is drawn with the same probability.
        if drawn.len() < sample {
            drawn.push((number, stored));
        } else {
            let at = random.random_range(0..=number);
            if let Some(place) = usize::try_from(at).ok().and_then(|at| drawn.get_mut(at)) {
                *place = (number, stored);
            }
        }
    }
    match Summary::beside(path) {
        Ok(summary) if summary.counts.articles != verified.records => {
            let (there, said) = (verified.records, summary.counts.articles);
            fault(
                &mut verified,
                format!("there are {there} records, the summary says {said}"),
            );
        }
        Ok(_) | Err(CorpusError::Read { .. }) => {}
        Err(e) => fault(&mut verified, e.to_string()),
    }
    let provenance = pipeline.provenance();
    drawn.sort_by_key(|(number, _)| *number);
    for (_, stored) in drawn {
        let old = &stored.annotation;
        let id = &old.id;
        match &old.provenance {
            Some(made) if *made == provenance => {}
            Some(made) => {
                fault(
                    &mut verified,
                    format!(
                        "article {id:?} was made by {} {} (dixit {}, model {}), which is not what runs here: {} {} (dixit {}, model {})",
                        made.model,
                        made.engine,
                        made.dixit,
                        short(&made.model_sha256),
                        provenance.model,
                        provenance.engine,
                        provenance.dixit,
                        short(&provenance.model_sha256)
                    ),
                );
                continue;
            }
            None => {
                fault(&mut verified, format!("article {id:?} does not say what made it"));
                continue;
            }
        }
        let again = pipeline.annotate(&Article {
            id: old.id.clone(),
            text: old.text.clone(),
            meta: old.meta.clone(),
        })?;
        verified.recomputed += 1;
        if to_json(&again, stored.unit, false)? != to_json(old, stored.unit, false)? {
            fault(
                &mut verified,
                format!("article {id:?} comes out differently when computed again"),
            );
        }
    }
    Ok(verified)
}

fn short(sha256: &str) -> &str {
    sha256.get(..12).unwrap_or(sha256)
}
