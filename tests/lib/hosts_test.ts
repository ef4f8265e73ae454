import { assertEquals, assertStringIncludes } from "@std/assert";
import { lookup } from "../../lib/hosts.ts";
import { NO_HOST, Program } from "../program.ts";

Deno.test("lookup: an address is itself, in the one spelling that can be compared", async () => {
  const spellings = {
    "127.0.0.1": "127.0.0.1",
    "[::1]": "::1",
    "0:0:0:0:0:0:0:1": "::1",
    "2001:DB8:0:0::1": "2001:db8::1",
    "::ffff:127.0.0.1": "127.0.0.1",
    "::FFFF:7f00:1": "127.0.0.1",
  };
  for (const [written, address] of Object.entries(spellings)) {
    assertEquals(await lookup(written), address, written);
  }
});

Deno.test("lookup: of a name that has both, the IPv4 address", async () => {
  assertEquals(await lookup("localhost"), "127.0.0.1");
});

/** What a program prints that looks this name up, and has no other permission than this. */
async function told(name: string, ...permissions: string[]): Promise<string> {
  const flags = ["run", "--no-prompt", ...permissions, "--ext=ts", "-"];
  await using program = new Program(Deno.execPath(), flags);
  await program.type(`
    import { lookup } from "./lib/hosts.ts";
    await lookup("${name}").catch(({ name, message }) => console.log(name, message));`);
  return (await program.end()).stdout;
}

Deno.test("lookup: a name without an address is NotFound, with the name", async () => {
  const words = `NotFound No address was found for the host ${NO_HOST}. Check its spelling`;
  assertStringIncludes(await told(NO_HOST, "--allow-net"), words);
});

Deno.test("lookup: a missing permission is NotCapable, with the name", async () => {
  assertEquals(
    await told("localhost"),
    "NotCapable Deno has no permission to look up the name localhost. Give an address, such as 127.0.0.1.\n",
  );
});
