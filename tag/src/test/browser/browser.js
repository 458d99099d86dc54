// A real page in a real browser, beside a server that speaks the documented /v1/sites/<site>/leases.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const bundle = (name) => readFileSync(new URL(`../../../target/classes/io/ringtrace/tag/${name}`, import.meta.url));

export const PHONE = "888-390-6665";
export const SECOND = "(212) 555-0142";

/** Lends 800-555-0100, 0101, … by visitor and destination; `behave` changes what it does to the next requests. */
export class LeaseServer {
  requests = [];
  pages = new Map();
  behave = {};
  #numbers = new Map();
  #server = createServer((request, response) => this.#serve(request, response));

  async start() {
    await new Promise((done) => this.#server.listen(0, "127.0.0.1", done));
    this.port = this.#server.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
    return this;
  }

  stop() {
    this.#server.closeAllConnections();
    return new Promise((done) => this.#server.close(done));
  }

  /** A page of its own address; `head` may hold the tag. */
  page(path, body, { head = this.tag(), headers = {} } = {}) {
    this.pages.set(path, { html: `<!doctype html><html lang="en"><head><title>Page</title>${head}</head><body>${body}</body></html>`, headers });
    return this.url + path;
  }

  /** Patient, for machines that are busy; what is about the timeout says its own. */
  tag(attributes = "") {
    const patient = attributes.includes("data-timeout") ? "" : 'data-timeout="5000"';
    return `<script src="${this.url}/tag/ringtrace.js" data-site="acme-site" ${patient} ${attributes}></script>`;
  }

  numberOf(visitor, destination) {
    const key = visitor + destination;
    if (!this.#numbers.has(key)) this.#numbers.set(key, "+1800555" + String(100 + this.#numbers.size).padStart(4, "0"));
    return this.#numbers.get(key);
  }

  forgetLeases() {
    for (const key of this.#numbers.keys()) this.#numbers.set(key, "+1800555" + String(500 + this.#numbers.size).padStart(4, "0"));
  }

  #serve(request, response) {
    const path = request.url.split("?")[0];
    if (path === "/tag/missing.js") return response.writeHead(404).end();
    if (request.method === "GET" && path.startsWith("/tag/")) {
      response.setHeader("content-type", "text/javascript");
      return response.end(bundle(path.slice(5)));
    }
    const page = this.pages.get(path);
    if (page) {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...page.headers });
      return response.end(page.html);
    }
    if (path !== "/v1/sites/acme-site/leases") return response.writeHead(404).end();
    let body = "";
    request.on("data", (part) => (body += part));
    request.on("end", () => {
      const asked = JSON.parse(body);
      this.requests.push(asked);
      const { delay = 0, status = 200, none = false, overflow = false, sms, guaranteed = 300_000, renew = 60_000, drop = false } = this.behave;
      if (drop) return request.socket.destroy();
      const responses = asked.requests.map((row) => ({
        promo_number: none ? null : overflow ? "+18005550199" : this.numberOf(row.visitor_id, row.destination),
        visitor_id: row.visitor_id,
        overflow,
        sms,
        guaranteed_for_ms: overflow || none ? 0 : guaranteed,
        renew_after_ms: renew,
      }));
      const answer = () =>
        response
          .writeHead(status, { "content-type": "application/json", "access-control-allow-origin": "*" })
          .end(JSON.stringify({ responses }));
      if (delay) setTimeout(answer, delay);
      else answer();
    });
  }
}

/** Debian's Chromium, headless, with a profile of its own. */
export async function browser() {
  const profile = mkdtempSync(join(tmpdir(), "ringtrace-browser-"));
  const running = await chromium.launch(options(profile));
  return {
    context: (options) => running.newContext(options),
    async close() {
      await running.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

/** A context whose browser has these preferences, as a person sets them. Its profile goes with it. */
export async function browserWith(preferences) {
  const profile = mkdtempSync(join(tmpdir(), "ringtrace-browser-"));
  mkdirSync(join(profile, "Default"));
  writeFileSync(join(profile, "Default", "Preferences"), JSON.stringify(preferences));
  const context = await chromium.launchPersistentContext(profile, options(profile));
  const close = context.close.bind(context);
  context.close = async () => {
    await close();
    // Its processes may still be writing.
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  return context;
}

function options(profile) {
  return {
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    // Pages come back from it in people's browsers.
    ignoreDefaultArgs: ["--disable-back-forward-cache"],
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
    env: { ...process.env, HOME: profile },
  };
}

/** The page with every number swapped, or an error after 10 s. */
export async function swapped(page, count = 1) {
  await page.waitForFunction(
    (least) => window.ringtrace && window.ringtrace.numbers().filter((number) => number.promoNumber).length >= least,
    count,
    { timeout: 10_000 },
  );
}

export const text = (page, selector = "body") => page.locator(selector).innerText();
