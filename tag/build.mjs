// Bundles the tag into one script, and writes down its integrity hash. Maven calls this through npm; the folder is its first argument.
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2] ?? "target/classes/io/ringtrace/tag";
mkdirSync(folder, { recursive: true });
for (const [source, name] of [
  ["ringtrace", "ringtrace"],
  ["preview", "ringtrace-preview"],
  ["debug", "ringtrace-debug"],
]) {
  const script = join(folder, name + ".js");
  await build({
    entryPoints: [`src/main/js/${source}.js`],
    outfile: script,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2021",
    charset: "utf8",
    // Names that only our own files say to one another.
    mangleProps: /^(?:wanted|renew|again|synchronise|capture|collect|watch|shown|due|list|sources|view|stop|days|url)$/,
    legalComments: "none",
  });
  const hash = createHash("sha384").update(readFileSync(script)).digest("base64");
  writeFileSync(script + ".integrity", "sha384-" + hash);
}
copyFileSync("src/main/js/ringtrace.d.ts", join(folder, "ringtrace.d.ts"));
