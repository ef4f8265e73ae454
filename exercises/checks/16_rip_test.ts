import { describe, understood, type Ways } from "../../lib/rip.ts";
import { same, test } from "./teacher.ts";
import { type Choice, nextBest, updateFor } from "../16_rip.ts";

const B = { hostname: "10.0.0.2", port: 520 };
const C = { hostname: "10.0.0.3", port: 520 };

const ways: Ways = new Map([
  ["10.1.0.0/16", { metric: 1, since: 0 }],
  ["10.2.0.0/16", { metric: 2, by: { ...B }, since: 0 }],
  ["10.3.0.0/16", { metric: 4, by: { ...C }, since: 0 }],
]);
const STORY = "The router has 10.1/16 itself (1), 10.2/16 by B (2) and 10.3/16 by C (4).";

/** What the page tells, as people read it: a text for each message. */
function told(to: typeof B, poisoned: boolean, known = ways): string[] {
  return [...updateFor(known, to, poisoned)].map((data) => {
    const message = understood(data);
    return message ? describe(message) : "no RIP message";
  });
}

test("updateFor: whoever told nothing hears everything", () => {
  const to = { hostname: "10.0.0.4", port: 520 };
  const all = ["10.1/16: 1, 10.2/16: 2, 10.3/16: 4"];
  for (const poisoned of [false, true]) {
    same(told(to, poisoned), all, `${STORY} This was told to a third neighbour.`);
  }
});

test("updateFor: a way is not told to whoever told it", () => {
  same(told(B, false), ["10.1/16: 1, 10.3/16: 4"], `${STORY} This was told to B.`);
  same(told(C, false), ["10.1/16: 1, 10.2/16: 2"], `${STORY} This was told to C.`);
});

test("updateFor: poisoned, it is told as 16", () => {
  const story = `${STORY} With poisoned reverse, this was told to`;
  same(told(B, true), ["10.1/16: 1, 10.2/16: 16, 10.3/16: 4"], `${story} B.`);
  same(told(C, true), ["10.1/16: 1, 10.2/16: 2, 10.3/16: 16"], `${story} C.`);
});

test("updateFor: a neighbour is a host and a port", () => {
  const all = ["10.1/16: 1, 10.2/16: 2, 10.3/16: 4"];
  const story = `${STORY} This was told to a neighbour at B's host, port 521.`;
  same(told({ ...B, port: 521 }, false), all, story);
});

test("updateFor: what is lost is told, too", () => {
  const lost: Ways = new Map([["10.3.0.0/16", { metric: 16, by: C, since: 0 }]]);
  const story = "The router knew a way to 10.3/16 by C, and it is lost: 16.";
  same(told(B, false, lost), ["10.3/16: 16"], `${story} This was told to B.`);
});

test("updateFor: nothing to tell is no message", () => {
  same(told(B, false, new Map()), [], "The router knows nothing. This was told to B.");
  const back: Ways = new Map([["10.2.0.0/16", { metric: 2, by: B, since: 0 }]]);
  same(told(B, false, back), [], "The router knows 10.2/16 by B, and nothing else. So it told B:");
});

test("updateFor: 25 routes in a message", () => {
  const many: Ways = new Map(
    Array.from({ length: 60 }, (_, i) => [`10.${i}.0.0/16`, { metric: 1, since: 0 }]),
  );
  const counts = told(B, false, many).map((text) => text.split(", ").length);
  same(counts, [25, 25, 10], "The router has 60 networks. So many are in the messages to B.");
});

/** What the page chooses after these words, at these times: the last choice. */
function chosen(...words: [now: number, by?: string, metric?: number][]): string {
  const choose = nextBest();
  let choice: Choice | undefined;
  for (const [now, by, metric] of words) {
    choice = by === undefined ? choose(now) : choose(now, { by, metric: metric! });
  }
  return choice ? `${choice.metric} by ${choice.by}` : "no way";
}

test("nextBest: one more than the neighbour says", () => {
  same(chosen([0]), "no way", "Nobody has said anything.");
  same(chosen([0, "B", 3]), "4 by B", "B says 3.");
  same(chosen([0, "B", 14]), "15 by B", "B says 14.");
});

test("nextBest: the shortest way wins", () => {
  same(chosen([0, "B", 3], [1, "C", 2]), "3 by C", "B says 3, then C says 2.");
  same(chosen([0, "B", 3], [1, "C", 4]), "4 by B", "B says 3, then C says 4.");
});

test("nextBest: the last word counts, better or worse", () => {
  same(chosen([0, "B", 3], [1, "B", 7]), "8 by B", "B says 3, then 7.");
  same(chosen([0, "B", 7], [1, "B", 3]), "4 by B", "B says 7, then 3.");
});

test("nextBest: the next best is at hand", () => {
  const story = "B says 3, C says 5. Then B says";
  same(chosen([0, "B", 3], [1, "C", 5], [2, "B", 9]), "6 by C", `${story} 9.`);
  same(chosen([0, "B", 3], [1, "C", 5], [2, "B", 16]), "6 by C", `${story} 16: it has no way.`);
  const back = "B says 3, C says 5, B says 16, and then 3 again.";
  same(chosen([0, "B", 3], [1, "C", 5], [2, "B", 16], [3, "B", 3]), "4 by B", back);
});

test("nextBest: 16 from here is no way", () => {
  for (const metric of [15, 16]) {
    same(chosen([0, "B", metric]), "no way", `B says ${metric}.`);
    same(chosen([0, "B", 3], [1, "B", metric]), "no way", `B says 3, then ${metric}.`);
  }
});

test("nextBest: of equal ways, we stay with the one that we go by", () => {
  const story = "B says 5, C says 4 (so we go by C), then B says 4, too.";
  same(chosen([0, "B", 5], [1, "C", 4], [2, "B", 4]), "5 by C", story);
  const again = "B says 4, and C, and B again.";
  same(chosen([0, "B", 4], [1, "C", 4], [2, "B", 4]), "5 by B", again);
});

test("nextBest: of other equal ways, the neighbour who came first", () => {
  const story = "B says 4, C says 4, D says 3 (so we go by D). B says 4 again, then D says 9.";
  const words = [[0, "B", 4], [1, "C", 4], [2, "D", 3], [3, "B", 4]] as [number, string, number][];
  same(chosen(...words, [4, "D", 9]), "5 by B", story);
});

test("nextBest: who is silent for 180,000 ms is forgotten", () => {
  const story = "B says 3 at 0, C says 5 at 100,000.";
  const words = [[0, "B", 3], [100_000, "C", 5]] as [number, string, number][];
  same(chosen(...words, [179_999]), "4 by B", `${story} This is chosen at 179,999.`);
  same(chosen(...words, [180_000]), "6 by C", `${story} This is chosen at 180,000.`);
  same(chosen(...words, [280_000]), "no way", `${story} This is chosen at 280,000.`);
});

test("nextBest: who says it again is not forgotten", () => {
  const story = "B says 3 at 0, and again at 150,000. This is chosen at 300,000.";
  same(chosen([0, "B", 3], [150_000, "B", 3], [300_000]), "4 by B", story);
});

test("nextBest: another metric changes nothing", () => {
  for (const metric of [0, -1, 17, 1.5, NaN, Infinity]) {
    same(chosen([0, "B", 3], [1, "B", metric]), "4 by B", `B says 3, then ${metric}.`);
    same(chosen([0, "C", metric]), "no way", `C says ${metric}.`);
  }
  const story = "B says 3 at 0, and 17 at 150,000. This is chosen at 180,000.";
  same(chosen([0, "B", 3], [150_000, "B", 17], [180_000]), "no way", story);
});

const crowd = (metric: number) =>
  Array.from({ length: 100 }, (_, i) => [0, `N${i}`, metric] as [number, string, number]);

test("nextBest: 100 neighbours, and no more", () => {
  const story = "A hundred neighbours say 9.";
  same(chosen(...crowd(9), [1, "B", 3]), "10 by N0", `${story} Then B says 3: there is no room.`);
  same(chosen(...crowd(9), [1, "N99", 3]), "4 by N99", `${story} Then the last of them says 3.`);
});

test("nextBest: who has no way takes no room", () => {
  const story = "A hundred neighbours say 9, then the first of them says 16, and B says 3.";
  same(chosen(...crowd(9), [1, "N0", 16], [2, "B", 3]), "4 by B", story);
  const silent = "A hundred neighbours say 9 at 0. At 180,000 B says 3.";
  same(chosen(...crowd(9), [180_000, "B", 3]), "4 by B", silent);
});

test("nextBest: each network has a choice of its own", () => {
  const [one, other] = [nextBest(), nextBest()];
  one(0, { by: "B", metric: 3 });
  same(other(1), undefined, "B said 3 about one network. About another one, nobody said anything.");
});
