/**
 * Writes the book as files, for any web host and for a folder on a disk.
 *
 * @module
 */
import type { Project } from "./project.ts";
import { Recordings } from "./server/recordings.ts";
import { Site } from "./site.tsx";

// Most lessons wait more than they work.
const AT_A_TIME = 8;

/** Stands in a folder with a book that was written here: another one may take its place. */
const MARK = ".udp-workbook";

/** Makes the folder, if it is not there. Throws where something else is in it, or writing is refused. */
async function prepare(folder: string): Promise<void> {
  for (const name of ["read", "write"] as const) {
    const { state } = await Deno.permissions.request({ name, path: folder }); // asks outside of the project
    if (state === "granted") continue;
    throw new Error(
      `The book may not ${name} in ${folder}, which is outside of this project. ` +
        "In a terminal, Deno asks you. Or write it here, and move it: deno task book --build site",
    );
  }
  await Deno.mkdir(folder, { recursive: true });
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
  if (names.length > 0 && !names.includes(MARK)) {
    throw new Error(
      `${folder} is not empty, and no book was written there before. ` +
        "Nothing has been changed. Choose another folder, or empty this one.",
    );
  }
  await Deno.writeTextFile(`${folder}/${MARK}`, "Written by: deno task book --build\n");
}

/** Writes all files of the book into a folder. */
export async function build(project: Project, folder: string): Promise<void> {
  const start = performance.now();
  await prepare(folder);
  const recordings = new Recordings(project);
  await recordings.recordAll(AT_A_TIME);
  const missing = project.lessons().filter((lesson) => !recordings.get(lesson)).map(({ number }) =>
    number
  );
  if (missing.length > 0) {
    throw new Error(
      `Lesson ${missing.join(" and ")} could not be recorded. Run it: deno task lesson${
        missing[0]
      }`,
    );
  }
  const site = new Site(project, {
    live: false,
    recording: (lesson) => recordings.get(lesson),
    recorded: () => recordings.version,
  });
  const files = site.files();
  for (const [name, make] of files) {
    const { body } = await make();
    const path = `${folder.replace(/[/\\]+$/, "")}/${name}`;
    if (typeof body === "string") await Deno.writeTextFile(path, body);
    else await Deno.writeFile(path, body);
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`Wrote ${files.size} files to ${folder} in ${seconds} s. Open ${folder}/index.html`);
}
