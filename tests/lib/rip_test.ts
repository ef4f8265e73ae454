import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decode,
  describe,
  encode,
  INFINITY,
  isNetwork,
  isWithin,
  type Message,
  MOST_ROUTES,
  networkOf,
  NoRip,
  responses,
  type Route,
  short,
  tryDecode,
} from "../../lib/rip.ts";
import { NONSENSE, survives } from "../nonsense.ts";

/** Bytes from what RFC 2453 draws: a row is 4 bytes. */
const rows = (...hex: string[]) => Uint8Array.fromHex(hex.join("").replaceAll(" ", ""));

const network = fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
  .map(([address, length]) => {
    const start = length === 0 ? 0 : address >>> (32 - length) << (32 - length) >>> 0;
    return `${[24, 16, 8, 0].map((shift) => start >>> shift & 255).join(".")}/${length}`;
  }).filter(isNetwork);
const route: fc.Arbitrary<Route> = fc.record({
  network,
  metric: fc.integer({ min: 1, max: INFINITY }),
  tag: fc.integer({ min: 1, max: 0xffff }),
  nextHop: fc.ipV4().filter((address) => address !== "0.0.0.0"),
}, { requiredKeys: ["network", "metric"] });
/** Any message. */
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.constant({ type: "REQUEST" as const }),
  fc.record({
    type: fc.constant("REQUEST" as const),
    networks: fc.array(network, { maxLength: MOST_ROUTES }),
  }),
  fc.record({
    type: fc.constant("RESPONSE" as const),
    routes: fc.array(route, { maxLength: MOST_ROUTES }),
  }),
);

Deno.test("rip: messages are the bytes that RFC 2453 draws", () => {
  const drawn: [Message, Uint8Array][] = [
    [
      { type: "REQUEST" },
      rows("01 02 0000", "0000 0000", "00000000", "00000000", "00000000", "00000010"),
    ],
    [
      { type: "REQUEST", networks: ["10.9.0.0/16"] },
      rows("01 02 0000", "0002 0000", "0a090000", "ffff0000", "00000000", "00000010"),
    ],
    [
      { type: "RESPONSE", routes: [{ network: "10.9.0.0/16", metric: 2 }] },
      rows("02 02 0000", "0002 0000", "0a090000", "ffff0000", "00000000", "00000002"),
    ],
    [
      {
        type: "RESPONSE",
        routes: [{ network: "0.0.0.0/0", metric: 16, nextHop: "192.0.2.7", tag: 258 }],
      },
      rows("02 02 0000", "0002 0102", "00000000", "00000000", "c0000207", "00000010"),
    ],
    [{ type: "RESPONSE", routes: [] }, rows("02 02 0000")],
  ];
  for (const [message, bytes] of drawn) {
    assertEquals(encode(message), bytes);
    assertEquals(decode(bytes), message);
  }
});

Deno.test("rip: what was encoded decodes to the same", () => {
  fc.assert(fc.property(message, (message) => assertEquals(decode(encode(message)), message)));
});

Deno.test("rip: what is no message is told as that", () => {
  const one = rows("02 02 0000", "0002 0000", "0a090000", "ffff0000", "00000000", "00000002");
  const password = rows("02 02 0000", "ffff 0002", "70617373", "00000000", "00000000", "00000000");
  const none: Record<string, Uint8Array> = {
    "nothing": new Uint8Array(),
    "half a header": one.subarray(0, 3),
    "cut": one.subarray(0, 23),
    "too long": new Uint8Array([...one, 0]),
    "26 routes": new Uint8Array(4 + 26 * 20).fill(2, 0, 2),
    "version 1": one.with(1, 1),
    "version 3": one.with(1, 3),
    "no command": one.with(0, 0),
    "another command": one.with(0, 3),
    "a password": password,
    "a password for a question": password.with(0, 1),
  };
  for (const [what, bytes] of Object.entries(none)) {
    assertThrows(() => decode(bytes), NoRip);
    assertEquals(tryDecode(bytes), undefined, what);
  }
});

Deno.test("rip: what makes no sense is left out, and the rest counts", () => {
  const good = "0002 0000 0a090000 ffff0000 00000000 00000002";
  const bad: Record<string, string> = {
    "another family": "0003 0000 0a080000 ffff0000 00000000 00000002",
    "metric 0": "0002 0000 0a080000 ffff0000 00000000 00000000",
    "metric 17": "0002 0000 0a080000 ffff0000 00000000 00000011",
    "metric 2 ** 32 - 1": "0002 0000 0a080000 ffff0000 00000000 ffffffff",
    "a mask with a hole": "0002 0000 0a000000 ff00ff00 00000000 00000002",
    "bits beyond the mask": "0002 0000 0a080001 ffff0000 00000000 00000002",
    "this machine": "0002 0000 7f000000 ff000000 00000000 00000002",
    "a group": "0002 0000 e0000000 ff000000 00000000 00000002",
    "no address": "0002 0000 ffffffff ffffffff 00000000 00000002",
    "nowhere": "0002 0000 00000000 ff000000 00000000 00000002",
    "a password in the middle": "ffff 0002 70617373 00000000 00000000 00000000",
    "everything, beside others": "0000 0000 00000000 00000000 00000000 00000010",
  };
  for (const [what, hex] of Object.entries(bad)) {
    const routes = [{ network: "10.9.0.0/16", metric: 2 }];
    assertEquals(decode(rows("02020000", good, hex)), { type: "RESPONSE", routes }, what);
    if (what.startsWith("metric")) continue; // nobody looks at it in a question
    const networks = ["10.9.0.0/16"];
    assertEquals(decode(rows("01020000", good, hex)), { type: "REQUEST", networks }, what);
  }
  // It is no question for everything where it is the first of several, either.
  const [networks, everything] = [["10.9.0.0/16"], bad["everything, beside others"]!];
  assertEquals(decode(rows("01020000", everything, good)), { type: "REQUEST", networks });
  // All is asked for with infinity: RFC 2453, 3.9.1.
  const odd = rows("01 02 0000", "0000 0000", "00000000", "00000000", "00000000", "00000001");
  assertEquals(decode(odd), { type: "REQUEST", networks: [] });
});

Deno.test("rip: what cannot be said is not encoded", () => {
  const route = { network: "10.9.0.0/16", metric: 1 };
  const impossible: Partial<Route>[] = [
    ...[0, 17, -1, 1.5, NaN].map((metric) => ({ metric })),
    ...["10.9.0.0", "10.9.0.0/33", "10.9.1.0/16", "10.9.0/16", "10.9.0.256/32", "x", ""],
    ...["127.0.0.0/8", "224.0.0.0/4", "0.0.0.0/8", "10.9.0.0/16/16", "010.0.0.0/8", "10.0.0.0/08"],
  ].map((wrong) => typeof wrong === "string" ? { network: wrong } : wrong);
  impossible.push({ tag: 65_536 }, { tag: -1 }, { nextHop: "::1" }, { nextHop: "1.2.3" });
  for (const wrong of impossible) {
    const message: Message = { type: "RESPONSE", routes: [{ ...route, ...wrong }] };
    assertThrows(() => encode(message), RangeError);
  }
  const many = Array.from({ length: MOST_ROUTES + 1 }, () => route);
  assertThrows(() => encode({ type: "RESPONSE", routes: many }), RangeError, "at most 25 routes");
});

Deno.test("rip: many routes are many messages of at most 504 bytes", () => {
  const routes = Array.from({ length: 60 }, (_, i) => ({ network: `10.${i}.0.0/16`, metric: 1 }));
  const messages = responses(routes);
  assertEquals(messages.map(({ length }) => length), [504, 504, 204]);
  const decoded = messages.map(decode) as Extract<Message, { routes: Route[] }>[];
  assertEquals(decoded.flatMap(({ routes }) => routes), routes);
  assertEquals(responses(routes.slice(0, 25)).length, 1);
  assertEquals(responses([]), []);
});

Deno.test("rip: networks, and who is in them", () => {
  assertEquals(networkOf("127.0.0.2", "255.0.0.0"), "127.0.0.0/8");
  assertEquals(networkOf("192.0.2.255", "255.255.255.128"), "192.0.2.128/25");
  assertEquals(networkOf("203.0.113.7", "255.255.255.255"), "203.0.113.7/32");
  for (const address of ["192.0.2.128", "192.0.2.255"]) assert(isWithin(address, "192.0.2.128/25"));
  for (const address of ["192.0.2.127", "192.0.3.128", "::1", "localhost", ""]) {
    assert(!isWithin(address, "192.0.2.128/25"), address);
  }
  assert(isWithin("203.0.113.7", "0.0.0.0/0"));
  assert(isNetwork("0.0.0.0/0") && isNetwork("223.255.255.255/32") && isNetwork("1.0.0.0/8"));
  for (const none of ["0.0.0.0/1", "127.0.0.1/32", "224.0.0.9/32", "10.9.0.1/16", "10.9.0.0"]) {
    assert(!isNetwork(none), none);
  }
});

Deno.test("rip: in few words", () => {
  const shown = {
    "10.9.0.0/16": "10.9/16",
    "10.0.0.0/8": "10/8",
    "10.0.0.0/16": "10.0/16",
    "10.0.0.0/7": "10/7",
    "10.9.128.0/17": "10.9.128/17",
    "192.0.2.0/25": "192.0.2.0/25",
    "10.0.0.0/32": "10.0.0.0/32",
    "0.0.0.0/0": "0/0",
  };
  for (const [network, text] of Object.entries(shown)) assertEquals(short(network), text);
  const networks = ["10.9.0.0/16", "0.0.0.0/0"];
  assertEquals(describe({ type: "REQUEST", networks }), "10.9/16, 0/0?");
  assertEquals(describe({ type: "REQUEST", networks: [] }), "nothing?");
  assertEquals(describe({ type: "RESPONSE", routes: [] }), "no routes");
  const routes = [{ network: "0.0.0.0/0", metric: 16, tag: 65_535 }];
  assertEquals(describe({ type: "RESPONSE", routes }), "0/0: 16 (tag 65535)");
});

Deno.test("rip: messages of nonsense bring no error but its own, and soon", () => {
  survives(fc.sample(message, { numRuns: 1000, seed: 14 }).map(encode), NONSENSE, (data) => {
    const message = tryDecode(data); // throws what is none of its own
    if (!message) return false;
    describe(message);
    // Whatever was understood can be said, and means the same.
    assertEquals(JSON.stringify(tryDecode(encode(message))), JSON.stringify(message));
    return true;
  });
});
