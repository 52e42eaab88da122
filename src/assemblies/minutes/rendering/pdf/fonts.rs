//! The faces that minutes are set in, and the widths of words.

use std::borrow::Cow;
use std::collections::HashMap;
use std::rc::Rc;

use harfrust::{Buffer, ShapeOptions, ShaperFont, shape};
use krilla::text::{Font, GlyphId, KrillaGlyph};

use crate::kernel::http::Problem;

const REGULAR: &[u8] = include_bytes!("../../../../../data/fonts/NotoSans-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../../../../data/fonts/NotoSans-Bold.ttf");
const ITALIC: &[u8] = include_bytes!("../../../../../data/fonts/NotoSans-Italic.ttf");

/// One of the faces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Face {
    /// For running text.
    Regular,
    /// For headings and what is strong.
    Bold,
    /// For what is emphasized.
    Italic,
}

/// A word as it is drawn, at a size of one.
#[derive(Debug)]
pub struct Shaped {
    /// The word.
    pub text: String,
    /// Its glyphs, which name bytes of the word.
    pub glyphs: Vec<KrillaGlyph>,
    /// How wide it is.
    pub width: f32,
}

struct Loaded {
    drawn: Font,
    shaped: harfrust::Font,
    units: f32,
}

/// The faces, and the words that were shaped so far.
pub struct Fonts {
    regular: Loaded,
    bold: Loaded,
    italic: Loaded,
    known: HashMap<(Face, String), Rc<Shaped>>,
}

fn load(data: &'static [u8]) -> Result<Loaded, Problem> {
    let missing = || Problem::internal("a font that ships with the program cannot be read");
    let drawn = Font::new(data.into(), 0).ok_or_else(missing)?;
    let shaped = harfrust::Font::new(data, 0).ok_or_else(missing)?;
    let units = f32::from(shaped.units_per_em());
    Ok(Loaded {
        drawn,
        shaped,
        units,
    })
}

impl Fonts {
    /// Reads the faces.
    ///
    /// # Errors
    ///
    /// 500 when they cannot be read.
    pub fn load() -> Result<Self, Problem> {
        Ok(Self {
            regular: load(REGULAR)?,
            bold: load(BOLD)?,
            italic: load(ITALIC)?,
            known: HashMap::new(),
        })
    }

    const fn loaded(&self, face: Face) -> &Loaded {
        match face {
            Face::Regular => &self.regular,
            Face::Bold => &self.bold,
            Face::Italic => &self.italic,
        }
    }

    /// The face as it is drawn with.
    #[must_use]
    pub fn drawn(&self, face: Face) -> Font {
        self.loaded(face).drawn.clone()
    }

    /// A word, or a space, as it is drawn.
    ///
    /// # Errors
    ///
    /// 500 when it cannot be shaped.
    pub fn word(&mut self, face: Face, text: &str) -> Result<Rc<Shaped>, Problem> {
        if let Some(known) = self.known.get(&(face, text.to_owned())) {
            return Ok(known.clone());
        }
        let font = self.loaded(face);
        let written = written(font, text);
        let shaped = Rc::new(shaped(font, &written)?);
        self.known.insert((face, text.to_owned()), shaped.clone());
        Ok(shaped)
    }
}

/// The word in letters that the face has: others are transliterated, where that is known.
fn written<'a>(font: &Loaded, text: &'a str) -> Cow<'a, str> {
    let charmap = font.shaped.charmap();
    let has = |c: char| c.is_ascii() || charmap.map_unicode(u32::from(c)).is_some();
    if text.chars().all(has) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match any_ascii::any_ascii_char(c) {
            plain if !has(c) && !plain.is_empty() => out.push_str(plain),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn shaped(font: &Loaded, text: &str) -> Result<Shaped, Problem> {
    let mut buffer = Buffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    shape(
        &ShaperFont::new(&font.shaped),
        &mut buffer,
        ShapeOptions::default(),
    )
    .map_err(|error| Problem::internal(format!("{error:?}")))?;
    let starts: Vec<usize> = buffer
        .glyph_infos()
        .iter()
        .map(|info| usize::try_from(info.cluster).unwrap_or_default())
        .collect();
    let mut ends = starts.clone();
    ends.push(text.len());
    ends.sort_unstable();
    let mut width = 0.0;
    let scaled = |value: i32| value as f32 / font.units;
    let glyphs = buffer
        .glyph_infos()
        .iter()
        .zip(buffer.glyph_positions())
        .zip(&starts)
        .map(|((info, position), start)| {
            let end = ends.get(ends.partition_point(|end| end <= start));
            width += scaled(position.x_advance);
            KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                scaled(position.x_advance),
                scaled(position.x_offset),
                scaled(position.y_offset),
                scaled(position.y_advance),
                *start..end.copied().unwrap_or(text.len()),
                None,
            )
        })
        .collect();
    Ok(Shaped {
        text: text.to_owned(),
        glyphs,
        width,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_the_face_lacks_are_transliterated() {
        let mut fonts = Fonts::load().unwrap();
        for (given, set) in [("183≥180", "183>=180"), ("ᏣᎳᎩ", "TsaLaGi"), ("Đà", "Đà")]
        {
            assert_eq!(fonts.word(Face::Regular, given).unwrap().text, set);
        }
    }

    #[test]
    fn names_of_american_places_have_their_glyphs_in_every_face() {
        let mut fonts = Fonts::load().unwrap();
        for name in [
            "Cañon",
            "ʻokina",
            "Hawaiʻi",
            "Bayamón",
            "Utqiaġvik",
            "Łódź",
            "Đà",
            "№",
            "–",
            "“”",
            "§",
        ] {
            for face in [Face::Regular, Face::Bold, Face::Italic] {
                let word = fonts.word(face, name).unwrap();
                assert!(word.width > 0.0);
                for glyph in &word.glyphs {
                    assert_ne!(glyph.glyph_id, GlyphId::new(0), "{name} in {face:?}");
                }
            }
        }
    }
}
