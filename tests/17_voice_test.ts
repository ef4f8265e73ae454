import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { lesson as voice } from "../cli/lessons/17_voice.ts";
import { steadyClock } from "../cli/steady.ts";
import { cut, inMulaw, melody, sums } from "../cli/voice.ts";
import { hearGroup } from "../lessons/12_multicast.ts";
import { dice } from "../lib/relay.ts";
import { auHead, wavHead } from "../lib/audio.ts";
import { sleep } from "../lib/clock.ts";
import { JitterBuffer } from "../lib/jitter.ts";
import { decode, encode as toBytes, SILENCE } from "../lib/mulaw.ts";
import { decode as packetOf, encode, type Packet } from "../lib/rtp.ts";
import { type Address, bind, type Socket } from "../lib/udp.ts";
import { hear, type Heard, speakTo } from "../lib/voice.ts";
import { lostOrPaused, PlayBuffer, playTalk, receiveTalk, sendTalk } from "../lessons/17_voice.ts";
import { bytes, here, soon, text, until } from "./helpers.ts";
import { child, freePort, lesson, runChild, runLesson } from "./program.ts";
import { RunningRole } from "./role.ts";
import { type Fates, SimulatedClock, SimulatedNetwork } from "./simulated.ts";
import { waits } from "./waits.ts";

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

/** What is heard until there were so many parts, and what was told. A busy machine changes nothing. */
async function heard(socket: Socket, count: number, delay = 60, clock = steadyClock()) {
  const sound: Uint8Array[] = [];
  const told: [Heard, Address][] = [];
  const buffer = new JitterBuffer(delay);
  for await (const part of hear(socket, buffer, (...news) => told.push(news), clock)) {
    if (sound.push(part) === count) break;
  }
  return { sound, told: told.map(([what]) => what), from: told.map(([, from]) => from) };
}

/** A talk in simulated time: what is sent, and when; what is heard and told until nobody speaks. */
async function talk(
  speak: (speaker: Socket, to: Address, clock: SimulatedClock) => Promise<unknown>,
  fates: Fates = () => [0],
  delay = 60,
) {
  const clock = new SimulatedClock();
  const sent: (Packet & { at: number })[] = [];
  const network = new SimulatedNetwork(clock, (data, from, to) => {
    sent.push({ ...packetOf(data), at: clock.now() });
    return fates(data, from, to);
  });
  using speaker = network.bind();
  using listener = network.bind();
  const buffer = new JitterBuffer(delay);
  const sound: Uint8Array[] = [];
  const told: Heard[] = [];
  const listening = (async () => {
    for await (const part of hear(listener, buffer, (what) => told.push(what), clock)) {
      sound.push(part);
      if (buffer.due === Infinity) return;
    }
  })();
  await clock.until(Promise.all([speak(speaker, listener.address, clock), listening]));
  return { sent, sound, told, buffer, sums: sums(buffer) };
}

/** Signal to noise, in decibels: 0 is as loud as what was meant, 20 is a tenth of it, `Infinity` is none. */
function signalToNoise(meant: Int16Array, got: Int16Array): number {
  const power = (samples: Iterable<number>) =>
    [...samples].reduce((sum, sample) => sum + sample * sample, 0);
  return 10 * Math.log10(power(meant) / power(meant.map((sample, i) => sample - got[i]!)));
}

const silent = (part: Uint8Array) => part.every((sample) => sample === SILENCE);

Deno.test("lesson 17: what was spoken is heard, byte for byte", async () => {
  using speaker = bind();
  using listener = bind();
  const all = parts(5);
  const clock = steadyClock();
  const listening = heard(listener, 5, 60, clock);
  assertEquals(await speakTo(speaker, coming(all), listener.address, { clock }), 5);
  const { sound, told, from } = await listening;
  assertEquals(sound, all);
  assertEquals(told, ["begin"]);
  assertEquals(from, [speaker.address]);
});

Deno.test("lesson 17: the datagrams are RTP, with numbers that begin anywhere and wrap", async () => {
  using speaker = bind();
  using listener = bind();
  const first = { sequence: 65_535, timestamp: 2 ** 32 - 160, source: 7 };
  const to = listener.address;
  await speakTo(speaker, coming(parts(3)), to, { ...first, clock: steadyClock() });
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

/** Each datagram leaves when its timestamp says, or so many milliseconds later. */
function delays(sent: { at: number; timestamp: number }[]): number[] {
  const [first] = sent;
  return sent.map(({ at, timestamp }) => at - first!.at - (timestamp - first!.timestamp) / 8);
}

Deno.test("lesson 17: one every 20 ms by the clock: a timer that is late makes nothing later", async () => {
  const { sent, sums } = await talk(
    async (speaker, to, clock) => {
      // Each timer rings 15 ms late, and one of them 100: a machine that is busy.
      const after = clock.after.bind(clock);
      let timers = 0;
      const busy = {
        now: () => clock.now(),
        after: (milliseconds: number, ring: () => void) =>
          after(milliseconds + (timers++ === 10 ? 100 : 15), ring),
      };
      await speakTo(speaker, coming(parts(50)), to, { timestamp: 0, clock: busy });
    },
    undefined,
    150,
  );
  assertEquals(
    sent.map(({ timestamp }) => timestamp),
    Array.from({ length: 50 }, (_, i) => 160 * i),
  );
  const late = delays(sent);
  assert(late.every((time) => time >= 0 && time <= 100), `${late}`);
  assert(late.slice(-30).every((time) => time <= 15), `${late}`);
  assertEquals(sums, "50 datagrams came. 0 were lost, 0 came too late. Nothing is missing.");
});

Deno.test("lesson 17: a pause is no burst afterwards, and the timestamp tells how long it was", async () => {
  const all = parts(3);
  const { sent, sums } = await talk(async (speaker, to, clock) => {
    const pausing = async function* () {
      yield all[0]!;
      await sleep(260, clock);
      yield all[1]!;
      yield all[2]!;
    };
    await speakTo(speaker, pausing(), to, { timestamp: 0, clock });
  });
  assertEquals(sent.map(({ at }) => at), [0, 260, 280]);
  assertEquals(sent.map(({ timestamp }) => timestamp), [0, 2080, 2240]);
  assertEquals(sent.map(({ marker }) => marker), [true, true, false]);
  assertEquals(
    sums,
    "3 datagrams came. 0 were lost, 0 came too late. The speaker paused for 240 ms. Nothing is missing.",
  );
});

Deno.test("lesson 17: a microphone that stalls: its clock goes on, so the timestamp does, and nothing is late", async () => {
  // What it would have heard meanwhile is lost: it goes on where it is, 20 ms at a time.
  const stalls: [number[], number][] = [[[150], 1], [[50], 1], [[30, 30, 30], 1], [[180, 190], 2]];
  for (const [times, marked] of stalls) {
    const { sent, sums } = await talk(async (speaker, to, clock) => {
      const live = async function* () {
        let at = 0;
        for (const [i, part] of parts(60).entries()) {
          at += i % 10 === 9 ? 20 + (times[(i - 9) / 10] ?? 0) : 20;
          await sleep(at - clock.now(), clock);
          yield part;
        }
      };
      await speakTo(speaker, live(), to, { timestamp: 0, clock });
    });
    const late = delays(sent);
    assert(late.every((time) => time >= 0 && time <= 40), `${late}`);
    const markers = sent.filter(({ marker }) => marker).length;
    assertEquals(markers, 1 + marked, `${times}`);
    assertMatch(
      sums,
      /^60 datagrams came\. 0 were lost, 0 came too late\. The speaker paused for /,
    );
  }
});

Deno.test("lesson 17: a pipe that brings 125 ms of sound at a time makes no pause", async () => {
  const all = new Uint8Array(parts(50).flatMap((part) => [...part]));
  const { sent, sound, sums } = await talk(async (speaker, to, clock) => {
    const recorder = async function* () { // as arecord does
      for (let at = 0; at < all.length; at += 1000) {
        await sleep(125 + at / 8 - clock.now(), clock);
        yield all.subarray(at, at + 1000);
      }
    };
    await speakTo(speaker, cut(recorder()), to, { timestamp: 0, clock });
  });
  assertEquals(sent.filter(({ marker }) => marker).length, 1);
  assertEquals(sums, "50 datagrams came. 0 were lost, 0 came too late. Nothing is missing.");
  assertEquals(new Uint8Array(sound.slice(0, 50).flatMap((part) => [...part])), all);
});

Deno.test("lesson 17: what is silence in the sound is told: lost, too late, or twice", async () => {
  const speak = (speaker: Socket, to: Address, clock: SimulatedClock) =>
    speakTo(speaker, coming(parts(100)), to, { sequence: 65_500, clock });
  const random = dice(4);
  let number = 0;
  const { sound, sums } = await talk(speak, () => {
    const luck = random();
    if (number++ % 99 === 0) return [0]; // what is lost before the first and after the last is not known
    return luck < 0.1 ? [] : luck < 0.2 ? [0, 0] : luck < 0.3 ? [100] : luck < 0.4 ? [50] : [0];
  });
  const [, lost, late, doubled, missing] = sums.match(
    /came\. (\d+) were lost, (\d+) came too late, (\d+) came twice\. (\d+) ms of the sound are silence/,
  )!.map(Number) as [number, number, number, number, number];
  assert(lost > 0 && late > 0 && doubled > 0, sums);
  assertEquals(missing, 20 * sound.slice(0, 100).filter(silent).length);
  assertEquals(missing, 20 * (lost + late));
});

Deno.test("lesson 17: a speaker whose clock stands still is late: all that is silence meanwhile is told", async () => {
  const { sound, told, sums, buffer } = await talk(async (speaker, to, clock) => {
    for (const [i, payload] of parts(60).entries()) {
      if (i === 10) await sleep(150, clock); // and the timestamps do not say so
      await speaker.send(encode({ sequence: i, timestamp: 160 * i, source: 7, payload }), to);
      await sleep(20, clock);
    }
  });
  const there = new Uint8Array(sound.flatMap((part) => [...part]));
  const heard = there.subarray(0, there.findLastIndex((byte) => byte !== SILENCE));
  assertEquals(buffer.missing, heard.filter((byte) => byte === SILENCE).length);
  assertEquals(told.filter((what) => what === "late").length, 25);
  assertMatch(
    sums,
    /^60 datagrams came\. 0 were lost, 25 came too late\. \d{3} ms of the sound are silence instead\.$/,
  );
});

Deno.test("lesson 17: a sender that does not go by the clock is told", async () => {
  const { sound, sums } = await talk(async (speaker, to) => {
    for (const [i, payload] of parts(250).entries()) { // as ffmpeg without -re
      await speaker.send(encode({ sequence: i, timestamp: 160 * i, payload }), to);
    }
  });
  assertEquals(
    sums,
    "250 datagrams came. 0 were lost, 0 came too late, 148 found no room in the buffer.",
  );
  assertEquals(sound.filter((part) => !silent(part)).length, 102);
});

Deno.test("lesson 17: datagrams of all sizes, as ffmpeg sends them: each is heard in its place", async () => {
  const all = new Uint8Array(parts(100).flatMap((part) => [...part]));
  const plans = [[185, 186, 185], [1460, 588], [1024]];
  for (const sizes of plans) {
    const { sound, sums } = await talk(async (speaker, to, clock) => {
      let at = 0;
      for (let sequence = 60_000; at < all.length; sequence++) {
        // ffmpeg sends a frame of 2,048 samples in two, both when the frame is due.
        const payload = all.subarray(at, at + sizes[sequence % sizes.length]!);
        await speaker.send(encode({ sequence, timestamp: 7 + at, payload }), to);
        at += payload.length;
        const due = sizes.length === 2 ? at - at % 2048 : at;
        await sleep(due / 8 - clock.now(), clock);
      }
    });
    assertEquals(new Uint8Array(sound.flatMap((part) => [...part])).subarray(0, all.length), all);
    assertMatch(sums, /^\d+ datagrams came\. 0 were lost, 0 came too late\. Nothing is missing\.$/);
  }
});

Deno.test("lesson 17: the noise of a pause has a number of its own, and is not lost", async () => {
  const { told, sums } = await talk(async (speaker, to, clock) => {
    for (const [i, payload] of parts(20).entries()) {
      const noise = i === 10 && { type: 13, payload: new Uint8Array([70]) }; // RFC 3389
      await speaker.send(encode({ sequence: i, timestamp: 160 * i, payload, ...noise }), to);
      await sleep(20, clock);
    }
  });
  assertEquals(told.filter((what) => what === "other").length, 1);
  assertEquals(
    sums,
    "20 datagrams came. 0 were lost, 0 came too late. The speaker paused for 20 ms. Nothing is missing.",
  );
});

Deno.test("lesson 17: through 5 % loss: the rest is heard in its place, and the damage in numbers", async () => {
  const random = dice(4);
  const said = await Array.fromAsync(cut([melody()]));
  let lost = 0;
  const { sound, sums } = await talk(
    (speaker, to, clock) => speakTo(speaker, coming(said), to, { clock }),
    () => {
      const isLost = random() < 0.05;
      if (isLost) lost++;
      return isLost ? [] : [0];
    },
  );
  assert(lost > 0, "Nothing was lost.");
  const filled = said.filter((part, i) => silent(sound[i]!) && !silent(part)).length;
  assertEquals(filled, lost);
  for (const [i, part] of said.entries()) if (!silent(sound[i]!)) assertEquals(sound[i], part);
  assertEquals(
    sums,
    `${said.length - lost} datagrams came. ${lost} were lost, 0 came too late. ` +
      `${20 * lost} ms of the sound are silence instead.`,
  );
});

Deno.test("lesson 17: a recording at 5 % loss: 5 % are silence, and the noise is 13 dB below", async () => {
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
    const part = { sequence: i, timestamp: 160 * i, payload: payload! };
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

Deno.test("lesson 17: who speaks first is heard; another source, and another sender, is not mixed in", async () => {
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

Deno.test("lesson 17: after a second of silence another one may speak", async () => {
  const clock = new SimulatedClock();
  const network = new SimulatedNetwork(clock);
  using speaker = network.bind();
  using other = network.bind();
  const listener = network.bind();
  const one = (fill: number) => encode({ payload: new Uint8Array(160).fill(fill) });
  const told: string[] = [];
  const sound: number[] = [];
  const listening = (async () => {
    const tell = (what: Heard) => told.push(what);
    for await (const part of hear(listener, new JitterBuffer(0), tell, clock)) sound.push(part[0]!);
  })();
  await speaker.send(one(1), listener.address);
  await clock.pass(990);
  await other.send(one(3), listener.address); // too soon
  await clock.pass(100);
  await other.send(one(2), listener.address);
  await clock.pass(100);
  assertEquals(sound.filter((byte) => byte !== SILENCE), [1, 2]);
  assertEquals(told.filter((what) => what !== "gap"), ["begin", "other", "end", "begin"]);
  listener.close();
  await clock.until(listening);
});

Deno.test("lesson 17: what is no RTP with mu-law begins no talk", async () => {
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

Deno.test("lesson 17: who leaves the loop closes the socket, and nobody takes datagrams any more", async () => {
  using speaker = bind();
  const listener = bind();
  const clock = steadyClock();
  const speaking = speakTo(speaker, coming(parts(2)), listener.address, { clock });
  for await (const _ of hear(listener, new JitterBuffer(20), () => {}, clock)) break;
  await speaking;
  const signal = AbortSignal.timeout(100);
  await assertRejects(() => listener.receive({ signal }), Deno.errors.BadResource);
  listener.close();
});

Deno.test("lesson 17: to a group: one datagram, and all who joined hear it", async () => {
  const group = { hostname: "239.255.77.77", port: freePort() };
  using speaker = bind();
  const listeners = await Promise.all([1, 2, 3].map(() => hearGroup(group, "127.0.0.1")));
  const all = parts(5);
  const clock = steadyClock();
  const listening = Promise.all(listeners.map((listener) => heard(listener, 5, 60, clock)));
  assertEquals(await speakTo(speaker, coming(all), group, { clock }), 5);
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

Deno.test("lesson 17: .au, WAV and bare mu-law are read, whole or byte by byte, and nothing behind the sound", async () => {
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

Deno.test("lesson 17: sound in parts of 20 ms; the last is filled up with silence", async () => {
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

Deno.test("lesson 17: the melody is neither silent nor too loud, and ends softly", () => {
  const samples = decode(melody());
  const loudest = Math.max(...samples.map(Math.abs));
  assert(loudest > 8000 && loudest < 20_000, `${loudest}`);
  assert(samples.length > 16_000 && samples.length < 40_000);
  assert(Math.abs(samples.at(-1)!) < 100);
});

/** `listen`. Its buffer is large: a busy machine may hold up the speaker. */
async function listening(...args: (string | number)[]) {
  const program = lesson(17, "listen", "--buffer", 1000, ...args);
  const says = async (pattern: RegExp) => {
    await until(() => pattern.test(program.stderr), `${pattern}: ${program.stderr}`);
    return program.stderr.match(pattern)!;
  };
  const [, port] = await says(/Bind UDP on (\d+)\.\.\. \(at .*, Ctrl-C stops\)\n/);
  return {
    program,
    says,
    port: Number(port),
    /** What it has written, without silence: a pause of the speaker may be in between. */
    written: () => program.stdout.replaceAll("\ufffd", ""),
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  };
}

waits(
  "lesson 17: speak and listen, as programs: what was spoken is written, and nobody else's words",
  async () => {
    await using listener = await listening("--port", 0);
    using stranger = bind();
    // Bytes that are ASCII: so what the listener writes can be read as text. (Silence is none.)
    const sound = new Uint8Array(parts(12).flatMap((part) => [...part.map((byte) => byte & 127)]));
    await using speaker = lesson(17, "speak", "--port", listener.port);
    await speaker.type(sound);
    await listener.says(/ speaks\./);
    await stranger.send(encode({ payload: new Uint8Array(160).fill(9) }), here(listener.port));
    await stranger.send("\x1b[2JHello!", here(listener.port));
    const { code, stdout, stderr } = await speaker.end();
    const bare = "This has no head, as .au and WAV have: it is taken for bare mu-law.\n";
    assertEquals([code, stderr], [0, bare]);
    assertEquals(
      stdout,
      `Speaking to 127.0.0.1:${listener.port}... (Ctrl-C stops)\nSpoke for 0.2 s: 12 datagrams.\n`,
    );
    await listener.says(/is not heard/);
    await until(() => listener.written().endsWith(text(sound)));
    listener.program.signal();
    const ended = await listener.program.end();
    assertEquals(ended.code, 0);
    assertMatch(
      ended.stderr,
      /^Bind UDP on \d+.*\n127\.0\.0\.1:\d+ speaks\.\n127\.0\.0\.1:\d+ is not heard: [^\n]+\n12 datagrams came\. 0 were lost, 0 came too late\..* Nothing is missing\.\nStopped\. Sent 0 datagrams \(0 bytes\), received 14 /,
    );
    const head = auHead({ encoding: "mulaw", rate: 8000, channels: 1 });
    assertEquals(
      listener.written(),
      text(new Uint8Array([...head, ...sound])).replaceAll("\ufffd", ""),
    );
  },
);

waits("lesson 17: to a group, as programs", async () => {
  const to = ["--host", "239.255.77.78", "--port", freePort()];
  await using one = await listening(...to);
  await using two = await listening(...to);
  const head = auHead({ encoding: "mulaw", rate: 8000, channels: 1 });
  const sound = new Uint8Array([...head, ...bytes("Hello".repeat(64))]);
  const { code, stdout, stderr } = await runLesson(17, ["speak", ...to], sound);
  assertEquals(stderr, "");
  assertMatch(
    stdout,
    /^Speaking to 239\.255\.77\.78:\d+\.\.\. .*\nSpoke for 0\.0 s: 2 datagrams\.\n/,
  );
  assertEquals(code, 0);
  for (const listener of [one, two]) {
    await listener.says(/speaks\.\n/);
    await until(() => listener.written().endsWith("Hello".repeat(64)));
  }
});

Deno.test("lesson 17: without sound there is a melody; Ctrl-C stops it", async () => {
  using listener = bind();
  await using speaker = lesson(17, "speak", "--port", listener.address.port);
  await speaker.endInput();
  const first = await listener.receive({ signal: soon() });
  assertEquals(packetOf(first.data).payload, melody().subarray(0, 160));
  speaker.signal();
  const { code, stdout } = await speaker.end();
  assertEquals(code, 0);
  assertMatch(stdout, /\nStopped\. Sent \d+ datagrams? /);
});

waits("lesson 17: a listener whose reader leaves ends, and says what was heard", async () => {
  const port = freePort();
  await using listener = child(17, "listen", "--port", port);
  await listener.prints(/^\.snd/); // the head
  await listener.leave();
  using speaker = bind();
  await speakTo(speaker, coming(parts(15)), here(port));
  const { code, stderr } = await listener.end();
  assertEquals(code, 0);
  assertMatch(stderr, /speaks\.\n\d+ datagrams? came\. 0 were lost, \d+ came too late\. .*\n$/);
});

Deno.test("lesson 17: what is wrong is said in a sentence", async () => {
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
    const ended = await runLesson(17, args, input);
    assertMatch(ended.stderr, message);
    assertEquals(ended.code, code, args.join(" "));
  }));
});

Deno.test("lesson 17: only a group is spoken to from --interface, which has a default", async () => {
  const { code, stderr } = await runChild(17, ["speak", "--host", "192.0.2.99"]);
  assertMatch(stderr, /has to ask for 0\.0\.0\.0 and 192\.0\.2\.99\. /);
  assertEquals(code, 1);
});

Deno.test("lesson 17: a busy port is told", async () => {
  using taken = bind();
  const { code, stderr } = await runLesson(17, ["listen", "--port", taken.address.port]);
  assertMatch(stderr, /this port is taken/);
  assertEquals(code, 1);
});

Deno.test("lesson 17: what comes from port 0 does not end the listener", async () => {
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

Deno.test("lesson 17: the page's talk: each part when it is spoken, and played in its place", async () => {
  using speaker = bind();
  using listener = bind();
  using stranger = bind();
  const clock = steadyClock();
  const all = parts(4);
  const remarks: string[] = [];
  const buffer = new PlayBuffer(60, 160);
  const receiving = receiveTalk(listener, buffer, (what) => remarks.push(what), clock);
  const start = clock.now();
  const sending = sendTalk(speaker, all, listener.address, clock).then(() => clock.now());

  const played: (Uint8Array | undefined)[] = [];
  for await (const part of playTalk(buffer, clock)) {
    if (played.push(part) === 1) {
      await stranger.send(encode({ payload: all[0]! }), listener.address);
      await stranger.send("not RTP", listener.address);
      await stranger.send(encode({ type: 13, payload: all[0]! }), listener.address);
    }
    if (played.length === 5) break;
  }
  assertEquals(played, [...all, undefined]);
  assert(await sending - start >= 60, "They did not leave by the clock.");
  await until(() => remarks.length > 0);
  assertEquals(remarks, ["stranger"]);
  listener.close();
  await receiving;
});

Deno.test("lesson 17: the page's buffer: late, early, in any order, and not without a limit", () => {
  const buffer = new PlayBuffer(60, 2);
  const put = (timestamp: number) =>
    buffer.put({ timestamp, payload: Uint8Array.of(timestamp, timestamp) }, 1000);
  assertEquals([put(10), put(14), put(12)], [true, true, true]);
  assertEquals(buffer.due, 1060);
  assertEquals(buffer.take(), Uint8Array.of(10, 10));
  assertEquals(buffer.due, 1060.25);
  assertEquals([put(10), buffer.take(), buffer.take()], [
    false,
    Uint8Array.of(12, 12),
    Uint8Array.of(14, 14),
  ]);
  assertEquals(buffer.take(), undefined);
  assertEquals([put(18 + 16_000), put(18 + 16_002), put(16)], [true, false, false]);
  assertEquals(put(19), false, "Between two parts it would stay in the buffer without end.");
});

Deno.test("lesson 17: the page's talk is one source at one address", async () => {
  using speaker = bind();
  using other = bind();
  using listener = bind();
  const [kept, remarks]: [number[], string[]] = [[], []];
  const put = ({ timestamp }: { timestamp: number }) => kept.push(timestamp) > 0;
  const buffer = { put } as unknown as PlayBuffer;
  const receiving = receiveTalk(listener, buffer, (what) => remarks.push(what));
  const sent = [[speaker, 1, 10], [speaker, 2, 20], [other, 1, 30], [speaker, 1, 40]] as const;
  for (const [from, source, timestamp] of sent) {
    await from.send(encode({ source, timestamp, payload: new Uint8Array(2) }), listener.address);
  }
  await until(() => kept.length + remarks.length === sent.length);
  assertEquals([kept, remarks], [[10, 40], ["stranger", "stranger"]]);
  listener.close();
  await receiving;
});

Deno.test("lesson 17: a timer that is late makes the page's later parts no later", async () => {
  let time = 0;
  const late = 5;
  const clock = {
    now: () => time,
    after(milliseconds: number, ring: () => void) {
      time += Math.max(0, milliseconds) + late;
      queueMicrotask(ring);
      return () => {};
    },
  };
  const left: number[] = [];
  const send = () => Promise.resolve(left.push(time));
  await sendTalk({ send } as unknown as Socket, parts(10), here(9), clock);
  assertEquals(left, Array.from({ length: 10 }, (_, i) => 20 * i + late));
});

Deno.test("lesson 17: the page's buffer keeps nothing of what was played", () => {
  const buffer = new PlayBuffer(60, 2);
  const { set } = Map.prototype;
  const maps = new Set<Map<unknown, unknown>>();
  Map.prototype.set = function (key, value) {
    maps.add(this);
    return set.call(this, key, value);
  };
  try {
    for (const timestamp of [10, 12, 14]) {
      buffer.put({ timestamp, payload: new Uint8Array(2) }, 1000);
    }
  } finally {
    Map.prototype.set = set;
  }
  const kept = () => [...maps].map(({ size }) => size);
  assertEquals(kept(), [3]);
  for (let times = 0; times < 3; times++) buffer.take();
  assertEquals(kept(), [0]);
});

Deno.test("lesson 17: a loss is a number that is missing, a pause is a time that jumps", () => {
  const first = { sequence: 65_535, timestamp: 100, payload: new Uint8Array(160) };
  const second = (sequence: number, timestamp: number) => ({ sequence, timestamp });
  assertEquals(lostOrPaused(first, second(0, 260)), { lost: 0, paused: 0 });
  assertEquals(lostOrPaused(first, second(2, 580)), { lost: 2, paused: 0 });
  assertEquals(lostOrPaused(first, second(0, 1060)), { lost: 0, paused: 100 });
  assertEquals(lostOrPaused(first, second(1, 1220)), { lost: 1, paused: 100 });
  const last = { ...first, timestamp: 2 ** 32 - 100 };
  assertEquals(lostOrPaused(last, second(0, 60)), { lost: 0, paused: 0 });
});

waits("lesson 17: played, and played as JSON", async () => {
  const [{ code, stdout, stderr }, json] = await Promise.all([
    runLesson(17),
    runLesson(17, ["--json"]),
  ]);
  assertEquals([code, stderr], [0, ""]);
  const said = [...stdout.matchAll(/RTP \d at \d+ \(\d+\)(?= .*│)/g)].map(([text]) => text);
  assertEquals(said.toSorted(), [
    ...["RTP 0 at 0 (1200)", "RTP 1 at 0 (1200)", "RTP 2 at 1200 (1200)"],
    ...["RTP 3 at 2400 (1200)", "RTP 4 at 3600 (1200)", "RTP 5 at 4800 (1200)"],
  ]);
  assertMatch(stdout, /play RTP 3, but[^]*play RTP 4, but[^]*Heard: 1, 2, silence, silence, 5\./);
  assertMatch(
    stdout,
    /It comes from another source, so it is not played\.[^]*too late to be played/,
  );
  const events = json.stdout.trim().split("\n").map((line) => JSON.parse(line));
  const fates = events.filter(({ event }) => event === "datagram")
    .map(({ label, fate }) => `${label} ${fate}`);
  // The late one comes when its time is over, and is in the picture, too.
  assertEquals(fates.toSorted(), [
    "RTP 0 at 0 (1200) arrived",
    "RTP 1 at 0 (1200) arrived",
    "RTP 2 at 1200 (1200) arrived",
    "RTP 3 at 2400 (1200) lost",
    "RTP 4 at 3600 (1200) arrived",
    "RTP 5 at 4800 (1200) arrived",
  ]);
  const due = events.findIndex(({ text }) => /^It is time to play RTP 4/.test(text));
  assert(due < events.findIndex(({ label }) => label?.startsWith("RTP 4")), "It was not late.");
  assertEquals(events.at(-1).event, "end");
});
