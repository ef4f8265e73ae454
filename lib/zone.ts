/**
 * The records of a name server, and how it finds the ones for a question. It needs dns.ts beside
 * it.
 *
 * @module
 */
import type { Found, Message, NameRecord, Question } from "./dns.ts";

/** A zone: a name and the names below it, such as `workbook.test` and `www.workbook.test`. */
export interface Zone {
  /** The zone's own name, in small letters. */
  readonly name: string;
  /**
   * The records of all its names, in small letters. A name with a CNAME record has no other record.
   * The SOA record belongs to the zone's own name. Without one, others may not remember that a name
   * is missing.
   */
  readonly records: readonly NameRecord[];
}

/**
 * Finds the records of a name and type. If the name has a CNAME record, they are that record and
 * the records of the other name.
 *
 * The code is `NXDOMAIN` if the name does not exist, and `REFUSED` if it is not in the zone. If
 * nothing is found, the zone's SOA record says how long others may remember that (RFC 2308).
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
  let wanted = name.toLowerCase(); // capital letters are the same as small ones (RFC 4343)
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
  // The name is not in this zone, or the last alias leads out of it.
  return { code: aliases.length > 0 ? "NOERROR" : "REFUSED", records: aliases };
}

/**
 * Looks up the records for a question. The code is `NOTIMP` for anything but a query about an
 * internet name.
 */
export function lookUp(zone: Zone, { opcode, class: class_, question }: Message): Found {
  const { name, type } = question;
  if (opcode !== 0 || class_ !== "IN" || NOT_RECORDS.includes(type)) {
    return { code: "NOTIMP", records: [] };
  }
  // These ask for the whole zone. This server does not give it away (RFC 5936,
  // 2.2.1).
  if (type === "AXFR" || type === "IXFR") {
    const code = name.toLowerCase() === zone.name ? "REFUSED" : "NOTAUTH";
    return { code, records: [] };
  }
  return find(zone, question);
}

/** Types that no record of a zone has. They occur only in messages, or are out of use. */
const NOT_RECORDS = ["OPT", "TKEY", "TSIG", "MAILA", "MAILB"];

/** Checks whether a name is the zone's own name, or below it. */
function isIn(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/**
 * Checks whether there is such a name. It may have only names below it, and no records (RFC 8020).
 */
function isThere(zone: Zone, name: string): boolean {
  return zone.records.some((record) => isIn(record.name, name));
}

/** Returns the records of a type. For ANY, those of one type are enough (RFC 8482, 4.1). */
function ofType(records: NameRecord[], type: string): NameRecord[] {
  const wanted = type === "ANY" ? records[0]?.type : type;
  return records.filter((record) => record.type === wanted);
}

/**
 * Returns the zone's SOA record. Its last number says for how many seconds others may remember that
 * a name or a record is missing.
 */
function startOfAuthority({ name, records }: Zone): NameRecord[] {
  const soa = records.find((record) => record.type === "SOA" && record.name === name);
  if (!soa) return [];
  const most = Number(soa.data.split(" ").at(-1));
  return [soa.ttl <= most ? soa : { ...soa, ttl: most }];
}

const ttl = 300;
/**
 * The data of the SOA record: the zone's first server, a mail address with a dot in the place of
 * its at sign, a version, and four times in seconds.
 */
const soa = "ns.workbook.test hostmaster.workbook.test 1 7200 1800 1209600 300";
const addresses = Array.from({ length: 40 }, (_, i) => `198.51.100.${i + 1}`);

/**
 * An example zone. Its addresses are reserved for examples, so no machine has them (RFC 5737, RFC
 * 3849).
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
