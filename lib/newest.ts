/**
 * A map that keeps only its newest values, so that nobody can fill the memory.
 *
 * @module
 */

/** How many values a map keeps. Change it to what your memory has room for. */
export const MOST = 200;

/**
 * Puts a value at the end of a map. If the map has more than {@linkcode MOST} values then, removes
 * the first one and returns it. It is the one that was not put there for the longest time.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const guests = new Map<number, string>();
 * for (let number = 1; number <= MOST; number++) remember(guests, number, `guest ${number}`);
 * assertEquals(remember(guests, 1, "guest 1 again"), undefined);
 * assertEquals(remember(guests, 201, "guest 201"), "guest 2");
 * ```
 */
export function remember<Key, Value>(
  map: Map<Key, Value>,
  key: Key,
  value: Value,
): Value | undefined {
  map.delete(key); // a map keeps the order in which its keys were added
  map.set(key, value);
  if (map.size <= MOST) return undefined;

  const [oldest] = map;
  map.delete(oldest![0]);
  return oldest![1];
}
