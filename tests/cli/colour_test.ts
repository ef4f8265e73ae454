import { assert, assertEquals } from "@std/assert";
import { NO_TERMINAL, unless } from "../only.ts";
import { inTerminal, Program } from "../program.ts";
import { waits } from "../waits.ts";

waits(unless(NO_TERMINAL, "colour only on a terminal, and only without NO_COLOR"), async () => {
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
});

waits("no colour in a pipe, whatever the environment says of colours", async () => {
  const task = ["task", "-q", "lesson4"];
  await using program = new Program(Deno.execPath(), task, { env: { NO_COLOR: "" } });
  const { code, stdout } = await program.end();
  assert(!stdout.includes("\x1b"), stdout);
  assertEquals(code, 0);
});
