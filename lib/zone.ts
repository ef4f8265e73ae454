/**
 * What a name server knows, and how it finds it: names with their records. It needs dns.ts beside
 * it.
 *
 * @module
 */
import type { Found, Message, NameRecord, Question } from "./dns.ts";

/** The names at and below one name, such as `workbook.test` and `www.workbook.test`. */
export interface Zone {
  /** The name itself, in small letters. */
  readonly name: string;
  /**
   * The records of all its names, in small letters, too. A name with a CNAME has nothing else. The
   * SOA record belongs to the zone's own name. Without one, nobody may remember that a name is
   * missing.
   */
  readonly records: readonly NameRecord[];
}

/**
 * The records of that name and type; where there is another name for it (CNAME), that and its
 * records. `NXDOMAIN` if there is no such name, `REFUSED` if another server has to know it. If
 * there is nothing, the zone's SOA says for how long others may remember that (RFC 2308).
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
export function find(zone: Zone, { name, type }: Question): Found {
  const aliases: NameRecord[] = [];
  let wanted = name.toLowerCase(); // capitals mean nothing in a name (RFC 4343)
  while (isIn(wanted, zone.name)) {
    const all = zone.records.filter((record) => record.name === wanted);
    const alias = all.find((record) => record.type === "CNAME");
    if (!alias || type === "CNAME" || type === "ANY") {
      const records = [...aliases, ...ofType(all, type)];
      if (records.length > aliases.length) return { code: "NOERROR", records };
      const code = isThere(zone, wanted) ? "NOERROR" : "NXDOMAIN";
      return { code, records, authority: startOfAuthority(zone) };
    }
    if (aliases.includes(alias)) break; // the names lead in a circle
    aliases.push(alias);
    wanted = alias.data.toLowerCase();
  }
  // Another server has to know the name, or what the last alias leads to.
  return { code: aliases.length > 0 ? "NOERROR" : "REFUSED", records: aliases };
}

/**
 * What the zone says to a message: `NOTIMP` to anything but a query about a name of the internet.
 */
export function reply(zone: Zone, { opcode, class: class_, question }: Message): Found {
  const { name, type } = question;
  if (opcode !== 0 || class_ !== "IN" || NOT_RECORDS.includes(type)) {
    return { code: "NOTIMP", records: [] };
  }
  // These ask for the whole zone, which nobody gets here (RFC 5936, 2.2.1).
  if (type === "AXFR" || type === "IXFR") {
    const code = name.toLowerCase() === zone.name ? "REFUSED" : "NOTAUTH";
    return { code, records: [] };
  }
  return find(zone, question);
}

/** Types that no record of a zone has: they stand in messages only, or are out of use. */
const NOT_RECORDS = ["OPT", "TKEY", "TSIG", "MAILA", "MAILB"];

/** Whether the name is that one, or below it. */
function isIn(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** Whether there is such a name. It may have no records, only names below it (RFC 8020). */
function isThere(zone: Zone, name: string): boolean {
  return zone.records.some((record) => isIn(record.name, name));
}

/** The records of a type. Of ANY those of one type, which are enough (RFC 8482, 4.1). */
function ofType(records: NameRecord[], type: string): NameRecord[] {
  const wanted = type === "ANY" ? records[0]?.type : type;
  return records.filter((record) => record.type === wanted);
}

/**
 * The zone's SOA record. Its last number says how many seconds others may remember what is missing.
 */
function startOfAuthority({ name, records }: Zone): NameRecord[] {
  const soa = records.find((record) => record.type === "SOA" && record.name === name);
  if (!soa) return [];
  const most = Number(soa.data.split(" ").at(-1));
  return [soa.ttl <= most ? soa : { ...soa, ttl: most }];
}

const ttl = 300;
/**
 * The zone's first server, a mail address with a dot for its @, a version, and times in seconds.
 */
const soa = "ns.workbook.test hostmaster.workbook.test 1 7200 1800 1209600 300";
const addresses = Array.from({ length: 40 }, (_, i) => `198.51.100.${i + 1}`);

/**
 * A zone to try it with. Its addresses are kept for examples (RFC 5737, RFC 3849): nobody has them.
 */
export const WORKBOOK: Zone = {
  name: "workbook.test",
  records: [
    { name: "workbook.test", type: "A", ttl, data: "192.0.2.7" },
    { name: "workbook.test", type: "AAAA", ttl, data: "2001:db8::7" },
    { name: "workbook.test", type: "TXT", ttl, data: "Every datagram is on its own." },
    { name: "workbook.test", type: "NS", ttl, data: "ns.workbook.test" },
    { name: "workbook.test", type: "SOA", ttl, data: soa },
    { name: "ns.workbook.test", type: "A", ttl, data: "192.0.2.53" },
    { name: "www.workbook.test", type: "CNAME", ttl, data: "workbook.test" },
    ...addresses.slice(0, 3).map((data) => ({ name: "three.workbook.test", type: "A", ttl, data })),
    ...addresses.map((data) => ({ name: "many.workbook.test", type: "A", ttl, data })),
  ],
};
