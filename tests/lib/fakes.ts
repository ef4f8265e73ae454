/**
 * Systems whose answers a test chooses, and a program that has only the permissions that it is given.
 *
 * @module
 */
import { Socket } from "../../lib/udp.ts";
import { Program } from "../program.ts";

/** A socket on such a system. */
export function fakeSocket(system: object): Socket {
  const addr = { transport: "udp", hostname: "127.0.0.1", port: 1 };
  return new Socket({ addr, close() {}, ...system } as unknown as Deno.DatagramConn);
}

/** An error as Deno makes it of one of the system: `deno` is its class, where Deno has one. */
export function systemError(code: string, deno: new (message: string) => Error = Error): Error {
  return Object.assign(new deno("what the system says (os error 1)"), { code });
}

/** Replaces a member of `Deno` until the end of the block. */
export function replaced(name: "listenDatagram", value: unknown): Disposable {
  const before = Deno[name];
  Object.assign(Deno, { [name]: value });
  return { [Symbol.dispose]: () => Object.assign(Deno, { [name]: before }) };
}

/** What a program of its own prints that has these permissions, and no other. */
export async function printed(permission: string, body: string): Promise<string> {
  const flags = ["run", "--no-prompt", "--unstable-net", permission, "--ext=ts", "-"];
  await using program = new Program(Deno.execPath(), flags);
  await program.type(`
    import { bind } from "./lib/udp.ts";
    const told = (error) => console.log(error.name, error.message);
    ${body}
    Deno.exit();`);
  return (await program.end()).stdout;
}
