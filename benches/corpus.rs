//! How much of the engine's speed is left to a corpus run: the same windows, on the same threads, through the engine
//! alone and through `dixit batch`'s runner.
//!
//! `cargo bench --bench corpus -- [MODEL [ARTICLES [THREADS]]]`

use dixit::corpus::{Batch, Input, OutputOptions, ReadOptions};
use dixit::engine::Engine;
use dixit::engine::native::{Native, Precision};
use dixit::formats::OffsetUnit;
use dixit::model::{Model, Window, pack, windows};
use dixit::pipeline::{BATCH_TOKENS, Pipeline};
use dixit::text::segment;
use serde_json::json;
use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Each way is run this often, in turn; the median counts.
const ROUNDS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = arguments.next().map_or(root.join("models/news-en"), Into::into);
    let count = arguments.next().map_or(Ok(500), |a| a.parse())?;
    let threads = arguments.next().map_or(Ok(2), |a| a.parse())?;
    let model = Model::load(&folder)?;
    let texts = texts(root, count)?;
    let all = texts
        .iter()
        .map(|text| windows(&model.tokenizer, text, &segment(text), model.config.dixit.window))
        .collect::<Result<Vec<_>, _>>()?
        .concat();
    let engine = Native::load(&model, Precision::Int8, threads)?;
    let place = tempfile::tempdir()?;
    let lines: String = (texts.iter().enumerate())
        .map(|(id, text)| json!({ "id": id, "text": text }).to_string() + "\n")
        .collect();
    std::fs::write(place.path().join("in.jsonl"), lines)?;
    let pipeline = Pipeline::with(
        Model::load(&folder)?,
        Box::new(Native::load(&model, Precision::Int8, threads)?),
    );
    let (mut alone, mut batch) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        alone.push(engine_alone(&engine, &all, threads));
        batch.push(run(&pipeline, place.path(), threads)?);
    }
    let (alone, batch) = (median(alone), median(batch));
    println!(
        "{} articles in {} windows on {threads} threads",
        texts.len(),
        all.len()
    );
    println!(
        "engine alone {alone:.2} s, batch {batch:.2} s: {:.1} %",
        100.0 * alone / batch
    );
    Ok(())
}

/// Texts of the sample articles' paragraphs, each different.
fn texts(root: &Path, count: usize) -> Result<Vec<String>, Box<dyn Error>> {
    let mut paragraphs = Vec::new();
    for name in ["briefing", "conference", "regulator"] {
        let text = std::fs::read_to_string(root.join(format!("data/articles/{name}.txt")))?;
        paragraphs.extend(text.split("\n\n").map(str::to_owned));
    }
    let text = |number: usize| {
        let chosen = (0..2 + number * 7 % 20).map(|i| &paragraphs[(number * 5 + i * 3) % paragraphs.len()]);
        chosen.fold(format!("Report {number}"), |text, paragraph| {
            text + "\n\n" + paragraph
        })
    };
    Ok((0..count).map(text).collect())
}

fn engine_alone(engine: &Native, windows: &[Window], threads: usize) -> f64 {
    let borrowed: Vec<&Window> = windows.iter().collect();
    let batches: Vec<Vec<Window>> = pack(&borrowed, BATCH_TOKENS)
        .into_iter()
        .map(|batch| batch.into_iter().map(|index| windows[index].clone()).collect())
        .collect();
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let pool = rayon::ThreadPoolBuilder::new()
                    .num_threads(1)
                    .use_current_thread();
                let _pool = pool.build().expect("a thread of one's own");
                while let Some(batch) = batches.get(next.fetch_add(1, Ordering::Relaxed)) {
                    engine.encode(batch).expect("the engine works");
                }
            });
        }
    });
    begun.elapsed().as_secs_f64()
}

fn run(pipeline: &Pipeline, place: &Path, threads: usize) -> Result<f64, Box<dyn Error>> {
    let input = Input::new(vec![place.join("in.jsonl")], ReadOptions::default())?;
    let output = OutputOptions::new(place.join("out.jsonl"), OffsetUnit::default(), None)?;
    let batch = Batch {
        pipeline,
        input: &input,
        output: &output,
        shard: None,
        max_article_bytes: usize::MAX,
        max_rejects: None,
        threads,
        batch_tokens: BATCH_TOKENS,
        force: true,
    };
    let begun = Instant::now();
    batch.run(&mut |_| {})?;
    Ok(begun.elapsed().as_secs_f64())
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
