import { bind } from "../../lib/udp.ts";
import { freeRange, same, test, throws } from "./teacher.ts";
import { bindInRange, portState } from "../03_bind.ts";

test("bindInRange: binds the first port if it is free, and leaves the socket open", () => {
  const first = freeRange(3);
  const story = `All three ports from ${first} were free.`;
  using socket = bindInRange(first, first + 2);
  same(socket?.address, { hostname: "127.0.0.1", port: first }, story);
  same(isFree(first), false, `${story} Is your socket still open after you return it?`);
});

test("bindInRange: skips ports that are taken", () => {
  const first = freeRange(3);
  using _one = bind({ port: first });
  using _two = bind({ port: first + 1 });
  using socket = bindInRange(first, first + 2);
  const story = `I had ports ${first} and ${first + 1}. The last of the three ports was free.`;
  same(socket?.address.port, first + 2, story);
});

test("bindInRange: returns undefined if all ports are taken", () => {
  const port = freeRange(1);
  using _taken = bind({ port });
  using socket = bindInRange(port, port);
  same(socket?.address.port, undefined, `I had port ${port}, the only one in the range.`);
});

test("bindInRange: lets every other error through", async () => {
  const story =
    "I asked for ports from 70000, but 65535 is the last port: bind throws a RangeError.";
  await throws(() => bindInRange(70_000, 70_001)?.close(), RangeError, story);
  const { AddrNotAvailable } = Deno.errors;
  using _ = failing(new AddrNotAvailable("no such address"));
  const other = "This time bind threw AddrNotAvailable.";
  await throws(() => bindInRange(9000, 9001)?.close(), AddrNotAvailable, other);
});

test("portState: a free port is free, and stays free", () => {
  const address = { hostname: "127.0.0.1", port: freeRange(1) };
  same(portState(address), "free", "Nobody had this port.");
  same(
    portState(address),
    "free",
    "I asked a second time. Is the socket of the first time still open?",
  );
});

test("portState: a taken port is busy", () => {
  using socket = bind();
  same(portState(socket.address), "busy", "I had this port.");
});

test("portState: an address for which Deno has no permission is forbidden", () => {
  // These checks run with a permission for 127.0.0.0/8 and nothing else.
  const story = "Deno has no permission for 192.0.2.1: bind throws NotCapable.";
  same(portState({ hostname: "192.0.2.1", port: 9999 }), "forbidden", story);
});

test("portState: a port that the system keeps is forbidden", () => {
  // Which ports a system keeps differs, so this one keeps them all, for a moment.
  using _ = failing(new Deno.errors.PermissionDenied("Permission denied (os error 13)"));
  const story = "The system keeps this port for itself: bind throws PermissionDenied.";
  same(portState({ hostname: "127.0.0.1", port: 80 }), "forbidden", story);
});

test("portState: lets every other error through", async () => {
  const story = "I asked for port 70000, but 65535 is the last port: bind throws a RangeError.";
  await throws(() => portState({ hostname: "127.0.0.1", port: 70_000 }), RangeError, story);
  const { AddrNotAvailable } = Deno.errors;
  using _ = failing(new AddrNotAvailable("no such address"));
  const other = "This time bind threw AddrNotAvailable.";
  await throws(() => portState({ hostname: "127.0.0.1", port: 9000 }), AddrNotAvailable, other);
});

/** Until the end of the block, every bind fails with this error. */
function failing(error: Error): Disposable {
  const { listenDatagram } = Deno;
  Deno.listenDatagram = () => {
    throw error;
  };
  return {
    [Symbol.dispose]() {
      Deno.listenDatagram = listenDatagram;
    },
  };
}

function isFree(port: number): boolean {
  try {
    bind({ port }).close();
    return true;
  } catch {
    return false;
  }
}
