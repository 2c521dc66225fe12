//! How the strings are played: frames, voices, ends.

use super::player::*;
use crate::allocation::calls;
use audio_dsp_wasm::doors::strings::strings_new;
use audio_dsp_wasm::dsp::block::BLOCK;
use audio_dsp_wasm::instruments::VIEW_POINTS;
use std::f64::consts::TAU;

fn peak(sound: &[f32]) -> f32 {
    sound.iter().fold(0.0, |peak, x| peak.max(x.abs()))
}

/// The most that one sample differs from the next.
fn steepest(sound: &[f32]) -> f32 {
    sound.windows(2).fold(0.0, |most, pair| most.max((pair[1] - pair[0]).abs()))
}

#[test]
fn a_note_begins_at_its_frame_whatever_the_quanta_are() {
    let reference = pluck(48_000.0, 45.0, [0.3, 0.1], [SECONDS, BRIGHTNESS, PICKUP], 4000);
    assert_ne!(reference[0], 0.0, "the first frame is heard");
    for frame in [0, 1, 127, 128, 777, 1024] {
        for quantum in [1, 31, 128] {
            let mut player = Player::new(48_000.0);
            player.note(frame, 45.0);
            let sound = player.play_by(quantum, 5024);
            let (before, from_there) = sound.split_at(frame as usize);
            assert!(before.iter().all(|&x| x == 0.0));
            assert_eq!(from_there[..4000], reference[..], "frame {frame}, quanta of {quantum}");
        }
    }
}

#[test]
fn what_comes_too_late_is_played_at_once_and_in_its_order() {
    let reference = pluck(48_000.0, 45.0, [0.3, 0.1], [SECONDS, BRIGHTNESS, PICKUP], 512);
    let mut player = Player::new(48_000.0);
    player.play(1024);
    player.note(3, 45.0);
    assert_eq!(player.play(512), reference);

    // Of one frame the one that came first acts first: an off before its note damps nothing.
    let mut player = Player::new(48_000.0);
    player.off(256, 45.0);
    player.note(256, 45.0);
    assert_eq!(player.play(768)[256..], reference[..]);
}

#[test]
fn eight_notes_sound_at_once_each_with_its_own_pitch() {
    let notes: [f64; 8] = [40.0, 45.0, 50.0, 55.0, 59.0, 64.0, 67.5, 71.0];
    let mut player = Player::new(48_000.0);
    notes.iter().for_each(|&note| player.note(0, note));
    let sound = player.play(65_536);
    assert_eq!(player.strings.sounding(), 8);
    for note in notes {
        let expected = TAU * hertz(note) / 48_000.0;
        let (amplitude, _) = partial(&sound, expected);
        assert!(amplitude > 0.001, "note {note}: {amplitude}");
        let off = cents(angle_near(&sound, expected), expected);
        assert!(off.abs() < 2.0, "note {note} is off by {off} cents");
    }
}

#[test]
fn eight_notes_at_once_are_the_sum_of_the_eight() {
    let mut player = Player::new(48_000.0);
    let mut sum = vec![0.0; 4096];
    for nth in 0..8 {
        let note = 40.0 + 3.5 * nth as f64;
        player.note(0, note);
        let alone = pluck(48_000.0, note, [0.3, 0.1], [SECONDS, BRIGHTNESS, PICKUP], 4096);
        sum.iter_mut().zip(&alone).for_each(|(sum, &x)| *sum += x as f64);
    }
    for (n, (x, expected)) in player.play(4096).iter().zip(sum).enumerate() {
        assert!((*x as f64 - expected).abs() < 1e-6, "frame {n}: {x} for {expected}");
    }
}

#[test]
fn a_ninth_note_takes_the_place_of_the_quietest_and_of_a_damped_one_first() {
    let strength = |sound: &[f32], note: f64| partial(sound, TAU * hertz(note) / 48_000.0).0;
    // No partial of one is near the fundamental of another.
    let note = |nth: u32| 40.0 + 3.7 * nth as f64;
    for damped in [None, Some(3)] {
        let mut player = Player::new(48_000.0);
        for nth in 0..8 {
            let height = if nth == 5 { 0.2 } else { 0.5 };
            player.post([1.0, 0.0, note(nth), 0.3, height, 0.1]);
        }
        let before = player.play(16_384);
        if let Some(nth) = damped {
            player.off(player.clock, note(nth));
        }
        player.note(player.clock + 64, 81.0);
        player.play(2048);
        let after = player.play(16_384);
        for nth in 0..8 {
            let left = strength(&after, note(nth)) / strength(&before, note(nth));
            assert_eq!(left < 0.1, nth == damped.unwrap_or(5), "of note {} is left {left}", note(nth));
        }
        assert!(strength(&after, 81.0) > 0.001);
        assert_eq!(player.strings.sounding(), 8);
    }
}

#[test]
fn of_equally_quiet_notes_the_oldest_makes_way() {
    let mut player = Player::new(48_000.0);
    // All are of one length to within 1e-9, so of one level; the second one was begun first.
    for nth in 0..8 {
        player.note(nth, 45.0 + 1e-9 * ((nth + 7) % 8) as f64);
    }
    player.play(8);
    let count = player.strings.sounding();
    player.note(8, 60.0);
    player.play(1024);
    assert_eq!((count, player.strings.sounding()), (8, 8));
    // The first frame's voice is the one without an answer any more: a note of its number takes no other's place.
    let oldest = 45.0 + 7e-9;
    player.off(player.clock, oldest);
    let damped = player.play(24_000);
    assert!(peak(&damped[20_000..]) > 0.05, "the oldest was gone already, so that nothing is damped");
    assert_eq!(player.strings.sounding(), 8);
}

#[test]
fn neither_a_note_nor_its_end_nor_a_stolen_voice_clicks() {
    // Soft, low notes: every step from sample to sample is small. A string that is cut off makes one as big as it is.
    let mut player = Player::new(48_000.0);
    player.set(30.0, 0.15, 0.3);
    let soft = |player: &mut Player, frame: u64, note: f64| player.post([1.0, frame as f64, note, 0.45, 1.0, 0.4]);
    let steepest_of_one = {
        let mut alone = Player::new(48_000.0);
        alone.set(30.0, 0.15, 0.3);
        soft(&mut alone, 0, 47.0);
        steepest(&alone.play(9600))
    };
    for nth in 0..24 {
        soft(&mut player, 3001 * nth, 40.0 + (nth % 12) as f64 / 1.7);
    }
    player.off(61_234, 40.0 + 5.0 / 1.7);
    player.post([3.0, 64_000.0, 0.3, 0.15, 0.9, 0.0]);
    let sound = player.play(24 * 3001);
    assert!(peak(&sound) > 0.2);
    let limit = 8.0 * steepest_of_one;
    assert!(steepest(&sound) < limit, "{} for at most {limit}, which eight notes can add up to", steepest(&sound));
    assert!(limit < 0.05, "a cut would be seen: {limit}");
}

#[test]
fn the_same_note_again_takes_a_new_string_and_the_old_one_fades() {
    let mut player = Player::new(48_000.0);
    for nth in 0..50 {
        player.note(2400 * nth, 45.0);
    }
    let sound = player.play(120_000);
    assert_eq!(player.strings.sounding(), 1);
    let alone = pluck(48_000.0, 45.0, [0.3, 0.1], [SECONDS, BRIGHTNESS, PICKUP], 2400);
    assert!(peak(&sound) < 2.1 * peak(&alone), "no more than the new one and the last");
    // Once the old one has faded, only the new one is heard, bit for bit.
    let start = 2400 * 20;
    assert_eq!(sound[start + 600..start + 2400], alone[600..]);
}

#[test]
fn a_pluck_adds_to_what_its_string_does_already() {
    let plucks = |second: f64| {
        let mut player = Player::new(48_000.0);
        player.post([0.0, 0.0, 45.0, 0.3, 1.0, 0.1]);
        player.post([0.0, 1000.0, 45.0, 0.6, second, 0.2]);
        player.play(8000)
    };
    let later = pluck(48_000.0, 45.0, [0.6, 0.2], [SECONDS, BRIGHTNESS, PICKUP], 7000);
    for (n, (both, one)) in plucks(0.5).iter().zip(plucks(0.0)).enumerate() {
        let expected = one + if n < 1000 { 0.0 } else { 0.5 * later[n - 1000] };
        // The second one is at rest where the string decays already: a few parts in 10⁵.
        assert!((both - expected).abs() < 1e-4, "frame {n}: {both} for {expected}");
    }
}

#[test]
fn off_damps_its_note_in_a_sixth_of_a_second_and_no_other() {
    let mut player = Player::new(48_000.0);
    player.note(0, 45.0);
    player.note(0, 57.3);
    let before = player.play(24_000);
    player.off(player.clock, 45.0);
    player.play(7200);
    let after = player.play(24_000);
    let left = |note: f64| {
        let of = |sound: &[f32]| partial(sound, TAU * hertz(note) / 48_000.0).0;
        of(&after) / of(&before)
    };
    assert!(left(45.0) < 1e-3, "{}", left(45.0));
    assert!(left(57.3) > 0.3, "{}", left(57.3));
}

#[test]
fn strings_end_in_exactly_0_and_are_at_rest() {
    let mut player = Player::new(48_000.0);
    player.set(0.5, 0.3, 0.2);
    [28.0, 45.0, 88.0].iter().for_each(|&note| player.note(0, note));
    let sound = player.play(96_000);
    assert!(sound.iter().all(|x| *x == 0.0 || x.is_normal()), "no denormals");
    assert!(player.play(1000).iter().all(|&x| x == 0.0));
    assert!(player.strings.is_at_rest());
    assert!(player.strings.view().iter().all(|&u| u == 0.0));
    // Until then it was heard, down to what 24 bits cannot tell.
    let last = sound.iter().rposition(|&x| x != 0.0).expect("sound");
    assert!(peak(&sound[last - 256..]) < 6e-8, "{}", peak(&sound[last - 256..]));
}

#[test]
fn nothing_is_allocated_while_notes_come_and_go() {
    let mut player = Player::new(48_000.0);
    for nth in 0..200 {
        let (frame, note) = (200 * nth, 28.0 + ((17 * nth) % 61) as f64);
        player.note(frame, note);
        player.off(frame + 150, note);
        player.post([0.0, frame as f64 + 20.0, 45.0, 0.2, 0.5, 0.3]);
        player.post([3.0, frame as f64 + 30.0, 1.0 + nth as f64 / 50.0, 0.5, 0.1 + nth as f64 / 400.0, 0.0]);
    }
    let mut heard = 0f32;
    let count = calls(|| {
        for quantum in 0..400 {
            player.strings.process(BLOCK, BLOCK as u64 * quantum);
            heard = heard.max(peak(player.strings.sound()));
            player.strings.view();
        }
    });
    assert!(heard > 0.05);
    assert_eq!(count, 0, "calls of the allocator");
}

#[test]
fn what_is_no_event_is_left_out_and_what_is_beyond_its_range_is_brought_into_it() {
    let mut player = Player::new(48_000.0);
    for word in 0..6 {
        for strange in [f64::NAN, f64::INFINITY, -f64::INFINITY] {
            let mut event = [1.0, 0.0, 45.0, 0.3, 1.0, 0.1];
            event[word] = strange;
            if word > 0 {
                player.post(event);
            }
        }
    }
    player.post([7.0, 0.0, 45.0, 0.3, 1.0, 0.1]);
    assert!(player.play(256).iter().all(|&x| x == 0.0));
    player.set(1e300, -1e300, 1e300);
    for [note, position, height, width] in
        [[1e300, 1e300, 1e300, 1e300], [-1e300, -1e300, -1e300, -1e300], [60.0, 0.0, 0.0, 0.0]]
    {
        for kind in [0.0, 1.0] {
            player.post([kind, 0.0, note, position, height, width]);
        }
    }
    let sound = player.play(48_000);
    assert!(sound.iter().all(|x| x.is_finite()));
    assert!(peak(&sound) > 1e-4 && peak(&sound) < 6.0, "{}", peak(&sound));
}

#[test]
fn the_picture_is_the_string_that_was_plucked_last_from_end_to_end() {
    let mut player = Player::new(48_000.0);
    player.note(0, 28.0);
    // Until a picture has just been made.
    while !player.strings.take_new_view() {
        player.play(BLOCK);
    }
    // By d'Alembert, half a period after the pluck the string is the pluck's mirror image, upside down.
    let (note, period) = (note_of_period(48_000.0, 1024.0), 1024);
    player.post([3.0, 0.0, 60.0, 1.0, 0.2, 0.0]);
    player.post([1.0, player.clock as f64, note, 0.25, 1.0, 0.1]);
    let mut pictures = 0;
    for _ in 0..4 {
        player.play(BLOCK);
        pictures += player.strings.take_new_view() as usize;
    }
    assert_eq!((pictures, period / 2), (1, 4 * BLOCK));
    let shape = |x: f64| (1.0 - ((x - 0.75) / 0.1).powi(2)).max(0.0).powi(3);
    for (nth, u) in player.strings.view().iter().enumerate() {
        let expected = -shape(nth as f64 / (VIEW_POINTS - 1) as f64);
        assert!((*u as f64 - expected).abs() < 0.02, "place {nth}: {u} for {expected}");
    }
}

#[test]
fn sample_rates_out_of_range_are_refused() {
    for rate in [0.0, 7999.0, 768_001.0, f32::NAN, f32::INFINITY] {
        assert!(strings_new(rate).is_null(), "{rate} Hz");
    }
}
