/**
 * The mistakes that people make, in exercises/mistakes/: the check has to see each of them, and each case of
 * each check has to fail on one. All of them are run at once, in one copy of the project.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { inProject, readText } from "../../cli/source.ts";
import type { Mistake } from "../../exercises/mistakes/mistake.ts";
import type { Page } from "../../exercises/runner/pages.ts";
import { cases, Copy, PAGES, solved } from "./copy.ts";

interface Variant extends Mistake {
  page: Page;
  /** What its page is called: `04_echo_mistake12` */
  name: string;
}

const variants: Variant[] = [];
for (const page of PAGES) {
  const { MISTAKES } = await import(`../../exercises/mistakes/${page.name}.ts`);
  for (const [i, mistake] of (MISTAKES as Mistake[]).entries()) {
    variants.push({ ...mistake, page, name: `${page.name}_mistake${i + 1}` });
  }
}

Deno.test("every case has a mistake that fails it, and no mistake is without one", () => {
  const known = new Set(variants.flatMap(({ fails }) => fails));
  assertEquals(PAGES.flatMap(cases).filter((name) => !known.has(name)), []);
  for (const { page, fails, mistake } of variants) {
    assert(fails.length > 0, mistake);
    assertEquals(fails.filter((name) => !cases(page).includes(name)), [], mistake);
  }
});

Deno.test("every mistake is found in the cases that it says", async () => {
  await using copy = new Copy();
  for (const { page, name, mistake, from, to, fails } of variants) {
    const right = solved(page);
    assert(right.includes(from), `${name}, ${mistake}: this is not in the solution: ${from}`);
    // The other cases are left out, for the time that they take.
    const check = readText(inProject(page.check)).replaceAll(
      /^test\("(.*)", /gm,
      (_, one) => fails.includes(one) ? `test("${name} ${one}", ` : "leftOut(",
    );
    const leftOut = "\nfunction leftOut(..._: unknown[]): void {}\n";
    copy.writeMore(page, name, right.replace(from, () => to), check + leftOut);
  }
  const checks = variants.map(checkOf);
  assertEquals(await copy.output(["check", "--quiet", ...checks]), "");

  // On a busy machine, a mistake about time may pass: the datagram that shows it comes late. So
  // those that passed are tried again.
  let left = variants;
  for (let tries = 0; tries < 5 && left.length > 0; tries++) {
    // At first, some share an isolate: to make one takes longer than most cases take. If a mistake
    // ends it with an error, those after it are run alone.
    const failed = await failures(copy, tries === 0 ? together(copy, left) : left.map(checkOf));
    left = left.filter(({ name, fails }) => !fails.every((one) => failed.has(`${name} ${one}`)));
  }
  assertEquals(left.map(({ mistake, fails }) => ({ mistake, fails })), []);
});

/** Writes files with the checks of ten mistakes each. */
function together(copy: Copy, variants: Variant[]): string[] {
  const files: string[] = [];
  for (let start = 0; start < variants.length; start += 10) {
    const some = variants.slice(start, start + 10);
    const file = `exercises/checks/together${files.length}_test.ts`;
    copy.write(file, some.map(({ name }) => `import "./${name}_test.ts";\n`).join(""));
    files.push(file);
  }
  return files;
}

function checkOf({ name }: Variant): string {
  return `exercises/checks/${name}_test.ts`;
}

/** Runs these checks, and returns the names of the cases that failed. */
async function failures(copy: Copy, checks: string[]): Promise<Set<string>> {
  const report = await copy.output([
    "test",
    "--no-check",
    "--no-prompt",
    "--parallel",
    "--sanitize-ops",
    "--sanitize-resources",
    "--allow-net=127.0.0.0/8,239.255.0.0/16",
    "--reporter=junit",
    ...checks,
  ]);
  const failed = report.matchAll(
    /<testcase name="(.*?)"[^>]*>\s*<(?:failure|error)([^]*?)<\/testcase>/g,
  );
  // What another one left open is not the mistake of this one.
  const own = [...failed].filter(([, , why]) => !why!.includes("before the test"));
  return new Set(own.map(([, name]) => name!));
}
