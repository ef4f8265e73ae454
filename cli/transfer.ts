/**
 * The roles of lesson 10: a file from standard input, and one to standard output.
 *
 * @module
 */
import { count, printable } from "../lib/text.ts";
import { HEADER, LIMIT, receiveFile, Receiving, sendFile, unpack } from "../lib/transfer.ts";
import {
  type Address,
  bind,
  formatAddress,
  MAX_BYTES,
  sameAddress,
  type Socket,
} from "../lib/udp.ts";
import type { Role } from "./lesson.ts";
import type { Terminal } from "./terminal.ts";
import { watch } from "./watch.ts";

/** A role that sends standard input. */
export const sendRole: Role = {
  about: "send standard input",
  options: {
    window: {
      value: "PARTS",
      about: "how many parts under way, or auto, or model",
      default: "auto",
    },
    part: { value: "BYTES", about: "how many bytes a part has", default: "1024" },
  },
  async run({ local, remote, options, signal, console, stdin, stdout }) {
    const window = options.numberOr("window", ["auto", "model"], 1, LIMIT);
    const size = options.number("part", 1, MAX_BYTES - HEADER);
    const start = performance.now();
    let bytes = 0;
    async function* parts() {
      for await (const chunk of stdin.readable) {
        bytes += chunk.length;
        yield* cut(chunk, size);
      }
    }
    using socket = bind(local);
    if (stdin.isTerminal()) console.log("Type what to send, and Ctrl-D at the end.");
    const quiet = stdout.isTerminal() ? progress(socket, remote, 5000, console.log) : () => {};
    const sending = sendFile(socket, parts(), remote, { window, signal });
    const { sent, resent, trip } = await sending.finally(quiet);
    console.log(`Sent ${rate(bytes, performance.now() - start)} to ${formatAddress(remote)}.`);
    const again = resent.toLocaleString("en");
    console.log(`It took ${count(sent, "datagram")}. ${again} of them were sent again.`);
    console.log(`The round trip took ${trip.smoothed.toFixed(1)} ms.`);
  },
};

/**
 * Prints every so many milliseconds how many parts have arrived, as the receiver's ACKs say. Call
 * the function that it returns to end this.
 */
export function progress(
  socket: Socket,
  to: Address,
  every: number,
  log: (line: string) => void,
): () => void {
  let [sent, arrived] = [0, 0];
  watch(socket, {
    sending: () => void sent++,
    received({ data, from }) {
      const message = unpack(data);
      if (message?.kind !== "ack" || !sameAddress(from, to)) return;
      arrived = Math.max(arrived, message.number);
    },
  });
  const timer = setInterval(
    () => log(`So far: ${count(sent, "datagram")} sent, ${count(arrived, "part")} arrived.`),
    every,
  );
  return () => clearInterval(timer);
}

/** A role that writes what is sent to it to standard output, and ends after one file. */
export const receiveRole: Role = {
  about: "write one file to standard output",
  listens: true,
  answers: true,
  writes: true,
  async run({ local, signal, console, stdout }) {
    using socket = bind(local);
    const { hostname, port } = socket.address;
    console.error(`Bind UDP on ${port}... (at ${hostname}, Ctrl-C stops)`);
    const receiving = new Receiving();
    const write = output(stdout);
    let start = NaN;
    let took = 0;
    const whole = () => {
      // The transfer ends here. The receiver only stays in case the last ACK was lost.
      if (!Number.isNaN(start)) took = performance.now() - start;
      console.error("All is here. Waiting in case the sender asks again.");
    };
    for await (const part of receiveFile(socket, receiving, { signal, whole })) {
      if (Number.isNaN(start)) start = performance.now();
      await write(part);
    }
    const from = formatAddress(receiving.peer!);
    console.error(`Received ${rate(receiving.bytes, took)} from ${from}.`);
  },
};

/** Cuts bytes into parts of at most this size. */
export function* cut(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/**
 * Returns a function that writes to standard output, and waits while its reader is slow. A terminal
 * would obey control characters in the bytes. So there they are made visible, except line breaks.
 */
function output(stdout: Terminal["stdout"]): (bytes: Uint8Array) => Promise<void> {
  const write = async (bytes: Uint8Array) => {
    try {
      for (let at = 0; at < bytes.length;) at += await stdout.write(bytes.subarray(at));
    } catch (error) {
      throw new Error(`What was received cannot be written: ${(error as Error).message}.`);
    }
  };
  if (!stdout.isTerminal()) return write;
  const decoder = new TextDecoder();
  return (bytes) => {
    const lines = decoder.decode(bytes, { stream: true }).split("\n");
    const text = lines.map((line) => printable(line, line.length)).join("\n");
    return write(new TextEncoder().encode(text));
  };
}

/** `2,048 bytes in 0.5 s (4 kB/s)`. Time in milliseconds. */
function rate(bytes: number, milliseconds: number): string {
  const speed = Math.round(bytes / Math.max(1, milliseconds)).toLocaleString("en");
  return `${count(bytes, "byte")} in ${(milliseconds / 1000).toFixed(1)} s (${speed} kB/s)`;
}
