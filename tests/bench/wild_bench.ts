/**
 * Part III beside the programs that people use: `deno task bench:wild`. Each file in tests/bench/wild/ is a
 * section: it exports `title`, and `measure`, which returns what to print, a line each.
 *
 * @module
 */
const folder = new URL("wild/", import.meta.url);
const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
const wanted = Deno.args.length > 0 ? files.filter((file) => Deno.args.includes(file)) : files;

for (const file of wanted) {
  const { title, measure } = await import(new URL(file, folder).href);
  console.log(`\n${title}`);
  for (const line of await measure()) console.log(`  ${line}`);
}
