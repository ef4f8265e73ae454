/**
 * Lesson 17's speaker: whether its clock is right, beside a loop that sleeps 20 ms each time; what a jitter
 * buffer costs and saves; and what it costs to speak to one listener of a group, and to fifty.
 * `VOICE_SECONDS=600 deno task bench:wild voice.ts` goes on for ten minutes.
 *
 * @module
 */
import { cut, melody } from "../../../cli/voice.ts";
import { hearGroup } from "../../../lessons/12_multicast.ts";
import { dice, relay } from "../../../lib/relay.ts";
import { hear, speakTo } from "../../../lib/voice.ts";
import { JitterBuffer } from "../../../lib/jitter.ts";
import { decode } from "../../../lib/rtp.ts";
import { bind } from "../../../lib/udp.ts";
import { later } from "../../helpers.ts";
import { freePort } from "../../program.ts";

const SECONDS = Number(Deno.env.get("VOICE_SECONDS") ?? 5);
const LISTENERS = 50;

export const title =
  `Voice: the clock in ${SECONDS} s, jitter buffers, and ${LISTENERS} listeners of a group`;

export async function measure(): Promise<string[]> {
  return [...await clock(), ...await buffers(), ...await group()];
}

/** So much sound, 20 ms at a time. */
async function* sound(seconds: number): AsyncGenerator<Uint8Array> {
  const parts = await Array.fromAsync(cut([melody()]));
  for (let i = 0; i < 50 * seconds; i++) yield parts[i % parts.length]!;
}

const shown = (milliseconds: number) => `${milliseconds.toFixed(1).padStart(8)} ms`;

/**
 * How late the last datagrams come, by their timestamps: the least of ten, since one of them may have been held
 * up. (Where the machine stands still for 200 ms and more, the speaker makes a pause, and the timestamp tells.)
 */
async function clock(): Promise<string[]> {
  using speaker = bind();
  using listener = bind();
  const late: number[] = [];
  let pauses = -1; // the first one is the beginning
  const listening = (async () => {
    let start = NaN;
    for await (const { data } of listener) {
      const { timestamp, marker } = decode(data);
      start ||= performance.now();
      late.push(performance.now() - start - timestamp / 8);
      if (marker) pauses++;
    }
  })();
  const sleeping = (async () => {
    const start = performance.now();
    const rounds = Math.min(10, SECONDS) * 50;
    for (let i = 0; i < rounds; i++) await later(20);
    return (performance.now() - start) / (20 * rounds) - 1;
  })();
  await speakTo(speaker, sound(SECONDS), listener.address, { timestamp: 0 });
  await later(50);
  listener.close();
  await listening;
  const drift = Math.min(...late.slice(-10));
  return [
    `the clock's drift after ${`${late.length}`.padStart(5)} datagrams ${
      shown(drift)
    }, ${pauses} pauses`,
    `the latest of them was late by        ${shown(Math.max(...late))}`,
    `a loop that sleeps 20 ms is slow by   ${(100 * await sleeping).toFixed(1).padStart(8)} %`,
  ];
}

/** Of datagrams of which a fifth is 50 ms late: how many are too late for a buffer of so many ms? */
async function buffers(): Promise<string[]> {
  const lines = [0, 20, 40, 50, 60].map(async (delay) => {
    using speaker = bind();
    using listener = bind();
    using middle = bind();
    const random = dice(15);
    let first = true; // it is the one that the listener's clock begins with
    const relaying = relay(middle, listener.address, () => () => {
      const late = random() < 0.2 && !first;
      first = false;
      return late ? [50] : [0];
    });
    const buffer = new JitterBuffer(delay);
    const listening = (async () => {
      for await (const _ of hear(listener, buffer));
    })();
    await speakTo(speaker, sound(10), middle.address);
    await later(200);
    listener.close();
    middle.close();
    await Promise.all([listening, relaying]);
    return `a fifth 50 ms late, a buffer of ${`${delay}`.padStart(2)} ms:  ` +
      `${`${buffer.late}`.padStart(3)} of ${buffer.came} too late`;
  });
  return await Promise.all(lines);
}

/** What the speaker's process sends, and for how long it uses a processor, while so many listen. */
async function group(): Promise<string[]> {
  const lines: string[] = [];
  for (const count of [1, LISTENERS]) {
    const address = { hostname: "239.255.77.77", port: freePort() };
    const members = await Promise.all(
      Array.from({ length: count }, () => hearGroup(address, "127.0.0.1")),
    );
    const heard = members.map(async (member) => {
      let datagrams = 0;
      for await (const _ of member) datagrams++;
      return datagrams;
    });
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--allow-net=127.0.0.1,239.255.0.0/16", "lessons/17_voice.ts", "speak"],
        ...["--host", address.hostname, "--port", `${address.port}`],
      ],
      cwd: new URL("../../..", import.meta.url),
      stdin: "piped",
      stdout: "null",
    }).spawn();
    const input = child.stdin.getWriter();
    const all = new Uint8Array((await Array.fromAsync(sound(3))).flatMap((part) => [...part]));
    await input.write(all);
    await later(2500); // what it takes to start is spent by then, and it still speaks
    const used = processor(child.pid);
    await input.close();
    await child.status;
    for (const member of members) member.close();
    const copies = (await Promise.all(heard)).reduce((sum, datagrams) => sum + datagrams);
    lines.push(
      `${`${count}`.padStart(2)} in the group: ${`${copies}`.padStart(5)} datagrams heard, ` +
        `${copies / count} sent, ${used} ms of processor in all`,
    );
  }
  return lines;
}

/** The milliseconds for which a process has used a processor, where the system tells. */
function processor(pid: number): number {
  if (Deno.build.os !== "linux") return NaN;
  const { stdout } = new Deno.Command("cat", { args: [`/proc/${pid}/stat`] }).outputSync();
  const fields = new TextDecoder().decode(stdout).replace(/^.*\) /, "").split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12])); // in ticks of 10 ms
}

if (import.meta.main) { for (const line of [title, ...await measure()]) console.log(line); }
