// Whatever fails, the page works and shows a number that connects. Against a running Ringtrace, started by TagOnServerIT, behind a proxy
// that can be slow or gone. Writes what the visitors saw to the file in OUTPUT, to be dialed.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, request as ask } from "node:http";
import { join } from "node:path";
import { after, afterEach, before, it } from "node:test";
import { browser, browserWith, swapped, text } from "./browser.js";

const { RINGTRACE_URL, SITE, PAGE_PORT, OUTPUT } = process.env;
const origin = `http://127.0.0.1:${PAGE_PORT}`;
const OWN = "866-555-0190";
const OVERFLOWING = "212-555-0190";
const FULL = "619-555-0190";
const seen = [];
let proxy;
let delay = 0;
let pages;
let page = {};
let chromium;
let context;

/** Ringtrace as its pages reach it. */
function startProxy() {
  const server = createServer((incoming, outgoing) => {
    const forward = () => {
      // The page is gone, and its body will not come.
      if (incoming.destroyed) return;
      // A connection kept open would keep this process, too.
      const options = { method: incoming.method, headers: { ...incoming.headers, connection: "close" }, agent: false };
      const onward = ask(RINGTRACE_URL + incoming.url, options, (answer) => {
        outgoing.writeHead(answer.statusCode, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on("error", () => outgoing.destroy());
      incoming.pipe(onward);
    };
    if (incoming.method === "POST" && delay) setTimeout(forward, delay);
    else forward();
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done(server)));
}

before(async () => {
  mkdirSync(OUTPUT, { recursive: true });
  pages = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...page.headers });
    response.end(`<!doctype html><html lang="en"><head><title>Acme Dental</title>${page.head}</head><body>
      <h1>Acme Dental</h1><p id="number">${page.number ?? OWN}</p><button id="works">Book</button></body></html>`);
  });
  await new Promise((done) => pages.listen(+PAGE_PORT, "127.0.0.1", done));
  proxy = await startProxy();
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  for (const server of [pages, proxy]) {
    server.closeAllConnections();
    server.close();
  }
  writeFileSync(join(OUTPUT, "failures.json"), JSON.stringify(seen));
});
afterEach(async () => {
  await context?.close();
  context = null;
  delay = 0;
});

const ringtrace = () => `http://127.0.0.1:${proxy.address().port}`;
/** Patient, for machines that are busy, except where the server is slow. */
const tag = (attributes = 'data-timeout="5000"', site = SITE) =>
  `<script src="${ringtrace()}/tag/ringtrace.js" data-site="${site}" ${attributes}></script>`;

async function visit(source, { head = tag(), ...rest } = {}, made) {
  page = { head, ...rest };
  context = made ?? (await chromium.context());
  const tab = await context.newPage();
  tab.errors = [];
  tab.on("pageerror", (error) => tab.errors.push(String(error)));
  await tab.goto(`${origin}/?utm_source=${source}`);
  return tab;
}

/** The page is alive, threw nothing, and shows this number; it will be dialed. */
async function note(name, tab, status, own = OWN) {
  const number = await text(tab, "#number");
  assert.equal(number === own, status === "own", `${name}: ${number}`);
  assert.equal(await tab.evaluate(() => new Promise((done) => {
    const button = document.getElementById("works");
    button.addEventListener("click", () => done("works"));
    button.click();
  })), "works");
  assert.deepEqual(tab.errors, [], name);
  await tab.screenshot({ path: join(OUTPUT, `failure-${name}.png`) });
  const visitor = await tab.evaluate(() => window.ringtrace?.debug?.visitor ?? null);
  seen.push({ name, number: "+1" + number.replace(/\D/g, ""), destination: "+1" + own.replace(/\D/g, ""), status, visitor });
}

const settled = (tab, milliseconds = 1200) => tab.waitForTimeout(milliseconds);

it("the server is away before the page is opened", async () => {
  const gone = await startProxy();
  const { port } = gone.address();
  await new Promise((done) => gone.close(done));
  const tab = await visit("away", { head: `<script src="http://127.0.0.1:${port}/tag/ringtrace.js" data-site="${SITE}"></script>` });
  await settled(tab, 300);
  await note("away", tab, "own");
});

it("the server goes away after the script was loaded", async () => {
  const first = await visit("going");
  await swapped(first);
  await first.evaluate(() => localStorage.clear());
  // The script comes from the browser's cache, the answer from nobody.
  const port = proxy.address().port;
  proxy.closeAllConnections();
  await new Promise((done) => proxy.close(done));
  await first.goto(`${origin}/?utm_source=gone`);
  await settled(first, 1000);
  assert.equal(await first.evaluate(() => typeof window.ringtrace.numbers), "function");
  await note("gone", first, "own");
  proxy = await startProxy();
  assert.notEqual(proxy.address().port, port);
});

it("the server takes 5 s, and the next view has the number that came too late", async () => {
  delay = 5000;
  const tab = await visit("slow", { head: tag("") });
  await settled(tab);
  await note("slow", tab, "own");
  await tab.waitForFunction(() => localStorage.getItem("ringtrace.numbers"), null, { timeout: 9000 });
  assert.equal(await text(tab, "#number"), OWN);
  await tab.goto(`${origin}/next`);
  await note("slow-next-view", tab, "leased");
});

it("the site id is wrong", async () => {
  const tab = await visit("wrong", { head: tag("", "site_AAAAAAAAAAAAAAAA") });
  await settled(tab);
  await note("wrong-site", tab, "own");
});

it("the pool is exhausted: its overflow number, or the page's own without one", async () => {
  for (let i = 0; i < 2; i++) {
    const tab = await visit("taker-" + i, { number: FULL });
    await swapped(tab);
    await context.close();
  }
  let tab = await visit("too-late", { number: FULL });
  await settled(tab);
  await note("exhausted", tab, "own", FULL);
  await context.close();

  tab = await visit("only-one", { number: OVERFLOWING });
  await swapped(tab);
  await note("last-number", tab, "leased", OVERFLOWING);
  await context.close();
  tab = await visit("overflowed", { number: OVERFLOWING });
  await swapped(tab);
  assert.equal((await tab.evaluate(() => window.ringtrace.numbers()))[0].overflow, true);
  await note("overflow", tab, "overflow", OVERFLOWING);
});

it("storage throws", async () => {
  const head = `<script>Object.defineProperty(window, "localStorage", { get() { throw new Error("blocked"); } })</script>${tag()}`;
  const tab = await visit("blocked", { head });
  await swapped(tab);
  await note("storage-blocked", tab, "leased");
});

it("cookies and storage are off in the browser", async () => {
  const off = await browserWith({ profile: { default_content_setting_values: { cookies: 2 } } });
  const tab = await visit("cookies-off", {}, off);
  await swapped(tab);
  await note("cookies-off", tab, "leased");
});

it("the script is loaded twice", async () => {
  const tab = await visit("twice", { head: tag() + tag() });
  await swapped(tab);
  await note("twice", tab, "leased");
});

it("the page has a strict Content-Security-Policy", async () => {
  const policy = `default-src 'none'; script-src 'nonce-n1' 'strict-dynamic'; connect-src ${ringtrace()}; require-trusted-types-for 'script'`;
  const tab = await visit("csp", { head: tag('nonce="n1" data-timeout="5000"'), headers: { "content-security-policy": policy } });
  // The page may not eval, and neither may a test's waiting in it.
  await tab.waitForSelector(`#number:not(:text-is("${OWN}"))`, { timeout: 10_000 });
  await note("csp", tab, "leased");
});
