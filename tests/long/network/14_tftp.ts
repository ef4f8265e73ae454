import { assertEquals, assertMatch } from "@std/assert";
import { installed, network, succeeds, whyNot } from "../hosts.ts";

/** The sizes of files for TFTP: none, just a block, and more than 65,535 blocks. */
const SIZES = { empty: 0, block: 512, long: 34_000_000 };
const tftpd = !whyNot && await installed("in.tftpd");
if (!whyNot && !tftpd) console.log("Ignored: lesson 14's client, for in.tftpd is not installed.");

network(
  "lesson 14: our client fetches and leaves files at in.tftpd, byte for byte",
  async ([one, two]) => {
    const folder = (await succeeds("mktemp", "-d")).stdout.trim();
    try {
      await succeeds("chmod", "777", folder); // in.tftpd gives up its rights
      for (const [name, size] of Object.entries(SIZES)) {
        const file = `${folder}/${name}`;
        await succeeds("sh", "-c", `head -c ${size} /dev/urandom > "${file}"; chmod 644 "${file}"`);
      }
      const options = ["-L", "--create", "--secure", "--address", two.address];
      await using server = two.start("in.tftpd", ...options, folder);
      const tftp = async (redirected: string, ...args: (string | number)[]) => {
        const command = [
          ...[Deno.execPath(), "run", "--no-prompt", "--allow-net", "lessons/14_tftp.ts", ...args],
          ...["--host", two.address, "--port", "69", "--blksize", "512", redirected],
        ];
        return await one.start("sh", "-c", command.join(" ")).end();
      };
      for (const [name, size] of Object.entries(SIZES)) {
        const said = `${size.toLocaleString("en")} bytes.\n`;
        const got = await tftp(`> ${folder}/copy`, "get", "--file", name);
        assertEquals(got, { code: 0, stdout: "", stderr: `Received ${said}` });
        await succeeds("cmp", `${folder}/copy`, `${folder}/${name}`);
        const left = await tftp(`< ${folder}/${name}`, "put", "--file", `${name}.left`);
        assertEquals(left, { code: 0, stdout: `Sent ${said}`, stderr: "" });
        await succeeds("cmp", `${folder}/${name}.left`, `${folder}/${name}`);
      }
      const asText = ["--mode", "netascii", "--file"];
      const got = await tftp(`> ${folder}/copy`, "get", ...asText, "block");
      assertEquals([got.code, got.stderr], [0, "Received 512 bytes.\n"]);
      await succeeds("cmp", `${folder}/copy`, `${folder}/block`);
      const left = await tftp(`< ${folder}/block`, "put", ...asText, "block.text");
      assertEquals([left.code, left.stdout], [0, "Sent 512 bytes.\n"]);
      await succeeds("cmp", `${folder}/block.text`, `${folder}/block`);
      const { code, stderr } = await tftp("", "get", "--file", "nothing");
      assertEquals(code, 1);
      assertMatch(stderr, /says about nothing: File not found \(error 1\)/);
      server.signal("SIGTERM");
    } finally {
      await succeeds("rm", "-r", folder);
    }
  },
  !tftpd,
);

network("lesson 14: curl fetches from our server on another host", async ([one, two]) => {
  const args = ["--host", "0.0.0.0", "--folder", "files"];
  const allowed = ["--allow-net", "--allow-read=files", "--allow-write=files"];
  const file = ["run", "--no-prompt", ...allowed, "lessons/14_tftp.ts", "server", ...args];
  await using server = two.start(Deno.execPath(), ...file);
  await server.prints(/Bind UDP on 6969/);
  const url = `tftp://${two.address}:6969/hello.txt`;
  assertMatch((await one.start("curl", "-sS", url).end()).stdout, /^Hello!\n/);
  await server.prints(new RegExp(`${one.address}:\\d+ has read hello\\.txt`));
}, !await installed("curl"));
