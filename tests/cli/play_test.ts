import { assert, assertEquals, assertMatch } from "@std/assert";
import { setColorEnabled } from "@std/fmt/colors";
import stringWidth from "string-width";
import { drawing } from "../../cli/drawing.ts";
import type { Event } from "../../cli/events.ts";
import { someAtATime } from "../helpers.ts";
import { type Page, PAGES, plays, speaksQuic } from "../lessons.ts";
import { type Ended, eventually, lesson, runLesson } from "../program.ts";
import { waits } from "../waits.ts";

setColorEnabled(false); // on a terminal too

/** What each kind of event must have, and what it may have. */
const SHAPES: Record<Event["event"], { needs: Record<string, string>; may?: string[] }> = {
  column: {
    needs: { event: "string", at: "number", name: "string", address: "object", open: "boolean" },
  },
  datagram: {
    needs: {
      event: "string",
      at: "number",
      sent: "number",
      from: "number",
      to: "number",
      text: "string",
      size: "number",
      fate: "string",
    },
    may: ["label"],
  },
  note: { needs: { event: "string", at: "number", text: "string" } },
  end: { needs: { event: "string", at: "number" } },
};

/** The events that were printed: every line is one, as cli/events.ts says. */
function parsed(stdout: string): Event[] {
  assert(stdout.endsWith("\n"), `The last line has no end: ${stdout}`);
  let columns = 0, last = 0;
  return stdout.slice(0, -1).split("\n").map((line) => {
    const event: Event = JSON.parse(line);
    const { needs, may = [] } = SHAPES[event.event] ?? { needs: { event: "one of four" } };
    for (const [name, type] of Object.entries(needs)) {
      assertEquals(typeof event[name as keyof Event], type, `${name} in ${line}`);
    }
    const more = Object.keys(event).filter((name) => !(name in needs) && !may.includes(name));
    assertEquals(more, [], line);
    assert(event.at >= last && !/[\p{Cc}]/u.test(line), line);
    last = event.at;
    if (event.event === "column") {
      assertEquals(Object.keys(event.address), ["hostname", "port"], line);
      columns++;
    }
    if (event.event === "datagram") {
      const { from, to, sent, at, size, fate } = event;
      assert(from < columns && to < columns && 0 <= sent && sent <= at && size >= 0, line);
      assert(["arrived", "lost", "unheard", "nobody"].includes(fate), line);
    }
    return event;
  });
}

/** Each arrow with the label above it, without what stands in other columns. */
function arrows(drawn: string[]): string[] {
  return drawn.flatMap((line, i) =>
    /[▶◀▷◁✗]/.test(line) ? `${drawn[i - 1]!.replace(/[│\s]+/g, " ").trim()} ${line.trim()}` : []
  );
}

/**
 * The kinds of arrows: what is late, or sent again, is so by chance, and so are the order, the numbers and
 * how many columns there are when an arrow is drawn.
 */
function kinds(arrows: string[]): string[] {
  const alike = arrows.map((arrow) =>
    arrow.replace(/\d+( \d+)*/g, "#").replace(/╌✗|╌▷/, "─▶").replace(/✗╌|◁╌/, "◀─")
      .replace(/[╌─┼]+/g, "─").replace(/[│ ]+/g, " ").trim()
  );
  return [...new Set(alike)].sort();
}

const PLAYED = new Map<number, Promise<Ended>>();

/** What a lesson prints that plays. It plays once for all tests here. */
function played(number: number): Promise<Ended> {
  const ended = PLAYED.get(number) ?? runLesson(number);
  PLAYED.set(number, ended);
  return ended;
}

waits(
  "every lesson: played, it fits into 80 columns, holds no control character, and says what is next",
  async () => {
    await someAtATime(5, PAGES.filter(plays), async ({ number, file, lesson }) => {
      const { code, stdout, stderr } = await played(number);
      assertEquals([code, stderr], [0, ""]);
      for (const line of stdout.split("\n")) {
        assert(stringWidth(line) <= 80, `wide: ${line}`);
        assert(!/\p{Cc}/u.test(line), `control character: ${line}`);
      }
      assertMatch(stdout, new RegExp(`^Lesson ${number}\\. `));
      const test = `tests/${file.replace(".ts", "_test.ts")}`;
      assertMatch(stdout, new RegExp(`\nRead it  lessons/${file}\n`));
      assertMatch(stdout, new RegExp(`\nTest it  deno task test ${test}\n`));
      assertMatch(
        stdout,
        new RegExp(`\nDo it    exercises/${file} .* deno task exercise ${number}\n$`),
      );
      const [one, two, three] = lesson.tryNext;
      const tried = three
        ? `in three terminals\n {9}${one}\n {9}${two}\n {9}${three}\n`
        : `${one} +in one terminal, and\n {9}${two} +in a second`;
      assertMatch(stdout, new RegExp(`\nTry it   ${tried}`));
    });
  },
);

/** Whether the drawing of the events that --json prints has the same arrows as the lesson's own. */
async function drawsTheSame(page: Page): Promise<void> {
  const { number } = page;
  const [json, drawn] = await Promise.all([runLesson(number, ["--json"]), played(number)]);
  PLAYED.delete(number); // where a busy machine was late for one of them, both play again
  assertEquals([json.code, json.stderr], [0, ""]);
  const events = parsed(json.stdout);
  assertEquals(events.filter(({ event }) => event === "end").length, 1);
  assertEquals(events.at(-1)!.event, "end");

  const lines: string[] = [];
  const draw = drawing((line) => lines.push(line));
  for (const event of events) draw(event);
  assert(arrows(lines).length > 1, json.stdout);
  // How many packets QUIC needs, and of which types, is another matter each time.
  if (!speaksQuic(page)) {
    assertEquals(kinds(arrows(lines)), kinds(arrows(drawn.stdout.split("\n"))));
  }
  assertEquals(arrows(lines).length, events.filter(({ event }) => event === "datagram").length);
}

waits(
  "every lesson: --json prints what the drawing shows, an event a line, and nothing else",
  async () => {
    await someAtATime(5, PAGES.filter(plays), (page) => eventually(() => drawsTheSame(page)));
  },
);

waits("Ctrl-C ends --json with 0, and prints nothing that is no JSON", async () => {
  await using program = lesson(2, "--json");
  await program.prints(/"Is it cold\?".*\n/); // it waits for a while now
  program.signal("SIGINT");
  const { code, stdout, stderr } = await program.end();
  assertEquals([code, stderr], [0, ""]);
  assert(parsed(stdout).every(({ event }) => event !== "end"), stdout);
});

Deno.test("--json is for the whole lesson: a role does not take it", async () => {
  const { code, stdout, stderr } = await runLesson(4, ["client", "--json"]);
  assertEquals([code, stdout], [2, ""]);
  assert(stderr.startsWith('"client" does not take "--json".\n'), stderr);
});
