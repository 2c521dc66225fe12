//! Laws: a parameter follows what AudioParam's formulas say, at every frame, wherever the law is taken up and however
//! the sound is cut into blocks.

use audio_dsp_wasm::dsp::block::{BLOCK, Envelope};
use audio_dsp_wasm::dsp::law::{Change, Law, Ramp};
use audio_dsp_wasm::dsp::smooth::Smoothed;
use audio_dsp_wasm::params::{self, TABLE};
use std::sync::Arc;

const RATE: f64 = 48000.0;
const PARAM: usize = params::DELAY_MIX;

/// The Web Audio specification's formulas, over frames. Before its start a law has the value that it has there, and a
/// ramp or a curve is over from the rounded frame of its end on.
fn by_the_formula(law: &Law, frame: u64) -> f64 {
    let over = |end: f64| frame as f64 >= end.round();
    let gone = |start: f64| (frame as f64 - start).max(0.0);
    match law {
        Law::Hold(value) => *value as f64,
        Law::Linear(ramp) | Law::Exponential(ramp) if over(ramp.end) => ramp.to as f64,
        &Law::Linear(Ramp { start, from, end, to }) => from + (to as f64 - from) * (gone(start) / (end - start)),
        &Law::Exponential(Ramp { start, from, end, to }) => from * (to as f64 / from).powf(gone(start) / (end - start)),
        &Law::Target { start, from, to, time_constant } => {
            to as f64 + (from - to as f64) * (-gone(start) / time_constant).exp()
        }
        Law::Curve { start, duration, points } => {
            let place = (points.len() - 1) as f64 * gone(*start) / duration;
            let (before, share) = (place.floor() as usize, place.fract());
            if over(start + duration) || before + 1 >= points.len() {
                return points[points.len() - 1] as f64;
            }
            points[before] as f64 * (1.0 - share) + points[before + 1] as f64 * share
        }
    }
}

/// Laws of every kind that begin at a frame or between two, some shorter than a block, some longer, one with no length.
fn laws(start: f64) -> Vec<Law> {
    let mut laws = vec![Law::Hold(0.7)];
    for length in [0.4, 1.0, 5.3, 127.0, 1000.7, 9600.0] {
        let ramp = |from: f64, to: f32| Ramp { start, from, end: start + length, to };
        laws.extend([
            Law::Linear(ramp(0.1, 0.9)),
            Law::Linear(ramp(0.9, 0.0)),
            Law::Exponential(ramp(0.01, 0.9)),
            Law::Exponential(ramp(0.9, 0.02)),
            Law::Target { start, from: 0.9, to: 0.1, time_constant: length },
            Law::Curve { start, duration: length, points: Arc::new(vec![0.2, 0.8]) },
            Law::Curve { start, duration: length, points: Arc::new(vec![0.5, 0.1, 0.9, 0.9, 0.3]) },
        ]);
    }
    laws
}

/// A parameter that takes up a law at a frame.
fn following(param: usize, law: &Law, frame: u64, glides: bool) -> Smoothed {
    let mut smoothed = Smoothed::new(param, RATE);
    smoothed.take(&Change { param, law: law.clone(), frame: frame as f64, glides });
    smoothed
}

/// The values of the next frames, in blocks of these sizes by turns.
fn values(smoothed: &mut Smoothed, frames: usize, cuts: &[usize]) -> Vec<f32> {
    let mut all = Vec::new();
    for &cut in cuts.iter().cycle() {
        let size = cut.min(frames - all.len());
        let mut block = Envelope::default();
        smoothed.fill(block.vectors_mut(), size);
        all.extend_from_slice(&block.values()[..size]);
        if all.len() == frames {
            return all;
        }
    }
    all
}

/// Asserts values to float32's precision; of a power the exponent is rounded to it.
fn assert_close(got: &[f32], want: impl Fn(u64) -> f64, first: u64, what: &str) {
    for (nth, &got) in got.iter().enumerate() {
        let want = want(first + nth as u64);
        assert!((got as f64 - want).abs() <= 1e-6 * want.abs() + 1e-7, "{got} for {want} at frame {nth}: {what}");
    }
}

#[test]
fn every_law_has_the_formulas_value_at_each_frame_from_the_first_on_and_is_over_where_its_end_is_rounded_to() {
    // At the very first frame of a context, and between frames.
    for start in [0.0f64, 0.3, 0.7, 1.0, 12345.0, 12345.4, 12345.6] {
        let frame = start.round() as u64;
        for law in laws(start) {
            for cuts in [&[BLOCK][..], &[1], &[100, 7, 128, 3]] {
                let got = values(&mut following(PARAM, &law, frame, false), 3000, cuts);
                assert_close(&got, |frame| by_the_formula(&law, frame), frame, &format!("{law:?} in {cuts:?}"));
            }
        }
    }
}

#[test]
fn a_law_that_is_taken_up_late_is_where_it_would_be() {
    for start in [0.0f64, 1000.4] {
        for law in laws(start) {
            for late in [1, 500, 2000] {
                let frame = start.round() as u64 + late;
                let got = values(&mut following(PARAM, &law, frame, false), 3000, &[BLOCK]);
                assert_close(&got, |frame| by_the_formula(&law, frame), frame, &format!("{law:?}, {late} frames late"));
            }
        }
    }
}

#[test]
fn a_law_goes_on_beyond_the_range_and_only_what_is_heard_is_clamped() {
    let (least, most) = (TABLE[PARAM].min as f64, TABLE[PARAM].max as f64);
    let ramp = Ramp { start: 0.0, from: -1.0, end: 3000.0, to: 2.0 };
    let curve = Arc::new(vec![0.5, 3.0, -2.0, 0.5]);
    for law in [Law::Linear(ramp), Law::Hold(7.0), Law::Curve { start: 0.0, duration: 3000.0, points: curve }] {
        let got = values(&mut following(PARAM, &law, 0, false), 4000, &[BLOCK]);
        assert_close(&got, |frame| by_the_formula(&law, frame).clamp(least, most), 0, &format!("{law:?}"));
    }
}

#[test]
fn an_exponential_ramp_that_has_no_way_waits_and_then_steps() {
    for (from, to) in [(0.0, 0.5), (0.5, 0.0), (-0.5, 0.5)] {
        let law = Law::Exponential(Ramp { start: 10.0, from, end: 500.0, to });
        let want = |frame: u64| if frame < 500 { from.max(0.0) } else { to as f64 };
        assert_close(&values(&mut following(PARAM, &law, 10, false), 1000, &[BLOCK]), want, 10, &format!("{law:?}"));
    }
}

#[test]
fn what_glides_goes_over_from_the_value_that_is_to_the_laws_as_two_low_passes_do_and_stays_with_it() {
    let pole = (-1.0 / (0.004 * RATE)).exp();
    let left = |n: u64| pole.powi(n as i32) * (1.0 + n as f64 * (1.0 - pole));
    let from = TABLE[PARAM].default as f64;
    for law in laws(1000.0).into_iter().filter(|law| !matches!(law, Law::Hold(_))) {
        let got = values(&mut following(PARAM, &law, 1000, true), 6000, &[100, 128]);
        let away = by_the_formula(&law, 1000) - from;
        // Once within a millionth of the range it has arrived.
        let want = |frame: u64| by_the_formula(&law, frame) - away * left(frame - 999);
        for (nth, &got) in got.iter().enumerate() {
            let want = want(1000 + nth as u64).clamp(0.0, 1.0);
            assert!((got as f64 - want).abs() < 2.2e-6, "{got} for {want} at frame {nth}: {law:?}");
        }
    }
}

#[test]
fn a_frequency_glides_over_by_ratios_and_no_way_leads_out_of_its_range() {
    let pole = (-1.0 / (0.004 * RATE)).exp();
    let left = |n: u64| pole.powi(n as i32) * (1.0 + n as f64 * (1.0 - pole));
    let index = params::LPF_CUTOFF;
    let (min, max) = (TABLE[index].min as f64, TABLE[index].max as f64);
    let ramp = |from: f64, to: f32| Ramp { start: 1000.0, from, end: 4000.0, to };
    for law in [
        Law::Exponential(ramp(50.0, 8000.0)),
        Law::Linear(ramp(20.0, 20000.0)),
        Law::Linear(ramp(-5000.0, 30000.0)),
        Law::Target { start: 1000.0, from: 50.0, to: 3000.0, time_constant: 500.0 },
    ] {
        // It stands at the high end.
        let got = values(&mut following(index, &law, 1000, true), 6000, &[100, 128]);
        let at = |frame: u64| by_the_formula(&law, frame).clamp(min, max);
        for (nth, &got) in got.iter().enumerate() {
            let frame = 1000 + nth as u64;
            let want = (at(frame) * (max / at(1000)).powf(left(frame - 999))).clamp(min, max);
            // Once within a millionth of the range, which is 7 in ln, it has arrived.
            assert!((got as f64 / want - 1.0).abs() < 1e-5, "{got} for {want} at frame {nth}: {law:?}");
        }
    }
}

#[test]
fn a_parameter_that_is_set_on_a_law_goes_on_from_the_value_there() {
    let law = Law::Linear(Ramp { start: 0.0, from: 0.0, end: 4800.0, to: 1.0 });
    let mut smoothed = following(PARAM, &law, 0, false);
    values(&mut smoothed, 2400, &[BLOCK]);
    smoothed.take(&Change::set(PARAM, 0.9));
    let got = values(&mut smoothed, 9600, &[BLOCK]);
    assert!((got[0] - 2399.0 / 4800.0).abs() < 1e-4, "no step: {}", got[0]);
    assert!(got.windows(2).all(|pair| pair[1] >= pair[0]) && got[4800..].iter().all(|&x| x == 0.9));
}

#[test]
fn at_its_end_a_law_leaves_the_value_exactly_there_at_rest() {
    for law in laws(0.0) {
        let mut smoothed = following(PARAM, &law, 0, false);
        // 18.5 time constants of the longest target.
        values(&mut smoothed, 18 * 9600 + 5000, &[BLOCK]);
        assert!(smoothed.is_settled(), "{law:?}");
        let change = Change { param: PARAM, law, frame: 0.0, glides: false };
        assert_eq!(smoothed.value(), change.last() as f64);
    }
}
