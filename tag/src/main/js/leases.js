// The visitor's numbers: asked of the server, kept for the next view, renewed while somebody looks.
import { read, write } from "./storage.js";

const MOST_DESTINATIONS = 20;
const RETRY = 15e3;
const GIVE_UP = 1e4;
const GATHER = 10;

/**
 * @param options url (where this site asks), timeout, days
 * @param data the marketing data (marketing.js)
 * @param shown called after numbers changed, with the changed entries; looks through the page again
 */
export function leases(options, data, guard, shown) {
  const entries = new Map();
  const origins = new Map();
  let waiting = new Set();
  let gathering = 0;
  let timer = 0;

  const valid = (entry) => entry.promo && Date.now() < entry.until && Date.now() >= entry.since;

  function visitor() {
    const id =
      read("visitor") ||
      Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => (byte + 256).toString(16).slice(1)).join("");
    write("visitor", id, options.days * 864e5);
    return id;
  }

  function remember() {
    // Read again, so that another tab's numbers stay.
    const all = read("numbers") || {};
    entries.forEach((entry, destination) => {
      const { promo, since, until } = entry;
      if (valid(entry)) all[destination] = { promo, since, until };
      else delete all[destination];
    });
    write("numbers", all, 864e5);
  }

  /** What stands in the store for it, which another tab may have written. True when there is something that may be shown. */
  function recall(destination, entry) {
    const kept = (read("numbers") || {})[destination];
    if (kept && valid(kept) && !(kept.until <= entry.until)) Object.assign(entry, kept);
    return valid(entry);
  }

  function show(destination, promo) {
    const entry = entries.get(destination);
    if (entry.shown === promo) return false;
    entry.shown = promo;
    if (promo) origins.set(promo, destination);
    return true;
  }

  /** The digits that stand in the place of these; a number not seen before is asked for. */
  function wanted(digits) {
    const destination = origins.get(digits) || digits;
    let entry = entries.get(destination);
    if (!entry) {
      // A page with more is a list of numbers, not a page with a number.
      if (entries.size >= MOST_DESTINATIONS) return destination;
      entries.set(destination, (entry = { shown: null, due: 0 }));
      if (recall(destination, entry)) {
        show(destination, entry.promo);
        setTimeout(() => guard(() => shown([destination])));
      }
      ask(destination);
    }
    return entry.shown || destination;
  }

  function ask(destination) {
    waiting.add(destination);
    // Numbers found one after the other while the page is read go in one request.
    if (!gathering) gathering = setTimeout(() => guard(send), GATHER);
  }

  function send() {
    const asked = Array.from(waiting);
    waiting = new Set();
    gathering = 0;
    let late = false;
    const fresh = data.isNew();
    const visitorId = visitor();
    const lapse = () => {
      const changed = asked.filter((destination) => !valid(entries.get(destination)) && show(destination, null));
      if (changed.length) shown(changed);
    };
    asked.forEach((destination) => (entries.get(destination).due = Date.now() + RETRY));
    const slow = setTimeout(() => {
      late = true;
      guard(lapse);
    }, options.timeout);
    fetch(options.url, {
      method: "POST",
      // A plain text body needs no preflight.
      headers: { "content-type": "text/plain" },
      credentials: "omit",
      signal: AbortSignal.timeout?.(GIVE_UP),
      body: JSON.stringify({
        requests: asked.map((destination) => ({
          destination: "+1" + destination,
          visitor_id: visitorId,
          marketing_data: data.collect(),
          new_attribution: fresh,
        })),
      }),
    })
      .then((response) => (response.ok ? response.json() : Promise.reject(response.status)))
      .then((answer) => {
        const changed = asked.filter((destination, i) => take(destination, answer.responses[i], late));
        if (fresh) data.told();
        remember();
        if (changed.length) shown(changed);
      })
      .catch(() => guard(lapse))
      .then(() => {
        clearTimeout(slow);
        guard(schedule);
      });
  }

  /** True when another number is to be seen now. */
  function take(destination, answer, late) {
    const entry = entries.get(destination);
    if (!answer || answer.error) return !valid(entry) && show(destination, null);
    const number = /^\+1(\d{10})$/.exec(answer.promo_number || "");
    const now = Date.now();
    entry.promo = number && number[1];
    entry.since = now;
    entry.until = now + (answer.guaranteed_for_ms || 0);
    entry.overflow = !!answer.overflow;
    entry.due = number ? now + (answer.renew_after_ms || 6e4) : Infinity;
    if (!number) return show(destination, null);
    // The overflow number has no guarantee, so it is shown, but not kept for another view.
    return (!late || entry.shown) && show(destination, entry.promo);
  }

  function schedule() {
    clearTimeout(timer);
    const next = Math.min(...Array.from(entries.values(), (entry) => entry.due));
    if (next < Infinity) timer = setTimeout(() => guard(renew), Math.max(0, next - Date.now()));
  }

  /** Asks again for what is due; a hidden page renews nothing, and asks when it is seen again. */
  function renew() {
    if (document.hidden) return;
    const now = Date.now();
    entries.forEach((entry, destination) => entry.due <= now + 1e3 && ask(destination));
    // The answer, or its absence, sets the timer again.
    if (!gathering) schedule();
  }

  /** A new view of the same document: what came too late for the last one is shown, the rest asked again. */
  function view() {
    const fresh = data.isNew();
    const changed = [];
    entries.forEach((entry, destination) => {
      if (valid(entry) && show(destination, entry.promo)) changed.push(destination);
      if (fresh || !entry.shown || entry.due <= Date.now()) ask(destination);
    });
    if (changed.length) shown(changed);
  }

  function again() {
    entries.forEach((_, destination) => ask(destination));
  }

  /** Another tab has got other numbers. */
  function synchronise() {
    const changed = [];
    entries.forEach((entry, destination) => {
      if (entry.shown && recall(destination, entry) && show(destination, entry.promo)) changed.push(destination);
    });
    if (changed.length) shown(changed);
  }

  /** The page's own numbers again, and no more requests. */
  function stop() {
    clearTimeout(timer);
    clearTimeout(gathering);
    const changed = [];
    entries.forEach((entry, destination) => {
      entry.promo = null;
      entry.due = Infinity;
      if (show(destination, null)) changed.push(destination);
    });
    shown(changed);
    entries.clear();
  }

  const list = () =>
    Array.from(entries, ([destination, entry]) => ({
      destination: "+1" + destination,
      promoNumber: entry.shown ? "+1" + entry.shown : null,
      overflow: !!(entry.shown && entry.overflow),
    }));

  return { wanted, renew, view, again, synchronise, stop, list };
}
