// How long a number is the visitor's, over tabs, pages and absences, and who is shown none.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { browser, browserWith, LeaseServer, PHONE, swapped, text } from "./browser.js";

let server;
let chromium;
let context;

before(async () => {
  server = await new LeaseServer().start();
  chromium = await browser();
});
after(async () => {
  await chromium?.close();
  await server?.stop();
});
afterEach(async () => {
  await context?.close();
  context = null;
  server.behave = {};
  server.requests = [];
});

async function open(url, options) {
  context ??= await chromium.context(options);
  const page = await context.newPage();
  page.errors = [];
  page.on("pageerror", (error) => page.errors.push(error));
  await page.goto(url);
  return page;
}

const shows = (page, number) =>
  page.waitForFunction((wanted) => document.querySelector("#a").textContent === wanted, number, { timeout: 10_000 });
const showsAnother = (page, number) =>
  page.waitForFunction((old) => ![old, ""].includes(document.querySelector("#a").textContent), number, { timeout: 10_000 });
const pageWith = (path, attributes) => server.page(path, `<p id=a>${PHONE}</p>`, { head: server.tag(attributes) });

describe("a page that comes back from the back/forward cache", () => {
  it("asks again and shows another number in place, when the old one went to somebody else meanwhile", async () => {
    // Renewed just before, it would ask nothing; now it is due for that in 300 ms, and by itself only in a minute.
    server.behave = { renew: 55_300 };
    const page = await open(pageWith("/left"));
    await swapped(page);
    const number = await text(page, "#a");
    await page.evaluate(() => {
      window.sameDocument = true;
      addEventListener("pageshow", (event) => (window.persisted = event.persisted));
    });
    server.page("/elsewhere", "<p>elsewhere</p>", { head: "" });
    await page.goto(server.url + "/elsewhere");
    server.forgetLeases();
    await page.waitForTimeout(400);
    const asked = server.requests.length;
    await page.evaluate(() => history.back());
    await page.waitForURL("**/left", { waitUntil: "commit" });
    await showsAnother(page, number);
    assert.deepEqual(await page.evaluate(() => [window.sameDocument, window.persisted]), [true, true]);
    assert.equal(server.requests.length, asked + 1);
    assert.deepEqual(page.errors, []);
  });

  it("shows what another tab has got meanwhile", async () => {
    const page = await open(pageWith("/left"));
    await swapped(page);
    const number = await text(page, "#a");
    await page.goto(server.page("/elsewhere", "<p>elsewhere</p>", { head: "" }));
    server.forgetLeases();
    const other = await open(pageWith("/other"));
    await showsAnother(other, number);
    const newer = await text(other, "#a");
    server.behave = { delay: 5000 };
    await page.evaluate(() => history.back());
    await page.waitForURL("**/left", { waitUntil: "commit" });
    await shows(page, newer);
  });
});

describe("a visitor's tabs", () => {
  it("opened at the same time show one number", async () => {
    context = await chromium.context();
    const url = pageWith("/together");
    for (let round = 0; round < 2; round++) {
      const tabs = await Promise.all(Array.from({ length: 3 }, () => context.newPage()));
      await Promise.all(tabs.map((tab) => tab.goto(url)));
      await Promise.all(tabs.map((tab) => swapped(tab)));
      await tabs[0].waitForTimeout(300);
      const numbers = await Promise.all(tabs.map((tab) => text(tab, "#a")));
      assert.equal(new Set(numbers).size, 1, numbers.join());
      await tabs[0].evaluate(() => localStorage.clear());
      await Promise.all(tabs.map((tab) => tab.close()));
    }
  });

  it("show another number together, when one of them was told of it", async () => {
    const first = await open(pageWith("/tab-1"));
    await swapped(first);
    const number = await text(first, "#a");
    server.forgetLeases();
    const second = await open(pageWith("/tab-2"));
    await showsAnother(second, number);
    const asked = server.requests.length;
    await shows(first, await text(second, "#a"));
    assert.equal(server.requests.length, asked);
  });

  it("keep each other's numbers in the store", async () => {
    const first = await open(pageWith("/tab-1"));
    await swapped(first);
    const second = await open(server.page("/tab-2", "<p id=a>212-555-0142</p>"));
    await swapped(second);
    const kept = await first.evaluate(() => Object.keys(JSON.parse(localStorage.getItem("ringtrace.numbers")).value));
    assert.deepEqual(kept.sort(), ["2125550142", "8883906665"]);
  });
});

describe("a visitor's number", () => {
  it("is not given back when the page is left", async () => {
    const page = await open(pageWith("/leave"));
    await swapped(page);
    const sent = [];
    page.on("request", (request) => sent.push(request.url()));
    await page.goto("about:blank");
    await page.waitForTimeout(200);
    assert.deepEqual(sent.filter((url) => url.startsWith(server.url)), []);
    assert.equal(server.requests.length, 1);
  });

  it("is the page's own again when the guarantee ends offline", async () => {
    server.behave = { guaranteed: 700, renew: 300 };
    const page = await open(pageWith("/offline", 'data-timeout="300"'));
    await swapped(page);
    await context.setOffline(true);
    await shows(page, PHONE);
    assert.deepEqual(page.errors, []);
  });

  it("is asked for again later when there was none", async () => {
    server.behave = { none: true, renew: 200 };
    const page = await open(pageWith("/none"));
    await page.waitForTimeout(100);
    assert.equal(await text(page, "#a"), PHONE);
    server.behave = {};
    await showsAnother(page, PHONE);
  });

  it("belongs to another visitor after the days that a visitor is remembered", async () => {
    const url = pageWith("/days", 'data-days="2"');
    let page = await open(url + "?utm_source=news");
    await swapped(page);
    const visitor = (tab) => tab.evaluate(() => window.ringtrace.debug.visitor);
    const first = await visitor(page);
    const later = async (days) => {
      await page.close();
      page = await context.newPage();
      await page.addInitScript((shift) => {
        const now = Date.now;
        Date.now = () => now() + shift;
      }, days * 864e5);
      await page.goto(url);
      await swapped(page);
      return visitor(page);
    };
    assert.equal(await later(1), first);
    assert.equal(server.requests.at(-1).requests[0].marketing_data.utm_source, "news");
    // Remembered from the last view on: the visitor's id is written at each, the campaign's fields are as well.
    assert.notEqual(await later(4), first);
    assert.equal(server.requests.at(-1).requests[0].marketing_data.utm_source, undefined);
  });
});

describe("texts", () => {
  const body = `<a id=a href="sms:+18883906665?body=Hi">text us</a><a id=b href="tel:+18883906665">call us</a>`;
  const href = (page, id) => page.getAttribute(id, "href");
  it("go to the visitor's number when it takes them", async () => {
    server.behave = { sms: true };
    const page = await open(server.page("/sms", body));
    await swapped(page);
    const own = (await href(page, "#b")).slice(4);
    assert.notEqual(own, "+18883906665");
    assert.equal(await href(page, "#a"), `sms:${own}?body=Hi`);
    server.behave = { delay: 5000 };
    await page.reload();
    await swapped(page);
    assert.equal(await href(page, "#a"), `sms:${own}?body=Hi`);
  });
  it("go to the page's number when it does not", async () => {
    const page = await open(server.page("/sms", body));
    await swapped(page);
    assert.notEqual(await href(page, "#b"), "tel:+18883906665");
    assert.equal(await href(page, "#a"), "sms:+18883906665?body=Hi");
  });
});

it("search engines find the page's own numbers", async () => {
  for (const userAgent of [
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
  ]) {
    const page = await open(pageWith("/crawled"), { userAgent });
    await page.waitForTimeout(150);
    assert.equal(await text(page, "#a"), PHONE);
    assert.equal(server.requests.length, 0, userAgent);
    assert.equal(await page.evaluate(() => localStorage.length), 0);
    await context.close();
    context = null;
  }
});

it("a browser that allows no cookies and no storage shows a number for the view", async () => {
  context = await browserWith({ profile: { default_content_setting_values: { cookies: 2 } } });
  const page = await open(pageWith("/no-cookies"));
  const refused = await page.evaluate(() => {
    try {
      return !window.localStorage;
    } catch {
      return true;
    }
  });
  assert.ok(refused, "the browser refuses storage");
  await swapped(page);
  assert.notEqual(await text(page, "#a"), PHONE);
  assert.deepEqual(page.errors, []);
});

it("a consent manager's yes and no are heard by the page's own function", async () => {
  const head = `<script>window.ringtrace = { consent: (decide) => (window.decided = decide) }</script>${server.tag()}`;
  const page = await open(server.page("/manager", `<p id=a>${PHONE}</p>`, { head }));
  await page.waitForTimeout(150);
  assert.equal(server.requests.length, 0);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await page.evaluate(() => window.decided(true));
  await swapped(page);
  assert.notEqual(await text(page, "#a"), PHONE);
  await page.evaluate(() => window.decided(false));
  assert.equal(await text(page, "#a"), PHONE);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
});

it("the preview and the debug panel are loaded under a Content-Security-Policy with a nonce, too", async () => {
  const policy = `default-src 'none'; script-src 'nonce-n1'; connect-src ${server.url}`;
  const url = server.page("/strict", `<p id=a>${PHONE}</p>`, {
    head: server.tag('nonce="n1"'),
    headers: { "content-security-policy": policy },
  });
  const page = await open(url + "?ringtrace_preview=9999999999");
  await page.waitForSelector("#a:text-is('999-999-9999')", { timeout: 10_000 });
  await page.goto(url + "?ringtrace_debug");
  await page.waitForSelector("body > div", { state: "attached", timeout: 10_000 });
  assert.deepEqual(page.errors, []);
});

it("the debug panel shows what the tag knows, and the page is swapped as usual", async () => {
  context = await chromium.context();
  await context.addInitScript(() => {
    const attach = Element.prototype.attachShadow;
    Element.prototype.attachShadow = function (options) {
      return (window.panel = attach.call(this, options));
    };
  });
  const page = await open(pageWith("/debug", 'nonce="n1"') + "?ringtrace_debug&utm_source=news");
  await swapped(page);
  await page.waitForFunction(() => window.panel?.textContent.includes("→ +1"), null, { timeout: 10_000 });
  const told = await page.evaluate(() => window.panel.textContent);
  assert.match(told, /^ringtrace · visitor \w+\n\+18883906665 → \+1800555\d{4}\n/);
  assert.match(told, /utm_source: news/);
  assert.notEqual(await text(page, "#a"), PHONE);
});
