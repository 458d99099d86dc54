// The tag against a running Ringtrace, started by TagOnServerIT. Writes what the visitors saw to the file in OUTPUT, to be dialed.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, it } from "node:test";
import { browser, swapped, text } from "./browser.js";

const { RINGTRACE_URL, SITE, PAGE_PORT, OUTPUT } = process.env;
const page = `<!doctype html><html lang="en"><head><title>Acme Dental</title>
  <script src="${RINGTRACE_URL}/tag/ringtrace.js" data-site="${SITE}" data-timeout="5000"></script></head>
  <body><h1>Acme Dental</h1><p id="number">(866) 555-0190</p><p id="office">415.555.0190</p><a id="text" href="sms:+14155550190">Text us</a><a id="stays" href="sms:+18665550190">or here</a><p id="other">212-555-0142</p></body></html>`;
const own = `http://127.0.0.1:${PAGE_PORT}`;
let server;
let chromium;

before(async () => {
  mkdirSync(OUTPUT, { recursive: true });
  server = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(page));
  await new Promise((done) => server.listen(+PAGE_PORT, "127.0.0.1", done));
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

it("two visitors see numbers of their own, each the same in every tab and after reload", async () => {
  const seen = [];
  for (const source of ["google", "newsletter"]) {
    const context = await chromium.context();
    const tab = await context.newPage();
    await tab.goto(`${own}/implants?utm_source=${source}&utm_medium=test`);
    await swapped(tab, 2);
    const number = await text(tab, "#number");
    const office = await text(tab, "#office");
    assert.match(office, /^\d{3}\.\d{3}\.\d{4}$/);
    assert.notEqual(office, "415.555.0190");
    assert.match(number, /^\(8\d\d\) \d{3}-\d{4}$/);
    assert.notEqual(number, "(866) 555-0190");
    // No pool has this one as its destination.
    assert.equal(await text(tab, "#other"), "212-555-0142");
    // The office's numbers were marked for texts, the others were not.
    assert.equal(await tab.getAttribute("#text", "href"), "sms:+1" + office.replace(/\D/g, ""));
    assert.equal(await tab.getAttribute("#stays", "href"), "sms:+18665550190");
    await tab.screenshot({ path: join(OUTPUT, source + ".png") });
    await tab.reload();
    await swapped(tab, 2);
    assert.equal(await text(tab, "#number"), number);
    assert.equal(await text(tab, "#office"), office);
    const second = await context.newPage();
    const renewed = second.waitForResponse((response) => response.request().method() === "POST");
    await second.goto(own + "/braces");
    await renewed;
    await swapped(second, 2);
    assert.equal(await text(second, "#number"), number);
    assert.equal(await text(second, "#office"), office);
    const visitor = await tab.evaluate(() => window.ringtrace.debug.visitor);
    const promo = (shown) => "+1" + shown.replace(/\D/g, "");
    seen.push({ source, visitor, number: promo(number), destination: "+18665550190" });
    seen.push({ source, visitor, number: promo(office), destination: "+14155550190" });
    await context.close();
  }
  assert.equal(new Set(seen.map((each) => each.number)).size, 4);
  writeFileSync(join(OUTPUT, "seen.json"), JSON.stringify(seen));
});

it("a page of another origin gets nothing and works", async () => {
  const context = await chromium.context();
  const tab = await context.newPage();
  await tab.goto(`http://localhost:${PAGE_PORT}/`);
  await tab.waitForTimeout(300);
  assert.equal(await text(tab, "#number"), "(866) 555-0190");
  await context.close();
});
