//! What all pages for a browser share: the frame, the style, and the pieces that they are built from. A page is one file
//! that loads nothing, and runs no script but its own.

use crate::extract::Gazetteer;
use crate::labels::Tone;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("frame.css");

/// A page.
pub(crate) struct Page<'p> {
    /// Title of the window.
    pub(crate) title: &'p str,
    /// Style of its own, after the one that all pages have.
    pub(crate) style: &'static str,
    /// Script of its own; empty where it needs none.
    pub(crate) script: &'static str,
    /// What stands on it.
    pub(crate) body: Markup,
}

impl Page<'_> {
    /// The whole document.
    pub(crate) fn render(self) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content=(policy(self.script));
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) (PreEscaped(self.style)) }
                }
                body {
                    (self.body)
                    @if !self.script.is_empty() { script { (PreEscaped(self.script)) } }
                }
            }
        }
    }
}

/// Nothing may be loaded, and nothing run but the page's own script, whatever the articles hold.
fn policy(script: &str) -> String {
    let nothing = "default-src 'none'; style-src 'unsafe-inline'";
    if script.is_empty() {
        return nothing.to_owned();
    }
    let hash = BASE64_STANDARD.encode(Sha256::digest(script));
    format!("{nothing}; script-src 'sha256-{hash}'")
}

/// What is as wide as it is, in a frame that scrolls, with keys too.
pub(crate) fn scrolling(name: &str, content: &Markup) -> Markup {
    html! {
        div.scroll role="group" tabindex="0" aria-label=(name) { (content) }
    }
}

/// A claim type in the colours of its tone.
pub(crate) fn claim_type(name: &str) -> Markup {
    html! { span class={ "type " (Tone::of(name).name()) } { (name) } }
}

/// The name of a country, or its code where the tables do not have it.
pub(crate) fn country(code: &str) -> &str {
    Gazetteer::builtin().name(code).unwrap_or(code)
}

/// A number with its noun.
pub(crate) fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A number with its thousands set apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let cases = [
            (0, "0 claims"),
            (1, "1 claim"),
            (999, "999 claims"),
            (1000, "1,000 claims"),
            (1_234_567, "1,234,567 claims"),
        ];
        for (number, expected) in cases {
            assert_eq!(counted(number, "claim", "claims"), expected);
        }
    }

    #[test]
    fn only_the_own_script_may_run() {
        let page = |script| Page {
            title: "<a>",
            style: "",
            script,
            body: html! {},
        };
        assert!(!page("").render().into_string().contains("script"));
        let shown = page("f()").render().into_string();
        assert!(shown.contains("<title>&lt;a&gt;</title>") && shown.contains("<script>f()</script>"));
        // printf 'f()' | openssl dgst -sha256 -binary | base64
        assert!(
            shown.contains("script-src 'sha256-GcEEE0IkDzIP5EQ6DXZaDPORqT5RTBELX8Fyzyg9yvo='"),
            "{shown}"
        );
    }
}
