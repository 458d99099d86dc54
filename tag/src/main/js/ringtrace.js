// The tag: one script on the page, one global. Nothing it does may throw into the page.
import { leases } from "./leases.js";
import { marketing } from "./marketing.js";
import { page } from "./page.js";
import { forget, onOtherTab, read } from "./storage.js";

(() => {
  const given = window.ringtrace || {};
  // Loaded a second time.
  if (given.numbers) return;

  const script = document.currentScript || document.querySelector("script[data-site][src*=ringtrace]");
  const setting = (name, otherwise) => script?.dataset[name] || given[name] || otherwise;
  const listeners = new Set();
  let lastError = null;
  let running = null;

  /** Runs it; an error stays here, to be seen by `ringtrace.debug`. */
  function guard(work) {
    try {
      return work();
    } catch (e) {
      lastError = e;
    }
  }

  const words = (text) => (typeof text === "string" ? text.split(/[\s,]+/).filter(Boolean) : text || []);
  const options = {
    url: script && setting("site") && new URL(`/v1/sites/${setting("site")}/leases`, script.src).href,
    timeout: +setting("timeout", 800),
    days: +setting("days", 90),
    getters: given.getters,
    dataLayer: given.dataLayer,
    fields: fieldModels(setting("fields", {})),
  };
  const data = marketing(options);

  /** `name` or `name:model` each. */
  function fieldModels(fields) {
    return typeof fields === "string" ? Object.fromEntries(words(fields).map((field) => field.split(":"))) : fields;
  }

  /** By the browser; and search engines are to find the page's own numbers. */
  function refused() {
    const policy = words(setting("privacy", "gpc"));
    return (
      (policy.includes("gpc") && navigator.globalPrivacyControl) ||
      (policy.includes("dnt") && navigator.doNotTrack === "1") ||
      /bot|crawl|spider|slurp/i.test(navigator.userAgent)
    );
  }

  /** True when the visitor came with what the site asks for; `name` or `name=value` each. */
  function required() {
    const values = data.collect();
    return words(setting("required")).every((each) => {
      const [name, value] = each.split("=");
      return value ? values[name] === value : values[name];
    });
  }

  /** The preview or the debug panel: scripts of their own, which few ever need. */
  function load(tool) {
    const element = document.createElement("script");
    element.src = script.src.replace(/ringtrace(?=[^/]*$)/, "ringtrace-" + tool);
    element.nonce = script.nonce;
    element.dataset.exclude = setting("exclude", "");
    document.documentElement.append(element);
  }

  /** Begins, unless something is missing that may come with a later view, field or consent. */
  function start() {
    if (running || !allowed || refused()) return;
    if (options.url && required()) begin();
  }

  /** `landed` is false when the page's own script changed the address. */
  function viewed(landed) {
    if (!allowed || refused()) return;
    data.capture(landed);
    if (running) running.view();
    else start();
  }

  function begin() {
    const held = leases(options, data, guard, (changed) => {
      looked.apply();
      listeners.forEach((callback) => tell(callback, (number) => changed.includes(number.destination.slice(2))));
    });
    const looked = page(setting("exclude"), held.wanted, guard);
    running = { ...held, page: looked };
    looked.watch(document);
  }

  function tell(callback, which) {
    window.ringtrace.numbers().forEach((number) => number.promoNumber && which(number) && guard(() => callback(number)));
  }

  function wrap(owner, name, after) {
    const original = owner[name];
    owner[name] = function (...given) {
      const result = original.apply(this, given);
      guard(() => after(result));
      return result;
    };
  }

  const landed = () => performance.getEntriesByType("navigation")[0]?.type === "navigate";
  /** Seen again: another tab may have got other numbers, and storage events do not reach a page in the back/forward cache. */
  const back = () =>
    guard(() => {
      running?.synchronise();
      running?.renew(true);
    });
  let allowed = setting("consent") !== "required";

  window.ringtrace = {
    numbers: () => guard(() => (running ? running.list() : [])) || [],
    onSwap(callback) {
      listeners.add(callback);
      tell(callback, () => true);
      return () => listeners.delete(callback);
    },
    update(params) {
      guard(() => {
        if (!allowed || refused()) return;
        data.update(params);
        if (running) running.again();
        else start();
      });
    },
    /** The visitor's yes or no. A no forgets everything and puts the page's own numbers back. */
    consent(given) {
      guard(() => {
        allowed = !!given;
        if (allowed) return running || viewed(landed());
        running?.stop();
        running?.page.stop();
        running = null;
        forget();
      });
    },
    get debug() {
      return { allowed, visitor: read("visitor"), data: data.collect(), numbers: this.numbers(), lastError };
    },
  };

  guard(() => {
    const tool = /[?&]ringtrace_(preview(?==\d{10}(?!\d))|debug\b)/.exec(location.search);
    if (tool) load(tool[1]);
    if (tool?.[1] === "preview") return;
    for (const name of ["pushState", "replaceState"]) wrap(history, name, () => viewed(false));
    wrap(Element.prototype, "attachShadow", (root) => {
      if (root.mode === "open") Promise.resolve().then(() => guard(() => running?.page.watch(root)));
    });
    addEventListener("popstate", () => guard(() => viewed(false)));
    addEventListener("pageshow", (event) => event.persisted && back());
    document.addEventListener("visibilitychange", back);
    onOtherTab(() => guard(() => running?.synchronise()));
    if (typeof given.consent === "function") {
      allowed = false;
      given.consent(window.ringtrace.consent);
    } else viewed(landed());
  });
})();
