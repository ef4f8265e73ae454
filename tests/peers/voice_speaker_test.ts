/**
 * Lesson 17: ffmpeg and ffplay hear our speaker, and what sox recorded goes through lesson 8's relay.
 *
 * @module
 */
import { assert, assertMatch } from "@std/assert";
import { decode, SILENCE } from "../../lib/mulaw.ts";
import { later } from "../helpers.ts";
import { NO_SHELL, NOT_LINUX } from "../only.ts";
import { installed, peers, start } from "../peers.ts";
import { freePort, lesson, Program } from "../program.ts";
import { folder, GROUP, heardAll, indexOf, listenTo, RAW, SOUND } from "./voice.ts";

peers("lesson 17: ffmpeg and ffplay hear our speaker, alone and in a group", "ffmpeg", async () => {
  await using temporary = await folder();
  // They want to know first what it is, and then to hear enough of it without a pause.
  const sound = new Uint8Array(8 * SOUND.length).map((_, i) => SOUND[i % SOUND.length]!);
  const seconds = sound.length / 8000;
  await Promise.all(
    ["127.0.0.1", GROUP].flatMap((host) =>
      ["ffmpeg", "ffplay"].map(async (command) => {
        if (!installed(command)) return;
        const port = freePort();
        const url = `rtp://${host}:${port}${host === GROUP ? "?localaddr=127.0.0.1" : ""}`;
        const at = ["-probesize", "32", "-analyzeduration", "0", "-i", url];
        const out = `${temporary.path}/${host}.${command}`;
        await using hearing = command === "ffmpeg"
          ? start("ffmpeg", "-nostdin", ...at, "-t", "1", ...RAW, out)
          : start("env", "SDL_AUDIODRIVER=dummy", "ffplay", "-nodisp", ...at);
        await using speaker = lesson(17, "speak", "--host", host, "--port", port);
        // A busy machine may take long to start them: the speaker goes on until it is heard.
        let waiting = true;
        const found = hearing.prints(/Stream #0:0: Audio: pcm_mulaw, 8000 Hz/)
          .finally(() => waiting = false);
        while (waiting) {
          await speaker.type(sound);
          const end = Date.now() + 1000 * seconds;
          while (waiting && Date.now() < end) await later(20);
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

    /** Sends it through the relay, and returns what the listener said, and how many were lost. */
    const talk = async () => {
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
      const [, dropped] = (await relay.end()).stdout.match(/server: \d+ .* (\d+) dropped/)!;
      return { said, dropped: Number(dropped) };
    };
    let { said, dropped } = await talk();
    // Where a busy machine holds the speaker up, it pauses, and the rest of the sound is later.
    for (let tries = 1; tries < 10 && said.includes("The speaker paused"); tries++) {
      ({ said, dropped } = await talk());
    }
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
