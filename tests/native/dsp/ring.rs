//! A ring gives back what was written, wherever it closes.

use audio_dsp_wasm::dsp::lines::ring::Ring;

/// Numbers from 0 to 1, the same in every run.
fn noise() -> impl FnMut() -> f32 {
    let mut state = 0x9e37_79b9_u32;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0
    }
}

#[test]
fn any_piece_of_what_is_remembered_is_what_was_written_and_silence_before_it() {
    for (length, piece) in [(300, 40), (41, 40), (40, 40), (1000, 128)] {
        let mut ring = Ring::new(length, piece).unwrap();
        let mut next = noise();
        let mut written: Vec<f32> = Vec::new();
        for turn in 0..3000 {
            if turn == 1700 {
                ring.forget();
                written.clear();
            }
            let sound: Vec<f32> = (0..(next() * (piece + 1) as f32) as usize).map(|_| next()).collect();
            ring.write(&sound);
            written.extend(&sound);
            let count = (next() * (piece + 1) as f32) as usize;
            let age = count + (next() * (length - count + 1) as f32) as usize;
            let before = age.saturating_sub(written.len()).min(count);
            let from = written.len().saturating_sub(age);
            let want = [vec![0.0; before], written[from..][..count - before].to_vec()].concat();
            assert_eq!(ring.read(age, count), want, "{count} of {length}, {age} ago, in turn {turn}");
        }
    }
}

#[test]
fn it_is_silent_when_all_that_is_remembered_is_0() {
    let mut ring = Ring::new(100, 10).unwrap();
    assert!(ring.is_silent());
    ring.write(&[0.0, 0.5, 0.0]);
    assert!(!ring.is_silent());
    (0..9).for_each(|_| ring.write(&[0.0; 10]));
    assert!(!ring.is_silent(), "91 samples ago");
    ring.write(&[0.0; 10]);
    assert!(ring.is_silent());
    ring.write(&[1.0]);
    ring.forget();
    assert!(ring.is_silent());
}
