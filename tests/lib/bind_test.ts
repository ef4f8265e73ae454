import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { bind } from "../../lib/udp.ts";
import { eventually, freePort } from "../program.ts";
import { replaced } from "./system.ts";

Deno.test("bind: 127.0.0.1 and a port that the system picks, unless told otherwise", () => {
  using socket = bind();
  assertEquals(socket.address.hostname, "127.0.0.1");
  assert(socket.address.port >= 1024);
});

Deno.test("bind: the port that was asked for", async () => {
  await eventually(() => {
    const port = freePort();
    using socket = bind({ hostname: "0.0.0.0", port });
    assertEquals(socket.address, { hostname: "0.0.0.0", port });
  });
});

Deno.test("bind: a port that is no port is a RangeError that names it and the limit", () => {
  for (const port of [-1, 65_536, 70_000, 1.5, NaN, Infinity]) {
    const error = assertThrows(() => bind({ port }), RangeError, String(port));
    assertStringIncludes(error.message, "from 0 to 65535");
  }
});

Deno.test("bind: 65535 is a port, the last one", () => {
  const given: unknown[] = [];
  const { listenDatagram } = Deno;
  using _ = replaced("listenDatagram", (options: Deno.UdpListenOptions & { transport: "udp" }) => {
    given.push(options.port);
    return listenDatagram({ ...options, port: 0 }); // another program may have 65535
  });
  for (const port of [65_535, 1, 0]) bind({ port }).close();
  assertEquals(given, [65_535, 1, 0]);
});

Deno.test("bind: no hostname is 127.0.0.1, however it is missing", () => {
  for (const json of ["{}", '{ "hostname": null }']) {
    using socket = bind(JSON.parse(json));
    assertEquals(socket.address.hostname, "127.0.0.1");
  }
});

Deno.test("bind: reuseAddress lets sockets share a port", () => {
  using one = bind({ reuseAddress: true });
  using two = bind({ ...one.address, reuseAddress: true });
  assertEquals(one.address, two.address);
});

Deno.test("bind: without the unstable API it says what to add", () => {
  using _ = replaced("listenDatagram", undefined);
  assertThrows(() => bind(), Deno.errors.NotSupported, '"unstable": ["net"]');
});

Deno.test("bind: a host that is no string is a TypeError that says so", () => {
  for (const hostname of [5, "", {}, ["127.0.0.1"]] as string[]) {
    assertThrows(() => bind({ hostname }), TypeError, "is not a host");
  }
});
