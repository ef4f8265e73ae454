import { assertEquals } from "@std/assert";
import { network } from "../hosts.ts";

network("lesson 13: a name server on another host, over UDP and over TCP", async ([one, two]) => {
  await using server = two.lesson(13, "server", "--host", "0.0.0.0");
  await server.prints(/Bind UDP on 5300/);
  const ask = async (name: string) => {
    const args = ["client", "--host", two.address, "--name", name];
    const { code, stdout, stderr } = await one.lesson(13, ...args).end();
    assertEquals([code, stderr], [0, ""]);
    return stdout;
  };
  assertEquals(await ask("workbook.test"), "workbook.test A 192.0.2.7\n");
  assertEquals((await ask("many.workbook.test")).match(/\n/g)?.length, 40);
  await server.prints(new RegExp(`Connected over TCP: ${one.address}:`));
});
