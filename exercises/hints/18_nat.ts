/** Three hints for each exercise: `deno task exercise 18 --hint`, again and again. */
export const HINTS: Record<string, string[]> = {
  letsIn: [
    "Go through the datagrams that went out. When does one of them open the port for this sender?",
    "Three things must be right: the port outside, the destination (it is the sender now), and " +
    "the time. sameAddress of lib/udp.ts compares the host and the port.",
    "If port === arrived.port, sameAddress(to, arrived.from) and arrived.time - time <= timeout, " +
    "return the computer. If no datagram fits, return undefined.",
  ],
  keepAlives: [
    "Look at one gap: from a datagram to the next one. How many keep-alives does it need, and " +
    "when? The last gap ends at `end`.",
    "In a gap, the first keep-alive is due `timeout` after the datagram before. The next one is " +
    "due `timeout` after that. Stop when the rest of the gap is not longer than `timeout`.",
    "For each index i: let last = times[i], and next = times[i + 1] ?? end. While " +
    "next - last > timeout, add timeout to last, and push it.",
  ],
};
