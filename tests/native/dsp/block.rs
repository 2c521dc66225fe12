//! A block of any number of frames: what is in it, and what is behind it.

use audio_dsp_wasm::dsp::block::{BLOCK, Block, LANES};

#[test]
fn a_block_has_as_many_frames_as_it_is_told_and_at_most_the_largest() {
    for channels in [1, 2] {
        let mut block = Block::new(channels);
        assert_eq!(block.frames(), BLOCK);
        for frames in (0..=BLOCK).rev() {
            block.set_frames(frames);
            assert_eq!(block.frames(), frames);
            assert_eq!(block.samples().map(<[f32]>::len).collect::<Vec<_>>(), vec![frames; channels]);
            assert_eq!(block.samples_mut().map(|samples| samples.len()).collect::<Vec<_>>(), vec![frames; channels]);
            let vectors = frames.div_ceil(LANES);
            assert_eq!(block.vectors_mut().map(|vectors| vectors.len()).collect::<Vec<_>>(), vec![vectors; channels]);
            assert_eq!((block.channel(0).len(), block.channel_mut(0).len()), (frames, frames));
            assert_eq!(
                block.stereo_mut().map(|both| both.map(|samples| samples.len())),
                (channels == 2).then_some([frames; 2])
            );
        }
        block.set_frames(BLOCK + 1);
        assert_eq!(block.frames(), BLOCK);
    }
}

#[test]
fn what_is_behind_the_last_frame_in_its_vector_is_silence_and_the_frames_stay() {
    for frames in 0..=BLOCK {
        let mut block = Block::new(2);
        (0..2).for_each(|channel| block.whole_mut(channel).fill(0.5));
        block.set_frames(frames);
        for channel in 0..2 {
            let whole = block.whole_mut(channel);
            assert!(whole[..frames].iter().all(|&x| x == 0.5));
            assert!(whole[frames..frames.next_multiple_of(LANES)].iter().all(|&x| x == 0.0), "{frames} frames");
        }
    }
}

#[test]
fn every_way_to_a_channel_leads_to_its_own_samples() {
    let mut block = Block::new(2);
    block.set_frames(6);
    block.channel_mut(1)[5] = 0.25;
    block.samples_mut().next().unwrap()[0] = 0.5;
    assert_eq!((block.whole_mut(1)[5], block.whole_mut(0)[0]), (0.25, 0.5));
    assert_eq!((block.channel(1)[5], block.channel(0)[0]), (0.25, 0.5));
    assert_eq!(block.samples().map(|samples| samples.iter().sum::<f32>()).collect::<Vec<_>>(), [0.5, 0.25]);
    let [left, right] = block.stereo_mut().unwrap();
    assert_eq!((left[0], right[5]), (0.5, 0.25));
    assert_eq!(block.vectors_mut().nth(1).unwrap()[1].to_array(), [0.0, 0.25, 0.0, 0.0]);
}
