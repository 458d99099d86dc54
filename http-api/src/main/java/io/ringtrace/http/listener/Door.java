package io.ringtrace.http.listener;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.Site;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Caller;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.text.PlainText;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Decides who is let in where; whoever is not named is not. Thread-safe, never waits. */
public final class Door {
    private static final int LONGEST_TOKEN = 256;
    private static final long NOT_YET_RETRY_MILLIS = 2_000;
    private static final int LONGEST_PATH_VARIABLE = 128;
    private static final Pattern DATE = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

    private final Accounts accounts;
    private final byte[] operatorToken;

    /**
     * @param operatorToken empty: nobody is the operator
     */
    public Door(Accounts accounts, byte[] operatorToken) {
        this.accounts = accounts;
        this.operatorToken = operatorToken.clone();
    }

    /** What became of somebody at the door. */
    sealed interface Decision {
        /**
         * @param mayManage false for a token that is for reading alone
         * @param token the network's; empty for other callers
         */
        record Welcome(Caller caller, boolean mayManage, String token) implements Decision {}

        record Refused(Problem problem) implements Decision {}
    }

    Decision decide(
            Endpoint endpoint, Map<String, String> path, @Nullable String authorization, @Nullable String oauthToken) {
        for (Map.Entry<String, String> variable : path.entrySet()) {
            String value = variable.getValue();
            if (value.length() > LONGEST_PATH_VARIABLE
                    || !PlainText.clean(value)
                    || (variable.getKey().equals("date") && !DATE.matcher(value).matches())) {
                return new Decision.Refused(Problem.notFound());
            }
        }
        Access access = endpoint.access();
        if (access == Access.PUBLIC) {
            return new Decision.Welcome(Caller.ANYBODY, true, "");
        }
        if (access == Access.POOL_KEY || access == Access.SITE) {
            return accounts.known() ? new Decision.Welcome(Caller.ANYBODY, true, "") : notYet();
        }
        String token = authorization != null ? bare(authorization) : oauthToken;
        if (token == null || token.isEmpty() || token.length() > LONGEST_TOKEN) {
            return new Decision.Refused(Problem.unauthorized("A token is needed: Authorization: Bearer <token>."));
        }
        if (access != Access.NETWORK && isOperators(token)) {
            return new Decision.Welcome(Caller.OPERATOR, true, "");
        }
        // Asked before the look-up: they may become known between the two.
        boolean known = access == Access.OPERATOR || accounts.known();
        Accounts.TokenHolder holder = access == Access.OPERATOR ? null : accounts.holderOf(token);
        if (holder == null && !known) {
            return notYet();
        }
        if (holder == null) {
            return new Decision.Refused(Problem.unauthorized("The token is not valid here."));
        }
        String network = holder.network();
        String asked = path.get("network");
        if (asked != null && !asked.equals(network)) {
            return new Decision.Refused(Problem.notFound());
        }
        boolean mayManage = holder.scope() == Accounts.TokenScope.MANAGE;
        if (!mayManage && !endpoint.method().equals("GET")) {
            return new Decision.Refused(Problem.of(
                    403, "read_only_token", "This token is for reading alone; managing needs one of scope manage."));
        }
        return new Decision.Welcome(new Caller.OfNetwork(network), mayManage, token);
    }

    /** Whether a page of that origin is one of the site in the path. */
    boolean isOfSite(Map<String, String> path, String origin) {
        String id = path.get("site");
        Site site = id == null ? null : accounts.site(id);
        return site != null && site.origins().contains(origin);
    }

    /** A key that is not known yet is not a wrong one. */
    private static Decision notYet() {
        return new Decision.Refused(Problem.unavailable(
                "The accounts are not known yet: their store is being started, or away.", NOT_YET_RETRY_MILLIS));
    }

    private boolean isOperators(String token) {
        return operatorToken.length > 0 && MessageDigest.isEqual(operatorToken, token.getBytes(StandardCharsets.UTF_8));
    }

    /** {@code Bearer <token>}; Invoca's documents also show the token alone. */
    private static @Nullable String bare(String authorization) {
        String text = authorization.strip();
        int blank = text.indexOf(' ');
        if (blank < 0) {
            return text;
        }
        return text.substring(0, blank).toLowerCase(Locale.ROOT).equals("bearer")
                ? text.substring(blank + 1).strip()
                : null;
    }
}
