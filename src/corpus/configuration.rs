//! What an output depends on besides its input: a run goes on only with what it was begun with.

use super::Shard;
use super::input::ReadOptions;
use super::output::OutputOptions;
use crate::pipeline::Pipeline;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Names and values of all that an output depends on. Threads and batch sizes are not among it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Configuration(BTreeMap<String, String>);

impl Configuration {
    pub(super) fn new(
        pipeline: &Pipeline,
        read: &ReadOptions,
        output: &OutputOptions,
        shard: Option<Shard>,
        limit: usize,
    ) -> Self {
        let provenance = pipeline.provenance();
        let mut values: BTreeMap<String, String> = [
            ("dixit", provenance.dixit),
            ("model", provenance.model),
            ("model_sha256", provenance.model_sha256),
            ("engine", provenance.engine),
            ("text_field", read.fields.text.clone()),
            ("id_field", read.fields.id.clone()),
            ("max_article_bytes", limit.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        values.extend(output.configuration());
        let optional = [
            ("encoding", read.encoding.map(|e| e.name().to_owned())),
            ("input_format", read.kind.map(|k| k.name.to_owned())),
            ("shard", shard.map(|s| s.to_string())),
        ];
        values.extend(
            optional
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?))),
        );
        Self(values)
    }

    /// A value by its name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The same for all shards of a run.
    pub(super) fn unsharded(mut self) -> Self {
        self.0.remove("shard");
        self
    }

    /// The same for another output.
    pub(super) fn written_as(mut self, output: &OutputOptions) -> Self {
        self.0.extend(output.configuration());
        self
    }

    /// SHA-256 over names and values.
    pub fn sha256(&self) -> String {
        let mut digest = Sha256::new();
        for text in self.0.iter().flat_map(|(name, value)| [name, value]) {
            digest.update(text.len().to_le_bytes());
            digest.update(text);
        }
        digest.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }

    /// What differs, as `name: then, now`.
    pub(super) fn changes(&self, now: &Self) -> String {
        let names: std::collections::BTreeSet<&String> = self.0.keys().chain(now.0.keys()).collect();
        let value = |of: &Self, name| of.get(name).unwrap_or("none").to_owned();
        names
            .into_iter()
            .map(|name| (name, value(self, name), value(now, name)))
            .filter(|(_, then, now)| then != now)
            .map(|(name, then, now)| format!("{name}: {then} then, {now} now"))
            .collect::<Vec<_>>()
            .join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_named() {
        let of = |values: &[(&str, &str)]| {
            Configuration(
                values
                    .iter()
                    .map(|(n, v)| (n.to_string(), v.to_string()))
                    .collect(),
            )
        };
        let then = of(&[("engine", "native-int8"), ("shard", "1/2")]);
        let now = of(&[("engine", "native-f32")]);
        assert_eq!(
            then.changes(&now),
            "engine: native-int8 then, native-f32 now; shard: 1/2 then, none now"
        );
        assert_ne!(then.sha256(), now.sha256());
        assert_eq!(then.clone().unsharded(), of(&[("engine", "native-int8")]));
        assert_eq!(then.changes(&then), "");
    }
}
