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

// Of a question, these say little: and of this book, that it is about UDP.
const SMALL = wordsOf(
  "a about am an and any are as at be between but by can could difference did do does doing don t for from get gets getting got had happens has have how i if in is isn it its just m make me my need no not nothing of on or really s should so than that the them then there this to udp use using versus vs was we what when where which who why will with work works would you your",
);

// What people call the same, or what one of them leads to.
const ALIKE = [
  "packet packets datagram datagrams message messages",
  "guarantee guarantees guaranteed promise promises",
  "big large size long maximum max limit",
  "lost lose loses loss vanish missing drop drops dropped disappear",
  "order ordered ordering overtake reorder reordered sequence",
  "fast faster speed quick performance slow",
  "encrypt encryption encrypted tls dtls secure security",
  "keepalive alive heartbeat pause silence silent",
  "nat router routers",
  "arrive arrives arriving arrived reach reaches receive received receiving",
  "browser browsers web",
  "reliable reliability acknowledge retransmission",
  "group multicast",
  "forge forged spoof spoofed spoofing trust",
  "corrupt corrupted damaged checksum",
].map((line) => line.split(" "));

/** How much a hit counts: in a title, or in the text below. */
const [TITLE, TEXT] = [3, 1];
/** Fewer of what was asked, by weight, is no answer. */
const LEAST = 0.3;

/** How much more a place counts that has exactly what was asked, in a title or in the text below. */
const EXACT = { title: 6, text: 5 };

interface Read {
  readonly entry: Entry;
  readonly title: ReadonlySet<string>;
  readonly text: ReadonlySet<string>;
}

/**
 * The places with most of the words, or with what is alike: rare words count more than common ones,
 * titles more than texts, questions more than exercises and the code of lib/. The last word may be a
 * beginning; a word that stands nowhere may have a wrong letter.
 */
export function find(entries: readonly Entry[], wanted: string): Found[] {
  const places = readAll(entries);
  const all = [...wordsOf(wanted)];
  const telling = all.filter((word) => !SMALL.has(word));
  const words = (telling.length > 0 ? telling : all).map((word) => {
    const meant = meaning(word);
    const found = places.map((place) => best(place, meant));
    const number = found.filter((points) => points > 0).length;
    return { word, found, rare: number > 0 ? Math.log(1 + places.length / number) : 0, meant };
  });
  const most = words.reduce((sum, { rare }) => sum + rare, 0);
  const phrase = exactly(wanted);
  const hits = new Set(words.flatMap(({ meant }) => [...meant.keys()]));
  return places.map(({ entry, title }, i) => {
    let [points, had] = [0, 0];
    for (const { found, rare } of words) {
      points += rare * found[i]!;
      if (found[i]! > 0) had += rare;
    }
    const share = had / most;
    const named = [...title].filter((word) => !SMALL.has(word) && !/^\d+$/.test(word)).join(" ");
    const own = named === words.map(({ word }) => word).join(" ") ? 2 : 1;
    const exact = exactness(phrase, entry);
    return { entry, score: share < LEAST ? 0 : points * share ** 2 * kind(entry) * own * exact };
  }).filter(({ score }) => score > 0).sort((a, b) => b.score - a.score)
    .map(({ entry }) => ({
      entry,
      get excerpt() { // few of them are looked at
        return excerpt(entry.text, hits);
      },
    }));
}

let known: { entries: readonly Entry[]; places: Read[]; words: Set<string> } | undefined;

function readAll(entries: readonly Entry[]): Read[] {
  if (known?.entries === entries) return known.places;
  const places = entries.map((entry) => ({
    entry,
    title: wordsOf(entry.title),
    text: wordsOf(entry.text),
  }));
  const words = new Set(places.flatMap(({ title, text }) => [...title, ...text]));
  known = { entries, places, words };
  return places;
}

/** The words of a text, in small letters: `receiveWithin` is one, and two. */
function wordsOf(text: string): Set<string> {
  const parts = text.replaceAll(/(\p{Ll})(?=\p{Lu})/gu, "$1 ");
  return new Set(`${text} ${parts}`.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}

function exactness(phrase: RegExp, { title, text }: Entry): number {
  if (phrase.test(title)) return EXACT.title;
  return phrase.test(text) ? EXACT.text : 1;
}

/** Finds exactly these words, one after the other, and whole. */
function exactly(wanted: string): RegExp {
  const words = wanted.trim().replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&").split(/\s+/);
  return new RegExp(`(?<![\\p{L}\\p{N}])${words.join("\\s+")}(?![\\p{L}\\p{N}])`, "iu");
}

/** The words of the book that may be meant by a word, and how surely. */
function meaning(word: string): Map<string, number> {
  const meant = new Map<string, number>();
  const stems = new Set([stem(word)]);
  for (const line of ALIKE) {
    if (line.includes(word)) { for (const one of line) stems.add(stem(one)); }
  }
  for (const one of known!.words) {
    const own = stem(one);
    if (one === word) meant.set(one, 1);
    else if (own === stem(word)) meant.set(one, 0.95);
    else if (stems.has(own)) meant.set(one, 0.7);
    else if (word.length > 1 && one.startsWith(word)) meant.set(one, 0.3);
    else if (word.length > 3 && one.includes(word)) meant.set(one, 0.3);
  }
  if (meant.size > 0 || word.length < 4) return meant;
  for (const one of known!.words) if (isNearly(word, one)) meant.set(one, 0.5);
  return meant;
}

/** Without its ending: `sending` and `sends` are `send`. */
function stem(word: string): string {
  if (word.length < 4 || word === "windows") return word; // that is no window
  return word.replace(/(?<=..)(ings?|ed|es|s|e)$/, "");
}

/** Whether one letter is wrong, missing or too many, or two have changed places. */
function isNearly(one: string, two: string): boolean {
  if (Math.abs(one.length - two.length) > 1) return false;
  let at = 0;
  while (at < one.length && one[at] === two[at]) at++;
  const [left, right] = [one.slice(at), two.slice(at)];
  return left.slice(1) === right.slice(1) || left === right.slice(1) || left.slice(1) === right ||
    left[0] === right[1] && left[1] === right[0] && left.slice(2) === right.slice(2);
}

/** The points of a place for a word. In a long text, a word says less. */
function best({ title, text }: Read, meant: Map<string, number>): number {
  let points = 0;
  for (const [word, sure] of meant) {
    if (title.has(word)) points = Math.max(points, sure * TITLE);
    else if (text.has(word)) points = Math.max(points, sure * TEXT / (1 + text.size / 400));
  }
  return points;
}

function kind({ on, href }: Entry): number {
  if (href.startsWith("docs-questions") || /^docs-[^#]*$/.test(href)) return 2;
  return href.startsWith("lib-") || on.startsWith("Exercise") ? 0.7 : 1;
}

/** So many letters are shown of a text. */
const SHOWN = 160;

/** The part of a text that begins with a hit and has the most of them. */
function excerpt(text: string, hits: ReadonlySet<string>): Found["excerpt"] {
  const isHit = (part: string) => hits.has(part.toLowerCase());
  const found = [...text.matchAll(/[\p{L}\p{N}]+/gu)].filter(([word]) => isHit(word));
  const within = ({ index }: RegExpExecArray) => {
    const near = found.filter((one) => one.index >= index && one.index < index + SHOWN);
    return new Set(near.map(([word]) => word.toLowerCase())).size;
  };
  const counts = found.map(within);
  const begin = found[counts.indexOf(Math.max(...counts))]?.index ?? 0;
  const shown = (begin > 0 ? "…" : "") + text.slice(begin, begin + SHOWN);
  return shown.split(/([\p{L}\p{N}]+)/u).map((part) => ({ text: part, hit: isHit(part) }));
}
