//! A model folder of random weights: nonsense, but quick, complete, and the same on every machine.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use safetensors::tensor::{Dtype, TensorView, serialize_to_file};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const WIDTH: usize = 16;
const WIDE: usize = 32;
const WINDOW: usize = 64;
const POINTER: usize = 64;
const ENTITY_LABELS: [&str; 4] = ["PERSON", "ORG", "COUNTRY", "NORP"];
const CLAIM_TYPES: [&str; 4] = ["none", "assertion", "accusation", "denial"];

/// The folder of the model, made once per test program.
pub fn small_model() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| {
        let tests = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = tests.join(format!("small-model-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        write(&folder);
        folder
    });
    &FOLDER
}

fn write(folder: &Path) {
    let vocabulary: Vec<String> = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
        .map(str::to_owned)
        .into_iter()
        .chain(
            (' '..='~')
                .chain('“'..='”')
                .flat_map(|c| [c.to_string(), format!("##{c}")]),
        )
        .collect();
    let config = json!({
        "model_type": "bert", "hidden_act": "gelu", "hidden_size": WIDTH, "intermediate_size": WIDE,
        "layer_norm_eps": 1e-12, "max_position_embeddings": WINDOW, "num_attention_heads": 2,
        "num_hidden_layers": 1, "type_vocab_size": 14, "vocab_size": vocabulary.len(),
        "dixit": {"name": "small", "window": WINDOW, "entity_labels": ENTITY_LABELS, "claim_types": CLAIM_TYPES}
    });
    fs::write(folder.join("config.json"), config.to_string()).unwrap();
    fs::write(folder.join("tokenizer.json"), tokenizer(&vocabulary).to_string()).unwrap();
    weights(folder, vocabulary.len());
}

fn tokenizer(vocabulary: &[String]) -> Value {
    let special = |id: usize| {
        json!({"id": id, "special": true, "content": vocabulary[id], "single_word": false, "lstrip": false,
               "rstrip": false, "normalized": false})
    };
    let ids: serde_json::Map<String, Value> = (vocabulary.iter().cloned())
        .zip((0..vocabulary.len()).map(Value::from))
        .collect();
    json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": (0..4).map(special).collect::<Vec<_>>(),
        "normalizer": {"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                       "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": null,
        "decoder": null,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": ids}
    })
}

fn weights(folder: &Path, vocabulary: usize) {
    let mut shapes: Vec<(String, Vec<usize>)> = Vec::new();
    let mut add = |name: String, shape: &[usize]| shapes.push((name, shape.to_vec()));
    for (name, rows) in [("word", vocabulary), ("position", WINDOW), ("token_type", 14)] {
        add(format!("embeddings.{name}_embeddings.weight"), &[rows, WIDTH]);
    }
    for name in [
        "embeddings.LayerNorm",
        "encoder.layer.0.attention.output.LayerNorm",
        "encoder.layer.0.output.LayerNorm",
    ] {
        add(format!("{name}.weight"), &[WIDTH]);
        add(format!("{name}.bias"), &[WIDTH]);
    }
    for (name, out, width) in [
        ("encoder.layer.0.attention.self.query", WIDTH, WIDTH),
        ("encoder.layer.0.attention.self.key", WIDTH, WIDTH),
        ("encoder.layer.0.attention.self.value", WIDTH, WIDTH),
        ("encoder.layer.0.attention.output.dense", WIDTH, WIDTH),
        ("encoder.layer.0.intermediate.dense", WIDE, WIDTH),
        ("encoder.layer.0.output.dense", WIDTH, WIDE),
        ("heads.entities", 2 * ENTITY_LABELS.len() + 1, WIDTH),
        ("heads.attributions", 7, WIDTH),
        ("heads.titles", 3, WIDTH),
        ("heads.homes", 2, WIDTH),
        ("heads.claim_types", CLAIM_TYPES.len(), 2 * WIDTH),
        ("heads.check_worthiness", 1, 2 * WIDTH),
        ("heads.keys", POINTER, WIDTH),
        ("heads.speakers", POINTER, 2 * WIDTH),
        ("heads.targets", POINTER, 2 * WIDTH),
    ] {
        add(format!("{name}.weight"), &[out, width]);
        add(format!("{name}.bias"), &[out]);
    }
    add("heads.claim_types.query".to_owned(), &[CLAIM_TYPES.len(), WIDTH]);
    for name in ["check_worthiness", "speakers", "targets"] {
        add(format!("heads.{name}.query"), &[WIDTH]);
    }
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = shapes
        .into_iter()
        .map(|(name, shape)| {
            let count: usize = shape.iter().product();
            // Ranges that make the heads differ from word to word.
            let (centre, width) = match () {
                _ if name.ends_with("LayerNorm.weight") => (1.0, 0.5),
                _ if name.ends_with("bias") => (0.0, 0.1),
                _ if name.starts_with("heads") => (0.0, 2.0),
                _ => (0.0, 1.0),
            };
            let bytes = (0..count)
                .flat_map(|_| (centre + width * random.random_range(-1f32..1.0)).to_le_bytes())
                .collect();
            (name, shape, bytes)
        })
        .collect();
    let views = tensors.iter().map(|(name, shape, bytes)| {
        (
            name.as_str(),
            TensorView::new(Dtype::F32, shape.clone(), bytes).unwrap(),
        )
    });
    serialize_to_file(views, None, &folder.join("model.safetensors")).unwrap();
}
