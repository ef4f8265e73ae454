/**
 * What `deno task exercise 16 --hint` shows, one after the other: from a first push to nearly
 * there.
 */
export const HINTS: Record<string, string[]> = {
  updateFor: [
    "Look at `routesFor` in lesson 16. It asks whether a route came from this link. Here you ask " +
    "whether it came from this neighbour.",
    "Two address objects are never equal with ===. sameAddress() of lib/udp.ts compares host and " +
    "port. One of our own networks has no neighbour.",
    "Collect the routes in a list, as `routesFor` does. responses() of lib/rip.ts makes messages " +
    "of them, each with at most 25 routes. For an empty list it returns an empty list.",
  ],
  nextBest: [
    "Remember two things between the calls: what each neighbour told last and when, in a Map " +
    "with the neighbour's name as the key, and the neighbour that you use.",
    "Each call has three steps: forget silent neighbours, take what was told, choose. If what " +
    "was told is ignored, the neighbour's time must not change either.",
    "A Map keeps its keys in the order in which they were added. set() with a key that is there " +
    "does not move it. To choose, begin with the neighbour that you use, if it is still in the " +
    "Map. Then go through all, and take another one only if its metric is smaller.",
  ],
};
