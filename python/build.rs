//! Puts the model where maturin takes it into the wheel from.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

const MODEL: &str = "../models/news-en";
const FILES: [&str; 4] = [
    "config.json",
    "tokenizer.json",
    "model.safetensors",
    "MODEL_CARD.md",
];

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed={MODEL}");
    let out = env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    let folder = out.join("news-en");
    fs::create_dir_all(&folder)?;
    for file in FILES {
        fs::copy(Path::new(MODEL).join(file), folder.join(file))?;
    }
    Ok(())
}
