//! Photos as they are kept: drawn anew, so that nothing but the picture is left of what was sent (no place, no time, no name of a device,
//! nothing that hides behind the picture), and bounded. It knows no database.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder as _, ImageFormat, ImageReader, Limits};
use lifecircle::say;

use crate::refusal::Refusal;

/// Bytes of a photo as it is sent.
pub const MOST_BYTES: usize = 12 << 20;

/// Pixels along a side, and bytes that unpacking may take.
const LONGEST_SIDE: u32 = 16_000;
const MOST_UNPACKED: u64 = 256 << 20;

/// Pixels along the longer side as it is kept: enough to read a sign.
const KEPT_SIDE: u32 = 1_600;
const QUALITY: u8 = 82;

/// Draws a photo anew as JPEG, upright, its longer side of 1,600 pixels at most. JPEG, PNG and WebP are read, known by their content.
///
/// # Errors
/// If it is none of these, damaged, or too large.
///
/// ```
/// assert!(lifecircle_desk::photo::drawn_anew(b"<script>").is_err());
/// ```
pub fn drawn_anew(bytes: &[u8]) -> Result<Vec<u8>, Refusal> {
    if bytes.len() > MOST_BYTES {
        return Err(too_large());
    }
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| no_photo())?;
    if !matches!(reader.format(), Some(ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) {
        return Err(no_photo());
    }
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_UNPACKED);
    let mut reader = reader;
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(of_library)?;
    let (width, height) = decoder.dimensions();
    // Whoever declares more than is in the file is stopped before memory is asked for.
    if decoder.total_bytes() > MOST_UNPACKED || width.max(height) > LONGEST_SIDE {
        return Err(too_large());
    }
    decoder.set_limits(limits).map_err(of_library)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(of_library)?;
    if picture.width().max(picture.height()) > KEPT_SIDE {
        picture = picture.thumbnail(KEPT_SIDE, KEPT_SIDE);
    }
    picture.apply_orientation(orientation);
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, QUALITY).encode_image(&picture.to_rgb8()).map_err(of_library)?;
    Ok(out)
}

fn of_library(error: image::ImageError) -> Refusal {
    match error {
        image::ImageError::Limits(_) => too_large(),
        _ => no_photo(),
    }
}

fn too_large() -> Refusal {
    Refusal::BadInput(say!(
        "this photo is too large: at most {} MB and {LONGEST_SIDE} pixels along a side",
        "照片过大：不超过 {} MB，边长不超过 {LONGEST_SIDE} 像素",
        MOST_BYTES >> 20
    ))
}

fn no_photo() -> Refusal {
    Refusal::BadInput(say!(
        "this is no photo that can be read; send JPEG, PNG or WebP",
        "无法识别该照片；请使用 JPEG、PNG 或 WebP"
    ))
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Rgb};

    use super::*;

    fn picture(width: u32, height: u32) -> DynamicImage {
        ImageBuffer::from_fn(width, height, |x, y| {
            Rgb([(x % 251) as u8, (y % 241) as u8, if x < width / 2 { 255 } else { 0 }])
        })
        .into()
    }

    fn as_format(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    /// A JPEG with what a telephone writes into it: turned by a quarter, and where it was taken.
    fn from_telephone() -> Vec<u8> {
        let jpeg = as_format(&picture(400, 200), ImageFormat::Jpeg);
        let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x02".to_vec();
        tiff.extend(b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0");
        tiff.extend(b"\x01\x0f\0\x02\0\0\0\x09\0\0\0\x26\0\0\0\0SECRETGPS\0");
        let mut out = jpeg[..2].to_vec();
        out.extend([0xff, 0xe1]);
        out.extend(((2 + 6 + tiff.len()) as u16).to_be_bytes());
        out.extend(b"Exif\0\0");
        out.extend(&tiff);
        out.extend(&jpeg[2..]);
        out.extend(b"<script>alert(1)</script>");
        out
    }

    #[test]
    fn nothing_but_the_picture_is_left() {
        let sent = from_telephone();
        let kept = drawn_anew(&sent).unwrap();
        let holds = |bytes: &[u8], text: &[u8]| bytes.windows(text.len()).any(|window| window == text);
        for text in [&b"SECRETGPS"[..], b"Exif", b"script"] {
            assert!(holds(&sent, text) && !holds(&kept, text));
        }
        // It was turned by a quarter, and stands upright now: the bright half is above.
        let picture = image::load_from_memory(&kept).unwrap().to_rgb8();
        assert_eq!(picture.dimensions(), (200, 400));
        assert!(picture.get_pixel(100, 40).0[2] > 200 && picture.get_pixel(100, 360).0[2] < 50);
    }

    #[test]
    fn photos_are_made_small_and_all_formats_are_read() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let kept = drawn_anew(&as_format(&picture(2_400, 1_200), format)).unwrap();
            let read = image::load_from_memory_with_format(&kept, ImageFormat::Jpeg).unwrap();
            assert_eq!((read.width(), read.height()), (1_600, 800));
        }
    }

    #[test]
    fn what_is_no_photo_or_a_bomb_is_refused() {
        for bytes in [&b""[..], b"GIF89a", b"<svg onload=alert(1)>", b"\x89PNG\r\n\x1a\n", &from_telephone()[..300]] {
            assert!(matches!(drawn_anew(bytes), Err(Refusal::BadInput(_))), "{bytes:?}");
        }
        // A picture that says it is 60,000 pixels wide, and one that unpacks to a gigabyte.
        let mut png = as_format(&picture(10, 10), ImageFormat::Png);
        for side in [60_000_u32, 15_900] {
            for at in [16, 20] {
                png[at..at + 4].copy_from_slice(&side.to_be_bytes());
            }
            let sum = crc(&png[12..29]);
            png[29..33].copy_from_slice(&sum.to_be_bytes());
            let refused = drawn_anew(&png).unwrap_err();
            assert!(refused.text().en.contains("too large"), "{}", refused.text().en);
        }
        assert!(drawn_anew(&vec![0; MOST_BYTES + 1]).is_err());
    }

    /// The sum of a chunk of PNG.
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0_u32, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
        })
    }
}
