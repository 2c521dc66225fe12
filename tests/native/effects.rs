//! The effects: which there are, as the parameter table has it, and settings at which each is plainly heard, from
//! tests/data/audible.txt. Every test and bench of "each effect" takes its list from here.

use audio_dsp_wasm::params::{self, COUNT, Curve, TABLE, Values};

/// The switches of the effects that have a clock of their own, which goes on from when they were last reset.
pub const CLOCKS: [usize; 2] = [params::TREMOLO_ON, params::CHORUS_ON];

const AUDIBLE: &str = include_str!("../data/audible.txt");

/// An effect with its audible settings.
pub struct Effect {
    /// Its switch's id; that of its parameter where it has no switch.
    pub id: &'static str,
    row: usize,
    settings: Vec<(usize, f32)>,
}

impl Effect {
    /// The effect alone and plainly heard: every other effect is off.
    pub fn on(&self) -> Values {
        let mut values = only(&[self.row]);
        for &(index, value) in &self.settings {
            values[index] = value;
        }
        values
    }

    /// The same without the effect.
    pub fn off(&self) -> Values {
        let mut values = self.on();
        values[self.row] = if is_switch(self.row) { 0.0 } else { TABLE[self.row].default };
        values
    }

    /// Its rows in the table: its switch, and the parameters that begin with its name.
    pub fn rows(&self) -> impl Iterator<Item = usize> {
        (0..COUNT).filter(|&index| owner(index) == Some(self.row))
    }
}

/// Every effect, in the order of the table.
pub fn effects() -> Vec<Effect> {
    parse(AUDIBLE).unwrap_or_else(|error| panic!("{error}"))
}

/// Every effect off that has a switch and is not in `on`; every other parameter is at its default.
pub fn only(on: &[usize]) -> Values {
    let mut values = params::defaults();
    for index in (0..COUNT).filter(|&index| is_switch(index)) {
        values[index] = if on.contains(&index) { 1.0 } else { 0.0 };
    }
    values
}

/// The same values with every effect on.
pub fn switched_on(mut values: Values) -> Values {
    (0..COUNT).filter(|&index| is_switch(index)).for_each(|index| values[index] = 1.0);
    values
}

/// Every effect on at its audible settings; where two set the same parameter, the later one in the table.
pub fn everything_on() -> Values {
    let mut values = switched_on(params::defaults());
    for (index, value) in effects().into_iter().flat_map(|effect| effect.settings) {
        values[index] = value;
    }
    values
}

/// Whether a row is the switch of an effect. The bypass switches all of them.
fn is_switch(index: usize) -> bool {
    TABLE[index].curve == Curve::Switch && index != params::BYPASS
}

/// The row of the effect that a row belongs to: the switch whose name it begins with, or else itself.
fn owner(index: usize) -> Option<usize> {
    let id = TABLE[index].id;
    let is_of = |name: &str| id.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    let switch = |&row: &usize| is_switch(row) && is_of(TABLE[row].id.trim_end_matches("_on"));
    (index != params::BYPASS).then(|| (0..COUNT).find(switch).unwrap_or(index))
}

/// Reads the audible settings; says which effect and which file are to be mended where they do not fit the table.
fn parse(text: &str) -> Result<Vec<Effect>, String> {
    const FILE: &str = "tests/data/audible.txt";
    let row_of = |id: &str| TABLE.iter().position(|row| row.id == id.trim());
    let mut settings: [Option<Vec<(usize, f32)>>; COUNT] = [const { None }; COUNT];
    let lines = text.lines().filter_map(|line| line.split('#').next()).map(str::trim);
    for line in lines.filter(|line| !line.is_empty()) {
        let (id, values) = line.split_once(':').ok_or(format!("{FILE}: `{line}` has no colon"))?;
        let row = row_of(id).filter(|&row| owner(row) == Some(row));
        let row = row.ok_or(format!("{FILE}: `{id}` is no effect in the table of src/params.rs"))?;
        let setting = |pair: &str| {
            let (id, value) = pair.split_once('=')?;
            let (index, value) = (row_of(id)?, value.parse().ok()?);
            (TABLE[index].clamp(value) == value).then_some((index, value))
        };
        let wrong = |pair: &str| format!("{FILE}: {id} has `{pair}`, which is no id=value in its range");
        let values: Result<_, String> =
            values.split_whitespace().map(|pair| setting(pair).ok_or_else(|| wrong(pair))).collect();
        settings[row] = Some(values?);
    }
    let effect = |row: usize| {
        let id = TABLE[row].id;
        let settings =
            settings[row].take().ok_or(format!("{id} has no line in {FILE}: add one at which it is heard"))?;
        Ok(Effect { id, row, settings })
    };
    (0..COUNT).filter(|&row| owner(row) == Some(row)).map(effect).collect()
}

#[test]
fn an_effect_without_audible_settings_and_settings_without_an_effect_are_refused_by_name() {
    let refusal = |text: &str| parse(text).err().expect("refused");
    for effect in effects() {
        let without: String = AUDIBLE
            .lines()
            .filter(|line| !line.starts_with(&format!("{}:", effect.id)))
            .flat_map(|x| [x, "\n"])
            .collect();
        assert!(refusal(&without).starts_with(&format!("{} has no line in tests/data/audible.txt", effect.id)));
    }
    for (line, said) in [
        ("flanger_on: gain=1", "`flanger_on` is no effect"),
        ("delay_time: delay_time=0.1", "`delay_time` is no effect"),
        ("delay_on: delay_tiem=0.1", "delay_on has `delay_tiem=0.1`"),
        ("delay_on: delay_time=2", "delay_on has `delay_time=2`"),
        ("delay_on delay_time=0.1", "has no colon"),
    ] {
        let refused = refusal(&format!("{AUDIBLE}\n{line}"));
        assert!(refused.contains("tests/data/audible.txt") && refused.contains(said), "{refused}");
    }
}

#[test]
fn every_row_but_bypass_belongs_to_one_effect() {
    for (index, row) in TABLE.iter().enumerate() {
        let owners = effects().iter().filter(|effect| effect.rows().any(|own| own == index)).count();
        assert_eq!(owners, usize::from(index != params::BYPASS), "{}", row.id);
    }
}
