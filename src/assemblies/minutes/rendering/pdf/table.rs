//! Tables: columns as wide as they need, rows that go on over the page, and the head on each page.

use crate::assemblies::minutes::rendering::blocks::{Span, Table};
use crate::assemblies::minutes::rendering::pdf::flow::{ASCENT, Draw, Flow, LEADING};
use crate::assemblies::minutes::rendering::pdf::lines::{Line, widths, wrap};
use crate::kernel::http::Problem;

/// Size of the text in tables.
const SIZE: f32 = 8.5;

/// From one line to the next.
const STEP: f32 = SIZE * LEADING * 0.93;

/// Around what stands in a cell: to the sides, above and below.
const PADDING: (f32, f32) = (5.0, 2.5);

/// Columns that need no more than this are not pressed together.
const NARROW: f32 = 85.0;

/// Lines of a row that is kept together.
const WHOLE: usize = 8;

/// A table of less than this height is kept on one page.
const SHORT: f32 = 180.0;

/// A row with its cells broken into lines.
struct Row {
    cells: Vec<Vec<Line>>,
    is_head: bool,
}

impl Row {
    fn lines(&self) -> usize {
        self.cells.iter().map(Vec::len).max().unwrap_or_default()
    }
}

fn height_of(lines: usize) -> f32 {
    lines as f32 * STEP + 2.0 * PADDING.1
}

impl Flow<'_> {
    /// Places a table.
    ///
    /// # Errors
    ///
    /// 500 when a word cannot be shaped.
    pub fn table(&mut self, table: &Table) -> Result<(), Problem> {
        let columns = self.columns(table)?;
        let head = self.row(&table.head, &columns, true)?;
        let mut rows = Vec::with_capacity(table.rows.len());
        for cells in &table.rows {
            rows.push(self.row(cells, &columns, false)?);
        }
        let first = rows.first().map_or(0, |row| row.lines().min(WHOLE));
        let all: f32 = rows.iter().map(|row| height_of(row.lines())).sum();
        // A short table is kept together; a long one begins with a row at least.
        let together = if all < SHORT { all } else { height_of(first) };
        self.need(height_of(head.lines()) + together);
        self.gap(2.0);
        self.whole(&head, table, &columns);
        for row in &rows {
            self.broken(row, &head, table, &columns);
        }
        Ok(())
    }

    /// How wide each column is: its text in one line where all have room, and otherwise in
    /// proportion, but no narrower than its widest word.
    fn columns(&mut self, table: &Table) -> Result<Vec<f32>, Problem> {
        let count = table.head.len().max(1);
        let (mut wanted, mut needed) = (vec![12.0_f32; count], vec![12.0_f32; count]);
        let all =
            std::iter::once((&table.head, true)).chain(table.rows.iter().map(|row| (row, false)));
        for (cells, is_head) in all {
            for ((cell, wanted), needed) in cells.iter().zip(&mut wanted).zip(&mut needed) {
                let (line, word) = widths(self.fonts, cell, SIZE, is_head)?;
                let extra = 2.0 * PADDING.0 + 0.5;
                *wanted = wanted.max(line + extra);
                *needed = needed.max(word + extra);
            }
        }
        Ok(shared_out(&wanted, &needed, self.width()))
    }

    fn row(&mut self, cells: &[Vec<Span>], columns: &[f32], is_head: bool) -> Result<Row, Problem> {
        let mut broken = Vec::with_capacity(columns.len());
        for (cell, width) in cells.iter().zip(columns) {
            let room = (width - 2.0 * PADDING.0).max(4.0);
            broken.push(wrap(self.fonts, cell, SIZE, room, is_head)?);
        }
        Ok(Row {
            cells: broken,
            is_head,
        })
    }

    /// Draws lines `from..to` of a row.
    fn part(&mut self, row: &Row, (from, to): (usize, usize), table: &Table, columns: &[f32]) {
        let height = height_of(to - from);
        let (left, top) = (self.left(), self.y);
        let width: f32 = columns.iter().sum();
        if row.is_head {
            self.draw(Draw::Box {
                x: left,
                y: top,
                width,
                height,
                gray: 232,
            });
        }
        let mut x = left;
        for (index, (cell, column)) in row.cells.iter().zip(columns).enumerate() {
            let is_right = table.is_right.get(index).copied().unwrap_or(false);
            let mut y = top + PADDING.1 + SIZE * ASCENT;
            for line in cell.iter().take(to).skip(from) {
                let x = if is_right {
                    x + column - PADDING.0 - line.width
                } else {
                    x + PADDING.0
                };
                self.draw(Draw::Text {
                    x,
                    y,
                    size: SIZE,
                    gray: 0,
                    line: line.clone(),
                });
                y += STEP;
            }
            x += column;
        }
        self.draw(Draw::Box {
            x: left,
            y: top + height,
            width,
            height: 0.4,
            gray: if row.is_head { 110 } else { 195 },
        });
        self.y += height;
    }

    fn whole(&mut self, row: &Row, table: &Table, columns: &[f32]) {
        self.part(row, (0, row.lines()), table, columns);
    }

    /// Draws a row, over as many pages as it takes, with the head on each.
    fn broken(&mut self, row: &Row, head: &Row, table: &Table, columns: &[f32]) {
        let (mut from, lines) = (0, row.lines());
        loop {
            let left = lines - from;
            if height_of(left) <= self.room() {
                self.part(row, (from, lines), table, columns);
                return;
            }
            let fitting = fitting_in(self.room());
            // Short rows are kept together, and long ones leave no line alone.
            let is_worth_it = lines > WHOLE && fitting >= 3;
            if is_worth_it {
                let to = from + fitting.min(left.saturating_sub(2)).max(1);
                self.part(row, (from, to), table, columns);
                from = to;
            }
            let was_at_top = self.is_at_top();
            self.turn();
            self.whole(head, table, columns);
            if !is_worth_it && was_at_top {
                // A head that fills a page leaves no room to wait for.
                self.part(row, (from, lines), table, columns);
                return;
            }
        }
    }
}

fn fitting_in(room: f32) -> usize {
    ((room - 2.0 * PADDING.1) / STEP).floor().max(0.0) as usize
}

fn shared_out(wanted: &[f32], needed: &[f32], width: f32) -> Vec<f32> {
    let (all_wanted, all_needed): (f32, f32) = (wanted.iter().sum(), needed.iter().sum());
    if all_wanted <= width {
        let spare = width - all_wanted;
        return wanted
            .iter()
            .map(|own| own + spare * own / all_wanted)
            .collect();
    }
    if all_needed >= width {
        return needed.iter().map(|own| own * width / all_needed).collect();
    }
    let roomy: Vec<f32> = wanted
        .iter()
        .zip(needed)
        .map(|(wanted, needed)| needed.max(wanted.min(NARROW)))
        .collect();
    let all_roomy: f32 = roomy.iter().sum();
    let (needed, all_needed) = if all_roomy < width * 0.75 {
        (roomy.as_slice(), all_roomy)
    } else {
        (needed, all_needed)
    };
    // A cell of many lines does not press the others together more than one of a few lines does.
    let more: Vec<f32> = wanted
        .iter()
        .zip(needed)
        .map(|(wanted, needed)| (wanted - needed).min(4.0 * width))
        .collect();
    let all_more: f32 = more.iter().sum::<f32>().max(1.0);
    needed
        .iter()
        .zip(&more)
        .map(|(own, more)| own + (width - all_needed) * more / all_more)
        .collect()
}
