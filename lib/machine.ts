/**
 * What an SNMP agent can tell about this machine. It needs mib.ts, snmp.ts and snmp_names.ts beside
 * it.
 *
 * @module
 */
import type { Mib } from "./mib.ts";
import { compareOids, octets, type Value } from "./snmp.ts";
import { oidNamed } from "./snmp_names.ts";

/** What an agent counts. */
export interface Counts {
  /** All datagrams. */
  heard: number;
  /** Those with a wrong community. */
  wrong: number;
  /** Those that are not SNMP messages. */
  nonsense: number;
}

/** What an agent knows: its values, and its counts. */
export interface Known {
  /** Its values, sorted by their OIDs. */
  mib: Mib;
  /** What it has counted until now. */
  counts: Counts;
}

/**
 * Returns the values that an agent on this machine can tell. It needs the permission
 * `--allow-sys=hostname,loadavg`.
 */
export function machine(): Known {
  const counts = { heard: 0, wrong: 0, nonsense: 0 };
  const values = { ...ofSystem(), ...ofAgent(counts), ...ofLoad() };
  const mib = Object.entries(values)
    .map(([name, read]) => ({ oid: oidNamed(name), read }))
    .sort((a, b) => compareOids(a.oid, b.oid));
  return { mib, counts };
}

/** Values by their names, each with a function that reads it. */
type Values = Record<string, () => Value>;

/** Returns the values about the system. */
function ofSystem(): Values {
  const start = performance.now();
  const ticks = () => Math.floor((performance.now() - start) / 10) % 2 ** 32;
  const { os, arch } = Deno.build;
  const name = Deno.hostname();
  return {
    "sysDescr.0": () => octets(`${os} ${arch}, Deno ${Deno.version.deno}`),
    "sysObjectID.0": () => ({ type: "OBJECT IDENTIFIER", value: "0.0" }), // we have none
    "sysUpTime.0": () => ({ type: "TimeTicks", value: ticks() }), // since the agent started
    "sysContact.0": () => octets(""),
    "sysName.0": () => octets(name),
    "sysLocation.0": () => octets(""),
    "sysServices.0": () => ({ type: "INTEGER", value: 72 }), // a host: layers 4 and 7
  };
}

/** Returns the values that the agent counts. */
function ofAgent(counts: Known["counts"]): Values {
  const counter = (read: () => number) => (): Value => ({
    type: "Counter32",
    value: read() % 2 ** 32, // after 4,294,967,295 comes 0
  });
  return {
    "snmpInPkts.0": counter(() => counts.heard),
    "snmpInBadCommunityNames.0": counter(() => counts.wrong),
    "snmpInASNParseErrs.0": counter(() => counts.nonsense),
  };
}

/** Returns the load of the last minute, of the last 5 minutes, and of the last 15. */
function ofLoad(): Values {
  if (Deno.build.os === "windows") return {}; // Windows does not count it
  const load = (i: number) => () => octets(Deno.loadavg()[i]!.toFixed(2));
  return { "laLoad.1": load(0), "laLoad.2": load(1), "laLoad.3": load(2) };
}
