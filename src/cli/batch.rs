//! `dixit batch`: annotates a corpus.

use super::Outcome;
use super::annotate::Unit;
use super::engine::EngineArgs;
use super::output::say;
use super::summary;
use super::watch::Watch;
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use dixit::corpus::{
    Batch, Fields, Input, MAX_ARTICLE_BYTES, OutputOptions, READERS, ReadOptions, Shard, encoding,
};
use dixit::formats::TableFormat;
use dixit::pipeline::BATCH_TOKENS;
use std::error::Error;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

/// Annotates a corpus of any size, and loses nothing.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  dixit batch articles.jsonl.gz -o annotated.jsonl.zst
  dixit batch pages/ more.csv --text-field body -o annotated.parquet --tables
  zcat 2024-*.jsonl.gz | dixit batch - -o annotated.jsonl
  dixit batch articles.parquet --shard \"$SLURM_ARRAY_TASK_ID/16\" -o part-$SLURM_ARRAY_TASK_ID.jsonl

INPUT is a file, a folder, or - for JSON Lines on standard input. What a file holds is told by its name:
.txt and .html (an article per file), .jsonl, .csv, .tsv, .parquet (an article per record), each also
with .gz or .zst. Fields other than id and text become \"meta\" in the output. The id of a file is its
path below INPUT without endings, that of a record without one is file:line.

The output is in the order of the input and has the same bytes whatever threads and batches are used.
A run that was stopped in any way goes on where it stopped when the same command is given again; what it
has computed is kept in OUT.partial until OUT is there. Records that cannot be annotated go to
OUT.rejected.jsonl with their reasons, a summary to OUT.summary.json.

Exit codes: 0 all annotated, 1 failed, 2 usage, 3 some records were rejected.")]
pub(super) struct Args {
    /// Files and folders to annotate; `-` is standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// File to write: .jsonl, .jsonl.zst or .parquet
    #[arg(short, long, value_name = "OUT")]
    output: PathBuf,
    /// Overwrite the output, and discard what a run with another model or other options has computed
    #[arg(long)]
    force: bool,
    /// Field or column that holds the text
    #[arg(long, value_name = "NAME", default_value = "text")]
    text_field: String,
    /// Field or column that holds the id
    #[arg(long, value_name = "NAME", default_value = "id")]
    id_field: String,
    /// What all files hold, whatever their names
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(READERS.iter().map(|r| r.name)))]
    input_format: Option<String>,
    /// Character encoding of the input, such as windows-1252 [default: UTF-8 in records; found out for .txt and .html]
    #[arg(long, value_name = "LABEL", value_parser = known_encoding)]
    encoding: Option<String>,
    /// Write flat tables too: documents, entities, speakers, claims [default format: csv, or that of a Parquet OUT]
    #[arg(long, value_enum, value_name = "FORMAT", num_args = 0..=1, require_equals = true)]
    tables: Option<Option<TablesAs>>,
    /// Unit of the offsets
    #[arg(long, value_enum, default_value = "codepoint")]
    offset_unit: Unit,
    /// Do only the i-th of n parts of the input, drawn by the hash of the id; `dixit merge` puts them together
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Reject longer texts
    #[arg(long, value_name = "BYTES", default_value_t = MAX_ARTICLE_BYTES)]
    max_article_bytes: usize,
    /// Stop when more records than this are rejected
    #[arg(long, value_name = "N")]
    max_rejects: Option<u64>,
    /// Word pieces that go through the encoder together
    #[arg(long, value_name = "N", default_value_t = BATCH_TOKENS.try_into().unwrap_or(NonZeroUsize::MIN))]
    batch_tokens: NonZeroUsize,
    /// Show no progress
    #[arg(short, long)]
    quiet: bool,
    #[command(flatten)]
    engine: EngineArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum TablesAs {
    Csv,
    Parquet,
}

impl From<TablesAs> for TableFormat {
    fn from(tables: TablesAs) -> Self {
        match tables {
            TablesAs::Csv => Self::Csv,
            TablesAs::Parquet => Self::Parquet,
        }
    }
}

impl Args {
    pub(super) fn run(self) -> Outcome {
        let output = self.output()?;
        let input = Input::new(self.inputs.clone(), self.read_options())?;
        let pipeline = self.engine.load()?;
        let mut watch = Watch::new(self.quiet);
        let batch = Batch {
            pipeline: &pipeline,
            input: &input,
            output: &output,
            shard: self.shard,
            max_article_bytes: self.max_article_bytes,
            max_rejects: self.max_rejects,
            threads: self.engine.threads(),
            batch_tokens: self.batch_tokens.get(),
            force: self.force,
        };
        let result = batch.run(&mut |progress| watch.show(progress));
        watch.end();
        let summary = result?;
        say!("{}", summary::text(&summary, &output).trim_end())?;
        Ok(match summary.counts.rejected {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::from(3),
        })
    }

    fn read_options(&self) -> ReadOptions {
        ReadOptions {
            fields: Fields {
                text: self.text_field.clone(),
                id: self.id_field.clone(),
            },
            encoding: self.encoding.as_deref().and_then(encoding),
            kind: (self.input_format.as_deref())
                .and_then(|name| READERS.iter().find(|kind| kind.name == name)),
        }
    }

    fn output(&self) -> Result<OutputOptions, Box<dyn Error>> {
        let tables = self.tables.map(|format| match format {
            Some(format) => format.into(),
            None if self.output.extension().is_some_and(|e| e == "parquet") => TableFormat::Parquet,
            None => TableFormat::Csv,
        });
        Ok(OutputOptions::new(
            self.output.clone(),
            self.offset_unit.into(),
            tables,
        )?)
    }
}

fn known_encoding(label: &str) -> Result<String, String> {
    match encoding(label) {
        Some(_) => Ok(label.to_owned()),
        None => Err("not a label of the WHATWG Encoding Standard, such as windows-1252 or utf-16le".into()),
    }
}
