// Which texts hold a phone number, and which only look so.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { tenDigits, withDigits, withNumbers } from "../../main/js/numbers.js";

/** The ten digits of each number that would be swapped. */
const found = (text) => {
  const all = [];
  const same = withNumbers(text, (digits) => {
    all.push(digits);
    return digits;
  });
  assert.equal(same, text);
  return all;
};

describe("a phone number in text", () => {
  for (const text of [
    "+1-888-390-6665",
    "1-888-390-6665",
    "888-390-6665",
    "(888) 390-6665",
    "(888)390-6665",
    "1 (888) 390-6665",
    "+1 (888) 390 6665",
    "888.390.6665",
    "1.888.390.6665",
    "888 390 6665",
    "888\u00a0390\u00a06665",
    "888\u2011390\u20116665",
    "888 - 390 - 6665",
    "+18883906665",
  ]) {
    it(`is found as ${text}`, () => assert.deepEqual(found(`Call ${text}, toll-free.`), ["8883906665"]));
    it(`keeps the format of ${text}`, () => {
      const other = withNumbers(`Call ${text}, toll-free.`, () => "8005550123").slice(5, -12);
      assert.equal(tenDigits(other), "8005550123");
      assert.equal(other.replace(/\d/g, "#"), text.replace(/\d/g, "#"));
    });
  }
  it("is found more than once", () =>
    assert.deepEqual(
      found("888-390-6665 or 212-555-0123"),
      ["8883906665", "2125550123"],
    ));
  it("may stand at the end of a sentence", () => assert.equal(found("Call (888) 390-6665.").length, 1));
  it("may have an extension", () => assert.equal(found("888-390-6665 ext. 4").length, 1));
});

describe("what only looks like a number is left alone:", () => {
  for (const text of [
    "2026-11-23",
    "11/23/2026 10:30",
    "23.11.2026",
    "$888 390 6665",
    "€ 212.555.0123",
    "212.555.0123 €",
    "1,234,567.8901",
    "order 4888-390-6665",
    "SKU-888-390-6665-2",
    "A888-390-6665",
    "ISBN 978-0-306-40615-7",
    "ISBN 0-306-40615-2",
    "4111 8883 9066 6512",
    "4111 888 390 6665",
    "888 390 6665 1234",
    "88839066651234567",
    "8883906665",
    "192.168.100.2000",
    "123-45-6789",
    "088-390-6665",
    "911-390-6665",
    "888-190-6665",
    "888-911-6665",
    "id=888-390-6665",
    "/888-390-6665",
    "888-390-6665/2",
    "12%888-390-6665",
    "888-390-66651",
  ]) {
    it(text, () => assert.deepEqual(found(`see ${text} here`), []));
  }
});

describe("in a link", () => {
  it("percent escapes are no digits", () =>
    assert.equal(withDigits("%28888%29%20390-6665", "8005550123"), "%28800%29%20555-0123"));
  it("the leading 1 stays", () => assert.equal(withDigits("+18883906665", "8005550123"), "+18005550123"));
});
