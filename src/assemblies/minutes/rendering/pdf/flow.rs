//! Placing blocks on pages, from top to bottom.

use crate::assemblies::minutes::rendering::blocks::{Block, Span, words};
use crate::assemblies::minutes::rendering::pdf::fonts::Fonts;
use crate::assemblies::minutes::rendering::pdf::lines::{Line, wrap};
use crate::assemblies::minutes::wire::Paper;
use crate::kernel::http::Problem;

/// Size of running text.
pub const BODY: f32 = 10.0;

/// From one line to the next, in sizes.
pub const LEADING: f32 = 1.4;

/// From the top of a line to the foot of its letters, in sizes.
pub const ASCENT: f32 = 1.05;

/// A page and its margins, in points.
#[derive(Debug, Clone, Copy)]
pub struct Sheet {
    /// Of the paper.
    pub width: f32,
    /// Of the paper.
    pub height: f32,
    /// Where text begins.
    pub left: f32,
    /// Where it ends.
    pub right: f32,
    /// Where text begins.
    pub top: f32,
    /// Where it ends.
    pub bottom: f32,
}

impl Sheet {
    /// This paper.
    #[must_use]
    pub fn of(paper: Paper) -> Self {
        let (width, height) = match paper {
            Paper::Letter => (612.0, 792.0),
            Paper::A4 => (595.28, 841.89),
        };
        Self {
            width,
            height,
            left: 62.0,
            right: width - 62.0,
            top: 76.0,
            bottom: height - 72.0,
        }
    }
}

/// Something that is drawn on a page.
#[derive(Debug, Clone)]
pub enum Draw {
    /// A line of text, by its left end and the foot of its letters.
    Text {
        /// From the left.
        x: f32,
        /// From the top.
        y: f32,
        /// The size.
        size: f32,
        /// How light it is.
        gray: u8,
        /// The line.
        line: Line,
    },
    /// A filled box.
    Box {
        /// From the left.
        x: f32,
        /// From the top.
        y: f32,
        /// How wide.
        width: f32,
        /// How high.
        height: f32,
        /// How light it is.
        gray: u8,
    },
}

/// Where a heading stands.
#[derive(Debug, Clone)]
pub struct Heading {
    /// What it says.
    pub text: String,
    /// The page, from 0.
    pub page: usize,
    /// From the top.
    pub y: f32,
}

/// The pages so far.
pub struct Flow<'a> {
    /// The faces.
    pub fonts: &'a mut Fonts,
    /// The paper.
    pub sheet: Sheet,
    /// Where the next thing is placed, from the top.
    pub y: f32,
    pages: Vec<Vec<Draw>>,
    headings: Vec<Heading>,
    indent: f32,
}

impl<'a> Flow<'a> {
    /// An empty page.
    pub fn new(fonts: &'a mut Fonts, sheet: Sheet) -> Self {
        Self {
            fonts,
            sheet,
            y: sheet.top,
            pages: vec![Vec::new()],
            headings: Vec::new(),
            indent: 0.0,
        }
    }

    /// The pages, and where the headings stand on them.
    #[must_use]
    pub fn finish(mut self) -> (Vec<Vec<Draw>>, Vec<Heading>) {
        if self.pages.len() > 1 && self.pages.last().is_some_and(Vec::is_empty) {
            self.pages.pop();
        }
        (self.pages, self.headings)
    }

    /// Where text begins here.
    #[must_use]
    pub fn left(&self) -> f32 {
        self.sheet.left + self.indent
    }

    /// How wide text is here.
    #[must_use]
    pub fn width(&self) -> f32 {
        self.sheet.right - self.left()
    }

    /// What is left of this page.
    #[must_use]
    pub fn room(&self) -> f32 {
        self.sheet.bottom - self.y
    }

    /// Whether nothing stands on this page yet.
    #[must_use]
    pub fn is_at_top(&self) -> bool {
        self.y <= self.sheet.top
    }

    /// Draws on this page.
    pub fn draw(&mut self, draw: Draw) {
        if let Some(page) = self.pages.last_mut() {
            page.push(draw);
        }
    }

    /// Begins a page.
    pub fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = self.sheet.top;
    }

    /// Begins a page when so much does not fit on this one.
    pub fn need(&mut self, height: f32) {
        if height > self.room() && !self.is_at_top() {
            self.turn();
        }
    }

    /// Leaves a gap, but not at the top of a page.
    pub fn gap(&mut self, height: f32) {
        if !self.is_at_top() {
            self.y += height;
        }
    }

    /// Places blocks.
    ///
    /// # Errors
    ///
    /// 500 when a word cannot be shaped.
    pub fn blocks(&mut self, blocks: &[Block]) -> Result<(), Problem> {
        for (index, block) in blocks.iter().enumerate() {
            match block {
                Block::Heading(level, spans) => {
                    let next = blocks.get(index + 1);
                    let extra = if matches!(next, Some(Block::Heading(..))) {
                        3.0 * BODY
                    } else {
                        0.0
                    };
                    self.heading(*level, spans, extra)?;
                }
                Block::Paragraph(spans) => {
                    self.paragraph(spans)?;
                    self.gap(5.0);
                }
                Block::List(start, items) => {
                    self.list(*start, items)?;
                    self.gap(3.0);
                }
                Block::Table(table) => {
                    self.table(table)?;
                    self.gap(9.0);
                }
                Block::Quote(blocks) => self.within(16.0, blocks)?,
                Block::Code(text) => {
                    for line in text.lines() {
                        self.paragraph(&[Span::plain(line)])?;
                    }
                    self.gap(5.0);
                }
                Block::Rule => {
                    self.need(12.0);
                    let (x, y, width) = (self.left(), self.y + 4.0, self.width());
                    self.draw(Draw::Box {
                        x,
                        y,
                        width,
                        height: 0.5,
                        gray: 150,
                    });
                    self.y += 12.0;
                }
            }
        }
        Ok(())
    }

    fn within(&mut self, indent: f32, blocks: &[Block]) -> Result<(), Problem> {
        // What lies very deep keeps a column that words fit into.
        let indent = if self.width() > 160.0 { indent } else { 0.0 };
        self.indent += indent;
        let placed = self.blocks(blocks);
        self.indent -= indent;
        placed
    }

    /// A heading stays with what follows it; `extra` is what a heading that follows takes.
    fn heading(&mut self, level: u8, spans: &[Span], extra: f32) -> Result<(), Problem> {
        let (size, before, after) = match level {
            1 => (17.0, 14.0, 8.0),
            2 => (13.0, 14.0, 5.0),
            3 => (11.0, 9.0, 3.0),
            _ => (BODY, 6.0, 2.0),
        };
        let lines = wrap(self.fonts, spans, size, self.width(), true)?;
        let height: f32 = lines.iter().map(|_| size * 1.3).sum();
        self.need(before + height + after + extra + 4.5 * BODY * LEADING);
        self.gap(before);
        if level <= 3 {
            self.headings.push(Heading {
                text: words(spans),
                page: self.pages.len() - 1,
                y: self.y,
            });
        }
        for line in lines {
            self.line(line, size, 1.3);
        }
        self.y += after;
        Ok(())
    }

    fn line(&mut self, line: Line, size: f32, leading: f32) {
        let (x, y) = (self.left(), self.y + size * ASCENT);
        self.draw(Draw::Text {
            x,
            y,
            size,
            gray: 0,
            line,
        });
        self.y += size * leading;
    }

    /// A paragraph leaves no line of its own at the end of a page, nor at the beginning of one.
    fn paragraph(&mut self, spans: &[Span]) -> Result<(), Problem> {
        let lines = wrap(self.fonts, spans, BODY, self.width(), false)?;
        let height = BODY * LEADING;
        let mut left = lines.len();
        for (index, line) in lines.into_iter().enumerate() {
            let fitting = (self.room() / height).floor();
            let is_break = match (index, left) {
                (_, 0) => false,
                (0, 1) => fitting < 1.0,
                (0, _) => fitting < 2.0,
                // The last but one goes along with the last.
                (_, 2) => fitting < 2.0,
                _ => fitting < 1.0,
            };
            if is_break && !self.is_at_top() {
                self.turn();
            }
            self.line(line, BODY, LEADING);
            left -= 1;
        }
        Ok(())
    }

    fn list(&mut self, start: Option<u64>, items: &[Vec<Block>]) -> Result<(), Problem> {
        for (index, item) in items.iter().enumerate() {
            let mark = match start {
                Some(first) => {
                    let index = u64::try_from(index).unwrap_or_default();
                    format!("{}.", first.saturating_add(index))
                }
                None => "•".to_owned(),
            };
            let marks = wrap(self.fonts, &[Span::plain(mark)], BODY, 60.0, false)?;
            self.need(BODY * LEADING * 2.0);
            if let Some(line) = marks.into_iter().next() {
                let (x, y) = (self.left() + 4.0, self.y + BODY * ASCENT);
                self.draw(Draw::Text {
                    x,
                    y,
                    size: BODY,
                    gray: 0,
                    line,
                });
            }
            let top = self.y;
            self.within(18.0, item)?;
            if (self.y - top).abs() < f32::EPSILON {
                self.y += BODY * LEADING;
            }
        }
        Ok(())
    }
}
