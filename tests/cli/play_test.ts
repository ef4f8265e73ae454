import { assert, assertEquals, assertMatch } from "@std/assert";
import stringWidth from "string-width";
import { PAGES, plays } from "../lessons.ts";
import { inTerminal, Program, runLesson, terminal } from "../program.ts";

Deno.test("every lesson: played, it fits into 80 columns, holds no control character, and says what is next", async () => {
  await Promise.all(
    PAGES.filter(plays).map(async ({ number, file, lesson }) => {
      const { code, stdout, stderr } = await runLesson(number);
      assertEquals([code, stderr], [0, ""]);
      for (const line of stdout.split("\n")) {
        assert(stringWidth(line) <= 80, `wide: ${line}`);
        assert(!/\p{Cc}/u.test(line), `control character: ${line}`);
      }
      assertMatch(stdout, new RegExp(`^Lesson ${number}\\. `));
      const test = `tests/${file.replace(".ts", "_test.ts")}`;
      assertMatch(stdout, new RegExp(`\nRead it  lessons/${file}\n`));
      assertMatch(stdout, new RegExp(`\nTest it  deno task test ${test}\n`));
      assertMatch(
        stdout,
        new RegExp(`\nDo it    exercises/${file} .* deno task exercise ${number}\n$`),
      );
      const [one, two, three] = lesson.tryNext;
      const tried = three
        ? `in three terminals\n {9}${one}\n {9}${two}\n {9}${three}\n`
        : `${one} +in one terminal, and\n {9}${two} +in a second`;
      assertMatch(stdout, new RegExp(`\nTry it   ${tried}`));
    }),
  );
});

Deno.test({
  name: "colour only on a terminal, and only without NO_COLOR",
  ignore: !terminal,
  async fn() {
    const play = async (env: Record<string, string>) => {
      await using program = inTerminal("lesson4", env);
      return (await program.end()).stdout;
    };
    const [plain, coloured] = await Promise.all([
      play({ NO_COLOR: "1" }),
      play({ NO_COLOR: "" }),
    ]);
    assert(!plain.includes("\x1b"));
    assert(coloured.includes("\x1b[36m"));
  },
});

Deno.test("no colour in a pipe, whatever the environment says of colours", async () => {
  const task = ["task", "-q", "lesson4"];
  await using program = new Program(Deno.execPath(), task, { env: { NO_COLOR: "" } });
  const { code, stdout } = await program.end();
  assert(!stdout.includes("\x1b"), stdout);
  assertEquals(code, 0);
});
