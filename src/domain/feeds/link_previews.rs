//! What the first link of a text looks like comes behind the attachments of the text (feeds-interactions 9). No page is fetched: the
//! app's own table of previews says what a link looks like, and a link that is not in it brings nothing.
//!
//! Known of production: the first link counts, `skip_enrich_url` says that none does, and `async_url_enrich_enabled` lets the
//! attachment come after the answer, by the event of a change. Inferred:
//!
//! - A link says its scheme.
//! - What is attached already is not attached again, whoever attached it.
//! - A change that sends no text looks for no link; one that sends a text without attachments loses what came of a link that the
//!   text no longer has.

use linkify::{LinkFinder, LinkKind};
use serde_json::{Map, Value};

use crate::error::Result;
use crate::store::{ReadTx, WriteTx, link_previews as rows};

/// What tells an attachment that came of a link: its address.
const SCRAPED: &str = "og_scrape_url";

/// The first address of the web in a text.
fn first_link(text: &str) -> Option<&str> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]);
    let is_web = |link: &str| ["http://", "https://"].iter().any(|scheme| link.starts_with(scheme));
    finder.links(text).map(|link| link.as_str()).find(|link| is_web(link))
}

/// What a link looks like, as an attachment.
pub fn of(tx: &ReadTx<'_>, url: &str) -> Result<Option<Map<String, Value>>> {
    let Some(mut preview) = rows::get(tx, url)? else { return Ok(None) };
    // That is every answer's own.
    preview.remove("duration");
    preview.insert(SCRAPED.to_owned(), Value::from(url));
    // Decoders want each to have custom data (feeds-core 1.3).
    if !preview.get("custom").is_some_and(Value::is_object) {
        preview.insert("custom".to_owned(), Value::Object(Map::new()));
    }
    Ok(Some(preview))
}

fn is_of(attachment: &Value, url: &str) -> bool {
    attachment.get(SCRAPED).is_some_and(|of| of == url)
}

/// Puts what the first link of a text looks like behind its attachments. Where the app has that done later, it is answered instead.
pub fn attach(
    tx: &WriteTx<'_>,
    skips: bool,
    text: Option<&str>,
    attachments: &mut Vec<Value>,
) -> Result<Option<Value>> {
    let Some(url) = text.filter(|_| !skips).and_then(first_link) else { return Ok(None) };
    if attachments.iter().any(|known| is_of(known, url)) {
        return Ok(None);
    }
    let Some(preview) = of(tx, url)?.map(Value::Object) else { return Ok(None) };
    if tx.state().rules.async_url_enrich {
        return Ok(Some(preview));
    }
    attachments.push(preview);
    Ok(None)
}

/// The attachments that stay of a text that has changed.
pub fn kept(before: Option<&str>, after: Option<&str>, attachments: &[Value]) -> Vec<Value> {
    let gone = before.and_then(first_link).filter(|url| after.and_then(first_link) != Some(url));
    attachments.iter().filter(|one| gone.is_none_or(|url| !is_of(one, url))).cloned().collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_link_is_the_first_address_of_the_web_without_what_the_sentence_has_around_it() {
        for (text, link) in [
            ("look: https://a.example/x?y=1#z, and http://b.example", Some("https://a.example/x?y=1#z")),
            ("(see https://a.example/x_(y))", Some("https://a.example/x_(y)")),
            ("https://a.example.", Some("https://a.example")),
            ("ftp://a.example then http://b.example!", Some("http://b.example")),
            ("mail a@b.example or a.example", None),
            ("https://", None),
            ("", None),
        ] {
            assert_eq!(first_link(text), link, "{text}");
        }
    }

    #[test]
    fn what_came_of_a_link_stays_as_long_as_the_text_leads_there_first() {
        let all = [json!({"og_scrape_url": "https://a.example"}), json!({"og_scrape_url": "https://b.example"})];
        let at = |after| kept(Some("https://a.example"), after, &all).len();
        assert_eq!(at(Some("still https://a.example")), 2);
        assert_eq!((at(Some("https://b.example https://a.example")), at(Some("none")), at(None)), (1, 1, 1));
        assert_eq!(kept(None, Some("https://a.example"), &all).len(), 2);
    }
}
