package io.ringtrace.config;

/** Checks that the settings of one trunk go together. */
final class TrunkChecks {
    private final Findings findings;

    TrunkChecks(Findings findings) {
        this.findings = findings;
    }

    void run(YamlNode.Mapping trunk, String key) {
        callerId(trunk.mapping("caller-id"), key + ".caller-id");
    }

    private void callerId(YamlNode.Mapping callerId, String key) {
        YamlNode.Scalar show = callerId.scalar("show");
        if (show == null || findings.isWrong(show)) {
            return;
        }
        YamlNode.Entry number = callerId.entries().get("number");
        boolean fixed = show.text().equals("fixed");
        if (fixed && number == null) {
            findings.add(
                    callerId.position(),
                    key + ".number",
                    null,
                    "an E.164 number such as +18005550123",
                    "show is fixed");
        } else if (!fixed && number != null) {
            findings.add(
                    number.keyPosition(),
                    key + ".number",
                    null,
                    "this key with show fixed only",
                    "show is " + show.text());
        }
        YamlNode.Scalar rewrite = callerId.scalar("rewrite-from");
        if (rewrite != null && rewrite.text().equals("true") && show.text().equals("original")) {
            findings.addAt(
                    rewrite,
                    key + ".rewrite-from",
                    rewrite.text(),
                    "show promo or fixed beside it",
                    "the original caller id is in From already");
        }
    }
}
