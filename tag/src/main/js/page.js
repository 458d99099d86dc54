// The numbers on the page: finds them in text, links and attributes, writes others in their place, and hears of every change.
import { tenDigits, withDigits, withNumbers } from "./numbers.js";

// Elements inside which a number may go on in the next text node; all others end it.
const INLINE = /^(?:A|ABBR|B|BDI|BDO|DATA|EM|FONT|I|LABEL|MARK|S|SMALL|SPAN|STRONG|SUB|SUP|TIME|U|WBR)$/;
// Scripts hold JSON-LD, which stays as search engines are to see it.
const UNTOUCHED =
  "head,script,style,noscript,template,textarea,[contenteditable]:not([contenteditable=false]),[data-ringtrace-ignore]";
const ATTRIBUTES = ["href", "title", "aria-label", "alt", "placeholder", "data-phone"];
const WITH_ATTRIBUTES = '[href^="tel:" i],[href^="sms:" i],' + ATTRIBUTES.slice(1).map((name) => `[${name}]`);
const END = "\0";
// A page that puts its own number back each time gets its way after so many writes.
const MOST_WRITES = 20;

/**
 * @param wanted asked for the ten digits of every number found, and whether it is for texts; answers the ten digits that shall stand there
 * @param guard runs a function and keeps its errors
 * @returns {watch, apply, stop}: look after a document or shadow root from now on; look through all of them again; look no more
 */
export function page(exclude, wanted, guard) {
  let untouched = UNTOUCHED;
  try {
    document.querySelector(exclude);
    untouched += "," + exclude;
  } catch {
    // No selector, or none that is one.
  }
  const roots = new Set();
  const seen = new WeakSet();
  const writes = new WeakMap();
  const observer = new MutationObserver((records) => guard(() => changed(records)));

  function mayWrite(node) {
    const count = (writes.get(node) || 0) + 1;
    writes.set(node, count);
    return count <= MOST_WRITES;
  }

  function scan(from) {
    let root = from;
    while (root.nodeType === 3 || (INLINE.test(root.nodeName) && root.parentNode)) {
      root = root.parentNode;
      if (!root) return;
    }
    if (root.closest?.(untouched)) return;
    const nodes = [];
    const starts = [];
    let text = "";
    (function walk(parent) {
      for (let node = parent.firstChild; node; node = node.nextSibling) {
        if (node.nodeType === 3) {
          nodes.push(node);
          starts.push(text.length);
          text += node.data;
        } else if (node.nodeType === 1) {
          const block = !INLINE.test(node.nodeName);
          if (block) text += END;
          if (node.matches(untouched)) text += END;
          else {
            if (node.shadowRoot) watch(node.shadowRoot);
            if (node.nodeName === "IFRAME") frame(node);
            walk(node);
          }
          if (block) text += END;
        }
      }
    })(root);

    const other = withNumbers(text, wanted);
    if (other !== text) {
      nodes.forEach((node, i) => {
        const part = other.substr(starts[i], node.data.length);
        if (part !== node.data && mayWrite(node)) node.data = part;
      });
    }
    if (root.matches?.(WITH_ATTRIBUTES)) attributes(root);
    root.querySelectorAll(WITH_ATTRIBUTES).forEach(attributes);
  }

  function attributes(element) {
    if (element.closest(untouched)) return;
    for (const name of ATTRIBUTES) {
      const value = element.getAttribute(name);
      if (!value) continue;
      let other = value;
      if (name === "href") {
        const link = /^(tel|sms):([^;,?]*)/i.exec(value);
        const digits = link && tenDigits(link[2].replace(/%[\da-f]{2}/gi, ""));
        if (digits) {
          other = link[1] + ":" + withDigits(link[2], wanted(digits, /s/i.test(link[1]))) + value.slice(link[0].length);
        }
      } else other = withNumbers(value, wanted);
      if (other !== value && mayWrite(element)) element.setAttribute(name, other);
    }
  }

  function frame(element) {
    const look = () =>
      guard(() => {
        // Null for a frame of another origin.
        if (element.contentDocument) watch(element.contentDocument);
      });
    if (!seen.has(element)) {
      seen.add(element);
      element.addEventListener("load", look);
    }
    look();
  }

  function changed(records) {
    const places = new Set();
    for (const record of records) places.add(record.target);
    // Many places at once are one look at everything.
    if (places.size > 100) apply();
    else places.forEach((place) => place.isConnected && scan(place));
  }

  /** A document or open shadow root. */
  function watch(root) {
    if (roots.has(root)) return;
    roots.add(root);
    observer.observe(root, {
      childList: true,
      characterData: true,
      attributes: true,
      attributeFilter: ATTRIBUTES,
      subtree: true,
    });
    scan(root);
  }

  function apply() {
    roots.forEach((root) => {
      // A shadow root's host, or a frame, that left the page.
      if (root !== document && !(root.host ? root.host.isConnected : root.defaultView)) roots.delete(root);
      else scan(root);
    });
  }

  return { watch, apply, stop: () => observer.disconnect() };
}
