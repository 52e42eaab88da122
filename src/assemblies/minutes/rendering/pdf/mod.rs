//! Minutes as PDF: pages with a head and a foot, set in fonts that ship with the program.
//!
//! The same minutes give the same bytes. First everything is placed (`flow`), then pages are
//! drawn, because each says how many there are.

mod flow;
mod fonts;
mod lines;
mod table;
#[cfg(test)]
mod tests;

use krilla::Document as File;
use krilla::color::rgb;
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect, Transform};
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;

use crate::assemblies::minutes::rendering::Document;
use crate::assemblies::minutes::rendering::blocks::Span;
use crate::assemblies::minutes::rendering::pdf::flow::{Draw, Flow, Sheet};
use crate::assemblies::minutes::rendering::pdf::fonts::{Face, Fonts};
use crate::assemblies::minutes::rendering::pdf::lines::{Line, wrap};
use crate::assemblies::minutes::wire::Paper;
use crate::kernel::http::Problem;

/// Size of the head and the foot of a page.
const SMALL: f32 = 7.5;

/// Gray of the head and the foot.
const GRAY: u8 = 90;

/// Sets minutes on this paper.
///
/// # Errors
///
/// 500 when they cannot be set.
pub fn set(document: &Document, paper: Paper) -> Result<Vec<u8>, Problem> {
    let mut fonts = Fonts::load()?;
    let sheet = Sheet::of(paper);
    let mut flow = Flow::new(&mut fonts, sheet);
    flow.blocks(&document.blocks())?;
    let (pages, headings) = flow.finish();
    let mut file = File::new();
    file.set_metadata(metadata(document));
    let count = pages.len();
    for (index, drawn) in pages.iter().enumerate() {
        let settings = PageSettings::from_wh(sheet.width, sheet.height)
            .ok_or_else(|| Problem::internal("a page without a size"))?;
        let mut page = file.start_page_with(settings);
        let mut surface = page.surface();
        if document.is_draft() {
            watermark(&mut surface, &mut fonts, sheet)?;
        }
        for draw in drawn {
            put(&mut surface, &fonts, draw);
        }
        margins(
            &mut surface,
            &mut fonts,
            sheet,
            document,
            (index + 1, count),
        )?;
        surface.finish();
        page.finish();
    }
    let mut outline = Outline::new();
    for heading in headings {
        let place = XyzDestination::new(heading.page, Point::from_xy(0.0, heading.y));
        outline.push_child(OutlineNode::new(heading.text, place));
    }
    file.set_outline(outline);
    file.finish().map_err(Problem::internal)
}

fn metadata(document: &Document) -> Metadata {
    let changed = document.minutes.updated_at;
    let part = |from: usize, to: usize| -> u16 {
        changed
            .to_string()
            .get(from..to)
            .and_then(|text| text.parse().ok())
            .unwrap_or_default()
    };
    let about = match &document.minutes.hash {
        Some(hash) => format!("Approved. SHA-256 {hash}"),
        None => "Draft: not approved.".to_owned(),
    };
    let small = |from: usize| u8::try_from(part(from, from + 2)).unwrap_or_default();
    Metadata::new()
        .title(document.title())
        .description(about)
        .language("en".to_owned())
        .creator("Chancery".to_owned())
        .creation_date(
            DateTime::new(part(0, 4))
                .month(small(5))
                .day(small(8))
                .hour(small(11))
                .minute(small(14))
                .second(small(17))
                .utc_offset_hour(0)
                .utc_offset_minute(0),
        )
}

fn fill(gray: u8) -> Fill {
    Fill {
        paint: rgb::Color::new(gray, gray, gray).into(),
        opacity: NormalizedF32::ONE,
        rule: FillRule::default(),
    }
}

fn put(surface: &mut Surface<'_>, fonts: &Fonts, draw: &Draw) {
    match draw {
        Draw::Text {
            x,
            y,
            size,
            gray,
            line,
        } => text(surface, fonts, line, (*x, *y), *size, *gray),
        Draw::Box {
            x,
            y,
            width,
            height,
            gray,
        } => {
            let mut path = PathBuilder::new();
            if let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) {
                path.push_rect(rect);
            }
            if let Some(path) = path.finish() {
                surface.set_fill(Some(fill(*gray)));
                surface.draw_path(&path);
            }
        }
    }
}

/// Draws a line: neighbours in one face as one run, so that they are found and copied as they stand.
fn text(
    surface: &mut Surface<'_>,
    fonts: &Fonts,
    line: &Line,
    (x, y): (f32, f32),
    size: f32,
    gray: u8,
) {
    surface.set_fill(Some(fill(gray)));
    for run in line.words.chunk_by(|one, next| one.face == next.face) {
        let Some(first) = run.first() else { continue };
        let (mut words, mut glyphs) = (String::new(), Vec::new());
        for placed in run {
            let before = words.len();
            words.push_str(&placed.word.text);
            glyphs.extend(placed.word.glyphs.iter().cloned().map(|mut glyph| {
                glyph.text_range = glyph.text_range.start + before..glyph.text_range.end + before;
                glyph
            }));
        }
        let start = Point::from_xy(x + first.x, y);
        surface.draw_glyphs(start, &glyphs, fonts.drawn(first.face), &words, size, false);
    }
}

fn watermark(surface: &mut Surface<'_>, fonts: &mut Fonts, sheet: Sheet) -> Result<(), Problem> {
    let size = 150.0;
    let word = fonts.word(Face::Bold, "DRAFT")?;
    let (x, y) = (sheet.width / 2.0, sheet.height / 2.0);
    surface.push_transform(&Transform::from_rotate_at(-52.0, x, y));
    surface.set_fill(Some(fill(236)));
    let start = Point::from_xy(x - word.width * size / 2.0, y + size * 0.36);
    let face = fonts.drawn(Face::Bold);
    surface.draw_glyphs(start, &word.glyphs, face, &word.text, size, false);
    surface.pop();
    Ok(())
}

/// The head and the foot of a page.
fn margins(
    surface: &mut Surface<'_>,
    fonts: &mut Fonts,
    sheet: Sheet,
    document: &Document,
    (page, count): (usize, usize),
) -> Result<(), Problem> {
    let session = format!("Minutes of session {}", document.session.number);
    let seal = match &document.minutes.hash {
        Some(hash) => format!("SHA-256 {hash}"),
        None => "DRAFT: not approved".to_owned(),
    };
    let pages = format!("{page} of {count}");
    let (top, bottom) = (sheet.top - 20.0, sheet.bottom + 26.0);
    for (words, y, is_right) in [
        (&document.assembly, top, false),
        (&session, top, true),
        (&seal, bottom, false),
        (&pages, bottom, true),
    ] {
        let room = (sheet.right - sheet.left) * if is_right { 0.3 } else { 0.68 };
        let lines = wrap(fonts, &[Span::plain(words)], SMALL, room, false)?;
        if let Some(line) = lines.first() {
            let x = if is_right {
                sheet.right - line.width
            } else {
                sheet.left
            };
            text(surface, fonts, line, (x, y), SMALL, GRAY);
        }
    }
    for y in [sheet.top - 14.0, sheet.bottom + 14.0] {
        put(
            surface,
            fonts,
            &Draw::Box {
                x: sheet.left,
                y,
                width: sheet.right - sheet.left,
                height: 0.5,
                gray: 150,
            },
        );
    }
    Ok(())
}
