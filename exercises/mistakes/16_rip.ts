import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 16. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "only our own networks are told",
    from: "if (!by || !sameAddress(by, neighbour)) return { network, metric };",
    to: "if (!by) return { network, metric };",
    fails: ["updateFor: whoever told nothing hears everything"],
  },
  {
    mistake: "addresses are compared as objects",
    from: "!sameAddress(by, neighbour)",
    to: "by !== neighbour",
    fails: ["updateFor: a way is not told to whoever told it"],
  },
  {
    mistake: "there is no split horizon",
    from: "return poisoned ? { network, metric: INFINITY } : [];",
    to: "return { network, metric: poisoned ? INFINITY : metric };",
    fails: ["updateFor: a way is not told to whoever told it"],
  },
  {
    mistake: "poisoned is not looked at",
    from: "return poisoned ? { network, metric: INFINITY } : [];",
    to: "return [];",
    fails: ["updateFor: poisoned, it is told as 16"],
  },
  {
    mistake: "only the hosts are compared",
    from: "!sameAddress(by, neighbour)",
    to: "by.hostname !== neighbour.hostname",
    fails: ["updateFor: a neighbour is a host and a port"],
  },
  {
    mistake: "what is lost is left out",
    from: "if (!by || !sameAddress(by, neighbour)) return { network, metric };",
    to:
      "if (!by || !sameAddress(by, neighbour)) return metric < INFINITY ? { network, metric } : [];",
    fails: ["updateFor: what is lost is told, too"],
  },
  {
    mistake: "an empty message is sent",
    from: "return responses(routes);",
    to: "return routes.length ? responses(routes) : [new Uint8Array([2, 2, 0, 0])];",
    fails: ["updateFor: nothing to tell is no message"],
  },
  {
    mistake: "only the first message is sent",
    from: "return responses(routes);",
    to: "return responses(routes).slice(0, 1);",
    fails: ["updateFor: 25 routes in a message"],
  },
  {
    mistake: "the way to the neighbour is not counted",
    from: "metric: least + 1 }",
    to: "metric: least }",
    fails: ["nextBest: one more than the neighbour says"],
  },
  {
    mistake: "the longest way wins",
    from: "Math.min(",
    to: "Math.max(",
    fails: ["nextBest: the shortest way wins"],
  },
  {
    mistake: "a worse word is not believed",
    from: "else if (words.has(by) || words.size < 100)",
    to: "else if (words.has(by) ? metric <= words.get(by)!.metric : words.size < 100)",
    fails: [
      "nextBest: the last word counts, better or worse",
      "nextBest: the next best is at hand",
    ],
  },
  {
    mistake: "only one way is remembered",
    from: "words.set(by, { metric, at: now });",
    to:
      "if (!current || by === current || metric < (words.get(current)?.metric ?? 16)) { words.clear(); words.set(by, { metric, at: now }); }",
    fails: ["nextBest: the next best is at hand"],
  },
  {
    mistake: "a neighbour's 15 is thought to be near enough",
    from: "if (metric + 1 >= INFINITY)",
    to: "if (metric >= INFINITY)",
    fails: ["nextBest: 16 from here is no way"],
  },
  {
    mistake: "it goes from one equal way to the other",
    from: "if (current === undefined || !best.includes(current)) current = best[0];",
    to: "current = best[0];",
    fails: ["nextBest: of equal ways, we stay with the one that we go by"],
  },
  {
    mistake: "whoever spoke last comes last",
    from: "words.set(by, { metric, at: now });",
    to: "{ words.delete(by); words.set(by, { metric, at: now }); }",
    fails: ["nextBest: of other equal ways, the neighbour who came first"],
  },
  {
    mistake: "of equal ways it takes the newest",
    from: "current = best[0];",
    to: "current = best.at(-1);",
    fails: ["nextBest: of other equal ways, the neighbour who came first"],
  },
  {
    mistake: "nobody is forgotten",
    from: "now - at >= 180_000",
    to: "now - at >= Infinity",
    fails: ["nextBest: who is silent for 180,000 ms is forgotten"],
  },
  {
    mistake: "who is silent is forgotten a moment too late",
    from: "now - at >= 180_000",
    to: "now - at > 180_000",
    fails: ["nextBest: who is silent for 180,000 ms is forgotten"],
  },
  {
    mistake: "the time of the first word is kept",
    from: "words.set(by, { metric, at: now });",
    to: "words.set(by, { metric, at: words.get(by)?.at ?? now });",
    fails: ["nextBest: who says it again is not forgotten"],
  },
  {
    mistake: "any number is a metric",
    from:
      "if (word && Number.isInteger(word.metric) && word.metric >= 1 && word.metric <= INFINITY) {",
    to: "if (word) {",
    fails: ["nextBest: another metric changes nothing"],
  },
  {
    mistake: "a metric above 16 counts as 16",
    from: " && word.metric <= INFINITY",
    to: "",
    fails: ["nextBest: another metric changes nothing"],
  },
  {
    mistake: "everyone is remembered",
    from: "words.has(by) || words.size < 100",
    to: "true",
    fails: ["nextBest: 100 neighbours, and no more"],
  },
  {
    mistake: "when there is no room, nobody is heeded",
    from: "words.has(by) || words.size < 100",
    to: "words.size < 100",
    fails: ["nextBest: 100 neighbours, and no more"],
  },
  {
    mistake: "whoever has no way is kept all the same",
    from: "if (metric + 1 >= INFINITY) words.delete(by);",
    to: "if (metric + 1 >= INFINITY) words.set(by, { metric: Infinity, at: now });",
    fails: ["nextBest: who has no way takes no room"],
  },
  {
    mistake: "all networks share one memory",
    from:
      "export function nextBest(): Choose {\n  const words = new Map<string, { metric: number; at: number }>();",
    to:
      "const words = new Map<string, { metric: number; at: number }>();\nexport function nextBest(): Choose {",
    fails: ["nextBest: each network has a choice of its own"],
  },
];
