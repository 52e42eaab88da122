//! What is taken for what, and what is not taken.

use proptest::prelude::*;

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
const EXE: &[u8] = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8\0";
const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0";

/// A ZIP of empty entries with these names.
fn zip(names: &[&str]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for name in names {
        let offset = u32::try_from(file.len()).unwrap();
        let length = u16::try_from(name.len()).unwrap();
        file.extend(b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0");
        file.extend([0; 12]);
        file.extend(length.to_le_bytes());
        file.extend([0; 2]);
        file.extend(name.as_bytes());
        directory.extend(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0");
        directory.extend([0; 12]);
        directory.extend(length.to_le_bytes());
        directory.extend([0; 12]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let offset = u32::try_from(file.len()).unwrap();
    let count = u16::try_from(names.len()).unwrap();
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend(count.to_le_bytes());
    file.extend(count.to_le_bytes());
    file.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    file.extend(offset.to_le_bytes());
    file.extend([0; 2]);
    file
}

fn office(part: &str) -> Vec<u8> {
    zip(&[
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/core.xml",
        part,
    ])
}

fn sniff(chunks: &[&[u8]]) -> Sniffer {
    let mut sniffer = Sniffer::default();
    for chunk in chunks {
        sniffer.feed(chunk);
    }
    sniffer
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[test]
fn each_type_is_known_by_its_content() {
    let long = "Málaga, 5 June. ".repeat(2000);
    for (content, expected) in [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), MediaType::Pdf),
        (PNG.to_vec(), MediaType::Png),
        (JPEG.to_vec(), MediaType::Jpeg),
        (office("word/document.xml"), MediaType::Docx),
        (office("xl/workbook.xml"), MediaType::Xlsx),
        (office("ppt/presentation.xml"), MediaType::Pptx),
        (b"Dear all,\r\n\tcome.\n".to_vec(), MediaType::Text),
        (b"\xef\xbb\xbfname,city\n".to_vec(), MediaType::Text),
        (
            b"BM is how this letter begins, and MZ".to_vec(),
            MediaType::Text,
        ),
        (b"a < b, and <3".to_vec(), MediaType::Text),
        (b"# A heading".to_vec(), MediaType::Text),
        (b"x".to_vec(), MediaType::Text),
        (long.into_bytes(), MediaType::Text),
    ] {
        assert_eq!(
            sniff(&[&content]).media_type(),
            Some(expected),
            "{expected}"
        );
        let mut sniffer = Sniffer::default();
        for byte in content {
            sniffer.feed(&[byte]);
            assert!(!sniffer.is_hopeless(), "{expected}");
        }
        assert_eq!(
            sniffer.media_type(),
            Some(expected),
            "byte by byte: {expected}"
        );
    }
}

#[test]
fn what_runs_or_is_two_things_at_once_is_refused() {
    let docx = office("word/document.xml");
    for (content, what) in [
        (EXE.to_vec(), "a Windows program"),
        (ELF.to_vec(), "a Linux program"),
        (b"#!/bin/sh\nrm -rf /\n".to_vec(), "a script"),
        (b"<!DOCTYPE html><p>Hello</p>     ".to_vec(), "HTML"),
        (
            b"\xef\xbb\xbf \n<script>alert(1)</script>".to_vec(),
            "a script in HTML",
        ),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "SVG"),
        (b"<?xml version=\"1.0\"?><svg/>".to_vec(), "XML"),
        (b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\0\0".to_vec(), "a GIF"),
        (b"good text, then\0a NUL".to_vec(), "text with NUL"),
        (
            b"good text, then \x1b[31mred".to_vec(),
            "text with an escape",
        ),
        (b"Latin-1: caf\xe9 au lait".to_vec(), "text in Latin-1"),
        (b"cut in a character: \xc3".to_vec(), "half a character"),
        (
            joined(&[b"junk\0", b"%PDF-1.7\n"]),
            "a PDF behind something else",
        ),
        (zip(&["a.class", "META-INF/MANIFEST.MF"]), "a JAR"),
        (
            zip(&["word/document.xml"]),
            "a ZIP with a folder called word",
        ),
        (
            zip(&["[Content_Types].xml", "word/a", "xl/b"]),
            "two documents in one",
        ),
        (
            zip(&[
                "[Content_Types].xml",
                "word/document.xml",
                "word/vbaProject.bin",
            ]),
            "macros",
        ),
        (
            joined(&[&docx, b"<script>"]),
            "a document with something behind it",
        ),
        (
            joined(&[b"PK\x03\x04<script>", &docx]),
            "a document behind something else",
        ),
        (docx[..docx.len() - 1].to_vec(), "half a document"),
    ] {
        assert_eq!(sniff(&[&content]).media_type(), None, "{what}");
    }
}

#[test]
fn a_large_document_is_known_by_the_directory_at_its_end() {
    let mut names: Vec<String> = (0..4000).map(|n| format!("word/media/{n:030}")).collect();
    names.push("[Content_Types].xml".to_owned());
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // Its directory alone is longer than what is kept of the end.
    assert_eq!(sniff(&[&zip(&names)]).media_type(), None);
    let content = zip(&names[2500..]);
    assert!(content.len() > HEAD * 4);
    for size in [1, 7, 65_536] {
        let chunks: Vec<&[u8]> = content.chunks(size).collect();
        assert_eq!(sniff(&chunks).media_type(), Some(MediaType::Docx), "{size}");
    }
}

#[test]
fn what_cannot_become_good_is_given_up_early() {
    assert!(sniff(&[EXE]).is_hopeless());
    assert!(sniff(&[b"<!DOCTYPE html><html>"]).is_hopeless());
    assert!(sniff(&[b"good for a while,", b" then \0"]).is_hopeless());
    assert!(!sniff(&[PNG, &[0; 100]]).is_hopeless());
    assert!(!sniff(&[b"PK\x03\x04", &[0; 100]]).is_hopeless());
}

#[test]
fn the_declared_type_must_be_ours_and_agree_with_the_content() {
    let declared = |value: &str| {
        let request = actix_web::test::TestRequest::default()
            .insert_header(("Content-Type", value))
            .to_http_request();
        Declared::read(&request)
    };
    for (value, expected) in [
        ("application/octet-stream", Declared::Unknown),
        ("Application/PDF", Declared::As(MediaType::Pdf)),
        ("text/plain; charset=UTF-8", Declared::As(MediaType::Text)),
        (
            "text/plain;charset=\"utf-8\"",
            Declared::As(MediaType::Text),
        ),
    ] {
        assert_eq!(declared(value).unwrap(), expected, "{value}");
    }
    for value in [
        "text/html",
        "image/svg+xml",
        "text/plain; charset=utf-16",
        "",
        "pdf",
    ] {
        let refused = declared(value).unwrap_err();
        assert_eq!(refused.code(), Code::UnsupportedMediaType, "{value}");
    }
    let check = |declared: Declared, content: &[u8]| {
        declared
            .check(sniff(&[content]))
            .map_err(|problem| problem.faults()[0].code.clone())
    };
    let pdf = Declared::As(MediaType::Pdf);
    assert_eq!(check(pdf, b"%PDF-1.7\n"), Ok(MediaType::Pdf));
    assert_eq!(check(Declared::Unknown, PNG), Ok(MediaType::Png));
    assert_eq!(check(pdf, PNG), Err("content_mismatch".to_owned()));
    assert_eq!(check(pdf, b"Dear all"), Err("content_mismatch".to_owned()));
    assert_eq!(check(pdf, EXE), Err("type_not_allowed".to_owned()));
    let text = Declared::As(MediaType::Text);
    assert_eq!(
        check(text, b"<html><p>"),
        Err("type_not_allowed".to_owned())
    );
}

proptest! {
    #[test]
    fn any_bytes_in_any_chunks_are_the_same_thing_and_crash_nothing(
        start in prop::sample::select(vec![
            &b"PK\x03\x04"[..], b"%PDF-", b"", PNG, b"text ", b"\xc3", b"PK\x03\x04PK\x05\x06",
        ]),
        middle in prop::collection::vec(any::<u8>(), 0..200),
        ends_like_a_zip in any::<bool>(),
        end in prop::collection::vec(any::<u8>(), 0..30),
        at in 0_usize..300,
    ) {
        let mark: &[u8] = if ends_like_a_zip { b"PK\x05\x06" } else { b"" };
        let content = joined(&[start, &middle, mark, &end]);
        let (first, second) = content.split_at(at.min(content.len()));
        prop_assert_eq!(
            sniff(&[first, second]).media_type(),
            sniff(&[&content]).media_type()
        );
    }

    #[test]
    fn a_changed_document_crashes_nothing(
        at in 0_usize..500,
        value in any::<u8>(),
        cut in 0_usize..500,
    ) {
        let mut content = office("word/document.xml");
        let length = content.len();
        content[at % length] = value;
        content.truncate(length - cut % 30);
        let _ = sniff(&[&content]).media_type();
    }
}
