//! `MODEL_CARD.md`: what a model learnt from, what it scores, and how to make it again (after Mitchell et al. 2019,
//! "Model Cards for Model Reporting"). All of it comes from the run itself.

use super::config::{TrainConfig, TrainFile};
use super::data::{Choices, Example};
use super::dev::Scored;
use crate::evaluation::{Figure, Report};
use std::fmt::Write;

/// Measures that the card shows; the full reports come from `dixit evaluate`.
const SHOWN: [&str; 6] = [
    "f1",
    "macro_f1",
    "accuracy",
    "quotation",
    "average_precision",
    "spurious",
];

/// The card of a finished run.
pub(super) fn card(config: &TrainConfig, files: &[Vec<Example>], scored: &[Scored]) -> String {
    let mut card = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut card, config, files, scored);
    card
}

fn write(
    card: &mut String,
    config: &TrainConfig,
    files: &[Vec<Example>],
    scored: &[Scored],
) -> std::fmt::Result {
    writeln!(
        card,
        "---\nlanguage: en\npipeline_tag: token-classification\n---\n"
    )?;
    writeln!(card, "# {}\n\n{}\n", config.name, config.about.trim())?;
    writeln!(card, "- Entities: {}", config.entity_labels.join(", "))?;
    writeln!(card, "- Claim types: {}", config.claim_types.join(", "))?;
    writeln!(card, "- Attributions: source, cue, content")?;
    writeln!(card, "- Check-worthiness: a probability per sentence\n")?;
    writeln!(card, "## Trained on\n")?;
    writeln!(
        card,
        "| file | windows | per epoch | teaches | licence as stated |"
    )?;
    writeln!(card, "| --- | ---: | ---: | --- | --- |")?;
    for (file, examples) in config.train.iter().zip(files) {
        writeln!(
            card,
            "| `{}` | {} | × {} | {} | {} |",
            file.name(),
            examples.len(),
            file.repeat,
            taught(examples),
            licence(file)
        )?;
    }
    writeln!(card, "\nNo text of these files is in this folder.\n")?;
    writeln!(card, "## Figures\n")?;
    writeln!(
        card,
        "From raw text through the whole program, on the development files; 95 % intervals by bootstrap over documents.\n"
    )?;
    writeln!(card, "| file | figure | value | interval | support |")?;
    writeln!(card, "| --- | --- | ---: | ---: | ---: |")?;
    for (name, report) in scored {
        for figure in shown(report) {
            let value = figure.value.map_or_else(|| "–".to_owned(), |v| format!("{v:.3}"));
            let interval = figure
                .interval
                .map_or_else(String::new, |i| format!("{:.3} – {:.3}", i.low, i.high));
            writeln!(
                card,
                "| `{name}` | {} | {value} | {interval} | {} |",
                figure.name, figure.support
            )?;
        }
    }
    writeln!(card, "\n## Limits\n\n{}\n", config.limits.trim())?;
    writeln!(
        card,
        "## Made with\n\n`dixit train` {} on rust-bert, from the encoder `{}`:",
        env!("CARGO_PKG_VERSION"),
        config.encoder_name()
    )?;
    writeln!(
        card,
        "{} epochs, {} pieces an update in windows of {}, peak rate {:e} (heads × {}), warm-up {}, weight decay {}, \
         clip {}, dropout {}, label smoothing {}, class weights to the power {}, passes in {}, share of the encoder's weights \
         kept {}, seed {}.",
        config.epochs,
        config.batch_pieces,
        config.window,
        config.learning_rate,
        config.head_rate,
        config.warmup,
        config.weight_decay,
        config.clip,
        config.dropout,
        config.label_smoothing,
        config.class_weight_power,
        config.precision.name(),
        config.keep,
        config.seed,
    )
}

/// The layers that a file's windows have.
fn taught(examples: &[Example]) -> String {
    fn some(tags: &Option<Vec<Choices>>) -> bool {
        tags.iter().flatten().any(|choices| *choices != 0)
    }
    let any = |has: fn(&Example) -> bool| examples.iter().any(has);
    let layers = [
        ("entities", any(|e| e.entities.is_some())),
        ("attributions", any(|e| e.attributions.is_some())),
        (
            "claim types",
            any(|e| e.sentences.iter().any(|s| s.claim_types != 0)),
        ),
        (
            "check-worthiness",
            any(|e| e.sentences.iter().any(|s| s.check_worthy.is_some())),
        ),
        (
            "speakers",
            any(|e| e.sentences.iter().any(|s| s.speaker.is_some())),
        ),
        ("targets", any(|e| e.sentences.iter().any(|s| s.target.is_some()))),
        ("titles", any(|e| some(&e.titles))),
        ("homes", any(|e| some(&e.homes))),
    ];
    let taught: Vec<&str> = layers
        .into_iter()
        .filter_map(|(name, has)| has.then_some(name))
        .collect();
    taught.join(", ")
}

fn licence(file: &TrainFile) -> &str {
    if file.licence.is_empty() {
        "not given"
    } else {
        &file.licence
    }
}

/// The figures of a report that the card shows.
pub(super) fn shown(report: &Report) -> impl Iterator<Item = &Figure> {
    report.all().filter(|f| SHOWN.contains(&f.measure))
}
