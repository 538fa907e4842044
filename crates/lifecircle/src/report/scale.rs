//! The one scale of the report: how much people have, from nothing to all. Brown is little, teal is much, and it grows lighter all
//! the way, so that a photocopy and people who see few colours keep the order.

/// Nine steps from nothing to all.
const SCALE: [[u8; 3]; 9] = [
    [74, 26, 4],
    [118, 48, 10],
    [156, 74, 18],
    [189, 106, 36],
    [200, 124, 52],
    [204, 148, 80],
    [203, 178, 122],
    [180, 203, 171],
    [162, 224, 213],
];

/// What people have, as a bar.
pub(super) const HAS: &str = "#0f6b66";

/// The colour of a share from 0 to 1.
pub(super) fn colour(share: f64) -> String {
    let [red, green, blue] = mixed(share).map(|channel| channel.round() as u8);
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// The ink that can be read on the colour of a share.
pub(super) fn ink(share: f64) -> &'static str {
    let [red, green, blue] = mixed(share);
    if 0.299 * red + 0.587 * green + 0.114 * blue > 128.0 { "#17212b" } else { "#fff" }
}

fn mixed(share: f64) -> [f64; 3] {
    let position = share.clamp(0.0, 1.0) * (SCALE.len() - 1) as f64;
    let low = (position.floor() as usize).min(SCALE.len() - 2);
    let part = position - low as f64;
    [0, 1, 2].map(|channel| f64::from(SCALE[low][channel]) * (1.0 - part) + f64::from(SCALE[low + 1][channel]) * part)
}

#[cfg(test)]
mod tests {
    use super::mixed;

    #[test]
    fn each_step_is_lighter_than_the_one_before() {
        let luminance = |step: u32| {
            let linear = mixed(f64::from(step) / 100.0).map(|channel| ((channel / 255.0 + 0.055) / 1.055).powf(2.4));
            0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        };
        assert!((1..=100).all(|step| luminance(step) > luminance(step - 1)));
        assert!(luminance(100) > 8.0 * luminance(0));
    }
}
