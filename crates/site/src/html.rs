//! A page's HTML: the runs of text that people see, and the addresses that its tags load.
//!
//! Tokens are enough. Nothing here depends on how tags nest, but for parts that are not shown.

use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

/// What a page's HTML holds.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Text between two tags each.
    pub runs: Vec<Run>,
    /// Addresses that its tags load, as they are written.
    pub loads: Vec<String>,
    /// Style sheets inside it, and `style` attributes.
    pub styles: Vec<String>,
    /// Module scripts inside it.
    pub modules: Vec<String>,
    /// `<base href>`.
    pub base: Option<String>,
    /// The language of its text, as the `lang` of `<html>` has it.
    pub language: String,
    /// Whether it has a script of any kind.
    pub has_script: bool,
}

/// Text between two tags.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub text: String,
    /// `false` for what only the head says: title and description.
    pub in_body: bool,
}

/// Reads a page. Every text is a page, as in browsers.
pub(crate) fn read(html: &str) -> Page {
    let mut reader = Reader::default();
    let mut emitter = CallbackEmitter::new(|event: CallbackEvent<'_>, _: Span<()>| {
        reader.event(&event);
        None::<Infallible>
    });
    emitter.naively_switch_states(true);
    // A text in memory does not fail to be read: the error type is empty.
    let Ok(()) = Tokenizer::new_with_emitter(html, emitter).finish();
    reader.flush();
    reader.page
}

/// Parts whose text is not shown, or is no text.
const HIDDEN: [&str; 4] = ["script", "style", "noscript", "iframe"];

#[derive(Default)]
struct Reader {
    page: Page,
    text: String,
    tag: String,
    attributes: Vec<(String, String)>,
    /// The part whose text is not shown, up to its end tag.
    hidden: Option<String>,
    /// Whether that is a module script.
    module: bool,
    in_title: bool,
    /// Open `<template>`s; of each, whether it is a shadow root, which is shown.
    templates: Vec<bool>,
}

impl Reader {
    fn event(&mut self, event: &CallbackEvent<'_>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.flush();
                self.tag = lossy(name);
                self.attributes.clear();
            }
            CallbackEvent::AttributeName { name } => {
                self.attributes.push((lossy(name), String::new()));
            }
            CallbackEvent::AttributeValue { value } => {
                if let Some((_, last)) = self.attributes.last_mut() {
                    *last = lossy(value);
                }
            }
            CallbackEvent::CloseStartTag { .. } => self.start_tag(),
            CallbackEvent::EndTag { name } => {
                self.flush();
                self.end_tag(&lossy(name));
            }
            CallbackEvent::String { value } => self.text.push_str(&String::from_utf8_lossy(value)),
            CallbackEvent::Comment { .. }
            | CallbackEvent::Doctype { .. }
            | CallbackEvent::Error(_) => {}
        }
    }

    /// Ends the run: a tag begins, or the page is over.
    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        if text.trim().is_empty() {
            return;
        }
        match self.hidden.as_deref() {
            None if self.templates.iter().all(|shown| *shown) => {
                self.page.runs.push(Run { text, in_body: !self.in_title });
            }
            Some("style") => self.page.styles.push(text),
            Some("script") if self.module => self.page.modules.push(text),
            _ => {}
        }
    }

    fn start_tag(&mut self) {
        let tag = std::mem::take(&mut self.tag);
        match tag.as_str() {
            "html" => self.page.language = self.attribute("lang").unwrap_or_default().to_owned(),
            "base" if self.page.base.is_none() => {
                self.page.base = self.attribute("href").map(str::to_owned);
            }
            "title" => self.in_title = true,
            "meta" => self.meta(),
            "template" => {
                let shown = self.attribute("shadowrootmode").is_some();
                self.templates.push(shown);
            }
            "script" => {
                self.module = self.attribute("type").is_some_and(|kind| kind.trim() == "module");
                let data = self.attribute("type").is_some_and(|kind| kind.ends_with("json"));
                self.page.has_script |= !data;
            }
            _ => {}
        }
        self.loads(&tag);
        if HIDDEN.contains(&tag.as_str()) && self.hidden.is_none() {
            self.hidden = Some(tag);
        }
    }

    fn end_tag(&mut self, tag: &str) {
        match tag {
            "title" => self.in_title = false,
            "template" => {
                self.templates.pop();
            }
            _ => {}
        }
        if self.hidden.as_deref() == Some(tag) {
            self.hidden = None;
        }
    }

    /// Descriptions are text of the page that stands in an attribute.
    fn meta(&mut self) {
        let name = self.attribute("name").or_else(|| self.attribute("property"));
        let described = ["description", "og:description", "twitter:description"];
        if name.is_some_and(|name| described.contains(&name))
            && let Some(text) = self.attribute("content").map(str::to_owned)
        {
            self.page.runs.push(Run { text, in_body: false });
        }
    }

    /// The addresses that a tag makes the browser load at once. `prefetch` and links to follow are
    /// none.
    fn loads(&mut self, tag: &str) {
        if let Some(style) = self.attribute("style").map(str::to_owned) {
            self.page.styles.push(style);
        }
        let names: &[&str] = match tag {
            "script" | "img" | "source" | "audio" | "track" | "embed" | "input" => &["src"],
            "video" => &["src", "poster"],
            "object" => &["data"],
            "image" | "use" | "feImage" | "feimage" => &["href", "xlink:href"],
            "astro-island" => &["component-url", "renderer-url", "before-hydration-url"],
            "link" if self.loads_by_link() => &["href"],
            _ => &[],
        };
        let mut loads: Vec<String> =
            names.iter().filter_map(|name| self.attribute(name)).map(str::to_owned).collect();
        if names == ["src"] || tag == "link" && !names.is_empty() {
            for set in ["srcset", "imagesrcset"] {
                loads.extend(self.attribute(set).into_iter().flat_map(candidates));
            }
        }
        self.page.loads.append(&mut loads);
    }

    fn loads_by_link(&self) -> bool {
        const LOADING: [&str; 7] = [
            "stylesheet",
            "modulepreload",
            "preload",
            "icon",
            "apple-touch-icon",
            "mask-icon",
            "manifest",
        ];
        let relations = self.attribute("rel").unwrap_or_default().to_ascii_lowercase();
        relations.split_ascii_whitespace().any(|relation| LOADING.contains(&relation))
    }

    fn attribute(&self, wanted: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.as_str())
    }
}

/// The addresses of a `srcset`: words between white space that are no sizes.
fn candidates(set: &str) -> impl Iterator<Item = String> {
    let words = set.split_ascii_whitespace().map(|word| word.trim_matches(','));
    words.filter(|word| !word.is_empty() && !is_descriptor(word)).map(str::to_owned)
}

/// Whether a word of a `srcset` is a size: `2x`, `640w`.
fn is_descriptor(word: &str) -> bool {
    word.strip_suffix(['x', 'w', 'h']).is_some_and(|number| number.parse::<f32>().is_ok())
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(html: &str) -> Vec<String> {
        read(html).runs.into_iter().map(|run| run.text.trim().to_owned()).collect()
    }

    #[test]
    fn text_is_what_people_see() {
        let html = "<!doctype html><title>A &amp; B</title><meta name=description content='About'>\
             <style>p{}</style><script>let x = '<p>no'</script><noscript>no</noscript>\
             <template>no<b>no</b></template><template shadowrootmode=open>yes</template>\
             <p>One<!-- no --> run<br>two&eacute;<textarea>three</textarea>";
        assert_eq!(texts(html), ["A & B", "About", "yes", "One run", "two\u{e9}", "three"]);
        let in_body: Vec<bool> = read(html).runs.iter().map(|run| run.in_body).collect();
        assert_eq!(in_body, [false, false, true, true, true, true]);
    }

    #[test]
    fn malformed_html_is_read_as_browsers_do() {
        assert_eq!(texts("<p>a<b>b</p></b></template></title>c<"), ["a", "b", "c<"]);
        assert_eq!(texts("a</script>b<p title='"), ["a", "b"]);
        assert_eq!(texts("<script>never closed <p>text"), [""; 0]);
        assert_eq!(texts("<!-- never closed <p>text"), [""; 0]);
    }

    #[test]
    fn tags_load_what_the_browser_fetches_at_once() {
        let page = read(
            "<base href=/x/><link rel='modulepreload' href=a.js><link rel=prefetch href=b.js>\
             <link rel='shortcut icon' href=i.ico><script src=c.js></script><a href=d.pdf>d</a>\
             <img src=e.png srcset='f.png 1x, g.png 2x'><video poster=h.png src=j.mp4></video>\
             <astro-island component-url=k.js></astro-island><p style='background:url(l.png)'>\
             <script type=module>import 'm.js'</script><style>@import 'n.css'</style>\
             <iframe src=o.html></iframe><template><img src=p.png></template>",
        );
        let loads = ["a.js", "i.ico", "c.js", "e.png", "f.png", "g.png", "j.mp4", "h.png", "k.js"];
        assert_eq!(page.loads, [&loads[..], &["p.png"]].concat());
        assert_eq!(page.styles, ["background:url(l.png)", "@import 'n.css'"]);
        assert_eq!(page.modules, ["import 'm.js'"]);
        assert_eq!(page.base.as_deref(), Some("/x/"));
    }
}
