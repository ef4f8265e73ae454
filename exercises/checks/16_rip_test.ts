import type { Table } from "../../lessons/16_rip.ts";
import { summary } from "../../lib/rip.ts";
import { same, test } from "./teacher.ts";
import { type Choice, nextBest, updateFor } from "../16_rip.ts";

const B = { hostname: "10.0.0.2", port: 520 };
const C = { hostname: "10.0.0.3", port: 520 };

const table: Table = new Map([
  ["10.1.0.0/16", { metric: 1, since: 0 }],
  ["10.2.0.0/16", { metric: 2, neighbour: { ...B }, since: 0 }],
  ["10.3.0.0/16", { metric: 4, neighbour: { ...C }, since: 0 }],
]);
const STORY =
  "The router has its own network 10.1/16 (metric 1), 10.2/16 through B (2), and 10.3/16 through " +
  "C (4).";

/** What the page sends, as people read it: a text for each message. */
function sent(to: typeof B, poisoned: boolean, known = table): string[] {
  return [...updateFor(known, to, poisoned)].map(summary);
}

test("updateFor: sends all routes to a neighbour that none came from", () => {
  const to = { hostname: "10.0.0.4", port: 520 };
  const all = ["10.1/16: 1, 10.2/16: 2, 10.3/16: 4"];
  for (const poisoned of [false, true]) {
    const story = `${STORY} This is the update for a third neighbour, with poisoned = ${poisoned}.`;
    same(sent(to, poisoned), all, story);
  }
});

test("updateFor: leaves out the routes that came from this neighbour", () => {
  const update = `${STORY} With poisoned = false, this is the update for`;
  same(sent(B, false), ["10.1/16: 1, 10.3/16: 4"], `${update} B.`);
  same(sent(C, false), ["10.1/16: 1, 10.2/16: 2"], `${update} C.`);
});

test("updateFor: sends them with metric 16 if poisoned is true", () => {
  const update = `${STORY} With poisoned = true, this is the update for`;
  same(sent(B, true), ["10.1/16: 1, 10.2/16: 16, 10.3/16: 4"], `${update} B.`);
  same(sent(C, true), ["10.1/16: 1, 10.2/16: 2, 10.3/16: 16"], `${update} C.`);
});

test("updateFor: compares host and port", () => {
  const all = ["10.1/16: 1, 10.2/16: 2, 10.3/16: 4"];
  const story = `${STORY} This is the update for a neighbour at B's host, but at port 521.`;
  same(sent({ ...B, port: 521 }, false), all, story);
});

test("updateFor: sends lost routes, too", () => {
  const lost: Table = new Map([["10.3.0.0/16", { metric: 16, neighbour: C, since: 0 }]]);
  const story = "The router had a route to 10.3/16 through C. It is lost: its metric is 16.";
  same(sent(B, false, lost), ["10.3/16: 16"], `${story} This is the update for B.`);
});

test("updateFor: sends the tag of a route", () => {
  const tagged: Table = new Map([["10.3.0.0/16", { metric: 4, neighbour: C, since: 0, tag: 7 }]]);
  const story = "The router has a route to 10.3/16 through C, with the tag 7.";
  same(sent(B, false, tagged), ["10.3/16: 4 (tag 7)"], `${story} This is the update for B.`);
  const back = `${story} With poisoned = true, this is the update for C.`;
  same(sent(C, true, tagged), ["10.3/16: 16 (tag 7)"], back);
});

test("updateFor: returns an empty list if there is no route to send", () => {
  same(sent(B, false, new Map()), [], "The table is empty. This is the update for B.");
  const back: Table = new Map([["10.2.0.0/16", { metric: 2, neighbour: B, since: 0 }]]);
  const story =
    "The only route, to 10.2/16, came from B. With poisoned = false, this is the update for B.";
  same(sent(B, false, back), [], story);
});

test("updateFor: puts at most 25 routes into a message", () => {
  const many: Table = new Map();
  for (let i = 0; i < 60; i++) many.set(`10.${i}.0.0/16`, { metric: 1, since: 0 });
  const counts = sent(B, false, many).map((text) => text.split(", ").length);
  same(
    counts,
    [25, 25, 10],
    "The table has 60 routes. These are the numbers of routes in B's messages.",
  );
});

/** What the page chooses after these calls, at these times: the last choice. */
function chosen(...calls: [now: number, neighbour?: string, metric?: number][]): string {
  const choose = nextBest();
  let choice: Choice | undefined;
  for (const [now, neighbour, metric] of calls) {
    choice = neighbour === undefined ? choose(now) : choose(now, { neighbour, metric: metric! });
  }
  return choice ? `${choice.neighbour}, metric ${choice.metric}` : "no route";
}

test("nextBest: returns one more than the neighbour told", () => {
  same(chosen([0]), "no route", "Nobody told anything.");
  same(chosen([0, "B", 3]), "B, metric 4", "B told 3.");
  same(chosen([0, "B", 14]), "B, metric 15", "B told 14.");
});

test("nextBest: chooses the smallest metric", () => {
  same(chosen([0, "B", 3], [1, "C", 2]), "C, metric 3", "B told 3, then C told 2.");
  same(chosen([0, "B", 3], [1, "C", 4]), "B, metric 4", "B told 3, then C told 4.");
});

test("nextBest: takes what a neighbour told last, better or worse", () => {
  same(chosen([0, "B", 3], [1, "B", 7]), "B, metric 8", "B told 3, then 7.");
  same(chosen([0, "B", 7], [1, "B", 3]), "B, metric 4", "B told 7, then 3.");
});

test("nextBest: uses the next best route at once", () => {
  const story = "B told 3, C told 5. Then B told";
  same(chosen([0, "B", 3], [1, "C", 5], [2, "B", 9]), "C, metric 6", `${story} 9.`);
  const lost = `${story} 16: it has no route.`;
  same(chosen([0, "B", 3], [1, "C", 5], [2, "B", 16]), "C, metric 6", lost);
  const back = "B told 3, C told 5, B told 16, and then 3 again.";
  same(chosen([0, "B", 3], [1, "C", 5], [2, "B", 16], [3, "B", 3]), "B, metric 4", back);
});

test("nextBest: a metric of 16 through a neighbour is no route", () => {
  for (const metric of [15, 16]) {
    same(chosen([0, "B", metric]), "no route", `B told ${metric}.`);
    same(chosen([0, "B", 3], [1, "B", metric]), "no route", `B told 3, then ${metric}.`);
  }
});

test("nextBest: keeps the neighbour that it uses if another is equal", () => {
  const story = "B told 5, C told 4. So C is used. Then B told 4, too.";
  same(chosen([0, "B", 5], [1, "C", 4], [2, "B", 4]), "C, metric 5", story);
  const again = "B told 4, C told 4, and B told 4 again.";
  same(chosen([0, "B", 4], [1, "C", 4], [2, "B", 4]), "B, metric 5", again);
});

test("nextBest: of other equal routes, takes the one remembered longest", () => {
  const story = "B told 4, C told 4, D told 3. So D is used. B told 4 again, and then D told 9.";
  const calls = [[0, "B", 4], [1, "C", 4], [2, "D", 3], [3, "B", 4]] as [number, string, number][];
  same(chosen(...calls, [4, "D", 9]), "B, metric 5", story);
});

test("nextBest: forgets a neighbour that told nothing for 180,000 ms", () => {
  const story = "B told 3 at time 0. C told 5 at 100,000. This is the choice at";
  const calls = [[0, "B", 3], [100_000, "C", 5]] as [number, string, number][];
  same(chosen(...calls, [179_999]), "B, metric 4", `${story} 179,999.`);
  same(chosen(...calls, [180_000]), "C, metric 6", `${story} 180,000.`);
  same(chosen(...calls, [280_000]), "no route", `${story} 280,000.`);
});

test("nextBest: keeps a neighbour that told its route again", () => {
  const story = "B told 3 at time 0, and again at 150,000. This is the choice at 300,000.";
  same(chosen([0, "B", 3], [150_000, "B", 3], [300_000]), "B, metric 4", story);
});

test("nextBest: ignores any other metric", () => {
  for (const metric of [0, -1, 17, 1.5, NaN, Infinity]) {
    same(chosen([0, "B", 3], [1, "B", metric]), "B, metric 4", `B told 3, then ${metric}.`);
    same(chosen([0, "C", metric]), "no route", `C told ${metric}.`);
  }
  const story = "B told 3 at time 0, and 17 at 150,000. This is the choice at 180,000.";
  same(chosen([0, "B", 3], [150_000, "B", 17], [180_000]), "no route", story);
});

function crowd(metric: number): [number, string, number][] {
  return Array.from({ length: 100 }, (_, i) => [0, `N${i}`, metric]);
}

test("nextBest: remembers 100 neighbours", () => {
  const story = "100 neighbours, N0 to N99, told 9. Then";
  const full = `${story} B told 3: there is no room.`;
  same(chosen(...crowd(9), [1, "B", 3]), "N0, metric 10", full);
  same(chosen(...crowd(9), [1, "N99", 3]), "N99, metric 4", `${story} N99 told 3.`);
});

test("nextBest: a neighbour without a route takes no room", () => {
  const story = "100 neighbours, N0 to N99, told 9. Then N0 told 16, and B told 3.";
  same(chosen(...crowd(9), [1, "N0", 16], [2, "B", 3]), "B, metric 4", story);
  const silent = "100 neighbours told 9 at time 0. B told 3 at 180,000.";
  same(chosen(...crowd(9), [180_000, "B", 3]), "B, metric 4", silent);
});

test("nextBest: keeps a memory of its own for each network", () => {
  const [one, other] = [nextBest(), nextBest()];
  one(0, { neighbour: "B", metric: 3 });
  const story = "B told 3 to the function of one network. This is the choice for another network.";
  same(other(1), undefined, story);
});
