import { same, test } from "./teacher.ts";
import { type Arrival, conceal, jitter } from "../17_voice.ts";

/** Returns the learner's estimate for these timestamps and times, with three decimals. */
function estimate(...arrivals: [number, number][]): number {
  const given: Arrival[] = arrivals.map(([timestamp, at]) => ({ timestamp, at }));
  return Math.round(1000 * jitter(given)) / 1000;
}

const told = (...arrivals: [number, number][]) =>
  arrivals.map(([timestamp, at]) => `timestamp ${timestamp} at ${at} ms`).join(", ");

/** Checks the learner's estimate for these timestamps and times. */
function expects(expected: number, ...arrivals: [number, number][]): void {
  const story = `These datagrams arrived: ${told(...arrivals)}. This is your estimate.`;
  same(estimate(...arrivals), expected, story);
}

test("jitter: if all datagrams are on time, it is 0", () => {
  expects(0, [160, 1000], [320, 1020], [480, 1040], [640, 1060]);
});

test("jitter: with one datagram, or without any, it is 0", () => {
  same(jitter([]), 0, "Nothing arrived. This is your estimate.");
  expects(0, [160, 1000]);
});

test("jitter: a datagram that is 16 ms late adds 1 ms", () => {
  expects(1, [0, 0], [160, 36]);
});

test("jitter: too early counts like too late", () => {
  expects(0.5, [0, 0], [160, 12]);
});

test("jitter: each difference moves it by a sixteenth of the way", () => {
  expects(1.938, [0, 0], [160, 36], [320, 40]);
  expects(0.938, [0, 0], [160, 36], [320, 56]);
});

test("jitter: a lost datagram does not change it", () => {
  expects(0, [0, 0], [160, 20], [800, 100], [960, 120]);
});

test("jitter: a datagram need not have 20 ms of sound", () => {
  expects(0, [0, 0], [80, 10], [160, 20], [640, 80]);
});

test("jitter: a datagram that was overtaken has an earlier timestamp", () => {
  expects(1.313, [160, 20], [0, 21]);
});

test("jitter: timestamps wrap around to 0", () => {
  expects(0, [4_294_967_136, 0], [0, 20], [160, 40]);
});

/** Returns samples of a tone, with these overtones. */
function tone(samples: number, hertz: number, overtones: number[] = [1]): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) => {
    const turns = 2 * Math.PI * hertz * i / 8000;
    return 8000 * overtones.reduce((sum, share, n) => sum + share * Math.sin((n + 1) * turns), 0);
  });
}

const loudness = (samples: Int16Array) =>
  Math.sqrt(samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length);

/** Checks that a sound goes on: the first 10 ms of the gap must be nearly those of the sound. */
function goesOn(hertz: number, overtones?: number[]): void {
  const whole = tone(480, hertz, overtones);
  const gap = conceal(whole.slice(0, 400), 80);
  const wanted = whole.slice(400);
  const noise = loudness(wanted.map((sample, i) => sample - (gap[i] ?? 0))) / loudness(wanted);
  const got = noise <= 0.2 ? "20 % or less" : `${Math.round(100 * noise)} %`;
  const what = overtones ? "A voice" : "A tone";
  const story = `${what} of ${hertz} Hz was heard, and then 10 ms were missing. ` +
    "This is the difference between the missing samples and yours.";
  same(got, "20 % or less", story);
}

test("conceal: returns as many samples as are missing", () => {
  for (const length of [160, 80, 1, 0, 1000]) {
    const story = `${length} samples were missing. You returned so many.`;
    same(conceal(tone(400, 200), length).length, length, story);
  }
});

test("conceal: a tone goes on", () => {
  for (const hertz of [160, 205, 300, 397]) goesOn(hertz);
});

test("conceal: a voice goes on, with its overtones", () => {
  for (const hertz of [55, 100, 110, 170]) goesOn(hertz, [1, 0.6, 0.8, 0.3, 0.2]);
});

test("conceal: a tone that fades goes on as loud as it was at its end", () => {
  const fading = tone(400, 160).map((sample, i) => sample * Math.exp(-i / 300));
  const before = loudness(fading.slice(-50));
  const got = Math.round(10 * loudness(conceal(fading, 80).slice(0, 50)) / before) * 10;
  const story = "A tone of 160 Hz faded, and then 10 ms were missing. " +
    "This is how loud your first period is, in percent of the last one before the gap.";
  same(got, 100, story);
});

test("conceal: the last 320 samples are enough", () => {
  const before = tone(320, 55, [1, 0.5]);
  const got = loudness(conceal(before, 80)) > 1000 ? "sound" : "silence";
  same(got, "sound", "320 samples of a voice were heard. You filled the gap with this.");
});

test("conceal: after 10 ms it fades evenly, and after 60 ms there is silence", () => {
  const samples = conceal(tone(400, 200), 640);
  // A period is 5 ms. It is as loud as its loudest sample.
  const peaks = [0, 1, 4, 7, 10, 13].map((period) => {
    const loudest = Math.max(...samples.slice(40 * period, 40 * period + 40).map(Math.abs));
    return Math.round(10 * loudest / 8000) * 10;
  });
  const story = "A tone of 200 Hz was heard, and then 80 ms were missing. " +
    "This is how loud your samples are at 0, 5, 20, 35, 50 and 65 ms, in percent.";
  same(peaks, [100, 100, 80, 50, 20, 0], story);
});

test("conceal: silence stays silence", () => {
  const story = "Silence was heard, and then 4 samples were missing. You returned these.";
  same([...conceal(new Int16Array(400), 4)], [0, 0, 0, 0], story);
});

test("conceal: with fewer than 320 samples before the gap, there is silence", () => {
  for (const length of [0, 1, 100, 319]) {
    const story = `Only ${length} samples were heard, and then 4 were missing. You returned these.`;
    same([...conceal(tone(length, 200), 4)], [0, 0, 0, 0], story);
  }
});

test("conceal: the samples before the gap do not change", () => {
  const before = tone(400, 200);
  const copy = [...before];
  conceal(before, 160);
  const changed = copy.filter((sample, i) => sample !== before[i]).length;
  same(changed, 0, "20 ms were missing. I counted the samples before the gap that you changed.");
});
