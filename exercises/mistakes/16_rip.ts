import type { Mistake } from "./mistake.ts";

/** What people get wrong in exercise 16. */
export const MISTAKES: Mistake[] = [
  {
    mistake: "only our own networks are sent",
    from: "    if (!back) routes.push",
    to: "    if (!route.neighbour) routes.push",
    fails: ["updateFor: sends all routes to a neighbour that none came from"],
  },
  {
    mistake: "addresses are compared as objects",
    from: "sameAddress(route.neighbour, neighbour)",
    to: "route.neighbour === neighbour",
    fails: ["updateFor: leaves out the routes that came from this neighbour"],
  },
  {
    mistake: "there is no split horizon",
    from: "    if (!back) routes.push",
    to: "    if (!back || !poisoned) routes.push",
    fails: ["updateFor: leaves out the routes that came from this neighbour"],
  },
  {
    mistake: "poisoned is ignored",
    from: "    if (back && poisoned) routes.push({ network, metric: INFINITY, tag: route.tag });\n",
    to: "",
    fails: ["updateFor: sends them with metric 16 if poisoned is true"],
  },
  {
    mistake: "only the hosts are compared",
    from: "sameAddress(route.neighbour, neighbour)",
    to: "route.neighbour.hostname === neighbour.hostname",
    fails: ["updateFor: compares host and port"],
  },
  {
    mistake: "lost routes are left out",
    from: "    if (!back) routes.push",
    to: "    if (!back && route.metric < INFINITY) routes.push",
    fails: ["updateFor: sends lost routes, too"],
  },
  {
    mistake: "the tag is left out",
    from: ", metric: route.metric, tag: route.tag });",
    to: ", metric: route.metric });",
    fails: ["updateFor: sends the tag of a route"],
  },
  {
    mistake: "an empty message is sent",
    from: "return responses(routes);",
    to: "return routes.length ? responses(routes) : [new Uint8Array([2, 2, 0, 0])];",
    fails: ["updateFor: returns an empty list if there is no route to send"],
  },
  {
    mistake: "only the first message is sent",
    from: "return responses(routes);",
    to: "return responses(routes).slice(0, 1);",
    fails: ["updateFor: puts at most 25 routes into a message"],
  },
  {
    mistake: "the hop to the neighbour is not counted",
    from: "remembered.get(used)!.metric + 1",
    to: "remembered.get(used)!.metric",
    fails: ["nextBest: returns one more than the neighbour told"],
  },
  {
    mistake: "the largest metric is chosen",
    from: "metric < smallest || (",
    to: "!found || metric > smallest || (",
    fails: ["nextBest: chooses the smallest metric"],
  },
  {
    mistake: "a worse metric is ignored",
    from: "if (remembered.has(neighbour) || remembered.size < 100) {",
    to: "if (metric <= (remembered.get(neighbour)?.metric ?? 16) && remembered.size < 100) {",
    fails: [
      "nextBest: takes what a neighbour told last, better or worse",
      "nextBest: uses the next best route at once",
    ],
  },
  {
    mistake: "only one route is remembered",
    from: "    remembered.set(neighbour, { metric, at: now });",
    to: "    const known = [...remembered.values()].map((route) => route.metric);\n" +
      "    if (!remembered.has(neighbour) && metric >= Math.min(...known)) return;\n" +
      "    remembered.clear();\n    remembered.set(neighbour, { metric, at: now });",
    fails: ["nextBest: uses the next best route at once"],
  },
  {
    mistake: "a neighbour's 15 is taken for a route",
    from: "if (metric + 1 >= INFINITY)",
    to: "if (metric >= INFINITY)",
    fails: ["nextBest: a metric of 16 through a neighbour is no route"],
  },
  {
    mistake: "the first of equal routes is taken, not the one in use",
    from: " || (metric === smallest && neighbour === used)",
    to: "",
    fails: ["nextBest: keeps the neighbour that it uses if another is equal"],
  },
  {
    mistake: "a neighbour that tells again becomes the last",
    from: "    remembered.set(neighbour, { metric, at: now });",
    to: "    remembered.delete(neighbour);\n    remembered.set(neighbour, { metric, at: now });",
    fails: ["nextBest: of other equal routes, takes the one remembered longest"],
  },
  {
    mistake: "the last of equal routes is taken",
    from: "for (const [neighbour, { metric }] of remembered) {",
    to: "for (const [neighbour, { metric }] of [...remembered].reverse()) {",
    fails: ["nextBest: of other equal routes, takes the one remembered longest"],
  },
  {
    mistake: "no neighbour is forgotten",
    from: "now - at >= 180_000",
    to: "now - at >= Infinity",
    fails: ["nextBest: forgets a neighbour that told nothing for 180,000 ms"],
  },
  {
    mistake: "a silent neighbour is forgotten 1 ms too late",
    from: "now - at >= 180_000",
    to: "now - at > 180_000",
    fails: ["nextBest: forgets a neighbour that told nothing for 180,000 ms"],
  },
  {
    mistake: "the time of the first call is kept",
    from: "remembered.set(neighbour, { metric, at: now });",
    to: "remembered.set(neighbour, { metric, at: remembered.get(neighbour)?.at ?? now });",
    fails: ["nextBest: keeps a neighbour that told its route again"],
  },
  {
    mistake: "any number is a metric",
    from: "if (!isMetric) return;",
    to: "",
    fails: ["nextBest: ignores any other metric"],
  },
  {
    mistake: "a metric above 16 counts as 16",
    from: " && metric <= INFINITY;",
    to: ";",
    fails: ["nextBest: ignores any other metric"],
  },
  {
    mistake: "all neighbours are remembered",
    from: "remembered.has(neighbour) || remembered.size < 100",
    to: "true",
    fails: ["nextBest: remembers 100 neighbours"],
  },
  {
    mistake: "without room, no neighbour is believed",
    from: "remembered.has(neighbour) || remembered.size < 100",
    to: "remembered.size < 100",
    fails: ["nextBest: remembers 100 neighbours"],
  },
  {
    mistake: "a neighbour without a route is kept",
    from: "    remembered.delete(neighbour);\n    return;",
    to: "    remembered.set(neighbour, { metric: Infinity, at: now });\n    return;",
    fails: ["nextBest: a neighbour without a route takes no room"],
  },
  {
    mistake: "all networks share one memory",
    from: "export function nextBest(): Choose {\n  const remembered: Remembered = new Map();",
    to: "const remembered: Remembered = new Map();\nexport function nextBest(): Choose {",
    fails: ["nextBest: keeps a memory of its own for each network"],
  },
];
