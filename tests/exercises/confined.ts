/**
 * The learner's code gets loopback and nothing else: what it tries beyond that is refused, told in a sentence,
 * and nothing leaves the machine. `deno task test:exercises`
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { exercises, shipped } from "../../exercises/runner/shipped.ts";
import { NOT_LINUX, unless } from "../only.ts";
import { Copy, FIRST, testCompiler, Uncompiled, withBody } from "./copy.ts";

/** Counts who connects. Every way out of the machine leads here, for as long as a check runs. */
class Door implements AsyncDisposable {
  knocks = 0;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #waiting = this.#wait();

  /** What makes Deno go by this door, whatever it fetches. */
  get environment(): Record<string, string> {
    const { port } = this.#listener.addr as Deno.NetAddr;
    const proxy = `http://127.0.0.1:${port}/`;
    const proxies = { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy, NO_PROXY: "" };
    return { ...proxies, DENO_NO_UPDATE_CHECK: "1" }; // `deno task` itself would ask for news
  }

  async #wait(): Promise<void> {
    for await (const connection of this.#listener) {
      this.knocks++;
      connection.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#waiting;
  }
}

/**
 * What the check of the first page says if its exercises begin with this code, which throws, each with its own;
 * and the page with this line more.
 */
async function told(
  codes: readonly [string, string],
  line = "",
  made: Copy = new Copy(),
): Promise<[string, string]> {
  await using copy = made;
  await using door = new Door();
  let page = shipped(FIRST).replace("\nimport", `\n${line}\nimport`);
  for (const code of codes) {
    page = page.replace("\n  return todo();", `\n  ${code};\n  return text.length;`);
  }
  copy.write(FIRST.file, page);
  const check = copy.deno(["task", "-q", "exercise", `${FIRST.number}`], door.environment);
  const { code, stdout, stderr } = await check.end();
  assertEquals([code, stderr], [1, ""]);
  assertEquals(door.knocks, 0, stdout);
  for (const flag of ["--allow", "--frozen", "--no-remote", "--cached-only", "lockfile"]) {
    assertEquals(stdout.includes(flag), false, stdout); // advice that nobody can follow here
  }
  const [one, two = ""] = stdout.replaceAll(/\s+/g, " ").split(`${exercises(FIRST)[1]}: `);
  return [one!, two];
}

const REFUSED = [
  ["fetch from elsewhere", 'await fetch("http://udp.example/")', 'net access to "udp.example:80"'],
  ["ask a name server", 'await Deno.resolveDns("udp.example", "A")', "net access to"],
  [
    "send elsewhere",
    'using s = bind();\n  await s.send("x", { hostname: "192.0.2.1", port: 9 })',
    "send to 192.0.2.1:9",
  ],
  [
    "look a name up by sending to it",
    'using s = bind();\n  await s.send("x", { hostname: "secret.udp.example", port: 9 })',
    "send to secret.udp.example:9",
  ],
  ["bind all addresses", 'bind({ hostname: "0.0.0.0" })', "bind 0.0.0.0:0"],
  ["load a library", 'Deno.dlopen("libc.so.6", {})', "ffi access"],
  ["read a file", 'Deno.readTextFileSync("deno.json")', 'read access to "deno.json"'],
  ["write a file", 'Deno.writeTextFileSync("deno.json", "")', 'write access to "deno.json"'],
  ["run a program", 'new Deno.Command("ls").outputSync()', 'run access to "ls"'],
  ["read the environment", 'Deno.env.get("HOME")', 'env access to "HOME"'],
  [
    "import a file while it runs",
    'const name = "./02_receive.ts";\n  await import(name)',
    "02_receive.ts",
  ],
  [
    "grant itself anything",
    'const { state } = await Deno.permissions.request({ name: "env" });\n' +
    "  Deno.env.get(state)",
    'env access to "denied"',
  ],
] as const;

for (let i = 0; i < REFUSED.length; i += 2) {
  const [one, two] = REFUSED.slice(i, i + 2) as unknown as [typeof REFUSED[0], typeof REFUSED[1]];
  Deno.test(`a page may not ${one[0]}, nor ${two[0]}`, async () => {
    const both = await told([one[1], two[1]], "", new Uncompiled());
    for (const [j, [, , refused]] of [one, two].entries()) {
      assertStringIncludes(both[j]!, "It is refused something");
      assertStringIncludes(both[j]!, "Your code may use this machine's own network, 127.0.0.1,");
      assertStringIncludes(both[j]!, refused);
    }
  });
}

for (
  const [what, specifier] of [
    ["an address", "https://udp.example/x.ts"],
    ["an npm package", "npm:left-pad@1.3.0"],
    ["an npm package that nobody has", "npm:@udp-workbook/none"],
    ["a JSR package", "jsr:@std/path@1"],
  ] as const
) {
  const sentence = /It imports from elsewhere: \S+\. Nothing is fetched for an exercise/;
  const quoted = JSON.stringify(specifier);
  Deno.test(`a page may not import ${what}, neither as it is loaded nor while it runs`, async () => {
    const [stdout] = await told(["", ""], `import ${quoted};`);
    assertMatch(stdout, /exercises\/01_send\.ts does not compile/);
    assertMatch(stdout, sentence);
    // Deno sees the first one of these when it compiles, the second one when it comes to it.
    assertMatch((await told([`await import(${quoted})`, ""])).join(), sentence);
    const later = `const name = ${quoted};\n  await import(name)`;
    const [, running] = await told(["", later], "", new Uncompiled());
    assertMatch(running, sentence);
  });
}

Deno.test("what Deno fetches would have been heard", async () => {
  await using copy = new Copy();
  await using door = new Door();
  copy.write(FIRST.file, `import "https://udp.example/x.ts";\n${shipped(FIRST)}`);
  await copy.deno(["check", "--allow-import", FIRST.file], door.environment).end();
  assert(door.knocks > 0);
});

Deno.test({
  ...unless(NOT_LINUX, "no environment of the learner leads a check past the proxy"),
  async fn() {
    await using copy = new Uncompiled();
    copy.write(FIRST.file, withBody(FIRST, "sendToAll", "while (true);"));
    const environment = { NO_PROXY: "*", no_proxy: "*", DENO_NO_UPDATE_CHECK: "1" };
    await using program = copy.deno(["task", "-q", "exercise", `${FIRST.number}`], environment);
    let checks: number[] = [];
    for (let i = 0; i < 500 && checks.length === 0; i++) checks = await copy.checks();
    const cat = new Deno.Command("cat", { args: [`/proc/${checks[0]}/environ`] });
    const variables = new TextDecoder().decode((await cat.output()).stdout).split("\0");
    for (const variable of ["NO_PROXY=", "no_proxy=", "HTTPS_PROXY=http://127.0.0.1:0"]) {
      assert(variables.includes(variable), variable);
    }
    program.signal("SIGTERM");
    await program.end();
  },
});

testCompiler();
