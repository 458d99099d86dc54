package io.ringtrace.http;

import io.ringtrace.attribution.Accounts;
import io.ringtrace.attribution.LocalNumberPreferences;
import io.ringtrace.attribution.MatchingRung;
import io.ringtrace.attribution.NumberBank;
import io.ringtrace.attribution.NumberMatching;
import io.ringtrace.attribution.NumberType;
import io.ringtrace.attribution.Site;
import io.ringtrace.attribution.SmsNumbers;
import io.ringtrace.call.PhoneNumber;
import io.ringtrace.call.StoreUnavailableException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Accounts and their numbers, kept in memory. Can be told to be away. Thread-safe. */
final class InMemoryAccount implements Accounts, NumberBank, NumberMatching, SmsNumbers {
    private final Set<String> campaigns = new HashSet<>();
    private final Set<String> networks = new HashSet<>();
    private final Map<String, TokenHolder> holderByToken = new HashMap<>();
    private final Map<Long, Named> tokens = new TreeMap<>();
    private final Map<String, TreeMap<Long, Row>> numbers = new HashMap<>();
    private final Map<String, Site> sites = new HashMap<>();
    private boolean away;
    private boolean known = true;
    private boolean knownOnceAsked;
    /** How often somebody's token, or a site's id, was looked up. */
    int keyLookUps;

    synchronized void goAway() {
        away = true;
    }

    /** The same, but the store comes at the moment when the first token was looked up in vain. */
    synchronized void forgetUntilAsked() {
        forget();
        knownOnceAsked = true;
    }

    /** As while the store of a server that has just started is not there yet. */
    synchronized void forget() {
        away = true;
        known = false;
        holderByToken.clear();
    }

    synchronized boolean hasCampaign(String network, String advertiser, String campaign) {
        return campaigns.contains(network + "/" + advertiser + "/" + campaign);
    }

    @Override
    public synchronized void ensureCampaign(String network, String advertiser, String campaign)
            throws StoreUnavailableException {
        beThere();
        networks.add(network);
        campaigns.add(network + "/" + advertiser + "/" + campaign);
    }

    @Override
    public synchronized List<String> networks(int limit) throws StoreUnavailableException {
        beThere();
        return networks.stream().sorted().limit(limit).toList();
    }

    @Override
    public synchronized List<Campaign> campaigns(String network, int limit) throws StoreUnavailableException {
        beThere();
        return campaigns.stream()
                .map(each -> each.split("/"))
                .filter(parts -> parts[0].equals(network))
                .map(parts -> new Campaign(parts[1], parts[2]))
                .sorted(Comparator.comparing(Campaign::advertiser).thenComparing(Campaign::campaign))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized Removal remove(Part part) throws StoreUnavailableException {
        beThere();
        String prefix = part.advertiser() == null
                ? part.network() + "/"
                : part.network() + "/" + part.advertiser() + "/" + (part.campaign() == null ? "" : part.campaign());
        boolean removed;
        if (part.campaign() != null) {
            removed = campaigns.remove(prefix);
        } else {
            List<String> below = campaigns.stream()
                    .filter(each -> each.startsWith(prefix))
                    .sorted()
                    .toList();
            if (!below.isEmpty()) {
                return new Removal.InUse(
                        List.of(below.size() + " campaigns (" + below.getFirst() + ")", "1 token (3)"));
            }
            removed = part.advertiser() == null && networks.remove(part.network());
        }
        return removed ? new Removal.Removed() : new Removal.Missing();
    }

    @Override
    public synchronized String createToken(String network, String name, TokenScope scope)
            throws StoreUnavailableException {
        beThere();
        String token = "token-" + network + "-" + holderByToken.size();
        holderByToken.put(token, new TokenHolder(network, scope));
        tokens.put((long) tokens.size() + 1, new Named(network, name, token, scope, false));
        return token;
    }

    private record Named(String network, String name, String secret, TokenScope scope, boolean revoked) {}

    @Override
    public synchronized List<Token> tokens(String network, int limit) throws StoreUnavailableException {
        beThere();
        return tokens.entrySet().stream()
                .filter(t -> t.getValue().network().equals(network))
                .map(t -> new Token(
                        t.getKey(),
                        t.getValue().name(),
                        t.getValue().scope(),
                        0,
                        t.getValue().revoked() ? 1_000L : null))
                .toList();
    }

    @Override
    public synchronized boolean revokeToken(String network, long id) throws StoreUnavailableException {
        Named token = valid(network, id);
        if (token == null) {
            return false;
        }
        holderByToken.remove(token.secret());
        tokens.put(id, new Named(network, token.name(), token.secret(), token.scope(), true));
        return true;
    }

    @Override
    public synchronized @Nullable String rotateToken(String network, long id) throws StoreUnavailableException {
        Named token = valid(network, id);
        if (token == null) {
            return null;
        }
        holderByToken.remove(token.secret());
        String secret = token.secret() + "-new";
        holderByToken.put(secret, new TokenHolder(network, token.scope()));
        tokens.put(id, new Named(network, token.name(), secret, token.scope(), false));
        return secret;
    }

    private @Nullable Named valid(String network, long id) throws StoreUnavailableException {
        beThere();
        Named token = tokens.get(id);
        return token != null && token.network().equals(network) && !token.revoked() ? token : null;
    }

    @Override
    public synchronized boolean networkExists(String network) throws StoreUnavailableException {
        beThere();
        return networks.contains(network);
    }

    @Override
    public boolean networkKnown(String network) throws StoreUnavailableException {
        return networkExists(network);
    }

    @Override
    public synchronized boolean known() {
        return known;
    }

    @Override
    public synchronized @Nullable TokenHolder holderOf(String token) {
        keyLookUps++;
        known |= knownOnceAsked;
        return holderByToken.get(token);
    }

    @Override
    public synchronized Site createSite(String network, List<String> origins) throws StoreUnavailableException {
        beThere();
        Site site = new Site("site-" + sites.size(), network, origins);
        sites.put(site.id(), site);
        return site;
    }

    @Override
    public synchronized List<Site> sites(String network, int limit) throws StoreUnavailableException {
        beThere();
        return sites.values().stream()
                .filter(site -> site.network().equals(network))
                .toList();
    }

    @Override
    public synchronized @Nullable Site changeSite(String network, String id, List<String> origins)
            throws StoreUnavailableException {
        beThere();
        Site known = sites.get(id);
        if (known == null || !known.network().equals(network)) {
            return null;
        }
        Site changed = new Site(id, network, origins);
        sites.put(id, changed);
        return changed;
    }

    @Override
    public synchronized @Nullable Site rotateSite(String network, String id) throws StoreUnavailableException {
        beThere();
        Site known = sites.get(id);
        if (known == null || !known.network().equals(network)) {
            return null;
        }
        sites.remove(id);
        Site rotated = new Site(id + "-new", network, known.origins());
        sites.put(rotated.id(), rotated);
        return rotated;
    }

    @Override
    public synchronized boolean deleteSite(String network, String id) throws StoreUnavailableException {
        beThere();
        return sites.values()
                .removeIf(site -> site.id().equals(id) && site.network().equals(network));
    }

    @Override
    public synchronized @Nullable Site site(String id) {
        keyLookUps++;
        return sites.get(id);
    }

    @Override
    public synchronized ImportResult importNumbers(String network, List<Row> rows) throws StoreUnavailableException {
        beThere();
        TreeMap<Long, Row> owned = numbers.computeIfAbsent(network, _ -> new TreeMap<>());
        int added = 0;
        int unchanged = 0;
        List<RowError> errors = new ArrayList<>();
        for (Row row : rows) {
            PhoneNumber number = PhoneNumber.parseOrNull(row.number());
            if (number == null) {
                errors.add(new RowError(row.line(), row.number(), "not a phone number"));
            } else if (owned.putIfAbsent(number.digits(), row) == null) {
                added++;
            } else {
                unchanged++;
            }
        }
        return new ImportResult(added, unchanged, errors);
    }

    @Override
    public synchronized List<Entry> list(String network, long afterNumber, int limit) throws StoreUnavailableException {
        beThere();
        return numbers.getOrDefault(network, new TreeMap<>()).tailMap(afterNumber, false).entrySet().stream()
                .limit(limit)
                .map(e -> new Entry(
                        "+" + e.getKey(),
                        NumberType.LOCAL,
                        "bank",
                        null,
                        null,
                        null,
                        null,
                        e.getValue().rateCenter(),
                        e.getValue().state(),
                        null))
                .toList();
    }

    final Set<PhoneNumber> retired = new HashSet<>();

    @Override
    public synchronized RetireResult retire(String network, List<PhoneNumber> asked, boolean toRetire)
            throws StoreUnavailableException {
        beThere();
        if (toRetire) {
            retired.addAll(asked);
        } else {
            asked.forEach(retired::remove);
        }
        return new RetireResult(asked.size(), List.of());
    }

    private final Set<PhoneNumber> smsNumbers = new HashSet<>();

    @Override
    public synchronized int mark(String network, Collection<PhoneNumber> marked, boolean takesSms)
            throws StoreUnavailableException {
        beThere();
        if (takesSms) {
            smsNumbers.addAll(marked);
        } else {
            smsNumbers.removeAll(marked);
        }
        return marked.size();
    }

    @Override
    public synchronized boolean takesSms(PhoneNumber number) {
        return smsNumbers.contains(number);
    }

    final List<ExchangeRow> exchanges = new ArrayList<>();

    @Override
    public synchronized ExchangeImport importExchanges(List<ExchangeRow> rows) throws StoreUnavailableException {
        beThere();
        exchanges.addAll(rows);
        return new ExchangeImport(rows.size(), List.of());
    }

    @Override
    public synchronized ExchangeImport importZipCodes(List<ZipCodeRow> rows) throws StoreUnavailableException {
        beThere();
        return new ExchangeImport(rows.size(), List.of());
    }

    @Override
    public synchronized @Nullable Explanation explain(
            String network, String pool, @Nullable PhoneNumber number, int limit) throws StoreUnavailableException {
        beThere();
        return new Explanation(
                PhoneNumber.parse("+16505550199"),
                NumberType.LOCAL,
                new Home("PALO ALTO", "CA", 37.4419, -122.143),
                LocalNumberPreferences.DEFAULT,
                List.of(new Choice(
                        number == null ? PhoneNumber.parse("+14085550100") : number,
                        NumberType.LOCAL,
                        number == null ? MatchingRung.NEXT_RATE_CENTER : null,
                        new Home(null, "CA", null, null),
                        number == null ? 15.83 : null,
                        number == null ? 0L : null)));
    }

    private void beThere() throws StoreUnavailableException {
        if (away) {
            throw new StoreUnavailableException("connection refused by 10.1.2.3:3306", new IOException("refused"));
        }
    }
}
