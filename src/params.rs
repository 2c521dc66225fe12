//! The parameter table: every parameter's id, label, unit, range, default and curve, written once.
//!
//! All else asks here: the page for its sliders, the engine's `set` for its limits, the audio thread
//! for its clamp, the command line for its flags. A parameter's index in [`TABLE`] is its place in the
//! control block, so a new parameter goes to the end.

/// How a control moves between a parameter's ends, and the domain in which a change is smoothed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// Equal steps are equal differences.
    Linear,
    /// Equal steps are equal ratios: frequencies, and times that span decades.
    Logarithmic,
    /// A linear factor that people set, and hear, in decibels; 0 is silence.
    Decibel,
    /// Off (0) or on (1).
    Switch,
}

impl Curve {
    /// The curve's name in the JavaScript API.
    pub const fn name(self) -> &'static str {
        match self {
            Curve::Linear => "linear",
            Curve::Logarithmic => "logarithmic",
            Curve::Decibel => "decibel",
            Curve::Switch => "switch",
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// The public, fixed name.
    pub id: &'static str,
    /// What people read.
    pub label: &'static str,
    /// The unit of the value: `"×"`, `"Hz"`, `"s"`, `"dB"`, or `""` for a plain number.
    pub unit: &'static str,
    /// The smallest value in range.
    pub min: f32,
    /// The largest value in range.
    pub max: f32,
    /// The value at the start, and after a reset to defaults.
    pub default: f32,
    /// The curve of its control.
    pub curve: Curve,
}

impl Parameter {
    /// The nearest value in range; what is not a number becomes the default. A switch is on from 0.5.
    pub fn clamp(&self, value: f32) -> f32 {
        if value.is_nan() {
            self.default
        } else if self.curve == Curve::Switch {
            if value >= 0.5 { 1.0 } else { 0.0 }
        } else if value < self.min {
            self.min
        } else if value > self.max {
            self.max
        } else {
            value
        }
    }
}

const fn continuous(
    id: &'static str,
    label: &'static str,
    unit: &'static str,
    [min, max]: [f32; 2],
    default: f32,
    curve: Curve,
) -> Parameter {
    Parameter { id, label, unit, min, max, default, curve }
}

const fn switch(id: &'static str, label: &'static str, on: bool) -> Parameter {
    let default = if on { 1.0 } else { 0.0 };
    Parameter { id, label, unit: "", min: 0.0, max: 1.0, default, curve: Curve::Switch }
}

macro_rules! table {
    ($($(#[$doc:meta])* $index:ident[$name:ident] = $row:expr;)*) => {
        /// A parameter, by name. `Param::Gain as usize` is its index: its place in [`TABLE`] and among the control
        /// block's parameters.
        #[repr(usize)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Param { $($(#[$doc])* $name),* }

        impl Param {
            /// Every parameter, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$name),*];
        }

        $($(#[$doc])* pub const $index: usize = Param::$name as usize;)*

        /// The table, in the order of the control block.
        pub const TABLE: &[Parameter] = &[$($row),*];
    };
}

impl Param {
    /// Its row of the table.
    pub fn row(self) -> &'static Parameter {
        &TABLE[self as usize]
    }

    /// The parameter of this id.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|param| param.row().id == id)
    }
}

table! {
    /// Input level, a factor.
    GAIN[Gain] = continuous("gain", "Gain", "×", [0.0, 4.0], 1.0, Curve::Decibel);
    /// Amount of distortion; the drive into tanh is 1 + 10 × this.
    DISTORTION[Distortion] = continuous("distortion", "Distortion", "", [0.0, 1.0], 0.2, Curve::Linear);
    /// Low-pass cutoff frequency.
    LPF_CUTOFF[LpfCutoff] =
        continuous("lpf_cutoff", "Low-pass cutoff", "Hz", [20.0, 20000.0], 20000.0, Curve::Logarithmic);
    /// High-pass cutoff frequency.
    HPF_CUTOFF[HpfCutoff] =
        continuous("hpf_cutoff", "High-pass cutoff", "Hz", [20.0, 20000.0], 20.0, Curve::Logarithmic);
    /// Delay time.
    DELAY_TIME[DelayTime] = continuous("delay_time", "Delay time", "s", [0.0, 1.0], 0.5, Curve::Linear);
    /// Share of the delayed sound that goes back into the line.
    DELAY_FEEDBACK[DelayFeedback] = continuous("delay_feedback", "Delay feedback", "", [0.0, 0.95], 0.5, Curve::Linear);
    /// Share of the delayed sound in the output.
    DELAY_MIX[DelayMix] = continuous("delay_mix", "Delay mix", "", [0.0, 1.0], 0.3, Curve::Linear);
    /// Master bypass: the input goes to the output as it is.
    BYPASS[Bypass] = switch("bypass", "Bypass", false);
    /// Distortion's switch.
    DISTORTION_ON[DistortionOn] = switch("distortion_on", "Distortion", true);
    /// The low-pass's switch.
    LPF_ON[LpfOn] = switch("lpf_on", "Low-pass", true);
    /// The high-pass's switch.
    HPF_ON[HpfOn] = switch("hpf_on", "High-pass", true);
    /// The delay's switch.
    DELAY_ON[DelayOn] = switch("delay_on", "Delay", true);
    /// The peaking equaliser's switch.
    PEAK_ON[PeakOn] = switch("peak_on", "Peaking equaliser", false);
    /// The peaking equaliser's centre frequency.
    PEAK_FREQUENCY[PeakFrequency] =
        continuous("peak_frequency", "Peak frequency", "Hz", [20.0, 20000.0], 1000.0, Curve::Logarithmic);
    /// The peaking equaliser's gain at its centre.
    PEAK_GAIN[PeakGain] = continuous("peak_gain", "Peak gain", "dB", [-24.0, 24.0], 0.0, Curve::Linear);
    /// The peaking equaliser's Q, as the Audio EQ Cookbook has it.
    PEAK_Q[PeakQ] = continuous("peak_q", "Peak Q", "", [0.1, 18.0], 1.0, Curve::Logarithmic);
    /// The compressor's switch.
    COMPRESSOR_ON[CompressorOn] = switch("compressor_on", "Compressor", false);
    /// Level above which the compressor holds back.
    COMPRESSOR_THRESHOLD[CompressorThreshold] =
        continuous("compressor_threshold", "Compressor threshold", "dB", [-60.0, 0.0], -24.0, Curve::Linear);
    /// Input decibels per output decibel above the threshold.
    COMPRESSOR_RATIO[CompressorRatio] =
        continuous("compressor_ratio", "Compressor ratio", ":1", [1.0, 20.0], 4.0, Curve::Logarithmic);
    /// Time constant with which the compressor takes hold.
    COMPRESSOR_ATTACK[CompressorAttack] =
        continuous("compressor_attack", "Compressor attack", "s", [0.0001, 0.2], 0.01, Curve::Logarithmic);
    /// Time constant with which the compressor lets go.
    COMPRESSOR_RELEASE[CompressorRelease] =
        continuous("compressor_release", "Compressor release", "s", [0.01, 2.0], 0.15, Curve::Logarithmic);
    /// Gain after the compressor.
    COMPRESSOR_MAKEUP[CompressorMakeup] =
        continuous("compressor_makeup", "Compressor make-up", "dB", [0.0, 24.0], 0.0, Curve::Linear);
    /// The output limiter's switch.
    LIMITER_ON[LimiterOn] = switch("limiter_on", "Limiter", false);
    /// The tremolo's switch.
    TREMOLO_ON[TremoloOn] = switch("tremolo_on", "Tremolo", false);
    /// How often the tremolo swells.
    TREMOLO_RATE[TremoloRate] = continuous("tremolo_rate", "Tremolo rate", "Hz", [0.1, 20.0], 5.0, Curve::Logarithmic);
    /// How deep the tremolo cuts: at 1 down to silence.
    TREMOLO_DEPTH[TremoloDepth] = continuous("tremolo_depth", "Tremolo depth", "", [0.0, 1.0], 0.5, Curve::Linear);
    /// The noise gate's switch.
    GATE_ON[GateOn] = switch("gate_on", "Gate", false);
    /// Level at which the gate opens.
    GATE_THRESHOLD[GateThreshold] =
        continuous("gate_threshold", "Gate threshold", "dB", [-90.0, 0.0], -50.0, Curve::Linear);
    /// How far the gate closes.
    GATE_RANGE[GateRange] = continuous("gate_range", "Gate range", "dB", [-90.0, 0.0], -60.0, Curve::Linear);
    /// Time in which the gate opens.
    GATE_ATTACK[GateAttack] =
        continuous("gate_attack", "Gate attack", "s", [0.0001, 0.1], 0.001, Curve::Logarithmic);
    /// How long the gate stays open when the sound has become quiet.
    GATE_HOLD[GateHold] = continuous("gate_hold", "Gate hold", "s", [0.0, 1.0], 0.05, Curve::Linear);
    /// Time in which the gate closes.
    GATE_RELEASE[GateRelease] =
        continuous("gate_release", "Gate release", "s", [0.005, 2.0], 0.1, Curve::Logarithmic);
    /// The chorus's switch.
    CHORUS_ON[ChorusOn] = switch("chorus_on", "Chorus", false);
    /// How often the chorus sways.
    CHORUS_RATE[ChorusRate] = continuous("chorus_rate", "Chorus rate", "Hz", [0.05, 10.0], 0.8, Curve::Logarithmic);
    /// How far the chorus sways to either side of its delay.
    CHORUS_DEPTH[ChorusDepth] = continuous("chorus_depth", "Chorus depth", "s", [0.0, 0.01], 0.002, Curve::Linear);
    /// The chorus's delay.
    CHORUS_DELAY[ChorusDelay] = continuous("chorus_delay", "Chorus delay", "s", [0.001, 0.03], 0.012, Curve::Linear);
    /// Share of the delayed sound in the chorus's output.
    CHORUS_MIX[ChorusMix] = continuous("chorus_mix", "Chorus mix", "", [0.0, 1.0], 0.5, Curve::Linear);
    /// The reverb's switch.
    REVERB_ON[ReverbOn] = switch("reverb_on", "Reverb", false);
    /// Time in which the reverberation falls by 60 dB.
    REVERB_DECAY[ReverbDecay] = continuous("reverb_decay", "Reverb decay", "s", [0.1, 20.0], 2.0, Curve::Logarithmic);
    /// How much faster the highest frequencies decay: in decay·(1 − 0.9·damping).
    REVERB_DAMPING[ReverbDamping] = continuous("reverb_damping", "Reverb damping", "", [0.0, 1.0], 0.5, Curve::Linear);
    /// Time before the reverberation begins.
    REVERB_PREDELAY[ReverbPredelay] =
        continuous("reverb_predelay", "Reverb predelay", "s", [0.0, 0.25], 0.02, Curve::Linear);
    /// Share of the reverberation in the output.
    REVERB_MIX[ReverbMix] = continuous("reverb_mix", "Reverb mix", "", [0.0, 1.0], 0.3, Curve::Linear);
}

/// How many parameters there are.
pub const COUNT: usize = TABLE.len();

/// A value for every parameter, in the order of [`TABLE`].
pub type Values = [f32; COUNT];

/// Every parameter at its default.
pub fn defaults() -> Values {
    core::array::from_fn(|index| TABLE[index].default)
}
