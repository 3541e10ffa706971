//! The report as one JSON object, as its types are; `data/schema/evaluation-report.schema.json` describes it.

use super::Report;
use std::io::{self, Write};

pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    writeln!(out)
}
