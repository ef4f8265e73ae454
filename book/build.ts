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

/** Writes all files of the book into a folder, which is made if it is not there. */
export async function build(project: Project, folder: string): Promise<void> {
  const start = performance.now();
  const recordings = new Recordings(project);
  const lessons = project.lessons();
  await recordings.recordAll(lessons, AT_A_TIME);
  const missing = lessons.filter((lesson) => !recordings.get(lesson)).map(({ number }) => number);
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
  await Deno.mkdir(folder, { recursive: true });
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
