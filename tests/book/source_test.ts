import { assertEquals } from "@std/assert";

const read = (path: string) =>
  JSON.parse(Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url)));

Deno.test("the book and its tests take the packages that the workbook takes", () => {
  const { imports } = read("deno.json");
  for (const path of ["book/deno.json", "tests/book/deno.json"]) {
    for (const [name, from] of Object.entries(read(path).imports)) {
      assertEquals(from, imports[name] ?? from, `Write in ${path}: "${name}": "${imports[name]}"`);
    }
  }
});

Deno.test("the book names its address, and nothing else does: it is on this machine alone", () => {
  const { tasks } = read("deno.json");
  assertEquals(tasks.book.command.match(/--allow-net\S*/g), ["--allow-net=127.0.0.1"]);
});
