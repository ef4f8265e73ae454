/**
 * The knobs of the plays: at their least, their most and their default, each play ends, and its notes
 * tell what happened.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Diagram } from "../../cli/diagram.ts";
import type { DatagramEvent, Event } from "../../cli/events.ts";
import { type Knob, type Numbers, turned, usual } from "../../cli/knobs.ts";
import { play as playNine } from "../../cli/lessons/09_retransmission.ts";
import { RoundTripTimer } from "../../lessons/09_retransmission.ts";
import { PATIENCE, someAtATime, within } from "../helpers.ts";
import { type Page, PAGES } from "../lessons.ts";
import { runLesson } from "../program.ts";
import { waits } from "../waits.ts";

const KNOBBED = PAGES.filter(({ lesson }) => lesson.knobs);

/** Every knob of every lesson. */
const KNOBS = KNOBBED.flatMap((page) =>
  Object.entries(page.lesson.knobs!).map(([name, knob]) => ({ page, name, knob }))
);

/** Eight tries of lesson 9 take 14 s, since the wait doubles up to 2 s. Here it doubles up to 0.5 s. */
class ImpatientTimer extends RoundTripTimer {
  override backOff(): void {
    this.timeout = Math.min(2 * this.timeout, 500);
  }
}

/** Plays the lesson with these numbers. */
function playing({ number, lesson }: Page, diagram: Diagram, numbers: Numbers): Promise<void> {
  if (number !== 9) return lesson.play(diagram, numbers);
  return playNine(diagram, numbers as Parameters<typeof playNine>[1], new ImpatientTimer());
}

/** What a play tells with these numbers. */
async function played(page: Page, numbers: Numbers): Promise<Event[]> {
  const events: Event[] = [];
  const diagram = new Diagram((event) => events.push(event), page.lesson.label);
  await within(PATIENCE, playing(page, diagram, numbers), "The play does not end.");
  diagram.end();
  return events;
}

function datagrams(events: Event[]): DatagramEvent[] {
  return events.filter((event) => event.event === "datagram");
}

/** The notes, one after the other. */
function notes(events: Event[]): string {
  return events.map((event) => event.event === "note" ? `${event.text}\n` : "").join("");
}

/** The groups of a pattern that has to be there. */
function found(text: string, pattern: RegExp): string[] {
  const groups = text.match(pattern);
  assert(groups, `${pattern} is not in:\n${text}`);
  return groups.slice(1);
}

/** What must be true of a play's notes, whatever its numbers are. */
const TRUTHS: Record<number, (events: Event[], numbers: Record<string, number>) => void> = {
  7(events, { size }) {
    assert(datagrams(events).some((one) => one.size === size), `No datagram has ${size} bytes.`);
    assertStringIncludes(notes(events), `On Ethernet, a datagram of ${size!.toLocaleString("en")}`);
  },

  8(events, { drop, duplicate }) {
    const relayed = datagrams(events).filter(({ from }) => from === 1);
    const arrived = relayed.filter(({ fate }) => fate === "arrived").map(({ text }) => text);
    const lost = relayed.filter(({ fate }) => fate === "lost").map(({ text }) => text).sort();
    const said = notes(events);
    assertStringIncludes(said, `Received: ${arrived.join(" ") || "nothing"}.`);
    const gaps = said.match(/show that ([\d ]+) (is|are) missing/)?.[1]?.split(" ") ?? [];
    const last = said.match(/cannot know of ([\d ]+),/)?.[1]?.split(" ") ?? [];
    assertEquals([...gaps, ...last].sort(), lost);
    for (const number of last) assert(arrived.every((other) => other < number), said);
    if (drop === 0) assertEquals(lost, []);
    if (drop === 1) assertEquals(lost.length, 5);
    if (duplicate === 1) assertEquals(arrived.length, 2 * (5 - lost.length));
  },

  9(events, { lost, acks }) {
    const said = notes(events);
    const parts = datagrams(events).filter(({ text }) => text === "PART 1 world");
    const heard = datagrams(events).filter(({ text, fate }) =>
      text === "PART 1 world" && fate === "arrived"
    );
    const times = said.match(/Part 1 was sent (once|\d+)/)![1];
    const sent = times === "once" ? 1 : Number(times);
    assert(parts.length >= sent, `${parts.length} of ${sent}`);
    if (lost! + acks! >= 8) {
      assertEquals(sent, 8);
      assertStringIncludes(said, heard.length > 0 ? "part 1 arrived" : "part 1 never arrived");
    } else {
      assertEquals(
        found(said, /The network lost (\d+) of these, and (\d+) ACK/).map(Number),
        [lost, acks],
      );
      assertEquals(said.includes("twice as long"), sent > 1);
      assert(sent > lost! + acks!, said);
    }
    const texts = heard.length === 0 ? "1 text, in order: Hello" : " in order: Hello world";
    assertStringIncludes(said, texts);
  },

  10(events, { window, parts, lost }) {
    const [first = "", second = ""] = notes(events).split("Now the file transfer");
    const all = datagrams(events).map(({ label, fate }) => `${label} ${fate}`);
    const lostOnes = (pattern: RegExp) => all.filter((one) => pattern.test(one)).length;
    const [took] = found(first, new RegExp(`That took (\\d+) datagrams for ${parts} parts`));
    assert(Number(took) >= parts! + Math.min(1, lost!), first);
    assert(window! > 1 || first.includes("stop-and-wait") && !second.includes("kept the parts"));
    assertEquals(first.includes("No part was lost."), lost === 0);
    for (const number of first.match(/^(?:Part|The parts) ([\d, ]+) w/m)?.[1]?.split(", ") ?? []) {
      assert(lostOnes(new RegExp(`^PART ${number} .* lost$`)) > 0, `${number} in ${first}`);
    }
    for (const number of second.match(/^(?:Part|The parts) ([\d, ]+) w/m)?.[1]?.split(", ") ?? []) {
      assert(lostOnes(new RegExp(`^part ${number}, .* lost$`)) > 0, `${number} in ${second}`);
    }
    const [again] = found(second, /(\d+) datagrams? w\w+ sent again/);
    assert(Number(again) >= Math.min(lost!, 1), second);
    assertEquals(
      first.match(/got all of it: (.*)\./)![1]!.replace("in order", "").length > 0,
      true,
    );
  },

  11(events, { window }) {
    const rows = notes(events).replaceAll("\u00a0", " ").match(/^\d\.\d s .*$/gm)!;
    assertEquals(rows.length, 33);
    assertMatch(rows[32]!, new RegExp(` A ${`${window}`.padStart(2)} `));
    for (const row of rows) assert(row.length <= 76, row);
  },

  17(events, { buffer, delay }) {
    const said = notes(events);
    const heard = found(said, /Heard: (.*)\. RTP/)[0]!.split(", ");
    assertEquals([heard.length, heard[2]], [5, "silence"]);
    const silent = heard.filter((part) => part === "silence").length;
    assertEquals(said.match(/but it has not come: silence/g)?.length, silent);
    assertEquals(said.match(/too late to be played/g)?.length ?? 0, silent - 1);
    // On a slow machine, the playing may begin some steps of the clock late. Where the two are
    // closer, lesson 17's own tests look at one play alone.
    if (delay! > buffer! + 250) assertEquals(heard[3], "silence");
    if (delay! < buffer! - 250) assertEquals(heard[3], "4");
    assertStringIncludes(said, `Playing begins ${buffer} ms after`);
  },
};

Deno.test("every knob: its default is between its least and its most, a whole number of steps away", () => {
  assert(KNOBS.length > 0);
  for (const { name, knob } of KNOBS) {
    const { least, most, step, about } = knob;
    assertMatch(name, /^[a-z]+$/);
    assert(!["help", "json", "host", "port"].includes(name), name);
    assert(about.length <= 40, about);
    assert(least < most && knob.default >= least && knob.default <= most, name);
    for (const value of [knob.default, most]) {
      const steps = (value - least) / step;
      assert(Math.abs(steps - Math.round(steps)) < 1e-9, `${name}: a slider cannot be at ${value}`);
    }
  }
});

/** Knobs that make a play long, or its notes odd, together. */
const WORST: [number, Record<string, number>][] = [
  [8, { drop: 0, duplicate: 1, delay: 500, jitter: 500 }],
  [9, { lost: 8, acks: 8, delay: 30, timeout: 50 }],
  [9, { lost: 0, acks: 0, delay: 30, timeout: 50 }],
  [10, { window: 32, parts: 40, lost: 5, delay: 25 }],
  [10, { window: 1, parts: 40, lost: 5, delay: 25 }],
  [11, { window: 60, queue: 0, rate: 50 }],
  [17, { buffer: 600, delay: 600 }],
  [17, { buffer: 0, delay: 0 }],
];

waits(
  "every knob: at its least, most and default, the play ends, and its notes tell what happened",
  async () => {
    const tried: [number, Record<string, number>][] = [
      ...WORST,
      ...KNOBBED.map(({ number }) => [number, {}] as [number, Record<string, number>]),
      ...KNOBS.flatMap(({ page: { number }, name, knob }) =>
        [knob.least, knob.most].map((value) =>
          [number, { [name]: value }] as [number, Record<string, number>]
        )
      ),
    ];
    const wrong: Error[] = [];
    // Nearly all of the time is waiting. So many of them wait at once, each to its end.
    await someAtATime(12, tried, async ([number, some]) => {
      const page = PAGES.find((page) => page.number === number)!;
      const numbers = { ...usual(page.lesson.knobs!), ...some };
      try {
        const events = await played(page, numbers);
        assert(events.length < 1000, `${events.length} events: more than the book draws`);
        TRUTHS[number]!(events, numbers);
      } catch (error) {
        wrong.push(
          new Error(`Lesson ${number} with ${JSON.stringify(some)}`, { cause: error }),
        );
      }
    });
    if (wrong.length > 0) throw new AggregateError(wrong, `${wrong.length} plays are wrong.`);
  },
);

Deno.test("every knob: --help says its least, its most and its default", async () => {
  for (const { page, name, knob } of KNOBS) {
    const { stdout } = await runLesson(page.number, ["--help"]);
    const { about, least, most } = knob;
    const line = `play: ${about}, ${least} to ${most} (${knob.default})\n`;
    assert(stdout.split(`\n  --${name} `).some((rest) => rest.includes(line)), stdout);
    assertStringIncludes(stdout, `deno task lesson${page.number} [options] `);
  }
});

waits(
  "every knob: what is out of its range, or no number, ends with 2 and says what is allowed",
  async () => {
    for (const { page, name, knob } of KNOBS) {
      const { least, most } = knob;
      const wrong = [`${most + 1}`, "-1", "x", "1e3", "0x1", " 1", "１", "NaN", "Infinity", ""];
      if (least > 0) wrong.push(`${least - 0.5}`);
      if (Number.isInteger(knob.step)) wrong.push(`${least}.5`);
      for (const value of wrong) {
        const { code, stdout, stderr } = await runLesson(page.number, [`--${name}=${value}`]);
        assertEquals([code, stdout], [2, ""], value);
        const whole = Number.isInteger(knob.step) ? "whole " : "";
        const told = `is not right: it must be a ${whole}number from ${least} to ${most}.\n`;
        if (value === "") assertStringIncludes(stderr, `--${name} needs a value.\n`);
        else assertEquals(stderr.split("\n")[0], `--${name} ${value} ${told.trimEnd()}`);
        assertMatch(stderr, /See: deno task lesson\d+ --help\n$/);
      }
    }
  },
);

waits(
  "a knob: as an option of the play, with --json and without; a lesson says which ones it has",
  async () => {
    const [drawn, json, other] = await Promise.all([
      runLesson(8, ["--drop", 1]),
      runLesson(8, ["--json", "--drop=1", "--seed", 7]),
      runLesson(8, ["--port", 1]),
    ]);
    assertStringIncludes(drawn.stdout, "Received: nothing.");
    const events = json.stdout.trim().split("\n").map((line) => JSON.parse(line));
    assertEquals(events.filter(({ fate }) => fate === "lost").length, 5);
    assertEquals([drawn.code, json.code, other.code], [0, 0, 2]);
    assertEquals(
      other.stderr.split("\n")[0],
      "Without a role, this lesson takes --drop, --duplicate, --delay, --jitter, --seed, " +
        "--json and --help only. Roles: server or relay or ping.",
    );
  },
);

Deno.test("a knob takes its least and its most as text, and nothing that is no plain number", () => {
  const share: Knob = { about: "x", least: 0, most: 1, default: 0, step: 0.05 };
  assertEquals(["0", "1", "0.33", "1.0", "00.5"].map((text) => turned(share, text)), [
    0,
    1,
    0.33,
    1,
    0.5,
  ]);
  for (const text of ["1.01", ".5", "1.", "+1", "-0", "0.1234567", "9".repeat(400)]) {
    assertEquals(turned(share, text), undefined, text);
  }
});
