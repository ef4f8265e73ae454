/**
 * Runs the tests with Windows' Deno, in the room that room.sh makes on this machine.
 * `deno task windows`
 *
 * The room is kept in a folder of the user's cache, or in the one that WINDOWS_ROOM names.
 *
 * @module
 */
import { resolve } from "node:path";
import config from "../../deno.json" with { type: "json" };

const PROJECT = resolve(import.meta.dirname!, "../..");

/** The suite, and what a learner does. */
const TESTS = [
  ...config.test.include,
  ...["lessons", "exercises", "book"].map((name) => `tests/windows/${name}.ts`),
];

const room = roomFolder();
const why = await whyNot();
if (why) {
  console.error(`Nothing was run on Windows: ${why}`);
  Deno.exit(1);
}
await makeRoom();
const { passed, failed, skipped } = await runTests();
console.log(`Windows: ${passed} passed, ${failed} failed, ${skipped} skipped`);
Deno.exit(passed > 0 && failed === 0 ? 0 : 1);

/** Why this machine cannot have the room; nothing, if it can. */
async function whyNot(): Promise<string | undefined> {
  const { os, arch } = Deno.build;
  if (os === "windows") return "this is Windows. Run: deno task test";
  const system = os === "linux" ? await Deno.readTextFile("/etc/os-release").catch(() => "") : "";
  if (!/^ID=debian$/m.test(system)) return "making a room for it takes Debian.";
  if (arch !== "x86_64") return `Windows' programs are for x86_64, and this machine is ${arch}.`;
  if (Deno.uid() !== 0) return "making a room for it takes root.";
  if (`${room}/`.startsWith(`${PROJECT}/`)) return "the room must not be in the project's folder.";
}

function roomFolder(): string {
  // A task runs in the project's folder, wherever its user is.
  const { WINDOWS_ROOM, XDG_CACHE_HOME, HOME, INIT_CWD = "." } = Deno.env.toObject();
  if (WINDOWS_ROOM) return resolve(INIT_CWD, WINDOWS_ROOM);
  return `${XDG_CACHE_HOME || `${HOME}/.cache`}/udp-workbook-windows`;
}

async function makeRoom(): Promise<void> {
  const args = [room, Deno.execPath()];
  const making = new Deno.Command(`${import.meta.dirname}/room.sh`, { args, stdin: "null" })
    .spawn();
  if ((await making.status).success) return;
  console.error("Nothing was run on Windows: its room could not be made.");
  Deno.exit(1);
}

/** Copies the project into the room as it is here, byte for byte, and runs the tests there. */
async function runTests(): Promise<{ passed: number; failed: number; skipped: number }> {
  // Many people's folders have a space in their names, too.
  // Wine needs three times the time: four isolates at once are enough for two cores.
  const inside = `mkdir "/w/a checkout" && cd "/w/a checkout" && tar -x &&
    sed -i s/DENO_JOBS=[0-9]*/DENO_JOBS=4/ deno.json &&
    exec wine64 /w/deno.exe task -q test ${TESTS.join(" ")}`;
  const enter = `git ls-files -z --cached --others --exclude-standard | tar -c --null -T - |
    "$0" "$1" env NO_COLOR=1 'DENO_DIR=Z:\\w\\cache' sh -c "$2" 2>&1`;
  const tests = new Deno.Command("bash", {
    args: ["-c", enter, `${import.meta.dirname}/enter.sh`, room, inside],
    cwd: PROJECT,
    stdin: "null",
    stdout: "piped",
  }).spawn();
  let last = "";
  for await (const bytes of tests.stdout) {
    await Deno.stdout.write(bytes);
    last = (last + new TextDecoder().decode(bytes)).slice(-2000);
  }
  const { success } = await tests.status;
  const count = (what: string) => Number(last.match(new RegExp(`(\\d+) ${what}`))?.[1] ?? 0);
  const failed = count("failed");
  return {
    passed: count("passed"),
    failed: success ? failed : Math.max(1, failed),
    skipped: count("ignored"),
  };
}
