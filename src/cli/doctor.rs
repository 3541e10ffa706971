//! `dixit doctor`: says what is installed and whether it works.

use super::Outcome;
use super::engine::EngineArgs;
use super::output::say;
use dixit::article::Article;
use std::process::ExitCode;

/// A sentence of which every head has something to say.
const PROBE: &str =
    "The Norwegian foreign minister, Ida Lund, accused Nordsund Energi on Friday of hiding the spill.";

/// Shows version, model, engine, processor features and threads, and annotates one sentence as a check.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  dixit doctor\n  dixit doctor --model models/my-model --precision f32")]
pub(super) struct Args {
    #[command(flatten)]
    engine: EngineArgs,
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        say!("dixit      {}", env!("CARGO_PKG_VERSION"))?;
        say!(
            "features   {}",
            if cfg!(feature = "libtorch") {
                "libtorch"
            } else {
                "none"
            }
        )?;
        say!(
            "processor  {} {}",
            std::env::consts::ARCH,
            processor_features().join(" ")
        )?;
        say!("threads    {}", self.engine.threads())?;
        let folder = self.engine.model_folder()?;
        let pipeline = self.engine.load()?;
        let provenance = pipeline.provenance();
        say!("model      {} in {}", provenance.model, folder.display())?;
        say!("sha256     {}", provenance.model_sha256)?;
        say!(
            "labels     {}",
            pipeline.model().config.dixit.entity_labels.join(" ")
        )?;
        say!(
            "claims     {}",
            pipeline.model().config.dixit.claim_types.join(" ")
        )?;
        say!("engine     {}", provenance.engine)?;
        let annotation = pipeline.annotate(&Article::new("probe", PROBE))?;
        let entities = annotation.entities.map_or(0, |e| e.len());
        say!(
            "check      {entities} entities, {} claims in a probe sentence",
            annotation.claims.len()
        )?;
        Ok(if entities > 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// Instruction sets that the kernels look for.
#[cfg(target_arch = "x86_64")]
fn processor_features() -> Vec<&'static str> {
    [
        ("avx2", is_x86_feature_detected!("avx2")),
        ("fma", is_x86_feature_detected!("fma")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512vnni", is_x86_feature_detected!("avx512vnni")),
    ]
    .into_iter()
    .filter_map(|(name, found)| found.then_some(name))
    .collect()
}

#[cfg(not(target_arch = "x86_64"))]
fn processor_features() -> Vec<&'static str> {
    Vec::new()
}
