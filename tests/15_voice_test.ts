import { assert, assertEquals, assertMatch } from "@std/assert";
import { cut, type Heard, inMulaw, melody } from "../cli/voice.ts";
import { hearGroup } from "../lessons/10_multicast.ts";
import { dice } from "../lessons/08_loss.ts";
import { hear, speakTo } from "../lessons/15_voice.ts";
import { auHead, wavHead } from "../lib/audio.ts";
import { JitterBuffer } from "../lib/jitter.ts";
import { decode, encode as toBytes, SILENCE } from "../lib/mulaw.ts";
import { relay } from "../lib/relay.ts";
import { decode as packetOf, encode } from "../lib/rtp.ts";
import { type Address, bind, type Socket } from "../lib/udp.ts";
import { bytes, here, later, soon, until } from "./helpers.ts";
import { eventually, freePort, lesson, Program, runChild, runLesson } from "./program.ts";
import { RunningRole } from "./role.ts";
import { lesson as voice } from "../lessons/15_voice.ts";

/** So many parts of sound that no two have in common. */
function parts(count: number, size = 160): Uint8Array[] {
  const random = dice(count);
  return Array.from(
    { length: count },
    () => Uint8Array.from({ length: size }, () => Math.floor(random() * 255)), // and none is silence
  );
}

async function* coming(all: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* all;
}

/** What is heard until there were so many parts, and what was told. */
async function heard(socket: Socket, count: number, delay = 120, size = 160) {
  const sound: Uint8Array[] = [];
  const told: [Heard, Address][] = [];
  for await (
    const part of hear(socket, new JitterBuffer(delay, size), (...news) => told.push(news))
  ) {
    if (sound.push(part) === count) break;
  }
  return { sound, told: told.map(([what]) => what), from: told.map(([, from]) => from) };
}

/** Signal to noise, in decibels: 0 is as loud as what was meant, 20 is a tenth of it, `Infinity` is none. */
function signalToNoise(meant: Int16Array, got: Int16Array): number {
  const power = (samples: Iterable<number>) =>
    [...samples].reduce((sum, sample) => sum + sample * sample, 0);
  return 10 * Math.log10(power(meant) / power(meant.map((sample, i) => sample - got[i]!)));
}

const silent = (part: Uint8Array) => part.every((sample) => sample === SILENCE);

Deno.test("lesson 15: what was spoken is heard, byte for byte", async () => {
  using speaker = bind();
  using listener = bind();
  const all = parts(5);
  const listening = heard(listener, 5);
  assertEquals(await speakTo(speaker, coming(all), listener.address), 5);
  const { sound, told, from } = await listening;
  assertEquals(sound, all);
  assertEquals(told, ["begin"]);
  assertEquals(from, [speaker.address]);
});

Deno.test("lesson 15: the datagrams are RTP, with numbers that begin anywhere and wrap", async () => {
  using speaker = bind();
  using listener = bind();
  const first = { sequence: 65_535, timestamp: 2 ** 32 - 160, source: 7 };
  await speakTo(speaker, coming(parts(3)), listener.address, first);
  const packets = [];
  for (let i = 0; i < 3; i++) packets.push(packetOf((await listener.receive()).data));
  assertEquals(packets.map(({ sequence }) => sequence), [65_535, 0, 1]);
  assertEquals(packets.map(({ timestamp }) => timestamp), [2 ** 32 - 160, 0, 160]);
  assertEquals(packets.map(({ marker }) => marker), [true, false, false]);
  assertEquals(packets.map(({ source, type }) => [source, type]), Array(3).fill([7, 0]));

  const starts = new Set<number>();
  for (let talk = 0; talk < 3; talk++) {
    await speakTo(speaker, coming(parts(1)), listener.address);
    const { sequence, timestamp, source } = packetOf((await listener.receive()).data);
    for (const number of [sequence, timestamp, source]) starts.add(number);
  }
  assert(starts.size >= 8, "They can be guessed.");
});

Deno.test("lesson 15: one every 20 ms by the clock: what is late once makes nothing later", async () => {
  using speaker = bind();
  using listener = bind();
  const times: number[] = [];
  const send = speaker.send;
  speaker.send = (data, to) => {
    times.push(performance.now());
    return send.call(speaker, data, to);
  };
  const slow = async function* () {
    for (const [i, part] of parts(20).entries()) {
      if (i === 5) await later(70);
      yield part;
    }
  };
  await speakTo(speaker, slow(), listener.address);
  const late = times.map((time, i) => time - times[0]! - 20 * i);
  assert(Math.min(...late) > -5, `It was ${-Math.min(...late)} ms early.`);
  const end = Math.min(...late.slice(-10)); // a busy machine may hold up some of them, but not the clock
  assert(end < 10, `Its clock is ${end} ms late: ${late.map(Math.round)}`);
});

Deno.test("lesson 15: a pause is no burst afterwards, and the timestamp tells how long it was", async () => {
  using speaker = bind();
  using listener = bind();
  const pausing = async function* () {
    const [one, two, three] = parts(3);
    yield one!;
    await later(260);
    yield two!;
    yield three!;
  };
  await speakTo(speaker, pausing(), listener.address, { timestamp: 0 });
  const packets = [];
  for (let i = 0; i < 3; i++) packets.push(packetOf((await listener.receive()).data));
  const [, two, three] = packets.map(({ timestamp }) => timestamp);
  assert(two! >= 2080 - 80 && two! < 16_000, `260 ms were ${two} samples.`);
  assertEquals(three! - two!, 160);
  assertEquals(packets.map(({ marker }) => marker), [true, true, false]);
});

Deno.test("lesson 15: through 5 % loss: the rest is heard in its place, and the damage in numbers", async () => {
  using speaker = bind();
  using listener = bind();
  using middle = bind();
  const random = dice(4);
  const relaying = relay(middle, listener.address, () => () => random() < 0.05 ? [] : [0]);
  const said = await Array.fromAsync(cut([melody().subarray(0, 40 * 80)], 80));
  const listening = heard(listener, said.length, 1000, 80); // a busy machine may be late
  await speakTo(speaker, coming(said), middle.address);
  const { sound } = await listening;
  middle.close();
  const { dropped } = (await relaying).toServer;
  assert(dropped > 0, "Nothing was lost.");
  const filled = sound.filter((part, i) => silent(part) && !silent(said[i]!)).length;
  assertEquals(filled, dropped);
  for (const [i, part] of sound.entries()) if (!silent(part)) assertEquals(part, said[i]);
});

Deno.test("lesson 15: a recording at 5 % loss: 5 % are silence, and the noise is 13 dB below", async () => {
  // Without a network: the buffer is given what one leaves of it, with the times that it would have.
  const random = dice(15);
  const recording = new Uint8Array(20 * 8000);
  const tune = melody();
  for (let at = 0; at < recording.length; at += tune.length) {
    recording.set(tune.subarray(0, recording.length - at), at);
  }
  const said = await Array.fromAsync(cut([recording]));
  const [whole, lossy] = [new JitterBuffer(60), new JitterBuffer(60)];
  const sounds: [Uint8Array[], Uint8Array[]] = [[], []];
  for (let i = 0; i < said.length + 3; i++) {
    const payload = said[i];
    const part = { timestamp: 160 * i, payload: payload! };
    if (payload) whole.put(part, 20 * i);
    if (payload && (i === 0 || random() >= 0.05)) lossy.put(part, 20 * i);
    if (i < 3) continue;
    for (const [j, buffer] of [whole, lossy].entries()) sounds[j]!.push(buffer.take());
  }
  const samples = (parts: Uint8Array[]) =>
    decode(new Uint8Array(parts.flatMap((part) => [...part])));
  const [meant, all, left] = [said, ...sounds].map(samples) as [Int16Array, Int16Array, Int16Array];
  assertEquals(all, meant);
  const share = lossy.missing / recording.length;
  assert(share > 0.04 && share < 0.06, `${share} of it was filled in.`);
  const ratio = signalToNoise(meant, left);
  assert(ratio > 12 && ratio < 14, `${ratio} dB`); // 10 · log10(1 / 0.05) = 13
});

Deno.test("lesson 15: who speaks first is heard; another source, and another sender, is not mixed in", async () => {
  using speaker = bind();
  using stranger = bind();
  using listener = bind();
  const one = new Uint8Array(160).fill(1);
  const noise = new Uint8Array(160).fill(2);
  const listening = heard(listener, 3);
  await speaker.send(encode({ source: 7, payload: one }), listener.address);
  await stranger.send(encode({ source: 7, timestamp: 160, payload: noise }), listener.address);
  await speaker.send(encode({ source: 8, timestamp: 160, payload: noise }), listener.address);
  const { sound, told, from } = await listening;
  assertEquals(sound.map((part) => part[0]), [1, SILENCE, SILENCE]);
  assertEquals(told, ["begin", "other", "other", "gap", "gap"]);
  assertEquals(from.slice(0, 3), [speaker.address, stranger.address, speaker.address]);
});

Deno.test("lesson 15: after a second of silence another one may speak", async () => {
  using speaker = bind();
  using other = bind();
  using listener = bind();
  const one = (fill: number) => encode({ payload: new Uint8Array(160).fill(fill) });
  const buffer = new JitterBuffer(0);
  const told: string[] = [];
  const sound: number[] = [];
  const listening = (async () => {
    for await (const part of hear(listener, buffer, (what) => told.push(what))) {
      sound.push(part[0]!);
    }
  })();
  await speaker.send(one(1), listener.address);
  await until(() => told.includes("end"));
  await other.send(one(2), listener.address);
  await until(() => sound.includes(2));
  assertEquals(sound.filter((byte) => byte !== SILENCE), [1, 2]);
  assertEquals(told.filter((what) => what !== "gap"), ["begin", "end", "begin"]);
  listener.close();
  await listening;
});

Deno.test("lesson 15: what is no RTP with mu-law begins no talk", async () => {
  using sender = bind();
  using listener = bind();
  const payload = new Uint8Array(160).fill(1);
  const none = [
    ...[bytes("Hello!"), new Uint8Array(), encode({ type: 8, payload })],
    ...[
      encode({ payload: new Uint8Array() }),
      encode({ payload }).with(1, 200),
      new Uint8Array(65_507),
    ],
  ];
  const listening = heard(listener, 1, 0);
  for (const data of none) await sender.send(data, listener.address);
  await sender.send(encode({ payload }), listener.address);
  const { sound, told } = await listening;
  assertEquals(sound, [payload]);
  assertEquals(told, [...none.map(() => "other"), "begin"]);
});

Deno.test("lesson 15: to a group: one datagram, and all who joined hear it", async () => {
  const group = { hostname: "239.255.77.77", port: freePort() };
  using speaker = bind();
  const listeners = await Promise.all([1, 2, 3].map(() => hearGroup(group, "127.0.0.1")));
  const all = parts(5);
  const listening = Promise.all(listeners.map((listener) => heard(listener, 5)));
  assertEquals(await speakTo(speaker, coming(all), group), 5);
  for (const { sound } of await listening) assertEquals(sound, all);
  for (const listener of listeners) listener.close();
});

const sameSound = (one: Uint8Array, other: Uint8Array) =>
  one.length === other.length && one.every((byte, i) => byte === other[i]);

/** What `inMulaw` makes of a file that comes in parts of so many bytes. */
async function converted(file: Uint8Array, size: number): Promise<Uint8Array> {
  const pieces = async function* () {
    for (let at = 0; at < file.length; at += size) yield file.subarray(at, at + size);
  };
  return new Uint8Array((await Array.fromAsync(inMulaw(pieces()))).flatMap((part) => [...part]));
}

Deno.test("lesson 15: .au, WAV and bare mu-law are read, whole or byte by byte, and nothing behind the sound", async () => {
  const mono = { rate: 8000, channels: 1 };
  const sound = toBytes(decode(melody().subarray(0, 1000))); // which has one zero, not two
  const linear = decode(sound);
  const both = (a: Uint8Array, b: Uint8Array) => new Uint8Array([...a, ...b]);
  const low = new Uint8Array(linear.buffer); // the machines that Deno runs on have the low byte first
  const stereo = new Uint8Array(
    Int16Array.from({ length: 2000 }, (_, i) => linear[i >> 1]!).buffer,
  );
  const behind = bytes("LIST behind the sound");
  const files = [
    sound,
    both(auHead({ ...mono, encoding: "mulaw" }), sound),
    both(both(auHead({ ...mono, encoding: "mulaw" }, 1000), sound), behind),
    both(wavHead({ ...mono, encoding: "mulaw" }), sound),
    both(both(wavHead({ ...mono, encoding: "s16le" }, 2000), low), behind),
    both(wavHead({ rate: 8000, channels: 2, encoding: "s16le" }, 4000), stereo),
  ];
  for (const [i, file] of files.entries()) {
    for (const size of [1, 7, 65_536]) {
      const got = await converted(file, size);
      assert(sameSound(got, sound), `file ${i}, ${size} bytes at a time: ${got.length} came.`);
    }
  }
  assertEquals((await converted(sound.subarray(0, 5), 5)).length, 5);
  assertEquals((await converted(new Uint8Array(), 5)).length, 0);
  const fast = await converted(
    both(wavHead({ ...mono, rate: 16_000, encoding: "s16le" }), low),
    99,
  );
  assertEquals(fast.length, 500);
});

Deno.test("lesson 15: sound in parts of 20 ms; the last is filled up with silence", async () => {
  const sound = Uint8Array.from({ length: 400 }, (_, i) => i % 200);
  for (const piece of [1, 100, 159, 160, 400]) {
    const pieces = Array.from(
      { length: 400 / piece + 1 },
      (_, i) => sound.subarray(i * piece, (i + 1) * piece),
    );
    const got = await Array.fromAsync(cut(pieces));
    assertEquals(got.map(({ length }) => length), [160, 160, 160]);
    assertEquals(got.flatMap((part) => [...part]), [...sound, ...Array(80).fill(SILENCE)]);
  }
  assertEquals(await Array.fromAsync(cut([])), []);
});

Deno.test("lesson 15: the melody is neither silent nor too loud, and ends softly", () => {
  const samples = decode(melody());
  const loudest = Math.max(...samples.map(Math.abs));
  assert(loudest > 8000 && loudest < 20_000, `${loudest}`);
  assert(samples.length > 16_000 && samples.length < 40_000);
  assert(Math.abs(samples.at(-1)!) < 100);
});

/** `listen` with its output in a file, as `listen > heard.au`. */
async function listening(...args: (string | number)[]) {
  const file = await Deno.makeTempFile();
  const task = `exec "$0" task -q lesson15 listen --buffer 300 "$@" 2>&1 >${file}`;
  const program = new Program("sh", ["-c", task, Deno.execPath(), ...args.map(String)]);
  const port = Number((await program.prints(/Bind UDP on (\d+)/))[1]);
  return {
    program,
    port,
    read: () => Deno.readFile(file),
    size: () => Deno.statSync(file).size,
    async [Symbol.asyncDispose]() {
      await program[Symbol.asyncDispose]();
      await Deno.remove(file);
    },
  };
}

Deno.test("lesson 15: speak and listen, as programs: what was spoken is in the file, and nobody else's words", async () => {
  await using listener = await listening("--port", 0);
  using stranger = bind();
  const sound = new Uint8Array(parts(12).flatMap((part) => [...part]));
  const noise = async () => {
    await listener.program.prints(/ speaks\./);
    await stranger.send(encode({ payload: new Uint8Array(160).fill(9) }), here(listener.port));
    await stranger.send("\x1b[2JHello!", here(listener.port));
  };
  const noisy = noise();
  await using speaker = lesson(15, "speak", "--port", listener.port);
  await speaker.type(sound);
  const { code, stdout, stderr } = await speaker.end();
  const bare = "This has no head, as .au and WAV have: it is taken for bare mu-law.\n";
  assertEquals([code, stderr], [0, bare]);
  assertEquals(
    stdout,
    `Speaking to 127.0.0.1:${listener.port}... (Ctrl-C stops)\nSpoke for 0.2 s: 12 datagrams.\n`,
  );
  await noisy;
  await until(() => listener.program.stdout.includes("is not heard"));
  await until(() => listener.size() >= 28 + sound.length);
  listener.program.signal();
  const ended = await listener.program.end();
  assertEquals(ended.code, 0);
  assertMatch(
    ended.stdout,
    /^Bind UDP on \d+\.\.\. \(at 127\.0\.0\.1, Ctrl-C stops\)\n127\.0\.0\.1:\d+ speaks\.\n127\.0\.0\.1:\d+ is not heard: [^\n]+\n12 datagrams came, 0 of them too late\. Nothing is missing\.\nStopped\. Sent 0 datagrams \(0 bytes\), received 14 /,
  );
  const written = await listener.read();
  assertEquals(written.subarray(0, 28), auHead({ encoding: "mulaw", rate: 8000, channels: 1 }));
  assertEquals(written.subarray(28, 28 + sound.length), sound);
});

Deno.test("lesson 15: to a group, as programs", async () => {
  const to = ["--host", "239.255.77.78", "--port", freePort()];
  await using one = await listening(...to);
  await using two = await listening(...to);
  const head = auHead({ encoding: "mulaw", rate: 8000, channels: 1 });
  const sound = new Uint8Array([...head, ...bytes("Hello".repeat(64))]);
  const { code, stdout, stderr } = await runLesson(15, ["speak", ...to], sound);
  assertEquals(stderr, "");
  assertMatch(
    stdout,
    /^Speaking to 239\.255\.77\.78:\d+\.\.\. .*\nSpoke for 0\.0 s: 2 datagrams\.\n/,
  );
  assertEquals(code, 0);
  for (const { program } of [one, two]) await program.prints(/speaks\.\n/);
  await until(() => one.program.stdout.length > 0);
});

Deno.test("lesson 15: without sound there is a melody; Ctrl-C stops it", async () => {
  using listener = bind();
  await using speaker = lesson(15, "speak", "--port", listener.address.port);
  await speaker.endInput();
  const first = await listener.receive({ signal: soon() });
  assertEquals(packetOf(first.data).payload, melody().subarray(0, 160));
  speaker.signal();
  const { code, stdout } = await speaker.end();
  assertEquals(code, 0);
  assertMatch(stdout, /\nStopped\. Sent \d+ datagrams? /);
});

Deno.test("lesson 15: a listener whose reader leaves ends, and says what was heard", async () => {
  const port = freePort();
  const task = `"$0" task -q lesson15 listen --buffer 300 --port ${port} | head -c 200 >/dev/null`;
  await using listener = new Program("sh", ["-c", task, Deno.execPath()]);
  await until(() => listener.stderr.includes("Bind UDP on"));
  using speaker = bind();
  await speakTo(speaker, coming(parts(15)), here(port));
  const { code, stderr } = await listener.end();
  assertEquals(code, 0);
  assertMatch(stderr, /speaks\.\n\d+ datagrams came, 0 of them too late\. Nothing is missing\.\n$/);
});

Deno.test("lesson 15: what is wrong is said in a sentence", async () => {
  const wrong: [number, RegExp, string, ...string[]][] = [
    [
      2,
      /^--buffer 1001 is not right: it must be a whole number from 0 to 1000\./,
      "",
      "listen",
      "--buffer",
      "1001",
    ],
    [2, /^--buffer needs a value\./, "", "listen", "--buffer", "-5"],
    [
      1,
      /^It is neither WAV, nor \.au, nor bare mu-law\. Convert it: ffmpeg /,
      "OggS12345678",
      "speak",
    ],
    [1, /^Its head is cut off, or too long\. /, "RIFF", "speak"],
    [2, /^--host 0\.0\.0\.0 means all addresses/, "", "speak", "--host", "0.0.0.0"],
    [
      1,
      /no such network interface/,
      "",
      "listen",
      "--host",
      "239.255.77.78",
      "--port",
      "0",
      "--interface",
      "192.0.2.1",
    ],
  ];
  await Promise.all(wrong.map(async ([code, message, input, ...args]) => {
    const ended = await runLesson(15, args, input);
    assertMatch(ended.stderr, message);
    assertEquals(ended.code, code, args.join(" "));
  }));
});

Deno.test("lesson 15: only a group is spoken to from --interface, which has a default", async () => {
  const { code, stderr } = await runChild(15, ["speak", "--host", "192.0.2.99"]);
  assertMatch(stderr, /has to ask for 0\.0\.0\.0 and 192\.0\.2\.99\. /);
  assertEquals(code, 1);
});

Deno.test("lesson 15: a busy port is told", async () => {
  using taken = bind();
  const { code, stderr } = await runLesson(15, ["listen", "--port", taken.address.port]);
  assertMatch(stderr, /this port is taken/);
  assertEquals(code, 1);
});

Deno.test("lesson 15: what comes from port 0 does not end the listener", async () => {
  const payload = new Uint8Array(160).fill(1);
  const forged = [encode({ payload }), bytes("Hello!"), encode({ payload, timestamp: 160 })];
  await using listener = await RunningRole.start(
    voice.roles.listen!,
    here(0),
    forged.map((data) => ({ data: new Uint8Array(data), from: here(0) })),
  );
  const { printed, written } = listener;
  await until(() => written.length >= 28 + 320);
  assertEquals(written.slice(28, 28 + 320), Array(320).fill(1));
  assert(printed.includes("127.0.0.1:0 speaks."), printed.join("\n"));
});

Deno.test("lesson 15: played, and played as JSON", () =>
  // It goes by the clock, and a busy machine may be late.
  eventually(async () => {
    const [{ code, stdout, stderr }, json] = await Promise.all([
      runLesson(15),
      runLesson(15, ["--json"]),
    ]);
    assertEquals([code, stderr], [0, ""]);
    const said = [...stdout.matchAll(/RTP \d at \d+ \(\d+\)(?= .*│)/g)].map(([text]) => text);
    assertEquals(said.toSorted(), [
      ...["RTP 0 at 0 (1200)", "RTP 1 at 0 (1200)", "RTP 2 at 1200 (1200)"],
      ...["RTP 3 at 2400 (1200)", "RTP 4 at 3600 (1200)", "RTP 5 at 4800 (1200)"],
    ]);
    assertMatch(stdout, /RTP 3 is due[^]*RTP 4 is due[^]*Heard: 1, 2, silence, silence, 5\./);
    assertMatch(stdout, /Another source: it is not mixed in\.[^]*too late/);
    const events = json.stdout.trim().split("\n").map((line) => JSON.parse(line));
    const lost = events.filter(({ fate }) => fate === "lost");
    assertEquals(lost.map(({ label }) => label), ["RTP 3 at 2400 (1200)"]);
    assertEquals(events.at(-1).event, "end");
  }));
