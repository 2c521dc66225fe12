//! Automation: what is scheduled acts on its frame, on every parameter as float64 formulas have it, beside what is set.

use crate::effects::only;
use crate::reference::{self, error_db, test_sound};
use crate::support::{engine, post};
use audio_dsp_wasm::control;
use audio_dsp_wasm::dsp::law::{Law, Ramp};
use audio_dsp_wasm::engine::Engine;
use audio_dsp_wasm::params::{self, Param, Values};
use std::sync::Arc;

const RATE: f64 = 48000.0;
/// How long it takes at the most until what was set has arrived.
const ARRIVAL_FRAMES: usize = 4800;

/// Random numbers from 0 up to 1, the same for the same seed: the minimal standard generator of Park and Miller.
struct Random(u64);

impl Random {
    fn share(&mut self) -> f64 {
        self.0 = self.0 * 48271 % 2147483647;
        self.0 as f64 / 2147483647.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        (self.share() * limit as f64) as u64
    }
}

/// Plays a sound in quanta of these sizes by turns.
fn play(engine: &mut Engine, sound: &[f32], cuts: &[usize]) -> Vec<f32> {
    let mut output = Vec::new();
    for &cut in cuts.iter().cycle() {
        let part = &sound[output.len()..sound.len().min(output.len() + cut)];
        engine.sound(0)[..part.len()].copy_from_slice(part);
        engine.process(part.len(), true);
        output.extend_from_slice(&engine.sound(0)[..part.len()]);
        if output.len() == sound.len() {
            break;
        }
    }
    output
}

/// The gain alone, which makes a constant 1 the very value of the parameter.
fn gain_alone() -> Engine {
    engine(&only(&[]), RATE as f32, 1)
}

/// What the gain is at the next frames.
fn gains(engine: &mut Engine, frames: usize) -> Vec<f32> {
    play(engine, &vec![1.0; frames], &[128])
}

/// A step of the gain, and a cancel of its events, in words.
fn step(frame: u64, value: f64, glides: bool) -> [f64; 8] {
    [1.0, params::GAIN as f64, frame as f64, f64::from(glides), 0.0, 0.0, 0.0, value]
}

fn cancel(param: usize, frame: u64) -> [f64; 8] {
    [0.0, param as f64, frame as f64, 0.0, 0.0, 0.0, 0.0, 0.0]
}

#[test]
fn a_hundred_thousand_steps_given_in_any_order_all_act_on_their_frames_in_quanta_of_any_size() {
    let mut random = Random(7);
    let frames = 400_000;
    let mut want = vec![None; frames];
    let mut words = Vec::new();
    for _ in 0..100_000 {
        let (frame, value) = (random.below(frames as u64), random.share());
        words.extend(step(frame, value, false));
        want[frame as usize] = Some(value as f32);
    }
    for cuts in [&[128][..], &[1, 128, 77, 13]] {
        let mut engine = gain_alone();
        post(&mut engine, 0, &words);
        let mut now = 1.0;
        for (frame, got) in play(&mut engine, &vec![1.0; frames], cuts).into_iter().enumerate() {
            now = want[frame].unwrap_or(now);
            assert_eq!(got, now, "frame {frame}");
        }
        assert_eq!((engine.schedule().len(), engine.meters().late), (0, 0));
    }
}

#[test]
fn of_the_events_of_one_frame_the_last_one_given_counts() {
    let mut engine = gain_alone();
    for value in [0.5, 2.0, 0.25] {
        engine.automate(Param::Gain, 300, Law::Hold(value)).unwrap();
    }
    let gains = gains(&mut engine, 512);
    assert_eq!((gains[299], gains[300], gains[511]), (1.0, 0.25, 0.25));
}

#[test]
fn a_late_event_acts_at_once_and_is_counted_where_it_jumps_and_a_law_is_where_it_would_be() {
    let mut engine = gain_alone();
    gains(&mut engine, 1280);
    engine.automate(Param::Gain, 1000, Law::Hold(0.5)).unwrap();
    let ramp = Ramp { start: 1000.0, from: 0.0, end: 2000.0, to: 1.0 };
    engine.automate(Param::Gain, 1001, Law::Linear(ramp)).unwrap();
    engine.automate(Param::Gain, 1280, Law::Linear(ramp)).unwrap();
    let got = gains(&mut engine, 256);
    assert_eq!(engine.meters().late, 2, "the one that is in time is not late");
    for (nth, got) in got.into_iter().enumerate() {
        assert!((got - 0.001 * (280 + nth) as f32).abs() < 1e-6, "{got} at {nth}");
    }
    post(&mut engine, 0, &step(3, 0.5, true));
    let got = gains(&mut engine, ARRIVAL_FRAMES);
    assert!(got.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.01), "it glides");
    assert_eq!((got[ARRIVAL_FRAMES - 1], engine.meters().late), (0.5, 2));
}

#[test]
fn a_cancel_takes_away_what_has_not_begun_from_its_frame_on_of_its_parameter_alone() {
    let mut engine = gain_alone();
    let other = params::DELAY_MIX;
    post(&mut engine, 0, &[step(100, 0.5, false), step(200, 2.0, false), step(300, 0.25, false)].concat());
    engine.automate(Param::DelayMix, 250, Law::Hold(0.9)).unwrap();
    post(&mut engine, 0, &[cancel(params::GAIN, 200), step(400, 0.75, false)].concat());
    assert_eq!(engine.schedule().len(), 3);
    let got = gains(&mut engine, 512);
    assert!(got[100..400].iter().all(|&gain| gain == 0.5) && got[400..].iter().all(|&gain| gain == 0.75));
    post(&mut engine, 0, &[cancel(other, 0), cancel(params::GAIN, 0)].concat());
    assert_eq!(gains(&mut engine, 512), [0.75; 512], "what has begun stays");
}

#[test]
fn what_is_no_event_is_left_out_and_the_others_act() {
    let mut engine = gain_alone();
    let mut unknown = step(10, 2.0, false);
    unknown[1] = params::COUNT as f64;
    let strange = [f64::NAN, f64::INFINITY].map(|value| step(20, value, false));
    // A curve that says it has more points than came.
    let cut = [5.0, params::DELAY_MIX as f64, 30.0, 0.0, 30.0, 1e9, 100.0, 0.0];
    post(&mut engine, 0, &[&unknown[..], &strange.concat(), &step(40, 0.5, false), &cut, &[0.1, 0.2]].concat());
    let got = gains(&mut engine, 256);
    assert!(got[..40].iter().all(|&gain| gain == 1.0) && got[40..].iter().all(|&gain| gain == 0.5));
}

#[test]
fn a_value_that_is_set_wins_over_the_ramp_and_the_curve_under_way_and_what_comes_later_comes() {
    let ramp = Law::Linear(Ramp { start: 0.0, from: 0.0, end: 48000.0, to: 4.0 });
    let curve = Law::Curve { start: 0.0, duration: 48000.0, points: Arc::new(vec![0.0, 4.0]) };
    for law in [ramp, curve] {
        let mut engine = gain_alone();
        engine.automate(Param::Gain, 0, law).unwrap();
        engine.automate(Param::Gain, 30_000, Law::Hold(0.125)).unwrap();
        let before = gains(&mut engine, 12_800);
        assert!((before[12_799] - 4.0 * 12_799.0 / 48000.0).abs() < 1e-5);
        engine.set(Param::Gain, 0.5);
        let after = gains(&mut engine, 20_000);
        assert!((after[0] - before[12_799]).abs() < 0.01, "it goes on from there");
        assert!(after[ARRIVAL_FRAMES..30_000 - 12_800].iter().all(|&gain| gain == 0.5));
        assert!(after[30_000 - 12_800..].iter().all(|&gain| gain == 0.125), "what comes later, comes");
    }
}

#[test]
fn of_a_set_and_an_event_of_the_same_frame_the_last_word_wins() {
    // The event first: though it comes to the audio thread later, or late.
    for clock in [0u64, 1000] {
        for frame in [clock, clock.saturating_sub(200)] {
            let mut engine = gain_alone();
            engine.set_clock(clock);
            engine.automate(Param::Gain, frame, Law::Hold(0.25)).unwrap();
            engine.set(Param::Gain, 2.0);
            assert_eq!(gains(&mut engine, 4 * ARRIVAL_FRAMES)[ARRIVAL_FRAMES], 2.0, "at {frame}, from {clock} on");
            // And the same in the middle of the sound.
            let now = clock + 4 * ARRIVAL_FRAMES as u64;
            engine.automate(Param::Gain, now, Law::Hold(0.25)).unwrap();
            engine.set(Param::Gain, 3.0);
            assert_eq!(gains(&mut engine, 4 * ARRIVAL_FRAMES)[ARRIVAL_FRAMES], 3.0, "in the middle");
            // The set first.
            engine.set(Param::Gain, 2.0);
            engine.automate(Param::Gain, now + 4 * ARRIVAL_FRAMES as u64, Law::Hold(0.25)).unwrap();
            assert_eq!(gains(&mut engine, ARRIVAL_FRAMES), [0.25; ARRIVAL_FRAMES], "the event after the set");
        }
    }
}

#[test]
fn a_step_is_heard_as_a_step_but_a_switch_goes_over_smoothly() {
    let mut engine = gain_alone();
    engine.automate(Param::Gain, 64, Law::Hold(0.0)).unwrap();
    let got = gains(&mut engine, 128);
    assert_eq!((got[63], got[64]), (1.0, 0.0));
    let mut values = only(&[params::TREMOLO_ON]);
    values[params::TREMOLO_DEPTH] = 1.0;
    let mut engine = crate::support::engine(&values, RATE as f32, 1);
    engine.automate(Param::TremoloOn, 64, Law::Hold(0.0)).unwrap();
    let got = gains(&mut engine, ARRIVAL_FRAMES);
    assert!(got.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.01) && got[ARRIVAL_FRAMES - 1] == 1.0);
}

#[test]
fn a_load_makes_an_end_of_all_that_was_scheduled_before_it() {
    let mut engine = gain_alone();
    engine.automate(Param::Gain, 0, Law::Linear(Ramp { start: 0.0, from: 0.0, end: 9600.0, to: 4.0 })).unwrap();
    engine.automate(Param::Gain, 7000, Law::Hold(0.125)).unwrap();
    gains(&mut engine, 1280);
    // A load sets every parameter, and ends all automation: one change.
    let sequence = engine.control()[control::SEQUENCE] + 1;
    for index in 0..params::COUNT {
        engine.control()[control::SET_AT + index] = sequence;
    }
    for word in [control::SEQUENCE, control::ANNOUNCED, control::CLEARED_AT] {
        engine.control()[word] = sequence;
    }
    // Scheduled before the load, and later on its way than it.
    post(&mut engine, sequence - 1, &step(8000, 3.0, false));
    post(&mut engine, sequence, &step(9000, 0.5, false));
    let got = gains(&mut engine, 12_800);
    assert!(got[ARRIVAL_FRAMES..9000 - 1280].iter().all(|&gain| gain == 1.0));
    assert!(got[9000 - 1280..].iter().all(|&gain| gain == 0.5));
}

/// A law for a parameter from a frame on, and its value there.
type Moves<'a> = &'a [(Param, Law)];

/// Renders a sound with laws that all begin at frame 0.
fn automated(values: &Values, moves: Moves, sound: &[f32]) -> Vec<f32> {
    let mut engine = engine(values, RATE as f32, 1);
    for (param, law) in moves {
        engine.automate(*param, 0, law.clone()).unwrap();
    }
    play(&mut engine, sound, &[128, 100, 28])
}

/// A line over so many frames from frame 0 on, as a law and as a function.
fn line(from: f64, to: f64, frames: usize) -> (Law, impl Fn(usize) -> f64) {
    let (from, to) = (from as f32 as f64, to as f32 as f64);
    let law = Law::Linear(Ramp { start: 0.0, from, end: frames as f64, to: to as f32 });
    (law, move |n: usize| from + (to - from) * (n.min(frames) as f64 / frames as f64))
}

fn plain(sound: &[f32]) -> Vec<f64> {
    sound.iter().map(|&x| x as f64).collect()
}

fn assert_near(got: &[f32], want: &[f64], limit: f64, what: &str) {
    let error = error_db(got, want);
    assert!(error < limit, "{error:.1} dB, not {limit}: {what}");
}

#[test]
fn the_gain_by_a_schedule_of_every_law_is_within_120_db_of_the_formulas() {
    let sound = test_sound(48000, RATE, 0);
    let mut engine = gain_alone();
    let ramp = |from: f64, to: f32, start: f64, end: f64| Ramp { start, from, end, to };
    let points = Arc::new(vec![0.5f32, 2.0, 0.25, 1.5]);
    let mut add = |frame: u64, law: Law| engine.automate(Param::Gain, frame, law).unwrap();
    add(0, Law::Linear(ramp(1.0, 3.0, 0.4, 9000.6)));
    add(10_000, Law::Exponential(ramp(3.0, 0.05, 10_000.0, 20_000.0)));
    add(20_000, Law::Target { start: 20_000.3, from: 0.05, to: 2.0, time_constant: 700.0 });
    add(30_000, Law::Curve { start: 30_000.0, duration: 9000.0, points: points.clone() });
    add(40_000, Law::Hold(0.75));
    let gain = |n: usize| {
        let x = n as f64;
        match n {
            0..9001 => 1.0 + 2.0 * ((x - 0.4).max(0.0) / 9000.2),
            9001..10_000 => 3.0,
            10_000..20_000 => 3.0 * (0.05f32 as f64 / 3.0).powf((x - 10_000.0) / 10_000.0),
            20_000..30_000 => 2.0 + (0.05 - 2.0) * (-(x - 20_000.3f64).max(0.0) / 700.0).exp(),
            30_000..39_000 => {
                let place = 3.0 * (x - 30_000.0) / 9000.0;
                let (before, share) = (place as usize, place.fract());
                points[before] as f64 * (1.0 - share) + points[before + 1] as f64 * share
            }
            39_000..40_000 => 1.5,
            _ => 0.75,
        }
    };
    let want: Vec<f64> = sound.iter().enumerate().map(|(n, &x)| x as f64 * gain(n)).collect();
    assert_near(&play(&mut engine, &sound, &[128, 100, 28]), &want, -120.0, "gain");
}

#[test]
fn distortion_tremolo_depth_delay_and_compressor_on_ramps_are_within_100_db_of_the_formulas() {
    const FRAMES: usize = 40_000;
    let sound = test_sound(48000, RATE, 0);
    let x = plain(&sound);

    let (law, amount) = line(0.0, 1.0, FRAMES);
    let got = automated(&only(&[params::DISTORTION_ON]), &[(Param::Distortion, law)], &sound);
    assert_near(&got, &reference::distort_along(&amount, &x), -100.0, "distortion");

    let (law, depth) = line(1.0, 0.1, FRAMES);
    let got = automated(&only(&[params::TREMOLO_ON]), &[(Param::TremoloDepth, law)], &sound);
    assert_near(&got, &reference::tremolo_along(5.0, &depth, RATE, &x), -100.0, "tremolo");

    let (mix_law, mix) = line(0.0, 1.0, FRAMES);
    let (feedback_law, feedback) = line(0.9, 0.1, FRAMES);
    let mut values = only(&[params::DELAY_ON]);
    values[params::DELAY_TIME] = 0.0625;
    let moves = [(Param::DelayMix, mix_law), (Param::DelayFeedback, feedback_law)];
    let want = reference::delay_along(0.0625, &feedback, &mix, RATE, &x);
    assert_near(&automated(&values, &moves, &sound), &want, -100.0, "delay");

    let (threshold_law, threshold) = line(-50.0, -10.0, FRAMES);
    let (ratio_law, ratio) = line(1.5, 12.0, FRAMES);
    let (attack_law, attack) = line(0.001, 0.05, FRAMES);
    let (release_law, release) = line(0.02, 0.5, FRAMES);
    let (makeup_law, makeup) = line(0.0, 12.0, FRAMES);
    let moves = [
        (Param::CompressorThreshold, threshold_law),
        (Param::CompressorRatio, ratio_law),
        (Param::CompressorAttack, attack_law),
        (Param::CompressorRelease, release_law),
        (Param::CompressorMakeup, makeup_law),
    ];
    let settings = |n: usize| [threshold(n), ratio(n), attack(n), release(n), makeup(n)];
    let want = reference::compress_along(&settings, RATE, &x);
    assert_near(&automated(&only(&[params::COMPRESSOR_ON]), &moves, &sound), &want, -100.0, "compressor");
}

#[test]
fn a_peak_on_a_ramp_is_at_each_8th_frame_where_its_parameters_are_and_the_formulas_to_100_db() {
    const FRAMES: usize = 40_000;
    let sound = test_sound(48000, RATE, 0);
    let x = plain(&sound);
    let (frequency_law, frequency) = line(300.0, 6000.0, FRAMES);
    // From 0 dB, at which the peak is no filter at all.
    let (gain_law, gain) = line(0.0, 18.0, FRAMES);
    let moves = [(Param::PeakFrequency, frequency_law), (Param::PeakGain, gain_law)];
    let got = automated(&only(&[params::PEAK_ON]), &moves, &sound);
    // Coefficients are those of the last of each 8 frames.
    let held = |n: usize| n / 8 * 8 + 7;
    let want = reference::peaking_along(&|n| frequency(held(n)), &|n| gain(held(n)), 1.0, RATE, &x);
    assert_near(&got, &want, -100.0, "held for 8 frames");
    // So it is ahead of its parameters by 3.5 frames on average: 73 µs.
    let smooth = reference::peaking_along(&frequency, &gain, 1.0, RATE, &x);
    assert_near(&got, &smooth, -55.0, "at every frame");
}

/// The delay alone, all of it heard and nothing fed back.
fn delay_alone(seconds: f64) -> Engine {
    let mut values = only(&[params::DELAY_ON]);
    values[params::DELAY_TIME] = seconds as f32;
    values[params::DELAY_FEEDBACK] = 0.0;
    values[params::DELAY_MIX] = 1.0;
    engine(&values, RATE as f32, 1)
}

/// What a sound is a number of frames before.
fn tapped(sound: &[f32], n: usize, delay: usize) -> f64 {
    if n < delay { 0.0 } else { sound[n - delay] as f64 }
}

#[test]
fn a_step_of_the_delay_time_makes_the_tap_jump() {
    let sound = test_sound(24_000, RATE, 0);
    let mut engine = delay_alone(0.02);
    let steps = [(5000u64, 480), (5001, 2000), (9999, 1), (15_000, 9000)];
    for (frame, tap) in steps {
        engine.automate(Param::DelayTime, frame, Law::Hold((tap as f64 / RATE) as f32)).unwrap();
    }
    let tap = |n: usize| steps.iter().rev().find(|(frame, _)| n as u64 >= *frame).map_or(960, |&(_, tap)| tap);
    let want: Vec<f64> = (0..sound.len()).map(|n| tapped(&sound, n, tap(n))).collect();
    assert_near(&play(&mut engine, &sound, &[128, 77]), &want, -120.0, "steps");
}

#[test]
fn on_a_ramp_of_the_delay_time_one_fade_follows_the_other_each_to_the_time_that_holds_as_it_begins() {
    const FADE: usize = 1440; // 30 ms
    let sound = test_sound(36_000, RATE, 0);
    // It rises from 960 frames to 4800 over a quarter of a second.
    let (start, end) = (6000.0, 18_000.0);
    let ramp = Ramp { start, from: 0.02, end, to: 0.1 };
    let time = |n: usize| 960.0 + (4800.0 - 960.0) * ((n as f64 - start) / (end - start)).clamp(0.0, 1.0);
    let (mut heard, mut coming, mut done) = (960, 960, 0);
    let want: Vec<f64> = (0..sound.len())
        .map(|n| {
            let target = (time(n) + 0.5) as usize;
            if coming == heard && target != heard {
                (coming, done) = (target, 0);
            }
            let (from, to) = (tapped(&sound, n, heard), tapped(&sound, n, coming));
            let value = from + (to - from) * (done as f64 / FADE as f64);
            done += 1;
            if coming != heard && done == FADE {
                heard = coming;
            }
            value
        })
        .collect();
    assert_eq!(heard, 4800, "it has arrived");
    for cuts in [&[128][..], &[100, 13, 128]] {
        let mut engine = delay_alone(0.02);
        engine.automate(Param::DelayTime, 6000, Law::Linear(ramp)).unwrap();
        // A time in float32 can be rounded to the next frame, and the fade then goes to a neighbour of this one's.
        assert_near(&play(&mut engine, &sound, cuts), &want, -100.0, "fades");
    }
}
