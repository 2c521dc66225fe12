//! The order of the effects: each sounds as its formulas do in that order, and a change of it is not heard as a click,
//! nor is anything of it left.

use crate::effects::{effects, everything_on, only, switched_on};
use crate::reference::{self, error_db, test_sound};
use crate::support::{Player, bend, difference_decibels, peak, sine};
use audio_dsp_wasm::params::{self, Values};
use audio_dsp_wasm::rack::{EFFECTS, Order};

const RATE: f64 = 48000.0;
/// The second difference of what does not click, as a share of the peak.
const LIMIT: f64 = 0.02;
/// How long a change of order takes: 12 ms to fade out and 12 ms to fade in.
const TURN_FRAMES: usize = 1152;

/// The effects that have a formula here, in their default order; the others stand where they do by default.
const NAMES: &[&str] = &["gain", "distortion", "filters", "peak", "compressor", "tremolo", "delay", "limiter"];

fn order(ids: &[&'static str]) -> Order {
    Order::from_ids(&whole(ids)).unwrap()
}

/// The default order of those with a formula, two of them exchanged.
fn swapped(a: usize, b: usize) -> Vec<&'static str> {
    let mut ids = NAMES.to_vec();
    ids.swap(a, b);
    ids
}

/// The default order of those with a formula, one of them moved to another's place.
fn moved(from: usize, to: usize) -> Vec<&'static str> {
    let mut ids = NAMES.to_vec();
    let id = ids.remove(from);
    ids.insert(to, id);
    ids
}

/// The others among them: each behind the one that is before it by default.
fn whole(ids: &[&'static str]) -> Vec<&'static str> {
    let mut ids = ids.to_vec();
    for (place, id) in EFFECTS.iter().enumerate().filter(|(_, id)| !NAMES.contains(id)) {
        let before = place.checked_sub(1).and_then(|before| ids.iter().position(|other| *other == EFFECTS[before]));
        ids.insert(before.map_or(0, |before| before + 1), id);
    }
    ids
}

/// Values at which every effect with a formula is heard by what comes before it.
fn all_heard() -> Values {
    let mut values = only(&[
        params::DISTORTION_ON,
        params::LPF_ON,
        params::HPF_ON,
        params::PEAK_ON,
        params::COMPRESSOR_ON,
        params::TREMOLO_ON,
        params::DELAY_ON,
        params::LIMITER_ON,
    ]);
    for (index, value) in [
        (params::BYPASS, 0.0),
        (params::GAIN, 0.6),
        (params::DISTORTION, 0.3),
        (params::LPF_CUTOFF, 3000.0),
        (params::HPF_CUTOFF, 200.0),
        (params::PEAK_FREQUENCY, 800.0),
        (params::PEAK_GAIN, 9.0),
        (params::COMPRESSOR_THRESHOLD, -20.0),
        (params::COMPRESSOR_MAKEUP, 9.0),
        (params::TREMOLO_DEPTH, 0.8),
        (params::DELAY_TIME, 0.03125),
    ] {
        values[index] = value;
    }
    values
}

/// An effect's formula at those values.
fn formula(id: &str, x: &[f64]) -> Vec<f64> {
    let v = all_heard().map(|value| value as f64);
    match id {
        "gain" => x.iter().map(|x| x * v[params::GAIN]).collect(),
        "distortion" => reference::distort(v[params::DISTORTION], x),
        "filters" => {
            let low = reference::biquad(reference::pass(true, v[params::LPF_CUTOFF], RATE), x);
            reference::biquad(reference::pass(false, v[params::HPF_CUTOFF], RATE), &low)
        }
        "peak" => {
            let [frequency, gain, q] = [params::PEAK_FREQUENCY, params::PEAK_GAIN, params::PEAK_Q].map(|at| v[at]);
            reference::biquad(reference::peaking(frequency, gain, q, RATE), x)
        }
        "compressor" => {
            let first = params::COMPRESSOR_THRESHOLD;
            reference::compress([v[first], v[first + 1], v[first + 2], v[first + 3], v[first + 4]], RATE, x)
        }
        "tremolo" => reference::tremolo(v[params::TREMOLO_RATE], v[params::TREMOLO_DEPTH], RATE, x),
        "delay" => {
            let [time, feedback, mix] = [params::DELAY_TIME, params::DELAY_FEEDBACK, params::DELAY_MIX].map(|at| v[at]);
            reference::delay(time, feedback, mix, RATE, x)
        }
        "limiter" => reference::limit(RATE, &[x.to_vec()]).remove(0),
        _ => panic!("{id} has no formula here"),
    }
}

fn ordered(values: &Values, order: Order) -> Player {
    let mut player = Player::new(RATE, 1);
    player.chain.set(values);
    player.chain.set_order(order);
    player
}

#[test]
fn every_order_sounds_as_the_formulas_in_that_order_to_100_db() {
    let sound = test_sound(24_000, RATE, 0);
    let mut orders: Vec<Vec<&str>> = vec![
        NAMES.to_vec(),
        vec!["delay", "tremolo", "compressor", "peak", "filters", "distortion", "gain", "limiter"],
        vec!["compressor", "gain", "delay", "distortion", "peak", "filters", "tremolo", "limiter"],
        vec!["tremolo", "delay", "gain", "filters", "distortion", "compressor", "peak", "limiter"],
    ];
    let movable = NAMES.len() - 1;
    orders.extend((0..movable).flat_map(|a| (a + 1..movable).map(move |b| swapped(a, b))));
    let mut heard: Vec<Vec<f32>> = Vec::new();
    for ids in orders {
        let got = ordered(&all_heard(), order(&ids)).play_mono(&sound);
        let want = ids.iter().fold(sound.iter().map(|&x| x as f64).collect(), |x: Vec<f64>, id| formula(id, &x));
        let error = error_db(&got, &want);
        assert!(error < -100.0, "{error:.1} dB: {ids:?}");
        assert!(heard.iter().all(|other| *other != got), "{ids:?} is an order of its own");
        heard.push(got);
    }
}

#[test]
fn an_order_has_each_effect_once_and_the_last_one_last() {
    assert!(NAMES.iter().all(|id| EFFECTS.contains(id)));
    assert_eq!(Order::from_ids(EFFECTS), Some(Order::default()));
    let others = &EFFECTS[..EFFECTS.len() - 1];
    let wrong: [&[&str]; 4] = [&[], &EFFECTS[1..], &[others, &["gain"]].concat(), &[&["limiter"], others].concat()];
    assert!(wrong.into_iter().all(|ids| Order::from_ids(ids).is_none()));
    assert!(Order::from_ids(&[others, &["flanger"]].concat()).is_none());
    let mut backwards = others.to_vec();
    backwards.reverse();
    let places: Vec<usize> = (0..others.len()).rev().chain([others.len()]).collect();
    assert_eq!(Order::from_ids(&[&backwards[..], &["limiter"]].concat()).unwrap().places()[..], places);
}

/// A sine, slow enough that what distortion makes of it bends little, which fades in.
fn smooth_sound(frames: usize) -> Vec<f32> {
    let fade_in = |n: usize| 0.5 - 0.5 * (std::f32::consts::PI * n.min(4800) as f32 / 4800.0).cos();
    sine(100.0, 0.5, RATE, frames).into_iter().enumerate().map(|(n, x)| x * fade_in(n)).collect()
}

/// What happens to a chain at a frame.
type Turn<'a> = (usize, &'a dyn Fn(&mut Player));

/// Plays a sound on which these happen, in blocks of so many frames between them.
fn play_turns(player: &mut Player, turns: &[Turn], sound: &[f32], split: usize) -> Vec<f32> {
    let mut output = Vec::new();
    for (nth, (start, turn)) in turns.iter().enumerate() {
        let end = turns.get(nth + 1).map_or(sound.len(), |turn| turn.0);
        if nth == 0 {
            output.extend(player.play(&[sound[..*start].to_vec()], split).remove(0));
        }
        turn(player);
        output.extend(player.play(&[sound[*start..end].to_vec()], split).remove(0));
    }
    output
}

/// How much more a sound bends than what it consists of, as a share of its peak.
fn click(got: &[f32], steady: &[Vec<f32>]) -> f64 {
    let still = steady.iter().map(|steady| bend(steady)).fold(0.0, f64::max);
    (bend(got) - still) / peak(got) as f64
}

#[test]
fn no_effect_that_moves_while_sound_plays_clicks_wherever_it_goes() {
    let movable = NAMES.len() - 1;
    let sound = smooth_sound(36_000);
    for values in [all_heard(), switched_on(params::defaults())] {
        let steady = |ids: &[&'static str]| ordered(&values, order(ids)).play_mono(&sound);
        let still = steady(NAMES);
        for (from, to) in (0..movable).flat_map(|from| (0..movable).map(move |to| (from, to))) {
            if from == to {
                continue;
            }
            let ids = moved(from, to);
            let [there, back] = [&ids[..], NAMES].map(|ids| {
                let order = order(ids);
                move |player: &mut Player| player.chain.set_order(order)
            });
            // Where the sine is high, and where it is not; the last but one in the middle of the change before it.
            let turns: [Turn; 4] = [(12_120, &there), (20_000, &back), (28_000, &there), (28_500, &back)];
            let got = play_turns(&mut ordered(&values, Order::default()), &turns, &sound, 128);
            let click = click(&got, &[still.clone(), steady(&ids)]);
            assert!(click < LIMIT, "{:.2} %: {ids:?}", 100.0 * click);
        }
    }
}

#[test]
fn a_gain_that_moves_past_each_effect_alone_does_not_click() {
    let sound = smooth_sound(24_000);
    let [there, back] = [&moved(0, 6)[..], NAMES].map(order);
    for effect in effects() {
        let values = effect.on();
        let still = [there, back].map(|order| ordered(&values, order).play_mono(&sound));
        let turns: [Turn; 2] =
            [(12_120, &|player| player.chain.set_order(there)), (16_000, &|player| player.chain.set_order(back))];
        let click = click(&play_turns(&mut ordered(&values, back), &turns, &sound, 128), &still);
        assert!(click < LIMIT, "{:.2} %: {}", 100.0 * click, effect.id);
    }
}

#[test]
fn a_change_in_the_middle_of_another_does_not_click_wherever_it_leads() {
    let sound = smooth_sound(24_000);
    let values = only(&[params::DISTORTION_ON, params::TREMOLO_ON]);
    let steady = |ids: &[&'static str]| ordered(&values, order(ids)).play_mono(&sound);
    let [first, second] = [moved(0, 6), moved(1, 5)];
    let still = [steady(NAMES), steady(&first), steady(&second)];
    for gone in [1, 100, 300, 575, 576, 577, 700, 1000, 1151, 1152] {
        for then in [NAMES, &first, &second] {
            let [go, turn] = [&first[..], then].map(|ids| {
                let order = order(ids);
                move |player: &mut Player| player.chain.set_order(order)
            });
            let got = play_turns(
                &mut ordered(&values, Order::default()),
                &[(12_120, &go), (12_120 + gone, &turn)],
                &sound,
                128,
            );
            let click = click(&got, &still);
            assert!(click < LIMIT, "{:.2} %: {then:?} after {gone} frames", 100.0 * click);
            // And it has got there.
            let at = 12_120 + gone + 2 * TURN_FRAMES;
            let arrived = ordered(&values, order(then)).play_mono(&sound);
            assert!(difference_decibels(&got[at..], &arrived[at..]) < -100.0, "{then:?} after {gone} frames");
        }
    }
}

#[test]
fn an_effect_that_is_switched_while_the_order_changes_does_not_click() {
    let sound = smooth_sound(24_000);
    let turn = order(&moved(0, 6));
    for switch in [params::TREMOLO_ON, params::DISTORTION_ON, params::BYPASS, params::DELAY_ON, params::COMPRESSOR_ON] {
        // The high-pass, which the gain goes past, is heard in any case.
        let mut off = only(&[params::HPF_ON]);
        off[params::COMPRESSOR_THRESHOLD] = -30.0;
        let mut on = off;
        on[switch] = 1.0;
        let change = move |player: &mut Player| player.chain.set_order(turn);
        for [from, to] in [[off, on], [on, off]] {
            let still = [from, to].map(|values| ordered(&values, turn).play_mono(&sound));
            let switch_over = move |player: &mut Player| player.chain.set(&to);
            for gone in [0, 100, 300, 500, 700, 1000] {
                for turns in [
                    [(12_120, &change as &dyn Fn(&mut Player)), (12_120 + gone, &switch_over)],
                    [(12_120, &switch_over), (12_120 + gone, &change)],
                ] {
                    let got = play_turns(&mut ordered(&from, Order::default()), &turns, &sound, 128);
                    let click = click(&got, &still);
                    assert!(click < LIMIT, "{:.2} %: row {switch}, {gone} frames apart", 100.0 * click);
                }
            }
        }
    }
}

#[test]
fn the_echoes_of_a_delay_that_is_moved_come_when_they_should_and_as_loud_as_by_the_formula() {
    let mut values = only(&[params::DELAY_ON]);
    let (gain, mix, feedback) = (0.5, 0.25, 0.5);
    for (index, value) in
        [(params::GAIN, gain), (params::DELAY_TIME, 0.1), (params::DELAY_MIX, mix), (params::DELAY_FEEDBACK, feedback)]
    {
        values[index] = value;
    }
    let mut sound = vec![0.0; 24_000];
    sound[100] = 1.0;
    // From behind the gain to before it, between two echoes: what comes of the line is then halved once more.
    let ahead = order(&moved(6, 0));
    let turn = move |player: &mut Player| player.chain.set_order(ahead);
    let got = play_turns(&mut ordered(&values, Order::default()), &[(7000, &turn)], &sound, 128);
    let mut want = vec![0.0; 24_000];
    want[100] = gain * (1.0 - mix);
    want[4900] = gain * mix;
    want[9700] = gain * mix * feedback * gain;
    want[14_500] = gain * mix * feedback * feedback * gain;
    want[19_300] = gain * mix * feedback * feedback * feedback * gain;
    assert_eq!(got, want);
}

#[test]
fn effects_that_are_off_move_without_a_trace() {
    let sound = test_sound(24_000, RATE, 0);
    let mut values = all_heard();
    let off = [params::DISTORTION_ON, params::PEAK_ON, params::TREMOLO_ON];
    off.into_iter().for_each(|index| values[index] = 0.0);
    let still = ordered(&values, Order::default()).play_mono(&sound);
    for ids in [moved(1, 6), moved(3, 0), moved(5, 2), swapped(1, 5), swapped(3, 5)] {
        let order = order(&ids);
        let turn = move |player: &mut Player| player.chain.set_order(order);
        let mut player = ordered(&values, Order::default());
        assert!(play_turns(&mut player, &[(12_032, &turn)], &sound, 128) == still, "{ids:?}");
        // Yet each is at its place when it comes back.
        player.chain.set(&all_heard());
        player.play_mono(&sound);
        let mut there = ordered(&all_heard(), order);
        there.play_mono(&sound);
        // The tremolo's clock tells for ever when it came.
        values[params::TREMOLO_ON] = 0.0;
        for player in [&mut player, &mut there] {
            player.chain.set(&values);
            player.play_mono(&vec![0.0; 480_000]);
            let mut on = all_heard();
            on[params::TREMOLO_ON] = 0.0;
            player.chain.set(&on);
            player.play_mono(&vec![0.0; 480_000]);
        }
        assert!(player.play_mono(&sound) == there.play_mono(&sound), "{ids:?} comes back");
    }
}

#[test]
fn after_any_changes_of_order_the_default_one_has_the_bits_of_a_chain_that_never_had_another() {
    let sound = test_sound(12_000, RATE, 0);
    let silence = vec![0.0; 480_000];
    let mut values = everything_on();
    values[params::TREMOLO_ON] = 0.0;
    let mut seed = 99u64;
    let mut below = |limit: usize| {
        seed = seed * 48271 % 2147483647;
        seed as usize % limit
    };
    let mut changed = ordered(&values, Order::default());
    let mut still = ordered(&values, Order::default());
    for _ in 0..40 {
        changed.chain.set_order(order(&moved(below(7), below(7))));
        let frames = 1 + below(2000);
        changed.play_mono(&sound[..frames]);
        still.play_mono(&sound[..frames]);
    }
    changed.chain.set_order(Order::default());
    for player in [&mut changed, &mut still] {
        player.play_mono(&sound);
        player.play_mono(&silence);
    }
    assert!(changed.chain.is_at_rest());
    assert!(changed.play_mono(&sound) == still.play_mono(&sound));
}

#[test]
fn an_order_that_is_chosen_behind_the_bypass_is_there_when_it_ends() {
    let sound = test_sound(12_000, RATE, 0);
    let mut bypassed = all_heard();
    bypassed[params::BYPASS] = 1.0;
    let other = order(&moved(0, 6));
    let mut player = ordered(&bypassed, Order::default());
    player.play_mono(&sound);
    player.chain.set_order(other);
    assert!(player.play_mono(&sound) == sound);
    player.chain.set(&all_heard());
    let mut there = ordered(&bypassed, other);
    there.play_mono(&sound);
    there.play_mono(&sound);
    there.chain.set(&all_heard());
    assert!(player.play_mono(&sound) == there.play_mono(&sound));
}

#[test]
fn a_change_of_order_sounds_the_same_in_blocks_of_any_size() {
    let sound = test_sound(12_000, RATE, 0);
    let [there, back] = [&moved(6, 1)[..], NAMES].map(|ids| {
        let order = order(ids);
        move |player: &mut Player| player.chain.set_order(order)
    });
    let turns: [Turn; 3] = [(3000, &there), (7000, &back), (7600, &there)];
    let play = |split: usize| play_turns(&mut ordered(&all_heard(), Order::default()), &turns, &sound, split);
    let whole: Vec<f64> = play(128).into_iter().map(|x| x as f64).collect();
    for split in [1, 13, 100, 333, 4096] {
        let error = error_db(&play(split), &whole);
        assert!(error < -120.0, "{error:.1} dB in blocks of {split}");
    }
}
