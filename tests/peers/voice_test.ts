/**
 * Lesson 17 and the programs that people use: ffmpeg and gstreamer speak to our listener, ffmpeg
 * and ffplay hear our speaker, alone and in a group, and what sox recorded goes through lesson 8's
 * relay.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { melody } from "../../cli/voice.ts";
import { wavHead } from "../../lib/audio.ts";
import { decode, encode, SILENCE } from "../../lib/mulaw.ts";
import { understood } from "../../lib/rtp.ts";
import { bind } from "../../lib/udp.ts";
import { later, soon } from "../helpers.ts";
import { NO_SHELL, NOT_LINUX } from "../only.ts";
import { installed, peers, start } from "../peers.ts";
import { freePort, lesson, Program, type Running } from "../program.ts";

const GROUP = "239.255.77.79";
const SAMPLES = 4800; // 0.6 s

/** A sound that ffmpeg does not change when it decodes and encodes it: with one zero, not two. */
const SOUND = encode(decode(melody().subarray(0, SAMPLES)));

/** A folder with the sound in it, for as long as it is used. */
async function folder() {
  const path = await Deno.makeTempDir();
  await Deno.writeFile(`${path}/sound`, SOUND);
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** `listen > file`: what it says on standard error is read as its output. */
async function listenTo(file: string, ...args: (string | number)[]): Promise<[Running, number]> {
  const task = `exec "$0" task -q lesson17 listen --buffer 1000 "$@" 2>&1 >"${file}"`;
  const program = new Program("sh", ["-c", task, Deno.execPath(), ...args.map(String)]);
  return [program, Number((await program.prints(/Bind UDP on (\d+)/))[1])];
}

/** Stops a listener when all of it was heard: a second after the last word. */
async function heardAll(listener: Running): Promise<string> {
  await listener.prints(/datagrams? came/);
  listener.signal();
  return (await listener.end()).stdout;
}

/** Where the part stands in the whole. */
function indexOf(whole: Uint8Array, part: Uint8Array): number {
  const latin = (bytes: Uint8Array) =>
    Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return latin(whole).indexOf(latin(part));
}

const RAW = ["-f", "mulaw", "-ar", "8000", "-ac", "1"];
const QUIET = ["-nostdin", "-loglevel", "error"];

peers(
  "lesson 17: ffmpeg speaks to us and to a group, and we hear it, byte for byte",
  "ffmpeg",
  async () => {
    await Promise.all(["127.0.0.1", GROUP].map(async (to) => {
      await using temporary = await folder();
      const args = to === GROUP ? ["--host", GROUP] : [];
      const port = freePort();
      const [listener] = await listenTo(`${temporary.path}/heard.au`, "--port", port, ...args);
      await using _ = listener;
      using control = bind({ port: port + 1 });
      const url = `rtp://${to}:${port}${to === GROUP ? "?localaddr=127.0.0.1&ttl=1" : ""}`;
      const packets = ["-af", "asetnsamples=160", "-c:a", "pcm_mulaw", "-f", "rtp", url];
      const file = ["-re", ...RAW, "-i", `${temporary.path}/sound`];
      await using ffmpeg = start("ffmpeg", ...QUIET, ...file, ...packets);
      await ffmpeg.end();
      const said = await heardAll(listener);
      assertMatch(
        said,
        /\n30 datagrams came\. 0 were lost, 0 came too late\. Nothing is missing\.\n/,
      );
      const heard = await Deno.readFile(`${temporary.path}/heard.au`);
      assertEquals(indexOf(heard, SOUND), 28);
      if (to === GROUP) return; // this one has not joined
      const { data } = await control.receive({ signal: soon() });
      assertEquals([data[1], understood(data)], [200, undefined], "RTCP goes to the next port.");
    }));
  },
  NOT_LINUX,
);

peers(
  "lesson 17: ffmpeg speaks with datagrams of its own sizes, and we hear it, byte for byte",
  "ffmpeg",
  async () => {
    await using temporary = await folder();
    const { path } = temporary;
    const wav = `${path}/stereo.wav`;
    const stereo = { encoding: "s16le", rate: 44_100, channels: 2 } as const;
    const tone = Int16Array.from({ length: 2 * 44_100 }, (_, i) => 9000 * Math.sin((i >> 1) / 20));
    const samples = new Uint8Array(tone.buffer);
    await Deno.writeFile(wav, new Uint8Array([...wavHead(stereo, samples.length), ...samples]));
    const plans: [string[], number][] = [
      [["-i", wav], 190], // as the lesson says: 185 or 186 bytes in each
      [[...RAW, "-i", `${path}/sound`], 1460],
    ];
    await Promise.all(plans.map(async ([input, most], i) => {
      const mono = ["-ar", "8000", "-ac", "1"];
      await start("ffmpeg", ...QUIET, ...input, ...mono, "-f", "mulaw", `${path}/meant${i}`).end();
      const [listener, port] = await listenTo(`${path}/heard${i}.au`, "--port", 0);
      await using _ = listener;
      const url = `rtp://127.0.0.1:${port}`;
      await using ffmpeg = start("ffmpeg", ...QUIET, "-re", ...input, ...mono, "-f", "rtp", url);
      await ffmpeg.end();
      const said = await heardAll(listener);
      const [, came] = said.match(
        /\n(\d+) datagrams came\. 0 were lost, 0 came too late\. Nothing is missing\.\n/,
      )!;
      const meant = await Deno.readFile(`${path}/meant${i}`);
      assert(Number(came) >= meant.length / most, `${came} datagrams`);
      assertEquals(indexOf(await Deno.readFile(`${path}/heard${i}.au`), meant), 28);
    }));
  },
  NOT_LINUX,
);

peers(
  "lesson 17: gstreamer speaks, and loses a tenth: we say how many, and where the silence is from",
  "gst-launch-1.0",
  async () => {
    const [listener, port] = await listenTo("/dev/null", "--port", 0);
    await using _ = listener;
    const source = "audiotestsrc is-live=true num-buffers=100 samplesperbuffer=160 ! " +
      "audio/x-raw,rate=8000,channels=1 ! mulawenc ! rtppcmupay ! " +
      `identity drop-probability=0.1 ! udpsink host=127.0.0.1 port=${port}`;
    await start("gst-launch-1.0", "-q", ...source.split(" ")).end();
    const said = await heardAll(listener);
    const [, came, lost, missing = "0"] = said.match(
      /\n(\d+) datagrams came\. (\d+) w\S+ lost, 0 came too late\. (?:(\d+) ms of the sound )?/,
    )!;
    assertEquals(Number(missing), 20 * Number(lost));
    const sum = Number(came) + Number(lost);
    assert(sum > 90 && sum <= 100, said); // what was lost before the first and after the last, nobody knows
  },
  NOT_LINUX,
);

peers("lesson 17: ffmpeg and ffplay hear our speaker, alone and in a group", "ffmpeg", async () => {
  await using temporary = await folder();
  const sound = new Uint8Array([...SOUND, ...SOUND, ...SOUND]); // they want to know first what it is
  await Promise.all(
    ["127.0.0.1", GROUP].flatMap((host) =>
      ["ffmpeg", "ffplay"].map(async (command) => {
        if (!installed(command)) return;
        const port = freePort();
        const url = `rtp://${host}:${port}${host === GROUP ? "?localaddr=127.0.0.1" : ""}`;
        const at = ["-probesize", "32", "-analyzeduration", "0", "-i", url];
        const out = `${temporary.path}/${host}.${command}`;
        await using hearing = command === "ffmpeg"
          ? start("ffmpeg", "-nostdin", ...at, "-t", "0.3", ...RAW, out)
          : start("env", "SDL_AUDIODRIVER=dummy", "ffplay", "-nodisp", ...at);
        await using speaker = lesson(17, "speak", "--host", host, "--port", port);
        // A busy machine may take long to start them: the speaker goes on until it is heard.
        let waiting = true;
        const found = hearing.prints(/Stream #0:0: Audio: pcm_mulaw, 8000 Hz/)
          .finally(() => waiting = false);
        while (waiting) {
          await speaker.type(sound);
          await later(400);
        }
        await found;
        hearing.signal(command === "ffmpeg" ? "SIGCONT" : "SIGTERM");
        await hearing.end();
        speaker.signal();
        assertMatch((await speaker.end()).stdout, /^Speaking to /);
        if (command === "ffplay") return;
        const heard = await Deno.readFile(out);
        assert(heard.length >= 1600, `${heard.length} bytes were heard.`);
        assert(indexOf(new Uint8Array([...sound, ...sound]), heard) >= 0, "It is another sound.");
      })
    ),
  );
}, NOT_LINUX);

peers(
  "lesson 17: what sox recorded went through 5 % loss; sox reads what is left",
  "sox",
  async () => {
    await using temporary = await folder();
    const [wav, raw, au] = ["in.wav", "in.raw", "heard.au"].map((name) =>
      `${temporary.path}/${name}`
    ) as [string, string, string];
    const run = async (...args: string[]) => (await start("sox", ...args).end()).stdout;
    await run(
      "-n",
      "-r",
      "44100",
      "-c",
      "2",
      "-b",
      "16",
      wav,
      ..."synth 0.6 sin 150 vol 0.4".split(" "),
    );
    await run(wav, "-r", "8000", "-c", "1", "-t", "raw", "-e", "mu-law", raw);

    const [listener, port] = await listenTo(au, "--port", 0);
    await using _ = listener;
    const to = `127.0.0.1:${port}`;
    await using relay = lesson(8, "relay", "--port", 0, "--to", to, "--drop", 0.05, "--seed", 4);
    const at = (await relay.prints(/Bind UDP on (\d+)/))[1]!;
    await using speaker = lesson(17, "speak", "--port", at);
    await speaker.type(await Deno.readFile(wav));
    await speaker.end();
    const said = await heardAll(listener);
    relay.signal();
    const dropped = Number((await relay.end()).stdout.match(/server: \d+ .* (\d+) dropped/)![1]);
    assert(dropped > 0, "Nothing was lost.");
    assertMatch(
      said,
      new RegExp(
        `\n${30 - dropped} datagrams came\\. ${dropped} w.* ${20 * dropped} ms of the sound`,
      ),
    );

    const all = (await Deno.readFile(au)).subarray(28);
    const meant = decode(await Deno.readFile(raw)).subarray(0, 4700);
    const sent = decode(all).subarray(0, 4700);
    const power = (samples: Int16Array) => samples.reduce((sum, sample) => sum + sample ** 2, 0);
    const noise = (from: number, to: number) => {
      const part = meant.subarray(from, to);
      return power(part.map((sample, i) => sample - sent[from + i]!)) / power(part);
    };
    let gaps = 0;
    for (let start = 0; start + 160 <= 4700; start += 160) {
      const gap = all.subarray(start, start + 160).every((byte) => byte === SILENCE);
      if (gap) gaps++;
      else assert(noise(start, start + 160) < 0.02, `Sample ${start} is another sound.`);
    }
    assert(gaps >= dropped - 1 && gaps <= dropped, `${gaps} gaps, and ${dropped} were lost.`);
    const ratio = -10 * Math.log10(noise(0, 4700));
    console.log(`${dropped} of 30 lost: the noise is ${ratio.toFixed(1)} dB below the sound.`);
    assert(Math.abs(ratio - 10 * Math.log10(30 / dropped)) < 1.5, `${ratio} dB`);
    assertMatch(await run(au, "-n", "stat"), /Length \(seconds\): +1\.6/); // and a second of silence
  },
  NO_SHELL,
);

peers("lesson 17: ffplay plays what our listener writes", "ffplay", async () => {
  await using temporary = await folder();
  const pipe = `${temporary.path}/pipe`;
  await new Program("mkfifo", [pipe]).end();
  const quickly = ["-nodisp", "-probesize", "32", "-analyzeduration", "0"];
  await using playing = start("env", "SDL_AUDIODRIVER=dummy", "ffplay", ...quickly, pipe);
  const [listener, port] = await listenTo(pipe, "--port", 0);
  await using _ = listener;
  await using speaker = lesson(17, "speak", "--port", port);
  await speaker.type(SOUND);
  await playing.prints(/Input #0, au, from /);
  await playing.prints(/Stream #0:0: Audio: pcm_mulaw .*, 8000 Hz, 1 channels/);
  playing.signal("SIGTERM");
}, NOT_LINUX);
