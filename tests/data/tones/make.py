"""Makes the tones of this folder: half a second at 44,100 Hz, 441 Hz at -6 dB left and 882 Hz at -12 dB right.

    pip install numpy soundfile av
    python make.py

FLAC and Ogg Vorbis by libsndfile 1.2.2 (with libFLAC and libvorbis); MP3 by LAME, and AAC by its own encoder, in
FFmpeg 8.
"""
import av
import numpy as np
import soundfile

RATE = 44100
n = np.arange(RATE // 2)
tones = np.stack([0.5 * np.sin(2 * np.pi * 441 * n / RATE), 0.25 * np.sin(2 * np.pi * 882 * n / RATE)])

soundfile.write("tones.flac", np.round(tones * 32768).astype(np.int16).T, RATE)
soundfile.write("tones.ogg", tones.T, RATE, compression_level=0.6)

for name, container_format, codec, block in [
    ("tones.mp3", "mp3", "libmp3lame", 1152),
    ("tones.m4a", "ipod", "aac", 1024),
    ("tones.aac", "adts", "aac", 1024),
]:
    with av.open(name, "w", format=container_format) as container:
        stream = container.add_stream(codec, rate=RATE, layout="stereo", bit_rate=160000)
        for start in range(0, len(n), block):
            samples = np.ascontiguousarray(tones[:, start : start + block], dtype=np.float32)
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = RATE, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
