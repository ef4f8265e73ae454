import { assertEquals, assertThrows } from "@std/assert";
import { Options, UsageError } from "../../cli/lesson.ts";

const option = (value?: string) => new Options({ name: value });

function refuses(read: () => unknown, message: string): void {
  assertThrows(read, UsageError, message);
}

Deno.test("options: any text, and whether there is one", () => {
  assertEquals(option("Hi").text("name"), "Hi");
  assertEquals([option("").has("name"), option("").text("name")], [true, ""]);
  assertEquals(option().has("name"), false);
  refuses(() => option().text("name"), "--name is missing.");
});

Deno.test("options: one of some words, however they are written", () => {
  assertEquals(option("GB2312").oneOf("name", ["utf-8", "gb2312"]), "gb2312");
  refuses(() => option("x\x1b").oneOf("name", ["a", "b"]), "--name x\\x1b is none of: a, b.");
});

Deno.test("options: seconds are milliseconds to the program", () => {
  for (const [text, value] of [["2", 2000], ["0.5", 500], ["86400", 86_400_000]] as const) {
    assertEquals(option(text).seconds("name"), value);
  }
  for (const text of ["0", "0.0", "-1", "1e3", "86401", "", " 1", "1.", ".5", "NaN", "Infinity"]) {
    refuses(
      () => option(text).seconds("name"),
      `--name ${text} is not a time: it must be a number`,
    );
  }
});

Deno.test("options: a whole number, both ends included", () => {
  assertEquals([1, 7].map((n) => option(`${n}`).number("name", 1, 7)), [1, 7]);
  for (const text of ["0", "8", "1.5", "-1", "", "0x1"]) {
    refuses(
      () => option(text).number("name", 1, 7),
      `--name ${text} is not right: it must be a whole number from 1 to 7.`,
    );
  }
});

Deno.test("options: an address is a host and a port", () => {
  const read = (text: string) => option(text).address("name");
  assertEquals(read("127.0.0.1:1"), { hostname: "127.0.0.1", port: 1 });
  assertEquals(read("example.org:65535"), { hostname: "example.org", port: 65_535 });
  assertEquals(read("[fe80::1%eth0]:53"), { hostname: "fe80::1%eth0", port: 53 });
  for (
    const text of ["", "host", "host:", ":53", "host:0", "host:65536", "::1:53", "[]:5", "a:b"]
  ) {
    refuses(() => read(text), `--name ${text} is not an address: it must be HOST:PORT`);
  }
});

Deno.test("options: a share is a number from 0 to 1", () => {
  for (const [text, value] of [["0", 0], ["0.2", 0.2], [".5", 0.5], ["1", 1]] as const) {
    assertEquals(option(text).share("name"), value);
  }
  for (const text of ["", "-0.1", "1.1", "20%", "1e-1", "."]) {
    refuses(() => option(text).share("name"), `--name ${text} is not a share: it must be a number`);
  }
});

Deno.test("options: one without a value is given or not", () => {
  assertEquals([option("true").flag("name"), option("false").flag("name")], [true, false]);
  assertEquals(option().flag("name"), false);
});
