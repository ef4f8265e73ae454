/**
 * What a name server knows, and how it finds it: names with their records. It needs dns.ts beside it.
 *
 * @module
 */
import type { Code, Message, NameRecord, Question } from "./dns.ts";

/** The names at and below one name, such as `workbook.test` and `www.workbook.test`. */
export interface Zone {
  /** The name itself, in small letters. */
  readonly name: string;
  /** The records of all its names, in small letters, too. A name with a CNAME has nothing else. */
  readonly records: readonly NameRecord[];
}

/** What the zone says to a question. */
export interface Found {
  readonly code: Code;
  readonly records: readonly NameRecord[];
}

/**
 * The records of that name and type; where there is another name for it (CNAME), that and its records.
 * `NXDOMAIN` if there is no such name, `REFUSED` if another server has to know it.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 *
 * const here = { name: "workbook.test", type: "A", ttl: 60, data: "192.0.2.7" };
 * const www = { name: "www.workbook.test", type: "CNAME", ttl: 60, data: "workbook.test" };
 * const zone = { name: "workbook.test", records: [here, www] };
 * assertEquals(find(zone, { name: "WWW.Workbook.test", type: "A" }).records, [www, here]);
 * assertEquals(find(zone, { name: "workbook.example", type: "A" }).code, "REFUSED");
 * ```
 */
export function find(zone: Zone, { name, type }: Question, followed = 0): Found {
  const wanted = name.toLowerCase(); // capitals mean nothing in a name (RFC 4343)
  if (wanted !== zone.name && !wanted.endsWith(`.${zone.name}`)) {
    return { code: "REFUSED", records: [] };
  }
  const all = zone.records.filter((record) => record.name === wanted);
  if (all.length === 0) return { code: "NXDOMAIN", records: [] };
  const alias = all.find((record) => record.type === "CNAME");
  if (!alias || type === "CNAME" || followed > 8) { // names that lead in a circle end, too
    return { code: "NOERROR", records: all.filter((record) => record.type === type) };
  }
  const { records } = find(zone, { name: alias.data, type }, followed + 1);
  return { code: "NOERROR", records: [alias, ...records] };
}

/** What the zone says to a message: `NOTIMP` to what is no question about a name of the internet. */
export function reply(zone: Zone, { opcode, class: class_, question }: Message): Found {
  if (opcode !== 0 || class_ !== "IN") return { code: "NOTIMP", records: [] };
  return find(zone, question);
}

const ttl = 300;
const addresses = Array.from({ length: 40 }, (_, i) => `198.51.100.${i + 1}`);

/** A zone to try it with. Its addresses are kept for examples (RFC 5737, RFC 3849): nobody has them. */
export const WORKBOOK: Zone = {
  name: "workbook.test",
  records: [
    { name: "workbook.test", type: "A", ttl, data: "192.0.2.7" },
    { name: "workbook.test", type: "AAAA", ttl, data: "2001:db8::7" },
    { name: "workbook.test", type: "TXT", ttl, data: "Every datagram is on its own." },
    { name: "www.workbook.test", type: "CNAME", ttl, data: "workbook.test" },
    ...addresses.slice(0, 3).map((data) => ({ name: "three.workbook.test", type: "A", ttl, data })),
    ...addresses.map((data) => ({ name: "many.workbook.test", type: "A", ttl, data })),
  ],
};
