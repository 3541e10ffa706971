//! Speed of the engine and of what stands around it: each measure is taken in turn, round after round, and the medians
//! count, as the speed of a machine drifts by more than what is to be told apart.
//!
//! `cargo bench --bench engine -- [alone | lengths | stages | cold]...`: all of them where none is named.
//!
//! `cargo bench --bench engine -- serve THREADS TEXTS.jsonl`: for `benches/peers/peers.py`. Writes a line with the windows
//! of the texts; then, for each line that it reads, does what the line says and writes the seconds it took: `engine` (the
//! windows through the engine alone) or `batch` (a corpus run from texts to JSON Lines).

use dixit::article::Article;
use dixit::corpus::{Batch, Input, OutputOptions, ReadOptions};
use dixit::engine::Engine;
use dixit::engine::native::{Native, Precision};
use dixit::formats::{OffsetUnit, to_json};
use dixit::model::{Model, Window, pack, windows};
use dixit::pipeline::{BATCH_TOKENS, Pipeline};
use dixit::text::segment;
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::NdTensorView;
use serde_json::json;
use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// Words of articles of one length, whatever the length.
const WORDS: usize = 40_000;
/// Each measure is taken this often.
const ROUNDS: usize = 7;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with("--"))
        .collect();
    if let [command, threads, texts] = &arguments[..]
        && command == "serve"
    {
        return serve(threads.parse()?, Path::new(texts));
    }
    let parts: [(&str, fn() -> Outcome); 4] = [
        ("alone", alone),
        ("lengths", lengths),
        ("stages", stages),
        ("cold", cold),
    ];
    for (name, part) in parts {
        if arguments.is_empty() || arguments.iter().any(|a| a == name) {
            part()?;
        }
    }
    Ok(())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn model() -> Outcome<Model> {
    Ok(Model::load(&root().join("models/news-en"))?)
}

/// The texts of some of our own articles.
fn articles() -> Outcome<Vec<String>> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join("evaluation/fixtures"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Outcome<_>>()?;
    // One of each kind of article.
    files.retain(|file| file.to_string_lossy().ends_with("-1.txt"));
    files.sort();
    files
        .iter()
        .map(|file| Ok(std::fs::read_to_string(file)?))
        .collect()
}

/// The windows of texts, packed as in a corpus run.
fn batches(model: &Model, texts: &[String]) -> Outcome<Vec<Vec<Window>>> {
    let mut all = Vec::new();
    for text in texts {
        all.extend(windows(
            &model.tokenizer,
            text,
            &segment(text),
            model.config.dixit.window,
        )?);
    }
    let borrowed: Vec<&Window> = all.iter().collect();
    let batches = pack(&borrowed, BATCH_TOKENS).into_iter();
    Ok(batches
        .map(|batch| batch.into_iter().map(|index| all[index].clone()).collect())
        .collect())
}

fn pieces(batches: &[Vec<Window>]) -> usize {
    batches.iter().flatten().map(|window| window.ids.len()).sum()
}

/// A measure: its name, and what does the work once.
type Measure<'a> = (String, Box<dyn FnMut() + 'a>);

/// Median seconds of each measure, all of them in turn.
fn medians(measures: &mut [Measure<'_>]) -> Vec<f64> {
    let mut seconds = vec![Vec::new(); measures.len()];
    // The first round warms up.
    for round in 0..=ROUNDS {
        for ((_, work), seconds) in measures.iter_mut().zip(&mut seconds) {
            let begun = Instant::now();
            work();
            if round > 0 {
                seconds.push(begun.elapsed().as_secs_f64());
            }
        }
    }
    seconds
        .iter_mut()
        .map(|seconds| {
            seconds.sort_by(f64::total_cmp);
            seconds[seconds.len() / 2]
        })
        .collect()
}

/// The engine alone, in both precisions, on one thread and two, beside the products of its linear layers alone.
fn alone() -> Outcome {
    let model = model()?;
    let batches = batches(&model, &articles()?)?;
    let pieces = pieces(&batches);
    let one = Native::load(&model, Precision::Int8, 1)?;
    let two = Native::load(&model, Precision::Int8, 2)?;
    let float = Native::load(&model, Precision::F32, 1)?;
    let products = LinearProducts::new(&model);
    let run = |engine: &Native| {
        for batch in &batches {
            black_box(engine.encode(batch).expect("the engine works"));
        }
    };
    let mut measures: Vec<Measure<'_>> = vec![
        ("int8, one thread".into(), Box::new(|| run(&one))),
        ("int8, two threads".into(), Box::new(|| run(&two))),
        ("f32, one thread".into(), Box::new(|| run(&float))),
        (
            "linear products alone, int8, one thread".into(),
            Box::new(|| products.run(pieces)),
        ),
    ];
    let seconds = medians(&mut measures);
    let tera = products.operations(pieces) / 1e12;
    println!("Engine alone, {pieces} pieces of packed articles\n");
    println!("| what | pieces/s | to int8 on one thread | Gop/s of the linear layers |");
    println!("| --- | --- | --- | --- |");
    for ((name, _), seconds_of_it) in measures.iter().zip(&seconds) {
        println!(
            "| {name} | {:.0} | {:.2} | {:.0} |",
            pieces as f64 / seconds_of_it,
            seconds[0] / seconds_of_it,
            1000.0 * tera / seconds_of_it
        );
    }
    println!();
    Ok(())
}

/// The matrix products of the linear layers, on weights that are made up.
struct LinearProducts {
    /// Width, outputs and weights of each.
    layers: Vec<(usize, usize, PackedBMatrix<i8>)>,
}

impl LinearProducts {
    /// Rows of a product.
    const ROWS: usize = 64;

    fn new(model: &Model) -> Self {
        let config = &model.config.encoder;
        let (hidden, wide) = (config.hidden_size, config.intermediate_size);
        let kernels = GemmExecutor::<u8, i8, i32>::default();
        let shapes = [
            (hidden, 3 * hidden),
            (hidden, hidden),
            (hidden, wide),
            (wide, hidden),
        ];
        let layers = (0..config.num_hidden_layers).flat_map(|_| shapes);
        let layers = layers.map(|(width, out)| {
            let weights: Vec<i8> = (0..width * out).map(|i| (i * 7919 % 251) as i8).collect();
            let packed = kernels.prepack_b(NdTensorView::from_data([width, out], &weights[..]));
            (width, out, packed)
        });
        Self {
            layers: layers.collect(),
        }
    }

    fn operations(&self, rows: usize) -> f64 {
        let operations = self.layers.iter().map(|(width, out, _)| 2 * width * out);
        (rows * operations.sum::<usize>()) as f64
    }

    fn run(&self, rows: usize) {
        let kernels = GemmExecutor::<u8, i8, i32>::default();
        let widest = self.layers.iter().map(|(width, out, _)| *width.max(out)).max();
        let x = vec![77u8; Self::ROWS * widest.unwrap_or(0)];
        let mut y = vec![0i32; x.len()];
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        pool.expect("a thread of one's own").install(|| {
            for _ in 0..rows.div_ceil(Self::ROWS) {
                for (width, out, weights) in &self.layers {
                    let a = NdTensorView::from_data([Self::ROWS, *width], &x[..Self::ROWS * width]);
                    kernels
                        .gemm(
                            &mut y[..Self::ROWS * out],
                            GemmInputA::Unpacked(a),
                            GemmInputB::Packed(weights),
                            GemmOptions::default(),
                        )
                        .expect("the shapes fit");
                }
            }
        });
        black_box(&y);
    }
}

/// Words per second of whole articles of several lengths, on two threads; windows of several lengths on one.
fn lengths() -> Outcome {
    let texts = articles()?.join("\n\n");
    let words: Vec<&str> = texts.split_inclusive(' ').collect();
    let pipeline = Pipeline::with(model()?, Box::new(Native::load(&model()?, Precision::Int8, 2)?));
    let article = |length: usize| -> Article {
        let text: String = words.iter().cycle().take(length).copied().collect();
        Article::new("a", &text)
    };
    let lengths = [100, 300, 1000, 3000, 20_000];
    let mut measures: Vec<Measure<'_>> = Vec::new();
    for length in lengths {
        let (article, pipeline) = (article(length), &pipeline);
        let work = move || {
            let articles = std::iter::repeat_n(article.clone(), WORDS / length);
            let annotated = pipeline.annotate_many(articles, 2).expect("threads start");
            annotated.for_each(|a| drop(black_box(a.expect("the pipeline works"))));
        };
        measures.push((length.to_string(), Box::new(work)));
    }
    let seconds = medians(&mut measures);
    println!("Articles of one length, two threads\n\n| words | words/s |\n| --- | --- |");
    for (length, seconds) in lengths.iter().zip(seconds) {
        println!("| {length} | {:.0} |", (WORDS / length * length) as f64 / seconds);
    }
    let model = model()?;
    let engine = Native::load(&model, Precision::Int8, 1)?;
    let batches = batches(&model, &articles()?)?;
    let lengths = [16, 32, 64, 128, 192, 256];
    let cut = |length: usize| -> Vec<Window> {
        let long = batches
            .iter()
            .flatten()
            .filter(|window| window.ids.len() >= length);
        let short = long.take(4096 / length).map(|window| Window {
            ids: window.ids[..length].to_vec(),
            shapes: window.shapes[..length].to_vec(),
            words: Vec::new(),
            read: 0..0,
        });
        short.collect()
    };
    let batches: Vec<Vec<Window>> = lengths.iter().map(|length| cut(*length)).collect();
    let mut measures: Vec<Measure<'_>> = Vec::new();
    for (length, batch) in lengths.iter().zip(&batches) {
        let engine = &engine;
        let work = move || {
            black_box(engine.encode(batch).expect("the engine works"));
        };
        measures.push((length.to_string(), Box::new(work)));
    }
    let seconds = medians(&mut measures);
    println!("\nWindows, engine alone, one thread\n\n| pieces | pieces/s |\n| --- | --- |");
    for ((length, batch), seconds) in lengths.iter().zip(&batches).zip(seconds) {
        println!("| {length} | {:.0} |", (length * batch.len()) as f64 / seconds);
    }
    println!();
    Ok(())
}

/// Where the time goes from text to JSON, on one thread.
fn stages() -> Outcome {
    let texts = articles()?;
    let model = model()?;
    let engine = Native::load(&model, Precision::Int8, 1)?;
    let pipeline = Pipeline::with(
        Model::load(&model.path)?,
        Box::new(Native::load(&model, Precision::Int8, 1)?),
    );
    let segments: Vec<_> = texts.iter().map(|text| segment(text)).collect();
    let limit = model.config.dixit.window;
    let cut = |index: usize| windows(&model.tokenizer, &texts[index], &segments[index], limit);
    let windows: Vec<Vec<Window>> = (0..texts.len()).map(cut).collect::<Result<_, _>>()?;
    let states = windows
        .iter()
        .map(|w| engine.encode(w))
        .collect::<Result<Vec<_>, _>>()?;
    let score = |index: usize| {
        let states = windows[index].iter().zip(&states[index]);
        states
            .map(|(window, states)| model.heads.score(window, states.view(), &segments[index]))
            .collect::<Vec<_>>()
    };
    let scores: Vec<_> = (0..texts.len()).map(score).collect();
    let article = |index: usize| Article::new(index.to_string(), &texts[index]);
    let annotations: Vec<_> = (0..texts.len())
        .map(|index| pipeline.finish(pipeline.prepare(article(index))?, scores[index].clone()))
        .collect::<Result<_, _>>()?;
    let all = 0..texts.len();
    let prepare = |index: usize| pipeline.prepare(article(index)).expect("articles are cut");
    let mut measures: Vec<Measure<'_>> = vec![
        (
            "segmentation".into(),
            Box::new(|| all.clone().for_each(|i| drop(black_box(segment(&texts[i]))))),
        ),
        (
            "word pieces and windows".into(),
            Box::new(|| all.clone().for_each(|i| drop(black_box(cut(i))))),
        ),
        (
            "encoder".into(),
            Box::new(|| windows.iter().for_each(|w| drop(black_box(engine.encode(w))))),
        ),
        (
            "heads".into(),
            Box::new(|| all.clone().for_each(|i| drop(black_box(score(i))))),
        ),
        (
            "decoding and extraction".into(),
            // Less what it takes to make the input, measured below.
            Box::new(|| {
                for i in all.clone() {
                    drop(black_box(pipeline.finish(prepare(i), scores[i].clone())));
                }
            }),
        ),
        (
            "JSON".into(),
            Box::new(|| {
                annotations
                    .iter()
                    .for_each(|a| drop(black_box(to_json(a, OffsetUnit::default(), false))))
            }),
        ),
        (
            "".into(),
            Box::new(|| {
                all.clone()
                    .for_each(|i| drop(black_box((prepare(i), scores[i].clone()))))
            }),
        ),
        (
            "all, as `annotate` does it".into(),
            Box::new(|| {
                for i in all.clone() {
                    let annotation = pipeline.annotate(&article(i)).expect("the pipeline works");
                    drop(black_box(to_json(&annotation, OffsetUnit::default(), false)));
                }
            }),
        ),
    ];
    let mut seconds = medians(&mut measures);
    seconds[4] -= seconds[6];
    let words: usize = segments.iter().map(|segments| segments.words.len()).sum();
    let whole: f64 = seconds[..6].iter().sum();
    println!("Stages, one thread, {words} words\n\n| stage | µs per word | share |\n| --- | --- | --- |");
    for ((name, _), seconds) in measures
        .iter()
        .zip(&seconds)
        .filter(|((name, _), _)| !name.is_empty())
    {
        println!(
            "| {name} | {:.2} | {:.1} % |",
            1e6 * seconds / words as f64,
            100.0 * seconds / whole
        );
    }
    println!();
    Ok(())
}

/// From the start of the program to the JSON of one article of 1,500 words, beside the time that loading takes.
fn cold() -> Outcome {
    let place = tempfile::tempdir()?;
    let file = place.path().join("article.txt");
    let texts = articles()?.join("\n\n");
    std::fs::write(&file, texts.split_inclusive(' ').take(1500).collect::<String>())?;
    let folder = root().join("models/news-en");
    let annotate = || {
        let status = Command::new(env!("CARGO_BIN_EXE_dixit"))
            .arg("annotate")
            .arg(&file)
            .args(["--format", "json", "--model"])
            .arg(&folder)
            .stdout(Stdio::null())
            .status();
        assert!(status.expect("the program runs").success());
    };
    let model = Model::load(&folder)?;
    let mut measures: Vec<Measure<'_>> = vec![
        ("`dixit annotate`, whole".into(), Box::new(annotate)),
        (
            "model folder".into(),
            Box::new(|| drop(black_box(Model::load(&folder)))),
        ),
        (
            "engine from the model, two threads".into(),
            Box::new(|| drop(black_box(Native::load(&model, Precision::Int8, 2)))),
        ),
    ];
    let seconds = medians(&mut measures);
    println!("Cold start, 1,500 words\n\n| what | s |\n| --- | --- |");
    for ((name, _), seconds) in measures.iter().zip(seconds) {
        println!("| {name} | {seconds:.3} |");
    }
    println!();
    Ok(())
}

/// Does what the peer script asks for.
fn serve(threads: usize, texts: &Path) -> Outcome {
    let model = model()?;
    let articles: Vec<String> = std::fs::read_to_string(texts)?
        .lines()
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(line)?;
            Ok(record["text"].as_str().ok_or("a record without text")?.to_owned())
        })
        .collect::<Outcome<_>>()?;
    let batches = batches(&model, &articles)?;
    let pipeline = Pipeline::with(
        Model::load(&model.path)?,
        Box::new(Native::load(&model, Precision::Int8, threads)?),
    );
    let engine = Native::load(&model, Precision::Int8, threads)?;
    let place = tempfile::tempdir()?;
    let windows: Vec<_> = batches
        .iter()
        .flatten()
        .map(|window| {
            let types: Vec<u8> = window.shapes.iter().map(|shape| shape.id()).collect();
            json!({"ids": window.ids, "types": types})
        })
        .collect();
    let words: usize = articles.iter().map(|text| segment(text).words.len()).sum();
    println!("{}", json!({"windows": windows, "words": words}));
    for line in std::io::stdin().lock().lines() {
        let begun = Instant::now();
        match line?.as_str() {
            "engine" => {
                for batch in &batches {
                    black_box(engine.encode(batch)?);
                }
            }
            "batch" => {
                let input = Input::new(vec![texts.to_owned()], ReadOptions::default())?;
                let output = OutputOptions::new(place.path().join("out.jsonl"), OffsetUnit::default(), None)?;
                let batch = Batch {
                    pipeline: &pipeline,
                    input: &input,
                    output: &output,
                    shard: None,
                    max_article_bytes: usize::MAX,
                    max_rejects: None,
                    threads,
                    batch_tokens: BATCH_TOKENS,
                    force: true,
                };
                batch.run(&mut |_| {})?;
            }
            other => return Err(format!("unknown command {other:?}; engine and batch are known").into()),
        }
        println!("{}", begun.elapsed().as_secs_f64());
        std::io::stdout().flush()?;
    }
    Ok(())
}
