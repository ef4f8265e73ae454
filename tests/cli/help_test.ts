import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import stringWidth from "string-width";
import { quoted } from "../helpers.ts";
import { PAGES } from "../lessons.ts";
import { runLesson } from "../program.ts";

Deno.test("every lesson: --help shows roles, options, defaults and an example", async () => {
  await Promise.all(PAGES.map(async ({ number, lesson }) => {
    const { code, stdout, stderr } = await runLesson(number, ["--help"]);
    assertEquals([code, stderr], [0, ""]);
    assert(stdout.startsWith(`${lesson.about}\n\nUsage\n  deno task lesson${number} `), stdout);
    for (const [word, { about, options = {} }] of Object.entries(lesson.roles)) {
      const usage = quoted(`deno task lesson${number} ${word} [options]`);
      assertMatch(stdout, new RegExp(`${usage} +${quoted(about)}\n`));
      for (const [name, option] of Object.entries(options)) {
        const alike = Object.values(lesson.roles)
          .every(({ options }) => options?.[name]?.about === option.about);
        const wanted = option.value ? `${name} ${option.value}` : name;
        const lines = [...stdout.matchAll(new RegExp(`  --${wanted} +(.*)\n`, "g"))];
        if (alike) assertEquals(lines.length, 1); // what all of them take is told once
        const [, line] = lines.find(([, line]) => alike || line!.startsWith(`${word}: `)) ?? [];
        assert(line?.startsWith(alike ? option.about : `${word}: ${option.about}`), line);
        if (option.default) assertStringIncludes(line!, ` (${option.default})`);
      }
    }
    assertMatch(stdout, new RegExp(`--host HOST .*\\(${quoted(lesson.host ?? "127.0.0.1")}\\)\n`));
    assertMatch(stdout, new RegExp(`--port PORT .*\\(${lesson.port}\\)\n`));
    assertMatch(stdout, new RegExp(`deno task lesson${number} --json +`));
    const [first] = Object.keys(lesson.roles);
    assertMatch(
      stdout,
      new RegExp(`Example\n  deno task lesson${number} ${first} --port \\d+\n$`),
    );
    for (const line of stdout.split("\n")) assert(stringWidth(line) <= 80, line);
    assertEquals((await runLesson(number, [first!, "-h", "--port", "x"])).stdout, stdout);
  }));
});
