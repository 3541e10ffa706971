//! Web pages: the article's text and what the page says about it, drawn out by `dom_smoothie` (a port of Mozilla's
//! Readability). Paragraphs are kept apart by blank lines.

use super::{Opened, text};
use crate::corpus::record::Record;
use crate::corpus::source::encoding;
use dom_smoothie::{Config, Readability, TextMode};
use serde_json::{Map, Value};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Bytes at the start of a page in which its encoding is declared (HTML standard, 13.2.3.2).
const DECLARED_WITHIN: usize = 1024;

pub(super) fn read(mut input: Opened) -> impl Iterator<Item = Record> {
    std::iter::once_with(move || {
        if input.options.encoding.is_none() {
            input.options.encoding = declared(&input);
        }
        text::article(&input, |page| {
            // A page that the crate stumbles over is one record lost to the rejects, not the run.
            catch_unwind(AssertUnwindSafe(|| draw(page)))
                .unwrap_or_else(|_| Err("the article cannot be drawn out of this page".into()))
        })
    })
}

fn draw(page: String) -> Result<(String, Option<Map<String, Value>>), String> {
    let config = Config {
        text_mode: TextMode::Formatted,
        ..Config::default()
    };
    let article = Readability::new(page, None, Some(config))
        .and_then(|mut page| page.parse())
        .map_err(|e| format!("no article is found in this page: {e}"))?;
    let about = [
        ("title", Some(article.title)),
        ("byline", article.byline),
        ("site_name", article.site_name),
        ("published_time", article.published_time),
        ("url", article.url),
    ];
    let meta = about
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?.to_string()))))
        .filter(|(_, value)| *value != Value::String(String::new()))
        .collect();
    Ok((article.text_content.trim().to_owned(), Some(meta)))
}

/// The encoding that a page declares in its head.
fn declared(input: &Opened) -> Option<&'static encoding_rs::Encoding> {
    use std::io::Read;
    let mut head = Vec::new();
    crate::corpus::source::bytes(&input.source, &Default::default())
        .ok()?
        .take(DECLARED_WITHIN as u64)
        .read_to_end(&mut head)
        .ok()?;
    label(&head).and_then(|label| encoding(&label))
}

fn label(head: &[u8]) -> Option<String> {
    let head = head.to_ascii_lowercase();
    let head = String::from_utf8_lossy(&head);
    let (_, rest) = head.split_once("charset")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let label: String = rest
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c))
        .collect();
    (!label.is_empty()).then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declarations() {
        for (head, expected) in [
            ("<meta charset=\"Windows-1251\">", Some("windows-1251")),
            (
                "<META content='text/html; charset = iso-8859-1'>",
                Some("iso-8859-1"),
            ),
            ("<title>charset</title>", None),
        ] {
            assert_eq!(label(head.as_bytes()).as_deref(), expected);
        }
    }

    #[test]
    fn the_article_without_what_is_around_it() {
        let paragraph = "The harbour master of Snøhamar, Ida Lund, said the quay would stay closed until the \
                         spring, because the ice had damaged the piles and nobody could say how badly.";
        let page = format!(
            "<html><head><title>Quay closed</title><meta name='author' content='A. Reis'></head><body>\
             <nav><a href='/'>Home</a> <a href='/sport'>Sport</a></nav>\
             <article><h1>Quay closed</h1><p>{paragraph}</p><p>{paragraph}</p><p>{paragraph}</p></article>\
             <footer>All rights reserved</footer></body></html>"
        );
        let (text, meta) = draw(page).unwrap();
        assert!(text.contains(&format!("{paragraph}\n\n{paragraph}")), "{text:?}");
        assert!(!text.contains("Sport") && !text.contains("rights"), "{text:?}");
        let meta = meta.unwrap();
        assert_eq!(meta["title"], "Quay closed");
        assert_eq!(meta["byline"], "A. Reis");
    }
}
