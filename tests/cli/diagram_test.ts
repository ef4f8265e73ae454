import { assert, assertEquals, assertMatch } from "@std/assert";
import { setColorEnabled } from "@std/fmt/colors";
import stringWidth from "string-width";
import { Diagram } from "../../cli/diagram.ts";
import { type Address, bind } from "../../lib/udp.ts";

setColorEnabled(false); // on a terminal too

/** What the body draws, as lines. */
async function drawn(body: (diagram: Diagram) => Promise<void>): Promise<string[]> {
  const lines: string[] = [];
  const log = console.log;
  console.log = (text = "") => void lines.push(...String(text).split("\n"));
  try {
    const diagram = new Diagram();
    await body(diagram);
    diagram.end();
  } finally {
    console.log = log;
  }
  for (const line of lines) assert(stringWidth(line) <= 80, `wider than 80 columns: ${line}`);
  return lines.map((line) => line.trim());
}

Deno.test("diagram: an arrow from the sender to the receiver, under text and size", async () => {
  let addresses: Address[] = [];
  const lines = await drawn(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    using bob = diagram.watch("Bob", bind());
    addresses = [alice.address, bob.address];
    await alice.send("Hello", bob.address);
    await bob.receive();
    await bob.send(new Uint8Array([27, 255]), alice.address);
    await alice.receive();
  });
  const [, names, ports, , hello, there, bytes, back] = lines;
  assertMatch(names!, /^Alice +Bob$/);
  assertMatch(ports!, new RegExp(`^${addresses.map((a) => `127.0.0.1:${a.port}`).join(" +")}$`));
  assertMatch(hello!, /^│ +"Hello" 5 bytes +│$/);
  assertMatch(there!, /^├─+▶│$/);
  assertMatch(bytes!, /^│ +"\\x1b�" 2 bytes +│$/);
  assertMatch(back!, /^│◀─+┤$/);
});

Deno.test("diagram: nothing is drawn before it arrives, and what never arrives is drawn as that", async () => {
  const lines = await drawn(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    using bob = diagram.watch("Bob", bind());
    await alice.send("", bob.address);
    diagram.note("Sent.");
  });
  const sent = lines.indexOf("Sent.");
  assert(!lines.slice(0, sent).some((line) => /─/.test(line)));
  assertMatch(lines[sent + 1]!, /^│ +\(empty\) 0 bytes +│$/);
  assertMatch(lines[sent + 2]!, /^├╌+▷\?$/);
  assertMatch(lines[sent + 3]!, /nobody received it/);
});

Deno.test("diagram: a datagram to an address without a socket gets an open arrow", async () => {
  const lines = await drawn(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    const gone = bind();
    gone.close();
    diagram.nobody("nobody", gone.address);
    await alice.send("Hello?", gone.address);
  });
  assert(lines.some((line) => /^├╌+▷\?$/.test(line)));
});

Deno.test("diagram: a send that fails leaves no arrow", async () => {
  const lines = await drawn(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    using bob = diagram.watch("Bob", bind());
    await alice.send(new Uint8Array(65_508), bob.address).catch(() => {});
  });
  assert(!lines.some((line) => /[▶▷]/.test(line)));
});

Deno.test("diagram: a datagram from a socket outside the picture is told in words", async () => {
  using stranger = bind();
  const lines = await drawn(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    await stranger.send("psst", alice.address);
    await alice.receive();
  });
  const { port } = stranger.address;
  assert(lines.includes(`Alice received "psst" 4 bytes from 127.0.0.1:${port}.`), lines.join("\n"));
});

Deno.test("diagram: long text is cut, in ASCII as in Chinese, and its size still shown", async () => {
  for (const character of ["x", "你", "\x1b", "👋", "👨‍👩‍👧", "e\u0301"]) {
    const text = character.repeat(1500);
    const size = new TextEncoder().encode(text).length.toLocaleString("en");
    const lines = await drawn(async (diagram) => {
      using alice = diagram.watch("Alice", bind());
      using bob = diagram.watch("Bob", bind());
      using _ = diagram.watch("Carol", bind());
      await alice.send(text, bob.address);
      await bob.receive();
    });
    const [, shown] = lines.map((line) => line.match(/"(.*)…" ([\d,]+ bytes)/)).find((found) =>
      found?.[2] === `${size} bytes`
    )!;
    const whole = character === "\x1b" ? /\\x1b|\\(x1?)?$/g : character;
    assertEquals(shown!.replaceAll(whole, ""), "", lines.join("\n"));
    assert(shown!.length > 0);
    assert(lines.some((line) => /^├─+▶│ +│$/.test(line)));
  }
});

Deno.test("diagram: an arrow that passes a column crosses its line", async () => {
  const lines = await drawn(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    using _ = diagram.watch("Bob", bind());
    using carol = diagram.watch("Carol", bind());
    await alice.send("Hi", carol.address);
    await carol.receive();
  });
  assert(lines.some((line) => /^├─+┼─+▶│$/.test(line)), lines.join("\n"));
});

Deno.test("diagram: a new column starts a new heading", async () => {
  const lines = await drawn((diagram) => {
    using _alice = diagram.watch("Alice", bind());
    diagram.note("alone");
    using _bob = diagram.watch("Bob", bind());
    diagram.note("together");
    return Promise.resolve();
  });
  assertEquals(lines.filter((line) => line.startsWith("Alice")).length, 2);
  assert(lines.indexOf("alone") < lines.findIndex((line) => /Alice +Bob/.test(line)));
});
