// The landing page of ./ringtrace demo --keep, started by DemoIT. PAGE is its address; screenshots go to OUTPUT.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, it } from "node:test";
import { browser, swapped, text } from "./browser.js";

const { PAGE, OUTPUT } = process.env;
const OWN = ["8665550190", "2125550190", "4155550190"];
const view = { viewport: { width: 1440, height: 900 } };
let chromium;
let context;

before(async () => {
  mkdirSync(OUTPUT, { recursive: true });
  chromium = await browser();
});
after(() => chromium?.close());
afterEach(async () => {
  await context?.close();
  context = null;
});

async function arrive(pathAndQuery) {
  context = await chromium.context(view);
  const page = await context.newPage();
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(String(error)));
  page.on("console", (message) => message.type() === "error" && page.errors.push(message.text()));
  await page.addInitScript(() => {
    window.moved = [];
    // The panel beside the page fills as it learns; the business's page itself must stand still.
    const inPage = ({ node }) => node && !(node.closest ? node : node.parentElement)?.closest("aside");
    new PerformanceObserver((list) =>
      list.getEntries().forEach((entry) => window.moved.push(...entry.sources.filter(inPage).map((source) => source.node.nodeName + "#" + source.node.id))),
    ).observe({
      type: "layout-shift",
      buffered: true,
    });
  });
  await page.goto(PAGE + pathAndQuery);
  return page;
}

const digits = async (page, selector) => (await text(page, selector)).replace(/\D/g, "").replace(/^1(?=\d{10}$)/, "");

/** Presses the button beside a number, and returns the finished record's card as fields. */
async function call(page, id) {
  const seen = await digits(page, "#" + id);
  await page.click(`.dial[data-of=${id}]`);
  await page.waitForFunction(() => document.querySelector("#calls li.ended, #calls li.failed"), null, { timeout: 20_000 });
  const card = page.locator("#calls li").first();
  assert.equal(await card.locator(".state").innerText(), "ended", await card.innerText());
  const names = await card.locator("dt").allInnerTexts();
  const values = await card.locator("dd").allInnerTexts();
  return { seen, ...Object.fromEntries(names.map((name, i) => [name, values[i]])) };
}

it("shows every number of the business as the visitor's own, in its own format, and nothing moves", async () => {
  const page = await arrive("?utm_source=newsletter&utm_medium=email");
  await swapped(page, 3);
  await page.waitForSelector(".slots");
  const tollFree = await digits(page, "#hero-number");
  const newYork = await digits(page, "#new-york");
  const sanFrancisco = await digits(page, "#san-francisco");
  // Type for type: a toll-free number for the toll-free one, and the offices' own area codes.
  assert.match(tollFree, /^8(00|77|88)555/);
  assert.match(newYork, /^212555/);
  assert.match(sanFrancisco, /^415555/);
  for (const number of [tollFree, newYork, sanFrancisco]) assert.ok(!OWN.includes(number));
  const part = (from, to) => tollFree.slice(from, to);
  assert.equal(await text(page, "#hero-number"), `1-${part(0, 3)}-${part(3, 6)}-${part(6)}`);
  assert.match(await text(page, "#split"), new RegExp(`\\(${part(0, 3)}\\) ${part(3, 6)}-${part(6)}`));
  assert.equal(await page.getAttribute("#split", "href"), "tel:+1" + tollFree);
  assert.equal(await text(page, "#new-york"), newYork.replace(/(...)(...)(....)/, "$1.$2.$3"));
  assert.equal(await text(page, "#emergency"), "+1 " + tollFree.replace(/(...)(...)(....)/, "$1 $2 $3"));
  assert.match(await text(page, ".slots"), new RegExp(tollFree.replace(/(...)(...)(....)/, "$1-$2-$3")));
  assert.match(await text(page, "footer"), /Fax 212-555-0142 · License 4111 8883 9066 6512 · Since 1998-04-02/);
  assert.match(await page.locator("script[type='application/ld+json']").textContent(), /\+1-866-555-0190/);
  assert.deepEqual(await page.evaluate(() => window.moved), []);

  await page.screenshot({ path: join(OUTPUT, "landing-page.png") });
  await page.click("nav a[href='/offices']");
  await page.waitForSelector("#office-new-york");
  assert.equal(await digits(page, "#office-new-york"), newYork);
  assert.equal(await text(page, "#office-san-francisco"), sanFrancisco.replace(/(...)(...)(....)/, "$1\u00a0$2\u00a0$3"));
  await page.screenshot({ path: join(OUTPUT, "landing-page-offices.png") });
  await page.goBack();
  await page.waitForSelector("#hero-number");
  assert.equal(await digits(page, "#hero-number"), tollFree);
  assert.deepEqual(page.errors, []);
});

it("the button dials what the visitor sees, and the record arrives with that visitor's marketing data", async () => {
  const page = await arrive("implants?utm_source=google&utm_medium=cpc&utm_campaign=implants&gclid=EAIaIQ");
  await swapped(page);
  const record = await call(page, "implants-number");
  const visitor = await page.evaluate(() => window.ringtrace.debug.visitor);
  assert.ok(!OWN.includes(record.seen));
  assert.equal(record.dialed, "+1" + record.seen);
  assert.equal(record["sent to"], "+18665550190");
  assert.equal(record.attribution, "leased");
  assert.equal(record.visitor, visitor);
  assert.equal(record.utm_source, "google");
  assert.equal(record.gclid, "EAIaIQ");
  assert.match(record.landing_page, /implants\?utm_source=google/);
  assert.equal(record["ended by"], "caller_hangup");
  await page.screenshot({ path: join(OUTPUT, "landing-page-record.png") });
  assert.deepEqual(page.errors, []);
});

it("another visitor's call is another record", async () => {
  const page = await arrive("?utm_source=newsletter");
  await swapped(page, 3);
  const record = await call(page, "san-francisco");
  assert.equal(record["sent to"], "+14155550190");
  assert.equal(record.utm_source, "newsletter");
  assert.equal(record.gclid, undefined);
  assert.equal(record.visitor, await page.evaluate(() => window.ringtrace.debug.visitor));
});

it("the button calls for its own page only, one number at a time", async () => {
  const page = await arrive("");
  const post = (body, headers) => page.request.post(PAGE + "call", { data: body, headers });
  const origin = { origin: PAGE.replace(/\/$/, "") };
  assert.equal((await post('{"number":"+18005550100"}', { origin: "https://evil.example.org" })).status(), 403);
  assert.equal((await post('{"number":"+18005550100"}', {})).status(), 403);
  for (const wrong of ['{"number":"sip:somebody@example.org"}', '{"number":"+44205550100"}', "{", ""]) {
    assert.equal((await post(wrong, origin)).status(), 400, wrong);
  }
  assert.equal((await page.request.get(PAGE, { headers: { host: "evil.example.org" } })).status(), 421);
  assert.equal((await page.request.get(PAGE + "../../ringtrace.yaml")).status(), 404);
  const both = await Promise.all([post('{"number":"+18005550100"}', origin), post('{"number":"+18005550101"}', origin)]);
  assert.deepEqual(both.map((answer) => answer.status()).sort(), [202, 409]);
});
