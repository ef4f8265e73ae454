import type { Address } from "../../lib/udp.ts";
import { same, test } from "./teacher.ts";
import { amplification, type Cookies, cookies, type Seen } from "../19_proof.ts";

/** Datagrams of a protocol: `got(64)` or `sent(512, 512)`. */
const datagrams = (protocol: string) => ({
  got: (...sizes: number[]): Seen[] => sizes.map((bytes) => ({ protocol, way: "got", bytes })),
  sent: (...sizes: number[]): Seen[] => sizes.map((bytes) => ({ protocol, way: "sent", bytes })),
});
const [DNS, NTP, TFTP] = [datagrams("DNS"), datagrams("NTP"), datagrams("TFTP")];

/** The factor of each protocol, in an order of its own. */
function factors(seen: Seen[], expected: Record<string, number>): void {
  const lines = seen.map(({ protocol, way, bytes }) => `${protocol}: ${way} ${bytes} bytes`);
  const got = amplification(structuredClone(seen));
  const sorted = Object.entries(got ?? {}).sort(([a], [b]) => a < b ? -1 : 1);
  same(Object.fromEntries(sorted), expected, lines.join("\n") || "The server saw nothing.");
}

test("amplification: the bytes that were sent, divided by those that it got", () => {
  factors([...DNS.got(72), ...DNS.sent(972)], { DNS: 10 });
});

test("amplification: headers count", () => {
  factors([...DNS.got(2), ...DNS.sent(62)], { DNS: 3 });
});

test("amplification: it is rounded to one digit after the point", () => {
  factors([...DNS.got(72), ...DNS.sent(99)], { DNS: 1.3 });
  factors([...DNS.got(72), ...DNS.sent(93)], { DNS: 1.2 });
});

test("amplification: a question may have several answers, and several questions count, too", () => {
  factors([...NTP.got(72), ...NTP.sent(472, 472, 472, 472)], { NTP: 20 });
  factors([...NTP.got(72), ...NTP.sent(472), ...NTP.got(72), ...NTP.sent(472)], { NTP: 5 });
});

test("amplification: three protocols at a time", () => {
  const seen = [
    ...[...DNS.got(72), ...TFTP.got(22), ...NTP.got(12)],
    ...[...NTP.sent(492, 492, 232), ...DNS.sent(372), ...TFTP.sent(516, 516, 516, 516, 516)],
  ];
  factors(seen, { DNS: 4, NTP: 32.5, TFTP: 54.4 });
});

test("amplification: what gets no answer is 0, and what got no question is left out", () => {
  factors([...DNS.got(72)], { DNS: 0 });
  factors([...DNS.got(72), ...DNS.sent(172), ...NTP.sent(72)], { DNS: 2 });
  factors([], {});
});

const ANN = { hostname: "192.0.2.7", port: 50_001 };
const START = 1_796_000_000_000;

/** A checksum that is good enough for a check: it is another one for each text and each secret. */
function macOf(secret: string): (text: string) => string {
  return (text) => {
    let [a, b] = [0xdeadbeef, 0x41c6ce57];
    for (const character of `${secret}/${text}/${secret}`) {
      a = Math.imul(a ^ character.codePointAt(0)!, 2_654_435_761);
      b = Math.imul(b ^ character.codePointAt(0)!, 1_597_334_677);
    }
    return [a ^ (a >>> 15), b ^ (b >>> 13)].map((part) => (part >>> 0).toString(16)).join("");
  };
}

/** Cookies with a clock that the case sets. */
function jar(secret = "secret"): { made: Cookies; clock: { now: number } } {
  const clock = { now: START };
  return { made: cookies(macOf(secret), () => clock.now), clock };
}

const who = ({ hostname, port }: Address) => `${hostname}:${port}`;

/** Whether it accepts this cookie. */
function accepted(made: Cookies, cookie: string, expected: boolean, story: string, client = ANN) {
  const shown = cookie.length > 60 ? `${cookie.slice(0, 60)}…` : cookie;
  const asked = `Then ${who(client)} sent the cookie ${JSON.stringify(shown)}. Is it accepted?`;
  same(made.accepts({ ...client }, cookie), expected, `${story}\n${asked}`);
}

const TEN = `I asked for a cookie for ${who(ANN)}, valid for 10,000 ms.`;

test("cookies: a cookie is its end, a point and a checksum", () => {
  const { made } = jar();
  const [end, checksum, ...more] = made.make(ANN, 10_000).split(".");
  same([Number(end), more.length], [START + 10_000, 0], `${TEN} This is its end:`);
  same((checksum ?? "").length > 5, true, `${TEN} It has a checksum:`);
});

test("cookies: it is accepted, and when it comes again, too", () => {
  const { made } = jar();
  const cookie = made.make(ANN, 10_000);
  for (let time = 0; time < 3; time++) accepted(made, cookie, true, TEN);
});

test("cookies: at its end it is valid, and a millisecond later it is not", () => {
  const { made, clock } = jar();
  const cookie = made.make(ANN, 10_000);
  clock.now += 10_000;
  accepted(made, cookie, true, `${TEN} 10,000 ms have passed.`);
  clock.now += 1;
  accepted(made, cookie, false, `${TEN} 10,001 ms have passed.`);
});

test("cookies: each cookie has a life of its own", () => {
  const { made, clock } = jar();
  const [short, long] = [made.make(ANN, 1000), made.make(ANN, 600_000)];
  const story = `I asked for a cookie of 1,000 ms and one of 600,000 ms for ${who(ANN)}.`;
  clock.now += 5000;
  accepted(made, short, false, `${story} 5,000 ms have passed. It is the short one.`);
  accepted(made, long, true, `${story} 5,000 ms have passed. It is the long one.`);
});

test("cookies: it is not valid for another host or another port", () => {
  const { made } = jar();
  const cookie = made.make(ANN, 10_000);
  accepted(made, cookie, false, TEN, { ...ANN, hostname: "192.0.2.8" });
  accepted(made, cookie, false, TEN, { ...ANN, port: 50_002 });
});

test("cookies: with a later end it is not valid", () => {
  const { made, clock } = jar();
  const cookie = made.make(ANN, 10_000);
  const later = cookie.replace(/^\d+/, `${START + 999_999}`);
  clock.now += 20_000;
  accepted(made, later, false, `${TEN} 20,000 ms have passed. The client has changed the end.`);
});

test("cookies: the end of the time and the beginning of the host are not mixed up", () => {
  const { made, clock } = jar();
  const [attacker, victim] = [{ hostname: "11.2.3.4", port: 9 }, { hostname: "1.2.3.4", port: 9 }];
  const cookie = made.make(attacker, 10_000);
  clock.now += 20_000;
  const story = `I made a cookie for ${who(attacker)}. 20,000 ms have passed. ` +
    "The attacker has moved a 1 from the host to the end.";
  accepted(made, cookie.replace(/^\d+/, "$&1"), false, story, victim);
});

test("cookies: with another secret it is not valid", () => {
  accepted(
    jar("another secret").made,
    jar().made.make(ANN, 10_000),
    false,
    `${TEN} Another server got it.`,
  );
});

test("cookies: another server with the same secret accepts it", () => {
  accepted(jar().made, jar().made.make(ANN, 10_000), true, `${TEN} Another server got it.`);
});

test("cookies: any other text is refused, and nothing is thrown", () => {
  const { made } = jar();
  const checksum = made.make(ANN, 10_000).split(".")[1]!;
  const ends = ["", "NaN", "Infinity", "-1", "soon", `${START + 10_000}`];
  for (const end of ends) accepted(made, `${end}.`, false, "This is not a cookie.");
  for (const text of ["", ".", "..", checksum, `.${checksum}`, `Infinity.${checksum}`]) {
    accepted(made, text, false, "This is not a cookie.");
  }
  // A time that is no number is never over: so its checksum must not be right, either.
  const endless = cookies(macOf("secret"), () => NaN).make(ANN, 10_000);
  accepted(made, endless, false, "The clock was broken when I asked for this one.");
});
