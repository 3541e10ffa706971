//! The engines held against each other on real text, with the model that is shipped.

use dixit::engine::Engine;
use dixit::engine::native::{Native, Precision};
use dixit::model::{Model, Window, windows};
use dixit::text::segment;
use ndarray::{Array2, ArrayView1};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn model() -> Model {
    Model::load(&root().join("models/news-en")).unwrap()
}

/// The windows of all sample articles.
fn articles(model: &Model) -> Vec<(String, Vec<Window>)> {
    let folder = root().join("data/articles");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    files.sort();
    let texts = files
        .iter()
        .filter(|f| f.extension() == Some("txt".as_ref()))
        .map(|f| std::fs::read_to_string(f as &Path).unwrap());
    texts
        .map(|text| {
            let windows = windows(
                &model.tokenizer,
                &text,
                &segment(&text),
                model.config.dixit.window,
            )
            .unwrap();
            (text, windows)
        })
        .collect()
}

fn best(row: ArrayView1<'_, f32>) -> usize {
    let best = row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    best.map_or(0, |(index, _)| index)
}

/// Tags of both word-level heads and claim types, per unit.
fn decisions(model: &Model, engine: &dyn Engine) -> Vec<usize> {
    let mut out = Vec::new();
    for (text, windows) in articles(model) {
        let hidden = engine.encode(&windows).unwrap();
        let segments = segment(&text);
        let scores = (windows.iter().zip(&hidden))
            .map(|(window, states)| model.heads.score(window, states.view(), &segments))
            .collect();
        let scores = model.heads.join(scores, &segments);
        for table in [&scores.entities, &scores.attributions, &scores.claim_types] {
            out.extend(table.outer_iter().map(best));
        }
    }
    out
}

#[test]
fn int8_decides_as_f32_does() {
    let model = model();
    let f32 = decisions(&model, &Native::load(&model, Precision::F32, 1).unwrap());
    let int8 = decisions(&model, &Native::load(&model, Precision::Int8, 2).unwrap());
    assert!(f32.len() > 1_500);
    let same = f32.iter().zip(&int8).filter(|(a, b)| a == b).count();
    assert!(same as f64 >= 0.99 * f32.len() as f64, "{same} of {}", f32.len());
}

#[test]
fn a_window_gives_the_same_alone_and_in_a_batch() {
    let model = model();
    let engine = Native::load(&model, Precision::Int8, 2).unwrap();
    let windows: Vec<Window> = articles(&model).into_iter().flat_map(|(_, w)| w).collect();
    let together: Vec<Array2<f32>> = engine.encode(&windows).unwrap();
    for (window, expected) in windows.iter().zip(&together) {
        assert_eq!(&engine.encode(std::slice::from_ref(window)).unwrap()[0], expected);
    }
}

#[cfg(feature = "libtorch")]
#[test]
fn native_f32_gives_the_hidden_states_of_libtorch() {
    let model = model();
    let reference = dixit::engine::libtorch::LibTorch::load(&model).unwrap();
    let native = Native::load(&model, Precision::F32, 2).unwrap();
    for (_, windows) in articles(&model) {
        let expected = reference.encode(&windows).unwrap();
        let found = native.encode(&windows).unwrap();
        for (found, expected) in found.iter().zip(&expected) {
            let difference = (found - expected).mapv(f32::abs).fold(0f32, |a, b| a.max(*b));
            assert!(difference <= 1e-3, "{difference}");
        }
    }
}
