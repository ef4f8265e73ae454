/**
 * Net-SNMP's agent and its programs, at the other end.
 *
 * @module
 */
import { start } from "./peers.ts";
import { freePort, type Program } from "./program.ts";

/**
 * A folder for what a Net-SNMP program keeps between its runs. Its default is one for the whole
 * machine. There the first run on a new machine reports what it creates, in the middle of what a
 * test reads.
 */
class Kept implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async make(): Promise<Kept> {
    const kept = new Kept(await Deno.makeTempDir());
    await Deno.mkdir(`${kept.path}/cert_indexes`);
    return kept;
  }

  /** Starts a Net-SNMP program, without MIBs: it would report those that are missing. */
  start(program: string, ...args: string[]): Program {
    return start("env", "MIBS=", `SNMP_PERSISTENT_DIR=${this.path}`, program, ...args);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Net-SNMP's agent on this machine, for the community `public`. */
export class Snmpd implements AsyncDisposable {
  private constructor(readonly port: number, readonly program: Program, readonly kept: Kept) {}

  /** Starts it, and waits until it is ready. */
  static async start(): Promise<Snmpd> {
    const port = freePort();
    const kept = await Kept.make();
    const file = `${kept.path}/config`;
    await Deno.writeTextFile(file, "rocommunity public 127.0.0.1\n");
    const program = kept.start("snmpd", "-f", "-Lo", "-C", "-c", file, `udp:127.0.0.1:${port}`);
    const snmpd = new Snmpd(port, program, kept);
    await program.prints(/NET-SNMP version/);
    return snmpd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
    await this.kept[Symbol.asyncDispose]();
  }
}

/** What a Net-SNMP program says of such an agent, in v2c if not told otherwise: `snmpget`, `snmpwalk`, … */
export async function ask(
  program: string,
  port: number,
  oids: string[],
  { version = "2c", community = "public", options = [] as string[] } = {},
): Promise<{ code: number; said: string }> {
  const patiently = ["-t", "10"]; // the options may say another time
  const args = [`-v${version}`, "-c", community, ...patiently, ...options];
  args.push(`127.0.0.1:${port}`, ...oids);
  await using kept = await Kept.make();
  await using running = kept.start(program, ...args);
  const { code, stdout } = await running.end();
  return { code, said: stdout };
}
