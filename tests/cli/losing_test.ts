import { assertEquals, assertRejects } from "@std/assert";
import { Diagram } from "../../cli/diagram.ts";
import { losing } from "../../cli/losing.ts";
import { bind } from "../../lib/udp.ts";
import { soon, text } from "../helpers.ts";

Deno.test("losing: what is under way when its sender is closed arrives, and then the socket is closed", async () => {
  using receiver = bind();
  const sender = losing(new Diagram(() => {}), "sender", () => false, 20);
  await sender.send("late", receiver.address);
  sender.close();
  assertEquals(text((await receiver.receive({ signal: soon() })).data), "late");
  await assertRejects(() => sender.receive(), Error);
});
