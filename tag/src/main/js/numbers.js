// Phone numbers of the North American plan in text: which characters are one, and the same text with other digits in it.

// Between the groups: a dash or a dot with or without spaces, or spaces alone (\s holds the no-break ones too). Several spaces are source
// code's indentation between elements.
const GAP = "(?:\\s{0,3}[-.\\u2010-\\u2013]\\s{0,3}|\\s{1,9})";
const AREA = "[2-9][0-8]\\d";
const LINE = "[2-9]\\d\\d" + GAP + "\\d{4}";
const PATTERN = new RegExp(
  `(?:\\+?1${GAP}?)?(?:\\(\\s?${AREA}\\s?\\)${GAP}?|${AREA}${GAP})${LINE}|\\+1${AREA}[2-9]\\d{6}`,
  "g",
);
// A piece of a longer number, a price, an id or an address has digits, letters or signs at its edges.
const BEFORE = /[\w/%=+]$|[#$€£¥]\s?$|\d[-.,\u2010-\u2013]\s?$/;
const AFTER = /^(?:[\w%]|[-.,/:\u2010-\u2013]\d|\s?[€£¥])/;
const DASHED = /[-.()+\u2010-\u2013]/;
// No area and no exchange ends in 11: these are service codes.
const NUMBER = /^(?!.11|....11)[2-9]\d\d[2-9]\d{6}$/;

/** Ten digits, or null: what the text's digits are as a number of the plan, with or without the leading 1. */
export function tenDigits(text) {
  const digits = text.replace(/\D/g, "").replace(/^1(?=\d{10}$)/, "");
  return NUMBER.test(digits) ? digits : null;
}

/** The text with what `wanted` answers to the ten digits of each number in it, in the number's own format: it stays as long as it is. */
export function withNumbers(text, wanted) {
  return text.replace(PATTERN, (found, start) => {
    const digits = tenDigits(found);
    const end = start + found.length;
    const before = text.slice(Math.max(0, start - 3), start);
    const after = text.slice(end, end + 3);
    // Groups that only spaces part may stand in a longer row of such groups.
    const inRow = !DASHED.test(found) && (/\d\s+$/.test(before) || /^\s+\d/.test(after));
    return digits && !inRow && !BEFORE.test(before) && !AFTER.test(after) ? withDigits(found, wanted(digits)) : found;
  });
}

/** The text with its last ten digits replaced: its own format stays. Percent escapes are no digits. */
export function withDigits(text, digits) {
  let left = text.replace(/%[\da-f]{2}/gi, "").replace(/\D/g, "").length;
  return text.replace(/%[\da-f]{2}|\d/gi, (one) => (one.length > 1 || left-- > 10 ? one : digits[9 - left]));
}
