//! Nothing that comes in breaks what goes out.

use crate::effects::{everything_on, only};
use crate::reference::test_sound;
use crate::support::{self, Player, difference_decibels, each_effect, peak, render, sine, with};
use audio_dsp_wasm::{
    control,
    dsp::{block::BLOCK, scrub::LOUDEST},
    engine::Engine,
    params::{self, TABLE, Values},
};

const RATE: f64 = 48000.0;

/// An engine, and one sound through it.
struct Quanta(Engine);

impl Quanta {
    fn new(values: &Values, channels: usize) -> Self {
        Self(support::engine(values, RATE as f32, channels))
    }

    fn play(&mut self, sound: &[f32]) -> Vec<f32> {
        self.play_all(&[sound.to_vec()]).remove(0)
    }

    fn play_all(&mut self, sound: &[Vec<f32>]) -> Vec<Vec<f32>> {
        let mut output = sound.to_vec();
        for start in (0..sound[0].len()).step_by(128) {
            let frames = start..(start + 128).min(sound[0].len());
            for (at, channel) in sound.iter().enumerate() {
                self.0.sound(at)[..frames.len()].copy_from_slice(&channel[frames.clone()]);
            }
            self.0.process(frames.len(), true);
            for (at, channel) in output.iter_mut().enumerate() {
                channel[frames.clone()].copy_from_slice(&self.0.sound(at)[..frames.len()]);
            }
        }
        output
    }

    fn count(&mut self, word: usize) -> u32 {
        self.0.control()[word]
    }
}

#[test]
fn the_slowest_filters_come_to_rest() {
    let peak = |frequency: f32, gain: f32, q: f32| {
        let mut values = only(&[params::PEAK_ON]);
        [values[params::PEAK_FREQUENCY], values[params::PEAK_GAIN], values[params::PEAK_Q]] = [frequency, gain, q];
        values
    };
    let mut low = only(&[params::LPF_ON, params::HPF_ON]);
    low[params::LPF_CUTOFF] = 20.0;
    let mut slow: Vec<Values> = vec![low];
    for gain in [-24.0, -1.0, 24.0] {
        slow.extend([peak(20.0, gain, 0.1), peak(20.0, gain, 18.0), peak(20000.0, gain, 0.1)]);
    }
    for rate in [8000.0, 48000.0] {
        for channels in [1, 2] {
            for values in &slow {
                let mut player = Player::new(rate, channels);
                player.chain.set(values);
                player.play(&vec![test_sound(8000, rate, 0); channels], 128);
                // 35 time constants, which take a second and a little at the most: 2·Q·A/ω with Q = 18 and A = 4 at 20
                // Hz.
                player.play(&vec![vec![0.0; (45.0 * rate) as usize]; channels], 128);
                assert!(player.chain.is_at_rest(), "{values:?} at {rate} Hz, {channels} channel(s)");
            }
        }
    }
}

#[test]
fn a_tail_rings_on_without_input_and_ends_in_exactly_nothing() {
    let long = |mut values: Values| {
        let delay = [(params::DELAY_TIME, 0.5), (params::DELAY_FEEDBACK, 0.95), (params::DELAY_MIX, 1.0)];
        delay.iter().for_each(|&(index, value)| values[index] = value);
        values
    };
    for values in [params::defaults(), long(everything_on()), with(&[(params::LPF_CUTOFF, 20.0)])] {
        for channels in [1, 2] {
            let mut player = Player::new(8000.0, channels);
            player.chain.set(&values);
            player.play(&vec![test_sound(8000, 8000.0, 0); channels], 128);
            let tail = player.play(&vec![vec![0.0; 8000]; channels], 128);
            assert!(peak(&tail[0]) > 1e-4, "the tail is heard");
            assert!(!player.chain.is_at_rest());
            // 0.95 each half a second is 10⁻¹⁵ after 340 s.
            player.play(&vec![vec![0.0; 8000 * 400]; channels], 128);
            assert!(player.chain.is_at_rest());
            let end = player.play(&vec![vec![0.0; 1280]; channels], 128);
            assert!(end.iter().flatten().all(|&x| x == 0.0));
        }
    }
}

#[test]
fn nothing_is_at_rest_while_an_echo_is_still_to_come() {
    let mut values = only(&[params::DELAY_ON]);
    for (index, value) in [(params::DELAY_TIME, 1.0), (params::DELAY_FEEDBACK, 0.0), (params::DELAY_MIX, 1.0)] {
        values[index] = value;
    }
    for at in [0, 1, 300, 5000] {
        let mut player = Player::new(8000.0, 1);
        player.chain.set(&values);
        player.play_mono(&vec![0.0; at]);
        player.play_mono(&[1.0]);
        for quantum in 0..62 {
            assert!(!player.chain.is_at_rest(), "{quantum} quanta after an impulse at frame {at}");
            assert!(player.play_mono(&[0.0; 128]).iter().all(|&x| x == 0.0));
        }
        // 7936 frames have passed; the echo comes after 8000.
        assert_eq!(peak(&player.play_mono(&[0.0; 128])), 1.0);
        player.play_mono(&[0.0; 8000]);
        assert!(player.chain.is_at_rest());
    }
}

#[test]
fn a_filter_that_is_being_turned_is_at_rest_only_without_sound() {
    let [mut values, mut turned] = [only(&[params::LPF_ON]); 2];
    values[params::LPF_CUTOFF] = 1000.0;
    turned[params::LPF_CUTOFF] = 2000.0;
    for loudness in [0.0, 1.0] {
        let mut player = Player::new(RATE, 1);
        player.chain.set(&values);
        player.play_mono(&sine(440.0, loudness, RATE, 1280));
        player.chain.set(&turned);
        player.play_mono(&sine(440.0, loudness, RATE, 128));
        assert_eq!(player.chain.is_at_rest(), loudness == 0.0);
    }
}

#[test]
fn no_output_is_ever_denormal_while_a_tail_decays() {
    let denormals = |values: &Values, sound: &[Vec<f32>], what: &str| {
        let mut player = Player::new(8000.0, sound.len());
        player.chain.set(values);
        player.play(sound, 128);
        let tails = player.play(&vec![vec![0.0; 80000]; sound.len()], 128);
        assert!(tails.iter().all(|tail| tail[79000..].iter().all(|&x| x == 0.0)), "{what} ends");
        tails.iter().map(|tail| tail.iter().filter(|x| x.is_subnormal()).count()).max()
    };
    // States end in 0 with the block in which they become nothing, so a steep decay can get there in that block.
    each_effect(8000.0, |effect, sound, what| {
        assert!(denormals(&effect.on(), sound, what) < Some(BLOCK), "{what}");
    });
    let slow = with(&[(params::DELAY_TIME, 0.01), (params::LPF_CUTOFF, 200.0)]);
    let sound = test_sound(800, 8000.0, 0);
    assert!(denormals(&slow, &[sound], "a slow decay") <= Some(2), "at most where a curve crosses 0");
}

/// Asserts that a sound with these samples in the place of some of its own gives what it gives with silence there.
fn assert_lost(values: &Values, sound: &[Vec<f32>], lost: &[f32], what: &str) {
    const AT: usize = 10_000;
    let [dirty, silenced] = [lost.to_vec(), vec![0.0; lost.len()]].map(|samples| {
        let mut sound = sound.to_vec();
        sound.iter_mut().for_each(|channel| channel[AT..AT + samples.len()].copy_from_slice(&samples));
        sound
    });
    let [mut one, mut other] = [(); 2].map(|_| Quanta::new(values, sound.len()));
    let (got, want) = (one.play_all(&dirty), other.play_all(&silenced));
    assert!(got.iter().flatten().all(|x| x.is_finite()), "{what}");
    assert!(got == want, "{what} is played as silence");
    assert_eq!(one.count(control::SCRUBBED), (lost.len() * sound.len()) as u32, "{what} is counted");
    one.0.control()[control::SCRUBBED] = 0;
    assert_eq!(one.0.control()[control::METERS..], other.0.control()[control::METERS..], "{what} moves no meter");
}

/// What is no sound: no numbers, infinities, and what is louder than anything.
const LOST: [f32; 6] = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, -1e30, 1.000_001 * LOUDEST];

#[test]
fn a_sample_that_is_no_sound_is_lost_and_counted_and_nothing_else_tells_of_it() {
    each_effect(RATE, |effect, sound, what| {
        for lost in LOST {
            assert_lost(&effect.on(), sound, &[lost], &format!("{what}: {lost}"));
        }
    });
    for channels in [1, 2] {
        let sound: Vec<_> = (0..channels).map(|channel| test_sound(24000, RATE, channel)).collect();
        for lost in LOST {
            assert_lost(&everything_on(), &sound, &[lost], &format!("everything on: {lost}"));
        }
    }
}

#[test]
fn one_infinite_sample_or_10_ms_of_1e38_leave_no_trace_but_the_echo_of_the_silence_in_their_place() {
    let without_distortion = with(&[(params::DISTORTION_ON, 0.0)]);
    let mut ringing = without_distortion;
    ringing[params::DELAY_FEEDBACK] = 0.95;
    let square: Vec<f32> = (0..480).map(|n| if n / 10 % 2 == 0 { 1e38 } else { -1e38 }).collect();
    for values in [without_distortion, ringing] {
        let sound = [test_sound(2 * 48000, RATE, 0)];
        for lost in [&[f32::INFINITY][..], &square] {
            assert_lost(&values, &sound, lost, &format!("{} sample(s) of {}", lost.len(), lost[0]));
            // The sound goes on at its level: what is missing from it 20 ms later is one echo in a hundred thousand.
            let mut dirty = sound[0].clone();
            dirty[10_000..][..lost.len()].copy_from_slice(lost);
            let [got, want] = [&dirty, &sound[0]].map(|sound| Quanta::new(&values, 1).play(sound)[11_500..].to_vec());
            let difference = difference_decibels(&got, &want);
            assert!(difference < -20.0, "{difference:.1} dB");
        }
    }
}

#[test]
fn the_loudest_sample_that_is_let_in_is_played() {
    for loudest in [LOUDEST, -LOUDEST] {
        let mut engine = Quanta::new(&only(&[]), 1);
        assert_eq!(engine.play(&[0.5, loudest, 0.5]), [0.5, loudest, 0.5]);
        assert_eq!(engine.count(control::SCRUBBED), 0);
    }
}

#[test]
fn every_value_that_is_no_parameter_is_clamped_at_the_door() {
    for (index, parameter) in TABLE.iter().enumerate() {
        for (value, kept) in [
            (f32::NAN, parameter.default),
            (f32::INFINITY, parameter.max),
            (f32::NEG_INFINITY, parameter.min),
            (1e30, parameter.max),
            (-1e30, parameter.min),
        ] {
            let mut player = Player::new(RATE, 1);
            let mut values = params::defaults();
            values[index] = value;
            player.chain.set(&values);
            assert_eq!(player.chain.values()[index], kept, "{} at {value}", parameter.id);
            assert!(player.play_mono(&sine(440.0, 0.5, RATE, 1280)).iter().all(|x| x.is_finite()));
        }
    }
}

#[test]
fn feedback_never_runs_away() {
    let values = with(&[
        (params::GAIN, 4.0),
        (params::DELAY_TIME, 0.01),
        (params::DELAY_FEEDBACK, 0.95),
        (params::DELAY_MIX, 1.0),
    ]);
    // In step with the delay, so that all echoes add up: at most 1 / (1 − 0.95) times what goes in, and the filters
    // overshoot by less than half.
    let sound: Vec<f32> = sine(100.0, 1.0, RATE, 48000 * 30);
    let output = render(&values, RATE, 128, &[sound]);
    assert!(peak(&output[0]) > 10.0, "the echoes do add up");
    assert!(peak(&output[0]) < 30.0);
}

#[test]
fn the_limiter_holds_one_whatever_comes() {
    let mut values = only(&[params::LIMITER_ON]);
    values[params::GAIN] = 4.0;
    let impulses: Vec<f32> = (0..48000).map(|n| if n % 4801 == 0 { 1e5 } else { 0.0 }).collect();
    let square: Vec<f32> = (0..48000).map(|n| if n / 100 % 2 == 0 { 1.0 } else { -1.0 }).collect();
    for sound in [test_sound(48000, RATE, 0), impulses, square, sine(997.0, 1e6, RATE, 48000)] {
        for channels in [1, 2] {
            let output = render(&values, RATE, 128, &vec![sound.clone(); channels]);
            assert!(output.iter().all(|channel| peak(channel) <= 1.0));
            assert!(peak(&output[0]) > 0.7, "loud all the same");
        }
    }
}

#[test]
fn the_limiter_leaves_alone_what_stays_below_3_db_and_delays_nothing() {
    let on = only(&[params::LIMITER_ON]);
    let quiet = sine(440.0, 0.7, RATE, 48000);
    let [limited, plain] = [on, only(&[])].map(|values| render(&values, RATE, 128, std::slice::from_ref(&quiet)));
    assert!(limited == plain);
    let mut loud = vec![0.0; 128];
    loud[0] = 3.0;
    let output = render(&on, RATE, 128, &[loud]);
    assert!(output[0][0] > 0.9 && output[0][0] <= 1.0);
    assert!(output[0][1..].iter().all(|&x| x == 0.0));
}

#[test]
fn the_limiter_holds_both_channels_back_alike() {
    let mut values = only(&[params::LIMITER_ON]);
    values[params::GAIN] = 4.0;
    let (loud, quiet) = (sine(300.0, 0.9, RATE, 9600), sine(300.0, 0.09, RATE, 9600));
    let output = render(&values, RATE, 128, &[loud, quiet]);
    for (l, r) in output[0].iter().zip(&output[1]) {
        assert!((l * 0.1 - r).abs() < 1e-3 * l.abs() + 1e-6, "the image stays: {l} and {r}");
    }
}

#[test]
fn meters_read_what_an_instrument_would() {
    let mut engine = Quanta::new(&with(&[(params::BYPASS, 1.0)]), 1);
    let amplitude = 0.5;
    engine.play(&sine(1000.0, amplitude, RATE, 48000 * 3));
    let level = |engine: &mut Quanta, word: usize| f32::from_bits(engine.count(word)) as f64;
    for (peak_word, rms_word) in
        [(control::INPUT_PEAK, control::INPUT_RMS), (control::OUTPUT_PEAK, control::OUTPUT_RMS)]
    {
        assert!((level(&mut engine, peak_word) - amplitude).abs() < 0.001);
        assert!((level(&mut engine, rms_word) - amplitude / 2f64.sqrt()).abs() < 0.002);
    }
    // IEC 60268-10, type I: 20 dB in 1.7 s.
    engine.play(&vec![0.0; (1.7 * RATE) as usize]);
    let fallen = 20.0 * (level(&mut engine, control::OUTPUT_PEAK) / amplitude).log10();
    assert!((fallen + 20.0).abs() < 0.1, "{fallen} dB");
    assert_eq!(engine.count(control::FRAMES), 48000 * 3 + (1.7 * RATE) as u32);
    engine.play(&vec![0.0; 48000 * 20]);
    assert_eq!(level(&mut engine, control::OUTPUT_PEAK), 0.0);
    assert_eq!(level(&mut engine, control::INPUT_RMS), 0.0);
}

#[test]
fn clips_are_counted_sample_by_sample() {
    let mut values = only(&[]);
    values[params::GAIN] = 2.0;
    let sound = sine(441.0, 0.9, RATE, 48000);
    let beyond = sound.iter().filter(|&&x| (x * 2.0).abs() > 1.0).count() as u32;
    let mut engine = Quanta::new(&values, 1);
    engine.play(&sound);
    assert!(beyond > 1000);
    assert_eq!(engine.count(control::CLIPS), beyond);
}

#[test]
fn a_call_for_no_frames_leaves_sound_and_meters_as_they_are() {
    let sound = test_sound(1280, RATE, 0);
    let [mut called, mut spared] = [(); 2].map(|_| Quanta::new(&params::defaults(), 1));
    called.play(&sound);
    spared.play(&sound);
    called.0.process(0, true);
    assert_eq!(called.0.control()[control::FRAMES..], spared.0.control()[control::FRAMES..]);
    assert_eq!(called.play(&sound), spared.play(&sound));
}

#[test]
fn what_is_not_connected_is_silence_whatever_the_buffers_hold() {
    let mut engine = Quanta::new(&params::defaults(), 1);
    engine.0.sound(0).fill(0.9);
    engine.0.process(128, false);
    assert!(engine.0.sound(0).iter().all(|&x| x == 0.0));
    assert_eq!(f32::from_bits(engine.count(control::INPUT_PEAK)), 0.0);
}

#[test]
fn an_engine_refuses_what_it_cannot_run_at() {
    for (rate, channels) in [(2999.0, 1), (768001.0, 1), (f32::NAN, 1), (48000.0, 0), (48000.0, 3)] {
        assert!(Engine::new(rate, channels).is_err(), "{rate} Hz, {channels} channels");
    }
    for rate in [3000.0, 768000.0] {
        let mut engine = Engine::new(rate, 2).unwrap();
        engine.sound(0).fill(0.5);
        engine.process(128, true);
        assert!(engine.sound(0).iter().all(|x| x.is_finite()));
    }
}
