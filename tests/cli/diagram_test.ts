import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Diagram } from "../../cli/diagram.ts";
import type { DatagramEvent, Event } from "../../cli/events.ts";
import { type Address, bind } from "../../lib/udp.ts";
import { NOT_LINUX, unless } from "../only.ts";

/** What the body's diagram tells, up to its end. */
async function told(
  body: (diagram: Diagram) => void | Promise<void>,
  label?: (data: Uint8Array) => string,
): Promise<Event[]> {
  const events: Event[] = [];
  const diagram = new Diagram((event) => events.push(event), label);
  await body(diagram);
  diagram.end();
  assertEquals(events.at(-1)?.event, "end");
  const times = events.map(({ at }) => at);
  assertEquals(times, times.toSorted((a, b) => a - b)); // each at its time
  return events;
}

function datagrams(events: Event[]): DatagramEvent[] {
  return events.filter((event) => event.event === "datagram");
}

/** What events say, without their times. */
function words(events: Event[]): string[] {
  return events.map((event) => {
    if (event.event === "datagram") {
      const { from, to, text, size, fate } = event;
      return `${from} > ${to} ${fate}: ${text} (${size})`;
    }
    if (event.event === "column") return `${event.name}${event.open ? "" : " (nobody)"}`;
    return event.event === "note" ? event.text : event.event;
  });
}

Deno.test("diagram: a datagram that arrives after the end is told as lost, and not again", async () => {
  using alice = bind();
  using bob = bind();
  let [late, received] = [alice, bob];
  const events = await told(async (diagram) => {
    [late, received] = [diagram.watch("Alice", alice), diagram.watch("Bob", bob)];
    await late.send("Hello", bob.address);
  });
  await received.receive();
  assertEquals(words(events), ["Alice", "Bob", "0 > 1 lost: Hello (5)", "end"]);
});

Deno.test("diagram: a column for each socket, and a datagram when it arrives", async () => {
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    using bob = diagram.watch("Bob", bind());
    await alice.send("Hello", bob.address);
    diagram.note("sent");
    await bob.receive();
  });
  assertEquals(words(events), ["Alice", "Bob", "sent", "0 > 1 arrived: Hello (5)", "end"]);
});

Deno.test("diagram: an event has all that is told of it", async () => {
  let addresses: Address[] = [];
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    using bob = diagram.watch("Bob", bind());
    addresses = [alice.address, bob.address];
    await alice.send(new Uint8Array([27, 255]), bob.address);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await bob.receive();
  });
  const [alice, bob, datagram, end] = events;
  const [from, to] = addresses as [Address, Address];
  assertEquals({ ...alice, at: 0 }, {
    event: "column",
    at: 0,
    name: "Alice",
    address: from,
    open: true,
  });
  assertEquals({ ...bob, at: 0 }, { event: "column", at: 0, name: "Bob", address: to, open: true });
  const { at, sent, ...rest } = datagram as DatagramEvent;
  assertEquals(
    rest,
    {
      event: "datagram",
      from: 0,
      to: 1,
      text: "\\x1b\ufffd",
      size: 2,
      fate: "arrived",
    } as typeof rest,
  );
  assertEquals(at - sent >= 25, true, `sent at ${sent}, there at ${at}`);
  assertMatch(String(sent), /^\d+(\.\d)?$/); // tenths of a millisecond
  assertEquals(end, { event: "end", at: end!.at });
});

Deno.test("diagram: what never arrives is told at the end as lost", async () => {
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    using bob = diagram.watch("Bob", bind());
    await alice.send("", bob.address);
    diagram.note("Sent.");
  });
  assertEquals(words(events), ["Alice", "Bob", "Sent.", "0 > 1 lost:  (0)", "end"]);
});

Deno.test("diagram: what nobody heard so far is told when one says so, once, and why", async () => {
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    using bob = diagram.watch("Bob", bind());
    await alice.send("heard", bob.address);
    await bob.receive();
    await alice.send("unheard", bob.address);
    diagram.unheard("Bob was out.");
    await alice.send("at the end", bob.address);
  });
  assertEquals(words(events).slice(2), [
    "0 > 1 arrived: heard (5)",
    "0 > 1 unheard: unheard (7)",
    "Bob was out.",
    "0 > 1 lost: at the end (10)",
    "end",
  ]);
});

Deno.test("diagram: what is lost on its way does not come before what had left there earlier", async () => {
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    using bob = diagram.watch("Bob", bind());
    using carol = diagram.watch("Carol", bind());
    await alice.send("elsewhere", carol.address);
    await alice.send("first", bob.address);
    const refused = alice.send(new Uint8Array(65_508), bob.address).catch(() => {});
    diagram.lost(new Uint8Array(2), alice.address, bob.address);
    await refused;
    await alice.send("third", bob.address);
    diagram.note("Now Bob reads.");
    for (let i = 0; i < 2; i++) await bob.receive();
    await alice.send("never read", bob.address);
    diagram.lost(new Uint8Array(5), alice.address, bob.address);
  });
  assertEquals(words(events).slice(3), [
    "Now Bob reads.",
    "0 > 1 arrived: first (5)",
    "0 > 1 lost: \\x00\\x00 (2)",
    "0 > 1 arrived: third (5)",
    "0 > 2 lost: elsewhere (9)",
    "0 > 1 lost: never read (10)",
    "0 > 1 lost: \\x00\\x00\\x00\\x00\\x00 (5)",
    "end",
  ]);
});

Deno.test("diagram: what somebody loses on its way is told at once, and not as arrived", async () => {
  const events = await told((diagram) => {
    using alice = diagram.watch("Alice", bind());
    using bob = diagram.watch("Bob", bind());
    diagram.lost(new Uint8Array(3), alice.address, bob.address);
    diagram.note("later");
    diagram.lost(new Uint8Array(3), alice.address, { ...bob.address, port: 1 }); // not in the picture
  });
  assertEquals(words(events), ["Alice", "Bob", "0 > 1 lost: \\x00\\x00\\x00 (3)", "later", "end"]);
});

Deno.test("diagram: a datagram to an address without a socket goes to nobody, at once", async () => {
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    const gone = bind();
    gone.close();
    diagram.nobody("gone", gone.address);
    await alice.send("Hello?", gone.address);
    diagram.note("later");
  });
  assertEquals(words(events), [
    "Alice",
    "gone (nobody)",
    "0 > 1 nobody: Hello? (6)",
    "later",
    "end",
  ]);
});

Deno.test("diagram: a send that fails is not told", async () => {
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    using bob = diagram.watch("Bob", bind());
    await alice.send(new Uint8Array(65_508), bob.address).catch(() => {});
  });
  assertEquals(words(events), ["Alice", "Bob", "end"]);
});

Deno.test("diagram: what is sent by the sockets that a function opens, and by no later one", async () => {
  using bob = bind();
  const events = await told(async (diagram) => {
    diagram.watch("Bob", bob);
    const open = async (text: string) => {
      using alice = bind();
      return await alice.send(text, bob.address);
    };
    assertEquals(await diagram.watchOpened("Alice", () => open("Hello")), 5);
    await bob.receive();
    await assertRejects(
      () => diagram.watchOpened("Alice", () => Promise.reject(new Error("no"))),
      Error,
    );
    await open("Not told");
  });
  assertEquals(words(events), ["Bob", "Alice", "1 > 0 arrived: Hello (5)", "end"]);
});

Deno.test("diagram: a datagram from a socket outside the picture is told in words", async () => {
  using stranger = bind();
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    await stranger.send("psst\n", alice.address);
    await alice.receive();
  });
  const { port } = stranger.address;
  assertEquals(words(events), ["Alice", `Alice received "psst\\n" from 127.0.0.1:${port}.`, "end"]);
});

Deno.test("diagram: what arrives is matched with what was sent by its bytes", async () => {
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    using bob = diagram.watch("Bob", bind());
    await alice.send("one", bob.address);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await alice.send("two", bob.address);
    await bob.receive();
    await bob.receive();
  });
  const [one, two] = datagrams(events);
  assertEquals([one!.text, two!.text], ["one", "two"]);
  assertEquals(two!.sent - one!.sent >= 25, true, "Each has its own time.");
});

Deno.test("diagram: a loss does not wait for what a closed socket of the same column never read", async () => {
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    const first = diagram.watch("Bob", bind());
    await alice.send("never read", first.address);
    first.close();
    using second = diagram.watch("Bob", bind());
    diagram.lost(new Uint8Array(2), alice.address, second.address);
    diagram.note("later");
  });
  assertEquals(words(events), [
    "Alice",
    "Bob",
    "0 > 1 lost: \\x00\\x00 (2)",
    "later",
    "0 > 1 lost: never read (10)",
    "end",
  ]);
});

Deno.test("diagram: the one that never arrived is the one that is told as lost", async () => {
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    const socket = bind();
    const loses = socket.receive.bind(socket); // nobody looks at what this one takes
    using bob = diagram.watch("Bob", socket);
    await alice.send("one", bob.address);
    await loses();
    await alice.send("two", bob.address);
    await bob.receive();
  });
  assertEquals(datagrams(events).map(({ text, fate }) => `${text} ${fate}`), [
    "two arrived",
    "one lost",
  ]);
});

Deno.test("diagram: of two who send the same text, the one whose datagram came is shown", async () => {
  const events = await told(async (diagram) => {
    const socket = bind();
    socket.send = () => Promise.resolve(2); // what this one sends never leaves
    using ann = diagram.watch("Ann", socket);
    using ben = diagram.watch("Ben", bind());
    using cem = diagram.watch("Cem", bind());
    await ann.send("Hi", cem.address);
    await ben.send("Hi", cem.address);
    await cem.receive();
  });
  const arrows = words(events).filter((line) => line.includes(">"));
  assertEquals(arrows, ["1 > 2 arrived: Hi (2)", "0 > 2 lost: Hi (2)"]);
});

Deno.test(
  { ...unless(NOT_LINUX, "diagram: a broadcast is told once for each who hears it") },
  async () => {
    const events = await told(async (diagram) => {
      using client = diagram.watch("client", bind());
      const hostname = "127.255.255.255";
      using one = diagram.watch("one", bind({ hostname, reuseAddress: true }));
      using two = diagram.watch("two", bind({ ...one.address, reuseAddress: true }));
      await client.send("all", one.address);
      await Promise.all([one.receive(), two.receive()]);
    });
    const to = datagrams(events).map(({ to, fate }) => `${to} ${fate}`);
    assertEquals(to.toSorted(), ["1 arrived", "2 arrived"]);
  },
);

Deno.test("diagram: a lesson's own words for a datagram", async () => {
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    await alice.send("abc", alice.address);
    await alice.receive();
  }, (data) => `DATA (${data.length})`);
  assertEquals(datagrams(events)[0]?.label, "DATA (3)");
});

Deno.test("diagram: of a long text the beginning, and its true size", async () => {
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    await alice.send("x".repeat(65_507), alice.address);
    await alice.receive();
  });
  const [{ text, size }] = datagrams(events) as [DatagramEvent];
  assertEquals(size, 65_507);
  assertMatch(text, /^x{200}… \(65,507 bytes\)$/);
});

Deno.test("diagram: of two datagrams that are alike, the first to arrive is the first that was sent", async () => {
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    await alice.send("x", alice.address);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await alice.send("x", alice.address);
    await alice.receive();
    await alice.receive();
  });
  const [one, two, ...more] = datagrams(events);
  assertEquals(more, []);
  assertEquals(two!.sent - one!.sent >= 25, true, "Each has its own time.");
});

Deno.test("diagram: what was sent is what is told, whatever the sender does with its bytes later", async () => {
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    const data = new TextEncoder().encode("one");
    await alice.send(data, alice.address);
    data.fill(0);
    await alice.receive();
  });
  assertEquals(words(events), ["Alice", "0 > 0 arrived: one (3)", "end"]);
});

Deno.test("diagram: what went to nobody is told once, though somebody comes there later", async () => {
  const events = await told(async (diagram) => {
    using alice = diagram.watch("Alice", bind());
    using late = bind();
    diagram.nobody("nobody", late.address);
    await alice.send("Hello?", late.address);
    diagram.watch("late", late);
  });
  assertEquals(words(events), [
    "Alice",
    "nobody (nobody)",
    "0 > 1 nobody: Hello? (6)",
    "late",
    "end",
  ]);
});

Deno.test("diagram: sockets of one name share a column", async () => {
  const events = await told(async (diagram) => {
    using client = diagram.watch("client", bind());
    using known = diagram.watch("server", bind());
    using other = diagram.watch("server", bind());
    await client.send("there", known.address);
    await known.receive();
    await other.send("back", client.address);
    await client.receive();
    await client.send("lost", other.address);
  });
  assertEquals(words(events), [
    "client",
    "server",
    "0 > 1 arrived: there (5)",
    "1 > 0 arrived: back (4)",
    "0 > 1 lost: lost (4)",
    "end",
  ]);
});
