// What the tag costs a page. Runs against the bundle that the build made.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { it } from "node:test";
import { gzipSync } from "node:zlib";

const file = new URL("../../../target/classes/io/ringtrace/tag/ringtrace.js", import.meta.url);
const script = readFileSync(file);

it("the core has at most 5 KB gzipped", () => assert.ok(gzipSync(script, { level: 9 }).length <= 5120));
it("the core has nothing that a strict CSP refuses", () => assert.doesNotMatch(String(script), /\beval\(|new Function|innerHTML|\.style\b/));
it("its integrity hash is that of its bytes", () =>
  assert.equal(
    readFileSync(file.pathname + ".integrity", "utf8"),
    "sha384-" + createHash("sha384").update(script).digest("base64"),
  ));
