import { bind } from "../../lib/udp.ts";
import { bindInRange, portState } from "../03_bind.ts";
import { freeRange, same, Wrong } from "./teacher.ts";

Deno.test("bindInRange: takes the first port if it is free", () => {
  const first = freeRange(3);
  using socket = bindInRange(first, first + 2);
  same(
    socket?.address,
    { hostname: "127.0.0.1", port: first },
    `All ports from ${first} were free.`,
  );
});

Deno.test("bindInRange: passes over ports that are in use", () => {
  const first = freeRange(3);
  using _one = bind({ port: first });
  using _two = bind({ port: first + 1 });
  using socket = bindInRange(first, first + 2);
  same(
    socket?.address.port,
    first + 2,
    `I had ${first} and ${first + 1}; the last of three was free.`,
  );
});

Deno.test("bindInRange: undefined when all of them are in use", () => {
  const port = freeRange(1);
  using _taken = bind({ port });
  using socket = bindInRange(port, port);
  same(socket?.address.port, undefined, `I had port ${port}, the only one in the range.`);
});

Deno.test("bindInRange: another failure than a port in use is thrown", () => {
  try {
    bindInRange(70_000, 70_001)?.close();
  } catch (error) {
    if (error instanceof RangeError) return;
    throw error;
  }
  throw new Wrong(
    "I asked for ports from 70000 on, which are no ports: bind throws a RangeError, and you hid it.",
  );
});

Deno.test("portState: a port that nobody has is free, and stays so", () => {
  const address = { hostname: "127.0.0.1", port: freeRange(1) };
  same(portState(address), "free", "Nobody had this port.");
  same(portState(address), "free", "I asked a second time. Did the first time keep the port?");
});

Deno.test("portState: a port that somebody has is busy", () => {
  using socket = bind();
  same(portState(socket.address), "busy", "I had this port.");
});

Deno.test("portState: one that the program may not have is forbidden", () => {
  // These checks run with a permission for 127.0.0.0/8 and nothing else.
  const story = "Deno does not let this program use 192.0.2.1.";
  same(portState({ hostname: "192.0.2.1", port: 9999 }), "forbidden", story);
});
