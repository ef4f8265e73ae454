/**
 * Net-SNMP's agent and its programs, at the other end.
 *
 * @module
 */
import { start } from "./peers.ts";
import { freePort, type Program } from "./program.ts";

/** Net-SNMP's agent on this machine, for the community `public`. */
export class Snmpd implements AsyncDisposable {
  private constructor(readonly port: number, readonly program: Program, readonly file: string) {}

  /** Starts it, and waits until it is ready. */
  static async start(): Promise<Snmpd> {
    const port = freePort();
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, "rocommunity public 127.0.0.1\n");
    const args = ["-f", "-Lo", "-C", "-c", file, `udp:127.0.0.1:${port}`];
    const snmpd = new Snmpd(port, start("snmpd", ...args), file);
    await snmpd.program.prints(/NET-SNMP version/);
    return snmpd;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.program[Symbol.asyncDispose]();
    await Deno.remove(this.file);
  }
}

/** What a Net-SNMP program says of such an agent, in v2c if not told otherwise: `snmpget`, `snmpwalk`, … */
export async function ask(
  program: string,
  port: number,
  oids: string[],
  { version = "2c", community = "public", options = [] as string[] } = {},
): Promise<{ code: number; said: string }> {
  const args = [`-v${version}`, "-c", community, ...options, `127.0.0.1:${port}`, ...oids];
  // Without MIBs, of which it would say that they are missing.
  await using running = start("env", "MIBS=", program, ...args);
  const { code, stdout } = await running.end();
  return { code, said: stdout };
}
