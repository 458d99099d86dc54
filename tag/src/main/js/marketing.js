// Where the visitor came from: URL parameters, referrer, pages, data layer and the page's own getters, kept over views.
import { read, write } from "./storage.js";

const PARAMETERS = /^(?:utm_\w+|gclid|gbraid|wbraid|dclid|msclkid|fbclid)$/;
const SEARCH = /(?:^|\.)(google|bing|yahoo|duckduckgo|ecosia|baidu|yandex|brave)\./;
// A change of one of these starts a new attribution.
const ORIGIN = ["gclid", "utm_source", "utm_medium"];
const LONGEST = 500;

/**
 * @param options fields {name: "first" | "last" | "unique"}, getters {name: function}, dataLayer {name: "path.in.it"}, days
 * @returns {capture(landed), collect(), update(params), sources}
 */
export function marketing(options) {
  const fields = options.fields || {};
  const own = {};
  const life = options.days * 864e5;
  const stored = () => read("data") || { values: {}, origin: "" };

  function keep(data, values) {
    const origin = ORIGIN.map((name) => values[name] || "").join("|");
    if (origin !== "||" && origin !== data.origin) data = { values: {}, origin };
    for (const name in values) {
      const value = String(values[name] ?? "").slice(0, LONGEST);
      const before = data.values[name];
      const model = fields[name] || "last";
      if (!value || (before && model === "first")) continue;
      if (before && model === "unique") {
        if (!before.split(",").includes(value)) data.values[name] = (before + "," + value).slice(0, LONGEST);
      } else data.values[name] = value;
    }
    write("data", data, life);
    return data;
  }

  /** Hears a new view. `landed`: it came by a link or by hand, so the referrer counts; not by reload or by the page's own script. */
  function capture(landed) {
    const values = {};
    new URLSearchParams(location.search).forEach((value, name) => {
      if (PARAMETERS.test(name) || name in fields) values[name] = value;
    });
    const data = stored();
    if (landed && document.referrer) {
      const from = new URL(document.referrer).hostname;
      if (!sameSite(from, location.hostname)) {
        values.referrer = document.referrer;
        const search = SEARCH.exec(from);
        if (!ORIGIN.some((name) => values[name])) {
          values.utm_source = search ? search[1] : from;
          values.utm_medium = search ? "organic" : "referral";
        }
      }
    }
    const kept = keep(data, values);
    if (!kept.values.landing_page) {
      kept.values.landing_page = location.href;
      write("data", kept, life);
    }
  }

  /** All fields as they go with a lease. */
  function collect() {
    const values = { ...stored().values, calling_page: location.href };
    const layer = [].concat(window.dataLayer ?? []);
    for (const name in options.dataLayer) {
      // The newest entry that has it.
      for (const entry of layer) set(values, name, () => options.dataLayer[name].split(".").reduce((o, key) => o[key], entry));
    }
    for (const name in options.getters) set(values, name, options.getters[name]);
    Object.assign(values, own);
    for (const name in values) {
      if (values[name] == null) delete values[name];
      else values[name] = String(values[name]).slice(0, LONGEST);
    }
    return values;
  }

  function update(params) {
    const data = stored();
    const origin = data.origin.split("|");
    const kept = {};
    // An origin is changed as a whole: what the update does not name stays.
    ORIGIN.forEach((name, i) => (kept[name] = params[name] || origin[i] || ""));
    for (const name in params) {
      if (name in fields) kept[name] = params[name];
      else if (!(name in kept)) own[name] = params[name];
    }
    keep(data, kept);
  }

  // What the server cannot tell by the name alone.
  const sources = {};
  for (const name in fields) sources[name] = "url_parameter";
  for (const name in options.dataLayer) sources[name] = "data_layer";

  return { capture, collect, update, sources };
}

function set(values, name, getter) {
  try {
    const value = getter();
    // Null is an object too.
    if (typeof value !== "object") values[name] = value;
  } catch {
    // The page's own function, or a path that this entry does not have.
  }
}

function sameSite(one, other) {
  return one === other || one.endsWith("." + other) || other.endsWith("." + one.replace(/^www\./, ""));
}
