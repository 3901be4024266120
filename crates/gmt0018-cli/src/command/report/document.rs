//! A page of headings, paragraphs, tables and plots, as HTML and as Markdown.

use std::fmt::Write as _;

use crate::svg::escape;

/// A page; every text in it is escaped when it is written.
#[derive(Debug)]
pub(super) struct Document {
    title: String,
    blocks: Vec<Block>,
}

#[derive(Debug)]
enum Block {
    Heading(String),
    Text(String),
    /// A statement that must not be missed.
    Notice(String),
    Table {
        header: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    /// SVG made here.
    Plot(String),
}

impl Document {
    pub(super) fn new(title: &str) -> Self {
        Self {
            title: title.to_owned(),
            blocks: Vec::new(),
        }
    }

    pub(super) fn heading(&mut self, text: &str) {
        self.blocks.push(Block::Heading(text.to_owned()));
    }

    pub(super) fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    pub(super) fn notice(&mut self, text: &str) {
        self.blocks.push(Block::Notice(text.to_owned()));
    }

    pub(super) fn table(&mut self, header: &[&str], rows: Vec<Vec<String>>) {
        let header = header.iter().map(|&name| name.to_owned()).collect();
        self.blocks.push(Block::Table { header, rows });
    }

    pub(super) fn plot(&mut self, svg: String) {
        self.blocks.push(Block::Plot(svg));
    }

    pub(super) fn html(&self) -> String {
        let title = escape(&self.title);
        let mut text = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
        );
        for block in &self.blocks {
            // Writing to a String does not fail.
            let _ = match block {
                Block::Heading(heading) => writeln!(text, "<h2>{}</h2>", escape(heading)),
                Block::Text(paragraph) => writeln!(text, "<p>{}</p>", escape(paragraph)),
                Block::Notice(notice) => {
                    writeln!(text, "<p class=\"notice\">{}</p>", escape(notice))
                }
                Block::Table { header, rows } => {
                    text.push_str("<table>\n");
                    row(&mut text, "th", header);
                    rows.iter().for_each(|cells| row(&mut text, "td", cells));
                    writeln!(text, "</table>")
                }
                Block::Plot(svg) => writeln!(text, "<figure>{svg}</figure>"),
            };
        }
        text.push_str("</body>\n</html>\n");
        text
    }

    pub(super) fn markdown(&self) -> String {
        let mut text = format!("# {}\n", plain(&self.title));
        for block in &self.blocks {
            text.push('\n');
            // Writing to a String does not fail.
            let _ = match block {
                Block::Heading(heading) => writeln!(text, "## {}", plain(heading)),
                Block::Text(paragraph) => writeln!(text, "{}", plain(paragraph)),
                Block::Notice(notice) => writeln!(text, "> {}", plain(notice)),
                Block::Table { header, rows } => {
                    let line = |cells: &[String]| {
                        let cells: Vec<String> = cells.iter().map(|cell| plain(cell)).collect();
                        format!("| {} |\n", cells.join(" | "))
                    };
                    text.push_str(&line(header));
                    text.push_str(&"|---".repeat(header.len()));
                    text.push_str("|\n");
                    rows.iter().for_each(|cells| text.push_str(&line(cells)));
                    Ok(())
                }
                Block::Plot(_) => writeln!(text, "(The plot is in the HTML page.)"),
            };
        }
        text
    }
}

fn row(text: &mut String, tag: &str, cells: &[String]) {
    text.push_str("<tr>");
    for cell in cells {
        // Writing to a String does not fail.
        let _ = write!(text, "<{tag}>{}</{tag}>", escape(cell));
    }
    text.push_str("</tr>\n");
}

/// Text on one line in which nothing is markup.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '&' => plain.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' => {
                plain.push('\\');
                plain.push(character);
            }
            other if other.is_control() => plain.push(' '),
            other => plain.push(other),
        }
    }
    plain
}

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:15px/1.5 sans-serif;max-width:52em;margin:2em auto;padding:0 1em;color:#222;background:#fff}\
h1{font-size:1.6em}h2{font-size:1.2em;margin-top:2em;border-bottom:1px solid #8888}\
table{border-collapse:collapse;margin:1em 0;font-size:.9em}\
th,td{border:1px solid #8888;padding:.2em .6em;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
.notice{border:2px solid #b60;padding:.5em 1em}\
figure{margin:1em 0}svg{max-width:100%;height:auto}\
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}}\
@media print{body{color:#000;background:#fff;margin:0;max-width:none}h2{break-after:avoid}table,figure{break-inside:avoid}}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_markup() {
        let evil = "</td><script>alert('1')</script> | [x](y) `z`\n# h";
        let mut document = Document::new(evil);
        document.heading(evil);
        document.text(evil);
        document.notice(evil);
        document.table(&[evil], vec![vec![evil.to_owned()]]);
        let html = document.html();
        assert!(!html.contains("<script"), "{html}");
        assert_eq!(html.matches("&lt;script&gt;").count(), 7, "{html}");
        let markdown = document.markdown();
        assert!(
            !markdown.contains('<') && !markdown.contains("\n# h"),
            "{markdown}"
        );
        assert!(markdown.contains("\\| \\[x\\](y) \\`z\\`"), "{markdown}");
    }
}
