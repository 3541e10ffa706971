//! `evaluation/RESULTS.md` says what the shipped model scores on the fixtures today.

use dixit::article::Article;
use dixit::evaluation::{Bootstrap, Options, evaluate, read_fixtures};
use dixit::pipeline::Pipeline;
use std::path::Path;

/// Kernels of other processors round a little differently.
const TOLERANCE: f64 = 0.01;

#[test]
fn the_table_of_results_is_true() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let gold = read_fixtures(&root.join("evaluation/fixtures")).unwrap();
    assert!(gold.len() >= 30);
    let pipeline = Pipeline::load(&root.join("models/news-en")).unwrap();
    let predicted: Vec<_> = pipeline
        .annotate_many(gold.iter().map(|g| Article::new(&*g.id, &*g.text)), 2)
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let options = Options {
        bootstrap: Bootstrap {
            draws: 0,
            ..Bootstrap::default()
        },
        ..Options::default()
    };
    let report = evaluate(&gold, &predicted, &options).unwrap();
    let table = std::fs::read_to_string(root.join("evaluation/RESULTS.md")).unwrap();
    let mut checked = 0;
    for row in table.lines().filter(|l| l.contains("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let name = cells[2].trim_matches('`');
        let written: f64 = cells[3].split(' ').next().unwrap().parse().unwrap();
        let found = report.figure(name).and_then(|f| f.value).unwrap();
        assert!(
            (found - written).abs() <= TOLERANCE,
            "{name}: {written} written, {found} found"
        );
        checked += 1;
    }
    assert!(checked >= 12, "{checked}");
}
