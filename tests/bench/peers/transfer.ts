/**
 * Lesson 10's transfer against the clock: `transfer.ts receive HOST PORT SECONDS`, which ends it, and
 * `transfer.ts send HOST PORT WINDOW PART_BYTES`. Each prints what it counted as JSON.
 *
 * @module
 */
import { receiveFile, sendFile } from "../../../lib/transfer.ts";
import { bind, localFor } from "../../../lib/udp.ts";

const [role, hostname = "", port, last, size] = Deno.args;
const address = { hostname, port: Number(port) };

if (role === "receive") {
  const socket = bind(address);
  console.log("ready");
  let start = NaN;
  let bytes = 0;
  for await (const part of receiveFile(socket)) {
    if (Number.isNaN(start)) start = performance.now();
    bytes += part.length;
    if (performance.now() - start >= Number(last) * 1000) break;
  }
  console.log(JSON.stringify({ bytes, seconds: (performance.now() - start) / 1000 }));
} else {
  const part = new Uint8Array(Number(size));
  const parts = function* () {
    while (true) yield part;
  };
  const window = last === "auto" || last === "model" ? last : Number(last);
  const counted = { sent: 0, resent: 0 };
  const socket = bind({ hostname: localFor(address), port: 0 });
  const send = socket.send;
  const seen = new Set<number>();
  socket.send = (data, to) => {
    const bytes = data as Uint8Array;
    if (bytes[0] === 68) { // a part: its number is its name
      const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(9);
      counted.sent++;
      if (seen.has(number)) counted.resent++;
      seen.add(number);
      if (seen.size > 10_000) seen.delete(seen.values().next().value!);
    }
    return send.call(socket, data, to);
  };
  await sendFile(socket, parts(), address, { window }).catch(() => {}); // the receiver has had enough
  console.log(JSON.stringify(counted));
}
