//! Nothing clicks: a smooth sound stays smooth whatever is turned, switched or jumped to.

use crate::effects::{Effect, effects, everything_on, only, switched_on};
use crate::reference::{error_db, test_sound};
use crate::support::{Player, assert_heard, bend, peak, render, sine};
use audio_dsp_wasm::dsp::law::{Change, Law, Ramp};
use audio_dsp_wasm::params::{self, Curve, Parameter, TABLE, Values};

const RATE: f64 = 48000.0;
/// Slow enough that its harmonics, which distortion at its end makes, bend by far less than the limit.
const FREQUENCY: f64 = 100.0;
/// The second difference of what does not click, as a share of the peak.
const LIMIT: f64 = 0.02;

/// How often the smooth sound swells up to 1 and dies away to nothing: a gate has something to open and to close on.
const SWELLS: f64 = 3.0;

/// A sine that swells from nothing and dies away again and again, a quarter turn further in the second channel.
fn smooth_sound(channels: usize, frames: usize) -> Vec<Vec<f32>> {
    let quarter = (RATE / FREQUENCY / 4.0) as usize;
    let swell =
        |(n, x): (usize, f32)| x * (0.5 - 0.5 * (std::f64::consts::TAU * SWELLS * n as f64 / RATE).cos()) as f32;
    let channel = |at: usize| sine(FREQUENCY, 1.0, RATE, at * quarter + frames).split_off(at * quarter);
    (0..channels).map(|at| channel(at).into_iter().enumerate().map(swell).collect()).collect()
}

/// Plays a sound in equal parts, each with values of its own.
fn play_in_parts(parts: &[Values], sound: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let frames = sound[0].len() / parts.len();
    let mut player = Player::new(RATE, sound.len());
    let mut output = vec![Vec::new(); sound.len()];
    for (at, values) in parts.iter().enumerate() {
        player.chain.set(values);
        let part: Vec<_> = sound.iter().map(|channel| channel[at * frames..(at + 1) * frames].to_vec()).collect();
        output.iter_mut().zip(player.play(&part, 128)).for_each(|(output, part)| output.extend(part));
    }
    output
}

/// Asserts that a sound played with these values by turns bends hardly more than with any of them throughout.
fn assert_smooth(turns: &[Values], sound: &[Vec<f32>], what: &str) {
    let steady: Vec<_> = turns[..2].iter().map(|values| render(values, RATE, 128, sound)).collect();
    for (at, turned) in play_in_parts(turns, sound).iter().enumerate() {
        assert!(turned.iter().all(|x| x.is_finite()), "{what}");
        let still = steady.iter().map(|steady| bend(&steady[at])).fold(0.0, f64::max);
        let click = (bend(turned) - still) / peak(turned) as f64;
        assert!(click < LIMIT, "{what} clicks: {:.2} %", 100.0 * click);
    }
}

fn changed(base: &Values, index: usize, value: f32) -> Values {
    let mut values = *base;
    values[index] = value;
    values
}

/// A base's values with a parameter at either end of its range.
fn ends(base: &Values, index: usize) -> [Values; 2] {
    [TABLE[index].min, TABLE[index].max].map(|end| changed(base, index, end))
}

/// A parameter, the values of all others, and how a failure names it.
struct Case {
    index: usize,
    base: Values,
    what: String,
}

/// Each effect's parameters and the bypass, with that effect alone and plainly heard.
fn alone() -> impl Iterator<Item = Case> {
    let own = |effect: Effect| {
        let case = |index: usize| Case {
            index,
            base: effect.on(),
            what: format!("{} of {} alone", TABLE[index].id, effect.id),
        };
        effect.rows().chain([params::BYPASS]).map(case).collect::<Vec<_>>()
    };
    effects().into_iter().flat_map(own)
}

/// Every parameter at the defaults, and with every effect on besides.
fn together() -> impl Iterator<Item = Case> {
    [(params::defaults(), "at the defaults"), (switched_on(params::defaults()), "with every effect on")]
        .into_iter()
        .flat_map(|(base, place)| {
            (0..params::COUNT).map(move |index| Case { index, base, what: format!("{} {place}", TABLE[index].id) })
        })
}

#[test]
fn any_parameter_of_an_effect_alone_that_jumps_between_the_ends_of_its_range_is_heard_and_does_not_click() {
    for Case { index, base, what } in alone() {
        let [low, high] = ends(&base, index);
        for channels in [1, 2] {
            let sound = smooth_sound(channels, (1.7 * RATE) as usize);
            assert_heard(&low, &high, RATE, &sound, &what);
            assert_smooth(&[low, high, low, high, low], &sound, &what);
        }
    }
}

#[test]
fn any_parameter_of_all_effects_together_that_jumps_between_the_ends_of_its_range_does_not_click() {
    for Case { index, base, what } in together() {
        let [low, high] = ends(&base, index);
        assert_smooth(&[low, high, low, high, low], &smooth_sound(2, (1.7 * RATE) as usize), &what);
    }
}

#[test]
fn a_parameter_that_jumps_again_before_it_has_settled_does_not_click() {
    // From a slow attack to a fast one, what was still to be held back is held back at once: that is its job.
    for Case { index, base, what } in alone().filter(|case| !TABLE[case.index].id.ends_with("_attack")) {
        let [low, high] = ends(&base, index);
        let turns: Vec<Values> = (0..60).map(|n| if n % 2 == 0 { low } else { high }).collect();
        for channels in [1, 2] {
            // 7 ms apart, in the middle of every fade.
            let sound = smooth_sound(channels, (0.007 * RATE) as usize * turns.len());
            assert_heard(&low, &high, RATE, &sound, &what);
            assert_smooth(&turns, &sound, &what);
        }
    }
}

/// From one value to another over so many frames from now on, taken up smoothly.
fn ramp(index: usize, from: f32, to: f32, frames: f64) -> Change {
    let law = Law::Linear(Ramp { start: 0.0, from: from as f64, end: frames, to });
    Change { param: index, law, frame: 0.0, glides: true }
}

#[test]
fn a_parameter_that_is_set_on_a_ramp_and_takes_up_another_one_smoothly_does_not_click() {
    const PART_FRAMES: usize = 12_000;
    // What an attack does, and how far a gate opens within a millisecond, bends the sound by itself.
    let bends = |id: &str| id.ends_with("_attack") || id.starts_with("gate_");
    let moves = |case: &Case| TABLE[case.index].curve != Curve::Switch && !bends(TABLE[case.index].id);
    for Case { index, base, what } in alone().filter(moves) {
        let [low, high] = ends(&base, index);
        let sound = smooth_sound(2, 5 * PART_FRAMES);
        let steady = [low, high].map(|values| render(&values, RATE, 128, &sound));
        let mut player = Player::new(RATE, 2);
        player.chain.set(&low);
        let mut output = vec![Vec::new(); 2];
        let (min, max) = (low[index], high[index]);
        for part in 0..5 {
            let start = part * PART_FRAMES;
            match part {
                // The first ramp goes on as the value is set, and so does the last as another is taken up.
                1 => player.chain.take(&ramp(index, min, max, 1.5 * PART_FRAMES as f64)),
                2 => player.chain.take(&Change::set(index, min)),
                3 => player.chain.take(&ramp(index, max, min, 3.0 * PART_FRAMES as f64)),
                4 => player.chain.take(&ramp(index, min, max, 0.5 * PART_FRAMES as f64)),
                _ => {}
            }
            let sound: Vec<_> = sound.iter().map(|channel| channel[start..start + PART_FRAMES].to_vec()).collect();
            output.iter_mut().zip(player.play(&sound, 128)).for_each(|(output, part)| output.extend(part));
        }
        for (at, output) in output.iter().enumerate() {
            let still = steady.iter().map(|steady| bend(&steady[at])).fold(0.0, f64::max);
            let click = (bend(output) - still) / peak(output) as f64;
            assert!(click < LIMIT, "{what} clicks: {:.2} %", 100.0 * click);
        }
    }
}

#[test]
fn the_measure_of_clicks_finds_a_click() {
    let smooth = sine(FREQUENCY, 0.5, RATE, 4800);
    assert!(bend(&smooth) < 0.001);
    let [mut step, mut tick] = [smooth.clone(), smooth];
    // Where the sine has an end of its range.
    step[2520..].iter_mut().for_each(|x| *x *= 0.9);
    tick[1234] += 0.05;
    assert!(bend(&step) > LIMIT * 0.5 && bend(&tick) > LIMIT * 0.5);
}

#[test]
fn a_changed_parameter_arrives_exactly_and_within_a_tenth_of_a_second() {
    // A rate turns a clock, whose position tells for ever of the rates before.
    let arrives = |row: &Parameter| row.curve != Curve::Switch && !row.id.ends_with("_rate");
    for Case { index, base, what } in alone().filter(|case| arrives(&TABLE[case.index])) {
        let [low, high] = ends(&base, index);
        assert_heard(&low, &high, RATE, &smooth_sound(1, 65536), &what);
        for (base, target) in [(low, high), (high, low)] {
            // With nothing in the lines, a chain that has arrived and one that began there are one.
            let mut moved = Player::new(RATE, 1);
            moved.chain.set(&base);
            moved.play_mono(&[0.0; 128]);
            moved.chain.set(&target);
            moved.play_mono(&[0.0; 4864]);
            let mut began = Player::new(RATE, 1);
            began.chain.set(&target);
            began.play_mono(&[0.0; 128 + 4864]);
            let sound = sine(440.0, 0.5, RATE, 1280);
            assert!(moved.play_mono(&sound) == began.play_mono(&sound), "{what}");
        }
    }
}

#[test]
fn bypass_gives_the_input_bit_for_bit_whatever_is_on() {
    let sound = smooth_sound(2, 9600);
    for base in [params::defaults(), everything_on()] {
        assert!(render(&changed(&base, params::BYPASS, 1.0), RATE, 128, &sound) == sound);
        let mut player = Player::new(RATE, 2);
        player.chain.set(&base);
        player.play(&sound, 128);
        player.chain.set(&changed(&base, params::BYPASS, 1.0));
        player.play(&sound, 128);
        assert!(player.play(&sound, 128) == sound);
    }
}

/// Cutoffs of a low-pass that is turned from one to another at the first of these frames, as the engine smooths it.
fn turned(from: f64, to: f64, frames: usize) -> impl Iterator<Item = f64> {
    let pole = (-1.0 / (0.004 * RATE)).exp();
    let left = move |n: usize| pole.powi(n as i32) * (1.0 + n as f64 * (1.0 - pole));
    (1..=frames).map(move |n| to * (from / to).powf(left(n)))
}

/// A low-pass, Q = 1/√2, of these cutoffs: A. Simper's algorithm, with its two integrators, in float64.
fn low_pass(cutoffs: impl Iterator<Item = f64>, sound: &[f32]) -> Vec<f64> {
    let (mut ic1, mut ic2) = (0.0, 0.0);
    let tick = |(&v0, cutoff): (&f32, f64)| {
        let g = (std::f64::consts::PI * cutoff / RATE).tan();
        let a1 = 1.0 / (1.0 + g * (g + std::f64::consts::SQRT_2));
        let v3 = v0 as f64 - ic2;
        let v1 = a1 * ic1 + g * a1 * v3;
        let v2 = ic2 + g * v1;
        (ic1, ic2) = (2.0 * v1 - ic1, 2.0 * v2 - ic2);
        v2
    };
    sound.iter().zip(cutoffs).map(tick).collect()
}

#[test]
fn a_filter_that_is_turned_is_at_each_8th_frame_where_its_parameter_is_and_the_formulas_to_100_db() {
    const BEFORE: usize = 1280;
    let mut values = only(&[params::LPF_ON]);
    for (from, to) in [(200.0, 8000.0), (20000.0, 20.0), (50.0, 60.0)] {
        for channels in [1, 2] {
            let sound: Vec<_> = (0..channels).map(|channel| test_sound(9600, RATE, channel)).collect();
            let (before, after): (Vec<_>, Vec<_>) =
                sound.iter().map(|channel| (channel[..BEFORE].to_vec(), channel[BEFORE..].to_vec())).unzip();
            for split in [128, 100, 13] {
                let mut player = Player::new(RATE, channels as usize);
                values[params::LPF_CUTOFF] = from as f32;
                player.chain.set(&values);
                player.play(&before, 128);
                values[params::LPF_CUTOFF] = to as f32;
                player.chain.set(&values);
                for (sound, got) in sound.iter().zip(player.play(&after, split)) {
                    let smooth: Vec<f64> = turned(from, to, sound.len()).collect();
                    let held = (0..sound.len() - BEFORE).map(|n| smooth[n / 8 * 8 + 7]);
                    let want = low_pass(std::iter::repeat_n(from, BEFORE).chain(held), sound);
                    let error = error_db(&got, &want[BEFORE..]);
                    assert!(error < -100.0, "{error:.1} dB: {from} to {to} Hz, {channels} × {split}");
                }
            }
        }
    }
}
