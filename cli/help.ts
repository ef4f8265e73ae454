/**
 * What `--help` prints.
 *
 * @module
 */
import type { Knob } from "./knobs.ts";
import type { Lesson, Role } from "./lesson.ts";

/** Returns the help of a lesson. `name` is the name of its task. */
export function help(lesson: Lesson, name: string): string {
  const roles = Object.entries(lesson.roles);
  const usage: Row[] = [
    [lesson.knobs ? "[options]" : "", "play the whole lesson in this terminal"],
    ...roles.map(([word, { about }]): Row => [`${word} [options]`, about]),
    ["--json", "play it as JSON: an event a line"],
  ];
  const options: Row[] = [
    ...Object.entries(lesson.knobs ?? {}).map(knobRow),
    ["--host HOST", `where ${where(lesson)} (${lesson.host ?? "127.0.0.1"})`],
    ["--port PORT", `port there (${lesson.port})`],
    ...optionRows(lesson),
    ["--help", "this text"],
  ];
  return `${lesson.about}

Usage
${table(usage, `  deno task ${name} `)}

Options (and their defaults)
${table(options, "  ")}

Example
  deno task ${name} ${roles[0]![0]} --port ${lesson.port + 1}`;
}

/** Returns what the roles do at `--host`: `server listens, client sends`. */
function where(lesson: Lesson): string {
  const roles = Object.entries(lesson.roles);
  const does = (verb: string, those: (role: Role) => boolean) => {
    const words = roles.filter(([, role]) => those(role)).map(([word]) => word);
    const ending = words.length === 1 ? "s" : "";
    return words.length > 0 ? [`${words.join(" and ")} ${verb}${ending}`] : [];
  };
  return [
    ...does("listen", ({ listens }) => listens === true),
    ...does("send", ({ listens }) => !listens),
  ].join(", ");
}

/** Returns the lines of the roles' options. An option of all roles has one line. */
function optionRows(lesson: Lesson): Row[] {
  const roles = Object.entries(lesson.roles);
  const rows: Row[] = [];
  for (const [word, role] of roles) {
    for (const [key, option] of Object.entries(role.options ?? {})) {
      const all = roles.every(([, { options }]) => options?.[key]?.about === option.about);
      if (all && role !== roles[0]![1]) continue; // it has its line already
      const whose = all ? "" : `${word}: `;
      const standard = option.default ? ` (${option.default})` : "";
      const name = option.value ? `--${key} ${option.value}` : `--${key}`;
      rows.push([name, `${whose}${option.about}${standard}`]);
    }
  }
  return rows;
}

/** Returns the line of a knob: `--delay MS  play: delay of each datagram, 0 to 500 (20)`. */
function knobRow([name, knob]: [string, Knob]): Row {
  const { about, least, most, unit } = knob;
  const value = unit?.toUpperCase() ?? "NUMBER";
  return [`--${name} ${value}`, `play: ${about}, ${least} to ${most} (${knob.default})`];
}

type Row = [left: string, right: string];

function table(rows: Row[], before: string): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${before}${left.padEnd(width)}  ${right}`).join("\n");
}
