/**
 * Lesson 17: ffmpeg and gstreamer speak to our listener, alone and in a group.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { wavHead } from "../../lib/audio.ts";
import { tryDecode } from "../../lib/rtp.ts";
import { bind } from "../../lib/udp.ts";
import { soon } from "../helpers.ts";
import { NOT_LINUX } from "../only.ts";
import { peers, start } from "../peers.ts";
import { freePort } from "../program.ts";
import { folder, GROUP, heardAll, indexOf, listenTo, QUIET, RAW, SOUND } from "./voice.ts";

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
      assertEquals([data[1], tryDecode(data)], [200, undefined], "RTCP goes to the next port.");
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
