import type { Mistake } from "./mistake.ts";

const LATE = "letsIn: at the end of the timeout it is open, and one millisecond later it is not";
const OTHER_PORT = "letsIn: at another port of the router, it is dropped";
const SHARED = "letsIn: several destinations may share a port";

/** What people get wrong in exercise 18. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "everything is dropped",
    from: "sameAddress(to, arrived.from)) return computer;",
    to: "sameAddress(to, arrived.from)) computer;",
    fails: ["letsIn: a reply reaches the computer that has asked"],
  },
  {
    mistake: "the computer is expected to be there",
    from: "return undefined;\n}",
    to: "return sent[0]!.computer;\n}",
    fails: ["letsIn: where nothing went out, nothing gets in"],
  },
  {
    mistake: "only the port of the sender is compared",
    from: "sameAddress(to, arrived.from)",
    to: "to.port === arrived.from.port",
    fails: ["letsIn: another host is dropped"],
  },
  {
    mistake: "only the host of the sender is compared",
    from: "sameAddress(to, arrived.from)",
    to: "to.hostname === arrived.from.hostname",
    fails: ["letsIn: another port of the same host is dropped"],
  },
  {
    mistake: "the address objects are compared",
    from: "sameAddress(to, arrived.from)",
    to: "to === arrived.from",
    fails: ["letsIn: a reply reaches the computer that has asked"],
  },
  {
    mistake: "the port outside is not compared",
    from: " && port === arrived.port",
    to: " && (port || true)",
    fails: [OTHER_PORT, "letsIn: of two computers, the one gets it whose port it is"],
  },
  {
    mistake: "the port is compared with the sender's",
    from: "port === arrived.port",
    to: "port === arrived.from.port",
    fails: ["letsIn: a reply reaches the computer that has asked"],
  },
  {
    mistake: "only the newest destination of a port counts",
    from: "for (const { time, computer, port, to } of sent) {",
    to: "for (const { time, computer, port, to } of sent.filter((one) => one.port === " +
      "arrived.port).slice(-1)) {",
    fails: [SHARED],
  },
  {
    mistake: "it is closed a moment too early",
    from: "arrived.time - time <= timeout",
    to: "arrived.time - time < timeout",
    fails: [LATE],
  },
  {
    mistake: "it never forgets",
    from: "arrived.time - time <= timeout",
    to: "arrived.time - time >= 0 * timeout",
    fails: [LATE, "letsIn: a datagram to somebody else does not keep it open"],
  },
  {
    mistake: "the first datagram counts",
    from:
      "    if (isOpen && port === arrived.port && sameAddress(to, arrived.from)) return computer;",
    to: "    if (port === arrived.port && sameAddress(to, arrived.from)) return isOpen ? " +
      "computer : undefined;",
    fails: ["letsIn: the last datagram counts, and not the first"],
  },
  {
    mistake: "any datagram of the computer keeps all of its ports open",
    from: "const isOpen = arrived.time - time <= timeout;",
    to: "const isOpen = sent.some((one) => one.computer.hostname === computer.hostname && " +
      "arrived.time - one.time <= timeout);",
    fails: ["letsIn: a datagram to somebody else does not keep it open"],
  },
  {
    mistake: "keep-alives are sent whatever else is sent",
    from: "const next = times[i + 1] ?? end;",
    to: "const next = i === 0 ? end : last;",
    fails: [
      "keepAlives: a program that sends often enough needs none",
      "keepAlives: what it sends anyway counts",
    ],
  },
  {
    mistake: "they are sent earlier than they must be",
    from: "last += timeout;",
    to: "last += timeout / 2;",
    fails: ["keepAlives: one after each timeout, as late as possible"],
  },
  {
    mistake: "each gap gets one at most",
    from: "while (next - last > timeout) {",
    to: "if (next - last > timeout) {",
    fails: ["keepAlives: one after each timeout, as late as possible"],
  },
  {
    mistake: "one is sent although the gap is just short enough",
    from: "next - last > timeout",
    to: "next - last >= timeout",
    fails: ["keepAlives: a gap that is as long as the timeout needs none"],
  },
  {
    mistake: "the time after the last datagram is forgotten",
    from: "times[i + 1] ?? end",
    to: "times[i + 1] ?? last",
    fails: ["keepAlives: the port is open at the end, too"],
  },
  {
    mistake: "a first datagram is taken for granted",
    from: "i < times.length; i++) {\n    let last = times[i]!;",
    to: "i < Math.max(1, times.length); i++) {\n    let last = times[i] ?? 0;",
    fails: ["keepAlives: without a first datagram, there is nothing to keep open"],
  },
  {
    mistake: "times that are equal confuse it",
    from: "const next = times[i + 1] ?? end;",
    to: "const next = times[times.indexOf(times[i]!) + 1] ?? end;",
    fails: ["keepAlives: two datagrams at the same time are as good as one"],
  },
];
