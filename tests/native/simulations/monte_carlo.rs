//! The Monte Carlo estimate against an independent generator, against statistics' own theory, and
//! against itself cut up in other ways.
//!
//! Every seed below is fixed, so a test that passes once passes always. Limits named "0.1 %" are where
//! a sound generator would fall beyond one time in a thousand.

use audio_dsp_wasm::simulations::monte_carlo::{LANES, Run, SUBSTREAM, draw_points, estimate_pi};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg32;
use rand_xoshiro::Xoshiro128Plus;
use std::f64::consts::FRAC_PI_4;

/// Points inside among the first `total` of a run, in one slice.
fn count(seed: u64, total: u64) -> u64 {
    let mut run = Run::new(seed, total);
    run.advance(total);
    run.inside()
}

/// The points of a seed's sequence, by the generators of the published crates: one of rand_xoshiro for
/// each lane, seeded from rand_pcg by drawing, not by jumping.
fn reference_points(seed: u64) -> impl Iterator<Item = [i32; 2]> {
    let mut seeder = Pcg32::seed_from_u64(seed);
    std::iter::repeat_with(move || {
        let mut lanes = [(); LANES].map(|()| {
            let mut state = [0; 16];
            seeder.fill_bytes(&mut state);
            Xoshiro128Plus::from_seed(state)
        });
        (0..SUBSTREAM as usize).map(move |point| {
            let generator = &mut lanes[point % LANES];
            [generator.next_u32() as i32, generator.next_u32() as i32]
        })
    })
    .flatten()
}

#[test]
fn the_points_are_those_of_the_published_generators_over_sub_streams() {
    const TOTAL: u64 = 2 * SUBSTREAM + 12345;
    let inside = reference_points(42).take(TOTAL as usize).filter(|&[x, y]| {
        let [x, y] = [x as f32 / 2147483648.0, y as f32 / 2147483648.0];
        x * x + y * y <= 1.0
    });
    assert_eq!(count(42, TOTAL), inside.count() as u64);
}

#[test]
fn runs_of_any_few_points_have_each_of_them() {
    let mut inside = 0;
    for (before, [x, y]) in reference_points(8).take(10 * LANES).enumerate() {
        let [x, y] = [x as f64 / 2147483648.0, y as f64 / 2147483648.0];
        inside += u64::from(x * x + y * y <= 1.0);
        assert_eq!(count(8, before as u64 + 1), inside, "the first {} points", before + 1);
    }
}

#[test]
fn rounding_to_float32_moves_no_more_than_one_point_in_a_million_across_the_circle() {
    let inside = |[x, y]: &[i32; 2]| {
        let [x, y] = [*x as i64, *y as i64];
        x * x + y * y <= 1 << 62
    };
    let total = 4 * SUBSTREAM;
    let exact = reference_points(7).take(total as usize).filter(inside).count() as i64;
    let difference = (count(7, total) as i64 - exact).unsigned_abs();
    assert!(difference <= total / 1_000_000, "{difference} points of {total}");
}

#[test]
fn the_points_for_the_picture_are_the_points_counted() {
    let mut points = [0f32; 2 * 5000];
    draw_points(9, 0, &mut points);
    let inside = points.chunks(2).filter(|p| p[0] * p[0] + p[1] * p[1] <= 1.0).count();
    assert_eq!(count(9, 5000), inside as u64);
    let reference = reference_points(9).skip(SUBSTREAM as usize).take(5000);
    draw_points(9, 1, &mut points);
    for (drawn, [x, y]) in points.chunks(2).zip(reference) {
        assert_eq!(drawn, [x as f32 / 2147483648.0, y as f32 / 2147483648.0]);
    }
}

#[test]
fn the_count_is_the_same_whatever_the_slices() {
    const TOTAL: u64 = 3 * SUBSTREAM + 77;
    let whole = count(3, TOTAL);
    let mut sizes = Pcg32::seed_from_u64(1);
    for longest in [50_000, 700_000, 3 * SUBSTREAM] {
        let mut run = Run::new(3, TOTAL);
        while run.points() < TOTAL {
            let before = run.points();
            run.advance(1 + sizes.next_u64() % longest);
            assert!(run.points() > before);
        }
        assert_eq!((run.points(), run.inside()), (TOTAL, whole), "slices up to {longest}");
    }
}

#[test]
fn the_counts_of_shares_add_up_to_the_whole() {
    const TOTAL: u64 = 5 * SUBSTREAM + 3;
    let shares = [(0, 2 * SUBSTREAM), (2, SUBSTREAM), (3, 2 * SUBSTREAM + 3)];
    let sum: u64 = shares
        .map(|(first, points)| {
            let mut share = Run::part(11, first, points);
            share.advance(points);
            assert_eq!((share.points(), share.total()), (points, points));
            share.inside()
        })
        .iter()
        .sum();
    assert_eq!(sum, count(11, TOTAL));
}

#[test]
fn a_longer_run_of_a_seed_begins_with_the_shorter_one() {
    let mut run = Run::new(5, 1000);
    run.advance(104);
    assert_eq!((run.points(), run.inside()), (104, count(5, 104)));
}

#[test]
fn every_point_is_in_the_square_and_estimates_follow_from_the_count() {
    let mut run = Run::new(1, 1_000_000);
    assert!(run.estimate().is_nan());
    run.advance(400_000);
    assert_eq!(run.points(), 400_000);
    let share = run.inside() as f64 / 400_000.0;
    assert_eq!(run.estimate(), 4.0 * share);
    assert!((run.standard_error() - 4.0 * (share * (1.0 - share) / 400_000.0).sqrt()).abs() < 1e-15);
    assert_eq!(estimate_pi(1, 400_000), run.estimate());

    let mut points = vec![0f32; 200_000];
    draw_points(1, 4, &mut points);
    assert!(points.iter().all(|x| (-1.0..=1.0).contains(x)));
}

/// The errors of runs of 100,000 points over 1,000 seeds, in units of the standard error in theory.
fn standard_errors() -> Vec<f64> {
    const POINTS: f64 = 100_000.0;
    let deviation = (POINTS * FRAC_PI_4 * (1.0 - FRAC_PI_4)).sqrt();
    (0..1000).map(|seed| (count(seed, POINTS as u64) as f64 - POINTS * FRAC_PI_4) / deviation).collect()
}

#[test]
fn over_1000_seeds_the_errors_have_the_mean_and_the_variance_of_theory() {
    let errors = standard_errors();
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    assert!(mean.abs() * (errors.len() as f64).sqrt() < 3.29, "mean {mean}"); // 0.1 %, two-sided
    let squares: f64 = errors.iter().map(|z| z * z).sum();
    // The 0.05 % and 99.95 % points of chi-square with 1,000 degrees of freedom, by Wilson and Hilferty.
    let quantile = |z: f64| 1000.0 * (1.0 - 2.0 / 9000.0 + z * (2.0f64 / 9000.0).sqrt()).powi(3);
    assert!((quantile(-3.2905)..quantile(3.2905)).contains(&squares), "sum of squares {squares}");
}

#[test]
fn over_1000_seeds_the_errors_are_distributed_normally() {
    // The deciles of the normal distribution: a tenth of the errors belongs between two neighbours.
    const DECILES: [f64; 9] = [-1.28155, -0.84162, -0.52440, -0.25335, 0.0, 0.25335, 0.52440, 0.84162, 1.28155];
    let mut bins = [0f64; 10];
    for error in standard_errors() {
        bins[DECILES.partition_point(|&decile| decile < error)] += 1.0;
    }
    assert!(chi_square(&bins) < 27.88, "{bins:?}"); // 9 degrees of freedom, 0.1 %
}

/// Chi-square of counts that ought to be alike.
fn chi_square(bins: &[f64]) -> f64 {
    let expected = bins.iter().sum::<f64>() / bins.len() as f64;
    bins.iter().map(|count| (count - expected) * (count - expected) / expected).sum()
}

#[test]
fn points_fill_the_square_evenly() {
    const SIDE: usize = 32;
    let mut bins = vec![0f64; SIDE * SIDE];
    let mut points = vec![0f32; 2_000_000];
    draw_points(2, 0, &mut points);
    let place = |x: f32| ((x + 1.0) * 0.5 * SIDE as f32).min(SIDE as f32 - 1.0) as usize;
    for point in points.chunks(2) {
        bins[place(point[0]) * SIDE + place(point[1])] += 1.0;
    }
    assert!(chi_square(&bins) < 1168.0, "{}", chi_square(&bins)); // 1,023 degrees of freedom, 0.1 %
}

/// Pearson's correlation times the root of the number of pairs: normal with variance 1 where there is none.
fn correlation(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let n = pairs.clone().count() as f64;
    let mean = |part: fn((f64, f64)) -> f64| pairs.clone().map(part).sum::<f64>() / n;
    let [mx, my] = [mean(|(x, _)| x), mean(|(_, y)| y)];
    let moment = |f: fn(f64, f64) -> f64| pairs.clone().map(|(x, y)| f(x - mx, y - my)).sum::<f64>();
    n.sqrt() * moment(|x, y| x * y) / (moment(|x, _| x * x) * moment(|_, y| y * y)).sqrt()
}

#[test]
fn neighbouring_sub_streams_are_not_correlated_point_by_point() {
    const POINTS: usize = 4096;
    let streams: Vec<Vec<f32>> = (0..201)
        .map(|index| {
            let mut points = vec![0f32; 2 * POINTS];
            draw_points(13, index, &mut points);
            points
        })
        .collect();
    let squares: f64 = streams
        .windows(2)
        .map(|pair| correlation(pair[0].iter().zip(&pair[1]).map(|(&x, &y)| (x as f64, y as f64))).powi(2))
        .sum();
    assert!(squares < 267.5, "{squares}"); // 200 degrees of freedom, 0.1 %
}

#[test]
fn the_counts_of_neighbouring_sub_streams_and_seeds_are_not_correlated() {
    let start = |seed, index| {
        let mut run = Run::part(seed, index, 20_000);
        run.advance(20_000);
        run.inside() as f64
    };
    let streams: Vec<f64> = (0..1001).map(|index| start(17, index)).collect();
    let seeds: Vec<f64> = (0..1001).map(|seed| start(seed, 0)).collect();
    for counts in [streams, seeds] {
        let found = correlation(counts.windows(2).map(|pair| (pair[0], pair[1])));
        assert!(found.abs() < 3.29, "{found}"); // 0.1 %, two-sided
    }
}

#[test]
fn lanes_and_the_two_coordinates_of_a_point_are_not_correlated() {
    let mut points = vec![0f32; 1 << 18];
    draw_points(19, 3, &mut points);
    for distance in 1..=2 * LANES {
        let pairs = points.iter().zip(&points[distance..]).map(|(&x, &y)| (x as f64, y as f64));
        let found = correlation(pairs);
        assert!(found.abs() < 4.0, "distance {distance}: {found}"); // 0.1 % over the sixteen of them
    }
}
