//! What the commands that score have in common: reading their files, which entities count, and what can be done about
//! files that do not fit together.

use clap::ValueEnum;
use dixit::annotation::Annotation;
use dixit::evaluation::{Allow, Bootstrap, Check, EvaluationError, Options, Side, read_fixtures};
use dixit::formats::AnnotatedReader;
use std::collections::HashMap;
use std::error::Error;
use std::path::{Path, PathBuf};

/// Which entities count, how intervals are drawn, and what is let pass.
#[derive(clap::Args)]
pub(super) struct ScoringArgs {
    /// Count one entity label as another, on both sides
    #[arg(long, value_name = "FROM=TO", value_parser = merge)]
    merge: Vec<(String, String)>,
    /// Score these entity labels only, after merging
    #[arg(long, value_name = "LABEL,…", value_delimiter = ',')]
    labels: Option<Vec<String>>,
    /// Bootstrap draws behind each interval; 0 for no intervals
    #[arg(long, value_name = "N", default_value_t = Bootstrap::default().draws,
          value_parser = clap::value_parser!(u32).range(..=1_000_000))]
    draws: u32,
    /// Seed of the draws
    #[arg(long, value_name = "N", default_value_t = Bootstrap::default().seed)]
    seed: u64,
    /// Let pass what is an error otherwise
    #[arg(long, value_enum, value_name = "WHAT,…", value_delimiter = ',')]
    allow: Vec<Allowed>,
    /// Pass over documents that only one of the files has
    #[arg(long)]
    ignore_missing: bool,
    /// Pass over documents whose text differs between the files
    #[arg(long)]
    ignore_differing: bool,
}

/// What may be let pass.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Allowed {
    /// Entities that overlap: each is scored
    Overlaps,
    /// Entities that are listed twice: they count once
    Duplicates,
    /// Labels that gold does not have: each is wrong
    Labels,
}

impl ScoringArgs {
    pub(super) fn options(&self) -> Options {
        Options {
            merge: self.merge.iter().cloned().collect(),
            labels: self
                .labels
                .as_ref()
                .map(|labels| labels.iter().cloned().collect()),
            bootstrap: Bootstrap {
                draws: self.draws,
                seed: self.seed,
            },
            ignore_missing: self.ignore_missing,
            ignore_differing: self.ignore_differing,
            ..Options::default()
        }
    }

    pub(super) fn allow(&self) -> Allow {
        let allows = |what| self.allow.contains(&what);
        Allow {
            overlaps: allows(Allowed::Overlaps),
            duplicates: allows(Allowed::Duplicates),
            labels: allows(Allowed::Labels),
        }
    }
}

/// Where the articles of one side stand.
#[derive(Default)]
pub(super) struct Places {
    path: PathBuf,
    /// Line by id; of an id that occurs twice, the second.
    lines: HashMap<String, usize>,
}

impl Places {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            lines: HashMap::new(),
        }
    }

    pub(super) fn add(&mut self, id: &str, line: usize) {
        self.lines.insert(id.to_owned(), line);
    }
}

/// The articles of a file, where they stand in it, and how it was read.
pub(super) struct Articles {
    pub(super) annotations: Vec<Annotation>,
    pub(super) places: Places,
    pub(super) notes: Vec<String>,
}

/// Reads the articles of a file, or of a folder of hand-labelled ones (NAME.txt with NAME.json).
pub(super) fn open(path: &Path) -> Result<Articles, Box<dyn Error>> {
    if !path.is_dir() {
        return read(path, AnnotatedReader::open(path)?);
    }
    let annotations = read_fixtures(path).map_err(|errors| {
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        lines.join("\nerror: ")
    })?;
    Ok(Articles {
        annotations,
        places: Places::new(path),
        notes: Vec::new(),
    })
}

/// Reads all articles.
pub(super) fn read(path: &Path, mut reader: AnnotatedReader) -> Result<Articles, Box<dyn Error>> {
    let mut side = Articles {
        annotations: Vec::new(),
        places: Places::new(path),
        notes: reader.notes().to_vec(),
    };
    while let Some(annotation) = reader.next() {
        let annotation = annotation?;
        side.places.add(&annotation.id, reader.line());
        side.annotations.push(annotation);
    }
    Ok(side)
}

/// Reads gold and predictions and looks through them.
pub(super) fn check(
    gold: &Articles,
    predicted: &Articles,
    options: &Options,
    allow: Allow,
) -> Result<(), String> {
    let explain = |error| explain(&error, &gold.places, &predicted.places);
    let check = Check::new(&gold.annotations, options, allow).map_err(explain)?;
    (predicted.annotations.iter()).try_for_each(|annotation| check.predicted(annotation).map_err(explain))
}

/// Names files and line, and says what can be done.
pub(super) fn explain(error: &EvaluationError, gold: &Places, predicted: &Places) -> String {
    let place = error.article().and_then(|(side, id)| {
        let places = match side {
            Side::Gold => gold,
            Side::Predictions => predicted,
        };
        let line = places.lines.get(id)?;
        Some(format!("{}:{line}: ", places.path.display()))
    });
    let files = match predicted.path.as_os_str().is_empty() {
        true => format!("gold {}", gold.path.display()),
        false => format!(
            "gold {}, predictions {}",
            gold.path.display(),
            predicted.path.display()
        ),
    };
    format!(
        "{}{error} ({files}); {}",
        place.unwrap_or_default(),
        remedy(error)
    )
}

fn remedy(error: &EvaluationError) -> &'static str {
    match error {
        EvaluationError::Missing { .. } => "--ignore-missing passes over them",
        EvaluationError::Text { .. } => {
            "predict on the gold's own text, or pass over it with --ignore-differing"
        }
        EvaluationError::Duplicate { .. } => "give each document an id of its own",
        EvaluationError::Field { .. } => "name one of these with --slice",
        EvaluationError::Twice { .. } => "remove one, or count it once with --allow duplicates",
        EvaluationError::Overlap { .. } => "keep one of them, or score each with --allow overlaps",
        EvaluationError::Label { .. } => {
            "count it as one of these with --merge, leave it out with --labels, or count it as wrong with --allow labels"
        }
        _ => "are these the right files?",
    }
}

fn merge(argument: &str) -> Result<(String, String), String> {
    match argument.split_once('=') {
        Some((from, to)) if !from.is_empty() && !to.is_empty() => Ok((from.to_owned(), to.to_owned())),
        _ => Err("FROM=TO is expected, such as COUNTRY=LOC".to_owned()),
    }
}
