//! Markdown, read into blocks. Text that came from people is text here and nothing else: HTML in it
//! is kept as it is written, links and images are told by their words and addresses. What renders
//! blocks has nothing to let through.

use pulldown_cmark::{Alignment, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// Lists and quotations lie in each other this deep, at most; deeper ones are taken as one.
const DEPTH: usize = 8;

/// A piece of running text in one style. A line break is a span of its own: `"\n"`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Span {
    /// The text.
    pub text: String,
    /// Whether it is strong.
    pub is_bold: bool,
    /// Whether it is emphasized.
    pub is_italic: bool,
}

/// A table: the first row is its head.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Whether each column is set to the right.
    pub is_right: Vec<bool>,
    /// The head.
    pub head: Vec<Vec<Span>>,
    /// The rows.
    pub rows: Vec<Vec<Vec<Span>>>,
}

/// A part of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading, 1 to 6.
    Heading(u8, Vec<Span>),
    /// A paragraph.
    Paragraph(Vec<Span>),
    /// A list, numbered from its first number on or not at all.
    List(Option<u64>, Vec<Vec<Block>>),
    /// A table.
    Table(Table),
    /// A quotation.
    Quote(Vec<Block>),
    /// Lines that are kept as they are.
    Code(String),
    /// A line across.
    Rule,
}

impl Span {
    /// Text in the usual style.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// Strong text.
    #[must_use]
    pub fn bold(text: impl Into<String>) -> Self {
        Self {
            is_bold: true,
            ..Self::plain(text)
        }
    }
}

enum Frame {
    Quote(Vec<Block>),
    List(Option<u64>, Vec<Vec<Block>>),
    Item(Vec<Block>),
}

/// Reads Markdown (`CommonMark` with tables).
#[must_use]
pub fn parse(markdown: &str) -> Vec<Block> {
    let mut reader = Reader::default();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        reader.take(event);
    }
    reader.flush();
    reader.blocks
}

#[derive(Default)]
struct Reader {
    blocks: Vec<Block>,
    frames: Vec<Frame>,
    /// Containers that are open and too deep.
    skipped: usize,
    spans: Vec<Span>,
    bold: usize,
    italic: usize,
    table: Option<Table>,
    row: Vec<Vec<Span>>,
    address: Vec<String>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                self.text(&text);
            }
            Event::SoftBreak => self.text(" "),
            Event::HardBreak => self.spans.push(Span::plain("\n")),
            Event::Rule => {
                self.flush();
                self.push(Block::Rule);
            }
            Event::FootnoteReference(_)
            | Event::TaskListMarker(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_) => {}
        }
    }

    fn text(&mut self, text: &str) {
        let (is_bold, is_italic) = (self.bold > 0, self.italic > 0);
        if let Some(last) = self.spans.last_mut()
            && (last.is_bold, last.is_italic) == (is_bold, is_italic)
            && last.text != "\n"
        {
            last.text.push_str(text);
            return;
        }
        self.spans.push(Span {
            text: text.to_owned(),
            is_bold,
            is_italic,
        });
    }

    fn push(&mut self, block: Block) {
        match self.frames.last_mut() {
            Some(Frame::Quote(blocks) | Frame::Item(blocks)) => blocks.push(block),
            Some(Frame::List(_, items)) => items.push(vec![block]),
            None => self.blocks.push(block),
        }
    }

    /// Ends the running text: of a tight item, or of a block that was not closed.
    fn flush(&mut self) {
        let spans = std::mem::take(&mut self.spans);
        if spans.iter().any(|span| !span.text.trim().is_empty()) {
            self.push(Block::Paragraph(spans));
        }
    }

    fn open(&mut self, frame: Frame) {
        self.flush();
        if self.skipped > 0 || self.frames.len() >= DEPTH * 2 {
            self.skipped += 1;
        } else {
            self.frames.push(frame);
        }
    }

    fn close(&mut self) {
        self.flush();
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        match self.frames.pop() {
            Some(Frame::Quote(blocks)) => self.push(Block::Quote(blocks)),
            Some(Frame::List(start, items)) => self.push(Block::List(start, items)),
            Some(Frame::Item(blocks)) => match self.frames.last_mut() {
                Some(Frame::List(_, items)) => items.push(blocks),
                _ => self.push(Block::Quote(blocks)),
            },
            None => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::BlockQuote(_) => self.open(Frame::Quote(Vec::new())),
            Tag::List(start) => self.open(Frame::List(start, Vec::new())),
            Tag::Item => self.open(Frame::Item(Vec::new())),
            Tag::Table(alignments) => {
                self.flush();
                self.table = Some(Table {
                    is_right: alignments
                        .iter()
                        .map(|alignment| *alignment == Alignment::Right)
                        .collect(),
                    ..Table::default()
                });
            }
            Tag::Emphasis => self.italic += 1,
            Tag::Strong => self.bold += 1,
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.address.push(dest_url.to_string());
            }
            Tag::Paragraph | Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock => {
                self.flush();
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item => self.close(),
            TagEnd::Paragraph | TagEnd::HtmlBlock => self.flush(),
            TagEnd::Heading(level) => {
                let spans = std::mem::take(&mut self.spans);
                self.push(Block::Heading(rank(level), spans));
            }
            TagEnd::CodeBlock => {
                let spans = std::mem::take(&mut self.spans);
                let text: String = spans.into_iter().map(|span| span.text).collect();
                self.push(Block::Code(text));
            }
            TagEnd::Emphasis => self.italic = self.italic.saturating_sub(1),
            TagEnd::Strong => self.bold = self.bold.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => {
                if let Some(address) = self.address.pop()
                    && !self
                        .spans
                        .last()
                        .is_some_and(|span| span.text.ends_with(&address))
                {
                    self.text(&format!(" ({address})"));
                }
            }
            TagEnd::TableCell => self.row.push(std::mem::take(&mut self.spans)),
            TagEnd::TableHead => {
                let row = std::mem::take(&mut self.row);
                if let Some(table) = &mut self.table {
                    table.head = row;
                }
            }
            TagEnd::TableRow => {
                let row = std::mem::take(&mut self.row);
                if let Some(table) = &mut self.table {
                    table.rows.push(row);
                }
            }
            TagEnd::Table => {
                if let Some(table) = self.table.take() {
                    self.push(Block::Table(table));
                }
            }
            _ => {}
        }
    }
}

const fn rank(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// The words of spans, without their style.
#[must_use]
pub fn words(spans: &[Span]) -> String {
    spans.iter().map(|span| span.text.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_tables_and_styles_are_read() {
        let read = parse(
            "# A *b*\n\ntext **bold**  \nnext\n\n1. one\n   - two\n\n|a|b|\n|-|-:|\n|x \\| y|z|\n",
        );
        assert_eq!(
            read.first(),
            Some(&Block::Heading(
                1,
                vec![
                    Span::plain("A "),
                    Span {
                        is_italic: true,
                        ..Span::plain("b")
                    }
                ]
            ))
        );
        assert_eq!(
            read.get(1),
            Some(&Block::Paragraph(vec![
                Span::plain("text "),
                Span::bold("bold"),
                Span::plain("\n"),
                Span::plain("next"),
            ]))
        );
        let inner = Block::List(None, vec![vec![Block::Paragraph(vec![Span::plain("two")])]]);
        assert_eq!(
            read.get(2),
            Some(&Block::List(
                Some(1),
                vec![vec![Block::Paragraph(vec![Span::plain("one")]), inner]]
            ))
        );
        assert_eq!(
            read.get(3),
            Some(&Block::Table(Table {
                is_right: vec![false, true],
                head: vec![vec![Span::plain("a")], vec![Span::plain("b")]],
                rows: vec![vec![vec![Span::plain("x | y")], vec![Span::plain("z")]]],
            }))
        );
    }

    #[test]
    fn html_links_and_images_are_words() {
        let read = parse(
            "<script>alert(1)</script>\n\na <b onclick=x>c</b> [go](javascript:x) ![i](https://a.example/p.png)\n",
        );
        let text: Vec<String> = read
            .iter()
            .map(|block| match block {
                Block::Paragraph(spans) => words(spans),
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(
            text,
            [
                "<script>alert(1)</script>\n",
                "a <b onclick=x>c</b> go (javascript:x) i (https://a.example/p.png)",
            ]
        );
    }

    #[test]
    fn what_lies_too_deep_keeps_its_words() {
        let deep = format!("{}deep\n\nafter\n", "> ".repeat(5000));
        let read = parse(&deep);
        let told = format!("{read:?}");
        assert!(told.contains("deep") && told.contains("after"));
        assert!(told.matches("Quote").count() <= DEPTH * 2);
    }
}
