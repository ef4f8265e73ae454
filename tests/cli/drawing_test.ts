import { assert, assertEquals, assertMatch } from "@std/assert";
import { setColorEnabled } from "@std/fmt/colors";
import stringWidth from "string-width";
import { drawing } from "../../cli/drawing.ts";
import type { DatagramEvent, Event } from "../../cli/events.ts";
import { unless } from "../only.ts";

setColorEnabled(false); // on a terminal too

/** What is drawn of these events and an end, as lines without what stands before and after them. */
function drawn(...events: Event[]): string[] {
  const lines: string[] = [];
  const draw = drawing((line) => lines.push(line));
  for (const event of [...events, { event: "end", at: 0 } as const]) draw(event);
  for (const line of lines) {
    assert(stringWidth(line) <= 79, `too wide: ${line}`);
    assert(!line.includes("\n") && line === line.trimEnd(), `no line: ${JSON.stringify(line)}`);
  }
  return lines.map((line) => line.trim());
}

function columns(...names: string[]): Event[] {
  return names.map((name, i) => ({
    event: "column",
    at: 0,
    name,
    address: { hostname: "127.0.0.1", port: 50_001 + i },
    open: name !== "nobody",
  }));
}

function datagram(from: number, to: number, more: Partial<DatagramEvent> = {}): Event {
  const text = more.text ?? "Hello";
  const size = new TextEncoder().encode(text).length;
  return { event: "datagram", at: 0, sent: 0, from, to, text, size, fate: "arrived", ...more };
}

const note = (text: string): Event => ({ event: "note", at: 0, text });

Deno.test("drawing: an arrow from the sender to the receiver, under text and size", () => {
  assertEquals(
    drawn(...columns("Alice", "Bob"), datagram(0, 1), datagram(1, 0, { text: "A", size: 1 })).map(
      (line) => line.replace(/ +/g, " ").replace(/─+/, "─"),
    ),
    [
      "",
      "Alice Bob",
      "127.0.0.1:50001 127.0.0.1:50002",
      "│ │",
      '│ "Hello" 5 bytes │',
      "├─▶│",
      '│ "A" 1 byte │',
      "│◀─┤",
      "│ │",
    ],
  );
});

Deno.test("drawing: an empty datagram is said to be empty", () => {
  assert(
    drawn(...columns("Alice", "Bob"), datagram(0, 1, { text: "" }))
      .some((line) => /^│ +\(empty\) 0 bytes +│$/.test(line)),
  );
});

Deno.test("drawing: what is lost gets a cross, in both directions, and a sentence", () => {
  const lines = drawn(
    ...columns("Alice", "Bob", "Carol"),
    datagram(0, 1, { fate: "lost" }),
    datagram(2, 1, { fate: "lost" }),
  );
  const there = lines.findIndex((line) => /^├╌+✗│ +│$/.test(line));
  const back = lines.findIndex((line) => /^│ +│✗╌+┤$/.test(line));
  assert(there > 0 && back > there, lines.join("\n"));
  for (const at of [there, back]) {
    assertEquals(lines[at + 1], "This one was lost: it was sent, and never received.");
  }
});

Deno.test("drawing: what nobody heard gets a cross, and nobody says that it was lost", () => {
  const lines = drawn(...columns("Alice", "Bob"), datagram(0, 1, { fate: "unheard" }));
  assertMatch(lines.at(-2)!, /^├╌+✗│$/);
});

Deno.test("drawing: to an address without a socket goes an open arrow, with a question mark", () => {
  const there = drawn(...columns("Alice", "nobody"), datagram(0, 1, { fate: "nobody" }));
  assert(there.some((line) => /^├╌+▷\?$/.test(line)), there.join("\n"));
  const back = drawn(...columns("nobody", "Alice"), datagram(1, 0, { fate: "nobody" }));
  assert(back.some((line) => /^\?◁╌+┤$/.test(line)), back.join("\n"));
});

Deno.test("drawing: where nobody is, there is no line", () => {
  const lines = drawn(...columns("Alice", "nobody", "Bob"), datagram(0, 2));
  assertMatch(lines.at(-1)!, /^│ +│$/);
  assert(lines.some((line) => /^├─+▶│$/.test(line)), lines.join("\n"));
});

Deno.test("drawing: an arrow that passes a column crosses its line", () => {
  const lines = drawn(...columns("Alice", "Bob", "Carol"), datagram(0, 2), datagram(2, 0));
  assert(lines.some((line) => /^├─+┼─+▶│$/.test(line)), lines.join("\n"));
  assert(lines.some((line) => /^│◀─+┼─+┤$/.test(line)), lines.join("\n"));
});

Deno.test("drawing: long text is cut, in ASCII as in Chinese, and its size still shown", () => {
  for (const character of ["x", "你", "\\x1b", "👋", "👨‍👩‍👧", "e\u0301"]) {
    for (const names of [["Alice", "Bob"], ["Alice", "Bob", "Carol"], [..."ABCD"], [..."ABCDE"]]) {
      const text = character.repeat(200);
      const lines = drawn(...columns(...names), datagram(0, 1, { text, size: 65_507 }));
      const label = lines.find((line) => line.includes("65,507 bytes"))!;
      const [shown] = label.match(/"(.*)…" 65,507 bytes/)!.slice(1);
      const whole = character === "\\x1b" ? /\\x1b|\\(x1?)?$/g : character;
      assertEquals(shown!.replaceAll(whole, ""), "", label);
      if (names.length < 5) assert(shown!.length > 0, label);
      // It stands between the two lines, and moves neither.
      const row = lines.at(-1)!;
      assertEquals(stringWidth(label), stringWidth(row), lines.join("\n"));
      assert(stringWidth(label.match(/│(.*?)│/)![1]!) === row.indexOf("│", 1) - 1, label);
    }
  }
});

Deno.test("drawing: a lesson's own words stand in the place of text and size, cut where they must", () => {
  const lines = drawn(
    ...columns("Alice", "Bob", "Carol"),
    datagram(0, 1, { label: "DATA 3 (512)" }),
    datagram(1, 2, { label: "wide ".repeat(20) }),
  );
  assert(lines.some((line) => /^│ +DATA 3 \(512\) +│ +│$/.test(line)), lines.join("\n"));
  assert(lines.some((line) => /^│ +│(wide )+\w*…│$/.test(line)), lines.join("\n"));
  assert(!lines.join().includes("bytes"));
});

Deno.test("drawing: a new column starts a new heading, and nothing else does", () => {
  const [alice, bob, carol] = columns("Alice", "Bob", "Carol");
  const lines = drawn(alice!, note("alone"), bob!, carol!, note("together"), note("still"));
  assertEquals(lines.filter((line) => line.startsWith("Alice")).length, 2);
  assert(lines.indexOf("alone") < lines.findIndex((line) => /Alice +Bob +Carol/.test(line)));
});

Deno.test("drawing: addresses that would touch each other are told as ports", () => {
  const names = ["a", "b", "c", "d", "e"];
  const four = drawn(...columns(...names.slice(0, 4)), note("x"));
  assert(four.some((line) => /^127\.0\.0\.1:50001 +127.* 127.* 127\.0\.0\.1:50004$/.test(line)));
  const five = drawn(...columns(...names), note("x"));
  assert(five.some((line) => /^port 50001 +port 50002 .* port 50005$/.test(line)), five.join("\n"));
});

Deno.test("drawing: a long note is broken at spaces", () => {
  const words = Array(30).fill("word").join(" ");
  const lines = drawn(...columns("Alice"), note(words)).filter((line) => line.includes("word"));
  assertEquals(lines.join(" "), words);
  assertEquals(lines.length, 2);
});

Deno.test({
  ...unless(
    Deno.noColor ? "NO_COLOR is set" : "",
    "drawing: a colour for each sender, the same for its column and its arrows",
  ),
}, () => {
  setColorEnabled(true);
  try {
    const lines: string[] = [];
    const draw = drawing((line) => lines.push(line));
    for (const event of [...columns("Alice", "Bob"), datagram(0, 1), datagram(1, 0)]) draw(event);
    const painted = (part: string) => {
      const line = lines.find((line) => line.includes(part))!;
      // deno-lint-ignore no-control-regex
      return line.slice(0, line.indexOf(part)).match(/\x1b\[(3\d)m[^\x1b]*$/)?.[1];
    };
    assertEquals([painted("├"), painted("◀")], ["36", "32"]);
    // deno-lint-ignore no-control-regex
    assertEquals(lines[1]!.match(/\x1b\[3[1-7]m/g), ["\x1b[36m", "\x1b[32m"]);
  } finally {
    setColorEnabled(false);
  }
});
