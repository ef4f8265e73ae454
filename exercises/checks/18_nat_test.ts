import type { Address } from "../../lib/udp.ts";
import { same, test } from "./teacher.ts";
import { keepAlives, letsIn, type Sent } from "../18_nat.ts";

const [ANN, BOB] = [at("192.168.1.2", 5000), at("192.168.1.3", 5000)];
const [SERVER, OTHER] = [at("203.0.113.9", 3478), at("198.51.100.7", 9999)];
const TIMEOUT = 30_000;

function at(hostname: string, port: number): Address {
  return { hostname, port };
}

/** A datagram that went out from a port of the router. */
function out(time: number, computer: Address, port: number, to = SERVER): Sent {
  return { time, computer, port, to };
}

const who = ({ hostname, port }: Address) => `${hostname}:${port}`;

/** Who gets this datagram, after these went out. */
function gets(
  sent: Sent[],
  [time, from, port]: [number, Address, number],
  expected: Address | undefined,
): void {
  const lines = sent.map((datagram) => {
    const way = `${who(datagram.computer)} to ${who(datagram.to)}`;
    return `At ${datagram.time} ms from ${way}, by port ${datagram.port}.`;
  });
  const story = [
    ...lines.length > 0 ? lines : ["Nothing went out."],
    `Then at ${time} ms from ${who(from)} to port ${port}. The timeout is ${TIMEOUT} ms.`,
  ].join("\n");
  const computer = letsIn(structuredClone(sent), { time, from: { ...from }, port }, TIMEOUT);
  same(computer && who(computer), expected && who(expected), story);
}

test("letsIn: a reply reaches the computer that has asked", () => {
  gets([out(0, ANN, 40_001)], [50, SERVER, 40_001], ANN);
});

test("letsIn: where nothing went out, nothing gets in", () => {
  gets([], [0, SERVER, 40_001], undefined);
});

test("letsIn: another host is dropped", () => {
  gets([out(0, ANN, 40_001)], [50, at(OTHER.hostname, SERVER.port), 40_001], undefined);
});

test("letsIn: another port of the same host is dropped", () => {
  gets([out(0, ANN, 40_001)], [50, at(SERVER.hostname, 9), 40_001], undefined);
});

test("letsIn: at another port of the router, it is dropped", () => {
  gets([out(0, ANN, 40_001)], [50, SERVER, 40_002], undefined);
  const both = [out(0, ANN, 40_001), out(10, ANN, 40_002, OTHER)];
  gets(both, [50, SERVER, 40_002], undefined);
  gets(both, [50, OTHER, 40_002], ANN);
});

test("letsIn: of two computers, the one gets it whose port it is", () => {
  const sent = [out(0, ANN, 40_001), out(10, BOB, 40_002), out(20, ANN, 40_001)];
  gets(sent, [50, SERVER, 40_001], ANN);
  gets(sent, [50, SERVER, 40_002], BOB);
});

test("letsIn: several destinations may share a port", () => {
  const sent = [out(0, ANN, 40_001), out(10, ANN, 40_001, OTHER)];
  gets(sent, [50, SERVER, 40_001], ANN);
  gets(sent, [50, OTHER, 40_001], ANN);
});

test("letsIn: at the end of the timeout it is open, and one millisecond later it is not", () => {
  gets([out(1000, ANN, 40_001)], [1000 + TIMEOUT, SERVER, 40_001], ANN);
  gets([out(1000, ANN, 40_001)], [1000 + TIMEOUT + 1, SERVER, 40_001], undefined);
});

test("letsIn: the last datagram counts, and not the first", () => {
  const sent = [out(0, ANN, 40_001), out(20_000, ANN, 40_001)];
  gets(sent, [45_000, SERVER, 40_001], ANN);
});

test("letsIn: a datagram to somebody else does not keep it open", () => {
  const sent = [out(0, ANN, 40_001), out(20_000, ANN, 40_001, OTHER)];
  gets(sent, [45_000, SERVER, 40_001], undefined);
});

/** Which keep-alives are to be sent. */
function extra(times: number[], end: number, timeout: number, expected: number[]): void {
  const story = `The program sends at ${times.length > 0 ? times.join(", ") : "no time"}. ` +
    `The end is ${end}, and the timeout is ${timeout}.`;
  same(keepAlives([...times], end, timeout), expected, story);
}

test("keepAlives: a program that sends often enough needs none", () => {
  extra([0, 20, 40, 60], 80, 30, []);
});

test("keepAlives: one after each timeout, as late as possible", () => {
  extra([0], 100, 30, [30, 60, 90]);
  extra([7], 60, 25, [32, 57]);
});

test("keepAlives: what it sends anyway counts", () => {
  extra([0, 50, 60], 70, 30, [30]);
  extra([0, 45], 110, 30, [30, 75, 105]);
});

test("keepAlives: a gap that is as long as the timeout needs none", () => {
  extra([0, 30], 60, 30, []);
  extra([0, 60], 90, 30, [30]);
});

test("keepAlives: the port is open at the end, too", () => {
  extra([0, 10], 41, 30, [40]);
  extra([0, 10], 40, 30, []);
});

test("keepAlives: without a first datagram, there is nothing to keep open", () => {
  extra([], 100, 30, []);
});

test("keepAlives: two datagrams at the same time are as good as one", () => {
  extra([0, 0, 50, 50], 50, 30, [30]);
});
