/**
 * Finds places by words.
 *
 * @module
 */

/** A place in the book. */
export interface Entry {
  readonly title: string;
  readonly on: string;
  readonly href: string;
  readonly text: string;
}

/** A place that was found, and why. */
export interface Found {
  readonly entry: Entry;
  readonly excerpt: { text: string; hit: boolean }[];
}

// Of a question, these say little.
const SMALL = new Set(
  "a an and are as at be can did do does for from has how i in is it its my of on or the there to was what when where which who why will with you your"
    .split(" "),
);

/** The places that have all the words, or their beginnings: in the title first. */
export function find(entries: readonly Entry[], wanted: string): Found[] {
  const all = wanted.toLowerCase().split(/[\s?!,;"“”]+/).filter((word) => word !== "");
  const telling = all.filter((word) => !SMALL.has(word));
  const words = telling.length > 0 ? telling : all;
  if (words.length === 0) return [];
  return entries.map((entry) => ({ entry, score: score(entry, words) }))
    .filter(({ score }) => score > 0).sort((a, b) => b.score - a.score)
    .map(({ entry }) => ({ entry, excerpt: excerpt(entry.text, words) }));
}

function score({ title, text }: Entry, words: string[]): number {
  const [high, low] = [title.toLowerCase(), text.toLowerCase()];
  let sum = 0;
  for (const word of words) {
    const start = (text: string) =>
      new RegExp(`(^|[^\\p{L}\\p{N}])${escape(word)}`, "u").test(text);
    const points = high === word
      ? 20
      : start(high)
      ? 8
      : high.includes(word)
      ? 5
      : start(low)
      ? 2
      : low.includes(word)
      ? 1
      : 0;
    if (points === 0) return 0;
    sum += points;
  }
  return sum + (title.endsWith("?") ? 1 : 0);
}

function excerpt(text: string, words: string[]): Found["excerpt"] {
  const at = Math.max(0, text.toLowerCase().indexOf(words[0]!));
  const begin = at < 40 ? 0 : text.indexOf(" ", at - 40) + 1;
  const shown = (begin > 0 ? "…" : "") + text.slice(begin, begin + 160);
  const hits = new RegExp(`(${words.map(escape).join("|")})`, "giu");
  return shown.split(hits).map((text, i) => ({ text, hit: i % 2 === 1 }));
}

function escape(word: string): string {
  return word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}
