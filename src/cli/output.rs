//! Where a subcommand writes to: standard output, or a file that is not overwritten unasked.

use dixit::formats::Folder;
use std::error::Error;
use std::fs::OpenOptions;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Prints a line. That nobody reads on (`| head`) is no error: what a command did does not hang on it.
macro_rules! say {
    ($($line:tt)*) => {
        $crate::cli::output::line(format_args!($($line)*))
    };
}
pub(super) use say;

/// What [`say!`] prints with.
pub(super) fn line(line: std::fmt::Arguments<'_>) -> io::Result<()> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Whether an error comes from a reader that has gone away.
pub(super) fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    std::iter::successors(Some(error), |e: &&(dyn Error + 'static)| (*e).source())
        .filter_map(|e| e.downcast_ref::<io::Error>())
        .any(|e| e.kind() == io::ErrorKind::BrokenPipe)
}

// No group, as its name would be that of the subcommand's own arguments.
#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite the output file where there is one
    #[arg(long)]
    force: bool,
}

impl Args {
    /// Whether a person reads along.
    pub(super) fn is_terminal(&self) -> bool {
        self.output.is_none() && io::stdout().is_terminal()
    }

    pub(super) fn open(&self) -> Result<Box<dyn Write>, Box<dyn Error>> {
        let Some(path) = &self.output else {
            return Ok(Box::new(BufWriter::new(io::stdout().lock())));
        };
        create(path, self.force)
    }

    /// The folder that the output is, where each article has files of its own.
    pub(super) fn folder(&self) -> Result<Folder, Box<dyn Error>> {
        let path = self.output.as_deref();
        let path = path.ok_or("each page holds one article; name a folder for several with -o FOLDER")?;
        Ok(Folder::new(path, self.force)?)
    }
}

/// Begins a file, which must not be there already unless `force` is set.
pub(super) fn create(path: &Path, force: bool) -> Result<Box<dyn Write>, Box<dyn Error>> {
    let mut options = OpenOptions::new();
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let file = options.write(true).open(path).map_err(|e| match e.kind() {
        io::ErrorKind::AlreadyExists => format!("{} exists; --force overwrites it", path.display()),
        _ => format!("cannot write {}: {e}", path.display()),
    })?;
    Ok(Box::new(BufWriter::new(file)))
}
