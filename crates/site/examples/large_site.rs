//! A made-up site of many pages, scanned: `time cargo run --release --example large_site [PAGES]`.
//! Each page has 600 words of its own, a data file and a script; a search index in four parts holds them all.
#![allow(clippy::print_stdout, reason = "it is a command")]

use clerk_edge_site::{Content, Purpose, Site, SiteFiles};

struct MadeUp {
    pages: usize,
}

impl MadeUp {
    /// Sentences of a page: the same for the same number, and common words among them.
    fn text(page: usize) -> String {
        let mut state = (page as u64) ^ 0x9E37_79B9_7F4A_7C15;
        let mut text = String::new();
        for word in 1..600_u32 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            // Most words are among a few hundred, as in any language.
            let rank = (state >> 33) % 20_000;
            let rank = if state >> 60 == 0 { rank } else { rank % 300 };
            for letter in [rank % 23, rank / 23 % 23, rank / 529 % 23, 7, rank % 5] {
                text.extend(
                    u8::try_from(letter).map(|letter| char::from(b'a'.wrapping_add(letter))),
                );
            }
            text.push_str(if word.is_multiple_of(12) { ".</p><p>" } else { " " });
        }
        text
    }

    fn html(page: usize) -> String {
        let menu = "<li class=menu__item><a href=/p/entry>An entry</a></li>".repeat(120);
        let text = Self::text(page);
        format!(
            "<!doctype html><html lang=en><head><title>Page {page}</title>\
             <link rel=stylesheet href=/assets/style.css>\
             <link rel=modulepreload href=/assets/p{page}.js></head><body><nav><ul>{menu}</ul>\
             </nav><main><p>{text}</p></main><footer>This footer is the same on every page of the \
             whole site, and belongs to none of them.</footer>\
             <script type=module src=/assets/main.js></script></body></html>"
        )
    }

    /// One of four parts of the search index.
    fn index(&self, part: usize) -> String {
        let pages = (0..self.pages).skip(part).step_by(4);
        pages.map(|page| Self::text(page).replace("</p><p>", " ")).collect()
    }
}

impl SiteFiles for MadeUp {
    fn names(&mut self) -> Result<Vec<Vec<u8>>, String> {
        let each = (0..self.pages).flat_map(|page| {
            [format!("p/{page}.html"), format!("p/{page}.json"), format!("assets/p{page}.js")]
        });
        let shared = ["assets/main.js", "assets/style.css"].map(str::to_owned);
        let indexes = (0..4).map(|part| format!("search/{part}.json"));
        Ok(each.chain(shared).chain(indexes).map(String::into_bytes).collect())
    }

    fn read(&mut self, name: &[u8], bytes_max: usize) -> Result<Content, String> {
        let name = String::from_utf8_lossy(name);
        let number = name.trim_matches(|c: char| !c.is_ascii_digit()).parse().unwrap_or(0);
        let text = match name.rsplit('.').next() {
            Some("html") => Self::html(number),
            Some("json") if name.starts_with('p') => {
                format!("{{\"html\":\"{}\"}}", Self::text(number).replace('/', "\\u002f"))
            }
            Some("json") => self.index(number),
            Some("js") if name.contains("/p") => format!(
                "import{{a as b}}from\"./main.js\";const c=e=>`${{b(e)}}`,t={:?};export{{t}}",
                Self::text(number)
            ),
            Some("js") => "export const a=(e,t)=>e/t>2?/[/'`]/.test(t):`${e}`;".repeat(4000),
            _ => "p{background:url(none.png)}".to_owned(),
        };
        let whole = text.len() <= bytes_max;
        Ok(if whole { Content::Whole(text.into_bytes()) } else { Content::TooLarge })
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let pages = std::env::args().nth(1).map_or(Ok(10_000), |number| number.parse())?;
    let purpose = match std::env::args().nth(2).as_deref() {
        Some("--leaks") => Purpose::Leaks,
        _ => Purpose::Map,
    };
    let site = Site::read(&mut MadeUp { pages }, purpose, &mut |_| {})?;
    let report = site.report();
    println!("{} pages, {} shared files", report.pages.len(), report.shared.len());
    println!("{} files hold text of a page", site.held().len());
    match site.map() {
        Ok(map) => println!("{} bytes of map", map.len()),
        Err(error) => println!("{error}"),
    }
    println!("{} findings", report.findings.len());
    Ok(())
}
