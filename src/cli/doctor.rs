//! `dixit doctor`: says what is installed and whether it works.

use super::Outcome;
use super::engine::EngineArgs;
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
        println!("dixit      {}", env!("CARGO_PKG_VERSION"));
        println!(
            "features   {}",
            if cfg!(feature = "libtorch") {
                "libtorch"
            } else {
                "none"
            }
        );
        println!(
            "processor  {} {}",
            std::env::consts::ARCH,
            processor_features().join(" ")
        );
        println!("threads    {}", self.engine.threads());
        let folder = self.engine.model_folder()?;
        let pipeline = self.engine.load()?;
        let provenance = pipeline.provenance();
        println!("model      {} in {}", provenance.model, folder.display());
        println!("sha256     {}", provenance.model_sha256);
        println!(
            "labels     {}",
            pipeline.model().config.dixit.entity_labels.join(" ")
        );
        println!(
            "claims     {}",
            pipeline.model().config.dixit.claim_types.join(" ")
        );
        println!("engine     {}", provenance.engine);
        let annotation = pipeline.annotate(&Article::new("probe", PROBE))?;
        let entities = annotation.entities.map_or(0, |e| e.len());
        println!(
            "check      {entities} entities, {} claims in a probe sentence",
            annotation.claims.len()
        );
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
