/**
 * The rooms whose tests share an isolate: tests/lib_test.ts runs those of tests/lib/.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inProject, readText } from "../cli/source.ts";
import config from "../deno.json" with { type: "json" };

/** Checks that each file of a room is run once: with the others, or alone, as deno.json says. */
export function inOne(room: string): void {
  const names = [...Deno.readDirSync(inProject(`tests/${room}/`))].map(({ name }) => name);
  const files = names.filter((name) => name.endsWith("_test.ts")).map((name) => `${room}/${name}`);
  const list = readText(inProject(`tests/${room}_test.ts`));
  const together = [...list.matchAll(/^import "\.\/(.+)";$/gm)].map(([, file]) => file!);
  const alone = config.test.include.filter((path) => path.startsWith(`tests/${room}/`));
  const run = [...together, ...alone.map((path) => path.slice("tests/".length))];
  for (const file of files) {
    assert(run.includes(file), `Write in tests/${room}_test.ts: import "./${file}";`);
  }
  assertEquals(run.length, files.length, `A file of tests/${room}/ is run twice, or is missing.`);
}
