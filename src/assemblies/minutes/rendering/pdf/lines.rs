//! Breaking running text into lines.

use std::rc::Rc;

use crate::assemblies::minutes::rendering::blocks::Span;
use crate::assemblies::minutes::rendering::pdf::fonts::{Face, Fonts, Shaped};
use crate::kernel::http::Problem;

/// Letters of a word that are shaped together, at most.
const LONGEST: usize = 120;

/// A word where it stands in a line.
#[derive(Debug, Clone)]
pub struct Placed {
    /// From the left end of the line.
    pub x: f32,
    /// The face.
    pub face: Face,
    /// The word.
    pub word: Rc<Shaped>,
}

/// A line of words.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// The words and the spaces between them.
    pub words: Vec<Placed>,
    /// How wide it is.
    pub width: f32,
}

/// A word with the space before it, or the end of a line.
enum Piece {
    Word {
        face: Face,
        word: Rc<Shaped>,
        is_spaced: bool,
    },
    Break,
}

const fn face_of(span: &Span, is_heading: bool) -> Face {
    if span.is_bold || is_heading {
        Face::Bold
    } else if span.is_italic {
        Face::Italic
    } else {
        Face::Regular
    }
}

fn pieces(fonts: &mut Fonts, spans: &[Span], is_heading: bool) -> Result<Vec<Piece>, Problem> {
    let mut all = Vec::new();
    let mut is_spaced = false;
    for span in spans {
        if span.text == "\n" {
            all.push(Piece::Break);
            is_spaced = false;
            continue;
        }
        let face = face_of(span, is_heading);
        let mut rest = span.text.as_str();
        while !rest.is_empty() {
            let trimmed = rest.trim_start_matches(is_gap);
            is_spaced |= trimmed.len() < rest.len();
            let end = trimmed
                .char_indices()
                .enumerate()
                .find(|(count, (_, c))| is_gap(*c) || *count == LONGEST)
                .map_or(trimmed.len(), |(_, (at, _))| at);
            let (word, after) = trimmed.split_at(end);
            if !word.is_empty() {
                let word = fonts.word(face, word)?;
                all.push(Piece::Word {
                    face,
                    word,
                    is_spaced,
                });
                is_spaced = false;
            }
            rest = after;
        }
    }
    Ok(all)
}

/// A space at which a line may end.
fn is_gap(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}')
}

/// How wide the text is in one line, and how wide its widest word.
///
/// # Errors
///
/// 500 when a word cannot be shaped.
pub fn widths(
    fonts: &mut Fonts,
    spans: &[Span],
    size: f32,
    is_heading: bool,
) -> Result<(f32, f32), Problem> {
    let space = fonts.word(Face::Regular, " ")?.width * size;
    let (mut widest, mut line, mut word_width) = (0.0_f32, 0.0_f32, 0.0_f32);
    for piece in pieces(fonts, spans, is_heading)? {
        match piece {
            Piece::Break => line = 0.0,
            Piece::Word {
                word, is_spaced, ..
            } => {
                let width = word.width * size;
                line += width + if is_spaced { space } else { 0.0 };
                widest = widest.max(line);
                word_width = word_width.max(width);
            }
        }
    }
    Ok((widest, word_width))
}

/// Breaks text into lines that are no wider than this.
///
/// # Errors
///
/// 500 when a word cannot be shaped.
pub fn wrap(
    fonts: &mut Fonts,
    spans: &[Span],
    size: f32,
    width: f32,
    is_heading: bool,
) -> Result<Vec<Line>, Problem> {
    let mut done = Vec::new();
    let mut line = Line::default();
    for piece in pieces(fonts, spans, is_heading)? {
        let Piece::Word {
            face,
            word,
            is_spaced,
        } = piece
        else {
            done.push(std::mem::take(&mut line));
            continue;
        };
        let space = fonts.word(face, " ")?;
        let gap = if is_spaced && !line.words.is_empty() {
            space.width * size
        } else {
            0.0
        };
        if line.width + gap + word.width * size <= width {
            if gap > 0.0 {
                add(&mut line, face, space, size);
            }
            add(&mut line, face, word, size);
            continue;
        }
        if !line.words.is_empty() {
            done.push(std::mem::take(&mut line));
        }
        if word.width * size <= width {
            add(&mut line, face, word, size);
            continue;
        }
        for part in parts(fonts, face, &word.text, size, width)? {
            if !line.words.is_empty() {
                done.push(std::mem::take(&mut line));
            }
            add(&mut line, face, part, size);
        }
    }
    done.push(line);
    Ok(done)
}

fn add(line: &mut Line, face: Face, word: Rc<Shaped>, size: f32) {
    let x = line.width;
    line.width += word.width * size;
    line.words.push(Placed { x, face, word });
}

/// Cuts a word that is wider than a line.
fn parts(
    fonts: &mut Fonts,
    face: Face,
    text: &str,
    size: f32,
    width: f32,
) -> Result<Vec<Rc<Shaped>>, Problem> {
    let mut all = Vec::new();
    let (mut part, mut used) = (String::new(), 0.0);
    for c in text.chars() {
        let own = fonts.word(face, c.encode_utf8(&mut [0; 4]))?.width * size;
        if used + own > width && !part.is_empty() {
            all.push(fonts.word(face, &part)?);
            part.clear();
            used = 0.0;
        }
        part.push(c);
        used += own;
    }
    if !part.is_empty() {
        all.push(fonts.word(face, &part)?);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_and_lose_no_word() {
        let mut fonts = Fonts::load().unwrap();
        let text = "The assembly resolved, by a vote of fifty-two to forty, what follows. "
            .repeat(9)
            + &"x".repeat(400);
        for width in [60.0, 200.0, 480.0] {
            let lines = wrap(&mut fonts, &[Span::plain(&text)], 10.0, width, false).unwrap();
            assert!(lines.iter().all(|line| line.width <= width + 0.01));
            let told: String = lines
                .iter()
                .flat_map(|line| line.words.iter().map(|placed| placed.word.text.trim()))
                .collect();
            assert_eq!(told, text.replace(' ', ""));
        }
    }
}
