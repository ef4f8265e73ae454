import { assert, assertEquals } from "@std/assert";

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

Deno.test("every file with tests is run once, by reading.ts or changing.ts", () => {
  const room = new URL("./", import.meta.url);
  const run = ["reading.ts", "changing.ts"].flatMap((name) => {
    const text = Deno.readTextFileSync(new URL(name, room));
    return [...text.matchAll(/^import "\.\/(.+)";$/gm)].map(([, file]) => file!);
  });
  const files = [...Deno.readDirSync(room)].map(({ name }) => name)
    .filter((name) => name.endsWith("_test.ts"));
  for (const file of files) {
    assert(run.includes(file), `Write in reading.ts or changing.ts: import "./${file}";`);
  }
  assertEquals(run.length, files.length, "A file is run twice, or is not there.");
});
