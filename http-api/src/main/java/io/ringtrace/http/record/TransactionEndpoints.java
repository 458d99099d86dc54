package io.ringtrace.http.record;

import io.ringtrace.call.CallId;
import io.ringtrace.call.StoreUnavailableException;
import io.ringtrace.call.Transactions;
import io.ringtrace.call.Transactions.Scope;
import io.ringtrace.call.Transactions.Transaction;
import io.ringtrace.http.endpoint.Access;
import io.ringtrace.http.endpoint.Answer;
import io.ringtrace.http.endpoint.Caller;
import io.ringtrace.http.endpoint.Endpoint;
import io.ringtrace.http.endpoint.ErrorShape;
import io.ringtrace.http.endpoint.Problem;
import io.ringtrace.http.endpoint.Reply;
import io.ringtrace.http.endpoint.Request;
import io.ringtrace.http.text.PlainText;
import io.ringtrace.http.text.QueryString;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The transactions export in the shapes of Invoca's Transactions API, for a network and for one of its advertisers. Whoever asks again with
 * the last transaction_id he got, misses none and gets none twice. With both from and to the calls of those days (UTC) come by their start
 * instead, each by its latest transaction. Thread-safe; called on virtual threads, waits for the database.
 */
public final class TransactionEndpoints {
    private static final int DEFAULT_LIMIT = 1000;
    private static final int MOST = 4000;
    private static final int LONGEST_SEPARATOR = 8;

    private final Transactions transactions;

    public TransactionEndpoints(Transactions transactions) {
        this.transactions = transactions;
    }

    private enum Format {
        JSON,
        CSV,
        XML
    }

    public List<Endpoint> endpoints() {
        List<Endpoint> all = new ArrayList<>();
        for (Format format : Format.values()) {
            String ending = "." + format.name().toLowerCase(Locale.ROOT);
            ErrorShape errors = format == Format.XML ? ErrorShape.XML : ErrorShape.RECORD;
            all.add(Endpoint.get(
                    "/api/:date/networks/transactions/:network" + ending,
                    Access.NETWORK,
                    errors,
                    Endpoint.waiting(request -> export(request, new Scope(network(request), null), format))));
            all.add(Endpoint.get(
                    "/api/:date/advertisers/transactions/:advertiser" + ending,
                    Access.NETWORK,
                    errors,
                    Endpoint.waiting(request ->
                            export(request, new Scope(network(request), request.path("advertiser")), format))));
        }
        return List.copyOf(all);
    }

    static String network(Request request) {
        return switch (request.caller()) {
            case Caller.OfNetwork(String network) -> network;
            case Caller.Operator _, Caller.Anybody _ ->
                throw new IllegalStateException("transactions are shown to their network alone");
        };
    }

    private Reply export(Request request, Scope scope, Format format) throws StoreUnavailableException {
        List<String> wrong = new ArrayList<>();
        Asked asked = Asked.of(request.query(), wrong);
        if (!wrong.isEmpty()) {
            return Problem.of(403, "record_invalid", String.join(" ", wrong));
        }
        List<Transaction> rows = find(scope, asked);
        TransactionColumns columns = TransactionColumns.of(
                request.query().get("include_columns"), request.query().get("exclude_columns"));
        return switch (format) {
            case JSON -> Answer.of(200, Answer.JSON, TransactionText.json(rows, columns));
            case CSV -> Answer.of(200, Answer.CSV, TransactionText.csv(rows, columns, asked.csv()));
            case XML -> Answer.of(200, Answer.XML, TransactionText.xml(rows, columns));
        };
    }

    private List<Transaction> find(Scope scope, Asked asked) throws StoreUnavailableException {
        if (!asked.calls()) {
            return List.of();
        }
        CallId call = asked.call();
        if (asked.id() != 0) {
            Transaction one = transactions.get(scope, asked.id());
            return one == null || (call != null && !one.record().callId().equals(call)) ? List.of() : List.of(one);
        }
        if (call != null) {
            List<Transaction> all = transactions.ofCall(scope, call).stream()
                    .filter(transaction -> transaction.id() > asked.after())
                    .toList();
            return all.subList(0, Math.min(all.size(), asked.limit()));
        }
        return asked.fromMillis() < 0
                ? transactions.after(scope, asked.after(), asked.limit())
                : transactions.startedBetween(
                        scope, asked.fromMillis(), asked.toMillis(), asked.after(), asked.limit());
    }

    /**
     * What the query asks for.
     *
     * @param id 0 for any
     * @param fromMillis negative unless both days are given
     * @param calls false when only other types of transaction are asked for
     */
    private record Asked(
            long id,
            @Nullable CallId call,
            long after,
            int limit,
            long fromMillis,
            long toMillis,
            boolean calls,
            TransactionText.Csv csv) {
        static Asked of(QueryString query, List<String> wrong) {
            LocalDate from = day(query, "from", wrong);
            LocalDate to = day(query, "to", wrong);
            return new Asked(
                    id(query, "transaction_id", wrong),
                    call(query, wrong),
                    id(query, "start_after_transaction_id", wrong),
                    limit(query, wrong),
                    from == null || to == null ? -1 : startOf(from),
                    from == null || to == null ? -1 : startOf(to.plusDays(1)),
                    calls(query),
                    new TransactionText.Csv(
                            separator(query, "column_separator", ",", wrong),
                            separator(query, "row_separator", "\n", wrong),
                            flag(query, "include_header", true, wrong),
                            flag(query, "force_quotes", false, wrong)));
        }

        private static long startOf(LocalDate day) {
            return day.atStartOfDay(ZoneOffset.UTC).toInstant().toEpochMilli();
        }

        private static @Nullable LocalDate day(QueryString query, String name, List<String> wrong) {
            String text = query.get(name);
            if (text == null || text.isEmpty()) {
                return null;
            }
            try {
                return LocalDate.parse(text);
            } catch (DateTimeException _) {
                wrong.add(name + " must be a day such as 2026-01-31.");
                return null;
            }
        }

        private static long id(QueryString query, String name, List<String> wrong) {
            String text = query.get(name);
            if (text == null || text.isEmpty()) {
                return 0;
            }
            if (!text.matches("[0-9]{1,18}")) {
                wrong.add(name + " must be a transaction_id as it was given.");
                return 0;
            }
            return Long.parseLong(text);
        }

        private static @Nullable CallId call(QueryString query, List<String> wrong) {
            String text = query.get("call_record_id");
            try {
                return text == null || text.isEmpty() ? null : CallId.parse(text);
            } catch (IllegalArgumentException _) {
                wrong.add("call_record_id must be a complete_call_id as it was given.");
                return null;
            }
        }

        private static int limit(QueryString query, List<String> wrong) {
            String text = query.get("limit");
            if (text == null || text.isEmpty()) {
                return DEFAULT_LIMIT;
            }
            if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) == 0) {
                wrong.add("limit must be a number of 1 to " + MOST + ".");
                return DEFAULT_LIMIT;
            }
            return Math.min(MOST, Integer.parseInt(text));
        }

        private static boolean calls(QueryString query) {
            String type = query.get("transaction_type");
            String listed = query.get("transaction_type[]");
            return (type == null && listed == null) || "Call".equals(type) || "Call".equals(listed);
        }

        private static String separator(QueryString query, String name, String usual, List<String> wrong) {
            String text = query.get(name);
            if (text == null) {
                return usual;
            }
            String bare = text.replaceAll("[\t\r\n]", "");
            if (text.isEmpty() || text.length() > LONGEST_SEPARATOR || text.contains("\"") || !PlainText.clean(bare)) {
                wrong.add(name + " must be 1 to " + LONGEST_SEPARATOR + " characters, without quotes.");
                return usual;
            }
            return text;
        }

        private static boolean flag(QueryString query, String name, boolean usual, List<String> wrong) {
            String text = query.get(name);
            if (text == null || text.isEmpty()) {
                return usual;
            }
            if (!text.equals("0") && !text.equals("1")) {
                wrong.add(name + " must be 0 or 1.");
            }
            return text.equals("1");
        }
    }
}
