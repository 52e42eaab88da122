//! Minutes as a page of HTML: no script, no address to load from, and no text that is not escaped.

use std::fmt::Write;

use crate::assemblies::minutes::rendering::Document;
use crate::assemblies::minutes::rendering::blocks::{Block, Span, Table};

/// The policy of the page: nothing is loaded, nothing runs, and only its own style applies.
pub const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                          form-action 'none'; frame-ancestors 'none'; sandbox";

const STYLE: &str = "\
body{font:16px/1.5 'Noto Sans',system-ui,sans-serif;color:#111;max-width:52rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.6rem;line-height:1.25}h2{font-size:1.25rem;margin-top:2rem;border-bottom:1px solid #bbb}h3{font-size:1.05rem}\
table{border-collapse:collapse;width:100%;font-size:.875rem;margin:.75rem 0}\
th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid #ccc;overflow-wrap:anywhere}\
th{background:#eee;border-bottom:1px solid #888}.r{text-align:right}\
blockquote{margin:.75rem 0;padding:0 1rem;border-left:3px solid #bbb}pre{white-space:pre-wrap}\
.draft{border:2px solid #a00;color:#a00;padding:.5rem 1rem;font-weight:bold}\
.hash{font:.75rem monospace;overflow-wrap:anywhere}\
@media print{body{margin:0;max-width:none;font-size:10.5pt}thead{display:table-header-group}tr,h1,h2,h3{break-inside:avoid}h1,h2,h3{break-after:avoid}}";

fn escaped(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
}

/// The whole page.
#[must_use]
pub fn page(document: &Document) -> String {
    let mut out = String::from("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    out.push_str("<meta name=\"viewport\" content=\"width=device-width\"><title>");
    escaped(&document.title(), &mut out);
    let _ = writeln!(out, "</title><style>{STYLE}</style></head><body>");
    if document.is_draft() {
        out.push_str("<p class=\"draft\">DRAFT: these minutes are not approved.</p>\n");
    }
    write_blocks(&document.blocks(), &mut out);
    if let Some(hash) = &document.minutes.hash {
        out.push_str("<p class=\"hash\">SHA-256 ");
        escaped(hash, &mut out);
        out.push_str("</p>\n");
    }
    out.push_str("</body></html>\n");
    out
}

fn write_blocks(blocks: &[Block], out: &mut String) {
    for block in blocks {
        match block {
            Block::Heading(level, spans) => {
                let _ = write!(out, "<h{level}>");
                write_spans(spans, out);
                let _ = writeln!(out, "</h{level}>");
            }
            Block::Paragraph(spans) => {
                out.push_str("<p>");
                write_spans(spans, out);
                out.push_str("</p>\n");
            }
            Block::List(start, items) => write_list(*start, items, out),
            Block::Table(table) => write_table(table, out),
            Block::Quote(blocks) => {
                out.push_str("<blockquote>\n");
                write_blocks(blocks, out);
                out.push_str("</blockquote>\n");
            }
            Block::Code(text) => {
                out.push_str("<pre>");
                escaped(text, out);
                out.push_str("</pre>\n");
            }
            Block::Rule => out.push_str("<hr>\n"),
        }
    }
}

fn write_spans(spans: &[Span], out: &mut String) {
    for span in spans {
        if span.text == "\n" {
            out.push_str("<br>\n");
            continue;
        }
        let marks = [(span.is_bold, "strong"), (span.is_italic, "em")];
        for (_, mark) in marks.iter().filter(|(is_so, _)| *is_so) {
            let _ = write!(out, "<{mark}>");
        }
        escaped(&span.text, out);
        for (_, mark) in marks.iter().rev().filter(|(is_so, _)| *is_so) {
            let _ = write!(out, "</{mark}>");
        }
    }
}

fn write_list(start: Option<u64>, items: &[Vec<Block>], out: &mut String) {
    let name = match start {
        Some(first) => {
            let _ = writeln!(out, "<ol start=\"{first}\">");
            "ol"
        }
        None => {
            out.push_str("<ul>\n");
            "ul"
        }
    };
    for item in items {
        out.push_str("<li>");
        match item.as_slice() {
            [Block::Paragraph(spans), rest @ ..] => {
                write_spans(spans, out);
                write_blocks(rest, out);
            }
            all => write_blocks(all, out),
        }
        out.push_str("</li>\n");
    }
    let _ = writeln!(out, "</{name}>");
}

fn write_table(table: &Table, out: &mut String) {
    let row = |cells: &[Vec<Span>], name: &str, out: &mut String| {
        out.push_str("<tr>");
        for (index, cell) in cells.iter().enumerate() {
            let is_right = table.is_right.get(index).copied().unwrap_or(false);
            let class = if is_right { " class=\"r\"" } else { "" };
            let _ = write!(out, "<{name}{class}>");
            write_spans(cell, out);
            let _ = write!(out, "</{name}>");
        }
        out.push_str("</tr>\n");
    };
    out.push_str("<table><thead>\n");
    row(&table.head, "th", out);
    out.push_str("</thead><tbody>\n");
    for cells in &table.rows {
        row(cells, "td", out);
    }
    out.push_str("</tbody></table>\n");
}
