/**
 * A system that answers as a test wants it to.
 *
 * @module
 */
import { MAX_BYTES, Socket } from "../../lib/udp.ts";
import { Program } from "../program.ts";

/** The most bytes that a datagram carries here: by default, macOS takes 9,216 (net.inet.udp.maxdgram). */
export const MOST: number = Deno.build.os === "darwin" ? 9216 : MAX_BYTES;

/** A socket on a system whose answers the test chooses. */
export function fakeSocket(system: object): Socket {
  const addr = { transport: "udp", hostname: "127.0.0.1", port: 1 };
  return new Socket({ addr, close() {}, ...system } as unknown as Deno.DatagramConn);
}

/** An error as Deno makes it of one of the system's. */
export function systemError(code: string): Error {
  return Object.assign(new Error("what the system says (os error 1)"), { code });
}

/** Replaces a member of `Deno` until the end of the block. */
export function replaced(name: "listenDatagram", value: unknown): Disposable {
  const before = Deno[name];
  Object.assign(Deno, { [name]: value });
  return { [Symbol.dispose]: () => Object.assign(Deno, { [name]: before }) };
}

/** What a program of its own prints that has this permission, and no other. `told` prints an error. */
export async function printed(permission: string, body: string): Promise<string> {
  await using program = new Program(Deno.execPath(), [
    "run",
    "--no-prompt",
    "--unstable-net",
    permission,
    "--ext=ts",
    "-",
  ]);
  await program.type(`
    import { bind } from "./lib/udp.ts";
    const told = (error) => console.log(error.name, error.message, error.code);
    ${body}
    Deno.exit();`);
  return (await program.end()).stdout;
}
