import { assertEquals, assertRejects } from "@std/assert";
import { countTraffic } from "../../cli/traffic.ts";
import { bind } from "../../lib/udp.ts";
import { soon } from "../helpers.ts";

Deno.test("traffic: what was sent and received is counted, what could not be sent is not", async () => {
  using before = bind();
  const { listenDatagram } = Deno;
  try {
    const said = countTraffic();
    assertEquals(said(), "Sent 0 datagrams (0 bytes), received 0 (0 bytes).");
    using one = bind();
    using two = bind();
    await one.send("Hello", two.address);
    assertEquals(said(), "Sent 1 datagram (5 bytes), received 0 (0 bytes).");
    await two.send(new Uint8Array(1000), one.address);
    for (const socket of [one, two]) await socket.receive({ signal: soon() });
    await before.send("not counted", before.address);
    const lost = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
    await assertRejects(() => lost.send(new Uint8Array(70_000), lost.addr), Error);
    lost.close();
    assertEquals(said(), "Sent 2 datagrams (1,005 bytes), received 2 (1,005 bytes).");
  } finally {
    Deno.listenDatagram = listenDatagram;
  }
});
